"""The plan's charts: its calendar, its load and money against what there is, and a scenario beside it."""

from __future__ import annotations

from datetime import date

import altair as alt
import pandas as pd

from planlib.charts import theme
from planlib.plan.adopted import Adopted
from planlib.scenario import Comparison, Council
from planlib.words import day, money, number, word, year_name

ROW = 36  # pixels a row of two lines needs
IN_OUT = {"in": (theme.TRIANGLE, theme.STATUS["done"]), "out": (theme.MARKS["dropped"], theme.STATUS["dropped"])}
# What becomes of an action in an option, as bars show it, and the hue each takes from the statuses.
FATES = {"kept": ("kept",), "changed": ("later", "earlier", "lighter"), "lost": ("lost",), "added": ("added",)}
FATE_COLOURS = {"kept": "done", "changed": "postponed", "lost": "dropped", "added": "under_way"}
MONTHS = "date(datum.value) <= 7 ? timeFormat(datum.value, '%b') : ''"  # a line each week, a name each month


@theme.ours
def gantt(
    found: Adopted,
    lang: str,
    today: date | None = None,
    *,
    row: int = ROW,
    width: int = theme.WIDTH - 200,
    legend: str = "bottom",
) -> alt.LayerChart:
    """The year's calendar: a bar an action, coloured by axis; dates published before as ghosts; first steps as
    diamonds; the owner at the right end; a line at `today`. What starts after the year is counted, not drawn. Titles
    are whole, on two lines: a lower `row` sets them tighter. The `legend` of the axes is at the "bottom" or "top"."""
    start, end = pd.Timestamp(found.start), pd.Timestamp(found.end)
    rows = found.rows[found.rows["in_year"]].reset_index()
    rows["axis_id"] = rows["axis_id"].fillna("")
    place = {axis: i for i, axis in enumerate(found.axes.index)}
    rows = rows.assign(place=rows["axis_id"].map(place)).sort_values(["place", "start", "action_id"])
    rows["label"] = [_label(one, lang) for one in rows.itertuples()]
    rows["from"], rows["to"] = rows["start"].clip(lower=start), rows["finish"].clip(upper=end)
    rows["owner"] = rows[f"owner_{lang}"].fillna(word("gantt.nobody", lang))
    names = {row.Index: _axis(row, lang) for row in found.axes.itertuples()}
    rows["axis"] = rows["axis_id"].map(names)
    shades = theme.axis_colours(list(names.values()))
    used = [name for name in names.values() if (rows["axis"] == name).any()]
    rows["start_told"] = [day(value.date(), lang) for value in rows["start"]]
    rows["finish_told"] = [day(value.date(), lang) for value in rows["finish"]]
    line = min(16, row // 2)  # pixels: two lines stand beside their own bar
    y = alt.Y(
        "label:N",
        sort=list(rows["label"]),
        title=None,
        axis=alt.Axis(
            labelExpr=theme.LINES,
            labelFontSize=12,
            labelLineHeight=line,
            labelOffset=theme.beside(line),
        ),
    )
    scale = alt.Scale(domain=[_date(start), _date(end)], clamp=True)
    axis = alt.Axis(tickCount="week", labelExpr=MONTHS, grid=True, orient="top", gridOpacity=0.6)
    x = alt.X("from:T", title=None, scale=scale, axis=axis)
    bars = (
        alt.Chart(rows[["label", "from", "to", "axis", "owner", "start_told", "finish_told"]])
        .mark_bar(height=12, cornerRadius=2)
        .encode(
            x=x,
            x2="to:T",
            y=y,
            color=alt.Color(
                "axis:N",
                scale=alt.Scale(domain=used, range=[shades[name] for name in used]),
                legend=alt.Legend(symbolType="square", columns=2, orient=legend, offset=10 if legend == "top" else 26),
            ),
            tooltip=[
                alt.Tooltip("label:N", title=word("column.title", lang)),
                alt.Tooltip("start_told:N", title=word("column.start", lang)),
                alt.Tooltip("finish_told:N", title=word("column.finish", lang)),
                alt.Tooltip("owner:N", title=word("column.owner", lang)),
            ],
        )
    )
    layers = [bars]
    moved = rows[rows["published_start"].notna()]
    if len(moved):
        ghosts = moved[["label"]].assign(
            was=moved["published_start"].clip(lower=start, upper=end),
            until=moved["published_finish"].clip(lower=start, upper=end),
        )
        layers.insert(0, _ghosts(ghosts).encode(x=alt.X("was:T", scale=scale), x2="until:T", y=y))
    first = rows[rows["first_step_of"].notna() & (rows["start"] >= start)]
    diamonds = alt.Chart(first[["label", "from"]]).mark_point(
        shape="diamond", size=130, filled=True, opacity=1, fill=theme.PAPER, stroke=theme.INK, strokeWidth=1.6
    )
    layers.append(diamonds.encode(x=alt.X("from:T", scale=scale), y=y))
    owners = alt.Chart(rows[["label", "owner"]]).mark_text(align="left", dx=10, color=theme.MUTED, fontSize=12)
    layers.append(owners.encode(x=alt.value("width"), y=y, text="owner:N"))
    if today is not None and found.start <= today <= found.end:
        layers.append(_today(today, lang, scale))
    later = int((found.rows["start"] > end).sum())
    steps = word("gantt.steps", lang, n=len(first))
    measure = word("gantt.calendar_measure", lang, n=len(rows), later=word("gantt.later", lang, n=later), steps=steps)
    if len(moved):
        measure += word("gantt.ghosts", lang, n=len(moved))
    return alt.layer(*layers).properties(
        width=width,
        height=alt.Step(row),
        title=theme.titled(found.findings["calendar"].text(lang), measure),
        description=_two(found.findings["calendar"].text(lang), measure),
    )


@theme.ours
def load(found: Adopted, lang: str) -> alt.FacetChart:
    """Days of each role month by month, beside the days there are (a line); what goes beyond is marked and said."""
    table = found.days.copy()
    table["role"] = table[f"title_{lang}"]
    table["month"] = pd.to_datetime(table["period"] + "-01")
    table["over"] = (table["used"] - table["capacity"]).clip(lower=0)
    table["within"] = table["used"] - table["over"]
    table["told"] = [f"+{number(round(over, 1), lang)}" if over > 0.05 else "" for over in table["over"]]
    table["used_told"] = [number(round(used, 1), lang) for used in table["used"]]
    table["capacity_told"] = [number(round(there, 1), lang) for there in table["capacity"]]
    tooltip = [
        alt.Tooltip("role:N", title=word("column.role", lang)),
        alt.Tooltip("month:T", title=word("column.period", lang), format="%B %Y"),
        alt.Tooltip("used_told:N", title=word("column.used", lang)),
        alt.Tooltip("capacity_told:N", title=word("column.capacity", lang)),
    ]
    columns = ["role", "month", "within", "over", "used", "capacity", "told", "used_told", "capacity_told"]
    base = alt.Chart(table[columns])
    x = alt.X("month:O", timeUnit="yearmonth", title=None, axis=alt.Axis(format="%b", labelAngle=0, grid=False))
    days = word("gantt.days", lang)
    bars = base.mark_bar(width=22).encode(
        x=x, y=alt.Y("within:Q", title=days, axis=alt.Axis(tickCount=3, grid=True)), tooltip=tooltip
    )
    over = base.mark_bar(width=22, color=theme.STATUS["dropped"]).encode(
        x=x, y="within:Q", y2="used:Q", tooltip=tooltip
    )
    there = base.mark_tick(orient="horizontal", color=theme.INK, thickness=2, size=34).encode(x=x, y="capacity:Q")
    text = base.mark_text(dy=-8, fontSize=12, fontWeight=600, color=theme.STATUS["dropped"])
    layers = alt.layer(bars, over, there, text.encode(x=x, y="used:Q", text="told:N"))
    finding = found.findings["days"].text(lang)
    measure = word("gantt.days_measure", lang, year=year_name(found.year, found.fiscal_start))
    header = alt.Header(title=None, labelAnchor="start", labelOrient="top", labelFontSize=13, labelFontWeight=600)
    return (
        layers.properties(width=theme.WIDTH, height=90)
        .facet(row=alt.Row("role:N", header=header, title=None), spacing=14)
        .properties(title=theme.titled(finding, measure), description=_two(finding, measure))
    )


@theme.ours
def budgets(found: Adopted, lang: str) -> alt.FacetChart:
    """Money by source and year: used by the plan (bar) against available (outline); what is short is said."""
    table = found.budgets.copy()
    table["source"] = table[f"title_{lang}"]
    table["year_told"] = [year_name(year, found.fiscal_start) for year in table["year"]]
    table["within"] = table["used"] - table["over"]
    table["told"] = [_spent(row, found.currency, lang) for row in table.itertuples()]
    table["end"] = table[["used", "available"]].max(axis=1)
    table = _every_year(table, lang)
    columns = ["source", "year_told", "within", "over", "used", "available", "told", "end"]
    base = alt.Chart(table[columns])
    y = alt.Y("year_told:N", title=None)
    most = float(table["end"].max() or 1)
    quiet = alt.Axis(labels=False, grid=False)  # a facet without an axis does not draw: vega-lite 6.4
    x = alt.X("within:Q", title=None, axis=quiet, scale=alt.Scale(domain=[0, most * 1.55], nice=False))
    tooltip = [
        alt.Tooltip("source:N", title=word("column.source", lang)),
        alt.Tooltip("year_told:N", title=word("column.fiscal_year", lang)),
        alt.Tooltip("told:N", title=word("column.used", lang)),
    ]
    there = base.mark_bar(fill=theme.PAPER, stroke=theme.MUTED, strokeWidth=1, height=16)
    used = base.mark_bar(height=16).encode(x=x, y=y, tooltip=tooltip)
    short = base.mark_bar(height=16, color=theme.STATUS["dropped"]).encode(x="within:Q", x2="used:Q", y=y)
    text = base.mark_text(align="left", dx=6, fontSize=12).encode(x="end:Q", y=y, text="told:N")
    layers = alt.layer(there.encode(x="available:Q", y=y, tooltip=tooltip), used, short, text)
    finding = found.findings["money"].text(lang)
    measure = word("gantt.money_measure", lang)
    header = alt.Header(title=None, labelAnchor="start", labelOrient="top", labelFontSize=13, labelFontWeight=600)
    return (
        layers.properties(width=theme.WIDTH - 40, height=alt.Step(22))
        .facet(row=alt.Row("source:N", header=header, title=None), spacing=10)
        .properties(title=theme.titled(finding, measure), description=_two(finding, measure))
    )


@theme.ours
def in_out(found: Comparison, lang: str) -> alt.LayerChart:
    """What goes out and comes in under a scenario, one line an action with its reason."""
    rows = found.told(lang)
    rows = rows[rows["change"].isin(IN_OUT)].reset_index(drop=True)
    rows["what"] = [word(f"gantt.{change}", lang) for change in rows["change"]]
    rows["label"] = [theme.wrapped(f"{row.action_id} {row.title}", 46) for row in rows.itertuples()]
    rows["told"] = [theme.wrapped(why, 84) for why in rows["why"]]
    y = alt.Y(
        "label:N",
        sort=list(rows["label"]),
        title=None,
        axis=alt.Axis(labelExpr=theme.LINES, labelFontSize=12),
    )
    base = alt.Chart(rows[["label", "what", "told"]])
    here = [code for code in IN_OUT if (rows["change"] == code).any()]
    named = [word(f"gantt.{code}", lang) for code in here]
    marks = base.mark_point(filled=True, opacity=1, size=120).encode(
        x=alt.value(8),
        y=y,
        shape=alt.Shape(
            "what:N", scale=alt.Scale(domain=named, range=[IN_OUT[code][0] for code in here]), legend=alt.Legend()
        ),
        color=alt.Color(
            "what:N", scale=alt.Scale(domain=named, range=[IN_OUT[code][1] for code in here]), legend=alt.Legend()
        ),
    )
    text = base.mark_text(align="left", fontSize=12, lineBreak="\n").encode(x=alt.value(24), y=y, text="told:N")
    finding, measure = _finding(found, lang), word("gantt.in_out_measure", lang)
    return alt.layer(marks, text).properties(
        width=theme.WIDTH - 120,
        height=alt.Step(ROW + 4),
        title=theme.titled(finding, measure),
        description=_two(finding, measure),
    )


@theme.ours
def scenario(found: Comparison, lang: str) -> alt.LayerChart:
    """Before and after, in words first; then each action that goes out, comes in or moves: dashed where it was,
    full where it is now."""
    rows = found.told(lang)
    rows = rows[rows["change"] != "rank"].reset_index(drop=True)
    rows["what"] = [word(f"gantt.{change}", lang) for change in rows["change"]]
    rows["label"] = [theme.wrapped(f"{row.action_id} {row.title}", 46) for row in rows.itertuples()]
    for end in ("before", "after", "finish_before", "finish_after"):
        rows[end] = pd.to_datetime(rows[end])
    y = alt.Y(
        "label:N",
        sort=list(rows["label"]),
        title=None,
        axis=alt.Axis(labelExpr=theme.LINES, labelFontSize=12),
    )
    x = alt.X("before:T", title=None, axis=alt.Axis(format="%b %Y", grid=True, orient="top", tickCount=6))
    was = rows.loc[rows["change"] != "in", ["label", "before", "finish_before", "why"]]
    now = rows.loc[rows["change"] != "out", ["label", "after", "finish_after", "why"]]
    why = alt.Tooltip("why:N", title=word("gantt.why", lang))
    ghosts = _ghosts(was).encode(x=x, x2="finish_before:T", y=y, tooltip=why)
    bars = alt.Chart(now).mark_bar(height=12, cornerRadius=2).encode(x="after:T", x2="finish_after:T", y=y, tooltip=why)
    text = alt.Chart(rows[["label", "what"]]).mark_text(align="left", dx=10, color=theme.MUTED, fontSize=12)
    measure = " ".join([*found.sentences(lang)[1:], word("gantt.scenario_measure", lang)])
    return alt.layer(ghosts, bars, text.encode(x=alt.value("width"), y=y, text="what:N")).properties(
        width=theme.WIDTH - 220,
        height=alt.Step(ROW),
        title=theme.titled(_finding(found, lang), measure),
        description=_two(_finding(found, lang), found.sentences(lang)[-1].rstrip(".")),
    )


@theme.ours
def options(found: Council, lang: str) -> alt.LayerChart:
    """A bar an option: how many actions stay as they are, change, come in or are lost."""
    rows = []
    for n, one in enumerate(found.options, start=1):
        told = word("council.option", lang, number=n, title=word(f"scenario.title_{one.name}", lang))
        for place, (group, fates) in enumerate(FATES.items()):
            rows.append({"option": theme.wrapped(told, 30), "place": place, "n": len(one.of(*fates)), "fate": group})
    table = pd.DataFrame(rows)
    names = {group: word(f"council.bar_{group}", lang) for group in FATES}
    table["end"] = table.groupby("option", sort=False)["n"].cumsum()
    table = table.assign(start=table["end"] - table["n"], told=[str(n) if n else "" for n in table["n"]])
    table["fate"] = table["fate"].map(names)
    base = alt.Chart(table)
    order = list(table["option"].drop_duplicates())
    y = alt.Y("option:N", sort=order, title=None, axis=alt.Axis(labelExpr=theme.LINES, labelFontSize=12))
    colour = alt.Color(
        "fate:N", scale=alt.Scale(domain=list(names.values()), range=[theme.STATUS[c] for c in FATE_COLOURS.values()])
    )
    tooltip = [
        alt.Tooltip("option:N", title=word("council.col_option", lang)),
        alt.Tooltip("fate:N", title=word("council.col_fate", lang)),
        alt.Tooltip("n:Q", title=word("council.col_actions", lang)),
    ]
    x = alt.X("start:Q", title=None, axis=None)
    bars = base.mark_bar(height=16).encode(x=x, x2="end:Q", y=y, color=colour, tooltip=tooltip)
    text = base.mark_text(fontSize=12, fontWeight=600, align="center", color=theme.PAPER).transform_calculate(
        middle="(datum.start + datum.end) / 2"
    )
    kept = [len(one.of("kept")) for one in found.options]
    best = kept.index(max(kept))
    of = len(found.published)
    finding = word("council.chart", lang, kept=kept[best], of=of, number=best + 1)
    measure = word("council.chart_measure", lang)
    return alt.layer(bars, text.encode(x="middle:Q", y=y, text="told:N")).properties(
        width=theme.WIDTH - 200,
        height=alt.Step(36),
        title=theme.titled(finding, measure),
        description=_two(finding, measure),
    )


def _finding(found: Comparison, lang: str) -> str:
    return found.sentences(lang)[0].rstrip(".")


def _ghosts(table: pd.DataFrame) -> alt.Chart:
    """Dates that hold no more."""
    return alt.Chart(table).mark_bar(
        height=16, fill=theme.PAPER, stroke=theme.MUTED, strokeDash=[4, 3], strokeWidth=1.2, cornerRadius=2
    )


def _today(today: date, lang: str, scale: alt.Scale) -> alt.LayerChart:
    table = pd.DataFrame({"today": [pd.Timestamp(today)], "told": [word("gantt.today", lang, day=today)]})
    base = alt.Chart(table).encode(x=alt.X("today:T", scale=scale))
    rule = base.mark_rule(color=theme.STATUS["dropped"], strokeWidth=1.5)
    text = base.mark_text(align="left", dx=4, dy=9, fontSize=12, color=theme.STATUS["dropped"])
    return rule + text.encode(y=alt.value("height"), text="told:N")


def _label(row, lang: str) -> str:
    shown = row.number if isinstance(row.number, str) else row.action_id
    return theme.wrapped(f"{shown} {getattr(row, f'title_{lang}')}", 46)


def _axis(row, lang: str) -> str:
    if not row.Index:
        return word("adopted.no_axis", lang)
    title = getattr(row, f"title_{lang}")
    return f"{row.number}. {title}" if isinstance(row.number, str) else title


def _every_year(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """A row for each source and year drawn: one without budget or spending says so, in place of an empty line."""
    told = table.drop_duplicates(["source", "year_told"])[["source", "year_told"]]
    every = pd.MultiIndex.from_product(
        [told["source"].unique(), sorted(told["year_told"].unique())], names=told.columns
    )
    found = table.set_index(["source", "year_told"])
    absent = every.difference(found.index).to_frame(index=False)
    absent[["within", "over", "used", "end"]] = 0.0
    return pd.concat([table, absent.assign(told=word("gantt.no_money", lang))], ignore_index=True)


def _spent(row, currency: str, lang: str) -> str:
    used = money(round(row.used), lang, currency)
    if row.available != row.available:
        return word("gantt.spent_unknown", lang, used=used)
    told = word("gantt.spent", lang, used=used, available=money(round(row.available), lang, currency))
    return word("gantt.spent_over", lang, told=told, over=money(round(row.over), lang, currency)) if row.over else told


def _two(finding: str, told: str) -> str:
    """A description of two sentences."""
    return f"{finding}. {told.rstrip('.')}."


def _date(value: pd.Timestamp) -> alt.DateTime:
    return alt.DateTime(year=value.year, month=value.month, date=value.day)
