"""Reports on a Dask cluster: a real scheduler and two real worker processes on loopback, one of which is killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from toy_report import new_client, write

from planlib import report
from planlib.report import executors, forked
from planlib.schema import PlanError

pytestmark = pytest.mark.skipif(not forked.possible(), reason="A fork is safe on Linux only")


@pytest.fixture
def cluster(tmp_path):
    """The scheduler's address and the two workers' processes."""
    pytest.importorskip("distributed", reason="The extra 'dask' is not installed")
    started = []

    def start(*command: str) -> subprocess.Popen:
        run = [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]]
        started.append(
            subprocess.Popen(run, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        )
        return started[-1]

    own = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")
    address = None
    while address is None:
        line = own.stderr.readline()
        assert line, "the scheduler did not start"
        found = re.search(r"Scheduler at:\s+(tcp://\S+)", line)
        address = found[1] if found else None
    options = (
        "--no-dashboard",
        "--no-nanny",
        "--nthreads",
        "1",
        "--host",
        "127.0.0.1",
        "--local-directory",
        str(tmp_path),
    )
    workers = [start("worker", address, *options) for _ in range(2)]
    yield address, workers
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


def test_killing_one_of_two_workers_loses_no_report(cluster, workspace, tmp_path):
    address, workers = cluster
    slugs = [f"client-{i}" for i in range(6)]
    for slug in slugs:
        new_client(workspace, slug, name=f"Marque {slug}.")
    template = write(tmp_path / "toy.ipynb", "import time\ntime.sleep(0.3)\nprint('page of', client)")
    jobs = [report.Job(template, slug, {"year": 2025}, engine="fork") for slug in slugs]
    came = []

    def kill_one(record) -> None:
        came.append(record)
        if len(came) == 1:
            os.kill(workers[0].pid, signal.SIGKILL)

    with executors.named(f"dask={address}") as executor:
        waited(lambda: len(executor._client.scheduler_info()["workers"]) == 2)
        records = report.batch(jobs, executor, on_done=kill_one)
    assert [record["client"] for record in records] == slugs
    # Unchanged: the killed worker's own process had still delivered the report that another was then asked for.
    assert {record["status"] for record in records} <= {"ok", "unchanged"} and records[0]["error"] is None
    for record in records:
        assert f"page of {record['client']}" in Path(record["files"][0]).read_text(encoding="utf-8")
    workers[0].wait(10)


def waited(true, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


def test_an_address_where_nobody_answers_is_told_in_a_sentence(monkeypatch):
    pytest.importorskip("distributed", reason="The extra 'dask' is not installed")
    monkeypatch.setattr(executors, "SECONDS", 0.5)
    message = r"No Dask cluster answers at 'tcp://127.0.0.1:9' \(\w+\). Check the address and that its scheduler runs"
    with pytest.raises(PlanError, match=message), executors.named("dask=tcp://127.0.0.1:9"):
        pass


def test_an_unknown_executor_and_a_missing_package_are_told(monkeypatch):
    message = r"There is no executor 'ray'. Give local, or dask=tcp://address:port."
    with pytest.raises(PlanError, match=message), executors.named("ray"):
        pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    message = r"needs the package 'distributed'. Install planlib with its extra 'dask'"
    with pytest.raises(PlanError, match=message), executors.named("dask=tcp://127.0.0.1:9"):
        pass
