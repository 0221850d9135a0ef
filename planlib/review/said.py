"""A sentence that a room found: its key and its facts, told later in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field

from planlib.words import money, word


@dataclass(frozen=True, slots=True)
class Said:
    """`text(lang)` tells it. A fact may itself be one, and is then told in the same language."""

    key: str
    facts: dict = field(default_factory=dict)

    def text(self, lang: str) -> str:
        return word(self.key, lang, **self.facts)


def said(key: str, **facts) -> Said:
    """A sentence by its key and facts."""
    return Said(key, facts)


@dataclass(frozen=True, slots=True)
class Written:
    """Words that came from the workbook, as they were written in each language."""

    fr: str
    en: str

    def text(self, lang: str) -> str:
        return self.fr if lang == "fr" else self.en


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
