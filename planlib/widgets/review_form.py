"""The review workshop, one action at a time: what was said a year ago, what was done, then reason and decision."""

from __future__ import annotations

from html import escape

import ipywidgets as ipw
import pandas as pd

from planlib import review
from planlib.facts import Facts
from planlib.schema import PlanError
from planlib.widgets.signed import SignedForm, row, text_or_none
from planlib.words import day, word


class ReviewForm(SignedForm):
    """Reason and decision of each action not done in a fiscal year; those that owe one come first.

    `actions` narrows it to some, as those postponed again and again.
    """

    def __init__(self, facts: Facts, lang: str, year: int, actions=None, saved=None):
        self._facts, self._lang, self._year = facts, lang, year
        self._only = None if actions is None else list(actions)
        self._read()
        self.action = self.choice("action", self._listed())
        self.card = ipw.HTML()
        self.reason = self.codes("reason", "reason")
        self.second = self.codes("reason_second", "reason")
        self.reason_text = self.text_field("reason_text")
        self.decision = self.codes("decision", "decision")
        self.new_date = self.day("new_date")
        self.learned = self.text_field("learned")
        choices = ipw.GridBox(
            [self.reason, self.second, self.reason_text, self.decision, self.new_date, self.learned],
            layout=ipw.Layout(grid_template_columns="1fr 1fr 1.2fr", grid_gap="4px 12px"),
        )
        super().__init__(facts, lang, [self.action, self.card, choices], saved)
        self.action.observe(self._now, "value")
        self.decision.observe(self._asked, "value")
        self.reason.observe(self._asked, "value")
        self._now()

    def _read(self) -> None:
        found = review.annual(self._facts.book, self._year, draft=True)
        self._rows = found.not_done if self._only is None else found.actions.reindex(self._only).dropna(how="all")
        self._owed = set(found.blanks["action_id"])

    def _listed(self) -> list[tuple[str, str]]:
        """Those that owe something first, marked."""
        ids = sorted(self._rows.index, key=lambda action: (action not in self._owed, action))
        marks = {action: "◌ " if action in self._owed else "" for action in ids}
        return [(marks[action] + text, action) for text, action in self.actions_listed(ids)]

    def _now(self, _change=None) -> None:
        if self.action.value is None:
            return
        found = self._rows.loc[self.action.value]
        self.card.value = self._card(found)
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
        self.new_date.disabled = self.decision.value != "postpone"
        self.reason_text.disabled = not self.reason.value

    def _card(self, found: pd.Series) -> str:
        """Two columns: the notes that asked for it, unsigned, and where it stands now."""
        notes = self._facts.notes["text"]
        asked = self._facts.thread.index.to_frame(index=False).query("action_id == @found.name")["note_id"]
        said = "".join(f"<li>{escape(notes[note])}</li>" for note in asked if note in notes.index)
        status = found["status"] if isinstance(found["status"], str) else None
        stands = word(f"status.{status}", self._lang) if status else word("charts.status_unknown", self._lang)
        owner = found[f"owner_{self._lang}"]
        lines = [f"<b>{escape(stands)}</b>" + (f" · {escape(owner)}" if isinstance(owner, str) else "")]
        if isinstance(found["line"], str):
            when = "" if pd.isna(found["line_on"]) else f" ({day(found['line_on'].date(), self._lang)})"
            lines.append(f"«&nbsp;{escape(found['line'])}&nbsp;»{escape(when)}" if self._lang == "fr"
                         else f"“{escape(found['line'])}”{escape(when)}")  # fmt: skip
        if found["times_postponed"]:
            lines.append(escape(self.say("postponed_times", n=int(found["times_postponed"]))))
        then = f"<ul style='margin:0;padding-left:1.2em'>{said}</ul>" if said else escape(self.say("no_note"))
        return (
            "<div style='display:grid;grid-template-columns:1fr 1fr;gap:4px 24px;max-height:9.5em;overflow:auto'>"
            f"<div><b>{escape(self.say('a_year_ago'))}</b>{then}</div>"
            f"<div><b>{escape(self.say('today'))}</b><br>{'<br>'.join(lines)}</div></div>"
        )

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
            "new_date": self.new_date.value if self.decision.value == "postpone" else None,
            "learned": text_or_none(self.learned.value),
        }
        return {"review": row(("fiscal_year", "action_id"), (self._year, self.action.value), decided)}

    def refresh(self) -> None:
        """Go on to the next one that owes something."""
        here = self.action.value
        self._read()
        listed = self._listed()
        self.action.options = listed
        known = [action for _, action in listed]
        self.action.value = known[0] if known and known[0] in self._owed else here if here in known else None
        self.why.value = ""
