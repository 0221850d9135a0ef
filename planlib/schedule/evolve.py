"""Short plans by generations: many orders at once, each placed, pushed back, pulled forward, the best crossed.

Serial generation with double justification (Valls, Ballestin and Quintanilla 2005, European Journal of Operational
Research 165, 375-386) inside a genetic search whose children take a stretch of one parent and the rest of another
(the same authors 2008, EJOR 185, 495-508). A whole population is placed in step, one action each at a time, so that
numpy does the work, and the days of all roles are the bits of one number: some two thousand plans of 120 actions a
second, each placed three times.
"""

from __future__ import annotations

from itertools import count

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from planlib.schedule.greedy import Board
from planlib.schedule.inside import Inside
from planlib.schedule.search import Search

PLANS, CHILDREN = 128, 256  # in a generation; numpy's work on an array grows slower than the array
PATIENCE = 12  # generations without a shorter plan before a new population
GENERATIONS_A_SECOND = 15  # about what a core does with 120 actions: all that bounds a repeatable search
LOOK, ONE = 64, np.uint64(1)  # weeks looked at at once: the bits of a word
LONGEST = LOOK // 2  # weeks of an action, so that a second look goes on from the first
FAR = 25.0  # spread, in weeks, of the first population around the longest-path order


def is_plain(inside: Inside) -> bool:
    """Whether days and order are all there is: one mode, no dates, no money, no lag, the same days every week."""
    last = len(inside.calendar)
    options = [[inside.options[k] for k in own] for own in inside.options_of]
    return (
        all(len(own) == 1 and len(own[0].spans) == 1 and own[0].weeks <= LONGEST for own in options)
        and all(own[0].spans[0].first == 0 and own[0].spans[0].last + own[0].weeks == last for own in options)
        and not any(own[0].spans[0].spend for own in options)
        and all((own[0].needs <= inside.capacity[own[0].rows, :1]).all() for own in options)
        and not any(lag for pairs in inside.before for _, lag in pairs)
        and not any(rule == "one_of" for _, rule, _ in inside.groups)
        and (inside.capacity == inside.capacity[:, :1]).all()
        and int(inside.calendar.weeks[-1]) == last - 1
    )


def evolve(inside: Inside, run: Search, share: float, seed: int, least: int) -> Board:
    """The shortest plan found in a share of the time, by a search that starts anew when it stands still.

    `least` is a length that no plan can beat. Only for a problem that `is_plain`.
    """
    draw = np.random.default_rng(seed)
    crowd = _Crowd(inside)
    until = run.left() * (1 - share)
    most = int((run.left() - until) * GENERATIONS_A_SECOND) + 1 if run.repeatable else None
    starts, lengths = _fresh(crowd, draw)
    best, best_length, still = starts[0], lengths[0], 0
    for _ in range(most) if most else count():
        if best_length <= least or run.left() <= until or run.stopped():
            break
        if still >= PATIENCE:
            (starts, lengths), still = _fresh(crowd, draw), 0
        else:
            children = crowd.improved(_children(starts, lengths, crowd.weeks, draw))
            before = lengths[0]
            starts, lengths = _survivors(np.concatenate([starts, children]), crowd.weeks)
            still = 0 if lengths[0] < before else still + 1
        if lengths[0] < best_length:
            best, best_length = starts[0], lengths[0]
    board = Board(inside)
    for action in np.argsort(inside.rank):
        k = inside.options_of[action][0]
        board.put(k, int(best[action]), inside.options[k].spans[0])
    return board


