"""Sentences that travel as facts: a key of the wording and what fills it, rendered in either language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planlib.words import money, word

NAMED = ("action", "other", "role", "source", "owner", "axis", "group")  # facts that are ids a client has names for


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in its currency, written as the language writes it."""

    amount: float
    currency: str = "CAD"

    def text(self, lang: str, names: Mapping[str, str] | None = None) -> str:
        return money(round(self.amount, 2), lang, self.currency)


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence. `.text(lang)` renders it; `names` gives the title to show instead of an id."""

    key: str
    facts: dict = field(default_factory=dict, hash=False)

    def text(self, lang: str, names: Mapping[str, str] | None = None) -> str:
        names = names or {}
        return word(self.key, lang, **{name: _fact(name, fact, lang, names) for name, fact in self.facts.items()})

    def __str__(self) -> str:
        return self.text("en")


def either(parts: list[Reason]) -> Reason:
    """Several reasons as alternatives: a, or b."""
    return parts[0] if len(parts) == 1 else Reason("schedule.either", {"first": parts[0], "second": either(parts[1:])})


def all_of(parts: list[Reason]) -> Reason:
    """Several reasons together: a and b."""
    return parts[0] if len(parts) == 1 else Reason("schedule.both", {"first": parts[0], "second": all_of(parts[1:])})


def _fact(name: str, fact, lang: str, names: Mapping[str, str]):
    if isinstance(fact, Reason | Money):
        return fact.text(lang, names)
    if isinstance(fact, list | tuple):
        return [_fact(name.removesuffix("s"), part, lang, names) for part in fact]
    return names.get(fact, fact) if name in NAMED else fact
