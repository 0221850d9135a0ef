"""Charts beside a ranking: effort, bands, tables apart, weights with their spread, two missions."""

from __future__ import annotations

import altair as alt
import pandas as pd

from planlib.charts import theme
from planlib.charts.ranking import Titles
from planlib.words import listing, number, percent, word

ROW = 36  # pixels that a label of two lines needs
SIDE = 460  # height of a chart of points
FIVE = alt.Axis(tickCount=5)
# Where a label may stand around its point: half-widths of it and pixels to the right, then pixels up.
LABEL_SIDES = (
    (1, 9, 0), (-1, -9, 0), (0, 0, 14), (0, 0, -14), (1, 7, 12), (1, 7, -12), (-1, -7, 12), (-1, -7, -12),
    (0, 0, 27), (0, 0, -27), (1, 6, 24), (1, 6, -24), (-1, -6, 24), (-1, -6, -24),
)  # fmt: skip
LETTER = 3.6  # pixels of half a letter of a label

BAND_MARKS = {"always": theme.MARKS["done"], "depends": theme.MARKS["partly"], "never": theme.MARKS["to_come"]}
BAND_COLOURS = {"always": "#123f60", "depends": "#4a90bf", "never": theme.STATUS["to_come"]}
TABLE_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "stroke")


@theme.ours
def impact_effort(
    table: pd.DataFrame, titles: Titles, lang: str, *, finding: str | None = None, measured: str = ""
) -> alt.LayerChart:
    """What each action brings against what it asks for: score up, effort to the right, each point with its number.

    Parameters
    ----------
    table : DataFrame, indexed by action_id
        score in [0, 1], effort_days (blank when unknown: drawn apart, at the right).
    """
    known = table[table["score"].notna()]
    rows = pd.DataFrame(
        {
            "action_id": known.index.astype(str),
            "title": [str(titles.get(action, action)) for action in known.index],
            "score": known["score"].to_numpy() * 100,
            "effort": known["effort_days"].to_numpy("float64"),
        }
    )
    placed, apart = rows[rows["effort"].notna()], rows[rows["effort"].isna()]
    widest = float(placed["effort"].max()) * 1.08 if (placed["effort"] > 0).any() else 1.0
    across = alt.Scale(domain=[0, widest], nice=False)
    x = alt.X("effort:Q", title=word("ranking.effort_axis", lang), scale=across, axis=FIVE)
    y = alt.Y("score:Q", title=word("ranking.score_axis", lang), scale=alt.Scale(domain=[0, 100]), axis=FIVE)
    tooltip = [
        alt.Tooltip("action_id:N", title=word("column.action_id", lang)),
        alt.Tooltip("title:N", title=word("column.title", lang)),
        alt.Tooltip("score:Q", title=word("column.score", lang), format=".1f"),
        alt.Tooltip("effort:Q", title=word("ranking.effort_axis", lang)),
    ]
    here = alt.Chart(_labelled(placed, "effort", "score", widest))
    layers = [
        here.mark_point(filled=True, opacity=0.9, size=90, color=theme.ACCENT).encode(x=x, y=y, tooltip=tooltip),
        here.mark_text(fontSize=12).encode(x="label_x:Q", y="label_y:Q", text="action_id:N"),
    ]
    if len(apart):
        edge = alt.value(alt.expr("width + 26"))
        there = alt.Chart(apart)
        hollow = there.mark_point(filled=False, size=90, color=theme.MUTED, strokeDash=[3, 2])
        layers += [
            hollow.encode(x=edge, y=y, tooltip=tooltip),
            there.mark_text(align="left", dx=8, fontSize=10, color=theme.MUTED).encode(x=edge, y=y, text="action_id:N"),
        ]
    facts = {"n": len(placed), "apart": len(apart)}
    if not len(apart):
        measured = measured or word("ranking.impact_measure_all", lang, n=len(placed))
    return _finished(alt.layer(*layers), "impact", finding, measured, lang, facts).properties(height=SIDE)


