"""Weights set by the room, over the ranking they give."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import anywidget
import ipywidgets as ipw
import pandas as pd
from altair import LayerChart
from altair.jupyter import JupyterChart

from planlib import robust, score
from planlib.charts import live
from planlib.schema import PlanError
from planlib.widgets.signed import STYLE
from planlib.words import number, word

SHOWN = 10  # actions of the ranking under the sliders
NEAR = 3  # sentences on who would pass whom
MOST = 60  # actions up to which every swap is looked for at each move: beyond, only among the best of them

ON_TOP = """<style>
.planlib-live { max-width: 100%; }
.planlib-live:is(.vega-embed, :has(.vega-embed)) { display: flex; flex-direction: column; width: 100%; padding: 0; }
.planlib-live .vega-bindings { order: -1; position: sticky; top: 0; z-index: 1; background: #fff; padding: 4px 0 8px;
  display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 0 28px;
  border-bottom: 1px solid #d8dee6; }
.planlib-live .vega-bind label { display: grid; grid-template-columns: 1fr 3.6em; align-items: center;
  font-size: 18px; }
.planlib-live .vega-bind-name { grid-column: 1 / -1; line-height: 1.2; padding-top: 4px; }
.planlib-live .vega-bind input { width: 100%; height: 44px; margin: 0; }
.planlib-live .vega-bind label span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
</style>"""


class WeightPanel(ipw.VBox):
    """One slider per criterion over a ranked list. Read `weights`, `scores` and `table` back."""

    def __init__(
        self,
        values: pd.DataFrame,
        weights: pd.Series,
        lang: str,
        titles: Mapping | pd.Series,
        criteria_titles: Mapping | pd.Series,
        judge: str = "room",
    ):
        self._values, self._lang, self._judge = values, lang, judge
        self._labels = {**dict(titles), **dict(criteria_titles)}
        self._stated = live.stated_points(weights.reindex(values.columns))
        self._answer = ipw.HTML()
        self.sliders = {
            c: ipw.FloatSlider(points, min=0, max=max(100.0, self._stated.max()), step=1, readout_format=".1f",
                               description=str(self._labels.get(c, c)), layout=ipw.Layout(width="auto"))
            for c, points in self._stated.items()
        }  # fmt: skip
        self.reset = ipw.Button(description=word("widgets.reset", lang))
        self.reset.on_click(lambda _button: self._restore())
        super().__init__([ipw.HTML(STYLE), *self.sliders.values(), self.reset, self._answer])
        self.add_class("planlib-panel")
        for slider in self.sliders.values():
            slider.observe(self._show, "value")
        self._show()

    @property
    def weights(self) -> pd.Series:
        """Points of each criterion, as the sliders stand."""
        return pd.Series({c: slider.value for c, slider in self.sliders.items()}, name="points", dtype="float64")

    @property
    def scores(self) -> pd.DataFrame:
        """Score and rank of each action at these weights."""
        return score.weighted_sum(self._values, self.weights)

    @property
    def table(self) -> pd.DataFrame:
        """The weights as rows of the workbook, under the panel's judge."""
        return stated(self.weights, self._judge)

    @property
    def swaps(self) -> list[str]:
        """The nearest changes of a weight that would let an action pass another, in words."""
        best = self.scores.sort_values("rank", kind="stable").index[:MOST]
        found = robust.swap_points(self._values.loc[best], self.weights)
        found = found[found["change"].abs() > 0]
        return [robust.say_swap(swap, self._lang, self._labels) for _, swap in found.head(NEAR).iterrows()]

    def _restore(self) -> None:
        for criterion, slider in self.sliders.items():
            slider.value = self._stated[criterion]

    def _show(self, _change=None) -> None:
        try:
            ranked = self.scores.assign(id=self._values.index.astype(str)).sort_values(["rank", "id"]).head(SHOWN)
            rows = "".join(self._row(row) for row in ranked[ranked["rank"].notna()].itertuples())
            swaps = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.swaps)
            self._answer.value = f"<table>{rows}</table><ul>{swaps}</ul>"
        except PlanError as error:  # a live room sees the reason, not a stack trace
            self._answer.value = f'<p role="alert">{escape(error.text(self._lang))}</p>'

    def _row(self, row) -> str:
        title, points = str(self._labels.get(row.Index, row.Index)), number(100 * row.score, self._lang, 1)
        return f"<tr><th>{row.rank}</th><td>{escape(title)}</td><td>{points}</td></tr>"


class _Width(anywidget.AnyWidget):
    """Tells the chart below when there is room, or more or less of it: by itself it looks at the window alone, and
    JupyterLab puts it on the page after it was drawn. Keys on a slider stay with it: JupyterLab has its own uses of
    the arrows."""

    _esm = """export default { render: ({ el }) => {
      const keep = ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true");
      const seen = new ResizeObserver(() => {
        el.parentElement?.addEventListener("focusin", keep);
        window.dispatchEvent(new Event("resize"));
      });
      seen.observe(el);
      return () => seen.disconnect();
    } };"""


class LiveRanking(ipw.VBox):
    """The chart of `charts.ranking.live_ranking` with its sliders on top; read `weights`, `scores` and `table` back.

    The browser ranks by itself; the kernel only follows, so a busy kernel never holds the room up.
    """

    def __init__(self, chart: LayerChart, values: pd.DataFrame, weights: pd.Series, judge: str = "room"):
        self._values, self._judge = values, judge
        self._stated = live.stated_points(weights.reindex(values.columns))
        JupyterChart.enable_offline()  # its script comes with the chart, not from a network
        chart = chart.properties(width="container")
        self.chart = JupyterChart(chart, embed_options={"actions": False, "renderer": "svg"})
        self.chart.layout.width = "100%"
        self.chart.add_class("planlib-live")
        super().__init__([ipw.HTML(ON_TOP), _Width(), self.chart])

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


def stated(weights: pd.Series, judge: str) -> pd.DataFrame:
    """Weights as `book.put("weight", ...)` takes them."""
    rows = pd.DataFrame({"judge_id": judge, "criterion_id": weights.index, "points": weights.to_numpy("float64")})
    return rows.set_index(["judge_id", "criterion_id"])
