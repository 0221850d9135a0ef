"""Judgements on stated scales -> partial values in [0, 1], judges brought together, blanks kept and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real

import numpy as np
import pandas as pd

from planlib.schema import PlanError
from planlib.score.checks import numbers

JUDGEMENT_KEY = ["judge_id", "action_id", "criterion_id"]


def judge_values(judgements: pd.DataFrame, criteria: pd.DataFrame) -> pd.Series:
    """Partial value of each judgement, before judges are brought together.

    Parameters
    ----------
    judgements : DataFrame
        Column performance, in the unit of the criterion; judge_id, action_id and criterion_id as index or columns.
        A blank performance is left out: it is unknown, not zero. So are judgements of a gate.
    criteria : DataFrame, indexed by criterion_id
        sense ("max" or "min"), scale_low, scale_high. Optional: `levels`, the value of chosen performances, as
        {1: 0, 2: 0.4, 3: 1} or the text "1=0; 2=0.4; 3=1", straight lines between them and the sense unused;
        `target`, the performance that is worth 1, falling in a straight line to 0 at both ends of the scale;
        `is_gate`, true where the criterion is pass or fail and so has no value.

    Returns
    -------
    Series, indexed by judge_id, action_id, criterion_id, sorted
        Values in [0, 1], 1 best, known judgements only.

    Raises
    ------
    PlanError
        A performance that is a text, infinite or off its scale; a judgement given twice; a criterion that is not
        in `criteria`, or that has no sense or no scale.
    """
    rows = _judgement_rows(judgements)
    if not isinstance(criteria, pd.DataFrame):
        raise PlanError("score.no_criteria")
    if not criteria.index.is_unique:
        raise PlanError("score.criterion_twice", found=str(criteria.index[criteria.index.duplicated()][0]))
    unknown = ~rows["criterion_id"].isin(criteria.index)
    if unknown.any():
        first = rows[unknown].iloc[0]
        raise PlanError("score.unknown_criterion", **_place(first), known=[str(c) for c in criteria.index])
    found = rows["performance"].to_numpy()
    rows["performance"] = numbers(found, lambda i: _fail("score.not_number", rows.iloc[i], found[i]))
    rows = rows[rows["performance"].notna()]
    parts = []
    for criterion, group in rows.groupby("criterion_id", sort=True):
        rule = criteria.loc[criterion]
        if _flagged(rule.get("is_gate")):
            continue
        parts.append(_valued(group, criterion, rule))
    empty = pd.Series(dtype="float64", index=pd.MultiIndex.from_arrays([[], [], []], names=JUDGEMENT_KEY))
    values = pd.concat(parts).set_index(JUDGEMENT_KEY)["value"] if parts else empty
    return values.sort_index(key=lambda labels: labels.astype(str)).rename("value")


def partial_values(
    judgements: pd.DataFrame,
    criteria: pd.DataFrame,
    *,
    middle: str = "median",
    actions: Iterable | None = None,
    judges: Iterable | None = None,
) -> pd.DataFrame:
    """Value of each action on each criterion, judges brought together.

    Each judgement is put on [0, 1] by its criterion's scale, then the judges' values are brought together; for
    straight scales this is the same as bringing the performances together first. A cell nobody judged stays blank.

    Parameters
    ----------
    judgements, criteria : DataFrame
        As `judge_values` takes them.
    middle : "median" or "mean"
    actions : iterable of action_id, optional
        The rows wanted, in order; an action nobody judged is a blank row. By default the actions judged, sorted.
    judges : iterable of judge_id, optional
        One judge, or the members of one table; all by default.

    Returns
    -------
    DataFrame, shape (actions, criteria)
        Values in [0, 1], 1 best whatever the sense; NaN where no judge gave a performance. Columns in the order of
        `criteria`, gates left out. `completeness` counts who judged what.

    Raises
    ------
    PlanError
        As `judge_values`; a judgement of an action that is not in `actions`.
    """
    if middle not in ("median", "mean"):
        raise PlanError("score.middle", found=str(middle))
    judged = judge_values(judgements, criteria)
    if judges is not None:
        judged = judged[judged.index.get_level_values("judge_id").isin(list(judges))]
    columns = pd.Index([c for c in criteria.index if not _flagged(criteria.loc[c].get("is_gate"))], name="criterion_id")
    values = judged.reset_index().pivot_table("value", "action_id", "criterion_id", aggfunc=middle)
    values = values.reindex(columns=columns).sort_index(key=lambda labels: labels.astype(str))
    if actions is not None:
        wanted = pd.Index(list(actions), name="action_id")
        _known_actions(judgements, wanted)
        values = values.reindex(wanted)
    return values.astype("float64")


def completeness(judgements: pd.DataFrame, actions: Iterable, criteria: pd.DataFrame) -> pd.DataFrame:
    """Who judged what: one row per cell of the table of values.

    Parameters
    ----------
    judgements, criteria : DataFrame
        As `judge_values` takes them. A judge counts as asked when named in `judgements`, even with blanks only.
    actions : iterable of action_id

    Returns
    -------
    DataFrame, indexed by action_id, criterion_id
        given (judges who gave a performance), asked (judges in the table), missing (tuple of the judge_id who did
        not, sorted).

    Raises
    ------
    PlanError
        A judgement given twice; a judgement of an action that is not in `actions`.
    """
    wanted = pd.Index(list(actions), name="action_id")
    _known_actions(judgements, wanted)
    rows = _judgement_rows(judgements)
    judges = sorted(rows["judge_id"].unique(), key=str)
    columns = [c for c in criteria.index if not _flagged(criteria.loc[c].get("is_gate"))]
    known = rows[rows["performance"].notna()]
    given = known.groupby(["action_id", "criterion_id"])["judge_id"].agg(set).to_dict()
    index = pd.MultiIndex.from_product([wanted, columns], names=["action_id", "criterion_id"])
    missing = [tuple(j for j in judges if j not in given.get(cell, ())) for cell in index]
    counts = np.array([len(names) for names in missing], dtype="int64")
    return pd.DataFrame({"given": len(judges) - counts, "asked": len(judges), "missing": missing}, index=index)


def _judgement_rows(judgements: pd.DataFrame) -> pd.DataFrame:
    """judge_id, action_id, criterion_id, performance as plain columns, one row per judgement."""
    if not isinstance(judgements, pd.DataFrame):
        raise PlanError("score.column", column="performance")
    rows = judgements.reset_index()
    for name in (*JUDGEMENT_KEY, "performance"):
        if name not in rows:
            raise PlanError("score.column", column=name)
    rows = rows[[*JUDGEMENT_KEY, "performance"]]
    nameless = rows[JUDGEMENT_KEY].isna() & rows[["performance"]].notna().to_numpy()
    if nameless.to_numpy().any():
        at = nameless.any(axis=1).to_numpy()
        first = rows[at].iloc[0]
        raise PlanError("score.no_name", column=str(nameless.columns[nameless[at].iloc[0]][0]), **_place(first))
    twice = rows.duplicated(JUDGEMENT_KEY)
    if twice.any():
        raise PlanError("score.judged_twice", **_place(rows[twice].iloc[0]))
    return rows


def _known_actions(judgements: pd.DataFrame, wanted: pd.Index) -> None:
    rows = _judgement_rows(judgements)
    unknown = ~rows["action_id"].isin(wanted)
    if unknown.any():
        raise PlanError("score.unknown_action", n=int(unknown.sum()), **_place(rows[unknown].iloc[0]))
    if not wanted.is_unique:
        raise PlanError("score.action_twice", found=str(wanted[wanted.duplicated()][0]))


def _place(row: pd.Series) -> dict[str, str]:
    return {name.removesuffix("_id"): str(row[name]) for name in JUDGEMENT_KEY}


def _fail(key: str, row: pd.Series, found: object) -> PlanError:
    return PlanError(key, **_place(row), found=str(found))


def _flagged(found: object) -> bool:
    return found is not None and not pd.isna(found) and bool(found)


def _valued(group: pd.DataFrame, criterion: object, rule: pd.Series) -> pd.DataFrame:
    """Judgements of one criterion with their value in [0, 1]."""
    performance = group["performance"].to_numpy("float64")
    levels = _levels(rule.get("levels"), criterion)
    if levels is not None:
        at, worth = levels
        low, high = at[0], at[-1]
    else:
        low, high = (_end(rule.get(name), criterion) for name in ("scale_low", "scale_high"))
        if low >= high:
            raise PlanError("score.scale_empty", criterion=str(criterion), low=low, high=high)
    outside = (performance < low) | (performance > high)
    if outside.any():
        first = group[outside].iloc[0]
        raise PlanError(
            "score.off_scale",
            n=int(outside.sum()),
            of=len(group),
            **_place(first),
            found=float(first["performance"]),
            low=float(low),
            high=float(high),
        )
    target = rule.get("target")
    if levels is not None:
        value = np.interp(performance, at, worth)
    elif target is not None and not pd.isna(target):
        goal = _end(target, criterion)
        if not low <= goal <= high:
            raise PlanError("score.target_off_scale", criterion=str(criterion), found=goal, low=low, high=high)
        side = np.where(performance < goal, goal - low, high - goal)
        value = 1 - np.abs(performance - goal) / np.where(side == 0, 1.0, side)
    else:
        sense = rule.get("sense")
        if sense not in ("max", "min"):
            raise PlanError("score.no_sense", criterion=str(criterion), found="" if pd.isna(sense) else str(sense))
        value = (performance - low) / (high - low) if sense == "max" else (high - performance) / (high - low)
    return group.assign(value=value)


def _end(found: object, criterion: object) -> float:
    """One end of a scale, or a target."""
    if found is None or pd.isna(found):
        raise PlanError("score.no_scale", criterion=str(criterion))
    if isinstance(found, bool) or not isinstance(found, Real) or np.isinf(found):
        raise PlanError("score.scale_not_number", criterion=str(criterion), found=str(found))
    return float(found)


def _levels(found: object, criterion: object) -> tuple[np.ndarray, np.ndarray] | None:
    """Levels as (performances, values), performances rising; None when the criterion has none."""
    if found is None or (not isinstance(found, Mapping) and pd.isna(found)) or found == "":
        return None
    try:
        if isinstance(found, Mapping):
            pairs = [(float(at), float(worth)) for at, worth in found.items()]
        else:
            halves = [piece.split("=") for piece in str(found).split(";") if piece.strip()]
            pairs = [(float(at.replace(",", ".")), float(worth.replace(",", "."))) for at, worth in halves]
    except ValueError:
        pairs = []
    at, worth = (np.array(side) for side in zip(*sorted(pairs), strict=True)) if pairs else (np.empty(0), np.empty(0))
    if len(at) < 2 or (np.diff(at) <= 0).any() or not np.isfinite(at).all() or not ((worth >= 0) & (worth <= 1)).all():
        raise PlanError("score.levels", criterion=str(criterion), found=str(found))
    return at, worth
