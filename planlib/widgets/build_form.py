"""The plan, one action at a time: owner, first step, effort, cost, indicator, and what it still lacks."""

from __future__ import annotations

from html import escape

import ipywidgets as ipw
import pandas as pd

from planlib import plan
from planlib.facts import Facts, titles
from planlib.ingest.names import fresh_ids
from planlib.schema import PlanError
from planlib.widgets.first_step import FirstStep
from planlib.widgets.signed import SignedForm, columns, figure, row, text_or_none
from planlib.words import money


class BuildForm(SignedForm):
    """What an action needs to be in the plan. Those that lack something come first; the list of lacks empties.

    An action of medium or long term also asks for its first step.
    """

    def __init__(self, facts: Facts, lang: str, saved=None):
        self._facts, self._lang = facts, lang
        self._read()
        self.action = self.choice("action", self._listed())
        self.card, self.lacks = ipw.HTML(), ipw.HTML()
        posts = [(title, post) for post, title in titles(facts.posts, lang).items()]
        self.owner = self.choice("owner", posts, blank="not_said")
        self.horizon = self.codes("horizon", "horizon")
        self.weeks = self.number("duration_weeks")
        self.effort = self.codes("effort_size", "size", blank="size_not_said")
        self.cost = self.codes("cost_size", "money_size", blank="size_not_said")
        self.low, self.high = self.number("cost_low"), self.number("cost_high")
        self.step = FirstStep(self, posts)
        self.indicator = {
            "title": self.text_field("indicator"),
            "level": self.codes("level", "level"),
            "unit": self.text_field("unit"),
            "baseline": self.number("baseline"),
            "target": self.number("target"),
            "target_date": self.day("target_date"),
            "collector": self.choice("collector", [(title, title) for title, _ in posts], blank="not_said"),
        }
        means = [self.owner, self.horizon, self.weeks, self.effort, self.cost, self.low, self.high]
        fields = [
            self.turned(self.action),
            ipw.GridBox([self.card, self.lacks], layout=columns("1fr 1fr")),
            ipw.GridBox(means, layout=columns("2.4fr 1.3fr .9fr .8fr .8fr .9fr .9fr")),
            self.step,
            ipw.GridBox(list(self.indicator.values()), layout=columns("1.8fr 1.1fr .8fr .65fr .65fr 1.3fr 1.6fr")),
        ]
        super().__init__(facts, lang, fields, saved)
        self.action.observe(self._now, "value")
        self.horizon.observe(lambda _change: self.step.ask(self.horizon.value), "value")
        self._now()

    def _read(self) -> None:
        self._rows = plan.table(self._facts)
        self._found = plan.check(self._facts, self._facts.as_of)
        of_step = self._facts.actions["first_step_of"].reindex(self._found["action_id"]).to_numpy()
        self._found["of_step"] = pd.Series(of_step, index=self._found.index, dtype="object")

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
        held = self.held(action)
        self.owner.value = held[0] if held else ""
        own = self._facts.actions.loc[action]
        self.step.show(self._facts, action, self._rows.index)
        self.horizon.value = _text(own["horizon"])
        self.step.ask(self.horizon.value)
        self.weeks.value = self.told(own["duration_weeks"])
        self.effort.value = _text(own["effort_size"])
        self.cost.value = _text(own["cost_size"])
        self.low.value, self.high.value = self.told(own["cost_low"]), self.told(own["cost_high"])
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
                field.value = "" if card is None else self.told(card[name])
            else:
                field.value = "" if card is None else _text(card[name])

    def held(self, action: str) -> list[str]:
        """Posts that answer for an action."""
        keys = self._facts.assignments.index.to_frame(index=False)
        return list(keys[(keys["action_id"] == action) & (keys["part"] == "accountable")]["post_id"])

    def _indicator(self, action: str) -> pd.Series | None:
        own = self._facts.indicators[self._facts.indicators["action_id"] == action]
        return own.iloc[0] if len(own) else None

    def _card(self, found: pd.Series) -> str:
        title = escape(str(found[f"title_{self._lang}"]))
        says = {
            "days_known": self.told(found["effort_days"]) or "—",
            "cost_known": _range(found, self._lang),
        }
        told = " · ".join(escape(self.say(name, x=value)) for name, value in says.items())
        return f"<div style='font-size:24px;font-weight:600;line-height:1.25'>{title}</div>{told}"

    def _lacks(self, action: str) -> str:
        """What the action still lacks, its first step's included, and how many others lack something."""
        mine = (self._found["action_id"] == action) | (self._found["of_step"] == action)
        texts = [error.text(self._lang) for error in self._found.loc[mine, "text"]]
        others = self._found["action_id"].dropna().nunique() - bool((self._found["action_id"] == action).any())
        left = f"<div style='font-size:15px;color:#5b6675'>{escape(self.say('others_lack', n=others))}</div>"
        if not texts:
            return f"<div class='answer'>{escape(self.say('complete'))}</div>{left}"
        listed = "".join(f"<li>{escape(text)}</li>" for text in texts)
        return f"<div style='max-height:8.6em;overflow:auto;font-size:16px'><b>{escape(self.say('lacks'))}</b>" \
               f"<ul style='margin:0;padding-left:1.2em'>{listed}</ul></div>{left}"  # fmt: skip

    def check(self) -> None:
        if self.action.value is None:
            raise PlanError("panel.no_action")
        self.step.check()

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        action, facts = self.action.value, self._facts
        own = facts.actions.loc[action]
        said = {
            "horizon": text_or_none(self.horizon.value),
            "duration_weeks": figure(self.weeks.value, self._lang),
            "effort_size": text_or_none(self.effort.value),
        }
        if not self.cost.disabled:
            said |= {
                "cost_size": text_or_none(self.cost.value),
                "cost_low": figure(self.low.value, self._lang),
                "cost_high": figure(self.high.value, self._lang),
                "currency": _text(own["currency"]) or facts.settings["currency"],
            }
        tables = {"action": row(("action_id",), (action,), said)}
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
        """The action, then its first step, in one batch; one post answers for each."""
        say = {"by": by, "why": why, "effective": self._facts.as_of}
        answers = (self.tables, self.step.tables)
        with self._facts.book.together():
            return sum(self._put(kind, table, say) for tables in answers for kind, table in tables.items())

    def _put(self, kind: str, table: pd.DataFrame, say: dict) -> int:
        book = self._facts.book
        written = book.put(kind, table, **say)
        if kind == "assignment":
            action, kept = table.loc[0, ["action_id", "post_id"]]
            gone = [(action, post, "accountable") for post in self.held(action) if post != kept]
            written += book.set_aside(kind, gone, **say) if gone else 0
        return written

    def refresh(self) -> None:
        here = self.action.value
        self._read()
        self.action.options = self._listed()
        self.action.value = here
        self._now()
        self.why.value = ""


def _text(value) -> str:
    return value if isinstance(value, str) else ""


def _range(found: pd.Series, lang: str) -> str:
    if pd.isna(found["cost_high"]):
        return "—"
    low, high = (money(found[f"cost_{side}"], lang, found["currency"]) for side in ("low", "high"))
    return high if low == high else f"{low} – {high}"
