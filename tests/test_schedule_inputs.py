"""From a workbook to a schedule problem: what it lacks is a stated default, said aloud."""

from datetime import date

import pandas as pd
import pytest

from planlib import clients, facts, store
from planlib.schedule import solve, stored
from planlib.schedule.inputs import inputs
from planlib.schedule.reasons import Money, Reason
from planlib.schema import PlanError

START = date(2026, 1, 5)  # a Monday


@pytest.fixture
def book(tmp_path):
    clients.new("essai", "sdc", "SDC d'essai", workspace=tmp_path, settings={"plan_years": 1, "default_weeks": 4.0})
    with store.open("essai", tmp_path) as book:
        yield book


def put(book, kind, *rows):
    table = pd.DataFrame(rows)
    book.put(kind, table, by="ana", why="essai", effective="2026-01-01")


def read(book, scores=None, **changes):
    return inputs(facts.read(book), pd.Series(scores or {}, dtype="float64"), START, changes or None)


def said(found, lang="en"):
    return [reason.text(lang) for _, reason in found.assumed]


def test_an_action_with_nothing_but_a_title_is_planned_on_stated_defaults(book):
    put(book, "action", {"action_id": "A-1", "title": "Marché"})
    found = read(book)
    assert found.problem.modes["duration_weeks"].tolist() == [4]
    text = " | ".join(said(found))
    assert "A-1: neither judged nor given a priority; value 0.5 out of 1" in text
    assert "A-1: unknown duration, 4 weeks by default" in text
    assert "No budget is known for these years" in text
    assert all(said(found, "fr"))


def test_effort_is_spread_over_the_weeks_and_sizes_take_the_clients_legend(book):
    put(book, "action", *({"action_id": a, "title": a, "duration_weeks": 5} for a in ("A", "B")))
    put(book, "role", {"role_id": "coord", "title": "Coordination"})
    put(
        book,
        "demand",
        {"action_id": "A", "role_id": "coord", "effort_days": 20.0, "effort_size": None},
        {"action_id": "B", "role_id": "coord", "effort_days": None, "effort_size": "L"},
    )
    found = read(book)
    assert found.problem.effort["days_per_week"].tolist() == [4.0, 6.0]  # 20 / 5 and 30 / 5
    assert "B: effort L, counted as 30 days" in said(found)


def test_a_periods_days_are_spread_over_the_weeks_of_its_thursdays(book):
    put(book, "action", {"action_id": "A", "title": "A"})
    put(book, "demand", {"action_id": "A", "role_id": "coord", "effort_days": 4.0})
    put(
        book,
        "capacity",
        {"role_id": "coord", "period": "2026-01", "days": 10.0},
        {"role_id": "coord", "period": "2026-Q2", "days": 26.0},
    )
    capacity = read(book).problem.capacity.set_index("week")["days"]
    # January 2026 has five Thursdays (1, 8, 15, 22, 29); the first is in the week before week 0.
    assert capacity.loc[0:3].tolist() == [2.0] * 4
    # The second quarter has thirteen Thursdays; April 2 is the Thursday of week 12.
    assert capacity.loc[12:24].tolist() == [2.0] * 13
    assert capacity[4] == pytest.approx(10 * 7 / (365.25 / 12))  # February: the default, 10 days a month


def test_a_cost_without_a_source_falls_to_the_largest_budget_and_a_range_counts_for_its_middle(book):
    put(
        book,
        "action",
        {"action_id": "A", "title": "A", "cost_low": 5000.0, "cost_high": 10000.0},
        {"action_id": "B", "title": "B", "cost_low": None, "cost_high": None},
    )
    put(
        book,
        "budget",
        {"source_id": "small", "fiscal_year": 2026, "amount": 1000.0},
        {"source_id": "big", "fiscal_year": 2026, "amount": 50000.0},
    )
    found = read(book)
    cost = found.problem.cost.set_index("action_id")
    assert cost["source_id"].tolist() == ["big", "big"]
    assert cost.loc["A", "amount"] == 7500.0
    assert cost.loc["B", "amount"] == 5000.0  # the stated default, never zero
    text = said(found)
    assert "A: cost given as a range, counted at its middle ($7,500)" in text
    assert "B: cost to find, $5,000 by default" in text


