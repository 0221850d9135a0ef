"""Where judges and tables agree and differ, from the workbook."""

from __future__ import annotations

import pandas as pd

from planlib import agree, score
from planlib.decide.ranked import cut_of, judgements
from planlib.decide.weighing import weights
from planlib.facts import Facts
from planlib.schema import PlanError


def agreement(facts: Facts) -> dict:
    """Kendall's W between tables (or judges, when no table is known), and the judgements that are missing.

    Returns
    -------
    dict
        w (None with fewer than two of them, or when nobody tells actions apart), missing: one dict for each
        blank, with judge_id, action_id and criterion_id.
    """
    found = judgements(facts)
    if found.empty:
        return {"w": None, "missing": []}
    judged = score.judge_values(found, facts.scored_criteria)
    holes = score.completeness(found, sorted(found["action_id"].unique()), facts.scored_criteria)["missing"]
    missing = [
        {"judge_id": judge, "action_id": action, "criterion_id": criterion}
        for (action, criterion), judges in holes.items()
        for judge in judges
    ]
    shares, _ = weights(facts)
    try:
        everyone, _ = agree.ranked_by_all(agree.ranks_by(judged, shares, _tables(found)))
        w = agree.kendall_w(everyone).w
    except PlanError:  # too few of them, or no order to compare: there is no W to give
        w = None
    return {"w": w, "missing": missing}


def discussions(facts: Facts) -> pd.DataFrame:
    """Disagreements, the one worth the room's next ten minutes first: what `agree.discuss_next` gives.

    Without a known cut, half of the judged actions are taken as funded.
    """
    found = judgements(facts)
    judged = score.judge_values(found, facts.scored_criteria)
    if judged.empty:
        return pd.DataFrame(columns=["action_id", "criterion_id"])
    ranked = pd.Index(sorted(judged.index.unique("action_id")), name="action_id")
    shares, _ = weights(facts)
    cut = cut_of(facts, ranked) or {"k": (len(ranked) + 1) // 2}
    return agree.discuss_next(judged, shares, **cut, tables=_tables(found))


def tables_apart(facts: Facts) -> pd.DataFrame:
    """Table against table: what `agree.by_table` gives; without rows when there is one table, or none is known."""
    found = judgements(facts)
    tables = _tables(found)
    if tables is None:
        return pd.DataFrame({"gap": pd.Series(dtype="float64")})
    return agree.by_table(score.judge_values(found, facts.scored_criteria), tables)


def _tables(found: pd.DataFrame) -> pd.Series | None:
    """The table each judge sat at, when every judge has one and there are several."""
    tables = found.groupby("judge_id")["table"].first()
    return tables if tables.notna().all() and len(set(tables)) > 1 else None
