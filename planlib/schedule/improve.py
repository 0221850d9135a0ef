"""Large plans: free a part, keep the rest, solve the part, again and again (large neighbourhood search).

Shaw (1998), Using constraint programming and local search methods to solve vehicle routing problems, CP98. The whole
model of a thousand actions takes the solver longer to read than a plan can wait; a part takes a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planlib.schedule.greedy import Board, density_order, fill, span_at
from planlib.schedule.inside import Inside, Span
from planlib.schedule.model import Model
from planlib.schedule.search import Search

FREE_IN, FREE_OUT = 50, 50  # chosen actions freed, and actions left out that may enter, in one part
PART_SECONDS = 0.7


def improve(
    board: Board, run: Search, share: float, seed: int, most: int, on_board: Callable[[Board], None] | None = None
) -> Board:
    """A board of at least as many points, improved until the share of the time is used or `most` is reached."""
    draw = np.random.default_rng(seed)
    until = run.left() * (1 - share)
    while run.left() > until and not run.stopped() and not run.enough(board.points(), most):
        free = _part(board, draw)
        inside, numbers = part_of(board, free)
        model = Model(inside)
        model.add_value()
        model.hint(_seen(board, inside, numbers))
        _, found, _ = run(model, 1.0, most=min(PART_SECONDS, max(0.01, run.left() - until)))
        if found is not None and found.points() > sum(
            board.inside.options[board.option[a]].points for a in free if board.option[a] >= 0
        ):
            board = fill(_merged(board, found, numbers), density_order(board.inside))
            if on_board is not None:
                on_board(board)
    return board


def _part(board: Board, draw: np.random.Generator) -> np.ndarray:
    """Actions to free: chosen ones near a week, or at random, and the better ones of those left out."""
    inside = board.inside
    chosen = np.flatnonzero(board.option >= 0)
    out = np.array([a for a in np.flatnonzero(board.option < 0) if inside.modes_first[a] and not inside.stepless[a]])
    if draw.random() < 0.7:
        middle = draw.integers(len(inside.calendar))
        length = np.array([inside.options[k].weeks for k in board.option[chosen]])
        away = np.abs(board.start[chosen] + length / 2 - middle)
        near = chosen[np.argsort(away, kind="stable")[: 2 * FREE_IN]]
    else:
        near = chosen
    freed = draw.choice(near, min(FREE_IN, len(near)), replace=False)
    if len(out) > FREE_OUT:
        weight = inside.density[out] ** 2 + 1e-12
        out = draw.choice(out, FREE_OUT, replace=False, p=weight / weight.sum())
    return np.sort(np.concatenate([freed, out]).astype(np.int64))


def part_of(board: Board, free: np.ndarray) -> tuple[Inside, np.ndarray]:
    """The problem of the freed actions alone, beside those that stay where they are.

    Gives the part and the number in the whole of each of its actions.
    """
    inside = board.inside
    is_free = np.zeros(len(inside.ids), dtype=bool)
    is_free[free] = True
    # An action enters with those it needs: one that needs an action left out and not freed stays out.
    kept = []
    for action in sorted(free, key=lambda action: inside.rank[action]):
        _, rule, members = inside.group_of.get(int(action), (None, None, ()))
        stuck = any(not is_free[before] and board.option[before] < 0 for before, _ in inside.before[action])
        stuck |= rule == "all_or_none" and not is_free[list(members)].all()
        stuck |= rule == "one_of" and any(not is_free[m] and board.option[m] >= 0 for m in members)
        if stuck and board.option[action] < 0:
            is_free[action] = False
        else:
            kept.append(int(action))
    kept = np.array(sorted(kept), dtype=np.int64)
    number = {int(action): i for i, action in enumerate(kept)}
    rest = board.copy()
    for action in kept:
        if rest.option[action] >= 0:
            rest.take(action)
    options, options_of, forced = [], [], []
    for i, action in enumerate(kept):
        lower, upper = rest_lower(rest, action), rest_upper(rest, action)
        own = []
        for k in inside.options_of[action]:
            option = inside.options[k]
            spans = tuple(
                Span(max(span.first, lower), min(span.last, upper - option.weeks), span.spend)
                for span in option.spans
                if max(span.first, lower) <= min(span.last, upper - option.weeks)
            )
            own.append(len(options))
            options.append(replace(option, action=i, spans=spans))
        options_of.append(own)
        followed = any(rest.option[later] >= 0 for later, _ in inside.after[action])
        _, rule, members = inside.group_of.get(int(action), (None, None, ()))
        bound = rule == "all_or_none" and board.option[action] >= 0 and not all(m in number for m in members)
        forced.append(bool(inside.forced[action]) or followed or bound)
    groups = [
        (name, rule, tuple(number[m] for m in members if m in number))
        for name, rule, members in inside.groups
        if sum(m in number for m in members) > 1
    ]
    part = replace(
        inside,
        ids=[inside.ids[action] for action in kept],
        options=options,
        options_of=options_of,
        modes_first=[[k for k in own if options[k].spans] for own in options_of],
        capacity=rest.free,
        budget=rest.left,
        before=[[(number[b], lag) for b, lag in inside.before[a] if b in number] for a in kept],
        after=[[(number[b], lag) for b, lag in inside.after[a] if b in number] for a in kept],
        groups=groups,
        group_of={member: group for group in groups for member in group[2]},
        forced=np.array(forced, dtype=bool),
        soon=inside.soon[kept],
        stepless=inside.stepless[kept],
        density=inside.density[kept],
        rank=np.argsort(np.argsort(inside.rank[kept])),
    )
    return part, kept


def rest_lower(rest: Board, action: int) -> int:
    """The first start that the actions kept in place before it allow."""
    lower = 0
    for before, lag in rest.inside.before[action]:
        if rest.option[before] >= 0:
            end = rest.start[before] + rest.inside.options[rest.option[before]].weeks
            lower = max(lower, int(rest.inside.lags[lag][end]))
    return lower


def rest_upper(rest: Board, action: int) -> int:
    """The last end that the actions kept in place after it allow."""
    return rest.upper(action, 0)


def _seen(board: Board, inside: Inside, numbers: np.ndarray) -> Board:
    """The board's plan of the part."""
    seen = Board(inside)
    for i, action in enumerate(numbers):
        if board.option[action] >= 0:
            at = board.inside.options_of[action].index(int(board.option[action]))
            k = inside.options_of[i][at]
            seen.put(k, int(board.start[action]), span_at(inside.options[k], int(board.start[action])))
    return seen


def _merged(board: Board, found: Board, numbers: np.ndarray) -> Board:
    """The board with the part replaced by its new plan."""
    merged = board.copy()
    for action in numbers:
        if merged.option[action] >= 0:
            merged.take(action)
    for i, action in enumerate(numbers):
        if found.option[i] >= 0:
            k = board.inside.options_of[action][found.inside.options_of[i].index(int(found.option[i]))]
            start = int(found.start[i])
            merged.put(k, start, span_at(board.inside.options[k], start))
    return merged
