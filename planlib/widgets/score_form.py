"""Correct a score in the room: whose, which cell, who says so and why."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw
import pandas as pd

from planlib import decide
from planlib.facts import Facts, titles
from planlib.plan.rows import natural
from planlib.schema import PlanError
from planlib.widgets.score_table import ScoreTable
from planlib.widgets.signed import SignedForm


class ScoreForm(SignedForm):
    """A judge's table of scores; the cells changed are the answer. The score found before stays in the history."""

    def __init__(self, facts: Facts, lang: str, saved: Callable[[], object] | None = None):
        self._facts, self._lang = facts, lang
        self.judge = self.choice("judge", self._judges())
        self._holder = ipw.Box(layout=ipw.Layout(max_height="420px", overflow="auto", display="block"))
        super().__init__(facts, lang, [self.judge, self._holder], saved)
        self.judge.observe(self._draw, "value")
        self._draw()

    def _judges(self) -> list[tuple[str, str]]:
        given = decide.judgements(self._facts).groupby("judge_id")["table"].first()
        return [
            (judge if pd.isna(table) or table == judge else f"{judge} ({table})", judge)
            for judge, table in given.items()
        ]

    def _draw(self, _change=None) -> None:
        facts = self._facts
        judged = decide.judgements(facts)
        numbers = facts.actions["number"].fillna(facts.actions.index.to_series())
        ids = sorted(judged["action_id"].unique(), key=lambda action: (natural(numbers.get(action)), action))
        named = (numbers + " " + titles(facts.actions, self._lang)).reindex(ids)
        self.table = ScoreTable(
            judged.set_index(["judge_id", "action_id", "criterion_id"]),
            facts.scored_criteria,
            self.judge.value or "",
            self._lang,
            named,
            titles(facts.scored_criteria, self._lang),
        )
        self._holder.children = [self.table]

    def show(self, action_id: str, criterion_id: str) -> None:
        """Bring the cell into view: of the judge shown, or of the first who scored it when that one did not."""
        judged = decide.judgements(self._facts).dropna(subset="performance")
        cell = judged[(judged["action_id"] == action_id) & (judged["criterion_id"] == criterion_id)]
        if len(cell) and self.judge.value not in set(cell["judge_id"]):
            self.judge.value = sorted(cell["judge_id"])[0]
        self.table.look(action_id, criterion_id)

    def check(self) -> None:
        if self.table.judgements.empty:
            raise PlanError("panel.no_score_changed")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"judgement": self.table.judgements}

    def refresh(self) -> None:
        self.why.value = ""
        self._draw()
