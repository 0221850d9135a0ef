"""The sentences of a review: its own words, those of the workbook, and money."""

from __future__ import annotations

from dataclasses import dataclass

from planlib.said import Said, Written
from planlib.words import money, word


def said(key: str, **facts) -> Said:
    """A sentence by its key and facts."""
    return Said(key, facts)


def as_written(fr, en=None) -> Written:
    """Words of the workbook; the other language's when one is missing."""
    fr, en = (text if isinstance(text, str) and text else None for text in (fr, en))
    return Written(fr or en or "", en or fr or "")


@dataclass(frozen=True, slots=True)
class Amount:
    """Money from `low` to `high`, told as one figure when they are equal."""

    low: float
    high: float
    currency: str

    def text(self, lang: str) -> str:
        low, high = money(self.low, lang, self.currency), money(self.high, lang, self.currency)
        return high if self.low == self.high else word("review.from_to", lang, low=low, high=high)
