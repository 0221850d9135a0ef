"""Why a plan cannot be: which limits conflict, the cheapest repair, and what is given up otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from planlib.schedule.gaps import gaps_at
from planlib.schedule.greedy import Board
from planlib.schedule.inside import Inside, Option, Span
from planlib.schedule.model import Model
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Reason
from planlib.schedule.replan import standing
from planlib.schedule.search import Search
from planlib.words import year_name

PARTS = 1_000_000  # what a whole budget, or all days of a role, weigh in the cost of a repair
MOST_WEEKS_MORE = 104  # added to the end of a plan, to see whether its length is what lacks
LIMIT = 10.0  # nominal seconds for each question asked of the solver; most take a few hundredths


@dataclass(frozen=True, slots=True)
class Explanation:
    """Three sentences on the actions that must be in, and what they are made of.

    conflict : the limits that cannot hold together; without any one of them the others can.
    repair : the cheapest way out, counted in shares of what each limit holds: what to add, where.
    given_up : otherwise, the mandatory actions that must go, of least total value.
    All are empty when a plan exists.
    """

    conflict: tuple[Reason, ...] = ()
    repair: tuple[Reason, ...] = ()
    given_up: tuple = ()

    @property
    def possible(self) -> bool:
        return not (self.conflict or self.repair or self.given_up)

    def sentences(self, lang: str, names: dict | None = None) -> list[str]:
        """One sentence when a plan exists; else what conflicts, the repair, what is given up otherwise."""
        if self.possible:
            return [Reason("schedule.explain_possible").text(lang)]
        repair = Reason("schedule.explain_repair", {"repairs": list(self.repair)})
        return [
            Reason("schedule.explain_conflict", {"limits": list(self.conflict)}).text(lang, names),
            (repair if self.repair else Reason("schedule.explain_no_repair")).text(lang, names),
            Reason("schedule.explain_otherwise", {"actions": list(self.given_up)}).text(lang, names),
        ]


def explain(problem: Problem, published: pd.DataFrame | None = None, today: date | None = None) -> Explanation:
    """Whether the actions that must be in fit together, and if not, why and what to do.

    Conflict by a deletion filter over named limits (Chinneck 2008, Feasibility and Infeasibility in Optimization):
    each limit is left out in turn, and for good when the rest still conflicts. Repair by an elastic model: each
    limit may be exceeded at a cost, a share of what it holds. Past the end of the plan, a role has the most days of
    its weeks. Repeatable.

    Parameters
    ----------
    problem : Problem
    published, today : optional
        As given to `replan`: what is committed stays, and nothing else starts before today.

    Returns
    -------
    Explanation
        `.sentences(lang)` gives three sentences, or one when a plan exists.
    """

    def forced(one: Problem) -> Inside:
        return _forced_only((one if published is None else standing(one, published, today)).inside)

    if _feasible(forced(problem)):
        return Explanation()
    longer = _longer(problem)
    undated = replace(longer, actions=longer.actions.assign(deadline=None))
    given = _Given(longer, len(problem.calendar), forced(longer), forced(undated))
    conflict = _conflict(given)
    rest = (Reason("schedule.limit_rest"),)
    return Explanation(
        conflict=tuple(_name(given, limit) for limit in conflict) or rest,
        repair=_repair(given),
        given_up=_given_up(_without(given, ())),
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """The forced actions of a problem made longer: `weeks` working weeks are those asked; `loose` has no deadline."""

    problem: Problem
    weeks: int
    inside: Inside
    loose: Inside


def _longer(problem: Problem) -> Problem:
    """The same problem with room at its end, where each role has the most days of its weeks."""
    end = int(problem.calendar.weeks[-1]) + 1
    longest = problem.modes.groupby("action_id")["duration_weeks"].max()
    forced = [name for name, must in zip(problem.inside.ids, problem.inside.forced, strict=True) if must]
    lags = int(problem.precedence["lag_weeks"].clip(lower=0).sum())
    more = min(MOST_WEEKS_MORE, int(longest.reindex(forced).sum()) + lags)
    capacity = problem.capacity
    if capacity is not None:
        known = capacity[capacity["week"] < end]
        most = known.groupby("role_id")["days"].max()
        beyond = [(role, week, days) for role, days in most.items() for week in range(end, end + more)]
        capacity = pd.concat([known, pd.DataFrame(beyond, columns=["role_id", "week", "days"])], ignore_index=True)
    limits = replace(problem.limits, week_0=problem.calendar.week_0, horizon_weeks=end + more)
    return replace(problem, capacity=capacity, limits=limits)


def _forced_only(inside: Inside) -> Inside:
    """The same problem without the actions that may be left out."""
    keep = inside.forced
    groups = [(name, rule, tuple(m for m in members if keep[m])) for name, rule, members in inside.groups]
    groups = [group for group in groups if len(group[2]) > 1]
    return replace(
        inside,
        options_of=[own if keep[action] else [] for action, own in enumerate(inside.options_of)],
        modes_first=[own if keep[action] else [] for action, own in enumerate(inside.modes_first)],
        before=[pairs if keep[action] else [] for action, pairs in enumerate(inside.before)],
        groups=groups,
        group_of={action: group for group in groups for action in group[2]},
    )


def _feasible(inside: Inside) -> bool:
    status, _, _ = Search(LIMIT, seed=0, repeatable=True, gap=0.0, stop=None)(Model(inside), 1.0)
    return status != "infeasible"


# ("horizon",), ("group", n), ("before", later, earlier), ("deadline", action), ("resource", row), ("cell", cell)
Limit = tuple
KINDS = ("horizon", "group", "before", "deadline", "resource", "cell")


def _limits(given: _Given) -> list[Limit]:
    inside = given.inside
    used = {int(row) for own in inside.options_of for k in own for row in inside.options[k].rows}
    deadlines = given.problem.actions["deadline"]
    dated = [a for a, own in enumerate(inside.options_of) if own and deadlines.iloc[a] is not None]
    order = [("before", later, earlier) for later, pairs in enumerate(inside.before) for earlier, _ in pairs]
    return [
        ("horizon",),
        *(("group", n) for n in range(len(inside.groups))),
        *order,
        *(("deadline", action) for action in dated),
        *(("resource", row) for row in sorted(used)),
        *(("cell", cell) for cell in range(len(inside.cells))),
    ]


def _without(given: _Given, gone: Iterable[Limit]) -> Inside:
    """The problem with these limits lifted."""
    gone = set(gone)
    inside = given.inside
    capacity, budget = inside.capacity.copy(), inside.budget.copy()
    for kind, *at in gone:
        if kind == "resource":
            row = at[0]
            capacity[row] = sum(int(o.needs[o.rows == row].sum()) for o in inside.options) + 1
        elif kind == "cell":
            cell = at[0]
            spans = [span for option in given.loose.options for span in option.spans]  # those past a deadline too
            budget[cell] = sum(amount for span in spans for c, amount in span.spend if c == cell)
    options = [
        given.loose.options[k] if ("deadline", option.action) in gone else option
        for k, option in enumerate(inside.options)
    ]
    if ("horizon",) not in gone:
        options = [_within(option, given.weeks) for option in options]
    before = [
        [(earlier, lag) for earlier, lag in pairs if ("before", later, earlier) not in gone]
        for later, pairs in enumerate(inside.before)
    ]
    groups = [group for n, group in enumerate(inside.groups) if ("group", n) not in gone]
    return replace(
        inside,
        capacity=capacity,
        budget=budget,
        options=options,
        modes_first=[[k for k in own if options[k].spans] for own in inside.options_of],
        before=before,
        groups=groups,
        group_of={action: group for group in groups for action in group[2]},
    )


def _within(option: Option, weeks: int) -> Option:
    """The option with the starts from which it ends in the first `weeks` weeks."""
    last = weeks - option.weeks
    spans = tuple(Span(s.first, min(s.last, last), s.spend) for s in option.spans if s.first <= last)
    return replace(option, spans=spans)


def _conflict(given: _Given) -> list[Limit]:
    """A set of limits that cannot hold together, none of which can be spared."""
    limits = _limits(given)
    gone: set[Limit] = set()
    calendar = given.problem.calendar
    last = calendar.fiscal_years(calendar.weeks[: given.weeks]).max()
    beyond = {limit for limit in limits if limit[0] == "cell" and given.inside.cells[limit[1]][1] > last}
    # A whole kind at once, when it plays no part; money past the plan's years before the plan's end, which says more.
    for family in (beyond, *({limit for limit in limits if limit[0] == kind} for kind in KINDS)):
        if family and not _feasible(_without(given, gone | family)):
            gone |= family
    for limit in limits:
        if limit not in gone and not _feasible(_without(given, gone | {limit})):
            gone.add(limit)
    return [limit for limit in limits if limit not in gone]


def _name(given: _Given, limit: Limit) -> Reason:
    inside, problem = given.inside, given.problem
    kind, at, *more = *limit, None
    if kind == "horizon":
        facts = {"n": given.weeks, "day": problem.calendar.friday(given.weeks - 1)}
        return Reason("schedule.limit_horizon", facts)
    if kind == "group":
        group, rule, members = inside.groups[at]
        return Reason(f"schedule.limit_{rule}", {"group": group, "actions": [inside.ids[m] for m in members]})
    if kind == "before":
        return Reason("schedule.limit_order", {"action": inside.ids[more[0]], "other": inside.ids[at]})
    if kind == "deadline":
        facts = {"action": inside.ids[at], "day": problem.actions["deadline"].iloc[at]}
        return Reason("schedule.limit_deadline", facts)
    if kind == "cell":
        source, year = inside.cells[at]
        facts = {"source": source, "year": year_name(year, problem.calendar.fiscal_start)}
        return Reason("schedule.limit_budget", facts)
    resource = inside.resources[at]
    if resource.kind == "capacity":
        return Reason("schedule.limit_capacity", {"role": resource.name})
    n = int(inside.capacity[at].max())
    if resource.kind == "at_most":
        return Reason("schedule.limit_at_most", {"n": n})
    return Reason("schedule.limit_per_owner", {"n": n, "owner": resource.name})


def _repair(given: _Given) -> tuple[Reason, ...]:
    """What to add to each limit so that everything fits, for the least total share."""
    inside, calendar = given.inside, given.problem.calendar
    deadlines = given.problem.actions["deadline"]
    free_dates = {("deadline", action) for action, day in enumerate(deadlines) if day is not None}
    model = Model(_without(given, {("horizon",), *free_dates}), elastic=True)
    late = []
    longer = model.cp.new_int_var(0, len(calendar) - given.weeks, "longer")
    for action, own in enumerate(inside.options_of):
        if not own:
            continue
        model.cp.add(longer >= model.ends[action] - given.weeks)
        if deadlines.iloc[action] is not None:
            weeks = model.cp.new_int_var(0, len(calendar), f"late{action}")
            model.cp.add(weeks >= model.ends[action] - 1 - calendar.last_by(deadlines.iloc[action]))
            late.append(weeks)
    total = inside.capacity[:, : given.weeks].sum(axis=1)
    days = sum(extra * max(1, PARTS // max(1, int(total[row]))) for row, extra in model.extra_days)
    money: dict[str, int] = {}
    for (source, _), amount in zip(inside.cells, inside.budget, strict=True):
        money[source] = money.get(source, 0) + int(amount)
    dollars = sum(
        extra * max(1, PARTS * step // max(1, money[inside.cells[cell][0]])) for cell, step, extra in model.extra_money
    )
    model.cp.minimize(days + dollars + (sum(late) + longer) * (PARTS // given.weeks))
    _, board, _ = Search(LIMIT, seed=0, repeatable=True, gap=0.0, stop=None)(model, 1.0)
    return () if board is None else tuple(_added(given, board))


def _added(given: _Given, board: Board) -> list[Reason]:
    """What a plan uses beyond the limits of the problem."""
    inside, problem = given.inside, given.problem
    over = np.maximum(0, board.inside.capacity - board.free - inside.capacity)
    missing = np.maximum(0, board.inside.budget - board.left - inside.budget)
    out = [gap.reason for gap in gaps_at(problem, over, missing)]
    last = 0
    for action, deadline in enumerate(problem.actions["deadline"]):
        if board.option[action] < 0:
            continue
        end = board.start[action] + board.inside.options[board.option[action]].weeks
        last = max(last, int(end))
        if deadline is not None and problem.calendar.friday(end - 1) > deadline:
            facts = {"action": inside.ids[action], "day": problem.calendar.friday(end - 1)}
            out.append(Reason("schedule.repair_deadline", facts))
    if last > given.weeks:
        facts = {"n": last - given.weeks, "day": problem.calendar.friday(last - 1)}
        out.append(Reason("schedule.repair_horizon", facts))
    return out


def _given_up(inside: Inside) -> tuple:
    """The actions to leave out, of least total value, so that the others fit."""
    model = Model(replace(inside, forced=np.zeros_like(inside.forced)))
    options = zip(inside.options, model.chosen, strict=True)
    model.cp.maximize(sum((option.points + 1) * here for option, here in options if here is not None))
    _, board, _ = Search(LIMIT, seed=0, repeatable=True, gap=0.0, stop=None)(model, 1.0)
    if board is None:
        return ()
    return tuple(inside.ids[action] for action in np.flatnonzero(inside.forced & (board.option < 0)))
