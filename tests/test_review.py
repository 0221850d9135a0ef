"""The annual review on a small plan worked by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from planlib import clients, review, store
from planlib.review import page
from planlib.review.yearly import reasons
from planlib.schema import CODES, PlanError

SAY = {"by": "essai", "why": "cas fait à la main"}


def plain(text: str) -> str:
    """No-break spaces are tested with the words; here they would hide the sentence."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


class Plan:
    """A client's workbook that takes rows as dicts."""

    def __init__(self, workspace, **settings):
        clients.new("essai", "sdc", "SDC d'essai", workspace=workspace, settings=settings)
        self.book = store.open("essai", workspace)

    def put(self, kind, *rows, effective="2025-01-01"):
        self.book.put(kind, pd.DataFrame(rows), effective=effective, **SAY)

    def actions(self, *ids, effective="2025-01-01", **same):
        self.put("action", *[{"action_id": i, "title": f"Action {i}", **same} for i in ids], effective=effective)

    def updates(self, *said):
        rows = [
            {"action_id": action, "updated_on": day, "status": status, **more} for action, day, status, more in said
        ]
        self.put("update", *rows)

    def update(self, action, day, status=None, **more):
        row = {"action_id": action, "updated_on": day, "status": status, **more}
        self.put("update", {name: value for name, value in row.items() if value is not None})


@pytest.fixture
def plan(workspace):
    return Plan(workspace)


@pytest.fixture
def full(plan):
    """Ten actions on two axes: 2 done, 1 ongoing, 7 not done, each with its reason.

    | action | axis | at year's end            | news       | reason, decision             |
    | A1 A2  | 1    | done                     | yes        |                              |
    | A3     | 1    | ongoing                  | yes        |                              |
    | A4     | 1    | under way, on plan       | November   | time, continue               |
    | A5     | 2    | under way, said on plan  | February   | people + time (review)       |
    | A6     | 2    | partly done              | yes        | funding, reduce              |
    | A7     | 2    | postponed to 2026-09     | yes        | people, postpone             |
    | A8     | 2    | dropped                  | yes        | irrelevant, drop             |
    | A9     | 2    | to come (own status)     | none       | people (review)              |
    | B1     | none | to come                  | yes        | other, with its text         |
    """
    plan.put("axis", {"axis_id": "X1", "title": "Animer", "title_en": "Enliven", "number": "1"})
    plan.put("axis", {"axis_id": "X2", "title": "Accueillir", "title_en": "Welcome", "number": "2"})
    plan.actions("A1", "A2", "A3", "A4", axis_id="X1", owner="permanence")
    plan.actions("A5", "A6", "A7", "A8", "A9", axis_id="X2", owner="comité", status="to_come")
    plan.actions("B1")
    plan.updates(
        ("A1", "2025-05-01", "done", {"comment": "Livré avant l'été."}),
        ("A2", "2025-12-31", "done", {}),
        ("A3", "2025-06-01", "ongoing", {}),
        ("A4", "2025-11-15", "under_way", {"health": "on_plan", "reason": "time", "decision": "continue"}),
        ("A5", "2025-02-01", "under_way", {"health": "on_plan", "reason": "budget"}),
        ("A6", "2025-10-01", "partly", {"reason": "funding", "decision": "reduce", "comment": "Demande refusée."}),
        ("A7", "2025-10-02", "postponed", {"reason": "people", "decision": "postpone", "new_date": "2026-09-01"}),
        ("A8", "2025-10-03", "dropped", {"reason": "irrelevant", "decision": "drop"}),
        ("B1", "2025-10-04", "to_come", {"reason": "other", "reason_text": "Le local a été vendu."}),
    )
    plan.put(
        "review",
        {"fiscal_year": 2025, "action_id": "A5", "reason": "people", "reason_second": "time"},
        {"fiscal_year": 2025, "action_id": "A9", "reason": "people", "learned": "Personne n'était nommé."},
    )
    return plan


