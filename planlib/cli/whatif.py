"""The command that asks what if: changes made, plan and ranking made again, differences told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from planlib.cli.ask import Ask, a_number, by_whom, client_argument, command, option
from planlib.schema import PlanError
from planlib.words import word


@command("what-if")
def what_if(
    ask: Ask,
    client: Annotated[str, client_argument()],
    changes: Annotated[list[str] | None, option("set", "--set", metavar="PATH=VALUE")] = None,
    scenario: Annotated[str | None, option("scenario", "--scenario", metavar="FILE")] = None,
    save: Annotated[str | None, option("save", "--save", metavar="NAME")] = None,
    why: Annotated[str | None, option("why")] = None,
    time_limit: Annotated[str | None, option("time_limit", metavar="S")] = None,
):
    from planlib import scenario as room

    if bool(changes) == bool(scenario):
        raise PlanError("cli.what_if_one")
    seconds = a_number("--time-limit", time_limit) if time_limit else 10.0
    with ask.book(client) as book:
        asked = changes or (room.read_file(scenario) if is_file(scenario) else scenario)
        found = room.compare(book, asked, today=ask.today, time_limit=seconds)
        if save is not None:
            room.save(book, save, found.changes, by=by_whom(), why=why or "planlib what-if", effective=ask.today)
    document = found.document(ask.lang)
    kept = word("cli.what_if_kept", ask.lang, name=save) if save is not None else None
    asked_for = [f"- {change['text']}" for change in document["changes"]]
    lines = [row["text"] for row in document["changed"]]
    ask.answer(document, *asked_for, "", *document["summary"], *(["", *lines] if lines else []), kept)


def is_file(scenario: str) -> bool:
    """Whether a scenario is named by its file and not by its name in the workbook."""
    return Path(scenario).is_file() or Path(scenario).suffix.lower() in (".yaml", ".yml", ".json")
