"""Commands of the follow-up: review, report, demo."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from planlib.cli.ask import SOME_FAILED, YEAR, Ask, a_number, a_year, client_argument, command, one_of, option
from planlib.schema import PlanError
from planlib.words import LANGS, number, word


@command("review")
def review(
    ask: Ask,
    client: Annotated[str, client_argument()],
    year: Annotated[str, option("year", metavar=YEAR)],
    draft: Annotated[bool, option("draft", "--draft")] = False,
):
    from planlib import review as room

    with ask.book(client) as book:
        found = room.annual(book, a_year(year), draft=draft)
    document = found.document(ask.lang)
    counts = {name: len(document[name]) for name in ("done", "ongoing", "not_done")}
    reasons = [
        word("cli.review_reason", ask.lang, n=n, reason=word(f"reason.{reason}", ask.lang))
        for reason, n in document["by_reason"].items()
    ]
    blanks = [
        word("cli.review_blank", ask.lang, action=row["action_id"], owner=row["owner"] or "—", missing=row["missing"])
        for row in document["blanks"]
    ]
    ask.answer(document, word("cli.review_head", ask.lang, **counts), document["strategy"], *reasons, *blanks)


@command("report")
def report(
    ask: Ask,
    clients: Annotated[list[str] | None, typer.Argument(metavar="CLIENT...", show_default=False)] = None,
    everyone: Annotated[bool, option("all", "--all")] = False,
    template: Annotated[str, option("template")] = "annual_review",
    year: Annotated[str | None, option("year", metavar=YEAR)] = None,
    langs: Annotated[str | None, option("langs", metavar="fr,en")] = None,
    to: Annotated[str, option("to", metavar="html,pdf")] = "html",
    parameter: Annotated[list[str] | None, option("parameter", "--parameter", "-p", metavar="NAME=VALUE")] = None,
    engine: Annotated[str, option("engine", metavar="fork|nbclient")] = "fork",
    timeout: Annotated[str | None, option("timeout", metavar="S")] = None,
):
    from planlib import report as face
    from planlib.report.jobs import FORMATS
    from planlib.workspace import client_names

    names = client_names(ask.workspace) if everyone else list(clients or [])
    if not names:
        raise PlanError("cli.no_client_to_report")
    formats = tuple(one_of("--to", wanted.strip(), FORMATS) for wanted in to.split(","))
    given = dict(name_and_value(text) for text in parameter or [])
    if year is not None:
        given["year"] = a_year(year)
    seconds = a_number("--timeout", timeout)
    jobs = [
        face.Job(template, name, {**given, "lang": lang}, ask.workspace, ask.today, engine, seconds, ask.lang, formats)
        for name in names
        for lang in languages(ask, name, langs, alone=len(names) == 1)
    ]
    records = face.batch(jobs, on_done=None if ask.json else lambda record: tell(record, ask.lang))
    return finished(ask, {"reports": records}, records)


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


def tell(record: dict, lang: str) -> None:
    """One line a report, as it is made."""
    facts = {"client": record["client"], "of_lang": record["lang"], "seconds": number(record["seconds"], lang, 1)}
    if record["status"] == "failed":
        print(word("cli.report_failed", lang, **facts, error=record["error"]), file=sys.stderr)
    else:
        print(word(f"cli.report_{record['status']}", lang, **facts, file=record["files"][0]), flush=True)


def finished(ask: Ask, document: dict, records: list[dict]) -> int | None:
    """The answer of a batch: a summary that names who failed, and exit code 1 when someone did."""
    failed = sorted({record["client"] for record in records if record["status"] == "failed"})
    summary = word("cli.report_summary", ask.lang, n=len(records) - sum(r["status"] == "failed" for r in records))
    if failed:
        summary += " " + word("cli.report_summary_failed", ask.lang, n=len(failed), clients=failed)
    ask.answer(document, summary)
    return SOME_FAILED if failed else None


@command("demo")
def demo(ask: Ask):
    from planlib import demo as face

    progress = None if ask.json else lambda text: print(text, flush=True)
    made = face.build(ask.workspace, ask.lang, on_step=progress)
    records = [record for client in made for record in client["records"]]
    if not ask.json:
        for record in records:
            tell(record, ask.lang)
    listed = [
        {**{name: client[name] for name in ("client", "actions", "funded")}, "reports": paths(client["records"])}
        for client in made
    ]
    return finished(ask, {"clients": listed}, records)


def paths(records: list[dict]) -> list[str]:
    """The page of each report that was made."""
    return [record["files"][0] for record in records if record["files"]]
