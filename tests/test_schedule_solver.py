"""The solver against every plan of tiny problems, whatever the order of the rows, again and again."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from toy_plan import WEEK_0

from planlib.schedule import Limits, Problem, solve
from planlib.schedule import improve as improve_module
from planlib.schedule.evolve import evolve
from planlib.schedule.greedy import first_plan
from planlib.schedule.relax import relaxed
from planlib.schedule.search import Search
from planlib.schedule.shortest import last_end

HORIZON = 5


def tiny(seed: int) -> dict:
    """Four actions in 5 weeks: two roles, two sources over two years, an order, a group, a place or two at once."""
    draw = np.random.default_rng(seed)
    ids = list("ABCD")
    rules = draw.choice(["", "one_of", "all_or_none"])
    table = pd.DataFrame({"value": draw.integers(1, 9, 4).astype(float)}, index=pd.Index(ids, name="action_id"))
    table["earliest_start"] = [WEEK_0 + timedelta(weeks=int(w)) if w else None for w in draw.integers(0, 3, 4)]
    table["deadline"] = [WEEK_0 + timedelta(weeks=int(w), days=4) if w < 5 else None for w in draw.integers(2, 8, 4)]
    table["axis_id"] = draw.choice(["X", "Y"], 4)
    table["owner"] = draw.choice(["p", "q"], 4)
    table["group"] = ["G", "G", None, None] if rules else None
    table["group_rule"] = [rules, rules, None, None] if rules else None
    modes = [(a, "full", int(draw.integers(1, 4)), 1.0) for a in ids]
    modes += [(a, "light", 1, 0.5) for a in ids if draw.random() < 0.4]
    effort = [(a, m, r, float(draw.integers(1, 4))) for a, m, *_ in modes for r in ("r", "s") if draw.random() < 0.7]
    cost = [
        (a, m, str(draw.choice(["F", "G"])), int(draw.integers(0, 3)), float(draw.integers(1, 6) * 100))
        for a, m, *_ in modes
    ]
    return {
        "actions": table,
        "modes": pd.DataFrame(modes, columns=["action_id", "mode", "duration_weeks", "value_share"]),
        "effort": pd.DataFrame(effort, columns=["action_id", "mode", "role_id", "days_per_week"]),
        "cost": pd.DataFrame(cost, columns=["action_id", "mode", "source_id", "offset_weeks", "amount"]),
        "capacity": pd.DataFrame(
            [(r, w, float(draw.integers(2, 6))) for r in ("r", "s") for w in range(HORIZON)],
            columns=["role_id", "week", "days"],
        ),
        "budget": pd.DataFrame(
            [
                (s, y, float(draw.integers(2, 8) * 100), "X" if s == "G" else None)
                for s in ("F", "G")
                for y in (2025, 2026)
            ],
            columns=["source_id", "fiscal_year", "amount", "axes"],
        ),
        "precedence": pd.DataFrame([("A", "C", int(draw.integers(-1, 2)))], columns=["before", "after", "lag_weeks"]),
        # week 2, Monday 19 January, is the first of fiscal year 2026
        "limits": Limits(week_0=WEEK_0, horizon_weeks=HORIZON, at_most=2, per_owner={"p": 1}, fiscal_start="01-20"),
    }


def holds(tables: dict, plan: dict) -> bool:
    """Whether a plan {action: (mode, first week)} respects every rule, checked row by row."""
    actions, limits = tables["actions"], tables["limits"]
    length = {(row.action_id, row.mode): row.duration_weeks for row in tables["modes"].itertuples()}
    span = {a: range(w, w + length[a, m]) for a, (m, w) in plan.items()}
    for a, weeks in span.items():
        first, last = (WEEK_0 + timedelta(weeks=weeks[0])), WEEK_0 + timedelta(weeks=weeks[-1], days=4)
        earliest, deadline = actions.loc[a, "earliest_start"], actions.loc[a, "deadline"]
        if weeks[-1] >= HORIZON or (earliest and first < earliest) or (deadline and last > deadline):
            return False
    for row in tables["precedence"].itertuples():
        if row.after in plan and (
            row.before not in plan or span[row.after][0] < span[row.before][-1] + 1 + row.lag_weeks
        ):
            return False
    rule = actions["group_rule"].iloc[0]
    inside = sum(a in plan for a in "AB")
    if (rule == "one_of" and inside == 2) or (rule == "all_or_none" and inside == 1):
        return False
    for week in range(HORIZON):
        at_work = [a for a in plan if week in span[a]]
        if len(at_work) > limits.at_most or sum(actions.loc[a, "owner"] == "p" for a in at_work) > 1:
            return False
        for role in ("r", "s"):
            used = sum(
                r.days_per_week
                for r in tables["effort"].itertuples()
                if r.role_id == role and r.action_id in at_work and plan[r.action_id][0] == r.mode
            )
            here = tables["capacity"]
            if used > here[(here["role_id"] == role) & (here["week"] == week)]["days"].iloc[0]:
                return False
    spent: dict = {}
    for row in tables["cost"].itertuples():
        if row.action_id in plan and plan[row.action_id][0] == row.mode:
            year = 2025 if plan[row.action_id][1] + row.offset_weeks < 2 else 2026
            if row.source_id == "G" and actions.loc[row.action_id, "axis_id"] != "X":
                return False
            spent[row.source_id, year] = spent.get((row.source_id, year), 0) + row.amount
    money = {(row.source_id, row.fiscal_year): row.amount for row in tables["budget"].itertuples()}
    return all(amount <= money[cell] for cell, amount in spent.items())


def ways_of(tables: dict, action: str) -> list[tuple]:
    rows = tables["modes"][tables["modes"]["action_id"] == action]
    return [
        (mode, week)
        for mode, n in zip(rows["mode"], rows["duration_weeks"], strict=True)
        for week in range(HORIZON - n + 1)
    ]


def every_plan(tables: dict):
    options = []
    for action in tables["actions"].index:
        ways = [way for way in ways_of(tables, action) if holds_alone(tables, action, way)]
        options.append([None, *ways])
    for ways in itertools.product(*options):
        yield {a: way for a, way in zip(tables["actions"].index, ways, strict=True) if way is not None}


def holds_alone(tables: dict, action: str, way: tuple) -> bool:
    alone = {
        **tables,
        "precedence": tables["precedence"].iloc[:0],
        "actions": tables["actions"].assign(group_rule=None),
    }
    return holds(alone, {action: way})


def value_of(tables: dict, plan: dict) -> float:
    share = tables["modes"].set_index(["action_id", "mode"])["value_share"]
    return sum(tables["actions"].loc[a, "value"] * share[a, m] for a, (m, _) in plan.items())


def weeks_of(schedule) -> dict:
    rows = schedule.actions[schedule.actions["chosen"]]
    return {a: (row["mode"], (row["start"].date() - WEEK_0).days // 7) for a, row in rows.iterrows()}


@pytest.mark.parametrize("seed", range(20))
def test_no_plan_among_all_is_better_and_every_rule_holds(seed):
    tables = tiny(seed)
    plan = solve(Problem(**tables))
    found = weeks_of(plan)
    assert holds(tables, found)
    assert plan.status == "optimal"
    best = max(value_of(tables, one) for one in every_plan(tables) if holds(tables, one))
    assert plan.value == pytest.approx(best)
    assert value_of(tables, found) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(20, 40))
def test_the_greedy_plan_and_the_reasons_hold(seed):
    """Greedy respects every rule; each lack told for an action left out is a true one: it cannot simply be added."""
    tables = tiny(seed)
    plan = solve(Problem(**tables), time_limit=0)
    found = weeks_of(plan)
    assert holds(tables, found)
    for action in plan.actions.index[~plan.actions["chosen"]]:
        assert plan.actions["why_not"].loc[action].text("fr")
        assert action in set(plan.why_not["action_id"])
        rows = tables["modes"][tables["modes"]["action_id"] == action]
        assert not any(
            holds(tables, {**found, action: (mode, week)}) for mode in rows["mode"] for week in range(HORIZON)
        )


def test_what_it_would_take_is_enough():
    """Adding the money of the first way in lets an action in, with its group, beside all that was chosen."""
    checked = 0
    for seed in range(60):
        tables = tiny(seed)
        plan = solve(Problem(**tables), time_limit=0)
        found = weeks_of(plan)
        for action, rows in plan.why_not[plan.why_not["way"] == 1].groupby("action_id"):
            if set(rows["limit"]) != {"budget"}:
                continue
            richer = tables["budget"].copy()
            for row in rows.itertuples():
                at = (richer["source_id"] == row.name) & (richer["fiscal_year"] == int(row.period))
                richer.loc[at, "amount"] += row.missing
            more = {**tables, "budget": richer}
            grouped = tables["actions"]["group_rule"].iloc[0] == "all_or_none" and action in "AB"
            entering = ["A", "B"] if grouped else [action]
            assert any(
                holds(more, {**found, **dict(zip(entering, ways, strict=True))})
                for ways in itertools.product(*(ways_of(tables, one) for one in entering))
            )
            checked += 1
    assert checked > 10


def shuffled(tables: dict, seed: int) -> dict:
    return {
        name: table.sample(frac=1, random_state=seed) if isinstance(table, pd.DataFrame) else table
        for name, table in tables.items()
    }


def same(one, other) -> bool:
    return (
        one.actions.drop(columns="why_not").equals(other.actions.drop(columns="why_not"))
        and one.actions["why_not"].map(str).equals(other.actions["why_not"].map(str))
        and one.use.equals(other.use)
        and one.why_not.equals(other.why_not)
        and (one.status, one.value, one.bound) == (other.status, other.value, other.bound)
    )


def middling() -> dict:
    """Thirty actions over a year, two roles, one budget a year."""
    draw = np.random.default_rng(7)
    ids = [f"A{i:02}" for i in range(30)]
    return {
        "actions": pd.DataFrame({"value": draw.integers(1, 100, 30) / 100}, index=pd.Index(ids, name="action_id")),
        "modes": pd.DataFrame({"action_id": ids, "duration_weeks": draw.integers(3, 16, 30)}),
        "effort": pd.DataFrame(
            [(a, r, draw.integers(1, 5) / 2) for a in ids for r in ("r", "s")],
            columns=["action_id", "role_id", "days_per_week"],
        ),
        "cost": pd.DataFrame({"action_id": ids, "source_id": "F", "amount": draw.integers(1, 20, 30) * 500.0}),
        "capacity": pd.DataFrame(
            [(r, w, 5.0) for r in ("r", "s") for w in range(52)], columns=["role_id", "week", "days"]
        ),
        "budget": pd.DataFrame({"source_id": ["F"], "fiscal_year": [2026], "amount": [90_000.0]}),
        "limits": Limits(week_0=WEEK_0, horizon_weeks=52, at_most=6),
    }


def test_a_repeatable_plan_does_not_depend_on_the_order_of_rows_nor_on_the_run():
    tables = middling()
    plans = [solve(Problem(**shuffled(tables, seed)), repeatable=True, time_limit=0.3) for seed in range(3)]
    assert same(plans[0], plans[1])
    assert same(plans[0], plans[2])


def test_tables_given_are_left_as_they_were():
    tables = tiny(3)
    before = {name: table.copy() for name, table in tables.items() if isinstance(table, pd.DataFrame)}
    solve(Problem(**tables))
    assert all(tables[name].equals(table) for name, table in before.items())


def test_a_hint_is_where_the_search_starts():
    tables = middling()
    best = solve(Problem(**tables), time_limit=1.0)
    again = solve(Problem(**tables), time_limit=0, hint=best.actions)
    assert again.value >= best.value - 1e-9


def test_the_room_opens_without_the_solver():
    code = "import sys, planlib.schedule; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_is_better_than_the_relaxed_one(seed):
    tables = tiny(seed)
    problem = Problem(**tables)
    best = max(value_of(tables, one) for one in every_plan(tables) if holds(tables, one))
    assert relaxed(problem.inside).points / problem.inside.point_scale >= best - 1e-9


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_improved_by_parts_holds_every_rule_and_never_loses(seed, monkeypatch):
    """With parts of two actions, so that most of the plan stays around them."""
    monkeypatch.setattr(improve_module, "FREE_IN", 1)
    monkeypatch.setattr(improve_module, "FREE_OUT", 1)
    tables = tiny(seed)
    problem = Problem(**tables)
    first = first_plan(problem.inside)
    run = Search(3.0, seed=0, repeatable=True, gap=0.0, stop=None)
    better = improve_module.improve(first.copy(), run, 1.0, 0, relaxed(problem.inside).points)
    assert better.points() >= first.points()
    placed = np.flatnonzero(better.option >= 0)
    ids, options = problem.inside.ids, problem.inside.options
    assert holds(tables, {ids[a]: (options[better.option[a]].mode, int(better.start[a])) for a in placed})


def chain_of_jobs(seed: int, n: int = 7) -> Problem:
    draw = np.random.default_rng(seed)
    ids = [f"J{i}" for i in range(n)]
    pairs = [(ids[i], ids[j], 0) for i in range(n) for j in range(i + 1, n) if draw.random() < 0.2]
    return Problem(
        actions=pd.DataFrame(index=pd.Index(ids, name="action_id")),
        modes=pd.DataFrame({"action_id": ids, "duration_weeks": draw.integers(1, 5, n)}),
        effort=pd.DataFrame({"action_id": ids, "role_id": "r", "days_per_week": draw.integers(1, 5, n)}),
        capacity=pd.DataFrame({"role_id": "r", "week": range(40), "days": 5}),
        precedence=pd.DataFrame(pairs, columns=["before", "after", "lag_weeks"]),
    )


@pytest.mark.parametrize("seed", range(6))
def test_generations_find_the_shortest_of_small_plans(seed):
    """The solver proves the length; the generations, without it, find a plan of that length that holds."""
    problem = chain_of_jobs(seed)
    proved = solve(problem, objective="makespan")
    assert proved.status == "optimal"
    run = Search(2.0, seed=0, repeatable=True, gap=0.0, stop=None)
    board = evolve(problem.inside, run, 1.0, seed, 0)
    assert (board.free >= 0).all()
    assert all(board.start[a] >= board.lower(a) for a in range(len(problem.inside.ids)))
    assert last_end(board) == proved.value


def test_public_instances_reach_their_best_known_length(shared, root, monkeypatch):
    """Three of 30 jobs from PSPLIB (Kolisch and Sprecher 1996), their optima as listed beside them."""
    monkeypatch.syspath_prepend(str(root / "bench"))
    from _plans import rcpsp

    folder = shared / "data" / "psplib"
    listed = json.loads((folder / "best_known.json").read_text(encoding="utf-8"))["instances"]
    known = {row["name"]: row["best_known"] for row in listed if row["set"] == "j30"}
    for name in sorted(known)[::7]:
        assert solve(rcpsp(folder / f"{name}.sm"), objective="makespan", time_limit=4).value == known[name]
