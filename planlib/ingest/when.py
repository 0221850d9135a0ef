"""Words of a cell -> a period with its first and last day and its precision, in French and English.

A grammar of our own: pandas reads `T1 2026` as 1 January and `01/02/2026` as 2 January.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

from planlib.ingest.records import fold, plain
from planlib.schema import PlanError

# Words, folded, that say a value is not known.
UNKNOWN = frozenset(
    fold(word)
    for word in (
        "n.d.", "nd", "n/d", "n.a.", "na", "n/a", "#n/a", "nsp", "s.o.", "s/o", "sans objet", "inconnu", "inconnue",
        "à déterminer", "a déterminer", "à définir", "à préciser", "à venir", "à confirmer", "à évaluer", "à chiffrer",
        "à valider", "à fixer", "à compléter", "non déterminé", "non déterminée", "non disponible", "non défini",
        "non définie", "non chiffré", "indéterminé", "indéterminée", "ne sait pas", "tbd", "t.b.d.", "tbc", "tba",
        "to be determined", "to be defined", "to be confirmed", "to be announced", "unknown", "not known",
        "not available", "not applicable", "undetermined", "not set", "nan", "null", "(vide)", "(blank)",
    )
)  # fmt: skip

# Words, folded, that name a horizon or a rhythm: only the client's own table can date them.
HORIZONS = frozenset(
    fold(word)
    for word in (
        "court terme", "à court terme", "moyen terme", "à moyen terme", "long terme", "à long terme", "ct", "mt", "lt",
        "court/moyen terme", "moyen/long terme", "court à moyen terme", "moyen à long terme",
        "short term", "short-term", "medium term", "medium-term", "mid-term", "long term", "long-term",
        "en continu", "continu", "en cours", "permanent", "récurrent", "annuel", "annuellement", "chaque année",
        "tous les ans", "ongoing", "continuous", "permanently", "recurring", "annual", "annually", "yearly",
        "every year", "immédiat", "immédiatement", "dès que possible", "immediate", "asap", "as soon as possible",
        "an 1", "an 2", "an 3", "an 4", "an 5", "année 1", "année 2", "année 3", "année 4", "année 5",
        "year 1", "year 2", "year 3", "year 4", "year 5",
    )
)  # fmt: skip

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january", "fevrier fevr fev february feb", "mars march mar", "avril avr april apr",
            "mai may", "juin june jun", "juillet juil july jul", "aout august aug",
            "septembre sept sep september", "octobre oct october", "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
# First month and length of a season; the winter of 2027 begins in December 2026.
SEASONS = {
    "printemps": 3, "spring": 3, "ete": 6, "summer": 6, "automne": 9, "fall": 9, "autumn": 9, "hiver": 12, "winter": 12,
}  # fmt: skip
ORDINALS = {
    "1": 1, "1er": 1, "1re": 1, "1st": 1, "premier": 1, "premiere": 1, "first": 1,
    "2": 2, "2e": 2, "2eme": 2, "2nd": 2, "deuxieme": 2, "second": 2, "seconde": 2,
    "3": 3, "3e": 3, "3eme": 3, "3rd": 3, "troisieme": 3, "third": 3,
    "4": 4, "4e": 4, "4eme": 4, "4th": 4, "quatrieme": 4, "fourth": 4, "dernier": 4, "last": 4,
}  # fmt: skip
PARTS = {
    "debut": 0, "early": 0, "beginning of": 0, "start of": 0,
    "mi": 1, "milieu": 1, "mid": 1, "middle of": 1,
    "fin": 2, "late": 2, "end of": 2,
}  # fmt: skip

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_SEASON = "|".join(SEASONS)
_ORDINAL = "|".join(sorted(ORDINALS, key=len, reverse=True))
_PART = "|".join(sorted(PARTS, key=len, reverse=True))
_DAY = r"(?P<day>\d{1,2})(?:er|st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_OF = r"(?:de |d'|of |en |du |, )?"
_WEEKDAY = (
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)[.,]? )?"
)
_TIME = r"(?:(?: a | at |[t ])\d{1,2}[:h]\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?(?: ?(?:z|utc|gmt|[+-]\d{2}:?\d{2}))?)?"

ISO_DAY = re.compile(rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.]{_DAY}{_TIME}")
NUMERIC_DAY = re.compile(
    rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep)(?P<c>\d{{4}}|\d{{2}}){_TIME}"
)
NAMED_DAY = re.compile(
    rf"{_WEEKDAY}{_DAY}[ /-](?:de )?(?P<month>{_MONTH})\.?(?:,? |[/-])(?P<year>\d{{4}}|\d{{2}}){_TIME}"
)
ENGLISH_DAY = re.compile(rf"{_WEEKDAY}(?P<month>{_MONTH})\.? {_DAY},? {_YEAR}{_TIME}")
ISO_MONTH = re.compile(rf"{_YEAR}[-/.](?P<month>\d{{1,2}})")
NUMERIC_MONTH = re.compile(rf"(?P<month>\d{{1,2}})[-/.]{_YEAR}")
NAMED_MONTH = re.compile(rf"(?P<month>{_MONTH})\.?(?: {_OF}|[-/.])?(?:{_YEAR}|(?<=[-/])(?P<short>\d{{2}}))")
QUARTER = re.compile(rf"[tq](?P<part>[1-4])[ /-]?{_OF}(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)")
QUARTER_LAST = re.compile(r"(?P<span>\d{4})[ /-]?[tq](?P<part>[1-4])")
QUARTER_WORDS = re.compile(
    rf"(?P<nth>{_ORDINAL}) (?:trimestre|trim|quarter)\.? {_OF}(?:l'annee )?(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)"
)
HALF = re.compile(rf"[sh](?P<part>[12])[ /-]?{_OF}(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)")
HALF_WORDS = re.compile(
    rf"(?P<nth>{_ORDINAL}) (?:semestre|half|semester)\.? {_OF}(?:l'annee )?(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)"
)
SEASON = re.compile(rf"(?P<season>{_SEASON}) {_OF}(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)")
WEEK = re.compile(rf"(?:semaine|sem\.?|week|w|s) ?(?P<week>\d{{1,2}})[ /,-]+{_OF}{_YEAR}")
WEEK_LAST = re.compile(rf"{_YEAR}-?w(?P<week>\d{{1,2}})")
YEAR = re.compile(rf"(?:(?:annee|year|an|en|in|courant|during|l'annee) )*{_YEAR}")
FISCAL = re.compile(
    r"(?:exercice|exercice financier|annee financiere|annee budgetaire|fiscal year|financial year|fy|af|ex\.?)"
    r" ?(?P<span>\d{4}(?: ?[-/] ?\d{2,4})?)"
)
YEARS = re.compile(r"(?P<first>\d{4}) ?(?:[-/]| a | to | et | and ) ?(?P<last>\d{4}|\d{2})")
PART = re.compile(rf"(?:a la |au |la |le |the )?(?P<part>{_PART})[ -](?:de |d'|du |of |l'annee |the )*(?P<rest>.+)")
BY = re.compile(
    r"(?:d'ici(?: a)?|by|no later than|au plus tard(?: en| le| a)?|jusqu'(?:en|au|a)|until|avant la fin (?:de|d')"
    r"|before the end of|pour|for|d'ici la)(?: |(?<=d'))(?:le |la |l'|en |the |end of )?(?P<rest>.+)"
)
BEFORE = re.compile(r"(?:avant|before|prior to) (?:le |la |l'|the )?(?P<rest>.+)")
FROM = re.compile(
    r"(?:a partir (?:de|du|d')|a compter (?:de|du|d')|des|depuis|from|starting(?: in| on| from)?|since|as of|debut"
    r" des travaux)(?: |(?<='))(?:le |la |l'|the )?(?P<rest>.+?)(?: on(?:wards?)?)?"
)
AFTER = re.compile(r"(?:apres|after) (?:le |la |l'|the )?(?P<rest>.+)")
RANGE_WORDS = re.compile(
    r"(?:de|du|d'|from|between|entre) ?(?P<first>.+?) (?:a|au|to|and|et|jusqu'a|jusqu'au) (?:le )?(?P<last>.+)"
)
RANGE = re.compile(r"(?P<first>.+?)(?: (?:a|au|to|->|→|jusqu'a|jusqu'au) | ?(?:->|→|\.\.) ?| - )(?P<last>.+)")
RANGE_TIGHT = re.compile(
    rf"(?P<first>(?:{_MONTH}|[tq][1-4]|{_SEASON})\.?) ?[-/] ?(?P<last>(?:{_MONTH}|[tq][1-4]|{_SEASON})\b.*)"
)

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
        name a horizon (`court terme`, `en continu`) that only the client can date, or they are not a date.
    """
    found = "" if text is None or text != text else str(text)
    words = plain(found)
    if not words or not words.strip("-–—.…?_/ "):
        return When(None, None, None, found)
    folded = fold(words)
    if folded in UNKNOWN:
        return When(None, None, None, found)
    start, end, precision, note = _read(folded, found, fiscal_start, day_first)
    return When(start, end, precision, found, note)


