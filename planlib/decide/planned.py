"""The plan that fits: a ranking, and people, money and limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib.decide.ranked import names, priorities, ranking
from planlib.facts import Facts
from planlib.schedule import Explanation, Schedule, explain, replan, solve
from planlib.schedule.inputs import Inputs, inputs
from planlib.schema import PlanError
from planlib.words import LANGS


@dataclass(frozen=True, slots=True)
class Plan:
    """A solved plan of a workbook: what stays outside, what was assumed, and the schedule of the rest."""

    inputs: Inputs
    schedule: Schedule | None

    @property
    def actions(self) -> pd.DataFrame:
        """Every action: chosen, mode, start, finish, why_not (a Reason)."""
        outside = self.inputs.outside
        aside = pd.DataFrame(
            {"chosen": False, "mode": None, "start": pd.NaT, "finish": pd.NaT, "why_not": list(outside.values())},
            index=pd.Index(list(outside), name="action_id", dtype="object"),
        )
        parts = [part for part in (None if self.schedule is None else self.schedule.actions, aside) if part is not None]
        return pd.concat([part for part in parts if len(part)] or parts).sort_index()


def plan(
    facts: Facts,
    start: date,
    *,
    time_limit: float = 10.0,
    changes: dict | None = None,
    keep_dates: bool = False,
) -> Plan:
    """The best plan of a workbook from the week of `start`, under its people, money and limits.

    Parameters
    ----------
    time_limit : float
        Deterministic units of about a second: the same workbook gives the same plan on any machine.
    changes : dict, optional
        action_id -> "in" or "out": what a scenario forces.
    keep_dates : bool
        Change the stored plan as little as possible: what is spent, signed or under way stays.

    Raises
    ------
    PlanError
        No plan holds every limit: which ones conflict, the cheapest repair, what is given up otherwise. Dates to
        keep, but no stored plan.
    """
    facts = facts.replacing(actions=facts.actions.assign(priority=priorities(facts)))
    stated = inputs(facts, ranking(facts)["score"], start, changes, standing=keep_dates)
    if stated.problem is None:
        return Plan(stated, None)
    published = _published(facts) if keep_dates else None
    if published is not None:
        found = replan(stated.problem, published, start, time_limit=time_limit, repeatable=True)
    else:
        found = solve(stated.problem, time_limit=time_limit, repeatable=True)
    if found.status == "infeasible":
        raise impossible(explain(stated.problem, published, start), facts)
    return Plan(stated, found)


def _published(facts: Facts) -> pd.DataFrame:
    """The stored plan, with what has been spent on each action and where it stands."""
    stored = facts.schedule
    if stored.empty:
        raise PlanError("decide.no_plan_yet", client=facts.book.client)
    spent = facts.spending.groupby("action_id")["amount"].sum()
    published = stored[["chosen", "mode", "start", "finish"]].copy()
    published["spent"] = spent.reindex(published.index).fillna(0.0)
    published["status"] = facts.status.reindex(published.index)
    return published


def impossible(explanation: Explanation, facts: Facts) -> PlanError:
    """The error of a plan that cannot be, told in three sentences."""
    return PlanError("decide.infeasible", why=_Conflict(explanation, {lang: names(facts, lang) for lang in LANGS}))


@dataclass(frozen=True, slots=True)
class _Conflict:
    """An explanation inside an error, in its language; the names are read before the workbook is closed."""

    explanation: Explanation
    names: dict[str, dict[str, str]]

    def text(self, lang: str) -> str:
        return " ".join(self.explanation.sentences(lang, self.names[lang]))
