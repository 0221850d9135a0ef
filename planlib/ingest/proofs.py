"""What one cell of a file proves for all of it: whether the day comes first, and which sign is decimal."""

from __future__ import annotations

import re

from planlib.ingest import columns, kinds
from planlib.ingest.rows import Rows
from planlib.ingest.when import is_two_ways, parse_when

SIGN_FIRST = re.compile(r"\s*\$ ?\d")


def day_first(rows: Rows) -> bool | None:
    """Whether 01/02/2026 is 1 February in this file, as one of its columns proves; None when none does."""
    if "day_first" not in rows.settled:
        cells = {cell for name in rows.names if kinds.is_date(rows.kind, name) for cell in rows.raw(name)}
        rows.settled["day_first"] = proven = columns.date_order(cells)[0]
        two_ways = {cell for cell in cells if proven is not None and is_two_ways(cell)}
        if two_ways:
            i, name = _first_of(rows, two_ways)
            found = rows.raw(name)[i]
            why = "ingest.day_first" if proven else "ingest.month_first"
            used = parse_when(found, rows.fiscal_start, proven)[0]
            rows.say(i, rows.header(name), found, used, why, n=len(two_ways))
    return rows.settled["day_first"] if "dates" not in rows.answers else None


def _first_of(rows: Rows, cells: set[str]) -> tuple[int, str]:
    """The row and the column where one of these cells first stands."""
    return min((rows.raw(name).index(cell), name) for name in rows.names for cell in cells & set(rows.raw(name)))


def decimal(rows: Rows) -> str | None:
    """The decimal sign of the file, as one of its columns of figures proves; None when none does."""
    if "decimal" not in rows.settled:
        cells = {cell for name in rows.names if kinds.is_figure(rows.kind, name) for cell in rows.raw(name)}
        proven, both = columns.decimal_sign(cells)
        if proven is None and not both and any(SIGN_FIRST.match(cell) for cell in cells):
            proven = "."  # $52,000: whoever writes the sign first writes the point
            found = next(cell for cell in sorted(cells) if SIGN_FIRST.match(cell))
            rows.say(None, "", found, "0.00", "ingest.decimal_point")
        rows.settled["decimal"] = proven
    return rows.settled["decimal"] if "decimal" not in rows.answers else None
