"""A plan that has begun, made again from a day: what is done, spent or under way stays and is paid for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from planlib import decide
from planlib.facts import Facts
from planlib.schedule import Explanation, explain, replan
from planlib.schedule.inputs import inputs
from planlib.schema import PlanError


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why no plan is possible: three sentences, told inside an error in its language."""

    explanation: Explanation
    names: dict[str, dict[str, str]]

    def text(self, lang: str) -> str:
        return " ".join(self.explanation.sentences(lang, self.names[lang]))


def again(
    facts: Facts, start: date, today: date, *, time_limit: float, changes: dict[str, str] | None = None
) -> decide.Plan:
    """The stored plan that began in the week of `start`, changed as little as can be from `today` on.

    Actions done keep their place, so that the days and the money they took are not offered again: figures are
    those of the plan's whole span.
    """
    stored = facts.schedule
    done = facts.status.index[(facts.status == "done") & stored["chosen"].reindex(facts.status.index).fillna(False)]
    published = stored[["chosen", "mode", "start", "finish"]].copy()
    published["spent"] = facts.spending.groupby("action_id")["amount"].sum().reindex(published.index).fillna(0.0)
    published["status"] = facts.status.reindex(published.index)
    actions = facts.actions.copy()
    actions["status"] = facts.status.mask(facts.status.index.isin(done), "ongoing")
    standing = facts.replacing(actions=actions, updates=facts.updates.iloc[:0])
    stated = inputs(standing, decide.ranking(facts)["score"], start, changes)
    if stated.problem is None:
        return decide.Plan(stated, None)
    found = replan(stated.problem, published, today, time_limit=time_limit, repeatable=True)
    if found.status == "infeasible":
        names = {lang: decide.names(facts, lang) for lang in ("fr", "en")}
        raise PlanError("decide.infeasible", why=Conflict(explain(stated.problem), names))
    return decide.Plan(stated, found)
