"""Words of a cell -> a period with its first and last day and its precision, in French and English.

A grammar of our own: pandas reads `T1 2026` as 1 January and `01/02/2026` as 2 January.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

from planlib.ingest import when_words as form
from planlib.ingest.records import fold, plain
from planlib.ingest.spans import weeks_of
from planlib.ingest.when_words import HORIZONS, MONTHS, ORDINALS, PARTS, SEASONS, UNKNOWN
from planlib.schema import PlanError

SERIAL_MIN, SERIAL_MAX = 32874, 73050  # 1990-01-01 and 2099-12-31 in Excel's count
YEAR_MIN, YEAR_MAX = 1990, 2099


class When(tuple):
    """(start, end, precision, found), with `note` beside. `end` is the last day of the period; unknown is None.

    Precisions: day, week, month, quarter, half, season, year, fiscal_year, part (beginning, middle or end of a month
    or a year), range, before (no start), after (no end). Notes: '' · 'short_year' · 'serial'.
    """

    note: str

    def __new__(cls, start: date | None, end: date | None, precision: str | None, found: str, note: str = ""):
        when = super().__new__(cls, (start, end, precision, found))
        when.note = note
        return when

    def __getnewargs__(self):
        return (*self, self.note)


def parse_when(text: object, fiscal_start: str = "01-01", day_first: bool | None = None) -> When:
    """Words of a cell -> (start, end, precision, found): a period, its last day included.

    Parameters
    ----------
    text : str
        `31/12/2026`, `T1 2026`, `été 2026`, `2026-2027`, `D'ici juin 2024`, `47727` ... as found in the file.
    fiscal_start : "MM-DD"
        First day of the client's fiscal year; year Y is the one that starts in Y. When it is not 1 January,
        quarters, half-years and spans of years (`T1 2026`, `2026-2027`) follow it. A lone `2026` is the calendar's.
    day_first : bool
        Whether `01/02/2026` is 1 February. Needed only where both readings stand.

    Returns
    -------
    When
        Unpacks to start, end, precision, found; `.note` beside. Blank and `à déterminer` give None, None, None.
        A winter belongs to the year it ends in; seasons are of three whole months (summer: June to August).

    Raises
    ------
    PlanError
        Day and month may be swapped, the date does not exist, the year is missing or outside 1990-2099, the words
        name a horizon (`court terme`, `en continu`) that only the client can date, or they are not a date;
        `fiscal_start` is not a day of every year.
    """
    check_fiscal_start(fiscal_start)
    found = "" if text is None or text != text else str(text)
    words = plain(found)
    if not words or not words.strip("-–—.…?_/ "):
        return When(None, None, None, found)
    folded = fold(words)
    if folded in UNKNOWN:
        return When(None, None, None, found)
    start, end, precision, note = _read(folded, found, fiscal_start, day_first)
    return When(start, end, precision, found, note)


@cache
def check_fiscal_start(fiscal_start: str) -> None:
    """PlanError when this is no MM-DD, or not a day of every year."""
    written = re.fullmatch(r"(\d\d)-(\d\d)", str(fiscal_start), re.A)
    month, day = map(int, written.groups()) if written else (0, 0)
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(2001, month)[1]:
        raise PlanError("facts.bad_fiscal_start", found=str(fiscal_start))


def _read(folded: str, found: str, fiscal_start: str, day_first: bool | None) -> tuple:
    if is_horizon(folded):
        raise PlanError("parse.when_horizon", found=found)
    if folded.isdigit() and len(folded) != 4:
        return _serial(int(folded), found)
    if re.fullmatch(r"\d{5}\.\d+", folded):
        return _serial(int(float(folded)), found)  # a date with its time of day
    for pattern, reader in READERS:
        if match := pattern.fullmatch(folded):
            read = reader(match, found, fiscal_start, day_first)
            if read is not None:
                return read
    nameless = re.fullmatch(
        rf"(?:{form.PART_NAME})?[ -]?(?:{form.MONTH}|{form.SEASON_NAME}|[tq][1-4]|(?:semaine|week|sem) ?\d+)\.?", folded
    )
    raise PlanError("parse.when_no_year" if nameless else "parse.when_unread", found=found)


def is_two_ways(text: str) -> bool:
    """Whether the day and the month of a date could change places."""
    try:
        parse_when(text)
    except PlanError as error:
        return error.key == "parse.when_order"
    return False


def is_horizon(text: object) -> bool:
    """Whether the words name a horizon, a rhythm or a length of time (`court terme`, `en continu`, `2-3 ans`), and no
    date: from when it counts is the client's to say."""
    return fold(text) in HORIZONS or weeks_of(text) is not None


def _serial(serial: int, found: str) -> tuple:
    if not SERIAL_MIN <= serial <= SERIAL_MAX:
        raise PlanError("parse.when_unread" if serial < 1000 else "parse.when_serial", found=found)
    day = date(1899, 12, 30) + timedelta(days=serial)
    return day, day, "day", "serial"