def test_each_action_is_done_ongoing_or_not_done_and_none_is_lost(full):
    found = review.annual(full.book, 2025)
    assert list(found.done.index) == ["A1", "A2"]
    assert list(found.ongoing.index) == ["A3"]
    assert list(found.not_done.index) == ["A4", "A5", "A6", "A7", "A8", "A9", "B1"]
    assert len(found.actions) == 10


def test_reasons_are_counted_and_the_review_wins_over_the_update(full):
    found = review.annual(full.book, 2025)
    counts = found.by_reason["n"]
    assert counts[counts > 0].to_dict() == {"time": 1, "people": 3, "funding": 1, "irrelevant": 1, "other": 1}
    assert found.by_reason.loc["time", "second"] == 1
    assert found.by_reason.loc["people", "actions"] == "A5 A7 A9"
    assert counts.sum() == len(found.not_done)


def test_no_news_for_the_clients_interval_is_never_on_plan(full):
    found = review.annual(full.book, 2025).actions
    assert found.loc["A4", "health"] == "on_plan"
    assert found.loc["A5", "health"] == "no_update"  # February is more than 100 days before December 31
    assert found.loc["A6", "health"] is None or pd.isna(found.loc["A6", "health"])  # only what is under way


def test_news_of_exactly_the_interval_still_counts(workspace):
    plan = Plan(workspace, update_days=30)
    plan.actions("A1", "A2")
    plan.update("A1", "2025-12-01", "under_way", health="watch", reason="time")  # 30 days before December 31
    plan.update("A2", "2025-11-30", "under_way", health="watch", reason="time")
    found = review.annual(plan.book, 2025).actions["health"]
    assert list(found) == ["watch", "no_update"]


def test_page_one_counts_what_is_without_news(full):
    done, on_plan, money, indicators = review.annual(full.book, 2025).figures
    assert (done.x, done.n, done.unknown) == (2, 10, 1)  # A9
    assert (on_plan.x, on_plan.n, on_plan.unknown) == (1, 2, 1)  # A5 is stale
    assert (money.x, money.n) == (None, None)  # not known is not zero
    assert (indicators.x, indicators.n) == (None, None)
    assert done.last_x is None


def test_a_blank_reason_is_refused_by_name_with_its_owner(full, lang):
    full.put("action", {"action_id": "A0", "title": "Peindre", "title_en": "Paint", "owner": "Léa"})
    with pytest.raises(PlanError) as refused:
        review.annual(full.book, 2025)
    told = {
        "fr": "La revue de 2025 attend encore une précision : A0 « Peindre » (Léa : motif à donner). "
        "Inscrivez-la, ou relancez avec --draft pour une version préliminaire.",
        "en": "The 2025 review still needs one answer: A0 'Paint' (Léa: reason owed). "
        "Fill it in, or run again with --draft for a draft.",
    }
    assert plain(refused.value.text(lang)) == told[lang]


def test_more_than_five_blanks_are_counted_and_the_draft_lists_all_by_owner(plan):
    plan.actions("A1", "A2", "A3", owner="Zoé")
    plan.actions("B1", "B2", "B3", owner="Ali")
    plan.actions("C1")
    with pytest.raises(PlanError, match=r"still needs 7 answers: B1 'Action B1' \(Ali: reason owed\).*; and 2 more\."):
        review.annual(plan.book, 2025)
    blanks = review.annual(plan.book, 2025, draft=True).blanks
    assert list(blanks["action_id"]) == ["B1", "B2", "B3", "A1", "A2", "A3", "C1"]
    assert list(blanks["owner"].dropna().unique()) == ["Ali", "Zoé"]


def test_the_reason_other_owes_a_text_and_a_postponed_action_owes_a_date(plan):
    plan.actions("A1", "A2", "A3")
    plan.update("A1", "2025-03-01", "partly", reason="other")
    plan.update("A2", "2025-03-01", "postponed", reason="time")
    plan.update("A3", "2025-03-01", "dropped")
    blanks = review.annual(plan.book, 2025, draft=True).blanks
    assert list(zip(blanks["action_id"], blanks["missing"], strict=True)) == [
        ("A1", "text"),
        ("A2", "date"),
        ("A3", "reason"),
    ]


