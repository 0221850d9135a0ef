"""The look of charts, and the review's charts by their specification."""

from __future__ import annotations

import itertools
import json

import altair as alt
import numpy as np
import pandas as pd
import pytest
from test_review import full, plan  # noqa: F401  the plan worked by hand

from planlib import review
from planlib.charts import review as charts
from planlib.charts import theme
from planlib.workspace import contrast

# Machado, Oliveira and Fernandes (2009), IEEE TVCG 15(6), 1291-1298: severity 1.0, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
SEVEN = [status for status in theme.STATUS if status != "unknown"]
DRAWN = ("reasons", "axes", "indicators", "year")


def seen(colour: str, blindness: str = "none") -> np.ndarray:
    """A #rrggbb colour as someone sees it, in CIE L*a*b* (D65)."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.array(BLINDNESS[blindness]) @ linear, 0, 1) / [0.95047, 1, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_white_and_black_are_seen_at_100_and_0():
    assert seen("#ffffff") == pytest.approx([100, 0, 0], abs=0.02)
    assert seen("#000000") == pytest.approx([0, 0, 0], abs=0.02)


def test_neighbouring_statuses_differ_by_12_in_lightness():
    lightness = [seen(theme.STATUS[status])[0] for status in SEVEN]
    assert len(SEVEN) == 7
    assert min(abs(a - b) for a, b in itertools.pairwise(lightness)) >= 12


@pytest.mark.parametrize(
    "hues", [theme.STATUS, theme.HEALTH, theme.INDICATOR, dict(enumerate(theme.AXES)), {0: theme.OTHER_AXIS}]
)
def test_every_fill_reaches_three_to_one_on_white(hues):
    assert {name: colour for name, colour in hues.items() if contrast(colour, theme.PAPER) < 3} == {}


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_statuses_stay_apart_for_the_common_colour_blindnesses(blindness):
    apart = [
        np.linalg.norm(seen(theme.STATUS[a], blindness) - seen(theme.STATUS[b], blindness))
        for a, b in itertools.combinations(SEVEN, 2)
    ]
    assert min(apart) >= 20  # a difference of 2.3 is just noticeable


def test_each_status_health_and_position_has_a_mark_of_its_own():
    assert set(theme.MARKS) == set(theme.STATUS)
    assert set(theme.HEALTH_MARKS) == set(theme.HEALTH)
    assert set(theme.INDICATOR_MARKS) == set(theme.INDICATOR)
    assert len(set(theme.MARKS.values())) == len(theme.MARKS)
    assert len(set(theme.HEALTH_MARKS.values())) == len(theme.HEALTH_MARKS)


def test_an_axis_keeps_its_colour_and_the_eighth_is_other():
    colours = theme.axis_colours([f"X{i}" for i in range(9)])
    assert len(set(list(colours.values())[:7])) == 7
    assert colours["X7"] == colours["X8"] == theme.OTHER_AXIS


def test_a_long_label_takes_two_lines_and_a_short_one_stays():
    assert theme.wrapped("Animer") == "Animer"
    lines = theme.wrapped("Mettre en ligne un répertoire à jour des cent quatre-vingt-six commerces de la rue").split(
        "\n"
    )
    assert len(lines) == 2
    assert "…" not in lines[1]


def test_no_word_of_a_very_long_label_is_lost():
    title = "Mettre en place avec les commerçants et la Ville un programme d’aide à la rénovation des façades " * 2
    lines = theme.wrapped(title).split("\n")
    assert len(lines) == 2
    assert " ".join(lines) == title.strip()


@pytest.fixture
def found(full):  # noqa: F811
    card = {"action_id": "A1", "baseline": 10.0, "target": 20.0, "unit": "%", "target_date": "2025-12-31"}
    full.put("indicator", {"indicator_id": "I1", "title": "Vitrines", "title_en": "Storefronts", **card})
    full.put("indicator", {"indicator_id": "I2", "title": "Passages", **card})
    full.put("measure", {"indicator_id": "I1", "measured_on": "2025-12-01", "actual": 15.5})
    full.put(
        "action", {"action_id": "A1", "earliest_start": "2025-02-01", "deadline": "2025-06-30", "first_step_of": "A9"}
    )
    return review.annual(full.book, 2025)


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_says_its_finding_and_describes_itself_in_two_sentences(found, lang, name):
    spec = getattr(charts, name)(found, lang).to_dict()
    assert " ".join(spec["title"]["text"]) == " ".join(found.findings[name].text(lang).split(" "))
    assert spec["title"]["subtitle"]
    assert spec["description"].startswith(found.findings[name].text(lang) + ". ")
    assert spec["description"].endswith(".")
    assert "http" not in json.dumps({k: v for k, v in spec.items() if k != "$schema"})  # nothing is fetched


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_can_be_drawn_without_the_network(found, lang, name):
    import vl_convert

    spec = getattr(charts, name)(found, lang).to_json()
    svg = vl_convert.vegalite_to_svg(
        spec, format_locale=f"{lang}-CA", time_format_locale=f"{lang}-CA", allowed_base_urls=[]
    )
    assert "<svg" in svg
    assert "NaN" not in svg


def test_planlibs_own_chart_is_shown_as_it_is_and_any_other_is_checked(monkeypatch):
    monkeypatch.setattr(theme, "VALIDATE", False)
    table = pd.DataFrame({"n": [1], "name": ["a"]})

    def bars(height):
        bar = alt.Chart(table).mark_bar().encode(x="n:Q", y="name:N")
        return alt.layer(bar, bar.mark_text(), height=height)

    right, wrong = theme.ours(bars)(30), theme.ours(bars)("high")
    assert right.to_dict() == bars(30).to_dict() == right.to_dict(validate=True)
    with alt.renderers.enable("mimetype"):
        assert right._repr_mimebundle_() == bars(30)._repr_mimebundle_()
    assert right.properties(width=200).to_dict() == bars(30).properties(width=200).to_dict()
    assert alt.JupyterChart(right).spec == alt.JupyterChart(bars(30)).spec
    assert wrong.to_dict()["height"] == "high"
    for check in (lambda: wrong.to_dict(validate=True), bars("high").to_dict):
        with pytest.raises(alt.utils.schemapi.SchemaValidationError):
            check()


def rows(chart) -> list[dict]:
    """Every row of data behind a chart."""
    return [row for part in chart.to_dict()["datasets"].values() for row in part]


def test_reasons_are_drawn_from_the_most_frequent_down(found):
    chart = charts.reasons(found, "en").to_dict()
    assert chart["layer"][0]["encoding"]["y"]["sort"][0] == "lack of people"
    drawn = {row["label"]: (row["n"], row["second"]) for row in rows(charts.reasons(found, "en"))}
    assert drawn["lack of people"] == (3, 0)
    assert drawn["lack of time"] == (1, 1)


def test_a_reason_still_owed_is_drawn_as_missing(full):  # noqa: F811
    full.actions("A0")
    found = review.annual(full.book, 2025, draft=True)
    drawn = {row["label"]: row["given"] for row in rows(charts.reasons(found, "fr"))}
    assert drawn["motif à donner"] is False
    assert drawn["manque de temps"] is True


def test_each_action_has_one_mark_in_its_axis(found):
    marks = [row for row in rows(charts.axes(found, "fr")) if "action_id" in row]
    assert sorted(row["action_id"] for row in marks) == sorted(found.actions.index)
    first = [row["action_id"] for row in marks if row["label"] == "1. Animer"]
    assert first == ["A1", "A2", "A4", "A3"]  # done, done, under way, ongoing


def test_an_indicator_that_was_not_measured_says_so(found):
    told = {row["label"]: row["told"] for row in rows(charts.indicators(found, "fr"))}
    assert told["Vitrines"] == "15,5\u00a0% (cible\u00a0: 20\u00a0%)"
    assert told["Passages"] == "non mesuré (cible\u00a0: 20\u00a0%)"
    english = {row["label"]: row["told"] for row in rows(charts.indicators(found, "en"))}
    assert english["Storefronts"] == "15.5% (target: 20%)"


def test_the_year_stays_within_its_fiscal_year(found):
    x = charts.year(found, "fr").to_dict()["layer"][0]["encoding"]["x"]
    assert [(d["year"], d["month"], d["date"]) for d in x["scale"]["domain"]] == [(2025, 1, 1), (2025, 12, 31)]


def test_a_plan_without_dates_or_news_can_still_be_drawn(plan, lang):  # noqa: F811
    import vl_convert

    plan.actions("A1")
    found = review.annual(plan.book, 2025, draft=True)
    for name in ("reasons", "axes", "year"):
        assert "<svg" in vl_convert.vegalite_to_svg(getattr(charts, name)(found, lang).to_json(), allowed_base_urls=[])


def test_there_is_no_chart_of_nothing(plan, lang):  # noqa: F811
    plan.actions("A1")
    plan.update("A1", "2025-05-01", "done")
    found = review.annual(plan.book, 2025)
    assert charts.reasons(found, lang) is None
    assert charts.indicators(found, lang) is None


def test_months_and_numbers_speak_the_language_whoever_draws_the_chart():
    french, english = theme.locale("fr"), theme.locale("en")
    assert french["time"]["shortMonths"][:3] == ["janv.", "févr.", "mars"]
    assert english["time"]["months"][0] == "January"
    assert (french["time"]["days"][0], english["time"]["days"][6]) == ("dimanche", "Saturday")
    assert (french["number"]["decimal"], english["number"]["decimal"]) == (",", ".")
    try:
        theme.enable(lang="en")
        spec = alt.Chart(pd.DataFrame({"x": [1]})).mark_bar().encode(x="x:Q").to_dict()
        assert spec["config"]["locale"]["time"]["months"][1] == "February"
    finally:
        alt.theme.enable("default")
