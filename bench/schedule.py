"""Schedules of 40 to 1,000 generated actions, and public RCPSP instances, against a plain CP-SAT model.

Ours and the peer solve the same plans on the same machine in the same run. The peer is the model alone: no greedy
plan, no relaxation, no cuts, no neighbourhoods, no seeding. `ratio` compares distances to a bound, or to the best
known length, over all parts that ran.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from _bench import arguments, report
from _plans import generated, rcpsp

from planlib.schedule import solve
from planlib.schedule.model import Model
from planlib.schedule.search import Search

SHARED = Path(os.environ.get("PLANLIB_SHARED", Path(__file__).resolve().parents[2] / "shared"))
FIRST_SECONDS, FIRST_SHARE = 0.1, 0.8


@dataclass(frozen=True)
class Part:
    """Generated plans of one size: the gap to reach in so many seconds, and what a noisy machine owes."""

    actions: int
    goal: float
    seconds: float
    floor: float
    quick_seeds: int
    seeds: int


PARTS = (Part(40, 0.01, 1, 0.012, 3, 5), Part(80, 0.01, 2, 0.012, 3, 5), Part(200, 0.04, 60, 0.048, 0, 2))
LARGE = Part(1000, 0.06, 60, 0.072, 1, 1)
RCPSP = {"j30": (0.0, 0.0), "j60": (0.004, 0.005), "j120": (0.03, 0.036)}  # mean deviation: goal, floor
RCPSP_SECONDS = 5.0


def plain(problem, seconds: float, *, makespan: bool = False) -> tuple[float, float]:
    """(value, bound) of the model alone."""
    model = Model(problem.inside, everything=makespan, cuts=False)
    model.add_makespan(None) if makespan else model.add_value()
    run = Search(seconds, seed=0, repeatable=False, gap=0.0 if makespan else 0.01, stop=None)
    _, board, bound = run(model, 1.0)
    if makespan:
        ends = board.start + np.array([problem.inside.options[k].weeks for k in board.option]) if board else [np.inf]
        return float(max(ends)), bound
    return float(board.points()) if board else 0.0, bound


def plans(part: Part, seeds: int, seconds: float) -> dict:
    """Worst gap of ours and of the peer, worst first answer (seconds and share of the final value)."""
    ours, peer, first_seconds, first_share, took = [], [], [], [], []
    for seed in range(seeds):
        problem = generated(part.actions, seed)
        heard: list[tuple[float, float]] = []
        began = perf_counter()
        plan = solve(
            problem,
            time_limit=seconds,
            gap=0.01,
            on_solution=lambda found, heard=heard, began=began: heard.append((perf_counter() - began, found.value)),
        )
        took.append(perf_counter() - began)
        ours.append(plan.bound / plan.value - 1)
        first_seconds.append(heard[0][0])
        first_share.append(heard[0][1] / plan.value)
        value, bound = plain(problem, seconds)
        peer.append(bound / value - 1 if value else 1.0)
    return {
        "gap": round(float(max(ours)), 4),
        "peer_gap": round(max(peer), 4),
        "seconds": round(max(took), 2),
        "first_seconds": round(max(first_seconds), 3),
        "first_share": round(float(min(first_share)), 3),
    }


def instances(family: str, count: int | None) -> dict:
    """Mean deviation from the best known length, ours and the peer's."""
    folder = SHARED / "data" / "psplib"
    known = json.loads((folder / "best_known.json").read_text(encoding="utf-8"))["instances"]
    rows = sorted((row["name"], row["best_known"]) for row in known if row["set"] == family)
    ours, peer = [], []
    for name, best in rows[:: max(1, len(rows) // count)] if count else rows:
        problem = rcpsp(folder / f"{name}.sm")
        ours.append(solve(problem, objective="makespan", time_limit=RCPSP_SECONDS).value / best - 1)
        peer.append(plain(problem, RCPSP_SECONDS, makespan=True)[0] / best - 1)
    return {
        "deviation": round(float(np.mean(ours)), 4),
        "peer_deviation": round(float(np.mean(peer)), 4),
        "n": len(ours),
    }


def main() -> int:
    options = arguments(__doc__.splitlines()[0])
    solve(generated(40, 99), time_limit=0.2)  # imports and first calls are not what is measured
    extra, met, ours, peer = {}, True, [], []
    for part in (*PARTS, LARGE):
        seeds = part.quick_seeds if options.quick else part.seeds
        if not seeds:
            continue
        seconds = min(part.seconds, 6.0) if options.quick else part.seconds
        found = plans(part, seeds, seconds)
        extra[f"{part.actions} actions"] = {**found, "goal": part.goal, "within": seconds}
        met &= found["gap"] <= part.floor and found["first_share"] >= FIRST_SHARE * 0.8
        met &= found["first_seconds"] <= FIRST_SECONDS * 1.2
        ours.append(found["gap"])
        peer.append(found["peer_gap"])
    folder = SHARED / "data" / "psplib"
    if not folder.is_dir():
        extra["rcpsp"] = f"left out: {folder.name} is not beside the project"
    else:
        for family, (goal, floor) in RCPSP.items():
            if options.quick and family == "j60":
                continue
            found = instances(family, {"j30": 2, "j120": 1}[family] if options.quick else None)
            extra[family] = {**found, "goal": goal}
            if not options.quick or family == "j30":  # one hard instance says little about a mean
                met &= found["deviation"] <= floor
            ours.append(found["deviation"])
            peer.append(found["peer_deviation"])
    if options.quick:
        extra["note"] = "quick: fewer plans, 6 s at most each; 200 actions and most public instances left out"
    done = report(
        "schedule",
        max(1e-4, float(np.mean(ours))),
        max(1e-4, float(np.mean(peer))),
        "mean distance to the bound or the best known",
        goal=2.0,
        floor=1.6,
        extra=extra,
        met=met,
        as_json=options.json,
    )
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
