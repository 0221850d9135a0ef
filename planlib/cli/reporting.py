"""Commands that make reports: report, demo."""

from __future__ import annotations

import fnmatch
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from planlib.cli.ask import SOME_FAILED, YEAR, Ask, a_number, a_year, command, one_of, option
from planlib.schema import PlanError
from planlib.words import LANGS, number, word

if TYPE_CHECKING:
    from planlib.report import Job

MINUTES, MEMORY = 10, 4000  # what a notebook may take when nobody says; MEMORY in megabytes


@command("report")
def report(
    ask: Ask,
    clients: Annotated[list[str] | None, typer.Argument(metavar="CLIENT...", show_default=False)] = None,
    everyone: Annotated[bool, option("all", "--all")] = False,
    template: Annotated[str, option("template")] = "annual_review",
    year: Annotated[str | None, option("year", metavar=YEAR)] = None,
    langs: Annotated[str | None, option("langs", metavar="fr,en")] = None,
    to: Annotated[str, option("to", metavar="html,pdf,xlsx,docx,pptx")] = "html",
    parameter: Annotated[list[str] | None, option("parameter", "--parameter", "-p", metavar="NAME=VALUE")] = None,
    jobs: Annotated[str | None, option("jobs", metavar="N")] = None,
    only: Annotated[str | None, option("only", metavar="CLIENT,...")] = None,
    listed: Annotated[bool, option("list", "--list")] = False,
    timeout: Annotated[str, option("timeout", metavar="S")] = str(60 * MINUTES),
    memory: Annotated[str, option("memory", metavar="MB")] = str(MEMORY),
    resume: Annotated[bool, option("resume", "--resume")] = False,
    engine: Annotated[str, option("engine", metavar="fork|nbclient")] = "fork",
    executor: Annotated[str, option("executor", metavar="local|dask=ADDRESS")] = "local",
    check: Annotated[str | None, option("check", metavar="TEMPLATE")] = None,
):
    if check is not None:
        return checked_template(ask, check)
    from planlib import report as face
    from planlib.report import executors
    from planlib.report.jobs import FORMATS
    from planlib.report.manifest import unfinished

    if resume:
        asked = [job for job in unfinished(ask.workspace) if not clients or job.client in clients]
    else:
        limits = {
            "timeout": a_number("--timeout", timeout, least=0.1),
            "memory": a_number("--memory", memory, least=1),
            "engine": engine,
            "to": tuple(one_of("--to", wanted.strip(), FORMATS) for wanted in to.split(",")),
        }
        asked = wanted(ask, clients, everyone, template, year, langs, parameter, limits)
    if only is not None:
        asked = those(asked, only)
    if listed:
        return told_beforehand(ask, asked)
    processes = a_number("--jobs", jobs, least=1)
    with executors.named(executor) as elsewhere:
        records = face.batch(
            asked,
            elsewhere,
            on_done=progress(ask, len(asked)),
            processes=None if processes is None else int(processes),
            manifest=True,
        )
    return finished(ask, {"reports": records}, records)


def wanted(
    ask: Ask,
    clients: list[str] | None,
    everyone: bool,
    template: str,
    year: str | None,
    langs: str | None,
    parameter: list[str] | None,
    limits: dict,
) -> list[Job]:
    """The reports asked for: each client in each of its languages."""
    from planlib.report import Job
    from planlib.workspace import client_names

    names = client_names(ask.workspace) if everyone else list(dict.fromkeys(clients or []))
    if not names:
        raise PlanError("cli.no_client_to_report")
    given = dict(name_and_value(text) for text in parameter or [])
    if year is not None:
        given["year"] = a_year(year)
    return [
        Job(template, name, {**given, "lang": lang}, ask.workspace, ask.today, told=ask.lang, **limits)
        for name in names
        for lang in languages(ask, name, langs, alone=len(names) == 1)
    ]


def those(jobs: list[Job], only: str) -> list[Job]:
    """The jobs of the clients named, by slug or by pattern (`sdc-*`); a name that fits none is refused."""
    found = []
    for pattern in (text.strip() for text in only.split(",")):
        fitting = [job for job in jobs if fnmatch.fnmatchcase(job.client, pattern)]
        if not fitting:
            raise PlanError("cli.only_nobody", found=pattern)
        found += fitting
    return [job for job in jobs if job in found]


