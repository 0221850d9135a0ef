"""Indicator cards: what is measured, from where to where, by whom, and what a card still lacks."""

from __future__ import annotations

import re

import pandas as pd

from planlib.facts import Facts, said_in, titles
from planlib.plan.standing import visible
from planlib.words import LANGS

# What a card must say, in the order in which it is asked.
OWED = ("unit", "baseline", "target", "target_date", "collector", "next_due")
_A = r"(?:(?:chaque|par|tous les|toutes les|une fois par|1 fois par|every|each|per|a|once a|once per) )?"
# How people write how often an indicator is measured, in either language.
OFTEN = {
    often: re.compile(words, re.I)
    for often, words in {
        "week": rf"{_A}(?:semaines?|weeks?)|hebdomadaire|weekly",
        "month": rf"{_A}(?:mois|months?)|mensuel(?:le)?|monthly",
        "quarter": rf"{_A}(?:trimestres?|quarters?)|trimestriel(?:le)?|quarterly",
        "half_year": rf"(?:deux|2) fois (?:par an(?:née)?|l['’]an)|(?:twice|2 times) (?:a|per) year|{_A}semestres?"
        r"|semestriel(?:le)?|(?:aux|tous les) (?:six|6) mois|every (?:six|6) months|half-?yearly",
        "year": rf"{_A}(?:ans?|ann[ée]es?|years?)|annuel(?:le)?|yearly|annual(?:ly)?",
        "two_years": r"(?:(?:aux|tous les|every) )?(?:deux|2|two) (?:ans|years)|bisannuel(?:le)?|biennial",
    }.items()
}


def indicator_cards(facts: Facts, edition: str = "internal") -> pd.DataFrame:
    """One card per indicator of the current plans, indexed by indicator_id.

    The indicator's own columns, titles and units in both languages, `last` and `last_on` (the last measure by the
    day of the facts), `late` (next due before that day; blank without a day or a due date), `missing` (what the card
    lacks, of OWED, as a tuple), `often` (its frequency as a key of OFTEN; blank when it is written otherwise).
    """
    cards = visible(facts.indicators, "indicator", edition)
    ended = facts.actions.index.difference(facts.current)
    found = cards[~cards["action_id"].isin(ended)].copy()
    for lang in LANGS:
        found[f"title_{lang}"] = titles(found, lang)
        found[f"unit_{lang}"] = said_in(lang, found, "unit")
    measures = visible(facts.measures, "measure", edition).reset_index()
    measures = measures[measures["actual"].notna()]
    if facts.as_of is not None:
        measures = measures[measures["measured_on"] <= str(pd.Timestamp(facts.as_of).date())]
    last = measures.sort_values("measured_on").groupby("indicator_id").last().reindex(found.index)
    found["last"] = last["actual"]
    found["last_on"] = pd.to_datetime(last["measured_on"])
    late = pd.Series(pd.NA, index=found.index, dtype="boolean")
    if facts.as_of is not None:
        due = found["next_due"].notna()
        late = late.mask(due, found["next_due"] < pd.Timestamp(facts.as_of))
    found["late"] = late
    found["missing"] = [
        tuple(name for name in OWED if pd.isna(row[name])) for row in found[list(OWED)].to_dict("records")
    ]
    found["often"] = [_often(text) for text in found["frequency"]]
    return found


def _often(text) -> str | None:
    """`trimestre` and `Quarterly` are both `quarter`."""
    if not isinstance(text, str):
        return None
    return next((often for often, words in OFTEN.items() if words.fullmatch(text.strip())), None)
