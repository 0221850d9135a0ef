"""Fifty clients' reports, start-up included, against a plain papermill loop and nbconvert on the same template.

Clients are copies of one demo client, each with a marked name; every page is read back: it must hold its own mark
and no other client's, and the notebooks of those the peer made too must have the peer's outputs, cell by cell. Then
the same batch again, where nothing has changed; then with a PDF each, against the loop and Chromium's; then, unless
quick, from 1 client to 200.

The copies differ in their name alone, so that a process of ours draws each chart once for all of them; clients whose
charts differ cost some 30 ms of processor more for each chart.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import yaml

from planlib import demo
from planlib.report import parameters as given
from planlib.report import runs
from planlib.report.forked import possible

ROOT = Path(__file__).resolve().parents[1]
GOAL, FLOOR = 20, 16  # times the peer's reports a minute
GOAL_UNCHANGED, FLOOR_UNCHANGED = 200, 160
GOAL_PDF, FLOOR_PDF = 12, 9.6
GROWTH = (1, 10, 50, 200)
CLIENTS, ON_PAPER = 50, 16  # a quick run prints fewer, and counts the start-up of those whole
LANG = "fr"
ACCEPT_SECONDS = 120

PEER = """
import json
import sys
from pathlib import Path
import papermill
from nbconvert import HTMLExporter
template, out, parameters, *clients = sys.argv[1:]
for client in clients:
    notebook = str(Path(out) / f"{client}.ipynb")
    papermill.execute_notebook(template, notebook, {**json.loads(parameters), "client": client},
                               progress_bar=False, kernel_name="python3")
    html, _ = HTMLExporter().from_filename(notebook)
    Path(notebook).with_suffix(".html").write_text(html, encoding="utf-8")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one report of the peer, scaled, and 16 on paper")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
    parser.add_argument("--template", default="annual_review", help="a template's name or path")
    parser.add_argument("--client", type=Path, help="the folder of a client to copy instead of a demo client")
    parser.add_argument("--year", type=int, help="the fiscal year of the report; default: the demo client's")
    parser.add_argument("--engine", default=best_engine(), help="the engine of ours")
    parser.add_argument("--accept", action="store_true", help="instead: 12 clients, HTML and PDF, one broken")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="planlib-bench-") as folder:
        if options.accept:
            raise SystemExit(accept(Path(folder)))
        result = measure(Path(folder), options)
    if options.json:
        print(json.dumps(result))
        return
    print(f"Reports a minute, one language, HTML, start-up included; engine {result['engine']}.")
    for name, n in (("ours", result["n"]), ("peer", result["peer_n"])):
        scaled = "" if n == CLIENTS else f", scaled from {n} of {CLIENTS} clients"
        print(f"{name}: {result[name]:.0f}{scaled}")
    print(f"ratio: {result['ratio']:.1f}x; goal {GOAL}x, floor {FLOOR}x: {'met' if result['met'] else 'NOT met'}")
    print(f"processor time a report: {result['cpu_ratio']:.1f}x less than the peer's")
    print(f"outputs compared with the peer's, all equal: {result['cells_equal']} cells of {result['peer_n']} notebooks")
    for name in ("unchanged", "pdf"):
        part = result[name]
        if part is None:
            print("pdf: no Chromium here to compare with")
            continue
        of = f" of {part['n']} clients" if part.get("n", CLIENTS) < CLIENTS else ""
        print(
            f"{name}{of}: {part['ours']:.0f} a minute, {part['ratio']:.1f}x; goal {part['goal']}x, "
            f"floor {part['floor']}x: {'met' if part['met'] else 'NOT met'}; "
            f"processor time {part['cpu_ratio']:.1f}x less"
        )
    for n, seconds in result["growth"].items():
        print(f"{n} clients: {seconds:.1f} s, {seconds / int(n):.2f} s a report")


def best_engine() -> str:
    """The fastest engine that this machine can run."""
    return "fork" if possible() else "nbclient"


