"""Facts: the tables of a workbook on a day, and the calendar of fiscal years."""

from datetime import date

import pandas as pd
import pytest

from planlib import clients, facts, store
from planlib.schema import PlanError


@pytest.fixture
def book(tmp_path):
    clients.new("essai", "sdc", "SDC d'essai", workspace=tmp_path)
    with store.open("essai", tmp_path) as book:
        yield book


def put(book, kind, rows, key, **more):
    book.put(kind, pd.DataFrame(rows).set_index(key), by="ana", why="essai", **more)


def test_gates_stand_apart_from_scored_criteria_in_the_order_of_the_pack(book):
    scored = facts.read(book).scored_criteria
    assert list(scored.index)[:2] == ["footfall", "occupancy"]
    assert "mandate" not in scored.index
    assert scored.loc["staff_effort", "sense"] == "min"


def test_the_owner_is_the_accountable_post_else_the_words_of_the_plan(book):
    put(
        book,
        "action",
        [{"action_id": a, "title": a, "owner": o} for a, o in [("A", "Ana"), ("B", "Bob"), ("C", None)]],
        "action_id",
    )
    put(book, "post", [{"post_id": "P", "title": "Coordination"}], "post_id")
    put(
        book,
        "assignment",
        [{"action_id": "A", "post_id": "P", "part": "accountable"}],
        ["action_id", "post_id", "part"],
    )
    owners = facts.read(book).owners
    assert owners["A"] == "Coordination"
    assert owners["B"] == "Bob"
    assert pd.isna(owners["C"])


def test_a_table_can_be_replaced_without_touching_the_workbook(book):
    put(book, "action", [{"action_id": "A", "title": "a"}], "action_id")
    before = facts.read(book)
    after = before.replacing(actions=before.actions.assign(title="b"))
    assert before.actions.loc["A", "title"] == "a"
    assert after.actions.loc["A", "title"] == "b"
    assert facts.read(book).actions.loc["A", "title"] == "a"
    with pytest.raises(AttributeError):
        before.replacing(nothing=1)


def test_a_title_is_translated_when_there_is_a_translation():
    table = pd.DataFrame({"title": ["un", "deux"], "title_en": ["one", None]})
    assert list(facts.titles(table, "en")) == ["one", "deux"]
    assert list(facts.titles(table, "fr")) == ["un", "deux"]


@pytest.mark.parametrize(
    ("day", "start", "year"),
    [
        (date(2026, 1, 1), "01-01", 2026),
        (date(2026, 3, 31), "04-01", 2025),
        (date(2026, 4, 1), "04-01", 2026),
        (date(2026, 12, 31), "07-01", 2026),
    ],
)
def test_fiscal_year_y_is_the_one_that_starts_in_y(day, start, year):
    assert facts.fiscal_year(day, start) == year


def test_a_workbook_without_settings_says_so(book):
    with pytest.raises(PlanError, match="no settings at that date"):
        _ = facts.read(book, date(1800, 1, 1)).settings


def test_the_last_update_by_the_day_says_the_status_before_the_plan_does(book):
    put(book, "action", [{"action_id": a, "title": a, "status": "to_come"} for a in ("A", "B")], "action_id")
    news = [
        {"action_id": "A", "updated_on": "2026-03-01", "status": "under_way"},
        {"action_id": "A", "updated_on": "2026-09-01", "status": "done"},
    ]
    put(book, "update", news, ["action_id", "updated_on"])
    assert facts.read(book).status.to_dict() == {"A": "done", "B": "to_come"}
    assert facts.read(book, date(2026, 6, 30)).at(date(2027, 1, 1)).status["A"] == "done"
    put(book, "action", [{"action_id": "A", "title": "A"}], "action_id", effective="2026-01-01")
    put(book, "update", news, ["action_id", "updated_on"], effective="2026-01-01")
    assert facts.read(book, date(2026, 6, 30)).status["A"] == "under_way"


def test_an_action_that_a_new_plan_takes_up_again_starts_afresh(book):
    plans = [
        {"plan_id": "old", "title": "2024", "starts": "2024-01-01"},
        {"plan_id": "new", "title": "2026", "starts": "2026-01-01"},
    ]
    put(book, "plan", plans, "plan_id", effective="2024-01-01")
    put(book, "action", [{"action_id": "A", "title": "A", "plan_id": "old"}], "action_id", effective="2024-01-01")
    news = [{"action_id": "A", "updated_on": "2024-11-30", "status": "done"}]
    put(book, "update", news, ["action_id", "updated_on"], effective="2024-11-30")
    put(
        book,
        "action",
        [{"action_id": "A", "title": "A", "plan_id": "new", "status": "to_come"}],
        "action_id",
        effective="2026-01-01",
    )
    assert facts.read(book, date(2025, 6, 1)).status["A"] == "done"
    assert facts.read(book, date(2026, 6, 1)).status["A"] == "to_come"


def test_facts_on_a_day_are_those_read_for_that_day_and_share_what_did_not_change(book):
    put(book, "action", [{"action_id": "A", "title": "Un"}], "action_id", effective="2025-01-01")
    put(book, "action", [{"action_id": "A", "title": "Deux"}], "action_id", effective="2026-01-01")
    put(book, "post", [{"post_id": "P", "title": "Coordination"}], "post_id", effective="2025-01-01")
    now = facts.read(book)
    for day in (date(2024, 12, 31), date(2025, 6, 1), date(2026, 1, 1)):
        for name in ("actions", "posts", "criteria"):
            pd.testing.assert_frame_equal(getattr(now.on(day), name), getattr(facts.read(book, day), name))
    assert now.on(date(2025, 6, 1)).posts is now.posts
    assert now.on(date(2025, 6, 1)).actions.loc["A", "title"] == "Un"
    earlier = facts.read(book, date(2025, 6, 1))  # facts of a day know nothing of a later one: read anew
    assert earlier.on(date(2026, 1, 1)).actions.loc["A", "title"] == "Deux"


def test_rows_are_those_of_itertuples():
    table = pd.DataFrame(
        {"n": [1, 2], "on": pd.to_datetime(["2026-01-01", None]), "text": ["a", None]}, index=["x", "y"]
    )
    for ours, theirs in zip(facts.rows(table), table.itertuples(), strict=True):
        for name, value in theirs._asdict().items():
            mine = getattr(ours, name)
            assert type(mine) is type(value)
            assert mine == value or (pd.isna(mine) and pd.isna(value))
