"""The command that asks what if: changes made, plan and ranking made again, differences told; three options for a
council, as a note to print, and the one it chose made the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from planlib.cli.ask import DAY, SOME_FAILED, Ask, a_day, a_number, by_whom, client_argument, command, one_of, option
from planlib.schema import PlanError
from planlib.words import LANGS, word

NOTE = "council_note"
SIGNED = ("version", "body", "date", "number")  # what a decision needs


@command("what-if")
def what_if(
    ask: Ask,
    client: Annotated[str, client_argument()],
    changes: Annotated[list[str] | None, option("set", "--set", metavar="PATH=VALUE")] = None,
    scenario: Annotated[str | None, option("scenario", "--scenario", metavar="FILE")] = None,
    save: Annotated[str | None, option("save", "--save", metavar="NAME")] = None,
    why: Annotated[str | None, option("why")] = None,
    time_limit: Annotated[str | None, option("time_limit", metavar="S")] = None,
    note: Annotated[bool, option("note", "--note")] = False,
    langs: Annotated[str | None, option("langs", metavar="fr,en")] = None,
    to: Annotated[str, option("to", metavar="html,pdf")] = "html",
    adopt: Annotated[str | None, option("adopt_option", "--adopt", metavar="1|2|3")] = None,
    version: Annotated[str | None, option("version")] = None,
    body: Annotated[str | None, option("body")] = None,
    date: Annotated[str | None, option("date", metavar=DAY)] = None,
    number: Annotated[str | None, option("number")] = None,
):
    from planlib import scenario as room

    if bool(changes) == bool(scenario):
        raise PlanError("cli.what_if_one")
    decision = signed(adopt, version=version, body=body, date=date, number=number)
    seconds = a_number("--time-limit", time_limit) if time_limit else 10.0
    document, adopted = {}, None
    with ask.book(client) as book:
        asked, named = changes or scenario, None
        if scenario and is_file(scenario):
            named = room.read_scenario(scenario)
            asked = named.changes
        found = room.compare(book, asked, today=ask.today, time_limit=seconds)
        pairs = [(change.path, change.given) for change in found.changes]
        if save is not None:
            reason = why or (named and named.why) or "planlib what-if"
            room.save(book, save, found.changes, by=by_whom(), why=reason, effective=ask.today)
        if note or decision:
            options = room.council(book, pairs, today=ask.today, time_limit=seconds)
            document["options"] = options.document(ask.lang)
        records = noted(ask, client, pairs, langs, to, seconds) if note else []
        if decision:
            chosen = options.option(adopt)
            batch = room.adopt(book, options, chosen, by=by_whom(), **decision)
            adopted = {"option": chosen.name, "version": version, "batch": batch}
    document = {**found.document(ask.lang), **document}
    if note:
        document |= {"files": [file for one in records for file in one["files"]], "reports": records}
    if adopted:
        document["adopted"] = adopted
    ask.answer(document, *lines(document, ask.lang, save, body, number))
    return SOME_FAILED if any(one["status"] == "failed" for one in records) else None


def lines(document: dict, lang: str, save: str | None, body: str | None, number: str | None) -> list[str]:
    """What a person reads: the changes, what they do, the options, and what was kept, made or adopted."""
    said = [f"- {change['text']}" for change in document["changes"]]
    said += ["", *document["summary"]]
    if document["changed"]:
        said += ["", *(row["text"] for row in document["changed"])]
    for one in document.get("options", []):
        said += ["", word("cli.what_if_option", lang, number=one["number"], title=one["title"])]
        said += [f"  {text}" for text in one["text"]]
    for report in document.get("reports", []):
        said += ["", *report["files"]] if report["status"] != "failed" else ["", report["error"]]
    if save is not None:
        said.append(word("cli.what_if_kept", lang, name=save))
    if "adopted" in document:
        found = document["adopted"]
        said += ["", word("cli.what_if_adopted", lang, body=body, number=number, **found)]
    return said


def noted(ask: Ask, client: str, pairs: list[tuple], langs: str | None, to: str, seconds: float) -> list[dict]:
    """The council note in each language asked for, in the client's reports."""
    from planlib import report as face
    from planlib.report.jobs import FORMATS
    from planlib.workspace import read_client

    formats = tuple(one_of("--to", wanted.strip(), FORMATS) for wanted in to.split(","))
    spoken = read_client(client, ask.workspace).languages
    if langs is not None:
        spoken = [one_of("--langs", lang.strip(), LANGS) for lang in langs.split(",")]
    given = {
        "changes": [f"{path}={value}" for path, value in pairs],
        "seconds": seconds,
        "today": ask.today.isoformat(),
    }
    jobs = [
        face.Job(NOTE, client, {**given, "lang": lang}, ask.workspace, ask.today, "fork", None, ask.lang, formats)
        for lang in spoken
    ]
    return face.batch(jobs)


def signed(adopt: str | None, **given: str | None) -> dict | None:
    """The decision that adopts an option: all of it, or none."""
    missing = [f"--{name}" for name in SIGNED if not given[name]]
    if adopt is None:
        if len(missing) < len(SIGNED):
            raise PlanError("cli.what_if_no_option", known=[f"--{name}" for name in SIGNED if given[name]])
        return None
    if missing:
        raise PlanError("cli.what_if_no_decision", missing=missing)
    return {"version": given["version"], "body": given["body"], "day": a_day(given["date"]), "number": given["number"]}


def is_file(scenario: str) -> bool:
    """Whether a scenario is named by its file and not by its name in the workbook."""
    return Path(scenario).is_file() or Path(scenario).suffix.lower() in (".yaml", ".yml", ".json")
