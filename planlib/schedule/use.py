"""What a plan uses of people and money, from its dates: for a stored plan, whose solution is no longer at hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from planlib.facts import Facts, fiscal_start
from planlib.schedule import stored
from planlib.schedule.inputs import inputs
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Reason
from planlib.schedule.weeks import as_day, monday_of

COLUMNS = ["role_id", "source_id", "period", "used", "capacity"]
# Limits that a plan already made is not asked again: what was chosen at these dates is a fact.
SETTLED = ["status", "mandatory", "earliest_start", "deadline", "group", "group_rule"]


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored plan: `start`, its first Monday; `use`, as that of a Schedule; `assumed`, pairs (action_id or
    None, Reason) of what was assumed of its actions and of the whole."""

    start: date
    use: pd.DataFrame
    assumed: tuple[tuple[str | None, Reason], ...]


def of_stored(facts: Facts) -> Stored | None:
    """What the stored plan uses, with today's figures; None when no plan is stored or it keeps no action.

    Actions done since count too: the plan asked for their days and money.
    """
    plan = facts.schedule
    chosen = plan[plan["chosen"].fillna(False).astype(bool) & plan["start"].notna() & plan["finish"].notna()]
    chosen = chosen[chosen.index.isin(facts.actions.index)]
    if chosen.empty:
        return None
    actions = facts.actions.loc[chosen.index].copy()
    actions[SETTLED] = None
    bare = facts.replacing(
        actions=actions,
        **{name: getattr(facts, name).iloc[:0] for name in ("updates", "gates", "plans", "precedence")},
    )
    start = chosen["start"].min().date()
    stated = inputs(bare, pd.Series(dtype="float64"), start)
    of_actions = [(action, reason) for action in plan.index for reason in stored.unpack_all(plan["assumed"][action])]
    general = [(None, reason) for action, reason in stated.assumed if action is None]
    return Stored(start, use(stated.problem, chosen), (*of_actions, *general))


def use(problem: Problem, actions: pd.DataFrame) -> pd.DataFrame:
    """Days by role and month, money by source and fiscal year, that a plan uses and that there are.

    Parameters
    ----------
    problem : Problem
    actions : DataFrame indexed by action_id
        chosen, mode, start, finish as in a Schedule; a mode that the problem does not have counts as the first.

    Returns
    -------
    DataFrame
        role_id or source_id (the other is None), period (a month YYYY-MM, a fiscal year YYYY), used, capacity. A week
        belongs to the month and the year of its Thursday; weeks without work hold no days. Nothing is refused: a
        plan beyond its limits shows as used above capacity.
    """
    calendar = problem.calendar
    months = np.array(calendar.months())
    days: dict[tuple[str, str], float] = {}
    money = {(row.source_id, int(row.fiscal_year)): float(row.amount) for row in problem.spent.itertuples()}
    for action, row in actions[actions["chosen"].fillna(False).astype(bool)].iterrows():
        modes = problem.modes.loc[problem.modes["action_id"] == action, "mode"].tolist()
        if not modes:
            continue
        mode = row["mode"] if row["mode"] in modes else modes[0]
        first = (monday_of(as_day(row["start"])) - calendar.week_0).days // 7
        last = (as_day(row["finish"]) - calendar.week_0).days // 7
        weeks = months[(calendar.weeks >= first) & (calendar.weeks <= last)]
        for work in _of(problem.effort, action, mode).itertuples():
            for month in weeks:
                days[work.role_id, month] = days.get((work.role_id, month), 0.0) + work.days_per_week
        for bill in _of(problem.cost, action, mode).itertuples():
            year = int(calendar.fiscal_years(np.array([first + int(bill.offset_weeks)]))[0])
            money[bill.source_id, year] = money.get((bill.source_id, year), 0.0) + bill.amount
    rows = [(role, None, month, days.get((role, month), 0.0), had) for (role, month), had in _days(problem).items()]
    there = _money(problem)
    rows += [
        (None, source, str(year), money.get((source, year), 0.0), there.get((source, year), 0.0))
        for source, year in sorted({*money, *there})
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"used": "float64", "capacity": "float64"})


def of_year(used: pd.DataFrame, year: int, start: str = "01-01") -> pd.DataFrame:
    """The rows of `use` that fall in a fiscal year: its twelve months, and its money."""
    first = pd.Timestamp(fiscal_start(year, start)).to_period("M")
    months = {str(first + n) for n in range(12)}
    keep = (used["role_id"].notna() & used["period"].isin(months)) | (used["period"] == str(year))
    return used[keep].reset_index(drop=True)


def _of(table: pd.DataFrame, action: str, mode: str) -> pd.DataFrame:
    return table[(table["action_id"] == action) & (table["mode"] == mode)]


def _days(problem: Problem) -> dict[tuple[str, str], float]:
    """Days there are of each role in each month of working weeks."""
    if problem.capacity is None:
        return {}
    by_week = dict(zip(problem.calendar.weeks.tolist(), problem.calendar.months(), strict=True))
    table = problem.capacity[problem.capacity["week"].isin(list(by_week))]
    sums = table["days"].groupby([table["role_id"], table["week"].map(by_week)]).sum()
    months = sorted(set(by_week.values()))
    roles = sorted(problem.capacity["role_id"].unique(), key=str)
    return {(role, month): float(sums.get((role, month), 0.0)) for role in roles for month in months}


def _money(problem: Problem) -> dict[tuple[str, int], float]:
    """Money there is of each source in each year; a source whose money the plan may not count on has none."""
    if problem.budget is None:
        return {}
    statuses = problem.limits.source_statuses
    return {
        (row.source_id, int(row.fiscal_year)): float(row.amount)
        if statuses is None or row.status is None or row.status in statuses
        else 0.0
        for row in problem.budget.itertuples()
    }
