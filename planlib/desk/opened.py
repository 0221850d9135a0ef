"""A client opened in a notebook: the look turned on, charts offline, the workbook's tables at hand."""

from __future__ import annotations

import os
import sys
from datetime import date
from html import escape
from pathlib import Path

import altair as alt
import pandas as pd

from planlib import decide, facts, review, store
from planlib.charts import theme
from planlib.desk.tables import Html, show
from planlib.review.check import a_year
from planlib.schema import PlanError
from planlib.words import LANGS, has_word, money, word
from planlib.workspace import Client, find_workspace, read_client

CHART = "application/vnd.vegalite.v6+json"


class Desk:
    """An opened client. Its tables are attributes (`desk.actions`, `desk.budgets`, ...), as of `today`.

    `book` is the workbook itself, for what the room decides; everything else here only reads.
    """

    def __init__(self, book: store.Book, client: Client, lang: str, today: date):
        self.book = book
        self.client = client
        self.today = today
        self.facts = facts.read(book, today)
        self.lang = self.facts.tongue(lang)

    def __getattr__(self, name: str) -> pd.DataFrame:
        """A table of `facts` by its name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.facts, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *facts.TABLES, "settings"})

    def ranking(self, method: str = "weighted_sum") -> pd.DataFrame:
        """Every action in order of its rank, with its title."""
        ranked = decide.ranking(self.facts, method)
        ranked.insert(0, "title", facts.titles(self.actions, self.lang).reindex(ranked.index))
        return ranked

    def review(self, year: int, *, draft: bool = True, edition: str = "internal") -> review.Review:
        """The review of a fiscal year; a draft lists what is still owed instead of refusing."""
        return review.annual(self.book, year, draft=draft, edition=edition)

    def first_day(self, year: int) -> date:
        """January 1 of a year, for the day as of which tables hold; PlanError when it is not a year."""
        return date(a_year(year), 1, 1)

    def show(self, table: pd.DataFrame, **options) -> Html:
        """A table in the desk's language."""
        return show(table, self.lang, **options)

    def word(self, key: str, **said) -> str:
        """What the client calls a term of its glossary (`axis`, `owner`), else the sentence or label of that key."""
        if has_word(f"term.{key}"):
            return word(f"term.{key}", self.lang, n=said.get("n", 1))
        return word(key if has_word(key) else f"desk.{key}", self.lang, **said)

    def money(self, amount: float | None) -> str:
        """An amount in the client's currency."""
        return money(amount, self.lang, self.settings["currency"])

    def _repr_html_(self) -> str:
        n = word("desk.opened", self.lang, client=self.client.called(self.lang), n=len(self.actions), day=self.today)
        return f"<p>{escape(n)}</p>"


def open_client(
    client: str, lang: str = "fr", today: date | str | None = None, workspace: str | Path | None = None
) -> Desk:
    """Ready a notebook for a client, in one line.

    The charts' look is turned on and they need no network: live in JupyterLab each carries its own script; run
    for a report they are plain Vega-Lite that the page draws. A PlanError shows as one sentence.

    Parameters
    ----------
    client : str
        The client's folder name in the workspace.
    lang : 'fr' or 'en'
    today : date or 'YYYY-MM-DD', optional
        The day as of which tables hold. Default: the system's.
    workspace : folder, optional
        Default: as the command line finds it, from the notebook's own folder up.

    Raises
    ------
    PlanError
        An unknown client, a language that is neither, a day that is not one.
    """
    _tell_errors_in_a_sentence(lang if lang in LANGS else "fr")
    if lang not in LANGS:
        raise PlanError("desk.language", found=str(lang), known=list(LANGS))
    root = find_workspace(workspace)
    found = read_client(client, root)
    theme.enable(found.accent, lang)
    if _is_live():
        alt.renderers.enable("jupyter", offline=True)
        alt.JupyterChart.enable_offline()  # the renderer does it for charts it shows; others stand in a panel
    else:
        alt.renderers.enable("planlib")
    opened = Desk(store.open(client, root), found, lang, _day(today))
    _tell_errors_in_a_sentence(opened.lang)  # from here on in the client's own words
    return opened


def _day(today: date | str | None) -> date:
    if today is None:
        return date.today()
    try:
        return today if isinstance(today, date) else date.fromisoformat(today)
    except ValueError:
        raise PlanError("desk.not_a_day", found=str(today)) from None


def _is_live() -> bool:
    """In a JupyterLab session, with someone looking: a kernel run for a report has no session of its own."""
    return bool(os.environ.get("JPY_SESSION_NAME")) and not os.environ.get("PLANLIB_REPORT")


def _plain_chart(spec: dict, **_) -> dict:
    """A chart as notebooks may store it: Altair's own name for this type is not one the format takes."""
    return {CHART: spec, "text/plain": spec.get("description", "")}


def _live_chart(spec: dict, **_) -> dict:
    """Altair's own live chart, without the look's width where one of several parts takes none and would be refused."""
    alone = "mark" in spec or "layer" in spec
    whole = spec if alone else {name: value for name, value in spec.items() if name not in ("width", "height")}
    return alt.JupyterChart(alt.Chart.from_dict(whole))._repr_mimebundle_()


alt.renderers.register("planlib", _plain_chart)
alt.renderers.register("jupyter", _live_chart)


def _tell_errors_in_a_sentence(lang: str) -> None:
    """A PlanError shows in this notebook as its sentence; other errors keep their trace."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return

    def tell(shell, kind, error, trace, tb_offset=None):
        sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
        sentence = [error.text(lang)]
        shell._showtraceback(kind, error, sentence)  # what showtraceback itself ends with: the front end's error
        return sentence

    shell.set_custom_exc((PlanError,), tell)
