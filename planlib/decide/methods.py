"""Does the method matter? The weighted sum beside two others, on the same actions."""

from __future__ import annotations

import pandas as pd

from planlib.decide.ranked import METHODS, scored, values
from planlib.decide.weighing import weights
from planlib.facts import Facts
from planlib.said import Said

HEAD = 10  # actions at the head of the list that the finding speaks of


def methods(facts: Facts) -> pd.DataFrame:
    """Rank of each action by each method, on the actions judged on every criterion.

    TOPSIS takes the partial values with vector normalisation; PROMETHEE II takes them with a linear preference,
    full from half the scale on. Neither can rank an action with a blank.

    Returns
    -------
    DataFrame, indexed by action_id, in the order of the weighted sum, ties by action_id
        weighted_sum, topsis, promethee_ii (ranks among these actions), gap (the widest difference between two).
    """
    judged = values(facts)
    full = judged.dropna()
    if full.empty or not len(full.columns):
        return pd.DataFrame({name: pd.Series(dtype="Int64") for name in (*METHODS, "gap")}).rename_axis("action_id")
    shares, _ = weights(facts)
    table = pd.DataFrame({name: scored(full, shares, name)["rank"] for name in METHODS})
    table["gap"] = table.max(axis=1) - table.min(axis=1)
    return table.assign(id=table.index.astype(str)).sort_values(["weighted_sum", "id"]).drop(columns="id")


def method_finding(table: pd.DataFrame) -> Said:
    """What `methods` shows, in one sentence."""
    n = len(table)
    if n < 2:
        return Said("decide.methods_too_few", {"n": n})
    if not table["gap"].any():
        return Said("decide.methods_same", {"n": n})
    head = min(HEAD, n)
    inside = (table[list(METHODS)] <= head).all(axis=1).sum()
    widest = table.assign(id=table.index.astype(str)).sort_values(["gap", "id"], ascending=[False, True]).iloc[0]
    places = [int(widest[name]) for name in METHODS]
    said = {"same": int(inside), "head": head, "action": widest["id"], "best": min(places), "worst": max(places)}
    return Said("decide.methods_differ", said)
