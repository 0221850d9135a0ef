"""What a published plan has committed: actions fixed at their dates, whatever the new limits say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from planlib.schedule.inside import Inside, Option, Payer, Span
from planlib.schedule.weeks import as_day, monday_of
from planlib.schema import PlanError

BEGUN = frozenset({"under_way", "done", "partly", "ongoing"})


@dataclass(frozen=True, slots=True)
class Frozen:
    """A published action that may not move."""

    mode: str
    start: date
    finish: date


def frozen_of(problem, published: pd.DataFrame, today: date) -> dict[int, Frozen]:
    """Published actions with money spent, a contract signed, or work begun, by number."""
    frozen = {}
    for action, name in enumerate(problem.inside.ids):
        if name not in published.index:
            continue
        row = published.loc[name]
        start, finish = as_day(row["start"]), as_day(row["finish"])
        if not _is_frozen(row, start, today):
            continue
        if start is None or finish is None:
            raise PlanError("schedule.frozen_undated", action=str(name))
        modes = [problem.inside.options[k].mode for k in problem.inside.options_of[action]]
        if row["mode"] not in modes:
            raise PlanError("schedule.unknown_mode", table="published", action=str(name), mode=str(row["mode"]))
        frozen[action] = Frozen(row["mode"], start, finish)
    return frozen


def _is_frozen(row: pd.Series, start: date | None, today: date) -> bool:
    def known(column: str):
        found = row.get(column)
        return None if found is None or pd.isna(found) or found == "" else found

    if known("spent") or known("signed"):
        return True
    status = known("status")
    return status in BEGUN if status is not None else start is not None and start < today


def held(problem, frozen: dict[int, Frozen], now: int) -> Inside:
    """The problem with frozen actions at their dates and everything else from week `now` on.

    Capacity and budgets are raised to what frozen actions take of them, so that a cut below what is committed
    leaves nothing more, and does not make the plan impossible.
    """
    inside = problem.inside
    options = [replace(option, spans=_from(option.spans, now)) for option in inside.options]
    modes_first = [[k for k in own if options[k].spans] for own in inside.modes_first]
    options_of = list(inside.options_of)
    payer = Payer(problem, inside.cells, inside.money_scale)
    capacity, budget = inside.capacity.copy(), inside.budget.copy()
    load, spent = np.zeros_like(capacity), np.zeros_like(budget)
    for action, one in frozen.items():
        k = next(k for k in inside.options_of[action] if inside.options[k].mode == one.mode)
        options[k] = _fixed(problem, payer, inside.options[k], one)
        options_of[action] = modes_first[action] = [k]
        option = options[k]
        load[option.rows, option.first : option.first + option.weeks] += option.needs
        for cell, amount in option.spans[0].spend:
            spent[cell] += amount
    fixed = np.zeros_like(inside.forced)
    fixed[list(frozen)] = True
    before = [[] if fixed[later] else pairs for later, pairs in enumerate(inside.before)]
    before = [[pair for pair in pairs if not _is_past(problem, frozen.get(pair[0]))] for pairs in before]
    after: list[list[tuple[int, int]]] = [[] for _ in before]
    for later, pairs in enumerate(before):
        for earlier, lag in pairs:
            after[earlier].append((later, lag))
    # A rule that what is committed already breaks, or has settled, binds nobody any more.
    groups = [group for group in inside.groups if fixed[list(group[2])].sum() < (2 if group[1] == "one_of" else 1)]
    return replace(
        inside,
        options=options,
        options_of=options_of,
        modes_first=modes_first,
        capacity=np.maximum(capacity, load),
        budget=np.maximum(budget, spent),
        before=before,
        after=after,
        groups=groups,
        group_of={action: group for group in groups for action in group[2]},
        forced=inside.forced | fixed,
        stepless=inside.stepless & ~fixed,
    )


def _from(spans: tuple[Span, ...], now: int) -> tuple[Span, ...]:
    return tuple(Span(max(span.first, now), span.last, span.spend) for span in spans if span.last >= now)


def _is_past(problem, one: Frozen | None) -> bool:
    return one is not None and one.finish < problem.calendar.week_0


def _fixed(problem, payer: Payer, option: Option, one: Frozen) -> Option:
    """The option as published: what is left of it from week 0 on, with what it pays from week 0 on."""
    calendar = problem.calendar
    begun = (monday_of(one.start) - calendar.week_0).days // 7
    first = min(calendar.first_from(max(monday_of(one.start), calendar.week_0)), len(calendar) - 1)
    last = max(first, min(calendar.last_by(one.finish + timedelta(days=6 - one.finish.weekday())), len(calendar) - 1))
    past = _is_past(problem, one)
    spend = payer.from_week(problem.inside.ids[option.action], option.mode, begun)
    return replace(
        option,
        weeks=last - first + 1,
        first=first,
        last=first,
        rows=option.rows[:0] if past else option.rows,
        needs=option.needs[:0] if past else option.needs,
        spans=(Span(first, first, spend),),
    )
