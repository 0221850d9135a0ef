"""Made-up plans and public RCPSP instances for bench/schedule.py."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from planlib.schedule import Limits, Problem

ROLES = 8
YEARS = 3
WEEKS = 52 * YEARS
SOURCES = 1
DAYS_SHARE = 1.0


def generated(n: int, seed: int) -> Problem:
    """A plan like those of ../shared/engines.md: three years in weeks, 8 roles with holiday dips, 3 yearly budgets,
    a limit on parallel actions, 25 % with a deadline, 35 % with an action before, half with a light mode; days and
    money for about 60 % of what is asked."""
    draw = np.random.default_rng(seed)
    ids = [f"A-{i:04}" for i in range(n)]
    weeks = draw.integers(4, 27, n)
    starts = pd.Timestamp("2026-01-05")
    earliest = [starts + pd.Timedelta(weeks=int(w)) if w else None for w in draw.choice([0, 0, 13, 26, 52], n)]
    deadline = [
        (early or starts) + pd.Timedelta(weeks=int(draw.integers(length + 8, 130))) if draw.random() < 0.25 else None
        for early, length in zip(earliest, weeks, strict=True)
    ]
    actions = pd.DataFrame(
        {"value": draw.integers(10, 101, n), "earliest_start": earliest, "deadline": deadline},
        index=pd.Index(ids, name="action_id"),
    )
    light = draw.random(n) < 0.5
    modes, effort, cost = [], [], []
    asked = np.zeros(ROLES)
    billed = np.zeros(SOURCES)
    for i, action in enumerate(ids):
        roles = draw.choice(ROLES, draw.integers(1, 4), replace=False)
        days = draw.integers(1, 5, len(roles)) / 2
        sources = draw.choice(SOURCES, min(SOURCES, draw.integers(1, 3)), replace=False)
        amounts = draw.integers(1, 41, len(sources)) * 500
        asked[roles] += days * weeks[i]
        billed[sources] += amounts
        for mode, share, part in [("full", 1.0, 1.0)] + ([("light", 0.6, 0.5)] if light[i] else []):
            modes.append((action, mode, int(np.ceil(weeks[i] * (0.75 if part < 1 else 1))), share))
            effort += [
                (action, mode, f"R{role}", max(0.5, np.floor(2 * day * part) / 2))
                for role, day in zip(roles, days, strict=True)
            ]
            cost += [
                (action, mode, f"S{source}", 0, float(amount * part))
                for source, amount in zip(sources, amounts, strict=True)
            ]
    week = np.arange(WEEKS)
    holiday = np.isin(week % 52, [28, 29, 50, 51])
    capacity = [
        (
            f"R{role}",
            int(w),
            max(
                5.0 * (0.6 if holiday[w] else 1),
                float(np.floor(2 * DAYS_SHARE * asked[role] / WEEKS * (0.6 if holiday[w] else 1.03)) / 2),
            ),
        )
        for role in range(ROLES)
        for w in week
    ]
    budget = [
        (f"S{source}", 2026 + year, float(round(0.6 * billed[source] / YEARS)))
        for source in range(SOURCES)
        for year in range(YEARS)
    ]
    chained = [i for i in range(1, n) if draw.random() < 0.35]
    precedence = [(ids[draw.integers(max(0, i - 20), i)], ids[i], int(draw.integers(0, 5))) for i in chained]
    return Problem(
        actions=actions,
        modes=pd.DataFrame(modes, columns=["action_id", "mode", "duration_weeks", "value_share"]),
        effort=pd.DataFrame(effort, columns=["action_id", "mode", "role_id", "days_per_week"]),
        cost=pd.DataFrame(cost, columns=["action_id", "mode", "source_id", "offset_weeks", "amount"]),
        capacity=pd.DataFrame(capacity, columns=["role_id", "week", "days"]),
        budget=pd.DataFrame(budget, columns=["source_id", "fiscal_year", "amount"]),
        precedence=pd.DataFrame(precedence, columns=["before", "after", "lag_weeks"]),
        limits=Limits(
            week_0=starts.date(), horizon_weeks=WEEKS, at_most=max(8, round(DAYS_SHARE * weeks.sum() / WEEKS * 1.05))
        ),
    )


def rcpsp(path: Path) -> Problem:
    """One single-mode PSPLIB file (.sm), its two dummy jobs left out; a period is a week."""
    text = path.read_text(encoding="latin-1")
    horizon = int(re.search(r"horizon\s*:\s*(\d+)", text).group(1))
    parts = re.split(r"\*{10,}", text)
    order, durations, available = (
        next(part for part in parts if title in part)
        for title in ("PRECEDENCE RELATIONS", "REQUESTS/DURATIONS", "RESOURCEAVAILABILITIES")
    )
    rows = [[int(x) for x in line.split()] for line in durations.splitlines() if re.match(r"\s*\d+\s+\d+\s", line)]
    jobs = {row[0]: row for row in rows if row[2] > 0}
    capacity = [int(x) for x in available.strip().splitlines()[-1].split()]
    pairs = []
    for line in order.splitlines():
        found = [int(x) for x in line.split()] if re.match(r"\s*\d+\s+\d+\s", line) else []
        pairs += [(found[0], after) for after in found[3:] if found[0] in jobs and after in jobs]
    name = "J{:03}".format
    return Problem(
        actions=pd.DataFrame(index=pd.Index([name(job) for job in jobs], name="action_id")),
        modes=pd.DataFrame({"action_id": [name(job) for job in jobs], "duration_weeks": [r[2] for r in jobs.values()]}),
        effort=pd.DataFrame(
            [(name(job), f"R{i}", need) for job, row in jobs.items() for i, need in enumerate(row[3:]) if need],
            columns=["action_id", "role_id", "days_per_week"],
        ),
        capacity=pd.DataFrame(
            [(f"R{i}", week, days) for i, days in enumerate(capacity) for week in range(horizon)],
            columns=["role_id", "week", "days"],
        ),
        precedence=pd.DataFrame([(name(a), name(b)) for a, b in pairs], columns=["before", "after"]),
    )
