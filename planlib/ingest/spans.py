"""Lengths of time in words (`2-3 ans`, `0 à 12 mois`, `5 ans et plus`): a span of months or weeks, never a date."""

from __future__ import annotations

import re
from functools import lru_cache

from planlib.ingest.records import fold

Span = tuple[float, float | None]  # the least and the most; None when it has no end

SHORT_MONTHS, MEDIUM_MONTHS = 12, 36  # ends of the horizons where the client says nothing else
WEEKS_IN = {"s": 1.0, "w": 1.0, "m": 52 / 12, "a": 52.0, "y": 52.0, "j": 0.2, "d": 0.2}

_UNIT = r"(?:sem(?:aines?|\.)?|weeks?|wks?|w|mois|months?|mos?|ans?|annees?|years?|yrs?|jours?|days?|j|d)\.?"
SPAN = re.compile(
    r"(?:(?P<under>moins d'(?=un an)|moins de|less than|under|max(?:imum)?\.?(?: de)?|jusqu'a|up to|au plus|at most|<)"
    r"|(?P<over>plus de|more than|over|min(?:imum)?\.?(?: de)?|au moins|at least|>)"
    r"|d'ici|dans|within|in|sur|horizon(?: de)?|environ|env\.?|about|entre|between|de|from)? ?"
    rf"(?P<low>\d+(?:[.,]\d+)?|un|une|one) ?(?P<first>{_UNIT})?"
    rf"(?: ?(?:-|/|a|to|et|and|ou|or) ?(?P<high>\d+(?:[.,]\d+)?))?(?P<more> ?\+)? ?(?P<unit>{_UNIT})?"
    r"(?P<and_more> ?\+| et \+| et plus| ou plus| and more| or more| and up| and over)?"
)


@lru_cache(maxsize=4096)
def weeks_of(text: str) -> Span | None:
    """A length of time in weeks: `2-3 ans` is (104, 156), `6 mois` (26, 26), `5 ans et plus` (260, None).

    None when the words are no length of time; a unit is always written.
    """
    match = SPAN.fullmatch(fold(text))
    if not match or not (match["unit"] or match["first"]):
        return None
    if match["high"] and not match["unit"]:
        return None  # "2 ans - 3"
    unit = match["unit"] or match["first"]
    if match["first"] and match["unit"] and not match["high"]:
        return None
    low = _weeks(match["low"], match["first"] or unit)
    high = _weeks(match["high"], unit) if match["high"] else low
    if high < low:
        return None
    if match["under"]:
        return 0.0, high
    return low, None if match["over"] or match["more"] or match["and_more"] else high


def _weeks(figure: str, unit: str) -> float:
    n = float(figure.replace(",", ".")) if figure[0].isdigit() else 1.0
    return round(n * WEEKS_IN[unit[0]], 1)


def horizon_of(text: str, short_months: float = SHORT_MONTHS, medium_months: float = MEDIUM_MONTHS) -> str | None:
    """The horizon in which a whole length of time falls: short, medium or long; None when it lies across two."""
    span = weeks_of(text)
    if span is None:
        return None
    low, high = (None if weeks is None else weeks * 12 / 52 for weeks in span)
    slack = 0.1  # months: weeks and days do not divide a month
    if high is not None and high <= short_months + slack:
        return "short"
    if low >= medium_months - slack and not low == high == medium_months:
        return "long"
    if low >= short_months - slack and high is not None and high <= medium_months + slack:
        return "medium"
    return None
