"""A plan under two sliders, and the curve of what more would buy: an answer at once, a better one in the background."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from threading import Event, Thread

import altair as alt
import ipywidgets as ipw

from planlib.charts import levers as charts
from planlib.charts.plan import gantt
from planlib.plan.adopted import Adopted
from planlib.scenario.levers import Levers
from planlib.schedule import Point, Schedule
from planlib.schedule.margin import SHARES
from planlib.schema import PlanError
from planlib.widgets.signed import STYLE
from planlib.words import series, word

ROW, WIDTH = 29, 490
HEIGHT = "336px"  # of the calendar: what is longer scrolls inside, so that load and money stay in sight


class PlanPanel(ipw.VBox):
    """A slider for money and one for days over the calendar, the load and the money. `shown` is the plan in sight.

    `now` is the plan as stored, shown while both sliders stand at nothing. The plan of a slider's move is a first one
    at once; a better one takes its place when the search behind finds it. Nothing is stored.
    """

    def __init__(self, levers: Levers, now: Adopted, lang: str, seconds: float = 20.0):
        self._levers, self._now, self._lang, self._seconds = levers, now, lang, seconds
        self._search = None
        self.shown: Adopted = now
        self.money, self.days = self._slider("money_change"), self._slider("days_change")
        self.strip = ipw.HTML(layout=ipw.Layout(flex="1 1 auto", min_width="0"))
        self.calendar = ipw.Box(layout=ipw.Layout(max_height=HEIGHT, overflow="hidden auto", display="block"))
        self.below = ipw.HBox(layout=ipw.Layout(grid_gap="0 12px", overflow="hidden", align_items="flex-start"))
        top = ipw.GridBox(
            [self.money, self.days, self.strip],
            layout=ipw.Layout(grid_template_columns="1fr 1fr 2fr", grid_gap="0 18px"),
        )
        super().__init__([ipw.HTML(STYLE), top, self.calendar, self.below])
        self.add_class("planlib-panel")
        for slider in (self.money, self.days):
            slider.observe(self._moved, "value")
        self._tell(word("panel.strip_now", lang, n=len(now.rows[now.rows["start"].notna()])))
        self._draw(now)

    def _slider(self, name: str) -> ipw.IntSlider:
        return ipw.IntSlider(
            0, -50, 50, 5, description=word(f"panel.{name}", self._lang), continuous_update=False, readout_format="+d",
            layout=ipw.Layout(width="auto"),
        )  # fmt: skip

    @property
    def searching(self) -> bool:
        return self._search is not None and not self._search.done

    def wait(self, seconds: float = 60.0) -> None:
        """Until the search behind has ended."""
        if self._search is not None:
            self._search.wait(seconds)

    def _moved(self, _change=None) -> None:
        before = self.shown
        if self._search is not None:
            self._search.stop()
        if not self.money.value and not self.days.value:
            self._search = None
            self._show(self._now, before, done=True)
            return
        try:
            asked = (self.money.value, self.days.value)
            search = self._levers.at(
                self.money.value / 100, self.days.value / 100, self._seconds,
                lambda found: self._better(found, before, asked),
            )  # fmt: skip
            self._search = search
            if search.best is None or search.best.status == "infeasible":
                self._tell(word("panel.strip_none", self._lang))
                return
            self._show(self._document(search.best), before, done=search.done)
        except PlanError as error:
            self._tell(error.text(self._lang))

    def _better(self, found: Schedule, before: Adopted, asked: tuple[int, int]) -> None:
        """From the search's thread: only while the sliders stand where it was asked."""
        if asked == (self.money.value, self.days.value) and found.status != "infeasible":
            self._show(self._document(found), before, done=found.status == "optimal")

    def _document(self, found: Schedule) -> Adopted:
        return self._levers.document(found, self._now.year)

    def _show(self, found: Adopted, before: Adopted, *, done: bool) -> None:
        same = self.shown.rows.equals(found.rows)
        self.shown = found
        self._tell_change(before, found, done)
        if not same:
            self._draw(found)

    def _tell_change(self, before: Adopted, found: Adopted, done: bool) -> None:
        """In and out since the last change, in words."""
        was, now = (one.rows[one.rows["start"].notna()] for one in (before, found))
        parts = []
        for change, gained, of in (
            ("in", now.index.difference(was.index), now),
            ("out", was.index.difference(now.index), was),
        ):
            if len(gained):
                names = series([self._named(of.loc[a]) for a in gained], self._lang)
                parts.append(f"<b>{escape(word(f'panel.strip_{change}', self._lang))}</b> {escape(names)}")
        both = now.index.intersection(was.index)
        moved = int((now.loc[both, "start"] != was.loc[both, "start"]).sum())
        if moved:
            parts.append(escape(word("panel.strip_moved", self._lang, n=moved)))
        if not parts:
            parts.append(escape(word("panel.strip_same", self._lang)))
        if not done:
            parts.append(f"<i>{escape(word('panel.strip_searching', self._lang))}</i>")
        self._tell(" · ".join(parts), html=True)

    def _named(self, row) -> str:
        """An action by the number people know, as the calendar beside it."""
        shown = row["number"] if isinstance(row["number"], str) else row.name
        return f"{shown} {row[f'title_{self._lang}']}"

    def _tell(self, text: str, html: bool = False) -> None:
        text = text if html else escape(text)
        self.strip.value = (
            f"<div class='answer' role='status' style='font-size:16px;max-height:74px;overflow:auto'>{text}</div>"
        )

    def _draw(self, found: Adopted) -> None:
        lang, today = self._lang, self._levers.today
        self.calendar.children = [alt.JupyterChart(gantt(found, lang, today, row=ROW, width=WIDTH, legend="top"))]
        below = [charts.load_map(found, lang)] if len(found.days) else []
        below += [charts.money_bars(found, lang)] if len(found.money) else []
        self.below.children = [alt.JupyterChart(chart) for chart in below]
        for chart, share in zip(self.below.children, ("58%", "40%"), strict=False):
            chart.layout = ipw.Layout(width=share, min_width="0")


