"""Money already spent or committed in the years of a plan: gone from the budgets, and from what actions still cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from planlib.facts import Facts, fiscal_year
from planlib.schedule.freeze import BEGUN
from planlib.schedule.reasons import Money, Reason
from planlib.schedule.weeks import monday_of
from planlib.words import year_name

COLUMNS = ["source_id", "fiscal_year", "amount"]
ONCE_BEGUN = BEGUN | {"done"}


@dataclass(frozen=True, slots=True)
class Settled:
    """`spent`: source_id, fiscal_year, amount. `bills`: what actions still cost. `said`: pairs (action, Reason)."""

    spent: pd.DataFrame
    bills: pd.DataFrame | None
    said: list[tuple[str | None, Reason]] = field(default_factory=list)


def settle(
    facts: Facts, bills: pd.DataFrame | None, finished: pd.DataFrame | None, budget: pd.DataFrame | None, week_0: date
) -> Settled:
    """What the budgets of a plan from `week_0` have already paid, and the bills that remain.

    An action has spent what the workbook records. Where less is recorded than the stored plan had it pay before
    week 0, an action under way has spent what was planned; one that is done, only if nothing is recorded.

    Parameters
    ----------
    bills : DataFrame
        action_id, source_id, offset_weeks, amount of the actions to plan.
    finished : DataFrame
        The same of actions done, which the plan leaves outside.
    budget : DataFrame
        source_id, fiscal_year, amount, currency of the years of the plan.
    """
    if budget is None or bills is None:
        return Settled(pd.DataFrame(columns=COLUMNS), bills)
    bills = bills.reset_index(drop=True)
    start = facts.settings["fiscal_start"]
    first = fiscal_year(week_0 + timedelta(days=3), start)
    said: list[tuple[str | None, Reason]] = []
    recorded = _recorded(facts, budget, first, week_0, said)
    dated = _dated(facts, pd.concat([bills, finished], ignore_index=True), week_0)
    planned: dict[tuple[str, str, int], float] = {}
    for row in dated[(dated["week"] < 0) & (dated["fiscal_year"] >= first)].itertuples():
        key = (row.action_id, row.source_id, int(row.fiscal_year))
        planned[key] = planned.get(key, 0.0) + row.amount
    counted = dict(recorded)
    done = set(facts.status.index[facts.status == "done"])
    for key, amount in sorted(planned.items()):
        known = recorded.get(key, 0.0)
        if amount > known and not (known and key[0] in done):
            counted[key] = amount
            facts_of = {"action": key[0], "source": key[1], "year": year_name(key[2], start)}
            said.append((key[0], Reason("assume.spent_planned", {**facts_of, "amount": _money(amount, budget)})))
    sums: dict[tuple[str, int], float] = {}
    for (_, source, year), amount in sorted(counted.items(), key=str):
        sums[source, year] = sums.get((source, year), 0.0) + amount
    for (source, year), amount in sorted(sums.items()):
        where = {"source": source, "year": year_name(year, start)}
        said.append((None, Reason("assume.spent", {**where, "amount": _money(amount, budget)})))
    rows = [(source, year, round(amount, 2)) for (source, year), amount in sorted(sums.items())]
    return Settled(pd.DataFrame(rows, columns=COLUMNS), _left(bills, dated, counted, first), said)


def _recorded(facts: Facts, budget: pd.DataFrame, first: int, week_0: date, said: list) -> dict:
    """Amounts by (action, source, fiscal year) that the workbook records up to the day it is read for."""
    start, until = facts.settings["fiscal_start"], max(week_0, facts.today or facts.as_of or week_0)
    table = facts.spending.reset_index().sort_values("spending_id")
    years = set(budget["fiscal_year"].astype(int))
    known = set(budget["source_id"])
    own = facts.settings["currency"]
    out: dict[tuple[str | None, str, int], float] = {}
    for row in table.itertuples():
        paid = None if pd.isna(row.paid) else row.paid.date()
        year = row.fiscal_year if not pd.isna(row.fiscal_year) else None if paid is None else fiscal_year(paid, start)
        if (paid is not None and paid > until) or (year is not None and (year < first or year > max(years))):
            continue
        currency = own if pd.isna(row.currency) else row.currency
        if pd.isna(row.amount) or year is None or row.source_id not in known or currency != budget["currency"].iloc[0]:
            found = Reason("assume.spent_aside", {"spending": row.spending_id})
            said.append((None if pd.isna(row.action_id) else row.action_id, found))
            continue
        key = (None if pd.isna(row.action_id) else row.action_id, row.source_id, int(year))
        out[key] = out.get(key, 0.0) + float(row.amount)
    return out


def _dated(facts: Facts, bills: pd.DataFrame, week_0: date) -> pd.DataFrame:
    """Bills of actions that have begun by the stored plan: week from week 0 and fiscal year."""
    plan = facts.schedule
    plan = plan[plan["chosen"].fillna(False).astype(bool) & plan["start"].notna()]
    begun = [
        (action, monday_of(day.date()))
        for action, day in plan["start"].items()
        if day.date() < week_0 and _has_begun(facts.status.get(action))
    ]
    starts = pd.DataFrame(begun, columns=["action_id", "begun"])
    out = bills.reset_index().merge(starts, on="action_id", how="inner")
    out["week"] = [(day - week_0).days // 7 + int(n) for day, n in zip(out["begun"], out["offset_weeks"], strict=True)]
    thursdays = [week_0 + timedelta(weeks=int(week), days=3) for week in out["week"]]
    out["fiscal_year"] = [fiscal_year(day, facts.settings["fiscal_start"]) for day in thursdays]
    return out


def _has_begun(status) -> bool:
    return status is None or pd.isna(status) or status in ONCE_BEGUN


def _left(bills: pd.DataFrame, dated: pd.DataFrame, counted: dict, first: int) -> pd.DataFrame:
    """The bills less what is spent: those of the plan's years first, in order of their dates."""
    out = bills.copy()
    out["amount"] = out["amount"].astype("float64")
    earlier = set(dated.loc[dated["fiscal_year"] < first, "index"])
    spent: dict[tuple[str, str], float] = {}
    for (action, source, _), amount in counted.items():
        spent[action, source] = spent.get((action, source), 0.0) + amount
    rows = [(at in earlier, row.offset_weeks, at, row) for at, row in zip(out.index, out.itertuples(), strict=True)]
    for _, _, at, row in sorted(rows, key=lambda one: one[:3]):
        paid = min(row.amount, spent.get((row.action_id, row.source_id), 0.0))
        if paid:
            spent[row.action_id, row.source_id] -= paid
            out.loc[at, "amount"] = round(row.amount - paid, 2)
    return out


def _money(amount: float, budget: pd.DataFrame) -> Money:
    return Money(round(float(amount), 2), str(budget["currency"].iloc[0]))
