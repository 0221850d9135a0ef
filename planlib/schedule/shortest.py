"""The shortest plan: every action done, the last finish as early as possible."""

from __future__ import annotations

from collections.abc import Callable

from planlib.schedule.greedy import Board, density_order, fill
from planlib.schedule.model import Model
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Reason
from planlib.schedule.result import Schedule, schedule_of
from planlib.schedule.search import Search
from planlib.schema import PlanError


def shortest(
    problem: Problem, run: Search, stated: Reason, on_solution: Callable[[Schedule], object] | None
) -> Schedule:
    """Every action done, in the fewest weeks found; see `solve`."""
    inside = problem.inside

    def tell(board: Board, bound: float) -> None:
        if on_solution is not None:
            on_solution(schedule_of(problem, board, "feasible", weeks_of(board), bound, stated))

    board = fill(Board(inside), density_order(inside))
    if (board.option < 0).any():
        board = None
    else:
        tell(board, 0.0)
    if board is not None and run.left() <= 0:
        return schedule_of(problem, board, "feasible", weeks_of(board), 0.0, stated)
    model = Model(inside, everything=True, cuts=False)
    model.add_makespan(None if board is None else last_end(board))
    if board is not None:
        model.hint(board)
    status, better, bound = run(model, 1.0, tell)
    if status == "infeasible":
        return schedule_of(problem, None, status, float("nan"), float("nan"), stated)
    board = better or board
    if board is None:
        raise PlanError("schedule.no_time", seconds=run.time_limit)
    return schedule_of(problem, board, "optimal" if status == "optimal" else "feasible", weeks_of(board), bound, stated)


def last_end(board: Board) -> int:
    """The working week after the last one used."""
    return max(start + board.inside.options[k].weeks for start, k in zip(board.start, board.option, strict=True))


def weeks_of(board: Board) -> float:
    """Calendar weeks from week 0 to the last finish."""
    return float(board.inside.calendar.weeks[last_end(board) - 1] + 1)