def told_beforehand(ask: Ask, jobs: list[Job]) -> None:
    """What would be made and what stands already; nothing is run."""
    from planlib.report.jobs import failed, ready, unchanged

    records = []
    for job in jobs:
        try:
            standing = unchanged(ready(job))
            records.append(
                standing or {**failed(job, PlanError("report.no_typst")), "status": "to_make", "error": None}
            )
        except PlanError as error:
            if len(jobs) == 1:
                raise
            records.append(failed(job, error))
    lines = [line_of(record, ask.lang) for record in records]
    n = sum(record["status"] == "to_make" for record in records)
    ask.answer({"reports": records}, *lines, word("cli.report_list", ask.lang, n=n, of=len(records)))


def progress(ask: Ask, n: int) -> Callable[[dict], None]:
    """Told on stderr as each report comes, so that stdout holds the answer alone."""
    came = iter(range(1, n + 1))

    def told(record: dict) -> None:
        line = line_of(record, ask.lang)
        print(f"[{next(came)}/{n}] {line}", *record["warnings"], sep="\n  ", file=sys.stderr, flush=True)

    return told


def languages(ask: Ask, client: str, asked: str | None, *, alone: bool) -> list[str]:
    """The languages asked for, else the client's own; one client of many that cannot be read fails in its turn."""
    from planlib.workspace import read_client

    if asked is not None:
        return [one_of("--langs", lang.strip(), LANGS) for lang in asked.split(",")]
    try:
        return list(read_client(client, ask.workspace).languages)
    except PlanError:
        if alone:
            raise
        return [ask.lang]


def name_and_value(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise PlanError("cli.name_and_value", found=text)
    return name.strip(), value


def line_of(record: dict, lang: str) -> str:
    """One line on one report."""
    facts = {"client": record["client"], "of_lang": record["lang"], "seconds": number(record["seconds"], lang, 1)}
    file = record["files"][0] if record["files"] else ""
    return word(f"cli.report_{record['status']}", lang, **facts, error=record["error"] or "", file=file)


def finished(ask: Ask, document: dict, records: list[dict]) -> int | None:
    """The answer of a batch: a summary that names who failed and why, and exit code 1 when someone did."""
    failed = [record for record in records if record["status"] == "failed"]
    names = sorted({record["client"] for record in failed})
    lines = [word("cli.report_summary", ask.lang, n=len(records) - len(failed))]
    for name in names:  # one sentence a client; its other language most often failed of the same
        first = next(record for record in failed if record["client"] == name)
        lines.append(word("cli.report_client_failed", ask.lang, client=name, error=first["error"]))
    if names:
        lines[0] += " " + word("cli.report_summary_failed", ask.lang, n=len(names), clients=names)
    ask.answer(document, *lines)
    return SOME_FAILED if names else None


def checked_template(ask: Ask, template: str) -> int | None:
    """What is wrong with a template, one line each; nothing is run."""
    from planlib.report.lint import findings

    found = findings(template)
    document = {
        "findings": [{"rule": f.rule, "cell": f.cell, "severity": f.severity, "text": f.text(ask.lang)} for f in found]
    }
    ask.answer(document, *(f.text(ask.lang) for f in found), word("cli.template_checked", ask.lang, n=len(found)))
    return SOME_FAILED if any(f.severity == "error" for f in found) else None


@command("demo")
def demo(ask: Ask):
    from planlib import demo as face

    progress = None if ask.json else lambda text: print(text, flush=True)
    made = face.build(ask.workspace, ask.lang, on_step=progress)
    records = [record for client in made for record in client["records"]]
    if not ask.json:
        for record in records:
            print(line_of(record, ask.lang), flush=True)
    listed = [
        {**{name: client[name] for name in ("client", "actions", "funded")}, "reports": paths(client["records"])}
        for client in made
    ]
    return finished(ask, {"clients": listed}, records)


def paths(records: list[dict]) -> list[str]:
    """The page of each report that was made."""
    return [record["files"][0] for record in records if record["files"]]
