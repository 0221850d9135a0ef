"""One report: its job checked, its notebook run, its page exported, its files delivered."""

from __future__ import annotations

import hashlib
import json
import os
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

from planlib.report import parameters as given
from planlib.report import runs
from planlib.report.lean import lean_imports
from planlib.schema import PlanError
from planlib.words import LANGS
from planlib.workspace import Client, client_folder, find_workspace, read_client

FORMATS = ("html", "pdf", "xlsx", "docx", "pptx")
OFFICE = FORMATS[2:]
ENGINES = ("fork", "nbclient")


class Record(TypedDict):
    """What became of one report.

    `files` are paths, the page or else the PDF first; `error` is one sentence or None; `warnings` are sentences on what
    was delivered all the same (a character that no font has).
    """

    client: str
    lang: str
    status: str  # ok, failed, unchanged
    files: list[str]
    seconds: float
    error: str | None
    warnings: list[str]


@dataclass(frozen=True)
class Job:
    """One report to make: what `build` takes, in a form that travels between processes.

    `workspace` is a folder, `today` the date of the data; the engine is a name of ENGINES; `told` is the language
    of messages to whoever asks, the report's own when none is given; `to` are names of FORMATS; `memory` is in MB.
    """

    template: str | Path
    client: str
    parameters: dict[str, Any] = field(default_factory=dict)
    workspace: str | Path | None = None
    today: date | None = None
    engine: str = "nbclient"
    timeout: float | None = None
    told: str | None = None
    to: tuple[str, ...] = ("html",)
    memory: float | None = None

    @property
    def lang(self) -> str:
        return self.parameters.get("lang", LANGS[0])

    @property
    def asker(self) -> str:
        return self.told or self.lang


