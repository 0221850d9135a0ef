"""Keys and columns that one kind of file owes beyond its headers, and the tables it implies."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

import numpy as np
import pandas as pd

from planlib.ingest import kinds, proofs, readers, values
from planlib.ingest.records import fold
from planlib.ingest.rows import Rows
from planlib.ingest.when import parse_when
from planlib.schema import kind_of

Frames = dict[str, pd.DataFrame]

# Ids made for rows that come without one, in the order of the file.
MADE = {
    "action": "A-{:03d}",
    "axis": "AX-{:02d}",
    "objective": "OB-{:02d}",
    "note": "N-{:04d}",
    "indicator": "I-{:02d}",
    "person": "P-{:02d}",
    "context": "C-{:02d}",
    "decision": "D-{:02d}",
    "observation": "O-{:02d}",
    "spending": "S-{:04d}",
    "engagement": "E-{:02d}",
}
# Kinds whose title is their id for life when the file has none: people name them by it.
TITLE_IS_ID = ("role", "source", "post")


def numbered(kind: str, ids: Iterable) -> list[str]:
    """Ids as the file gives them; rows without one take the next number, in the order of the file."""
    ids = list(ids)
    taken = {value for value in ids if value}
    if not taken:
        return list(map(MADE[kind].format, range(1, len(ids) + 1)))
    made = (name for name in map(MADE[kind].format, count(1)) if name not in taken)
    return [value or next(made) for value in ids]


def several(names: Iterable[str], *levels: list) -> pd.MultiIndex:
    """An index of several keys, its levels in the order of the rows: to sort them takes longer than to read them."""
    coded = [pd.factorize(np.array(level, dtype=object)) for level in levels]
    return pd.MultiIndex(
        [distinct for _, distinct in coded], [codes for codes, _ in coded], names=names, verify_integrity=False
    )


def _judges(rows: Rows, columns: dict[str, list], index: list[int]) -> None:
    """A judge is a person, else a table, else the file."""
    stem = rows.file.rpartition(".")[0] or rows.file
    tables = columns.get("table") or [None] * len(index)
    named = columns.get("judge_id") or [None] * len(index)
    if not any(named) and not any(tables):
        rows.say(None, "", "", stem, "ingest.judge_is_file")
    columns["judge_id"] = [judge or table or stem for judge, table in zip(named, tables, strict=True)]


def _ballot(rows: Rows, columns: dict[str, list], index: list[int]) -> None:
    stem = rows.file.rpartition(".")[0] or rows.file
    columns.pop("written", None)
    columns["round"] = [found or stem for found in columns.get("round") or [None] * len(index)]
    columns["criterion"] = [found or "-" for found in columns.get("criterion") or [None] * len(index)]
    if "mark" not in columns:  # a list of choices: each is one mark
        columns["mark"] = [1.0] * len(index)
    columns["medium"] = [found or "file" for found in columns.get("medium") or [None] * len(index)]


def _update(rows: Rows, columns: dict[str, list], index: list[int]) -> None:
    columns.pop("source_note", None)
    if "updated_on" not in columns:
        given = rows.ask("updated_on", "ingest.ask_updated_on", {}, file=rows.file)
        day = None
        if given:
            start, end, *_ = parse_when(given, rows.fiscal_start, proofs.day_first(rows))
            day = end or start
        columns["updated_on"] = [day] * len(index)
    if rows.has("status"):
        columns["status_found"] = [cell or None for cell in (rows.text("status")[i] for i in index)]
        health = kinds.code_words("status_health")
        said = [health.get(fold(cell or "")) for cell in columns["status_found"]]
        columns["health"] = readers.first_of(columns.get("health") or said, said)


def _reasons(rows: Rows, columns: dict[str, list], index: list[int]) -> None:
    """Words of a reason -> main and second reason; words that are none of the list are `other`, kept word for word."""
    if not rows.has("reason"):
        return
    known = kinds.code_words("reason")
    main, second, words = [], [], []
    for i in index:
        cell = _cells(rows, "reason")[i]
        codes = _two_reasons(cell, known)
        if cell and not codes and not values.is_unknown(cell):
            codes = ["other"]
            rows.say(i, rows.header("reason"), cell, "other", "ingest.reason_other")
        main.append(codes[0] if codes else None)
        second.append(codes[1] if len(codes) > 1 else None)
        words.append(cell if codes[:1] == ["other"] else None)
    columns["reason"] = main
    columns["reason_second"] = readers.first_of(columns.get("reason_second") or second, second)
    columns["reason_text"] = readers.first_of(columns.get("reason_text") or words, words)
    if rows.kind.makes == "update":
        columns["reason_found"] = [_cells(rows, "reason")[i] or None for i in index]


def _cells(rows: Rows, name: str) -> list[str]:
    key = f"text {name}"
    if key not in rows.settled:
        rows.settled[key] = rows.text(name)
    return rows.settled[key]


def _two_reasons(cell: str, known: dict[str, str]) -> list[str]:
    if fold(cell) in known:
        return [known[fold(cell)]]
    for sign in (";", "/", "+", " et ", " and ", ","):
        parts = [known.get(fold(part)) for part in cell.split(sign)]
        if len(parts) == 2 and all(parts):
            return list(dict.fromkeys(parts))
    return []


def _update_keys(rows: Rows, columns: dict[str, list], index: list[int]) -> None:
    _update(rows, columns, index)
    _reasons(rows, columns, index)


def _cost(rows: Rows, columns: dict[str, list], index: list[int]) -> None:
    """An amount without a source is to find; one without a year takes it when it is stored."""
    sources = columns.get("source_id") or [None] * len(index)
    columns["source_id"] = [source or TO_FIND for source in sources]
    years = columns.get("fiscal_year") or [None] * len(index)
    columns["fiscal_year"] = [NO_YEAR if year is None else year for year in years]


TO_FIND = "to_find"
NO_YEAR = 0  # stands for a year that the file does not give, until the workbook says which

KEYS = {
    "judgement": _judges,
    "weight": _judges,
    "ballot": _ballot,
    "update": _update_keys,
    "review": _reasons,
    "cost": _cost,
}


def _sources_of(rows: Rows, columns: dict[str, list], index: list[int]) -> Frames:
    """The funding sources a budget or a cost names, with what the file says of them."""
    said: dict[str, dict] = {}
    for position, i in enumerate(index):
        source = columns["source_id"][position]
        if i in rows.aside or source in (None, TO_FIND):
            continue
        row = said.setdefault(source, {"title": source})
        for name in ("status", "deadline", "share", "axes"):
            if columns.get(name) and columns[name][position] is not None:
                row[name] = columns[name][position]
    return {"source": titled("source", said)} if said else {}


def titled(kind: str, said: dict[str, dict]) -> pd.DataFrame:
    """Rows of a kind by id; what no row says is left out, so that it stays unchanged."""
    at = pd.Index(list(said), name=kind_of(kind).keys[0], dtype=object)
    names = list(dict.fromkeys(name for row in said.values() for name in row))
    return pd.DataFrame({name: [row.get(name) for row in said.values()] for name in names}, index=at, dtype=object)


def _capacity_of(rows: Rows, columns: dict[str, list], index: list[int]) -> Frames:
    """Days and a period beside a role are its capacity."""
    if not any(columns.get("days") or ()):
        return {}
    if "period" not in columns:
        facts = {"column": rows.header("days"), "file": rows.file}
        given = rows.ask("period", "ingest.ask_period", {}, "none", **facts)
        if given == "none":
            return {}
        columns["period"] = [readers.period(given, rows.fiscal_start)] * len(index)
    keep = [p for p, i in enumerate(index) if i not in rows.aside and columns["period"][p]]
    at = pd.MultiIndex.from_tuples(
        [(columns["role_id"][p], columns["period"][p]) for p in keep], names=("role_id", "period")
    )
    return {"capacity": pd.DataFrame({"days": [columns["days"][p] for p in keep]}, index=at, dtype=object)}


def _roles_of(rows: Rows, columns: dict[str, list], index: list[int]) -> Frames:
    """The roles a capacity or an effort table names."""
    said = {columns["role_id"][p]: {"title": columns["role_id"][p]} for p, i in enumerate(index) if i not in rows.aside}
    return {"role": titled("role", said)} if said else {}


def _people_of(rows: Rows, columns: dict[str, list], index: list[int]) -> Frames:
    """The people who hold posts."""
    if "person_id" not in columns:
        return {}
    names = list(dict.fromkeys(name for name in columns["person_id"] if name))
    ids = dict(zip(names, numbered("person", [None] * len(names)), strict=True))
    said: dict[str, dict] = {}
    for position, name in enumerate(columns["person_id"]):
        if name:
            said.setdefault(ids[name], {"name": name})
            if columns.get("organisation"):
                said[ids[name]]["organisation"] = columns["organisation"][position]
    return {"person": titled("person", said)} if said else {}


EXTRA = {
    "budget": _sources_of,
    "cost": _sources_of,
    "spending": lambda rows, columns, index: _sources_of(rows, columns, index) if "source_id" in columns else {},
    "capacity": _roles_of,
    "demand": _roles_of,
    "role": _capacity_of,
    "post": _people_of,
}
