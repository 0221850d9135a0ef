"""Ranking charts: the formulas the browser computes, what is drawn, and the page a client keeps."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from planlib import agree, robust, score
from planlib import weights as weighing
from planlib.charts import decision, live, page, ranking, theme
from planlib.workspace import contrast

TITLES = {"A": "Planter des arbres", "B": "Tenir le marché", "C": "Refaire l’affichage", "D": "Former les membres"}
CRITERIA = {"ease": "Facilité", "effect": "Effet"}


@pytest.fixture(autouse=True)
def look():
    """Charts as a notebook draws them."""
    theme.enable()
    yield
    alt.theme.enable("default")


@pytest.fixture
def values():
    """B beats A on effect, A beats B on ease; C is known on ease alone, D not at all."""
    table = {"ease": [1.0, 0.0, 0.5, np.nan], "effect": [0.0, 1.0, np.nan, np.nan]}
    return pd.DataFrame(table, index=pd.Index(["A", "B", "C", "D"], name="action_id"))


def drawn(chart) -> list[str]:
    """What a screen reader reads of each row, from the top of the picture to its foot."""
    svg = ElementTree.fromstring(vl_convert.vegalite_to_svg(chart.to_json()))
    rows = []
    for mark in svg.iter("{http://www.w3.org/2000/svg}text"):
        if mark.get("aria-roledescription") == "text mark" and mark.get("aria-label"):
            rows.append((float(re.search(r"translate\([-\d.]+,([-\d.]+)\)", mark.get("transform"))[1]), mark))
    return [mark.get("aria-label") for _, mark in sorted(rows, key=lambda row: row[0])]


# The live chart


@pytest.mark.parametrize(("ease", "first"), [(75, "A"), (25, "B")])
def test_the_heavier_criterion_decides_who_is_first(values, ease, first):
    chart = ranking.live_ranking(values, pd.Series({"ease": ease, "effect": 100 - ease}), TITLES, "fr", CRITERIA)
    assert drawn(chart)[0] == f"Rang 1\u00a0: {TITLES[first]}, 75,0 sur 100"


def test_ties_share_the_better_rank_and_stand_in_the_order_of_their_ids(values):
    chart = ranking.live_ranking(values.iloc[::-1], pd.Series({"ease": 1.0, "effect": 1.0}), TITLES, "en", CRITERIA)
    told = [f"Rank 1: {TITLES[action]}, 50.0 out of 100" for action in "ABC"]
    assert drawn(chart) == [*told, f"{TITLES['D']}, not judged yet"]


def test_blanks_are_left_out_of_the_score_and_said(values):
    svg = vl_convert.vegalite_to_svg(
        ranking.live_ranking(values, pd.Series({"ease": 75, "effect": 25}), TITLES, "fr", CRITERIA).to_json()
    )
    assert "50,0 (cotée sur 75\u00a0% du poids)" in svg
    assert "pas encore cotée" in svg


def test_shares_start_the_sliders_at_parts_of_100_and_score_unrounded(values):
    thirds = pd.Series({"ease": 2 / 3, "effect": 1 / 3})
    spec = ranking.live_ranking(values, thirds, TITLES, "fr", CRITERIA).to_dict()
    params = {param["name"]: param for param in [*spec["params"], *spec["config"]["params"]]}
    assert [params[f"points_{i}"]["value"] for i in (0, 1)] == [66.7, 33.3]
    assert re.search(r"points_0 == 66\.7 \? 66\.666666666666\d* : points_0", params["points"]["expr"])
    assert [params[f"points_{i}"]["bind"]["name"] for i in (0, 1)] == ["Facilité", "Effet"]


def test_all_weights_at_zero_are_said_in_a_sentence(values):
    spec = ranking.live_ranking(values, pd.Series({"ease": 1, "effect": 1}), TITLES, "fr", CRITERIA).to_dict()
    for param in spec["params"]:
        if param["name"].startswith("points_"):
            param["value"] = 0
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert "Tous les poids sont à 0\u00a0: donnez des points à au moins un critère." in svg
    assert "Planter" not in svg


def test_places_won_and_lost_since_the_stated_weights_are_shown(values):
    before = score.weighted_sum(values, pd.Series({"ease": 75, "effect": 25}))["rank"]
    chart = ranking.live_ranking(
        values, pd.Series({"ease": 25, "effect": 75}), TITLES, "fr", CRITERIA, ranks=before, bands=robust_bands(values)
    )
    svg = vl_convert.vegalite_to_svg(chart.to_json())
    assert "75,0  ▲2" in svg  # B, third of three with one known at 50, comes first
    assert "25,0  ▼2" in svg
    assert svg.count(">ça dépend<") == 3


def robust_bands(values):
    return pd.Series("depends", index=values.index[:3])


@pytest.mark.parametrize("n", range(1, 21))
def test_sums_are_written_in_the_order_in_which_numpy_adds(n):
    rng = np.random.default_rng(n)
    for row in rng.random((200, n)):
        names = {f"t{i}": float(value) for i, value in enumerate(row)}
        assert eval(live.added(list(names)), {}, names) == row.sum() == np.array([row]).sum(axis=1)[0]


def test_only_the_first_rows_are_shown_and_all_are_ranked():
    many = pd.DataFrame({"c": np.linspace(0, 1, 50)}, index=[f"A-{i:02}" for i in range(50)])
    rows = drawn(ranking.live_ranking(many, pd.Series({"c": 1.0}), {}, "en", {}, top=5))
    assert rows == [f"Rank {i + 1}: A-{49 - i}, {100 * (49 - i) / 49:.1f} out of 100" for i in range(5)]


def test_the_order_of_the_rows_changes_nothing(values):
    weights = pd.Series({"ease": 3.0, "effect": 1.0})
    one = ranking.live_ranking(values, weights, TITLES, "fr", CRITERIA).to_dict()
    other = ranking.live_ranking(values.iloc[[2, 0, 3, 1]], weights.iloc[::-1], TITLES, "fr", CRITERIA).to_dict()
    assert one == other


def test_colours_of_criteria_reach_three_to_one_on_white_and_neighbours_differ():
    shades = ranking.colours(len(ranking.CRITERIA))
    assert all(contrast(shade, "#ffffff") >= 3 for shade in shades)
    assert all(contrast(one, other) >= 1.7 for one, other in pairwise(shades))


# Still charts


def test_the_still_ranking_splits_each_score_and_names_its_band(values, lang):
    weights = pd.Series({"ease": 75, "effect": 25})
    table = score.weighted_sum(values, weights).sort_values("rank").assign(band="always")
    spec = ranking.ranking(table, score.contributions(values, weights), TITLES, lang, CRITERIA).to_dict()
    split = spec["layer"][0]["data"]["values"]
    assert sorted(row["adds"] for row in split if "arbres" in row["action"]) == [0.0, 75.0]
    assert not any("Former" in row["action"] for row in split), "an action that nobody judged has no rank to show"
    told = next(rows for name, rows in spec["datasets"].items() if "told" in rows[0])
    assert {row["band"] for row in told} == {"toujours" if lang == "fr" else "always"}
    partly = {"fr": "50,0 (cotée sur 75\u00a0% du poids)", "en": "50.0 (judged on 75% of the weight)"}
    assert partly[lang] in {row["told"] for row in told}
    assert TITLES["A"] in spec["title"]["text"][0]


def test_two_actions_of_the_same_title_keep_a_row_each():
    values = pd.DataFrame({"c": [1.0, 1.0]}, index=["A", "B"])
    table = score.weighted_sum(values, pd.Series({"c": 1}))
    parts = score.contributions(values, pd.Series({"c": 1}))
    spec = ranking.ranking(table, parts, {"A": "Même", "B": "Même"}, "fr", {}).to_dict()
    assert len({row["action"] for row in spec["layer"][0]["data"]["values"]}) == 2


LONG = (
    "Mettre en place avec les commerçants, la Ville et l'arrondissement un programme d'aide à la rénovation des façades"
    " et des vitrines, assorti d'un guide illustré et d'un accompagnement de chacun pendant toute la durée des travaux"
)


@pytest.mark.parametrize("name", ["ranking", "bands", "tables"])
def test_a_title_of_two_hundred_letters_is_whole_beside_its_row(name):
    titles = {"A": LONG, "B": LONG[:160], "C": "Court"}
    table = pd.DataFrame({"c": [0.9, 0.5, 0.1]}, index=pd.Index(list("ABC"), name="action_id"))
    scored = score.weighted_sum(table, pd.Series({"c": 1})).assign(band="depends", share_in=0.5)
    cells = pd.MultiIndex.from_product([list("ABC"), ["c"]], names=["action_id", "criterion_id"])
    apart = pd.DataFrame({"Table 1": 0.0, "Table 2": [0.9, 0.5, 0.1], "gap": [0.9, 0.5, 0.1]}, index=cells)
    chart = {
        "ranking": lambda: ranking.ranking(scored, score.contributions(table, pd.Series({"c": 1})), titles, "fr", {}),
        "bands": lambda: decision.bands(scored, titles, "fr"),
        "tables": lambda: decision.table_against_table(apart, titles, "fr", {}),
    }[name]()
    spec = chart.to_dict()
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert "…" not in svg, "a label was cut to its limit"
    drawn = " ".join(html.unescape(text) for text in re.findall(r">([^<>]+)</", svg))
    assert drawn.count(LONG) >= 1 and drawn.count(LONG[:160].strip()) >= 2
    assert spec["height"]["step"] >= 17 * 4, "a row holds its tallest title"


def test_a_title_too_long_for_the_live_rows_is_cut_before_the_bars_and_whole_in_its_tip(values):
    titles = {**TITLES, "A": LONG}
    chart = ranking.live_ranking(values, pd.Series({"ease": 75, "effect": 25}), titles, "fr", CRITERIA)
    row = next(row for row in chart.data["values"] if row["id"] == "A")
    assert row["title"] == LONG and row["cut"]
    assert row["lines"].endswith("…") and row["lines"].count("\n") == 2
    assert max(map(len, row["lines"].split("\n"))) <= 50 and max(map(len, row["over"].split("\n"))) <= 60
    assert row["rise"] < next(one["rise"] for one in chart.data["values"] if one["id"] == "B"), "one line stands lower"
    assert "datum.cut ? datum.title" in json.dumps(chart.to_dict())
    plain = ranking.live_ranking(values, pd.Series({"ease": 75, "effect": 25}), TITLES, "fr", CRITERIA)
    assert "tooltip" not in json.dumps(plain.to_dict()), "no tip where each title is whole"


@pytest.mark.parametrize("gap", [0.0, 0.5, 2.0])
def test_labels_of_points_that_crowd_stand_apart(gap):
    """Five actions of nearly the same effort and score: the boxes of their labels, as wide as their letters."""
    names = [f"2025-A-{i}" for i in range(5)]
    table = pd.DataFrame({"score": 0.5 + np.arange(5) * gap / 100, "effort_days": 10.0}, index=names)
    spec = decision.impact_effort(table, TITLES, "fr").to_dict()
    (rows,) = spec["datasets"].values()
    days, points = 10.8 / 680, 100 / 460  # of a pixel
    boxes = [(row["label_x"] / days, row["label_y"] / points) for row in rows]
    for i, (x, y) in enumerate(boxes):
        for at, to in boxes[:i]:
            assert abs(x - at) >= 2 * (3.6 * 8) or abs(y - to) >= 11.9, boxes


def test_an_action_of_unknown_effort_stands_apart():
    table = pd.DataFrame({"score": [0.5, 0.6, np.nan], "effort_days": [3.0, np.nan, 2.0]}, index=["A", "B", "C"])
    spec = decision.impact_effort(table, TITLES, "fr").to_dict()
    rows = [[row["action_id"] for row in data] for data in spec["datasets"].values()]
    assert sorted(rows) == [["A"], ["B"]]
    assert "1 de charge inconnue" in " ".join(spec["title"]["subtitle"])


def test_bands_are_counted_in_the_title_and_no_share_is_rounded_to_all():
    table = pd.DataFrame({"share_in": [1.0, 0.9996, 0.0], "band": ["always", "depends", "never"]}, index=list("ABC"))
    spec = decision.bands(table, TITLES, "en").to_dict()
    assert spec["title"]["text"][0].startswith("1 actions are funded whatever the weights; 1 depend")
    (rows,) = spec["datasets"].values()
    assert [row["told"] for row in rows] == ["100%", "> 99%", "0%"]


def test_the_widest_gap_between_tables_is_the_finding(lang):
    judged = pd.Series(
        {("J1", "A", "ease"): 0.1, ("J2", "A", "ease"): 0.9, ("J1", "B", "ease"): 0.4, ("J2", "B", "ease"): 0.5}
    ).rename_axis(["judge_id", "action_id", "criterion_id"])
    positions = agree.by_table(judged, pd.Series({"J1": "Table 1", "J2": "Table 2"}))
    spec = decision.table_against_table(positions, TITLES, lang, CRITERIA).to_dict()
    assert spec["title"]["text"][0].endswith("80 points sur «\u00a0Facilité\u00a0» de A") or lang == "en"
    assert "80 points on “Facilité” of A" in spec["title"]["text"][0] or lang == "fr"


def test_the_criterion_on_which_weights_differ_most_is_the_finding():
    points = pd.DataFrame(
        [("P1", "ease", 50), ("P1", "effect", 50), ("P2", "ease", 10), ("P2", "effect", 90)],
        columns=["judge_id", "criterion_id", "points"],
    )
    spec = decision.weights_spread(weighing.from_judges(points), CRITERIA, "en").to_dict()
    assert "from" in spec["title"]["text"][0] and "2 people" in spec["title"]["subtitle"][0]


def test_the_front_of_two_missions_is_named():
    scores = pd.DataFrame({"Sociale": [0.9, 0.2, 0.1], "Économique": [0.1, 0.8, 0.05]}, index=["A", "B", "C"])
    spec = decision.two_missions(robust.front(scores), TITLES, "fr").to_dict()
    assert spec["title"]["text"] == ["Aucune autre ne fait mieux sur les deux missions\u00a0: A et B"]


def every_chart(values, lang):
    """One of each chart, over small tables."""
    weights = pd.Series({"ease": 75, "effect": 25})
    table = score.weighted_sum(values, weights).assign(band="depends", share_in=0.5, effort_days=2.0)
    known = values.dropna()
    missions = pd.Series({"ease": "Sociale", "effect": "Économique"})
    points = pd.DataFrame({"judge_id": "P", "criterion_id": ["ease", "effect"], "points": [1, 2]})
    return {
        "live": ranking.live_ranking(values, weights, TITLES, lang, CRITERIA),
        "ranking": ranking.ranking(table, score.contributions(values, weights), TITLES, lang, CRITERIA),
        "impact": decision.impact_effort(table, TITLES, lang),
        "bands": decision.bands(table, TITLES, lang),
        "weights": decision.weights_spread(weighing.from_judges(points), CRITERIA, lang),
        "missions": decision.two_missions(
            robust.front(robust.mission_scores(known, weights, missions)), TITLES, lang
        ),
    }  # fmt: skip


def test_a_tie_reads_the_same_on_both_rows_whatever_the_last_bit():
    """On the edge of a tenth: 57.25 both, not 57.2 and 57.3."""
    values = pd.DataFrame({"a": [0.5725, 0.5725 + 4e-14]}, index=["A", "B"])
    said = drawn(ranking.live_ranking(values, pd.Series({"a": 1.0}), {}, "en", {}))
    assert said == ["Rank 1: A, 57.2 out of 100", "Rank 1: B, 57.2 out of 100"]


def test_every_chart_is_drawn_and_described_in_two_sentences(values, lang):
    for name, chart in every_chart(values, lang).items():
        spec = chart.to_dict()
        assert len(re.findall(r"[.?](?: |$)", spec["description"])) >= 2, name
        assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg"), name


# The page


ABOUT = page.About("Société d’essai </script><b>", "fr", date(2026, 1, 20))


def without_scripts(html: str) -> str:
    """The page without the code it runs; its data stay."""
    return re.sub(r"<script>.*?</script>", "", html, flags=re.S)


def test_the_page_names_its_scripts_by_hash_and_asks_for_nothing(values):
    html = page.live_page(every_chart(values, "fr")["live"], ABOUT)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert "default-src 'none'" in policy and "unsafe-eval" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
    assert len(scripts) == 2
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy
    assert not re.search(r"<(?:link|img|iframe)|<script[^>]+src=", without_scripts(html))


def test_words_of_a_workshop_stay_words_on_the_page(values):
    titles = TITLES | {"A": "</script><img src=x onerror=alert(1)>"}
    chart = ranking.live_ranking(values, pd.Series({"ease": 1, "effect": 1}), titles, "fr", CRITERIA)
    table = pd.DataFrame({"Action": ["<b>gras</b>"], "Rang": pd.array([pd.NA], dtype="Int64")})
    html = page.live_page(chart, ABOUT, table)
    assert "<img" not in without_scripts(html) and "<b>" not in without_scripts(html)
    assert "Société d’essai &lt;/script&gt;" in html
    spec = re.search(r'id="spec">(.*?)</script>', html, re.S)[1]
    rows = json.loads(spec)["spec"]["data"]["values"]
    assert rows[0]["title"] == titles["A"]
    assert "<td>—</td>" in html


def test_the_page_is_written_whole(tmp_path, values):
    written = page.write(tmp_path / "classement.html", every_chart(values, "fr")["live"], ABOUT)
    assert [path.name for path in tmp_path.iterdir()] == ["classement.html"]
    assert written.read_text(encoding="utf-8").rstrip().endswith("</html>")
