"""Every plan of a small schedule problem, found without the schedule room: each rule read from the tables alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pandas as pd
from hypothesis import strategies as st
from toy_plan import WEEK_0, actions, days

from planlib.schedule import Limits, Problem

IDS = ("A", "B", "C", "D")
COLUMNS = {
    "modes": ["action_id", "mode", "duration_weeks", "value_share"],
    "effort": ["action_id", "mode", "role_id", "days_per_week"],
    "cost": ["action_id", "mode", "source_id", "offset_weeks", "amount"],
    "budget": ["source_id", "fiscal_year", "amount", "axes", "status"],
    "precedence": ["before", "after", "lag_weeks"],
    "spent": ["source_id", "fiscal_year", "amount"],
}
# The third pauses from March to December, so that the first 52 weeks and the fiscal year end inside a short plan.
PAUSES = (((), 5), ((2,), 6), (tuple(range(3, 50)), 54))


@dataclass(frozen=True)
class Slack:
    """What a plan may take beyond its limits: units by (kind, name, quarter), money by (source, year), later ends."""

    units: dict = field(default_factory=dict)
    money: dict = field(default_factory=dict)
    deadlines: dict = field(default_factory=dict)
    weeks: int = 0


@dataclass(frozen=True)
class Small:
    """A problem as plain Python: rows as in the tables, `weeks` the working weeks."""

    actions: dict  # id -> dict of its columns
    modes: list
    effort: list
    cost: list
    capacity: dict | None  # role -> days of each week
    budget: list | None
    precedence: list
    spent: list
    limits: dict
    loose_steps: tuple = ()  # first steps that no longer come before what they open

    def problem(self) -> Problem:
        table = actions({a: row["value"] for a, row in self.actions.items()})
        for column in ("axis_id", "mandatory", "earliest_start", "deadline", "owner", "first_step_of", "group",
                       "group_rule", "horizon"):  # fmt: skip
            table[column] = pd.Series({a: row[column] for a, row in self.actions.items()}, dtype=object)
        tables = {name: pd.DataFrame(getattr(self, name) or [], columns=found) for name, found in COLUMNS.items()}
        if self.budget is None:
            tables["budget"] = tables["spent"] = None
        if self.capacity is not None:
            tables["capacity"] = pd.concat([days(role, row) for role, row in self.capacity.items()])
        return Problem(actions=table, limits=Limits(week_0=WEEK_0, **self.limits), **tables)

    @property
    def weeks(self) -> list[int]:
        pauses = self.limits["blackout_weeks"]
        return [week for week in range(self.limits["horizon_weeks"]) if week not in pauses]

    def ways(self, action: str, slack: Slack | None = None) -> list[tuple[str, tuple[int, ...]]]:
        """(mode, calendar weeks of work) that the dates and the payer's axes of an action allow."""
        slack = slack or Slack()
        row, weeks = self.actions[action], self.weeks
        weeks += range(self.limits["horizon_weeks"], self.limits["horizon_weeks"] + slack.weeks)
        steps = {other["first_step_of"] for other in self.actions.values()}
        if row["horizon"] in ("medium", "long") and not row["first_step_of"] and action not in steps:
            return []
        deadline = slack.deadlines.get(action, row["deadline"])
        found = []
        for _, mode, length, _ in (one for one in self.modes if one[0] == action):
            for at in range(len(weeks) - length + 1):
                span = tuple(weeks[at : at + length])
                late = deadline is not None and friday(span[-1]) > deadline
                early = row["earliest_start"] is not None and monday(span[0]) < row["earliest_start"]
                too_late_a_step = row["first_step_of"] and span[0] >= 52
                paid = all(self.may_pay(*cell, row["axis_id"]) for cell in self.bills(action, mode, span))
                if paid and not (late or early or too_late_a_step):
                    found.append((mode, span))
        return found

    def may_pay(self, source: str, year: int, axis: str) -> bool:
        axes = [row[3] for row in self.budget if row[:2] == (source, year)]
        return not axes or axes[0] is None or axis in axes[0].split()

    def bills(self, action: str, mode: str, span: tuple[int, ...]) -> dict:
        out: dict = {}
        for _, _, source, offset, amount in (c for c in self.cost if c[:2] == (action, mode)) if self.budget else ():
            cell = source, (monday(span[0] + offset) + timedelta(days=3)).year
            out[cell] = out.get(cell, 0) + amount
        return out

    def use(self, plan: dict) -> tuple[dict, dict]:
        """Units by (kind, name, week) and money by (source, year)."""
        units: dict = {}
        money: dict = {}
        for action, (mode, span) in plan.items():
            owner = self.actions[action]["owner"]
            shares = [("at_most", None, 1)] + ([("per_owner", owner, 1)] if owner is not None else [])
            shares += [("capacity", row[2], row[3]) for row in self.effort if row[:2] == (action, mode)]
            for kind, name, n in shares:
                for week in span:
                    units[kind, name, week] = units.get((kind, name, week), 0) + n
            for cell, amount in self.bills(action, mode, span).items():
                money[cell] = money.get(cell, 0) + amount
        return units, money

    def room(self, kind: str, name, week: int) -> float:
        if kind == "capacity":
            if self.capacity is None:
                return float("inf")
            known = self.capacity[name]
            # Past the end of a plan, a role has the most days of its weeks: what `explain` says it counts with.
            return max(known) if week >= self.limits["horizon_weeks"] else known[week]
        limit = self.limits[kind]
        if isinstance(limit, dict):
            limit = limit.get(name)
        return float("inf") if limit is None else limit

    def funds(self, cell: tuple[str, int]) -> float:
        statuses = self.limits["source_statuses"]
        amount = sum(
            row[2] for row in self.budget if row[:2] == cell and (statuses is None or row[4] in (None, *statuses))
        )
        return max(0, amount - sum(row[2] for row in self.spent if row[:2] == cell))

    def excess(self, plan: dict, committed: dict | None = None) -> dict:
        """What a plan takes beyond its limits: {(kind, name, period): n}; what is committed does not count."""
        units, money = self.use(plan)
        held, paid = self.use(committed or {})
        out: dict = {}
        for (kind, name, week), n in units.items():
            over = n - max(self.room(kind, name, week), held.get((kind, name, week), 0))
            if over > 0:
                out[kind, name, quarter(week)] = out.get((kind, name, quarter(week)), 0) + over
        for (source, year), amount in money.items():
            over = amount - max(self.funds((source, year)), paid.get((source, year), 0))
            if over > 0:
                out["budget", source, str(year)] = over
        return out

    def in_order(self, plan: dict) -> bool:
        for before, after, lag in self.order():
            if after in plan and (before not in plan or plan[after][1][0] < plan[before][1][-1] + 1 + lag):
                return False
        for rule, members in self.groups():
            inside = sum(member in plan for member in members)
            if (rule == "one_of" and inside > 1) or (rule == "all_or_none" and 0 < inside < len(members)):
                return False
        return True

    def order(self) -> list[tuple[str, str, int]]:
        steps = [(a, row["first_step_of"], 0) for a, row in self.actions.items() if row["first_step_of"]]
        return [*self.precedence, *(pair for pair in steps if pair[0] not in self.loose_steps)]

    def groups(self) -> list[tuple[str, list[str]]]:
        named: dict = {}
        for action, row in self.actions.items():
            if row["group"] is not None:
                named.setdefault((row["group"], row["group_rule"]), []).append(action)
        return [(rule, members) for (_, rule), members in named.items()]

    def forced(self) -> set[str]:
        """What must be in: the mandatory, what they come after, and the whole of their groups."""
        inside = {action for action, row in self.actions.items() if row["mandatory"]}
        together = [set(members) for rule, members in self.groups() if rule == "all_or_none"]
        while True:
            more = {before for before, after, _ in self.order() if after in inside}
            more |= {member for members in together if members & inside for member in members}
            if more <= inside:
                return inside
            inside |= more

    def holds(self, plan: dict) -> bool:
        return (
            self.in_order(plan)
            and all(way in self.ways(action) for action, way in plan.items())
            and not self.excess(plan)
            and all(action in plan for action, row in self.actions.items() if row["mandatory"])
        )

    def value(self, plan: dict) -> float:
        share = {row[:2]: row[3] for row in self.modes}
        return sum(self.actions[action]["value"] * share[action, mode] for action, (mode, _) in plan.items())

    def plans(self, of: set[str], slack: Slack | None = None, *, all_in: bool = False):
        """Every plan of these actions within the limits and the slack; with `all_in`, those that have them all."""
        slack = slack or Slack()
        names = sorted(of)
        ways = {action: self.ways(action, slack) for action in names}

        def grow(at: int, plan: dict):
            over = self.excess(plan)
            if any(n > (slack.money if k == "budget" else slack.units).get((k, name, p), 0) + 1e-9
                   for (k, name, p), n in over.items()):  # fmt: skip
                return
            if at == len(names):
                if self.in_order(plan):
                    yield plan
                return
            for way in ways[names[at]]:
                yield from grow(at + 1, {**plan, names[at]: way})
            if not all_in:
                yield from grow(at + 1, plan)

        return grow(0, {})

    def best(self) -> float | None:
        """The greatest value of all plans; None when there is none."""
        must = {action for action, row in self.actions.items() if row["mandatory"]}
        return max((self.value(plan) for plan in self.plans(set(self.actions)) if must <= set(plan)), default=None)

    def fits(self, slack: Slack | None = None) -> bool:
        """Whether what must be in can be in."""
        return next(self.plans(self.forced(), slack, all_in=True), None) is not None

    def with_limits(self, **found) -> Small:
        return replace(self, limits={**self.limits, **found})


