"""The first step of an action of medium or long term: what is done in the first year, by whom, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import ipywidgets as ipw
import pandas as pd

from planlib.facts import Facts, titles
from planlib.ingest.names import fresh_ids
from planlib.schema import PlanError
from planlib.widgets.signed import columns, figure, row, text_or_none

YEAR = timedelta(weeks=52)  # as the schedule counts the first year


class FirstStep(ipw.GridBox):
    """An action's first step: one of the plan, or a new one. `tables` is the answer; the form around it stores it."""

    def __init__(self, form, posts: list[tuple[str, str]]):
        self._form, self._of = form, ""
        self.which = form.choice("first_step", [], blank="new_step")
        self.title = form.text_field("step_title")
        self.owner = form.choice("step_owner", posts, blank="not_said")
        self.days, self.cost = form.number("step_days"), form.number("step_cost")
        self.decided_on = form.day("decided_on")
        fields = [self.which, self.title, self.owner, self.days, self.cost, self.decided_on]
        super().__init__(fields, layout=columns("1.3fr 1.8fr 1.5fr .6fr .8fr 1.1fr"))
        self.which.observe(self._fill, "value")

    def show(self, facts: Facts, action: str, candidates: Iterable[str]) -> None:
        """Show the first step an action has, else a blank one."""
        self._facts, self._of = facts, action
        steps = facts.actions.index[facts.actions["first_step_of"] == action]
        own = [(f"◆ {text}", step) for text, step in self._form.actions_listed(steps)]
        others = [other for other in candidates if other != action and other not in steps]
        short = facts.actions["horizon"].reindex(others).isin(["short"])
        listed = [*own, (self._form.say("new_step"), ""), *self._form.actions_listed(short.index[short])]
        self.which.options = listed
        self.which.value = listed[0][1]
        self._fill()

    def ask(self, horizon: str) -> None:
        """A first step is asked of what is of medium or long term, and shown where there is one."""
        self.layout.display = None if horizon in ("medium", "long") or self.which.value else "none"

    def _fill(self, _change=None) -> None:
        """The fields as the workbook has them; blank for a new step."""
        step, lang, facts = self.which.value, self._form.lang, self._facts
        found = facts.actions.loc[step] if step else None
        self.title.value = "" if found is None else str(titles(facts.actions, lang)[step])
        self.title.disabled = bool(step)
        held = self._form.held(step) if step else []
        self.owner.value = held[0] if held else ""
        work = self._work(step)
        self.days.value = self._form.told(work["effort_days"].sum(min_count=1)) if len(work) else ""
        self.days.disabled = len(work) > 1  # told role by role: the total is not typed over
        self.cost.disabled = bool(step) and step in facts.costs.index.get_level_values("action_id")
        self.cost.value = "" if found is None else self._form.told(self._cost(step, found))
        late = found is None or pd.isna(found["deadline"])
        self.decided_on.value = None if late else found["deadline"].date()

    def _work(self, step: str) -> pd.DataFrame:
        demands = self._facts.demands
        return demands[demands.index.get_level_values("action_id") == step]

    def _cost(self, step: str, found: pd.Series) -> float:
        if not self.cost.disabled:
            return found["cost_high"]
        return self._facts.costs.xs(step, level="action_id")["amount_high"].sum(skipna=False)

    def check(self) -> None:
        """Raise a PlanError when the step has no name, no role to count days of, or is decided after year 1."""
        if self.layout.display == "none":
            return
        said = [self.owner.value, self.days.value.strip(), self.cost.value.strip(), self.decided_on.value]
        if any(said) and not self.title.value.strip():
            raise PlanError("panel.step_untitled")
        if figure(self.days.value, self._form.lang) is not None and not self.days.disabled and self._role() is None:
            raise PlanError("panel.step_no_role")
        end = self._first_year_end()
        new = self._facts.actions["deadline"].get(self.which.value)
        moved = self.decided_on.value is not None and (pd.isna(new) or new.date() != self.decided_on.value)
        if moved and self.decided_on.value > end:
            raise PlanError("panel.step_late", day=self.decided_on.value, end=end)

    def _first_year_end(self) -> date:
        """52 weeks from the day of the facts, or from the plan's start when that is still to come."""
        start = self._facts.plans["starts"].get(self._facts.actions.loc[self._of, "plan_id"])
        day = self._facts.as_of
        return (day if pd.isna(start) else max(day, start.date())) + YEAR

    def _role(self) -> str | None:
        """Whose days they are: the role told already, else the one of the owner's post, else the only one there is."""
        work = self._work(self.which.value)
        if len(work):
            return work.index.get_level_values("role_id")[0]
        role = self._facts.posts["role_id"].get(self.owner.value)
        only = self._facts.roles.index[0] if len(self._facts.roles) == 1 else None
        return role if isinstance(role, str) else only

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The step as rows by kind; nothing when none is named."""
        facts, lang, title = self._facts, self._form.lang, text_or_none(self.title.value)
        if title is None or self.layout.display == "none":
            return {}
        step = self.which.value or next(iter(fresh_ids("action", set(facts.actions.index))))
        said = {"first_step_of": self._of, "deadline": self.decided_on.value}
        if not self.which.value:
            own = facts.actions.loc[self._of]
            kept = {name: own[name] for name in ("plan_id", "axis_id", "objective_id")}
            said |= {"title": title, **kept, "horizon": "short", "status": "to_come"}
        cost = figure(self.cost.value, lang)
        if not self.cost.disabled and (cost is not None or self.which.value):
            before = facts.actions["cost_high"].get(step)
            if cost != (None if pd.isna(before) else before):  # a range stays one unless it is typed over
                said |= {"cost_low": cost, "cost_high": cost, "currency": facts.settings["currency"]}
        tables = {"action": row(("action_id",), (step,), said)}
        if self.owner.value:
            tables["assignment"] = row(("action_id", "post_id", "part"), (step, self.owner.value, "accountable"), {})
        days = figure(self.days.value, lang)
        if not self.days.disabled and (days is not None or len(self._work(step))):
            tables["demand"] = row(("action_id", "role_id"), (step, self._role()), {"effort_days": days})
        return tables
