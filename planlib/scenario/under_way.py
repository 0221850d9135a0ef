"""A plan that has begun, made again from a day: what is done, spent or under way stays and is paid for."""

from __future__ import annotations

from datetime import date

import pandas as pd

from planlib import decide
from planlib.facts import Facts
from planlib.schedule import Problem, Schedule, explain, replan
from planlib.schedule.inputs import Inputs, inputs


def stated(facts: Facts, start: date, changes: dict[str, str] | None = None) -> Inputs:
    """The problem of a plan that began in the week of `start`: what is done or begun keeps its place in it, so that
    the days and the money it took are not offered again. Figures are those of the plan's whole span."""
    return inputs(facts, decide.ranking(facts)["score"], start, changes, standing=True)


def published(facts: Facts) -> pd.DataFrame:
    """The stored plan, with what has been spent on each action and where it stands."""
    table = facts.schedule[["chosen", "mode", "start", "finish"]].copy()
    table["spent"] = facts.spending.groupby("action_id")["amount"].sum().reindex(table.index).fillna(0.0)
    table["status"] = facts.status.reindex(table.index)
    return table


def again(
    facts: Facts, start: date, today: date, *, time_limit: float, changes: dict[str, str] | None = None
) -> decide.Plan:
    """The stored plan that began in the week of `start`, changed as little as can be from `today` on."""
    found = stated(facts, start, changes)
    if found.problem is None:
        return decide.Plan(found, None)
    schedule = replan(found.problem, published(facts), today, time_limit=time_limit, repeatable=True)
    return decide.Plan(found, possible(facts, found.problem, schedule))


def possible(facts: Facts, problem: Problem, schedule: Schedule) -> Schedule:
    """The schedule; a PlanError that explains when no plan holds every limit."""
    if schedule.status == "infeasible":
        raise decide.impossible(explain(problem), facts)
    return schedule