def _fresh(crowd: _Crowd, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Plans around the order of longest chains, nearer and farther."""
    spread = np.linspace(0, FAR, CHILDREN)[:, None]
    starts = crowd.improved(-crowd.tail + draw.normal(0, 1, (CHILDREN, crowd.n)) * spread)
    return _survivors(starts, crowd.weeks)


def _children(starts: np.ndarray, lengths: np.ndarray, weeks: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Keys of new orders: a stretch of one parent's time inside the order of another, or one parent shaken there."""
    n = CHILDREN
    pairs = draw.integers(0, len(starts), (4, n))
    one = np.where(lengths[pairs[0]] <= lengths[pairs[1]], pairs[0], pairs[1])
    other = np.where(lengths[pairs[2]] <= lengths[pairs[3]], pairs[2], pairs[3])
    length = lengths[one][:, None]
    begin = draw.random((n, 1)) * 0.75
    end = (begin + 0.25 + draw.random((n, 1)) * 0.25) * length
    begin = begin * length
    middle, middle_other = starts[one] + weeks / 2, starts[other] + weeks / 2
    before = np.minimum(middle_other, begin - 1e-3 * (length - middle_other))
    after = np.maximum(middle_other, end + 1e-3 * middle_other)
    crossed = np.where(middle < begin, before, np.where(middle > end, after, middle))
    crossed = crossed + draw.normal(0, 0.3, crossed.shape)
    within = (middle >= begin) & (middle <= begin + 0.35 * length)
    shaken = middle + within * draw.normal(0, 1, middle.shape) * draw.choice([3.0, 8.0, 20.0], (n, 1))
    return np.where(draw.random((n, 1)) < 0.3, shaken, crossed)


def _survivors(starts: np.ndarray, weeks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shortest plans, one for each length and sum of starts."""
    lengths = (starts + weeks).max(axis=1)
    marks = np.stack([lengths, starts.sum(axis=1)], axis=1)
    _, kept = np.unique(marks, axis=0, return_index=True)  # sorted by length
    kept = kept[:PLANS]
    return starts[kept], lengths[kept]


class _Crowd:
    """Many plans of one problem, as arrays of starts with shape (plans, actions)."""

    def __init__(self, inside: Inside):
        options = [inside.options[own[0]] for own in inside.options_of]
        self.n = len(options)
        self.weeks = np.array([option.weeks for option in options], dtype=np.int64)
        need = np.zeros((len(inside.resources), self.n), dtype=np.int64)
        for action, option in enumerate(options):
            need[option.rows, action] = option.needs[:, 0]
        self._words = [
            _Word(inside.capacity[rows, 0], need[rows], self.weeks) for rows in _side_by_side(inside.capacity[:, 0])
        ]
        self._before = _padded([[earlier for earlier, _ in pairs] for pairs in inside.before])
        self._after = _padded([[later for later, _ in pairs] for pairs in inside.after])
        self._steps = _doublings(self.weeks)
        self._in_order = np.argsort(inside.rank)
        tail = np.zeros(self.n + 1)
        for action in self._in_order[::-1]:
            tail[action] = self.weeks[action] + tail[self._after[:, action]].max()
        self.tail = tail[:-1]  # weeks from an action's start to the end of the longest chain after it

    def improved(self, keys: np.ndarray) -> np.ndarray:
        """Starts of the plans whose actions are placed in order of these keys, then justified back and forth."""
        keys = np.concatenate([keys, np.full((len(keys), 1), -np.inf)], axis=1)
        for action in self._in_order:  # no key before those of the actions before it
            keys[:, action] = np.maximum(keys[:, action], keys[:, self._before[:, action]].max(axis=1) + 1e-6)
        ends = self._placed(np.argsort(keys[:, :-1], axis=1, kind="stable"), self._before)
        back = self._placed(np.argsort(-ends, axis=1, kind="stable"), self._after)  # time runs backwards
        ahead = self._placed(np.argsort(-back, axis=1, kind="stable"), self._before)
        return ahead - self.weeks

    def _placed(self, order: np.ndarray, before: np.ndarray) -> np.ndarray:
        """Ends of all plans, each action of `order` at the first weeks that hold it."""
        plans, n = order.shape
        span, longest = int(self.weeks.sum()) + 2 * LOOK, int(self.weeks.max())
        free = [np.full(plans * span, word.full) for word in self._words]
        look = [sliding_window_view(board, LOOK) for board in free]
        work = [sliding_window_view(board, longest, writeable=True) for board in free]
        ends = np.zeros((plans, n + 1), dtype=np.int64)  # the last column is the end of nothing
        flat_ends, of_plan, end_of_plan = ends.reshape(-1), np.arange(plans) * span, np.arange(plans) * (n + 1)
        for actions in np.ascontiguousarray(order.T):
            ready = flat_ends.take(before.take(actions, axis=1) + end_of_plan).max(axis=0) + of_plan
            fits = self._fits(look, ready, actions)
            while not fits.all():
                ready += (fits == 0) * (LOOK - longest)
                fits = self._fits(look, ready, actions)
            ready += np.bitwise_count((fits & (~fits + ONE)) - ONE)  # zeros below the lowest bit
            flat_ends[end_of_plan + actions] = ready - of_plan + self.weeks.take(actions)
            for word, board in zip(self._words, work, strict=True):
                board[ready] -= word.work.take(actions, axis=0)
        return ends[:, :-1]

    def _fits(self, look: list[np.ndarray], first: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """The next weeks of each plan as the bits of a word: one where the action has room for all its weeks."""
        holds = np.ones(1, dtype=bool)
        for word, board in zip(self._words, look, strict=True):
            left = board[first]
            left -= word.need.take(actions)[:, None]
            left &= word.guards
            holds = (left == word.guards) & holds
        fits = np.packbits(holds, axis=1, bitorder="little").view("<u8")[:, 0]
        for steps in self._steps:
            fits = fits & (fits >> steps.take(actions))
        return fits


class _Word:
    """Some resources side by side in the bits of one whole number, a guard bit above each.

    One subtraction takes from all of them at once; the guard of one that is too small is gone.
    """

    def __init__(self, rooms: np.ndarray, needs: np.ndarray, weeks: np.ndarray):
        widths = [_bits(room) for room in rooms]
        shifts = np.cumsum([0, *widths[:-1]])
        kind = np.int32 if sum(widths) < 32 else np.int64
        guards = sum(1 << int(shift) + width - 1 for shift, width in zip(shifts, widths, strict=True))
        self.guards = kind(guards)
        self.full = kind(guards + int((rooms << shifts).sum()))
        self.need = (needs << shifts[:, None]).sum(axis=0).astype(kind)  # (actions,)
        self.work = np.where(np.arange(weeks.max()) < weeks[:, None], self.need[:, None], kind(0))  # (actions, weeks)


def _side_by_side(rooms: np.ndarray) -> list[list[int]]:
    """Resources that share a word: as many as 63 bits hold."""
    words: list[list[int]] = []
    left = 0
    for row, room in enumerate(rooms):
        if _bits(room) > left:
            words.append([])
            left = 63
        words[-1].append(row)
        left -= _bits(room)
    return words


def _bits(room: int) -> int:
    return int(room).bit_length() + 1


def _padded(lists: list[list[int]]) -> np.ndarray:
    """Columns of numbers of one length, filled up with the number after the last action."""
    length = max(1, *map(len, lists))
    return np.array([row + [len(lists)] * (length - len(row)) for row in lists]).T.copy()


def _doublings(weeks: np.ndarray) -> list[np.ndarray]:
    """By how much to move a row of bits over itself, each time, until a bit stands for so many in a row."""
    steps, done = [], np.ones_like(weeks)
    while (done < weeks).any():
        steps.append(np.minimum(done, weeks - done).astype(np.uint64))
        done += np.minimum(done, weeks - done)
    return steps
