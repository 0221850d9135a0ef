"""What more money or days would buy, and a plan that gets better while people talk."""

from __future__ import annotations

import threading
from datetime import date

import numpy as np
import pandas as pd
import pytest
from toy_plan import WEEK_0, actions, bills, days, friday, monday, money, problem, work

from planlib.schedule import Limits, Problem, curve, improving, next_action, solve
from planlib.schema import PlanError


def four(budget: float, **more):
    """A 5 000 $, B 4 000 $, C 9 000 $, D 8 000 $ and 6 days; the coordinator has 3 days a week for 8 weeks."""
    return problem(
        {"A": 9, "B": 8, "C": 5, "D": 5},
        {"A": 1, "B": 1, "C": 1, "D": 2},
        cost=bills(("A", "F", 0, 5000), ("B", "F", 0, 4000), ("C", "F", 0, 9000), ("D", "F", 0, 8000)),
        budget=money(("F", 2026, budget)),
        effort=work(("D", "coord", 3)),
        capacity=days("coord", [3] * 8),
        **more,
    )


def test_the_next_dollars_name_what_they_buy():
    """9 000 $ pay A and B; D lacks 8 000 $, C 9 000 $."""
    found = next_action(four(9000), solve(four(9000)))
    assert found[["limit", "name", "missing", "unit", "action_id", "value"]].to_numpy().tolist() == [
        ["budget", "F", 8000.0, "CAD", "D", 5.0]
    ]
    assert str(found["why"][0]) == "With $8,000 more of F in 2026, D would come into the plan."
    assert (
        found["why"][0].text("fr").replace("\u00a0", " ")
        == "Avec 8 000 $ de plus de F en 2026, D entrerait dans le plan."
    )


def test_the_next_days_are_those_of_the_role_alone():
    """Money for all; D needs 3 days a week and only 1 is there: 4 days over its 2 weeks."""
    tight = problem({"D": 5}, {"D": 2}, effort=work(("D", "coord", 3)), capacity=days("coord", [1] * 8))
    found = next_action(tight, solve(tight))
    assert found[["limit", "name", "missing", "unit", "action_id"]].to_numpy().tolist() == [
        ["capacity", "coord", 4.0, "days", "D"]
    ]
    assert next_action(tight, solve(tight), amount=3).empty
    assert len(next_action(tight, solve(tight), amount=4)) == 1


def test_an_amount_buys_the_most_valuable_of_what_it_can():
    """5 000 $ more pay X (3 000 $, value 2) or Y (5 000 $, value 3): the least is X, the best is Y."""
    two = problem(
        {"X": 2, "Y": 3},
        {"X": 1, "Y": 1},
        cost=bills(("X", "F", 0, 3000), ("Y", "F", 0, 5000)),
        budget=money(("F", 2026, 0)),
    )
    plan = solve(two)
    assert next_action(two, plan)["action_id"].tolist() == ["X"]
    assert next_action(two, plan, amount=5000)["action_id"].tolist() == ["Y"]


def test_a_group_enters_together_and_what_lacks_two_limits_is_not_promised():
    rule = {"group": {"A": "G", "B": "G"}, "group_rule": {"A": "all_or_none", "B": "all_or_none"}}
    both = problem(
        {"A": 1, "B": 1, "C": 1},
        {"A": 1, "B": 1, "C": 1},
        columns=rule,
        cost=bills(("A", "F", 0, 100), ("B", "F", 0, 200), ("C", "F", 0, 250)),
        budget=money(("F", 2026, 0)),
        effort=work(("C", "coord", 1)),
        capacity=days("coord", [0] * 8),
    )
    found = next_action(both, solve(both))
    assert found[["name", "missing", "action_id", "also", "value"]].to_numpy().tolist() == [
        ["F", 300.0, "A", ("B",), 2.0]
    ]
    assert str(found["why"][0]) == "With $300 more of F in 2026, A and B would come into the plan."


def test_a_source_without_money_is_asked_for_the_mode_that_costs_least():
    """Nothing is in F: the light mode lacks 100 $, the full one 400 $."""
    modes = pd.DataFrame(
        [("A", "full", 1, 1.0), ("A", "light", 1, 0.5)], columns=["action_id", "mode", "duration_weeks", "value_share"]
    )
    one = Problem(
        actions=actions({"A": 2}),
        modes=modes,
        cost=pd.DataFrame({"action_id": "A", "mode": ["full", "light"], "source_id": "F", "amount": [400, 100]}),
        budget=money(("F", 2026, 0)),
        limits=Limits(week_0=WEEK_0, horizon_weeks=4),
    )
    assert next_action(one, solve(one))["missing"].tolist() == [100.0]


def test_nothing_left_out_buys_nothing():
    assert next_action(four(99_000), solve(four(99_000))).empty


