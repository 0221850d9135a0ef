"""Money and days as two levers: the plan that a change of them allows, at once, then better while people look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from planlib import decide
from planlib.facts import TABLES, Facts
from planlib.plan.adopted import Adopted, adopted
from planlib.scenario.recomputed import known_on, start_of
from planlib.scenario.under_way import published, stated
from planlib.schedule import Improving, Point, Schedule, curve, improving, stored
from planlib.schedule.inputs import Inputs, inputs
from planlib.schema import PlanError
from planlib.store import Book


@dataclass(frozen=True, slots=True, eq=False)
class Levers:
    """A plan to move by its money and its days.

    table : the stored plan when it is under way, which is then changed as little as can be; else None.
    """

    facts: Facts
    inputs: Inputs
    table: pd.DataFrame | None
    today: date | None

    def at(
        self, money: float, days: float, seconds: float = 20.0, on_better: Callable[[Schedule], object] | None = None
    ) -> Improving:
        """The plan with money and days changed by shares (-0.2 is a fifth less): the first one at once."""
        problem = self.inputs.problem
        changed = {}
        if money and problem.budget is not None:
            changed["budget"] = problem.budget.assign(amount=problem.budget["amount"] * (1 + money))
        if days and problem.capacity is not None:
            changed["capacity"] = problem.capacity.assign(days=problem.capacity["days"] * (1 + days))
        problem = replace(problem, **changed) if changed else problem
        return improving(problem, seconds, on_better, published=self.table, today=self.today)

    def document(self, found: Schedule, year: int) -> Adopted:
        """A schedule as the tables of the plan's charts."""
        rows = stored.rows(found.actions, ())
        before = self.facts.actions.copy()
        was = self.facts.schedule[["start", "finish"]].reindex(before.index)
        for end in ("start", "finish"):
            before[f"published_{end}"] = before[f"published_{end}"].fillna(was[end])
        known = self.facts.replacing(schedule=rows, actions=before)
        return adopted(known, year, edition="internal", use=found.use)

    def curve(
        self, of: str = "budget", stop: Callable[[], bool] | None = None, seconds: float = 1.0
    ) -> Iterator[Point]:
        """The value of the best plan over budgets, or over days, from the least to the most."""
        return curve(self.inputs.problem, of=of, published=self.table, today=self.today, stop=stop, time_limit=seconds)


def levers(book: Book, today: date | None = None) -> Levers:
    """The levers of a workbook's plan; a plan under way keeps what is done, spent or under way.

    Raises
    ------
    PlanError
        No action to plan.
    """
    start, under_way = start_of(book, today)
    day = today if under_way else start
    known = known_on(Facts(book, None, None, day), day)
    for name in TABLES:  # read once, here: what looks for a better plan is another thread, which has no workbook
        getattr(known, name)
    found = stated(known, start) if under_way else inputs(known, decide.ranking(known)["score"], start)
    if found.problem is None:
        raise PlanError("scenario.no_action", client=book.client)
    return Levers(known, found, published(known) if under_way else None, today if under_way else None)
