"""The look of every chart, and the marks and colours that statuses, health and axes keep everywhere."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import cache, wraps

import altair as alt
from altair.utils import schemapi
from babel import Locale

from planlib.words import LOCALES, NBSP

INK, MUTED, RULE, PAPER = "#1b2430", "#5b6675", "#d8dee6", "#ffffff"
ACCENT = "#1f5f8b"
FONT = 'Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
WIDTH = 680
LABEL = 480  # pixels of the longest label: a title of 120 characters on two lines
HELD = 64  # characters that they hold

# In the order in which a chart stacks them: neighbours differ by 12 in L* or more, each reaches 3:1 on white, and
# every two stay apart in the common colour blindnesses (tests/test_charts.py computes it).
STATUS = {
    "done": "#004f36",
    "partly": "#57a154",
    "under_way": "#0a61c3",
    "to_come": "#8991a2",
    "ongoing": "#593776",
    "postponed": "#d27c00",
    "dropped": "#bd331d",
    "unknown": "#5b6675",
}
HEALTH = {
    "on_plan": STATUS["under_way"],
    "watch": STATUS["postponed"],
    "trouble": STATUS["dropped"],
    "no_update": MUTED,
}
INDICATOR = {
    "reached": STATUS["done"],
    "on_course": STATUS["under_way"],
    "behind": STATUS["dropped"],
    "too_early": STATUS["to_come"],
    "no_target": MUTED,
    "not_measured": MUTED,
}
AXES = ("#1f5f8b", "#a3562a", "#4c7a34", "#7a4a8c", "#a8791b", "#2b8a8a", "#a23b5f")
OTHER_AXIS = "#76808e"

# Drawn and not typed: fonts lack some of the signs, and telephones make pictures of others. Paths in a square of 2.
_RING = "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0ZM0.66,0A0.66,0.66,0,1,0,-0.66,0A0.66,0.66,0,1,0,0.66,0Z"
_DASHED = (  # a ring in four parts
    "M0.26,-0.97A1,1,0,0,1,0.97,-0.26L0.64,-0.17A0.66,0.66,0,0,0,0.17,-0.64Z"
    "M0.97,0.26A1,1,0,0,1,0.26,0.97L0.17,0.64A0.66,0.66,0,0,0,0.64,0.17Z"
    "M-0.26,0.97A1,1,0,0,1,-0.97,0.26L-0.64,0.17A0.66,0.66,0,0,0,-0.17,0.64Z"
    "M-0.97,-0.26A1,1,0,0,1,-0.26,-0.97L-0.17,-0.64A0.66,0.66,0,0,0,-0.64,-0.17Z"
)
DISC = "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z"
TRIANGLE = "M-0.8,-0.95L1,0L-0.8,0.95Z"
MARKS = {
    "done": DISC,
    "partly": _RING + "M0,1A1,1,0,0,1,0,-1Z",
    "under_way": TRIANGLE,
    "to_come": _RING,
    "ongoing": "M0.97,0.24A1,1,0,1,1,0.5,-0.87L0.33,-0.57A0.66,0.66,0,1,0,0.64,0.16ZM0.05,-0.95L1.05,-1.05L0.85,-0.05Z",
    "postponed": "M-0.75,-0.95L-0.2,-0.95L-0.2,0.95L-0.75,0.95ZM0.2,-0.95L0.75,-0.95L0.75,0.95L0.2,0.95Z",
    "dropped": "M-0.9,-0.6L-0.6,-0.9L0,-0.3L0.6,-0.9L0.9,-0.6L0.3,0L0.9,0.6L0.6,0.9L0,0.3L-0.6,0.9L-0.9,0.6L-0.3,0Z",
    "unknown": _DASHED,
}
HEALTH_MARKS = {
    "on_plan": DISC,
    "watch": "M0,-1L1,0.85L-1,0.85Z",
    "trouble": "M-0.85,-0.85L0.85,-0.85L0.85,0.85L-0.85,0.85Z",
    "no_update": _DASHED,
}
INDICATOR_MARKS = {
    "reached": DISC,
    "on_course": TRIANGLE,
    "behind": HEALTH_MARKS["trouble"],
    "too_early": _RING,
    "no_target": _RING,
    "not_measured": _DASHED,
}


SIGNS = {
    "fr": (",", NBSP, ["", f"{NBSP}$"], f"{NBSP}%"),
    "en": (".", ",", ["$", ""], "%"),
}


def enable(accent: str = ACCENT, lang: str = "fr") -> None:
    """Make this the look of every chart made from here on: a client's own colour on plain bars, its language in
    numbers and dates, whoever draws the chart."""
    alt.theme.enable("planlib", accent=accent, lang=lang)


def locale(lang: str) -> dict:
    """Numbers, months and days as the language writes them, for Vega."""
    decimal, thousands, currency, percent = SIGNS[lang]
    symbols = Locale.parse(LOCALES[lang])
    months, days = symbols.months["format"], symbols.days["format"]
    full, short = ("%-d %B %Y", "%Y-%m-%d") if lang == "fr" else ("%B %-d, %Y", "%Y-%m-%d")
    return {
        "number": {
            "decimal": decimal, "thousands": thousands, "grouping": [3], "currency": currency, "percent": percent,
        },
        "time": {
            "dateTime": f"{full} %X",
            "date": short,
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": [days["wide"][(n - 1) % 7] for n in range(7)],  # Vega's week starts on Sunday, Babel's on Monday
            "shortDays": [days["abbreviated"][(n - 1) % 7] for n in range(7)],
            "months": [months["wide"][n] for n in range(1, 13)],
            "shortMonths": [months["abbreviated"][n] for n in range(1, 13)],
        },
    }  # fmt: skip


@alt.theme.register("planlib", enable=False)
def _look(accent: str = ACCENT, lang: str = "fr") -> alt.theme.ThemeConfig:
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": INK, "titleColor": MUTED}
    return {
        "width": WIDTH,
        "background": PAPER,
        "config": {
            "font": FONT,
            "locale": locale(lang),
            "view": {"stroke": None},
            "title": {
                "anchor": "start",
                "frame": "group",
                "font": FONT,
                "fontSize": 17,
                "fontWeight": 600,
                "color": INK,
                "subtitleFont": FONT,
                "subtitleFontSize": 13,
                "subtitleColor": MUTED,
                "subtitlePadding": 6,
                "offset": 14,
                "lineHeight": 21,
            },
            "axis": {
                **text,
                "labelFontSize": 13,
                "titleFontSize": 13,
                "titleFontWeight": 400,
                "gridColor": RULE,
                "domain": False,
                "ticks": False,
                "labelPadding": 8,
                "labelLimit": LABEL,
            },
            "axisY": {"grid": False, "labelLineHeight": 16},
            "legend": {
                **text,
                "labelFontSize": 13,
                "titleFontSize": 13,
                "orient": "top",
                "title": None,
                "symbolSize": 110,
                "columnPadding": 18,
                "labelLimit": 320,
                "offset": 10,
            },
            "text": {"font": FONT, "fontSize": 13, "color": INK},
            "bar": {"color": accent},
            "range": {"category": list(AXES), "heatmap": ["#eef3f8", "#123f60"], "ramp": ["#eef3f8", "#123f60"]},
        },
    }


VALIDATE = False  # the tests set it: there every chart is validated, part by part


def ours(make: Callable) -> Callable:
    """A function whose charts are planlib's own: validated in the tests, and not again each time one is shown.

    Checking a chart against the schema of Vega-Lite, each part as it is made and the whole as it is shown, takes a
    quarter of an annual review. `chart.to_dict(validate=True)` checks as ever, and so does any other chart.
    """

    @wraps(make)
    def made(*args, **kwargs):
        if VALIDATE:
            return make(*args, **kwargs)
        with schemapi.debug_mode(False):
            chart = make(*args, **kwargs)
        if chart is not None:
            object.__setattr__(chart, "__class__", _trusted(type(chart)))  # a chart keeps what is set on it as its own
        return chart

    return made


@cache
def _trusted(kind: type) -> type:
    """The same kind of chart, shown without being validated."""

    def to_dict(self, validate: bool = False, **more) -> dict:
        return kind.to_dict(self, validate, **more)

    return type(kind.__name__, (kind,), {"to_dict": to_dict, "__module__": kind.__module__})


def titled(finding: str, measured: str) -> alt.TitleParams:
    """A title that says the finding, over what is measured; both wrapped so that nothing is cut."""
    return alt.TitleParams(text=textwrap.wrap(finding, 84), subtitle=textwrap.wrap(measured, 108))


def wrapped(title: str, width: int = 34) -> str:
    """A label on two lines at most, '\\n' between them (see LINES); wider ones for a very long one: never cut."""
    lines = textwrap.wrap(title, width)
    while len(lines) > 2:
        width += 1
        lines = textwrap.wrap(title, width)
    return "\n".join(lines) or title


def folded(title: str, width: int = 34) -> str:
    """A label as `wrapped` makes it; past what LABEL holds on two lines, as many lines as the title needs."""
    if all(len(line) <= HELD for line in wrapped(title, width).split("\n")):
        return wrapped(title, width)
    return "\n".join(textwrap.wrap(title, HELD))


def step(labels: Sequence[str], least: int) -> alt.Step:
    """Height of a row that holds its tallest label."""
    return alt.Step(max([least, *(17 * (label.count("\n") + 1) + 2 for label in labels)]))


LINES = "split(datum.label, '\\n')"  # labelExpr of an axis whose labels came from `wrapped` or `folded`


def label_axis() -> alt.Axis:
    """The axis of rows whose labels came from `folded`: those of several lines stand around the middle of their row."""
    several = {"test": "indexof(datum.label, '\\n') >= 0", "value": "bottom"}
    return alt.Axis(labelExpr=LINES, labelBaseline={"condition": several, "value": "middle"})


def beside(line: float = 16) -> dict:
    """The labelOffset that stands a label of two lines, `line` pixels each, beside its own row's middle."""
    return {"condition": {"test": "indexof(datum.value, '\\n') >= 0", "value": -line / 2}, "value": 0}


def axis_colours(axes: Sequence[str]) -> dict[str, str]:
    """One colour each, in the order given, the same in every chart of a report; past seven, all share 'other'."""
    return {axis: AXES[i] if i < len(AXES) else OTHER_AXIS for i, axis in enumerate(axes)}