@pytest.mark.parametrize("seed", range(5))
def test_the_least_amount_is_enough_and_a_dollar_less_is_not(seed):
    """The cheapest action left out, less what the plan leaves: with 1 $ less, none fits beside what is chosen."""
    draw = np.random.default_rng(seed)
    ids = list("ABCDEF")
    costs = dict(zip(ids, draw.integers(1, 20, 6) * 500, strict=True))
    values = dict(zip(ids, draw.integers(1, 9, 6), strict=True))
    had = 12_000

    def made(amount):
        return problem(
            values, dict.fromkeys(ids, 1),
            cost=bills(*((a, "F", 0, c) for a, c in costs.items())), budget=money(("F", 2026, amount)),
        )  # fmt: skip

    plan = solve(made(had))
    found = next_action(made(had), plan)
    inside = list(plan.actions.index[plan.actions["chosen"]])
    left = had - sum(costs[a] for a in inside)
    assert found["missing"].tolist() == [min(costs[a] for a in ids if a not in inside) - left]


def test_the_curve_rises_point_by_point_to_the_value_of_everything():
    """0 $: nothing; 4 500 $: B; 9 000 $: A and B; 18 000 $: with C or D; 27 000 $: all. Each is the true optimum."""
    points = list(curve(four(9000), (3, 0, 0.5, 1, 2), time_limit=2))
    assert [(point.share, point.amount, point.value) for point in points] == [
        (0.0, 0.0, 0.0), (0.5, 4500.0, 8.0), (1.0, 9000.0, 17.0), (2.0, 18000.0, 22.0), (3.0, 27000.0, 27.0)
    ]  # fmt: skip
    assert points[0].entered == ()
    assert points[1].entered == ("B",)
    assert points[2].entered == ("A",)
    assert len(points[3].entered) == 1


def test_the_curve_over_staff():
    """D takes 3 days a week: with a third of the days it is out."""
    points = list(curve(four(99_000), (0.3, 1), of="capacity", name="coord"))
    assert [(point.amount, point.value) for point in points] == [(0.0, 22.0), (24.0, 27.0)]


def test_a_budget_too_small_for_what_must_be_done_is_a_point_without_value():
    points = list(curve(four(9000, columns={"mandatory": {"A": True}}), (0.5, 1)))
    assert [point.schedule.status for point in points] == ["infeasible", "optimal"]
    assert np.isnan(points[0].value)
    assert points[1].value == 17


def test_the_curve_of_a_plan_under_way_keeps_what_is_begun():
    """C, begun, takes its 9 000 $ at any budget."""
    published = pd.DataFrame(
        {"chosen": True, "mode": "full", "start": [monday(0)], "finish": [friday(0)], "status": "under_way"},
        index=pd.Index(["C"], name="action_id"),
    )
    points = list(curve(four(9000), (0, 1, 2), published=published, today=date(2026, 1, 12)))
    assert [point.value for point in points] == [5.0, 5.0, 22.0]
    assert all(point.schedule.actions["chosen"]["C"] for point in points)


def test_a_curve_that_nobody_waits_for_ends():
    asked = []
    points = list(curve(four(9000), stop=lambda: asked.append(1) or len(asked) > 1))
    assert len(points) <= 1


@pytest.mark.parametrize(
    ("how", "english"),
    [
        ({"shares": [-0.5]}, r"cannot be negative \(-0.5\)"),
        ({"of": "weather"}, r"'weather' cannot be varied\. Choose one of: budget and capacity\."),
        ({"name": "Z"}, r"There is no budget to vary: source 'Z' is not in the plan\."),
        ({"of": "capacity", "name": "Z"}, r"There are no days to vary: role 'Z' is not in the plan\."),
    ],
)
def test_a_curve_of_nothing_is_refused_before_its_first_point(how, english):
    with pytest.raises(PlanError, match=english):
        curve(four(9000), **how)


def knapsack(n: int = 30):
    """Values near costs: greedy is far from best, so there is something to improve."""
    draw = np.random.default_rng(3)
    ids = [f"A{i:02}" for i in range(n)]
    costs = draw.integers(40, 100, n) * 97
    return problem(
        dict(zip(ids, costs / 97 + draw.integers(0, 3, n), strict=True)),
        dict.fromkeys(ids, 2),
        cost=bills(*((a, "F", 0, c) for a, c in zip(ids, costs, strict=True))),
        budget=money(("F", 2026, float(costs.sum() * 0.47))),
    )


def test_a_first_plan_is_there_at_once_and_ends_as_good_as_a_solve():
    heard, threads = [], set()

    def hear(plan):
        heard.append(plan.value)
        threads.add(threading.current_thread().name)

    search = improving(knapsack(), 20, hear)
    first = search.best
    assert first is not None
    last = search.wait(60)
    assert search.done
    assert search.error is None
    assert heard == sorted(heard)
    assert last.value == heard[-1] >= first.value
    assert last.value == solve(knapsack(), time_limit=20).value
    assert threading.current_thread().name not in threads


def test_a_stop_keeps_the_best_and_silences_the_listener():
    heard = []
    search = improving(knapsack(200), 60, heard.append)
    search.stop()
    known = len(heard)
    assert search.wait(30) is not None
    assert search.done
    assert len(heard) <= known + 1  # one call may have been under way


def test_a_fault_of_the_listener_is_not_swallowed():
    def fail(_plan):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        improving(knapsack(), 20, fail).wait(30)


def test_a_plan_that_cannot_be_says_so_in_the_background_too():
    both = {"mandatory": {"A": True, "B": True}}
    search = improving(four(8000, columns=both), 5)
    assert search.wait(30).status == "infeasible"
