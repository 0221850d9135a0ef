"""Changes put into the facts, without touching the workbook, and said in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib import decide
from planlib.facts import Facts, fiscal_year
from planlib.scenario.changes import EVERYTHING, KINDS_OF, Change
from planlib.schedule import Money, Reason
from planlib.schema import KINDS

MONEY = "units of `currency`"
FORCED_IN, FORCED_OUT = "in", "out"


@dataclass(frozen=True, slots=True)
class Applied:
    """Facts under a scenario, the actions it forces in or out, and each change as a sentence."""

    facts: Facts
    forced: dict[str, str]
    said: tuple[Reason, ...]


def applied(facts: Facts, changes: tuple[Change, ...], start: date) -> Applied:
    """The facts with the changes made one after the other.

    A criterion's points count for nothing beside the weights that judges gave; when they are changed, the group's
    weights become points out of 100 first, and the judges' own are left out. When every day of everyone is
    changed by a share, so is the default that stands for a capacity not known.
    """
    forced: dict[str, str] = {}
    said: list[Reason] = []
    for change in changes:
        if change.kind == "action" and change.value in (FORCED_IN, FORCED_OUT) and not change.column:
            forced[change.keys[0]] = change.value
            said.append(Reason(f"scenario.forced_{change.value}", {"action": change.keys[0]}))
            continue
        facts, sentence = _made(facts, change, start)
        said.append(sentence)
    return Applied(facts, forced, tuple(said))


def _made(facts: Facts, change: Change, start: date) -> tuple[Facts, Reason]:
    if change.kind == "source" and not change.column:
        return _source(facts, change)
    if change.kind == "criterion" and change.column == "points":
        facts = _stated_points(facts)
    if change.kind == "client":
        return _setting(facts, change)
    name = KINDS_OF[change.kind]
    table = getattr(facts, name).copy()
    keys = list(change.keys)
    before = table.loc[keys, change.column]
    after = before * change.share if change.share is not None else pd.Series(change.value, index=before.index)
    everything = change.path in EVERYTHING
    if everything and change.share is None:
        after, share = _shared_out(before, change.value, facts, start)
    else:
        share = change.share
    table[change.column] = table[change.column].astype("object")
    table.loc[keys, change.column] = after.astype("object")
    table[change.column] = table[change.column].astype(before.dtype)
    replaced = {name: table}
    if change.path == "capacity":
        settings = facts.settings.copy()
        settings["default_capacity_days"] *= share
        replaced["settings"] = settings
    return facts.replacing(**replaced), _sentence(facts, change, before, table.loc[keys, change.column])


def _shared_out(before: pd.Series, total: float, facts: Facts, start: date) -> tuple[pd.Series, float]:
    """The figures brought to a total over the plan's own years, each in proportion; and the share that is."""
    periods = before.index.get_level_values(-1)
    years = pd.Series([int(str(period)[:4]) for period in periods], index=before.index)
    first = fiscal_year(start, facts.settings["fiscal_start"])
    inside = years.between(first, first + int(facts.settings["plan_years"]) - 1)
    now = before[inside].sum() if inside.any() else before.sum()
    share = total / now if now else 0.0
    return before * share, share


def _stated_points(facts: Facts) -> Facts:
    """The group's weights as points out of 100 stated in the workbook."""
    shares, _ = decide.weights(facts)
    criteria = facts.criteria.copy()
    criteria.loc[shares.index, "points"] = (100 * shares).round(6)
    return facts.replacing(criteria=criteria, weights=facts.weights.iloc[:0])


def _source(facts: Facts, change: Change) -> tuple[Facts, Reason]:
    """A source that is lost pays for nothing; one that is sure counts as confirmed."""
    source = change.keys[0]
    if change.value == FORCED_IN:
        sources = facts.sources.copy()
        sources.loc[source, "status"] = "confirmed"
        return facts.replacing(sources=sources), Reason("scenario.source_in", {"source": source})
    budgets = facts.budgets.copy()
    budgets.loc[budgets.index.get_level_values("source_id") == source, "amount"] = 0.0
    return facts.replacing(budgets=budgets), Reason("scenario.source_out", {"source": source})


def _setting(facts: Facts, change: Change) -> tuple[Facts, Reason]:
    settings = facts.settings.copy()
    before = settings[change.column]
    settings[change.column] = change.value if change.share is None else before * change.share
    one = pd.Series([before]), pd.Series([settings[change.column]])
    return facts.replacing(settings=settings), _sentence(facts, change, *one)


def _sentence(facts: Facts, change: Change, before: pd.Series, after: pd.Series) -> Reason:
    """What changes, from what to what; money and days of several rows are added."""
    spec = KINDS[change.kind].columns[change.column]
    adds_up = spec.unit == MONEY or spec.unit.startswith("days")

    def told(values: pd.Series):
        known = values.dropna()
        if known.empty:
            return Reason("scenario.not_known")
        if len(values) > 1 and not adds_up:
            return Reason("scenario.several", {"n": len(values)})
        if spec.kind in ("number", "whole"):
            total = round(float(known.sum()), 2)
            return Money(total, facts.settings["currency"]) if spec.unit == MONEY else total
        return known.iloc[0].date() if spec.kind == "date" else str(known.iloc[0])

    told_of = {"before": told(before), "after": told(after)}
    if change.path in EVERYTHING:
        return Reason(f"scenario.all_{change.path}", told_of)
    if change.kind == "budget":
        sources = sorted({key[0] for key in change.keys})
        return Reason("scenario.budget", {"source": sources[0], **told_of})
    if change.kind == "criterion" and change.column == "points":
        return Reason("scenario.points", {"axis": change.keys[0], **told_of})
    return Reason("scenario.set", {"path": change.path, **told_of})
