"""A double mission weighed openly: each action's score on the two missions, and the actions no other one beats."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planlib.schema import PlanError
from planlib.score import weighted_sum
from planlib.weights import DECIMALS


def mission_scores(values: pd.DataFrame, weights: pd.Series, missions: pd.Series) -> pd.DataFrame:
    """Weighted sum of each action on the criteria of each mission alone.

    Parameters
    ----------
    values, weights
        As `score.weighted_sum` takes them.
    missions : Series, indexed by criterion_id
        The mission a criterion serves; one that serves none (blank, or not named) counts for none.

    Returns
    -------
    DataFrame, shape (actions, missions), missions sorted
        Scores in [0, 1]; NaN where nothing is known.

    Raises
    ------
    PlanError
        No criterion has a mission; as `score.weighted_sum`, for the criteria of a mission.
    """
    serving = missions.reindex(values.columns).dropna()
    if serving.empty:
        raise PlanError("robust.no_mission")
    return pd.DataFrame(
        {
            mission: weighted_sum(values[list(group.index)], weights.reindex(group.index))["score"]
            for mission, group in serving.groupby(serving)
        },
        index=values.index,
    )


def front(scores: pd.DataFrame) -> pd.DataFrame:
    """Which actions no other beats on one mission without losing on the other (the Pareto front).

    Parameters
    ----------
    scores : DataFrame, shape (actions, 2)
        More is better on both; compared at 9 decimals.

    Returns
    -------
    DataFrame, indexed by action_id, in the order given
        The two scores; on_front (NA where a score is blank); beaten_by (the best action on the first mission, then on
        the second, then by action_id, that does at least as well on both and better on one). Equal actions do not
        beat each other.

    Raises
    ------
    PlanError
        There are not two missions.
    """
    if scores.shape[1] != 2:
        raise PlanError("robust.two_missions", n=scores.shape[1])
    known = scores.notna().all(axis=1).to_numpy()
    points = scores.to_numpy("float64", na_value=np.nan).round(DECIMALS)
    names = scores.index.astype(str).to_numpy()
    order = [i for i in np.lexsort((names, -points[:, 1], -points[:, 0])) if known[i]]
    on_front = pd.array([pd.NA] * len(scores), dtype="boolean")
    beaten_by = np.full(len(scores), None, dtype=object)
    best: int | None = None  # the highest on the second mission among those at least as good on the first
    for i in order:
        beaten = best is not None and points[best, 1] >= points[i, 1] and (points[best] != points[i]).any()
        on_front[i] = not beaten
        if beaten:
            beaten_by[i] = next(j for j in order if (points[j] >= points[i]).all() and (points[j] != points[i]).any())
            beaten_by[i] = scores.index[beaten_by[i]]
        if best is None or points[i, 1] > points[best, 1]:
            best = i
    return scores.assign(on_front=on_front, beaten_by=pd.Series(beaten_by, index=scores.index, dtype=object))
