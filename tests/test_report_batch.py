"""A batch of reports: what is made, held, resumed and written down; nothing of a client in another's files."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import nbformat
import pdfplumber
import pytest
from toy_report import PARAMETERS, new_client, write

from planlib import cli, report, store
from planlib.report import forked, html, lint, manifest
from planlib.schema import PlanError
from planlib.tables import frame

pytestmark = pytest.mark.skipif(not forked.possible(), reason="A fork is safe on Linux only; elsewhere a kernel runs")

# Each client's marks: its name, an action's words, an amount; the last is a client whose cell stops.
CLIENTS = {
    "qash": ("Frênaie", 71_311),
    "qbirch": ("Boulaie", 82_422),
    "qcedar": ("Cédrière", 93_533),
    "qdead": ("Souche", 4),
}

COMMAND = "from planlib.cli import main; main()"

CELLS = (
    "from IPython.display import HTML, display\nfrom planlib import store\nfrom planlib.words import money\n"
    "with store.open(client) as book:\n    actions = book.table('action')",
    "if client == 'qdead': raise ValueError('no roots')",
    'HTML(f\'<h2>Plan</h2><table><tr><th>a</th><th>b</th></tr><tr><th>{actions["title"].iloc[0]}</th>'
    '<td>{money(float(actions["title"].iloc[0].split()[-1]), lang)}</td></tr></table>\')',
    "spec = {'$schema': 'https://vega.github.io/schema/vega-lite/v6.json', 'description': actions['title'].iloc[0],"
    " 'data': {'values': [{'a': t, 'n': 1} for t in actions['title']]}, 'mark': 'bar',"
    " 'encoding': {'y': {'field': 'a', 'type': 'nominal'}, 'x': {'field': 'n', 'type': 'quantitative'}}}\n"
    "display({'application/vnd.vegalite.v6.json': spec}, raw=True)",
)


def marked_clients(workspace: Path) -> None:
    for slug, (name, amount) in CLIENTS.items():
        new_client(workspace, slug, name=f"Société {name}")
        with store.open(slug, workspace) as book:
            title = {"title": f"Planter {name}-bois pour {amount}"}
            book.put("action", frame("action", {("A-01",): title}), by="test", why="mark")


def told(arguments: list[str], capsys) -> tuple[int, dict, str]:
    """Exit code, the JSON answer and what stderr said."""
    with pytest.raises(SystemExit) as left:
        cli.main(["report", *arguments, "--json", "--lang", "en", "--today", "2026-03-15"])
    out, err = capsys.readouterr()
    return left.value.code, json.loads(out) if out else {}, err


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """Four clients, two languages, HTML and PDF, one client broken; what the command said."""
    folder = tmp_path_factory.mktemp("batch")
    workspace = folder / "clients"
    workspace.mkdir()
    marked_clients(workspace)
    template = write(folder / "toy.ipynb", *CELLS, parameters='client = "nobody"\nyear = 2025\nlang = "fr"')
    command = [sys.executable, "-c", COMMAND, "report", "--all", "--template", str(template), "--year", "2025"]
    command += ["--workspace", str(workspace), "--langs", "fr,en", "--to", "html,pdf", "--today", "2026-03-15"]
    command += ["--lang", "en", "--jobs", "2"]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=120)
    return workspace, command, done


def test_one_broken_client_is_named_and_all_others_are_delivered(batch):
    workspace, _, done = batch
    assert done.returncode == 1, done.stderr
    records = json.loads(done.stdout)["reports"]
    assert [(record["client"], record["lang"]) for record in records] == [
        (c, la) for c in CLIENTS for la in ("fr", "en")
    ]
    for record in records:
        kinds = [Path(path).suffix for path in record["files"]]
        if record["client"] == "qdead":
            assert record["status"] == "failed" and kinds == [".ipynb"]
            assert record["error"].startswith("Code cell 4 of the template stopped on: ValueError: no roots")
        else:
            assert (record["status"], kinds) == ("ok", [".html", ".pdf", ".ipynb"])
        assert all(Path(path).is_file() for path in record["files"])
    assert sorted(line.split("]")[0] for line in done.stderr.splitlines()) == sorted(f"[{i}/8" for i in range(1, 9))
    assert not list(workspace.rglob("*.part"))


def test_nothing_of_a_client_is_in_anothers_files(batch):
    workspace, _, _ = batch
    marks = {
        slug: (name, f"{amount:,}", str(amount), f"{amount // 1000}\u00a0{amount % 1000}")
        for slug, (name, amount) in CLIENTS.items()
    }
    for slug in ("qash", "qbirch", "qcedar"):
        texts = {path.name: text_of(path) for path in (workspace / slug / "reports").rglob("*") if path.is_file()}
        assert len(texts) == 2 * 3 + 2, "three files a language, run.json (one name for both) and latest"
        for name, text in texts.items():
            foreign = [
                m for other, own in marks.items() if other not in (slug, "qdead") for m in (*own, other) if m in text
            ]
            assert not foreign, f"{slug}: {name} holds {foreign}"
        assert sum(marks[slug][0] in text for text in texts.values()) >= 6, "each file has its own mark"


def text_of(path: Path) -> str:
    if path.suffix != ".pdf":
        return path.read_text(encoding="utf-8")
    with pdfplumber.open(path) as read:
        return "\n".join(page.extract_text() for page in read.pages) + str(read.metadata)


def test_the_manifest_has_a_line_a_report_with_the_hash_of_each_file(batch):
    workspace, _, _ = batch
    lines = [json.loads(line) for line in (workspace / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 8 and len({line["batch"] for line in lines}) == 1
    assert {(line["client"], line["status"]) for line in lines} == {
        (c, "failed" if c == "qdead" else "ok") for c in CLIENTS
    }
    for line in lines:
        assert line["template"] == "toy" and line["year"] == 2025 and line["to"] == ["html", "pdf"]
        for file in line["files"]:
            content = (workspace / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]


def test_resume_takes_only_what_the_last_batch_did_not_deliver(batch):
    workspace, command, _ = batch
    again = subprocess.run(
        [*command[:4], "--resume", "--list", "--json", "--workspace", str(workspace)], capture_output=True, text=True
    )
    records = json.loads(again.stdout)["reports"]
    assert [(r["client"], r["lang"], r["status"]) for r in records] == [
        ("qdead", "fr", "to_make"),
        ("qdead", "en", "to_make"),
    ]
    lines = (workspace / "manifest.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if '"client": "qcedar"' not in line]
    try:  # as if the batch had been killed before cedar, in the middle of a line
        (workspace / "manifest.jsonl").write_text("".join(kept) + lines[-1][:40], encoding="utf-8")
        assert {job.client for job in manifest.unfinished(workspace)} == {"qcedar", "qdead"}
    finally:
        (workspace / "manifest.jsonl").write_text("".join(lines), encoding="utf-8")


def test_only_narrows_the_batch_and_list_runs_nothing(batch, capsys):
    workspace, command, _ = batch
    asked = [*command[4:-2], "--list"]  # without --jobs
    before = sorted(workspace.rglob("*"))
    code, answer, _ = told([*asked, "--only", "qa*,qdead"], capsys)
    assert code == 0 and sorted(workspace.rglob("*")) == before
    assert [(r["client"], r["status"]) for r in answer["reports"]] == [
        ("qash", "unchanged"),
        ("qash", "unchanged"),
        ("qdead", "to_make"),
        ("qdead", "to_make"),
    ]
    code, _, err = told([*asked, "--only", "oak"], capsys)
    assert code == 2
    assert err.startswith("No client of the batch is called 'oak' (--only). Give the name or a pattern of a client")


def test_without_a_batch_there_is_nothing_to_resume(workspace):
    with pytest.raises(PlanError, match=r"No batch of reports was begun in 'clients'. Name the clients, or --all."):
        manifest.unfinished(workspace)


# Bounds: memory, and what a cell leaves running


@pytest.mark.parametrize("engine", ["fork", "nbclient"])
def test_a_notebook_that_asks_for_too_much_memory_is_stopped_at_its_cell(workspace, tmp_path, engine):
    new_client(workspace)
    template = write(tmp_path / "toy.ipynb", "a = 1", "b = bytearray(3_000_000_000)", "c = 2")
    record = report.build(template, "demo", {"year": 2025, "lang": "en"}, engine=engine, memory=500)
    assert record["status"] == "failed"
    assert record["error"].startswith("The notebook asked for more than 500 MB of memory and was stopped.")
    cells = nbformat.read(record["files"][0], as_version=4).cells[-3:]
    assert [cell.metadata.papermill.status for cell in cells] == ["completed", "failed", "pending"]
    assert cells[1].outputs[0].ename == "MemoryError"
    fitting = write(tmp_path / "fits.ipynb", "b = bytearray(100_000_000)")
    assert report.build(fitting, "demo", {"year": 2025}, engine=engine, memory=500)["status"] == "ok"


def test_a_process_that_left_the_notebooks_session_ends_with_it(workspace, tmp_path):
    new_client(workspace)
    cell = "import subprocess\nsubprocess.Popen(['sleep', '63'], start_new_session=True); 1"
    assert report.build(write(tmp_path / "toy.ipynb", cell), "demo", {"year": 2025}, engine="fork")["status"] == "ok"
    assert not sleeping("63")


def test_a_killed_batch_leaves_no_notebook_running(workspace, tmp_path):
    new_client(workspace)
    template = write(tmp_path / "toy.ipynb", "import subprocess\nsubprocess.run(['sleep', '64'])")
    code = "import sys\nfrom planlib import report\nreport.build(sys.argv[1], 'demo', {'year': 2025}, engine='fork')"
    running = subprocess.Popen([sys.executable, "-c", code, str(template)])
    waited(lambda: sleeping("64"), 60)
    running.kill()
    running.wait()
    waited(lambda: not sleeping("64"), 10)


def waited(true, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def sleeping(seconds: str) -> bool:
    return subprocess.run(["pgrep", "-f", f"^sleep {seconds}$"], capture_output=True).returncode == 0


# What is wrong with a template


def rules(template: Path) -> list[tuple[str, int | None]]:
    return [(finding.rule, finding.cell) for finding in lint.findings(template)]


def test_the_projects_own_templates_have_nothing_grave_to_mend(root):
    paths = sorted((root / "templates").glob("*.ipynb"))
    assert len(paths) >= 2
    assert [finding for path in paths for finding in lint.findings(path) if finding.severity == "error"] == []


def test_a_misspelt_name_or_tag_is_found_and_the_right_one_offered(tmp_path):
    cells = (
        "from planlib.charts import review as charts\nimport os.path\nwith open('a') as file: rows = [r for r in file]",
        "chart.reasons(rows, lang, key=lambda row: row)\nqwerty(client)",
        "def told(x, *more, **facts):\n    try:\n        return os.sep, year\n"
        "    except OSError as error:\n        return error",
        "display(_, told(Out), __name__, len(charts))",
    )
    template = write(tmp_path / "t.ipynb", *cells, parameters='client = "a"\nyear = 2025\nlang = "en"')
    notebook = nbformat.read(template, as_version=4)
    notebook.cells[3].metadata["tags"] = ["slides", "mine"]
    notebook.cells[-1].metadata["tags"] = ["check"]
    nbformat.write(notebook, template)
    assert [finding.text("en") for finding in lint.findings(template)] == [
        "Code cell 3 uses 'chart', which nothing in the template defines. Did you mean: charts?",
        "Code cell 3 uses 'qwerty', which nothing in the template defines. Correct the name or import it.",
        "Tag 'slides' of code cell 3 does nothing. Did you mean: slide?",
    ]
    starred = write(tmp_path / "s.ipynb", "from math import *\nsqrt(year)", parameters='client = "a"\nyear = 2025')
    assert "unknown_name" not in dict(rules(starred)), "what such an import brings cannot be known"


def test_an_import_of_what_is_not_there_is_found(tmp_path):
    (tmp_path / "ours.py").write_text("", encoding="utf-8")
    cells = (
        "import ours, os.path\nfrom planlib.report import lnt\nfrom planlib import review, desk, qwerty\n"
        "from planlib.nowhere import x",
        "import notinstalled.part as p\nfrom pandas import DataFrame",
    )
    template = write(tmp_path / "t.ipynb", *cells, parameters='client = "a"\nyear = 2025\nlang = "en"')
    told = [finding.text("en") for finding in lint.findings(template) if "import" in finding.text("en")]
    absent = "which is not installed here. Correct the name or install that module."
    assert told == [
        "Code cell 2 imports 'lnt', which planlib.report does not have. Did you mean: lint?",
        "Code cell 2 imports 'qwerty', which planlib does not have.",
        f"Code cell 2 imports 'planlib.nowhere', {absent}",
        f"Code cell 3 imports 'notinstalled.part', {absent}",
    ]


def test_a_fault_in_setting_one_report_is_named_and_the_others_are_delivered(workspace, tmp_path, monkeypatch):
    template = write(tmp_path / "t.ipynb", "print(client, year, lang)", parameters=PARAMETERS)
    for slug in ("un", "deux"):
        new_client(workspace, slug)
    page = html.page

    def set_page(content, about):
        if about.client.slug == "un":
            raise KeyError("nothing of that name")
        return page(content, about)

    monkeypatch.setattr(html, "page", set_page)
    jobs = [report.Job(template, slug, {"year": 2025}, workspace, date(2026, 3, 15)) for slug in ("un", "deux")]
    broken, made = report.batch(jobs, processes=1)
    assert (broken["status"], made["status"]) == ("failed", "ok")
    assert "KeyError: 'nothing of that name'" in broken["error"] and "run.json" in broken["error"]
    assert [Path(name).suffix for name in broken["files"]] == [".ipynb"], "the executed notebook is kept"
    kept = json.loads((Path(broken["files"][0]).parent / "run.json").read_text(encoding="utf-8"))
    assert "set_page" in kept["traceback"]


def test_each_fault_of_a_template_is_found_at_its_cell(tmp_path):
    cells = (
        "import ipywidgets as ipw\nprint(client, year, lang)",
        "open('/mnt/plan.xlsx'); open('C:\\\\plans\\\\a.xlsx'); open('~/plan.csv')",
        "%matplotlib inline\nname = input('who?')",
        "def f(:",
        "from planlib.widgets import live",
    )
    template = write(
        tmp_path / "t.ipynb", *cells, parameters='client = "a"\nyear = 2025\nlang = "de"\nspare = max(1, 2)'
    )
    notebook = nbformat.read(template, as_version=4)
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="figures of a client")]
    nbformat.write(notebook, template)
    assert rules(template) == [
        ("unknown_lang", 1),
        ("outputs", 2),
        ("widgets", 2),
        ("absolute_path", 3),
        ("absolute_path", 3),
        ("absolute_path", 3),
        ("asks", 4),
        ("syntax", 5),
        ("widgets", 6),
        ("no_check", None),
        ("no_default", 1),
        ("unused", 1),
    ]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ("year = 2025\nlang = 'fr'", "no_client"),
        ("client = 'a'\nlang = 'fr'", "no_year"),
        ("client = 'a'\nyear = 2025", "no_lang"),
        ("client = ", "parameters_unread"),
    ],
)
def test_a_parameters_cell_that_lacks_something_is_told(tmp_path, parameters, found):
    assert (found, 1) in rules(write(tmp_path / "t.ipynb", "1", parameters=parameters))


def test_check_says_each_finding_in_a_sentence_and_its_exit_code_whether_one_is_grave(tmp_path, capsys):
    template = write(tmp_path / "t.ipynb", "print(client, year, lang, number, rate)", parameters=PARAMETERS)
    code, answer, _ = told(["--check", str(template)], capsys)
    assert code == 0
    assert [(f["rule"], f["severity"]) for f in answer["findings"]] == [("no_check", "warning")]
    assert answer["findings"][0]["text"] == (
        "No cell is tagged 'check': nothing is verified before the client sees the report. Add one, with asserts."
    )
    grave = write(
        tmp_path / "g.ipynb", "import ipywidgets, os\nprint(client, year, lang, number, rate)", parameters=PARAMETERS
    )
    code, answer, _ = told(["--check", str(grave)], capsys)
    assert code == 1
    assert answer["findings"][0]["text"].startswith(
        "Code cell 2 takes 'ipywidgets': a live panel does not work in a report."
    )