def measure(folder: Path, options: argparse.Namespace) -> dict:
    workspace, out = folder / "clients", folder / "peer"
    workspace.mkdir()
    out.mkdir()
    source, year = client_to_copy(folder, options)
    n, n_paper = CLIENTS, ON_PAPER if options.quick else CLIENTS
    peer_n = 1 if options.quick else 5
    names = copies(source, workspace, n)
    template = options.template if options.template.endswith(".ipynb") else ROOT / f"templates/{options.template}.ipynb"
    env = {**os.environ, "PLANLIB_WORKSPACE": str(workspace)}
    parameters = {"year": year, "lang": LANG}
    if "today" in given.find(template).model.model_fields:
        parameters["today"] = runs.last_day(source).isoformat()  # which ours takes without being told

    peer = [sys.executable, "-c", PEER, str(template), str(out), json.dumps(parameters), *names[:peer_n]]
    peer_seconds, peer_cpu, _ = timed(peer, env)
    asked = ["--template", str(template), "--year", str(year), "--langs", LANG, "--engine", options.engine, "--json"]
    ours = [script("planlib"), "report", "--all", *asked]
    seconds, cpu, answer = timed(ours, env)
    records = json.loads(answer)["reports"]
    verify(records, names, "ok")
    cells = sum(equal_cells(record, out / f"{record['client']}.ipynb") for record in records[:peer_n])
    again_seconds, again_cpu, again = timed(ours, env)
    verify(json.loads(again)["reports"], names, "unchanged")

    pdf = None
    if printed := print_with_chromium(out, names[:peer_n], env):
        on_paper = names[:n_paper]
        pdf_seconds, pdf_cpu, answer = timed([*ours[:2], *on_paper, *asked, "--to", "html,pdf"], env)
        verify(json.loads(answer)["reports"], on_paper, "ok")
        pdf_peer = (peer_seconds + printed[0]) / peer_n, (peer_cpu + printed[1]) / peer_n
        pdf = compared((pdf_seconds / n_paper, pdf_cpu / n_paper), pdf_peer, GOAL_PDF, FLOOR_PDF) | {"n": n_paper}
    peer_each = peer_seconds / peer_n, peer_cpu / peer_n
    unchanged = compared((again_seconds / n, again_cpu / n), peer_each, GOAL_UNCHANGED, FLOOR_UNCHANGED)
    return {
        "what": "reports a minute, HTML, start-up included",
        "unit": "reports/min",
        "engine": options.engine,
        "n": n,
        "peer_n": peer_n,
        **compared((seconds / n, cpu / n), peer_each, GOAL, FLOOR),
        "cells_equal": cells,
        "unchanged": unchanged,
        "pdf": pdf,
        "growth": {} if options.quick else growth(source, folder, ours, env),
    }


def compared(ours: tuple[float, float], peer: tuple[float, float], goal: float, floor: float) -> dict:
    """Reports a minute of each, and by how much ours are more, from the seconds (wall, processor) of one report."""
    return {
        "ours": round(60 / ours[0], 1),
        "peer": round(60 / peer[0], 1),
        "ratio": round(peer[0] / ours[0], 2),
        "cpu_ratio": round(peer[1] / ours[1], 2),
        "goal": goal,
        "floor": floor,
        "met": peer[0] / ours[0] >= goal,
    }


def equal_cells(record: dict, theirs: Path) -> int:
    """How many code cells gave what the peer's gave; one that did not ends the bench."""
    own = next(path for path in record["files"] if path.endswith(".ipynb"))
    pairs = list(zip(shown(Path(own)), shown(theirs), strict=True))
    for number, (mine, peers) in enumerate(pairs, start=1):
        if mine != peers:
            raise SystemExit(f"Code cell {number} of {record['client']} is not the peer's: {mine} / {peers}"[:2000])
    return len(pairs)


def shown(notebook: Path) -> list[list]:
    """What each code cell shows; what is printed in pieces is put together, as a kernel cuts it by its clock."""
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    return [[joined(cell.outputs), cell.execution_count] for cell in cells]


def joined(outputs: list) -> list[dict]:
    whole: list[dict] = []
    for output in map(dict, outputs):
        if whole and output["output_type"] == "stream" and whole[-1].get("name") == output["name"]:
            whole[-1]["text"] += output["text"]
        else:
            whole.append(output)
    return whole