@theme.ours
def bands(
    table: pd.DataFrame, titles: Titles, lang: str, *, finding: str | None = None, measured: str = ""
) -> alt.LayerChart:
    """How surely each action is in the funded set: the share of the weightings that let it in.

    Parameters
    ----------
    table : DataFrame, indexed by action_id
        share_in and band, as `robust.bands` or `decide.ranking` gives them; shown in the order of the shares.
    """
    known = table[table["share_in"].notna()]
    known = known.assign(id=known.index.astype(str)).sort_values(["share_in", "id"], ascending=[False, True])
    rows = pd.DataFrame(
        {
            "action": [theme.folded(f"{a}  {titles.get(a, a)}") for a in known.index],
            "share": known["share_in"].to_numpy(),
            "told": [_share(share, lang) for share in known["share_in"]],
            "band": [word(f"band.{band}", lang) for band in known["band"]],
        }
    )
    y = alt.Y("action:N", sort=list(rows["action"]), title=None, axis=theme.label_axis())
    x = alt.X(
        "share:Q",
        title=word("column.share_in", lang),
        axis=alt.Axis(format=".0%", tickCount=5),
        scale=alt.Scale(domain=[0, 1]),
    )
    used = [band for band in BAND_MARKS if (known["band"] == band).any()]
    words = [word(f"band.{band}", lang) for band in used]
    colour = alt.Scale(domain=words, range=[BAND_COLOURS[band] for band in used])
    shape = alt.Scale(domain=words, range=[BAND_MARKS[band] for band in used])
    base = alt.Chart(rows)
    layers = [
        base.mark_bar(height=8, opacity=0.45).encode(y=y, x=x, color=alt.Color("band:N", scale=colour)),
        base.mark_point(filled=True, opacity=1, size=130).encode(
            y=y,
            x=x,
            color=alt.Color("band:N", scale=colour, legend=alt.Legend(title=None)),
            shape=alt.Shape("band:N", scale=shape, legend=alt.Legend(title=None)),
        ),
        base.mark_text(align="left", dx=12).encode(y=y, x=x, text="told:N"),
    ]
    counts = {band: int((known["band"] == band).sum()) for band in BAND_MARKS}
    chart = _finished(alt.layer(*layers), "bands", finding, measured, lang, {"n": len(rows), **counts})
    return chart.properties(height=theme.step(rows["action"], ROW))


@theme.ours
def table_against_table(
    positions: pd.DataFrame,
    titles: Titles,
    lang: str,
    criteria_titles: Titles,
    *,
    finding: str | None = None,
    measured: str = "",
    top: int = 12,
) -> alt.LayerChart:
    """Where tables stand farthest apart: one row per action and criterion, one mark per table.

    Parameters
    ----------
    positions : DataFrame, indexed by action_id, criterion_id
        As `agree.by_table` gives it: a column per table, values in [0, 1], and gap; the widest first.
    """
    shown = positions[positions["gap"] > 0].head(top)
    tables = [str(name) for name in shown.columns.drop("gap")]
    labels = [
        theme.folded(f"{action}  {titles.get(action, action)}", 40) + f"\n{criteria_titles.get(criterion, criterion)}"
        for action, criterion in shown.index
    ]
    values = shown.drop(columns="gap").mul(100).set_axis(tables, axis=1).reset_index(drop=True)
    values = values.assign(cell=labels)
    dots = values.melt("cell", var_name="table", value_name="value").dropna()
    ends = pd.DataFrame({"cell": labels, "low": values[tables].min(axis=1), "high": values[tables].max(axis=1)})
    ends["gap"] = [word("ranking.points_apart", lang, n=round(gap)) for gap in shown["gap"] * 100]
    y = alt.Y("cell:N", sort=labels, title=None, axis=theme.label_axis())
    x = {"title": word("ranking.value_axis", lang), "scale": alt.Scale(domain=[0, 100]), "axis": FIVE}
    shades = [theme.axis_colours(tables)[name] for name in tables]
    shapes = [TABLE_SHAPES[i % len(TABLE_SHAPES)] for i in range(len(tables))]
    legend = alt.Legend(title=None)
    base = alt.Chart(ends)
    layers = [
        base.mark_rule(color=theme.RULE, strokeWidth=4).encode(y=y, x=alt.X("low:Q", **x), x2="high:Q"),
        alt.Chart(dots)
        .mark_point(filled=True, opacity=0.9, size=120)
        .encode(
            y=y,
            x=alt.X("value:Q", **x),
            color=alt.Color("table:N", scale=alt.Scale(domain=tables, range=shades), legend=legend),
            shape=alt.Shape("table:N", scale=alt.Scale(domain=tables, range=shapes), legend=legend),
            tooltip=[
                alt.Tooltip("cell:N", title=word("column.title", lang)),
                alt.Tooltip("table:N", title=word("column.table", lang)),
                alt.Tooltip("value:Q", title=word("ranking.value_axis", lang), format=".0f"),
            ],
        ),
        base.mark_text(align="left", dx=10, color=theme.MUTED).encode(y=y, x=alt.value("width"), text="gap:N"),
    ]
    widest = dict.fromkeys(("action", "criterion"), "—") | {"n": 0}
    if len(shown):
        action, criterion = shown.index[0]
        named = str(criteria_titles.get(criterion, criterion))
        widest = {"action": str(action), "criterion": named, "n": round(shown["gap"].iloc[0] * 100)}
    facts = {**widest, "rows": len(shown), "tables": len(tables)}
    return _finished(alt.layer(*layers), "tables", finding, measured, lang, facts).properties(
        height=theme.step(labels, 54)
    )


