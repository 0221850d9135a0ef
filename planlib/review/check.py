"""What a review still owes: reasons, texts and dates, named action by action."""

from __future__ import annotations

from numbers import Integral

import pandas as pd

from planlib import facts
from planlib.review.said import as_written, said
from planlib.schema import PlanError

YEARS = range(1900, 2201)
NAMED = 5  # how many blanks a refusal names; the draft lists them all


def a_year(year: object) -> int:
    """The fiscal year asked for; PlanError unless it is a whole number of four digits, not its text."""
    if isinstance(year, bool) or not isinstance(year, Integral) or year not in YEARS:
        raise PlanError("review.year", found=str(year), first=str(YEARS[0]), last=str(YEARS[-1]))
    return int(year)


def owed(not_done: pd.DataFrame) -> pd.DataFrame:
    """Blanks by owner, then by action: action_id, titles, owners, missing ('reason', 'text' or 'date').

    Every action not done owes a reason; the reason 'other' owes a text; a postponed one owes a date.
    """
    postponed = (not_done["status"] == "postponed") | (not_done["decision"] == "postpone")
    rules = {
        "reason": not_done["reason"].isna(),
        "text": (not_done["reason"] == "other") & not_done["reason_text"].isna(),
        "date": postponed & not_done["new_date"].isna(),
    }
    parts = [
        not_done.loc[blank, ["title", "title_fr", "title_en", "owner", "owner_fr", "owner_en"]].assign(missing=name)
        for name, blank in rules.items()
    ]
    found = pd.concat(parts).reset_index()
    return found.sort_values(["owner", "action_id", "missing"], na_position="last", ignore_index=True)


def refuse(blanks: pd.DataFrame, year: int) -> None:
    """Raise PlanError naming the first blanks, their owners, and the way out."""
    if blanks.empty:
        return
    first = [
        said(
            "review.blank_one" if isinstance(row.owner, str) else "review.blank_one_nobody",
            action=row.action_id,
            title=as_written(row.title_fr, row.title_en),
            owner=as_written(row.owner_fr, row.owner_en),
            missing=said(f"review.missing_{row.missing}"),
        )
        for row in facts.rows(blanks.head(NAMED))
    ]
    raise PlanError("review.blanks", n=len(blanks), year=str(year), first=first, more=more(len(blanks)))


def more(n: int):
    """And how many others, when not all are named."""
    rest = n - NAMED
    return said("review.blanks_more", n=rest) if rest > 0 else ""
