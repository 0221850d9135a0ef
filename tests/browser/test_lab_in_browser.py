"""The seven notebooks in a real JupyterLab started by `planlib lab`, in a real browser without a network."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from planlib import clients, demo, report, store

pytestmark = pytest.mark.browser

CLIENT = "sdc-rue-des-tanneurs"
OTHER = "voisin-confidentiel"
DAY = "2026-01-20"
NOTEBOOKS = {  # how many charts each one draws
    "1_ingest": 1,
    "2_prioritise": 1,
    "3_build": 1,
    "4_schedule": 3,
    "5_dashboard": 2,
    "6_what_if": 0,
    "7_review": 2,
}
RUN, IDLE = "Exécution", "Inactif"  # JupyterLab in French, as `planlib lab` opens it
CHARTS = ".jp-NotebookPanel :is(svg.marks, canvas.marks)"
ERRORS = "[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"


class Running:
    """A lab that runs: its address, and the browser's pages on it."""

    def __init__(self, workspace: Path, client: str = CLIENT, lang: str = "fr"):
        command = [sys.executable, "-c", "from planlib.cli import main; main()", "lab", client, "--lang", lang]
        self.menu, self.idle = (RUN, IDLE) if lang == "fr" else ("Run", "Idle")
        options = ["--no-browser", "--port", "0", "--json", "--today", DAY, "--workspace", str(workspace)]
        # Neither the settings of the person nor a lab of theirs that may be open on the same client.
        own = {"HOME": str(workspace.parent), "JUPYTER_RUNTIME_DIR": str(workspace.parent / "runtime")}
        self.command, self.env, self.cwd = [*command, *options], os.environ | own, workspace.parent
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True, env=self.env, cwd=self.cwd)
        self.url = json.loads(self.process.stdout.readline())["url"]
        self.base, self.token = self.url.partition("/lab/")[0], self.url.partition("token=")[2]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def clients_folder(tmp_path_factory) -> Path:
    """The demo client, and another one whose name nobody in the room may see."""
    root = tmp_path_factory.mktemp("lab") / "clients"
    root.mkdir()
    source = demo.DEMO / CLIENT
    demo.whole(source, yaml.safe_load((source / "mandate.yaml").read_text(encoding="utf-8")), root)
    clients.new(OTHER, "city", "Voisin confidentiel", workspace=root)
    return root


@pytest.fixture(scope="module")
def lab(clients_folder):
    running = Running(clients_folder)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def context(browser, lab):
    """A browser that reaches this machine alone; `context.asked` are the other addresses it was asked for."""
    made = browser.new_context(viewport={"width": 1280, "height": 800})
    made.asked = []

    def refuse(route):
        made.asked.append(route.request.url)
        route.abort()

    made.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), refuse)
    yield made
    made.close()


def run_all(context, lab: Running, name: str, sign: str = ".planlib-checked"):
    """A page on the notebook with every cell run, once the sign of its end is there."""
    for session in context.request.get(f"{lab.base}/api/sessions?token={lab.token}").json():
        context.request.delete(f"{lab.base}/api/sessions/{session['id']}?token={lab.token}")
    page = context.new_page()
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(f"{lab.base}/lab/tree/notebooks/{name}.ipynb?token={lab.token}&reset")
    # Not the notebook's own sign: it says "idle" before there is a kernel.
    page.locator("#jp-main-statusbar").get_by_text(f"(ipykernel) | {lab.idle}").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name=lab.menu, exact=True).click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    page.wait_for_selector(f"{sign}, {ERRORS}", timeout=60_000)
    return page


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_runs_and_draws_its_charts_without_a_network(context, lab, name):
    page = run_all(context, lab, name)
    assert page.locator(ERRORS).all_inner_texts() == []
    if NOTEBOOKS[name]:
        page.wait_for_function(f"document.querySelectorAll({json.dumps(CHARTS)}).length >= {NOTEBOOKS[name]}")
    charts = page.locator(CHARTS)
    for i in range(charts.count()):
        box = charts.nth(i).bounding_box()
        assert box["width"] > 200 and box["height"] > 60, f"chart {i} is not to be seen"
    page.wait_for_function("!document.body.innerText.includes('Loading widget')")
    text = page.locator(".jp-NotebookPanel").inner_text()
    for wrong in ("Javascript Error", "Error displaying widget", "Error creating widget", "Traceback"):
        assert wrong not in text
    assert not page.locator(".jp-InputArea-editor").filter(visible=True).count(), "code is put away"
    assert OTHER not in page.content() and "Voisin confidentiel" not in page.content()
    assert context.asked == [] and page.said == []
    page.close()


