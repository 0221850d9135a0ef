"""Criteria put in order by the room, and the weights that the order alone gives."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import ipywidgets as ipw
import pandas as pd

from planlib import weights as weighing
from planlib.schema import PlanError
from planlib.widgets.signed import STYLE
from planlib.widgets.weight_panel import stated
from planlib.words import percent, word


class OrderPanel(ipw.VBox):
    """One place per criterion, none given at first; two criteria may share a place. Read `weights` and `table` back."""

    def __init__(self, criteria_titles: Mapping | pd.Series, lang: str, judge: str = "room"):
        self._titles, self._lang, self._judge = dict(criteria_titles), lang, judge
        self._answer = ipw.HTML()
        self.places = {criterion: self._question(criterion) for criterion in self._titles}
        grid = ipw.Layout(grid_template_columns="repeat(auto-fill, minmax(260px, 1fr))", grid_gap="0 12px")
        asked = ipw.HTML(f"<p>{escape(word('widgets.order_ask', lang))}</p>")
        super().__init__([ipw.HTML(STYLE), asked, ipw.GridBox(list(self.places.values()), layout=grid), self._answer])
        self.add_class("planlib-panel")
        for question in self.places.values():
            question.observe(self._show, "value")
        self._show()

    @property
    def weights(self) -> pd.Series:
        """The rank-order centroid of the places; PlanError names a criterion that has none yet."""
        for criterion, question in self.places.items():
            if not question.value:
                raise PlanError("weights.rank_blank", criterion=str(self._titles[criterion]))
        return weighing.from_order(pd.Series({c: float(question.value) for c, question in self.places.items()}))

    @property
    def table(self) -> pd.DataFrame:
        """The weights as rows of the workbook, in points of 100, under the panel's judge."""
        return stated(self.weights * 100, self._judge)

    def _question(self, criterion: str) -> ipw.Dropdown:
        options = [(word("widgets.order_unplaced", self._lang), 0)]
        options += [(word("widgets.order_place", self._lang, place=p), p) for p in range(1, len(self._titles) + 1)]
        title = str(self._titles[criterion])
        return ipw.Dropdown(options=options, value=0, description=title, layout=ipw.Layout(width="auto"))

    def _show(self, _change=None) -> None:
        left = sum(not question.value for question in self.places.values())
        if left:
            said = word("widgets.order_left", self._lang, n=left, of=len(self.places))
            self._answer.value = f'<p role="status">{escape(said)}</p>'
            return
        rows = "".join(
            f"<tr><th>{escape(str(self._titles[c]))}</th><td>{percent(share, self._lang)}</td></tr>"
            for c, share in self.weights.sort_values(ascending=False, kind="stable").items()
        )
        said = word("widgets.order_told", self._lang)
        self._answer.value = f'<table>{rows}</table><p role="status">{escape(said)}</p>'
