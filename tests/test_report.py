"""Reports: what is refused before a run, what a run leaves on disk, what a client's page holds and never holds."""

from __future__ import annotations

import ast
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import nbformat
import numpy as np
import papermill
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_report import CELLS, HOSTILE, PARAMETERS, new_client, write

from planlib import report, store
from planlib.report import clean, content, figures, html, jobs, parameters, runs
from planlib.schema import PlanError
from planlib.tables import frame
from planlib.workspace import read_client

TODAY = date(2026, 3, 15)


@pytest.fixture
def client(workspace):
    """The folder of a client whose workbook holds one action."""
    new_client(workspace)
    return workspace / "demo"


@pytest.fixture
def toy(tmp_path):
    return write(tmp_path / "toy.ipynb", "client")


# Parameters, before anything runs


def test_a_misspelt_parameter_is_refused_with_the_near_one(client, toy):
    with pytest.raises(PlanError) as caught:
        report.build(toy, "demo", {"yaer": 2025})
    assert str(caught.value) == "Template 'toy' has no parameter 'yaer'. Did you mean: year? Nothing was run."
    assert "Vouliez-vous dire : year" in caught.value.text("fr").replace("\u00a0", " ")
    assert not list((client / "reports").glob("*"))


def test_the_year_must_be_given(client, toy):
    with pytest.raises(PlanError, match=r"Parameter 'year' of template 'toy' is missing"):
        report.build(toy, "demo", {"lang": "fr"})


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("year", "abc", "a whole number"),
        ("year", 2025.0, "a whole number"),
        ("year", True, "a whole number"),
        ("year", "02025", "a whole number"),
        ("year", 20255, "a year of four digits"),
        ("number", 7, "text"),
        ("rate", "much", "a number"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(client, toy, name, value, wanted):
    with pytest.raises(PlanError) as caught:
        report.build(toy, "demo", {"year": 2025, name: value})
    assert (
        str(caught.value) == f"Parameter '{name}' is '{value}', but it must be {wanted}. Correct it; nothing was run."
    )


def test_text_stays_text_and_numbers_become_plain(toy):
    checked = parameters.checked(parameters.find(toy), "demo", {"year": np.int64(2025), "number": "007", "rate": "1"})
    assert checked == {"client": "demo", "year": 2025, "lang": "fr", "number": "007", "rate": 1.0}
    assert type(checked["year"]) is int and type(checked["rate"]) is float


def test_parameters_are_read_as_papermill_reads_them(tmp_path):
    stated = 'client: str = "demo"\nyear = 2025  # fiscal\nrate: float = 0.5\nitems = [\n    1,\n    2,\n]\nnone = None'
    template = write(tmp_path / "t.ipynb", parameters=stated)
    theirs = papermill.inspect_notebook(str(template))
    ours = parameters.stated_parameters(template.read_bytes())
    assert list(ours) == list(theirs)
    for name, (_, default) in ours.items():
        assert default == ast.literal_eval(theirs[name]["default"])


def test_a_date_given_for_text_is_written_as_a_day(tmp_path):
    template = parameters.find(write(tmp_path / "t.ipynb", parameters=f'{PARAMETERS}\ntoday = "2026-01-01"'))
    assert parameters.checked(template, "demo", {"year": 2025, "today": TODAY})["today"] == "2026-03-15"


def test_an_unknown_language_is_refused(client, toy):
    with pytest.raises(PlanError, match=r"There is no report in language 'es'. Choose one of: fr and en."):
        report.build(toy, "demo", {"year": 2025, "lang": "es"})


def test_the_client_cannot_be_two(client, toy):
    with pytest.raises(PlanError, match=r"asked for 'demo', but parameter 'client' says 'other'"):
        report.build(toy, "demo", {"year": 2025, "client": "other"})


def test_a_template_without_a_client_is_refused(client, tmp_path):
    alone = write(tmp_path / "alone.ipynb", "1", parameters="year = 2025")
    with pytest.raises(PlanError, match=r"'alone.ipynb' has no parameter 'client': every client would get the same"):
        report.build(alone, "demo", {"year": 2025})


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ("anual_review", r"There is no template 'anual_review' in templates/. Choose one of: "),
        ("folder/none.ipynb", r"Template 'folder/none.ipynb' was not found"),
        (".", r"There is no template '.'"),
    ],
)
def test_an_unknown_template_is_refused(client, found, message):
    with pytest.raises(PlanError, match=message):
        report.build(found, "demo", {"year": 2025})


