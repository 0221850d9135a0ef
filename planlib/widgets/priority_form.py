"""A priority that differs from the rank: which action, what the room decides, who says so and why."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw
import pandas as pd

from planlib import decide
from planlib.facts import Facts
from planlib.schema import PlanError
from planlib.widgets.signed import SignedForm, columns, figure, row, text_or_none


class PriorityForm(SignedForm):
    """The action by its rank, and the priority and place the room gives it instead; the rank itself stays."""

    def __init__(self, facts: Facts, lang: str, saved: Callable[[], object] | None = None):
        self._facts, self._lang = facts, lang
        self._ranked = decide.ranking(facts)
        self.action = self.choice("action", self._listed())
        self.priority = self.codes("priority", "priority")
        self.place = self.number("priority_rank")
        fields = ipw.GridBox([self.action, self.priority, self.place], layout=columns("3fr 1.4fr 1fr"))
        super().__init__(facts, lang, [fields], saved)
        self.action.observe(self._now, "value")
        self._now()

    def _listed(self) -> list[tuple[str, str]]:
        """Every action by its rank, the place it was given after an arrow."""
        decided = self._facts.priorities
        listed = []
        for (text, action), rank in zip(self.actions_listed(self._ranked.index), self._ranked["rank"], strict=True):
            place = f"{rank}. " if pd.notna(rank) else ""
            given = " ← " + self._told(decided.loc[action]) if action in decided.index else ""
            listed.append((f"{place}{text}{given}", action))
        return listed

    def _told(self, given: pd.Series) -> str:
        parts = [self.say("place_given", place=int(given["rank"]))] if pd.notna(given["rank"]) else []
        options = {code: label for label, code in self.priority.options} if hasattr(self, "priority") else {}
        if isinstance(given["priority"], str):
            parts.insert(0, options.get(given["priority"], given["priority"]))
        return ", ".join(parts)

    def _now(self, _change=None) -> None:
        """What the room decided of this action before."""
        decided = self._facts.priorities
        given = decided.loc[self.action.value] if self.action.value in decided.index else None
        self.priority.value = given["priority"] if given is not None and isinstance(given["priority"], str) else ""
        self.place.value = str(int(given["rank"])) if given is not None and pd.notna(given["rank"]) else ""

    def check(self) -> None:
        if self.action.value is None:
            raise PlanError("panel.no_action")
        place = figure(self.place.value, self._lang)
        if place is not None and (place != int(place) or not 1 <= place <= len(self._ranked)):
            raise PlanError("panel.place_wrong", found=self.place.value.strip(), n=len(self._ranked))
        if place is None and not self.priority.value and self.action.value not in self._facts.priorities.index:
            raise PlanError("panel.no_priority")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        place = figure(self.place.value, self._lang)
        values = {
            "priority": text_or_none(self.priority.value),
            "rank": None if place is None else int(place),
            "why": text_or_none(self.why.value),
        }
        return {"priority": row(("action_id",), (self.action.value,), values)}

    def refresh(self) -> None:
        self.why.value = ""
        chosen = self.action.value
        self.action.options = self._listed()
        self.action.value = chosen
