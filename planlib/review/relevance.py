"""Is it still relevant? What a review workshop answers, hand by hand, for each action and each opportunity."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planlib.facts import Facts

MARKS = {"relevant": 1.0, "rethink": 0.5, "past": 0.0}
CRITERION = "relevance"
HAND = "hand {:03d}"  # one raised in the room: nobody's name


def of_year(year: int) -> str:
    """The round of ballots of a fiscal year's review."""
    return f"review-{year}"


def tally(facts: Facts, year: int) -> pd.DataFrame:
    """How many said each item is relevant, to be thought over again, or past, at the review of a fiscal year.

    Returns
    -------
    DataFrame indexed by item (an action's or a note's id)
        `relevant`, `rethink`, `past`, and `n`, the ballots with one of these three marks; least relevant first (by
        the mean mark, then the item). Raised hands and ballots on paper or by telephone count alike.
    """
    rows = facts.ballots.reset_index()
    rows = rows[(rows["round"] == of_year(year)) & (rows["criterion"] == CRITERION) & rows["mark"].isin(MARKS.values())]
    found = pd.DataFrame({name: (rows["mark"] == mark).groupby(rows["item"]).sum() for name, mark in MARKS.items()})
    found = found.astype("int64").rename_axis("item")
    found["n"] = found.sum(axis=1)
    mean = sum(found[name] * mark for name, mark in MARKS.items()) / found["n"]
    return found.loc[mean.rename("mean").reset_index().sort_values(["mean", "item"])["item"]]


def hands(year: int, item: str, counts: Mapping[str, int]) -> pd.DataFrame:
    """Hands raised for one item as rows of `ballot`; `counts` by the names of MARKS."""
    marks = [mark for name, mark in MARKS.items() for _ in range(counts[name])]
    rows = {"voter": [HAND.format(i) for i in range(1, len(marks) + 1)], "mark": marks}
    return pd.DataFrame(rows).assign(round=of_year(year), item=item, criterion=CRITERION)


def lowered(facts: Facts, year: int, item: str, n: int) -> list[tuple]:
    """Keys of the hands counted before beyond the first `n`: set aside when a room counts again and finds fewer."""
    keys = facts.ballots.index.to_frame(index=False)
    mine = (keys["round"] == of_year(year)) & (keys["item"] == item) & (keys["criterion"] == CRITERION)
    gone = keys[mine & keys["voter"].str.startswith("hand ") & (keys["voter"] > HAND.format(n))]
    return list(gone.itertuples(index=False, name=None))
