"""The follow-up's command: review."""

from __future__ import annotations

from typing import Annotated

from planlib.cli.ask import YEAR, Ask, a_year, client_argument, command, option
from planlib.words import word


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
