"""Plans worked by hand: what each limit lets in, when, and what the others would take."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from toy_plan import bills, days, friday, monday, money, order, problem, weeks, work

from planlib.schedule import Limits, Problem, solve


def chosen(schedule) -> list[str]:
    return list(schedule.actions.index[schedule.actions["chosen"]])


def why(schedule, action: str, lang: str = "en") -> str:
    return schedule.actions["why_not"].loc[action].text(lang)


def test_actions_and_durations_alone_make_a_plan():
    plan = solve(
        Problem(actions=pd.DataFrame(index=pd.Index(["A", "B"], name="action_id")), modes=weeks({"A": 2, "B": 3}))
    )
    assert plan.status == "optimal"
    assert chosen(plan) == ["A", "B"]
    assert plan.value == plan.bound == 2  # without a value, each action counts 1
    assert plan.actions["why_not"].tolist() == [None, None]
    assert plan.why_not.empty


def test_days_of_a_role_let_in_one_action_at_a_time():
    """5 days a week for 4 weeks, actions of 3 days a week for 2 weeks: one after the other, two of the three fit."""
    three = problem(
        {"A": 5, "B": 4, "C": 3},
        {"A": 2, "B": 2, "C": 2},
        4,
        effort=work(("A", "coord", 3), ("B", "coord", 3), ("C", "coord", 3)),
        capacity=days("coord", [5, 5, 5, 5]),
    )
    plan = solve(three)
    assert (plan.status, plan.value, plan.bound) == ("optimal", 9, 9)
    assert chosen(plan) == ["A", "B"]
    # the more valuable one first; a start is a Monday, a finish the Friday of the last week
    assert plan.actions.loc["A", ["start", "finish"]].tolist() == [monday(0), friday(1)]
    assert plan.actions.loc["B", ["start", "finish"]].tolist() == [monday(2), friday(3)]
    # 2 days are free each week, C needs 3: 1 more in each of 2 weeks
    assert why(plan, "C") == "It would take 2 days of coord in Q1 2026."
    assert why(plan, "C", "fr") == "Il faudrait 2 jours de coord au T1 2026."
    lacking = plan.why_not.loc[0]
    assert lacking.tolist() == ["C", 1, "capacity", "coord", "2026-Q1", 2.0, "days"]


def test_use_adds_up_to_what_the_plan_takes():
    """A takes 3 days a week in weeks 0 to 3, all of January; B 1 day in weeks 3 to 4."""
    two = problem(
        {"A": 5, "B": 4},
        {"A": 4, "B": 2},
        8,
        columns={"earliest_start": {"B": date(2026, 1, 26)}},
        effort=work(("A", "coord", 3), ("B", "coord", 1)),
        capacity=days("coord", [5] * 8),
        cost=bills(("A", "F", 0, 1000), ("B", "F", 1, 500)),
        budget=money(("F", 2026, 5000)),
    )
    use = solve(two).use
    coord = use[use["role_id"] == "coord"].set_index("period")
    assert coord["used"].to_dict() == {"2026-01": 13.0, "2026-02": 1.0}
    assert coord["capacity"].to_dict() == {"2026-01": 20.0, "2026-02": 20.0}  # weeks by their Thursday: 4 and 4
    fund = use[use["source_id"] == "F"]
    assert fund[["period", "used", "capacity"]].to_numpy().tolist() == [["2026", 1500.0, 5000.0]]


def test_the_budget_lets_in_the_best_value_for_the_money():
    """10 000 $: B and C (value 7) beat A alone (value 6)."""
    three = problem(
        {"A": 6, "B": 4, "C": 3},
        {"A": 1, "B": 1, "C": 1},
        cost=bills(("A", "F", 0, 10_000), ("B", "F", 0, 5_000), ("C", "F", 0, 4_000)),
        budget=money(("F", 2026, 10_000)),
    )
    plan = solve(three)
    assert chosen(plan) == ["B", "C"]
    assert why(plan, "A") == "It would take $9,000 of F in 2026."
    assert why(plan, "A", "fr") == "Il faudrait 9 000 $ de F en 2026.".replace(" 000", "\u00a0000").replace(
        " $", "\u00a0$"
    )


def test_a_cost_falls_in_the_fiscal_year_of_its_week():
    """The year starts on 1 April. A pays at its start, B five weeks in; 1 000 $ a year: one action each year.

    Week 12 (Monday 30 March) belongs to the new year, as its Thursday is 2 April.
    """
    two = problem(
        {"A": 2, "B": 1},
        {"A": 1, "B": 6},
        20,
        columns={"earliest_start": {"A": date(2026, 3, 23)}},
        cost=bills(("A", "F", 0, 1000), ("B", "F", 5, 1000)),
        budget=money(("F", 2025, 1000), ("F", 2026, 1000)),
        limits={"fiscal_start": "04-01"},
    )
    plan = solve(two)
    assert chosen(plan) == ["A", "B"]
    paid = {"A": plan.actions["start"].loc["A"], "B": plan.actions["start"].loc["B"] + pd.Timedelta(weeks=5)}
    years = sorted("2025" if day < monday(12) else "2026" for day in paid.values())
    assert years == ["2025", "2026"]
    use = plan.use.set_index("period")["used"]
    assert use.to_dict() == {"2025": 1000.0, "2026": 1000.0}


def test_a_source_pays_only_for_its_axes():
    two = problem(
        {"A": 2, "B": 1},
        {"A": 1, "B": 1},
        columns={"axis_id": {"A": "X1", "B": "X2"}},
        cost=bills(("A", "F", 0, 100), ("B", "F", 0, 100)),
        budget=money(("F", 2026, 1000)).assign(axes="X2 X3"),
    )
    plan = solve(two)
    assert chosen(plan) == ["B"]
    assert why(plan, "A") == "Source F may not pay for axis X1. Choose another source."


def test_money_not_confirmed_counts_only_when_told_to():
    tables = {
        "cost": bills(("A", "F", 0, 100)),
        "budget": money(("F", 2026, 1000)).assign(status="to_find"),
    }
    counted = solve(problem({"A": 1}, {"A": 1}, **tables))
    assert chosen(counted) == ["A"]
    assert [str(note) for note in counted.assumed] == [
        "$1,000 of F for 2026 is not confirmed, but the plan counts on it."
    ]
    refused = solve(problem({"A": 1}, {"A": 1}, limits={"source_statuses": ("confirmed",)}, **tables))
    assert chosen(refused) == []
    assert [str(note) for note in refused.assumed] == [
        "$1,000 of F for 2026 is not confirmed: the plan does not count on it."
    ]


def test_an_action_waits_for_the_one_before_and_the_lag():
    plan = solve(problem({"A": 1, "B": 1}, {"A": 2, "B": 1}, 8, precedence=order(("A", "B", 3))))
    assert plan.actions["start"].tolist() == [monday(0), monday(5)]  # 2 weeks, then 3


def test_an_action_is_out_when_the_one_before_is_out():
    plan = solve(
        problem(
            {"A": 1, "B": 9},
            {"A": 2, "B": 1},
            precedence=order(("A", "B", 0)),
            cost=bills(("A", "F", 0, 300)),
            budget=money(("F", 2026, 100)),
        )
    )
    assert chosen(plan) == []
    assert why(plan, "B") == "It comes after A, which is left out. It would take $200 of F in 2026."


def test_too_little_time_after_the_one_before_names_it():
    plan = solve(
        problem(
            {"A": 5, "B": 1},
            {"A": 4, "B": 2},
            columns={"deadline": {"B": date(2026, 2, 6)}},  # Friday of week 4
            precedence=order(("A", "B", 0)),
        )
    )
    assert chosen(plan) == ["A"]
    assert why(plan, "B") == (
        "It comes after A, which finishes on January 30, 2026, and 2 weeks of work do not fit before February 6, 2026."
    )


def test_a_deadline_counts_the_friday_and_an_earliest_start_the_monday():
    """From Tuesday 6 January, the first Monday is week 1; by Thursday 29 January, the last Friday is week 2."""
    dates = {"earliest_start": {"A": date(2026, 1, 6)}, "deadline": {"A": date(2026, 1, 29)}}
    fits = solve(problem({"A": 1}, {"A": 2}, columns=dates))
    assert fits.actions.loc["A", ["start", "finish"]].tolist() == [monday(1), friday(2)]
    late = solve(problem({"A": 1}, {"A": 3}, columns=dates))
    assert why(late, "A") == (
        "It takes 3 weeks of work, and there are not that many between January 12, 2026 and January 29, 2026. "
        "Move one of these dates."
    )


def test_one_of_a_group_takes_the_best_and_names_it():
    rule = {"group": {"A": "G", "B": "G"}, "group_rule": {"A": "one_of", "B": "one_of"}}
    plan = solve(problem({"A": 1, "B": 2}, {"A": 1, "B": 1}, columns=rule))
    assert chosen(plan) == ["B"]
    assert why(plan, "A") == "B, of the same group, is chosen in its place."


def test_all_or_none_of_a_group():
    """A and B together cost 1 100 $, more than there is: neither enters, though A alone would fit, and C does."""
    rule = {"group": {"A": "G", "B": "G"}, "group_rule": {"A": "all_or_none", "B": "all_or_none"}}
    plan = solve(
        problem(
            {"A": 9, "B": 9, "C": 1},
            {"A": 1, "B": 1, "C": 1},
            columns=rule,
            cost=bills(("A", "F", 0, 100), ("B", "F", 0, 1000), ("C", "F", 0, 100)),
            budget=money(("F", 2026, 1000)),
        )
    )
    assert chosen(plan) == ["C"]
    assert why(plan, "A") == "It enters only with B; together, it would take $200 of F in 2026."  # 900 $ are left
    assert why(plan, "B") == "It enters only with A; together, it would take $200 of F in 2026."


def test_nothing_starts_or_finishes_in_a_blackout_week_and_work_pauses():
    """Weeks 1 and 2 are closed: 2 weeks of work from week 0 end in week 3; then B begins in week 4."""
    plan = solve(
        problem(
            {"A": 1, "B": 1},
            {"A": 2, "B": 1},
            precedence=order(("A", "B", 0)),
            limits={"blackout_weeks": (1, date(2026, 1, 21))},
        )
    )
    assert plan.actions.loc["A", ["start", "finish"]].tolist() == [monday(0), friday(3)]
    assert plan.actions.loc["B", ["start", "finish"]].tolist() == [monday(4), friday(4)]


def test_a_lag_runs_through_blackout_weeks():
    """A ends in week 0; a lag of 2 weeks runs over closed weeks 1 and 2, so B begins in week 3."""
    plan = solve(
        problem({"A": 1, "B": 1}, {"A": 1, "B": 1}, precedence=order(("A", "B", 2)), limits={"blackout_weeks": (1, 2)})
    )
    assert plan.actions["start"].tolist() == [monday(0), monday(3)]


def test_at_most_two_at_once():
    """Four actions of 2 weeks in 3 weeks, two places: two fit, a third cannot follow in the one week left."""
    plan = solve(problem(dict.fromkeys("ABCD", 1), dict.fromkeys("ABCD", 2), 3, limits={"at_most": 2}))
    assert len(chosen(plan)) == 2
    assert why(plan, "D") == (
        "It would take a place for 1 week in Q1 2026, when as many actions as allowed are under way."
    )


def test_one_at_once_for_each_owner():
    """Léa leads A and B, Sam C: in 2 weeks Léa can lead one."""
    owners = {"owner": {"A": "Léa", "B": "Léa", "C": "Sam"}}
    plan = solve(problem({"A": 2, "B": 1, "C": 1}, dict.fromkeys("ABC", 2), 2, columns=owners, limits={"per_owner": 1}))
    assert chosen(plan) == ["A", "C"]
    assert "2 more weeks for Léa in Q1 2026" in why(plan, "B")
    only_sam = solve(
        problem({"A": 2, "B": 1, "C": 1}, dict.fromkeys("ABC", 2), 2, columns=owners, limits={"per_owner": {"Sam": 1}})
    )
    assert chosen(only_sam) == ["A", "B", "C"]
    assert only_sam.assumed == ()


def test_a_limit_for_someone_who_leads_nothing_is_told():
    plan = problem({"A": 1}, {"A": 2}, columns={"owner": {"A": "Léa"}}, limits={"per_owner": {"Lea": 1, "Léa": 1}})
    assert [note.text("fr").replace("\u00a0", " ") for note in plan.assumed] == [
        "Lea ne mène aucune action du plan : sa limite de 1 à la fois ne sert pas."
    ]


def test_a_full_mode_is_worth_more_than_a_light_one_however_small_the_values():
    """The light mode, half a point, is not rounded up to the point of the full one."""
    modes = pd.DataFrame(
        [("A", "full", 2, 1.0), ("A", "light", 1, 0.5)], columns=["action_id", "mode", "duration_weeks", "value_share"]
    )
    plan = solve(Problem(actions=pd.DataFrame({"value": [1]}, index=pd.Index(["A"], name="action_id")), modes=modes))
    assert plan.actions["mode"].loc["A"] == "full"
    assert (plan.status, plan.value) == ("optimal", 1)


def test_a_light_mode_enters_where_the_full_one_does_not():
    light = pd.DataFrame(
        [("A", "full", 4, 1.0), ("A", "light", 2, 0.5)], columns=["action_id", "mode", "duration_weeks", "value_share"]
    )
    plan = solve(
        Problem(
            actions=pd.DataFrame({"value": [10]}, index=pd.Index(["A"], name="action_id")),
            modes=light,
            effort=pd.DataFrame({"action_id": ["A"], "mode": ["full"], "role_id": ["coord"], "days_per_week": [6]}),
            capacity=days("coord", [5] * 8),
        )
    )
    assert plan.actions["mode"].loc["A"] == "light"
    assert plan.value == 5


def test_an_alternative_is_enough_by_itself():
    """From week 1, one day lacks beside A; from week 2, paid from the next year, 800 $ lack."""
    plan = solve(
        problem(
            {"A": 9, "B": 1},
            {"A": 2, "B": 2},
            4,
            columns={"deadline": {"A": date(2026, 1, 16)}},
            effort=work(("A", "coord", 4), ("B", "coord", 2)),
            capacity=days("coord", [5, 5, 5, 5]),
            cost=bills(("B", "F", 0, 1000)),
            budget=money(("F", 2025, 1000), ("F", 2026, 200)),
            limits={"fiscal_start": "01-17"},
        )
    )
    assert chosen(plan) == ["A"]
    assert why(plan, "B") == "It would take 1 day of coord in Q4 2025-2026, or $800 of F in 2026-2027."


def test_a_longer_action_needs_its_first_step_in_year_1():
    """L opens with S, which must begin in the first 52 weeks and end before L; M, without a first step, stays out."""
    plan = solve(
        problem(
            {"L": 5, "M": 9, "S": 1},
            {"L": 10, "M": 2, "S": 2},
            80,
            columns={"horizon": {"L": "long", "M": "medium", "S": "short"}, "first_step_of": {"S": "L"}},
        )
    )
    assert chosen(plan) == ["L", "S"]
    assert plan.actions["start"].loc["S"] == monday(0)
    assert plan.actions["start"].loc["L"] >= monday(2)
    assert why(plan, "M") == "Medium- or long-term action without a first step in year 1. Add its first step."
    free = problem({"M": 9}, {"M": 2}, columns={"horizon": {"M": "medium"}}, limits={"first_steps": False})
    assert chosen(solve(free)) == ["M"]


def test_short_term_actions_go_first():
    """One at a time: the short one first, though the long-term one is worth more."""
    plan = solve(
        problem(
            {"long": 9, "short": 1},
            {"long": 2, "short": 2},
            4,
            columns={"horizon": {"long": "long", "short": "short"}},
            limits={"at_most": 1, "first_steps": False},
        )
    )
    assert plan.actions["start"].to_dict() == {"long": monday(2), "short": monday(0)}
    assert str(plan.objective).startswith("The greatest total value; then, for that choice, short-term actions")


def test_the_load_is_level_once_the_short_term_is_placed():
    """S takes 3 days in weeks 0-1; M, movable, 2 days for 2 weeks: level is beside nothing, not on top of S."""
    plan = solve(
        problem(
            {"M": 1, "S": 1},
            {"M": 2, "S": 2},
            4,
            columns={"horizon": {"M": "medium", "S": "short"}},
            effort=work(("S", "coord", 3), ("M", "coord", 2)),
            capacity=days("coord", [5] * 4),
            limits={"first_steps": False},
        )
    )
    assert plan.actions["start"].to_dict() == {"M": monday(2), "S": monday(0)}


def test_the_shortest_plan_does_everything():
    """Critical path A, C: 5 weeks; B beside A fits in 5 days a week, so 5 weeks are enough."""
    plan = solve(
        problem(
            {"A": 1, "B": 1, "C": 1},
            {"A": 3, "B": 2, "C": 2},
            20,
            precedence=order(("A", "C", 0)),
            effort=work(("A", "coord", 3), ("B", "coord", 2), ("C", "coord", 3)),
            capacity=days("coord", [5] * 20),
        ),
        objective="makespan",
    )
    assert (plan.status, plan.value, plan.bound) == ("optimal", 5, 5)
    assert plan.actions["chosen"].all()


def test_what_the_tables_do_not_say_is_listed():
    plan = solve(
        Problem(
            actions=pd.DataFrame({"value": [1]}, index=pd.Index(["A"], name="action_id")),
            modes=weeks({"A": 1}),
            effort=work(("A", "coord", 1)),
            capacity=days("coord", [5, 5]),
            limits=Limits(horizon_weeks=6),
        )
    )
    assert [note.text("fr").replace("\u00a0", " ") for note in plan.assumed] == [
        "Le plan commence le 1er janvier 2001, lundi qui précède la première date connue.",
        "Aucun jour de coord n'est connu à partir du 15 janvier 2001 : le plan n'en utilise pas.",
    ]


def test_names_replace_ids_in_a_reason():
    plan = solve(problem({"A": 1}, {"A": 1}, effort=work(("A", "coord", 2)), capacity=days("coord", [1] * 8)))
    reason = plan.actions["why_not"].loc["A"]
    assert reason.text("fr", {"coord": "la coordonnatrice"}) == "Il faudrait 1 jour de la coordonnatrice au T1 2026."


@pytest.mark.parametrize("objective", ["value", "makespan"])
def test_no_time_still_gives_the_greedy_plan(objective):
    plan = solve(problem({"A": 1, "B": 2}, {"A": 2, "B": 2}, limits={"at_most": 1}), objective=objective, time_limit=0)
    assert plan.status == "feasible"
    assert chosen(plan) == ["A", "B"]


def test_each_better_plan_is_told_and_a_stop_is_heard():
    heard, why = [], set()

    def hear(found):
        heard.append(found.value)
        why.update(reason.key for reason in found.actions["why_not"] if reason is not None)

    plan = solve(
        problem({"A": 6, "B": 4, "C": 4}, {"A": 1, "B": 1, "C": 1}, limits={"at_most": 1}, horizon=2),
        on_solution=hear,
        stop=lambda: bool(heard),
    )
    assert heard
    assert why == {"schedule.why_searching"}  # what is out may still come in
    assert {reason.key for reason in plan.actions["why_not"] if reason is not None} == {"schedule.why_lacks"}
    assert heard == sorted(heard)
    assert plan.value >= heard[-1]
