"""A form whose answer is signed: what is decided, who says so and why, stored by one button."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from html import escape

import ipywidgets as ipw
import pandas as pd

from planlib.facts import Facts, titles
from planlib.ingest.values import parse_number
from planlib.schema import CODES, PlanError
from planlib.words import has_word, number, word

STYLE = """<style>
.planlib-panel { --jp-widgets-font-size: 18px; --jp-widgets-inline-height: 44px; --jp-ui-font-size1: 18px;
  font-family: Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.planlib-panel :is(input, select, textarea, button, .widget-html-content) { font-family: inherit !important; }
.planlib-panel :is(input, select, textarea) { font-size: 18px !important; }
.planlib-panel, .planlib-panel :is(input, select, textarea, button, label, .widget-html-content) { font-size: 18px; }
.planlib-panel :is(input[type=text], input[type=date], input[type=number], select, button) { min-height: 44px; }
.planlib-panel .widget-inline-hbox { flex-flow: column; align-items: stretch; height: auto; width: auto;
  margin: 2px 0; }
.planlib-panel .widget-inline-hbox > .widget-label { width: auto; text-align: left; font-size: 15px; height: auto;
  line-height: 1.3; color: #5b6675; }
.planlib-panel .widget-inline-hbox > :is(input, select, textarea) { width: 100%; flex: 0 0 auto; }
.planlib-panel .widget-hslider { flex-flow: row wrap; }
.planlib-panel .widget-hslider > .widget-label { flex: 1 0 100%; }
.planlib-panel .widget-hslider.widget-hslider > .slider-container { flex: 1 1 0 !important; width: auto !important;
  padding-top: 20px; }
.planlib-panel .widget-hslider > .widget-readout { flex: 0 0 3.2em; width: 3.2em; text-align: right; }
.planlib-panel .widget-html > .widget-label { display: none; }
.planlib-panel button { width: auto; padding: 0 18px; line-height: 42px; height: 44px; }
.planlib-panel .widget-html-content { line-height: 1.4; white-space: normal; }
.planlib-panel .widget-gridbox > * { min-width: 0; }
.planlib-panel .answer { border-left: 4px solid #1f5f8b; padding: 4px 12px; margin: 4px 0; }
.planlib-panel .answer.wrong { border-color: #bd331d; }
</style>"""


class SignedForm(ipw.VBox):
    """Fields, then who and why and a button. `tables` is the answer; the button puts it in the workbook.

    `facts` are those of the day; `saved` is called after each storing, so that what stands beside can follow.
    """

    why_key = "why"
    narrow = False  # beside something else: who and why under each other

    def __init__(
        self, facts: Facts, lang: str, fields: Iterable[ipw.Widget], saved: Callable[[], object] | None = None
    ):
        self._facts, self._lang, self._saved = facts, lang, saved
        self.who = self.text_field("who", value=os.environ.get("PLANLIB_BY", ""))
        self.why = self.text_field(self.why_key)
        layout = ipw.Layout(align_self="flex-end", margin="2px 0")
        self.save = ipw.Button(description=self.say("save"), button_style="primary", layout=layout)
        self.answer = ipw.HTML()
        self.save.on_click(lambda _button: self.store())
        signed = [self.who, self.why, self.save]
        signature = ipw.GridBox(signed, layout=columns("1fr" if self.narrow else "1fr 3fr auto"))
        children = [ipw.HTML(STYLE), *fields, signature, self.answer]
        super().__init__(children, layout=ipw.Layout(flex="0 0 340px" if self.narrow else "1 1 auto", min_width="0"))
        self.add_class("planlib-panel")

    @property
    def lang(self) -> str:
        return self._lang

    def say(self, name: str, **said) -> str:
        return word(f"panel.{name}", self._lang, **said)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """What is decided, as rows by kind."""
        raise NotImplementedError

    def store(self) -> None:
        """Put the answer in the workbook, or say in a sentence why not."""
        try:
            self.check()
            written = self.write(*self.signature())
        except PlanError as error:
            self.tell(error.text(self._lang), wrong=True)
            return
        self._facts = self._facts.at(self._facts.as_of)
        self.tell(self.say("stored", n=written, who=self.who.value) if written else self.say("nothing_new"))
        self.refresh()
        if self._saved:
            self._saved()

    def signature(self) -> tuple[str, str]:
        """Who and why; both are owed."""
        for name, field in (("who", self.who), ("why", self.why)):
            if not field.value.strip():
                raise PlanError(f"panel.no_{name}")
        return self.who.value.strip(), self.why.value.strip()

    def check(self) -> None:
        """Raise a PlanError when the answer is not one yet."""

    def write(self, by: str, why: str) -> int:
        """Put the tables in the workbook in one batch, and say how many rows that wrote."""
        book, say = self._facts.book, {"by": by, "why": why, "effective": self._facts.as_of}
        with book.together():
            return sum(book.put(kind, table, **say) for kind, table in self.tables.items()) + self.also(say)

    def also(self, say: dict) -> int:
        """What else the answer does in the same batch, as rows to set aside; how many."""
        return 0

    def refresh(self) -> None:
        """Show the workbook as it now is."""

    def tell(self, text: str, wrong: bool = False) -> None:
        role = "alert" if wrong else "status"
        self.answer.value = f'<div class="answer{" wrong" if wrong else ""}" role="{role}">{escape(text)}</div>'

    # Fields

    def text_field(self, name: str, value: str = "", long: bool = False) -> ipw.Text | ipw.Textarea:
        kind = ipw.Textarea if long else ipw.Text
        return kind(value, description=self.say(name), layout=ipw.Layout(width="auto", min_width="0"))

    def choice(self, name: str, options: Iterable[tuple[str, object]], *, blank: str = "") -> ipw.Dropdown:
        """A list to choose from; with `blank`, its first line stands for nothing chosen."""
        listed = [*([(self.say(blank), "")] if blank else []), *options]  # None would show as an empty list
        value = listed[0][1] if listed else None
        layout = ipw.Layout(width="auto", min_width="0", max_width="100%")
        return ipw.Dropdown(options=listed, value=value, description=self.say(name), layout=layout)

    def codes(self, name: str, codes: str, *, blank: str = "not_said") -> ipw.Dropdown:
        """A closed list of `schema` in words."""
        listed = [(word(f"{codes}.{c}", self._lang) if has_word(f"{codes}.{c}") else c, c) for c in CODES[codes]]
        return self.choice(name, listed, blank=blank)

    def day(self, name: str) -> ipw.DatePicker:
        return ipw.DatePicker(description=self.say(name), layout=ipw.Layout(width="auto", min_width="0"))

    def turned(self, choice: ipw.Dropdown, *before: ipw.Widget) -> ipw.GridBox:
        """A list to choose from with the one before and the next a touch away; `before` stands at its left."""
        buttons = []
        for sign, by, name in (("‹", -1, "previous"), ("›", 1, "next")):
            layout = ipw.Layout(align_self="flex-end", margin="2px 0")
            button = ipw.Button(description=sign, tooltip=self.say(name), layout=layout)
            button.on_click(lambda _button, by=by: _turn(choice, by))
            buttons.append(button)
        template = " ".join([*["1fr"] * len(before), "3fr", "auto", "auto"])
        return ipw.GridBox([*before, choice, *buttons], layout=columns(template))

    def number(self, name: str) -> ipw.Text:
        """A figure as people write it; `figure` reads it."""
        return self.text_field(name)

    def told(self, value: float) -> str:
        """A figure as it stands in a field; unknown is blank."""
        return "" if pd.isna(value) else number(value, self._lang)

    def actions_listed(self, ids: Iterable[str]) -> list[tuple[str, str]]:
        """Number and title of actions, to choose from."""
        actions, named = self._facts.actions, titles(self._facts.actions, self._lang)
        numbers = actions["number"].fillna(actions.index.to_series())
        return [(f"{numbers[action]} · {named[action]}", action) for action in ids]


def columns(template: str) -> ipw.Layout:
    return ipw.Layout(grid_template_columns=template, grid_gap="0 12px")


def _turn(choice: ipw.Dropdown, by: int) -> None:
    """The next of a list, or the one before; the ends meet."""
    if choice.index is not None:
        choice.index = (choice.index + by) % len(choice.options)


def figure(text: str, lang: str) -> float | None:
    """The number typed, as the house reads numbers; blank is unknown."""
    return parse_number(text, "," if lang == "fr" else ".")[0]


def text_or_none(text: str | None) -> str | None:
    """What was typed or chosen; blank is None."""
    return (text or "").strip() or None


def row(kind_key: tuple[str, ...], key: tuple, values: dict) -> pd.DataFrame:
    """One row of a kind, as `put` takes it."""
    return pd.DataFrame([dict(zip(kind_key, key, strict=True)) | values], dtype=object)
