"""What more would buy: the next action that a little money or a few days let in, and the value over the budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from planlib.schedule.gaps import said
from planlib.schedule.inside import Inside
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Reason, all_of
from planlib.schedule.replan import standing
from planlib.schedule.result import Schedule
from planlib.schedule.solver import solve
from planlib.schema import PlanError

SHARES = tuple(round(0.5 + 0.1 * step, 1) for step in range(11))
KINDS = ("budget", "capacity", "at_most", "per_owner")  # in the order in which they are told
MORE = {"schedule.lacks_budget": "schedule.more_budget", "schedule.lacks_capacity": "schedule.more_capacity"}


def next_action(problem: Problem, plan: Schedule, *, amount: float | None = None) -> pd.DataFrame:
    """For each source, role or limit of places, the least that lets one more action in, and that action.

    The action enters beside the plan as it stands: nothing chosen leaves or moves. What lacks two limits at once
    is not here.

    Parameters
    ----------
    problem : Problem
        The one that `plan` solves.
    plan : Schedule
        From `solve` or `replan`.
    amount : float, optional
        What is to be had of each: then the action of greatest value that it lets in, instead of the nearest one.

    Returns
    -------
    DataFrame
        limit (budget, capacity, at_most, per_owner), name (of the source, role or owner), missing, unit (a currency,
        days or weeks), action_id, also (other actions of its group that enter with it), value, why (a Reason).
        Budgets first, then roles. Ties: the greater value, then action_id. Empty when nothing is left out, or
        nothing that one limit alone keeps out.
    """
    rows = plan.why_not[plan.why_not["missing"].notna()]
    found: dict[tuple[str, str], list] = {}
    for (action, _), way in rows.groupby(["action_id", "way"], sort=True):
        names = {(row.limit, row.name) for row in way[["limit", "name"]].itertuples(index=False, name="Way")}
        if len(names) != 1:
            continue
        limit, name = names.pop()
        name = None if pd.isna(name) else name
        missing = float(way["missing"].sum())
        if amount is not None and missing > amount:
            continue
        also = _group_of(problem, action)
        value = float(problem.actions["value"].reindex([action, *also]).sum())
        what = [_more(said(problem, limit, name, row.period, row.missing)) for row in way.itertuples()]
        why = Reason("schedule.next_lets_in", {"what": all_of(what), "actions": [action, *also], "n": 1 + len(also)})
        row = (limit, name, missing, way["unit"].iloc[0], action, also, value, why)
        order = (missing, -value) if amount is None else (-value, missing)
        found.setdefault((limit, name or ""), []).append(((*order, str(action)), row))
    keys = sorted(found, key=lambda key: (KINDS.index(key[0]), str(key[1])))
    columns = ["limit", "name", "missing", "unit", "action_id", "also", "value", "why"]
    best = [min(found[key], key=lambda one: one[0])[1] for key in keys]
    return pd.DataFrame({name: pd.Series([row[i] for row in best], dtype=object) for i, name in enumerate(columns)})


def _more(lacking: Reason) -> Reason:
    """What lacks, as what is to be had beyond what there is; the other limits say so already."""
    return Reason(MORE.get(lacking.key, lacking.key), lacking.facts)


def _group_of(problem: Problem, action) -> tuple:
    actions = problem.actions
    if actions.loc[action, "group_rule"] != "all_or_none":
        return ()
    return tuple(other for other in actions.index[actions["group"] == actions.loc[action, "group"]] if other != action)


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One budget (or staff) and the plan it allows.

    share : of what there is; 1 is the problem as given. amount : money or days in all, over the whole plan.
    value : of the plan; NaN when no plan holds every limit. entered : actions that the point before it lacked.
    """

    share: float
    amount: float
    value: float
    schedule: Schedule
    entered: tuple


def curve(
    problem: Problem,
    shares: Iterable[float] = SHARES,
    *,
    of: str = "budget",
    name: str | None = None,
    time_limit: float = 1.0,
    published: pd.DataFrame | None = None,
    today: date | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[Point]:
    """The value of the best plan found over budgets, or over staff, from the least to the most, as each is solved.

    Each point starts from the plan of the one before it, which still fits: the value never falls. Repeatable. A
    generator: take a point, draw it, take the next; leave it when nobody waits any more.

    Parameters
    ----------
    problem : Problem
    shares : iterable of float
        Of what there is, 0 or more.
    of : "budget" or "capacity"
        Money of every source and year, or days of every role.
    name : str, optional
        One source or role alone.
    time_limit : float
        For each point, work that takes about as many seconds.
    published, today : optional
        A plan under way, as for `replan`: what is spent, signed or begun stays at every point, and the money it
        takes stays with it.
    stop : callable, optional
        Asked now and then; True ends the point under way, with the best plan so far, and the curve.

    Raises
    ------
    PlanError
        A share below 0; no budget or capacity of that name.
    """
    shares = sorted({float(share) for share in shares})
    if any(not share >= 0 for share in shares):
        raise PlanError("schedule.share_negative", found=min(shares))
    scaled = _scale_of(problem.inside, of, name)
    return _points(problem, shares, scaled, time_limit, published, today, stop)


def _points(problem, shares, scaled, time_limit, published, today, stop) -> Iterator[Point]:
    before: Schedule | None = None
    for share in shares:
        if stop is not None and stop():
            return
        inside, amount = scaled(share)
        view = problem.seen(inside)
        if published is not None:
            view = standing(view, published, today)
        hint = before.actions if before is not None and before.status != "infeasible" else None
        try:
            plan = solve(view, time_limit=time_limit, hint=hint, repeatable=True, stop=stop)
        except PlanError as error:
            if error.key != "schedule.no_time" or (stop is not None and stop()):
                raise
            continue  # no plan found in the time, which proves nothing: no point there
        known = set() if hint is None else set(hint.index[hint["chosen"]])
        entered = tuple(action for action in plan.actions.index[plan.actions["chosen"]] if action not in known)
        yield Point(share, amount, plan.value, plan, () if before is None else entered)
        before = plan


def _scale_of(inside: Inside, of: str, name: str | None) -> Callable[[float], tuple[Inside, float]]:
    """From a share, the problem with that much money or days, and how much it is."""
    if of == "budget":
        rows = np.array([name is None or source == name for source, _ in inside.cells], dtype=bool)
    elif of == "capacity":
        rows = np.array([r.kind == "capacity" and name in (None, r.name) for r in inside.resources], dtype=bool)
    else:
        raise PlanError("schedule.curve_of", found=str(of), known=["budget", "capacity"])
    if not rows.any():
        raise PlanError(f"schedule.curve_no_{of}", found=name or "")

    def scaled(share: float) -> tuple[Inside, float]:
        if of == "budget":
            funds = inside.funds.copy()
            funds[rows] = np.floor(funds[rows] * share + 1e-6).astype(np.int64)
            budget = np.maximum(0, funds - inside.spent)
            return replace(inside, funds=funds, budget=budget), float(funds[rows].sum()) / inside.money_scale
        capacity = inside.capacity.copy()
        capacity[rows] = np.floor(capacity[rows] * share + 1e-6).astype(np.int64)
        scales = np.array([resource.scale for resource in inside.resources])[rows]
        return replace(inside, capacity=capacity), float((capacity[rows].sum(axis=1) / scales).sum())

    return scaled