def test_the_fiscal_year_starts_when_the_client_says(workspace):
    plan = Plan(workspace, fiscal_start="04-01")
    plan.actions("A1", "A2")
    plan.update("A1", "2026-03-31", "done")  # last day of 2025-2026
    plan.update("A2", "2026-04-01", "done")  # first day of the next
    found = review.annual(plan.book, 2025, draft=True)
    assert (list(found.done.index), list(found.not_done.index)) == (["A1"], ["A2"])


def test_what_is_said_after_the_year_does_not_change_it(full):
    before = review.annual(full.book, 2025).document("fr")
    full.update("A4", "2026-01-15", "done")
    full.actions("N1", effective="2026-02-01")
    assert review.annual(full.book, 2025).document("fr") == before


def test_an_action_set_aside_during_the_year_was_dropped_for_the_reason_written(full):
    full.book.set_aside("action", ["A9"], by="Léa", why="Doublon de A5", effective="2025-06-01")
    row = review.annual(full.book, 2025).not_done.loc["A9"]
    assert (row["status"], row["decision"]) == ("dropped", "drop")
    full.actions("A0")
    full.book.set_aside("action", ["A0"], by="Léa", why="Fait par la Ville", effective="2025-06-01")
    row = review.annual(full.book, 2025).not_done.loc["A0"]
    assert (row["reason"], row["reason_text"]) == ("other", "Fait par la Ville")


def test_actions_due_later_or_not_retained_owe_nothing(plan):
    plan.actions("A1", "A2", "A3")
    plan.actions("L1", earliest_start="2027-01-01", horizon="long")
    plan.put("schedule", {"action_id": "A2", "chosen": False}, {"action_id": "A1", "chosen": True})
    plan.update("A1", "2025-03-01", "done")
    plan.update("A3", "2025-03-01", "done")
    found = review.annual(plan.book, 2025)
    assert list(found.later.index) == ["A2", "L1"]
    assert list(found.actions.index) == ["A1", "A3"]
    assert "A2 and L1" in found.notes[0].text("en")


def test_an_action_cut_in_the_year_was_still_promised(plan):
    plan.actions("A1")
    plan.put("schedule", {"action_id": "A1", "chosen": True, "start": "2025-05-01"})
    plan.put("schedule", {"action_id": "A1", "chosen": False}, effective="2025-03-15")
    assert list(review.annual(plan.book, 2025, draft=True).not_done.index) == ["A1"]


def test_a_plan_entered_afterwards_is_taken_as_entered_and_says_so(plan):
    plan.actions("A1", "A2", effective="2026-11-20")
    plan.update("A1", "2025-04-01", "done")
    found = review.annual(plan.book, 2025, draft=True)
    assert (list(found.done.index), list(found.not_done.index)) == (["A1"], ["A2"])
    assert found.notes[0].text("en").startswith("The plan was entered after fiscal year 2025")


def test_a_year_that_nothing_is_dated_in_has_no_plan(plan, lang):
    plan.actions("A1", effective="2026-11-20")
    with pytest.raises(PlanError) as refused:
        review.annual(plan.book, 1990)
    assert "1990" in refused.value.text(lang)


@pytest.mark.parametrize(
    ("fiscal_start", "dates", "first", "last"),
    [
        ("01-01", {"earliest_start": "2020-12-14", "deadline": "2028-12-14"}, 2020, 2028),
        ("01-01", {"published_start": "2022-05-01", "published_finish": "2024-02-01"}, 2022, 2024),
        ("01-01", {"earliest_start": "2023-02-01"}, 2023, 2023),
        ("07-01", {"earliest_start": "2023-02-01", "deadline": "2024-06-30"}, 2022, 2023),  # 2022-2023 and 2023-2024
    ],
)
def test_a_plan_entered_afterwards_is_that_of_every_year_its_actions_span(workspace, fiscal_start, dates, first, last):
    plan = Plan(workspace, fiscal_start=fiscal_start)
    plan.actions("A1", effective="2030-01-01", **dates)
    for year in range(first, last + 1):
        assert list(review.annual(plan.book, year, draft=True).actions.index) == ["A1"], year
    for year in (first - 1, last + 1):
        with pytest.raises(PlanError, match="no action in force"):
            review.annual(plan.book, year, draft=True)


