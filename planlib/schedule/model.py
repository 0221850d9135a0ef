"""The CP-SAT model: one literal per option and spending span, one start per action, cumulative roles, cuts.

The cuts are redundant but carry the proof: over the whole plan, each fiscal year and each two years, the work that
an option cannot avoid doing there fits in what each resource has there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from planlib.schedule.greedy import Board, span_at
from planlib.schedule.inside import Inside, Option


@dataclass(frozen=True, slots=True)
class Piece:
    """Starts first .. last of an option, in one spending span, one fiscal year of start and one of finish."""

    first: int
    last: int
    spend: tuple[tuple[int, int], ...]


class Model:
    """A CpModel and what its variables stand for."""

    def __init__(self, inside: Inside, *, everything: bool = False, cuts: bool = True, elastic: bool = False):
        from ortools.sat.python import cp_model  # half a second to import: only when a model is wanted

        self.inside = inside
        self.cp = cp_model.CpModel()
        self.forced = np.ones_like(inside.forced) if everything else inside.forced
        self.present: list = []
        self.starts: list = []
        self.ends: list = []
        self.chosen: list = [None] * len(inside.options)  # a literal per option, or None: it cannot start
        self.pieces: list[list[tuple[Piece, object]]] = [[] for _ in inside.options]
        self.intervals: list = [None] * len(inside.options)
        self._idle: list[int] = []  # the start of an action left out
        self._earliest = earliest_starts(inside)
        for action in range(len(inside.ids)):
            self._add_action(action, split=cuts)
        self._add_order()
        self._add_groups()
        self.extra_days: list[tuple[int, object]] = []  # elastic: (resource, units added in one week)
        self.extra_money: list[tuple[int, int, object]] = []  # elastic: (cell, step, steps added)
        self._add_resources(elastic)
        self._add_budgets(elastic)
        if cuts and not elastic:
            self._add_cuts()

    def _add_action(self, action: int, *, split: bool) -> None:
        inside, cp = self.inside, self.cp
        pieces = {
            k: pieces_of(inside, inside.options[k], self._earliest[action], split=split)
            for k in inside.options_of[action]
        }
        pieces = {k: found for k, found in pieces.items() if found}
        if not pieces or inside.stepless[action]:
            self._idle.append(0)
            self.present.append(cp.new_constant(0))
            self.starts.append(cp.new_constant(0))
            self.ends.append(cp.new_constant(0))
            if self.forced[action]:
                cp.add_bool_or([])  # it must be in and cannot
            return
        present = cp.new_constant(1) if self.forced[action] else cp.new_bool_var(f"in{action}")
        first = min(piece.first for found in pieces.values() for piece in found)
        last = max(piece.last for found in pieces.values() for piece in found)
        start = cp.new_int_var(first, last, f"start{action}")
        alone = len(pieces) == 1
        for k, found in pieces.items():
            chosen = present if alone else cp.new_bool_var(f"option{k}")
            self.chosen[k] = chosen
            self.intervals[k] = (
                cp.new_fixed_size_interval_var(start, inside.options[k].weeks, f"i{k}")
                if alone and self.forced[action]
                else cp.new_optional_fixed_size_interval_var(start, inside.options[k].weeks, chosen, f"i{k}")
            )
            for piece in found:
                here = chosen if len(found) == 1 else cp.new_bool_var(f"piece{k}_{piece.first}")
                self.pieces[k].append((piece, here))
                if (piece.first, piece.last) != (first, last):
                    cp.add_linear_constraint(start, piece.first, piece.last).only_enforce_if(here)
            if len(found) > 1:
                cp.add(sum(here for _, here in self.pieces[k]) == chosen)
        if not alone:
            cp.add(sum(self.chosen[k] for k in pieces) == present)
        if not self.forced[action]:
            cp.add(start == first).only_enforce_if(~present)
        self._idle.append(first)
        self.present.append(present)
        self.starts.append(start)
        self.ends.append(start + sum(inside.options[k].weeks * self.chosen[k] for k in pieces))

    def _add_order(self) -> None:
        inside, cp = self.inside, self.cp
        n = len(inside.calendar)
        plain = int(inside.calendar.weeks[-1]) == n - 1  # no blackout: a lag is the same everywhere
        for later, pairs in enumerate(inside.before):
            for earlier, lag in pairs:
                cp.add_implication(self.present[later], self.present[earlier])
                bound = self.ends[earlier] + lag
                if not plain and lag:
                    end = cp.new_int_var(0, n, f"end{earlier}_{lag}")
                    cp.add(end == self.ends[earlier])
                    bound = cp.new_int_var(0, n, f"from{earlier}_{lag}")
                    cp.add_element(end, inside.lags[lag].tolist(), bound)
                cp.add(self.starts[later] >= bound).only_enforce_if(self.present[later])

    def _add_groups(self) -> None:
        for _, rule, members in self.inside.groups:
            if rule == "one_of":
                self.cp.add_at_most_one(self.present[member] for member in members)
            else:
                for member in members[1:]:
                    self.cp.add(self.present[member] == self.present[members[0]])

    def _add_resources(self, elastic: bool) -> None:
        inside, cp = self.inside, self.cp
        users = [[] for _ in inside.resources]
        for k, option in enumerate(inside.options):
            if self.intervals[k] is not None:
                for row, need in zip(option.rows, option.needs[:, 0], strict=True):
                    users[row].append((self.intervals[k], int(need)))
        for row, used in enumerate(users):
            capacity = inside.capacity[row]
            if not used or sum(need for _, need in used) <= capacity.min():
                continue
            most = int(capacity.max())
            if elastic:
                self._add_elastic(row, used)
                continue
            edges = [0, *(np.flatnonzero(np.diff(capacity)) + 1), len(capacity)]
            for begin, end in pairwise(edges):
                if capacity[begin] < most:
                    gap = cp.new_fixed_size_interval_var(int(begin), int(end - begin), f"less{row}_{begin}")
                    used.append((gap, most - int(capacity[begin])))
            cp.add_cumulative([interval for interval, _ in used], [need for _, need in used], most)

    def _add_elastic(self, row: int, used: list) -> None:
        """Each week may hold more than the capacity; what is added is a variable."""
        most = sum(need for _, need in used)
        ceiling = int(self.inside.capacity[row].max()) + most
        for week, room in enumerate(self.inside.capacity[row]):
            extra = self.cp.new_int_var(0, most, f"extra{row}_{week}")
            self.extra_days.append((row, extra))
            blocked = self.cp.new_fixed_size_interval_var(week, 1, f"week{row}_{week}")
            used.append((blocked, ceiling - int(room) - extra))
        self.cp.add_cumulative([interval for interval, _ in used], [need for _, need in used], ceiling)

    def _add_budgets(self, elastic: bool) -> None:
        bills: list[list] = [[] for _ in self.inside.cells]
        for pieces in self.pieces:
            for piece, here in pieces:
                for cell, amount in piece.spend:
                    bills[cell].append((here, amount))
        for cell, lines in enumerate(bills):
            if lines:
                room = int(self.inside.budget[cell])
                asked = sum(amount for _, amount in lines)
                if elastic and asked > room:
                    step = max(1, asked // 1000)
                    extra = self.cp.new_int_var(0, asked // step + 1, f"money{cell}")
                    self.extra_money.append((cell, step, extra))
                    room += extra * step
                self.cp.add(sum(here * amount for here, amount in lines) <= room)

    def _add_cuts(self) -> None:
        inside = self.inside
        for first, last in windows(inside):
            weeks = slice(first, last + 1)
            work: list[list] = [[] for _ in inside.resources]
            for option, pieces in zip(inside.options, self.pieces, strict=True):
                for piece, here in pieces:
                    unavoidable = least_overlap(piece, option.weeks, first, last)
                    if unavoidable:
                        for row, need in zip(option.rows, option.needs[:, 0], strict=True):
                            work[row].append((here, int(need) * unavoidable))
            for row, parts in enumerate(work):
                room = int(inside.capacity[row, weeks].sum())
                if sum(amount for _, amount in parts) > room:
                    self.cp.add(sum(here * amount for here, amount in parts) <= room)

    def add_value(self, most: int | None = None) -> None:
        """Most total value, known to be `most` points at best."""
        options = zip(self.inside.options, self.chosen, strict=True)
        total = sum(option.points * here for option, here in options if here is not None)
        if most is not None:
            self.cp.add(total <= most)
        self.cp.maximize(total)

    def add_makespan(self, upper: int | None) -> None:
        """Earliest last finish."""
        n = len(self.inside.calendar) if upper is None else upper
        last = self.cp.new_int_var(0, n, "last")
        for end in self.ends:
            self.cp.add(end <= last)
        self.cp.minimize(last)

    def fix(self, board: Board) -> None:
        """Keep the board's options, so that only dates are left to choose."""
        for k, chosen in enumerate(self.chosen):
            if chosen is not None:
                self.cp.add(chosen == int(board.option[self.inside.options[k].action] == k))

    def add_earliest(self) -> None:
        """Earliest starts, weighted by value, of short-term actions and first steps."""
        pairs = zip(self.starts, self.inside.soon, strict=True)
        self.cp.minimize(sum(start * int(weight) for start, weight in pairs if weight))

    def hint(self, board: Board) -> None:
        self.cp.clear_hints()
        hints = {}
        for action, k in enumerate(board.option):
            hints[self.present[action].index] = int(k >= 0)
            hints[self.starts[action].index] = int(board.start[action]) if k >= 0 else self._idle[action]
        for k, pieces in enumerate(self.pieces):
            if pieces:
                action = self.inside.options[k].action
                here = board.option[action] == k
                hints[self.chosen[k].index] = int(here)
                for piece, literal in pieces:
                    hints[literal.index] = int(here and piece.first <= board.start[action] <= piece.last)
        for index, value in sorted(hints.items()):
            self.cp.add_hint(self.cp.get_int_var_from_proto_index(index), value)

    def board(self, value_of) -> Board:
        """The plan of a solution; `value_of` gives the value of a variable in it."""
        board = Board(self.inside)
        for k, chosen in enumerate(self.chosen):
            if chosen is not None and value_of(chosen):
                start = int(value_of(self.starts[self.inside.options[k].action]))
                board.put(k, start, span_at(self.inside.options[k], start))
        return board


