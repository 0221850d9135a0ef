"""One cell as text that can be compared: what is written, what was, and what a person left there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

import pandas as pd

from planlib.schema import CODES, PlanError
from planlib.words import LANGS, has_word, word

UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST = 32_767  # characters Excel keeps in a cell


def plain(value) -> str:
    """A value as neutral text: '' when blank, 0.4, 2026-03-15, the words themselves."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, str):
        return tidy(value)
    return f"{float(value):.12g}"


def tidy(text: str) -> str:
    """Line ends and outer spaces as every spreadsheet program keeps them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def label(codes: str, code, lang: str) -> str | None:
    """The word shown for a code, without the thin spaces that spreadsheets draw badly."""
    return None if pd.isna(code) else for_sheet(word(f"{codes}.{code}", lang))


def for_sheet(text: str) -> str:
    """French text without the thin no-break space, which Excel draws as a box in some fonts."""
    return text.replace("\u202f", "")


def sayable(text: str) -> str:
    """Text without the control characters that the XML of an office file cannot hold."""
    return UNSAYABLE.sub("", text)


def code_of(codes: str, found: str, langs: Iterable[str] = LANGS) -> str | None:
    """The code a person meant: its label in either language, ours or the client's, or the code; else None."""
    wanted = _loose(found)
    for lang in (*langs, *LANGS):  # the client's own labels first: one may be ours for another code
        for code in CODES[codes]:
            if has_word(f"{codes}.{code}") and wanted == _loose(word(f"{codes}.{code}", lang)):
                return code
    return next((code for code in CODES[codes] if wanted == _loose(code)), None)


def _loose(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip().casefold()


def typed(kind: str, codes: str, value, langs: Iterable[str] = LANGS) -> str:
    """What a person left in an editable cell, as neutral text; PlanError says why it will not do."""
    found = plain(value)
    if not found:
        return ""
    if kind == "code":
        code = code_of(codes, found, langs)
        if code is None:
            raise PlanError("office.not_in_list", found=found, known=Labels(codes))
        return code
    if kind == "percent":
        share = _share(value, found)
        if share is None or not 0 <= share <= 1:
            raise PlanError("office.not_a_share", found=found)
        return plain(share)
    if kind == "date":
        if isinstance(value, datetime | date):
            return found
        try:
            return date.fromisoformat(found).isoformat()
        except ValueError:
            raise PlanError("office.not_a_date", found=found) from None
    return found


def _share(value, found: str) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    figure = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*%", found)
    return float(figure[1].replace(",", ".")) / 100 if figure else None


class Labels:
    """The words of a list of codes, told in the reader's language."""

    def __init__(self, codes: str):
        self._codes = codes

    def text(self, lang: str) -> str:
        return ", ".join(word(f"{self._codes}.{code}", lang) for code in CODES[self._codes])
