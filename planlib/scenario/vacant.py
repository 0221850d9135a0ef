"""A post without anybody from a day on: the days of its role that go with it."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from planlib.facts import Facts, fiscal_start, fiscal_year, mondays_of
from planlib.scenario.changes import Change
from planlib.schedule import Reason
from planlib.schedule.inputs import DAYS_PER_MONTH
from planlib.schedule.weeks import monday_of
from planlib.schema import PlanError


def vacant(facts: Facts, change: Change, start: date) -> tuple[Facts, Reason]:
    """The facts with a post vacant: its role loses its share of days, month by month, from the day on.

    A role's days are shared evenly between its people (`role.people`), else between the posts that have it. Weeks
    belong to the month of their Thursday. Actions that the post answers for stay its own: the sentence counts them.

    Raises
    ------
    PlanError
        The post has no role: which days go with it is not known.
    """
    post = change.keys[0]
    posts, roles = facts.posts.copy(), facts.roles.copy()
    role = posts.loc[post, "role_id"]
    if change.value == "in":
        raise PlanError("scenario.not_switched", path=change.path, found="in")
    if pd.isna(role):
        raise PlanError("scenario.post_without_role", post=posts.loc[post, "title"])
    day = pd.Timestamp(start) if change.value == "out" else change.value
    people = roles["people"].get(role)
    people = float((posts["role_id"] == role).sum()) if people is None or pd.isna(people) else float(people)
    posts.loc[post, "role_id"] = None
    if role in roles.index:
        roles.loc[role, "people"] = max(people - 1, 0.0)
    months, kept, lost = _months(facts, role, day, max(people - 1, 0.0) / max(people, 1.0), start)
    rows = pd.DataFrame({"days": months}).assign(role_id=role).rename_axis("period").reset_index()
    rows = rows.set_index(["role_id", "period"])
    capacity = facts.capacity.copy()
    others = capacity[(capacity.index.get_level_values("role_id") != role) | capacity.index.isin(kept)]
    joined = pd.concat([others, rows.reindex(columns=capacity.columns).astype(capacity.dtypes)]).sort_index()
    owned = facts.assignments.reset_index()
    owned = owned[(owned["post_id"] == post) & (owned["part"] == "accountable")]["action_id"]
    open_ = owned[~facts.status.reindex(owned).isin(["done", "dropped"]).to_numpy()]
    told = {"post": posts.loc[post, "title"], "role": role, "day": day.date(), "days": round(lost)}
    told["owned"] = Reason("scenario.post_owns", {"n": len(set(open_))})
    return facts.replacing(capacity=joined, posts=posts, roles=roles), Reason("scenario.post_vacant", told)


def _months(
    facts: Facts, role: str, day: pd.Timestamp, share: float, start: date
) -> tuple[pd.Series, list[tuple], float]:
    """(days by month once the post is vacant, keys of the role's periods that stay, days lost)."""
    begins = facts.settings["fiscal_start"]
    last = fiscal_start(fiscal_year(start, begins) + int(facts.settings["plan_years"]), begins)
    given = facts.capacity[facts.capacity.index.get_level_values("role_id") == role].sort_index()
    weeks_of = {key: mondays_of(key[1], begins) for key in given.index}
    kept = [key for key, weeks in weeks_of.items() if (weeks + pd.Timedelta(days=3) < day.replace(day=1)).all()]
    plan = pd.date_range(monday_of(start), last, freq="W-MON")
    touched = [weeks for key, weeks in weeks_of.items() if key not in kept]
    mondays = plan[plan + timedelta(days=3) >= day.replace(day=1)]
    for weeks in touched:
        mondays = mondays.union(weeks)
    month_of = (mondays + timedelta(days=3)).strftime("%Y-%m")
    default = float(facts.settings["default_capacity_days"]) * 7 / DAYS_PER_MONTH
    now = pd.Series(default, index=mondays)
    for key, weeks in weeks_of.items():
        inside = weeks.intersection(mondays)
        if pd.notna(given.loc[key, "days"]) and len(weeks):
            now[inside] = given.loc[key, "days"] / len(weeks)
    then = now.where(now.index + timedelta(days=3) < day, now * share)
    monthly = then.groupby(month_of).mean()  # a month at the edge of the plan counts for all its weeks
    monthly = monthly * [len(mondays_of(month, begins)) for month in monthly.index]
    return monthly.round(6), kept, float((now - then)[now.index >= pd.Timestamp(monday_of(start))].sum())
