"""What people wrote in an exported workbook, set against what it was and what the journal holds now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from planlib import facts, plan
from planlib.ingest.records import letters
from planlib.office import cells, spec
from planlib.office.read import Returned, Was, columns, header_row, read_back
from planlib.schema import PlanError
from planlib.store import Book
from planlib.words import LANGS

# Restated with a new status, or when one of them is emptied: an update says where the action stands.
WITH_STATUS = ("reason", "decision", "new_date")
KEEPS_SECOND = ("reason_second", "reason_text")


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a file: sheet, row and column as the spreadsheet shows them, and the action it speaks of."""

    file: str
    sheet: str
    row: int | None
    column: str
    action_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One cell edited: the field of the action's update, what it was and what it becomes ('' when unknown)."""

    place: Place
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """One cell edited on both sides: as exported, as the journal holds it now, as the file has it."""

    place: Place
    field: str
    exported: str
    now: str
    file: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One cell that was not taken, what was found there, and why."""

    place: Place
    found: str
    why: PlanError


@dataclass(slots=True)
class Merge:
    """What came back: changes (written), conflicts and refusals (nothing of them written), and the batch."""

    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    batch: str | None = None
    langs: tuple[str, ...] = LANGS  # with the client's own labels


def merge(
    book: Book, paths: Sequence[str | Path], today: date, *, by: str, why: str | None = None, dry_run: bool = False
) -> Merge:
    """Read exported workbooks back: one cell edited is one change, written as the action's update of `today`.

    A cell the same as it was exported says nothing, whatever the journal holds now. A cell changed here and in the
    journal since is a conflict, unless both say the same. All changes of all files are one batch; files are
    taken in the order given.

    Parameters
    ----------
    book : Book
    paths : files that `export` wrote for this client, as people filled them in.
    today : date
        The day of the updates.
    by, why : str
        Who sends them; `why` defaults to the files' names.
    dry_run : bool
        Look, and write nothing.

    Raises
    ------
    PlanError
        A file is not a workbook of this client; nothing is written then.
    """
    returned = [read_back(path, book.client) for path in paths]
    known = facts.read(book, today)
    found = Merge(langs=tuple(known.tongue(lang) for lang in LANGS))
    now = plan.standing(known, "firm")
    texts = {name: [cells.plain(value) for value in now[name]] for name in (f.name for f in spec.EDITABLE)}
    current = pd.DataFrame(texts, index=now.index)
    wanted: dict[str, dict[str, str]] = {}
    for one in returned:
        for was in one.sheets.values():
            if was.kind == spec.PLAN.name and one.about["edition"] != "public":
                _follow(one, was, current, wanted, found)
            else:
                _untouched(one, was, found)
    if wanted and not dry_run:
        rows = _updates(book, now, wanted, today, returned)
        files = ", ".join(one.file for one in returned)
        book.put("update", rows, by=by, why=why or f"planlib import {files}", effective=today)
        found.batch = book.last_batch
    return found


def _follow(one: Returned, was: Was, current: pd.DataFrame, wanted: dict, found: Merge) -> None:
    """The sheet that people fill in: rows are known by their action, columns by their header."""
    rows = one.cells.get(was.kind)
    header = None if rows is None else header_row(was, rows)
    if header is None:
        found.refused.append(Refusal(Place(one.file, was.shown, None, ""), "", PlanError("office.sheet_gone")))
        return
    at = columns(was, rows[header])
    for name, title in zip(was.fields, was.heads, strict=True):
        if name not in at:
            place = Place(one.file, was.shown, header + 1, title)
            found.refused.append(Refusal(place, "", PlanError("office.column_gone", column=title)))
    if "action_id" not in at:
        return
    seen = set()
    for n, row in enumerate(rows[header + 1 :], header + 2):
        values = {name: row[column] if column < len(row) else "" for name, column in at.items()}
        action = cells.plain(values["action_id"])
        if not any(cells.plain(value) for value in row):
            continue
        place = Place(one.file, was.shown, n, letters(at["action_id"]), action or None)
        if action not in was.rows or action in seen:
            key = "office.row_twice" if action in seen else "office.row_unknown"
            found.refused.append(Refusal(place, action, PlanError(key, action=action)))
            continue
        seen.add(action)
        if action not in current.index:
            found.refused.append(Refusal(place, action, PlanError("office.set_aside", action=action)))
            continue
        _row(one, was, n, at, values, current.loc[action], wanted, found)
    for action in was.rows:
        if action not in seen:
            place = Place(one.file, was.shown, None, letters(at["action_id"]), action)
            found.refused.append(Refusal(place, action, PlanError("office.row_gone", action=action)))


def _row(one, was: Was, n: int, at: dict, values: dict, current: pd.Series, wanted: dict, found: Merge) -> None:
    action = cells.plain(values["action_id"])
    fields = {f.name: f for f in spec.PLAN.fields}
    for name, exported in zip(was.fields, was.rows[action], strict=True):
        if name not in at:
            continue
        place = Place(one.file, was.shown, n, letters(at[name]), action)
        of = fields[name]
        if not of.edit:
            if not _same(of, values[name], exported, found.langs):
                why = PlanError("office.locked", column=_head(was, name), was=exported or "—")
                found.refused.append(Refusal(place, cells.plain(values[name]), why))
            continue
        try:
            after = cells.typed(of.kind, of.codes, values[name], found.langs)
            if after == cells.tidy(exported):
                continue
            _refuse(name, after, current)
        except PlanError as why:
            found.refused.append(Refusal(place, cells.plain(values[name]), why))
            continue
        now = wanted.get(action, {}).get(name, current[name])
        if now in spec.COMPUTED.get(name, ()):
            now = cells.tidy(exported)  # time has passed; nobody has said anything
        if now == after:
            continue
        if now != cells.tidy(exported):
            found.conflicts.append(Conflict(place, name, exported, now, after))
            continue
        found.changes.append(Change(place, name, now, after))
        wanted.setdefault(action, {})[name] = after


def _refuse(name: str, after: str, current: pd.Series) -> None:
    """What a cell may not say: a computed health; an emptied cell that another update would fill again."""
    if after in spec.COMPUTED.get(name, ()):
        raise PlanError("office.computed")
    if not after and (name not in WITH_STATUS or not current["status"]):
        raise PlanError("office.emptied")


def _same(of: spec.Field, value, exported: str, langs: tuple[str, ...]) -> bool:
    found = cells.plain(value)
    if of.codes and found:
        found = cells.code_of(of.codes, found, langs) or found
    return found == cells.tidy(exported)


def _head(was: Was, name: str) -> str:
    return was.heads[was.fields.index(name)]


def _untouched(one: Returned, was: Was, found: Merge) -> None:
    """A sheet to read only: each of its cells is where it was and as it was."""
    rows = one.cells.get(was.kind)
    if rows is None:
        return  # taken out by whoever wanted a lighter file: nothing of it was to come back
    kinds = {sheet.name: {f.name: f for f in sheet.fields} for sheet in spec.SHEETS}[was.kind]
    header = header_row(was, rows)
    body = [] if header is None else rows[header + 1 : header + 1 + len(was.rows)]
    at = {} if header is None else columns(was, rows[header])
    more = [] if header is None else rows[header + 1 + len(was.rows) :]
    if (
        len(body) < len(was.rows)
        or len(at) < len(was.fields)
        or any(cells.plain(value) for row in more for value in row)
    ):
        place = Place(one.file, was.shown, None, "")
        found.refused.append(Refusal(place, "", PlanError("office.reshaped", sheet=was.shown)))
        return
    for n, (row, exported) in enumerate(zip(body, was.rows.values(), strict=True), header + 2):
        for name, text in zip(was.fields, exported, strict=True):
            value = row[at[name]] if at[name] < len(row) else ""
            if not _same(kinds[name], value, text, found.langs):
                why = PlanError("office.locked", column=_head(was, name), was=text or "—")
                place = Place(one.file, was.shown, n, letters(at[name]))
                found.refused.append(Refusal(place, cells.plain(value), why))


def _updates(book: Book, now: pd.DataFrame, wanted: dict, today: date, returned: list[Returned]) -> pd.DataFrame:
    """The changes as rows of `update` of the day, beside what was already said that day."""
    day = today.isoformat()
    said = book.table("update")
    rows = {}
    for action, fields in wanted.items():
        key = (action, day)
        row = {} if key not in said.index else said.loc[key].to_dict()
        stands = now.loc[action].to_dict()
        if "status" in fields or any(not fields.get(name, "-") for name in WITH_STATUS):
            row |= {name: stands[name] for name in ("status", *WITH_STATUS, *KEEPS_SECOND)}
        if "reason" in fields:
            row |= dict.fromkeys(KEEPS_SECOND)
        typed = {name: _value(name, text) for name, text in fields.items()}
        rows[key] = row | typed | {"origin": ", ".join(one.file for one in returned)}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(table.index, names=["action_id", "updated_on"])
    return table


def _value(name: str, text: str):
    if not text:
        return None
    return float(text) if name == "progress" else text
