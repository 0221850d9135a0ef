"""The plan, one action at a time: owner, first step, effort, cost, indicator, and what it still lacks."""

from __future__ import annotations

from html import escape

import ipywidgets as ipw
import pandas as pd

from planlib import plan
from planlib.facts import Facts, titles
from planlib.ingest.names import fresh_ids
from planlib.schema import PlanError
from planlib.widgets.signed import SignedForm, figure, row, text_or_none
from planlib.words import money, number

CARD = ("title", "level", "unit", "baseline", "target", "target_date", "collector")


class BuildForm(SignedForm):
    """What an action needs to be in the plan. Those that lack something come first; the list of lacks empties."""

    def __init__(self, facts: Facts, lang: str, saved=None):
        self._facts, self._lang = facts, lang
        self._read()
        self.action = self.choice("action", self._listed())
        self.card, self.lacks = ipw.HTML(), ipw.HTML()
        posts = [(title, post) for post, title in titles(facts.posts, lang).items()]
        self.owner = self.choice("owner", posts, blank="not_said")
        self.first_step = self.choice("first_step", self.actions_listed(self._rows.index), blank="not_said")
        self.new_step = self.text_field("new_step")
        self.weeks = self.number("duration_weeks")
        self.effort = self.codes("effort_size", "size")
        self.cost = self.codes("cost_size", "money_size")
        self.low, self.high = self.number("cost_low"), self.number("cost_high")
        self.indicator = {
            "title": self.text_field("indicator"),
            "level": self.codes("level", "level"),
            "unit": self.text_field("unit"),
            "baseline": self.number("baseline"),
            "target": self.number("target"),
            "target_date": self.day("target_date"),
            "collector": self.choice("collector", [(title, title) for title, _ in posts], blank="not_said"),
        }
        means = [self.owner, self.weeks, self.effort, self.cost, self.low, self.high]
        fields = [
            self.action,
            ipw.GridBox([self.card, self.lacks], layout=_columns("1fr 1fr")),
            ipw.GridBox(means, layout=_columns("2.2fr 1fr 1fr 1fr 1fr 1fr")),
            ipw.GridBox([self.first_step, self.new_step], layout=_columns("1fr 1fr")),
            ipw.GridBox(list(self.indicator.values()), layout=_columns("2.4fr 1fr 1fr .8fr .8fr 1.2fr 1.4fr")),
        ]
        super().__init__(facts, lang, fields, saved)
        self.action.observe(self._now, "value")
        self._now()

    def _read(self) -> None:
        self._rows = plan.table(self._facts)
        self._found = plan.check(self._facts, self._facts.as_of)

    def _listed(self) -> list[tuple[str, str]]:
        """Those that lack something first, marked."""
        lacking = set(self._found["action_id"].dropna())
        ids = sorted(self._rows.index, key=lambda action: (action not in lacking, action))
        marks = {action: "◌ " if action in lacking else "" for action in ids}
        return [(marks[action] + text, action) for text, action in self.actions_listed(ids)]

    def _now(self, _change=None) -> None:
        action = self.action.value
        if action is None:
            return
        found = self._rows.loc[action]
        self.card.value = self._card(found)
        self.lacks.value = self._lacks(action)
        held = self._held(action)
        self.owner.value = held[0] if held else ""
        steps = self._rows.index[self._rows["first_step_of"] == action]
        self.first_step.value = steps[0] if len(steps) else ""
        own = self._facts.actions.loc[action]
        self.weeks.value = self._told(own["duration_weeks"])
        self.effort.value = _text(own["effort_size"])
        self.cost.value = _text(own["cost_size"])
        self.low.value, self.high.value = self._told(own["cost_low"]), self._told(own["cost_high"])
        billed = action in self._facts.costs.index.get_level_values("action_id")
        for field in (self.cost, self.low, self.high):
            field.disabled = billed  # told by source and year: the total is not typed over
        self.effort.disabled = action in self._facts.demands.index.get_level_values("action_id")
        card = self._indicator(action)
        for name, field in self.indicator.items():
            if name == "target_date":
                field.value = None if card is None or pd.isna(card[name]) else card[name].date()
            elif name == "collector":
                known = [value for _, value in field.options]
                field.value = card[name] if card is not None and card[name] in known else ""
            elif name in ("baseline", "target"):
                field.value = "" if card is None else self._told(card[name])
            else:
                field.value = "" if card is None else _text(card[name])
        self.new_step.value = ""

    def _held(self, action: str) -> list[str]:
        keys = self._facts.assignments.index.to_frame(index=False)
        return list(keys[(keys["action_id"] == action) & (keys["part"] == "accountable")]["post_id"])

    def _indicator(self, action: str) -> pd.Series | None:
        own = self._facts.indicators[self._facts.indicators["action_id"] == action]
        return own.iloc[0] if len(own) else None

    def _told(self, value: float) -> str:
        return "" if pd.isna(value) else number(value, self._lang)

    def _card(self, found: pd.Series) -> str:
        title = escape(str(found[f"title_{self._lang}"]))
        says = {
            "days_known": self._told(found["effort_days"]) or "—",
            "cost_known": _range(found, self._lang),
        }
        told = " · ".join(escape(self.say(name, x=value)) for name, value in says.items())
        return f"<div style='font-size:24px;font-weight:600;line-height:1.25'>{title}</div>{told}"

    def _lacks(self, action: str) -> str:
        texts = [error.text(self._lang) for error in self._found.loc[self._found["action_id"] == action, "text"]]
        if not texts:
            return f"<div class='answer'>{escape(self.say('complete'))}</div>"
        listed = "".join(f"<li>{escape(text)}</li>" for text in texts)
        return f"<div style='max-height:8.6em;overflow:auto;font-size:16px'><b>{escape(self.say('lacks'))}</b>" \
               f"<ul style='margin:0;padding-left:1.2em'>{listed}</ul></div>"  # fmt: skip

    def check(self) -> None:
        if self.action.value is None:
            raise PlanError("panel.no_action")
        if self.first_step.value == self.action.value:
            raise PlanError("panel.step_of_itself")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        action, facts = self.action.value, self._facts
        own = facts.actions.loc[action]
        said = {"duration_weeks": figure(self.weeks.value, self._lang), "effort_size": text_or_none(self.effort.value)}
        if not self.cost.disabled:
            said |= {
                "cost_size": text_or_none(self.cost.value),
                "cost_low": figure(self.low.value, self._lang),
                "cost_high": figure(self.high.value, self._lang),
                "currency": _text(own["currency"]) or facts.settings["currency"],
            }
        rows = [{"action_id": action, **said}]
        if self.first_step.value:
            rows.append({"action_id": self.first_step.value, "first_step_of": action})
        if self.new_step.value.strip():
            new = next(iter(fresh_ids("action", set(facts.actions.index))))
            kept = {name: own[name] for name in ("plan_id", "axis_id", "objective_id")}
            step = {"title": self.new_step.value.strip(), "first_step_of": action, "horizon": "short"}
            rows.append({"action_id": new, **kept, **step, "status": "to_come"})
        tables = {"action": _apart(rows)}
        if self.owner.value:
            tables["assignment"] = row(("action_id", "post_id", "part"), (action, self.owner.value, "accountable"), {})
        if self.indicator["title"].value.strip():
            tables["indicator"] = self._indicator_row(action)
        return tables

    def _indicator_row(self, action: str) -> pd.DataFrame:
        card = self._indicator(action)
        key = card.name if card is not None else next(iter(fresh_ids("indicator", set(self._facts.indicators.index))))
        said = {name: field.value for name, field in self.indicator.items()}
        for name in ("baseline", "target"):
            said[name] = figure(said[name], self._lang)
        for name in ("title", "level", "unit", "collector"):
            said[name] = text_or_none(said[name])
        if not said["collector"]:
            del said["collector"]  # someone outside the posts may hold it: not wiped unseen
        return row(("indicator_id",), (key,), {"action_id": action, **said})

    def write(self, by: str, why: str) -> int:
        book, action = self._facts.book, self.action.value
        say = {"by": by, "why": why, "effective": self._facts.as_of}
        gone = [(action, post, "accountable") for post in self._held(action) if post != self.owner.value]
        with book.together():
            written = 0
            for kind, table in self.tables.items():
                rows = table if isinstance(table, list) else [table]
                written += sum(book.put(kind, part, **say) for part in rows)
            if self.owner.value and gone:
                written += book.set_aside("assignment", gone, **say)
        return written

    def refresh(self) -> None:
        here = self.action.value
        self._read()
        self.first_step.options = [(self.say("not_said"), ""), *self.actions_listed(self._rows.index)]
        self.action.options = self._listed()
        self.action.value = here
        self._now()
        self.why.value = ""


def _apart(rows: list[dict]) -> list[pd.DataFrame]:
    """One table a row: an absent column means unchanged, and each row says other things."""
    return [pd.DataFrame([found], dtype=object) for found in rows]


def _columns(template: str) -> ipw.Layout:
    return ipw.Layout(grid_template_columns=template, grid_gap="0 12px")


def _text(value) -> str:
    return value if isinstance(value, str) else ""


def _range(found: pd.Series, lang: str) -> str:
    if pd.isna(found["cost_high"]):
        return "—"
    low, high = (money(found[f"cost_{side}"], lang, found["currency"]) for side in ("low", "high"))
    return high if low == high else f"{low} – {high}"
