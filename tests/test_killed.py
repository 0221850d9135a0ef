"""A kill -9 in the middle of `new`, `demo` or `report`: nothing half made is found, and the command works again."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

from planlib import demo, store
from planlib.workspace import read_client

CLIENT = "sdc-rue-des-tanneurs"
MOMENTS = random.Random(7)
# The demo with one client, one language and one template: what is killed is the same, and sooner over.
SMALL_DEMO = """
import sys
from pathlib import Path
from planlib import demo
demo.DEMO, demo.TEMPLATES = Path(sys.argv.pop(1)), ("annual_review",)
from planlib.cli import main
main()
"""


def run(*command, killed_after: float | None = None) -> subprocess.CompletedProcess:
    """A command to its end, or killed after some seconds if it is not over by then."""
    process = subprocess.Popen(
        [sys.executable, "-c", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        out, err = process.communicate(timeout=killed_after)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def whole(client: str, workspace: Path) -> bool:
    """The client can be read, its workbook is sound, and each report that shows has all its files."""
    read_client(client, workspace)
    with store.open(client, workspace) as book:
        assert book.verify() == []
        assert len(book.table("criterion")), "the pack of its kind is there"
    for record in (workspace / client / "reports").rglob("run.json"):
        if not any(part.startswith(".") for part in record.relative_to(workspace).parts):
            files = json.loads(record.read_text(encoding="utf-8"))["files"]
            assert files and all((record.parent / name).stat().st_size for name in files)
    return True


PLANLIB = "from planlib.cli import main; main()"


def test_new_killed_at_any_moment_leaves_a_whole_client_or_none(workspace):
    told = []
    for i in range(6):
        slug = f"essai-{i}"
        command = (PLANLIB, "new", slug, "--kind", "sdc", "--name", "SDC d'essai")
        told.append(run(*command, killed_after=MOMENTS.uniform(0.2, 1.6)).returncode)
        was_there = slug in visible(workspace)
        assert not was_there or whole(slug, workspace)
        again = run(*command)
        assert again.returncode == (2 if was_there else 0), again.stderr
        assert whole(slug, workspace)
    assert -9 in told, "none was killed in time: the moments are too late for this machine"


def test_demo_and_its_reports_killed_at_any_moment_end_whole_when_asked_again(workspace, tmp_path):
    source = tmp_path / "demo" / CLIENT
    shutil.copytree(demo.DEMO / CLIENT, source)
    look = yaml.safe_load((source / "client.yaml").read_text(encoding="utf-8"))
    (source / "client.yaml").write_text(yaml.safe_dump(look | {"languages": ["fr"]}), encoding="utf-8")
    command = (SMALL_DEMO, str(source.parent), "demo", "--json")
    started = time.monotonic()
    killed = []
    for latest in (1.5, 4.0, 8.0):
        killed.append(run(*command, killed_after=MOMENTS.uniform(0.3, latest)).returncode)
        assert visible(workspace) in ([], [CLIENT])
        assert not visible(workspace) or whole(CLIENT, workspace)
    last = run(*command)
    assert last.returncode == 0, last.stderr
    assert -9 in killed, f"none was killed in time: {time.monotonic() - started:.1f} s in all"
    (made,) = json.loads(last.stdout)["clients"]
    assert made["actions"] == 43 and made["funded"] == 35
    assert len(made["reports"]) == 1 and Path(made["reports"][0]).is_file()
    assert whole(CLIENT, workspace)

    report = (PLANLIB, "report", CLIENT, "--template", "action_plan", "--year", "2025", "--langs", "fr", "--json")
    for _ in range(2):
        run(*report, killed_after=MOMENTS.uniform(0.4, 2.0))
        assert whole(CLIENT, workspace)
    again = run(*report)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["reports"][0]["status"] in ("ok", "unchanged")
    for place in (workspace / CLIENT / "reports").iterdir():
        assert (place / (place / "latest").read_text(encoding="utf-8").strip()).is_dir()
