"""What an outsider would ask about, on books made by hand."""

from datetime import date

import pandas as pd
import pytest

from planlib import clients, facts, store
from planlib.plan.blind import blind_spots


@pytest.fixture
def book(tmp_path):
    clients.new("essai", "generic", "Essai", workspace=tmp_path)
    with store.open("essai", tmp_path) as book:
        put(book, "plan", {"plan_id": "p", "title": "Plan", "starts": "2020-01-01", "ends": "2030-12-31"})
        yield book


def put(book, kind, *rows, on="2020-01-01"):
    book.put(kind, pd.DataFrame(rows), by="ana", why="essai", effective=on)


def spots(book, edition="internal", day=date(2026, 1, 20)):
    found = blind_spots(facts.read(book, day), edition)
    return list(zip(found["rule"], found["about"], strict=True))


def asked(book, action, *tables, fate="placed", theme=None):
    for i, table in enumerate(tables):
        note = f"{action}-{i}"
        put(book, "note", {"note_id": note, "text": "une note", "table": table, "fate": fate, "theme": theme})
        if fate == "placed":
            put(book, "thread", {"note_id": note, "action_id": action})


def test_an_axis_without_action_is_asked_about_and_one_used_by_a_subaxis_is_not(book):
    axes = [("1", None), ("1.1", "1"), ("2", None), ("2.1", "2")]
    put(book, "axis", *({"axis_id": a, "title": f"Axe {a}", "plan_id": "p", "parent_id": up} for a, up in axes))
    put(book, "action", {"action_id": "A", "title": "Planter", "axis_id": "1.1", "plan_id": "p"}, on="2025-01-01")
    assert spots(book) == [("axis", "2")], "what is under an empty axis is said once"
    said = blind_spots(facts.read(book, date(2026, 1, 20)))["said"].iloc[0]
    assert said.text("en", {"2": "Trade"}) == "Axis 'Trade' has no action in the plan. Is that meant?"


def test_an_action_of_an_old_plan_does_not_fill_an_axis(book):
    put(book, "plan", {"plan_id": "old", "title": "Ancien", "ends": "2024-12-31"})
    put(
        book, "axis", {"axis_id": "1", "title": "Axe", "plan_id": "p"}, {"axis_id": "0", "title": "x", "plan_id": "old"}
    )
    put(book, "action", {"action_id": "A", "title": "Planter", "axis_id": "1", "plan_id": "old"})
    assert spots(book) == [("axis", "1")]


def test_an_action_the_same_for_three_years_is_asked_about_until_something_moves(book):
    put(book, "action", {"action_id": "A", "title": "Planter", "plan_id": "p"}, on="2023-01-20")
    assert spots(book) == [("unchanged", "A")]
    assert spots(book, day=date(2026, 1, 19)) == [], "three years less a day"
    put(book, "action", {"action_id": "A", "number": "3.4", "plan_id": "p"}, on="2025-06-01")
    assert spots(book) == [("unchanged", "A")], "another number is not another action"
    put(book, "update", {"action_id": "A", "updated_on": "2023-02-01", "status": "under_way"}, on="2023-02-01")
    assert spots(book) == []
    put(book, "update", {"action_id": "A", "updated_on": "2025-12-01", "status": "under_way"}, on="2025-12-01")
    assert spots(book, day=date(2026, 2, 1)) == [("unchanged", "A")], "the same news again moves nothing"
    put(book, "update", {"action_id": "A", "updated_on": "2026-01-15", "progress": 0.5}, on="2026-01-15")
    assert spots(book, day=date(2026, 2, 1)) == []


def test_what_is_done_is_not_asked_about(book):
    put(book, "action", {"action_id": "A", "title": "Planter", "plan_id": "p", "status": "done"})
    assert spots(book) == []


def test_what_three_tables_asked_for_and_is_not_in_the_plan_is_asked_about(book):
    for action in ("A", "B", "C"):
        put(book, "action", {"action_id": action, "title": f"Action {action}", "plan_id": "p"}, on="2025-01-01")
    asked(book, "A", "T1", "T2", "T3")
    asked(book, "B", "T1", "T2", "T3", "T4")
    asked(book, "C", "T1", "T1", "T2")
    put(book, "schedule", *({"action_id": a, "chosen": False} for a in "BC"), {"action_id": "A", "chosen": True})
    assert spots(book) == [("asked", "B")], "A is in the plan; two tables asked for C"
    book.set_aside("action", ["A"], by="ana", why="doublon", effective="2025-02-01")
    assert spots(book) == [("asked", "B"), ("asked", "A")], "the one most tables asked for first"


def test_a_theme_of_which_three_tables_notes_were_all_set_aside_is_asked_about(book):
    asked(book, "x", "T1", "T2", fate="rejected", theme="Stationnement")
    assert spots(book) == []
    asked(book, "y", "T3", fate="parked", theme=" stationnement")
    assert spots(book) == [("asked", "stationnement")]
    said = blind_spots(facts.read(book, date(2026, 1, 20)))["said"].iloc[0]
    assert said.text("en").startswith("3 tables spoke of 'Stationnement' and their 3 notes were set aside.")
    asked(book, "z", "T4", fate=None, theme="Stationnement")
    assert spots(book) == [], "a note still waits"


def test_the_consultants_observations_stay_in_the_firms_edition(book):
    put(book, "observation", {"observation_id": "o1", "text": "Le bailleur siège au conseil"})
    assert spots(book) == []
    assert spots(book, "firm") == [("observation", "o1")]
