"""A facilitator's prioritisation workshop in a real JupyterLab: thirty actions, nine people, two blanks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_lab_in_browser import Running, labels_from_the_top, run_all

from planlib import clients, decide, facts, robust, score, store
from planlib.words import number

pytestmark = pytest.mark.browser

CLIENT = "essai-salle"
POINTS = {"équité": 10.0, "achalandage": 30.0, "visibilité": 30.0, "effort": 30.0}
BLANKS = [("P0", "A-05", "achalandage"), ("P6", "A-21", "équité")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A client whose nine people judged thirty actions on four criteria, two cells left blank."""
    root = tmp_path_factory.mktemp("room") / "clients"
    root.mkdir()
    clients.new(CLIENT, "generic", "Essai de salle", workspace=root)
    rng = np.random.default_rng(5)
    signed = {"by": "ana", "why": "essai", "effective": "2026-01-05"}
    actions = [f"A-{n:02}" for n in range(1, 31)]
    judged = pd.DataFrame(
        [(f"P{p}", a, c, float(rng.integers(0, 11))) for p in range(9) for a in actions for c in POINTS],
        columns=["judge_id", "action_id", "criterion_id", "performance"],
    ).set_index(["judge_id", "action_id", "criterion_id"])
    judged.loc[BLANKS, "performance"] = np.nan
    with store.open(CLIENT, root) as book:
        book.set_aside("criterion", list(book.table("criterion").index), **{**signed, "effective": "1900-01-01"})
        criteria = pd.DataFrame({"title": list(POINTS), "sense": "max", "scale_low": 0.0, "scale_high": 10.0,
                                 "is_gate": False, "points": list(POINTS.values())},
                                index=pd.Index(list(POINTS), name="criterion_id"))  # fmt: skip
        criteria.loc["effort", "sense"] = "min"
        book.put("criterion", criteria, **signed)
        named = pd.DataFrame({"title": [f"Projet {a}" for a in actions]}, index=pd.Index(actions, name="action_id"))
        book.put("action", named, **signed)
        book.put("judgement", judged, **signed)
    return root


@pytest.fixture(scope="module", params=["fr", "en"])
def room(request, browser, folder):
    """Notebook 2 run to its end, in each language."""
    lab = Running(folder, CLIENT, request.param)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = run_all(context, lab, "2_prioritise")
    page.wait_for_selector(".planlib-live svg text")
    page.lang = request.param
    yield page
    context.close()
    lab.stop()


def titles_from_the_top(page) -> list[str]:
    return [text for text in labels_from_the_top(page) if text.startswith("Projet ")]


def test_equity_from_ten_to_thirty_moves_the_order_and_says_who_overtakes_and_where(room, folder):
    with store.open(CLIENT, folder) as book:
        values = decide.values(facts.read(book))
    start = pd.Series(POINTS)
    then = start.where(start.index != "équité", 30.0)
    order = {}
    for name, points in (("start", start), ("then", then)):
        ranked = score.weighted_sum(values, points)["score"].round(9)
        ranked = ranked.rename_axis("id").reset_index().sort_values(["score", "id"], ascending=[False, True])
        order[name] = [f"Projet {action}" for action in ranked["id"]][:16]
    assert order["start"] != order["then"]
    assert titles_from_the_top(room) == order["start"]

    slider = room.locator(".planlib-live input[type=range][aria-label='équité']")
    assert slider.input_value() == "10"
    slider.evaluate(
        "input => { for (const to of [15, 22, 30]) {"
        " input.value = to; input.dispatchEvent(new Event('input', {bubbles: true})) } }"
    )
    room.wait_for_function(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"
    )
    assert titles_from_the_top(room) == order["then"], "the order has moved two frames later"

    words = {"fr": "a dépassé", "en": "'équité' from 10 to 30 points:"}[room.lang]
    told = room.locator(".planlib-swaps li", has_text=words)
    told.first.wait_for(timeout=2_000)
    crossed = robust.swap_points(values, start).query("criterion_id == 'équité' and 10 < points_at <= 30")
    allowed = {
        {
            "fr": f"De 10 à 30 points de «\u00a0équité\u00a0»\u00a0: Projet {row.passes} a dépassé Projet {row.passed}"
            f" à {number(round(row.points_at, 1), 'fr')} points.",
            "en": f"'équité' from 10 to 30 points: Projet {row.passes} passed Projet {row.passed}"
            f" at {number(round(row.points_at, 1), 'en')} points.",
        }[room.lang]
        for row in crossed.itertuples()
    }
    said = told.all_text_contents()
    assert said and all(any(line.startswith(sentence) for sentence in allowed) for line in said)
    strong = told.first.locator("strong").all_text_contents()
    assert len(strong) == 2 and all(name.startswith("Projet A-") for name in strong), "both titles stand out"
    assert told.first.is_visible() and told.first.bounding_box()["y"] < 800, "on the first screen, beside the sliders"


def test_the_two_blanks_are_named_and_count_as_unknown(room):
    text = room.locator(".jp-NotebookPanel").inner_text()
    place = {
        "fr": "Il manque 2 cotes\u202f; la première est «\u00a0achalandage\u00a0»"
        " de «\u00a0Projet A-05\u00a0», par «\u00a0P0\u00a0»",
        "en": "2 judgements are missing; the first is 'achalandage' of “Projet A-05”, by 'P0'",
    }  # fmt: skip
    assert place[room.lang] in text
    empty = room.locator(".planlib-scores tbody input[aria-label$='Projet A-05, achalandage']")
    assert empty.input_value() == "", "a blank cell is shown blank, never as 0"
