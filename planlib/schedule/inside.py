"""The problem in whole numbers: options, weeks, resources and budget cells, sorted so that row order never shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planlib.schedule.weeks import YEAR_WEEKS, Calendar

# Days and money become whole numbers: the first scale at which every figure is whole, else the last, rounded down
# for effort and capacity alike.
DAY_SCALES = (1, 2, 4, 5, 10, 20, 100, 1000, 10_000)
MONEY_SCALES = (1, 100)
POINT_SCALES = (1, 10, 100, 1000)
POINTS_MOST = 10_000  # points of the most valuable action when values are not short decimals


@dataclass(frozen=True, slots=True)
class Resource:
    """What actions under way share: a role's days, or places at once (in all, or for one owner)."""

    kind: str  # capacity, at_most, per_owner
    name: str | None
    scale: int


@dataclass(frozen=True, slots=True)
class Span:
    """Starts first .. last of an option that spend the same: pairs (budget cell, amount)."""

    first: int
    last: int
    spend: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One action in one mode. `first` .. `last` are the starts its dates allow; `spans` those that can be paid."""

    action: int
    mode: str
    weeks: int
    value: float
    points: int
    first: int
    last: int
    rows: np.ndarray  # resources it uses, shape (k,)
    needs: np.ndarray  # whole units of each, every week, shape (k, 1)
    spans: tuple[Span, ...]
    unpaid: str | None  # a source that may not pay for its axis, when that leaves no start


@dataclass(frozen=True, slots=True)
class Inside:
    """Everything the solvers read. Actions, options, resources and cells are numbered in sorted order."""

    ids: list
    calendar: Calendar
    options: list[Option]
    options_of: list[list[int]]
    resources: list[Resource]
    capacity: np.ndarray  # (resources, working weeks)
    cells: list[tuple[str, int]]  # (source, fiscal year)
    budget: np.ndarray  # (cells,): what is left to spend
    funds: np.ndarray  # (cells,): what there was, with what is spent
    spent: np.ndarray  # (cells,)
    money_scale: int
    point_scale: float
    before: list[list[tuple[int, int]]]  # per action: (earlier action, lag in weeks)
    after: list[list[tuple[int, int]]]
    lags: dict[int, np.ndarray]  # lag -> first start for each end
    groups: list[tuple[str, str, tuple[int, ...]]]  # (group, rule, actions)
    forced: np.ndarray  # mandatory, and what mandatory actions need
    soon: np.ndarray  # weight of an early start: short-term actions and first steps
    stepless: np.ndarray  # medium or long term without a first step, where one is asked
    modes_first: list[list[int]]  # per action, options that can start, the most valuable first
    density: np.ndarray  # value for the share of all days and money used, in the best mode
    group_of: dict[int, tuple[str, str, tuple[int, ...]]]
    rank: np.ndarray  # actions before have a lower rank
    quarters: np.ndarray  # of each working week, as Calendar.quarters


def compiled(problem) -> Inside:
    """The checked tables of a Problem, in whole numbers."""
    actions, limits, calendar = problem.actions, problem.limits, problem.calendar
    ids = list(actions.index)
    number = {action: i for i, action in enumerate(ids)}
    days = [*problem.effort["days_per_week"], *(problem.capacity["days"] if problem.capacity is not None else [])]
    day_scale = _scale(days, DAY_SCALES)
    money = [*problem.cost["amount"], *problem.spent["amount"]]
    money += [*problem.budget["amount"]] if problem.budget is not None else []
    money_scale = _scale(money, MONEY_SCALES)
    resources, capacity = _resources(problem, day_scale)
    cells, funds, spent = _cells(problem, money_scale)
    budget = np.maximum(0, funds - spent)
    values = actions["value"].to_numpy(float)
    shares = problem.modes["value_share"].to_numpy(float)
    point_scale = _point_scale(actions["value"].reindex(problem.modes["action_id"]).to_numpy(float) * shares)
    before, after = _needs(problem, number)
    lags = {lag: calendar.after_lag(lag) for pairs in before for _, lag in pairs}
    groups = _groups(problem, number)
    forced = _closure(actions["mandatory"].to_numpy(bool), before, groups)
    later = actions["horizon"].isin(["medium", "long"]).to_numpy()
    is_step = actions["first_step_of"].notna().to_numpy()
    has_step = actions.index.isin(actions["first_step_of"].dropna().unique())
    windows = _windows(problem, is_step)
    options = _options(problem, number, windows, resources, cells, day_scale, money_scale, point_scale)
    options_of: list[list[int]] = [[] for _ in ids]
    for k, option in enumerate(options):
        options_of[option.action].append(k)
    modes_first = [
        sorted((k for k in own if options[k].spans), key=lambda k: (-options[k].points, options[k].weeks, k))
        for own in options_of
    ]
    return Inside(
        modes_first=modes_first,
        density=_densities(options, modes_first, capacity, cells, budget),
        rank=_ranks(before, after),
        quarters=calendar.quarters(),
        group_of={action: group for group in groups for action in group[2]},
        ids=ids,
        calendar=calendar,
        options=options,
        options_of=options_of,
        resources=resources,
        capacity=capacity,
        cells=cells,
        budget=budget,
        funds=funds,
        spent=spent,
        money_scale=money_scale,
        point_scale=point_scale,
        before=before,
        after=after,
        lags=lags,
        groups=groups,
        forced=forced,
        soon=np.where(~later | is_step, np.maximum(1, np.round(values * point_scale)), 0).astype(np.int64),
        stepless=later & ~is_step & ~has_step if limits.first_steps else np.zeros(len(ids), bool),
    )


def _scale(figures, scales: tuple[int, ...]) -> int:
    array = np.asarray(figures, dtype=float)
    for scale in scales:
        if np.allclose(array * scale, np.round(array * scale), rtol=0, atol=1e-7):
            return scale
    return scales[-1]


def _whole(figures, scale: int) -> np.ndarray:
    return np.floor(np.asarray(figures, dtype=float) * scale + 1e-6).astype(np.int64)


def _point_scale(values: np.ndarray) -> float:
    most = values.max(initial=0)
    for scale in POINT_SCALES:
        if most * scale <= POINTS_MOST and np.allclose(values * scale, np.round(values * scale), rtol=0, atol=1e-9):
            return scale
    return POINTS_MOST / most


def _resources(problem, day_scale: int) -> tuple[list[Resource], np.ndarray]:
    """Roles, then places at once in all, then places at once per owner; shape (resources, working weeks)."""
    weeks = problem.calendar.weeks
    resources: list[Resource] = []
    rows: list[np.ndarray] = []
    if problem.capacity is not None:
        inside = problem.capacity[problem.capacity["week"].isin(weeks)]
        column = np.searchsorted(weeks, inside["week"].to_numpy(np.int64))
        roles = sorted(problem.capacity["role_id"].unique(), key=str)
        table = np.zeros((len(roles), len(weeks)), dtype=np.int64)
        row = inside["role_id"].map({role: i for i, role in enumerate(roles)}).to_numpy(np.int64)
        table[row, column] = _whole(inside["days"], day_scale)
        resources += [Resource("capacity", role, day_scale) for role in roles]
        rows += list(table)
    if problem.limits.at_most is not None:
        resources.append(Resource("at_most", None, 1))
        rows.append(np.full(len(weeks), int(problem.limits.at_most)))
    for owner, places in sorted(problem.places_of_owner().items(), key=lambda item: str(item[0])):
        resources.append(Resource("per_owner", owner, 1))
        rows.append(np.full(len(weeks), int(places)))
    return resources, np.array(rows, dtype=np.int64).reshape(len(rows), len(weeks))


def _cells(problem, money_scale: int) -> tuple[list[tuple[str, int]], np.ndarray, np.ndarray]:
    """Budget and money spent by source and fiscal year; a year of a known source without a row holds no money."""
    if problem.budget is None:
        return [], np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    amounts = {}
    statuses = problem.limits.source_statuses
    for row in problem.budget.itertuples():
        counts = statuses is None or row.status is None or row.status in statuses
        amounts[row.source_id, int(row.fiscal_year)] = row.amount if counts else 0.0
    last = int(problem.calendar.weeks[-1]) + int(problem.cost["offset_weeks"].max() if len(problem.cost) else 0)
    years = np.unique(problem.calendar.fiscal_years(np.arange(0, last + 1)))
    for source in problem.budget["source_id"].unique():
        for year in years:
            amounts.setdefault((source, int(year)), 0.0)
    spent = {(row.source_id, int(row.fiscal_year)): row.amount for row in problem.spent.itertuples()}
    for cell in spent:
        amounts.setdefault(cell, 0.0)
    cells = sorted(amounts, key=lambda cell: (str(cell[0]), cell[1]))
    funds, gone = (np.array([table.get(cell, 0.0) for cell in cells]) * money_scale for table in (amounts, spent))
    return cells, np.round(funds).astype(np.int64), np.round(gone).astype(np.int64)


def _needs(problem, number: dict) -> tuple[list, list]:
    before: list[list[tuple[int, int]]] = [[] for _ in number]
    after: list[list[tuple[int, int]]] = [[] for _ in number]
    pairs = [(row.before, row.after, int(row.lag_weeks)) for row in problem.precedence.itertuples()]
    pairs += [(step, main, 0) for step, main in problem.actions["first_step_of"].dropna().items() if main in number]
    for earlier, later, lag in sorted(pairs, key=lambda pair: (number[pair[0]], number[pair[1]], pair[2])):
        before[number[later]].append((number[earlier], lag))
        after[number[earlier]].append((number[later], lag))
    return before, after


def _ranks(before: list, after: list) -> np.ndarray:
    waits = [len(pairs) for pairs in before]
    ready = [action for action, n in enumerate(waits) if not n]
    for action in ready:  # grows as actions come free
        for later, _ in after[action]:
            waits[later] -= 1
            if not waits[later]:
                ready.append(later)
    ranks = np.empty(len(before), dtype=np.int64)
    ranks[ready] = np.arange(len(ready))
    return ranks


def _groups(problem, number: dict) -> list[tuple[str, str, tuple[int, ...]]]:
    grouped = problem.actions[problem.actions["group"].notna()]
    return [
        (name, rows["group_rule"].iloc[0], tuple(sorted(number[action] for action in rows.index)))
        for name, rows in grouped.groupby("group", sort=True)
    ]


def _closure(mandatory: np.ndarray, before: list, groups: list) -> np.ndarray:
    """Mandatory actions, what they come after, and their all-or-none groups."""
    forced = mandatory.copy()
    waiting = list(np.flatnonzero(forced))
    together = {action: members for _, rule, members in groups if rule == "all_or_none" for action in members}
    while waiting:
        action = waiting.pop()
        for other in [*(earlier for earlier, _ in before[action]), *together.get(action, ())]:
            if not forced[other]:
                forced[other] = True
                waiting.append(other)
    return forced


def _windows(problem, is_step: np.ndarray) -> list[tuple[int, int]]:
    """First start and last working week allowed by each action's dates."""
    calendar = problem.calendar
    windows = []
    for earliest, deadline, step in zip(
        problem.actions["earliest_start"], problem.actions["deadline"], is_step, strict=True
    ):
        first = 0 if earliest is None else max(0, calendar.first_from(earliest))
        end = len(calendar) - 1 if deadline is None else calendar.last_by(deadline)
        last_start = int(np.searchsorted(calendar.weeks, YEAR_WEEKS)) - 1 if step else len(calendar) - 1
        windows.append((first, end, last_start))
    return windows


