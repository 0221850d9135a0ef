"""The room's method: partial values times weights, what each criterion adds, and the actions a cut lets in."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd

from planlib.schema import PlanError
from planlib.score.checks import as_table, check_values, check_weights, named, numbers, ranks
from planlib.weights import DECIMALS


def weighted_sum(values: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Score and rank of each action: the sum of its partial values times the weights.

    A blank is left out of the sum and the score is the weighted mean over what is known: `weight_known` says how much
    of the weight that is, and `complete` whether it is all. An action of which nothing is known has no score and
    no rank.

    Parameters
    ----------
    values : DataFrame, shape (actions, criteria)
        Partial values in [0, 1], 1 best; blanks allowed.
    weights : Series, indexed by criterion_id
        Points on any positive scale, one per criterion of `values`; 0 means the criterion does not count.

    Returns
    -------
    DataFrame, indexed by action_id, in the order given
        score in [0, 1]; rank (1 is best; 1 + the number scoring strictly higher, at 9 decimals); weight_known in
        [0, 1]; complete.

    Raises
    ------
    PlanError
        A value that is a text or not in [0, 1]; a criterion without weight or a weight without criterion; points that
        `weights.from_points` refuses; an action or a criterion there twice.
    """
    values = as_table(values)
    array, shares, known = _weighed(values, weights)
    # Summed criterion by criterion in one order: the same bits whatever the order of rows and columns.
    share_known = (known * shares).sum(axis=1)
    with np.errstate(invalid="ignore"):
        scores = np.where(share_known > 0, (array * shares).sum(axis=1) / share_known, np.nan)
    complete = known[:, shares > 0].all(axis=1)
    table = pd.DataFrame({"score": np.clip(scores, 0, 1)}, index=values.index)
    table["rank"] = ranks(table["score"])
    table["weight_known"] = np.where(complete, 1.0, share_known)
    table["complete"] = complete
    return table


def contributions(values: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """What each criterion adds to each score; a row sums to the score of `weighted_sum`.

    Parameters, blanks and errors are those of `weighted_sum`. A blank value gives a blank contribution.

    Returns
    -------
    DataFrame, shape (actions, criteria)
    """
    values = as_table(values)
    array, shares, known = _weighed(values, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = array * shares / (known * shares).sum(axis=1)[:, None]
    parts = np.where(known, parts, np.nan)
    order = sorted(values.columns, key=str)
    return pd.DataFrame(parts, index=values.index, columns=order).reindex(columns=values.columns)


def funded(
    scores: pd.Series, k: int | None = None, *, cost: pd.Series | None = None, amount: float | None = None
) -> pd.DataFrame:
    """Which actions a cut lets in, taken in rank order.

    With `k`, the first k. With `cost` and `amount`, each action in turn if it still fits in what is left, so that a
    dear action does not shut out a cheaper one below it. action_id settles a tie, and a tie that it settled
    between an action let in and one left out is flagged: people should settle it.

    Parameters
    ----------
    scores : Series, indexed by action_id
        A blank score is never let in.
    k : int
        How many; more than there are lets all in.
    cost : Series, indexed by action_id
        In the unit of `amount`, for each action of `scores`.

    Returns
    -------
    DataFrame, indexed by action_id, in the order given
        funded; tied_at_cut (same score as an action on the other side of the cut).

    Raises
    ------
    PlanError
        Neither or both of k and cost with amount; a negative k or amount; a blank or negative cost.
    """
    check_cut(scores.index, k, cost, amount)
    rounded = scores.astype("float64").round(DECIMALS)
    order = np.lexsort((scores.index.astype(str), -rounded.to_numpy(na_value=-1.0)))
    order = order[rounded.notna().to_numpy()[order]]
    if cost is None:
        inside = np.arange(len(order)) < k
    else:
        inside = fill_cut(named(cost, scores.index).reindex(scores.index).to_numpy("float64")[order][None, :], amount)[
            0
        ]
    table = pd.DataFrame({"funded": False}, index=scores.index)
    table.iloc[order, 0] = inside
    sides = table["funded"].groupby(rounded).transform("nunique")
    table["tied_at_cut"] = sides.fillna(1).gt(1)
    return table


def fill_cut(costs: np.ndarray, amount: float) -> np.ndarray:
    """Which positions fit in `amount`, taken from the first to the last of each row; shape (lists, positions)."""
    inside = np.empty(costs.shape, dtype=bool)
    left = np.full(len(costs), float(amount))
    slack = 1e-9 * max(1.0, abs(float(amount)))  # 0.1 + 0.2 fits in 0.3
    for position in range(costs.shape[1]):
        fits = costs[:, position] <= left + slack
        left -= np.where(fits, costs[:, position], 0.0)
        inside[:, position] = fits
    return inside


def check_cut(actions: pd.Index, k: int | None, cost: pd.Series | None, amount: float | None) -> None:
    """Refuse a cut that is not either `k` or `cost` with `amount`, or whose figures cannot be."""
    if (k is None) == (cost is None) or (cost is None) != (amount is None):
        raise PlanError("score.cut")
    if k is not None:
        if isinstance(k, bool) or not isinstance(k, Real) or not 0 <= k < np.inf or int(k) != k:
            raise PlanError("score.cut_k", found=str(k))
        return
    if not isinstance(amount, Real) or not 0 <= amount < np.inf:
        raise PlanError("score.cut_amount", found=str(amount))
    costs = named(cost, actions).reindex(actions)
    found = costs.to_numpy(dtype=object)
    figures = numbers(found, lambda i: _cost_error(actions[i], found[i]))
    wrong = np.isnan(figures) | (figures < 0)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        if np.isnan(figures[at]):
            raise PlanError("score.cost_blank", n=int(np.isnan(figures).sum()), action=str(actions[at]))
        raise _cost_error(actions[at], figures[at])


def _weighed(values: pd.DataFrame, weights: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values with blanks at 0, shares, and where a value is known, with the criteria in the order of their names."""
    order = sorted(range(values.shape[1]), key=lambda j: str(values.columns[j]))
    array = np.ascontiguousarray(check_values(values, blanks=True)[:, order])
    shares = check_weights(weights, values.columns).to_numpy()[order]
    known = ~np.isnan(array)
    return np.where(known, array, 0.0), shares, known


def _cost_error(action: object, found: object) -> PlanError:
    return PlanError("score.cost", action=str(action), found=str(found))
