"""Rank acceptability and funding bands: what holds over many weightings, and over what judges disagree on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planlib.robust.weightings import check_seed, sets_to_try
from planlib.schema import PlanError
from planlib.score import as_table, check_cut, check_values, fill_cut, named
from planlib.weights import DECIMALS
from planlib.words import percent, word

# A packed key is 2**31 - 1 less the score in units of the ninth decimal, plus the action's number in the low bits.
# Between 2**30 and 2**31 a float has 22 bits after the point, so both parts are exact: keys sort by score, then by
# action.
TOP = 2.0**31 - 1
STEP = 2.0**-22
MOST_ACTIONS = 5_000  # the shares of 5,000 actions over 5,000 ranks take 200 MB; an action's number must fit 16 bits

# Up to 262,144 products OpenBLAS stays on one thread, whatever its build: the others, if they wait for a processor,
# make a product take thirty times longer. 64,000 keys stay in the cache.
PRODUCTS = 260_000
KEYS = 64_000
HELD = 4_000_000  # orders held before they are counted: 8 MB


@dataclass(frozen=True, slots=True)
class _Orders:
    """Orders of the actions under some draws: `order` (positions, draws) holds action numbers, the best first.

    `draw`, `position` and `first` list each action tied with one before it, and the position its tie starts at.
    """

    order: np.ndarray
    draw: np.ndarray
    position: np.ndarray
    first: np.ndarray


def uncertainty(judge_values: pd.Series) -> pd.DataFrame:
    """How far judges stand apart on each cell: the standard deviation of their values, 0 where one alone judged.

    Parameters
    ----------
    judge_values : Series, indexed by judge_id, action_id, criterion_id
        As `score.judge_values` gives it.

    Returns
    -------
    DataFrame, shape (actions, criteria)
        NaN where nobody judged.
    """
    cells = judge_values.groupby(level=["action_id", "criterion_id"])
    apart = cells.std().where(cells.size() > 1, 0.0).rename("apart")
    return apart.reset_index().pivot_table("apart", "action_id", "criterion_id")


def rank_acceptability(
    values: pd.DataFrame,
    *,
    weights: pd.Series | pd.DataFrame | None = None,
    draws: int = 10_000,
    seed: int = 0,
    uncertain: pd.DataFrame | float | None = None,
) -> pd.DataFrame:
    """Share of weightings that give each action each rank.

    Parameters
    ----------
    values : DataFrame, shape (actions, criteria)
        Partial values in [0, 1]; 1 is best, whatever the sense of the criterion.
    weights : Series or DataFrame, optional
        By default weightings are drawn evenly over all that sum to 1, so the table shows what holds before anyone
        has stated a preference. A Series of points: around them, each up to a quarter more or less. A DataFrame, one
        weighting a row (from `weight_sets`, or each judge's own): those and no others.
    draws : int
        Weightings drawn. A share p has a standard error of sqrt(p * (1 - p) / draws).
    seed : int
        The same seed gives the same table, whatever the order of rows and columns.
    uncertain : DataFrame, shape (actions, criteria), or one number for all, optional
        Standard deviation of each value (from `uncertainty`): each draw then takes its own values too, from a normal
        law cut at 0 and 1. A blank value is then drawn evenly over [0, 1], since it may be anything; 0 tries only
        the blanks.

    Returns
    -------
    DataFrame, shape (actions, ranks)
        Shares in [0, 1]; columns 1 to n; each row sums to 1. Scores are compared at 9 decimals and tied actions all
        take the better rank, so a column may not sum to 1.

    Raises
    ------
    PlanError
        A value that is not in [0, 1], or a blank one where `uncertain` is not given; weights or a count of draws
        that `weight_sets` refuses; a standard deviation that is negative or not a number; over 5,000 actions.

    Source
    ------
    Lahdelma and Salminen (2001), SMAA-2, Operations Research 49(3), 444-454.
    """
    values = as_table(values)
    actions = _numbered(values)
    n = len(actions)
    counts = np.zeros((n, n), dtype=np.int64)  # (ranks, actions)
    drawn = 0
    for orders in _orders(values, weights, draws, seed, uncertain):
        drawn += orders.order.shape[1]
        for position, ids in enumerate(orders.order):
            counts[position] += np.bincount(ids, minlength=n)
        tied = orders.order[orders.position, orders.draw]
        np.subtract.at(counts, (orders.position, tied), 1)
        np.add.at(counts, (orders.first, tied), 1)
    given = np.argsort(actions)  # back to the order of the rows
    shares = np.divide(counts[:, given], max(drawn, 1)).T
    return pd.DataFrame(shares, index=values.index, columns=pd.RangeIndex(1, n + 1, name="rank"))


def bands(
    values: pd.DataFrame,
    k: int | pd.Series | None = None,
    cost: pd.Series | float | None = None,
    amount: float | None = None,
    *,
    weights: pd.Series | pd.DataFrame | None = None,
    draws: int = 10_000,
    seed: int = 0,
    uncertain: pd.DataFrame | float | None = None,
) -> pd.DataFrame:
    """Whether each action is in the funded set always, never, or depending on the weights.

    Called as `bands(values, k)` or as `bands(values, cost, amount)`. Under each weighting the cut is filled in rank
    order, as `score.funded` does: the first `k`, or with `cost` and `amount` each action that still fits. `values`,
    `weights`, `draws`, `seed` and `uncertain` are those of `rank_acceptability`, and so are its errors.

    Returns
    -------
    DataFrame, indexed by action_id, in the order given
        share_in (share of the weightings in which it is funded), band ("always", "depends", "never": in all, some or
        none of them), tied_at_cut (share of the weightings in which action_id alone settled which of several equal
        actions is funded).

    Raises
    ------
    PlanError
        Also what `score.funded` refuses of a cut.
    """
    if isinstance(k, pd.Series):  # bands(values, cost, amount): costs stand where a count would
        if cost is not None and amount is not None:
            raise PlanError("score.cut")
        k, cost, amount = None, k, cost if amount is None else amount
    values = as_table(values)
    check_cut(values.index, k, cost, amount)
    actions = _numbered(values)
    n = len(actions)
    costs = None if cost is None else named(cost, values.index).reindex(values.index[actions]).to_numpy("float64")
    times_in, times_tied = np.zeros(n), np.zeros(n)
    drawn = 0
    for orders in _orders(values, weights, draws, seed, uncertain):
        order = orders.order
        drawn += order.shape[1]
        if costs is None:
            inside = np.broadcast_to((np.arange(n) < k)[:, None], order.shape)
        else:
            inside = fill_cut(costs[order].T, amount).T
        times_in += np.bincount(order[inside], minlength=n)
        tied = _split_ties(orders, inside)
        times_tied += np.bincount(order[tied], minlength=n)
    table = pd.DataFrame(index=values.index)
    for name, times in (("share_in", times_in), ("tied_at_cut", times_tied)):
        share = np.empty(n)
        share[actions] = times / max(drawn, 1)
        table[name] = share
    band = np.select([table["share_in"] == 1, table["share_in"] == 0], ["always", "never"], "depends")
    table.insert(1, "band", pd.Series(band, index=values.index, dtype="str"))
    return table


def before(values: pd.DataFrame, one: object, other: object, **options) -> pd.Series:
    """Share of weightings in which `one` scores above `other`, equal to it, or below.

    Parameters
    ----------
    one, other : action_id
    **options
        weights, draws, seed and uncertain, as `rank_acceptability` takes them.

    Returns
    -------
    Series
        before, tied, after; they sum to 1.

    Raises
    ------
    PlanError
        An action that is not in `values`; as `rank_acceptability`.
    """
    values = as_table(values)
    for action in (one, other):
        if action not in values.index:
            raise PlanError("robust.unknown_action", found=str(action))
    if isinstance(options.get("uncertain"), pd.DataFrame):
        options["uncertain"] = options["uncertain"].reindex([one, other])
    shares = rank_acceptability(values.loc[[one, other]], **options)
    first, second = shares.loc[one, 1], shares.loc[other, 1]
    return pd.Series({"before": 1 - second, "tied": first + second - 1, "after": 1 - first})


def say_first(shares: pd.DataFrame, action: object, lang: str) -> str:
    """How often `action` comes first in the table of `rank_acceptability`, as a sentence."""
    return word("robust.first_in", lang, action=str(action), share=percent(shares.loc[action, 1], lang))


def _orders(
    values: pd.DataFrame,
    weights: pd.Series | pd.DataFrame | None,
    draws: int,
    seed: int,
    uncertain: pd.DataFrame | float | None,
) -> Iterator[_Orders]:
    """Orders of the actions, a block of draws at a time; actions are numbered in the order of their action_id."""
    array = check_values(values, blanks=uncertain is not None)
    rows = _numbered(values)
    columns = sorted(range(values.shape[1]), key=lambda j: str(values.columns[j]))
    array = array[np.ix_(rows, columns)]
    n, m = array.shape
    check_seed(seed)
    sets = sets_to_try(values.columns, weights, draws, seed)[[values.columns[j] for j in columns]].to_numpy()
    sets = np.ascontiguousarray(sets) * 10.0**DECIMALS
    apart = None if uncertain is None else _apart(values, uncertain)[np.ix_(rows, columns)]
    rng = np.random.default_rng([seed, 1])  # a stream of its own: the weightings are the same with or without it
    if n == 0:
        return
    chunk = max(1, min(PRODUCTS // (n * m), KEYS // n))
    held = max(chunk, HELD // n // chunk * chunk)
    turned = np.ascontiguousarray(array.T)
    offset = TOP + np.arange(n) * STEP
    keys, gaps = np.empty((chunk, n)), np.empty(chunk * n)
    for start in range(0, len(sets), held):
        block = sets[start : start + held]
        order = np.empty((n, len(block)), dtype=np.uint16)
        ties = []
        for at in range(0, len(block), chunk):
            some = block[at : at + chunk]
            key = keys[: len(some)]
            if apart is None:
                np.matmul(some, turned, out=key)
            else:
                np.einsum("dm,dnm->dn", some, _drawn(array, apart, len(some), rng), out=key)
            np.rint(key, out=key)
            np.subtract(offset, key, out=key)
            key.sort(axis=1)
            np.copyto(order[:, at : at + len(some)], key.view(np.int64).T, casting="unsafe")  # keeps the low 16 bits
            ties.extend(_ties(key, gaps, at))
        yield _Orders(order, *(np.concatenate([t[i] for t in ties] or [np.empty(0, np.intp)]) for i in range(3)))


def _numbered(values: pd.DataFrame) -> list[int]:
    """Rows in the order of action_id, which is the number an action bears in a key; too many actions are refused."""
    if len(values) > MOST_ACTIONS:
        raise PlanError("robust.too_many", n=len(values), most=MOST_ACTIONS)
    return sorted(range(len(values)), key=lambda i: str(values.index[i]))


def _ties(key: np.ndarray, gaps: np.ndarray, at: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(draw, position, first position of the tie) of each action tied with one before it; mostly there is none."""
    n = key.shape[1]
    flat = key.ravel()
    gap = gaps[: flat.size - 1]
    np.subtract(flat[1:], flat[:-1], out=gap)
    gap[n - 1 :: n] = 1.0  # from the end of a draw to the start of the next
    if not gap.size or gap.min() > 0.5:
        return []
    draws = np.unique(np.flatnonzero(gap < 0.5) // n)
    new = np.ones((len(draws), n), dtype=bool)
    new[:, 1:] = np.diff(key[draws], axis=1) > 0.5
    first = np.maximum.accumulate(np.where(new, np.arange(n), 0), axis=1)
    row, position = np.nonzero(~new)
    return [(at + draws[row], position, first[row, position])]


def _split_ties(orders: _Orders, inside: np.ndarray) -> np.ndarray:
    """Positions (positions, draws) whose tie has some inside the cut and some outside."""
    split = inside[orders.position, orders.draw] != inside[orders.first, orders.draw]
    broken = np.zeros(inside.shape, dtype=bool)  # by the position where the tie starts
    broken[orders.first[split], orders.draw[split]] = True
    tied = broken.copy()
    member = broken[orders.first, orders.draw]
    tied[orders.position[member], orders.draw[member]] = True
    return tied


def _apart(values: pd.DataFrame, uncertain: pd.DataFrame | float) -> np.ndarray:
    """Standard deviations in the shape of `values`; NaN where the value is blank."""
    if not isinstance(uncertain, pd.DataFrame):
        uncertain = pd.DataFrame(float(uncertain), index=values.index, columns=values.columns)
    apart = uncertain.reindex(index=values.index, columns=values.columns)
    wrong = (~(apart >= 0) | np.isinf(apart)) & values.notna()
    if wrong.to_numpy().any():
        places = [(values.index[i], values.columns[j]) for i, j in np.argwhere(wrong.to_numpy())]
        action, criterion = min(places, key=lambda at: (str(at[0]), str(at[1])))
        found = apart.loc[action, criterion]
        raise PlanError("robust.apart", action=str(action), criterion=str(criterion), found=str(found))
    return apart.where(values.notna()).to_numpy("float64")


def _drawn(array: np.ndarray, apart: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Values for some draws, shape (draws, actions, criteria)."""
    blank = np.isnan(array)
    some = rng.standard_normal((draws, *array.shape)) * np.where(blank, 0.0, apart) + np.where(blank, 0.0, array)
    np.clip(some, 0.0, 1.0, out=some)
    some[:, blank] = rng.random((draws, int(blank.sum())))
    return some
