"""Tables at the door of the workbook: rows typed by their kind, and the check before anything is written."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from planlib.schema import CODES, PERIOD, WHOLE_KEYS, Column, Kind, PlanError, key_text, kind_of
from planlib.tongue import gender_of
from planlib.words import known_terms


def empty(name: str) -> pd.DataFrame:
    """A table of the kind without rows, every column typed and the key as index."""
    return frame(name, {})


def frame(name: str, rows: dict[tuple, dict]) -> pd.DataFrame:
    """Rows by key -> a typed table, sorted by key so that the order of entry never shows."""
    kind = kind_of(name)
    keys = sorted(rows, key=lambda key: tuple(map(_sortable, key)))
    found = [rows[key] for key in keys]
    table = pd.DataFrame(
        {name: _typed([row.get(name) for row in found], column) for name, column in kind.columns.items()}
    )
    if len(kind.keys) == 1:
        table.index = pd.Index([key[0] for key in keys], name=kind.keys[0], dtype=_key_dtype(kind.keys[0]))
    else:
        parts = list(zip(*keys, strict=True)) if keys else [[] for _ in kind.keys]
        arrays = [pd.Index(part, dtype=_key_dtype(key)) for part, key in zip(parts, kind.keys, strict=True)]
        table.index = pd.MultiIndex.from_arrays(arrays, names=kind.keys)
    return table


def _key_dtype(key: str):
    return _dtype("int64" if key in WHOLE_KEYS else "str")


@cache
def _dtype(name: str):
    """The type of that name; looking it up takes longer than to make a short column of it."""
    return pd.api.types.pandas_dtype(name)


def _sortable(part) -> tuple:
    return (0, part, "") if isinstance(part, int) else (1, 0, str(part))


def _typed(values: list, column: Column):
    """JSON values as an array of the column's type; unknown is NA."""
    if column.kind == "date":
        return np.array([value or "NaT" for value in values], dtype="datetime64[us]")
    if column.kind == "number":
        return np.array([np.nan if value is None else value for value in values], dtype="float64")
    return pd.array(values, dtype=_dtype(column.dtype))


def checked_rows(name: str, table: pd.DataFrame) -> dict[tuple, dict]:
    """Check a table at the door and give its rows as JSON values by key; blanks become None.

    Raises
    ------
    PlanError
        Unknown kind or column, a key that is missing, blank or twice there, a value that is not of its
        column's kind or list, a required column blank. The first bad place is named, with how many there are.
    """
    kind = kind_of(name)
    table = _keyed(kind, table)
    for column in table.columns:
        if column not in kind.columns:
            raise PlanError("schema.unknown_column", kind=name, found=str(column), known=sorted(kind.columns))
    keys = [_key(kind, key) for key in table.index]
    if len(set(keys)) < len(keys):
        twice = sorted((key for key, n in Counter(keys).items() if n > 1), key=str)
        raise PlanError("schema.key_twice", kind=name, n=len(twice), key=key_text(twice[0]))
    if name == "glossary":
        _check_terms([key[0] for key in keys], table)
    rows: dict[tuple, dict] = {key: {} for key in keys}
    for column in table.columns:
        spec = kind.columns[column]
        for key, value in zip(keys, table[column].tolist(), strict=True):
            rows[key][column] = _json_value(name, key, spec, value)
    return rows


def _check_terms(terms: list[str], table: pd.DataFrame) -> None:
    """A glossary renames what the wording marks, and the gender of each French noun is known."""
    for term in terms:
        if term not in known_terms():
            raise PlanError("schema.unknown_term", found=term, known=known_terms())
    for term, row in zip(terms, table.to_dict("records"), strict=True):
        own, gender = row.get("fr"), row.get("fr_gender")
        untold = isinstance(own, str) and own.strip() and not isinstance(gender, str)
        if untold and "." not in term and gender_of(own.strip()) is None:
            raise PlanError("schema.term_gender", key=term, found=own)


