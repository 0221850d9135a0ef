"""Weights set by the room beside the ranking they give, then kept with who and why."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt
import anywidget
import ipywidgets as ipw
import pandas as pd
import traitlets
from altair.jupyter import JupyterChart

from planlib import decide, score
from planlib.charts import live, ranking, theme
from planlib.facts import Facts
from planlib.schema import ROOM, PlanError
from planlib.weights import from_points
from planlib.widgets.signed import SignedForm
from planlib.workspace import HOME

LINES = 2  # sentences on who passes whom, over the ranking
AMONG = 20  # actions they speak of: about those the room sees

LOOK = """<style>
.planlib-live { max-width: 100%; }
.planlib-live .planlib-board { display: grid; grid-template-columns: 264px minmax(0, 1fr); gap: 0 28px; }
.planlib-live .planlib-chart.vega-embed, .planlib-chart:has(.vega-embed) { width: 100%; padding: 0; }
.planlib-sliders .vega-bind { border-left: 7px solid var(--shade, #d8dee6); padding-left: 10px; margin: 0 0 6px; }
.planlib-sliders label { display: grid; grid-template-columns: minmax(0, 1fr) 3em; align-items: center;
  font: 16px/1.2 Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; cursor: pointer; }
.planlib-sliders .vega-bind-name { grid-column: 1 / -1; }
.planlib-sliders label > span:last-of-type:not(.vega-bind-name) { display: none; }
.planlib-sliders input { width: 100%; height: 44px; margin: -6px 0; accent-color: #1f5f8b; cursor: pointer; }
.planlib-sliders output { text-align: right; font-weight: 600; font-variant-numeric: tabular-nums; }
.planlib-chart { max-height: calc(100vh - 444px); min-height: 300px; overflow-y: auto; }
.planlib-swaps ul { margin: 0 0 8px; padding: 0 0 0 1.2em; min-height: 84px; color: #1b2430;
  font: 15px/1.4 Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
@media (max-width: 900px) { .planlib-live .planlib-board { grid-template-columns: minmax(0, 1fr); } }
</style>"""


class _Beside(anywidget.AnyWidget):
    """The chart's sliders brought to their column, and the sentences on who passes whom; templates/live/lab.js."""

    _esm = "\n".join(
        (HOME / "templates" / "live" / name).read_text(encoding="utf-8") for name in ("swaps.js", "lab.js")
    )
    rows = traitlets.List().tag(sync=True)
    stated = traitlets.List().tag(sync=True)
    colours = traitlets.List().tag(sync=True)
    told = traitlets.Dict().tag(sync=True)


class LiveRanking(ipw.VBox):
    """The chart of `charts.ranking.live_ranking`, its sliders beside it and who passes whom over it.

    Read `weights`, `scores` and `table` back. The browser ranks by itself; the kernel only follows, so a busy kernel
    never holds the room up.
    """

    def __init__(self, chart: alt.LayerChart, values: pd.DataFrame, weights: pd.Series, lang: str, judge: str = ROOM):
        self._values, self._judge = values, judge
        self._stated = live.stated_points(weights.reindex(values.columns))
        JupyterChart.enable_offline()  # its script comes with the chart, not from a network
        named = chart.usermeta["criteria"]
        marks = [f"v{i}" for i in range(len(named))]
        beside = _Beside(
            rows=[{name: row[name] for name in ("title", *marks)} for row in chart.data["values"]],
            stated=chart.usermeta["stated"],
            colours=ranking.colours(len(named)),
            told=live.swaps_told(named, lang, LINES, AMONG),
        )
        beside.add_class("planlib-swaps")
        measure = alt.TitleParams(chart.title.subtitle, fontSize=13, fontWeight="normal", color=theme.MUTED)
        chart = chart.properties(width="container", title=measure)
        self.chart = JupyterChart(chart, embed_options={"actions": False, "renderer": "svg"})
        self.chart.layout.width = "100%"
        self.chart.add_class("planlib-chart")
        sliders = ipw.Box()
        sliders.add_class("planlib-sliders")
        board = ipw.Box([sliders, ipw.VBox([beside, self.chart], layout=ipw.Layout(min_width="0"))])
        board.add_class("planlib-board")
        super().__init__([ipw.HTML(LOOK), board])
        self.add_class("planlib-live")

    @property
    def weights(self) -> pd.Series:
        """Points of each criterion, as the sliders stand; one that did not move keeps the stated weight, unrounded."""
        found = {}
        for i, (criterion, stated_at) in enumerate(self._stated.items()):
            shown = getattr(self.chart.params, f"points_{i}")
            found[criterion] = stated_at if shown == live.told(stated_at) else float(shown)
        return pd.Series(found, name="points", dtype="float64")

    @property
    def scores(self) -> pd.DataFrame:
        """Score and rank of each action at these weights."""
        return score.weighted_sum(self._values, self.weights)

    @property
    def table(self) -> pd.DataFrame:
        """The weights as rows of the workbook, under the panel's judge."""
        return stated(self.weights, self._judge)


class KeepWeights(SignedForm):
    """Whose weights the sliders start from; and, signed, the weights as they stand kept as the room's.

    `panel` gives the panel whose sliders count now; `begin` is called with the weights to start from, or None for
    those in use.
    """

    def __init__(
        self,
        facts: Facts,
        lang: str,
        panel: Callable[[], LiveRanking],
        begin: Callable[[pd.Series | None], object],
        saved: Callable[[], object] | None = None,
    ):
        self._facts, self._lang, self._panel, self._begin = facts, lang, panel, begin
        self.start = self.choice("weights_start", self._starts())
        self.undo = ipw.Button(description=self.say("weights_undo"), disabled=True)
        self.undo.on_click(lambda _button: self.take_back())
        self._batch: str | None = None
        super().__init__(facts, lang, [], saved)
        self.save.description = self.say("weights_keep")
        for button in (self.save, self.undo):
            button.layout = ipw.Layout(align_self="flex-end", margin="2px 0 4px")
        line = ipw.GridBox(
            [self.start, self.who, self.why, self.save, self.undo],
            layout=ipw.Layout(grid_template_columns="3fr 2fr 4fr auto auto", grid_gap="0 12px", overflow="hidden"),
        )
        self.children = [self.children[0], line, self.answer]
        self.start.observe(self._restart, "value")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"weight": self._panel().table}

    def check(self) -> None:
        from_points(self._panel().weights)  # all at 0 is no decision

    def write(self, by: str, why: str) -> int:
        written = super().write(by, why)
        if written:
            self._batch = self._facts.book.last_batch
        return written

    def refresh(self) -> None:
        self.undo.disabled = self._batch is None
        self.why.value = ""
        self._list_again()

    def take_back(self) -> None:
        """Undo what was kept last, signed like everything else."""
        try:
            n = self._facts.book.undo(self._batch, by=self.signature()[0], why=self.signature()[1])
        except PlanError as error:
            self.tell(error.text(self._lang), wrong=True)
            return
        self._batch = None
        self._facts = self._facts.at(self._facts.as_of)
        self.tell(self.say("weights_undone", n=n, who=self.who.value))
        self.refresh()
        if self._saved:
            self._saved()

    def _starts(self) -> list[tuple[str, tuple[str, str]]]:
        """Those in use; everyone's median and mean; each table; each person."""
        given = self._facts.weights
        given = given[given["points"].notna() & (given.index.get_level_values("judge_id") != ROOM)]
        people = sorted(given.index.unique("judge_id"))
        found = [(self.say("weights_in_use"), ("", ""))]
        if len(people) > 1:
            found += [(self.say(f"weights_{middle}", n=len(people)), ("", middle)) for middle in ("median", "mean")]
        tables = sorted(given["table"].dropna().unique())
        if len(tables) > 1:
            found += [(table, (table, "median")) for table in tables]
        return found + [(person, (person, "median")) for person in people if person not in tables]

    def _list_again(self) -> None:
        self.start.unobserve(self._restart, "value")
        self.start.options = self._starts()
        self.start.value = ("", "")
        self.start.observe(self._restart, "value")

    def _restart(self, _change=None) -> None:
        whose, middle = self.start.value
        try:
            self._begin(decide.weights_of(self._facts, whose, middle) if middle else None)
        except PlanError as error:
            self.tell(error.text(self._lang), wrong=True)


def stated(weights: pd.Series, judge: str) -> pd.DataFrame:
    """Weights as `book.put("weight", ...)` takes them."""
    rows = pd.DataFrame({"judge_id": judge, "criterion_id": weights.index, "points": weights.to_numpy("float64")})
    return rows.set_index(["judge_id", "criterion_id"])
