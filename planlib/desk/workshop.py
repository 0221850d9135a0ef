"""The pieces of a prioritisation workshop: each follows what the room stores in another."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import altair as alt
import pandas as pd
from ipywidgets import HTML, Accordion, Button, HBox, Layout, ToggleButtons, VBox, Widget

from planlib import decide, facts, score
from planlib.charts import decision, page
from planlib.charts.ranking import live_ranking, ranking
from planlib.desk import session
from planlib.desk.opened import Desk
from planlib.desk.session import line
from planlib.desk.tables import Html
from planlib.plan import rows
from planlib.schema import PlanError
from planlib.widgets.discussion import DiscussionList
from planlib.widgets.live import Again, Live
from planlib.widgets.order_panel import OrderPanel
from planlib.widgets.pairwise_panel import PairwisePanel
from planlib.widgets.priority_form import PriorityForm
from planlib.widgets.score_form import ScoreForm
from planlib.widgets.signed import STYLE
from planlib.widgets.weight_panel import KeepWeights, LiveRanking
from planlib.words import word

TOP = 16  # actions of the ranking beside the sliders: what a tall screen shows, and a small one scrolls to


class Room:
    """A client's workshop. What is stored in one piece is shown in all the others."""

    def __init__(self, here: Desk):
        self._here, self._lang = here, here.lang
        self._pieces: list[Live | Again] = []
        self._form: ScoreForm | None = None
        self._panel: Again | None = None
        self._start: pd.Series | None = None  # weights the sliders start from, when not those in use
        self.facts = here.facts.at(here.today)
        alt.JupyterChart.enable_offline()  # the renderer does it for charts it shows; these stand in panels

    def again(self) -> None:
        """Read the workbook again and make every piece anew."""
        self.facts = self._here.facts.at(self._here.today)
        for piece in self._pieces:
            piece.again()

    def weighing(self) -> Widget:
        """Sliders beside the ranking they give, where the weights come from, and the act that keeps them."""
        if decide.values(self.facts).dropna(how="all").empty:
            return HTML(line(self._here, "not_judged").html)
        panel = self._panel = self._kept(Again(self.ranking))
        origin = self._kept(Live(lambda: line(self._here, "weights_from", origin=self._origin())))
        keep = KeepWeights(
            self.facts, self._lang, lambda: panel.children[0], lambda start: self._begin(start, panel), self._stored
        )
        return VBox([origin, panel, keep, self._kept(Live(self._unheard)), self.other_ways()])

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
                    decide.names(self.facts, self._lang) | self._quoted(),
                    chosen=self._see,
                )
            )
        )

    def scores(self) -> Widget:
        """A judge's scores, to correct with who and why."""
        self._form = ScoreForm(self.facts, self._lang, saved=self._stored)
        return self._form

    def other_ways(self) -> Widget:
        """Two other ways to weigh, folded: the criteria in order, then two by two. Sliders can start from either."""
        criteria = facts.titles(self.facts.scored_criteria, self._lang)
        if len(criteria) < 2:
            return HTML("")
        order = self._folded("order_criteria", OrderPanel(criteria, self._lang))
        pairs = self._folded("pairs", PairwisePanel(criteria, self._lang))
        return VBox([order, pairs])

    def _folded(self, name: str, panel: OrderPanel | PairwisePanel) -> Accordion:
        """A panel that gives weights, folded, and the button that has the sliders start from them."""
        button, said = Button(description=self._say("pairs_start"), layout=Layout(width="auto")), HTML()

        def begin(_button: Button) -> None:
            try:
                self._start, told = panel.weights, self._say("pairs_started")
            except PlanError as error:
                said.value = f'<p role="alert">{escape(error.text(self._lang))}</p>'
                return
            if self._panel is not None:
                self._panel.again()
            said.value = f'<p role="status">{escape(told)}</p>'

        button.on_click(begin)
        return Accordion([VBox([panel, HBox([button, said])])], titles=[self._say(name)], selected_index=None)

    def priorities(self) -> Widget:
        """What people decide after seeing ranks, action by action, with who and why."""
        return PriorityForm(self.facts, self._lang, saved=self._stored)

    def charts(self) -> Widget:
        """How sure the order is and who thinks otherwise, one chart at a time."""
        choice = ToggleButtons(style={"button_width": "auto"})
        shown = Again(lambda: self._chart(choice.value))

        def again() -> None:
            charts = self._charts()
            listed = [(word(f"notebooks.chart_{name}", self._lang), name) for name in charts]
            if [name for _, name in listed] != [name for _, name in choice.options]:
                choice.options = listed
                choice.value = listed[0][1] if listed else None
            shown.again()

        choice.observe(lambda _change: shown.again(), "value")
        self._pieces.append(SimpleNamespace(again=again))
        again()
        box = VBox([HTML(STYLE), choice, shown, self._kept(Live(self._firm))])
        box.add_class("planlib-panel")
        return box

    def leave(self) -> Widget:
        """A button that makes the ranking, with its sliders, a page the client keeps; says where it stands."""
        button, said = Button(description=self._say("leave_make"), layout=Layout(width="auto")), HTML()

        def make(_button: Button) -> None:
            path = keep_page(self._here, self.facts)
            where = path.relative_to(self._here.book.path.parent)
            said.value = f'<p role="status">{escape(self._say("leave_made", where=where.as_posix()))}</p>'

        button.on_click(make)
        box = VBox([HTML(STYLE), HBox([button, said])])
        box.add_class("planlib-panel")
        return box

    def methods(self) -> Widget:
        """Whether another method would order otherwise."""
        return self._kept(Live(lambda: session.methods(self._here)))

    def blind_spots(self, edition: str = "internal") -> Widget:
        """What an outsider would ask about."""
        return self._kept(Live(lambda: session.blind_spots(self._here, edition)))

    def _charts(self) -> dict[str, Callable[[], alt.TopLevelMixin]]:
        """The charts there are facts for, by name; each is made when it is looked at."""
        now, lang = self.facts, self._lang
        names, criteria = facts.titles(now.actions, lang), facts.titles(now.scored_criteria, lang)
        table = decide.ranking(now)
        if not table["rank"].notna().any():
            return {}
        found = {"ranking": lambda: self._contributions(table, names, criteria)}
        if table["share_in"].notna().any():
            found["bands"] = lambda: decision.bands(table, names, lang)
        if len(now.weights):
            found["weights"] = lambda: decision.weights_spread(decide.weights_apart(now), criteria, lang)
        apart = decide.tables_apart(now)
        if len(apart):
            found["tables"] = lambda: decision.table_against_table(apart, names, lang, criteria)
        days = rows.effort(now, now.actions)["effort_days"]
        if days.notna().any():
            found["impact"] = lambda: decision.impact_effort(table.assign(effort_days=days), names, lang)
        front = decide.missions(now)
        if front["on_front"].notna().any():
            found["missions"] = lambda: decision.two_missions(
                front.rename(columns=decide.mission_names(now, lang)), names, lang
            )
        return found

    def _contributions(self, table: pd.DataFrame, names: pd.Series, criteria: pd.Series) -> alt.LayerChart:
        adds = score.contributions(decide.values(self.facts), decide.weights(self.facts)[0])
        return ranking(table, adds, names, self._lang, criteria)

    def _chart(self, name: str | None) -> Widget:
        made = self._charts().get(name)
        if made is None:
            return HTML(line(self._here, "not_judged").html)
        # Vega's own menu speaks English, and one of its entries asks the network.
        return alt.JupyterChart(made(), embed_options={"actions": False})

    def _say(self, name: str, **said) -> str:
        return word(f"notebooks.{name}", self._lang, **said)

    def _firm(self) -> Html:
        """Whether those who judged agree, and how far each weight can move."""
        named = decide.names(self.facts, self._lang)
        said = [escape(one.text(self._lang, named), quote=False) for one in decide.firmness(self.facts)]
        return Html("".join(f"<p>{text}</p>" for text in said))

    def _unheard(self) -> Html:
        """What does not count in the ranking: blanks, lost judgements, criteria that part nobody."""
        named = decide.names(self.facts, self._lang) | self._quoted()
        said = [escape(one.text(self._lang, named), quote=False) for one in decide.unheard(self.facts)]
        return Html("".join(f'<p class="quiet">{text}</p>' for text in said))

    def _quoted(self) -> dict[str, str]:
        """Titles of actions inside a sentence: one that starts with a verb would be read as a part of it."""
        named = facts.titles(self.facts.actions, self._lang)
        return {action: self._say("quoted", title=title) for action, title in named.items()}

    def _origin(self) -> str:
        return decide.weights(self.facts)[1].text(self._lang)

    def _see(self, action_id: str, criterion_id: str) -> None:
        """The scores behind a disagreement, in the form that corrects them."""
        if self._form is not None:
            self._form.show(action_id, criterion_id)

    def _begin(self, start: pd.Series | None, panel: Again) -> None:
        self._start = start
        panel.again()

    def _stored(self) -> None:
        self._start = None
        self.again()

    def _kept(self, piece: Live | Again) -> Live | Again:
        self._pieces.append(piece)
        return piece