def _day(year: int, month: int, day: int, found: str, note: str = "") -> tuple:
    _check_year(year, found)
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        raise PlanError("parse.when_impossible", found=found)
    when = date(year, month, day)
    return when, when, "day", note


def _month(year: int, month: int, found: str, note: str = "") -> tuple:
    _check_year(year, found)
    if not 1 <= month <= 12:
        raise PlanError("parse.when_impossible", found=found)
    return date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month", note


def _check_year(year: int, found: str) -> None:
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise PlanError("parse.when_year", found=found, year=str(year), first=str(YEAR_MIN), last=str(YEAR_MAX))


def _full_year(year: str) -> tuple[int, str]:
    """A year of two figures is of this century; a person sees it said."""
    return (int(year), "") if len(year) == 4 else (2000 + int(year), "short_year")


def _iso_day(match, found, fiscal_start, day_first):
    return _day(int(match["year"]), int(match["month"]), int(match["day"]), found)


def numeric_order(text: object) -> bool | None:
    """Whether a date of figures proves its order: True day first (31/12/2026), False month first, None neither."""
    match = form.NUMERIC_DAY.fullmatch(fold(text))
    if not match or match["a"] == match["b"]:
        return None
    a, b = int(match["a"]), int(match["b"])
    if (a > 12) == (b > 12):
        return None
    return a > 12


def _numeric_day(match, found, fiscal_start, day_first):
    a, b = int(match["a"]), int(match["b"])
    year, note = _full_year(match["c"])
    if note and match["sep"] == "-" and day_first is None and 1 <= b <= 12 and 1 <= int(match["c"]) <= 31:
        raise PlanError("parse.when_order", found=found)  # 26-12-14 may also be 14 December 2026
    proven = numeric_order(match[0])
    if proven is not None:
        first = proven
    elif a == b or a > 12:
        first = True
    elif day_first is None:
        raise PlanError("parse.when_order", found=found)
    else:
        first = day_first
    day, month = (a, b) if first else (b, a)
    return _day(year, month, day, found, note)


def _named_day(match, found, fiscal_start, day_first):
    year, note = _full_year(match["year"])
    return _day(year, MONTHS[match["month"]], int(match["day"]), found, note)


def _number_month(match, found, fiscal_start, day_first):
    if int(match["month"]) > 12:
        return None  # 2026-27 is a span of years
    return _month(int(match["year"]), int(match["month"]), found)


def _named_month(match, found, fiscal_start, day_first):
    year, note = _full_year(match["year"] or match["short"])
    return _month(year, MONTHS[match["month"]], found, note)


def _span(span: str, found: str) -> int:
    """The first year of `2026` or of two years in a row, `2026-2027`."""
    first, last = int(span[:4]), re.split(r"[-/]", span)[-1].strip()
    if len(span) > 4 and int(last) % 100 != (first + 1) % 100:
        raise PlanError("parse.when_unread", found=found)
    _check_year(first, found)
    return first


@cache
def _start(year: int, fiscal_start: str) -> date:
    month, day = map(int, fiscal_start.split("-"))
    return date(year, month, day)


def _later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _piece(match, found, fiscal_start, months: int, precision: str) -> tuple:
    """A quarter or a half of a fiscal year."""
    nth = ORDINALS[match["nth"]] if "nth" in match.re.groupindex else int(match["part"])
    _check_fiscal(match["span"], found, fiscal_start)
    if nth * months > 12:
        raise PlanError("parse.when_unread", found=found)
    first = _start(_span(match["span"], found), fiscal_start)
    return (
        _later(first, (nth - 1) * months),
        _later(first, nth * months) - timedelta(days=1),
        precision,
        "",
    )


def _quarter(match, found, fiscal_start, day_first):
    return _piece(match, found, fiscal_start, 3, "quarter")


def _half(match, found, fiscal_start, day_first):
    return _piece(match, found, fiscal_start, 6, "half")


def _season(match, found, fiscal_start, day_first):
    first = SEASONS[match["season"]]
    year = _span(match["span"], found)
    if first == 12 and len(match["span"]) == 4:
        year -= 1  # hiver 2027 begins in December 2026; hiver 2026-2027 says so itself
    start = date(year, first, 1)
    return start, _later(start, 3) - timedelta(days=1), "season", ""


def _week(match, found, fiscal_start, day_first):
    year, week = int(match["year"]), int(match["week"])
    _check_year(year, found)
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        raise PlanError("parse.when_impossible", found=found) from None
    return monday, monday + timedelta(days=6), "week", ""


def _year(match, found, fiscal_start, day_first):
    year = int(match["year"])
    _check_year(year, found)
    return date(year, 1, 1), date(year, 12, 31), "year", ""


def _check_fiscal(span: str, found: str, fiscal_start: str) -> None:
    """`T4 2026-2027` is over two calendar years: a client whose year is the calendar's cannot mean it."""
    if len(span) > 4 and fiscal_start == "01-01":
        raise PlanError("parse.when_fiscal", found=found)


def _fiscal(match, found, fiscal_start, day_first):
    _check_fiscal(match["span"], found, fiscal_start)
    first = _start(_span(match["span"], found), fiscal_start)
    return first, _later(first, 12) - timedelta(days=1), "fiscal_year", ""


