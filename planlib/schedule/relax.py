"""The linear relaxation: a bound no plan can beat, and which options a plan should lean to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planlib.schedule.inside import Inside
from planlib.schedule.model import earliest_starts, pieces_of, windows


@dataclass(frozen=True, slots=True)
class Relaxed:
    """`points`: no plan has more. `share` (options,): how much of each option the relaxed plan takes, in [0, 1].
    `first` (options,): the first start of the piece it takes most of."""

    points: int
    share: np.ndarray
    first: np.ndarray


def relaxed(inside: Inside) -> Relaxed | None:
    """Options may be taken in part: budgets, order, and the days of whole years, solved as a linear program.

    Pieces, windows and cuts are those of the CP-SAT model, so the bound is one for it. None when even this has no
    plan.
    """
    earliest = earliest_starts(inside)
    pieces = [
        (k, piece)
        for k, option in enumerate(inside.options)
        if not inside.stepless[option.action]
        for piece in pieces_of(inside, option, int(earliest[option.action]), split=True)
    ]
    if not pieces:
        nothing = np.zeros(len(inside.options))
        return None if inside.forced.any() else Relaxed(0, nothing, nothing.astype(np.int64))
    from scipy.optimize import linprog  # a third of a second, which a plan that needs no choice would pay
    from scipy.sparse import csr_array

    rows = _Rows(inside, pieces)
    result = linprog(
        -rows.points,
        A_ub=csr_array(
            (np.concatenate(rows.values), (np.concatenate(rows.at), np.concatenate(rows.columns))),
            shape=(len(rows.room), len(pieces)),
        ),
        b_ub=np.array(rows.room, dtype=float),
        bounds=(0, 1),
        method="highs",
    )
    if result.status != 0:
        return None
    share = np.zeros(len(inside.options))
    np.add.at(share, rows.option, result.x)
    first = np.zeros(len(inside.options), dtype=np.int64)
    for j in np.argsort(result.x):  # the largest part is written last
        first[rows.option[j]] = rows.first[j]
    return Relaxed(int(np.floor(-result.fun * (1 + 1e-9) + 1e-6)), share, first)


class _Rows:
    """The rows of the linear program: sums of pieces that fit in some room."""

    def __init__(self, inside: Inside, pieces: list):
        self._inside = inside
        self.option = np.array([k for k, _ in pieces])
        self.first = np.array([piece.first for _, piece in pieces])
        self._last = np.array([piece.last for _, piece in pieces])
        self._weeks = np.array([inside.options[k].weeks for k in self.option])
        self._action = np.array([inside.options[k].action for k in self.option])
        self.points = np.array([inside.options[k].points for k in self.option], dtype=float)
        self.at: list[np.ndarray] = []
        self.columns: list[np.ndarray] = []
        self.values: list[np.ndarray] = []
        self.room: list[float] = []
        self._of = [np.flatnonzero(self._action == action) for action in range(len(inside.ids))]
        self._one_option_each()
        self._order()
        self._budgets(pieces)
        self._resources()

    def _add(self, columns: np.ndarray, values: np.ndarray, room: float) -> None:
        if not len(columns):
            return
        self.at.append(np.full(len(columns), len(self.room)))
        self.columns.append(columns)
        self.values.append(values.astype(float))
        self.room.append(room)

    def _one_option_each(self) -> None:
        inside = self._inside
        for action, own in enumerate(self._of):
            if len(own):
                self._add(own, np.ones(len(own)), 1)
                if inside.forced[action]:
                    self._add(own, -np.ones(len(own)), -1)
        for _, rule, members in inside.groups:
            if rule == "one_of":
                all_of = np.concatenate([self._of[member] for member in members])
                self._add(all_of, np.ones(len(all_of)), 1)
            else:
                for one, other in zip(members, [*members[1:], members[0]], strict=True):
                    self._not_without(self._of[one], self._of[other])

    def _not_without(self, later: np.ndarray, earlier: np.ndarray) -> None:
        values = np.concatenate([np.ones(len(later)), -np.ones(len(earlier))])
        self._add(np.concatenate([later, earlier]), values, 0)

    def _order(self) -> None:
        """What starts by week t comes after something that can have finished by then."""
        inside, n = self._inside, len(self._inside.calendar)
        for action, pairs in enumerate(inside.before):
            later = self._of[action]
            for before, lag in pairs:
                earlier = self._of[before]
                ready = inside.lags[lag][np.minimum(n, self.first[earlier] + self._weeks[earlier])]
                for week in np.unique(self._last[later]):
                    self._not_without(later[self._last[later] <= week], earlier[ready <= week])

    def _budgets(self, pieces: list) -> None:
        bills: dict[int, list] = {}
        for j, (_, piece) in enumerate(pieces):
            for cell, amount in piece.spend:
                bills.setdefault(cell, []).append((j, amount))
        for cell, lines in sorted(bills.items()):
            columns, amounts = np.array(lines).T
            self._add(columns, amounts, float(self._inside.budget[cell]))

    def _resources(self) -> None:
        inside = self._inside
        need = np.zeros((len(inside.resources), len(self.option)))
        for j, k in enumerate(self.option):
            need[inside.options[k].rows, j] = inside.options[k].needs[:, 0]
        for first, last in windows(inside):
            within = [
                np.clip(np.minimum(start + self._weeks - 1, last) - np.maximum(start, first) + 1, 0, None)
                for start in (self.first, self._last)
            ]
            work = need * np.minimum(*within)
            room = inside.capacity[:, first : last + 1].sum(axis=1)
            for row in np.flatnonzero(work.sum(axis=1) > room):
                columns = np.flatnonzero(work[row])
                self._add(columns, work[row, columns], float(room[row]))
