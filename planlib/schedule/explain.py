"""Why a plan cannot be: which limits conflict, the cheapest repair, and what is given up otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from planlib.schedule.gaps import gaps_at
from planlib.schedule.greedy import Board
from planlib.schedule.inside import Inside
from planlib.schedule.model import Model
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Reason
from planlib.schedule.search import Search
from planlib.words import year_name

PARTS = 1_000_000  # what a whole budget, or all days of a role, weigh in the cost of a repair
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


def explain(problem: Problem) -> Explanation:
    """Whether the actions that must be in fit together, and if not, why and what to do.

    Conflict by a deletion filter over named limits (Chinneck 2008, Feasibility and Infeasibility in Optimization):
    each limit is left out in turn, and for good when the rest still conflicts. Repair by an elastic model: each
    limit may be exceeded at a cost, a share of what it holds. Repeatable.

    Returns
    -------
    Explanation
        `.sentences(lang)` gives three sentences, or one when a plan exists.
    """
    inside = _forced_only(problem.inside)
    if _feasible(inside):
        return Explanation()
    loose = _forced_only(replace(problem, actions=problem.actions.assign(deadline=None)).inside)
    conflict = _conflict(problem, inside, loose)
    return Explanation(
        conflict=tuple(_name(problem, limit) for limit in conflict),
        repair=_repair(problem, inside, loose),
        given_up=_given_up(inside),
    )


def _forced_only(inside: Inside) -> Inside:
    """The same problem without the actions that may be left out."""
    keep = inside.forced
    return replace(
        inside,
        options_of=[own if keep[action] else [] for action, own in enumerate(inside.options_of)],
        modes_first=[own if keep[action] else [] for action, own in enumerate(inside.modes_first)],
        before=[pairs if keep[action] else [] for action, pairs in enumerate(inside.before)],
        groups=[group for group in inside.groups if keep[list(group[2])].all()],
    )


def _feasible(inside: Inside) -> bool:
    status, _, _ = Search(LIMIT, seed=0, repeatable=True, gap=0.0, stop=None)(Model(inside), 1.0)
    return status != "infeasible"


Limit = tuple  # ("resource", row), ("cell", cell), ("deadline", action), ("before", later, earlier)


def _limits(problem: Problem, inside: Inside) -> list[Limit]:
    used = {int(row) for own in inside.options_of for k in own for row in inside.options[k].rows}
    deadlines = problem.actions["deadline"]
    dated = [a for a, own in enumerate(inside.options_of) if own and deadlines.iloc[a] is not None]
    order = [("before", later, earlier) for later, pairs in enumerate(inside.before) for earlier, _ in pairs]
    return [
        *order,
        *(("deadline", action) for action in dated),
        *(("resource", row) for row in sorted(used)),
        *(("cell", cell) for cell in range(len(inside.cells))),
    ]


def _without(inside: Inside, loose: Inside, gone: Iterable[Limit]) -> Inside:
    """The problem with these limits lifted; `loose` is the same one without deadlines."""
    gone = set(gone)
    capacity, budget = inside.capacity.copy(), inside.budget.copy()
    for kind, at, *_ in gone:
        if kind == "resource":
            capacity[at] = sum(int(o.needs[o.rows == at].sum()) for o in inside.options) + 1
        elif kind == "cell":
            budget[at] = sum(amount for o in inside.options for s in o.spans for c, amount in s.spend if c == at)
    options = [
        loose.options[k] if ("deadline", option.action) in gone else option for k, option in enumerate(inside.options)
    ]
    before = [
        [(earlier, lag) for earlier, lag in pairs if ("before", later, earlier) not in gone]
        for later, pairs in enumerate(inside.before)
    ]
    return replace(inside, capacity=capacity, budget=budget, options=options, before=before)


def _conflict(problem: Problem, inside: Inside, loose: Inside) -> list[Limit]:
    """A set of limits that cannot hold together, none of which can be spared."""
    limits = _limits(problem, inside)
    gone: set[Limit] = set()
    for kind in ("before", "deadline", "resource", "cell"):  # a whole kind at once, when it plays no part
        family = {limit for limit in limits if limit[0] == kind}
        if family and not _feasible(_without(inside, loose, gone | family)):
            gone |= family
    for limit in limits:
        if limit not in gone and not _feasible(_without(inside, loose, gone | {limit})):
            gone.add(limit)
    return [limit for limit in limits if limit not in gone]


def _name(problem: Problem, limit: Limit) -> Reason:
    inside = problem.inside
    kind, at, *more = limit
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


def _repair(problem: Problem, inside: Inside, loose: Inside) -> tuple[Reason, ...]:
    """What to add to each limit so that everything fits, for the least total share."""
    deadlines = problem.actions["deadline"]
    free_dates = {("deadline", action) for action, day in enumerate(deadlines) if day is not None}
    model = Model(_without(inside, loose, free_dates), elastic=True)
    late = []
    for action, own in enumerate(inside.options_of):
        if own and deadlines.iloc[action] is not None:
            weeks = model.cp.new_int_var(0, len(inside.calendar), f"late{action}")
            model.cp.add(weeks >= model.ends[action] - 1 - problem.calendar.last_by(deadlines.iloc[action]))
            late.append(weeks)
    total = inside.capacity.sum(axis=1)
    days = sum(extra * max(1, PARTS // max(1, int(total[row]))) for row, extra in model.extra_days)
    money: dict[str, int] = {}
    for (source, _), amount in zip(inside.cells, inside.budget, strict=True):
        money[source] = money.get(source, 0) + int(amount)
    dollars = sum(
        extra * max(1, PARTS * step // max(1, money[inside.cells[cell][0]])) for cell, step, extra in model.extra_money
    )
    model.cp.minimize(days + dollars + sum(late) * (PARTS // len(inside.calendar)))
    _, board, _ = Search(LIMIT, seed=0, repeatable=True, gap=0.0, stop=None)(model, 1.0)
    return () if board is None else tuple(_added(problem, board))


def _added(problem: Problem, board: Board) -> list[Reason]:
    """What a plan uses beyond the limits of the problem."""
    inside = problem.inside
    over = np.maximum(0, board.inside.capacity - board.free - inside.capacity)
    missing = np.maximum(0, board.inside.budget - board.left - inside.budget)
    out = [gap.reason for gap in gaps_at(problem, over, missing)]
    for action, deadline in enumerate(problem.actions["deadline"]):
        if board.option[action] >= 0 and deadline is not None:
            end = board.start[action] + board.inside.options[board.option[action]].weeks - 1
            if problem.calendar.friday(end) > deadline:
                facts = {"action": inside.ids[action], "day": problem.calendar.friday(end)}
                out.append(Reason("schedule.repair_deadline", facts))
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
