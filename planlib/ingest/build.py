"""Rows of a file -> tables of the workbook: long tables, crossed tables, keys made where the file has none."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from planlib.ingest import kinds, readers, values
from planlib.ingest.keys import EXTRA, KEYS, MADE, TITLE_IS_ID, Frames, numbered
from planlib.ingest.records import fold, plain, slug
from planlib.ingest.rows import Rows
from planlib.ingest.when import parse_when
from planlib.schema import KINDS, PlanError, kind_of

FIGURE = re.compile(r"[-+]?\d[\d.,' ]*(?:%|j|d|jours?|days?|jrs?)?\.?")

TITLED = tuple(name for name, kind in KINDS.items() if "title" in kind.columns)
TRANSLATED = ("title", "text")


def build(rows: Rows) -> tuple[Frames, set[str]]:
    """The tables a file makes, by kind of row, the file's own kind first; and the kinds whose ids were made here."""
    kind = rows.kind
    check_needs(rows)
    columns, index = _crossed(rows) if _is_crossed(rows) else _long(rows)
    made = _keys(rows, columns, index)
    spec = kind_of(kind.makes)
    translations(rows, columns)
    columns["origin"] = [rows.origin(i) for i in index]
    tables = {kind.makes: frame(rows, spec.name, columns, index)}
    if kind.makes in EXTRA:
        tables |= EXTRA[kind.makes](rows, columns, index)
    return tables, made


def check_needs(rows: Rows) -> None:
    """PlanError that says which column is missing and which headers were found."""
    cross = rows.kind.cross
    both = [(name,) for name in cross if name not in OPTIONAL] if cross and rows.has(*cross) else []
    for wanted in (*rows.kind.needs, *both):
        if not rows.has(*wanted):
            names = wanted if wanted == kinds.ACTION else wanted[:1]
            raise missing(rows, *names)


def missing(rows: Rows, *wanted: str) -> PlanError:
    """The error that says which column is missing, where, and which headers were found."""
    found = [header for header in rows.headers if header] or ["—"]
    columns = kinds.Called(rows.kind.name, wanted)
    facts = {"file": rows.file, "sheet": rows.sheet, "found": found}
    return PlanError("ingest.missing_column", wanted=columns, name=wanted[-1], **facts)


def _names(rows: Rows) -> tuple[str, ...]:
    return tuple(kinds.header_words(rows.kind.name))


# Columns that a table may do without: a ballot that lists choices has no marks, a cost may be without a year.
OPTIONAL = ("mark", "fiscal_year", "item")


def _is_crossed(rows: Rows) -> bool:
    """Whether the table is crossed: neither the crossing column nor its value is named."""
    cross = rows.kind.cross
    return bool(cross) and not rows.has(*cross)


def _named(rows: Rows) -> list[str]:
    """The columns of the kind that the file gives, in the order of the synonyms."""
    return [name for name in kinds.header_words(rows.kind.name) if rows.has(name)]


def _long(rows: Rows) -> tuple[dict[str, list], list[int]]:
    columns: dict[str, list] = {}
    for name in _named(rows):
        reader = kinds.reader_of(rows.kind, name)
        target = FILLS.get((rows.kind.makes, name), name)
        for column, found in readers.read(rows, name, reader, target).items():
            if column not in columns or name == column:
                columns[column] = found
    return columns, list(range(len(rows)))


# Columns of a file that fill a column of another name.
FILLS = {("demand", "effort"): "effort_days", ("cost", "amount"): "amount_low", ("post", "person"): "person_id"}


def _crossed(rows: Rows) -> tuple[dict[str, list], list[int]]:
    """One row per filled cell under the headers that hold the crossing key."""
    key, value = rows.kind.cross
    base, _ = _long(rows)
    reader = kinds.reader_of(rows.kind, value)
    target = FILLS.get((rows.kind.makes, value), value)
    columns: dict[str, list] = {name: [] for name in (*base, key)}
    index: list[int] = []
    crossing = crossing_columns(rows, key, value, reader)
    if not crossing:
        raise missing(rows, key if key in _names(rows) else value)
    for place, heads in crossing:
        cells = rows.column(place)
        rows.matched[value] = place
        read = readers.read(rows, value, reader, target)
        del rows.matched[value]
        filled = [i for i, cell in enumerate(cells) if plain(cell)]
        for name, found in base.items():
            columns[name] += [found[i] for i in filled]
        for name, found in read.items():
            columns.setdefault(name, [None] * len(index))
            columns[name] += [found[i] for i in filled]
        columns[key] += [heads] * len(filled)
        index += filled
        for found in columns.values():
            found += [None] * (len(index) - len(found))
    for i in set(range(len(rows))) - set(index):
        rows.drop(i, "ingest.blank_row")
    return columns, index


TIMES = ("period", "fiscal_year", "measured_on")


def crossing_columns(rows: Rows, key: str, value: str, reader: str) -> list[tuple[int, object]]:
    """Place and key of the headers that cross the table; other headers stay unused, and that is said."""
    taken = set(rows.matched.values()) | rows.used
    found = []
    for place, header in enumerate(rows.headers):
        forms = kinds.header_forms(header)
        if (
            place in taken
            or not header
            or rows.is_private(header)
            or set(forms) & (kinds.machine_headers() | {"total"})
        ):
            continue
        head = _time_head(rows, key, header) if key in TIMES else plain(header)
        if head is not None and _fits(rows, place, reader):
            found.append((place, head))
    return found


