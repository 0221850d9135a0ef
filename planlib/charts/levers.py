"""A plan being moved: its load and money small enough to stand under the calendar, scenarios side by side, and what
more money would buy."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import altair as alt
import pandas as pd

from planlib.charts import theme
from planlib.plan.adopted import Adopted
from planlib.scenario import SideBySide
from planlib.schedule import Point
from planlib.words import money, number, word, year_name

THOUSANDS = {"fr": "format(datum.value / 1000, ',.0f') + ' k$'", "en": "'$' + format(datum.value / 1000, ',.0f') + 'k'"}
HALF_YEARS = {
    "format": "%b %Y",
    "tickCount": {"interval": "month", "step": 6},
    "labelOverlap": "greedy",
    "labelBound": True,
    "labelAngle": 0,
    "grid": True,
    "orient": "bottom",
}
SHADES = alt.Scale(
    domain=[0, 0.5, 1, 1.001, 1.5], range=["#eef3f8", "#9dbdd6", "#3f7da8", "#e08a78", "#bd331d"], clamp=True
)


@theme.ours
def load_map(found: Adopted, lang: str, width: int = 420) -> alt.LayerChart:
    """Share of each role's days that the plan takes, month by month; beyond what there is, it is said and red."""
    table = found.days.copy()
    table["role"] = [theme.wrapped(str(title), 24) for title in table[f"title_{lang}"]]
    table["month"] = pd.to_datetime(table["period"] + "-01")
    table["share"] = (table["used"] / table["capacity"].where(table["capacity"] > 0)).fillna(0.0)
    table["told"] = [number(round(used), lang) if used >= 0.5 else "" for used in table["used"]]
    table["of"] = [
        f"{number(round(u, 1), lang)} / {number(round(c, 1), lang)}"
        for u, c in zip(table["used"], table["capacity"], strict=True)
    ]
    table["dark"] = table["share"] > 0.75
    base = alt.Chart(table[["role", "month", "share", "told", "of", "dark"]]).encode(
        x=alt.X("month:O", timeUnit="yearmonth", title=None, axis=alt.Axis(format="%b", labelAngle=0, grid=False)),
        y=alt.Y(
            "role:N", title=None, axis=alt.Axis(labelExpr=theme.LINES, labelOffset=theme.beside(), labelFontSize=12)
        ),
        tooltip=[
            alt.Tooltip("role:N", title=word("column.role", lang)),
            alt.Tooltip("of:N", title=word("gantt.days", lang)),
        ],
    )
    cells = base.mark_rect(stroke=theme.PAPER, strokeWidth=1).encode(
        color=alt.Color("share:Q", scale=SHADES, legend=None)
    )
    text = base.mark_text(fontSize=11).encode(
        text="told:N", color=alt.condition("datum.dark", alt.value(theme.PAPER), alt.value(theme.INK))
    )
    return _sized(
        cells + text,
        found.findings["days"].text(lang),
        word("gantt.load_measure", lang),
        width,
        _row(table["role"]),
        46,
    )


@theme.ours
def money_bars(found: Adopted, lang: str, width: int = 190) -> alt.LayerChart:
    """Money of the year by source: used (bar) against available (outline), and what is short."""
    table = found.money.reset_index().copy()
    table["source"] = [theme.wrapped(str(title), 22) for title in table[f"title_{lang}"]]
    table["within"] = table["used"] - table["over"]
    table["told"] = [_of(row, found.currency, lang) for row in table.itertuples()]
    table["end"] = table[["used", "available"]].max(axis=1)
    most = float(table["end"].max() or 1.0)
    base = alt.Chart(table[["source", "within", "over", "used", "available", "told", "end"]])
    y = alt.Y(
        "source:N", title=None, axis=alt.Axis(labelExpr=theme.LINES, labelOffset=theme.beside(), labelFontSize=12)
    )
    x = alt.X(
        "within:Q",
        title=None,
        axis=alt.Axis(labels=False, grid=False),
        scale=alt.Scale(domain=[0, most * 1.9], nice=False),
    )
    there = base.mark_bar(fill=theme.PAPER, stroke=theme.MUTED, strokeWidth=1, height=13).encode(x="available:Q", y=y)
    used = base.mark_bar(height=13).encode(x=x, y=y)
    short = base.mark_bar(height=13, color=theme.STATUS["dropped"]).encode(x="within:Q", x2="used:Q", y=y)
    text = base.mark_text(align="left", dx=5, fontSize=11).encode(x="end:Q", y=y, text="told:N")
    measure = word("gantt.money_year", lang, year=year_name(found.year, found.fiscal_start))
    return _sized(
        there + used + short + text, found.findings["money"].text(lang), measure, width, _row(table["source"]), 40
    )