def build(
    template: str | Path,
    client: str,
    parameters: dict[str, Any] | None = None,
    *,
    workspace: str | Path | None = None,
    today: date | None = None,
    engine: str = "nbclient",
    timeout: float | None = None,
    to: tuple[str, ...] = ("html",),
    memory: float | None = None,
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
        How the notebook runs; a name of ENGINES: `fork` is fast, `nbclient` starts a kernel.
    timeout : float, optional
        Seconds that the notebook may take. Default: no limit.
    to : tuple of str
        What is delivered beside the executed notebook; names of FORMATS.
    memory : float, optional
        Megabytes that the notebook may take, on a system that can hold it to them (Linux). Default: no limit.

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
    job = Job(template, client, dict(parameters or {}), workspace, today, engine, timeout, to=tuple(to), memory=memory)
    job = ready(job)
    return unchanged(job) or make(job)


def render(job: Job) -> Record:
    """One checked job, made; what goes wrong with one client is its record's error, so that a batch goes on."""
    try:
        return unchanged(job) or make(job)
    except PlanError as error:
        return failed(job, error)
    except OSError as error:
        return failed(job, PlanError("report.not_written", client=job.client, found=error.strerror or str(error)))


def failed(job: Job, error: PlanError) -> Record:
    """The record of a job that could not begin, or not be written."""
    return _record(job, "failed", [], 0.0, error.text(job.asker))


def ready(job: Job) -> Job:
    """The job with its template found, its client known and its parameters checked and complete."""
    template = given.find(job.template)
    folder = client_folder(job.client, job.workspace)
    if job.engine not in ENGINES:
        raise PlanError("report.unknown_engine", found=str(job.engine), known=list(ENGINES))
    for wanted in job.to:
        if wanted not in FORMATS:
            raise PlanError("report.unknown_format", found=str(wanted), known=list(FORMATS))
    today = job.today or runs.last_day(folder)
    parameters = dict(job.parameters)
    if "today" in template.model.model_fields:
        parameters.setdefault("today", today)
    return replace(
        job,
        template=str(template.path),
        parameters=given.checked(template, job.client, parameters),
        workspace=str(find_workspace(job.workspace)),
        today=today,
        to=tuple(name for name in FORMATS if name in job.to),
    )


def unchanged(job: Job) -> Record | None:
    """The record of a checked job whose report stands already, made of the very same; otherwise None."""
    started = time.perf_counter()
    place = _place(job)
    before = runs.made_before(place, job.lang, _key(job))
    if before is None:
        return None
    kept = json.loads((before / "run.json").read_text(encoding="utf-8"))
    files = [str(before / name) for name in kept["files"]]
    return _record(job, "unchanged", files, time.perf_counter() - started, None, kept.get("warnings", ()))


def make(job: Job) -> Record:
    """Run a checked job and deliver its files, whatever stands already."""
    with lean_imports():
        from planlib.report import engine

    started = time.perf_counter()
    key, place = _key(job), _place(job)
    template = given.find(job.template)
    client = read_client(job.client, job.workspace)
    notebook = engine.parameterized(template.notebook(), job.parameters)
    task = engine.Task(notebook, template.path.parent, environment(job), job.lang, job.timeout, job.told, job.memory)
    run = engine.ENGINES[job.engine](task)
    error = _sentence(run.failure, job.asker) if run.failure else None
    stem = f"{client.slug}-{place.name}-{job.lang}"
    with runs.part(place) as part:
        (part / f"{stem}.ipynb").write_text(_as_file(run.notebook), encoding="utf-8")
        files, warnings, fault = [], [], None
        if error is None:
            try:
                files, warnings = _written(job, template, client, run.notebook, part / stem)
            except PlanError as told:  # the notebook ran well and is kept; what could not be set is said
                error = told.text(job.asker)
            except Exception as stopped:  # a fault of ours must not end the batch of the others
                found = f"{type(stopped).__name__}: {stopped}".splitlines()[0][:200]
                error = PlanError("report.not_set", found=found).text(job.asker)
                fault = traceback.format_exc()
        files.append(f"{stem}.ipynb")
        record = _record(job, "failed" if error else "ok", files, time.perf_counter() - started, error, warnings)
        more = {"template": template.name, "parameters": job.parameters, "today": job.today.isoformat()}
        more["sha256"] = {name: hashlib.sha256((part / name).read_bytes()).hexdigest() for name in files}
        more |= {} if fault is None else {"traceback": fault}
        text = json.dumps({**record, **more, "engine": job.engine, "key": key}, ensure_ascii=False, indent=1)
        (part / "run.json").write_text(text, encoding="utf-8")
        made = runs.deliver(part, place, job.today, job.lang)
    if error is None:
        runs.name_latest(place, made.parent.name)
    return {**record, "files": [str(made / name) for name in files]}


def _written(job: Job, template, client: Client, notebook, stem: Path) -> tuple[list[str], list[str]]:
    """The formats asked for, written beside the notebook: names of the files, and warnings."""
    from planlib.report import html
    from planlib.report.content import About, content

    about = About(client, template.name, job.lang, job.parameters, job.today, _folder(job))
    shown = content(notebook, job.lang)
    files, warnings = [], []
    if "html" in job.to:
        (stem.parent / f"{stem.name}.html").write_text(html.page(shown, about), encoding="utf-8")
        files.append(f"{stem.name}.html")
    if "pdf" in job.to:
        from planlib.report import pdf

        document, warnings = pdf.document(shown, about, job.asker)
        (stem.parent / f"{stem.name}.pdf").write_bytes(document)
        files.append(f"{stem.name}.pdf")
    for kind in job.to:
        if kind in OFFICE:
            from planlib.report import office_files

            (stem.parent / f"{stem.name}.{kind}").write_bytes(office_files.document(kind, notebook, shown, about))
            files.append(f"{stem.name}.{kind}")
    return files, warnings


def _as_file(notebook) -> str:
    """The text of an executed notebook, as any reader of notebooks takes it; `nbformat.write` would copy it, look it
    over and set it on many lines, for a sixth of what a page costs."""
    return json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n"


def _folder(job: Job) -> Path:
    return client_folder(job.client, job.workspace)


def _place(job: Job) -> Path:
    """Where the runs of this report stand, of all days."""
    year = job.parameters.get("year", job.today.year)
    return _folder(job) / "reports" / f"{year}-{Path(job.template).stem}"


def _key(job: Job) -> str:
    stated = {**job.parameters, "data as of": job.today.isoformat()}  # the page's header says it
    return runs.fingerprint(given.find(job.template), stated, _folder(job), job.to)


def environment(job: Job) -> dict[str, str]:
    """The variables a report's kernel starts with: this process's, the workspace in use, and the mark of a report."""
    return {**os.environ, "PLANLIB_WORKSPACE": str(job.workspace), "PLANLIB_REPORT": "1"}


def _record(
    job: Job, status: str, files: list[str], seconds: float, error: str | None, warnings: Iterable[str] = ()
) -> Record:
    return Record(
        client=job.client,
        lang=job.lang,
        status=status,
        files=files,
        seconds=round(seconds, 3),
        error=error,
        warnings=list(warnings),
    )


def _sentence(failure, lang: str) -> str:
    """One sentence for the person: a PlanError's own words, else which cell stopped and on what."""
    if failure.said:
        return failure.said
    found = f"{failure.ename}: {failure.evalue}".strip().splitlines()[0][:200]
    return PlanError("report.cell_failed", cell=failure.cell, found=found).text(lang)
