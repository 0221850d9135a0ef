"""Disagreements in the order in which settling them could change the portfolio."""

from __future__ import annotations

import re
from collections.abc import Mapping
from numbers import Real

import numpy as np
import pandas as pd

from planlib.schema import PlanError
from planlib.score import check_cut, check_weights, fill_cut, named, weighted_sum
from planlib.weights import DECIMALS
from planlib.words import word

CELL = ["action_id", "criterion_id"]
COLUMNS = [*CELL, "low_group", "high_group", "low", "high", "points", "effect", "decides", "key"]


def ranks_by(judge_values: pd.Series, weights: pd.Series, tables: pd.Series | None = None) -> pd.DataFrame:
    """Each judge's ranking, or each table's, by weighted sum of its own values.

    Parameters
    ----------
    judge_values : Series, indexed by judge_id, action_id, criterion_id
        As `score.judge_values` gives it.
    weights : Series, indexed by criterion_id
        Points, the same for all.
    tables : Series, indexed by judge_id, optional
        The table each sat at; a table's value is the median of its judges, and a judge without table is left out.

    Returns
    -------
    DataFrame, shape (actions, judges or tables), both sorted
        1 is best, ties share the mid rank; NaN where the judge or table valued nothing of an action.

    Raises
    ------
    PlanError
        As `score.weighted_sum`.
    """
    judge_values, weights = _judged(judge_values), _named(judge_values, weights)
    positions = _positions(judge_values, tables)
    criteria = list(weights.index)
    actions = sorted(positions.index.get_level_values("action_id").unique(), key=str)
    rankings = {}
    for group in positions:
        values = positions[group].unstack("criterion_id").reindex(index=actions, columns=criteria)
        scores = weighted_sum(values, weights)["score"].round(DECIMALS)
        rankings[group] = scores.rank(method="average", ascending=False)
    return pd.DataFrame(rankings, index=pd.Index(actions, name="action_id"))


def by_table(judge_values: pd.Series, tables: pd.Series) -> pd.DataFrame:
    """Table against table: the median value of each cell at each table, and how far they stand apart.

    Returns
    -------
    DataFrame, indexed by action_id, criterion_id
        One column per table, sorted, values in [0, 1]; gap (highest less lowest), the widest first. NaN where a table
        did not judge.
    """
    positions = _positions(_judged(judge_values), tables)
    gap = (positions.max(axis=1) - positions.min(axis=1)).round(DECIMALS)
    return positions.assign(gap=gap).sort_values("gap", ascending=False, kind="stable")


def value_of_agreement(
    judge_values: pd.Series, weights: pd.Series, k: int, *, draws: int = 2_000, seed: int = 0
) -> pd.Series:
    """How much the first `k` actions would gain in score, on average, if the judges settled a criterion.

    Settling means that one judge's value, each as likely, turns out right for each action; the portfolio is then
    chosen again. A criterion whose disagreement cannot change the portfolio gains nothing.

    Parameters
    ----------
    judge_values, weights
        As `ranks_by` takes them.
    k : int
        How many actions are retained.
    draws : int
        Settlements tried per criterion.
    seed : int

    Returns
    -------
    Series, indexed by criterion_id, the greatest first
        Points of score, 100 being one action going from worst to best, summed over the `k` retained.

    Raises
    ------
    PlanError
        As `score.weighted_sum`; a `k` that `score.funded` refuses.

    Source
    ------
    The expected value of partial perfect information, with the judges as the law: Raiffa and Schlaifer (1961),
    Applied Statistical Decision Theory, chapter 4.
    """
    judge_values, weights = _judged(judge_values), _named(judge_values, weights)
    means, worth, actions = _baseline(judge_values, weights, "mean")
    check_cut(pd.Index(actions), k, None, None)
    scores = np.nansum(means.to_numpy() * worth, axis=1)
    k = min(int(k), len(actions))
    sure = np.sort(scores)[::-1][:k].sum()
    gains = {}
    for j, criterion in enumerate(means.columns):
        rng = np.random.default_rng([seed, j])
        one = judge_values.xs(criterion, level="criterion_id") if criterion in _criteria(judge_values) else None
        if one is None or k == 0:
            gains[criterion] = 0.0
            continue
        said = one.groupby(level="action_id").agg(lambda values: np.sort(values.to_numpy()).tolist()).reindex(actions)
        settled = np.tile(scores, (draws, 1))
        for i, values in enumerate(said):
            if isinstance(values, list):
                picked = np.array(values)[rng.integers(0, len(values), draws)]
                settled[:, i] += worth[i, j] * (picked - means.iloc[i, j])
        gains[criterion] = float(np.sort(settled, axis=1)[:, ::-1][:, :k].sum(axis=1).mean() - sure)
    gained = (
        pd.Series(gains, name="gain").clip(lower=0.0).mul(100).round(DECIMALS).rename_axis("criterion_id").reset_index()
    )
    ordered = gained.assign(name=gained["criterion_id"].astype(str)).sort_values(
        ["gain", "name"], ascending=[False, True]
    )
    return ordered.set_index("criterion_id")["gain"]


