"""Sentences that travel as facts: a key of the wording and what fills it, told later in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planlib.words import money, word

NAMED = (
    "action",
    "other",
    "role",
    "source",
    "owner",
    "axis",
    "group",
    "criterion",
    "criteria",
)  # facts that are ids a client has names for


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence. A fact may itself be one, and is then told in the same language."""

    key: str
    facts: dict = field(default_factory=dict, hash=False)

    def text(self, lang: str, names: Mapping[str, str] | None = None) -> str:
        """The sentence in `lang`; `names` gives the title to show instead of an id."""
        names = names or {}
        return word(self.key, lang, **{name: _fact(name, fact, lang, names) for name, fact in self.facts.items()})

    def __str__(self) -> str:
        return self.text("en")


@dataclass(frozen=True, slots=True)
class Written:
    """Words that came from the workbook, as they were written in each language."""

    fr: str
    en: str

    def text(self, lang: str) -> str:
        return self.fr if lang == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in its currency, written as the language writes it."""

    amount: float
    currency: str = "CAD"

    def text(self, lang: str) -> str:
        return money(round(self.amount, 2), lang, self.currency)


def _fact(name: str, fact, lang: str, names: Mapping[str, str]):
    if isinstance(fact, Said):
        return fact.text(lang, names)
    if isinstance(fact, list | tuple):
        return [_fact(name.removesuffix("s"), part, lang, names) for part in fact]
    return names.get(fact, fact) if name in NAMED and isinstance(fact, str) else fact
