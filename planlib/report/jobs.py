"""Making reports: a job checked, its notebook run, its page exported, its files delivered; one or many."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

import nbformat

from planlib.report import parameters as _parameters
from planlib.report import runs
from planlib.schema import PlanError
from planlib.workspace import client_folder, find_workspace, read_client

FORMATS = ("html",)


class Record(TypedDict):
    """What became of one report. `files` are paths, the page first; `error` is one sentence or None."""

    client: str
    lang: str
    status: str  # ok, failed, unchanged
    files: list[str]
    seconds: float
    error: str | None


@dataclass(frozen=True)
class Job:
    """One report to make: what `build` takes, in a form that travels between processes.

    `workspace` is a folder, `today` the date of the data; the engine is a name of `engine.ENGINES`.
    """

    template: str | Path
    client: str
    parameters: dict[str, Any] = field(default_factory=dict)
    workspace: str | Path | None = None
    today: date | None = None
    engine: str = "nbclient"
    timeout: float | None = None


def build(
    template: str | Path,
    client: str,
    parameters: dict[str, Any] | None = None,
    *,
    workspace: str | Path | None = None,
    today: date | None = None,
    engine: str = "nbclient",
    timeout: float | None = None,
) -> Record:
    """Make one report of one client in one language, unless the same one stands already.

    Parameters
    ----------
    template : str or path
        A name in templates/, or the path of a notebook with a parameters cell.
    client : str
        A client's slug.
    parameters : dict
        What the template's parameters cell may be given: `year`, `lang`, ...; checked before anything runs.
    workspace : path, optional
        The folder of clients; default: as the command line finds it.
    today : date, optional
        The date of the data, which names the folder. Default: the day the workbook was last written to.
    engine : str
        How the notebook runs; a name of `engine.ENGINES`.
    timeout : float, optional
        Seconds that one cell may take. Default: no limit.

    Returns
    -------
    Record
        Status ok, failed (the executed notebook is kept, with the error at its cell) or unchanged (the files
        made before; nothing was written).

    Raises
    ------
    PlanError
        The template, the client or a parameter is not right; nothing was run and nothing written.
    """
    job = Job(template, client, dict(parameters or {}), workspace, today, engine, timeout)
    return _render(_ready(job))


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
        Where they run; default: here, one after the other.
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
    checked = [
        _ready(job if isinstance(job, Job) else Job(**job) if isinstance(job, dict) else Job(*job)) for job in jobs
    ]
    tell = on_done or (lambda record: None)
    if executor is None:
        records = []
        for job in checked:
            records.append(render(job))
            tell(records[-1])
        return records
    futures = {executor.submit(render, job): job for job in checked}
    made: dict[int, Record] = {}
    for future in as_completed(futures):
        job = futures[future]
        try:
            record = future.result()
        except Exception as error:  # a worker that died: its report is named, the others go on
            record = _failed(job, PlanError("report.worker_died", found=str(error) or type(error).__name__))
        made[id(job)] = record
        tell(record)
    return [made[id(job)] for job in checked]


def _job(job: Job | dict | tuple) -> Job:
    if isinstance(job, Job):
        return job
    return Job(**job) if isinstance(job, dict) else Job(*job)


def render(job: Job) -> Record:
    """One checked job, made; what goes wrong with one client is its record's error, so that a batch goes on."""
    try:
        return _render(job)
    except PlanError as error:
        return _failed(job, error)
    except OSError as error:
        return _failed(job, PlanError("report.not_written", client=job.client, found=error.strerror or str(error)))


def _failed(job: Job, error: PlanError) -> Record:
    lang = job.parameters.get("lang", "fr")
    return Record(client=job.client, lang=lang, status="failed", files=[], seconds=0.0, error=error.text(lang))


def _ready(job: Job) -> Job:
    """The job with its template found, its client known and its parameters checked and complete."""
    from planlib.report.engine import ENGINES

    template = _parameters.find(job.template)
    folder = client_folder(job.client, job.workspace)
    if job.engine not in ENGINES:
        raise PlanError("report.unknown_engine", found=str(job.engine), known=sorted(ENGINES))
    today = job.today or runs.last_day(folder)
    given = dict(job.parameters)
    if "today" in template.defaults and "today" not in given:
        given["today"] = today
    return Job(
        template.path,
        job.client,
        _parameters.checked(template, job.client, given),
        find_workspace(job.workspace),
        today,
        job.engine,
        job.timeout,
    )


def _render(job: Job) -> Record:
    """Run a checked job and deliver its files."""
    started = time.perf_counter()
    template = _parameters.find(job.template)
    folder = client_folder(job.client, job.workspace)
    lang = job.parameters.get("lang", "fr")
    place = folder / "reports" / f"{job.parameters.get('year', job.today.year)}-{template.name}"
    key = runs.fingerprint(template, job.parameters, folder, FORMATS)
    if before := runs.made_before(place, lang, key):
        record = json.loads((before / "run.json").read_text(encoding="utf-8"))
        files = [str(before / name) for name in record["files"]]
        return _record(job, lang, "unchanged", files, time.perf_counter() - started, None)
    client = read_client(job.client, job.workspace)

    from planlib.report import engine, html

    notebook = engine.parameterized(template.notebook(), job.parameters)
    run = engine.ENGINES[job.engine](
        engine.Task(notebook, template.path.parent, environment(job), lang, timeout=job.timeout)
    )
    stem = f"{client.slug}-{place.name}-{lang}"
    error = _sentence(run.failure, lang) if run.failure else None
    with runs.part(place) as part:
        files = [f"{stem}.ipynb"]
        nbformat.write(run.notebook, part / files[0])
        if error is None:
            about = html.About(client, template.name, lang, job.parameters, job.today)
            try:
                (part / f"{stem}.html").write_text(html.page(run.notebook, about), encoding="utf-8")
                files.insert(0, f"{stem}.html")
            except PlanError as wrong:
                error = wrong.text(lang)
        status = "failed" if error else "ok"
        seconds = time.perf_counter() - started
        about_run = {
            **_record(job, lang, status, files, seconds, error),
            "template": template.name,
            "parameters": job.parameters,
            "today": job.today.isoformat(),
            "engine": job.engine,
            "key": key,
        }
        (part / "run.json").write_text(json.dumps(about_run, ensure_ascii=False, indent=1), encoding="utf-8")
        made = runs.deliver(part, place, job.today, lang)
    if error is None:
        runs.name_latest(place, made.parent.name)
    return _record(job, lang, status, [str(made / name) for name in files], seconds, error)


def environment(job: Job) -> dict[str, str]:
    """The variables a report's kernel starts with: this process's, the workspace in use, and the mark of a report."""
    return {**os.environ, "PLANLIB_WORKSPACE": str(job.workspace), "PLANLIB_REPORT": "1"}


def _record(job: Job, lang: str, status: str, files: list[str], seconds: float, error: str | None) -> Record:
    return Record(client=job.client, lang=lang, status=status, files=files, seconds=round(seconds, 3), error=error)


def _sentence(failure, lang: str) -> str:
    """One sentence for the person: a PlanError's own words, else which cell stopped and on what."""
    if failure.said:
        return failure.said
    found = f"{failure.ename}: {failure.evalue}".strip().splitlines()[0][:200]
    return PlanError("report.cell_failed", cell=failure.cell, found=found).text(lang)