def _read(folded: str, found: str, fiscal_start: str, day_first: bool | None) -> tuple:
    if is_horizon(folded):
        raise PlanError("parse.when_horizon", found=found)
    if folded.isdigit() and len(folded) != 4:
        return _serial(int(folded), found)
    if re.fullmatch(r"\d{5}\.\d+", folded):
        return _serial(int(float(folded)), found)  # a date with its time of day
    for form, reader in READERS:
        if match := form.fullmatch(folded):
            read = reader(match, found, fiscal_start, day_first)
            if read is not None:
                return read
    nameless = re.fullmatch(rf"(?:{_PART})?[ -]?(?:{_MONTH}|{_SEASON}|[tq][1-4]|(?:semaine|week|sem) ?\d+)\.?", folded)
    raise PlanError("parse.when_no_year" if nameless else "parse.when_unread", found=found)


def is_horizon(text: object) -> bool:
    """Whether the words name a horizon or a rhythm (`court terme`, `en continu`) instead of a date."""
    return fold(text) in HORIZONS


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
    match = NUMERIC_DAY.fullmatch(fold(text))
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
    raise PlanError("parse.when_unread", found=found)


def _by(match, found, fiscal_start, day_first):
    _, end, _, note = _read(match["rest"], found, fiscal_start, day_first)
    return None, end, "before", note


