"""Reports on many machines: each Dask worker hands its jobs to processes of its own, which may fork.

A worker has threads, and a process with threads must never fork: `render_here` runs in the worker and asks a process
of `worker.Workers` over lines of JSON. A job is idempotent, so one whose worker was killed is simply given to another.
"""

from __future__ import annotations

import threading
from concurrent.futures import Executor, Future

from distributed import Client

from planlib.report.jobs import Job, Record, render
from planlib.report.worker import Workers

RETRIES = 3  # times a job is given to another worker when its own was lost

_own = threading.Lock()
_processes: list[Workers] = []


def render_here(job: Job) -> Record:
    """Make a report in a process of this worker, started with its first job."""
    with _own:
        if not _processes:
            _processes.append(Workers(_threads()))
    return _processes[0].submit(render, job).result()


def _threads() -> int:
    from distributed import get_worker

    return get_worker().state.nthreads


class Cluster(Executor):
    """The executor that `batch` is given for a cluster: `submit(render, job)` makes the report on a worker."""

    def __init__(self, client: Client):
        self._client = client

    def submit(self, fn, /, job: Job) -> Future:
        if fn is not render:
            raise TypeError("A cluster makes reports only")
        made: Future = Future()
        asked = self._client.submit(render_here, job, pure=False, retries=RETRIES)

        def told(done) -> None:
            error = done.exception() if done.status == "error" else None
            if error is not None:
                made.set_exception(error)
            elif done.cancelled():
                made.set_exception(RuntimeError("cancelled"))
            else:
                made.set_result(done.result())

        asked.add_done_callback(told)
        return made