def monday(week: int) -> date:
    return WEEK_0 + timedelta(weeks=week)


def friday(week: int) -> date:
    return monday(week) + timedelta(days=4)


def quarter(week: int) -> str:
    thursday = monday(week) + timedelta(days=3)
    return f"{thursday.year}-Q{(thursday.month + 2) // 3}"


def plan_of(small: Small, schedule) -> dict:
    """The plan of a Schedule, its weeks counted again from its dates."""
    rows = schedule.actions[schedule.actions["chosen"]]
    out = {}
    for action, row in rows.iterrows():
        first, last = ((row[day].date() - WEEK_0).days // 7 for day in ("start", "finish"))
        out[action] = (row["mode"], tuple(week for week in small.weeks if first <= week <= last))
    return out


@st.composite
def smalls(draw, crowded: bool = False) -> Small:
    """Three or four actions in five to seven working weeks, with some of every rule.

    Crowded: most must be in, each fits alone, and together they may not.
    """

    def one(*of):
        return draw(st.sampled_from(of))

    pauses, horizon = one(*PAUSES)
    ids = IDS[: one(3, 3, 4)]
    weeks = [week for week in range(horizon) if week not in pauses]
    rule = one(None, "one_of", "all_or_none")
    step_of = {ids[0]: one(None, None, ids[2])}
    rows = {}
    for n, action in enumerate(ids):
        earliest = one(None, None, *weeks[:3])
        last = one(None, None, None, *(week for week in weeks[2:] if earliest is None or week >= earliest))
        in_group = rule is not None and n in (1, 2)
        rows[action] = {
            "value": float(one(1, 2, 3, 5, 8)),
            "axis_id": one("X", "Y"),
            "mandatory": one(True, True, False) if crowded else one(False, False, False, n == 0),
            "earliest_start": None if earliest is None else monday(earliest),
            "deadline": None if last is None else friday(last),
            "owner": one("p", "q", None),
            "first_step_of": step_of.get(action),
            "group": "G" if in_group else None,
            "group_rule": rule if in_group else None,
            "horizon": one(None, "short", "medium", "long") if not crowded and one(False, False, True) else None,
        }
    if rule == "one_of" and rows[ids[1]]["mandatory"]:
        rows[ids[2]]["mandatory"] = False
    modes = [(a, "full", one(2, 2, 3) if crowded else one(1, 2, 3), 1.0) for a in ids]
    modes += [(a, "light", 1, 0.5) for a in ids if one(False, True)]
    effort = [
        (a, m, r, float(one(2, 3) if crowded else one(1, 2, 3)))
        for a, m, *_ in modes
        for r in ("r", "s")
        if one(True, False)
    ]
    cost, budget, spent = [], None, []
    if one(True, True, False):
        budget = []
        cost = [
            (a, m, one("F", "H"), one(0, 1, 2), float(one(200, 400) if crowded else one(100, 200, 400)))
            for a, m, *_ in modes
            if one(True, False)
        ]
        amounts = (400,) if crowded else (0, 200, 300, 600)
        for source, year in ((source, year) for source in ("F", "H") for year in (2026, 2027)):
            if year == 2026 or crowded or one(True, False):
                axes = "X" if source == "H" and not crowded and one(True, False) else None
                budget.append((source, year, float(one(*amounts)), axes, one(None, "confirmed", "requested")))
        spent = [("F", 2026, 100.0)] if not crowded and one(False, False, True) else []
    known = one(True, True, False)
    return Small(
        actions=rows,
        modes=modes,
        effort=effort,
        cost=cost,
        capacity={
            r: [float(one(3, 4) if crowded else one(2, 3, 4)) for _ in range(5)] + [3.0] * (horizon - 5)
            for r in ("r", "s")
        }
        if known
        else None,
        budget=budget,
        precedence=[(ids[0], ids[1], one(-1, 0, 1))] if one(True, False) else [],
        spent=spent,
        limits={
            "horizon_weeks": horizon,
            "blackout_weeks": pauses,
            "at_most": one(None, 1, 2) if crowded else one(None, None, 1, 2),
            "per_owner": one(None, 1, {"p": 1}),
            "source_statuses": None if crowded else one(None, ("confirmed",)),
        },
    )
