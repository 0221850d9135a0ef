"""The forking engine: a kernel's outputs, nothing that passes from one child to the next, no way to hang."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from toy_report import CELLS, PARAMETERS, new_client, write

from planlib import demo, report
from planlib.report import engine, forked, parameters, worker
from planlib.schema import PlanError

pytestmark = pytest.mark.skipif(not forked.possible(), reason="A fork is safe on Linux only; elsewhere a kernel runs")

# Cells whose outputs depend on how a kernel prints, displays and counts.
ODD = (
    "import subprocess, sys, warnings\nprint('a'); print('b', file=sys.stderr); print('c')",
    "_ = subprocess.run(['echo', 'from a subprocess'])",
    "from IPython.display import JSON, clear_output, display\nhandle = display('first', display_id=True)\n"
    "handle.update('second')",
    "display('gone'); clear_output(); display('kept')",
    "warnings.warn('careful')",
    "import pandas as pd\npd.DataFrame({'a': range(100), 'b': 1.5})",
    "pd.DataFrame([range(40)])",
    "import asyncio\nawait asyncio.sleep(0)\n3",
    "_, Out[8], In[1][:6]",
    "import os\n__name__, os.path.basename(os.getcwd())",
    "JSON({'a': 1})",
    "print('no newline', end='')",
    "1;",
    "!echo shell",
    "class A:\n    def _repr_html_(self): return '<b>é</b>'\nA()",
    "assert '' in sys.path and sys.executable",
)


@pytest.fixture(scope="module", autouse=True)
def one_helper():
    """One forking process for the file; it takes a second or two to warm."""
    yield
    forked.helper().close()


@pytest.fixture
def client(workspace):
    new_client(workspace)
    return workspace / "demo"


def executed(template: Path, name: str, slug: str = "demo", given: dict | None = None, **more):
    """The notebook as an engine leaves it, and its failure."""
    read = parameters.find(template)
    notebook = engine.parameterized(read.notebook(), parameters.checked(read, slug, given or {"year": 2025}))
    env = {**os.environ, "PLANLIB_REPORT": "1"}
    env.pop("PYTEST_CURRENT_TEST", None)  # ipykernel leaves out what subprocesses print when it sees this
    return engine.ENGINES[name](engine.Task(notebook, template.parent, env, "fr", **more))


def shown(notebook) -> list[str]:
    """What each code cell left, without addresses and names of temporary files.

    A kernel cuts what is printed where its clock says so; the pieces are put together again.
    """
    cells = [[cell.execution_count, joined(cell.outputs)] for cell in notebook.cells if cell.cell_type == "code"]
    texts = (json.dumps(cell, sort_keys=True, ensure_ascii=False) for cell in cells)
    vary = r"0x[0-9a-f]+|(/\S*)?/ipykernel_\d+/\d+\.py|<ipython-input-\S+>"
    return [re.sub(vary, "…", text) for text in texts]


def joined(outputs: list) -> list:
    whole: list[dict] = []
    for output in map(dict, outputs):
        if whole and output.get("name") is not None and whole[-1].get("name") == output["name"]:
            whole[-1]["text"] += output["text"]
        else:
            whole.append(output)
    return whole


@pytest.mark.parametrize("cells", [CELLS, ODD], ids=["a report's cells", "odd cells"])
def test_outputs_are_a_kernels_cell_by_cell(client, tmp_path, cells):
    template = write(tmp_path / "toy.ipynb", *cells)
    kernel, fork = executed(template, "nbclient"), executed(template, "fork")
    assert kernel.failure is None and fork.failure is None
    for theirs, ours in zip(shown(kernel.notebook), shown(fork.notebook), strict=True):
        assert ours == theirs


@pytest.fixture(scope="module")
def mandate(root, tmp_path_factory) -> Path:
    """A workspace with a demo client in it, from its raw files."""
    source, workspace = root / "data" / "demo" / "atelier-contre-fil", tmp_path_factory.mktemp("demo")
    demo.whole(source, yaml.safe_load((source / "mandate.yaml").read_text(encoding="utf-8")), workspace)
    return workspace


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("annual_review", {"year": 2025, "today": "2026-01-20"}),
        ("action_plan", {"year": 2025}),
        ("council_note", {"seconds": 1.0}),
        ("workshop_record", {"today": "2026-01-20"}),
    ],
)
def test_each_template_of_the_project_gives_what_a_kernel_gives(mandate, root, monkeypatch, name, given):
    monkeypatch.setenv("PLANLIB_WORKSPACE", str(mandate))
    path = root / "templates" / f"{name}.ipynb"
    kernel, fork = (executed(path, engine, "atelier-contre-fil", given) for engine in ("nbclient", "fork"))
    assert kernel.failure is None and fork.failure is None
    assert len(shown(kernel.notebook)) == len(shown(fork.notebook)) > 5
    for theirs, ours in zip(shown(kernel.notebook), shown(fork.notebook), strict=True):
        assert ours == theirs


def test_the_templates_tested_are_all_there_are(root):
    assert {path.stem for path in (root / "templates").glob("*.ipynb")} == {
        "annual_review",
        "action_plan",
        "council_note",
        "workshop_record",
    }


def test_nothing_passes_from_one_child_to_the_next(client, tmp_path):
    leaking = write(
        tmp_path / "leaking.ipynb",
        "import os, sys, warnings, json, random\nimport numpy as np\nimport pandas as pd\nfrom planlib import words",
        "pd.set_option('display.max_rows', 3); os.environ['LEAK'] = 'yes'; os.chdir('/'); sys.path.append('/leak')\n"
        "json.dumps = None; words.LANGS = (); secret = 'of demo'; warnings.simplefilter('error')",
    )
    clean = write(
        tmp_path / "clean.ipynb",
        "import os, sys, warnings, json, random\nimport numpy as np\nimport pandas as pd\nfrom planlib import words",
        "state = [pd.get_option('display.max_rows'), os.environ.get('LEAK'), os.getcwd(), '/leak' in sys.path,"
        " json.dumps is None, words.LANGS, 'secret' in globals(), len(Out)]\nprint(state)",
    )
    before = executed(clean, "fork")
    assert executed(leaking, "fork").failure is None
    after = executed(clean, "fork")
    assert shown(before.notebook) == shown(after.notebook)
    assert f"[60, None, '{tmp_path}', False, False, ('fr', 'en'), False, 0]" in shown(after.notebook)[-1]


def test_two_children_draw_different_numbers(client, tmp_path):
    template = write(
        tmp_path / "chance.ipynb", "import random\nimport numpy as np\nprint(random.random(), np.random.rand())"
    )
    assert shown(executed(template, "fork").notebook) != shown(executed(template, "fork").notebook)


DIED = PlanError("report.kernel_died").text("fr")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("from planlib.schema import PlanError\nraise PlanError('report.kernel_died')", DIED),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def f(:", "SyntaxError: invalid syntax"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", DIED),
        ("import os\nos._exit(0)", DIED),
        ("import ctypes\nctypes.string_at(0)", DIED),
        ("input('name?')", "nobody to answer"),
        ("class A:\n    def __repr__(self): raise ValueError('no words')\nA()", "ValueError: no words"),
    ],
)
def test_whatever_a_cell_does_the_error_stands_at_its_cell(client, tmp_path, cell, said):
    template = write(tmp_path / "failing.ipynb", "a = 1", cell, "b = 2")
    record = report.build(template, "demo", {"year": 2025}, engine="fork")
    assert record["status"] == "failed" and said in record["error"]
    (path,) = record["files"]
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"][-3:]
    assert [cell["metadata"]["papermill"]["status"] for cell in cells] == ["completed", "failed", "pending"]
    assert cells[1]["outputs"][0]["output_type"] == "error"
    assert cells[2]["outputs"] == []


def test_a_notebook_out_of_time_is_stopped_with_what_it_started(client, tmp_path):
    hanging = write(
        tmp_path / "hanging.ipynb", "import subprocess\np = subprocess.Popen(['sleep', '61']); print(p.pid)\np.wait()"
    )
    started = time.monotonic()
    run = executed(hanging, "fork", timeout=1)
    assert time.monotonic() - started < 10
    assert run.failure.said == PlanError("report.too_long", seconds=1).text("fr")
    assert not sleeping("61")


def test_threads_and_subprocesses_left_behind_do_not_hold_the_batch(client, tmp_path):
    template = write(
        tmp_path / "left.ipynb",
        "import subprocess, threading, time\nsubprocess.Popen(['sleep', '62'])\n"
        "threading.Thread(target=time.sleep, args=[60]).start()",
    )
    started = time.monotonic()
    assert executed(template, "fork").failure is None
    assert time.monotonic() - started < 10
    assert not sleeping("62")


def sleeping(seconds: str) -> bool:
    return subprocess.run(["pgrep", "-f", f"^sleep {seconds}$"], capture_output=True).returncode == 0


def test_a_notebook_with_widgets_gets_a_kernel(client, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(engine, "with_nbclient", lambda task: asked.append(task))
    executed(write(tmp_path / "live.ipynb", "import ipywidgets as ipw"), "fork")
    executed(write(tmp_path / "live.ipynb", "from planlib.widgets import weights"), "fork")
    assert len(asked) == 2


def test_a_forking_process_that_has_died_is_replaced(client, tmp_path):
    template = write(tmp_path / "toy.ipynb", "print(client)")
    forked.helper()._process.kill()
    forked.helper()._process.wait()
    assert executed(template, "fork").failure is None


def test_a_batch_side_by_side_gives_each_client_its_own_page(workspace, tmp_path):
    slugs = ["one", "two", "three"]
    for slug in slugs:
        new_client(workspace, slug, name=f"Marque {slug}.")
    template = write(tmp_path / "toy.ipynb", "import os", "print('page of', client)\nif client == 'two': os._exit(9)")
    jobs = [report.Job(template, slug, {"year": 2025}, engine="fork") for slug in slugs]
    records = report.batch(jobs)
    assert [(record["client"], record["status"]) for record in records] == [
        ("one", "ok"),
        ("two", "failed"),
        ("three", "ok"),
    ]
    assert records[1]["error"] == DIED
    for record in (records[0], records[2]):
        page = Path(record["files"][0]).read_text(encoding="utf-8")
        assert [slug for slug in slugs if f"Marque {slug}." in page or f"page of {slug}" in page] == [record["client"]]


def test_a_worker_that_is_killed_loses_its_own_report_only(workspace, tmp_path):
    new_client(workspace)
    template = write(tmp_path / "toy.ipynb", "import os, signal", "print(number)")
    killing = write(
        tmp_path / "killing.ipynb", "import os, signal", "os.kill(int(open(number).read()), signal.SIGKILL)"
    )
    pid = tmp_path / "pid"
    with worker.Workers(1) as workers:
        ready = report.batch([(template, "demo", {"year": 2025, "number": "first"})], workers)
        pid.write_text(str(workers._started[0].pid))
        jobs = [
            (killing, "demo", {"year": 2025, "number": str(pid)}),
            (template, "demo", {"year": 2025, "number": "x"}),
        ]
        records = report.batch([report.Job(*job, engine="fork") for job in jobs], workers)
    assert [record["status"] for record in [*ready, *records]] == ["ok", "failed", "ok"]
    assert "s'est arrêté" in records[0]["error"] and "-9" in records[0]["error"]


def test_workers_share_one_warm_up_and_go_on_when_it_is_killed(workspace, tmp_path):
    new_client(workspace)
    template = write(tmp_path / "toy.ipynb", "import os, signal", "print(number)")

    def made(workers, *numbers: str) -> list[str]:
        jobs = [report.Job(template, "demo", {"year": 2025, "number": n}, engine="fork") for n in numbers]
        return [record["status"] for record in report.batch(jobs, workers)]

    with worker.Workers(2) as workers:
        assert made(workers, "a", "b", "c", "d") == ["ok"] * 4
        warm = workers._warm.pid
        forking = Path(f"/proc/{warm}/task/{warm}/children").read_text(encoding="ascii").split()
        assert len(forking) == 2
        os.kill(warm, signal.SIGKILL)
        workers._warm.wait()
        assert made(workers, "e", "f", "g", "h") == ["ok"] * 4
    assert not any(Path(f"/proc/{pid}").exists() for pid in forking)


@pytest.mark.parametrize("first", ["papermill", "planlib.report.forked"])
def test_papermill_itself_can_run_the_engine_whichever_is_imported_first(client, tmp_path, first):
    template = write(tmp_path / "toy.ipynb", "print(client, year)", parameters=PARAMETERS)
    code = (
        f"import sys, {first}, papermill\n"
        "papermill.execute_notebook(sys.argv[1], sys.argv[2], {'client': 'demo'}, engine_name='planlib-fork',"
        " progress_bar=False)"
    )
    out = tmp_path / "out.ipynb"
    subprocess.run([sys.executable, "-c", code, template, out], check=True, timeout=60, stdin=subprocess.DEVNULL)
    assert "demo 2025" in out.read_text(encoding="utf-8")