@pytest.mark.parametrize("year", ["2025", None, 2025.5, 2025.0, True, 9999, 25])
def test_a_year_that_is_not_a_whole_number_of_four_digits_is_refused_in_a_sentence(full, year, lang):
    for asked in (review.annual, review.compare):
        with pytest.raises(PlanError) as refused:
            asked(full.book, year)
        told = plain(refused.value.text(lang))
        assert {"fr": f"« {year} »", "en": f"'{year}'"}[lang] in told and "1900" in told and "2200" in told


def test_a_year_may_be_numpys(full):
    assert review.annual(full.book, np.int64(2025)).document("fr") == review.annual(full.book, 2025).document("fr")


@pytest.fixture
def two_years(plan):
    """2025: A1 done, A2 to A5 not. 2026: A2 and A3 renumbered, A4 dropped, A5 set aside, N1 and N2 new."""
    plan.put("axis", {"axis_id": "X1", "title": "Animer"})
    for number, action in enumerate(["A1", "A2", "A3", "A4", "A5"], start=1):
        plan.actions(action, number=f"1.{number}", axis_id="X1")
    plan.update("A1", "2025-06-01", "done")
    for action in ("A2", "A3", "A4", "A5"):
        plan.update(action, "2025-11-01", "partly", reason="time")
    plan.put(
        "action", {"action_id": "A2", "number": "3.4"}, {"action_id": "A3", "number": "1.2"}, effective="2026-01-01"
    )
    plan.actions("N1", "N2", effective="2026-01-01")
    plan.book.set_aside("action", ["A5"], by="Léa", why="Retirée par le CA", effective="2026-01-01")
    plan.update("A4", "2026-03-01", "dropped", reason="context")
    return plan


def test_years_are_compared_by_the_id_kept_for_life(two_years):
    found = review.compare(two_years.book, 2026)
    assert list(found.carried.index) == ["A2", "A3"]
    assert list(found.new.index) == ["N1", "N2"]
    assert list(found.dropped.index) == ["A4", "A5"]
    assert list(found.closed.index) == ["A1"]
    assert list(found.carried["number_before"]) == ["1.2", "1.3"]
    assert list(found.carried["number"]) == ["3.4", "1.2"]


def test_an_action_taken_up_again_in_a_new_plan_starts_afresh(plan):
    plan.put("plan", {"plan_id": "P1", "title": "2022-2024", "starts": "2022-01-01", "ends": "2024-12-31"})
    plan.actions("A1", "A2", plan_id="P1", effective="2022-01-01")
    plan.update("A1", "2024-12-10", "done")
    plan.update("A2", "2024-12-10", "done")
    plan.put("plan", {"plan_id": "P2", "title": "2025-2027", "starts": "2025-01-01", "ends": "2027-12-31"})
    plan.actions("A1", plan_id="P2", status="to_come", effective="2025-01-15")
    found = review.annual(plan.book, 2025, draft=True)
    assert found.actions["status"].to_dict() == {"A1": "to_come"}  # A2 was closed with its plan
    assert list(found.carried.index) == ["A1"]
    assert list(review.annual(plan.book, 2024).done.index) == ["A1", "A2"]


def test_last_years_figures_stand_beside_this_years(two_years):
    done = review.annual(two_years.book, 2026, draft=True).figures[0]
    assert (done.last_x, done.last_n) == (1, 5)
    assert (done.x, done.n) == (0, 5)  # A2, A3, A4, N1, N2; A1 was closed, A5 left on the first day


