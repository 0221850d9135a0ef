"""Changes put into the facts, without touching the workbook, and said in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from planlib import decide
from planlib.facts import Facts, fiscal_year
from planlib.scenario.changes import EVERYTHING, KINDS_OF, Change
from planlib.scenario.vacant import vacant
from planlib.schedule import Money, Reason
from planlib.schema import KINDS, PlanError

MONEY = "units of `currency`"
FORCED_IN, FORCED_OUT = "in", "out"


@dataclass(frozen=True, slots=True)
class Applied:
    """Facts under a scenario, the actions it forces in or out, and each change as a sentence."""

    facts: Facts
    forced: dict[str, str]
    said: tuple[Reason, ...]


def applied(facts: Facts, changes: tuple[Change, ...], start: date, since: date | None = None) -> Applied:
    """The facts with the changes made one after the other.

    A criterion's points count for nothing beside the weights that judges gave; when they are changed, the group's
    weights become points out of 100 first, and the judges' own are left out. When every day of everyone is
    changed by a share, so is the default that stands for a capacity not known. `start` is the plan's first day; a
    source lost keeps what it gave in the years that ended before `since`.
    """
    forced: dict[str, str] = {}
    said: list[Reason] = []
    for change in changes:
        if change.kind == "context":
            said.append(Reason("scenario.context", {"text": change.given}))
            continue
        if change.kind in ("action", "axis") and not change.column:
            named, value = change.keys[0], change.value
            of_axis = facts.actions.index[facts.actions["axis_id"] == named] if change.kind == "axis" else [named]
            forced |= dict.fromkeys(of_axis, value)
            key = f"scenario.forced_{value}" if change.kind == "action" else f"scenario.axis_{value}"
            said.append(Reason(key, {change.kind: named, "n": len(of_axis)}))
            continue
        facts, sentence = _made(facts, change, start, since)
        said.append(sentence)
    return Applied(facts, forced, tuple(said))


def _made(facts: Facts, change: Change, start: date, since: date | None) -> tuple[Facts, Reason]:
    if change.kind == "source" and not change.column:
        return _source(facts, change, since)
    if change.kind == "post" and change.column in ("", "vacant"):
        return vacant(facts, change, start)
    if change.column == "delay_weeks":
        return _delayed(facts, change, start)
    if change.kind == "criterion" and change.column == "points":
        facts = _stated_points(facts)
    if change.kind == "client":
        return _setting(facts, change)
    name = KINDS_OF[change.kind]
    table = getattr(facts, name).copy()
    keys = list(change.keys)
    before = table.loc[keys, change.column]
    everything = change.path in EVERYTHING
    share = change.share
    if share is not None:
        after = before * share
    elif change.added is not None:
        after, share = _shared_out(before, change.added, facts, start, add=True)
    elif everything:
        after, share = _shared_out(before, change.value, facts, start)
    else:
        after = pd.Series(change.value, index=before.index)
    table[change.column] = table[change.column].astype("object")
    table.loc[keys, change.column] = after.astype("object")
    table[change.column] = table[change.column].astype(before.dtype)
    replaced = {name: table}
    if change.path == "capacity":
        settings = facts.settings.copy()
        settings["default_capacity_days"] *= share
        replaced["settings"] = settings
    return facts.replacing(**replaced), _sentence(facts, change, before, table.loc[keys, change.column])


def _shared_out(
    before: pd.Series, total: float, facts: Facts, start: date, add: bool = False
) -> tuple[pd.Series, float]:
    """The figures brought to a total over the plan's own years, each in proportion, and the share that is; `add`:
    the total is what is added, and other years stay as they are."""
    if len(before) == 1:
        return (before + total if add else pd.Series(total, index=before.index)), 1.0
    periods = before.index.get_level_values(-1)
    years = pd.Series(pd.to_numeric(pd.Series(periods).astype(str).str[:4], errors="coerce").to_numpy(), before.index)
    first = fiscal_year(start, facts.settings["fiscal_start"])
    inside = years.between(first, first + int(facts.settings["plan_years"]) - 1)
    inside = inside if inside.any() else pd.Series(True, index=before.index)
    now = before[inside].sum()
    share = (now + total if add else total) / now if now else 0.0
    if add and share < 0:
        raise PlanError("scenario.below_zero", path=str(before.name), found=f"{total:g}")
    return before.where(~inside, before * share) if add else before * share, share


def _stated_points(facts: Facts) -> Facts:
    """The group's weights as points out of 100 stated in the workbook."""
    shares, _ = decide.weights(facts)
    criteria = facts.criteria.copy()
    criteria.loc[shares.index, "points"] = (100 * shares).round(6)
    return facts.replacing(criteria=criteria, weights=facts.weights.iloc[:0])


def _source(facts: Facts, change: Change, since: date | None) -> tuple[Facts, Reason]:
    """A source that is lost pays for nothing; one that is sure counts as confirmed."""
    source = change.keys[0]
    if change.value == FORCED_IN:
        sources = facts.sources.copy()
        sources.loc[source, "status"] = "confirmed"
        return facts.replacing(sources=sources), Reason("scenario.source_in", {"source": source})
    budgets = facts.budgets.copy()
    years = budgets.index.get_level_values("fiscal_year")
    first = -1 if since is None else fiscal_year(since, facts.settings["fiscal_start"])
    budgets.loc[(budgets.index.get_level_values("source_id") == source) & (years >= first), "amount"] = 0.0
    return facts.replacing(budgets=budgets), Reason("scenario.source_out", {"source": source})


def _delayed(facts: Facts, change: Change, start: date) -> tuple[Facts, Reason]:
    """An action that cannot start before so many weeks after its planned day; a deadline it then misses is put off
    by as many."""
    actions, action = facts.actions.copy(), change.keys[0]
    weeks = timedelta(weeks=int(change.value))
    planned = facts.schedule["start"].reindex([action]).iloc[0]
    first = next(day for day in (planned, actions.loc[action, "earliest_start"], pd.Timestamp(start)) if pd.notna(day))
    actions.loc[action, "earliest_start"] = first + weeks
    told = {"action": action, "n": int(change.value), "day": (first + weeks).date()}
    deadline = actions.loc[action, "deadline"]
    if pd.isna(deadline) or deadline >= first + weeks:
        return facts.replacing(actions=actions), Reason("scenario.delayed", told)
    actions.loc[action, "deadline"] = deadline + weeks
    told["until"] = (deadline + weeks).date()
    return facts.replacing(actions=actions), Reason("scenario.delayed_deadline", told)


def _setting(facts: Facts, change: Change) -> tuple[Facts, Reason]:
    settings = facts.settings.copy()
    before = settings[change.column]
    if change.share is not None:
        settings[change.column] = before * change.share
    else:
        settings[change.column] = change.value if change.added is None else before + change.added
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