def check_row(name: str, key: tuple, row: dict) -> None:
    """Check one row as the journal keeps it; PlanError when it does not fit its kind."""
    kind = kind_of(name)
    key = _key(kind, key)
    for column, value in row.items():
        if column not in kind.columns:
            raise PlanError("schema.unknown_column", kind=name, found=str(column), known=sorted(kind.columns))
        _json_value(name, key, kind.columns[column], value)


def _keyed(kind: Kind, table: pd.DataFrame) -> pd.DataFrame:
    """The table indexed by the kind's key, whether its key columns came as index or as columns."""
    if all(key in table.columns for key in kind.keys):
        return table.set_index(list(kind.keys))
    if table.index.nlevels != len(kind.keys):
        raise PlanError("schema.key_missing", kind=kind.name, key=", ".join(kind.keys))
    names = [name for name in table.index.names if name is not None]
    if names and tuple(names) != kind.keys:
        if set(names) == set(kind.keys):
            return table.reorder_levels(list(kind.keys))
        raise PlanError("schema.key_missing", kind=kind.name, key=", ".join(kind.keys))
    return table


def _key(kind: Kind, found) -> tuple:
    parts = found if isinstance(found, tuple) else (found,)
    key = []
    for name, part in zip(kind.keys, parts, strict=True):
        if name in WHOLE_KEYS:
            try:
                if isinstance(part, str | bool) or int(part) != part:
                    part = int(str(part))
            except (TypeError, ValueError):
                raise PlanError("schema.key_blank", kind=kind.name, column=name, found=str(part)) from None
            key.append(int(part))
            continue
        text = part.isoformat()[:10] if isinstance(part, date) else str(part).strip()
        unknown = not isinstance(part, str) and pd.isna(part)
        if unknown or not text or (name in KEY_SHAPES and not KEY_SHAPES[name](text)):
            raise PlanError("schema.key_blank", kind=kind.name, column=name, found=str(part))
        key.append(text)
    return tuple(key)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# Keys that are text of one form: a period of capacity, the day of an update or a measure.
KEY_SHAPES = {"period": PERIOD.match, "updated_on": _is_day, "measured_on": _is_day}


def _json_value(kind: str, key: tuple, column: Column, value):
    """One cell as a JSON value: text, number, ISO day, true or false; blank is None."""
    if value is None and not column.required:
        return None
    if type(value) is str and column.kind == "text" and value and not value.isspace():
        return value  # most cells are words

    def wrong(what: str):
        facts = {"kind": kind, "key": key_text(key), "column": column.name, "found": str(value)}
        return PlanError(f"schema.{what}", **facts, known=list(CODES.get(column.codes, ())))

    if isinstance(value, list | dict | set | tuple):
        raise wrong("not_a_cell")
    if (
        value is None
        or (not isinstance(value, str) and pd.isna(value))
        or (isinstance(value, str) and not value.strip())
    ):
        if column.required:
            raise wrong("required")
        return None
    if column.kind == "text":
        return str(value)
    if column.kind == "code":
        if value not in CODES[column.codes]:
            raise wrong("not_a_code")
        return str(value)
    if column.kind == "flag":
        if value not in (True, False):
            raise wrong("not_a_flag")
        return bool(value)
    if column.kind == "date":
        if not isinstance(value, str | date | np.datetime64):
            raise wrong("not_a_date")
        try:
            return pd.Timestamp(date.fromisoformat(value) if isinstance(value, str) else value).date().isoformat()
        except (TypeError, ValueError):
            raise wrong("not_a_date") from None
    if isinstance(value, str | bool | np.bool_):
        raise wrong("not_a_number")
    try:
        figure = float(value)
    except (TypeError, ValueError):
        raise wrong("not_a_number") from None
    if figure in (float("inf"), float("-inf")):
        raise wrong("not_a_number")
    if column.kind == "whole":
        if not figure.is_integer():
            raise wrong("not_whole")
        return int(figure)
    return figure
