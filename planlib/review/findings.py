"""What each chart of the review found, as a sentence: its title."""

from __future__ import annotations

import pandas as pd

from planlib.review.said import Said, as_written, said
from planlib.words import year_name

LISTED = 3  # reasons named in a title when they share the first place


def findings(review_year: int, fiscal_start: str, tables: dict[str, pd.DataFrame]) -> dict[str, Said]:
    """'reasons', 'axes', 'indicators' and 'year', each told from its finished table."""
    year = year_name(review_year, fiscal_start)
    return {
        "reasons": of_reasons(tables["by_reason"], len(tables["not_done"])),
        "axes": of_axes(tables["by_axis"]),
        "indicators": of_indicators(tables["indicators"]),
        "year": of_year(tables["actions"], year),
    }


def of_reasons(by_reason: pd.DataFrame, not_done: int) -> Said:
    """The reason given most often, or those that share the first place."""
    given = int(by_reason["n"].sum())
    top = int(by_reason["n"].max())
    if not not_done:
        return said("review.found_all_done")
    if not top:
        return said("review.found_no_reason", n=not_done)
    first = [said(f"review.the_{reason}") for reason in by_reason.index[by_reason["n"] == top]]
    if len(first) > LISTED:
        return said("review.found_reasons_many", n=len(first), of=not_done)
    if len(first) > 1:
        return said("review.found_reasons_shared", n=top, reasons=first, of=not_done)
    return said("review.found_reason", n=top, reason=first[0], of=not_done, given=given)


def of_axes(by_axis: pd.DataFrame) -> Said:
    """How many actions are done, and the axis where most is left."""
    done, n = int(by_axis["done"].sum()), int(by_axis["promised"].sum())
    left = by_axis.loc[by_axis.index != "", "not_done"]
    if len(left) < 2 or not left.max() or (left == left.max()).sum() > 1:
        return said("review.found_done", n=done, of=n)
    row = by_axis.loc[left.idxmax()]
    return said(
        "review.found_axis", n=done, of=n, axis=as_written(row["title_fr"], row["title_en"]), left=int(row["not_done"])
    )


def of_indicators(indicators: pd.DataFrame) -> Said:
    """How many indicators are at target, and how many nobody measured."""
    reached = int((indicators["state"] == "reached").sum())
    silent = int((indicators["state"] == "not_measured").sum())
    if indicators.empty:
        return said("review.found_no_indicator")
    if not silent:
        return said("review.found_indicators", n=reached, of=len(indicators))
    return said(
        "review.found_indicators_silent", n=reached, of=len(indicators), silent=said("review.unmeasured", n=silent)
    )


def of_year(actions: pd.DataFrame, year: str) -> Said:
    """How many actions had news during the year."""
    silent = int((~actions["has_news"]).sum())
    if not silent:
        return said("review.found_year_full", n=len(actions), year=year)
    return said("review.found_year", n=silent, of=len(actions), year=year)
