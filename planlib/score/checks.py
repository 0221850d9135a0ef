"""What every method of ranking asks of its tables: numbers in range in every cell, a weight for each criterion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Real

import numpy as np
import pandas as pd

from planlib.schema import PlanError
from planlib.weights import DECIMALS, from_points

Refuse = Callable[[int], PlanError]


def check_values(values: pd.DataFrame, *, blanks: bool = False) -> np.ndarray:
    """Partial values as an array of float, in the order given.

    Raises
    ------
    PlanError
        An action or a criterion there twice; a value that is a text, infinite or not in [0, 1]; a blank one, unless
        `blanks`. The first cell is named, in the order of action_id then criterion_id.
    """
    check_labels(values)

    def refuse(i: int) -> PlanError:
        action, criterion = values.index[i // values.shape[1]], values.columns[i % values.shape[1]]
        found = values.loc[action, criterion]
        return PlanError("values.not_number", action=str(action), criterion=str(criterion), found=str(found))

    array = as_numbers(values, refuse)
    blank = np.isnan(array)
    wrong = (array < 0) | (array > 1) | np.isinf(array)
    for cells, key in ((wrong, "values.outside"), (blank, "values.blank")):
        if cells.any() and not (blanks and cells is blank):
            places = np.argwhere(cells)
            i, j = min(places, key=lambda at: (str(values.index[at[0]]), str(values.columns[at[1]])))
            raise PlanError(
                key,
                n=len(places),
                of=values.size,
                action=str(values.index[i]),
                criterion=str(values.columns[j]),
                found=shown(array[i, j]),
            )
    return array


def as_table(given: pd.DataFrame | np.ndarray | Sequence) -> pd.DataFrame:
    """A table as it is; rows without names (an array, lists of equal length) are numbered from 0, as are columns."""
    if isinstance(given, pd.DataFrame):
        return given
    try:
        rows = [list(row) for row in given] if not isinstance(given, pd.Series | Mapping | str) else None
    except TypeError:  # one number, or one row of them
        rows = None
    if rows is None or len({len(row) for row in rows}) > 1:
        raise PlanError("score.no_table", found=" ".join(str(given).split())[:80])
    return pd.DataFrame(rows)


def check_labels(table: pd.DataFrame) -> None:
    """Refuse an action or a criterion that is there twice."""
    if not table.index.is_unique:
        raise PlanError("score.action_twice", found=str(table.index[table.index.duplicated()][0]))
    if not table.columns.is_unique:
        raise PlanError("score.criterion_twice", found=str(table.columns[table.columns.duplicated()][0]))


def named(given: pd.Series | Mapping | Sequence, labels: pd.Index) -> pd.Series:
    """Figures by label: a Series or a mapping names its own; a list has one for each of `labels`, in their order."""
    if isinstance(given, pd.Series | Mapping):
        return pd.Series(given)
    if given is None or isinstance(given, str | pd.DataFrame) or not np.iterable(given):
        raise PlanError("score.no_list", found=" ".join(str(given).split())[:80])
    given = list(given)
    if len(given) != len(labels):
        raise PlanError("score.list_length", n=len(given), of=len(labels))
    return pd.Series(given, index=labels)


def check_weights(weights: pd.Series, criteria: pd.Index) -> pd.Series:
    """Shares of `weights` in the order of `criteria`; PlanError when the two do not name the same criteria."""
    shares = from_points(named(weights, criteria))
    missing = [c for c in criteria if c not in shares.index]
    if missing:
        raise PlanError("score.no_weight", criterion=str(missing[0]), n=len(missing))
    extra = [c for c in shares.index if c not in criteria]
    if extra:
        raise PlanError("score.weight_unknown", criterion=str(extra[0]), known=[str(c) for c in criteria])
    return shares.reindex(criteria)


def as_numbers(table: pd.DataFrame, refuse: Refuse) -> np.ndarray:
    """A table as float, shape unchanged, blanks as NaN; `refuse(i)` gives the error for the i-th cell, row by row."""
    if all(pd.api.types.is_float_dtype(t) or pd.api.types.is_integer_dtype(t) for t in table.dtypes):
        return np.ascontiguousarray(table.to_numpy("float64", na_value=np.nan))
    return numbers(table.to_numpy(dtype=object).ravel(), refuse, infinite=True).reshape(table.shape)


def numbers(found: np.ndarray, refuse: Refuse, *, infinite: bool = False) -> np.ndarray:
    """Objects as float, blanks as NaN; a text, a flag or (unless allowed) an infinity raises `refuse(i)`."""
    if found.dtype.kind in "iuf":
        figures = found.astype("float64")
    else:
        figures = np.empty(len(found))
        for i, item in enumerate(found):
            if pd.isna(item):
                figures[i] = np.nan
            elif isinstance(item, Real) and not isinstance(item, bool | np.bool_):
                figures[i] = item
            else:
                raise refuse(i)
    if not infinite and np.isinf(figures).any():
        raise refuse(int(np.flatnonzero(np.isinf(figures))[0]))
    return figures


def ranks(scores: pd.Series) -> pd.Series:
    """Rank of each score: 1 + the number strictly higher, compared at 9 decimals; NA where the score is blank."""
    return scores.round(DECIMALS).rank(method="min", ascending=False).astype("Int64").rename("rank")


def shown(figure: float) -> float | str:
    """A figure for a sentence: written in the person's language, unless that would round away what is wrong with it."""
    return float(figure) if np.isfinite(figure) and round(figure, 2) == figure else str(figure)
