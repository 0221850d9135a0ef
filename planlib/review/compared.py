"""This year's plan against last year's, by the id an action keeps for life."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planlib import facts
from planlib.review.check import a_year
from planlib.review.state import CLOSED, State, of_year
from planlib.store import Book

SHOWN = ["title", "title_fr", "title_en", "number", "axis_id", "owner", "status"]


@dataclass(frozen=True, slots=True)
class Compared:
    """Actions of two years, each in one table only, indexed by action_id, with last year's number beside this year's.

    `carried` was in last year's plan and is in this one; `new` was not; `dropped` was taken off, last year's and
    new ones alike; `closed` was done last year and has left the plan.
    """

    year: int
    carried: pd.DataFrame
    new: pd.DataFrame
    dropped: pd.DataFrame
    closed: pd.DataFrame


def compare(book: Book, year: int, *, edition: str = "internal") -> Compared:
    """Fiscal year `year` against the one before; titles and axes are this year's, numbers may have changed."""
    year = a_year(year)
    now = facts.read(book)
    last = of_year(now, year - 1, edition=edition, entered_later=False, in_full=False)
    return against(of_year(now, year, edition=edition, in_full=False), last)


def against(this: State, last: State) -> Compared:
    """The comparison of two states of the plan."""
    ids = this.actions.index.union(last.actions.index)
    both = this.actions.reindex(ids)[SHOWN].astype("object")
    gone = ids.difference(this.actions.index)
    both.loc[gone] = last.actions.loc[gone, SHOWN].astype("object")
    both["number_before"] = last.actions["number"].reindex(ids)
    both["axis_before"] = last.actions["axis_id"].reindex(ids)
    both["status_before"] = last.actions["status"].reindex(ids)
    was, done_before = ids.isin(last.actions.index), ids.isin(last.actions.index[last.actions["status"] == CLOSED[0]])
    here = ids.isin(this.actions.index)
    waiting = ids.isin(this.later.index)  # put off past this year: still carried
    dropped = (here & (both["status"] == "dropped").to_numpy()) | (was & ~here & ~waiting & ~done_before)
    carried = was & (here | (waiting & ~done_before)) & ~dropped
    return Compared(
        year=this.year,
        carried=both[carried],
        new=both[here & ~was & ~dropped],
        dropped=both[dropped],
        closed=both[done_before & ~here & ~carried],
    )