@theme.ours
def weights_spread(
    group: pd.DataFrame, criteria_titles: Titles, lang: str, *, finding: str | None = None, measured: str = ""
) -> alt.LayerChart:
    """The group's weight of each criterion, and from the lowest to the highest that anyone gave.

    Parameters
    ----------
    group : DataFrame, indexed by criterion_id
        As `weights.from_judges` gives it: weight, low, high in [0, 1] and judges.
    """
    ordered = group.assign(id=group.index.astype(str)).sort_values(["weight", "id"], ascending=[False, True])
    rows = ordered[["weight", "low", "high"]].mul(100).reset_index(drop=True)
    rows["criterion"] = [theme.wrapped(str(criteria_titles.get(c, c))) for c in ordered.index]
    rows["told"] = [number(weight, lang, 1) for weight in rows["weight"]]
    y = alt.Y("criterion:N", sort=list(rows["criterion"]), title=None, axis=alt.Axis(labelExpr=theme.LINES))
    x = {"title": word("ranking.weight_axis", lang), "scale": alt.Scale(zero=True), "axis": FIVE}
    base = alt.Chart(rows)
    tooltip = [
        alt.Tooltip("criterion:N", title=word("column.criterion", lang)),
        alt.Tooltip("weight:Q", title=word("column.weight", lang), format=".1f"),
        alt.Tooltip("low:Q", title=word("ranking.lowest", lang), format=".1f"),
        alt.Tooltip("high:Q", title=word("ranking.highest", lang), format=".1f"),
    ]
    layers = [
        base.mark_rule(color=theme.ACCENT, opacity=0.3, strokeWidth=10, strokeCap="round").encode(
            y=y, x=alt.X("low:Q", **x), x2="high:Q", tooltip=tooltip
        ),
        base.mark_tick(color=theme.INK, thickness=3, height=22).encode(y=y, x=alt.X("weight:Q", **x), tooltip=tooltip),
        base.mark_text(align="center", dy=-17, fontSize=12).encode(y=y, x=alt.X("weight:Q", **x), text="told:N"),
    ]
    widest = rows.assign(title=[str(criteria_titles.get(c, c)) for c in ordered.index])
    widest = widest.loc[(rows["high"] - rows["low"]).idxmax()]
    facts = {
        "n": int(group["judges"].max()),
        "criterion": widest["title"],
        "low": round(widest["low"], 1),
        "high": round(widest["high"], 1),
    }
    return _finished(alt.layer(*layers), "weights", finding, measured, lang, facts).properties(height=alt.Step(46))


