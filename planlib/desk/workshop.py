"""The pieces of a prioritisation workshop: each follows what the room stores in another."""

from __future__ import annotations

import pandas as pd
from ipywidgets import HTML, VBox, Widget

from planlib import decide, facts
from planlib.charts.ranking import live_ranking
from planlib.desk.opened import Desk
from planlib.desk.session import line
from planlib.widgets.discussion import DiscussionList
from planlib.widgets.live import Again, Live
from planlib.widgets.score_form import ScoreForm
from planlib.widgets.weight_panel import KeepWeights, LiveRanking

TOP = 16  # actions of the ranking beside the sliders: what a tall screen shows, and a small one scrolls to


class Room:
    """A client's workshop. What is stored in one piece is shown in all the others."""

    def __init__(self, here: Desk):
        self._here, self._lang = here, here.lang
        self._pieces: list[Live | Again] = []
        self._start: pd.Series | None = None  # weights the sliders start from, when not those in use
        self.facts = here.facts.at(here.today)

    def again(self) -> None:
        """Read the workbook again and make every piece anew."""
        self.facts = self._here.facts.at(self._here.today)
        for piece in self._pieces:
            piece.again()

    def weighing(self) -> Widget:
        """Sliders beside the ranking they give, where the weights come from, and the act that keeps them."""
        if decide.values(self.facts).dropna(how="all").empty:
            return HTML(line(self._here, "not_judged").html)
        panel = self._kept(Again(self.ranking))
        origin = self._kept(Live(lambda: line(self._here, "weights_from", origin=self._origin())))
        keep = KeepWeights(
            self.facts, self._lang, lambda: panel.children[0], lambda start: self._begin(start, panel), self._stored
        )
        return VBox([origin, panel, keep])

    def ranking(self) -> LiveRanking:
        """The live ranking over the judgements as they now stand."""
        now, lang = self.facts, self._lang
        values = decide.values(now).dropna(how="all")
        shares = self._start if self._start is not None else decide.weights(now)[0]
        chart = live_ranking(
            values,
            shares,
            facts.titles(now.actions, lang),
            lang,
            facts.titles(now.scored_criteria, lang),
            bands=decide.ranking(now)["band"],
            top=TOP,
            legend=False,
        )
        return LiveRanking(chart, values, shares, lang)

    def discussions(self) -> Widget:
        """Disagreements worth the room's time, three at once."""
        return self._kept(
            Again(
                lambda: DiscussionList(
                    decide.discussions(self.facts),
                    self._lang,
                    decide.names(self.facts, self._lang) | facts.titles(self.facts.actions, self._lang).to_dict(),
                )
            )
        )

    def scores(self) -> Widget:
        """A judge's scores, to correct with who and why."""
        return ScoreForm(self.facts, self._lang, saved=self._stored)

    def _origin(self) -> str:
        return decide.weights(self.facts)[1].text(self._lang)

    def _begin(self, start: pd.Series | None, panel: Again) -> None:
        self._start = start
        panel.again()

    def _stored(self) -> None:
        self._start = None
        self.again()

    def _kept(self, piece: Live | Again) -> Live | Again:
        self._pieces.append(piece)
        return piece
