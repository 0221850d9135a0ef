"""Ranking charts: the one that re-scores itself in the browser as weights move, and the still ones of a report."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping

import altair as alt
import pandas as pd

from planlib.charts import live, theme
from planlib.words import number, percent, word

ROW = 44  # pixels a row of the live chart takes: two lines of title, and a finger
TOP = 30  # actions shown while weights move; the browser ranks all of them
WIDTH = 980  # pixels of a live chart shown by itself in a notebook
NARROW = 560  # under this width, titles stand over their bars
LEFT = 340  # where bars start on a wide screen
CUT = " …"  # ends what is too long for its row
SURE = 80  # pixels that the words of the bands take at the right edge

# Dark and middle tones take turns, so that neighbours in a bar stay apart without hue; each reaches 3:1 on white.
CRITERIA = (
    "#123f60", "#4a90bf", "#7a3b12", "#bf7b42", "#2b5218", "#6a9650", "#552d6b", "#a172b8", "#5e4d10", "#a0842c",
)  # fmt: skip

Titles = Mapping | pd.Series


@theme.ours
def live_ranking(
    values: pd.DataFrame,
    weights: pd.Series,
    titles: Titles,
    lang: str,
    criteria_titles: Titles,
    *,
    bands: pd.Series | None = None,
    ranks: pd.Series | None = None,
    finding: str | None = None,
    top: int = TOP,
    width: int = WIDTH,
    legend: bool = True,
) -> alt.LayerChart:
    """Ranked bars whose weights are sliders in the chart: the browser scores and orders again, without Python.

    Score, rank and blanks are those of `score.weighted_sum`, to the bit: `live` writes its formulas from the criteria.
    Ties take the better rank and stand in the order of action_id.

    Parameters
    ----------
    values : DataFrame, shape (actions, criteria)
        Partial values in [0, 1]; a blank is left out of its action's score, which then says so.
    weights : Series, indexed by criterion_id
        Where the sliders start: points from 0 to 100, or shares that sum to 1 (shown out of 100).
    titles, criteria_titles : mapping or Series
        Titles of actions and criteria in `lang`; an id without a title shows as itself.
    bands : Series, indexed by action_id, optional
        always, depends, never (`robust.bands`): a column at the right.
    ranks : Series, indexed by action_id, optional
        Ranks to compare with: each row then says by how many places it went up or down.
    finding : str, optional
        The title; by default, what to do with the chart.
    top : int
        Rows shown. All actions are ranked.
    width : int
        Pixels. A page and a panel set it to "container" themselves: a notebook's cell has no width at first.
    legend : bool
        Whether the colours of the criteria are told; where the sliders wear them, they are.

    Returns
    -------
    LayerChart
        Parameters `points_0`, `points_1`, ... are the sliders, in the order of `values`.
    """
    named = [str(criteria_titles.get(c, c)) for c in values.columns]
    rows = _rows(values, titles, bands, ranks, lang)
    shown = max(1, min(top, len(rows)))
    holes = bool(values.isna().to_numpy().any())
    layers = [
        _bars(len(named), holes),
        _titles(any(row["cut"] for row in rows)),
        _scores(lang, holes, ranks is not None),
        *(_sure(lang) if bands is not None else []),
        *([_legend(named)] if legend else []),
        _no_weight(lang),
    ]
    chart = live.ranked(alt.layer(*layers, data=alt.Data(values=rows, name="actions")), values, top)
    chart = chart.transform_calculate(mid=f"{ROW} * datum.row - {ROW // 2}")
    # Here and not in the layers that draw them: a layer with a formula of its own copies every row at each move.
    chart = chart.transform_calculate(bar="datum.mid + low", **_told_live(lang))
    ends = ["left", *(f"datum.x{i + 1}" for i in range(len(named)))]
    parts = {f"part_{i}": f"[[{ends[i]}, datum.bar], [{ends[i + 1]}, datum.bar]]" for i in range(len(named))}
    chart = chart.transform_calculate(**parts)
    margin = (SURE if bands is not None else 0) + (92 if ranks is not None else 60)
    places = {
        "narrow": f"width < {NARROW}",
        "left": f"narrow ? 38 : {LEFT}",
        "right": f"width - {margin}",
        "per": "(right - left) / everything",
        "thick": "narrow ? 12 : 26",  # of a bar
        "size": "narrow ? 12 : 14",
        "leading": "narrow ? 14 : 17",
        "low": "narrow ? 14 : 0",  # what stands beside the title on a wide screen stands under it on a narrow one
    }
    follow = [
        *live.shares(values, weights),
        *(alt.VariableParameter(name=name, expr=at) for name, at in places.items()),
    ]
    facts = {"n": len(rows), "criteria": len(named), "top": shown}
    measured = word("ranking.live_measure", lang, **facts)
    if bands is not None:
        measured += word("ranking.live_sure", lang)
    return (
        chart.add_params(*live.sliders(values, weights, named))
        .properties(
            width=width,
            height=shown * ROW,
            title=theme.titled(finding or word("ranking.live_title", lang), measured),
            description=word("ranking.live_told", lang, **facts),
            usermeta={"stated": live.stated_at(values, weights), "criteria": named},
        )
        .configure(locale=locale(lang), mark=alt.MarkConfig(invalid="show"), params=follow)
    )


def _rows(
    values: pd.DataFrame, titles: Titles, bands: pd.Series | None, ranks: pd.Series | None, lang: str
) -> list[dict]:
    """One row per action in the order of action_id, which settles ties in the browser."""
    rows = []
    for action in sorted(values.index, key=str):
        title = str(titles.get(action, action))
        row = {"id": str(action), "title": title, "lines": theme.wrapped(title, 40), "over": theme.wrapped(title, 46)}
        row["long"] = len(row["lines"]) > 81  # two lines of 40: beyond, three smaller ones, and nothing is cut
        row["cut"] = False
        if row["long"]:
            row["lines"], row["over"] = _three(title), _at_most(title, 60, 2)
            row["cut"] = row["lines"].endswith(CUT) or row["over"].endswith(CUT)
        # Several lines hang from the first: half of them goes up.
        row["lift"] = (-7 if row["long"] else -8.5) * row["lines"].count("\n")
        row["rise"] = -15 if "\n" in row["over"] else -5  # over its own bar, and nearer to it than to the one before
        row |= {f"v{i}": None if pd.isna(value) else float(value) for i, value in enumerate(values.loc[action])}
        row["full"] = bool(values.loc[action].notna().all())
        row["sure"] = ""
        if bands is not None and isinstance(band := bands.get(action), str):
            row["sure"] = word(f"ranking.{band}", lang)
        if ranks is not None and pd.notna(was := ranks.get(action)):
            row["was"] = int(was)
        rows.append(row)
    return rows


def _three(title: str) -> str:
    """A title on three lines, as wide as they must be and can be: its rest is in the tip and in the table."""
    width = 44
    while len(textwrap.wrap(title, width)) > 3 and width < 50:
        width += 1
    return _at_most(title, width, 3)


def _at_most(title: str, width: int, lines: int) -> str:
    return "\n".join(textwrap.wrap(title, width, max_lines=lines, placeholder=CUT))


def _at(x: str) -> dict:
    """Where a mark of a row stands: at x, in the middle of the row."""
    return {"x": alt.value(alt.expr(x)), "y": alt.value(alt.expr("datum.mid"))}


def _bars(n: int, holes: bool) -> alt.LayerChart:
    """What each criterion adds to the score, end to end, and the rank of each row.

    One path per criterion through all rows, and one text for all ranks: a browser redraws 9 marks several times faster
    than 270. All come from one row, so that each stays the same mark as weights move: a layer with a formula of its
    own would make a new row, and so a new mark, at each move.
    """
    changed = alt.expr("datum.rows")  # a path bears no text; a list that is new each time has it drawn again
    bars = [
        alt.Chart()
        .mark_geoshape(aria=False, clip=False, filled=False, stroke=shade, strokeWidth=alt.expr("thick"), text=changed)
        .encode(shape=f"path_{i}:G")
        .project(type="identity", scale=1, translate=[0, 0])
        for i, shade in enumerate(colours(n))
    ]
    paths = {f"path_{i}": f"{{type: 'MultiLineString', coordinates: pluck(datum.rows, 'part_{i}')}}" for i in range(n)}
    # Ranks rise from row to row; a row of which nothing is known stands last, and has none.
    ranks = "sort(pluck(datum.rows, 'rank'))"
    ranks = f"join({f'slice({ranks}, 0, datum.judged)' if holes else ranks}, '\\n')"
    text = alt.Chart().mark_text(aria=False, align="right", fontSize=16, fontWeight=600, lineBreak="\n", lineHeight=ROW)
    text = text.encode(x=alt.value(26), y=alt.value(ROW / 2), text=alt.value(alt.expr(ranks)))
    judged = {"judged": "sum(judged)"} if holes else {}
    # The first part of a row changes whenever anything of it does, the width of the window too.
    return alt.layer(*bars, text).transform_aggregate(rows="values(part_0)", **judged).transform_calculate(**paths)


def _titles(cut: bool) -> alt.Chart:
    """Titles on two lines, or three, left of their bar or over it; where one is cut, a tip holds it whole."""
    text = alt.Chart().mark_text(
        aria=False,
        align="left",
        lineBreak="\n",
        lineHeight=alt.expr("datum.long && !narrow ? 14 : leading"),
        fontSize=alt.expr("datum.long ? (narrow ? 10 : 12) : size"),
        dy=alt.expr("narrow ? datum.rise : datum.lift"),
    )
    told = {"tooltip": alt.value(alt.expr("datum.cut ? datum.title : null"))} if cut else {}
    return text.encode(**_at("38"), text=alt.value(alt.expr("narrow ? datum.over : datum.lines")), **told)


def _scores(lang: str, holes: bool, moved: bool) -> alt.Chart:
    """The score at the end of the bar and the places gained or lost; what is missing is said, not drawn as zero.

    The one mark that a screen reader reads of each row.
    """
    told = "datum.told"
    parts = {"rank": "datum.rank", "title": "datum.title", "score": told}
    said = word("ranking.row_told", lang, **{name: f"\u0000{name}\u0000" for name in parts})
    said = " + ".join(parts.get(piece, json.dumps(piece)) for piece in said.split("\u0000"))
    if holes:
        share = json.dumps(word("ranking.weight_known", lang, share="\u0000"))
        unknown = word("ranking.not_judged", lang)
        told += f" + (datum.complete ? '' : ' ' + replace({share}, '\u0000', format(datum.known, '.0%')))"
    if moved:
        shift = "(datum.was > datum.rank ? '  ▲' : '  ▼') + abs(datum.was - datum.rank)"
        told += f" + (datum.was == datum.rank ? '' : {shift})"
    if holes:
        told = f"datum.known > 0 ? {told} : {json.dumps(unknown)}"
        said = f"datum.known > 0 ? {said} : datum.title + {json.dumps(', ' + unknown)}"
    text = alt.Chart().mark_text(align="left", dx=7, dy=alt.expr("low"), fontSize=14)
    end = "left + max(0, datum.score) * (right - left)" if holes else "left + datum.score * (right - left)"
    return text.encode(**_at(end), text=alt.value(alt.expr(told)), description=alt.value(alt.expr(said)))


def _told_live(lang: str) -> dict[str, str]:
    """The score in words, as formulas.

    Halves to even, as `words.number` writes them elsewhere: the same score reads the same. Put together by hand:
    Vega's `format` reads its pattern again for each row.
    """
    point = json.dumps({"fr": ",", "en": "."}[lang])
    # From the score as ranks compare it, so that a tie reads the same on both rows.
    tenths = f"((datum.turned - {live.ROUNDING}) / {live.TURN / 1000:.0f} + {live.ROUNDING}) - {live.ROUNDING}"
    return {"tenths": tenths, "told": f"floor(datum.tenths / 10) + {point} + datum.tenths % 10"}


def _sure(lang: str) -> list[alt.Chart]:
    """How sure the funding of each action is, over all weights: its word, under a heading."""
    text = alt.Chart().mark_text(dy=alt.expr("low"), aria=False, align="right", color=theme.MUTED)
    head = alt.Chart(alt.Data(values=[{"said": word("ranking.funded", lang)}]))
    head = head.mark_text(aria=False, align="right", color=theme.MUTED, fontSize=12)
    return [
        text.encode(**_at("width"), text=alt.value(alt.expr("datum.sure"))),
        head.encode(x=alt.value(alt.expr("width")), y=alt.value(-6), text="said:N"),
    ]


def _legend(named: list[str]) -> alt.Chart:
    """The colours of the criteria, from a layer that draws nothing and never changes."""
    rows = [{"criterion": title} for title in named]
    scale = alt.Scale(domain=named, range=colours(len(named)))
    legend = alt.Legend(columns=alt.expr("narrow ? 1 : 4"), symbolOpacity=1, symbolType="square")
    colour = alt.Color("criterion:N", scale=scale, legend=legend)
    return alt.Chart(alt.Data(values=rows)).mark_point(filled=True, opacity=0, aria=False).encode(color=colour)


def _no_weight(lang: str) -> alt.Chart:
    """What is said when every slider is at 0."""
    return (
        alt.Chart(alt.Data(values=[{"said": word("ranking.no_weight", lang)}]))
        .transform_filter("greatest == 0")
        .mark_text(align="left", baseline="top", fontSize=16)
        .encode(x=alt.value(0), y=alt.value(8), text="said:N")
    )


def colours(n: int) -> list[str]:
    """One colour per criterion, the same in every chart of a ranking; past ten, all share 'other'."""
    return [CRITERIA[i] if i < len(CRITERIA) else theme.OTHER_AXIS for i in range(n)]


def locale(lang: str) -> alt.Locale:
    """Numbers as the language writes them, inside the chart: no one else sets them in a notebook or a page."""
    decimal, thousands, currency, percent = theme.SIGNS[lang]
    return alt.Locale(
        number=alt.NumberLocale(decimal=decimal, thousands=thousands, grouping=[3], currency=currency, percent=percent)
    )


@theme.ours
def ranking(
    table: pd.DataFrame,
    contributions: pd.DataFrame,
    titles: Titles,
    lang: str,
    criteria_titles: Titles,
    *,
    finding: str | None = None,
    measured: str = "",
    top: int | None = None,
) -> alt.LayerChart:
    """The ranking as it stands: bars split by criterion, score and band at the right; for a report or a screen.

    Parameters
    ----------
    table : DataFrame, indexed by action_id
        As `decide.ranking` gives it: score, rank; complete, weight_known and band when known. Shown in its order.
    contributions : DataFrame, shape (actions, criteria)
        From `score.contributions`.
    titles, criteria_titles : mapping or Series
    finding, measured : str, optional
        Title (what was found, computed in a room) and subtitle (of what, when).
    top : int, optional
        Rows shown; all by default.
    """
    ranked = table[table["rank"].notna()].head(top)
    parts = list(contributions.columns)
    named = [str(criteria_titles.get(c, c)) for c in parts]
    rows = pd.DataFrame(
        {
            "action": [theme.folded(f"{row.rank}  {titles.get(row.Index, row.Index)}") for row in ranked.itertuples()],
            "action_id": [str(action) for action in ranked.index],
            "score": ranked["score"].to_numpy() * 100,
            "told": [_told(row, lang) for row in ranked.itertuples()],
            "band": [_band(row, lang) for row in ranked.itertuples()],
        }
    )
    rows["action"] = _distinct(rows["action"], rows["action_id"])
    adds = contributions.reindex(ranked.index).mul(100).set_axis(named, axis=1).reset_index(drop=True)
    split = adds.assign(action=rows["action"]).melt("action", var_name="criterion", value_name="adds").dropna()
    split["place"] = split["criterion"].map({title: i for i, title in enumerate(named)})
    y = alt.Y("action:N", sort=list(rows["action"]), title=None, axis=theme.label_axis())
    x = {"title": word("ranking.score_axis", lang), "scale": alt.Scale(domain=[0, 100]), "axis": alt.Axis(tickCount=5)}
    bars = (
        alt.Chart(alt.Data(values=split.to_dict("records")))  # a frame of over 5,000 rows is refused
        .mark_bar(height=20, stroke=theme.PAPER, strokeWidth=1)
        .encode(
            y=y,
            x=alt.X("adds:Q", stack="zero", **x),
            order="place:O",
            color=alt.Color(
                "criterion:N",
                scale=alt.Scale(domain=named, range=colours(len(named))),
                legend=alt.Legend(columns=3, symbolType="square"),
            ),
            tooltip=[
                alt.Tooltip("action:N", title=word("column.title", lang)),
                alt.Tooltip("criterion:N", title=word("column.criterion", lang)),
                alt.Tooltip("adds:Q", title=word("ranking.adds", lang), format=".1f"),
            ],
        )
    )
    base = alt.Chart(rows)
    score = base.mark_text(align="left", dx=6).encode(y=y, x=alt.X("score:Q", **x), text="told:N")
    layers = [bars, score]
    if rows["band"].ne("").any():
        layers.append(
            base.mark_text(align="left", dx=10, color=theme.MUTED).encode(y=y, x=alt.value("width"), text="band:N")
        )
    first = str(titles.get(ranked.index[0], ranked.index[0])) if len(rows) else "—"
    facts = {"n": len(rows), "criteria": len(named), "first": first}
    return alt.layer(*layers).properties(
        height=theme.step(rows["action"], 36),
        title=theme.titled(
            finding or word("ranking.first_is", lang, **facts), measured or word("ranking.measure", lang, **facts)
        ),
        description=word("ranking.told", lang, **facts),
    )


def _told(row, lang: str) -> str:
    """The score; of an action judged on a part of the weight only, it says so."""
    score = number(row.score * 100, lang, 1)
    if getattr(row, "complete", True):
        return score
    return f"{score} " + word("ranking.weight_known", lang, share=percent(row.weight_known, lang))


def _band(row, lang: str) -> str:
    band = getattr(row, "band", None)
    return word(f"band.{band}", lang) if isinstance(band, str) else ""


def _distinct(labels: pd.Series, ids: pd.Series) -> pd.Series:
    """Labels, with the id on those that two actions share: one row each."""
    return labels.where(~labels.duplicated(keep=False), labels + " · " + ids)
