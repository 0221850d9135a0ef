"""What-if at a workshop's pace: a slider's first plan over 60 actions, and a cut of a fifth over 40 actions in sizes.

`ours` is the first plan that a move of the money or days slider shows, with its calendar's tables; the peer is what a
full search with CP-SAT takes for the same budgets and days. Both run on the same made-up workbook in the same run.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd
from _bench import arguments, report

from planlib import decide, facts, scenario, store
from planlib.clients import new
from planlib.scenario.levers import Levers, levers
from planlib.schedule import solve, stored

START, MARCH = date(2026, 1, 5), date(2026, 3, 2)
SLIDER_SECONDS, CUT_SECONDS = 1.0, 2.0  # issue 6
NOISY = 1.2  # what a noisy machine is allowed on top
MOVES = ((-0.1, 0.0), (-0.2, 0.0), (-0.3, 0.0), (0.2, 0.0), (0.0, -0.2), (-0.3, -0.2))
PEER_SECONDS = 20.0  # what the slider's own search is given


def workbook(folder: Path, name: str, n: int, seed: int = 0) -> store.Book:
    """A plan of `n` actions in sizes, a third without costs, three roles and two funds, stored and begun."""
    draw = np.random.default_rng(seed)
    new(name, kind="generic", name=name, workspace=folder)
    book = store.open(name, folder)
    ids = [f"N{i:03}" for i in range(n)]

    def put(kind: str, *rows: dict) -> None:
        book.put(kind, pd.DataFrame(list(rows)), by="bench", why="bench", effective="2026-01-01")

    weeks, size = draw.integers(3, 16, n), draw.choice(["S", "M", "L"], n)
    put("role", *({"role_id": f"R{r}", "title": f"Role {r}"} for r in range(3)))
    put(
        "capacity", *({"role_id": f"R{r}", "period": f"2026-Q{q}", "days": 40.0} for r in range(3) for q in range(1, 5))
    )
    put("source", *({"source_id": f"S{s}", "title": f"Fund {s}", "status": "confirmed"} for s in range(2)))
    amounts = {i: float(draw.integers(2, 20) * 500) for i in range(n) if i % 3}
    for s in range(2):
        asked = sum(amount for i, amount in amounts.items() if i % 2 == s)
        put("budget", {"source_id": f"S{s}", "fiscal_year": 2026, "amount": round(0.7 * asked)})
    put("action", *({"action_id": a, "title": f"Action {a}", "horizon": "short", "duration_weeks": int(w)}
                    for a, w in zip(ids, weeks, strict=True)))  # fmt: skip
    put("demand", *({"action_id": a, "role_id": f"R{i % 3}", "effort_size": size[i]} for i, a in enumerate(ids)))
    put("cost", *({"action_id": ids[i], "source_id": f"S{i % 2}", "fiscal_year": 2026, "amount_high": amount}
                  for i, amount in amounts.items()))  # fmt: skip
    criteria = facts.read(book).criteria.index
    put("judgement", *({"judge_id": "T1", "action_id": a, "criterion_id": c, "performance": float(draw.integers(1, 6))}
                       for a in ids for c in criteria))  # fmt: skip
    plan = decide.plan(facts.read(book), START, time_limit=1.0)
    rows = stored.rows(plan.actions, plan.inputs.assumed)
    book.put("schedule", rows, by="bench", why="bench", effective=START)
    chosen = rows.index[rows["chosen"]]
    begun = set(rows.loc[chosen].sort_values("start").index[:4])
    put("update", *({"action_id": a, "updated_on": "2026-02-27", "status": "under_way" if a in begun else "to_come"}
                    for a in chosen))  # fmt: skip
    return book


def slider(moved: Levers) -> list[float]:
    """Seconds of each move of the sliders to the tables of the plan that is shown first."""
    seconds = []
    for money, days in MOVES:
        began = perf_counter()
        search = moved.at(money, days, seconds=0.5)
        moved.document(search.best, 2026)
        seconds.append(perf_counter() - began)
        search.stop()
        search.wait(30)
    return seconds


def full(moved: Levers, moves) -> list[float]:
    """Seconds of a search from nothing, to proof or to its end, for the same budgets and days."""
    seconds = []
    for money, days in moves:
        problem = moved.inputs.problem
        asked = replace(
            problem,
            budget=problem.budget.assign(amount=problem.budget["amount"] * (1 + money)),
            capacity=problem.capacity.assign(days=problem.capacity["days"] * (1 + days)),
        )
        began = perf_counter()
        solve(asked, time_limit=PEER_SECONDS)
        seconds.append(perf_counter() - began)
    return seconds


def main() -> int:
    options = arguments(__doc__.splitlines()[0])
    moves = MOVES[1:2] if options.quick else MOVES
    with tempfile.TemporaryDirectory() as folder:
        with workbook(Path(folder), "sixty", 60) as book:
            before, under_way = levers(book, START), levers(book, MARCH)
            slider(before)  # imports and first calls are not what is measured
            made, kept = slider(before), slider(under_way)
            peer = full(before, moves)
        with workbook(Path(folder), "forty", 40) as book:
            began = perf_counter()
            found = scenario.compare(book, ["budget=-20%"], today=MARCH, time_limit=1.0)
            cut = perf_counter() - began
            began = perf_counter()
            again = decide.plan(facts.read(book), START, time_limit=1.0)
            dated = perf_counter() - began
    slowest = max(made + kept)
    done = report(
        "what_if",
        median(made),
        median(peer),
        "seconds to the plan shown, 60 actions",
        goal=2.0,
        floor=1.6,  # what counts is the seconds below: under load, both slow down alike
        extra={
            "slowest first answer": round(slowest, 3),
            "first answer, plan under way": round(median(kept), 3),
            "40 actions in sizes, dated": round(dated, 3),
            "40 actions, cut of a fifth in March": round(cut, 3),
            "out": int((found.actions["change"] == "out").sum()),
            "assumed": len(again.inputs.assumed),
            "limits": f"{SLIDER_SECONDS} s for a slider, {CUT_SECONDS} s for 40 actions; {NOISY} times that when noisy",
            **({"note": "quick: the peer on one move of six"} if options.quick else {}),
        },
        met=slowest <= SLIDER_SECONDS * NOISY and max(cut, dated) <= CUT_SECONDS * NOISY,
        as_json=options.json,
    )
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
