"""Plans between which a council can choose when a limit changes: the same facts, sought in different ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from planlib import decide
from planlib.facts import Facts
from planlib.scenario.under_way import possible, published, stated
from planlib.schedule import Problem, Reason, Schedule, replan, solve
from planlib.schedule.freeze import Frozen, frozen_of
from planlib.schedule.inputs import Inputs
from planlib.schedule.model import Model
from planlib.schedule.replan import standing
from planlib.schedule.result import schedule_of
from planlib.schedule.search import Search
from planlib.schedule.solver import board_of
from planlib.schedule.use import use

STEPS = 32  # of a cut: how finely the part to find is sought


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """A plan that has been published, under facts that may have changed, on a day.

    What is done, spent, signed or under way by `today` stays in every plan made of it.
    """

    facts: Facts
    inputs: Inputs
    table: pd.DataFrame
    today: date
    time_limit: float

    @property
    def problem(self) -> Problem:
        return self.inputs.problem

    @property
    def frozen(self) -> dict[int, Frozen]:
        return frozen_of(self.problem, self.table[self.table["chosen"].fillna(False).astype(bool)], self.today)

    def held(self, problem: Problem) -> Problem:
        """A problem with what is committed at its dates, and nothing else before today."""
        return standing(problem, self.table, self.today)

    def replanned(self, problem: Problem, table: pd.DataFrame | None = None) -> Schedule:
        """The published plan, changed as little as a problem allows."""
        table = self.table if table is None else table
        schedule = replan(problem, table, self.today, time_limit=self.time_limit, repeatable=True)
        return possible(self.facts, problem, schedule)

    def plan(self, schedule: Schedule) -> decide.Plan:
        """The schedule as a plan of these facts: what it uses is counted against the limits as they are, whatever
        was lifted or left aside to find it."""
        return decide.Plan(self.inputs, replace(schedule, use=use(self.problem, schedule.actions)))


def situation(facts: Facts, start: date, today: date, changes: dict[str, str], time_limit: float) -> Situation:
    """The plan that began in the week of `start`, as it stands on the day; `changes` are actions forced in or out."""
    return Situation(facts, stated(facts, start, changes), published(facts), today, time_limit)


def fewest_dates(at: Situation) -> decide.Plan:
    """The published plan, changed as little as the limits allow."""
    return at.plan(at.replanned(at.problem))


def most_value(at: Situation) -> decide.Plan:
    """The plan of most value; for that choice of actions, as few published dates as possible move."""
    best = solve(at.held(at.problem), time_limit=at.time_limit, repeatable=True)
    best = possible(at.facts, at.problem, best)
    keep = set(best.actions.index[best.actions["chosen"]])
    calm = replan(only(at.problem, keep), at.table, at.today, time_limit=at.time_limit, repeatable=True)
    found = best if calm.status == "infeasible" or calm.value < best.value - 1e-9 else calm
    actions = found.actions.copy()
    for action, one in at.frozen.items():
        days = [pd.Timestamp(one.start), pd.Timestamp(one.finish)]
        actions.loc[at.problem.inside.ids[action], ["start", "finish"]] = days
    actions["why_not"] = best.actions["why_not"]
    return at.plan(replace(found, status=best.status, actions=actions, why_not=best.why_not))


def fewest_lost(at: Situation) -> decide.Plan:
    """The plan that keeps the most actions, of as many the one of most value; then as few dates as possible move."""
    values = at.problem.actions["value"]
    total = float(values.sum()) or 1.0
    alike = replace(at.problem, actions=at.problem.actions.assign(value=1.0 + values / total))
    return at.plan(at.replanned(alike))


def from_the_bottom(at: Situation, keep: Iterable[str]) -> decide.Plan:
    """The actions to keep in the order of their value, the last ones left out until the others fit; what comes after
    one left out goes with it."""
    problem = at.problem
    keep = set(keep) & set(problem.inside.ids)
    begun = {problem.inside.ids[action] for action in at.frozen}
    order = sorted(keep - begun, key=lambda action: (-problem.actions["value"][action], str(action)))
    pairs = (
        []
        if problem.precedence is None
        else list(zip(problem.precedence["before"], problem.precedence["after"], strict=True))
    )

    def first(n: int) -> set[str]:
        kept = begun | set(order[:n])
        while gone := {after for before, after in pairs if after in kept - begun and before not in kept}:
            kept -= gone
        return kept

    low, high = 0, len(order)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(at, problem, first(middle)) else (low, middle - 1)
    kept = first(low)
    schedule = at.replanned(only(problem, kept))
    return at.plan(_with_reasons(at, schedule, kept - begun))


def _with_reasons(at: Situation, schedule: Schedule, kept: set[str]) -> Schedule:
    """The schedule, each action left out saying what it lacks beside it, or where the order stopped."""
    values, view = at.problem.actions["value"], at.held(at.problem)
    board = board_of(view, schedule.actions)
    told = schedule_of(view, board, schedule.status, schedule.value, schedule.bound, schedule.objective).actions[
        "why_not"
    ]
    last = min(kept, key=lambda action: (values[action], str(action)), default=None)
    stops = Reason("scenario.why_order", {"other": last})
    actions = schedule.actions.copy()
    for action in actions.index[~actions["chosen"].astype(bool)]:
        fits_beside = told[action] is None or told[action].key == "schedule.why_time"
        actions.loc[action, "why_not"] = stops if fits_beside and last is not None else told[action]
    return replace(schedule, actions=actions)


def everything(at: Situation, keep: Iterable[str], before: Facts) -> decide.Plan:
    """The actions to keep, all of them: later or in a lighter mode where that is enough; else with as little of the
    cut given back as can be, which is then to be found elsewhere. `before` holds the budgets before the cut.

    When even that is not enough, every one stays as published, and what it lacks is to be found.
    """
    keep = set(keep) & set(at.problem.inside.ids)

    def eased(step: int) -> Problem:
        return only(_given_back(at.problem, before, step / STEPS), keep)

    def feasible(step: int) -> bool:
        return fits(at, _given_back(at.problem, before, step / STEPS), keep)

    if not feasible(STEPS):
        signed = at.table.assign(signed=at.table["chosen"] & at.table.index.isin(keep))
        return at.plan(at.replanned(only(at.problem, keep), signed))
    low, high = -1, STEPS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if feasible(middle) else (middle, high)
    return at.plan(at.replanned(eased(high)))


def fits(at: Situation, problem: Problem, keep: set[str]) -> bool:
    """Whether all of these actions, and they alone, fit a problem beside what is committed."""
    inside = at.held(only(problem, keep)).inside
    forced = np.array([name in keep for name in inside.ids], dtype=bool)
    model = Model(replace(inside, forced=inside.forced | forced))
    found, _, _ = Search(at.time_limit, seed=0, repeatable=True, gap=0.0, stop=None)(model, 1.0)
    return found in ("optimal", "feasible")


def only(problem: Problem, keep: Iterable[str]) -> Problem:
    """The problem without the actions that are not kept."""
    inside = problem.inside
    here = np.array([name in set(keep) for name in inside.ids], dtype=bool)

    def kept(lists: list[list]) -> list[list]:
        return [own if here[action] else [] for action, own in enumerate(lists)]

    return problem.seen(
        replace(
            inside,
            options_of=kept(inside.options_of),
            modes_first=kept(inside.modes_first),
            before=kept(inside.before),
            groups=[group for group in inside.groups if here[list(group[2])].all()],
        )
    )


def _given_back(problem: Problem, before: Facts, share: float) -> Problem:
    """The problem with a share of what the changes take from the budgets given back."""
    if problem.budget is None or not share:
        return problem
    had = before.budgets["amount"].reindex(pd.MultiIndex.from_frame(problem.budget[["source_id", "fiscal_year"]]))
    lost = np.clip(np.nan_to_num(had.to_numpy(dtype=float)) - problem.budget["amount"].to_numpy(dtype=float), 0, None)
    return replace(problem, budget=problem.budget.assign(amount=problem.budget["amount"] + share * lost))
