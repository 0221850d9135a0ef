"""What if: money, days, one action in or out; the plan made again, and what that changes in words."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as ipw

from planlib import scenario
from planlib.facts import Facts
from planlib.schema import PlanError
from planlib.widgets.signed import SignedForm
from planlib.words import word

SECONDS = 3.0  # deterministic units for each of the two plans


class ScenarioPanel(SignedForm):
    """Sliders for money and days and one action forced; `found` is the comparison with the plan as things are.

    `compared` is called after each comparison. Nothing is stored but the scenario itself, by its name, when someone
    signs it.
    """

    def __init__(
        self,
        facts: Facts,
        lang: str,
        name: str,
        *,
        actions: bool = True,
        wide: bool = False,
        compared: Callable | None = None,
    ):
        self._facts, self._lang = facts, lang
        self.found: scenario.Comparison | None = None
        self.name = self.text_field("scenario", value=name)
        self.money = self._slider("money_change")
        self.days = self._slider("days_change")
        self.action = self.choice("action_forced", self.actions_listed(facts.current), blank="no_forced")
        self.forced = ipw.ToggleButtons(options=[(self.say("forced_in"), "in"), (self.say("forced_out"), "out")])
        self.forced.value = "out"
        self.narrow = not wide
        self.again = ipw.Button(
            description=self.say("recompute"), button_style="info", layout=ipw.Layout(align_self="flex-start")
        )
        self.told = ipw.HTML()
        asked = [self.name, self.money, self.days, *([self.action, self.forced] if actions else [])]
        columns = f"repeat({len(asked)}, 1fr)" if wide else "1fr"
        grid = ipw.GridBox(asked, layout=ipw.Layout(grid_template_columns=columns, grid_gap="0 16px"))
        super().__init__(facts, lang, [grid, self.again, self.told])
        self.again.on_click(lambda _button: self.compare())
        self.compared = compared

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
        first, *rest = self.found.sentences(self._lang)
        rows = self.found.told(self._lang)
        parts = [f"<p><b>{escape(first)}</b></p>", *(f"<p>{escape(text)}</p>" for text in rest)]
        for change in ("in", "out"):
            names = rows.loc[rows["change"] == change, "title"]
            if len(names):
                listed = "; ".join(map(escape, names))
                parts.append(f"<p><b>{escape(word(f'panel.strip_{change}', self._lang))}</b> {listed}</p>")
        return f"<div style='font-size:16px;max-height:15em;overflow:auto'>{''.join(parts)}</div>"

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
