"""What an action would take to enter a plan: days of a role, money of a source, places at once, by period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planlib.schedule.inside import Inside, Option
from planlib.schedule.reasons import Reason
from planlib.words import year_name


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing missing. `missing` counts days, units of the currency, or weeks without a place."""

    limit: str  # capacity, budget, at_most, per_owner
    name: str | None
    period: str  # 2026-Q2 or a fiscal year
    missing: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: a mode and a start, and all that is missing there. `size` compares ways: shares of what exists."""

    mode: str
    start: int
    gaps: tuple[Gap, ...]
    size: float


def ways_in(problem, action: int, free: np.ndarray, left: np.ndarray, lower: int = 0) -> list[Way]:
    """For each smallest set of limits that stands in the way, the cheapest start; fewest limits first.

    `free` (resources, weeks) and `left` (cells) are what the plan leaves; an empty list means that no start is
    allowed at all, and one way without gaps that the action fits.
    """
    inside = problem.inside
    best: dict[frozenset, tuple[float, int, int]] = {}
    for k in inside.options_of[action]:
        for limits, size, start in _starts(inside, inside.options[k], free, left, lower):
            if limits not in best or (size, start, k) < best[limits]:
                best[limits] = (size, start, k)
    smallest = [limits for limits in best if not any(other < limits for other in best)]
    smallest.sort(key=lambda limits: (len(limits), best[limits]))
    ways = []
    for limits in smallest:
        size, start, k = best[limits]
        option = inside.options[k]
        ways.append(Way(option.mode, start, tuple(gaps_of(problem, option, start, free, left)), size))
    return ways


def _starts(inside: Inside, option: Option, free, left, lower: int):
    """(limits lacking, share lacking, start) for the cheapest start of each set of limits of one option."""
    spans = [span for span in option.spans if span.last >= lower]
    if not spans:
        return
    first = max(lower, spans[0].first)
    starts = np.arange(first, spans[-1].last + 1)
    lacking = np.clip(option.needs - free[option.rows], 0, None)  # (resources used, weeks)
    run = np.concatenate([np.zeros((len(option.rows), 1), np.int64), lacking.cumsum(axis=1)], axis=1)
    lacks = run[:, starts + option.weeks] - run[:, starts]  # (resources used, starts)
    size = (lacks / np.maximum(1, inside.capacity[option.rows].sum(axis=1))[:, None]).sum(axis=0)
    which = (1 << np.arange(len(option.rows), dtype=np.int64)) @ (lacks > 0)  # a bit for each resource that lacks
    unpaid: dict[frozenset, int] = {}  # the sources that lack, numbered from 1
    paid_by = np.zeros(len(starts), np.int64)  # 0: not allowed there
    for span in spans:
        short = {cell: amount - int(left[cell]) for cell, amount in span.spend if amount > left[cell]}
        sources = frozenset(("source", inside.cells[cell][0]) for cell in short)
        at = slice(max(0, span.first - first), span.last + 1 - first)
        paid_by[at] = unpaid.setdefault(sources, len(unpaid) + 1)
        size[at] += sum(lack / _had(inside, cell) for cell, lack in short.items())
    by_set = np.lexsort((size, which, paid_by))  # stable: the earliest of equal starts
    cheapest = np.ones(len(starts), bool)
    cheapest[1:] = (np.diff(paid_by[by_set]) != 0) | (np.diff(which[by_set]) != 0)
    numbered = [frozenset(), *unpaid]
    for at in by_set[cheapest]:
        if paid_by[at]:
            resources = {("resource", int(row)) for i, row in enumerate(option.rows) if which[at] >> i & 1}
            yield numbered[paid_by[at]] | resources, float(size[at]), int(starts[at])


def _had(inside: Inside, cell: int) -> int:
    """The money of a source in all years: the least share is the least amount. Of all sources, where it has none."""
    own = sum(int(inside.budget[i]) for i, (source, _) in enumerate(inside.cells) if source == inside.cells[cell][0])
    return own or int(inside.budget.sum()) or 1


def gaps_of(problem, option: Option, start: int, free: np.ndarray, left: np.ndarray) -> list[Gap]:
    """What one option lacks at one start."""
    over = np.zeros_like(free)
    weeks = slice(start, start + option.weeks)
    over[option.rows, weeks] = np.clip(option.needs - free[option.rows, weeks], 0, None)
    missing = np.zeros_like(left)
    span = next(span for span in option.spans if span.first <= start <= span.last)
    for cell, amount in span.spend:
        missing[cell] = max(0, amount - left[cell])
    return list(gaps_at(problem, over, missing))


def gaps_at(problem, over: np.ndarray, missing: np.ndarray):
    """Gaps in words: `over` (resources, weeks) and `missing` (cells) are 0 where nothing lacks."""
    inside = problem.inside
    quarters = inside.quarters
    for row in np.flatnonzero(over.any(axis=1)):
        resource = inside.resources[row]
        for quarter in np.unique(quarters[over[row] > 0]):
            n = float(over[row, quarters == quarter].sum()) / resource.scale
            period = f"{quarter // 4}-Q{quarter % 4 + 1}"
            yield Gap(resource.kind, resource.name, period, n, said(problem, resource.kind, resource.name, period, n))
    for cell in np.flatnonzero(missing):
        source, year = inside.cells[cell]
        amount = int(missing[cell]) / inside.money_scale
        yield Gap("budget", source, str(year), amount, said(problem, "budget", source, str(year), amount))


def said(problem, limit: str, name: str | None, period: str, missing: float) -> Reason:
    """What lacks, as part of a sentence: so many days of a role in a quarter, so much of a source in a year."""
    year, _, quarter = period.partition("-Q")
    facts = {"year": year_name(int(year), problem.calendar.fiscal_start)}
    if limit == "budget":
        return Reason("schedule.lacks_budget", {**facts, "amount": problem.money(missing), "source": name})
    facts |= {"n": tidy(missing), "quarter": int(quarter)}
    named = {"capacity": "role", "per_owner": "owner"}
    return Reason(f"schedule.lacks_{limit}", {**facts, **({named[limit]: name} if limit in named else {})})


def alone(problem, action: int) -> dict | None:
    """Why an action that must be in cannot be, even alone: the limit and its facts; None when it fits."""
    inside = problem.inside
    facts = {"action": str(inside.ids[action])}
    if inside.stepless[action]:
        return {"limit": "first_step", **facts}
    options = [inside.options[k] for k in inside.options_of[action]]
    open_options = [option for option in options if option.spans]
    if not open_options:
        unpaid = [option.unpaid for option in options if option.unpaid is not None]
        if unpaid:
            return {"limit": "axis", **facts, "source": unpaid[0], "axis": str(problem.actions["axis_id"].iloc[action])}
        return {"limit": "window", **facts, **window(problem, action)}
    ways = ways_in(problem, action, inside.capacity, inside.budget)
    gap = next(iter(ways[0].gaps), None)
    if gap is None:
        return None
    facts |= gap.reason.facts
    if gap.limit == "budget":
        facts |= {"amount": gap.missing, "currency": problem.currency}
    return {"limit": gap.limit, **facts}


def window(problem, action: int, lower: int = 0) -> dict:
    """Weeks an action takes in its shortest mode, and the dates it must stay within."""
    calendar = problem.calendar
    option = min((problem.inside.options[k] for k in problem.inside.options_of[action]), key=lambda o: o.weeks)
    first = min(max(lower, option.first), len(calendar) - 1)
    deadline = problem.actions["deadline"].iloc[action]
    return {
        "n": option.weeks,
        "first": max(calendar.monday(first), problem.actions["earliest_start"].iloc[action] or calendar.monday(first)),
        "last": calendar.friday(len(calendar) - 1) if deadline is None else deadline,
    }


def tidy(figure: float) -> float | int:
    """A whole number as such, else two decimals, never rounded down to nothing."""
    rounded = round(figure, 2) or 0.01
    return int(rounded) if rounded == int(rounded) else rounded
