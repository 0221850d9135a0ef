"""Commands about the workbook itself: adopt, history, undo, verify."""

from __future__ import annotations

from typing import Annotated

from planlib.cli.ask import DAY, SOME_FAILED, Ask, a_day, by_whom, client_argument, command, option
from planlib.words import word


@command("adopt")
def adopt(
    ask: Ask,
    client: Annotated[str, client_argument()],
    version: Annotated[str, option("version")],
    body: Annotated[str, option("body")],
    date: Annotated[str, option("date", metavar=DAY)],
    number: Annotated[str, option("number")],
):
    from planlib.plan import published

    with ask.book(client) as book:
        published.adopt(book, version, body=body, day=a_day(date), number=number, by=by_whom())
    ask.answer({"version": version}, word("cli.adopted", ask.lang, version=version, body=body, number=number))


@command("undo")
def undo(ask: Ask, client: Annotated[str, client_argument()], batch: Annotated[str, option("batch")]):
    with ask.book(client) as book:
        n = book.undo(batch, by=by_whom(), why=f"planlib undo {batch}")
    ask.answer({"undone": n}, word("cli.undone", ask.lang, n=n, batch=batch))


@command("history")
def history(ask: Ask, client: Annotated[str, client_argument()]):
    with ask.book(client) as book:
        entries = book.history().reset_index()
    listed = [
        {**{c: row[c] for c in ("seq", "at", "effective", "by", "why", "batch", "kind", "key")}, "row": row["row"]}
        for _, row in entries.iterrows()
    ]
    batches = entries.groupby("batch", sort=False).agg(
        at=("at", "first"), by=("by", "first"), why=("why", "first"), n=("seq", "size")
    )
    lines = [
        word("cli.batch", ask.lang, batch=batch, at=row["at"][:16].replace("T", " "), **row.drop("at"))
        for batch, row in batches.iterrows()
    ]
    ask.answer({"entries": listed}, *lines)


@command("verify")
def verify(ask: Ask, client: Annotated[str, client_argument()]):
    with ask.book(client) as book:
        problems = [problem.text(ask.lang) for problem in book.verify()]
    sound = word("cli.verified", ask.lang, client=client)
    ask.answer({"ok": not problems, "problems": problems}, *(problems or [sound]))
    return SOME_FAILED if problems else None