def test_a_first_year_says_that_there_is_nothing_to_compare(full):
    found = review.annual(full.book, 2025)
    assert found.carried.empty
    assert found.notes[-1].text("fr").startswith("Aucun plan de l’exercice précédent")


def test_money_used_leaves_the_unknown_out_and_counts_it(full):
    full.put("source", {"source_id": "cotis", "title": "Cotisations"}, {"source_id": "subv", "title": "Subvention"})
    full.put("source", {"source_id": "espoir", "title": "Demande", "status": "requested"})
    full.put("budget", {"source_id": "cotis", "fiscal_year": 2025, "amount": 60000.0})
    full.put("budget", {"source_id": "subv", "fiscal_year": 2025, "amount": 20000.0})
    full.put("budget", {"source_id": "espoir", "fiscal_year": 2025, "amount": 99000.0})
    full.put(
        "spending",
        {"spending_id": "D1", "source_id": "cotis", "fiscal_year": 2025, "amount": 12500.0},
        {"spending_id": "D2", "source_id": "cotis", "paid": "2025-07-01", "amount": 500.0},
        {"spending_id": "D3", "source_id": "cotis", "fiscal_year": 2025},
        {"spending_id": "D4", "source_id": "cotis", "fiscal_year": 2024, "amount": 7.0},
    )
    money = review.annual(full.book, 2025).figures[2]
    assert (money.x, money.n, money.unit) == (13000.0, 80000.0, "CAD")
    assert money.unknown == 2  # the grant without spending, and D3 without an amount


def test_currencies_are_never_added(full):
    full.put("budget", {"source_id": "a", "fiscal_year": 2025, "amount": 10.0, "currency": "EUR"})
    full.put("budget", {"source_id": "b", "fiscal_year": 2025, "amount": 20.0})
    table = review.annual(full.book, 2025).money
    assert table["budget"].to_dict() == {"CAD": 20.0, "EUR": 10.0}
    assert list(table.index) == ["CAD", "EUR"]


@pytest.mark.parametrize(
    ("card", "actual", "state"),
    [
        ({"baseline": 10.0, "target": 20.0, "target_date": "2025-12-31"}, 20.0, "reached"),
        ({"baseline": 10.0, "target": 20.0, "target_date": "2025-12-31"}, 19.0, "behind"),
        ({"baseline": 10.0, "target": 5.0, "target_date": "2025-12-31"}, 4.0, "reached"),  # less is better
        (
            {"baseline": 10.0, "baseline_date": "2024-12-31", "target": 20.0, "target_date": "2026-12-31"},
            15.0,
            "on_course",
        ),
        (
            {"baseline": 10.0, "baseline_date": "2024-12-31", "target": 20.0, "target_date": "2026-12-31"},
            14.9,
            "behind",
        ),
        ({"baseline": 10.0, "target": 20.0, "target_date": "2026-12-31"}, 15.0, "too_early"),
        ({"sense": "max"}, 15.0, "no_target"),
        ({"target": 20.0}, 25.0, "no_target"),  # which way is better is not guessed
        ({"baseline": 10.0, "target": 20.0}, None, "not_measured"),
    ],
)
def test_an_indicator_is_judged_by_its_target_or_the_line_to_it(full, card, actual, state):
    full.put("indicator", {"indicator_id": "I1", "title": "Locaux vacants", "action_id": "A1", **card})
    full.put("measure", {"indicator_id": "I1", "measured_on": "2024-12-31", "actual": 99.0})
    if actual is not None:
        full.put("measure", {"indicator_id": "I1", "measured_on": "2025-12-31", "actual": actual})
    found = review.annual(full.book, 2025)
    assert found.indicators.loc["I1", "state"] == state
    assert found.indicators.loc["I1", "axis_id"] == "X1"
    assert found.figures[3].unknown == (state == "not_measured")