def test_money_in_another_currency_is_neither_converted_nor_counted(book):
    put(book, "action", {"action_id": "A", "title": "A", "cost_low": 100.0, "cost_high": 100.0, "currency": "EUR"})
    put(book, "budget", {"source_id": "s", "fiscal_year": 2026, "amount": 50.0, "currency": "CAD"})
    found = read(book)
    assert found.problem.cost.empty
    assert any("€100, in another currency" in text for text in said(found))


def test_a_deadline_that_was_past_at_the_start_limits_nothing_and_says_so(book):
    put(book, "action", {"action_id": "A", "title": "A", "deadline": "2020-06-30"})
    found = read(book)
    assert found.problem.actions.loc["A", "deadline"] is None
    assert "A: its deadline (June 30, 2020) was past when the plan starts; it limits nothing" in said(found)


def test_what_is_done_dropped_refused_by_a_gate_or_forced_out_stays_outside_with_its_reason(book):
    for action, status in [("A", "done"), ("B", "dropped"), ("C", "to_come"), ("D", None), ("E", None)]:
        put(book, "action", {"action_id": action, "title": action, "status": status})
    put(book, "gate", {"action_id": "C", "gate_id": "mandate", "result": "fail"})
    found = read(book, D="out")
    assert {action: reason.text("en") for action, reason in found.outside.items()} == {
        "A": "is already done",
        "B": "was dropped",
        "C": "does not pass the gate 'mandat'",
        "D": "is left out by this scenario",
    }
    assert list(found.problem.actions.index) == ["E"]


def test_where_no_first_step_is_named_longer_actions_do_without_and_it_is_said(book):
    put(book, "action", {"action_id": "L", "title": "Place", "horizon": "long"}, {"action_id": "S", "title": "Étude"})
    found = read(book)
    assert not found.problem.limits.first_steps
    assert "No first step is named: medium- and long-term actions are planned without one" in said(found)
    put(book, "action", {"action_id": "S", "title": "Étude", "first_step_of": "L"})
    found = read(book)
    assert found.problem.limits.first_steps
    assert not any("first step" in text for text in said(found))


def test_a_score_comes_before_a_stated_priority(book):
    put(book, "action", *({"action_id": a, "title": a, "priority": "essential"} for a in ("A", "B")))
    assert read(book, {"A": 0.3}).problem.actions["value"].to_dict() == {"A": 0.3, "B": 1.0}


def test_forcing_an_unknown_action_is_refused(book):
    put(book, "action", {"action_id": "A", "title": "A"})
    with pytest.raises(PlanError, match="no action 'Z' in this plan"):
        read(book, Z="in")


def test_a_reason_kept_in_the_workbook_reads_back_in_both_languages():
    inner = Reason("assume.cost", {"action": "A-1", "amount": Money(5000.0, "EUR")})
    outer = Reason("assume.deadline_past", {"action": "A-1", "day": date(2026, 3, 1)})
    for reason in (inner, outer):
        back = stored.unpack(stored.pack(reason))
        assert back.text("fr") == reason.text("fr")
        assert back.text("en") == reason.text("en")


def test_a_workbooks_sources_pay_by_status_and_each_one_not_counted_is_told(book):
    put(book, "source", {"source_id": "F", "title": "Fonds", "status": "confirmed"},
        {"source_id": "G", "title": "Don", "status": "requested"},
        {"source_id": "H", "title": "Mécène", "status": "to_find"})  # fmt: skip
    put(book, "budget", *({"source_id": s, "fiscal_year": 2026, "amount": 1000.0} for s in "FGH"))
    put(book, "action", *({"action_id": a, "title": a, "duration_weeks": 2.0} for a in "ABC"))
    put(book, "cost", *(
        {"action_id": a, "source_id": s, "fiscal_year": 2026, "amount_low": 500.0, "amount_high": 500.0}
        for a, s in zip("ABC", "FGH", strict=True)
    ))  # fmt: skip
    found = solve(read(book).problem, repeatable=True)
    assert found.actions["chosen"].to_dict() == {"A": True, "B": False, "C": False}
    told = [str(note) for note in found.assumed]
    for source in "GH":
        assert f"$1,000 of {source} for 2026 is not confirmed: the plan does not count on it." in told
    assert not any("of F for 2026 is not confirmed" in note for note in told)
