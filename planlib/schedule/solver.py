"""From a problem to a schedule: greedy at once, then CP-SAT, then early starts, then level load."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from planlib.schedule.greedy import Board, compact, density_order, fill, first_plan, guided_plans, level, whole
from planlib.schedule.improve import improve
from planlib.schedule.inside import Inside
from planlib.schedule.model import Model
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Reason
from planlib.schedule.relax import relaxed
from planlib.schedule.result import Schedule, schedule_of
from planlib.schedule.search import Search, seconds
from planlib.schedule.shortest import shortest
from planlib.schedule.weeks import as_day
from planlib.schema import PlanError

OBJECTIVES = ("value", "makespan")
DATES_SHARE = 0.1  # of the time, kept for early starts once the choice is made
DATES_WORKERS = 2  # of a repeatable solve: half the work of four; on five plans 3 % later at most, 10 % earlier once
BY_NEIGHBOURHOODS, BY_PARTS = 120, 500  # actions from which a plan is improved so
PROOF_SHARE = 0.3  # of that time, for a proof, before neighbourhoods


def solve(
    problem: Problem,
    *,
    objective: str = "value",
    time_limit: float = 10.0,
    seed: int = 0,
    hint: pd.DataFrame | None = None,
    repeatable: bool = False,
    gap: float = 0.0,
    on_solution: Callable[[Schedule], object] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Schedule:
    """The best plan found within the limits, and what left each other action out.

    Sought in this order: most total value; then, for that choice, the earliest starts of short-term actions and
    first steps, weighted by value; then level load, by moving the others within their slack.

    Parameters
    ----------
    objective : "value" or "makespan"
        "makespan": every action is done, the last one finishes as early as possible.
    time_limit : float
        Seconds; 0 gives the greedy plan alone. With `repeatable`, work that takes about as long.
    seed : int
        Of the search.
    hint : DataFrame, optional
        The `actions` of a schedule to start from.
    repeatable : bool
        Same input and seed, same output, on any machine: interleaved search, fixed workers, deterministic limit.
    gap : float
        Stop once the value is within this share of the bound.
    on_solution : callable, optional
        Called with each better Schedule, the greedy one first; from the solver's thread. Why each other action is
        out is worked out for the Schedule returned alone.
    stop : callable, optional
        Asked now and then; True ends the search with the best plan so far.

    Returns
    -------
    Schedule
        Status "optimal" when proved, "feasible" when time ran out first, "infeasible" when no plan holds
        every limit for the actions that must be in: then ask `explain`.
    """
    if objective not in OBJECTIVES:
        raise PlanError("schedule.objective", found=str(objective), known=list(OBJECTIVES))
    time_limit = seconds(time_limit)
    run = Search(time_limit, seed=seed, repeatable=repeatable, gap=gap, stop=stop)
    stated = Reason(f"schedule.objective_{objective}")
    if objective == "makespan":
        return shortest(problem, run, seed, stated, on_solution)
    inside = problem.inside

    def tell(board: Board, bound: float) -> None:
        if on_solution is not None:
            on_solution(schedule_of(problem, board, "feasible", board.value(), bound, stated, searching=True))

    board = first_plan(inside, board_of(problem, hint))
    most = sum(max((inside.options[k].points for k in own), default=0) for own in inside.modes_first)
    bound = most / inside.point_scale
    if board is not None:
        tell(board, bound)
    status = "feasible"
    if time_limit > 0 or board is None:
        guide = None if board is not None and run.enough(board.points(), most) else relaxed(inside)
        if guide is not None:
            most = min(most, guide.points)
            board = better_of(board, *filter(whole, guided_plans(inside, guide.share, guide.first)))
        status, board, points = search(
            inside,
            board,
            most,
            run,
            seed,
            lambda found, at: tell(fill(found, density_order(inside)), at / inside.point_scale),
        )
        if status == "infeasible":
            return schedule_of(problem, None, status, float("nan"), float("nan"), stated)
        if board is None:
            raise PlanError("schedule.no_time", seconds=time_limit)
        bound = points / inside.point_scale
        board = early(fill(board, density_order(inside)), run)
    board = fill(level(compact(board)), density_order(inside))  # earlier dates may have made room
    bound = board.value() if status == "optimal" else max(board.value(), bound)
    return schedule_of(problem, board, status, board.value(), bound, stated)


def better_of(*boards: Board | None) -> Board | None:
    """The first of those with most points."""
    found = [board for board in boards if board is not None]
    return max(found, key=Board.points) if found else None


def search(
    inside: Inside, board: Board | None, most: int, run: Search, seed: int, tell: Callable[[Board, float], None]
) -> tuple[str, Board | None, float]:
    """(status, board, bound in points): the whole model, then by neighbourhoods, then, for large plans, by parts.

    A small plan is proved; a middle one is not, by more search, so most of its time goes to neighbourhoods around
    the best plan; a large one takes the solver too long to read whole.
    """
    share = 1.0 - DATES_SHARE
    if board is not None and run.enough(board.points(), most):
        return "optimal" if board.points() >= most else "feasible", board, most
    if board is not None and len(inside.ids) >= BY_PARTS:
        board = improve(board, run, share, seed, most, lambda found: tell(found, most))
        return "optimal" if board.points() >= most else "feasible", board, most
    model = Model(inside)
    model.add_value(most)
    if board is not None:
        model.hint(board)
    proves = len(inside.ids) < BY_NEIGHBOURHOODS or board is None
    status, found, points = run(model, share if proves else share * PROOF_SHARE, on_board=tell)
    most = most if status in ("infeasible", "unknown") else min(most, points)
    board = better_of(found, board)
    if status == "feasible" and not proves and not run.stopped():
        model.hint(board)
        after, found, _ = run(model, share, on_board=tell, lns_only=True)
        board = better_of(found, board)
        status = "optimal" if after == "optimal" and board.points() >= most else status
    return "feasible" if status == "unknown" and board is not None else status, board, most


def early(board: Board, run: Search) -> Board:
    """The same actions and modes, the short-term ones as early as can be found in what is left of the time."""
    board = compact(board)
    if len(board.inside.ids) >= BY_PARTS:
        return board
    if run.left() <= 0.05 or run.stopped():
        return board
    model = Model(board.inside, cuts=False)
    model.fix(board)
    model.add_earliest()
    model.hint(board)
    _, better, _ = run(model, 1.0, most=DATES_SHARE * run.time_limit, workers=DATES_WORKERS)
    return board if better is None else min(board, better, key=lateness)


def lateness(board: Board) -> int:
    """Starts of short-term actions and first steps, weighted by value."""
    inside = board.inside
    return int((inside.soon * board.start)[board.option >= 0].sum())


def board_of(problem: Problem, table: pd.DataFrame | None) -> Board | None:
    """The actions of a published schedule that still fit where they were; the others are left out."""
    if table is None:
        return None
    inside, board = problem.inside, Board(problem.inside)
    number = {action: i for i, action in enumerate(inside.ids)}
    placed = [
        (number[action], row["mode"], as_day(row["start"]))
        for action, row in table[table["chosen"]].iterrows()
        if action in number
    ]
    for action, mode, day in sorted(placed, key=lambda item: inside.rank[item[0]]):
        ready = all(board.option[earlier] >= 0 for earlier, _ in inside.before[action])
        _, rule, members = inside.group_of.get(action, (None, None, ()))
        if not ready or day is None or inside.stepless[action]:
            continue
        if rule == "one_of" and any(board.option[member] >= 0 for member in members):
            continue
        start = inside.calendar.first_from(day)
        for k in inside.options_of[action]:
            if inside.options[k].mode == mode and start >= board.lower(action):
                found = board.earliest(k, start, start)
                if found is not None:
                    board.put(k, *found)
    for _, rule, members in inside.groups:
        if rule == "all_or_none" and any(board.option[member] < 0 for member in members):
            _take_with_followers(board, members)
    return board


def _take_with_followers(board: Board, members) -> None:
    waiting = [member for member in members if board.option[member] >= 0]
    while waiting:
        action = waiting.pop()
        if board.option[action] >= 0:
            board.take(action)
            waiting += [later for later, _ in board.inside.after[action]]
            _, rule, others = board.inside.group_of.get(action, (None, None, ()))
            waiting += others if rule == "all_or_none" else ()
