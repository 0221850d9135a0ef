"""A plan as tables: what is chosen and when, what is used, and what left each other action out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planlib.schedule.gaps import Way, gaps_at, ways_in, window
from planlib.schedule.greedy import Board, span_at
from planlib.schedule.inside import Inside
from planlib.schedule.reasons import Reason, all_of, either

WAYS_SHOWN = 2  # in a sentence; the table holds them all


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A schedule, its proof and its reasons.

    status : "optimal", "feasible" or "infeasible".
    value : total value of the chosen actions (objective "makespan": weeks from week 0 to the last finish).
    bound : no plan is better than this.
    actions : sorted by action_id: chosen, mode, start (a Monday), finish (the Friday of the last week), as dates;
        why_not, a Reason for each action left out.
    use : role_id or source_id (the other is None), period (a month YYYY-MM, a fiscal year YYYY), used, capacity.
    why_not : one row for each thing an action left out lacks: action_id, way (1 is the cheapest; each way is
        enough by itself), limit, name, period, missing, unit.
    objective : what was sought, in order. assumed : what the tables did not say. moved : after `replan`.
    """

    status: str
    value: float
    bound: float
    actions: pd.DataFrame
    use: pd.DataFrame
    why_not: pd.DataFrame
    objective: Reason
    assumed: tuple[Reason, ...] = ()
    moved: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["action_id", "change", "why"]))

    def _repr_html_(self) -> str:
        return self.actions.drop(columns="why_not")._repr_html_()


def schedule_of(
    problem,
    board: Board | None,
    status: str,
    value: float,
    bound: float,
    objective: Reason,
    given: Inside | None = None,
    searching: bool = False,
) -> Schedule:
    """The tables of a finished board; None when no plan holds every limit.

    `given` holds the limits to show beside what is used, when they are not those that were solved. While the search
    is `searching`, no reason is worked out for what is out: it may still come in.
    """
    if board is None:
        board = Board(problem.inside)
        reasons = _all_out(board, Reason("schedule.why_no_plan"))
    elif searching:
        reasons = _all_out(board, Reason("schedule.why_searching"))
    else:
        reasons = _reasons(problem, board)
    return Schedule(
        status=status,
        value=value,
        bound=bound,
        actions=_actions(problem, board, reasons),
        use=_use(problem, board, given or problem.inside),
        why_not=_lacking(problem, reasons),
        objective=objective,
        assumed=problem.assumed,
    )


def _actions(problem, board: Board, reasons: dict) -> pd.DataFrame:
    inside, calendar = problem.inside, problem.calendar
    rows = []
    for action in range(len(inside.ids)):
        k, start = board.option[action], board.start[action]
        if k < 0:
            rows.append((False, None, None, None, reasons[action][0]))
            continue
        option = inside.options[k]
        rows.append((True, option.mode, calendar.monday(start), calendar.friday(start + option.weeks - 1), None))
    columns = list(zip(*rows, strict=True))
    index = pd.Index(inside.ids, name="action_id", dtype=problem.actions.index.dtype)
    return pd.DataFrame(
        {
            "chosen": pd.array(columns[0], dtype=bool),
            "mode": pd.Series(columns[1], index, dtype=object),
            "start": pd.to_datetime(pd.Series(columns[2], index, dtype=object)).astype("datetime64[us]"),
            "finish": pd.to_datetime(pd.Series(columns[3], index, dtype=object)).astype("datetime64[us]"),
            "why_not": pd.Series(columns[4], index, dtype=object),
        },
        index=index,
    )


def _use(problem, board: Board, given: Inside) -> pd.DataFrame:
    """Days by role and month, money by source and fiscal year."""
    inside = problem.inside
    months = np.array(problem.calendar.months())
    used = inside.capacity - board.free
    rows = []
    for row, resource in enumerate(inside.resources):
        if resource.kind == "capacity":
            for month in np.unique(months):
                at = months == month
                days, all_days = used[row, at].sum(), given.capacity[row, at].sum()
                rows.append((resource.name, None, str(month), days / resource.scale, all_days / resource.scale))
    for cell, (source, year) in enumerate(inside.cells):
        spent = int(inside.spent[cell]) + int(inside.budget[cell]) - int(board.left[cell])
        amounts = spent / inside.money_scale, int(given.funds[cell]) / inside.money_scale
        rows.append((None, source, str(year), *amounts))
    columns = list(zip(*rows, strict=True)) or [()] * 5
    names = ["role_id", "source_id", "period", "used", "capacity"]
    dtypes = [object, object, str, "float64", "float64"]
    return pd.DataFrame(
        {name: pd.Series(column, dtype=dtype) for name, column, dtype in zip(names, columns, dtypes, strict=True)}
    )


def _lacking(problem, reasons: dict) -> pd.DataFrame:
    units = {"capacity": "days", "budget": problem.currency, "at_most": "weeks", "per_owner": "weeks"}
    rows = []
    for action, (reason, ways) in reasons.items():
        name = problem.inside.ids[action]
        if not ways:
            rows.append((name, 1, reason.key.removeprefix("schedule.why_"), None, None, None, None))
        for n, way in enumerate(ways, start=1):
            for gap in way.gaps:
                rows.append((name, n, gap.limit, gap.name, gap.period, gap.missing, units[gap.limit]))
    columns = ["action_id", "way", "limit", "name", "period", "missing", "unit"]
    return pd.DataFrame(rows, columns=columns).astype({"missing": "float64"})