def discuss_next(
    judge_values: pd.Series,
    weights: pd.Series,
    k: int | None = None,
    *,
    cost: pd.Series | None = None,
    amount: float | None = None,
    tables: pd.Series | None = None,
) -> pd.DataFrame:
    """Disagreements on one cell, the one whose settling could change the portfolio most first.

    Each position that a table (or a judge) holds on the cell is taken as equally likely to be the one agreed on, all
    else at the judges' median. The effect is what the portfolio gains in score, on average, when it is chosen after
    the cell is settled and not before.

    Parameters
    ----------
    judge_values, weights, tables
        As `ranks_by` takes them. Without tables, judges are compared and the sentences name nobody.
    k, cost, amount
        The cut, as `score.funded` takes it.

    Returns
    -------
    DataFrame, one row per cell on which positions differ
        action_id, criterion_id; low_group, high_group (the tables farthest apart; blank without tables); low, high
        (their values in [0, 1]); points (their distance, of 100); effect (points of score); decides (whether the action
        is in at one position and out at another); key (of the sentence: `say` writes it). Ordered by effect, whether
        it decides, distance, then names.

    Raises
    ------
    PlanError
        As `ranks_by`; a cut that `score.funded` refuses.
    """
    judge_values, weights = _judged(judge_values), _named(judge_values, weights)
    positions = _positions(judge_values, tables)
    medians, worth, actions = _baseline(judge_values, weights, "median")
    check_cut(pd.Index(actions), k, cost, amount)
    costs = None if cost is None else named(cost, pd.Index(actions)).reindex(actions).to_numpy("float64")
    scores = np.nansum(medians.to_numpy() * worth, axis=1)
    gap = positions.max(axis=1) - positions.min(axis=1)
    apart = positions[gap.round(DECIMALS) > 0]
    rows = []
    place = {action: i for i, action in enumerate(actions)}
    column = {criterion: j for j, criterion in enumerate(medians.columns)}
    for (action, criterion), said in apart.iterrows():
        said = said.dropna()
        i, j = place[action], column[criterion]
        low, high = said.min(), said.max()
        tried = scores[i] + worth[i, j] * (said.to_numpy() - medians.iloc[i, j])
        effect, decides = _effect(scores, i, tried, k, costs, amount)
        groups = (said.idxmin(), said.idxmax()) if tables is not None else (None, None)
        kind = "tables" if tables is not None else "judges"
        key = f"agree.{kind}_decide" if decides else f"agree.{kind}_apart"
        rows.append((action, criterion, *groups, low, high, (high - low) * 100, effect * 100, decides, key))
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = pd.DataFrame(
        {
            "effect": -table["effect"].astype(float).round(DECIMALS),
            "decides": ~table["decides"].astype(bool),
            "points": -table["points"].astype(float).round(DECIMALS),
            **{name: table[name].astype(str) for name in CELL},
        }
    ).sort_values(["effect", "decides", "points", *CELL])
    return table.loc[order.index].reset_index(drop=True)


def say(discussions: pd.DataFrame, lang: str, labels: dict | None = None) -> list[str]:
    """Rows of `discuss_next` as sentences; `labels` gives the names of actions, criteria and tables to people."""
    labels = labels or {}
    sentences = []
    for row in discussions.itertuples():
        one, other = sorted(_bare(labels.get(group, group)) for group in (row.low_group, row.high_group))
        facts = {
            "action": str(labels.get(row.action_id, row.action_id)),
            "criterion": str(labels.get(row.criterion_id, row.criterion_id)),
        }
        points = {"points": round(row.points), "low": round(row.low * 100), "high": round(row.high * 100)}
        sentences.append(word(row.key, lang, one=one, other=other, **facts, **points))
    return sentences


def _bare(group: object) -> str:
    """A table's name without the word table, which the sentence says: 'Table 2' is 2."""
    return re.sub(r"^table\s+", "", str(group), flags=re.IGNORECASE)


