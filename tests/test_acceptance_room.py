"""A room decides, the laptop closes: next day the weights and the score are there, with who and why, in both plans."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import yaml
from test_action_plan import numbers

from planlib import decide, demo, desk, report, store
from planlib.desk import workshop
from planlib.widgets.live import Again
from planlib.widgets.score_form import ScoreForm
from planlib.widgets.weight_panel import KeepWeights, LiveRanking

CLIENT = "sdc-rue-des-tanneurs"
EVENING, NEXT_DAY = date(2026, 1, 20), date(2026, 1, 21)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The SDC's mandate, as the consultant has it on the evening of the workshop."""
    root = tmp_path_factory.mktemp("room") / "clients"
    root.mkdir()
    source = demo.DEMO / CLIENT
    demo.whole(source, yaml.safe_load((source / "mandate.yaml").read_text(encoding="utf-8")), root)
    return root


def inside(widget, kind):
    """The first widget of a kind in a panel, however it is laid out."""
    if isinstance(widget, kind):
        return widget
    found = (inside(child, kind) for child in getattr(widget, "children", ()))
    return next((one for one in found if one is not None), None)


def signed(form, why):
    form.who.value, form.why.value = "Mme Roy", why
    form.store()
    assert 'role="status"' in form.answer.value, form.answer.value


def test_what_a_room_decides_is_there_next_day_and_both_plans_say_the_same(folder):
    here = desk.open_client(CLIENT, lang="fr", today=EVENING, workspace=folder)
    room = workshop.Room(here)
    before = decide.ranking(here.facts)["score"]

    panel = room.weighing()
    sliders = inside(panel, LiveRanking)
    first = sliders.weights.index[0]
    sliders.chart.params.points_0 = 95  # as the browser reports it
    signed(inside(panel, KeepWeights), "La salle met l'achalandage devant")

    scores = inside(room.scores(), ScoreForm)
    cell, old = next((key, text) for key, text in scores.table.cells.items() if text)
    action, criterion = cell.split("\n")
    new = "1" if old != "1" else "2"
    scores.table.cells = scores.table.cells | {cell: new}
    judge = scores.judge.value
    signed(scores, "Le comité a vu les chiffres de 2025")
    assert inside(panel, Again).children[0] is not sliders, "the ranking beside the sliders follows"
    here.book.close()

    there = desk.open_client(CLIENT, lang="en", today=NEXT_DAY, workspace=folder)
    with there.book as book:
        assert book.table("judgement").loc[(judge, action, criterion), "performance"] == float(new)
        told = {kind: book.history(kind).iloc[-1] for kind in ("judgement", "weight")}
        assert {(one["by"], one["why"]) for one in told.values()} == {
            ("Mme Roy", "Le comité a vu les chiffres de 2025"),
            ("Mme Roy", "La salle met l'achalandage devant"),
        }
        shares, _ = decide.weights(there.facts)
        kept = there.facts.weights["points"].xs("room", level="judge_id")
        assert kept[first] == 95.0
        pd.testing.assert_series_equal(shares.sort_index(), (kept / kept.sum()).sort_index(), check_names=False)
        after = decide.ranking(there.facts)["score"]
        # Each score worked again by hand: the partial values known, weighed by the shares the room kept.
        values = decide.values(there.facts).dropna()
        by_hand = (values * shares[values.columns]).sum(axis=1)
        assert after[by_hand.index].to_dict() == pytest.approx(by_hand.to_dict())
        assert not after.equals(before)

    pages = {}
    for lang in ("fr", "en"):
        given = {"year": 2025, "lang": lang, "edition": "internal"}
        made = report.build("action_plan", CLIENT, given, workspace=folder, today=NEXT_DAY, engine="fork")
        assert made["status"] == "ok", made["error"]
        with open(made["files"][0], encoding="utf-8") as page:
            pages[lang] = numbers(page.read(), lang)
    assert len(pages["fr"]) > 100
    assert pages["fr"] == pages["en"]
    with store.open(CLIENT, folder) as book:
        assert book.verify() == []