@theme.ours
def two_missions(
    front: pd.DataFrame, titles: Titles, lang: str, *, finding: str | None = None, measured: str = ""
) -> alt.LayerChart:
    """Each action on the two missions; those that no other beats on both are filled, numbered and joined.

    Parameters
    ----------
    front : DataFrame, indexed by action_id
        As `robust.front` gives it: a column per mission, scores in [0, 1], then on_front.
    """
    one, other = list(front.columns[:2])
    known = front[front["on_front"].notna()]
    rows = pd.DataFrame(
        {
            "action_id": known.index.astype(str),
            "title": [str(titles.get(action, action)) for action in known.index],
            "x": known[one].to_numpy() * 100,
            "y": known[other].to_numpy() * 100,
            "on_front": known["on_front"].astype(bool).to_numpy(),
        }
    )
    scale = alt.Scale(domain=[0, 100])
    x = alt.X("x:Q", title=word("ranking.mission_axis", lang, mission=str(one)), scale=scale, axis=FIVE)
    y = alt.Y("y:Q", title=word("ranking.mission_axis", lang, mission=str(other)), scale=scale, axis=FIVE)
    tooltip = [
        alt.Tooltip("action_id:N", title=word("column.action_id", lang)),
        alt.Tooltip("title:N", title=word("column.title", lang)),
        alt.Tooltip("x:Q", title=str(one), format=".1f"),
        alt.Tooltip("y:Q", title=str(other), format=".1f"),
    ]
    rows = _labelled(rows.sort_values("on_front", ascending=False, kind="stable"), "x", "y", 100)
    on, off = alt.Chart(rows[rows["on_front"]]), alt.Chart(rows[~rows["on_front"]])
    label = {"x": "label_x:Q", "y": "label_y:Q", "text": "action_id:N"}
    layers = [
        on.mark_line(color=theme.RULE, strokeWidth=3, interpolate="step-after").encode(x=x, y=y, order="x:Q"),
        off.mark_point(filled=False, size=80, color=theme.MUTED).encode(x=x, y=y, tooltip=tooltip),
        off.mark_text(fontSize=11, color=theme.MUTED).encode(**label),
        on.mark_point(filled=True, opacity=1, size=140, color=theme.ACCENT).encode(x=x, y=y, tooltip=tooltip),
        on.mark_text(fontSize=12, fontWeight=600).encode(**label),
    ]
    facts = {"n": len(rows), "front": listing(list(rows.loc[rows["on_front"], "action_id"]), lang)}
    return _finished(alt.layer(*layers), "missions", finding, measured, lang, facts).properties(height=SIDE)


def _share(share: float, lang: str) -> str:
    """A share as a percentage that is 0 or 100 only when it is so."""
    if 0 < share < 0.01 or 0.99 < share < 1:
        return ("< " if share < 0.5 else "> ") + percent(0.01 if share < 0.5 else 0.99, lang)
    return percent(share, lang)


def _labelled(rows: pd.DataFrame, across: str, up: str, widest: float) -> pd.DataFrame:
    """The rows with where the label of each point goes (label_x, label_y): the side on which least stands, in order.

    `across` and `up` are the columns that place the points, on scales from 0 to `widest` and from 0 to 100.
    """
    wide, high = widest / theme.WIDTH, 100 / SIDE  # units in a pixel
    points = [(x / wide, y / high) for x, y in zip(rows[across], rows[up], strict=True)]
    taken = [(x, y, 6.0) for x, y in points]
    places = []
    for (x, y), name in zip(points, rows["action_id"], strict=True):
        half = LETTER * len(name) + 2
        sides = [(x + side * half + dx, y + dy) for side, dx, dy in LABEL_SIDES]
        under = [
            sum(max(0, half + w - abs(at - a)) * max(0, 12 - abs(to - b)) for a, b, w in taken) for at, to in sides
        ]
        place = sides[under.index(min(under))]
        taken.append((*place, half))
        places.append((place[0] * wide, place[1] * high))
    return rows.assign(label_x=[x for x, _ in places], label_y=[y for _, y in places])


def _finished(
    chart: alt.LayerChart, name: str, finding: str | None, measured: str, lang: str, facts: dict
) -> alt.LayerChart:
    """The chart with its title (the finding, or what it shows), subtitle and text description."""
    title = finding or word(f"ranking.{name}_title", lang, **facts)
    told = f"{title}{'' if title.endswith(('.', '?')) else '.'} {word(f'ranking.{name}_told', lang, **facts)}"
    return chart.properties(
        title=theme.titled(title, measured or word(f"ranking.{name}_measure", lang, **facts)), description=told
    )
