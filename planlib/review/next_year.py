"""Next year's plan as the review leaves it: what comes in, goes out, moves or waits for a decision, and its load."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from planlib import facts
from planlib.review.state import State

KEPT = ("continue", "reduce", "reassign", "split")
MOVES = ("in", "moved", "out", "to_decide")
SHOWN = [
    *("title", "title_fr", "title_en", "number", "axis_id", "owner", "owner_fr", "owner_en"),
    *("status", "decision", "new_date"),
]


def next_draft(state: State, not_done: pd.DataFrame) -> pd.DataFrame:
    """One row per action that next year's plan must place, indexed by action_id, in the order of MOVES.

    `move`: 'in' (kept, ongoing, or due then), 'moved' (postponed, with its `new_date`), 'out' (dropped),
    'to_decide' (not done and nothing decided). `why`: the decision, else 'ongoing' or 'due'. `comes`: whether
    it weighs on next year. Days and money are those known; what an action costs next year is `next_low` to
    `next_high`.
    """
    next_end = pd.Timestamp(facts.fiscal_start(state.year + 2, state.fiscal_start) - timedelta(days=1))
    due = state.later[state.later["start"].notna() & (state.later["start"] <= next_end)]
    ongoing = state.actions[state.actions["status"] == "ongoing"]
    columns = [*SHOWN, "effort_days", "next_low", "next_high", "money"]
    table = pd.concat([not_done[columns], ongoing[columns], due[columns]])
    decision = proposed(table)
    move = pd.Series("to_decide", index=table.index)
    move = move.mask(decision.isin(KEPT) | (table["status"] == "ongoing"), "in")
    move = move.mask(decision == "postpone", "moved").mask(decision == "drop", "out")
    move = move.mask(table.index.isin(due.index), "in")
    table["move"] = pd.Categorical(move, categories=MOVES, ordered=True)
    why = decision.mask(decision.isna() & (table["status"] == "ongoing"), "ongoing")
    table["why"] = why.mask(table.index.isin(due.index), "due")
    soon = table["new_date"].isna() | (table["new_date"] <= next_end)
    table["comes"] = (move == "in") | (move == "to_decide") | ((move == "moved") & soon)
    table = table.reset_index().sort_values(["move", "action_id"]).set_index("action_id")
    table["move"] = table["move"].astype("str")
    return table


def proposed(rows: pd.DataFrame) -> pd.Series:
    """The decision of each action: as written, else what its status says of an action dropped or postponed."""
    return rows["decision"].fillna(rows["status"].map({"dropped": "drop", "postponed": "postpone"}))


def loads(state: State, draft: pd.DataFrame) -> pd.DataFrame:
    """What each owner carried and would carry by next year's draft, heaviest first; '' is for actions without owner.

    `this_year` and `next_year` count actions; `effort_days`, `next_low`, `next_high` sum what is known of next
    year's (blank when nothing is); `unknown_days` and `unknown_money` count the actions that say nothing.
    """
    coming = draft[draft["comes"]]
    owner = coming["owner"].fillna("")
    counted = state.actions["owner"].fillna("").value_counts()
    table = pd.DataFrame(index=counted.index.union(owner.unique()).rename("owner"))
    every = pd.concat([state.actions, state.later]).drop_duplicates("owner").set_index("owner")
    for column in ("owner_fr", "owner_en"):
        table[column] = every[column].reindex(table.index)
    table["this_year"] = counted.reindex(table.index).fillna(0).astype(int)
    table["next_year"] = owner.value_counts().reindex(table.index).fillna(0).astype(int)
    for column in ("effort_days", "next_low", "next_high"):
        table[column] = coming[column].groupby(owner).sum(min_count=1).reindex(table.index)
    for column, of in (("unknown_days", "effort_days"), ("unknown_money", "next_low")):
        table[column] = coming[of].isna().groupby(owner).sum().reindex(table.index).fillna(0).astype(int)
    return (
        table.reset_index()
        .sort_values(["next_year", "this_year", "owner"], ascending=[False, False, True])
        .set_index("owner")
    )