@pytest.mark.parametrize(("template", "charts"), [("annual_review", 4), ("action_plan", 2)])
def test_a_template_copied_beside_the_notebooks_draws_its_charts(context, lab, clients_folder, root, template, charts):
    copy = clients_folder / CLIENT / "notebooks" / f"{template}.ipynb"
    shutil.copy(root / "templates" / copy.name, copy)
    try:
        page = run_all(context, lab, template, f":nth-match({CHARTS}, {charts})")
        assert page.locator(ERRORS).all_inner_texts() == []
        assert page.locator("mjx-container").count() == 0, "an amount is read as mathematics"
        page.close()
    finally:
        copy.unlink()


def test_hands_raised_in_the_room_are_stored_and_shown_at_once(context, lab, clients_folder):
    page = run_all(context, lab, "7_review")
    form = page.locator(".planlib-panel").first
    for hands, field in zip(("6", "2", "1"), form.locator("input[type=text]").all()[:3], strict=True):
        field.fill(hands)
        field.press("Tab")
    sign(form, "Animatrice", "Atelier de bilan")
    heard = page.locator(".planlib-page table")
    heard.wait_for()
    assert heard.locator("tbody td.number").all_inner_texts() == ["6", "2", "1", "9"]
    page.close()
    with store.open(CLIENT, clients_folder) as book:
        assert book.table("ballot").loc["review-2025"]["mark"].value_counts().to_dict() == {1.0: 6, 0.5: 2, 0.0: 1}


def sign(form, who: str, why: str) -> None:
    """Say who and why at the foot of a form, store, and wait for its answer."""
    for label, text in (("Qui le dit", who), ("Pourquoi", why)):
        field = form.locator(".widget-text", has=form.page.locator("label", has_text=label)).locator("input")
        field.fill(text)
        field.press("Tab")
    form.get_by_role("button", name="Enregistrer").click()
    form.locator(".answer[role=status]", has_text=who).wait_for(timeout=20_000)


def test_a_scenario_says_in_words_what_changes_then_draws_it(context, lab):
    page = run_all(context, lab, "6_what_if")
    panel = page.locator(".planlib-panel").first
    handle = panel.locator(".noUi-handle").first
    handle.focus()
    for _ in range(6):
        handle.press("ArrowLeft")
    panel.get_by_role("button", name="Recalculer").click()
    page.locator(CHARTS).first.wait_for(timeout=60_000)
    assert "%" in panel.inner_text() and panel.locator("b").count()
    exits = panel.locator("li").all_inner_texts()
    assert exits and all("Il faudrait" in text for text in exits), "each exit names its limit"
    page.close()


def test_the_file_browser_shows_this_client_alone(context, lab, clients_folder):
    page = context.new_page()
    page.goto(f"{lab.base}/lab/tree/notebooks?token={lab.token}&reset")
    shown = page.locator(".jp-DirListing-itemText")
    shown.filter(has_text="1_ingest.ipynb").wait_for()
    assert shown.all_inner_texts() == [f"{name}.ipynb" for name in NOTEBOOKS]
    page.locator(".jp-BreadCrumbs-home").click()
    shown.filter(has_text="workshop").wait_for()
    assert set(shown.all_inner_texts()) <= {"maps", "notebooks", "reports", "workshop", "client.yaml"}
    assert OTHER not in page.content()
    page.close()


@pytest.mark.parametrize("path", ["..", f"../{OTHER}", f"%2e%2e/{OTHER}/client.yaml", ".lab", ".lab/config"])
@pytest.mark.parametrize("service", ["api/contents", "files"])
def test_nothing_above_the_client_nor_hidden_can_be_read(lab, service, path):
    wire = http.client.HTTPConnection(lab.base.removeprefix("http://"), timeout=20)  # a browser would tidy the path
    wire.request("GET", f"/{service}/{path}", headers={"Authorization": f"token {lab.token}"})
    answer = wire.getresponse()
    text = answer.read().decode()
    wire.close()
    assert answer.status in (403, 404), (answer.status, text[:200])
    asked = path.replace("%2e", ".")  # the refusal repeats what was asked, and nothing else
    assert OTHER not in text.replace(asked, "") and "Voisin confidentiel" not in text


