"""How firmly an order stands, in sentences: whether those who judged agree, and how far each weight can move."""

from __future__ import annotations

import math

import pandas as pd

from planlib import robust
from planlib.decide.ranked import cut_of, values
from planlib.decide.talk import agreement
from planlib.decide.weighing import weights
from planlib.facts import Facts
from planlib.said import Said

MOST = 100  # points that a slider gives at most: a limit beyond is none


def firmness(facts: Facts) -> list[Said]:
    """Kendall's W in words; then, where a number of actions is funded, the points between which each weight keeps
    the same ones, the other weights kept. Nothing where there is no order to speak of."""
    said = []
    w = agreement(facts)["w"]
    if w is not None:
        said.append(Said("decide.agreement", {"w": round(w, 2)}))
    judged = values(facts).dropna(how="all")
    k = cut_of(facts, judged.index).get("k")
    shares = weights(facts)[0]
    if k is None or not 0 < k < len(judged) or not shares.sum():
        return said
    spans = _spans(robust.weight_intervals(judged, shares * 100, k))
    return [*said, Said("decide.top_holds", {"n": k, "spans": spans}) if spans else Said("decide.top_always", {"n": k})]


def _spans(table: pd.DataFrame) -> list[Said]:
    """One for each criterion that has a limit, in points of 100; a decimal, rounded to the inside."""
    said = []
    for criterion, row in table.iterrows():
        low, high = math.ceil(round(row["low"] * 10, 6)) / 10, row["high"]
        facts = {"criterion": str(criterion), "low": low, "now": round(row["points_now"], 1)}
        if ends := high <= MOST:
            facts["high"] = math.floor(round(high * 10, 6)) / 10
        if low > 0 or ends:
            key = "between" if low > 0 and ends else "above" if low > 0 else "below"
            said.append(Said(f"decide.span_{key}", facts))
    return said