def test_axes_share_out_the_plan_and_one_without_action_shows(full):
    full.put("axis", {"axis_id": "X3", "title": "Vide", "number": "10"})
    full.put("axis", {"axis_id": "X1a", "title": "Sous-axe", "parent_id": "X1", "level": "subaxis"})
    full.put("action", {"action_id": "A2", "axis_id": "X1a"})
    table = review.annual(full.book, 2025).by_axis
    assert list(table.index) == ["X1", "X2", "X3", ""]  # 2 before 10; without an axis last
    assert list(table["promised"]) == [4, 5, 0, 1]
    assert list(table["done"]) == [2, 0, 0, 0]
    assert table["not_done"].sum() == 7
    assert table.loc["X2", "learned"] == "Personne n'était nommé."


def test_the_sentence_on_the_strategy_counts_what_moves(full, lang):
    # Moving: A1, A2, A3 and A4 of ten. Reasons: people for 3 of 7.
    told = {
        "fr": "La stratégie tient en partie : 4 actions sur 10 sont réalisées, en continu ou conformes "
        "à l’échéancier ; « Animer » est l’axe le plus avancé, « Accueillir » le plus en retard ; "
        "premier motif de ce qui n’est pas fait : le manque de ressources humaines (3 sur 7).",
        "en": "The strategy holds in part: 4 of 10 actions are done, ongoing or on plan; "
        "“Enliven” is furthest ahead, “Welcome” furthest behind; "
        "the main reason for what is not done is lack of people (3 of 7).",
    }
    assert plain(review.annual(full.book, 2025).strategy.text(lang)) == told[lang]


@pytest.mark.parametrize(
    ("moving", "told"),
    [
        ((2, 2, 1), "; “C” is furthest behind"),
        ((2, 1, 1), "; “A” is furthest ahead"),
        ((2, 1, 0), "; “A” is furthest ahead, “C” furthest behind"),
        ((2, 2, 0, 0), ""),
        ((1, 1), ""),
        ((2,), ""),
    ],
)
def test_an_axis_that_shares_its_place_is_not_named_whatever_the_order_of_the_rows(moving, told):
    """Two actions promised on each axis, A to D."""
    names = list("ABCD")[: len(moving)]
    by_axis = pd.DataFrame({"promised": 2, "done": moving, "ongoing": 0, "on_plan": 0}, index=names)
    by_axis["title_fr"] = by_axis["title_en"] = names
    for order in itertools.permutations(names):
        ends = page._ends(by_axis.loc[list(order)])
        assert (ends.text("en") if ends else "") == told


def test_tied_axes_give_one_sentence_whatever_the_order_they_were_entered_in(tmp_path, lang):
    told = set()
    for order in itertools.permutations(["Animer", "Bâtir", "Cultiver"]):
        plan = Plan(tmp_path / "-".join(order))
        for n, title in enumerate(order, start=1):
            plan.put("axis", {"axis_id": f"X{n}", "title": title})
            done, left = f"{title[0]}1", f"{title[0]}2"
            plan.actions(done, left, axis_id=f"X{n}")
            plan.update(done, "2025-06-01", "done" if title != "Cultiver" else "partly", reason="time")
            plan.update(left, "2025-06-01", "partly", reason="time")
        told.add(plain(review.annual(plan.book, 2025).strategy.text(lang)))
    assert len(told) == 1
    assert {"fr": "« Cultiver » est l’axe le plus en retard", "en": "“Cultiver” is furthest behind"}[lang] in told.pop()


