"""Bad tables are refused in one sentence that names the place, in both languages."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from toy_plan import WEEK_0, actions, bills, days, money, order, problem, weeks, work

from planlib.schedule import Limits, Problem, solve
from planlib.schema import PlanError

TWO = {"A": 1, "B": 1}
NAN = float("nan")


@pytest.mark.parametrize(
    ("tables", "english"),
    [
        (
            {"precedence": order(("A", "B", 0), ("B", "A", 0))},
            "These actions wait for each other in a circle: A → B → A. Remove one of these links.",
        ),
        (
            {"columns": {"earliest_start": {"A": date(2026, 3, 2)}, "deadline": {"A": date(2026, 2, 2)}}},
            "Action 'A': the deadline (February 2, 2026) is before the earliest start (March 2, 2026). "
            "Correct one of the two dates.",
        ),
        (
            {"effort": work(("A", "cord", 1)), "capacity": days("coord", [5] * 8)},
            "Action 'A' asks for role 'cord', which does not exist. Choose among coord, or give its capacity.",
        ),
        (
            {"cost": bills(("B", "G", 0, 1)), "budget": money(("F", 2026, 1))},
            "Action 'B' is paid by source 'G', which does not exist. Choose among F, or give its budget.",
        ),
        (
            {"cost": bills(("B", "F", 0, NAN))},
            "In table 'cost', row 'B / F', 'amount' is unknown. Give a number, or the client's default.",
        ),
        (
            {"cost": bills(("B", "F", 0, -5))},
            "In table 'cost', row 'B / F', 'amount' is negative (-5). Write 0 or more.",
        ),
        (
            {"cost": bills(("B", "F", 0, "beaucoup"))},
            "In table 'cost', row 'B / F', 'amount': 'beaucoup' is not a number. Write a number.",
        ),
        (
            {"cost": bills(("B", "F", 0.5, 5))},
            "In table 'cost', row 'B / F', 'offset_weeks' is not a whole number (0.5). Round it.",
        ),
        (
            {
                "cost": bills(("B", "F", 0, 1)).assign(currency="EUR"),
                "budget": money(("F", 2026, 1)).assign(currency="CAD"),
            },
            "Amounts are in several currencies: CAD and EUR. Bring them to one.",
        ),
        (
            {"cost": bills(("B", "F", 0, 1)), "budget": money(("F", 2024, 1))},
            "The budget of 'F' is of another year (2024) than the plan (2026 to 2026). "
            "Correct the year of the budget or of the plan.",
        ),
        (
            {"effort": work(("Z", "coord", 1))},
            "Table 'effort' names action 'Z', which does not exist. Correct its id or add it.",
        ),
        (
            {"effort": work(("A", "coord", 1)).assign(mode="light")},
            "Table 'effort' names mode 'light' of action 'A', which does not exist. Correct it or add that mode.",
        ),
        (
            {"capacity": days("coord", [5, 5]).assign(week=[3, 3])},
            "In table 'capacity', 'coord / 3' is there twice. Keep one row.",
        ),
        (
            {"capacity": days("coord", [5, 5]).drop(columns="week")},
            "Table 'capacity' has no column 'week'. Add it; columns found: role_id and days.",
        ),
        (
            {"columns": {"deadline": {"A": "soon"}}},
            "Action 'A', 'deadline': 'soon' is not a date. Write it YYYY-MM-DD.",
        ),
        (
            {"columns": {"group": {"A": "G", "B": "G"}, "group_rule": {"A": "one_of", "B": "all_or_none"}}},
            "Group 'G' must have one rule among one_of and all_or_none; found: all_or_none and one_of. "
            "Give all its actions the same one.",
        ),
        (
            {
                "columns": {
                    "mandatory": {"A": True, "B": True},
                    "group": {"A": "G", "B": "G"},
                    "group_rule": {"A": "one_of", "B": "one_of"},
                }
            },
            "Group 'G' admits one action, but A and B are mandatory. Keep one of them mandatory.",
        ),
        (
            {"columns": {"first_step_of": {"A": "A"}}},
            "Action 'A' is its own first step. Name the action that it opens.",
        ),
        (
            {
                "columns": {"mandatory": {"A": True}},
                "effort": work(("A", "coord", 7)),
                "capacity": days("coord", [5] * 8),
            },
            "Mandatory action 'A' cannot fit, even alone: 2 days of coord are missing in Q1 2026. "
            "Add them, reduce the action or make it optional.",
        ),
        (
            {
                "columns": {"mandatory": {"A": True}},
                "cost": bills(("A", "F", 0, 12_000)),
                "budget": money(("F", 2026, 4_000)),
            },
            "Mandatory action 'A' cannot fit, even alone: CAD 8,000 of F is missing in 2026. "
            "Find it, reduce the action or make it optional.",
        ),
        (
            {"columns": {"mandatory": {"A": True}, "deadline": {"A": date(2026, 1, 8)}}},
            "Mandatory action 'A' cannot fit: it takes 1 week of work, and there are not that many between "
            "January 5, 2026 and January 8, 2026. Move one of these dates.",
        ),
        (
            {"columns": {"mandatory": {"A": True}, "horizon": {"A": "long"}}},
            "Mandatory action 'A' is medium or long term and has no first step. Add its first step.",
        ),
        (
            {
                "columns": {"mandatory": {"A": True}, "axis_id": {"A": "X"}},
                "cost": bills(("A", "F", 0, 1)),
                "budget": money(("F", 2026, 9)).assign(axes="Y"),
            },
            "Mandatory action 'A' cannot fit: source F may not pay for axis X. Choose another source.",
        ),
    ],
)
def test_a_fault_is_named_where_it_is(tables, english):
    with pytest.raises(PlanError) as caught:
        problem(TWO, TWO, **tables)
    assert str(caught.value) == english
    assert caught.value.text("fr") != english


def test_a_long_cycle_is_named_in_full_with_first_steps():
    columns = {"first_step_of": {"C": "A"}}
    with pytest.raises(PlanError, match="A → B → C → A"):
        problem(
            {"A": 1, "B": 1, "C": 1},
            {"A": 1, "B": 1, "C": 1},
            columns=columns,
            precedence=order(("A", "B", 0), ("B", "C", 2)),
        )


def test_a_mandatory_action_needs_room_for_what_it_comes_after():
    """A is not mandatory itself, but B is and comes after it."""
    with pytest.raises(PlanError, match=r"Mandatory action 'A' cannot fit, even alone: CAD 50 of F is missing in 2026"):
        problem(
            TWO,
            TWO,
            columns={"mandatory": {"B": True}},
            precedence=order(("A", "B", 0)),
            cost=bills(("A", "F", 0, 100)),
            budget=money(("F", 2026, 50)),
        )


@pytest.mark.parametrize(
    ("modes", "english"),
    [
        (weeks({"A": 1}), r"Action 'B' has no duration\. Give it at least one mode\."),
        (weeks({"A": 1, "B": 0}), r"Mode 'B / full': the duration \(0\) must be a whole number of weeks, 1 or more"),
        (weeks({"A": 1, "B": 1.5}), r"Mode 'B / full': the duration \(1.5\) must be a whole number"),
        (weeks({"A": 1, "B": None}), r"In table 'modes', row 'B / full', 'duration_weeks' is unknown\."),
        (weeks(TWO).assign(value_share=2), r"Mode 'A / full': the share of the value \(2\) must be between 0 and 1\."),
        (pd.concat([weeks(TWO), weeks({"A": 3})]), r"In table 'modes', 'A / full' is there twice\."),
    ],
)
def test_each_action_has_a_length(modes, english):
    with pytest.raises(PlanError, match=english):
        Problem(actions=actions(TWO), modes=modes)


def test_an_unknown_value_is_not_zero():
    with pytest.raises(PlanError, match=r"In table 'actions', row 'A', 'value' is unknown\."):
        Problem(actions=actions({"A": None}), modes=weeks({"A": 1}))


def test_an_unknown_value_of_pandas_whole_numbers_is_not_zero_either():
    table = pd.DataFrame({"value": pd.array([3, pd.NA], dtype="Int64")}, index=pd.Index(["A", "B"], name="action_id"))
    with pytest.raises(PlanError, match=r"In table 'actions', row 'B', 'value' is unknown\."):
        Problem(actions=table, modes=weeks({"A": 1, "B": 1}))


@pytest.mark.parametrize("found", [["A", "B"], {"value": {"A": 1}}, "A"])
def test_what_is_no_table_is_refused(found):
    with pytest.raises(PlanError, match=r"'actions' must be a table \(DataFrame\); found: (list|dict|str)\."):
        Problem(found, weeks({"A": 1}))
    with pytest.raises(PlanError, match=r"'capacity' must be a table \(DataFrame\)"):
        Problem(actions(TWO), weeks(dict.fromkeys("AB", 1)), capacity=found)


def test_no_action_is_refused():
    with pytest.raises(PlanError, match=r"There is no action to schedule\."):
        Problem(actions=actions({}), modes=weeks({}))


@pytest.mark.parametrize(
    ("limits", "english"),
    [
        ({"week_0": date(2026, 1, 6)}, r"Week 0 must start on a Monday; found: January 6, 2026\."),
        ({"at_most": 0}, r"Limit 'at_most' must be a whole number, 1 or more; found: 0\."),
        ({"per_owner": {"Léa": 1.5}}, r"Limit 'per_owner' must be a whole number, 1 or more; found: 1.5\."),
        ({"horizon_weeks": -3}, r"Limit 'horizon_weeks' must be a whole number, 1 or more; found: -3\."),
        (
            {"fiscal_start": "avril"},
            r"The start of the fiscal year must be written MM-DD, such as 04-01; found: avril\.",
        ),
    ],
)
def test_limits_are_checked(limits, english):
    with pytest.raises(PlanError, match=english):
        Limits(**limits)


def test_a_plan_without_a_working_week_is_refused():
    with pytest.raises(PlanError, match=r"No working week is left in 2 weeks\."):
        problem(TWO, TWO, 2, limits={"blackout_weeks": (0, WEEK_0.replace(day=14))})


@pytest.mark.parametrize(
    ("tables", "english"),
    [
        (
            {"columns": {"deadline": {"A": 2026}}},
            "Action 'A', 'deadline': '2026' is not a date. Write it YYYY-MM-DD.",
        ),
        (
            {"columns": {"mandatory": {"A": "maybe"}}},
            "Action 'A', 'mandatory': 'maybe' is neither yes nor no. Write yes or no.",
        ),
        (
            {"columns": {"horizon": {"A": "longue"}}},
            "Action 'A': there is no horizon 'longue'. Choose one of: short, medium and long.",
        ),
        (
            {"columns": {"first_step_of": {"A": "Z"}}},
            "Table 'actions' names action 'Z', which does not exist. Correct its id or add it.",
        ),
        (
            {"effort": work(("A", "coord", 1)), "capacity": days("coord", [])},
            "Action 'A' asks for role 'coord', and no role has days. Give its capacity.",
        ),
        (
            {"cost": bills(("A", "F", 0, 5)), "budget": money()},
            "Action 'A' is paid by source 'F', and no source has a budget. Give its budget.",
        ),
        (
            {"cost": bills(("A", "F", 0, 5)), "budget": money(("F", 2026, 9)).assign(status="promis")},
            "The status of a source cannot be 'promis'. Choose one of: confirmed, requested and to_find.",
        ),
        (
            {"limits": {"blackout_weeks": ("noël",)}},
            "Week without work: 'noël' is neither a week number nor a date. Write a number or YYYY-MM-DD.",
        ),
        (
            {"limits": {"at_most": "two"}},
            "Limit 'at_most' must be a whole number, 1 or more; found: two. "
            "Correct it, or leave it out: no such limit.",
        ),
    ],
)
def test_a_figure_of_another_kind_is_refused_and_not_guessed(tables, english):
    with pytest.raises(PlanError) as caught:
        problem(TWO, TWO, **tables)
    assert str(caught.value) == english
    assert caught.value.text("fr") != english


def test_mandatory_is_read_as_people_write_it():
    found = problem({"A": 1, "B": 1, "C": 1}, dict.fromkeys("ABC", 1), columns={"mandatory": {"A": "oui", "B": "no"}})
    assert found.actions["mandatory"].to_dict() == {"A": True, "B": False, "C": False}


def test_tables_without_a_column_and_limits_by_name_are_no_fault():
    nothing = pd.DataFrame()
    found = Problem(
        actions(TWO), weeks(TWO), nothing, nothing, nothing, nothing, nothing, {"week_0": WEEK_0, "horizon_weeks": 8}
    )
    assert found.limits == Limits(week_0=WEEK_0, horizon_weeks=8)
    assert found.capacity is found.budget is None
    with pytest.raises(PlanError, match=r"The limits of a plan cannot be .*nights.*Give a Limits, or some of: week_0"):
        Problem(actions(TWO), weeks(TWO), limits={"nights": 3})


@pytest.mark.parametrize("modes", [None, pd.DataFrame()])
def test_modes_left_out_are_missing_durations(modes):
    with pytest.raises(PlanError, match=r"2 actions have no duration; the first is 'A'\."):
        Problem(actions(TWO), modes)


def test_actions_may_have_numbers_for_ids():
    table = pd.DataFrame({"value": [3, 2], "axis_id": [1, 2]}, index=[1, 2])
    plan = solve(
        Problem(
            table,
            pd.DataFrame({"action_id": [1, 2], "duration_weeks": [1, 1]}),
            cost=pd.DataFrame({"action_id": [1, 2], "source_id": [7, 7], "amount": [5, 5]}),
            budget=pd.DataFrame({"source_id": [7], "fiscal_year": [2026], "amount": [10], "axes": [1]}),
            precedence=order((1, 2, 0)),
            limits=Limits(week_0=WEEK_0),
        )
    )
    assert plan.actions["chosen"].to_dict() == {1: True, 2: False}
    assert str(plan.actions["why_not"][2]) == "Source 7 may not pay for axis 2. Choose another source."


@pytest.mark.parametrize("found", ["x", -1, None, float("nan")])
def test_a_time_limit_is_a_number_of_seconds(found):
    with pytest.raises(PlanError, match=r"The time limit must be a number of seconds, 0 or more"):
        solve(problem(TWO, TWO), time_limit=found)
