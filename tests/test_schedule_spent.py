"""Money already spent is gone: from the budgets, from what actions still cost, and it counts as used."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest
from toy_plan import bills, money, problem

from planlib import clients, decide, facts, store
from planlib.cli import main
from planlib.schedule import replan, solve
from planlib.schema import PlanError

MARCH = date(2026, 3, 16)  # a Monday


@pytest.fixture
def book(tmp_path):
    """10 000 $ for 2026; three actions of 3 000 $: A done, B under way, C and D to come. Nobody limits them."""
    settings = {"plan_years": 1, "default_weeks": 4.0, "parallel_limit": None, "owner_limit": None}
    clients.new("essai", "sdc", "SDC d'essai", workspace=tmp_path, settings=settings)
    with store.open("essai", tmp_path) as book:
        put(
            book,
            "action",
            *(
                {
                    "action_id": a,
                    "title": a,
                    "duration_weeks": 4.0,
                    "cost_low": 3000.0,
                    "cost_high": 3000.0,
                    "status": s,
                }
                for a, s in (("A", "done"), ("B", "under_way"), ("C", "to_come"), ("D", "to_come"))
            ),
        )
        put(book, "budget", {"source_id": "F", "fiscal_year": 2026, "amount": 10_000.0})
        put(
            book,
            "schedule",
            *(
                {"action_id": a, "chosen": True, "mode": "full", "start": start, "finish": finish}
                for a, start, finish in (
                    ("A", "2026-01-05", "2026-01-30"),
                    ("B", "2026-03-02", "2026-03-27"),
                    ("C", "2026-04-06", "2026-05-01"),
                )
            ),
        )
        yield book


def put(book, kind, *rows):
    book.put(kind, pd.DataFrame(rows), by="ana", why="essai", effective="2026-01-01")


def planned(book, **how):
    return decide.plan(facts.read(book, today=MARCH), MARCH, time_limit=5, **how)


def chosen(plan) -> list[str]:
    return list(plan.actions.index[plan.actions["chosen"].astype(bool)])


def fund(plan) -> list[float]:
    return plan.schedule.use.set_index("source_id").loc["F", ["used", "capacity"]].tolist()


def said(plan) -> list[str]:
    return [reason.text("en") for _, reason in plan.inputs.assumed if "spent" in reason.key]


def test_dates_kept_in_march_count_what_january_spent(book):
    """A cost 3 500 $ and B's 3 000 $ are due: 3 500 $ are left, so C (3 000 $) stays and D, 3 000 $ more, does not."""
    put(
        book,
        "spending",
        {"spending_id": "S1", "action_id": "A", "source_id": "F", "fiscal_year": 2026, "amount": 3500.0,
         "paid": "2026-02-02"},
    )  # fmt: skip
    plan = planned(book, keep_dates=True)
    assert chosen(plan) == ["A", "B", "C"]  # what is done stays in the plan it was done by
    assert plan.actions.loc["A", ["start", "finish"]].tolist() == [
        pd.Timestamp("2026-01-05"), pd.Timestamp("2026-01-30")
    ]  # fmt: skip
    assert fund(plan) == [9500.0, 10_000.0]
    assert plan.actions["why_not"]["D"].text("en") == "It would take $2,500 of F in 2026."
    assert said(plan) == [
        "B: begun, its share not all recorded as spent; $3,000 of F in 2026, as planned, counted as spent",
        "F, 2026: $6,500 already spent or committed; the plan counts on the rest",
    ]


def test_a_plan_made_anew_does_not_pay_twice_for_what_is_paid(book):
    """B's 3 000 $ and A's planned 3 000 $ are spent; C costs 3 000 $; 1 000 $ are left, so D stays out."""
    plan = planned(book)
    assert set(chosen(plan)) in ({"B", "C"}, {"B", "D"})
    assert fund(plan) == [9000.0, 10_000.0]


def test_what_is_spent_on_an_action_to_come_comes_off_its_bill(book):
    """A 3 000 $, B 3 000 $, 1 200 $ of C's 3 000 $ signed: 1 800 $ remain of C, 9 000 $ in all."""
    put(
        book,
        "spending",
        {"spending_id": "S1", "action_id": "C", "source_id": "F", "fiscal_year": 2026, "amount": 1200.0,
         "paid": None, "committed": "contrat"},
    )  # fmt: skip
    plan = planned(book, keep_dates=True)
    assert chosen(plan) == ["A", "B", "C"]
    assert fund(plan) == [9000.0, 10_000.0]
    assert plan.inputs.problem.cost.set_index("action_id").loc["C", "amount"] == 1800.0


