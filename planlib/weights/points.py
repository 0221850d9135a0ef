"""Weights that sum to 1 from 100 points, swings or an ordering; of one person or of a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real

import numpy as np
import pandas as pd

from planlib.schema import ROOM, PlanError

DECIMALS = 9


def from_points(points: pd.Series) -> pd.Series:
    """Share of each criterion in the points given.

    Parameters
    ----------
    points : Series, indexed by criterion_id
        Points on any positive scale. A criterion at 0 does not count; not all may be at 0.

    Returns
    -------
    Series
        Weights in [0, 1] that sum to 1, in the order given.

    Raises
    ------
    PlanError
        A blank, a text, an infinite or a negative number of points, all points at 0, a criterion named twice, or
        no criterion at all; what is no list of points.
    """
    points = _listed(points)
    if points.empty:
        raise PlanError("weights.none")
    if not points.index.is_unique:
        raise PlanError("weights.twice", criterion=str(points.index[points.index.duplicated()][0]))
    given = np.array([_points(found, criterion) for criterion, found in points.items()])
    if not given.any():
        raise PlanError("weights.all_zero", n=len(given))
    # The greatest divides first so that huge points do not overflow; the sum is taken in one order whatever the rows.
    given = given / given.max()
    return pd.Series(given / np.sort(given).sum(), index=points.index, name="weight")


def from_swing(swings: pd.Series) -> pd.Series:
    """Weights from swings: how much going from worst to best on each criterion is worth.

    The swing that matters most is the yardstick (commonly 100) and each other swing is a share of it. The arithmetic
    and the refusals are those of `from_points`; the question asked of people differs, because a swing speaks of the
    scale of the criterion and not of its name.

    Source
    ------
    von Winterfeldt and Edwards (1986), Decision Analysis and Behavioral Research, chapter 8.
    """
    return from_points(swings)


def from_order(order: Iterable | pd.Series) -> pd.Series:
    """Weights from an ordering of the criteria alone: the rank-order centroid.

    The i-th of n criteria gets the mean of 1/k for k from i to n, divided by n: the centre of all the weights that
    respect the ordering.

    Parameters
    ----------
    order : iterable of criterion_id, or Series (or mapping) of ranks by criterion_id
        The most important first. Criteria of the same rank in a Series share the mean of the places they take.

    Returns
    -------
    Series
        Weights that sum to 1, in the order given.

    Raises
    ------
    PlanError
        No criterion, a criterion named twice, a rank that is blank, no number, negative or infinite; what is no list.

    Source
    ------
    Barron and Barrett (1996), Decision quality using ranked attribute weights, Management Science 42(11), 1515-1523.
    """
    ranks = _ranks(order)
    if ranks.empty:
        raise PlanError("weights.none")
    if not ranks.index.is_unique:
        raise PlanError("weights.twice", criterion=str(ranks.index[ranks.index.duplicated()][0]))
    n = len(ranks)
    centroid = np.cumsum((1 / np.arange(1, n + 1))[::-1])[::-1] / n
    place = ranks.rank(method="first").astype(int) - 1
    shares = pd.Series(centroid[place.to_numpy()], index=ranks.index)
    return shares.groupby(ranks.to_numpy()).transform("mean").rename("weight")


def from_judges(points: pd.DataFrame, *, middle: str = "median", judges: Iterable | None = None) -> pd.DataFrame:
    """A group's weights, and how far its members stand apart.

    Each judge's points are first made to sum to 1, so that someone who gives 500 points weighs no more than someone
    who gives 100.

    Parameters
    ----------
    points : DataFrame
        Column points; judge_id and criterion_id as index or columns (the workbook's `weight` table).
    middle : "median" or "mean"
        How judges are brought together; the middle values are then made to sum to 1 again.
    judges : iterable of judge_id, optional
        One judge, or the members of one table; by default all, except the room (`schema.ROOM`): what a group
        decided together is nobody's own answer.

    Returns
    -------
    DataFrame, indexed by criterion_id, sorted
        weight (sums to 1), low and high (smallest and greatest share any judge gave), spread (high - low),
        judges (how many answered). A judge who gave nothing at all is left out, and so not counted.

    Raises
    ------
    PlanError
        Nobody answered; a judge who answered left a criterion blank; a judge asked for is not in the table; what
        `from_points` refuses, with the judge named.
    """
    if middle not in ("median", "mean"):
        raise PlanError("weights.middle", found=str(middle))
    table = _long(points)
    if judges is not None:
        judges = list(judges)
        unknown = [judge for judge in judges if judge not in table.index]
        if unknown:
            raise PlanError("weights.unknown_judge", judge=str(unknown[0]))
        table = table.loc[judges]
    else:
        table = table.drop(index=ROOM, errors="ignore")
    table = table.sort_index(key=lambda labels: labels.astype(str)).sort_index(axis=1, key=lambda c: c.astype(str))
    table = table[table.notna().any(axis=1)]
    if table.empty:
        raise PlanError("weights.none")
    for judge, row in table.iterrows():
        if row.isna().any():
            raise PlanError("weights.judge_blank", judge=str(judge), criterion=str(row.index[row.isna()][0]))
        if not any([_points(found, f"{criterion} ({judge})") for criterion, found in row.items()]):  # each is checked
            raise PlanError("weights.judge_all_zero", judge=str(judge))
    shares = pd.DataFrame({judge: from_points(row) for judge, row in table.iterrows()}).T
    centre = shares.median() if middle == "median" else shares.mean()
    if not centre.any():  # every criterion is at 0 for most judges: the median says nothing, the mean still does
        raise PlanError("weights.median_zero")
    return pd.DataFrame(
        {
            "weight": from_points(centre),
            "low": shares.min(),
            "high": shares.max(),
            "spread": shares.max() - shares.min(),
            "judges": len(shares),
        }
    ).rename_axis("criterion_id")


def _listed(given: object) -> pd.Series:
    """Points, ranks or names as a Series; one thing alone, a text or a table is no list."""
    if isinstance(given, pd.Series | Mapping):
        return pd.Series(given)
    if given is None or isinstance(given, str | pd.DataFrame) or not np.iterable(given):
        raise PlanError("weights.not_a_list", found=" ".join(str(given).split())[:80])
    given = list(given)
    return pd.Series(given, dtype=None if given else "float64")


def _ranks(order: object) -> pd.Series:
    """The rank of each criterion: as given by criterion, or its place in a list of criteria."""
    given = _listed(order)
    found = given.to_numpy(dtype=object)
    by_criterion = isinstance(order, Mapping) or any(isinstance(item, Real) or pd.isna(item) for item in found)
    if not (isinstance(order, pd.Series | Mapping) and by_criterion):
        if any(pd.isna(item) for item in found):
            raise PlanError("weights.order_blank", place=int(np.flatnonzero(pd.isna(found))[0]) + 1)
        return pd.Series(np.arange(1.0, len(found) + 1), index=found, dtype="float64")
    for criterion, item in given.items():
        if pd.isna(item):
            raise PlanError("weights.rank_blank", criterion=str(criterion))
        if isinstance(item, bool | np.bool_) or not isinstance(item, Real) or not 0 <= item < np.inf:
            told = f"{item:g}" if isinstance(item, float) else str(item)
            raise PlanError("weights.rank_wrong", criterion=str(criterion), found=told)
    return given.astype("float64")


def _points(found: object, criterion: object) -> float:
    """One number of points, checked."""
    if found is None or found is pd.NA or found != found:
        raise PlanError("weights.blank", criterion=str(criterion))
    if isinstance(found, bool) or not isinstance(found, Real) or np.isinf(found):
        raise PlanError("weights.not_number", criterion=str(criterion), found=str(found))
    if found < 0:
        raise PlanError("weights.negative", criterion=str(criterion), found=float(found))
    return float(found)


def _long(points: pd.DataFrame) -> pd.DataFrame:
    """The workbook's rows of (judge_id, criterion_id, points) as a table (judges, criteria)."""
    rows = points.reset_index()
    missing = [name for name in ("judge_id", "criterion_id", "points") if name not in rows]
    if missing:
        raise PlanError("weights.column", column=missing[0])
    twice = rows.duplicated(["judge_id", "criterion_id"])
    if twice.any():
        first = rows[twice].iloc[0]
        raise PlanError("weights.twice", criterion=f"{first['criterion_id']} ({first['judge_id']})")
    return rows.astype({"points": object}).pivot_table(
        index="judge_id", columns="criterion_id", values="points", aggfunc="first", dropna=False
    )