def _options(problem, number, windows, resources, cells, day_scale, money_scale, point_scale) -> list[Option]:
    row_of = {(resource.kind, resource.name): i for i, resource in enumerate(resources)}
    use: dict = {}
    if problem.capacity is not None:
        for row in problem.effort.itertuples():
            use.setdefault((row.action_id, row.mode), {})[row_of["capacity", row.role_id]] = row.days_per_week
    owners = problem.actions["owner"]
    values = problem.actions["value"]
    axes = problem.actions["axis_id"]
    payer = Payer(problem, cells, money_scale)
    options = []
    for row in problem.modes.itertuples():
        action = number[row.action_id]
        loads = {r: int(_whole(days, day_scale)) for r, days in use.get((row.action_id, row.mode), {}).items()}
        for resource in (("at_most", None), ("per_owner", owners[row.action_id])):
            if resource in row_of:
                loads[row_of[resource]] = 1
        loads = {r: load for r, load in sorted(loads.items()) if load}
        first, end, last_start = windows[action]
        last = min(end - int(row.duration_weeks) + 1, last_start)
        spans, unpaid = payer.spans(row.action_id, row.mode, axes[row.action_id], first, last)
        value = values[row.action_id] * row.value_share
        options.append(
            Option(
                action=action,
                mode=row.mode,
                weeks=int(row.duration_weeks),
                value=value,
                points=int(np.ceil(value * point_scale - 1e-9)),  # rounded up, so that a bound stays one
                first=first,
                last=last,
                rows=np.array(list(loads), dtype=np.intp),
                needs=np.array(list(loads.values()), dtype=np.int64).reshape(-1, 1),
                spans=spans,
                unpaid=unpaid,
            )
        )
    return options