def print_with_chromium(out: Path, names: list[str], env: dict[str, str]) -> tuple[float, float] | None:
    """Seconds on the wall and of processor that Chromium takes to print the peer's pages; None without Chromium."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        return None
    wall = cpu = 0.0
    for name in names:
        page, paper = out / f"{name}.html", out / f"{name}.pdf"
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        took = timed([browser, *quiet, f"--print-to-pdf={paper}", page.as_uri()], env)
        if not paper.is_file():
            raise SystemExit(f"Chromium printed no PDF of {name}.")
        wall, cpu = wall + took[0], cpu + took[1]
    return wall, cpu


def growth(source: Path, folder: Path, ours: list[str], env: dict[str, str]) -> dict[str, float]:
    """Seconds that ours take for one client to many, each time in a new workspace."""
    found = {}
    for n in GROWTH:
        workspace = folder / f"of-{n}"
        workspace.mkdir()
        names = copies(source, workspace, n)
        seconds, _, answer = timed(ours, {**env, "PLANLIB_WORKSPACE": str(workspace)})
        verify(json.loads(answer)["reports"], names, "ok")
        found[str(n)] = round(seconds, 2)
        shutil.rmtree(workspace)
    return found


def client_to_copy(folder: Path, options: argparse.Namespace) -> tuple[Path, int]:
    """The folder of a client with a year of updates, and that year."""
    if options.client:
        return options.client, options.year
    source = ROOT / "data" / "demo" / "sdc-rue-des-tanneurs"
    mandate = yaml.safe_load((source / "mandate.yaml").read_text(encoding="utf-8"))
    demo.whole(source, mandate, folder / "demo")  # the client alone, without its reports
    return folder / "demo" / source.name, options.year or mandate["year"]


def accept(folder: Path) -> int:
    """Four copies of each demo client, one of them damaged: eleven are delivered in time, the other is named."""
    workspace = folder / "clients"
    for source in sorted((ROOT / "data" / "demo").glob("*/mandate.yaml")):
        slug = source.parent.name
        demo.whole(source.parent, yaml.safe_load(source.read_text(encoding="utf-8")), folder / "demo")
        for name in copies(folder / "demo" / slug, folder / slug, 4):
            shutil.copytree(folder / slug / name, workspace / f"{slug}-{name}")
    clients = sorted(place.name for place in workspace.iterdir())
    (workspace / clients[5] / "workbook.db").write_bytes(b"damaged")
    command = [script("planlib"), "report", "--all", "--year", "2025"]
    command += ["--langs", "fr,en", "--to", "html,pdf", "--workspace", str(workspace), "--json"]
    began = time.perf_counter()
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    reports = json.loads(run.stdout)["reports"]
    files = [file for made in reports for file in made["files"] if file.endswith((".html", ".pdf"))]
    broken = {made["client"]: made["error"] for made in reports if made["error"] is not None}
    print(f"{len(clients)} clients, French and English, HTML and PDF: {seconds:.1f} s; limit {ACCEPT_SECONDS} s")
    print(f"{len(files)} files delivered; exit code {run.returncode}; broken: {broken}")
    met = list(broken) == [clients[5]] and len(files) == 44 and run.returncode == 1 and seconds <= ACCEPT_SECONDS
    return 0 if met else 1


def copies(source: Path, workspace: Path, n: int) -> list[str]:
    """`n` copies of a client without its reports, each with its own mark for a name."""
    look = yaml.safe_load((source / "client.yaml").read_text(encoding="utf-8"))
    names = [f"copy-{i:03}" for i in range(n)]
    for name in names:
        shutil.copytree(source, workspace / name, ignore=shutil.ignore_patterns("reports"))
        own = {**look, "name": mark(name), "name_en": None}
        own.pop("slug", None)
        (workspace / name / "client.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    return names


def mark(name: str) -> str:
    """The name of a copy: nothing else on any page looks like it."""
    return f"Marque {name}."


def verify(records: list[dict], names: list[str], status: str) -> None:
    """Every client has its page, with its own mark and nobody else's; anything else ends the bench."""
    wrong = [record for record in records if record["status"] != status]
    if wrong or [record["client"] for record in records] != names:
        raise SystemExit(f"Not all reports are {status}: {wrong[:1]}")
    for record in records:
        page = Path(record["files"][0]).read_text(encoding="utf-8")
        foreign = [name for name in names if name != record["client"] and mark(name) in page]
        if mark(record["client"]) not in page or foreign:
            raise SystemExit(f"The page of {record['client']} holds the mark of {foreign or 'nobody'}.")


def script(name: str) -> str:
    """The command of that name in the environment that runs this bench."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if not found:
        raise SystemExit(f"No command {name} beside {sys.executable}: run `make env` first.")
    return found


def timed(command: list[str], env: dict[str, str]) -> tuple[float, float, str]:
    """Seconds on the wall, seconds of processor, and what the command printed."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])}... ended with {done.returncode}: {done.stderr[-2000:]}")
    return seconds, cpu, done.stdout


if __name__ == "__main__":
    main()
