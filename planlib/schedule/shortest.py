"""The shortest plan: every action done, the last finish as early as possible."""

from __future__ import annotations

from collections.abc import Callable

from planlib.schedule.evolve import evolve, is_plain
from planlib.schedule.greedy import Board, density_order, fill
from planlib.schedule.model import Model
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Reason
from planlib.schedule.result import Schedule, schedule_of
from planlib.schedule.search import Search
from planlib.schema import PlanError

PROOF_SHARE, EVOLVE_SHARE = 0.12, 0.85  # of the time: a first proof, then generations; the solver ends


def shortest(
    problem: Problem, run: Search, seed: int, stated: Reason, on_solution: Callable[[Schedule], object] | None
) -> Schedule:
    """Every action done, in the fewest weeks found; see `solve`.

    An easy plan is proved at once. A hard one is seeded by generations of justified plans, where its rules are
    days and order alone, before the solver ends.
    """
    inside = problem.inside

    def tell(board: Board, bound: float) -> None:
        if on_solution is not None:
            on_solution(schedule_of(problem, board, "feasible", weeks_of(board), bound, stated, searching=True))

    board = fill(Board(inside), density_order(inside))
    board = board if (board.option >= 0).all() else None
    if board is not None:
        tell(board, 0.0)
    status, bound = "feasible", 0.0
    if run.left() > 0 or board is None:
        plain = is_plain(inside)
        status, board, bound = _solved(inside, board, run, PROOF_SHARE if plain else 1.0, tell)
        if plain and status in ("feasible", "unknown") and not run.stopped():
            bound = max(0.0, bound)
            board = _shorter(board, evolve(inside, run, EVOLVE_SHARE, seed, int(bound)))
            tell(board, bound)
            if last_end(board) > bound:
                status, board, after = _solved(inside, board, run, 1.0, tell)
                bound = max(bound, after)
            else:
                status = "optimal"
        if status == "infeasible":
            return schedule_of(problem, None, status, float("nan"), float("nan"), stated)
        if board is None:
            raise PlanError("schedule.no_time", seconds=run.time_limit)
    value = weeks_of(board)
    optimal = status == "optimal"
    return schedule_of(problem, board, "optimal" if optimal else "feasible", value, value if optimal else bound, stated)


def _solved(inside, board: Board | None, run: Search, share: float, tell) -> tuple[str, Board | None, float]:
    model = Model(inside, everything=True, cuts=False)
    model.add_makespan(None if board is None else last_end(board))
    if board is not None:
        model.hint(board)
    status, found, bound = run(model, share, tell)
    return status, _shorter(found, board), bound


def _shorter(one: Board | None, other: Board | None) -> Board | None:
    if one is None or other is None:
        return one or other
    return min(one, other, key=last_end)


def last_end(board: Board) -> int:
    """The working week after the last one used."""
    return max(start + board.inside.options[k].weeks for start, k in zip(board.start, board.option, strict=True))


def weeks_of(board: Board) -> float:
    """Calendar weeks from week 0 to the last finish."""
    return float(board.inside.calendar.weeks[last_end(board) - 1] + 1)