class CurvePanel(ipw.VBox):
    """What more money, or more days, would buy: computed in the background, with a bar that fills and a stop button.

    `points` are those found so far; `ended` is called from the thread when the curve is whole or stopped.
    """

    def __init__(self, levers: Levers, lang: str, *, of: str = "budget", ended: Callable | None = None):
        self._levers, self._lang, self._of, self._ended = levers, lang, of, ended
        self._currency = levers.facts.settings["currency"]
        self.points: list[Point] = []
        self._stop, self._thread = Event(), None
        self.go = ipw.Button(description=word("panel.curve_go", lang), button_style="info")
        self.halt = ipw.Button(description=word("panel.curve_stop", lang), disabled=True)
        self.bar = ipw.IntProgress(
            0, 0, len(SHARES), layout=ipw.Layout(width="240px", height="20px", align_self="center")
        )
        self.told = ipw.HTML()
        self.chart = ipw.Box(layout=ipw.Layout(display="block", min_width="0"))
        row = ipw.HBox([self.go, self.halt, self.bar, self.told], layout=ipw.Layout(grid_gap="0 12px"))
        super().__init__([ipw.HTML(STYLE), row, self.chart])
        self.add_class("planlib-panel")
        self.go.on_click(lambda _button: self.start())
        self.halt.on_click(lambda _button: self._stop.set())

    def start(self) -> None:
        """Begin anew, unless it is running."""
        if self._thread is not None and self._thread.is_alive():
            return
        self.points, self.bar.value, self.told.value = [], 0, ""
        self.go.disabled, self.halt.disabled = True, False
        self._stop.clear()
        self._thread = Thread(target=self._run, name="planlib-curve", daemon=True)
        self._thread.start()

    def wait(self, seconds: float = 60.0) -> None:
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            for point in self._levers.curve(self._of, stop=self._stop.is_set):
                self.points.append(point)
                self.bar.value = len(self.points)
                self._draw()
            key = "panel.curve_stopped" if self._stop.is_set() else "panel.curve_done"
            self.told.value = escape(word(key, self._lang, n=len(self.points)))
        except PlanError as error:
            self.told.value = escape(error.text(self._lang))
        finally:
            self.go.disabled, self.halt.disabled = False, True
            if self._ended is not None:
                self._ended()

    def _draw(self) -> None:
        chart = charts.budget_curve(self.points, self._lang, self._currency, self._of)
        self.chart.children = [alt.JupyterChart(chart)]