def earliest_starts(inside: Inside) -> np.ndarray:
    """The first start of each action that its dates and those before it allow."""
    n = len(inside.calendar)
    earliest = np.full(len(inside.ids), n)
    for action in np.argsort(inside.rank):
        own = [inside.options[k].spans[0].first for k in inside.modes_first[action]]
        lower = min(own, default=n)
        for before, lag in inside.before[action]:
            shortest = min((inside.options[k].weeks for k in inside.modes_first[before]), default=0)
            end = min(n, earliest[before] + shortest)
            lower = max(lower, int(inside.lags[lag][end]))
        earliest[action] = lower
    return earliest


def pieces_of(inside: Inside, option: Option, lower: int, *, split: bool) -> list[Piece]:
    """The spans of an option from `lower` on, cut where the fiscal year of its start or finish changes."""
    years = inside.calendar.fiscal_years(inside.calendar.weeks)
    pieces = []
    for span in option.spans:
        first = max(span.first, lower)
        if first > span.last:
            continue
        edges = [first]
        if split:
            at = np.arange(first, span.last + 1)
            change = (np.diff(years[at]) != 0) | (np.diff(years[at + option.weeks - 1]) != 0)
            edges += [int(edge) for edge in at[1:][change]]
        pieces += [
            Piece(begin, end - 1, span.spend) for begin, end in zip(edges, [*edges[1:], span.last + 1], strict=True)
        ]
    return pieces


def windows(inside: Inside) -> list[tuple[int, int]]:
    """Whole plan, each fiscal year, each two years: (first, last) working weeks."""
    years = inside.calendar.fiscal_years(inside.calendar.weeks)
    starts = [0, *(int(edge) + 1 for edge in np.flatnonzero(np.diff(years)))]
    ends = [*(start - 1 for start in starts[1:]), len(years) - 1]
    spans = [(first, last) for i, first in enumerate(starts) for last in ends[i : i + 2]]
    return sorted({*spans, (0, len(years) - 1)})


def least_overlap(piece: Piece, weeks: int, first: int, last: int) -> int:
    """Weeks of work that no start of the piece can keep out of first .. last."""
    ends = [max(0, min(start + weeks - 1, last) - max(start, first) + 1) for start in (piece.first, piece.last)]
    return min(ends)  # the overlap rises, then falls, as the start moves on: the least is at an end
