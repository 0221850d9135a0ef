"""What a reader needs beside an action: titles, its axis, its owner, the notes behind it, days and money."""

from __future__ import annotations

import pandas as pd

from planlib import facts
from planlib.facts import Facts


def named(rows: pd.DataFrame, now: Facts, at_end: Facts, edition: str) -> pd.DataFrame:
    """The rows with titles in both languages, top axis, owner, and the notes that asked for each action."""
    rows = rows.copy()
    for lang in ("fr", "en"):
        rows[f"title_{lang}"] = facts.titles(rows, lang)
    axes = at_end.axes if len(at_end.axes) else now.axes
    top = top_axes(axes)
    rows["axis_id"] = pd.Series([top.get(axis, axis) for axis in rows["axis_id"]], index=rows.index, dtype="str")
    rows["owner"] = at_end.owners.reindex(rows.index).fillna(now.owners.reindex(rows.index)).fillna(rows["owner"])
    for lang in ("fr", "en"):
        posts = facts.titles(now.posts, lang)
        called = {**posts.to_dict(), **dict(zip(now.posts["title"], posts, strict=True))}
        rows[f"owner_{lang}"] = pd.Series([called.get(o, o) for o in rows["owner"]], index=rows.index, dtype="str")
    asked = now.thread.reset_index().groupby("action_id")["note_id"]
    rows["notes"] = asked.size().reindex(rows.index).fillna(0).astype(int)
    ids = asked.agg(lambda found: " ".join(sorted(found))).astype("str").reindex(rows.index)
    rows["note_ids"] = ids if edition != "public" else None
    return rows


def top_axes(axes: pd.DataFrame) -> dict[str, str]:
    """Each axis -> the axis at the top of its line; a loop in the parents stops where it closes."""
    parents = axes["parent_id"].to_dict()
    top = {}
    for axis in axes.index:
        seen, here = {axis}, axis
        while isinstance(parents.get(here), str) and parents[here] in parents and parents[here] not in seen:
            here = parents[here]
            seen.add(here)
        top[axis] = here
    return top


def load(now: Facts, rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Days of work and cost of each action: in all, and in the year after; unknown where any part is unknown.

    Sizes are read with the client's legend. The default that stands for an unknown size is not used here: a
    review tells what is known. Next year's cost is what is set down for that year; for an action that has not
    begun and has nothing set down by year, its whole cost.
    """
    settings = now.settings
    found = pd.DataFrame(index=rows.index)
    days = {size: settings[f"effort_days_{size.lower()}"] for size in ("S", "M", "L")}
    demands = now.demands
    parts = demands["effort_days"].fillna(demands["effort_size"].map(days).astype("float64"))
    own = rows["effort_size"].map(days).astype("float64")
    found["effort_days"] = _sum_known(parts.groupby("action_id")).reindex(rows.index).fillna(own)

    money = {"$" * n: settings[f"amount_{n}"] for n in (1, 2, 3)}
    costs = now.costs
    sized = costs["cost_size"].map(money).astype("float64")
    low = costs["amount_low"].fillna(costs["amount_high"]).fillna(sized)
    high = costs["amount_high"].fillna(costs["amount_low"]).fillna(sized)
    next_year = costs.index.get_level_values("fiscal_year") == year + 1
    own_size = rows["cost_size"].map(money).astype("float64")
    not_begun = rows["status"].isna() | rows["status"].isin(["to_come", "postponed"])
    by_year = rows.index.isin(costs.index.get_level_values("action_id"))
    for side, parts in (("low", low), ("high", high)):
        other = "high" if side == "low" else "low"
        own = rows[f"cost_{side}"].fillna(rows[f"cost_{other}"]).fillna(own_size)
        found[f"total_{side}"] = _sum_known(parts.groupby("action_id")).reindex(rows.index).fillna(own)
        coming = _sum_known(parts[next_year].groupby("action_id")).reindex(rows.index)
        whole = found[f"total_{side}"].where(not_begun & ~by_year)
        found[f"next_{side}"] = coming.fillna(whole)
    currency = costs["currency"].groupby("action_id").first().astype("str").reindex(rows.index)
    found["money"] = currency.fillna(rows["currency"]).fillna(settings["currency"])
    return found


def _sum_known(groups) -> pd.Series:
    """Sum of each group; blank when one of its parts is."""
    return groups.sum(skipna=False).astype("float64")
