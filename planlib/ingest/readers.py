"""Columns of a file -> columns of the schema, by the whole-column readers of `columns`; words that stand for codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from planlib.ingest import columns, kinds, values
from planlib.ingest.proofs import day_first, decimal
from planlib.ingest.records import fold, letters, plain, slug
from planlib.ingest.rows import Rows
from planlib.ingest.when import is_horizon, parse_when
from planlib.schema import CODES, PlanError

Columns = dict[str, list]

DAYS = re.compile(r"(\d[\d.,' ]*?)\s*(?:j|jrs?|jours?|days?|d|j[- ]?p|jours?[-/ ]personnes?|person[- ]days?)\.?", re.I)
PERIOD_OF = {"month": "{y}-{m:02d}", "week": "{iso}", "year": "{y}", "fiscal_year": "{y}"}


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column of money, row by row; unknown is None."""

    low: list
    high: list
    currency: list
    found: list


@dataclass(frozen=True, slots=True)
class Periods:
    """A column of dates and periods, row by row; unknown is None."""

    start: list
    end: list
    precision: list
    found: list

    @property
    def parts(self) -> tuple[list, list, list, list]:
        return self.found, self.start, self.end, self.precision


def read(rows: Rows, name: str, reader: str, column: str) -> Columns:
    """One column of the file as columns of the schema; `column` is the one it fills first.

    `reader` is a word of kinds: text, code:<list>, number, figure, whole, share, flag (each with `:COLUMN` to keep the
    words as found), date, date_end, money, days, year, period, or the kind of row it names.
    """
    how, _, option = reader.partition(":")
    if how in COLUMNS:
        return COLUMNS[how](rows, name, column, option)
    cells = rows.text(name)
    if how in CELLS:
        return {column: each(rows, name, cells, CELLS[how])} | _beside(option, cells)
    return {column: blanks(cells)}  # text, or the name of a row of another kind, resolved on the way in


def blanks(cells: Iterable) -> list:
    return [cell or None for cell in cells]


def _beside(column: str, cells: list[str]) -> Columns:
    return {column: blanks(cells)} if column else {}


def _series(rows: Rows, name: str, cells: list[str] | None = None) -> pd.Series:
    """A column as the whole-column readers take it; rows set aside are blank, so that nothing is asked of them."""
    cells = rows.text(name) if cells is None else cells
    if rows.aside:
        cells = ["" if i in rows.aside else cell for i, cell in enumerate(cells)]
    if "index" not in rows.settled:
        rows.settled["index"] = pd.Index(rows.numbers)
    return pd.Series(cells, index=rows.settled["index"], name=rows.header(name), dtype=object)


def _place(rows: Rows, name: str) -> dict[str, object]:
    column = letters(rows.left + rows.matched[name]) if name in rows.matched else name
    return {"sheet": rows.sheet, "column": column, "answers": rows.answers}


def _take(rows: Rows, found: columns.Read) -> columns.Read:
    rows.repairs.extend(found.repairs)
    known = {question.key for question in rows.questions}
    rows.questions.extend(question for question in found.questions if question.key not in known)
    return found


def codes(rows: Rows, name: str, codes_name: str) -> list:
    """Words -> codes of a closed list, by its labels and by what people type; words that fit none are asked."""
    cells = rows.text(name)
    known = dict(kinds.code_words(codes_name))
    known |= {fold(cell): code for cell in set(cells) if (code := _percent_status(cell, codes_name))}
    known |= _levels(rows, name, codes_name, cells)
    unknown = {cell for cell in set(cells) if values.is_unknown(cell) and fold(cell) not in known}
    shown = ["" if cell in unknown else cell for cell in cells] if unknown else cells
    found = columns.parse_code_column(
        _series(rows, name, shown),
        CODES[codes_name],
        known,
        labels=lambda code: Label(codes_name, code),
        **_place(rows, name),
    )
    out = _take(rows, found).known("code")
    first = dict(zip(reversed(cells), range(len(cells) - 1, -1, -1), strict=True))
    for cell, i in sorted(first.items(), key=lambda item: item[1]):
        if out[i] and fold(cell) in known and not _is_label(cell, out[i], codes_name):
            rows.say(
                i, rows.header(name), cell, out[i], "ingest.code", n=cells.count(cell), label=Label(codes_name, out[i])
            )
    return out


def status_in_progress(rows: Rows) -> None:
    """Words such as `terminé` in a column of progress are the status, where no other column holds one."""
    if "progress" not in rows.matched or rows.has("status"):
        return
    known = kinds.code_words("status")
    place = rows.matched["progress"]
    cells = rows.column(place)
    told = [known.get(fold(cell)) if cell and not any(map(str.isdigit, cell)) else None for cell in cells]
    if not any(told):
        return
    for i, code in enumerate(told):
        if code:
            rows.say(i, rows.headers[place], cells[i], code, "ingest.progress_words", label=Label("status", code))
            rows.cells[i][place] = ""
    rows.columns.pop(place, None)
    rows.texts.pop(place, None)
    rows.give("status", [code or "" for code in told])