def _effect(
    scores: np.ndarray, i: int, tried: np.ndarray, k: int | None, costs: np.ndarray | None, amount: float | None
) -> tuple[float, bool]:
    """Mean gain of choosing the portfolio after action i's score is settled among `tried`, and whether i moves."""
    every = np.tile(scores, (len(tried) + 1, 1))
    every[:-1, i] = tried
    every[-1, i] = tried.mean()
    # Actions stand in the order of action_id, so a stable sort settles ties by it.
    order = np.argsort(-every.round(DECIMALS), axis=1, kind="stable")
    inside = np.zeros(every.shape, dtype=bool)
    if costs is None:
        chosen = np.broadcast_to(np.arange(every.shape[1]) < k, every.shape)
    else:
        chosen = fill_cut(costs[order], amount)
    np.put_along_axis(inside, order, chosen, axis=1)
    worth = np.where(inside, every, 0.0).sum(axis=1)
    return max(0.0, float(worth[:-1].mean() - worth[-1])), len(set(inside[:-1, i].tolist())) > 1


def _judged(given: pd.Series) -> pd.Series:
    """Each judge's value of each cell, checked: a number from 0 to 1, given once; a blank is left out."""
    if isinstance(given, pd.DataFrame) and list(given.columns) == ["value"]:
        given = given["value"]
    if not isinstance(given, pd.Series) or set(given.index.names) != {"judge_id", *CELL}:
        raise PlanError("agree.no_values")
    given = given.reorder_levels(["judge_id", *CELL]).dropna()
    for (judge, action, criterion), found in given.items() if not _sound(given) else ():
        place = {"judge": str(judge), "action": str(action), "criterion": str(criterion)}
        if isinstance(found, bool) or not isinstance(found, Real) or not 0 <= found <= 1:
            raise PlanError("agree.value_wrong", **place, found=str(found))
    twice = given.index.duplicated()
    if twice.any():
        judge, action, criterion = given.index[twice][0]
        raise PlanError("score.judged_twice", judge=str(judge), action=str(action), criterion=str(criterion))
    return given.astype("float64")


def _named(judge_values: pd.Series, weights: pd.Series) -> pd.Series:
    """Weights by criterion; a list is in the order of the names of the criteria judged."""
    if isinstance(weights, pd.Series):
        return weights
    criteria = judge_values.index.get_level_values("criterion_id").unique()
    return named(weights, pd.Index(sorted(criteria, key=str)))


def _sound(values: pd.Series) -> bool:
    return pd.api.types.is_float_dtype(values) and bool(values.between(0, 1).all())


def _positions(judge_values: pd.Series, tables: pd.Series | None) -> pd.DataFrame:
    """Value of each cell by judge, or by table (median of its judges): rows are cells, columns groups, both sorted."""
    rows = judge_values.rename("value").reset_index()
    tables = pd.Series(tables) if isinstance(tables, Mapping) else tables
    if tables is None:
        rows["group"] = rows["judge_id"]
    else:
        unknown = [judge for judge in rows["judge_id"].unique() if judge not in tables.index]
        if unknown:
            raise PlanError("agree.no_table", judge=str(sorted(map(str, unknown))[0]))
        rows["group"] = rows["judge_id"].map(tables)
    positions = rows.dropna(subset="group").pivot_table("value", CELL, "group", aggfunc="median")
    by_name = {"key": lambda labels: labels.astype(str)}
    return positions.sort_index(**by_name).sort_index(axis=1, **by_name)


def _baseline(judge_values: pd.Series, weights: pd.Series, middle: str) -> tuple[pd.DataFrame, np.ndarray, list]:
    """Values brought together, what one unit of each is worth in its action's score, and the actions, all sorted.

    Over the criteria known of an action the weights sum to 1, as in `score.weighted_sum`; a blank is worth 0.
    """
    criteria = sorted(weights.index, key=str)
    values = judge_values.groupby(level=CELL).agg(middle).rename("value").reset_index()
    values = values.pivot_table("value", "action_id", "criterion_id")
    actions = sorted(values.index, key=str)
    shares = check_weights(weights, values.columns.union(criteria)).reindex(criteria).to_numpy()
    values = values.reindex(index=actions, columns=criteria)
    known = values.notna().to_numpy() * shares
    total = known.sum(axis=1, keepdims=True)
    return values, np.divide(known, total, out=np.zeros_like(known), where=total > 0), actions


def _criteria(judge_values: pd.Series) -> set:
    return set(judge_values.index.get_level_values("criterion_id"))