@pytest.mark.parametrize(
    ("done", "quiet", "context", "key"),
    [
        (6, 0, 0, "strategy_holds"),
        (5, 0, 0, "strategy_partly"),
        (3, 0, 0, "strategy_partly"),
        (2, 0, 0, "strategy_stalled"),
        (6, 5, 0, "strategy_silent"),
        (2, 4, 3, "strategy_questioned"),
        (2, 4, 2, "strategy_stalled"),
        (6, 0, 1, "strategy_holds"),
    ],
)
def test_where_the_strategy_stands_follows_its_stated_shares(done, quiet, context, key):
    """Nine actions, `done` of them done: a third is 3, two thirds 6. A third of 7 reasons is more than 2."""
    n = 9
    actions = pd.DataFrame({"status": ["done"] * done + ["partly"] * (n - done)})
    actions["health"] = None
    actions["has_news"] = [False] * quiet + [True] * (n - quiet)
    actions["reason"] = [None] * done + ["context"] * context + ["time"] * (n - done - context)
    actions["reason_second"] = None
    actions.index = pd.Index([f"A{i}" for i in range(n)], name="action_id")
    by_reason = reasons(actions[actions["status"] != "done"])
    by_axis = pd.DataFrame(columns=["promised", "done", "ongoing", "on_plan"])
    found = page.strategy(actions, by_axis, by_reason)
    assert found.key == f"review.{key}"
    assert found.text("fr") != found.text("en")


def test_a_decision_says_what_it_costs_and_frees(full, lang):
    full.put("demand", {"action_id": "A7", "role_id": "coord", "effort_days": 12.0})
    full.put(
        "cost",
        {"action_id": "A7", "source_id": "cotis", "fiscal_year": 2026, "amount_low": 4000.0, "amount_high": 6000.0},
        {"action_id": "A6", "source_id": "cotis", "fiscal_year": 2026, "amount_high": 1500.0},
    )
    decisions = review.annual(full.book, 2025).decisions
    assert [d.actions for d in decisions] == [("A5", "A9", "B1"), ("A7",), ("A6",)]  # undecided, then by days, by money
    told = [
        {"fr": "Trancher le sort de 3 actions non réalisées", "en": "Settle what becomes of 3 actions not done"},
        {"fr": "Confirmer le report d’une action", "en": "Confirm that one action is postponed"},
        {"fr": "Réduire la portée d’une action", "en": "Reduce the scope of one action"},
    ]
    assert [d.what.text(lang) for d in decisions] == [t[lang] for t in told]
    frees = plain(decisions[1].frees.text(lang))
    assert (
        frees
        == {
            "fr": "12 jours de travail et de 4 000 $ à 6 000 $",
            "en": "12 days of work and $4,000 to $6,000",
        }[lang]
    )
    assert decisions[0].costs.text(lang) == {"fr": "pas encore connu", "en": "not known yet"}[lang]
    assert decisions[2].costs.text("en") == "$1,500"


def test_decisions_written_for_the_year_come_first(full):
    row = {"decision_id": "D1", "fiscal_year": 2025, "text_fr": "Engager une personne", "text_en": "Hire someone"}
    full.put("decision", {**row, "costs": "45 000 $", "frees": "80 jours"})
    first = review.annual(full.book, 2025).decisions[0]
    assert (first.what.text("fr"), first.what.text("en")) == ("Engager une personne", "Hire someone")
    assert (first.costs.text("en"), first.frees.text("fr")) == ("$45,000", "80 jours")


@pytest.mark.parametrize(
    ("typed", "french"),
    [
        ("45 000 $", "45 000 $"),
        ("$45,000", "45 000 $"),
        ("$ 500", "500 $"),
        ("1 200 000$", "1 200 000 $"),
        ("$4,5 or so", "$4,5 or so"),
        ("$45,00", "$45,00"),  # no amount that planlib knows: told as written
    ],
)
def test_a_bare_amount_is_told_as_each_language_writes_it(full, typed, french):
    full.put("decision", {"decision_id": "D1", "fiscal_year": 2025, "text_fr": "Engager", "costs": typed})
    told = review.annual(full.book, 2025).decisions[0].costs.text("fr")
    assert told.replace("\u00a0", " ") == french


def test_next_year_holds_each_unfinished_action_once(full):
    full.actions("L1", earliest_start="2026-03-01", owner="comité")
    draft = review.annual(full.book, 2025).next_year
    moves = draft.groupby("move").groups
    assert {name: list(ids) for name, ids in moves.items()} == {
        "in": ["A3", "A4", "A6", "L1"],
        "moved": ["A7"],
        "out": ["A8"],
        "to_decide": ["A5", "A9", "B1"],
    }
    assert draft.loc[["A3", "L1"], "why"].to_list() == ["ongoing", "due"]


