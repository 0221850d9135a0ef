"""The live ranking as the client keeps it, in a real browser without a network: its order is Python's."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from planlib import robust, score
from planlib.charts import page, ranking
from planlib.words import number

pytestmark = pytest.mark.browser

WEIGHTINGS = 200

# The rows as the chart's data flow holds them, then as they stand on the screen.
ROWS = """() => {
  const { view } = document.getElementById("chart");
  const names = Object.keys(view.getState({ data: () => true, signals: () => false }).data);
  const tables = names.map((name) => view.data(name));
  const rows = tables.find((rows) => rows.length && "row" in rows[0] && "rank" in rows[0]) ?? [];
  return [...rows].sort((one, other) => one.row - other.row).map((row) => [row.id, row.score, row.rank]);
}"""
SCREEN = """() => [...document.querySelectorAll("#chart [aria-roledescription='text mark']")]
  .filter((mark) => mark.textContent)
  .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
  .map((mark) => mark.getAttribute("aria-label"))"""
# Pixels from the far end of all bars of the widest row to its score, then of the next rows.
GAPS = """() => {
  const ends = new Map();
  for (const path of document.querySelectorAll("#chart .mark-shape path")) {
    for (const [, x, y] of path.getAttribute("d").matchAll(/L([\\d.]+),([\\d.]+)/g)) {
      ends.set(+y, Math.max(ends.get(+y) ?? 0, +x));
    }
  }
  return [...document.querySelectorAll("#chart [aria-roledescription='text mark']")].flatMap((mark) => {
    const [, x, y] = mark.getAttribute("transform").match(/translate\\(([\\d.]+),([\\d.]+)\\)/).map(Number);
    const row = [...ends.keys()].find((at) => Math.abs(at - y) < 8);
    return row === undefined || !/^\\d/.test(mark.textContent) ? [] : [x - ends.get(row)];
  });
}"""
# The ranks as written, from the top.
PLACES = """() => [...document.querySelectorAll("#chart text[font-weight='600'] tspan, #chart text[font-weight='600']")]
  .filter((text) => !text.childElementCount)
  .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
  .map((text) => text.textContent)"""
SET = """async (points) => {
  const { view } = document.getElementById("chart");
  points.forEach((value, i) => view.signal(`points_${i}`, value));
  await view.runAsync();
}"""
DRAG = """async ([name, value]) => {
  const slider = document.querySelector(`#sliders input[name=${name}]`);
  slider.value = value;
  for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type, { bubbles: true }));
  await document.getElementById("chart").view.runAsync();
}"""


# Every crossing as the page finds it, by name, at points set one after the other.
SWAPS = """(all) => {
  const spec = JSON.parse(document.getElementById("spec").textContent).spec;
  const rows = spec.data.values, named = spec.params.filter((p) => p.bind).map((p) => p.bind.name);
  const values = rows.map((row) => named.map((_, i) => row[`v${i}`]));
  return all.map((points) => swaps.nearest(values, points).map((swap) => [
    named[swap.criterion], swap.sign > 0 ? "above" : "below", rows[swap.passes].id, rows[swap.passed].id, swap.at]));
}"""
LINES = "() => [...document.querySelectorAll('#swaps li')].map((line) => line.textContent)"


@pytest.fixture(scope="module")
def values() -> pd.DataFrame:
    """60 actions judged in quarters, so that many tie, with some blanks and one action nobody judged."""
    rng = np.random.default_rng(7)
    table = rng.integers(0, 5, (60, 8)) / 4
    table[rng.random(table.shape) < 0.05] = np.nan
    table[3] = table[9] = table[21]
    table[17] = np.nan
    criteria = ["équité", "achalandage", "Visibilité", "effort", "zone", "C-10", "C-9", "budget"]
    return pd.DataFrame(table, index=[f"A-{i:02}" for i in range(60)], columns=criteria)


@pytest.fixture(scope="module")
def weightings() -> np.ndarray:
    """Points as sliders give them, small ones and zeros among them; some of equal weights, which tie most."""
    rng = np.random.default_rng(11)
    points = rng.integers(0, 101, (WEIGHTINGS, 8))
    points[::5] = rng.integers(0, 4, points[::5].shape)
    points[::7] = 10
    points[1::14] = 64
    points[points.sum(axis=1) == 0] = 1
    return points


@pytest.fixture(scope="module")
def opened(values, browser, tmp_path_factory):
    """The page from the disk, offline; with what it asked for and what the console said."""
    start = pd.Series(np.full(8, 10.0), index=values.columns)
    titles = {action: f"Action {action}" for action in values.index}
    ranks = score.weighted_sum(values, start)["rank"]
    chart = ranking.live_ranking(values, start, titles, "fr", {}, ranks=ranks, top=60)
    about = page.About("Société d’essai", "fr", date(2026, 1, 20))
    path = page.write(tmp_path_factory.mktemp("live") / "classement.html", chart, about)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_offline(True)
    tab = context.new_page()
    tab.asked, tab.said, tab.uri = [], [], path.as_uri()
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: tab.said.append(message.text))
    tab.on("pageerror", lambda error: tab.said.append(str(error)))
    tab.goto(path.as_uri())
    tab.wait_for_selector("#sliders output")
    yield tab
    context.close()


def expected(values: pd.DataFrame, points) -> pd.DataFrame:
    """What Python ranks, in its order; actions without a score last."""
    table = score.weighted_sum(values, pd.Series(points, index=values.columns, dtype="float64"))
    table["id"] = table.index
    return table.sort_values(["rank", "id"], na_position="last")


def test_the_order_is_pythons_for_every_weighting_ties_included(opened, values, weightings):
    ties = 0
    for points in weightings:
        opened.evaluate(SET, points.tolist())
        found = opened.evaluate(ROWS)
        table = expected(values, points)
        assert [row[0] for row in found] == list(table["id"]), points
        known = table["rank"].notna().sum()
        assert [row[2] for row in found[:known]] == list(table["rank"].dropna()), points
        assert [row[1] for row in found[:known]] == pytest.approx(list(table["score"].dropna()), abs=1e-12)
        assert all(row[1] == -1 for row in found[known:])
        ties += int(table["rank"].dropna().duplicated().sum())
    assert ties > WEIGHTINGS, "the case is worth nothing without ties"


def test_the_screen_shows_that_order_from_top_to_foot(opened, values, weightings):
    for points in weightings[::20]:
        opened.evaluate(SET, points.tolist())
        table = expected(values, points)
        told = [
            f"Action {row.id}, pas encore cotée"
            if pd.isna(row.rank)
            else f"Rang {row.rank}\u00a0: Action {row.id}, {number(round(100 * row.score, 7), 'fr', 1)} sur 100"
            for row in table.itertuples()
        ]
        assert opened.evaluate(SCREEN) == told
        assert opened.evaluate(PLACES) == [str(rank) for rank in table["rank"].dropna()]


def test_scores_stand_at_the_end_of_their_bars_when_opened_and_when_the_window_changes(opened):
    for width in (1280, 1000, 1280):
        opened.set_viewport_size({"width": width, "height": 900})
        opened.wait_for_timeout(200)
        gaps = opened.evaluate(GAPS)
        assert gaps and gaps == pytest.approx([gaps[0]] * len(gaps), abs=0.6), width


def test_moving_one_slider_moves_the_order_at_once_and_back(opened, values):
    start = dict.fromkeys(values.columns, 10)
    opened.click("#reset")
    before = opened.evaluate(SCREEN)
    opened.evaluate(DRAG, ["points_0", 30])
    after = [row[0] for row in opened.evaluate(ROWS)]
    assert after == list(expected(values, list((start | {"équité": 30}).values()))["id"])
    assert opened.inner_text("#sliders .vega-bind:nth-child(1) output") == "30"
    assert opened.locator("#said").text_content().count("Rang ") == 3, "told to who does not see it"
    opened.click("#reset")
    assert opened.evaluate(SCREEN) == before


def test_who_passes_whom_and_where_is_pythons_for_every_weighting(opened, values, weightings):
    """Three weightings a call; each pair, criterion and side, at the same points."""
    compared = 0
    for chosen in weightings[::17].reshape(-1, 3, 8):
        for points, found in zip(chosen, opened.evaluate(SWAPS, chosen.tolist()), strict=True):
            table = robust.swap_points(values, pd.Series(points, index=values.columns, dtype="float64"))
            expected = {
                (row.criterion_id, row.direction, row.passes, row.passed): row.points_at for row in table.itertuples()
            }
            assert {tuple(row[:4]): row[4] for row in found} == pytest.approx(expected, rel=1e-9, abs=1e-9)
            apart = [abs(row[4] - dict(zip(values.columns, points, strict=True))[row[0]]) for row in found]
            assert apart == pytest.approx(sorted(apart)), "the nearest first"
            compared += len(found)
    assert compared > 10_000


def test_the_screen_says_what_a_move_made_pass_and_what_is_near(opened, values):
    opened.click("#reset")
    start = pd.Series(10.0, index=values.columns)
    near = opened.evaluate(LINES)
    assert near and all("(maintenant 10)" in line for line in near)
    opened.evaluate(DRAG, ["points_0", 30])
    opened.wait_for_function("() => document.getElementById('swaps').textContent.includes('De 10 à 30 points')")
    found = robust.swap_points(values, start).query("criterion_id == 'équité' and 10.000001 < points_at <= 30")
    now = score.weighted_sum(values, start.where(start.index != "équité", 30.0))["score"]
    best = found.assign(up=found["passes"].map(now), over=found["passed"].map(now))
    first = best.sort_values(["up", "over"], ascending=False, kind="stable").iloc[0]
    said = opened.evaluate(LINES)[0]
    assert said.startswith(
        f"De 10 à 30 points de «\u00a0équité\u00a0»\u00a0: Action {first['passes']} a dépassé Action {first['passed']}"
        f" à {number(round(first['points_at'], 1), 'fr')} points."
    )
    assert "a dépassé" in opened.locator("#said").text_content(), "told to who does not see it"
    opened.click("#reset")
    opened.wait_for_function("() => !document.getElementById('swaps').textContent.includes('De 10 à 30')")
    assert opened.evaluate(LINES) == near


def test_thirty_actions_nine_people_two_blanks_and_equity_from_ten_to_thirty(browser, tmp_path):
    """The order moves at once, and the screen says which action overtakes at how many points."""
    rng = np.random.default_rng(5)
    criteria = pd.DataFrame({"sense": ["max", "max", "max", "min"], "scale_low": 0.0, "scale_high": 10.0},
                            index=["équité", "achalandage", "visibilité", "effort"])  # fmt: skip
    rows = [
        (f"P{p}", f"A-{a:02}", c, float(rng.integers(0, 11)))
        for p in range(9)
        for a in range(30)
        for c in criteria.index
    ]
    judged = pd.DataFrame(rows, columns=["judge_id", "action_id", "criterion_id", "performance"])
    judged.loc[[17, 801], "performance"] = np.nan
    values = score.partial_values(judged, criteria)
    assert values.shape == (30, 4) and values.notna().to_numpy().all(), "eight others judged the two cells"
    start = pd.Series({"équité": 10.0, "achalandage": 30, "visibilité": 30, "effort": 30})
    then = start.where(start.index != "équité", 30.0)
    chart = ranking.live_ranking(values, start, {}, "fr", {}, top=30)
    tab = browser.new_page()
    tab.goto(page.write(tmp_path / "x.html", chart, page.About("Essai", "fr", date(2026, 1, 20))).as_uri())
    tab.wait_for_selector("#sliders output")
    assert [row[0] for row in tab.evaluate(ROWS)] == list(expected(values, start)["id"])
    tab.evaluate(DRAG, ["points_0", 30])  # back when the data flow has run: no kernel, no wait
    assert [row[0] for row in tab.evaluate(ROWS)] == list(expected(values, then)["id"])
    assert list(expected(values, start)["id"]) != list(expected(values, then)["id"])
    tab.wait_for_function("() => document.getElementById('swaps').textContent.includes('a dépassé')")
    crossed = robust.swap_points(values, start).query("criterion_id == 'équité' and 10 < points_at <= 30")
    allowed = {
        f"De 10 à 30 points de «\u00a0équité\u00a0»\u00a0: {row.passes} a dépassé {row.passed}"
        f" à {number(round(row.points_at, 1), 'fr')} points."
        for row in crossed.itertuples()
    }
    said = [line for line in tab.evaluate(LINES) if "a dépassé" in line]
    assert said and all(any(line.startswith(sentence) for sentence in allowed) for line in said)
    tab.close()


def test_the_keyboard_moves_a_slider_by_a_point(opened):
    opened.click("#reset")
    opened.focus("#sliders input[name=points_1]")
    opened.keyboard.press("ArrowRight")
    assert opened.inner_text("#sliders .vega-bind:nth-child(2) output") == "11"
    assert opened.get_attribute("#sliders input[name=points_1]", "aria-valuetext") == "11 points"


def test_all_weights_at_zero_are_answered_by_a_sentence(opened):
    opened.evaluate(SET, [0] * 8)
    assert "Tous les poids sont à 0" in opened.text_content("#chart")
    assert opened.evaluate(ROWS) == []
    opened.click("#reset")


def test_sliders_are_large_enough_for_a_finger(opened):
    boxes = [slider.bounding_box() for slider in opened.query_selector_all("#sliders input")]
    assert len(boxes) == 8 and all(box["height"] >= 44 and box["width"] >= 150 for box in boxes)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_never_scrolls_sideways(opened, width):
    opened.set_viewport_size({"width": width, "height": 900})
    opened.reload()
    opened.wait_for_selector("#sliders output")
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    edges = opened.evaluate(
        """() => [...document.querySelectorAll("#chart text")].map((text) => text.getBoundingClientRect())
        .map((box) => [box.left, box.right])"""
    )
    assert all(left >= 0 and right <= width for left, right in edges), "a label is cut"


def test_nothing_left_the_page_and_nothing_went_wrong(opened):
    assert set(opened.asked) == {opened.uri}
    assert opened.said == []
