"""What a live notebook needs beside its panels: headings in words, the year to look at, what happened most often."""

from __future__ import annotations

from html import escape

import altair as alt
import pandas as pd

from planlib import facts
from planlib.desk import blocks, outside
from planlib.desk.opened import Desk
from planlib.desk.tables import Html
from planlib.schedule import use
from planlib.words import word


def heading(here: Desk, name: str, **said) -> Html:
    """A question as a heading; `name` is a name of wording/notebooks."""
    return Html(f"<h2>{escape(word(f'notebooks.{name}', here.lang, **said), quote=False)}</h2>")


def line(here: Desk, name: str, **said) -> Html:
    """A sentence of wording/notebooks."""
    return Html(f"<p>{escape(word(f'notebooks.{name}', here.lang, **said), quote=False)}</p>")


def year_of(here: Desk, year: int | None = None) -> int:
    """The fiscal year asked for, else the last one with news by the desk's day, else the one under way."""
    start = here.settings["fiscal_start"]
    if year is not None:
        return year
    days = pd.to_datetime(here.updates.index.get_level_values("updated_on"))
    told = days[days <= pd.Timestamp(here.today)]
    return facts.fiscal_year(told.max().date() if len(told) else here.today, start)


def page_one(here: Desk, year: int) -> Html:
    """Page one of the review as it stands now: figures, where the strategy stands, what a draft still owes."""
    found = here.review(year)
    return blocks.head(found, here.lang) + blocks.figures(found, here.lang) + blocks.strategy(found, here.lang)


def checked(here: Desk) -> Html:
    """The last line of a notebook: what had to hold before a client sees it does."""
    return Html(f'<p class="quiet planlib-checked">{escape(word("notebooks.checked", here.lang))}</p>')


def plan_today(here: Desk) -> Html:
    """The stored plan in a few lines: how many actions, between which days, and which ones."""
    stored = here.book.table("schedule", here.today)
    kept = stored[stored["chosen"].fillna(False).astype(bool)].sort_values(["start", "finish"])
    title = Html(f"<h2>{escape(word('notebooks.plan_today', here.lang))}</h2>")
    if kept.empty:
        return title + line(here, "plan_today_none")
    span = {"start": kept["start"].min().date(), "end": kept["finish"].max().date()}
    names = facts.titles(here.actions, here.lang)
    listed = "".join(f"<li>{escape(str(names.get(action, action)))}</li>" for action in kept.index)
    return (
        title
        + line(here, "plan_today_counts", n=len(kept), of=len(stored), **span)
        + Html(f"<ol style='margin:0;padding-left:1.6em;max-height:21em;overflow:auto'>{listed}</ol>")
    )


def aside(here: Desk) -> Html:
    """Notes that were parked or set aside, each with its table and the reason."""
    rows = here.notes[here.notes["fate"].isin(["parked", "rejected"])]
    items = []
    for row in rows.itertuples():
        where = [row.table] if isinstance(row.table, str) else []
        where += [word(f"note_fate.{row.fate}", here.lang)]
        where += [row.fate_why] if isinstance(row.fate_why, str) else []
        items.append(f"<li>{escape(row.text)} <span class='quiet'>{escape(' · '.join(where))}</span></li>")
    return Html(f"<ul>{''.join(items)}</ul>")


def drawn(chart: alt.FacetChart) -> object:
    """A chart of several parts, as it is shown live: the renderer refuses the look's width on one of these."""
    if alt.renderers.active != "jupyter":
        return chart
    alt.JupyterChart.enable_offline()
    return alt.JupyterChart(chart)


def blind_spots(here: Desk, edition: str = "internal") -> Html:
    """What an outsider would ask about; the firm's edition also holds the consultant's own observations."""
    return outside.blind_spots(here.facts.at(here.today), here.lang, edition)


def methods(here: Desk) -> Html:
    """Whether TOPSIS or PROMETHEE II would order otherwise."""
    return outside.methods(here.facts.at(here.today), here.lang)


def used(here: Desk) -> pd.DataFrame | None:
    """What the stored plan uses of people and money; None when there is no plan yet."""
    stored = use.of_stored(here.facts)
    return None if stored is None else stored.use
