"""Ballots: one mark a row, a table of marks, or a form where each voter ticks several choices in one cell."""

from __future__ import annotations

import pandas as pd

from planlib.ingest import build
from planlib.ingest.keys import Frames
from planlib.ingest.records import plain
from planlib.ingest.rows import Rows

KEYS = ("round", "voter", "item", "criterion")


def build_ballots(rows: Rows) -> tuple[Frames, set[str]]:
    """The ballots of a file. A cell of choices joined by `;` is one mark for each; an empty tail is no choice."""
    place = None if rows.has("item", "mark") else _choices_column(rows)
    if place is None:
        return build.build(rows)
    stem = rows.file.rpartition(".")[0] or rows.file
    voters = rows.text("voter") if rows.has("voter") else list(map(str, rows.numbers))
    rounds = rows.text("round") if rows.has("round") else [stem] * len(rows)
    criteria = rows.text("criterion") if rows.has("criterion") else ["-"] * len(rows)
    cast: dict[tuple, int] = {}
    for i, cell in enumerate(rows.column(place)):
        choices = [choice for part in cell.split(";") if (choice := plain(part))]
        if not voters[i]:
            rows.drop(i, "ingest.no_key", column=rows.header("voter"))
        elif not choices:
            rows.drop(i, "ingest.no_vote")
        else:
            cast |= {(rounds[i], voters[i], choice, criteria[i] or "-"): i for choice in choices}
    rows.say(None, rows.headers[place], rows.headers[place], ";", "ingest.choices", n=len(cast))
    table = pd.DataFrame(
        {
            "mark": [1.0] * len(cast),
            "medium": [rows.constants.get("medium", "file")] * len(cast),
            "origin": [rows.origin(i) for i in cast.values()],
        },
        index=pd.MultiIndex.from_tuples(list(cast), names=KEYS),
        dtype=object,
    )
    return {"ballot": table}, set()


def _choices_column(rows: Rows) -> int | None:
    """The one column, known or not, in which most cells hold several choices."""
    found = []
    for place, header in enumerate(rows.headers):
        cells = [row[place] for row in rows.cells if row[place]]
        if cells and not rows.is_private(header) and sum(";" in cell for cell in cells) * 2 > len(cells):
            found.append(place)
    return found[0] if len(found) == 1 else None
