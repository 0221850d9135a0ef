"""The option a council chose becomes the plan: the changed rows, the schedule and the decision, in one batch."""

from __future__ import annotations

from datetime import date

import pandas as pd

from planlib.facts import TABLES, Facts
from planlib.plan import published
from planlib.scenario.council import Council, Option
from planlib.scenario.kept import save
from planlib.schedule import stored
from planlib.schema import KINDS, PlanError
from planlib.store import Book

FOUND = "_found"  # the words a figure was read from: they no longer say it once it is changed


def adopt(
    book: Book, council: Council, option: Option, *, version: str, body: str, day: date, number: str, by: str
) -> str:
    """Store an option as the plan, with the decision that chose it, and return the batch; `undo` takes it back.

    What is written, all of it holding from the day of the decision and none of it if anything is refused: the rows
    that the changes touch (budgets, capacities, weights, ...), actions forced in as mandatory, posts left vacant, the
    context as an event, the schedule with the reason of each action left out, the scenario under the version's name,
    the dates published for the first time, and the decision.

    Raises
    ------
    PlanError
        The option has no plan; the version exists; the workbook holds later rows that would hide these.
    """
    if option.plan is None or option.plan.schedule is None:
        raise PlanError("scenario.option_without_plan", found=option.name)
    signed = {"by": by, "why": version, "effective": day}
    with book.together() as batch:
        for kind, rows, gone in _rows(council.before, council.scenario.facts):
            if len(rows):
                book.put(kind, rows, **signed)
                _hold(book, kind, rows, day)
            if gone:
                book.set_aside(kind, gone, **signed)
        _say_posts(book, council, signed)
        _say_context(book, council, version, signed)
        forced = [action for action, way in council.scenario.forced.items() if way == "in"]
        if forced:
            book.put("action", pd.DataFrame({"mandatory": True}, index=pd.Index(forced, name="action_id")), **signed)
        rows = stored.rows(option.plan.actions, option.plan.inputs.assumed)
        book.put("schedule", rows, **signed)
        _hold(book, "schedule", rows, day)
        save(book, version, council.changes, by=by, why=version, effective=day)
        published.adopt(book, version, body=body, day=day, number=number, by=by)
    return batch


def _rows(before: Facts, after: Facts):
    """(kind, rows that differ, keys that are gone) of each table that the changes replaced; posts and roles apart,
    which a vacancy changes only to count days."""
    for name, kind in TABLES.items():
        if kind in ("post", "role", "update", "spending"):
            continue
        one, other = getattr(before, name), getattr(after, name)
        if one is other:
            continue
        yield kind, _differ(one, other), [key for key in one.index if key not in other.index]
    if not before.settings.equals(after.settings):
        changed = [
            column for column in after.settings.index if _text(before.settings[column]) != _text(after.settings[column])
        ]
        yield "client", pd.DataFrame([after.settings[changed]], index=pd.Index(["client"], name="client_id")), []


def _differ(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Rows of the second table that are new or hold another value, with the columns that differ; words that a changed
    figure was read from become blank."""
    was = one.reindex(other.index)
    differs = was.map(_text) != other.map(_text)
    rows = other.loc[differs.any(axis=1)].astype(object)
    columns = [column for column in other.columns if differs[column].any()]
    rows = rows[columns]
    kept = rows.index.isin(one.index)
    for column in other.columns:
        figures = [c for c in columns if column.endswith(FOUND) and c.startswith(column.removesuffix(FOUND))]
        if figures and column not in columns:
            rows.loc[kept, column] = None
    return rows.rename_axis(other.index.names)


def _text(value) -> str:
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value)


def _say_posts(book: Book, council: Council, signed: dict) -> None:
    """Nobody holds a vacant post from the day it is vacant."""
    for change in council.changes:
        if change.kind == "post" and change.column in ("", "vacant"):
            day = council.start if change.value == "out" else change.value.date()
            row = pd.DataFrame({"person_id": [None]}, index=pd.Index(change.keys, name="post_id"))
            book.put("post", row, **{**signed, "effective": day})


def _say_context(book: Book, council: Council, version: str, signed: dict) -> None:
    told = [change.given for change in council.changes if change.kind == "context"]
    rows = [
        {"context_id": f"{version}-{n}", "text": text, "where": "outside", "happened": signed["effective"]}
        for n, text in enumerate(told, start=1)
    ]
    if rows:
        book.put("context", pd.DataFrame(rows), **signed)


def _hold(book: Book, kind: str, rows: pd.DataFrame, day: date) -> None:
    """Refuse when rows that hold from a later day would hide the ones just written."""
    now, then = book.table(kind, day), book.table(kind)
    columns = [column for column in KINDS[kind].columns if column in rows]
    for key in rows.index:
        if any(_text(now.loc[key, column]) != _text(then.loc[key, column]) for column in columns):
            raise PlanError("scenario.later_rows", kind=kind, key=str(key), day=day)
