"""The formulas of `score.weighted_sum` as Vega expressions: what the browser computes when a weight moves."""

from __future__ import annotations

import math

import altair as alt
import pandas as pd

from planlib.words import word

TURN = 1e9  # scores are compared at 9 decimals
MOST = 60  # actions among which the page looks for who passes whom: beyond, the best of them
ROUNDING = 2**52  # added to a smaller number, it rounds it to a whole one as numpy does, halves to even


def sliders(values: pd.DataFrame, weights: pd.Series, named: list[str]) -> list[alt.Parameter]:
    """One slider per criterion, `points_0` and on in the order of `values`."""
    points = stated_points(weights.reindex(values.columns)).tolist()
    most = max(100, 10 * math.ceil(max(points, default=0) / 10))
    return [
        alt.param(name=f"points_{i}", value=told(point), bind=alt.binding_range(min=0, max=most, step=1, name=title))
        for i, (point, title) in enumerate(zip(points, named, strict=True))
    ]


def shares(values: pd.DataFrame, weights: pd.Series) -> list[alt.VariableParameter]:
    """What the sliders' points make: `greatest`, each criterion's share, and `everything`, what the shares sum to.

    They belong in the chart's config and not among its own parameters, which JupyterLab sends to the kernel and back,
    each by itself: those that follow from the others would be set to what they were a moment ago.
    """
    given = []
    for i, point in enumerate(stated_points(weights.reindex(values.columns)).tolist()):
        shown = told(point)
        # A slider that has not moved stands for the stated weight, not for its rounding.
        given.append(f"points_{i}" if shown == point else f"(points_{i} == {shown} ? {point!r} : points_{i})")
    each = [f"points[{i}]" for i in range(len(given))]
    return [
        alt.VariableParameter(name="points", expr=f"[{', '.join(given)}]"),
        alt.VariableParameter(name="greatest", expr=f"max(0, {', '.join(each)})"),
        alt.VariableParameter(name="scaled", expr=f"[{', '.join(f'{point} / greatest' for point in each)}]"),
        alt.VariableParameter(name="rising", expr="sort(scaled)"),
        alt.VariableParameter(name="whole", expr=added([f"rising[{i}]" for i in range(len(each))])),
        *(alt.VariableParameter(name=f"share_{i}", expr=f"scaled[{i}] / whole") for i in range(len(each))),
        alt.VariableParameter(name="everything", expr=added([f"share_{i}" for i in by_name(values)])),
    ]


def stated_points(weights: pd.Series) -> pd.Series:
    """Points from 0 to 100 as the sliders take them: shares that sum to 1 become parts of 100."""
    shares = abs(float(weights.sum()) - 1) < 1e-6
    return weights.astype("float64") * (100.0 if shares else 1.0)


def swaps_told(named: list[str], lang: str, lines: int, among: int = MOST) -> dict:
    """What templates/live/swaps.js needs to say who passes whom: words with their gaps between NUL characters.

    `lines` sentences at most; of more than `among` actions, only the best at the weights of the moment are looked at.
    """
    gaps = {name: f"\0{name}\0" for name in ("passes", "passed", "criterion", "points", "now", "first")}
    near = {name: gap for name, gap in gaps.items() if name != "first"}
    moved = {name: gaps[name] for name in ("criterion", "first", "now")}
    return {
        "lang": str(lang),
        "criteria": named,
        "lines": lines,
        "most": among,
        "heading": word("ranking.page_notes", lang),
        "points": word("ranking.points", lang, points="\0"),
        "above": word("robust.passes_above", lang, **near),
        "below": word("robust.passes_below", lang, **near),
        "crossed": word("ranking.swap_crossed", lang, **gaps),
        "nothing": word("ranking.swap_none", lang, **moved),
        "more": {form: word("ranking.swap_more", lang, n=n, count="\0") for form, n in (("one", 1), ("other", 2))},
    }


def stated_at(values: pd.DataFrame, weights: pd.Series) -> list[dict]:
    """Each slider's first points: as it shows them, and as they are."""
    points = stated_points(weights.reindex(values.columns)).tolist()
    return [{"shown": told(point), "exact": point} for point in points]


def told(point: float) -> float | int:
    """A weight as its slider shows it before it moves: a decimal at most."""
    shown = round(point, 1)
    return int(shown) if shown == int(shown) else shown


def ranked(chart: alt.LayerChart, values: pd.DataFrame, top: int) -> alt.LayerChart:
    """The chart's rows with score (-1 when nothing is known), rank, row (its place), known (weight) and complete, the
    first `top` kept; then x0, x1, ...: where the parts of the bar meet, in pixels between `left` and `right`.

    The rows hold v0, v1, ... in the order of `values`, `full` (no blank), and stand in the order of action_id, which
    settles ties: the window sort is stable. Every formula counts: a page without `eval` interprets them row by row.
    """
    m = values.shape[1]
    order = by_name(values)
    holes = [i for i in order if values.iloc[:, i].isna().any()]
    total = added([f"datum.v{i} * share_{i}" for i in order])
    known = "everything"
    if holes:
        some = added([f"(isValid(datum.v{i}) ? share_{i} : 0)" if i in holes else f"share_{i}" for i in order])
        chart = chart.transform_calculate(known=f"datum.full ? everything : {some}")
        known = "datum.known"
    score = f"({total}) / {known}"
    turned = f"{score} * {TURN:.0f} + {ROUNDING}"
    chart = (
        chart.transform_calculate(turned=f"datum.known > 0 ? {turned} : -1" if holes else turned)
        .transform_window(
            rank="rank()", row="row_number()", sort=[alt.SortField("turned", order="descending")], frame=[None, 0]
        )
        .transform_filter(f"greatest > 0 && datum.row <= {top}")
        .transform_calculate(score=f"datum.known > 0 ? {score} : -1" if holes else score)
    )
    if holes:
        blank = " || ".join(f"(!isValid(datum.v{i}) && share_{i} > 0)" for i in holes)
        chart = chart.transform_calculate(complete=f"datum.full || !({blank})")
        chart = chart.transform_calculate(per="datum.known > 0 ? (right - left) / datum.known : 0")
        chart = chart.transform_calculate(judged="datum.known > 0 ? 1 : 0")
    per = "datum.per" if holes else "per"
    for i in range(m):
        start = f"datum.x{i}" if i else "left"
        chart = chart.transform_calculate(**{f"x{i + 1}": f"{start} + {per} * share_{i} * datum.v{i}"})
    return chart


def by_name(values: pd.DataFrame) -> list[int]:
    """Places of the criteria in the order of their names, in which scores are added."""
    return sorted(range(values.shape[1]), key=lambda i: str(values.columns[i]))


def added(terms: list[str]) -> str:
    """The sum of terms in the order in which numpy adds them: the same bits, so the same ties."""
    if len(terms) < 8:
        return " + ".join(terms)
    whole = len(terms) - len(terms) % 8
    lanes = [" + ".join(terms[lane:whole:8]) for lane in range(8)]
    pairs = [f"(({lanes[i]}) + ({lanes[i + 1]}))" for i in (0, 2, 4, 6)]
    return " + ".join([f"(({pairs[0]} + {pairs[1]}) + ({pairs[2]} + {pairs[3]}))", *terms[whole:]])
