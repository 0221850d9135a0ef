"""An update in under two minutes: which action, where it stands, one sentence, who says so."""

from __future__ import annotations

import pandas as pd

from planlib import plan
from planlib.facts import Facts
from planlib.schema import PlanError
from planlib.widgets.signed import SignedForm, row, text_or_none


class UpdateForm(SignedForm):
    """One action's news, dated the day of the facts. What is said is the why."""

    why_key = "what_happened"
    narrow = True

    def __init__(self, facts: Facts, lang: str, saved=None):
        self._facts, self._lang = facts, lang
        open_rows = self._open()
        owners = sorted(open_rows["owner"].dropna().unique())
        self.owner = self.choice("owner", [(name, name) for name in owners], blank="everyone")
        self.action = self.choice("action", self.actions_listed(open_rows.index))
        self.status = self.codes("status", "status")
        self.health = self.codes("health", "health")
        self.reason = self.codes("reason", "reason")
        self.new_date = self.day("new_date")
        fields = [self.owner, self.action, self.status, self.health, self.reason, self.new_date]
        super().__init__(facts, lang, fields, saved)
        self.owner.observe(self._listed, "value")
        self.action.observe(self._now, "value")
        self.status.observe(self._asked, "value")
        self._now()

    def _open(self) -> pd.DataFrame:
        """Actions of the plan that are not closed, by owner."""
        table = plan.standing(self._facts).assign(owner=self._facts.owners)
        open_ = ~table["status"].isin(["done", "dropped"]) & table.index.isin(self._facts.current)
        return table[open_]

    def _listed(self, _change=None) -> None:
        rows = self._open()
        wanted = rows if not self.owner.value else rows[rows["owner"] == self.owner.value]
        self.action.options = self.actions_listed(wanted.index)

    def _now(self, _change=None) -> None:
        """Start from what was last said."""
        if self.action.value is None:
            return
        said = plan.standing(self._facts).loc[self.action.value]
        self.status.value = said["status"] if isinstance(said["status"], str) else ""
        known = isinstance(said["health"], str) and said["health"] != "no_update"
        self.health.value = said["health"] if known else ""
        self.reason.value = said["reason"] if isinstance(said["reason"], str) else ""
        self.new_date.value = None if pd.isna(said["new_date"]) else said["new_date"].date()
        self._asked()

    def _asked(self, _change=None) -> None:
        """Only what the status calls for is asked."""
        status = self.status.value
        for field, shown in (
            (self.health, status == "under_way"),
            (self.reason, status in ("postponed", "dropped", "partly")),
            (self.new_date, status == "postponed"),
        ):
            field.layout.display = None if shown else "none"

    def check(self) -> None:
        if self.action.value is None:
            raise PlanError("panel.no_action")
        if self.status.value == "postponed" and self.new_date.value is None:
            raise PlanError("panel.postponed_without_date")
        if self.status.value == "dropped" and not self.reason.value:
            raise PlanError("panel.dropped_without_reason")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        status = self.status.value
        said = {
            "status": text_or_none(status),
            "health": text_or_none(self.health.value) if status == "under_way" else None,
            "reason": text_or_none(self.reason.value) if status in ("postponed", "dropped", "partly") else None,
            "new_date": self.new_date.value if status == "postponed" else None,
            "comment": text_or_none(self.why.value),
        }
        day = self._facts.as_of.isoformat()
        return {"update": row(("action_id", "updated_on"), (self.action.value, day), said)}

    def refresh(self) -> None:
        self.why.value = ""
