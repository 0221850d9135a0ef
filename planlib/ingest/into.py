"""Resolved imports -> rows of the workbook, all in one batch; a file that says nothing new adds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from planlib import facts
from planlib import tables as checks
from planlib.ingest.given import under
from planlib.ingest.imported import Import
from planlib.ingest.keys import TO_FIND, Frames
from planlib.ingest.resolve import resolve
from planlib.schema import PlanError, kind_of
from planlib.store import Book
from planlib.words import word

# A blank cell says nothing and leaves what is known; words for unknown (n.d.) in the first make the others unknown.
TOLD_BY = {
    "amount_found": ("amount", "amount_low", "amount_high"),
    "cost_found": ("cost_low", "cost_high"),
    "days_found": ("days",),
    "effort_found": ("effort_days", "effort_size"),
    "actual_found": ("actual",),
    "performance_found": ("performance",),
    "when_found": ("earliest_start", "deadline"),
}


def store_imports(
    book: Book,
    imports: Sequence[Import],
    *,
    by: str,
    why: str | None = None,
    effective: date | str,
) -> int:
    """Write imports into a workbook, in one batch, and return how many rows were written.

    Rows that the workbook already holds are not written again, even when they moved to another row of their file. A
    blank cell leaves what is known as it is. All of it is written, or nothing.

    Raises
    ------
    PlanError
        A question has no answer yet; a row does not fit the schema; a row was changed meanwhile.
    """
    for imported in imports:
        if imported.unanswered:
            raise PlanError("ingest.unanswered", file=imported.file, key=imported.unanswered[0].key)
    written = 0
    with book.together():
        for imported in imports:
            # Again, under the lock: the files before it, or another program, may have made ids meanwhile.
            imported = resolve(imported.source or imported, book)
            if imported.unanswered:
                raise PlanError("ingest.unanswered", file=imported.file, key=imported.unanswered[0].key)
            reasons = [f"{header} : {reason}" for header, reason in under(imported.answers, "keep.").items()]
            said = " — ".join([why or f"{imported.file} ({imported.kind})", *reasons])
            say = {"by": by, "why": said, "effective": effective}
            tables = _dated(book, imported, effective)
            changes = {kind: _changes(book, kind, table, effective) for kind, table in tables.items()}
            for kind in sorted(changes, key=_rank):
                if len(changes[kind]):
                    written += book.put(kind, changes[kind], **say)
            written += _relieve(book, imported, **say)
    return written


def _rank(kind: str) -> tuple:
    """What others refer to is written first."""
    return (kind != "axis", kind != "source", kind != "action", kind)


def _dated(book: Book, imported: Import, effective: date | str) -> Frames:
    """Costs that still have no year take the one they are stored in."""
    tables = dict(imported.tables)
    cost = tables.get("cost")
    if cost is not None and len(cost):
        settings = book.table("client")
        starts = settings["fiscal_start"].iloc[0] if len(settings) else None
        year = facts.fiscal_year(pd.Timestamp(effective).date(), starts if isinstance(starts, str) else "01-01")
        dated = [(action, source, found or year) for action, source, found in cost.index]
        tables["cost"] = cost.set_axis(pd.MultiIndex.from_tuples(dated, names=cost.index.names))
        if any(source == TO_FIND for _, source, _ in dated):
            titles = {"title_fr": word("ingest.to_find", "fr"), "title_en": word("ingest.to_find", "en")}
            words = {"title": titles["title_fr"], **titles, "status": "to_find"}
            found = pd.DataFrame([words], index=pd.Index([TO_FIND], name="source_id"), dtype=object)
            tables["source"] = pd.concat([tables["source"], found]) if "source" in tables else found
    return tables


def _changes(book: Book, kind: str, table: pd.DataFrame, effective: date | str) -> pd.DataFrame:
    """The rows that say something new; blanks take what the workbook knows."""
    if not len(table):
        return table
    rows = checks.checked_rows(kind, table.astype(object).where(table.notna(), None))
    known = book.table(kind, as_of=effective)
    keys = [key if len(key) > 1 else key[0] for key in rows]
    wanted = known[known.index.isin(keys)] if len(known) else known
    before = checks.checked_rows(kind, wanted) if len(wanted) else {}
    kept = {}
    for key, row in rows.items():
        old = before.get(key, {})
        told = {name for found, names in TOLD_BY.items() if row.get(found) for name in names}
        new = old | {name: value for name, value in row.items() if value is not None or name in told}
        new["origin"] = old.get("origin") or row.get("origin")  # where it came from first; `why` says what changed it
        if key not in before or any(old.get(name) != value for name, value in new.items() if name != "origin"):
            kept[key] = new
    return _frame(kind, kept, list(table.columns))


def _frame(kind: str, rows: dict[tuple, dict], columns: list[str]) -> pd.DataFrame:
    keys = kind_of(kind).keys
    if len(keys) == 1:
        index = pd.Index([key[0] for key in rows], name=keys[0], dtype=object)
    else:
        index = (
            pd.MultiIndex.from_tuples(list(rows), names=keys) if rows else pd.MultiIndex.from_arrays([[]] * len(keys))
        )
    return pd.DataFrame({name: [row.get(name) for row in rows.values()] for name in columns}, index=index, dtype=object)


def _relieve(book: Book, imported: Import, *, by: str, why: str, effective: date | str) -> int:
    """Set aside who answered before for an action to which the file gives another owner."""
    held = imported.tables.get("assignment")
    if held is None or (held.empty and not len(held.index)):
        return 0
    owner = {action: post for action, post, part in held.index if part == "accountable"}
    known = book.table("assignment", as_of=effective)
    gone = [
        (action, post, part)
        for action, post, part in known.index
        if part == "accountable" and action in owner and post != owner[action]
    ]
    return book.set_aside("assignment", gone, by=by, why=why, effective=effective) if gone else 0