def keep_page(here: Desk, now: facts.Facts) -> Path:
    """The ranking at the weights in use as one offline page, its sliders live, at a new path among the reports."""
    lang, day = here.lang, here.today
    values, shares = decide.values(now).dropna(how="all"), decide.weights(now)[0]
    if values.empty:
        raise PlanError("notebooks.not_judged")
    names, criteria = facts.titles(now.actions, lang), facts.titles(now.scored_criteria, lang)
    table = decide.ranking(now).reindex(values.index)
    chart = live_ranking(values, shares, names, lang, criteria, bands=table["band"], ranks=table["rank"])
    table = table.assign(title=names.reindex(table.index), score=table["score"] * 100).sort_values(
        "rank", kind="stable"
    )
    shown = table[["rank", "title", "score"]]
    year = facts.fiscal_year(day, now.settings["fiscal_start"])
    folder = here.book.path.parent / "reports" / f"{year}-ranking"
    run = next(n for n in count(1) if not (folder / f"{day.isoformat()}-{n}" / lang).exists())
    place = folder / f"{day.isoformat()}-{run}" / lang
    place.mkdir(parents=True)
    about = page.About(here.client.called(lang), lang, day, accent=here.client.accent)
    titled = shown.set_axis([word(f"column.{name}", lang) for name in shown], axis=1)
    return page.write(place / f"{here.book.client}-ranking-{lang}.html", chart, about, titled)
