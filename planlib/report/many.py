"""Many reports: all checked first, those that stand already left alone, the others made side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, as_completed

from planlib.report.jobs import Job, Record, failed, ready, render, unchanged
from planlib.report.manifest import Manifest
from planlib.schema import PlanError


def batch(
    jobs: Iterable[Job | dict | tuple],
    executor: Executor | None = None,
    *,
    on_done: Callable[[Record], None] | None = None,
    processes: int | None = None,
    manifest: bool = False,
) -> list[Record]:
    """Make many reports; one that fails does not stop the others.

    Parameters
    ----------
    jobs : iterable of Job
        A dict or a tuple is read as the arguments of Job. All are checked before the first one runs.
    executor : concurrent.futures.Executor, optional
        Where they run. Default: here one after the other with `nbclient` (kernels started together die of one
        another), in a process for each processor with `fork`.
    processes : int, optional
        How many processes of this machine make reports side by side, where no executor is given.
    manifest : bool
        Whether the workspace's manifest keeps what was asked and each report, so that the batch can be resumed.
    on_done : callable, optional
        Called with each record as it comes.

    Returns
    -------
    list of Record
        In the order of the jobs.

    Raises
    ------
    PlanError
        A template, a client's name or a parameter is not right; nothing was run.
    """
    checked = [ready(_job(job)) for job in jobs]
    kept = Manifest(checked, checked[0].workspace) if manifest and checked else None
    made: dict[int, Record] = {}

    def done(i: int, record: Record) -> None:
        made[i] = record
        if kept is not None:
            kept.add(checked[i], record)
        if on_done is not None:
            on_done(record)

    for i, job in enumerate(checked):
        record = _standing(job)
        if record is not None:
            done(i, record)
    todo = {i: job for i, job in enumerate(checked) if i not in made}
    if processes is None:
        processes = (os.cpu_count() or 1) if all(job.engine == "fork" for job in todo.values()) else 1
    if executor is not None:
        _elsewhere(todo, executor, done)
    elif min(len(todo), processes) > 1:
        from planlib.report.worker import Workers

        fork = any(job.engine == "fork" for job in todo.values())
        with Workers(min(len(todo), processes), fork=fork) as workers:
            _elsewhere(todo, workers, done)
    else:
        for i, job in todo.items():
            done(i, _outcome(job, lambda job=job: render(job)))
    return [made[i] for i in range(len(checked))]


def _job(job: Job | dict | tuple) -> Job:
    if isinstance(job, Job):
        return job
    return Job(**job) if isinstance(job, dict) else Job(*job)


def _standing(job: Job) -> Record | None:
    """The record of a job that is over before it begins: unchanged, or its client cannot be read."""
    try:
        return unchanged(job)
    except (PlanError, OSError):
        return render(job)


def _elsewhere(todo: dict[int, Job], executor: Executor, done: Callable[[int, Record], None]) -> None:
    futures = {executor.submit(render, job): i for i, job in todo.items()}
    for future in as_completed(futures):
        i = futures[future]
        done(i, _outcome(todo[i], future.result))


def _outcome(job: Job, made: Callable[[], Record]) -> Record:
    """The record of a report, or of what its worker died of: it is named, the others go on."""
    try:
        return made()
    except Exception as error:
        return failed(job, PlanError("report.worker_died", found=str(error) or type(error).__name__))
