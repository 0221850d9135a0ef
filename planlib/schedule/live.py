"""A plan at once, and a better one while people talk: the search goes on in the background until it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Event, Lock, Thread

import pandas as pd

from planlib.schedule.problem import Problem
from planlib.schedule.replan import replan
from planlib.schedule.result import Schedule
from planlib.schedule.solver import solve
from planlib.schema import PlanError


class Improving:
    """A search in the background. All of it may be called from any thread.

    best : the best plan so far; the greedy one at first; None only while no plan holding every limit is found.
    done : whether the search has ended: proved, out of time, stopped, or failed.
    error : what it failed with, or None.
    """

    def __init__(self, run: Callable[..., Schedule], on_better: Callable[[Schedule], object] | None):
        self._lock, self._stop, self._end = Lock(), Event(), Event()
        self._on_better = on_better
        self._best: Schedule | None = None
        self._error: BaseException | None = None
        try:
            self._best = run(time_limit=0)
        except PlanError as error:
            if error.key != "schedule.no_time":
                raise
        self._thread = Thread(target=self._search, args=(run,), name="planlib-improving", daemon=True)
        self._thread.start()

    @property
    def best(self) -> Schedule | None:
        with self._lock:
            return self._best

    @property
    def done(self) -> bool:
        return self._end.is_set()

    @property
    def error(self) -> BaseException | None:
        return self._error

    def stop(self) -> None:
        """Ask the search to end; `on_better` is not called any more. Returns at once: `wait` for the end."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> Schedule | None:
        """Wait for the end, or so many seconds, and give the best plan so far; raises what the search failed with."""
        self._end.wait(seconds)
        if self._error is not None:
            raise self._error
        return self.best

    def _search(self, run: Callable[..., Schedule]) -> None:
        try:
            self._tell(run(on_solution=self._heard, stop=self._stop.is_set), last=True)
        except BaseException as error:  # a thread has nobody above it: `wait` raises it where someone listens
            self._error = error
        finally:
            self._end.set()

    def _heard(self, plan: Schedule) -> None:
        try:
            self._tell(plan)
        except BaseException as error:  # a listener's fault, inside the solver: end the search, keep the fault
            self._error = error
            self._stop.set()

    def _tell(self, plan: Schedule, *, last: bool = False) -> None:
        with self._lock:
            better = self._best is None or not plan.value <= self._best.value
            if not (better or last):
                return
            self._best = plan
        if self._on_better is not None and not self._stop.is_set():
            self._on_better(plan)


def improving(
    problem: Problem,
    time_limit: float = 30.0,
    on_better: Callable[[Schedule], object] | None = None,
    *,
    seed: int = 0,
    hint: pd.DataFrame | None = None,
    published: pd.DataFrame | None = None,
    today: date | None = None,
) -> Improving:
    """A first plan at once, then better ones from a thread, for a room that waits.

    Not repeatable: what is found depends on the machine. A report solves with `repeatable=True` instead.

    Parameters
    ----------
    problem : Problem
    time_limit : float
        Seconds of search.
    on_better : callable, optional
        Called from the search's thread with each better Schedule, and once with the last one, whose dates are set.
        A notebook's widgets may be changed there; keep it short.
    seed, hint
        As in `solve`.
    published, today : optional
        A plan under way: changed as little as can be, as in `replan`.

    Returns
    -------
    Improving
        `.best`, `.done`, `.error`, `.stop()`, `.wait(seconds)`. When this returns, `.best` is the greedy plan.
    """

    def run(**how) -> Schedule:
        how = {"time_limit": time_limit, "seed": seed, **how}
        if published is not None:
            return replan(problem, published, today, **how)
        return solve(problem, hint=hint, **how)

    return Improving(run, on_better)
