"""A published plan under new facts: what is spent, signed or under way stays, and few other dates move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from planlib.schedule.freeze import Frozen, frozen_of, held
from planlib.schedule.gaps import gaps_of
from planlib.schedule.greedy import Board, density_order, fill, whole
from planlib.schedule.inside import Inside
from planlib.schedule.model import Model
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Reason, all_of
from planlib.schedule.relax import relaxed
from planlib.schedule.result import Schedule, schedule_of
from planlib.schedule.search import Search, seconds
from planlib.schedule.weeks import as_day, monday_of
from planlib.schema import PlanError
from planlib.words import year_name

# What each change costs, in values of the action: as measured, they move a seventh of the dates that a new plan
# would, for the same value.
DROPPED, OTHER_MODE, MOVED, WEEK, NEW = 1000, 200, 20, 1, 100
# Strategies of the solver whose turn in a repeatable search takes up to 3 s where another has the proof in 0.1 s:
# over 40 actions they did not help any search of this kind.
SLOW = ("core", "fixed")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a published action stands: its option and its working week in the new problem."""

    option: int
    start: int


def replan(
    problem: Problem,
    published: pd.DataFrame,
    today: date,
    *,
    time_limit: float = 10.0,
    seed: int = 0,
    repeatable: bool = False,
    on_solution: Callable[[Schedule], object] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Schedule:
    """The published plan, changed as little as the new facts allow.

    Nothing that is not under way starts before the week of `today`. In values of the action, leaving out a published
    action costs 1000, another mode 200, another date 20 and 1 for each week; a new action is worth 100.

    Parameters
    ----------
    problem : Problem
        The new facts: the budgets after the cut, the posts now vacant, the actions added.
    published : DataFrame, indexed by action_id
        `actions` of a Schedule (chosen, mode, start, finish) and, where known, spent (an amount or True), signed
        (True), status (a code). An action is frozen when something is spent or signed, when it is under way, done,
        partly done or ongoing, or, its status not known, when its start is before `today`.
    today : date
    time_limit, seed, repeatable, on_solution, stop
        As in `solve`.

    Returns
    -------
    Schedule
        `moved` has one row for each change: action_id, change ("out", "in", "moved", "mode", "committed"), before,
        after (starts), why (a Reason). "optimal" says that no plan changes less; `bound`, that no plan which keeps
        what is committed is worth more. "committed": a frozen action or source goes beyond a new limit, and stays.

    Raises
    ------
    PlanError
        A column is missing, a frozen action has no start or a mode the problem does not have, no time to find a plan.
    """
    time_limit = seconds(time_limit)
    run = Search(time_limit, seed=seed, repeatable=repeatable, gap=0.0, stop=stop)
    stated = Reason("schedule.objective_replan")
    published = _checked(published)
    now = problem.calendar.first_from(monday_of(as_day(today)))
    frozen = frozen_of(problem, published, as_day(today))
    inside = held(problem, frozen, now)
    view = problem.seen(inside)
    places = _places(problem, published, frozen)
    board = _keep(inside, places, frozen)

    def finished(board: Board | None, status: str, bound: float, *, searching: bool = False) -> Schedule:
        value = float("nan") if board is None else fill(board, density_order(inside)).value()
        bound = max(bound, value)  # values are whole points inside, rounded down in the bound alone
        schedule = schedule_of(view, board, status, value, bound, stated, problem.inside, searching)
        if board is None:
            return schedule
        actions = schedule.actions.copy()
        for action, one in frozen.items():
            actions.loc[inside.ids[action], ["start", "finish"]] = [pd.Timestamp(one.start), pd.Timestamp(one.finish)]
        moved = _moved(view, problem.inside, board, published, places, frozen, now, schedule)
        return replace(schedule, actions=actions, moved=moved)

    guide = relaxed(inside)
    bound = float(sum(max((inside.options[k].value for k in own), default=0.0) for own in inside.modes_first))
    bound = bound if guide is None else min(bound, guide.points / inside.point_scale)

    def tell(found: Board, _: float) -> None:
        on_solution(finished(found, "feasible", bound, searching=True))

    if board is not None and on_solution is not None:
        tell(board, bound)
    status = "feasible"
    if time_limit > 0 or board is None:
        model = Model(inside)
        _least_change(model, places, frozen)
        if board is not None:
            model.hint(board)
        status, better, _ = run(model, 1.0, None if on_solution is None else tell, without=SLOW)
        if status == "infeasible":
            return finished(None, status, float("nan"))
        board = better or board
        if board is None:
            raise PlanError("schedule.no_time", seconds=time_limit)
    return finished(board, "optimal" if status == "optimal" else "feasible", bound)


def standing(problem: Problem, published: pd.DataFrame, today: date) -> Problem:
    """The problem with what is committed held at its published dates, and nothing else starting before `today`."""
    frozen = frozen_of(problem, _checked(published), as_day(today))
    return problem.seen(held(problem, frozen, problem.calendar.first_from(monday_of(as_day(today)))))


def _checked(published: pd.DataFrame) -> pd.DataFrame:
    table = published.set_index("action_id") if "action_id" in published.columns else published
    for column in ("chosen", "mode", "start", "finish"):
        if column not in table:
            raise PlanError("schedule.missing_column", table="published", column=column, found=[str(c) for c in table])
    return table[table["chosen"].fillna(False).astype(bool)].sort_index(key=lambda index: index.map(str))


def _places(problem: Problem, published: pd.DataFrame, frozen: dict[int, Frozen]) -> dict[int, Place]:
    """Published actions of the problem that are not frozen; one whose mode is gone stands in its first mode."""
    inside, places = problem.inside, {}
    for action, name in enumerate(inside.ids):
        if name in published.index and action not in frozen and inside.options_of[action]:
            row = published.loc[name]
            own = inside.options_of[action]
            k = next((k for k in own if inside.options[k].mode == row["mode"]), own[0])
            day = as_day(row["start"])
            if day is not None:
                places[action] = Place(k, problem.calendar.first_from(monday_of(day)))
    return places


def _keep(inside: Inside, places: dict[int, Place], frozen: dict[int, Frozen]) -> Board | None:
    """Frozen actions, then published ones where they were or as soon after as they fit, then others that fit."""
    board = Board(inside)
    for action in frozen:
        k = inside.modes_first[action][0]
        board.put(k, inside.options[k].first, inside.options[k].spans[0])
    order = sorted(places, key=lambda action: (inside.rank[action], places[action].start))
    for late in (False, True):
        for action in order:
            ready = all(board.option[earlier] >= 0 for earlier, _ in inside.before[action])
            grouped = action in inside.group_of
            if board.option[action] >= 0 or not ready or grouped or not inside.modes_first[action]:
                continue
            place = places[action]
            lower = max(place.start, board.lower(action))
            found = board.earliest(place.option, lower, None if late else place.start)
            if found is not None:
                board.put(place.option, *found)
    published_first = np.array([*order, *(a for a in density_order(inside).tolist() if a not in places)], dtype=int)
    fill(board, published_first)
    return board if whole(board) else None


def _least_change(model: Model, places: dict[int, Place], frozen: dict[int, Frozen]) -> None:
    inside, cp = model.inside, model.cp
    terms = []
    for action, own in enumerate(inside.options_of):
        chosen = {k: model.chosen[k] for k in own if model.chosen[k] is not None}
        if action in frozen or not chosen:
            continue
        if action not in places:
            terms += [NEW * inside.options[k].points * here for k, here in chosen.items()]
            continue
        place = places[action]
        worth = max(1, max(inside.options[k].points for k in own))
        here = model.present[action]
        stays = cp.new_bool_var(f"stays{action}")
        cp.add_implication(stays, here)
        cp.add(model.starts[action] == place.start).only_enforce_if(stays)
        far = cp.new_int_var(0, len(inside.calendar), f"far{action}")
        cp.add(far >= model.starts[action] - place.start).only_enforce_if(here)
        cp.add(far >= place.start - model.starts[action]).only_enforce_if(here)
        terms += [(DROPPED - MOVED) * worth * here, MOVED * worth * stays, -WEEK * worth * far]
        terms += [-OTHER_MODE * worth * literal for k, literal in chosen.items() if k != place.option]
    cp.maximize(sum(terms))


def _moved(view, given: Inside, board, published, places, frozen, now, schedule: Schedule) -> pd.DataFrame:
    """What changed since the published plan, and why."""
    inside, calendar = view.inside, view.calendar
    rows = []
    for action, name in enumerate(inside.ids):
        k = int(board.option[action])
        was = as_day(published["start"].get(name)) if name in published.index else None
        is_now = calendar.monday(board.start[action]) if k >= 0 else None
        if action in frozen:
            continue
        if k < 0 and name in published.index:
            rows.append((name, "out", was, None, schedule.actions["why_not"].loc[name]))
        elif k >= 0 and name not in published.index:
            rows.append((name, "in", None, is_now, Reason("schedule.moved_in")))
        elif k >= 0 and action in places:
            place = places[action]
            if k != place.option or inside.options[k].mode != published["mode"].loc[name]:
                facts = {"before": str(published["mode"].loc[name]), "after": inside.options[k].mode}
                why = _why_moved(view, board, action, place, now)
                rows.append((name, "mode", was, is_now, Reason("schedule.moved_mode", {**facts, "why": why})))
            elif board.start[action] != place.start:
                rows.append((name, "moved", was, is_now, _why_moved(view, board, action, place, now)))
    # Days of the past are not offered again: only what is still to come can go beyond a limit.
    over = [(row, np.flatnonzero(excess[now:])) for row, excess in enumerate(inside.capacity - given.capacity)]
    for row, weeks in over:
        if len(weeks) and inside.resources[row].kind == "capacity":
            rows.append((None, "committed", None, None, _committed_days(view, given, row, now)))
    committed = inside.spent + inside.budget - given.funds
    for cell in np.flatnonzero((committed > 0) & ((inside.budget > given.budget) | (inside.spent > given.funds))):
        source, year = inside.cells[cell]
        beyond = view.money(int(committed[cell]) / inside.money_scale)
        facts = {"amount": beyond, "source": source, "year": year_name(year, calendar.fiscal_start)}
        rows.append((None, "committed", None, None, Reason("schedule.committed_budget", facts)))
    columns = list(zip(*rows, strict=True)) or [()] * 5
    names = ("action_id", "change", "before", "after", "why")
    table = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in zip(names, columns, strict=True)})
    for column in ("before", "after"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    return table


def _committed_days(view, given: Inside, row: int, now: int) -> Reason:
    inside = view.inside
    n = float((inside.capacity[row, now:] - given.capacity[row, now:]).sum()) / inside.resources[row].scale
    return Reason("schedule.committed_days", {"n": n, "role": inside.resources[row].name})


def _why_moved(view, board: Board, action: int, place: Place, now: int) -> Reason:
    """What stands in the way of the published date in the new plan."""
    inside = view.inside
    if place.start < now:
        return Reason("schedule.moved_past")
    for earlier, lag in inside.before[action]:
        end = board.start[earlier] + inside.options[board.option[earlier]].weeks
        if inside.lags[lag][end] > place.start:
            return Reason("schedule.moved_after", {"other": inside.ids[earlier], "day": view.calendar.friday(end - 1)})
    option = inside.options[place.option]
    if not any(span.first <= place.start <= span.last for span in option.spans):
        return Reason("schedule.moved_dates")
    k, start = board.take(action)
    gaps = gaps_of(view, option, place.start, board.free, board.left)
    board.put(k, start, next(span for span in inside.options[k].spans if span.first <= start <= span.last))
    if gaps:
        return Reason("schedule.moved_lacks", {"what": all_of([gap.reason for gap in gaps])})
    return Reason("schedule.moved_for_others")