@dataclass(frozen=True, slots=True)
class Label:
    """A code told in a sentence by its label."""

    codes: str
    code: str

    def text(self, lang: str) -> str:
        from planlib.words import has_word, word

        key = f"{self.codes}.{self.code}"
        return word(key, lang) if has_word(key) else self.code


def _is_label(cell: str, code: str, codes_name: str) -> bool:
    """Whether the words are the label of the code itself, in a gender or number of it."""
    from planlib.words import house_labels

    labels = [fold(code.replace("_", " ")), *map(fold, house_labels(codes_name, code))]
    return any(fold(cell).rstrip("es") == label.rstrip("es") for label in labels)


def _percent_status(cell: str, codes_name: str) -> str | None:
    """A percentage in a status column: 0 to come, 100 done, between under way."""
    if codes_name != "status" or not re.fullmatch(r"\d{1,3}(?:[.,]\d+)? ?%", cell):
        return None
    share = float(cell.rstrip(" %").replace(",", "."))
    return "to_come" if share == 0 else "done" if share == 100 else "under_way" if share < 100 else None


def _levels(rows: Rows, name: str, codes_name: str, cells: list[str]) -> dict[str, str]:
    """Bare figures 1, 2 and 3 in a column of priorities are its levels; which end is the highest is a question."""
    figures = {cell for cell in set(cells) if cell.isdigit()}
    if codes_name != "priority" or not figures or not figures <= {"1", "2", "3"}:
        return {}
    choices = {"first": "ingest.choice_first", "last": "ingest.choice_last"}
    first = str(rows.numbers[next(i for i, cell in enumerate(cells) if cell in figures)])
    facts = {"column": rows.header(name), "found": ", ".join(sorted(figures)), "row": first}
    given = rows.ask(f"levels.{slug(rows.header(name))}", "ingest.ask_levels", choices, "first", **facts)
    codes_of = CODES["priority"] if given == "first" else CODES["priority"][::-1]
    return dict(zip("123", codes_of, strict=False))


def periods(rows: Rows, name: str) -> Periods:
    """Dates and periods; a horizon (`court terme`) is no date here, and is read as a horizon elsewhere."""
    cells = rows.text(name)
    rhythms = {cell for cell in set(cells) if is_horizon(cell)}
    shown = ["" if cell in rhythms else cell for cell in cells] if rhythms else cells
    found = _take(
        rows,
        columns.parse_when_column(
            _series(rows, name, shown), fiscal_start=rows.fiscal_start, day_first=day_first(rows), **_place(rows, name)
        ),
    )
    return Periods(found.known("start"), found.known("end"), found.known("precision"), cells)


def amounts(rows: Rows, name: str) -> Amounts:
    """Money, in the currency a cell writes, else its header's; sizes ($$) are no amounts here."""
    cells = rows.text(name)
    sizes = set(cells) & set(CODES["money_size"])
    shown = ["" if cell in sizes else cell for cell in cells] if sizes else cells
    found = _take(
        rows,
        columns.parse_money_column(
            _series(rows, name, shown),
            decimal=decimal(rows),
            currency=values.currency_of(rows.header(name)),
            **_place(rows, name),
        ),
    )
    named = values.currency_of(rows.header(name))
    low = found.known("low")
    if named not in (None, "CAD") and any(amount is not None for amount in low):
        rows.say(None, rows.header(name), rows.header(name), named, "ingest.currency")
    return Amounts(low, found.known("high"), found.known("currency"), blanks(cells))


def _date(rows: Rows, name: str, column: str, option: str) -> Columns:
    found = periods(rows, name)
    return {column: first_of(found.start, found.end)} | _beside(option, found.found)


def _date_end(rows: Rows, name: str, column: str, option: str) -> Columns:
    found = periods(rows, name)
    return {column: first_of(found.end, found.start)} | _beside(option, found.found)


def _money(rows: Rows, name: str, column: str, option: str) -> Columns:
    """An amount column: one figure (`amount`), or low and high where the schema keeps both."""
    found = amounts(rows, name)
    currencies = found.currency
    if rows.has("currency"):
        currencies = [word.upper() or code for word, code in zip(rows.text("currency"), currencies, strict=True)]
    out: Columns = {"amount_found": found.found, "currency": currencies}
    if column == "amount":
        return out | {"amount": [middle(*pair) for pair in zip(found.low, found.high, strict=True)]}
    sizes = [cell if cell in CODES["money_size"] else None for cell in found.found]
    return out | {"amount_low": found.low, "amount_high": found.high, "cost_size": sizes}


def middle(low: float | None, high: float | None) -> float | None:
    """The middle of a range; a bound alone settles nothing."""
    return None if low is None or high is None else (low + high) / 2


def numbers(rows: Rows, name: str, cells: list[str] | None = None, *, share: bool = False) -> list:
    """Bare numbers, or shares in [0, 1]; unknown is None."""
    found = columns.parse_number_column(
        _series(rows, name, cells), share=share, decimal=decimal(rows), **_place(rows, name)
    )
    return _take(rows, found).known("value")