def _all_out(board: Board, reason: Reason) -> dict[int, tuple[Reason, list[Way]]]:
    return {int(action): (reason, []) for action in np.flatnonzero(board.option < 0)}


def _reasons(problem, board: Board) -> dict[int, tuple[Reason, list[Way]]]:
    """For each action left out, the sentence and the ways in that it tells."""
    known: dict[int, tuple[Reason, list[Way]]] = {}
    for action in np.argsort(problem.inside.rank):
        if board.option[action] < 0:
            known[int(action)] = _reason(problem, board, int(action), known)
    return dict(sorted(known.items()))


def _reason(problem, board: Board, action: int, known: dict) -> tuple[Reason, list[Way]]:
    inside = problem.inside
    shut = _shut_out(problem, board, action, known)
    if shut is not None:
        return shut, []
    _, rule, members = inside.group_of.get(action, (None, None, ()))
    if rule == "all_or_none" and len(members) > 1:
        return _together(problem, board, action, members, known)
    ways = ways_in(problem, action, board.free, board.left, board.lower(action))
    if ways and not ways[0].gaps:
        return Reason("schedule.why_time"), []
    what = either([all_of([gap.reason for gap in way.gaps]) for way in ways[:WAYS_SHOWN]])
    return Reason("schedule.why_lacks", {"what": what}), ways


def _shut_out(problem, board: Board, action: int, known: dict) -> Reason | None:
    """A rule that no added day or money would change."""
    inside = problem.inside
    if inside.stepless[action]:
        return Reason("schedule.why_first_step")
    unpaid = [inside.options[k].unpaid for k in inside.options_of[action]]
    if not inside.modes_first[action] and any(unpaid):
        facts = {"source": next(filter(None, unpaid)), "axis": problem.actions["axis_id"].iloc[action]}
        return Reason("schedule.why_axis", facts)
    _, rule, members = inside.group_of.get(action, (None, None, ()))
    for earlier, _ in inside.before[action]:
        if board.option[earlier] < 0 and not (rule == "all_or_none" and earlier in members):
            return Reason("schedule.why_needs", {"other": inside.ids[earlier], "why": known[earlier][0]})
    chosen = [member for member in members if board.option[member] >= 0]
    if rule == "one_of" and chosen:
        return Reason("schedule.why_one_of", {"other": inside.ids[chosen[0]]})
    if not any(inside.options[k].points for k in inside.options_of[action]):
        return Reason("schedule.why_no_value")
    lower = board.lower(action) if all(board.option[earlier] >= 0 for earlier, _ in inside.before[action]) else 0
    if not any(span.last >= lower for k in inside.options_of[action] for span in inside.options[k].spans):
        return _too_late(problem, board, action, lower)
    return None


def _together(problem, board: Board, action: int, members: tuple, known: dict) -> tuple[Reason, list[Way]]:
    """What an all-or-none group lacks when each of its actions enters in its own cheapest way."""
    inside = problem.inside
    others = [inside.ids[member] for member in members if member != action]
    trial = board.copy()
    for member in sorted(members, key=lambda member: inside.rank[member]):
        shut = None if member == action else _shut_out(problem, trial, member, known)
        ways = [] if shut else ways_in(problem, member, trial.free, trial.left, trial.lower(member))
        if not ways:
            why = shut or Reason("schedule.why_window", window(problem, member))
            return Reason("schedule.why_with", {"other": inside.ids[member], "why": why}), []
        k = next(k for k in inside.options_of[member] if inside.options[k].mode == ways[0].mode)
        trial.put(k, ways[0].start, span_at(inside.options[k], ways[0].start))
    gaps = tuple(gaps_at(problem, np.maximum(0, -trial.free), np.maximum(0, -trial.left)))
    if not gaps:  # each fits beside the others, but the search left them out all the same
        return Reason("schedule.why_time"), []
    facts = {"others": others, "what": all_of([gap.reason for gap in gaps])}
    mode, start = inside.options[int(trial.option[action])].mode, int(trial.start[action])
    return Reason("schedule.why_together", facts), [Way(mode, start, gaps, 0.0)]


def _too_late(problem, board: Board, action: int, lower: int) -> Reason:
    """No start is allowed: by its dates, or by the finish of what it comes after."""
    inside = problem.inside
    facts = window(problem, action, lower)
    if all(inside.options[k].first >= lower for k in inside.options_of[action]):
        return Reason("schedule.why_window", facts)
    ends = [board.start[e] + inside.options[board.option[e]].weeks for e, _ in inside.before[action]]
    at = max(range(len(ends)), key=lambda i: inside.lags[inside.before[action][i][1]][ends[i]])
    facts |= {"other": inside.ids[inside.before[action][at][0]], "day": problem.calendar.friday(ends[at] - 1)}
    return Reason("schedule.why_after", facts)
