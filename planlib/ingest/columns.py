"""A column of text -> typed columns: distinct values parsed once, what a file cannot settle asked once.

Every result has one row per row of the series, in its order, with the words as found in `found`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from planlib.ingest.distinct import UNKNOWN, Distinct, Read
from planlib.ingest.records import Choice, plain, slug
from planlib.ingest.values import (
    number_forms,
    parse_code,
    parse_flag,
    parse_money,
    parse_number,
    parse_share,
)
from planlib.ingest.when import When, check_fiscal_start, numeric_order, parse_when
from planlib.schema import PlanError

SIGNS = {"comma": ",", "point": "."}
MONEY_NOTES = {
    "expanded": "parse.money_expanded",
    "range": "parse.money_range_kept",
    "about": "parse.money_about",
    "at_most": "parse.money_at_most",
    "at_least": "parse.money_at_least",
}
NO_DATES = Choice("none", "parse.choice_no_dates")
WHEN_NOTES = {"short_year": "parse.when_short_year", "serial": "parse.when_serial_read"}


def decimal_sign(values: Iterable[str]) -> tuple[str | None, bool]:
    """(sign proven by the values or None, whether both signs are proven): one `1 250,50` settles every `1,250`."""
    proven: set[str] = set()
    for value in values:
        if "," in value or "." in value:
            forms = number_forms(value)
            proven |= forms if len(forms) == 1 else set()
    return (proven.pop() if len(proven) == 1 else None), len(proven) > 1


def date_order(values: Iterable[str]) -> tuple[bool | None, bool]:
    """(True when day first is proven, False when month first, None otherwise; whether both are proven)."""
    proven = {order for value in values if (order := numeric_order(value)) is not None}
    return (proven.pop() if len(proven) == 1 else None), len(proven) > 1


def parse_money_column(
    series: pd.Series,
    *,
    sheet: str = "",
    column: str = "",
    answers: Mapping[str, str] | None = None,
    decimal: str | None = None,
    currency: str | None = None,
    sizes: Mapping[str, str] | None = None,
) -> Read:
    """Money in a column -> low, high (float), currency, note, found; unknown is NA, never zero.

    Parameters
    ----------
    series : Series of text
        Indexed by row numbers; its name is the header, used in the questions.
    column : str
        Letters of the column, for the report.
    decimal : "," or "."
        The decimal sign, where known; otherwise one value of the column proves it, else `decimal` is asked.
    currency : str
        Code taken where none is written (see `values.currency_of` for the one a header names).
    sizes : mapping
        Legend of the client for `$`, `$$`, `$$$`: size -> words of an amount ("entre 5 000 et 10 000 $").

    Questions: `decimal` (comma, point, each), `negative.COLUMN` (positive, unknown), `zero.COLUMN` (zero, unknown),
    `money.COLUMN.VALUE` (an amount, or unknown), `money.COLUMN` (unknown, when many cannot be read).
    """
    it = Distinct(series, sheet, column, answers)
    decimal = decimal or SIGNS.get(it.answers.get("decimal", ""))
    proven, both = decimal_sign(it.words)
    read: dict[int, object] = {}
    two_ways, negative, zero = [], [], []
    for place, value in enumerate(it.words):
        try:
            read[place] = parse_money(value)
        except PlanError as error:
            if error.key == "parse.number_two_ways":
                two_ways.append(place)
            elif error.key == "parse.money_negative":
                negative.append(place)
            elif error.key == "parse.money_size" and sizes and plain(value) in sizes:
                read[place] = parse_money(sizes[plain(value)])
                it.repair(place, sizes[plain(value)], "parse.size_taken")
            else:
                it.unread.append((place, error))
    sign = decimal or proven
    if both or (two_ways and sign is None):
        mixed = [p for p, value in enumerate(it.words) if len(number_forms(value)) == 1] if both else two_ways
        choices = [Choice("comma", "parse.choice_comma"), Choice("point", "parse.choice_point")]
        choices += [] if two_ways else [Choice("each", "parse.choice_each")]
        text = "parse.ask_decimal_mixed" if both else "parse.ask_decimal"
        sign = SIGNS.get(it.ask("decimal", text, mixed, tuple(choices)) or "")
    for place in two_ways:
        if sign:
            _try(it, read, place, lambda value: parse_money(value, sign))
    if negative:
        choices = (Choice("positive", "parse.choice_positive"), UNKNOWN)
        answer = it.ask(f"negative.{slug(it.name)}", "parse.ask_negative", negative, choices)
        for place in negative if answer == "positive" else ():
            _try(it, read, place, lambda value: parse_money(value.strip().strip("()-−").replace("-", ""), sign))
            it.repair(place, read[place][0] if place in read else "", "parse.answered")
    read |= it.settle_unread("money", lambda words: parse_money(words, sign), lambda found: parse_money(""))
    zero = [place for place, money in read.items() if money[0] == 0 and money[1] == 0]
    if zero:
        choices = (Choice("zero", "parse.choice_zero"), UNKNOWN)
        answer = it.ask(f"zero.{slug(it.name)}", "parse.ask_zero", zero, choices)
        for place in zero if answer != "zero" else ():
            read[place] = parse_money("")
    blank = parse_money("")
    moneys = [read.get(place, blank) for place in range(len(it.words))]
    for place, money in enumerate(moneys):
        if money.note and money.note != "none":
            low, high = (None if amount is None else f"{amount:.12g}" for amount in money[:2])
            used = low if low == high else f"{low or '?'} - {high or '?'}"
            it.repair(place, used, MONEY_NOTES[money.note.split()[-1]])
    it.note_unknown()
    written = [place for place, money in enumerate(moneys) if money.currency]
    if written:
        n = sum(it.times[place] for place in written)
        it.repair(written[0], f"{moneys[written[0]][1] or moneys[written[0]][0]:.12g} {moneys[written[0]].currency}",
                  "parse.money_read", n=n)  # fmt: skip
    known = [money[0] is not None or money[1] is not None for money in moneys]
    return it.spread(
        {
            "low": ([np.nan if money[0] is None else money[0] for money in moneys], "float64"),
            "high": ([np.nan if money[1] is None else money[1] for money in moneys], "float64"),
            "currency": ([m.currency or (currency if k else None) for m, k in zip(moneys, known, strict=True)], object),
            "note": ([money.note for money in moneys], object),
        }
    )


def _try(it: Distinct, read: dict, place: int, parse: Callable[[str], object]) -> None:
    try:
        read[place] = parse(it.words[place])
    except PlanError as error:
        it.unread.append((place, error))


def parse_when_column(
    series: pd.Series,
    *,
    fiscal_start: str = "01-01",
    sheet: str = "",
    column: str = "",
    answers: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    horizons: Mapping[str, str] | None = None,
) -> Read:
    """Dates and periods in a column -> start, end (dates), precision, note, found; unknown is NaT.

    Parameters
    ----------
    day_first : bool
        Where known; otherwise one value of the column proves it (31/12/2026), else `dates` is asked.
    horizons : mapping
        The client's table: `court terme` -> words of a period ("2026-2027"), or `none` to leave it without dates.

    Questions: `dates` (day-first, month-first), `horizon.VALUE` (a period, or none), `when.COLUMN.VALUE` (a period,
    or unknown), `when.COLUMN` (unknown, when many cannot be read).
    """
    check_fiscal_start(fiscal_start)  # of the client, not of one of the words
    it = Distinct(series, sheet, column, answers)
    order, both = date_order(it.words)
    if day_first is None:
        day_first = {"day-first": True, "month-first": False}.get(it.answers.get("dates", ""))
    first = day_first if day_first is not None else order
    legend = {slug(words): period for words, period in (horizons or {}).items()}
    read: dict[int, When] = {}
    two_ways: list[int] = []
    for place, value in enumerate(it.words):
        try:
            read[place] = parse_when(value, fiscal_start)
        except PlanError as error:
            if error.key == "parse.when_order":
                two_ways.append(place)
            elif error.key == "parse.when_horizon":
                key = f"horizon.{slug(value)}"
                period = legend.get(slug(value)) or it.ask(
                    key, "parse.ask_when_horizon", [place], (NO_DATES,), free=True
                )
                if period:
                    words = "" if period == "none" else period
                    read[place] = _as_found(parse_when(words, fiscal_start, first), value)
                    it.repair(place, period, "parse.horizon_taken")
            else:
                it.unread.append((place, error))
    if two_ways and first is None:
        choices = (Choice("day-first", "parse.choice_day_first"), Choice("month-first", "parse.choice_month_first"))
        text = "parse.ask_dates_mixed" if both else "parse.ask_dates"
        answer = it.ask("dates", text, two_ways, choices)
        first = None if answer is None else answer == "day-first"
    for place in two_ways:
        if first is not None:
            _try(it, read, place, lambda value: parse_when(value, fiscal_start, first))
    if two_ways and first is not None and order is not None and day_first is None:
        why = "parse.day_first_proven" if first else "parse.month_first_proven"
        it.repair(two_ways[0], read[two_ways[0]][0], why, n=sum(it.times[place] for place in two_ways))
    read |= it.settle_unread("when", lambda words: parse_when(words, fiscal_start, first), lambda found: parse_when(""))
    blank = parse_when("")
    whens = [read.get(place, blank) for place in range(len(it.words))]
    for place, when in enumerate(whens):
        if when.note:
            it.repair(place, when[0] or when[1], WHEN_NOTES[when.note])
    it.note_unknown()
    periods = [place for place, when in enumerate(whens) if when[2] not in (None, "day")]
    if periods:
        when = whens[periods[0]]
        used = f"{when[0] or '...'} - {when[1] or '...'}"
        it.repair(periods[0], used, "parse.periods", n=sum(it.times[place] for place in periods))
    return it.spread(
        {
            "start": (np.array([when[0] for when in whens], dtype="datetime64[s]"), "datetime64[s]"),
            "end": (np.array([when[1] for when in whens], dtype="datetime64[s]"), "datetime64[s]"),
            "precision": ([when[2] for when in whens], object),
            "note": ([when.note for when in whens], object),
        }
    )


def _as_found(when: When, found: str) -> When:
    return When(when[0], when[1], when[2], found, when.note)


def parse_code_column(
    series: pd.Series,
    codes: Iterable[str],
    synonyms: Mapping[str, str] | None = None,
    *,
    sheet: str = "",
    column: str = "",
    answers: Mapping[str, str] | None = None,
    labels: Callable[[str], object] = str,
) -> Read:
    """Words of a closed list -> code, found. Question for each other word: `code.COLUMN.VALUE` (a code, or unknown).

    `labels` gives what a code is called in the question.
    """
    it = Distinct(series, sheet, column, answers)
    codes = tuple(codes)
    out: list[str | None] = []
    for place, value in enumerate(it.words):
        try:
            code, _ = parse_code(value, codes, synonyms)
        except PlanError:
            choices = (*(Choice(code, "parse.choice_code", {"code": labels(code)}) for code in codes), UNKNOWN)
            key = f"code.{slug(it.name)}.{slug(value)}"
            answer = it.ask(key, "parse.ask_code", [place], choices)
            code = None if answer in (None, "unknown") else answer
            if answer:
                it.repair(place, answer, "parse.answered")
        out.append(code)
    return it.spread({"code": (out, object)})


def parse_number_column(
    series: pd.Series,
    *,
    share: bool = False,
    percent: bool | None = None,
    sheet: str = "",
    column: str = "",
    answers: Mapping[str, str] | None = None,
    decimal: str | None = None,
) -> Read:
    """Bare numbers, or shares in [0, 1] when `share`, -> value (float), found. Questions as for money: `decimal`,
    `number.COLUMN.VALUE` (a number, or unknown), `number.COLUMN`. With `share`, one value above 1 in the column, or
    `percent`, makes every bare number a percentage."""
    it = Distinct(series, sheet, column, answers)
    decimal = decimal or SIGNS.get(it.answers.get("decimal", "")) or decimal_sign(it.words)[0]
    if share and percent is None:
        percent = any(_above_one(value) for value in it.words) or None

    def parse(words: str) -> float | None:
        return (parse_share(words, percent=percent, decimal=decimal) if share else _number(words, decimal))[0]

    read: dict[int, float | None] = {}
    two_ways = []
    for place, value in enumerate(it.words):
        try:
            read[place] = parse(value)
        except PlanError as error:
            if error.key == "parse.number_two_ways":
                two_ways.append(place)
            else:
                it.unread.append((place, error))
    if two_ways:
        choices = (Choice("comma", "parse.choice_comma"), Choice("point", "parse.choice_point"))
        it.ask("decimal", "parse.ask_decimal", two_ways, choices)
    read |= it.settle_unread("number", parse, lambda found: None)
    it.note_unknown()
    values = [read.get(place) for place in range(len(it.words))]
    return it.spread({"value": ([np.nan if value is None else value for value in values], "float64")})


def _number(words: str, decimal: str | None) -> tuple[float | None, str]:
    """A number read by its own form, else under the column's decimal sign."""
    try:
        return parse_number(words)
    except PlanError as error:
        if error.key != "parse.number_two_ways" or decimal is None:
            raise
        return parse_number(words, decimal)


def _above_one(words: str) -> bool:
    try:
        value, _ = parse_number(words)
    except PlanError:
        return False
    return value is not None and value > 1


def parse_flag_column(
    series: pd.Series, *, sheet: str = "", column: str = "", answers: Mapping[str, str] | None = None
) -> Read:
    """Yes and no -> value (boolean, NA unknown), found. Question: `flag.COLUMN.VALUE` (yes, no, or unknown)."""
    it = Distinct(series, sheet, column, answers)
    read: dict[int, bool | None] = {}
    for place, value in enumerate(it.words):
        try:
            read[place] = parse_flag(value)[0]
        except PlanError as error:
            it.unread.append((place, error))
    read |= it.settle_unread("flag", lambda words: parse_flag(words)[0], lambda found: None)
    it.note_unknown()
    return it.spread({"value": ([read.get(place) for place in range(len(it.words))], "boolean")})
