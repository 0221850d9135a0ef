"""Small schedule problems that a person can work by hand: week 0 is Monday 5 January 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from planlib.schedule import Limits, Problem

WEEK_0 = date(2026, 1, 5)


def monday(week: int) -> pd.Timestamp:
    return pd.Timestamp(WEEK_0 + timedelta(weeks=week))


def friday(week: int) -> pd.Timestamp:
    return monday(week) + pd.Timedelta(days=4)


def actions(values: dict, **columns) -> pd.DataFrame:
    """Actions by value; other columns as {action: figure}."""
    table = pd.DataFrame({"value": values}, dtype=float).rename_axis("action_id")
    for column, found in columns.items():
        table[column] = pd.Series(found, dtype=object).reindex(table.index)
    return table


def weeks(durations: dict) -> pd.DataFrame:
    return pd.DataFrame({"action_id": list(durations), "duration_weeks": list(durations.values())})


def work(*rows) -> pd.DataFrame:
    """Rows (action, role, days a week)."""
    return pd.DataFrame(rows, columns=["action_id", "role_id", "days_per_week"])


def bills(*rows) -> pd.DataFrame:
    """Rows (action, source, weeks from the start, amount)."""
    return pd.DataFrame(rows, columns=["action_id", "source_id", "offset_weeks", "amount"])


def days(role: str, each_week: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"role_id": role, "week": range(len(each_week)), "days": each_week})


def money(*rows) -> pd.DataFrame:
    """Rows (source, fiscal year, amount)."""
    return pd.DataFrame(rows, columns=["source_id", "fiscal_year", "amount"])


def order(*rows) -> pd.DataFrame:
    """Rows (before, after, lag)."""
    return pd.DataFrame(rows, columns=["before", "after", "lag_weeks"])


def problem(values: dict, durations: dict, horizon: int = 8, *, columns: dict | None = None, **tables) -> Problem:
    limits = tables.pop("limits", {})
    return Problem(
        actions=actions(values, **(columns or {})),
        modes=weeks(durations),
        limits=Limits(**{"week_0": WEEK_0, "horizon_weeks": horizon, **limits}),
        **tables,
    )
