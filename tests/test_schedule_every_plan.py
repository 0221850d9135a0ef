"""The schedule room against every plan of small problems that have some of every rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from every_plan import Slack, Small, friday, monday, plan_of, smalls
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from planlib.schedule import curve, explain, improving, next_action, replan, solve
from planlib.schema import PlanError

few = settings(
    derandomize=True, max_examples=20, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


def stated(small: Small):
    """The problem, or None when it is refused because a mandatory action cannot be in even alone, which is true."""
    try:
        return small.problem()
    except PlanError as error:
        assert error.key.startswith("schedule.cannot_fit")
        assert not small.fits()
        return None


@few
@given(smalls())
def test_no_plan_among_all_has_more_value(small):
    problem = stated(small)
    if problem is None:
        return
    best = small.best()
    plan = solve(problem, time_limit=20)
    if best is None:
        assert plan.status == "infeasible"
        return
    found = plan_of(small, plan)
    assert plan.status == "optimal"
    assert small.holds(found)
    assert plan.value == pytest.approx(best) == pytest.approx(small.value(found))
    assert plan.bound == pytest.approx(best)


@few
@given(smalls())
def test_the_greedy_plan_and_the_one_found_in_the_background_hold(small):
    problem = stated(small)
    if problem is None or (best := small.best()) is None:
        return
    search = improving(problem, 20)
    if search.best is not None:
        assert small.holds(plan_of(small, search.best))
        assert search.best.value <= best + 1e-9
    last = search.wait(60)
    assert small.holds(plan_of(small, last))
    assert last.value == pytest.approx(best)


@few
@given(smalls(), st.sampled_from([0, 1, 2]), st.sampled_from([1.0, 0.5, 0.0]))
def test_a_plan_changed_under_way_keeps_what_has_begun_and_holds_for_the_rest(small, week, share):
    problem = stated(small)
    assume(problem is not None)
    published = solve(problem, time_limit=20)
    assume(published.status == "optimal")
    was = plan_of(small, published)
    cut = small
    if small.budget:
        cut = replace(small, budget=[(s, y, float(int(n * share)), *rest) for s, y, n, *rest in small.budget])
    cut = replace(cut, actions={a: {**row, "mandatory": False} for a, row in cut.actions.items()})
    plan = replan(cut.problem(), published.actions, monday(week), time_limit=20)
    now = plan_of(cut, plan)
    begun = {action: way for action, way in was.items() if way[1][0] < week}
    assert plan.status == "optimal"
    assert {action: now.get(action) for action in begun} == begun
    assert all(span[0] >= week for action, (_, span) in now.items() if action not in begun)
    assert cut.in_order(now)
    assert not cut.excess(now, begun)
    if share == 1.0:
        assert {action: now.get(action) for action in was} == was


@settings(few, max_examples=40)
@given(smalls(crowded=True))
def test_limits_that_conflict_are_as_few_as_can_be_and_the_repair_is_enough(small):
    problem = stated(small)
    if problem is None:
        return
    told = explain(problem)
    assert told.possible == small.fits()
    if told.possible:
        return
    limits = [(reason.key.removeprefix("schedule."), reason.facts) for reason in told.conflict]
    if ("limit_rest", {}) not in limits:
        assert not lifted(small, limits).fits(longer(small, limits))
        for one in range(len(limits)):
            others = limits[:one] + limits[one + 1 :]
            assert lifted(small, others).fits(longer(small, others)), limits[one]
    if told.repair:
        assert small.fits(slack_of(told.repair))
    kept = {a: {**row, "mandatory": False} for a, row in small.actions.items()}
    loose = replace(small, actions=kept)
    left = small.forced() - set(told.given_up)
    assert next(loose.plans(left, all_in=True), None) is not None


def longer(small: Small, held: list) -> Slack:
    """Weeks past the end of the plan, unless its end is one of the limits held."""
    more = sum(row[2] for row in small.modes if row[1] == "full") + 1
    return Slack(weeks=0 if any(key == "limit_horizon" for key, _ in held) else more)


def lifted(small: Small, held: list) -> Small:
    """The problem with only these limits held, beside the dates that are no limit by name."""

    def has(key: str, **facts) -> bool:
        return any(k == key and all(f.get(n) == x for n, x in facts.items()) for k, f in held)

    rows = {}
    for action, row in small.actions.items():
        grouped = row["group"] is not None and has(f"limit_{row['group_rule']}", group=row["group"])
        rows[action] = {
            **row,
            "mandatory": action in small.forced(),
            "deadline": row["deadline"] if has("limit_deadline", action=action) else None,
            "group": row["group"] if grouped else None,
        }
    owners = {row["owner"] for row in small.actions.values()} - {None}
    held_owners = {owner: small.room("per_owner", owner, 0) for owner in owners if has("limit_per_owner", owner=owner)}
    capacity = {
        role: found if has("limit_capacity", role=role) else [99.0] * len(found)
        for role, found in (small.capacity or {}).items()
    }
    years = (2025, 2026, 2027, 2028)
    # A source has every year here, with what it may pay for; a year that is not held has all one could ask.
    budget = None
    if small.budget is not None:
        budget = []
        for source in ("F", "H"):
            for year in years:
                own = [row for row in small.budget if row[:2] == (source, year)]
                kept = has("limit_budget", source=source, year=str(year))
                amount = small.funds((source, year)) if kept else 99_999.0
                budget.append((source, year, amount, own[0][3] if own else None, "confirmed"))
    return replace(
        small,
        actions=rows,
        capacity=capacity or None,
        budget=budget,
        spent=[],
        loose_steps=tuple(
            step
            for step, row in small.actions.items()
            if not has("limit_order", action=step, other=row["first_step_of"])
        ),
        precedence=[row for row in small.precedence if has("limit_order", action=row[0], other=row[1])],
        limits={
            **small.limits,
            "at_most": small.limits["at_most"] if has("limit_at_most") else None,
            "per_owner": held_owners or None,
        },
    )


def slack_of(repair) -> Slack:
    slack = Slack()
    weeks = 0
    for reason in repair:
        kind, facts = reason.key.removeprefix("schedule."), reason.facts
        if kind == "repair_deadline":
            slack.deadlines[facts["action"]] = facts["day"]
        elif kind == "repair_horizon":
            weeks = facts["n"]
        elif kind == "lacks_budget":
            slack.money["budget", facts["source"], facts["year"]] = facts["amount"].amount
        else:
            limit = kind.removeprefix("lacks_")
            name = facts.get("role", facts.get("owner"))
            slack.units[limit, name, f"{facts['year']}-Q{facts['quarter']}"] = facts["n"]
    return replace(slack, weeks=weeks)


@settings(few, max_examples=40)
@given(smalls())
def test_the_next_amount_lets_an_action_in_and_no_less_would(small):
    problem = stated(small)
    if problem is None:
        return
    plan = solve(problem, time_limit=20)
    assume(plan.status == "optimal")
    chosen = plan_of(small, plan)
    least: dict = {}
    for action in set(small.actions) - set(chosen):
        for (limit, name), amount in entering(small, chosen, (action,)).items():
            least[limit, name] = min(amount, least.get((limit, name), amount))
    found = next_action(problem, plan)
    for row in found.itertuples():
        together = entering(small, chosen, (row.action_id, *row.also))
        assert row.missing >= together[row.limit, row.name] - 1e-9
        if not row.also:
            assert row.missing == pytest.approx(least[row.limit, row.name])
    assert set(least) <= {(row.limit, row.name) for row in found.itertuples()}


def entering(small: Small, chosen: dict, enter: tuple) -> dict:
    """The least that each limit, alone, would have to give for these actions to enter beside those chosen."""
    least: dict = {}

    def place(left: tuple, plan: dict):
        if not left:
            over = small.excess(plan) if small.in_order(plan) else {}
            kinds = {(kind, name) for kind, name, _ in over}
            if len(kinds) == 1:
                (kind,) = kinds
                least[kind] = min(sum(over.values()), least.get(kind, float("inf")))
            return
        for way in small.ways(left[0]):
            place(left[1:], {**plan, left[0]: way})

    place(enter, chosen)
    return least


@settings(few, max_examples=12)
@given(smalls(), st.sampled_from(["budget", "capacity"]))
def test_more_money_or_days_never_buy_less_and_each_point_is_the_best(small, of):
    problem = stated(small)
    assume(problem is not None and getattr(small, of) is not None)
    points = list(curve(problem, (0.5, 1.0, 2.0), of=of, time_limit=5))
    known = [point.value for point in points if point.value == point.value]
    assert known == sorted(known)
    best = small.best()
    assert points[1].value == pytest.approx(best) if best is not None else points[1].schedule.status == "infeasible"
    double = replace(small, budget=[(*r[:2], 2 * r[2], *r[3:]) for r in small.budget]) if of == "budget" else replace(
        small, capacity={role: [2 * d for d in row] for role, row in small.capacity.items()})  # fmt: skip
    assert points[2].value == pytest.approx(double.best()) if double.best() is not None else True


def test_the_enumeration_knows_a_plan_worked_by_hand():
    """Two of three fit one after the other in five weeks, and only one of them can be paid."""
    row = {"axis_id": "X", "mandatory": False, "earliest_start": None, "deadline": None, "owner": None,
           "first_step_of": None, "group": None, "group_rule": None, "horizon": None}  # fmt: skip
    small = Small(
        actions={a: {**row, "value": v} for a, v in {"A": 3.0, "B": 2.0, "C": 2.0}.items()},
        modes=[(a, "full", 2, 1.0) for a in "ABC"],
        effort=[], cost=[("A", "full", "F", 0, 100.0), ("B", "full", "F", 0, 100.0)],
        capacity=None, budget=[("F", 2026, 100.0, None, None)], precedence=[], spent=[],
        limits={"horizon_weeks": 5, "blackout_weeks": (), "at_most": 1, "per_owner": None, "source_statuses": None},
    )  # fmt: skip
    assert small.best() == 5.0
    assert friday(0) == date(2026, 1, 9)
