"""The annual review's charts, named after the tables of `review.annual`; titles are the findings it made."""

from __future__ import annotations

import altair as alt
import pandas as pd

from planlib import facts
from planlib.charts import theme
from planlib.review import Review
from planlib.words import day, number, word, year_name

ROW = 34  # pixels a bar's label of two lines needs
STATUSES = tuple(theme.STATUS)


@theme.ours
def reasons(found: Review, lang: str) -> alt.LayerChart | None:
    """Bars of `found.by_reason`: main reasons, most frequent first, second ones lighter behind, counts beside.
    None when there is nothing left undone."""
    if found.not_done.empty:
        return None
    table = found.by_reason[(found.by_reason["n"] > 0) | (found.by_reason["second"] > 0)].reset_index()
    owed = int(found.not_done["reason"].isna().sum())
    if owed:
        table.loc[len(table)] = {"reason": "owed", "n": owed, "second": 0, "actions": ""}
    table["label"] = [_reason(reason, lang) for reason in table["reason"]]
    table["both"] = table["n"] + table["second"]
    table["told"] = [_count(row.n, row.second, lang) for row in facts.rows(table)]
    table["given"] = table["reason"] != "owed"
    table = table.sort_values(["given", "n", "second"], ascending=[False, False, False], kind="stable")
    order = list(table["label"])
    actions = word("charts.actions", lang)
    tooltip = [
        alt.Tooltip("label:N", title=word("column.reason", lang)),
        alt.Tooltip("n:Q", title=word("charts.main", lang)),
        alt.Tooltip("second:Q", title=word("charts.second", lang)),
        alt.Tooltip("actions:N", title=actions),
    ]
    y = alt.Y("label:N", sort=order, title=None)
    base = alt.Chart()  # the layers draw the same rows: given once, to all of them
    second = base.mark_bar(opacity=0.25, height=18).encode(
        x=alt.X("both:Q", title=actions, axis=_whole(table["both"].max())), y=y, tooltip=tooltip
    )
    main = base.transform_filter("datum.given").mark_bar(height=18).encode(x=alt.X("n:Q"), y=y, tooltip=tooltip)
    missing = base.transform_filter("!datum.given").mark_bar(
        height=18, fill=theme.PAPER, stroke=theme.MUTED, strokeDash=[4, 3]
    )
    text = base.mark_text(align="left", dx=6).encode(x=alt.X("both:Q"), y=y, text=alt.Text("told:N"))
    return alt.layer(
        second,
        main,
        missing.encode(x=alt.X("n:Q"), y=y),
        text,
        data=table[["label", "n", "second", "both", "told", "given", "actions"]],
        height=alt.Step(ROW),
        title=_titled(found, "reasons", "charts.reasons_measure", lang, n=len(found.not_done)),
        description=_described(found, "reasons", "charts.reasons_told", lang, top=_listed(table.head(3), lang)),
    )