@theme.ours
def side_by_side(found: SideBySide, lang: str, width: int = 230) -> alt.FacetChart:
    """Three columns in one chart: today's plan and each scenario; a row an action that is not the same in all."""
    rows = found.actions.copy()
    named = {"": word("gantt.today_plan", lang)} | {name: name for name in found.scenarios}
    rows["column"] = rows["scenario"].map(named)
    rows["label"] = [theme.wrapped(f"{a} {found.titles[lang].get(a, a)}", 40) for a in rows["action_id"]]
    rows["what"] = [word(f"gantt.{change}", lang) if isinstance(change, str) else "" for change in rows["change"]]
    rows["group"] = [
        c if isinstance(c, str) and c in ("in", "out") else "moved" if isinstance(c, str) else "same"
        for c in rows["change"]
    ]
    rows["why"] = [why.text(lang, found.names[lang]) if hasattr(why, "text") else "" for why in rows["why"]]
    dated = rows["start"].notna()
    first = rows.loc[dated, "start"].min()
    rows["at"] = rows["start"].fillna(first)
    base = alt.Chart(rows[["column", "label", "start", "finish", "what", "group", "why", "at"]])
    order = list(rows.drop_duplicates("action_id").sort_values(["at", "action_id"])["label"])
    y = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelExpr=theme.LINES, labelOffset=theme.beside(), labelFontSize=12),
    )
    hues = {
        "same": theme.MUTED,
        "in": theme.STATUS["done"],
        "out": theme.STATUS["dropped"],
        "moved": theme.STATUS["postponed"],
    }
    colour = alt.Color("group:N", scale=alt.Scale(domain=list(hues), range=list(hues.values())), legend=None)
    tooltip = [
        alt.Tooltip("label:N", title=word("column.title", lang)),
        alt.Tooltip("why:N", title=word("gantt.why", lang)),
    ]
    x = alt.X("start:T", title=None, axis=alt.Axis(**HALF_YEARS))
    bars = base.mark_bar(height=11, cornerRadius=2).encode(x=x, x2="finish:T", y=y, color=colour, tooltip=tooltip)
    marks = base.mark_text(align="left", dx=3, dy=0, fontSize=12, fontWeight=600).encode(
        x="at:T", y=y, text="what:N", color=colour, tooltip=tooltip
    )
    marks = marks.transform_filter("datum.group == 'out'")
    told = base.mark_text(align="left", dx=4, fontSize=11).encode(x="finish:T", y=y, text="what:N", color=colour)
    told = told.transform_filter("datum.group == 'in' || datum.group == 'moved'")
    header = alt.Header(title=None, labelAnchor="start", labelFontSize=14, labelFontWeight=600)
    n = rows["action_id"].nunique()
    finding = word("gantt.beside", lang, n=n)
    measure = word("gantt.beside_measure", lang)
    return (
        alt.layer(bars, marks, told)
        .properties(width=width, height=alt.Step(34))
        .facet(column=alt.Column("column:N", sort=list(named.values()), header=header), spacing=14)
        .properties(title=theme.titled(finding, measure), description=f"{finding}. {measure}.")
    )


