"""Lengths of time in words: a span stays a span, in weeks where it lasts, in horizons where it says when."""

from __future__ import annotations

import pytest

from planlib import clients, ingest, store
from planlib.ingest.spans import horizon_of, weeks_of
from planlib.ingest.values import parse_when
from planlib.schema import PlanError


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("2-3 ans", (104, 156)),
        ("2 à 3 ans", (104, 156)),
        ("2 to 3 years", (104, 156)),
        ("entre 1 et 3 ans", (52, 156)),
        ("0–12 mois", (0, 52)),
        ("6 mois à 1 an", (26, 52)),
        ("moins d’un an", (0, 52)),
        ("5 ans et plus", (260, None)),
        ("5+ years", (260, None)),
        ("3 semaines", (3, 3)),
    ],
)
def test_a_length_of_time_is_its_least_and_its_most_in_weeks(words, span):
    assert weeks_of(words) == span  # a year is 52 weeks
    with pytest.raises(PlanError) as no_date:
        parse_when(words)
    assert no_date.value.key == "parse.when_horizon" and words in no_date.value.text("fr")


@pytest.mark.parametrize("words", ["2026-2027", "T1 2026", "12", "3-2 ans", "2 ans - 3", "mai 2026", "an 1", "2-3", ""])
def test_what_has_no_unit_or_goes_backwards_is_no_length_of_time(words):
    assert weeks_of(words) is None


def test_a_horizon_is_the_one_that_holds_the_whole_span():
    assert [horizon_of(words) for words in ("0-12 mois", "1-3 ans", "3-5 ans", "5 ans et plus", "6 mois à 2 ans")] == [
        "short", "medium", "long", "long", None,
    ]  # fmt: skip
    assert [horizon_of(words, 24, 60) for words in ("0-2 ans", "2-5 ans", "5+ ans", "1-3 ans")] == [
        "short", "medium", "long", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words", ["avant d'ici juin 2026", "après à partir de 2026", "à partir de avant 2026", "by after 2026"]
)
def test_a_limit_of_a_limit_is_asked(words):
    with pytest.raises(PlanError) as unread:
        parse_when(words)
    assert unread.value.key == "parse.when_unread"


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.csv"
    lines = ("Action;Horizon;Échéancier;Durée", "Parc;2-3 ans;;2-3 ans", "Rue;;1-3 ans;6 mois", "Quai;0-2 ans;;18 mois")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_span_is_kept_in_words_and_one_duration_is_asked_for(plan, lang):
    imported = ingest.read(plan, "actions")
    table = imported.table
    assert table["horizon"].tolist() == ["medium", "medium", None]
    assert table["horizon_found"].tolist() == ["2-3 ans", "1-3 ans", "0-2 ans"]
    assert table["duration_found"].tolist() == ["2-3 ans", "6 mois", "18 mois"]
    assert table["duration_weeks"].tolist() == [None, 26, 78]
    assert "earliest_start" not in table or table["earliest_start"].isna().all()
    (asked,) = imported.to_json(lang)["questions"]
    assert (asked["key"], asked["default"], asked["row"], asked["column"]) == ("weeks.2-3-ans", "unknown", 2, "D")
    assert [choice["value"] for choice in asked["choices"]] == ["104", "156", "unknown"]
    settled = ingest.read(plan, "actions", {"weeks.2-3-ans": "156"})
    assert not settled.questions and settled.table["duration_weeks"].tolist() == [156, 26, 78]


def test_the_limits_of_the_client_say_which_horizon_a_span_is(plan, workspace, lang):
    clients.new("essai", "generic", "Essai", workspace=workspace)
    with store.open("essai", workspace) as book:
        assert ingest.resolve(ingest.read(plan, "actions"), book).table["horizon"].tolist()[:2] == ["medium", "medium"]
        settings = book.table("client").iloc[[0]].assign(short_months=24, medium_months=60)
        book.put("client", settings, by="test", why="limites")
        imported = ingest.resolve(ingest.read(plan, "actions"), book)
    assert imported.table["horizon"].tolist() == ["medium", None, "short"]
    told = [repair for repair in imported.repairs if repair.why.startswith("ingest.horizon_")]
    assert [(r.row, r.why) for r in told if r.why in ("ingest.horizon_by_client", "ingest.horizon_across")] == [
        (3, "ingest.horizon_across"), (4, "ingest.horizon_by_client"),
    ]  # fmt: skip
    assert all(r.text(lang) for r in told)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("T1 et T2 2026", "2026-01-01", "2026-06-30"),
        ("été et automne 2026", "2026-06-01", "2026-11-30"),
        ("fin du T2 2026", "2026-06-01", "2026-06-30"),
        ("beginning of Q3 2026", "2026-07-01", "2026-07-31"),
    ],
)
def test_periods_that_follow_each_other_are_one_and_a_quarter_has_three_parts(words, first, last):
    start, end, *_ = parse_when(words)
    assert (start.isoformat(), end.isoformat()) == (first, last)


@pytest.mark.parametrize("words", ["T1 et T3 2026", "mars et juin 2026", "March and June 2026"])
def test_two_moments_are_no_period(words):
    with pytest.raises(PlanError):
        parse_when(words)
