"""Exact points at which one action passes another as the weight of one criterion moves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planlib.schema import PlanError
from planlib.score import as_table, check_cut, check_values, check_weights, funded, named, weighted_sum
from planlib.weights import DECIMALS
from planlib.words import word

COLUMNS = ["criterion_id", "direction", "points_now", "points_at", "change", "share_at", "passes", "passed"]


def swap_points(values: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Where moving the points of one criterion, the others kept, makes one action pass another.

    Each score is a ratio of two straight lines in the points of a criterion, so the points at which two scores are
    equal are found exactly; only the first crossing on either side of today's points is given.

    Parameters
    ----------
    values : DataFrame, shape (actions, criteria)
        Partial values in [0, 1], 1 best; a blank is left out of its action's score, as in `score.weighted_sum`.
    weights : Series, indexed by criterion_id
        Points on any positive scale; the result is in the same points.

    Returns
    -------
    DataFrame, one row per crossing, the smallest change first
        criterion_id; direction ("above" or "below" today's points); points_now; points_at, where the two are equal;
        change (points_at - points_now, 0 for two that are tied today); share_at (points_at over all points then);
        passes, passed (action_id: which goes ahead of which). Equal changes are ordered by the names.

    Raises
    ------
    PlanError
        As `score.weighted_sum`.
    """
    values = as_table(values)
    array, points, actions, criteria = _table(values, weights)
    one, other = np.triu_indices(len(actions), 1)
    parts = [
        _crossings(array, points, j, one, other, criteria[j], actions)
        for j in range(len(criteria))
        if (np.delete(points, j) > 0).any()  # a criterion alone ranks the same at any points
    ]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    table["size"] = table["change"].abs()
    table = table.sort_values(["size", "criterion_id", "direction", "passes", "passed"], ignore_index=True)
    return table[COLUMNS]


def weight_intervals(values: pd.DataFrame, weights: pd.Series, k: int) -> pd.DataFrame:
    """How far the points of each criterion can move, the others kept, before the first `k` change.

    Order within the first `k` may change. Two actions tied across the cut leave no room at all.

    Parameters
    ----------
    values, weights
        As `swap_points` takes them.

    Returns
    -------
    DataFrame, indexed by criterion_id, in the order of `values`
        points_now; low and high, in the same points; high is infinite where more of the criterion changes nothing.

    Raises
    ------
    PlanError
        As `score.weighted_sum`; a `k` that `score.funded` refuses.
    """
    values = as_table(values)
    check_cut(values.index, k, None, None)
    array, points, actions, criteria = _table(values, weights)
    scores = weighted_sum(values, weights)["score"]
    inside = funded(scores, k)["funded"].reindex(actions).to_numpy()
    one, other = (side.ravel() for side in np.meshgrid(np.flatnonzero(inside), np.flatnonzero(~inside)))
    rows = {}
    for j, criterion in enumerate(criteria):
        low, high = 0.0, np.inf
        if (np.delete(points, j) > 0).any():
            found = _crossings(array, points, j, one, other, criterion, actions)
            low = found.loc[found["direction"] == "below", "points_at"].max()
            high = found.loc[found["direction"] == "above", "points_at"].min()
        rows[criterion] = (points[j], 0.0 if np.isnan(low) else low, np.inf if np.isnan(high) else high)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["points_now", "low", "high"])
    return table.reindex(values.columns).rename_axis("criterion_id")


def smallest_change(values: pd.DataFrame, weights: pd.Series, action: object) -> pd.DataFrame | None:
    """The smallest change of the weights, in points moved, that puts `action` first (a tie for first will do).

    Parameters
    ----------
    values : DataFrame, shape (actions, criteria)
        Partial values in [0, 1], all known.
    weights : Series, indexed by criterion_id
        Points on any positive scale; their sum is kept.

    Returns
    -------
    DataFrame, indexed by criterion_id, in the order of `values`, or None when no weights put it first
        points_now, points_then, change.

    Raises
    ------
    PlanError
        An action that is not in `values`; a blank value; as `score.weighted_sum`.
    """
    values = as_table(values)
    if action not in values.index:
        raise PlanError("robust.unknown_action", found=str(action))
    from scipy.optimize import linprog  # a third of a second to import, which other commands would pay

    array = check_values(values)
    check_weights(weights, values.columns)
    now = named(weights, values.columns).reindex(values.columns).to_numpy("float64")
    total, m = now.sum(), values.shape[1]
    ahead = array - array[values.index.get_loc(action)]  # of the others, per point
    # points = now + more - less, and no action may end ahead; more and less are never both needed.
    solved = linprog(
        np.ones(2 * m),
        A_ub=np.hstack([ahead, -ahead]),
        b_ub=-ahead @ now / total,
        A_eq=np.hstack([np.ones((1, m)), -np.ones((1, m))]),
        b_eq=[0.0],
        bounds=[(0, None)] * m + [(0, share) for share in now / total],
        method="highs",
    )
    if solved.status == 2:
        return None
    if solved.status != 0:
        raise RuntimeError(solved.message)
    change = (solved.x[:m] - solved.x[m:]) * total
    return pd.DataFrame({"points_now": now, "points_then": now + change, "change": change}, index=values.columns)