def _time_head(rows: Rows, key: str, header: str) -> object:
    try:
        if key == "period":
            return readers.period(header, rows.fiscal_start)
        when = parse_when(header, rows.fiscal_start)
    except PlanError:
        return None
    if when[0] is None:
        return None
    return when[0].year if key == "fiscal_year" else (when[1] or when[0])


def _fits(rows: Rows, place: int, reader: str) -> bool:
    """Whether the cells of a column can be what the table crosses: figures where figures are due."""
    how = reader.partition(":")[0]
    cells = {plain(row[place]) for row in rows.cells} - {""}
    if not cells or how not in ("number", "days", "money"):
        return bool(cells)
    sizes = kinds.code_words("size") if how == "days" else {}
    figures = sum(bool(FIGURE.fullmatch(cell)) or values.is_unknown(cell) or fold(cell) in sizes for cell in cells)
    if how == "money":
        figures = sum(any(map(str.isdigit, cell)) or values.is_unknown(cell) for cell in cells)
    return figures * 2 >= len(cells)


def _keys(rows: Rows, columns: dict[str, list], index: list[int]) -> set[str]:
    """Fill in the key columns; returns the kinds whose ids were made here."""
    made: set[str] = set()
    makes = rows.kind.makes
    if "fiscal_year" in kind_of(makes).keys and makes != "cost" and "fiscal_year" not in columns:
        given = rows.ask("fiscal_year", "ingest.ask_fiscal_year", {}, file=rows.file)
        columns["fiscal_year"] = [readers.CELLS["year"](rows, given) if given else None] * len(index)
    if "action_title" in columns:
        titles = columns.pop("action_title")
        columns["action_id"] = readers.first_of(columns.get("action_id", titles), titles)
    own = kind_of(makes).keys[0]
    if makes in MADE and own.endswith("_id"):
        ids = columns.get(own) or [None] * len(index)
        if not any(ids):
            made.add(makes)
        columns[own] = numbered(makes, ids)
    elif makes in TITLED and own not in columns:
        titles = readers.first_of(*[columns[c] for c in ("title", "title_fr", "title_en") if c in columns])
        columns[own] = [slug(t) if t and makes not in TITLE_IS_ID else t for t in titles]
        made.add(makes)
    if makes in KEYS:
        KEYS[makes](rows, columns, index)
    return made


def translations(rows: Rows, columns: dict[str, list]) -> None:
    """A title beside its English translation is the French one, and the other way round; a translation alone is it."""
    for stem in TRANSLATED:
        if stem not in kind_of(rows.kind.makes).columns or f"{stem}_fr" not in kind_of(rows.kind.makes).columns:
            continue
        here = [lang for lang in ("fr", "en") if f"{stem}_{lang}" in columns]
        if stem in columns and len(here) == 1:
            columns["{}_{}".format(stem, "en" if here == ["fr"] else "fr")] = list(columns[stem])
        elif stem not in columns and here:
            columns[stem] = readers.first_of(*[columns[f"{stem}_{lang}"] for lang in here])


def frame(rows: Rows, makes: str, columns: dict[str, list], index: list[int]) -> pd.DataFrame:
    """A table of the kind, indexed by its key, without the rows that have no key; of twins the last stands."""
    spec = kind_of(makes)
    required = [column.name for column in spec.columns.values() if column.required]
    for name in (*spec.keys, *required):
        found = columns.get(name) or [None] * len(index)
        columns[name] = found
        for i, value in zip(index, found, strict=True) if not all(found) else ():
            if value is None or value == "":
                rows.drop(i, "ingest.no_key", column=_spoken(rows, name))
    keys = list(zip(*[columns[key] for key in spec.keys], strict=True))
    last: dict[tuple, int] = {}
    whole = not rows.aside and len(set(keys)) == len(keys)
    for position, (i, key) in enumerate(zip(index, keys, strict=True)) if not whole else ():
        if i not in rows.aside:
            if key in last and index[last[key]] != i:
                rows.drop(index[last[key]], "ingest.said_again", later=str(rows.numbers[i]))
            last[key] = position
    if makes == "ballot" and (again := sum(left.why == "ingest.said_again" for left in rows.set_aside)):
        rows.say(None, rows.header("mark") if rows.has("mark") else "", "", "", "ingest.revotes", n=again)
    keep = range(len(keys))
    if not whole:
        keep = sorted(position for position in last.values() if index[position] not in rows.aside)
        keys = [keys[position] for position in keep]
    names = [name for name in columns if name in spec.columns]
    data = np.empty((len(names), len(keep)), dtype=object)  # one block: as fast as thousands of rows need
    for place, name in enumerate(names):
        found = columns[name] if whole else [columns[name][position] for position in keep]
        data[place] = np.fromiter(found, dtype=object, count=len(keep))
    if len(spec.keys) == 1:
        at = pd.Index([key for (key,) in keys], name=spec.keys[0], dtype=object)
    else:
        at = pd.MultiIndex.from_tuples(keys, names=spec.keys)
    return pd.DataFrame(data.T, index=at, columns=names, dtype=object)


def _spoken(rows: Rows, name: str) -> str | kinds.Called:
    """What a column is called in the file, else the word most people use for it."""
    for other in (name, "action_title" if name == "action_id" else name):
        if other in rows.matched:
            return rows.header(other)
    return kinds.Called(rows.kind.name, (name,))
