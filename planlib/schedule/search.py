"""One search of the CP-SAT solver within a time limit: live or repeatable, watched and stopped."""

from __future__ import annotations

import time  # only to share out a time limit: the plan of a repeatable solve does not depend on it
from collections.abc import Callable
from numbers import Real
from threading import Event, Thread

from planlib.schedule.greedy import Board
from planlib.schedule.model import Model
from planlib.schema import PlanError

WORKERS = 4  # of a repeatable solve: fixed, so that another machine finds the same plan
UNITS_A_SECOND = 0.2  # deterministic time that such a solve does in about a second on two cores
POLL = 0.05  # seconds between two looks at `stop`


def seconds(time_limit) -> float:
    """A time limit, checked: a number of seconds, 0 or more."""
    if isinstance(time_limit, bool) or not isinstance(time_limit, Real) or not time_limit >= 0:
        raise PlanError("schedule.time_limit", found=str(time_limit))
    return float(time_limit)


class Search:
    """Time shared between several solves. Called with a model; gives (status, board or None, bound)."""

    def __init__(self, time_limit: float, *, seed: int, repeatable: bool, gap: float, stop: Callable[[], bool] | None):
        self.time_limit = time_limit
        self.repeatable = repeatable
        self._seed, self._gap, self._stop = seed, gap, stop
        self._began = time.perf_counter()
        self._granted = 0.0  # nominal seconds of a repeatable solve

    def left(self) -> float:
        """What is left of the limit: seconds, nominal ones for a repeatable solve."""
        return self.time_limit - (self._granted if self.repeatable else time.perf_counter() - self._began)

    def stopped(self) -> bool:
        return self._stop is not None and bool(self._stop())

    def enough(self, points: int, most: int) -> bool:
        """Whether a plan is as near the bound as was asked."""
        return points * (1 + self._gap) >= most

    def __call__(
        self,
        model: Model,
        share: float,
        on_board: Callable[[Board, float], None] | None = None,
        most: float | None = None,
        lns_only: bool = False,
        workers: int = WORKERS,
        without: tuple[str, ...] = (),
    ) -> tuple[str, Board | None, float]:
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.random_seed = self._seed
        parameters.relative_gap_limit = self._gap
        limit = max(0.01, self.left() * share if most is None else min(most, self.left() * share))
        parameters.use_lns_only = lns_only
        self._granted += limit
        if self.repeatable:
            parameters.num_workers = workers
            parameters.ignore_subsolvers.extend(without)
            parameters.interleave_search = True
            parameters.max_deterministic_time = limit * UNITS_A_SECOND * workers / WORKERS
        else:
            parameters.max_time_in_seconds = limit

        class Watch(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self):
                on_board(model.board(self.value), self.best_objective_bound)

        done = Event()
        watcher = Thread(target=self._watch, args=(solver, done), daemon=True)
        if self._stop is not None:
            watcher.start()
        try:
            code = solver.solve(model.cp, Watch() if on_board is not None else None)
        finally:
            done.set()
        if code == cp_model.MODEL_INVALID:
            raise ValueError(model.cp.validate())  # a fault of the model, never of the client's figures
        if code == cp_model.INFEASIBLE:
            return "infeasible", None, float("nan")
        if code == cp_model.UNKNOWN:
            return "unknown", None, solver.best_objective_bound
        proved = code == cp_model.OPTIMAL and abs(solver.best_objective_bound - solver.objective_value) < 0.5
        return "optimal" if proved else "feasible", model.board(solver.value), solver.best_objective_bound

    def _watch(self, solver, done: Event) -> None:
        while not done.wait(POLL):
            if self._stop():
                solver.stop_search()
                return
