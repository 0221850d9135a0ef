"""Second opinions for an annex ("does the method matter?"): TOPSIS and PROMETHEE II on the table of performances."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planlib.schema import PlanError
from planlib.score.checks import as_numbers, as_table, check_labels, check_weights, named, ranks

# Shape -> thresholds it uses. Brans and Vincke (1985) number them I to VI in this order.
SHAPES = {"usual": "", "u": "q", "v": "p", "level": "qp", "linear": "qp", "gaussian": "s"}
PAIRS_AT_ONCE = 1_000_000  # the Gaussian shape compares every pair: 8 MB at a time


def topsis(matrix: pd.DataFrame, weights: pd.Series, senses: pd.Series, normalisation: str = "vector") -> pd.DataFrame:
    """Closeness of each action to the best of every criterion and distance from the worst.

    Parameters
    ----------
    matrix : DataFrame, shape (actions, criteria)
        Performances in their own units, all known.
    weights : Series, indexed by criterion_id
        Points on any positive scale.
    senses : Series of "max" or "min", indexed by criterion_id
    normalisation : "vector" (Hwang and Yoon: each column over its Euclidean length) or "minmax"
        The two order differently, so the one used stands in the result.

    Returns
    -------
    DataFrame, indexed by action_id, in the order given
        score (closeness, in [0, 1]), rank, to_best, to_worst (Euclidean distances), normalisation. A criterion on
        which all actions are equal changes nothing; when all are equal on all, each scores 0.5.

    Raises
    ------
    PlanError
        A blank, textual or infinite performance; weights as `weighted_sum` refuses them; a sense that is neither
        "max" nor "min"; an unknown normalisation.

    Source
    ------
    Hwang and Yoon (1981), Multiple Attribute Decision Making, Springer.
    """
    if normalisation not in ("vector", "minmax"):
        raise PlanError("score.normalisation", found=str(normalisation))
    matrix = as_table(matrix)
    array, shares, signs, _ = _compared(matrix, weights, senses)
    # Scaling by the greatest first keeps squares from overflowing; sorted sums do not depend on the order of rows.
    greatest = np.abs(array).max(axis=0, initial=0.0)
    array = array / np.where(greatest > 0, greatest, 1.0)
    if normalisation == "vector":
        lengths = np.sqrt(np.sort(array**2, axis=0).sum(axis=0))
    else:
        array = array - array.min(axis=0, initial=np.inf)
        lengths = array.max(axis=0, initial=0.0)
    weighted = signs * shares * array / np.where(lengths > 0, lengths, 1.0)
    to_best, to_worst = (
        np.sqrt(((weighted - end(weighted, axis=0, keepdims=True)) ** 2).sum(axis=1)) if len(weighted) else np.empty(0)
        for end in (np.max, np.min)
    )
    apart = to_best + to_worst
    score = np.where(apart > 0, to_worst / np.where(apart > 0, apart, 1.0), 0.5)
    table = pd.DataFrame({"score": score}, index=matrix.index)
    table["rank"] = ranks(table["score"])
    table["to_best"], table["to_worst"], table["normalisation"] = to_best, to_worst, normalisation
    return table


def promethee_ii(
    matrix: pd.DataFrame, weights: pd.Series, senses: pd.Series, preferences: pd.DataFrame
) -> pd.DataFrame:
    """Net outranking flow of each action.

    For every shape but the Gaussian the flow is a sum over sorted values, so the cost is m n log n and not m n^2.
    Two differences within 1e-12 of the column's greatest performance count as equal, so that 0.8 - 0.7 does not
    pass a threshold of 0.1 by rounding.

    Parameters
    ----------
    matrix, weights, senses
        As `topsis` takes them.
    preferences : DataFrame, indexed by criterion_id
        shape, and q (indifference), p (strict preference), s (inflection) in the unit of the criterion where the
        shape uses them: "usual"; "u" (q); "v" (p); "level" (q, p; one half between); "linear" (q, p); "gaussian" (s).

    Returns
    -------
    DataFrame, indexed by action_id, in the order given
        score (net flow, in [-1, 1]; they sum to 0), rank. One action alone has a flow of 0.

    Raises
    ------
    PlanError
        As `topsis`; a criterion without preference, an unknown shape, a threshold that is missing or does not hold.

    Source
    ------
    Brans and Vincke (1985), A preference ranking organisation method, Management Science 31(6), 647-656.
    """
    matrix = as_table(matrix)
    array, shares, signs, criteria = _compared(matrix, weights, senses)
    n = len(array)
    flow = np.zeros(n)
    for j, criterion in enumerate(criteria):
        shape, q, p, s = _preference(preferences, criterion)
        column = np.ascontiguousarray(array[:, j])
        net = _gaussian_flow(column, s) if shape == "gaussian" else _sorted_flow(column, shape, q, p)
        flow += signs[j] * shares[j] * net / max(n - 1, 1)
    table = pd.DataFrame({"score": flow}, index=matrix.index)
    table["rank"] = ranks(table["score"])
    return table


def _compared(
    matrix: pd.DataFrame, weights: pd.Series, senses: pd.Series
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list]:
    """Performances, shares, +1 or -1 for the sense, and the criteria, all in the order of the criteria's names."""
    check_labels(matrix)

    def refuse(i: int) -> PlanError:
        action, criterion = matrix.index[i // matrix.shape[1]], matrix.columns[i % matrix.shape[1]]
        found = matrix.loc[action, criterion]
        key = "score.matrix_blank" if pd.isna(found) else "score.matrix_not_number"
        return PlanError(key, action=str(action), criterion=str(criterion), found=str(found))

    array = as_numbers(matrix, refuse)
    if not np.isfinite(array).all():
        raise refuse(int(np.flatnonzero(~np.isfinite(array))[0]))
    shares = check_weights(weights, matrix.columns)
    senses, signs = named(senses, matrix.columns), []
    if not senses.index.is_unique:
        raise PlanError("score.criterion_twice", found=str(senses.index[senses.index.duplicated()][0]))
    for criterion in matrix.columns:
        sense = senses.get(criterion)
        if sense not in ("max", "min"):
            raise PlanError("score.no_sense", criterion=str(criterion), found="" if pd.isna(sense) else str(sense))
        signs.append(1.0 if sense == "max" else -1.0)
    order = sorted(range(matrix.shape[1]), key=lambda j: str(matrix.columns[j]))
    criteria = [matrix.columns[j] for j in order]
    return np.ascontiguousarray(array[:, order]), shares.to_numpy()[order], np.array(signs)[order], criteria


def _preference(preferences: pd.DataFrame, criterion: object) -> tuple[str, float, float, float]:
    """Shape and thresholds of one criterion, checked; a threshold the shape does not use is 0."""
    if isinstance(preferences, Mapping):
        preferences = pd.DataFrame.from_dict(preferences, orient="index")
    if not isinstance(preferences, pd.DataFrame) or criterion not in preferences.index or "shape" not in preferences:
        raise PlanError("score.no_preference", criterion=str(criterion), known=list(SHAPES))
    row = preferences.loc[criterion]
    if isinstance(row, pd.DataFrame):
        raise PlanError("score.criterion_twice", found=str(criterion))
    shape = row["shape"]
    if shape not in SHAPES:
        raise PlanError("score.shape", criterion=str(criterion), found=str(shape), known=list(SHAPES))
    given = {name: pd.to_numeric(row.get(name), errors="coerce") for name in "qps"}
    q, p, s = (float(given[name]) if name in SHAPES[shape] else 0.0 for name in "qps")
    rules = {
        "q": (0 <= q < np.inf, "q ≥ 0"),
        "p": (q <= p < np.inf and p > 0, "p ≥ q, p > 0"),
        "s": (0 < s < np.inf, "s > 0"),
    }
    for name in SHAPES[shape]:
        holds, rule = rules[name]
        if not holds:
            raise PlanError(
                "score.threshold",
                name=name,
                criterion=str(criterion),
                found="" if pd.isna(row.get(name)) else str(row.get(name)),
                shape=shape,
                rule=rule,
            )
    return shape, q, p, s


def _sorted_flow(column: np.ndarray, shape: str, q: float, p: float) -> np.ndarray:
    """Sum over the others of preference for each action less preference against it, by sorted values."""
    scale = np.abs(column).max(initial=0.0)
    slack = 1e-12 * scale
    # Centred so that the sums of a column of large, close numbers keep their digits.
    column = column - np.median(column) if len(column) else column
    ordered = np.sort(column)
    sums = np.concatenate(([0.0], np.cumsum(ordered)))
    n = len(column)

    def below(by: float) -> np.ndarray:
        """How many values lie more than `by` below each."""
        return np.searchsorted(ordered, column - (by + slack), side="left")

    def above(by: float) -> np.ndarray:
        """How many values lie more than `by` above each."""
        return n - np.searchsorted(ordered, column + (by + slack), side="right")

    if shape in ("usual", "u"):
        return (below(q) - above(q)).astype("float64")
    if shape == "level":
        return (below(q) - above(q) + below(p) - above(p)) / 2
    if p - q <= slack:  # no slope left between the two thresholds
        return (below(q) - above(q)).astype("float64")
    far_below, near_below = below(p), below(q)
    far_above, near_above = above(p), above(q)
    slope_below = (near_below - far_below) * (column - q) - (sums[near_below] - sums[far_below])
    slope_above = (sums[n - far_above] - sums[n - near_above]) - (near_above - far_above) * (column + q)
    return far_below - far_above + (slope_below - slope_above) / (p - q)


def _gaussian_flow(column: np.ndarray, s: float) -> np.ndarray:
    """As `_sorted_flow` for the Gaussian shape, which is no sum of straight pieces: every pair, in chunks."""
    ordered = np.sort(column)
    flow = np.empty(len(column))
    rows = max(1, PAIRS_AT_ONCE // max(len(column), 1))
    for start in range(0, len(column), rows):
        apart = column[start : start + rows, None] - ordered[None, :]
        flow[start : start + rows] = (np.sign(apart) * -np.expm1(-(apart**2) / (2 * s**2))).sum(axis=1)
    return flow
