"""Hands raised on one question: is it still relevant? For an action inside another form, or for opportunities."""

from __future__ import annotations

from html import escape

import ipywidgets as ipw
import pandas as pd

from planlib import plan
from planlib.facts import Facts, titles
from planlib.review import relevance
from planlib.schema import PlanError
from planlib.widgets.signed import SignedForm, columns

ALL_HANDS = 500  # more is a slip of the finger


class Hands(ipw.GridBox):
    """How many say it is relevant, to be thought over again, past. All blank: nobody was asked."""

    def __init__(self, form: SignedForm, year: int):
        self._form, self._year = form, year
        self.fields = {name: form.text_field(f"hands_{name}") for name in relevance.MARKS}
        super().__init__(list(self.fields.values()), layout=columns("1.4fr 1fr 1fr"))

    def show(self, facts: Facts, item: str) -> None:
        found = relevance.tally(facts, self._year)
        known = item in found.index
        for name, field in self.fields.items():
            field.value = str(found.loc[item, name]) if known else ""

    @property
    def counts(self) -> dict[str, int] | None:
        """Hands by answer; None when no field says anything. PlanError when one is not a count."""
        texts = {name: field.value.strip() for name, field in self.fields.items()}
        if not any(texts.values()):
            return None
        for text in texts.values():
            if text and not (text.isascii() and text.isdigit() and int(text) <= ALL_HANDS):
                raise PlanError("panel.hands_not_counted", found=text)
        return {name: int(text or 0) for name, text in texts.items()}

    def table(self, item: str) -> dict[str, pd.DataFrame]:
        counts = self.counts
        return {} if not counts or not sum(counts.values()) else {"ballot": relevance.hands(self._year, item, counts)}

    def lower(self, facts: Facts, item: str, say: dict) -> int:
        """Set aside the hands of an earlier, longer count."""
        counts = self.counts
        gone = [] if counts is None else relevance.lowered(facts, self._year, item, sum(counts.values()))
        return facts.book.set_aside("ballot", gone, **say) if gone else 0


class RelevanceForm(SignedForm):
    """Opportunities one at a time: actions the plan left out, ideas that a workshop parked."""

    def __init__(self, facts: Facts, lang: str, year: int, saved=None):
        self._facts, self._lang = facts, lang
        self._items = opportunities(facts, lang)
        self.item = self.choice("opportunity", [(text, key) for key, text in self._items["title"].items()])
        self.card = ipw.HTML()
        self.hands = Hands(self, year)
        super().__init__(facts, lang, [self.turned(self.item), self.card, self.hands], saved)
        self.item.observe(self._now, "value")
        self._now()

    def _now(self, _change=None) -> None:
        if self.item.value is None:
            self.card.value = escape(self.say("no_opportunity"))
            return
        found = self._items.loc[self.item.value]
        why = f"<br><span style='color:#5b6675'>{escape(found['why'])}</span>" if found["why"] else ""
        self.card.value = f"<div style='font-size:22px;line-height:1.3'>{escape(found['title'])}{why}</div>"
        self.hands.show(self._facts, self.item.value)

    def check(self) -> None:
        if self.item.value is None:
            raise PlanError("panel.no_action")
        if self.hands.counts is None:
            raise PlanError("panel.no_hands")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return self.hands.table(self.item.value)

    def also(self, say: dict) -> int:
        return self.hands.lower(self._facts, self.item.value, say)

    def refresh(self) -> None:
        self._now()
        self.why.value = ""


def opportunities(facts: Facts, lang: str) -> pd.DataFrame:
    """What may be taken up again, with why it waits: title and why, indexed by id."""
    left = plan.left_out(facts)
    left = left[left["status"] != "dropped"]
    parked = facts.notes[facts.notes["fate"] == "parked"]
    named = titles(facts.actions, lang).reindex(left.index)
    rows = [(key, title, "") for key, title in named.items()]
    rows += [
        (row.Index, row.text, row.fate_why if isinstance(row.fate_why, str) else "") for row in parked.itertuples()
    ]
    return pd.DataFrame(rows, columns=["item", "title", "why"]).set_index("item")