def _before(match, found, fiscal_start, day_first):
    start, _, _, note = _read(match["rest"], found, fiscal_start, day_first)
    return None, start - timedelta(days=1), "before", note


def _from(match, found, fiscal_start, day_first):
    start, _, _, note = _read(match["rest"], found, fiscal_start, day_first)
    return start, None, "after", note


def _after(match, found, fiscal_start, day_first):
    _, end, _, note = _read(match["rest"], found, fiscal_start, day_first)
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


def _with_year(first: str, last: str) -> str:
    """`mars` à `juin 2026`: the year, and the month of `1` au `15 mars 2026`, are said once, at the end."""
    if re.search(r"\d{4}|\d[-/]\d", first) or re.fullmatch(r"\d{5}", first):
        return first
    year = re.search(r"\d{4}", last)
    if re.fullmatch(r"\d{1,2}(?:er|st|nd|rd|th)?", first) and (month := re.search(_MONTH, last)):
        first = f"{first} {month[0]}"
    return f"{first} {year[0]}" if year else first


# Order matters: the narrow forms first; a reader that gives None lets the next ones try.
READERS = (
    (ISO_DAY, _iso_day),
    (NUMERIC_DAY, _numeric_day),
    (YEAR, _year),
    (QUARTER, _quarter),
    (NAMED_MONTH, _named_month),
    (NAMED_DAY, _named_day),
    (ENGLISH_DAY, _named_day),
    (ISO_MONTH, _number_month),
    (NUMERIC_MONTH, _number_month),
    (QUARTER_LAST, _quarter),
    (QUARTER_WORDS, _quarter),
    (HALF, _half),
    (HALF_WORDS, _half),
    (SEASON, _season),
    (WEEK, _week),
    (WEEK_LAST, _week),
    (FISCAL, _fiscal),
    (YEARS, _years),
    (BY, _by),
    (BEFORE, _before),
    (FROM, _from),
    (AFTER, _after),
    (RANGE_WORDS, _range),
    (RANGE_TIGHT, _range),
    (RANGE, _range),
    (PART, _part),
)