def test_spending_that_no_budget_knows_is_said_and_not_counted(book):
    put(
        book,
        "spending",
        {"spending_id": "S1", "action_id": "A", "source_id": "Z", "fiscal_year": 2026, "amount": 5.0},
        {"spending_id": "S2", "action_id": "A", "source_id": "F", "fiscal_year": 2025, "amount": 7.0},
        {"spending_id": "S3", "action_id": "A", "source_id": "F", "fiscal_year": 2026, "amount": None},
    )  # fmt: skip
    texts = [text for text in said(planned(book, keep_dates=True)) if text.startswith("Spending")]
    assert [text.split(":")[0] for text in texts] == ["Spending S1", "Spending S3"]


def test_the_stored_plan_uses_what_was_really_spent(book):
    """A cost 500 $ more than the plan had."""
    put(
        book,
        "spending",
        {"spending_id": "S1", "action_id": "A", "source_id": "F", "fiscal_year": 2026, "amount": 3500.0,
         "paid": "2026-02-02"},
    )  # fmt: skip
    from planlib.schedule import use

    found = use.of_stored(facts.read(book, today=MARCH)).use
    assert found.set_index("source_id").loc["F", ["used", "capacity"]].tolist() == [9500.0, 10_000.0]


def test_the_command_keeps_dates_under_a_cut_and_its_sums_match(book, tmp_path, capsys):
    put(book, "budget", {"source_id": "F", "fiscal_year": 2026, "amount": 8000.0})
    book.close()
    with pytest.raises(SystemExit, match="0"):
        main(
            ["schedule", "essai", "--keep-dates", "--dry-run", "--json", "--workspace", str(tmp_path), "--today",
             "2026-03-16", "--lang", "en"]
        )  # fmt: skip
    document = json.loads(capsys.readouterr().out)
    actions = {row["action_id"]: row for row in document["actions"]}
    assert [a for a, row in actions.items() if row["chosen"]] == ["A", "B"]
    assert actions["B"]["start"] == "2026-03-02"
    assert actions["C"]["why_not"] == "It would take $1,000 of F in 2026."
    money_used = next(row for row in document["use"] if row["source"] == "F")
    assert (money_used["used"], money_used["capacity"]) == (6000.0, 8000.0)


def test_money_spent_before_is_used_and_leaves_less():
    tables = {
        "cost": bills(("A", "F", 0, 600), ("B", "F", 0, 600)),
        "budget": money(("F", 2026, 1500)),
        "spent": pd.DataFrame({"source_id": ["F"], "fiscal_year": [2026], "amount": [500.0]}),
    }
    plan = solve(problem({"A": 2, "B": 1}, {"A": 1, "B": 1}, **tables))
    assert list(plan.actions["chosen"]) == [True, False]
    assert plan.use.loc[0, ["used", "capacity"]].tolist() == [1100.0, 1500.0]
    assert str(plan.actions["why_not"]["B"]) == "It would take $200 of F in 2026."


def test_more_spent_than_there_is_is_said():
    tables = {
        "cost": bills(("A", "F", 0, 600)),
        "budget": money(("F", 2026, 1000)),
        "spent": pd.DataFrame({"source_id": ["F"], "fiscal_year": [2026], "amount": [1300.0]}),
    }
    three = problem({"A": 2}, {"A": 1}, **tables)
    published = pd.DataFrame(
        {"chosen": True, "mode": "full", "start": [pd.Timestamp("2026-01-05")], "finish": [pd.Timestamp("2026-01-09")],
         "signed": True},
        index=pd.Index(["A"], name="action_id"),
    )  # fmt: skip
    plan = replan(three, published, date(2026, 1, 5))
    assert plan.use.loc[0, ["used", "capacity"]].tolist() == [1900.0, 1000.0]
    assert str(plan.moved["why"].iloc[0]) == "What is committed goes $900 beyond the 2026 budget of F; it stays."


def test_money_spent_from_an_unknown_source_is_refused():
    with pytest.raises(PlanError, match=r"Money is spent from source 'Z', which does not exist\. Choose among F"):
        problem(
            {"A": 1},
            {"A": 1},
            budget=money(("F", 2026, 1)),
            spent=pd.DataFrame({"source_id": ["Z"], "fiscal_year": [2026], "amount": [1]}),
        )