def test_what_was_dropped_comes_back_where_the_review_decides_so(full):
    full.update("A8", "2025-12-20", "dropped", reason="irrelevant", decision="reduce", new_date="2026-07-01")
    found = review.annual(full.book, 2025)
    assert found.not_done.loc["A8", ["status", "decision"]].to_list() == ["dropped", "reduce"]
    assert found.next_year.loc["A8", ["move", "why", "comes"]].to_list() == ["in", "reduce", True]


def test_the_load_counts_each_owner_and_what_is_not_known(full):
    full.put("demand", {"action_id": "A6", "role_id": "coord", "effort_days": 5.0})
    full.put("demand", {"action_id": "A7", "role_id": "coord", "effort_size": "M"})  # 10 days by the legend
    loads = review.annual(full.book, 2025).loads
    assert loads.loc["comité", ["this_year", "next_year"]].to_list() == [5, 4]  # A8 is out
    assert loads.loc["comité", "effort_days"] == 15.0
    assert loads.loc["comité", "unknown_days"] == 2  # A5 and A9
    assert pd.isna(loads.loc["permanence", "effort_days"])  # nothing known is not zero


def test_the_firms_rows_never_show_and_internal_words_stay_out_of_public(full):
    full.put("action", {"action_id": "F1", "title": "SECRET-FIRME", "edition": "firm"})
    full.put("observation", {"observation_id": "O1", "text": "SECRET-FIRME"})
    full.update("A4", "2025-12-01", "under_way", comment="MOT-INTERNE", reason="time", health="on_plan")
    internal, public = (review.annual(full.book, 2025, edition=e) for e in ("internal", "public"))
    for found in (internal, public):
        assert "F1" not in found.actions.index
        assert found.observations.empty
        assert "SECRET-FIRME" not in str([getattr(found, name) for name in found.__slots__])
    assert "MOT-INTERNE" in internal.history["comment"].to_list()
    assert "MOT-INTERNE" not in str(public.document("fr")) + public.history.to_csv() + public.actions.to_csv()
    assert internal.by_reason["n"].equals(public.by_reason["n"])


def test_an_unknown_edition_is_refused(full):
    with pytest.raises(PlanError, match="'secret' is not an edition"):
        review.annual(full.book, 2025, edition="secret")


def test_the_line_names_its_day_and_its_file(full):
    full.update("A6", "2025-11-01", comment="Refus confirmé", origin="suivi.csv, ligne 4")
    rows = {row["action_id"]: row["line"] for row in review.annual(full.book, 2025).document("en")["not_done"]}
    assert rows["A6"] == "Refus confirmé (November 1, 2025, suivi.csv, ligne 4)"
    assert rows["A9"] == "Personne n'était nommé."
    assert rows["A5"] is None


def test_no_action_is_lost_and_the_order_of_rows_never_shows(tmp_path):
    """Every status with every reason, entered in two orders."""
    told = list(itertools.product([None, *CODES["status"]], [None, *CODES["reason"]]))
    ids = [f"A{n:02d}" for n in range(len(told))]
    documents = []
    for order in (ids, sorted(ids, key=lambda action: action[::-1], reverse=True)):
        plan = Plan(tmp_path / str(len(documents)))
        plan.actions(*order)
        said = dict(zip(ids, told, strict=True))
        plan.updates(*((action, "2025-06-01", said[action][0], {"reason": said[action][1]}) for action in order))
        found = review.annual(plan.book, 2025, draft=True)
        assert len(found.done) + len(found.ongoing) + len(found.not_done) == len(ids) == 80
        assert len(found.not_done) == 60  # six statuses of eight, ten reasons or none
        assert set(found.by_reason["n"]) == {6}
        documents.append(found.document("fr"))
    assert documents[0] == documents[1]