def _densities(options, modes_first, capacity, cells, budget) -> np.ndarray:
    days = np.maximum(1, capacity.sum(axis=1))
    money: dict = {}
    for (source, _), amount in zip(cells, budget, strict=True):
        money[source] = money.get(source, 0) + max(1, int(amount))

    def density(option: Option) -> float:
        used = float((option.needs[:, 0] * option.weeks / days[option.rows]).sum())
        used += sum(amount / money[cells[cell][0]] for cell, amount in option.spans[0].spend)
        return option.value / (used + 1e-6)

    return np.array([max((density(options[k]) for k in own), default=0.0) for own in modes_first])


class Payer:
    """Cuts the starts of an option into spans that spend the same amounts in the same fiscal years."""

    def __init__(self, problem, cells: list, money_scale: int):
        self._weeks = problem.calendar.weeks
        self._bills: dict = {}
        if problem.budget is None:
            return
        cell_of = {cell: i for i, cell in enumerate(cells)}
        last = int(self._weeks[-1]) + int(problem.cost["offset_weeks"].max() if len(problem.cost) else 0)
        years = problem.calendar.fiscal_years(np.arange(0, last + 1))
        by_source = {
            source: np.array([cell_of[source, int(year)] for year in years]) for source in {cell[0] for cell in cells}
        }
        for row in problem.cost.itertuples():
            amount = round(row.amount * money_scale)
            if amount:
                bill = (int(row.offset_weeks), amount, by_source[row.source_id])
                self._bills.setdefault((row.action_id, row.mode), []).append(bill)
        self._axes = {(row.source_id, int(row.fiscal_year)): row.axes for row in problem.budget.itertuples()}
        self._cells = cells

    def spans(self, action, mode: str, axis, first: int, last: int) -> tuple[tuple[Span, ...], str | None]:
        if last < first:
            return (), None
        bills = self._bills.get((action, mode))
        if not bills:
            return (Span(first, last, ()),), None
        weeks = self._weeks[first : last + 1]
        cells = np.array([by_week[weeks + offset] for offset, _, by_week in bills])  # (bills, starts)
        edges = np.flatnonzero((np.diff(cells, axis=1) != 0).any(axis=0)) + 1
        spans, unpaid = [], None
        for begin, end in zip([0, *edges], [*edges, len(weeks)], strict=True):
            spend: dict[int, int] = {}
            for (_, amount, _), cell in zip(bills, cells[:, begin], strict=True):
                spend[int(cell)] = spend.get(int(cell), 0) + amount
            refused = [self._cells[cell][0] for cell in spend if not self._pays(cell, axis)]
            unpaid = unpaid or (refused[0] if refused else None)
            if not refused:
                spans.append(Span(first + int(begin), first + int(end) - 1, tuple(sorted(spend.items()))))
        return tuple(spans), None if spans else unpaid

    def from_week(self, action, mode: str, begun: int) -> tuple[tuple[int, int], ...]:
        """What an action begun in calendar week `begun`, before week 0 perhaps, pays from week 0 on."""
        spend: dict[int, int] = {}
        for offset, amount, by_week in self._bills.get((action, mode), ()):
            if 0 <= begun + offset < len(by_week):
                cell = int(by_week[begun + offset])
                spend[cell] = spend.get(cell, 0) + amount
        return tuple(sorted(spend.items()))

    def _pays(self, cell: int, axis) -> bool:
        axes = self._axes.get(self._cells[cell])
        return axes is None or str(axis) in axes


def table_of_lists(found) -> tuple[str, ...] | None:
    """Axes a source may pay for: a list, or ids separated by spaces, commas or semicolons; None means all."""
    if found is None or (pd.api.types.is_scalar(found) and pd.isna(found)):
        return None
    if pd.api.types.is_number(found):
        found = str(found)
    if isinstance(found, str):
        found = found.replace(",", " ").replace(";", " ").split()
    return tuple(str(axis) for axis in found) or None
