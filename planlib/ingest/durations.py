"""A column of durations -> weeks; a span of two durations is asked, never cut to one."""

from __future__ import annotations

import re

from planlib.ingest import readers, values
from planlib.ingest.proofs import decimal
from planlib.ingest.records import fold, slug
from planlib.ingest.rows import Rows
from planlib.ingest.spans import WEEKS_IN, weeks_of

WEEKS = re.compile(
    r"(?P<n>\d+(?:[.,]\d+)?) ?"
    r"(?P<unit>sem(?:aines?|\.)?|weeks?|w|mois|months?|m|ans?|annees?|years?|jours?|days?|j|d)\.?"
)


def weeks(rows: Rows, name: str) -> list:
    """Durations in weeks; months and years are turned into weeks, a bare figure is weeks.

    A span (`2-3 ans`) is kept in words: which end counts is asked, and unknown until it is said.
    """
    cells = rows.text(name)

    def parse(rows: Rows, cell: str) -> float | None:
        if values.is_unknown(cell):
            return None
        match = WEEKS.fullmatch(fold(cell))
        if not match and (span := weeks_of(cell)):
            ends = {f"{weeks:g}": "ingest.choice_weeks" for weeks in span if weeks}
            choices = {**ends, "unknown": "parse.choice_unknown"}
            facts = {"row": str(rows.numbers[cells.index(cell)]), "column": rows.header(name), "found": cell}
            given = rows.ask(
                f"weeks.{slug(cell)}", "ingest.ask_weeks", choices, "unknown", **facts, n=cells.count(cell)
            )
            return None if given == "unknown" else float(given)
        if not match:
            return values.parse_number(cell, decimal(rows))[0]
        in_weeks = round(float(match["n"].replace(",", ".")) * WEEKS_IN[match["unit"][0]], 1)
        if match["unit"][0] not in "sw":
            rows.say(None, rows.header(name), cell, f"{in_weeks:g}", "ingest.weeks")
        return in_weeks

    return readers.each(rows, name, cells, parse)
