"""Weightings to try: evenly over all, around the stated ones, or all that respect an ordering."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral

import numpy as np
import pandas as pd

from planlib.schema import PlanError
from planlib.score import check_weights

SPREAD = 0.25  # stated weights may each be off by a quarter


def weight_sets(
    criteria: Iterable,
    *,
    around: pd.Series | None = None,
    spread: float = SPREAD,
    order: Iterable | None = None,
    draws: int = 10_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Weightings to try, one a row, each summing to 1.

    Parameters
    ----------
    criteria : iterable of criterion_id
    around : Series, indexed by criterion_id, optional
        Stated points: each is made up to `spread` larger or smaller, evenly, whatever the others.
    spread : float
        Between 0 and 1; 0.25 means up to a quarter more or less.
    order : iterable of criterion_id, optional
        The most important first: all weightings that respect the ordering, evenly.
    draws : int
    seed : int
        The same seed gives the same table, whatever the order of the criteria.

    Returns
    -------
    DataFrame, shape (draws, criteria)
        Without `around` or `order`, evenly over all weightings.

    Raises
    ------
    PlanError
        Both `around` and `order`; an order that is not one of all the criteria; draws that are no whole number
        from 1, a seed that is none from 0; a spread outside [0, 1); points that `weights.from_points` refuses.
    """
    names = list(criteria)
    if isinstance(draws, bool) or not isinstance(draws, Integral) or draws < 1:
        raise PlanError("robust.draws", found=str(draws))
    check_seed(seed)
    if around is not None and order is not None:
        raise PlanError("robust.around_or_order")
    if not 0 <= spread < 1:
        raise PlanError("robust.spread", found=str(spread))
    if not names:
        raise PlanError("weights.none")
    rng = np.random.default_rng(seed)
    sorted_names = sorted(names, key=str)
    if around is not None:
        shares = check_weights(around, pd.Index(sorted_names)).to_numpy()
        sets = shares * rng.uniform(1 - spread, 1 + spread, (draws, len(names)))
    else:
        sets = rng.standard_exponential((draws, len(names)))
    sets /= sets.sum(axis=1, keepdims=True)
    if order is not None:
        ordered = list(order)
        if sorted(ordered, key=str) != sorted_names:
            raise PlanError("robust.order", found=[str(c) for c in ordered], known=[str(c) for c in sorted_names])
        sets = np.sort(sets, axis=1)[:, ::-1]
        sorted_names = ordered
    return pd.DataFrame(sets, columns=pd.Index(sorted_names, name="criterion_id"))[names]


def sets_to_try(criteria: pd.Index, weights: pd.Series | pd.DataFrame | None, draws: int, seed: int) -> pd.DataFrame:
    """Weightings to try, whatever the form they were asked in."""
    if not isinstance(weights, pd.DataFrame):
        return weight_sets(criteria, around=weights, draws=draws, seed=seed)
    if weights.empty:
        raise PlanError("robust.no_sets")
    shares = [check_weights(row, criteria) for _, row in weights.iterrows()] if _odd(weights, criteria) else None
    sets = weights[list(criteria)] if shares is None else pd.DataFrame(shares)
    return sets.div(sets.sum(axis=1), axis=0)


def _odd(weights: pd.DataFrame, criteria: pd.Index) -> bool:
    """Whether a table of weightings needs a look at each row; ten thousand good ones should not."""
    if set(weights.columns) != set(criteria) or not weights.columns.is_unique:
        return True
    if not all(pd.api.types.is_numeric_dtype(kind) for kind in weights.dtypes):
        return True
    array = weights.to_numpy("float64", na_value=np.nan)
    return not (np.isfinite(array).all() and (array >= 0).all() and (array.sum(axis=1) > 0).all())


def check_seed(seed: int) -> None:
    """Refuse a seed that is no whole number from 0: the same one must give the same table."""
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise PlanError("robust.seed", found=str(seed))
