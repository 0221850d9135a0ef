"""Commands that keep the plan sound and pass it around: check, export, import."""

from __future__ import annotations

from typing import Annotated

import typer

from planlib.cli.ask import DECISION_NEEDED, Ask, by_whom, client_argument, command, one_of, option
from planlib.schema import CODES, PlanError
from planlib.words import LANGS, word


@command("check")
def check(ask: Ask, client: Annotated[str, client_argument()]):
    from planlib import facts, plan

    with ask.book(client) as book:
        known = facts.read(book, today=ask.today)
        if known.actions.empty:
            raise PlanError("cli.no_action", client=client)
        found = plan.check(known, ask.today)
    findings = [
        {
            "rule": row.rule,
            "action_id": row.action_id if isinstance(row.action_id, str) else None,
            "text": row.text.text(ask.lang),
            "severity": row.severity,
        }
        for row in found.itertuples()
    ]
    errors = sum(row["severity"] == "error" for row in findings)
    head = word("cli.check_head", ask.lang, n=len(findings), errors=errors) if findings else None
    lines = [word(f"cli.check_{row['severity']}", ask.lang, text=row["text"]) for row in findings]
    ask.answer({"findings": findings}, head or word("cli.check_nothing", ask.lang, client=client), *lines)


@command("export")
def export(
    ask: Ask,
    client: Annotated[str, client_argument()],
    to: Annotated[str, option("to", metavar="xlsx")] = "xlsx",
    owner: Annotated[list[str] | None, option("owner", metavar="POST")] = None,
    edition: Annotated[str, option("edition", metavar="|".join(CODES["edition"]))] = "internal",
    langs: Annotated[str | None, option("langs", metavar="fr,en")] = None,
):
    from planlib import facts, office
    from planlib.office.places import file_name, new_folder

    one_of("--to", to, ("xlsx",))
    one_of("--edition", edition, CODES["edition"])
    asked = [one_of("--langs", lang.strip(), LANGS) for lang in (langs or ask.lang).split(",")]
    with ask.book(client) as book:
        known = facts.read(book, today=ask.today)
        office.ready(known, owner or [], asked[0])
        folder = new_folder(book.path.parent, ask.today)
        files = [
            office.export(book, known, lang, folder / file_name(client, lang, one), owner=one, edition=edition)
            for one in (None, *(owner or []))
            for lang in asked
        ]
    ask.answer({"files": [str(path) for path in files]}, *(word("cli.exported", ask.lang, file=str(f)) for f in files))


@command("import")
def import_(
    ask: Ask,
    client: Annotated[str, client_argument()],
    files: Annotated[list[str], typer.Argument(metavar="FILE...", show_default=False)],
    why: Annotated[str | None, option("why")] = None,
    dry_run: Annotated[bool, option("dry_run", "--dry-run")] = False,
):
    from planlib import office

    with ask.book(client) as book:
        found = office.merge(book, files, ask.today, by=by_whom(), why=why, dry_run=dry_run)
    document = office.document(found, ask.lang)
    counts = {name: len(document[name]) for name in ("changes", "conflicts", "refused")}
    key = "cli.import_dry" if dry_run else "cli.import_done"
    lines = [row["text"] for name in ("changes", "conflicts", "refused") for row in document[name]]
    ask.answer(document, word(key, ask.lang, **counts), *lines)
    return DECISION_NEEDED if document["conflicts"] or document["refused"] else None
