"""Criteria compared two by two, and whether the answers hold together."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import combinations

import ipywidgets as ipw
import pandas as pd

from planlib import weights as weighing
from planlib.schema import PlanError
from planlib.widgets.signed import STYLE
from planlib.widgets.weight_panel import stated
from planlib.words import number, percent, word

STEPS = (9, 7, 5, 3)  # Saaty's scale without its even marks: what a room can tell apart


class PairwisePanel(ipw.VBox):
    """One question per pair of criteria, unanswered at first. Read `matrix`, `result` and `table` back."""

    def __init__(self, criteria_titles: Mapping | pd.Series, lang: str, judge: str = "room"):
        self._titles, self._lang, self._judge = dict(criteria_titles), lang, judge
        self._answer = ipw.HTML()
        self.answers = {pair: self._question(*pair) for pair in combinations(self._titles, 2)}
        super().__init__([ipw.HTML(STYLE), *self.answers.values(), self._answer])
        self.add_class("planlib-panel")
        for question in self.answers.values():
            question.observe(self._show, "value")
        self._show()

    @property
    def matrix(self) -> pd.DataFrame:
        """Answers so far, row over column; a pair not answered is blank."""
        criteria = list(self._titles)
        matrix = pd.DataFrame(float("nan"), index=criteria, columns=criteria)
        for (one, other), question in self.answers.items():
            if question.value:
                matrix.loc[one, other] = question.value
        return matrix

    @property
    def result(self) -> weighing.Pairwise:
        """Weights, consistency ratio and the answers that fit least; PlanError names a pair still to answer."""
        return weighing.from_pairwise(self.matrix)

    @property
    def weights(self) -> pd.Series:
        return self.result.weights

    @property
    def table(self) -> pd.DataFrame:
        """The weights as rows of the workbook, in points of 100, under the panel's judge."""
        return stated(self.weights * 100, self._judge)

    def _question(self, one: str, other: str) -> ipw.Dropdown:
        first, second = str(self._titles[one]), str(self._titles[other])
        options = [(word("widgets.pair_unanswered", self._lang), 0.0)]
        options += [(word(f"widgets.pair_{n}", self._lang, title=first), float(n)) for n in STEPS]
        options += [(word("widgets.pair_1", self._lang), 1.0)]
        options += [(word(f"widgets.pair_{n}", self._lang, title=second), 1 / n) for n in reversed(STEPS)]
        question = word("widgets.pair", self._lang, one=first, other=second)
        return ipw.Dropdown(options=options, value=0.0, description=question, layout=ipw.Layout(width="auto"))

    def _show(self, _change=None) -> None:
        left = sum(not question.value for question in self.answers.values())
        if left and self.answers:
            said = word("widgets.pairs_left", self._lang, n=left, of=len(self.answers))
            self._answer.value = f'<p role="status">{escape(said)}</p>'
            return
        try:
            self._answer.value = self._told(self.result)
        except PlanError as error:
            self._answer.value = f'<p role="alert">{escape(error.text(self._lang))}</p>'

    def _told(self, result: weighing.Pairwise) -> str:
        """The weights, whether the answers hold together, and which to ask again."""
        rows = "".join(
            f"<tr><th>{escape(str(self._titles[c]))}</th><td>{percent(share, self._lang)}</td></tr>"
            for c, share in result.weights.sort_values(ascending=False, kind="stable").items()
        )
        key = "widgets.consistent" if result.consistent else "widgets.inconsistent"
        lines = [word(key, self._lang, ratio=number(result.consistency_ratio, self._lang, 2))]
        if not result.consistent:
            lines += [
                word(
                    "widgets.ask_again", self._lang, one=str(self._titles[row.criterion_id]),
                    other=str(self._titles[row.over]), answered=number(row.answered, self._lang, 1),
                    implied=number(row.implied, self._lang, 1),
                )
                for row in result.worst.itertuples()
            ]  # fmt: skip
        return f"<table>{rows}</table>" + "".join(f"<p>{escape(line)}</p>" for line in lines)
