"""From a workbook's facts to a schedule problem: every figure it lacks is a stated default, and listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from planlib.facts import Facts, fiscal_start, fiscal_year, mondays_of
from planlib.schedule import checks
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Money, Reason
from planlib.schedule.spent import ONCE_BEGUN, settle
from planlib.schedule.weeks import Limits, monday_of
from planlib.schema import PlanError

# Value of an action that nobody has judged, from its stated priority.
PRIORITY_VALUE = {"essential": 1.0, "important": 0.6, "desirable": 0.3}
CLOSED = ("done", "dropped")
DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Inputs:
    """A problem, what was assumed to state it, and the actions that stay out of it with the reason."""

    problem: Problem | None
    assumed: tuple[tuple[str | None, Reason], ...] = ()
    outside: dict[str, Reason] = field(default_factory=dict)


def inputs(
    facts: Facts, scores: pd.Series, start: date, changes: dict | None = None, *, standing: bool = False
) -> Inputs:
    """The schedule problem of a workbook from the week of `start`.

    Parameters
    ----------
    facts : Facts
    scores : Series indexed by action_id
        Value of each action in [0, 1]; blank where nobody judged it.
    start : date
        Week 0 is its week. The plan runs to the end of `plan_years` fiscal years.
    changes : dict, optional
        action_id -> "in" (mandatory) or "out": what a scenario forces.
    standing : bool
        For `replan`: what the stored plan holds and is done keeps its place in it, and what has begun is not asked
        again whether it must and can be in.

    Returns
    -------
    Inputs
        `problem` is None when no action is left to plan.
    """
    return _Reader(facts, start, changes or {}, standing).read(scores)


class _Reader:
    """Reads the tables one after the other and keeps the list of what it had to assume."""

    def __init__(self, facts: Facts, start: date, changes: dict, standing: bool):
        self._facts = facts
        self._settings = facts.settings
        self._changes = changes
        self._begun = _begun(facts) if standing else set()
        self._assumed: list[tuple[str | None, Reason]] = []
        self._week_0 = monday_of(start)
        self._year_start = facts.settings["fiscal_start"]
        # The year of week 0 is the year of its Thursday, as the calendar of the schedule counts it.
        self._first_year = fiscal_year(self._week_0 + timedelta(days=3), self._year_start)
        self._last_year = self._first_year + int(facts.settings["plan_years"]) - 1
        end = fiscal_start(self._last_year + 1, self._year_start)
        self._weeks = max(1, (end - self._week_0).days // 7)

    def read(self, scores: pd.Series) -> Inputs:
        outside = self._outside()
        actions = self._facts.actions.drop(index=list(outside))
        if actions.empty:
            return Inputs(None, (), outside)
        budget = self._budget()
        weeks = self._durations(actions)
        settled = settle(
            self._facts, self._cost(actions, budget), self._cost_of_done(outside, budget), budget, self._week_0
        )
        self._assumed += settled.said
        effort = self._effort(actions, weeks)
        problem = Problem(
            actions=self._actions(actions, scores),
            modes=self._modes(weeks),
            effort=effort,
            cost=settled.bills,
            capacity=self._capacity(effort),
            budget=budget,
            precedence=self._precedence(actions),
            limits=self._limits(actions),
            spent=settled.spent,
        )
        return Inputs(problem, (*self._assumed, *((None, reason) for reason in problem.assumed)), outside)

    def _say(self, key: str, action: str | None = None, /, **facts) -> None:
        named = {"action": action} if action else {}
        self._assumed.append((action, Reason(f"assume.{key}", {**named, **facts})))

    def _outside(self) -> dict[str, Reason]:
        actions, gates = self._facts.actions, self._facts.gates
        failed = gates[gates["result"] == "fail"].reset_index().sort_values(["action_id", "gate_id"])
        titles = self._facts.criteria["title"]
        out = {
            row.action_id: Reason("assume.gate_failed", {"gate": titles.get(row.gate_id, row.gate_id)})
            for row in failed.itertuples()
            if row.action_id in actions.index
        }
        for action, status in self._facts.status.items():
            if status in CLOSED and action not in self._begun:
                out[action] = Reason(f"assume.already_{status}")
        for action in actions.index.difference(self._facts.current):
            out.setdefault(action, Reason("assume.plan_ended"))
        for action, change in self._changes.items():
            if action not in actions.index:
                raise PlanError("assume.unknown_action", action=action)
            if change == "out":
                out[action] = Reason("assume.forced_out")
        return out

    def _actions(self, actions: pd.DataFrame, scores: pd.Series) -> pd.DataFrame:
        owners = self._facts.owners
        table = pd.DataFrame(index=actions.index)
        table["value"] = [self._value(action, scores.get(action), actions) for action in actions.index]
        table["axis_id"] = actions["axis_id"]
        forced = np.array([self._changes.get(action) == "in" for action in actions.index], dtype=bool)
        table["mandatory"] = (actions["mandatory"].fillna(False).astype(bool) | forced) & ~actions.index.isin(
            self._begun
        )
        table["owner"] = owners.reindex(actions.index)
        steps = actions["first_step_of"]
        table["first_step_of"] = steps.where(steps.isin(actions.index), None)
        table["group"] = actions["group"]
        table["group_rule"] = actions["group_rule"].where(actions["group"].notna(), None)
        table["horizon"] = actions["horizon"]
        days = [self._dates(action, row) for action, row in actions[["earliest_start", "deadline"]].iterrows()]
        table["earliest_start"] = [first for first, _ in days]
        table["deadline"] = [last for _, last in days]
        return table

    def _value(self, action: str, score, actions: pd.DataFrame) -> float:
        if score is not None and not pd.isna(score):
            return float(score)
        priority = actions.loc[action, "priority"]
        value = PRIORITY_VALUE.get(priority, 0.5)
        self._say("value" if priority in PRIORITY_VALUE else "value_unknown", action, value=value)
        return value

    def _dates(self, action: str, row: pd.Series) -> tuple[date | None, date | None]:
        first, last = (None if pd.isna(day) else day.date() for day in row)
        if last is not None and last < self._week_0:
            self._say("deadline_past", action, day=last)
            last = None
        if first is not None and last is not None and last < first:
            raise PlanError("schedule.deadline_before_start", action=action, deadline=last, earliest=first)
        return first, last

    def _durations(self, actions: pd.DataFrame) -> pd.Series:
        default = float(self._settings["default_weeks"])
        weeks = actions["duration_weeks"]
        weeks = weeks.copy()
        for action in weeks.index[weeks.isna()]:
            own = self._own_weeks(actions.loc[action])
            self._say("weeks_own" if own else "weeks", action, n=own or default)
            weeks[action] = own or default
        return weeks.clip(lower=1).apply(lambda n: int(-(-n // 1)))

    def _own_weeks(self, row: pd.Series) -> int:
        """Working weeks between both dates of an action, published or asked; 0 without them.

        Only those within the plan count, so that an action that began before it, or ends after, can still be in it.
        """
        for first, last in (("published_start", "published_finish"), ("earliest_start", "deadline")):
            if pd.isna(row[first]) or pd.isna(row[last]):
                continue
            begin = row[first] if first == "earliest_start" else row[first] - pd.Timedelta(days=row[first].weekday())
            end = row[last] if last == "deadline" else row[last] + pd.Timedelta(days=4)
            plan = pd.date_range(self._week_0, periods=self._weeks, freq="7D")
            inside = (plan >= begin) & (plan + pd.Timedelta(days=4) <= end)
            return int((inside & ~plan.isin(pd.DatetimeIndex(self._pauses()))).sum())
        return 0

    def _modes(self, weeks: pd.Series) -> pd.DataFrame:
        given = self._facts.modes.reset_index()
        given = given[given["action_id"].isin(weeks.index)]
        given["duration_weeks"] = given["duration_weeks"].fillna(given["action_id"].map(weeks))
        full = (
            weeks.rename("duration_weeks").rename_axis("action_id").reset_index().assign(mode="full", value_share=1.0)
        )
        full = full[~full["action_id"].isin(given.loc[given["mode"] == "full", "action_id"])]
        modes = pd.concat([full, given], ignore_index=True)[["action_id", "mode", "duration_weeks", "value_share"]]
        return modes.fillna({"value_share": 1.0})

    def _effort(self, actions: pd.DataFrame, weeks: pd.Series) -> pd.DataFrame | None:
        """Days a week: the action's days in all, spread evenly over its weeks."""
        demands = self._facts.demands.reset_index()
        demands = demands[demands["action_id"].isin(actions.index)]
        if demands.empty and self._facts.roles.empty:
            self._say("no_roles")
            return None
        roles = set(self._facts.roles.index) | set(self._facts.capacity.index.get_level_values("role_id"))
        rows = []
        for row in demands.itertuples():
            if roles and row.role_id not in roles:
                raise PlanError("schedule.unknown_role", action=row.action_id, role=row.role_id, known=sorted(roles))
            days = row.effort_days
            if pd.isna(days):
                days = self._days(row.action_id, row.effort_size)
            rows.append((row.action_id, row.role_id, days / weeks[row.action_id]))
        for action in sorted(set(actions.index) - set(demands["action_id"])):
            role = self._role_of(action)
            if role is None:
                self._say("no_role", action)
                continue
            days = self._days(action, actions.loc[action, "effort_size"])
            rows.append((action, role, days / weeks[action]))
        return pd.DataFrame(rows, columns=["action_id", "role_id", "days_per_week"])

    def _days(self, action: str, size) -> float:
        if isinstance(size, str):
            days = float(self._settings[f"effort_days_{size.lower()}"])
            self._say("effort_size", action, size=Reason(f"size.{size}"), days=days)
            return days
        days = float(self._settings["default_effort_days"])
        self._say("effort", action, days=days)
        return days

    def _role_of(self, action: str) -> str | None:
        """The role of the post that answers for an action, when the workbook says so."""
        held = self._facts.assignments.reset_index()
        posts = held[(held["action_id"] == action) & (held["part"] == "accountable")]["post_id"]
        roles = self._facts.posts["role_id"].reindex(posts).dropna()
        return roles.iloc[0] if len(roles) else None

    def _capacity(self, effort: pd.DataFrame | None) -> pd.DataFrame | None:
        """Days by role and calendar week; a period's days are spread evenly over the weeks that start in it."""
        if effort is None or effort.empty:
            return None
        given = self._facts.capacity.reset_index()
        mondays = pd.DatetimeIndex([self._week_0 + timedelta(weeks=n) for n in range(self._weeks)])
        default = float(self._settings["default_capacity_days"]) * 7 / DAYS_PER_MONTH
        rows = []
        for role in sorted(set(effort["role_id"]) | set(given["role_id"])):
            days = pd.Series(float("nan"), index=mondays)
            for row in given[given["role_id"] == role].sort_values("period").itertuples():
                weeks = mondays_of(row.period, self._year_start)
                inside = weeks.intersection(mondays)
                if not pd.isna(row.days) and len(weeks):
                    days[inside] = row.days / len(weeks)
            missing = days.isna()
            if missing.any():
                self._say(
                    "capacity", role=role, n=int(missing.sum()), days=float(self._settings["default_capacity_days"])
                )
            rows += [(role, week, amount) for week, amount in enumerate(days.fillna(default))]
        return pd.DataFrame(rows, columns=["role_id", "week", "days"])

    def _budget(self) -> pd.DataFrame | None:
        """Budgets of the plan's years, of sources whose money is confirmed or not said to be otherwise."""
        every = self._facts.budgets.reset_index().sort_values(["source_id", "fiscal_year"])
        given = every[every["fiscal_year"].between(self._first_year, self._last_year)]
        if given.empty and every["amount"].notna().any():
            source, years = next(iter(every.groupby("source_id")["fiscal_year"]))
            raise checks.other_year(source, years, (self._first_year, self._last_year), self._year_start)
        rows = []
        for row in given.itertuples():
            source = self._facts.sources.loc[row.source_id] if row.source_id in self._facts.sources.index else {}
            if pd.isna(row.amount):
                self._say("budget_unknown", source=row.source_id, year=str(row.fiscal_year))
                continue
            axes = source.get("axes")
            status = source.get("status")
            rows.append((row.source_id, row.fiscal_year, row.amount, axes, status, row.currency))
        if not rows:
            self._say("no_budget")
            return None
        columns = ["source_id", "fiscal_year", "amount", "axes", "status", "currency"]
        table = pd.DataFrame(rows, columns=columns)
        table["currency"] = table["currency"].astype("str").fillna(self._settings["currency"])
        return table

    def _cost(self, actions: pd.DataFrame, budget: pd.DataFrame | None) -> pd.DataFrame | None:
        """Amounts by source: a range counts for its middle; what has no source falls to the largest budget."""
        if budget is None:
            return None
        main = budget.groupby("source_id")["amount"].sum().sort_index().idxmax()
        currency = budget["currency"].iloc[0]
        given = self._facts.costs.reset_index()
        given = given[given["action_id"].isin(actions.index)]
        rows = []
        for action, bills in given.groupby("action_id"):
            first = bills["fiscal_year"].min()
            for bill in bills.itertuples():
                amount = self._amount(action, bill.amount_low, bill.amount_high, bill.cost_size)
                source = bill.source_id if bill.source_id in set(budget["source_id"]) else main
                if source != bill.source_id:
                    self._say("source_unknown", action, source=bill.source_id, other=source)
                rows.append((action, source, 52 * int(bill.fiscal_year - first), amount, bill.currency))
        for action in sorted(set(actions.index) - set(given["action_id"])):
            row = actions.loc[action]
            amount = self._amount(action, row["cost_low"], row["cost_high"], row["cost_size"])
            self._say("no_source", action, source=main)
            rows.append((action, main, 0, amount, row["currency"]))
        table = pd.DataFrame(rows, columns=["action_id", "source_id", "offset_weeks", "amount", "currency"])
        table["currency"] = table["currency"].astype("str").fillna(self._settings["currency"])
        alien = table["currency"] != currency
        for row in table[alien].itertuples():
            self._say("other_currency", row.action_id, amount=Money(row.amount, row.currency))
        return table[~alien]

    def _cost_of_done(self, outside: dict[str, Reason], budget: pd.DataFrame | None) -> pd.DataFrame | None:
        """What actions already done were to cost; their assumptions are not those of the plan."""
        done = [action for action, reason in outside.items() if reason.key == "assume.already_done"]
        said, self._assumed = self._assumed, []
        bills = self._cost(self._facts.actions.loc[done], budget)
        self._assumed = said
        return bills

    def _amount(self, action: str, low, high, size) -> float:
        known = [float(amount) for amount in (low, high) if not pd.isna(amount)]
        if known:
            if min(known) < 0:
                raise PlanError("schedule.negative", table="cost", where=action, column="amount", found=min(known))
            amount = sum(known) / len(known)
            if known[0] != known[-1]:
                self._say("middle", action, amount=self._money(amount))
            return amount
        if isinstance(size, str):
            amount = float(self._settings[f"amount_{len(size)}"])
            self._say("cost_size", action, size=size, amount=self._money(amount))
            return amount
        amount = float(self._settings["default_amount"])
        self._say("cost", action, amount=self._money(amount))
        return amount

    def _money(self, amount: float) -> Money:
        return Money(amount, self._settings["currency"])

    def _precedence(self, actions: pd.DataFrame) -> pd.DataFrame:
        pairs = self._facts.precedence.reset_index()
        inside = pairs["before"].isin(actions.index) & pairs["after"].isin(actions.index)
        for row in pairs[~inside].itertuples():
            self._say("order_outside", before=row.before, after=row.after)
        return pairs.loc[inside, ["before", "after", "lag_weeks"]].fillna({"lag_weeks": 0})

    def _pauses(self) -> list[date]:
        """The Mondays of weeks without work."""
        limits = self._facts.limits
        return [
            day.date()
            for row in limits[limits["what"] == "blackout"].itertuples()
            for day in pd.date_range(monday_of(row.starts.date()), row.ends, freq="7D")
        ]

    def _limits(self, actions: pd.DataFrame) -> Limits:
        settings = self._settings
        named = actions["first_step_of"].notna().any()
        if not named and actions["horizon"].isin(["medium", "long"]).any():
            self._say("no_first_steps")
        return Limits(
            week_0=self._week_0,
            horizon_weeks=self._weeks,
            at_most=_whole(settings["parallel_limit"]),
            per_owner=_whole(settings["owner_limit"]),
            blackout_weeks=tuple(self._pauses()),
            fiscal_start=self._year_start,
            first_steps=bool(named),
            source_statuses=("confirmed",) if (self._facts.sources["status"] == "confirmed").any() else None,
        )


def _begun(facts: Facts) -> set[str]:
    """Actions of the stored plan, dated there, that are done, begun, or on which money is spent."""
    plan = facts.schedule
    held = plan["chosen"].fillna(False).astype(bool) & plan["start"].notna() & plan["finish"].notna()
    spent = set(facts.spending.loc[facts.spending["amount"] > 0, "action_id"])
    return {a for a in plan.index[held] if facts.status.get(a) in ONCE_BEGUN or a in spent} - set(
        facts.status.index[facts.status == "dropped"]
    )


def _whole(value) -> int | None:
    return None if pd.isna(value) else int(value)