def _number(rows: Rows, name: str, column: str, option: str) -> Columns:
    return {column: numbers(rows, name)} | _beside(option, rows.text(name))


def _figure(rows: Rows, name: str, column: str, option: str) -> Columns:
    """A figure in the unit of its indicator; `11,0 %` is 11 where the unit is %."""
    cells = rows.text(name)
    bare = {cell: re.sub(r"(?<=\d) ?(?:%|\$|€)$", "", plain(cell)) for cell in set(cells)}
    return {column: numbers(rows, name, [bare[cell] for cell in cells])} | _beside(option, cells)


def _share(rows: Rows, name: str, column: str, option: str) -> Columns:
    return {column: numbers(rows, name, share=True)}


def _flag(rows: Rows, name: str, column: str, option: str) -> Columns:
    return {column: flags(rows, name)}


def flags(rows: Rows, name: str) -> list:
    return _take(rows, columns.parse_flag_column(_series(rows, name), **_place(rows, name))).known("value")


def _code(rows: Rows, name: str, column: str, option: str) -> Columns:
    return {column: codes(rows, name, option)}


def _days(rows: Rows, name: str, column: str, option: str) -> Columns:
    """Days of work; a size (P, M, G) where the schema has one."""
    cells = rows.text(name)
    sizes = kinds.code_words("size") if column == "effort_days" else {}
    bare = {cell: (match[1] if (match := DAYS.fullmatch(plain(cell))) else cell) for cell in set(cells)}
    size = {cell: sizes.get(fold(cell)) for cell in set(cells)}
    shown = ["" if size[cell] else bare[cell] for cell in cells]
    out: Columns = {column: numbers(rows, name, shown)}
    if column == "effort_days":
        out |= {"effort_size": [size[cell] for cell in cells], "effort_found": blanks(cells)}
    return out | _beside(option, cells)


COLUMNS: dict[str, Callable[[Rows, str, str, str], Columns]] = {
    "code": _code,
    "date": _date,
    "date_end": _date_end,
    "money": _money,
    "number": _number,
    "figure": _figure,
    "share": _share,
    "flag": _flag,
    "days": _days,
}


def each(rows: Rows, name: str, cells: list[str], parse: Callable[[Rows, str], object]) -> list:
    """Every cell parsed, distinct words once; words that cannot be read leave the value unknown, and that is said."""
    read: dict[str, object] = {"": None}
    for i, cell in enumerate(cells):
        if cell not in read:
            try:
                read[cell] = parse(rows, cell)
            except PlanError as error:
                read[cell] = None
                rows.say(i, rows.header(name), cell, "", "ingest.unread", n=cells.count(cell), error=error)
    return [read[cell] for cell in cells]


def _whole(rows: Rows, cell: str) -> int | None:
    number = values.parse_number(cell, decimal(rows))[0]
    if number is not None and not float(number).is_integer():
        raise PlanError("parse.number_unread", found=cell)
    return None if number is None else int(number)


def _year(rows: Rows, cell: str) -> int | None:
    """A fiscal year: 2026, 2026-2027, exercice 2026."""
    if match := re.fullmatch(r"(?:\D*\b)?(20\d\d)(?:\s*[-/–]\s*(?:20)?\d\d)?", plain(cell)):
        return int(match[1])
    when = parse_when(cell, rows.fiscal_start)
    return when[0].year if when[0] else None


def period(cell: str, fiscal_start: str = "01-01") -> str | None:
    """A period as the workbook writes it: 2026, 2026-03, 2026-Q1, 2026-W07; unknown is None.

    A quarter is one of the fiscal year that starts in the year written.
    """
    start, _, precision, _ = parse_when(cell, fiscal_start)
    if start is None:
        return None
    if precision == "day" and start.day == 1:
        precision = "month"  # a month typed in a cell of Excel becomes its first day
    if precision == "quarter":
        first = int(fiscal_start[:2])
        year = start.year if start.month >= first else start.year - 1
        return f"{year}-Q{(start.month - first) % 12 // 3 + 1}"
    if precision not in PERIOD_OF:
        raise PlanError("ingest.not_a_period", found=cell)
    iso = "{}-W{:02d}".format(*start.isocalendar()[:2])
    return PERIOD_OF[precision].format(y=start.year, m=start.month, iso=iso)


CELLS: dict[str, Callable[[Rows, str], object]] = {
    "whole": _whole,
    "year": _year,
    "period": lambda rows, cell: period(cell, rows.fiscal_start),
}


def plain_number(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


def first_of(*found: Iterable) -> list:
    """Row by row, the first value that is known."""
    first, *others = found or ((),)
    out = [None if value in (None, "") else value for value in first]
    for column in others:
        out = [
            value if value is not None or other in (None, "") else other
            for value, other in zip(out, column, strict=True)
        ]
    return out
