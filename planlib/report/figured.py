"""Figures read back from the words of a report, only where the house would write that figure just so."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from planlib import words
from planlib.words import NBSP

MONEY = re.compile(r"(-?)(?:\$|€|[A-Z]{3}\u00a0)?(-?\d[\d\u00a0,.]*?)(?:\u00a0(?:\$|€|[A-Z]{3}))?")
CURRENCY = re.compile(r"[$€]|[A-Z]{3}")
CODES = {"$": "CAD", "€": "EUR"}
NUMBER = re.compile(r"-?\d[\d\u00a0,.]*")
PERCENT = re.compile(r"(-?\d[\d\u00a0,.]*)\u00a0?%")
DAY = re.compile(r"(?:(\d{1,2})(?:er)?\s(\w+)\s(\d{4})|(\w+)\s(\d{1,2}),\s(\d{4}))")


def figure(text: str, lang: str) -> tuple[str, float, str] | None:
    """The kind of a figure (money, percent, number), its value and its currency; None for any other text.

    `text` is a whole cell. What is read is written again and compared, so that nothing is taken for a figure that the
    house writes otherwise: an action's number (2.1), a range, a quantity with its unit.
    """
    if found := PERCENT.fullmatch(text):
        share = round(_number(found[1], lang) / 100, 8)
        digits = len(found[1].partition("," if lang == "fr" else ".")[2])
        return ("percent", share, "") if words.percent(share, lang, digits) == text else None
    if NUMBER.fullmatch(text):
        value = _number(text, lang)
        return ("number", value, "") if words.number(value, lang) == text else None
    if (found := MONEY.fullmatch(text)) and (sign := CURRENCY.search(text)):
        value = _number(found[1] + found[2], lang)
        currency = CODES.get(sign[0], sign[0])
        return ("money", value, currency) if words.money(value, lang, currency) == text else None
    return None


def day(text: str, lang: str) -> date | None:
    """The day that a whole cell names, as the house writes days; None for any other text."""
    found = DAY.fullmatch(text)
    if not found:
        return None
    n, name, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
    month = _months(lang).get(name)
    try:
        value = date(int(year), month, int(n)) if month else None
    except ValueError:
        return None
    return value if value and words.day(value, lang).replace(" ", NBSP) == text.replace(" ", NBSP) else None


def _number(text: str, lang: str) -> float:
    """The digits as the language groups and points them; not a number where they are not a figure at all."""
    plain = text.replace("\u00a0", "").replace(",", ".") if lang == "fr" else text.replace(",", "")
    try:
        return float(plain)
    except ValueError:
        return float("nan")


@cache
def _months(lang: str) -> dict[str, int]:
    """The name of each month -> its number, as `words.day` writes them."""
    return {re.split(r"\s", words.day(date(2020, n, 2), lang))[1 if lang == "fr" else 0]: n for n in range(1, 13)}
