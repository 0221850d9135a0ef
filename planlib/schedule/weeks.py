"""Weeks inside, dates outside: the limits of a plan, and its calendar of working weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from numbers import Integral, Real

import numpy as np
import pandas as pd

from planlib.schema import CODES, PlanError

# A plan whose tables name no date still needs one to count from; this is a Monday.
NO_DATE = date(2001, 1, 1)
YEAR_WEEKS = 52
YEARS = range(1900, 2200)  # a date outside them stands for something else
MOST_WEEKS = 5200  # a century: beyond, a figure is in days or is a slip


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a plan besides people and money. Every field may be left out: no such limit.

    week_0 : the Monday of week 0; left out, the Monday before the first date of the tables.
    horizon_weeks : weeks planned, so that every action chosen finishes within them; left out, as far as capacity,
        else budgets are known, else enough for all actions one after the other.
    at_most : actions under way in the same week, in all.
    per_owner : the same for each owner: one number, or owner -> number (an owner not named has no limit).
    blackout_weeks : weeks (numbers from week 0, or any date in them) without work. Nothing starts or finishes
        there; an action under way pauses, and its duration counts working weeks only.
    fiscal_start : MM-DD. A week belongs to the fiscal year, quarter and month of its Thursday, as in ISO 8601.
    first_steps : an action whose horizon is medium or long needs a first step in the first 52 weeks.
    source_statuses : statuses of a source whose money counts, such as ("confirmed",); left out, all count.
    """

    week_0: date | None = None
    horizon_weeks: int | None = None
    at_most: int | None = None
    per_owner: int | Mapping[str, int] | None = None
    blackout_weeks: tuple[int | date, ...] = ()
    fiscal_start: str = "01-01"
    first_steps: bool = True
    source_statuses: tuple[str, ...] | None = None

    def __post_init__(self):
        if self.week_0 is not None:
            week_0 = as_day(self.week_0)
            if week_0 is None or week_0.weekday():
                raise PlanError("schedule.not_monday", found=self.week_0 if week_0 is None else week_0)
            object.__setattr__(self, "week_0", week_0)
        owners = self.per_owner.values() if isinstance(self.per_owner, Mapping) else [self.per_owner]
        for name, value in [("horizon_weeks", self.horizon_weeks), ("at_most", self.at_most)] + [
            ("per_owner", value) for value in owners
        ]:
            if value is not None and not _is_whole(value):
                raise PlanError("schedule.limit_not_whole", limit=name, found=str(value))
        try:
            datetime.strptime(f"2001-{self.fiscal_start}", "%Y-%m-%d")
        except (TypeError, ValueError):
            raise PlanError("schedule.fiscal_start", found=str(self.fiscal_start)) from None
        pauses = self.blackout_weeks
        pauses = (pauses,) if isinstance(pauses, int | str | date) else tuple(pauses or ())
        for found in pauses:
            if not _is_number(found) and as_day(found) is None:
                raise PlanError("schedule.blackout", found=str(found))
        object.__setattr__(self, "blackout_weeks", pauses)
        if isinstance(self.source_statuses, str):
            object.__setattr__(self, "source_statuses", (self.source_statuses,))
        for found in self.source_statuses or ():
            if found not in CODES["source_status"]:
                raise PlanError("schedule.source_status", found=str(found), known=list(CODES["source_status"]))


def _is_number(value) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_whole(value) -> bool:
    """A whole number of 1 or more, and of no more than a century of weeks."""
    return isinstance(value, Real) and not isinstance(value, bool) and value in range(1, MOST_WEEKS + 1)


def as_day(value) -> date | None:
    """A date, timestamp or ISO text as a date; None when blank or not a date: a number is no date."""
    if value is None or isinstance(value, Real) or (not isinstance(value, str) and pd.isna(value)):
        return None
    try:
        day = pd.Timestamp(value).date()
    except (TypeError, ValueError):
        return None
    return day if day.year in YEARS else None


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working weeks 0 .. n-1 and the calendar weeks (from week 0) they stand for: `weeks` has shape (n,)."""

    week_0: date
    weeks: np.ndarray
    fiscal_start: str

    @classmethod
    def of(cls, week_0: date, horizon_weeks: int, blackout: set[int], fiscal_start: str) -> Calendar:
        weeks = np.array([week for week in range(horizon_weeks) if week not in blackout], dtype=np.int64)
        return cls(week_0, weeks, fiscal_start)

    def __len__(self) -> int:
        return len(self.weeks)

    def monday(self, working: int) -> date:
        """The date on which working week `working` starts."""
        return self.week_0 + timedelta(weeks=int(self.weeks[working]))

    def friday(self, working: int) -> date:
        """The last day of work of working week `working`."""
        return self.monday(working) + timedelta(days=4)

    def first_from(self, day: date) -> int:
        """The first working week that starts on `day` or later; n when there is none."""
        return int(np.searchsorted(self.weeks, -((self.week_0 - day).days // 7)))

    def last_by(self, day: date) -> int:
        """The last working week whose Friday is on `day` or before; -1 when there is none."""
        return int(np.searchsorted(self.weeks, ((day - self.week_0).days - 4) // 7, side="right")) - 1

    def fiscal_years(self, calendar_weeks: np.ndarray) -> np.ndarray:
        """The fiscal year (named by the year it starts in) of each calendar week."""
        thursdays = self._thursdays(calendar_weeks)
        years = thursdays.astype("datetime64[Y]")
        month, day = (int(part) for part in self.fiscal_start.split("-"))
        starts = years.astype("datetime64[M]") + (month - 1)
        starts = starts.astype("datetime64[D]") + (day - 1)
        return years.astype(np.int64) + 1970 - (thursdays < starts)

    def months(self) -> list[str]:
        """The month, as YYYY-MM, of each working week."""
        return [str(month) for month in self._thursdays(self.weeks).astype("datetime64[M]")]

    def quarters(self) -> np.ndarray:
        """The fiscal quarter of each working week as 4 * fiscal year + quarter - 1."""
        thursdays = self._thursdays(self.weeks)
        years = self.fiscal_years(self.weeks)
        month, day = (int(part) for part in self.fiscal_start.split("-"))
        shifted = (thursdays - (day - 1)).astype("datetime64[M]").astype(np.int64) % 12
        return 4 * years + (shifted - (month - 1)) % 12 // 3

    def after_lag(self, lag_weeks: int) -> np.ndarray:
        """For each end e in 0 .. n (the working week after the last one), the first start `lag_weeks` later.

        The lag runs in calendar weeks, so that a permit's delay does not stop for a holiday. n means never.
        """
        return np.searchsorted(self.weeks, np.append(0, self.weeks + 1) + lag_weeks)

    def _thursdays(self, calendar_weeks: np.ndarray) -> np.ndarray:
        return np.datetime64(self.week_0, "D") + 7 * np.asarray(calendar_weeks, dtype=np.int64) + 3
