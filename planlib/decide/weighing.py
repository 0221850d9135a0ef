"""The weights in use, and whose they are."""

from __future__ import annotations

from datetime import date

import pandas as pd

from planlib import weights as points
from planlib.facts import Facts
from planlib.said import Said as Reason
from planlib.schema import ROOM, PlanError


def weights(facts: Facts) -> tuple[pd.Series, Reason]:
    """The group's weights, summing to 1, and where they come from.

    What the room decided together (judge `schema.ROOM`) stands by itself; else the median of the participants; else
    the points of the criteria; else equal shares.

    Raises
    ------
    PlanError
        A scored criterion that the room, or the participants, left without points; as `weights.from_judges`.
    """
    criteria = facts.scored_criteria
    given = _weights_given(facts)
    of_room = given.loc[given.index.get_level_values("judge_id") == ROOM, "points"].droplevel("judge_id")
    if of_room.notna().any():
        return _decided(facts, of_room)
    if given["points"].notna().any():
        group = points.from_judges(given)
        shares = _full(group["weight"], criteria, "decide.criterion_without_weight")
        return shares, Reason("decide.weights_of_judges", {"n": int(group["judges"].iloc[0])})
    if criteria["points"].notna().all() and len(criteria):
        return points.from_points(criteria["points"]), Reason("decide.weights_stated")
    equal = pd.Series(1.0, index=criteria.index)
    return (points.from_points(equal) if len(equal) else equal), Reason("decide.weights_equal", {"n": len(criteria)})


def weights_of(facts: Facts, whose: str, middle: str = "median") -> pd.Series:
    """Weights of one participant, of one table, or of everyone (`whose` blank), by the median or the mean.

    Raises
    ------
    PlanError
        Nobody of that name gave weights, or a criterion was left without; as `weights.from_judges`.
    """
    given = _weights_given(facts)
    own = given.index[(given["table"] == whose) | (given.index.get_level_values("judge_id") == whose)]
    members = (list(own.unique("judge_id")) or [whose]) if whose else None
    group = points.from_judges(given, middle=middle, judges=members)
    return _full(group["weight"], facts.scored_criteria, "decide.criterion_without_weight")


def weights_apart(facts: Facts) -> pd.DataFrame:
    """The weights in use, and how far participants stand apart.

    Returns
    -------
    DataFrame, indexed by criterion_id
        weight (in use: the room's when it decided), low and high (the smallest and greatest share a participant
        gave; the weight itself when nobody gave one), spread, judges.
    """
    shares, _ = weights(facts)
    given = _weights_given(facts)
    people = given[given.index.get_level_values("judge_id") != ROOM]
    if not people["points"].notna().any():
        alone = {"weight": shares, "low": shares, "high": shares, "spread": 0.0, "judges": 0}
        return pd.DataFrame(alone).rename_axis("criterion_id")
    return points.from_judges(people).reindex(shares.index).assign(weight=shares)


def _weights_given(facts: Facts) -> pd.DataFrame:
    """Rows of weights on criteria that are scored."""
    given = facts.weights
    return given[given.index.get_level_values("criterion_id").isin(facts.scored_criteria.index)]


def _decided(facts: Facts, given: pd.Series) -> tuple[pd.Series, Reason]:
    """The room's weights, and who signed them last."""
    shares = points.from_points(_full(given, facts.scored_criteria, "decide.room_left_out"))
    signed = facts.book.signed("weight", facts.as_of, facts.known_at)
    signed = signed[signed.index.get_level_values("judge_id") == ROOM].sort_values("at")
    if signed.empty:  # weights of a scenario, which nobody signed
        return shares, Reason("decide.weights_of_room")
    said = {"day": date.fromisoformat(signed["effective"].iloc[-1]), "who": signed["by"].iloc[-1]}
    return shares, Reason("decide.weights_signed", said)


def _full(found: pd.Series, criteria: pd.DataFrame, key: str) -> pd.Series:
    """A figure for each criterion, in the order of the workbook; PlanError names one that is left out."""
    full = found.reindex(criteria.index)
    left_out = full.index[full.isna()]
    if len(left_out):
        raise PlanError(key, criterion=criteria.loc[left_out[0], "title"])
    return full
