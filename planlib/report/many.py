"""Many reports: all checked first, those that stand already left alone, the others made side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, as_completed

from planlib.report.jobs import Job, Record, failed, ready, render, unchanged
from planlib.schema import PlanError


def batch(
    jobs: Iterable[Job | dict | tuple],
    executor: Executor | None = None,
    *,
    on_done: Callable[[Record], None] | None = None,
) -> list[Record]:
    """Make many reports; one that fails does not stop the others.

    Parameters
    ----------
    jobs : iterable of Job
        A dict or a tuple is read as the arguments of Job. All are checked before the first one runs.
    executor : concurrent.futures.Executor, optional
        Where they run. Default: here one after the other with `nbclient` (kernels started together die of one
        another), in a process for each processor with `fork`.
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
    tell = on_done or (lambda record: None)
    made: dict[int, Record] = {}
    for i, job in enumerate(checked):
        record = _standing(job)
        if record is not None:
            tell(record)
            made[i] = record
    todo = {i: job for i, job in enumerate(checked) if i not in made}
    if executor is not None:
        _elsewhere(todo, executor, made, tell)
    elif len(todo) > 1 and all(job.engine == "fork" for job in todo.values()):
        from planlib.report.worker import Workers

        with Workers(min(len(todo), os.cpu_count() or 1)) as workers:
            _elsewhere(todo, workers, made, tell)
    else:
        for i, job in todo.items():
            made[i] = render(job)
            tell(made[i])
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


def _elsewhere(
    todo: dict[int, Job], executor: Executor, made: dict[int, Record], tell: Callable[[Record], None]
) -> None:
    futures = {executor.submit(render, job): i for i, job in todo.items()}
    for future in as_completed(futures):
        i = futures[future]
        try:
            made[i] = future.result()
        except Exception as error:  # a worker that died: its report is named, the others go on
            made[i] = failed(todo[i], PlanError("report.worker_died", found=str(error) or type(error).__name__))
        tell(made[i])