def _years(match, found, fiscal_start, day_first):
    first = int(match["first"])
    last = int(match["last"]) if len(match["last"]) == 4 else first - first % 100 + int(match["last"])
    _check_year(first, found)
    _check_year(last, found)
    if last <= first:
        raise PlanError("parse.when_backwards", found=found)
    if fiscal_start == "01-01":
        return date(first, 1, 1), date(last, 12, 31), "range", ""
    end = _start(last, fiscal_start) - timedelta(days=1)
    return _start(first, fiscal_start), end, "fiscal_year" if last == first + 1 else "range", ""


def _part(match, found, fiscal_start, day_first):
    start, end, precision, note = _read(match["rest"], found, fiscal_start, day_first)
    third = PARTS[match["part"]]
    if precision == "month":
        days = ((1, 10), (11, 20), (21, end.day))[third]
        return start.replace(day=days[0]), start.replace(day=days[1]), "part", note
    if precision in ("year", "fiscal_year"):
        return _later(start, 4 * third), _later(start, 4 * third + 4) - timedelta(days=1), "part", note
    if precision == "quarter":  # a third of a quarter is a month
        return _later(start, third), _later(start, third + 1) - timedelta(days=1), "part", note
    raise PlanError("parse.when_unread", found=found)


def _by(match, found, fiscal_start, day_first):
    _, end, _, note = _read(match["rest"], found, fiscal_start, day_first)
    if end is None:
        raise PlanError("parse.when_unread", found=found)
    return None, end, "before", note


def _before(match, found, fiscal_start, day_first):
    start, _, _, note = _read(match["rest"], found, fiscal_start, day_first)
    if start is None:
        raise PlanError("parse.when_unread", found=found)
    return None, start - timedelta(days=1), "before", note


def _from(match, found, fiscal_start, day_first):
    start, end, precision, note = _read(match["rest"], found, fiscal_start, day_first)
    if precision == "range":
        return start, end, precision, note
    if start is None:
        raise PlanError("parse.when_unread", found=found)
    return start, None, "after", note


def _after(match, found, fiscal_start, day_first):
    _, end, _, note = _read(match["rest"], found, fiscal_start, day_first)
    if end is None:
        raise PlanError("parse.when_unread", found=found)
    return end + timedelta(days=1), None, "after", note


def _range(match, found, fiscal_start, day_first):
    last = _read(match["last"], found, fiscal_start, day_first)
    first = _with_year(match["first"], match["last"])
    first = _read(first, found, fiscal_start, day_first)
    if first[0] is None or last[1] is None:
        raise PlanError("parse.when_unread", found=found)
    if first[0] > last[1]:
        raise PlanError("parse.when_backwards", found=found)
    return first[0], last[1], "range", first[3] or last[3]


def _both(match, found, fiscal_start, day_first):
    """`T1 et T2 2026` is one period where the second goes on from the first; `mars et juin` are two moments."""
    when = _range(match, found, fiscal_start, day_first)
    first = _read(_with_year(match["first"], match["last"]), found, fiscal_start, day_first)
    last = _read(match["last"], found, fiscal_start, day_first)
    if first[1] is None or last[0] is None or last[0] - first[1] != timedelta(days=1):
        raise PlanError("parse.when_unread", found=found)
    return when


def _with_year(first: str, last: str) -> str:
    """`mars` à `juin 2026`: the year, and the month of `1` au `15 mars 2026`, are said once, at the end."""
    if re.search(r"\d{4}|\d[-/]\d", first) or re.fullmatch(r"\d{5}", first):
        return first
    year = re.search(r"\d{4}", last)
    if re.fullmatch(r"\d{1,2}(?:er|st|nd|rd|th)?", first) and (month := re.search(form.MONTH, last)):
        first = f"{first} {month[0]}"
    return f"{first} {year[0]}" if year else first


# Order matters: the narrow forms first; a reader that gives None lets the next ones try.
READERS = (
    (form.ISO_DAY, _iso_day),
    (form.NUMERIC_DAY, _numeric_day),
    (form.YEAR, _year),
    (form.QUARTER, _quarter),
    (form.NAMED_MONTH, _named_month),
    (form.NAMED_DAY, _named_day),
    (form.ENGLISH_DAY, _named_day),
    (form.ISO_MONTH, _number_month),
    (form.NUMERIC_MONTH, _number_month),
    (form.QUARTER_LAST, _quarter),
    (form.QUARTER_WORDS, _quarter),
    (form.HALF, _half),
    (form.HALF_WORDS, _half),
    (form.SEASON, _season),
    (form.WEEK, _week),
    (form.WEEK_LAST, _week),
    (form.FISCAL, _fiscal),
    (form.YEARS, _years),
    (form.BY, _by),
    (form.BEFORE, _before),
    (form.RANGE_WORDS, _range),
    (form.FROM, _from),
    (form.AFTER, _after),
    (form.RANGE_TIGHT, _range),
    (form.RANGE, _range),
    (form.BOTH, _both),
    (form.PART, _part),
)