@theme.ours
def axes(found: Review, lang: str) -> alt.LayerChart:
    """One mark per action of the plan, by axis and status: nothing is averaged away, and each status has its sign."""
    table = found.actions.assign(
        status=found.actions["status"].fillna("unknown"), axis=found.actions["axis_id"].fillna("")
    )
    rank = {status: i for i, status in enumerate(STATUSES)}
    table = table.assign(rank=table["status"].map(rank)).reset_index().sort_values(["axis", "rank", "action_id"])
    table["place"] = table.groupby("axis").cumcount() + 1
    names = _axis_names(found, lang)
    table["label"] = table["axis"].map(names)
    table["told"] = [
        word(f"{'charts.status_unknown' if s == 'unknown' else f'status.{s}'}", lang) for s in table["status"]
    ]
    table["title"] = table[f"title_{lang}"]
    most = int(found.by_axis["promised"].max())
    ends = found.by_axis.reset_index()
    ends["label"] = ends["axis_id"].map(names)
    ends["told"] = [word("charts.done_of", lang, done=int(r.done), of=int(r.promised)) for r in facts.rows(ends)]
    used = [status for status in STATUSES if (table["status"] == status).any()]
    y = alt.Y("label:N", sort=list(names.values()), title=None, axis=alt.Axis(labelExpr=theme.LINES))
    x = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[0.5, max(most, 18) + 3], nice=False, zero=False))
    marks = (
        alt.Chart(table[["label", "place", "told", "title", "action_id"]])
        .mark_point(filled=True, opacity=1, size=max(40, min(210, 5400 // max(most, 12))))
        .encode(
            x=x,
            y=y,
            shape=_shapes(used, theme.MARKS, "status", lang, "told"),
            color=_colours(used, theme.STATUS, "status", lang, "told"),
            tooltip=[
                alt.Tooltip("label:N", title=word("column.axis", lang)),
                alt.Tooltip("action_id:N", title=word("column.action_id", lang)),
                alt.Tooltip("title:N", title=word("column.title", lang)),
                alt.Tooltip("told:N", title=word("column.status", lang)),
            ],
        )
    )
    text = (
        alt.Chart(ends[["label", "told", "promised"]].assign(place=ends["promised"] + 1))
        .mark_text(align="left", color=theme.MUTED)
        .encode(x=alt.X("place:Q"), y=y, text=alt.Text("told:N"))
    )
    return alt.layer(
        marks,
        text,
        height=alt.Step(ROW + 6),
        title=_titled(found, "axes", "charts.axes_measure", lang, n=len(table)),
        description=_described(found, "axes", "charts.axes_told", lang, top=_parts(ends, lang)),
    )


@theme.ours
def indicators(found: Review, lang: str) -> alt.LayerChart | None:
    """How far each indicator went from its baseline (left line) to its target (right line); a tick is where it
    was expected at the year's end. What was not measured, or cannot be placed, is drawn as a dashed mark. None
    when the plan has no indicator."""
    if found.indicators.empty:
        return None
    table = found.indicators.reset_index()
    table["label"] = [theme.wrapped(title, 40) for title in table[f"title_{lang}"]]
    twice = table["label"].duplicated(keep=False)
    table.loc[twice, "label"] = table["label"] + " · " + table["indicator_id"]
    table["unit"] = table[f"unit_{lang}"]
    table["told"] = [_measure(row, lang) for row in facts.rows(table)]
    table["state_told"] = [word(f"charts.indicator_{state}", lang) for state in table["state"]]
    table["at"] = table["progress"].clip(-0.5, 1.5).fillna(0.0)
    table["due"] = table["progress_expected"].clip(-0.5, 1.5)
    order = [code for code in theme.INDICATOR if (table["state"] == code).any()]
    table = table.assign(rank=table["state"].map(list(theme.INDICATOR).index)).sort_values(
        ["rank", "progress", "indicator_id"], ascending=[True, False, True]
    )
    y = alt.Y("label:N", sort=list(table["label"]), title=None, axis=alt.Axis(labelExpr=theme.LINES))
    ends = [word("charts.baseline", lang), word("charts.target", lang)]
    axis = alt.Axis(values=[0, 1], labelExpr=f"datum.value == 0 ? {ends[0]!r} : {ends[1]!r}", orient="top", grid=True)
    x = alt.X("at:Q", title=None, scale=alt.Scale(domain=[-0.55, 2.9], nice=False), axis=axis)
    columns = ["label", "at", "due", "told", "state_told", "progress", "unit"]
    base = alt.Chart()
    marks = base.mark_point(filled=True, opacity=1, size=150).encode(
        x=x,
        y=y,
        shape=_shapes(order, theme.INDICATOR_MARKS, "indicator", lang, "state_told"),
        color=_colours(order, theme.INDICATOR, "indicator", lang, "state_told"),
        tooltip=[
            alt.Tooltip("label:N", title=word("column.indicator", lang)),
            alt.Tooltip("state_told:N", title=word("column.status", lang)),
            alt.Tooltip("told:N", title=word("column.actual", lang)),
            alt.Tooltip("progress:Q", title=word("charts.way", lang), format=".0%"),
        ],
    )
    line = base.transform_filter("isValid(datum.progress)").mark_rule(color=theme.RULE, strokeWidth=3)
    line = line.encode(x=alt.X("zero:Q"), x2=alt.X2("at:Q"), y=y).transform_calculate(zero="0")
    tick = base.transform_filter("isValid(datum.due)").mark_tick(color=theme.INK, thickness=2, height=18)
    text = base.mark_text(align="left").encode(x=alt.datum(1.6), y=y, text=alt.Text("told:N"))
    return alt.layer(
        line,
        tick.encode(x=alt.X("due:Q"), y=y),
        marks,
        text,
        data=table[columns],
        height=alt.Step(ROW + 4),
        title=_titled(found, "indicators", "charts.indicators_measure", lang, n=len(table)),
        description=_described(found, "indicators", "charts.indicators_told", lang, top=_listed_states(table, lang)),
    )


@theme.ours
def year(found: Review, lang: str) -> alt.LayerChart:
    """The year, action by action: the time planned, each piece of news where it came, a diamond on first steps."""
    start, end = pd.Timestamp(found.start), pd.Timestamp(found.end)
    rows = found.actions.reset_index().sort_values(["axis_id", "start", "action_id"], na_position="last")
    rows["label"] = [theme.wrapped(f"{row.action_id} {getattr(row, f'title_{lang}')}", 46) for row in facts.rows(rows)]
    rows["from"] = rows["start"].clip(lower=start)
    rows["to"] = rows["deadline"].clip(lower=start, upper=end)
    rows["owner"] = rows[f"owner_{lang}"].fillna(word("charts.nobody", lang))
    order = list(rows["label"])
    names = _axis_names(found, lang)
    rows["axis"] = [names[axis] for axis in rows["axis_id"].fillna("")]
    used_axes = [name for name in names.values() if (rows["axis"] == name).any()]
    shades = theme.axis_colours(list(names.values()))
    news = found.history[found.history["action_id"].isin(rows["action_id"])].copy()
    news["day"] = pd.to_datetime(news["updated_on"])
    news = news[news["day"].between(start, end)].merge(rows[["action_id", "label"]], on="action_id")
    news["status"] = news["status"].fillna("unknown")
    news["told"] = [word("charts.status_unknown" if s == "unknown" else f"status.{s}", lang) for s in news["status"]]
    used = [status for status in STATUSES if (news["status"] == status).any()]
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelExpr=theme.LINES, labelFontSize=12))
    scale = alt.Scale(domain=[_date(start), _date(end)], clamp=True)
    x = alt.X("from:T", title=None, scale=scale, axis=alt.Axis(format="%b", tickCount="month", grid=True, orient="top"))
    planned = rows[rows["from"].notna() & rows["to"].notna() & (rows["from"] <= rows["to"])]
    bars = (
        alt.Chart(planned[["label", "from", "to", "axis", "owner"]])
        .mark_bar(height=9, opacity=0.35, cornerRadius=2)
        .encode(
            x=x,
            x2=alt.X2("to:T"),
            y=y,
            fill=alt.Fill(
                "axis:N",
                scale=alt.Scale(domain=used_axes, range=[shades[name] for name in used_axes]),
                legend=alt.Legend(
                    symbolType="square", columns=3, orient="bottom", labelExpr="replace(datum.label, '\\n', ' ')"
                ),
            ),
            tooltip=[
                alt.Tooltip("label:N", title=word("column.title", lang)),
                alt.Tooltip("from:T", title=word("column.start", lang)),
                alt.Tooltip("to:T", title=word("column.deadline", lang)),
                alt.Tooltip("owner:N", title=word("column.owner", lang)),
            ],
        )
    )
    points = (
        alt.Chart(news[["label", "day", "told"]])
        .mark_point(filled=True, opacity=1, size=85)
        .encode(
            x=alt.X("day:T", scale=scale),
            y=y,
            shape=_shapes(used, theme.MARKS, "status", lang, "told"),
            color=_colours(used, theme.STATUS, "status", lang, "told"),
            tooltip=[
                alt.Tooltip("label:N", title=word("column.title", lang)),
                alt.Tooltip("day:T", title=word("column.updated_on", lang)),
                alt.Tooltip("told:N", title=word("column.status", lang)),
            ],
        )
    )
    first = rows[rows["first_step_of"].notna() & rows["from"].notna()]
    diamonds = alt.Chart(first[["label", "from"]]).mark_point(
        shape="diamond", size=150, filled=False, color=theme.INK, strokeWidth=1.5
    )
    owners = alt.Chart(rows[["label", "owner"]]).mark_text(align="left", dx=10, color=theme.MUTED, fontSize=12)
    due = rows[rows["deadline"].between(start, end)]
    deadlines = alt.Chart(due[["label", "deadline"]]).mark_tick(color=theme.MUTED, thickness=2, height=16)
    return alt.layer(
        bars,
        deadlines.encode(x=alt.X("deadline:T", scale=scale), y=y),
        diamonds.encode(x=alt.X("from:T", scale=scale), y=y),
        points,
        owners.encode(x=alt.value("width"), y=y, text=alt.Text("owner:N")),
        width=theme.WIDTH - 220,
        height=alt.Step(ROW - 2),
        title=_titled(found, "year", "charts.year_measure", lang, n=len(rows)),
        description=_described(found, "year", "charts.year_told", lang, top=number(len(news), lang)),
    )


def _titled(found: Review, finding: str, measure: str, lang: str, *, n: int) -> alt.TitleParams:
    said = {"year": year_name(found.year, found.fiscal_start), "day": day(found.end, lang), "n": n}
    return theme.titled(found.findings[finding].text(lang), word(measure, lang, **said))


def _described(found: Review, finding: str, told: str, lang: str, *, top: str) -> str:
    """Two sentences: what the chart found, and its figures."""
    return f"{found.findings[finding].text(lang)}. {word(told, lang, top=top)}"


def _axis_names(found: Review, lang: str) -> dict[str, str]:
    """Axis -> its wrapped title, with its number when it has one; actions without an axis last."""
    names = {}
    for row in facts.rows(found.by_axis):
        title = getattr(row, f"title_{lang}") if row.Index else word("charts.no_axis", lang)
        number_of = f"{row.number}. " if isinstance(row.number, str) else ""
        names[row.Index] = theme.wrapped(f"{number_of}{title}")
    return names


def _shapes(codes: list[str], marks: dict[str, str], kind: str, lang: str, field: str) -> alt.Shape:
    scale = alt.Scale(domain=_labels(codes, kind, lang), range=[marks[code] for code in codes])
    return alt.Shape(f"{field}:N", scale=scale, legend=alt.Legend(title=None))


def _colours(codes: list[str], colours: dict[str, str], kind: str, lang: str, field: str) -> alt.Color:
    scale = alt.Scale(domain=_labels(codes, kind, lang), range=[colours[code] for code in codes])
    return alt.Color(f"{field}:N", scale=scale, legend=alt.Legend(title=None))


def _labels(codes: list[str], kind: str, lang: str) -> list[str]:
    if kind == "indicator":
        return [word(f"charts.indicator_{code}", lang) for code in codes]
    return [word("charts.status_unknown" if code == "unknown" else f"status.{code}", lang) for code in codes]


def _reason(reason: str, lang: str) -> str:
    return word("charts.reason_owed" if reason == "owed" else f"reason.{reason}", lang)


def _count(n: int, second: int, lang: str) -> str:
    if second and not n:
        return word("charts.second_only", lang, n=int(second))
    return word("charts.and_second", lang, main=int(n), n=int(second)) if second else number(int(n), lang)


def _measure(row, lang: str) -> str:
    """The value against its target in words, with the unit; what is missing is said."""
    target = number(row.target, lang) + _percent(row.unit, lang) if row.target == row.target else ""
    if row.actual != row.actual:
        return word("charts.not_measured_of", lang, target=target) if target else word("charts.not_measured", lang)
    unit = _percent(row.unit, lang) or (f" {row.unit}" if isinstance(row.unit, str) else "")
    actual = number(row.actual, lang) + unit
    return word("charts.measured", lang, actual=actual, target=target) if target else actual


def _percent(unit, lang: str) -> str:
    return ("\u00a0%" if lang == "fr" else "%") if unit == "%" else ""


def _listed(table: pd.DataFrame, lang: str) -> str:
    return ", ".join(f"{row.label} {row.n}" for row in facts.rows(table))


def _listed_states(table: pd.DataFrame, lang: str) -> str:
    counts = table["state_told"].value_counts()
    return ", ".join(f"{state} {n}" for state, n in counts.items())


def _parts(ends: pd.DataFrame, lang: str) -> str:
    return ", ".join(f"{' '.join(row.label.split())} {row.told}" for row in facts.rows(ends))


def _whole(most: int) -> alt.Axis:
    """An axis of counts: whole numbers only, from a light grid."""
    return alt.Axis(format="d", tickMinStep=1, tickCount=min(int(most), 8), grid=True)


def _date(day_: pd.Timestamp) -> alt.DateTime:
    return alt.DateTime(year=day_.year, month=day_.month, date=day_.day)
