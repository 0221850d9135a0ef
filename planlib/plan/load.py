"""Who carries what: actions and days of each owner, work of each role against its capacity, and what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib.facts import Facts, fiscal_start, fiscal_year, mondays_of
from planlib.plan.rows import due, table
from planlib.plan.standing import CLOSED, visible
from planlib.words import LANGS


@dataclass(frozen=True, slots=True)
class Load:
    """The load of the plan on a day; `owners`, `roles` and `overdue` are tables, described in `load`."""

    owners: pd.DataFrame
    roles: pd.DataFrame
    overdue: pd.DataFrame


def load(facts: Facts, today: date | None = None, edition: str = "internal") -> Load:
    """Actions, days and lateness by owner, and days by role and fiscal quarter against capacity.

    Parameters
    ----------
    facts : Facts
    today : date, optional
        Default: the day of the facts. Without either, what is overdue is not known and stays blank.

    Returns
    -------
    Load
        `owners`, indexed by owner (a post_id, else the plan's words, '' for nobody): owner_fr, owner_en, actions
        (open ones), under_way, overdue, no_update, effort_days (of its open actions, as far as known),
        effort_unknown (parts of that work not known), most_at_once and its first day `at_once_on` (by the dates of
        the plan; `undated` counts the actions left out of it), limit (the client's, blank when none).
        `roles`, indexed by (role_id, period as 2026-Q1), from the quarter of the day on: used (by the open actions)
        and capacity in days (capacity blank when not known), unknown (actions of the role at work then whose days
        are not known).
        `overdue`, indexed by action_id: owner, due, days.
    """
    day = facts.as_of if today is None else today
    rows = table(facts, "internal" if edition == "public" else edition)
    if edition == "public":
        rows = rows.loc[rows.index.isin(visible(facts.actions, "action", edition).index)]
    rows = rows[~rows["status"].isin(CLOSED)].copy()
    rows["owner"] = rows["post_id"].fillna(rows["owner_fr"]).fillna("")
    rows["due"] = due(rows)
    late = pd.Series(pd.NA, index=rows.index, dtype="boolean")
    if day is not None:
        late = (rows["due"] < pd.Timestamp(day)) & (rows["status"] != "ongoing")
    rows["late"] = late
    overdue = rows.loc[rows["late"].fillna(False).astype(bool), ["owner", "due"]]
    overdue = overdue.assign(days=(pd.Timestamp(day) - overdue["due"]).dt.days if len(overdue) else 0)
    roles = _roles(facts, rows)
    if day is not None:  # of a quarter gone by, what was done is no longer counted here
        now = quarter_of(pd.Timestamp(day).date(), facts.settings["fiscal_start"])
        roles = roles[roles.index.get_level_values("period") >= now]
    return Load(_owners(facts, rows), roles, overdue.sort_values(["due", "owner"], kind="stable"))


def _owners(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    of_owner = rows.groupby("owner")
    found = pd.DataFrame({f"owner_{lang}": of_owner[f"owner_{lang}"].first() for lang in LANGS})
    found["actions"] = of_owner.size()
    found["under_way"] = (rows["status"] == "under_way").groupby(rows["owner"]).sum()
    found["overdue"] = of_owner["late"].agg(lambda flags: flags.sum(skipna=False)).astype("Int64")
    found["no_update"] = (rows["health"] == "no_update").groupby(rows["owner"]).sum()
    found["effort_days"] = of_owner["effort_days"].sum(min_count=1)
    found["effort_unknown"] = of_owner["effort_unknown"].sum()
    peaks = {owner: at_once(part) for owner, part in of_owner}
    found["most_at_once"] = pd.Series({owner: n for owner, (n, _) in peaks.items()}, dtype="Int64")
    found["at_once_on"] = pd.Series({owner: on for owner, (_, on) in peaks.items()}, dtype="datetime64[us]")
    found["undated"] = (rows["start"].isna() | rows["finish"].isna()).groupby(rows["owner"]).sum()
    limit = facts.settings["owner_limit"]
    found["limit"] = pd.Series(limit, index=found.index, dtype="Int64")
    return found


def at_once(rows: pd.DataFrame) -> tuple[int | None, pd.Timestamp | None]:
    """The most actions at work on one day, and the first such day; None when no action has both dates."""
    dated = rows[rows["start"].notna() & rows["finish"].notna()]
    if dated.empty:
        return None, None
    counts = [((dated["start"] <= day) & (dated["finish"] >= day)).sum() for day in dated["start"]]
    most = max(counts)
    return int(most), min(day for day, n in zip(dated["start"], counts, strict=True) if n == most)


def _roles(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """An action's days are spread evenly over its weeks; a week belongs to the quarter of its Thursday."""
    start = facts.settings["fiscal_start"]
    demands = facts.demands.reset_index()
    demands = demands[demands["action_id"].isin(rows.index)]
    legend = {size: facts.settings[f"effort_days_{size.lower()}"] for size in ("S", "M", "L")}
    days = demands["effort_days"].fillna(demands["effort_size"].map(legend).astype("float64"))
    work = []
    for action, role, amount in zip(demands["action_id"], demands["role_id"], days, strict=True):
        weeks = _thursdays(*rows.loc[action, ["start", "finish"]])
        for quarter, n in _by_quarter(weeks, start).items():
            known = not pd.isna(amount)
            work.append((role, quarter, amount * n / len(weeks) if known else 0.0, 0 if known else 1))
    given = []
    for (role, period), days_in in facts.capacity["days"].items():
        first, last = bounds(period, start)
        weeks = _thursdays(first, last)
        for quarter, n in _by_quarter(weeks, start).items():
            given.append((role, quarter, days_in * n / len(weeks)))
    keys = ["role_id", "period"]
    used = pd.DataFrame(work, columns=[*keys, "used", "unknown"]).groupby(keys).sum()
    capacity = pd.DataFrame(given, columns=[*keys, "capacity"]).groupby(keys)["capacity"]
    capacity = capacity.agg(lambda parts: parts.sum(skipna=False)).astype("float64")
    found = used.join(capacity, how="outer")
    found["used"] = found["used"].fillna(0.0)  # capacity in a quarter in which the plan asks nothing of the role
    found["unknown"] = found["unknown"].fillna(0).astype("int64")
    return found[["used", "capacity", "unknown"]].sort_index()


def _thursdays(first, last) -> pd.DatetimeIndex:
    if pd.isna(first) or pd.isna(last):
        return pd.DatetimeIndex([])
    monday = pd.Timestamp(first) - pd.Timedelta(days=pd.Timestamp(first).weekday())
    end = pd.Timestamp(last) - pd.Timedelta(days=pd.Timestamp(last).weekday())
    return pd.date_range(monday, end, freq="7D") + pd.Timedelta(days=3)


def _by_quarter(thursdays: pd.DatetimeIndex, start: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for day in thursdays:
        name = quarter_of(day.date(), start)
        counts[name] = counts.get(name, 0) + 1
    return counts


def quarter_of(day: date, start: str) -> str:
    """The fiscal quarter of a day, as 2026-Q1 of the year in which that fiscal year starts."""
    year = fiscal_year(day, start)
    first = pd.Timestamp(fiscal_start(year, start))
    quarter = max(q for q in range(4) if first + pd.DateOffset(months=3 * q) <= pd.Timestamp(day))
    return f"{year}-Q{quarter + 1}"


def bounds(period: str, start: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of a period written 2026, 2026-Q1, 2026-03 or 2026-W07, by whole weeks.

    A week belongs to the period of its Thursday; years and quarters are the client's fiscal ones.
    """
    mondays = mondays_of(period, start)
    return mondays[0], mondays[-1] + pd.Timedelta(days=6)