def say_swap(swap: pd.Series, lang: str, labels: dict | None = None) -> str:
    """One row of `swap_points` as a sentence; `labels` gives the names of actions and criteria to people."""
    labels = labels or {}
    key = "robust.passes_above" if swap["direction"] == "above" else "robust.passes_below"
    return word(
        key,
        lang,
        passes=str(labels.get(swap["passes"], swap["passes"])),
        passed=str(labels.get(swap["passed"], swap["passed"])),
        criterion=str(labels.get(swap["criterion_id"], swap["criterion_id"])),
        points=round(float(swap["points_at"]), 1),
        now=round(float(swap["points_now"]), 1),
    )


def _table(values: pd.DataFrame, weights: pd.Series) -> tuple[np.ndarray, np.ndarray, list, list]:
    """Values (NaN where blank) and points, with actions and criteria in the order of their names."""
    array = check_values(values, blanks=True)
    check_weights(weights, values.columns)
    weights = named(weights, values.columns)
    rows = sorted(range(values.shape[0]), key=lambda i: str(values.index[i]))
    columns = sorted(range(values.shape[1]), key=lambda j: str(values.columns[j]))
    criteria = [values.columns[j] for j in columns]
    points = weights.reindex(criteria).to_numpy("float64")
    return array[np.ix_(rows, columns)], points, [values.index[i] for i in rows], criteria


def _crossings(
    array: np.ndarray, points: np.ndarray, j: int, one: np.ndarray, other: np.ndarray, criterion: object, actions: list
) -> pd.DataFrame:
    """First crossings above and below today's points of criterion j, for the pairs (one, other) of rows."""
    known = ~np.isnan(array)
    full = np.where(known, array, 0.0)
    rest = np.delete(points, j)
    total = np.delete(full, j, axis=1) @ rest  # what the others give, per action
    weight = np.delete(known, j, axis=1) @ rest  # and their weight, where known
    counts, worth = known[:, j].astype(float), full[:, j]
    scored = weight + counts * points[j] > 0
    pair = scored[one] & scored[other]
    a, b = one[pair], other[pair]
    # score = (total + p worth) / (weight + p counts): the difference of two has the sign of this polynomial in p.
    square = worth[a] * counts[b] - worth[b] * counts[a]
    slope = total[a] * counts[b] + worth[a] * weight[b] - total[b] * counts[a] - worth[b] * weight[a]
    level = total[a] * weight[b] - total[b] * weight[a]
    straight = (counts[a] == counts[b]) & np.isclose(weight[a], weight[b], rtol=1e-12)
    # With the same criteria known the polynomial is a line times a positive factor: keep the line alone.
    slope = np.where(straight, (worth[a] - worth[b]), slope)
    level = np.where(straight, total[a] - total[b], level)
    square = np.where(straight, 0.0, square)
    roots = _roots(square, slope, level)
    now = points[j]
    sure = 1e-9 * max(1.0, now, rest.sum())
    parts = []
    for direction, sign in (("above", 1.0), ("below", -1.0)):
        ahead = np.where(roots > sure, sign * (roots - now), np.nan)
        ahead = np.where(np.abs(ahead) <= sure, 0.0, ahead)
        away = np.where(ahead >= 0, ahead, np.inf)
        # Where the two only touch, nobody passes: the polynomial keeps its sign.
        turn = 2 * square[:, None] * roots + slope[:, None]
        scale = np.abs(square[:, None] * roots) + np.abs(slope[:, None]) + 1e-300
        away = np.where(np.abs(turn) > 1e-9 * scale, away, np.inf)
        best = np.argmin(away, axis=1)
        pick = np.arange(len(a)), best
        found = np.isfinite(away[pick])
        at = now + sign * away[pick][found]
        rises = sign * turn[pick][found] > 0
        first, second = a[found], b[found]
        names = np.array(actions, dtype=object)
        parts.append(
            pd.DataFrame(
                {
                    "criterion_id": criterion,
                    "direction": direction,
                    "points_now": now,
                    "points_at": at,
                    "change": at - now,
                    "share_at": at / (at + rest.sum()),
                    "passes": names[np.where(rises, first, second)],
                    "passed": names[np.where(rises, second, first)],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _roots(square: np.ndarray, slope: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Real roots of square p^2 + slope p + level, shape (polynomials, 2); NaN where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = slope**2 - 4 * square * level
        lean = -0.5 * (slope + np.where(slope >= 0, 1.0, -1.0) * np.sqrt(inner))
        curved = np.stack([lean / square, level / lean], axis=1)
        line = np.stack([-level / slope, np.full_like(level, np.nan)], axis=1)
    tiny = 10.0**-DECIMALS * 1e-3
    flat = np.abs(square) <= tiny * (np.abs(slope) + np.abs(level))
    roots = np.where(flat[:, None], line, curved)
    nothing = flat & (np.abs(slope) <= tiny * np.abs(level))
    roots[nothing | ((slope == 0) & (level == 0))] = np.nan
    return np.where(np.isfinite(roots), roots, np.nan)
