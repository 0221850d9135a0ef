"""A report's page in a real browser, without a network: what it asks for, shows, and how it fits screens and paper."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import missing
from toy_report import CELLS, HOSTILE, new_client, write

from planlib import report
from planlib.desk.tables import NOWHERE, laid

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The French page of the toy template; made before the browser starts."""
    folder = tmp_path_factory.mktemp("page")
    workspace = folder / "clients"
    workspace.mkdir()
    new_client(workspace, name=f"Société d'essai {HOSTILE}", accent="#7a3b00")
    template = write(folder / "toy.ipynb", *CELLS)
    record = report.build(template, "demo", {"year": 2025, "lang": "fr"}, workspace=workspace, today=date(2026, 3, 15))
    assert record["status"] == "ok", record["error"]
    return Path(record["files"][0])


@pytest.fixture
def opened(made, browser):
    """Open the page offline at a size; gives the page with what it asked for and what the console said."""
    contexts = []

    def at(width: int, height: int = 900, **more):
        context = browser.new_context(viewport={"width": width, "height": height}, **more)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(made.as_uri())
        return page

    yield at
    for context in contexts:
        context.close()


def come_alive(page) -> None:
    """Bring every chart near the reader's eyes, and wait until it is drawn anew."""
    for chart in page.query_selector_all("figure:has(> .chart)"):
        chart.scroll_into_view_if_needed()
        page.wait_for_selector("figure:nth-of-type(1) > .drawn svg[role=img]", timeout=20_000)
        page.wait_for_timeout(300)
    page.wait_for_selector("figure.live >> nth=1", timeout=20_000)


def test_nothing_is_asked_for_and_nothing_goes_wrong(opened, made):
    page = opened(1280)
    come_alive(page)
    assert page.asked == [made.as_uri()]
    assert page.said == []


def test_the_words_of_a_workshop_do_nothing(opened):
    page = opened(1280)
    assert page.evaluate("window.hacked") is None
    assert "window.hacked = 1" in page.inner_text(".client"), "shown as it was written"


def test_the_policy_stops_a_script_that_is_not_the_pages_own(opened):
    page = opened(1280)
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.hacked = 2'}))")
    assert page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in text for text in page.said)


def test_charts_are_drawn_as_wide_as_the_column_allows(opened):
    page = opened(1280)
    come_alive(page)
    boxes = [svg.bounding_box() for svg in page.query_selector_all("figure .picture svg")]
    assert len(boxes) == 2
    assert all(box["width"] > 600 and box["height"] > 60 for box in boxes)
    bars = page.query_selector_all("figure .picture path[fill]")
    assert sum(bar.bounding_box()["width"] > 20 for bar in bars) >= 10


@pytest.mark.parametrize(("width", "zoom"), [(1280, 1), (390, 1), (320, 1), (640, 2)])
def test_the_page_never_scrolls_sideways(opened, width, zoom):
    page = opened(width // zoom, device_scale_factor=zoom)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_wide_table_scrolls_in_its_box_with_the_keyboard(opened):
    page = opened(320)
    box = page.query_selector("main > .scroll")
    assert box.get_attribute("tabindex") == "0" and box.get_attribute("aria-label")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)  # the page's policy forbids the evaluation that wait_for_function does
    assert page.evaluate("document.querySelector('main > .scroll').scrollLeft") > 0
    wide = opened(1280)
    assert wide.query_selector("main > .scroll").get_attribute("tabindex") is None, "nothing to scroll to"


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_charts_are_drawn_anew_as_wide_as_the_screen_with_one_description(opened, width):
    page = opened(width)
    come_alive(page)
    for svg in page.query_selector_all("figure > .drawn .picture svg"):
        room = svg.evaluate("svg => svg.closest('.drawn').clientWidth")
        assert abs(float(svg.get_attribute("width")) - room) <= 12, "neither scaled down nor cut"
        assert svg.get_attribute("aria-label") == "Barres pour demo 2025."
        assert svg.query_selector("[role]") is None, "what Vega says of its marks is English"
    assert not page.is_visible("figure > .chart"), "the still picture is for paper"


def test_a_name_too_long_for_a_phone_stands_above_its_bar(opened):
    page = opened(320)
    come_alive(page)
    labels = page.query_selector_all("figure:nth-of-type(1) .role-axis-label text")
    long = next(label.bounding_box() for label in labels if "script" in label.text_content())
    plot = page.query_selector("figure:nth-of-type(1) .picture svg").bounding_box()
    assert plot["x"] <= long["x"] and long["x"] + long["width"] <= plot["x"] + plot["width"] + 1


def test_the_exact_figures_stand_under_the_hand_in_the_language_of_the_page(opened):
    page = opened(1280)
    come_alive(page)
    page.locator("figure:nth-of-type(1) .picture .mark-rect path").last.hover()
    page.wait_for_selector("#tip.visible")
    told = page.inner_text("#tip")
    assert re.search(r"\b5\s002,5$", told.strip()) and "Action" in told


