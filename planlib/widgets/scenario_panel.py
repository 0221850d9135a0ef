"""What if: money, days, one action in or out; the plan made again, and what that changes in words."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as ipw

from planlib import scenario
from planlib.facts import Facts
from planlib.schema import PlanError
from planlib.widgets.signed import SignedForm, columns
from planlib.words import series, word

SECONDS = 3.0  # deterministic units for each of the two plans
WORDS = "200px"  # of what changed: the columns end together and leave the chart in sight


class ScenarioPanel(SignedForm):
    """Sliders for money and days and one action forced; `found` is the comparison with the plan as things are.

    `compared` is called after each comparison. Nothing is stored but the scenario itself, by its name, when someone
    signs it.
    """

    narrow = True

    def __init__(self, facts: Facts, lang: str, name: str, *, compared: Callable | None = None):
        self._facts, self._lang = facts, lang
        self.found: scenario.Comparison | None = None
        self.name = self.text_field("scenario", value=name)
        self.head = ipw.HTML()
        self.money, self.days = self._slider("money_change"), self._slider("days_change")
        self.action = self.choice("action_forced", self.actions_listed(facts.current), blank="no_forced")
        self.forced = self._way()
        self.again = ipw.Button(description=self.say("recompute"), button_style="info")
        self.keep = ipw.ToggleButton(description=self.say("keep_scenario"))
        self.told = ipw.HTML()
        buttons = ipw.HBox([self.again, self.keep], layout=ipw.Layout(grid_gap="0 8px"))
        fields = [
            self.head,
            ipw.GridBox([self.money, self.days], layout=columns("1fr 1fr")),
            ipw.GridBox([self.action, self.forced], layout=columns("1fr 112px")),
            buttons,
            self.told,
        ]
        super().__init__(facts, lang, fields)
        self.layout.flex = "1 1 0"
        style, *fields, told, signature, answer = self.children
        self.kept = ipw.VBox([self.name, signature], layout=ipw.Layout(display="none"))
        self.children = [style, *fields, self.kept, answer, told]
        self.again.on_click(lambda _button: self.compare())
        self.keep.observe(
            lambda change: setattr(self.kept.layout, "display", None if change["new"] else "none"), "value"
        )
        self.name.observe(lambda _change: self._headed(), "value")
        self._headed()
        self.compared = compared

    def _headed(self) -> None:
        told = self.say("scenario_headed", scenario=self.name.value.strip())
        self.head.value = f"<h3 style='margin:0'>{escape(told)}</h3>"

    def _way(self) -> ipw.Dropdown:
        ways = [(self.say("forced_in"), "in"), (self.say("forced_out"), "out")]
        layout = ipw.Layout(width="auto", min_width="0", align_self="flex-end")
        return ipw.Dropdown(options=ways, value="out", layout=layout)

    def _slider(self, name: str) -> ipw.IntSlider:
        return ipw.IntSlider(
            0, -50, 50, 5, description=self.say(name), continuous_update=False, readout_format="+d",
            layout=ipw.Layout(width="auto"),
        )  # fmt: skip

    @property
    def changes(self) -> list[str]:
        """The changes chosen, as `planlib what-if --set` takes them."""
        chosen = [f"{path}={field.value:+d}%" for path, field in (("budget", self.money), ("capacity", self.days))
                  if field.value]  # fmt: skip
        return [*chosen, *([f"action.{self.action.value}={self.forced.value}"] if self.action.value else [])]

    def compare(self) -> None:
        """Make the plan again under the changes and say what differs."""
        if not self.changes:
            self.tell(self.say("no_change_chosen"))
            return
        self.again.disabled = True
        self.told.value = f"<p>{escape(self.say('computing'))}</p>"
        try:
            self.found = scenario.compare(
                self._facts.book, self.changes, today=self._facts.as_of, time_limit=SECONDS
            )  # fmt: skip
            self.answer.value, self.told.value = "", self._words()
            if self.compared:
                self.compared()
        except PlanError as error:
            self.found, self.told.value = None, ""
            self.tell(error.text(self._lang), wrong=True)
        finally:
            self.again.disabled = False

    def _words(self) -> str:
        """What changed, which actions first; the rest in one paragraph. What is longer scrolls."""
        first, *rest = self.found.sentences(self._lang)
        rows = self.found.told(self._lang)
        parts = [f"<p><b>{escape(first)}</b></p>"]
        for change in ("in", "out"):
            found = rows[rows["change"] == change]
            label = f"<b>{escape(word(f'panel.strip_{change}', self._lang))}</b>"
            if len(found) and change == "in":
                parts.append(f"<p>{label} {series(list(map(escape, found['title'])), self._lang)}</p>")
            elif len(found):  # each with the limit that puts it out
                items = "".join(
                    f"<li>{escape(row.title)} <span style='color:#5b6675'>{escape(row.why)}</span></li>"
                    for row in found.itertuples()
                )
                parts.append(f"<p>{label}</p><ul style='margin:0 0 4px;padding-left:1.2em'>{items}</ul>")
        parts.append(f"<p>{escape(' '.join(rest))}</p>")
        words = "".join(parts).replace("<p>", "<p style='margin:0 0 4px'>")
        return f"<div style='font-size:16px;line-height:1.35;height:{WORDS};overflow:auto'>{words}</div>"

    def write(self, by: str, why: str) -> int:
        if self.found is None:
            self.compare()
        if self.found is None:
            raise PlanError("panel.nothing_compared")
        scenario.save(
            self._facts.book, self.name.value, self.found.changes, by=by, why=why, effective=self._facts.as_of
        )
        return 1

    def refresh(self) -> None:
        self.why.value = ""