def test_a_folder_or_a_broken_file_is_no_template(client, tmp_path):
    with pytest.raises(PlanError, match=r"'clients' is a folder"):
        report.build(client.parent, "demo", {"year": 2025})
    broken = tmp_path / "broken.ipynb"
    broken.write_text('{"cells": [', encoding="utf-8")
    with pytest.raises(PlanError, match=r"'broken.ipynb' is not a readable Jupyter notebook"):
        report.build(broken, "demo", {"year": 2025})


def test_an_unknown_client_or_engine_is_refused(client, toy):
    with pytest.raises(PlanError, match="demo"):
        report.build(toy, "dmeo", {"year": 2025})
    with pytest.raises(PlanError, match=r"There is no engine 'rocket'. Choose one of: fork and nbclient"):
        report.build(toy, "demo", {"year": 2025}, engine="rocket")


# One run, its files and its page


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One French report of the toy template, and the folder it was made in."""
    folder = tmp_path_factory.mktemp("made")
    workspace = folder / "clients"
    workspace.mkdir()
    new_client(workspace, name=f"Société d'essai {HOSTILE}")
    template = write(folder / "toy.ipynb", *CELLS, kernel="somewhere-else")
    given = {"year": "2025", "lang": "fr"}
    record = report.build(template, "demo", given, workspace=workspace, today=TODAY)
    return template, workspace, record


def page(made) -> str:
    return Path(made[2]["files"][0]).read_text(encoding="utf-8")


def test_a_run_stands_in_a_new_folder_with_its_notebook_page_and_record(made):
    _, workspace, record = made
    assert record["status"] == "ok" and record["error"] is None
    place = workspace / "demo" / "reports" / "2025-toy"
    assert {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()} == {
        "latest",
        "2026-03-15-1/fr/demo-2025-toy-fr.html",
        "2026-03-15-1/fr/demo-2025-toy-fr.ipynb",
        "2026-03-15-1/fr/run.json",
    }
    assert (place / "latest").read_text() == "2026-03-15-1\n"
    kept = json.loads((place / "2026-03-15-1/fr/run.json").read_text(encoding="utf-8"))
    assert kept["status"] == "ok" and kept["parameters"]["number"] == "007" and kept["parameters"]["year"] == 2025


def test_the_kernel_is_this_interpreter_in_the_templates_folder_with_the_workspace_in_use(made):
    template, workspace, _ = made
    shown = page(made)
    assert f"demo|2025|&#x27;007&#x27;|0.5|{workspace}|1" in shown
    assert f"{sys.executable} {template.parent}" in shown


def test_the_executed_notebook_keeps_no_path_of_this_machine_in_its_metadata(made):
    notebook = nbformat.read(made[2]["files"][1], as_version=4)
    assert "/" not in json.dumps(notebook.metadata.papermill)


def test_an_equal_report_is_not_made_twice(made):
    template, workspace, record = made
    again = report.build(template, "demo", {"year": 2025}, workspace=workspace, today=TODAY)
    assert again["status"] == "unchanged" and again["files"] == record["files"]
    assert again["seconds"] < record["seconds"] / 20
    assert len(list((workspace / "demo" / "reports" / "2025-toy").glob("*-*"))) == 1


def test_the_same_data_as_of_another_day_are_another_report(made):
    template, workspace, record = made
    job = report.Job(template, "demo", {"year": 2025}, workspace, TODAY)
    assert jobs.unchanged(jobs.ready(job))["files"] == record["files"]
    assert jobs.unchanged(jobs.ready(replace(job, today=date(2026, 3, 16)))) is None


def test_the_page_states_its_language_client_date_and_contents(made):
    shown = page(made)
    assert '<html lang="fr">' in shown and "Données au 15\u00a0mars\u00a02026" in shown
    assert re.search(r'<nav class="contents".*?<a href="#fait">Ce qui est fait</a>.*?#détail.*?</nav>', shown, re.S)
    assert shown.index("#coûts") < shown.index('<main id="main"') < shown.index('<h2 id="fait">')
    assert shown.count("<h1") == 1 and shown.count("<main") == 1


def test_the_page_holds_no_code_no_log_and_no_bare_value(made):
    shown = page(made)
    for hidden in ("journal de bord", "erreur interne", "import logging", "note de travail", "<pre>5</pre>"):
        assert hidden not in shown


def test_tagged_cells_stay_out_and_text_cells_speak_one_language(workspace):
    new_client(workspace)
    v4 = nbformat.v4
    cells = [
        v4.new_code_cell(metadata={"tags": [tag]}, outputs=[v4.new_output("stream", text=f"from {tag} cell")])
        for tag in ("parameters", "injected-parameters", "check", "hide-output", "free")
    ]
    cells += [v4.new_markdown_cell(f"## Texte {tags}", metadata={"tags": tags}) for tags in (["fr"], ["en"], [])]
    about = content.About(read_client("demo"), "annual_review", "fr", {"year": 2025, "edition": "public"}, TODAY)
    shown = html.page(content.content(v4.new_notebook(cells=cells), "fr"), about)
    assert re.findall(r"from (\S+) cell", shown) == ["free"]
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", shown) == ["Texte ['fr']"]
    assert "<h1>Revue annuelle 2025</h1>" in shown and "Version publique" in shown


def test_every_header_cell_says_what_it_heads(made):
    cells = re.findall(r"<th(?: [^>]*)?>", page(made))
    assert len(cells) > 60
    assert all(re.search(r'scope="(col|row)"', cell) for cell in cells)


def test_every_id_is_used_once(made):
    found = re.findall(r'\sid="([^"]*)"', page(made))
    assert len(found) == len(set(found)) >= 8


def test_charts_are_pictures_with_a_description_and_their_data(made):
    shown = page(made)
    assert len(re.findall(r'<svg role="img" aria-label="Barres pour demo 2025."', shown)) == 2
    assert "Deux actions prennent la moitié du budget" in shown
    assert re.search(r"<details><summary>Données du graphique</summary>.*?Action 2</th><td[^>]*>2\u00a0001</td>", shown)
    assert "axis titled" not in shown, "Vega's own English descriptions"


def test_words_of_a_workshop_stay_words(made):
    shown = page(made)
    tags = re.findall(r"<[^>]*>", shown.partition("</style>")[2])
    assert not [tag for tag in tags if "onerror" in tag.replace("&#x27;", "'") and 'aria-label="' not in tag]
    assert shown.count("<script>") == 1, "all that runs by itself is the page's own"
    assert shown.count("<script") == 1 + 1 + 2, "and the charts' bundle, and two charts as data"
    assert "&lt;script&gt;window.hacked = 1&lt;/script&gt;" in shown  # said in the header and in the chart, as text


# When a cell stops the run


def failing(cell: str, tmp_path: Path, **more) -> tuple[dict, nbformat.NotebookNode]:
    template = write(tmp_path / "failing.ipynb", "a = 1", cell, "b = 2")
    record = report.build(template, "demo", {"year": 2025, "lang": "fr"}, today=TODAY, **more)
    assert record["status"] == "failed"
    assert [Path(path).suffix for path in record["files"]] == [".ipynb"]
    return record, nbformat.read(record["files"][0], as_version=4)


def test_a_plan_error_in_a_cell_is_told_in_the_reports_language(client, tmp_path):
    raising = "from planlib.schema import PlanError\nraise PlanError('report.kernel_died')"
    record, notebook = failing(raising, tmp_path)
    assert record["error"] == PlanError("report.kernel_died").text("fr")
    assert [cell.metadata.papermill.status for cell in notebook.cells[-3:]] == ["completed", "failed", "pending"]
    (error,) = notebook.cells[-2].outputs
    assert (error.ename, error.evalue) == ("PlanError", str(PlanError("report.kernel_died")))
    assert not (client / "reports/2025-failing/latest").exists()
    assert json.loads((Path(record["files"][0]).parent / "run.json").read_text())["status"] == "failed"


@pytest.mark.parametrize("engine", ["nbclient", "fork"])
def test_the_asker_is_told_an_error_in_the_language_of_messages(client, tmp_path, engine):
    raising = "from planlib.schema import PlanError\nraise PlanError('report.kernel_died')"
    template = write(tmp_path / "failing.ipynb", raising)
    job = report.Job(template, "demo", {"year": 2025, "lang": "fr"}, engine=engine, told="en")
    (record,) = report.batch([job])
    assert (record["lang"], record["error"]) == ("fr", str(PlanError("report.kernel_died")))
    assert jobs.failed(job, PlanError("report.kernel_died"))["error"] == str(PlanError("report.kernel_died"))
    french = replace(job, told=None, template=write(tmp_path / "again.ipynb", raising))
    assert report.batch([french])[0]["error"] == PlanError("report.kernel_died").text("fr")


def test_a_cell_stopped_by_its_engine_keeps_the_reports_language_in_the_notebook(client, tmp_path):
    template = write(tmp_path / "failing.ipynb", "import os\nos._exit(1)")
    (record,) = report.batch([report.Job(template, "demo", {"year": 2025, "lang": "fr"}, told="en")])
    assert record["error"] == str(PlanError("report.kernel_died"))
    notebook = nbformat.read(record["files"][0], as_version=4)
    assert notebook.cells[-1].outputs[0].traceback == [PlanError("report.kernel_died").text("fr")]


def test_any_other_error_names_its_cell(client, tmp_path):
    record, _ = failing("1 / 0", tmp_path)
    assert record["error"].startswith("La cellule de code 4 du modèle s'est arrêtée sur\u00a0: ZeroDivisionError")


def test_a_killed_kernel_leaves_its_error_at_the_right_cell(client, tmp_path):
    record, notebook = failing("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", tmp_path)
    assert record["error"] == PlanError("report.kernel_died").text("fr")
    assert [cell.metadata.papermill.status for cell in notebook.cells[-3:]] == ["completed", "failed", "pending"]
    assert notebook.metadata.papermill.exception is True
    assert notebook.cells[-2].outputs[0].evalue == str(PlanError("report.kernel_died"))


def test_a_cell_that_hangs_is_stopped(client, tmp_path):
    record, notebook = failing("import time\ntime.sleep(60)", tmp_path, timeout=2)
    assert "Le carnet a dépassé 2 s et a été arrêté" in record["error"].replace("\u00a0", " ")
    assert notebook.cells[-2].metadata.papermill.status == "failed"
    assert record["seconds"] < 30


# Many reports


def test_one_client_that_cannot_be_read_does_not_stop_the_others(workspace, tmp_path):
    for slug in ("good", "bad"):
        new_client(workspace, slug)
    (workspace / "bad" / "client.yaml").write_text("name: [", encoding="utf-8")
    template = write(tmp_path / "toy.ipynb", "print(client)")
    wanted = [("bad", "fr"), ("bad", "en"), ("good", "fr"), ("good", "en")]
    asked = [report.Job(template, slug, {"year": 2025, "lang": lang}) for slug, lang in wanted]
    told = []
    with ThreadPoolExecutor(2) as executor:
        records = report.batch(asked, executor, on_done=told.append)
    assert [(r["client"], r["lang"], r["status"]) for r in records] == [
        ("bad", "fr", "failed"),
        ("bad", "en", "failed"),
        ("good", "fr", "ok"),
        ("good", "en", "ok"),
    ]
    assert "client.yaml" in records[0]["error"] and records[0]["files"] == []
    assert sorted(map(str, told)) == sorted(map(str, records))
    pages = [Path(record["files"][0]).parent for record in records[2:]]
    assert pages[0].parent == pages[1].parent, "both languages of one round share a folder"


def test_a_bad_parameter_of_one_job_stops_a_batch_before_anything_runs(client, toy):
    asked = [{"template": toy, "client": "demo", "parameters": {"year": y}} for y in (2025, "abc")]
    with pytest.raises(PlanError, match="'year' is 'abc'"):
        report.batch(asked)
    assert not list((client / "reports").glob("*"))


def test_a_worker_that_dies_names_its_report(client, toy, monkeypatch):
    monkeypatch.setattr("planlib.report.many.render", lambda job: 1 / 0)
    with ThreadPoolExecutor(1) as executor:
        (record,) = report.batch([(toy, "demo", {"year": 2025, "lang": "en"})], executor)
    assert record["status"] == "failed"
    assert record["error"].startswith("The process that was making this report stopped: division by zero")


# What a report is made of, and where it stands


def test_what_a_report_is_made_of_changes_its_fingerprint(client, toy):
    def now(**given):
        return runs.fingerprint(parameters.find(toy), {"year": 2025, **given}, client, ("html",))

    first = now()
    assert now() == first
    assert now(lang="en") != first
    with store.open("demo") as book:
        book.put("action", frame("action", {("A-01",): {"title": "Planter des arbres"}}), by="test", why="same")
    assert now() == first, "nothing new was written"
    with store.open("demo") as book:
        book.put("action", frame("action", {("A-01",): {"title": "Planter cent arbres"}}), by="test", why="more")
    second = now()
    assert second != first
    (client / "client.yaml").write_text((client / "client.yaml").read_text() + "\naccent: '#7a3b00'\n")
    assert now() != second
    write(toy, "client, year")
    assert now() not in (first, second)


def test_runs_of_a_day_never_take_a_path_twice(tmp_path):
    def deliver(lang, day=TODAY):
        with runs.part(tmp_path) as part:
            (part / "run.json").write_text("{}")
            return runs.deliver(part, tmp_path, day, lang).relative_to(tmp_path).as_posix()

    assert [deliver(lang) for lang in ("fr", "en", "en", "fr", "fr")] == [
        "2026-03-15-1/fr",
        "2026-03-15-1/en",
        "2026-03-15-2/en",
        "2026-03-15-2/fr",
        "2026-03-15-3/fr",
    ]
    assert deliver("en", date(2026, 3, 16)) == "2026-03-16-1/en"
    assert not list(tmp_path.glob(".*.part"))


def test_twenty_runs_delivered_at_once_all_stand(tmp_path):
    def deliver(number):
        with runs.part(tmp_path) as part:
            (part / "run.json").write_text(str(number))
            return runs.deliver(part, tmp_path, TODAY, "fr")

    with ThreadPoolExecutor(8) as executor:
        places = list(executor.map(deliver, range(20)))
    assert sorted((place / "run.json").read_text() for place in places) == sorted(map(str, range(20)))


def test_a_run_that_fails_midway_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), runs.part(tmp_path) as part:
        (part / "half.html").write_text("<p>")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


# HTML written anew


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<ScRiPt src=//x>alert(1)</sCrIpT >",
        "<script>alert(1)",
        "<img src=https://x.test/a.png onerror=alert(1)>",
        "<a href='java\nscript:alert(1)'>x</a>",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<svg onload=alert(1)><script>alert(1)</script><foreignObject><body onload=alert(1)></svg>",
        "<meta http-equiv=refresh content='0;url=https://x.test'>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<form action=https://x.test><button>go</button></form>",
        "<p style='background:url(https://x.test)' onclick=alert(1)>x</p>",
        "<p style='position:fixed;inset:0'>x</p>",
        "<link rel=stylesheet href=https://x.test/a.css><base href=https://x.test>",
        "<style>@import 'https://x.test'</style>",
        "<!--><script>alert(1)</script>-->",
        "<p title='\"><script>alert(1)</script>'>x</p>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></table></math>",
        "<svg><use href='https://x.test/a.svg#b'/><image href='https://x.test/a.png'/></svg>",
    ],
)
def test_nothing_that_acts_or_calls_out_is_written(hostile):
    written = clean.clean(hostile, set())
    tags = re.findall(r"<[^>]*>", written)
    acting = r"<script|=\"\s*\w*script:|\son\w+=|x\.test|fixed|<(meta|iframe|form|link|base|style|use|image)"
    assert not [tag for tag in tags if re.search(acting, tag, re.I)]


@given(st.text(alphabet="<>/'\"= abonscripthmltdgv&;#-!\n", max_size=80))
def test_cleaned_html_is_listed_tags_closed_in_order(text):
    written = clean.clean(text, set())
    opened = []
    for slash, name in re.findall(r"<(/?)([a-zA-Z0-9]*)", written):
        assert name.lower() in clean.TAGS | clean.DRAWING
        if slash:
            assert opened.pop() == name
        elif name not in clean.EMPTY:
            opened.append(name)
    assert opened == []


def test_tables_are_mended_and_stand_in_a_box_that_scrolls():
    head, body = "<tr><th></th><th>Coût</th></tr>", "<tr><th>A-01</th><td>5</td></tr>"
    written = clean.clean(f"<table><thead>{head}</thead><tbody>{body}</tbody></table>", set(), scroll_label="Tableau")
    head, body = '<tr><td></td><th scope="col">Coût</th></tr>', '<tr><th scope="row">A-01</th><td>5</td></tr>'
    assert written == (
        '<div class="scroll" tabindex="0" role="group" aria-label="Tableau">'
        f"<table><thead>{head}</thead><tbody>{body}</tbody></table></div>"
    )


def test_no_break_spaces_of_a_heading_stay_in_the_contents():
    _, (heading,) = clean.headings("<h2>Annexe\u00a0: action\n  par\taction\u202f; <b>fin</b> </h2>", set())
    assert heading.text == "Annexe\u00a0: action par action\u202f; fin"


def test_an_id_met_twice_is_renamed_with_what_points_to_it():
    ids = set()
    piece = '<p id="a">x</p><p aria-labelledby="a b">y <a href="#a">z</a></p>'
    assert clean.clean(piece, ids) == piece
    assert clean.clean(piece, ids) == piece.replace('"a"', '"a-2"').replace('"#a"', '"#a-2"').replace(
        '"a b"', '"a-2 b"'
    )


# Charts


def spec(**more) -> dict:
    rows = [{"action": "Planter", "cost": 12500.5, "share": 0.25, "day": "2026-03-15T00:00:00", "done": None}]
    return {"data": {"values": rows}, "mark": "bar", "width": 300, **more}


def test_the_data_of_a_chart_are_what_its_tooltip_tells_in_the_pages_language(lang):
    tooltip = [
        {"field": "action", "type": "nominal", "title": "Action"},
        {"field": "cost", "type": "quantitative", "title": "Coût"},
        {"field": "share", "type": "quantitative", "title": "Part", "format": ".0%"},
        {"field": "day", "type": "temporal", "title": "Échéance"},
        {"field": "done", "type": "quantitative", "title": "Fait"},
    ]
    html = figures.figure(spec(encoding={"tooltip": tooltip}), lang, set())
    cells = re.findall(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", html.partition("<details>")[2])
    assert cells[:5] == ["Action", "Coût", "Part", "Échéance", "Fait"]
    assert (
        cells[5:]
        == {
            "fr": ["Planter", "12\u00a0500,5", "25\u00a0%", "15\u00a0mars\u00a02026", "—"],
            "en": ["Planter", "12,500.5", "25%", "March 15, 2026", "—"],
        }[lang]
    )


def test_a_layered_chart_tells_each_of_its_data_sets_once():
    bars = {"mark": "bar", "encoding": {"x": {"field": "cost", "type": "quantitative", "title": "Coût"}}}
    layered = {"data": {"name": "d"}, "datasets": {"d": spec()["data"]["values"]}, "layer": [bars, bars]}
    layered["encoding"] = {"y": {"field": "action", "type": "nominal", "axis": {"title": "Action"}}}
    html = figures.figure(layered, "fr", set())
    assert html.count("<table>") == 1
    assert re.findall(r"<th(?: [^>]*)?>(.*?)</th>", html.partition("<details>")[2]) == ["Action", "Coût", "Planter"]


def test_a_tooltip_speaks_for_its_data_set_and_labels_drawn_apart_stay_out():
    label = {"field": "action", "type": "nominal", "title": None}
    tooltip = [{"field": "action", "type": "nominal", "title": "Action"}, {"field": "cost", "type": "quantitative"}]
    rule = {"mark": "rule", "encoding": {"y": label}}
    bars = {"mark": "bar", "encoding": {"y": label, "tooltip": tooltip}}
    text = {"data": {"values": [{"told": "2 sur 4"}]}, "mark": "text", "encoding": {"text": {"field": "told"}}}
    layered = {"data": spec()["data"], "layer": [rule, bars, text]}
    html = figures.figure(layered, "fr", set())
    assert re.findall(r"<th(?: [^>]*)?>(.*?)</th>", html.partition("<details>")[2]) == ["Action", "cost", "Planter"]


def test_rows_without_a_titled_label_still_say_what_they_are_about():
    drawn = {"y": {"field": "action", "type": "nominal", "title": None}, "x": {"field": "cost", "title": "Coût"}}
    html = figures.figure(spec(encoding=drawn), "fr", set())
    assert re.findall(r"<th(?: [^>]*)?>(.*?)</th>", html.partition("<details>")[2]) == ["Élément", "Coût", "Planter"]


def test_two_equal_charts_share_no_id():
    ids = set()
    clipped = spec(encoding={"x": {"field": "cost", "type": "quantitative"}}) | {"mark": {"type": "bar", "clip": True}}
    both = figures.figure(clipped, "fr", ids) + figures.figure(clipped, "fr", ids)
    found = re.findall(r'\sid="([^"]*)"', both)
    assert len(found) == len(set(found)) >= 2
    assert set(re.findall(r"url\(#([^)]*)\)", both)) == set(found)


def test_numbers_on_axes_are_written_as_the_language_does(lang):
    axis = {"x": {"field": "cost", "type": "quantitative"}}
    drawn = figures.figure(spec(encoding=axis), lang, set()).partition("<details>")[0]
    wanted = {"fr": r"10[\u00a0\u202f]000", "en": "10,000"}[lang]
    assert re.search(wanted, drawn)