@theme.ours
def budget_curve(
    points: Sequence[Point], lang: str, currency: str, of: str = "budget", width: int = 560
) -> alt.LayerChart:
    """Value of the best plan over the money (or the days) there is; the present amount is marked, as are the points
    where actions enter."""
    table = pd.DataFrame({"amount": [p.amount for p in points], "value": [float(p.value) for p in points]})
    table["share"] = [p.share for p in points]
    table["entered"] = [", ".join(map(str, p.entered)) for p in points]
    table["told"] = [_amount(p.amount, lang, currency, of) for p in points]
    table["value_told"] = [number(round(v, 2), lang) for v in table["value"]]
    known = table.dropna(subset=["value"])
    base = alt.Chart(known)
    low = float(known["value"].min()) if len(known) else 0.0
    high = float(known["value"].max()) if len(known) else 1.0
    room = max((high - low) * 0.15, 0.05)
    y = alt.Y(
        "value:Q",
        title=word("gantt.curve_value", lang),
        scale=alt.Scale(domain=[max(0.0, low - room), high + room], zero=False),
    )
    ticks = list(table["amount"][:: max(1, len(table) // 5)])
    format_ = "datum.label" if of != "budget" else THOUSANDS[lang]
    x = alt.X(
        "amount:Q",
        title=word(f"gantt.curve_{of}", lang),
        scale=alt.Scale(zero=False),
        axis=alt.Axis(values=ticks, labelExpr=format_),
    )
    tooltip = [
        alt.Tooltip("told:N", title=word(f"gantt.curve_{of}", lang)),
        alt.Tooltip("value_told:N", title=word("gantt.curve_value", lang)),
        alt.Tooltip("entered:N", title=word("gantt.curve_entered", lang)),
    ]
    line = base.mark_line(interpolate="step-after", strokeWidth=2).encode(x=x, y=y)
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, tooltip=tooltip)
    layers = [line, dots]
    now = known[(known["share"] - 1).abs() < 1e-9].assign(label=word("gantt.curve_now", lang))
    if len(now):
        layers.append(alt.Chart(now).mark_rule(color=theme.MUTED, strokeDash=[4, 3]).encode(x="amount:Q"))
        layers.append(
            alt.Chart(now)
            .mark_text(align="left", dx=4, fontSize=12, color=theme.MUTED)
            .encode(x="amount:Q", y=alt.value(8), text="label:N")
        )
    finding = _bought(known, lang, currency, of)
    measure = word(f"gantt.curve_measure_{of}", lang)
    return alt.layer(*layers).properties(
        width=width, height=170, title=theme.titled(finding, measure), description=f"{finding}. {measure}."
    )


def _bought(known: pd.DataFrame, lang: str, currency: str, of: str) -> str:
    """What a tenth less loses and a tenth more gains of the plan's value, as far as drawn."""
    if known.empty:
        return word("gantt.curve_none", lang)
    value = known.set_index(known["share"].round(3))["value"]
    now = value.get(1.0)
    if now is None or not now:
        return word("gantt.curve_partial", lang, n=len(known))
    low, high = value.iloc[0], value.iloc[-1]
    shares = {"less": round(100 * (1 - low / now)), "more": round(100 * (high / now - 1))}
    ends = {"low": round(100 * (1 - value.index[0])), "high": round(100 * (value.index[-1] - 1))}
    return word(f"gantt.curve_found_{of}", lang, **shares, **ends)


def _amount(amount: float, lang: str, currency: str, of: str) -> str:
    return money(round(amount), lang, currency) if of == "budget" else word("scenario.days", lang, n=round(amount))


def _of(row, currency: str, lang: str) -> str:
    used = money(round(row.used), lang, currency)
    if row.available != row.available:
        return used
    return word("gantt.spent", lang, used=used, available=money(round(row.available), lang, currency))


def _row(labels: pd.Series) -> int:
    """Pixels of a row: all of them hold two lines of 12 as soon as one label has two."""
    return 34 if labels.str.contains("\n").any() else 22


def _sized(chart: alt.LayerChart, finding: str, measure: str, width: int, step: int, wrap: int) -> alt.LayerChart:
    title = alt.TitleParams(text=textwrap.wrap(finding, wrap), fontSize=14, lineHeight=17, offset=6)
    return chart.properties(width=width, height=alt.Step(step), title=title, description=f"{finding}. {measure}.")
