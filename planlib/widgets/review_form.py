"""The review workshop, one action at a time: what was said, what was done, is it relevant, why, what now."""

from __future__ import annotations

from html import escape

import ipywidgets as ipw
import pandas as pd

from planlib import facts as tables
from planlib import review
from planlib.facts import Facts
from planlib.plan.rows import natural
from planlib.schema import PlanError
from planlib.widgets.relevance_form import Hands
from planlib.widgets.signed import SignedForm, columns, row, text_or_none
from planlib.words import day, word


class ReviewForm(SignedForm):
    """Every action of a fiscal year, axis by axis; those that owe a reason or a date are marked.

    `actions` narrows it to some, as those postponed again and again. A reason is asked of what is not done.
    """

    def __init__(self, facts: Facts, lang: str, year: int, actions=None, saved=None):
        self._facts, self._lang, self._year = facts, lang, year
        self._only = None if actions is None else list(actions)
        self._read()
        axes = tables.titles(facts.axes, lang).reindex(self._rows["axis_id"].dropna().unique())
        numbers = facts.axes["number"].reindex(axes.index).fillna("")
        listed = [(f"{numbers[axis]} {title}".strip(), axis) for axis, title in axes.items()]
        self.axis = self.choice("axis", listed, blank="every_axis")
        self.action = self.choice("action", self._listed())
        self.said, self.now = ipw.HTML(), ipw.HTML()
        self.hands = Hands(self, year)
        self.reason = self.codes("reason", "reason")
        self.second = self.codes("reason_second", "reason")
        self.reason_text = self.text_field("reason_text")
        self.decision = self.codes("decision", "decision")
        self.new_date = self.day("new_date")
        self.learned = self.text_field("learned")
        why = [self.reason, self.second, self.reason_text]
        what_now = [self.decision, self.new_date, self.learned]
        choices = ipw.GridBox([*why, *what_now], layout=columns("1fr 1fr 1.6fr"))
        at_top = [self.axis] if self._only is None else []
        card = ipw.GridBox([self.said, ipw.VBox([self.now, self.hands])], layout=columns("1fr 1fr"))
        super().__init__(facts, lang, [self.turned(self.action, *at_top), card, choices], saved)
        self.axis.observe(self._narrow, "value")
        self.action.observe(self._now, "value")
        self.decision.observe(self._asked, "value")
        self.reason.observe(self._asked, "value")
        self._next_owed()
        self._now()

    def _read(self) -> None:
        """The year's actions in the order of their axis and number."""
        found = review.annual(self._facts.book, self._year, draft=True)
        order = {axis: place for place, axis in enumerate(found.by_axis.index)}
        rows = found.actions if self._only is None else found.actions.reindex(self._only).dropna(how="all")
        place = rows["axis_id"].fillna("").map(order)
        number = rows["number"].fillna("").map(natural)
        self._rows = rows.loc[[key for *_, key in sorted(zip(place, number, rows.index, strict=True))]]
        self._owed = set(found.blanks["action_id"])
        self._settled = set(found.done.index) | set(found.ongoing.index)

    def _listed(self) -> list[tuple[str, str]]:
        """Those of the axis chosen; what owes something is marked."""
        rows = self._rows if not self.axis.value else self._rows[self._rows["axis_id"] == self.axis.value]
        marks = {action: "◌ " if action in self._owed else "" for action in rows.index}
        return [(marks[action] + text, action) for text, action in self.actions_listed(rows.index)]

    def _narrow(self, _change=None) -> None:
        self.action.options = self._listed()
        self._next_owed()

    def _next_owed(self) -> None:
        """Go to the first that owes something, if any; else to the first that is not done."""
        known = [action for _, action in self.action.options]
        waits = [action for action in known if action in self._owed]
        waits = waits or [action for action in known if action not in self._settled] or known
        if waits:
            self.action.value = waits[0]

    def _now(self, _change=None) -> None:
        if self.action.value is None:
            return
        found = self._rows.loc[self.action.value]
        self.said.value, self.now.value = self._then(found), self._today(found)
        self.hands.show(self._facts, self.action.value)
        for field, column in (
            (self.reason, "reason"),
            (self.second, "reason_second"),
            (self.decision, "decision"),
        ):
            field.value = found[column] if isinstance(found[column], str) else ""
        self.reason_text.value = found["reason_text"] if isinstance(found["reason_text"], str) else ""
        self.learned.value = found["learned"] if isinstance(found["learned"], str) else ""
        self.new_date.value = None if pd.isna(found["new_date"]) else found["new_date"].date()
        self._asked()

    def _asked(self, _change=None) -> None:
        settled = self.action.value in self._settled
        self.reason.disabled = self.second.disabled = settled
        self.new_date.disabled = self.decision.value == "drop"
        self.reason_text.disabled = settled or not self.reason.value

    def _then(self, found: pd.Series) -> str:
        """The notes that asked for it, unsigned."""
        notes = self._facts.notes["text"]
        asked = self._facts.thread.index.to_frame(index=False).query("action_id == @found.name")["note_id"]
        said = "".join(f"<li>{escape(notes[note])}</li>" for note in asked if note in notes.index)
        then = f"<ul style='margin:0;padding-left:1.2em'>{said}</ul>" if said else escape(self.say("no_note"))
        return f"<div style='max-height:9.5em;overflow:auto'><b>{escape(self.say('a_year_ago'))}</b>{then}</div>"

    def _today(self, found: pd.Series) -> str:
        """Where it stands, and the line that shows it."""
        status = found["status"] if isinstance(found["status"], str) else None
        stands = word(f"status.{status}", self._lang) if status else word("charts.status_unknown", self._lang)
        owner = found[f"owner_{self._lang}"]
        lines = [f"<b>{escape(stands)}</b>" + (f" · {escape(owner)}" if isinstance(owner, str) else "")]
        if isinstance(found["line"], str):
            when = "" if pd.isna(found["line_on"]) else f" ({day(found['line_on'].date(), self._lang)})"
            marks = ("«\u00a0", "\u00a0»") if self._lang == "fr" else ("“", "”")
            lines.append(f"{marks[0]}{escape(found['line'])}{marks[1]}{escape(when)}")
        if found["times_postponed"]:
            lines.append(escape(self.say("postponed_times", n=int(found["times_postponed"]))))
        return f"<b>{escape(self.say('today'))}</b><br>{'<br>'.join(lines)}"

    def check(self) -> None:
        if self.action.value is None:
            raise PlanError("panel.no_action")
        if self.reason.value == "other" and not self.reason_text.value.strip():
            raise PlanError("panel.other_without_text")
        if self.decision.value == "postpone" and self.new_date.value is None:
            raise PlanError("panel.postponed_without_date")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        decided = {
            "reason": text_or_none(self.reason.value),
            "reason_second": text_or_none(self.second.value),
            "reason_text": text_or_none(self.reason_text.value),
            "decision": text_or_none(self.decision.value),
            "new_date": None if self.decision.value == "drop" else self.new_date.value,
            "learned": text_or_none(self.learned.value),
        }
        key = (self._year, self.action.value)
        said = any(decided.values()) or key in self._facts.reviews.index
        found = {"review": row(("fiscal_year", "action_id"), key, decided)} if said else {}
        return found | self.hands.table(self.action.value)

    def also(self, say: dict) -> int:
        return self.hands.lower(self._facts, self.action.value, say)

    def refresh(self) -> None:
        """Stay while nothing is owed; else go on to the next one that owes something."""
        here = self.action.value
        self._read()
        self.action.options = self._listed()
        if here in self._owed or not self._owed:
            self.action.value = here
        else:
            self._next_owed()
        self._now()
        self.why.value = ""