def test_without_scripts_or_on_paper_the_still_picture_says_it_all(opened):
    page = opened(390, java_script_enabled=False)
    assert page.locator("figure > .chart svg[role=img]").count() == 2 and page.is_visible("figure > .chart")
    alive = opened(1280)
    come_alive(alive)
    alive.emulate_media(media="print")
    assert alive.is_visible("figure > .chart svg") and not alive.is_visible("figure > .drawn")


def test_contents_stand_left_on_a_wide_screen_and_folded_on_top_on_a_phone(opened):
    wide = opened(1280)
    contents, main = (wide.query_selector(part).bounding_box() for part in (".contents", "main"))
    assert contents["x"] + contents["width"] <= main["x"]
    wide.click(".contents a[href='#coûts']")
    wide.wait_for_selector(".contents a[href='#coûts'][aria-current]")
    phone = opened(390)
    assert phone.query_selector(".contents details").get_attribute("open") is None
    contents, main = (phone.query_selector(part).bounding_box() for part in (".contents", "main"))
    assert contents["y"] + contents["height"] <= main["y"]
    phone.click(".contents summary")
    assert phone.is_visible(".contents a[href='#fait']")


def test_the_keyboard_reaches_the_content_first(opened):
    page = opened(1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_landmarks_headings_and_language_are_what_a_screen_reader_needs(opened):
    page = opened(1280)
    assert page.evaluate("document.documentElement.lang") == "fr"
    counts = "['header', 'nav', 'main', 'footer', 'h1'].map(tag => document.querySelectorAll('body ' + tag).length)"
    assert page.evaluate(counts) == [1, 1, 1, 1, 1]
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])")
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.locator(".chart svg[role=img][aria-label]").count() == 2


def test_the_printed_page_is_letter_paper_with_running_heads_and_repeated_headers(opened):
    page = opened(1280)
    pdf = page.pdf(prefer_css_page_size=True)
    sizes = set(re.findall(rb"/MediaBox ?\[([^\]]*)\]", pdf))
    assert sizes == {b"0 0 612 792"}
    page.emulate_media(media="print")
    shown = "getComputedStyle(document.querySelector('main thead')).display"
    assert page.evaluate(shown) == "table-header-group"
    assert page.evaluate("getComputedStyle(document.querySelector('figure')).breakInside") == "avoid"
    assert not page.is_visible(".skip") and not page.is_visible("figure details")


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_axe_finds_nothing_to_mend(opened, width):
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None:
        missing("No axe-playwright-python, which carries axe-core", "PLANLIB_REQUIRE_BROWSER")
    page = opened(width)
    come_alive(page)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.evaluate((Path(package.origin).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


def test_on_a_telephone_rows_become_cards_that_say_their_heads(browser, root):
    css = "".join(
        (root / "templates" / "html" / name).read_text(encoding="utf-8") for name in ("base.css", "blocks.css")
    )
    heads = ["Indicateur", "Départ", "Résultat", "Cible", "Position"]
    cells = ["Passages piétons, samedi moyen", "6 840 passages par jour", "6 480 passages", "7 400 passages", NOWHERE]
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(
        f'<style>{css}</style><main><div class="scroll">{laid("x", heads, [("", [cells])]).html}</div></main>'
    )
    assert page.evaluate("(b => b.scrollWidth <= b.clientWidth)(document.querySelector('.scroll'))")
    shown = page.query_selector_all("td:visible")
    assert [cell.inner_text() for cell in shown] == cells[1:-1], "a blank one takes no room"
    said = [cell.evaluate("td => getComputedStyle(td, '::before').content") for cell in shown]
    assert said == [f'"{head}"' for head in heads[1:-1]]
    boxes = [cell.bounding_box() for cell in shown]
    assert len({box["x"] for box in boxes}) == 1 and len({box["y"] for box in boxes}) == len(boxes)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert len({cell.bounding_box()["y"] for cell in page.query_selector_all("td")}) == 1
    assert page.evaluate("getComputedStyle(document.querySelector('td'), '::before').content") == "none"
    page.close()


def test_on_a_telephone_the_options_of_a_note_stand_side_by_side(browser, root):
    css = "".join(
        (root / "templates" / "html" / name).read_text(encoding="utf-8") for name in ("base.css", "blocks.css")
    )
    long = "Ouvrir une halte-info travaux et envoyer un bulletin hebdomadaire aux membres"
    cells = "".join(f"<td>{long}</td>" for _ in range(3))
    head = "".join(f'<th scope="col">{n}. Garder le plus de valeur</th>' for n in (1, 2, 3))
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(
        f'<style>{css}</style><main><div class="scroll"><table class="options">'
        f'<thead><tr><th scope="col">Option</th>{head}</tr></thead>'
        f'<tbody><tr><th scope="row">Perdu</th>{cells}</tr></tbody></table></div></main>'
    )
    assert page.evaluate("(b => b.scrollWidth <= b.clientWidth)(document.querySelector('.scroll'))")
    boxes = [cell.bounding_box() for cell in page.query_selector_all("td")]
    assert len({box["y"] for box in boxes}) == 1 and all(box["width"] > 100 for box in boxes)
    row = page.query_selector("tbody th").bounding_box()
    assert row["y"] + row["height"] <= boxes[0]["y"] + 1 and row["width"] > 300
    page.close()
