"""The facts of a schedule, checked once: actions, modes, people, money, order and limits."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from planlib.schedule import checks
from planlib.schedule.inside import Inside, compiled
from planlib.schedule.reasons import Money, Reason
from planlib.schedule.weeks import MOST_WEEKS, NO_DATE, Calendar, Limits, as_day, monday_of
from planlib.words import year_name


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything a schedule must respect. Tables are copied, checked and sorted; row order never matters.

    A table or column left out means no such limit. A figure left blank is an error: give a default before, and
    list it. What is assumed here is in `assumed`.

    Parameters
    ----------
    actions : DataFrame, one row per action
        Indexed by action_id (or with that column): value (any scale, 0 or more; left out, 1), axis_id, mandatory,
        earliest_start, deadline (dates), owner, first_step_of (the action it opens: done before it, and begun in
        the first 52 weeks), group, group_rule ("one_of": at most one; "all_or_none"), horizon ("short", "medium",
        "long": short ones and first steps start as early as they can).
    modes : DataFrame
        action_id, mode (left out, "full"), duration_weeks (whole, 1 or more), value_share in [0, 1] (left out, 1).
    effort : DataFrame
        action_id, mode (blank: every mode), role_id, days_per_week.
    cost : DataFrame
        action_id, mode (blank: every mode), source_id, offset_weeks (from the start, whole, left out 0), amount,
        currency (one for all; left out, CAD).
    capacity : DataFrame
        role_id, week (calendar weeks from week 0), days. A week without a row has no days of that role.
    budget : DataFrame
        source_id, fiscal_year (named by the year it starts in), amount, axes (those it may pay for: a list, or ids
        separated by spaces; blank means all), status.
    precedence : DataFrame
        before, after, lag_weeks (calendar weeks from finish to start, left out 0, may be negative). An action is
        chosen only with those it comes after.
    limits : Limits
    spent : DataFrame
        source_id, fiscal_year, amount: money already spent or committed outside the bills of `cost`; it is gone from
        the budget, and counts as used.

    Raises
    ------
    PlanError
        A missing column, a key twice, a blank, negative or wrong figure, an unknown action, mode, role or source, a
        deadline before the earliest start, groups that contradict, a cycle in precedence (named in full), a source
        with budgets of other years only, a mandatory action that cannot fit even alone.
    """

    actions: pd.DataFrame
    modes: pd.DataFrame
    effort: pd.DataFrame | None = None
    cost: pd.DataFrame | None = None
    capacity: pd.DataFrame | None = None
    budget: pd.DataFrame | None = None
    precedence: pd.DataFrame | None = None
    limits: Limits | None = None
    spent: pd.DataFrame | None = None
    currency: str = field(init=False, default="CAD")
    calendar: Calendar = field(init=False, repr=False)
    inside: Inside = field(init=False, repr=False)
    assumed: tuple[Reason, ...] = field(init=False, default=())

    def __post_init__(self):
        def put(**values):
            for name, value in values.items():
                object.__setattr__(self, name, value)

        names = ("actions", "modes", "effort", "cost", "capacity", "budget", "precedence", "spent")
        checks.tables(**{name: getattr(self, name) for name in names})
        limits = checks.limits(self.limits)
        actions = checks.actions(self.actions)
        modes = checks.modes(self.modes, actions)
        put(
            limits=limits,
            actions=actions,
            modes=modes,
            effort=checks.effort(self.effort, modes),
            cost=checks.cost(self.cost, modes),
            capacity=checks.capacity(self.capacity),
            budget=checks.budget(self.budget),
            precedence=checks.precedence(self.precedence, actions),
            spent=checks.spent(self.spent, self.budget),
        )
        put(currency=checks.one_currency(self.cost, self.budget))
        checks.known("role", self.effort, self.capacity)
        checks.known("source", self.cost, self.budget)
        checks.no_cycle(actions, self.precedence)
        assumed: list[Reason] = []
        week_0 = self._week_0(assumed)
        horizon = self._horizon(week_0, assumed)
        blackout = checks.weeks_of(limits.blackout_weeks, week_0)
        put(calendar=Calendar.of(week_0, horizon, blackout, limits.fiscal_start))
        if not len(self.calendar):
            raise checks.PlanError("schedule.no_week", n=horizon)
        checks.years(self.budget, self.calendar)
        self._list_assumed(assumed)
        put(assumed=tuple(assumed), inside=compiled(self))
        checks.mandatory_fit(self)

    def places_of_owner(self) -> dict[str, int]:
        """Places at once for each owner that has such a limit."""
        per_owner = self.limits.per_owner
        owners = {owner for owner in self.actions["owner"] if owner is not None}
        if per_owner is None:
            return {}
        if isinstance(per_owner, Mapping):
            return {owner: per_owner[owner] for owner in owners if owner in per_owner}
        return dict.fromkeys(owners, per_owner)

    def seen(self, inside: Inside) -> Problem:
        """This problem with another inside: what `replan` solves. The tables stay as given."""
        other = copy(self)
        object.__setattr__(other, "inside", inside)
        return other

    def money(self, amount: float) -> Money:
        return Money(float(amount), self.currency)

    def _first_days(self) -> list[date]:
        days = [day for column in ("earliest_start", "deadline") for day in self.actions[column] if day is not None]
        if self.budget is not None and len(self.budget):
            days.append(as_day(f"{int(self.budget['fiscal_year'].min())}-{self.limits.fiscal_start}"))
        return days

    def _week_0(self, assumed: list[Reason]) -> date:
        if self.limits.week_0 is not None:
            return self.limits.week_0
        week_0 = monday_of(min(self._first_days(), default=NO_DATE))
        assumed.append(Reason("schedule.assumed_week_0", {"day": week_0}))
        return week_0

    def _horizon(self, week_0: date, assumed: list[Reason]) -> int:
        """As given; else the last week of capacity; else the end of the last budget; else room for everything."""
        if self.limits.horizon_weeks is not None:
            return int(self.limits.horizon_weeks)
        if self.capacity is not None and len(self.capacity):
            weeks = int(self.capacity["week"].max()) + 1
        elif self.budget is not None and len(self.budget):
            end = as_day(f"{int(self.budget['fiscal_year'].max()) + 1}-{self.limits.fiscal_start}")
            weeks = max(1, (end - week_0).days // 7)
        else:
            starts = [(day - week_0).days // 7 + 1 for day in self.actions["earliest_start"] if day is not None]
            lags = self.precedence["lag_weeks"].clip(lower=0).sum()
            longest = self.modes.groupby("action_id")["duration_weeks"].max().sum()
            pauses = len(checks.weeks_of(self.limits.blackout_weeks, week_0))
            weeks = min(MOST_WEEKS, int(max([0, *starts]) + lags + longest + pauses))
        assumed.append(Reason("schedule.assumed_horizon", {"n": weeks}))
        return weeks

    def _list_assumed(self, assumed: list[Reason]) -> None:
        if isinstance(self.limits.per_owner, Mapping):
            for owner in sorted(set(self.limits.per_owner) - set(self.actions["owner"].dropna()), key=str):
                n = int(self.limits.per_owner[owner])
                assumed.append(Reason("schedule.assumed_no_owner", {"owner": str(owner), "n": n}))
        last = int(self.calendar.weeks[-1])
        if self.capacity is not None:
            ends = self.capacity.groupby("role_id")["week"].max()
            for role, week in ends[ends < last].items():
                assumed.append(
                    Reason("schedule.assumed_capacity", {"role": role, "day": self.calendar.week_0 + _weeks(week + 1)})
                )
        if self.budget is not None:
            years = set(self.calendar.fiscal_years(self.calendar.weeks).tolist())
            for source, rows in self.budget.groupby("source_id"):
                spends = (self.cost["source_id"] == source).any()
                known = set(rows["fiscal_year"])
                for year in sorted(years - known if spends else ()):
                    name = year_name(year, self.limits.fiscal_start)
                    assumed.append(Reason("schedule.assumed_no_budget", {"source": source, "year": name}))
                for year in sorted(known - years):
                    name = year_name(year, self.limits.fiscal_start)
                    assumed.append(Reason("schedule.assumed_unused", {"source": source, "year": name}))
                statuses = self.limits.source_statuses
                for row in rows[rows["status"].isin(["requested", "to_find"])].itertuples():
                    facts = {
                        "source": source,
                        "year": year_name(int(row.fiscal_year), self.limits.fiscal_start),
                        "amount": self.money(row.amount),
                    }
                    counted = statuses is None or row.status in statuses
                    assumed.append(Reason(f"schedule.assumed_{'counted' if counted else 'not_counted'}", facts))


def _weeks(n: int):
    return pd.Timedelta(weeks=int(n)).to_pytimedelta()