@pytest.mark.parametrize("path", ["lab", "api/contents", "api/kernels", "api/kernelspecs", "files/client.yaml"])
def test_nothing_is_served_without_the_token(browser, lab, path):
    stranger = browser.new_context()
    answer = stranger.request.get(f"{lab.base}/{path}", max_redirects=0)
    assert answer.status in (302, 403), answer.status
    stranger.close()


def test_a_second_lab_on_the_client_gives_the_address_of_the_first(lab):
    again = subprocess.run(lab.command, capture_output=True, text=True, env=lab.env, cwd=lab.cwd, timeout=60)
    assert again.returncode == 0
    assert json.loads(again.stdout)["url"] == lab.url


def test_terminals_are_off(context, lab):
    answer = context.request.get(f"{lab.base}/api/terminals?token={lab.token}")
    assert answer.status == 404


def labels_from_the_top(page) -> list[str]:
    """The texts of the ranking as they stand, top to bottom: their order in the DOM is another."""
    return page.evaluate(
        """[...document.querySelectorAll('.planlib-live svg text')]
            .map(text => [text.getBoundingClientRect().top, text.getBoundingClientRect().left, text.textContent])
            .sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(found => found[2])"""
    )


def numbers(text: str) -> Counter:
    """Figures of a page, whatever the language they are written in."""
    text = re.sub(r"(?<=\d)[\u00a0\u202f,](?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    return Counter(re.findall(r"\d+(?:\.\d+)?", text))


def test_what_the_room_corrects_is_there_tomorrow_and_the_plan_says_the_same_in_both_languages(
    context, lab, clients_folder
):
    page = run_all(context, lab, "2_prioritise")
    page.wait_for_selector(".planlib-live svg text")
    before = labels_from_the_top(page)
    slider = page.locator(".planlib-live input[type=range]").first
    slider.evaluate("input => { input.value = 95; input.dispatchEvent(new Event('input', {bubbles: true})) }")
    page.wait_for_function(
        "old => document.querySelector('.planlib-live svg').textContent !== old", arg="".join(before)
    )
    assert labels_from_the_top(page) != before, "the order moves with the weight"
    keep = page.locator(".planlib-panel", has=page.get_by_role("button", name="Garder ces poids")).last
    for field, text in zip(keep.locator(".widget-text input").all(), ("Mme Roy", "La salle l'a dit"), strict=True):
        field.fill(text)
        field.press("Tab")
    keep.get_by_role("button", name="Garder ces poids").click()
    keep.locator(".answer[role=status]", has_text="Mme Roy").wait_for(timeout=20_000)

    form = page.locator(".planlib-panel:has(.planlib-scores)").last
    cell = form.locator(".planlib-scores tbody input").first
    cell.scroll_into_view_if_needed()
    old = cell.input_value()
    new = "1" if old != "1" else "2"
    cell.fill(new)
    cell.press("Tab")
    who, why = form.locator(".widget-text input").all()
    who.fill("Mme Roy")
    why.fill("Le comité a vu les chiffres de 2025")
    why.press("Tab")
    form.get_by_role("button", name="Enregistrer").click()
    form.locator(".answer[role=status]", has_text="Mme Roy").wait_for(timeout=20_000)
    page.close()
    lab.stop()

    with store.open(CLIENT, clients_folder) as book:
        kept = book.history("weight").iloc[-1]
        assert (kept["by"], kept["why"]) == ("Mme Roy", "La salle l'a dit")
        points = book.table("weight")["points"].xs("room", level="judge_id")
        assert (points == 95).sum() == 1 and points.notna().all(), "the slider moved, and those that did not"
        told = book.history("judgement").iloc[-1]
        assert (told["by"], told["why"]) == ("Mme Roy", "Le comité a vu les chiffres de 2025")
        assert told["row"]["performance"] == float(new)
        judge, action, criterion = told["key"].split(" / ")
        assert book.table("judgement").loc[(judge, action, criterion), "performance"] == float(new)

    shown = {}
    for lang in ("fr", "en"):
        made = report.build(
            "action_plan", CLIENT, {"year": 2025, "lang": lang}, workspace=clients_folder, today=date(2026, 1, 21)
        )
        assert made["status"] == "ok", made["error"]
        page = context.new_page()
        page.goto(Path(made["files"][0]).as_uri())
        shown[lang] = numbers(page.locator("main").inner_text())
        page.close()
    assert sum(shown["fr"].values()) > 100
    assert shown["fr"] == shown["en"]
