"""Why a plan cannot be, and what changes when a published plan meets new facts."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from toy_plan import bills, days, friday, monday, money, order, problem, work

from planlib.schedule import explain, replan, solve
from planlib.schema import PlanError

MUST = {"mandatory": {"A": True, "B": True, "C": True}}
THREE = {"A": 5, "B": 4, "C": 3}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_budget_conflicts_alone_and_the_repair_is_what_lacks():
    """3 000 $ + 3 000 $ + 3 000 $ for 8 000 $: 1 000 $ short; giving up C, worth least, is enough."""
    broke = problem(
        THREE,
        dict.fromkeys(THREE, 1),
        columns=MUST,
        cost=bills(("A", "F", 0, 3000), ("B", "F", 0, 3000), ("C", "F", 0, 3000)),
        budget=money(("F", 2026, 8000)),
        effort=work(("A", "coord", 1)),
        capacity=days("coord", [5] * 8),
    )
    assert solve(broke).status == "infeasible"
    told = explain(broke)
    assert told.sentences("en") == [
        "For the mandatory actions, these limits cannot hold together: the budget of F in 2026.",
        "The cheapest repair is to add: $1,000 of F in 2026.",
        "Otherwise, give up: C.",
    ]
    assert [plain(sentence) for sentence in told.sentences("fr", {"C": "la fête"})] == [
        "Ces limites ne peuvent pas tenir ensemble pour les actions obligatoires : le budget de F en 2026.",
        "Le plus simple serait d'ajouter : 1 000 $ de F en 2026.",
        "Sinon, il faut renoncer à : la fête.",
    ]


def test_two_limits_that_conflict_only_together_are_both_named():
    """B after A ends in week 3: without the order or without the deadline of week 2, both fit."""
    tight = problem(
        {"A": 2, "B": 1, "C": 1},
        {"A": 2, "B": 2, "C": 1},
        columns={"mandatory": {"B": True, "C": True}, "deadline": {"B": date(2026, 1, 23), "C": date(2026, 2, 20)}},
        precedence=order(("A", "B", 0)),
    )
    told = explain(tight)
    assert told.sentences("en") == [
        "For the mandatory actions, these limits cannot hold together: the order A then B and the deadline of B "
        "(January 23, 2026).",
        "The cheapest repair is to add: time for B, until January 30, 2026.",
        "Otherwise, give up: B.",
    ]


def test_two_years_of_one_budget_conflict_together():
    """Two actions of 600 $ for 500 $ + 900 $: neither year can pay both, so both budgets are in the conflict."""
    tight = problem(
        {"A": 2, "B": 1},
        {"A": 1, "B": 1},
        4,
        columns={"mandatory": {"A": True, "B": True}},
        cost=bills(("A", "F", 0, 600), ("B", "F", 0, 600)),
        budget=money(("F", 2025, 500), ("F", 2026, 900)),
        limits={"fiscal_start": "01-20"},
    )
    told = explain(tight)
    assert told.sentences("en")[0].endswith(
        "cannot hold together: the budget of F in 2025-2026 and the budget of F in 2026-2027."
    )
    assert told.sentences("en")[1] == "The cheapest repair is to add: $100 of F in 2025-2026."


def test_two_actions_that_one_role_cannot_carry_by_their_deadlines():
    """8 weeks each within 12, so 4 weeks together: 6 days a week for 5, 4 days short."""
    told = explain(
        problem(
            {"A": 2, "B": 1},
            {"A": 8, "B": 8},
            52,
            columns={"mandatory": {"A": True, "B": True}, "deadline": dict.fromkeys("AB", date(2026, 3, 27))},
            effort=work(("A", "coord", 3), ("B", "coord", 3)),
            capacity=days("coord", [5] * 52),
        )
    )
    assert told.sentences("en") == [
        "For the mandatory actions, these limits cannot hold together: the deadline of A (March 27, 2026), "
        "the deadline of B (March 27, 2026) and the days of coord.",
        "The cheapest repair is to add: 4 days of coord in Q1 2026.",
        "Otherwise, give up: B.",
    ]
    assert plain(told.sentences("fr")[1]) == "Le plus simple serait d'ajouter : 4 jours de coord au T1 2026."


def test_a_deadline_that_keeps_an_action_from_the_next_years_budget_is_named():
    """3 weeks of work before both deadlines, 2 weeks each, one at once; past its deadline, A is paid by 2027."""
    told = explain(
        problem(
            {"A": 2, "B": 1},
            {"A": 2, "B": 2},
            54,
            columns={
                "mandatory": {"A": True, "B": True},
                "earliest_start": dict.fromkeys("AB", date(2026, 1, 19)),
                "deadline": dict.fromkeys("AB", date(2027, 1, 1)),
            },
            cost=bills(("A", "F", 1, 200), ("B", "F", 1, 200)),
            budget=money(("F", 2026, 400), ("F", 2027, 400)),
            limits={"at_most": 1, "blackout_weeks": tuple(range(3, 50))},
        )
    )
    assert told.sentences("en")[0] == (
        "For the mandatory actions, these limits cannot hold together: the deadline of A (January 1, 2027), "
        "the deadline of B (January 1, 2027) and at most 1 action at once."
    )


def test_the_end_of_the_plan_is_a_limit_by_name():
    """5 weeks, a lag of 2, 5 weeks: 12 weeks of the 8 there are."""
    told = explain(
        problem(
            {"A": 2, "B": 1},
            {"A": 5, "B": 5},
            8,
            columns={"mandatory": {"A": True, "B": True}},
            precedence=order(("A", "B", 2)),
        )
    )
    assert told.sentences("en") == [
        "For the mandatory actions, these limits cannot hold together: the end of the plan (8 working weeks, until "
        "February 27, 2026) and the order A then B.",
        "The cheapest repair is to add: 4 weeks at the end of the plan, until March 27, 2026.",
        "Otherwise, give up: B.",
    ]
    assert [plain(sentence) for sentence in told.sentences("fr")][1] == (
        "Le plus simple serait d'ajouter : 4 semaines à la fin du plan, jusqu'au 27 mars 2026."
    )


def test_a_group_that_what_comes_before_breaks_is_named():
    """D needs B; A and B are of a group that admits one."""
    told = explain(
        problem(
            {"A": 2, "B": 1, "C": 1, "D": 1},
            dict.fromkeys("ABCD", 1),
            columns={
                "mandatory": {"A": True, "D": True},
                "group": dict.fromkeys("ABC", "G"),
                "group_rule": dict.fromkeys("ABC", "one_of"),
            },
            precedence=order(("B", "D", 0)),
        )
    )
    assert told.sentences("en") == [
        "For the mandatory actions, these limits cannot hold together: one action only of group G (A and B).",
        "No added days, money or weeks are enough: look again at the order and the groups of actions.",
        "Otherwise, give up: A.",
    ]


def test_what_is_committed_counts_in_a_conflict():
    """A, begun, has taken 3 000 $ of 4 000 $: B, mandatory and not begun, lacks 2 000 $ of its 3 000 $."""
    both = problem(
        {"A": 2, "B": 1},
        {"A": 1, "B": 1},
        columns={"mandatory": {"B": True}},
        cost=bills(("A", "F", 0, 3000), ("B", "F", 0, 3000)),
        budget=money(("F", 2026, 4000)),
    )
    table = pd.DataFrame(
        {"chosen": True, "mode": "full", "start": [monday(0)], "finish": [friday(0)], "status": "under_way"},
        index=pd.Index(["A"], name="action_id"),
    )
    assert replan(both, table, date(2026, 1, 12)).status == "infeasible"
    assert explain(both).possible  # without what is committed, B alone fits
    assert explain(both, table, date(2026, 1, 12)).sentences("en")[1] == (
        "The cheapest repair is to add: $2,000 of F in 2026."
    )


def test_a_possible_plan_has_nothing_to_explain():
    told = explain(problem(THREE, dict.fromkeys(THREE, 1), columns=MUST))
    assert told.possible
    assert told.sentences("en") == ["The mandatory actions fit together within the limits."]


def cut(amount: float, **columns):
    """Four actions of 1 000 $, one at a time, two weeks each; all fit 4 000 $."""
    values = {"A": 1, "B": 2, "C": 3, "D": 4}
    return problem(
        values,
        dict.fromkeys(values, 2),
        12,
        columns=columns,
        limits={"at_most": 1},
        cost=bills(*((action, "F", 0, 1000) for action in values)),
        budget=money(("F", 2026, amount)),
    )


def published() -> pd.DataFrame:
    """A, B, C, D one after the other."""
    return pd.DataFrame(
        {
            "chosen": True,
            "mode": "full",
            "start": [monday(w) for w in (0, 2, 4, 6)],
            "finish": [friday(w) for w in (1, 3, 5, 7)],
        },
        index=pd.Index(list("ABCD"), name="action_id"),
    )


def test_nothing_new_changes_nothing():
    plan = replan(cut(4000), published(), date(2026, 1, 5))
    assert plan.status == "optimal"
    assert plan.moved.empty
    assert plan.actions[["chosen", "mode", "start", "finish"]].equals(
        published().astype({"mode": object, "start": "datetime64[us]", "finish": "datetime64[us]"})
    )


def test_a_cut_keeps_what_is_begun_signed_or_spent_and_drops_the_least():
    """A is done, B under way, C signed: 3 000 $ are committed, so D, though worth more than they are, is out."""
    table = published().assign(signed=[False, False, True, False], status=["done", "under_way", "to_come", "to_come"])
    plan = replan(cut(3000), table, date(2026, 1, 28))
    assert plan.actions["chosen"].to_dict() == {"A": True, "B": True, "C": True, "D": False}
    assert plan.actions["start"].iloc[:3].tolist() == [monday(0), monday(2), monday(4)]
    assert plan.moved[["action_id", "change"]].to_numpy().tolist() == [["D", "out"]]
    assert str(plan.moved["why"].iloc[0]) == "It would take $1,000 of F in 2026."
    assert plan.use.set_index("source_id").loc["F", ["used", "capacity"]].tolist() == [3000.0, 3000.0]


def test_money_spent_on_an_action_to_come_keeps_it():
    """Nothing has begun; 200 $ of A, worth least, are spent: of 1 000 $ left, A takes all."""
    table = published().assign(spent=[200, None, None, None], status="to_come")
    plan = replan(cut(1000), table, date(2026, 1, 5))
    assert plan.actions["chosen"].to_dict() == {"A": True, "B": False, "C": False, "D": False}


def test_a_cut_below_what_is_committed_is_said_and_leaves_nothing_more():
    table = published().assign(spent=[1000, 1000, None, None])
    plan = replan(cut(1500), table, date(2026, 1, 28))
    assert plan.actions["chosen"].to_dict() == {"A": True, "B": True, "C": False, "D": False}
    assert plan.use.set_index("source_id").loc["F", ["used", "capacity"]].tolist() == [2000.0, 1500.0]
    said = plan.moved.set_index("change")["why"]
    assert str(said["committed"]) == "What is committed goes $500 beyond the 2026 budget of F; it stays."


def test_what_has_not_begun_by_its_date_moves_on_and_as_little_as_possible():
    """Today is Wednesday of week 2: A, to come, has missed week 0. It goes last, and B, C, D keep their dates."""
    table = published().assign(status="to_come")
    plan = replan(cut(4000), table, date(2026, 1, 19))
    assert plan.actions["start"].to_dict() == {"A": monday(8), "B": monday(2), "C": monday(4), "D": monday(6)}
    row = plan.moved.iloc[0]
    assert (row["action_id"], row["change"], row["before"], row["after"]) == ("A", "moved", monday(0), monday(8))
    assert str(row["why"]) == "Its published start has passed and it has not begun."
    assert len(plan.moved) == 1


def test_a_new_action_enters_when_it_fits_and_a_move_names_its_obstacle():
    """C may not start before week 6: it takes D's place or goes after; D, worth more, stays."""
    plan = replan(cut(4000, earliest_start={"C": date(2026, 2, 16)}), published().drop("A"), date(2026, 1, 5))
    assert plan.actions["start"].loc["D"] == monday(6)
    said = plan.moved.set_index("action_id")
    assert said["change"].to_dict() == {"A": "in", "C": "moved"}
    assert str(said["why"]["C"]) == "The dates it is allowed, or its sources, have changed."
    assert str(said["why"]["A"]) == "It now fits within the limits."


def test_work_begun_before_week_0_goes_on():
    """A began two weeks before the plan and has one of its three weeks left: B waits for it."""
    running = problem({"A": 1, "B": 1}, {"A": 3, "B": 1}, 6, limits={"at_most": 1})
    table = pd.DataFrame(
        {"chosen": True, "mode": "full", "start": [monday(-2)], "finish": [friday(0)], "status": "under_way"},
        index=pd.Index(["A"], name="action_id"),
    )
    plan = replan(running, table, date(2026, 1, 5))
    assert plan.actions.loc["A", ["start", "finish"]].tolist() == [monday(-2), friday(0)]
    assert plan.actions["start"].loc["B"] == monday(1)


def test_a_frozen_action_without_dates_is_refused():
    table = published().assign(signed=True)
    table.loc["B", "start"] = pd.NaT
    with pytest.raises(
        PlanError, match=r"Action 'B' is under way, signed or spent, but the published plan lacks its dates"
    ):
        replan(cut(4000), table, date(2026, 1, 5))


def test_a_published_table_without_a_column_is_refused():
    with pytest.raises(PlanError, match=r"Table 'published' has no column 'start'"):
        replan(cut(4000), published().drop(columns="start"), date(2026, 1, 5))
