"""A first plan at once: actions placed one by one, the most valuable for what they use first, each as early as it fits.

Serial schedule generation (Kolisch 1996, European Journal of Operational Research 90, 320-333), with groups,
order, money by fiscal year and several modes.
"""

from __future__ import annotations

import numpy as np

from planlib.schedule.inside import Inside, Option, Span


class Board:
    """What is placed so far, and what is left: `free` (resources, weeks), `left` (cells)."""

    def __init__(self, inside: Inside):
        self.inside = inside
        self.free = inside.capacity.copy()
        self.left = inside.budget.copy()
        self.start = np.full(len(inside.ids), -1)
        self.option = np.full(len(inside.ids), -1)

    def copy(self) -> Board:
        other = Board.__new__(Board)
        other.inside = self.inside
        other.free, other.left = self.free.copy(), self.left.copy()
        other.start, other.option = self.start.copy(), self.option.copy()
        return other

    def lower(self, action: int) -> int:
        """The first start that the actions before it allow."""
        lower = 0
        for earlier, lag in self.inside.before[action]:
            end = self.start[earlier] + self.inside.options[self.option[earlier]].weeks
            lower = max(lower, int(self.inside.lags[lag][end]))
        return lower

    def upper(self, action: int, weeks: int) -> int:
        """The last start that the actions placed after it allow."""
        upper = len(self.inside.calendar)
        for later, lag in self.inside.after[action]:
            if self.option[later] >= 0:
                ends = np.searchsorted(self.inside.lags[lag], self.start[later], side="right") - 1
                upper = min(upper, int(ends) - weeks)
        return upper

    def earliest(self, k: int, lower: int, upper: int | None = None) -> tuple[int, Span] | None:
        """The first start from `lower` to `upper` at which option k fits, and what it spends there."""
        option = self.inside.options[k]
        runs = None
        for span in option.spans:
            first, last = max(lower, span.first), span.last if upper is None else min(upper, span.last)
            if last < first or any(self.left[cell] < amount for cell, amount in span.spend):
                continue
            if not len(option.rows):
                return first, span
            if runs is None:
                runs = np.flatnonzero((self.free[option.rows] < option.needs).any(axis=0))
            start = _first_run(runs, first, last, option.weeks)
            if start is not None:
                return start, span
        return None

    def put(self, k: int, start: int, span: Span) -> None:
        option = self.inside.options[k]
        self.start[option.action], self.option[option.action] = start, k
        self.free[option.rows, start : start + option.weeks] -= option.needs
        for cell, amount in span.spend:
            self.left[cell] -= amount

    def take(self, action: int) -> tuple[int, int]:
        """Remove a placed action; gives its option and start."""
        k, start = int(self.option[action]), int(self.start[action])
        option = self.inside.options[k]
        self.free[option.rows, start : start + option.weeks] += option.needs
        for cell, amount in span_at(option, start).spend:
            self.left[cell] += amount
        self.start[action] = self.option[action] = -1
        return k, start

    def value(self) -> float:
        return sum(self.inside.options[k].value for k in self.option if k >= 0)

    def points(self) -> int:
        return sum(self.inside.options[k].points for k in self.option if k >= 0)

    def put_unit(self, unit: list[int], modes: list[list[int]], wished: np.ndarray | None = None) -> bool:
        """Place all of these actions, in this order, each in the first mode that fits; or none of them.

        `wished` gives a first start to try before the earliest one.
        """
        placed: list[int] = []
        for action in unit:
            lower = self.lower(action)
            for k in modes[action]:
                found = None if wished is None else self.earliest(k, max(lower, int(wished[k])))
                found = found or self.earliest(k, lower)
                if found is not None:
                    self.put(k, *found)
                    placed.append(action)
                    break
            else:
                for other in placed:
                    self.take(other)
                return False
        return True


def span_at(option: Option, start: int) -> Span:
    return next(span for span in option.spans if span.first <= start <= span.last)


def _first_run(busy: np.ndarray, first: int, last: int, weeks: int) -> int | None:
    """The first start in first .. last whose next `weeks` weeks hold no busy one; `busy` is sorted."""
    begin, end = np.searchsorted(busy, (first, last + weeks))
    if begin == end:
        return first
    within = busy[begin:end]
    if within[0] - first >= weeks:
        return first
    gaps = np.flatnonzero(np.diff(within) > weeks)
    if len(gaps):
        return int(within[gaps[0]]) + 1
    start = int(within[-1]) + 1
    return start if start <= last else None


