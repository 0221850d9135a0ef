"""Fifty clients' reports, start-up included, against a plain papermill loop and nbconvert on the same template.

Clients are copies of one demo client, each with a marked name; every page is read back: it must hold its own mark
and no other client's. Then the same batch again, where nothing has changed.
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

import yaml

from planlib import demo
from planlib.report.forked import possible

ROOT = Path(__file__).resolve().parents[1]
GOAL, FLOOR = 20, 16  # times the peer's reports a minute
GOAL_UNCHANGED, FLOOR_UNCHANGED = 200, 160
CLIENTS, QUICK = 50, 16  # ours is scaled too in a quick run, its start-up counted whole
LANG = "fr"

PEER = """
import sys
from pathlib import Path
import papermill
from nbconvert import HTMLExporter
template, out, year, lang, *clients = sys.argv[1:]
for client in clients:
    notebook = str(Path(out) / f"{client}.ipynb")
    papermill.execute_notebook(template, notebook, {"client": client, "year": int(year), "lang": lang},
                               progress_bar=False, kernel_name="python3")
    html, _ = HTMLExporter().from_filename(notebook)
    Path(notebook).with_suffix(".html").write_text(html, encoding="utf-8")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="16 reports of ours, two of the peer, both scaled")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
    parser.add_argument("--template", default="annual_review", help="a template's name or path")
    parser.add_argument("--client", type=Path, help="the folder of a client to copy instead of a demo client")
    parser.add_argument("--year", type=int, help="the fiscal year of the report; default: the demo client's")
    parser.add_argument("--engine", default=best_engine(), help="the engine of ours")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="planlib-bench-") as folder:
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
    again = result["unchanged"]
    print(
        f"unchanged: {again['ours']:.0f} a minute, {again['ratio']:.0f}x; goal {again['goal']}x, "
        f"floor {again['floor']}x: {'met' if again['met'] else 'NOT met'}"
    )


def best_engine() -> str:
    """The fastest engine that this machine can run."""
    return "fork" if possible() else "nbclient"


def measure(folder: Path, options: argparse.Namespace) -> dict:
    workspace, out = folder / "clients", folder / "peer"
    workspace.mkdir()
    out.mkdir()
    source, year = client_to_copy(folder, options)
    n = QUICK if options.quick else CLIENTS
    peer_n = 2 if options.quick else 5
    names = copies(source, workspace, n)
    template = options.template if options.template.endswith(".ipynb") else ROOT / f"templates/{options.template}.ipynb"
    env = {**os.environ, "PLANLIB_WORKSPACE": str(workspace)}

    peer = [sys.executable, "-c", PEER, str(template), str(out), str(year), LANG, *names[:peer_n]]
    peer_seconds, peer_cpu, _ = timed(peer, env)
    ours = [script("planlib"), "report", "--all", "--template", str(template)]
    ours += ["--year", str(year), "--langs", LANG, "--engine", options.engine, "--json"]
    seconds, cpu, answer = timed(ours, env)
    verify(json.loads(answer)["reports"], names, "ok")
    again_seconds, _, again = timed(ours, env)
    verify(json.loads(again)["reports"], names, "unchanged")

    rates = {"ours": 60 * n / seconds, "peer": 60 * peer_n / peer_seconds, "again": 60 * n / again_seconds}
    ratio, again_ratio = rates["ours"] / rates["peer"], rates["again"] / rates["peer"]
    return {
        "what": "reports a minute, HTML, start-up included",
        "unit": "reports/min",
        "engine": options.engine,
        "n": n,
        "peer_n": peer_n,
        "ours": round(rates["ours"], 1),
        "peer": round(rates["peer"], 1),
        "ratio": round(ratio, 2),
        "cpu_ratio": round((peer_cpu / peer_n) / (cpu / n), 2),
        "goal": GOAL,
        "floor": FLOOR,
        "met": ratio >= GOAL,
        "unchanged": {
            "ours": round(rates["again"], 1),
            "ratio": round(again_ratio, 1),
            "goal": GOAL_UNCHANGED,
            "floor": FLOOR_UNCHANGED,
            "met": again_ratio >= GOAL_UNCHANGED,
        },
    }


def client_to_copy(folder: Path, options: argparse.Namespace) -> tuple[Path, int]:
    """The folder of a client with a year of updates, and that year."""
    if options.client:
        return options.client, options.year
    source = ROOT / "data" / "demo" / "sdc-rue-des-tanneurs"
    mandate = yaml.safe_load((source / "mandate.yaml").read_text(encoding="utf-8"))
    demo.whole(source, mandate, folder / "demo")  # the client alone, without its reports
    return folder / "demo" / source.name, options.year or mandate["year"]


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