def fill(
    board: Board, order: np.ndarray, modes: list[list[int]] | None = None, wished: np.ndarray | None = None
) -> Board:
    """Place every action of `order` that still fits, with those it needs; forced ones first.

    `modes` gives for each action its options in the order to try them; left out, the most valuable first.
    """
    inside = board.inside
    modes = modes or inside.modes_first
    for action in sorted(order.tolist(), key=lambda action: not inside.forced[action]):
        if board.option[action] < 0:
            unit = unit_of(board, action)
            if unit is not None:
                board.put_unit(unit, modes, wished)
    return board


def unit_of(board: Board, action: int) -> list[int] | None:
    """The action with those it needs that are not placed yet, in order; None where the rules shut it out."""
    inside = board.inside
    unit: list[int] = []
    seen: set[int] = set()

    def visit(one: int) -> bool:
        if one in seen or board.option[one] >= 0:
            return True
        seen.add(one)
        if inside.stepless[one] or not inside.modes_first[one]:
            return False
        if not all(visit(earlier) for earlier, _ in inside.before[one]):
            return False
        unit.append(one)
        _, rule, members = inside.group_of.get(one, (None, None, ()))
        if rule == "all_or_none":
            return all(visit(member) for member in members)
        return not any(other != one and (board.option[other] >= 0 or other in seen) for other in members)

    return sorted(unit, key=lambda one: inside.rank[one]) if visit(action) else None


def density_order(inside: Inside) -> np.ndarray:
    """Actions by value for the share of days and money they use, best first; ties by id."""
    return np.lexsort((np.arange(len(inside.ids)), -inside.density))


def first_plan(inside: Inside, hint: Board | None = None) -> Board | None:
    """One pass by density, after what `hint` holds; None when an action that must be in found no place."""
    board = fill(hint or Board(inside), density_order(inside))
    return board if whole(board) else None


def guided_plans(inside: Inside, share: np.ndarray, first: np.ndarray) -> list[Board]:
    """Plans that lean to a relaxed one: its actions first, in its modes, at once or in its years."""
    modes = [
        sorted(own, key=lambda k: (-round(share[k], 3), -inside.options[k].points, k)) for own in inside.modes_first
    ]
    taken = np.array([round(sum(share[k] for k in own), 3) for own in inside.options_of])
    starts = np.array(
        [min((int(first[k]) for k in own if share[k] > 0.5), default=len(inside.calendar)) for own in modes]
    )
    by_share = np.lexsort((-inside.density, -taken))
    by_year = np.lexsort((-inside.density, starts, -np.round(taken, 1)))
    return [
        fill(Board(inside), by_share, modes),
        fill(Board(inside), by_share, modes, first),
        fill(Board(inside), by_year, modes, first),
    ]


def compact(board: Board) -> Board:
    """Each action again in order of start, at the earliest date that fits: never later, never less."""
    placed = np.flatnonzero(board.option >= 0)
    for action in placed[np.lexsort((placed, board.inside.rank[placed], board.start[placed]))]:
        k, start = board.take(action)
        found = board.earliest(k, board.lower(action), start)
        board.put(k, *(found or (start, span_at(board.inside.options[k], start))))
    return board


def level(board: Board) -> Board:
    """Move what need not start early within its slack, to where the roles are least loaded.

    The sum of squared loads falls with each move (Burgess and Killebrew 1962); an action keeps its spending.
    """
    inside = board.inside
    movable = np.flatnonzero((board.option >= 0) & (inside.soon == 0))
    roles = [row for row, resource in enumerate(inside.resources) if resource.kind == "capacity"]
    size = np.maximum(1, inside.capacity.max(axis=1))
    for action in movable[np.lexsort((movable, -board.start[movable]))]:
        k, start = board.take(action)
        option = inside.options[k]
        span = span_at(option, start)
        upper = min(span.last, board.upper(action, option.weeks))
        best, best_rise = start, None
        found = board.earliest(k, max(span.first, board.lower(action)), upper)
        while found is not None and found[0] <= upper and found[1] == span:
            weeks = slice(found[0], found[0] + option.weeks)
            rise = 0.0
            for row, need in zip(option.rows, option.needs[:, 0], strict=True):
                if row in roles:
                    load = inside.capacity[row, weeks] - board.free[row, weeks]
                    rise += float(((2 * load + need) * need).sum()) / size[row] ** 2
            if best_rise is None or rise < best_rise - 1e-12:
                best, best_rise = found[0], rise
            found = board.earliest(k, found[0] + 1, upper)
        board.put(k, best, span)
    return board


def whole(board: Board) -> bool:
    """Whether every action that must be in is in."""
    return bool((board.option[board.inside.forced] >= 0).all())
