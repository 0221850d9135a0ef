"""Where the plan of a fiscal year stood at its end: which actions were in force, their status, health and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from planlib import facts, schema
from planlib.facts import Facts
from planlib.review.rows import load, named
from planlib.review.spoken import reasons

CLOSED = ("done", "dropped")
EDITIONS = ("public", "internal", "firm")  # from what all may see to what the consultant alone may
# Texts that a public edition leaves out when their row is internal; codes and figures still count.
TEXTS = ("comment", "reason_text", "line", "learned", "decision_text", "origin")


@dataclass(frozen=True, slots=True)
class State:
    """The plan of a year at its end. `actions` are in force; `later` were not due or not retained;
    `indicator_ids` are the cards known at the year's end."""

    year: int
    start: date
    end: date
    fiscal_start: str
    actions: pd.DataFrame
    later: pd.DataFrame
    updates: pd.DataFrame
    entered_later: bool
    indicator_ids: frozenset[str]


def of_year(
    now: Facts, year: int, *, edition: str = "internal", entered_later: bool = True, in_full: bool = True
) -> State:
    """The plan of fiscal year `year` as it stood at the year's end.

    In force: entered with effect by the year's end, or set aside during the year, or updated or reviewed for
    it whenever typed. Not in force: done or dropped by an update of an earlier year; due after the year, or not
    retained, with nothing said of it. When the whole plan was entered later, it is taken as it was entered,
    provided that something in the workbook is dated in the year (`entered_later`).

    Status is the last one said by the year's end since the action's plan began, else the action's own. Health is
    computed: under way without news for the client's interval is `no_update`, whatever was said before. Reasons,
    days and money are left out unless `in_full`: a year only compared with another needs none.
    """
    settings = now.settings
    fiscal_start = "01-01" if pd.isna(settings["fiscal_start"]) else settings["fiscal_start"]
    start = facts.fiscal_start(year, fiscal_start)
    end = facts.fiscal_start(year + 1, fiscal_start) - timedelta(days=1)
    at_start, at_end = now.on(start), now.on(end)
    updates = visible(now.updates, "update", edition).reset_index()
    updates = updates[updates["updated_on"] <= end.isoformat()].sort_values(["updated_on", "action_id"])
    during = updates[updates["updated_on"] >= start.isoformat()]
    reviews = _of_year(visible(now.reviews, "review", edition), year)
    spoken = set(during["action_id"]) | set(reviews.index)

    rows, late = _in_force(
        now, at_start, at_end, spoken, edition, entered_later and _touched(now, spoken, year, start, end)
    )
    own = rows["status"].where(~rows["set_aside"], "dropped")
    updates = _of_the_plan(updates, rows, at_end)
    before = updates[updates["updated_on"] < start.isoformat()]
    said_before = _last(before, "status").reindex(rows.index)
    closed = said_before.isin(CLOSED) & ~rows.index.isin(spoken) & ~rows["set_aside"]
    status = _last(updates, "status").reindex(rows.index).fillna(own).where(~rows["set_aside"], "dropped")
    promised = _promised_start(rows, at_start, at_end, late)
    waiting = _waiting(rows, status, promised, at_start, at_end, end, late) & ~rows.index.isin(spoken)

    rows["status"] = status
    rows["status_start"] = said_before.fillna(at_start.actions["status"].reindex(rows.index))
    rows["is_new"] = ~rows.index.isin(at_start.actions.index) & ~rows.index.isin(before["action_id"])
    rows["start"] = promised
    rows["last_update"] = pd.to_datetime(updates.groupby("action_id")["updated_on"].max().reindex(rows.index))
    rows["has_news"] = rows.index.isin(during["action_id"])
    rows["health"] = _health(rows, updates, settings["update_days"], end)
    done = updates[updates["status"] == "done"]
    rows["done_on"] = pd.to_datetime(done.groupby("action_id")["updated_on"].min().reindex(rows.index))
    rows["times_postponed"] = updates[updates["status"] == "postponed"].groupby("action_id").size()
    rows["times_postponed"] = rows["times_postponed"].fillna(0).astype(int)
    if in_full:
        rows = rows.join(reasons(rows, during, reviews))
    rows = named(rows, now, at_end, edition)
    if in_full:
        rows = rows.join(load(now, rows, year))
    keep = ["action_id", "updated_on", "status", "health", "progress", "comment", "origin"]
    return State(
        year=year,
        start=start,
        end=end,
        fiscal_start=fiscal_start,
        actions=rows[~closed & ~waiting],
        later=rows[~closed & waiting],
        updates=updates[updates["action_id"].isin(rows.index[~closed])][keep],
        entered_later=late,
        indicator_ids=frozenset(at_end.indicators.index),
    )


def visible(table: pd.DataFrame, kind: str, edition: str) -> pd.DataFrame:
    """Rows that an edition may use. Internal updates and reviews keep their codes in public, without their words."""
    allowed = EDITIONS.index(edition)
    level = table["edition"].fillna(schema.kind_of(kind).edition).map(EDITIONS.index)
    if kind in ("update", "review") and edition == "public":
        table = table[level <= EDITIONS.index("internal")].copy()
        hidden = level.reindex(table.index) > allowed
        texts = [name for name in TEXTS if name in table]
        table.loc[hidden, texts] = None
        return table
    shown = level <= allowed
    return table if shown.all() else table[shown]


def _of_year(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of one fiscal year, indexed by what is left of the key."""
    return table[table.index.get_level_values("fiscal_year") == year].droplevel("fiscal_year")


def _touched(now: Facts, spoken: set[str], year: int, start: date, end: date) -> bool:
    """Whether anything in the workbook touches the year: news, a budget, a cost, an action whose dates span it."""
    years = {*now.budgets.index.get_level_values("fiscal_year"), *now.costs.index.get_level_values("fiscal_year")}
    dates = now.actions[["earliest_start", "deadline", "published_start", "published_finish"]]
    first, last = dates.min(axis=1), dates.max(axis=1)
    spans = (first <= pd.Timestamp(end)) & (last >= pd.Timestamp(start))
    return bool(spoken) or year in years or bool(spans.any())


def _in_force(now: Facts, at_start: Facts, at_end: Facts, spoken: set, edition: str, any_later: bool):
    """Rows of the actions to look at, with `set_aside`; and whether the whole plan was entered after the year."""
    held = at_end.actions
    gone = at_start.actions.loc[at_start.actions.index.difference(held.index)]
    late = held.empty and gone.empty and any_later
    others = now.actions.index.difference(held.index.union(gone.index))
    entered = now.actions.loc[others if late else others.intersection(list(spoken))]
    rows = pd.concat([held.assign(set_aside=False), gone.assign(set_aside=True), entered.assign(set_aside=False)])
    rows["why_set_aside"] = _why(now, gone.index).reindex(rows.index)
    return visible(rows, "action", edition).sort_index().rename_axis("action_id"), late


def _why(now: Facts, gone: pd.Index) -> pd.Series:
    """Why each of these actions was set aside, as written last."""
    if gone.empty:
        return pd.Series(dtype="str")
    entries = now.book.history("action")
    return entries[entries["row"].isna()].drop_duplicates("key", keep="last").set_index("key")["why"].astype("str")


def _of_the_plan(updates: pd.DataFrame, rows: pd.DataFrame, at_end: Facts) -> pd.DataFrame:
    """Updates since the plan began that each action now belongs to: an earlier plan's 'done' does not close an
    action that was taken up again."""
    began = at_end.plans["starts"].reindex(rows["plan_id"]).set_axis(rows.index).reindex(updates["action_id"])
    said_on = pd.to_datetime(updates["updated_on"], format="ISO8601", errors="coerce")
    return updates[~(said_on < began.set_axis(updates.index))]


def _last(updates: pd.DataFrame, column: str) -> pd.Series:
    """Last value said of each action, blanks passed over."""
    return updates.groupby("action_id")[column].last().astype("str")


def _promised_start(rows: pd.DataFrame, at_start: Facts, at_end: Facts, late: bool) -> pd.Series:
    """When each action was to start: as scheduled when the year began, else since, else as its own row says."""
    own = rows["published_start"].fillna(rows["earliest_start"])
    if late:
        return own
    first = at_start.schedule["start"].reindex(rows.index)
    return first.fillna(at_end.schedule["start"].reindex(rows.index)).fillna(own)


def _waiting(rows, status, promised, at_start, at_end, end, late) -> pd.Series:
    """Not yet due, or never retained: its start, or its whole plan's, comes after the year."""
    quiet = (status.isna() | (status == "to_come")) & ~rows["set_aside"]
    plan_starts = at_end.plans["starts"].reindex(rows["plan_id"]).set_axis(rows.index)
    after = (promised > pd.Timestamp(end)) | (plan_starts > pd.Timestamp(end))
    if late:
        return quiet & after
    chosen_first, chosen_last = (at.schedule["chosen"].reindex(rows.index) for at in (at_start, at_end))
    left_out = (chosen_last == False).fillna(False) & ~(chosen_first == True).fillna(False)  # noqa: E712 three values
    return quiet & (after | left_out.astype(bool))


def _health(rows: pd.DataFrame, updates: pd.DataFrame, update_days, end: date) -> pd.Series:
    """Health of what is under way; news older than the interval, or than the year when none is set, is no news."""
    said = _last(updates, "health").reindex(rows.index)
    interval = 366 if pd.isna(update_days) else int(update_days)
    fresh = rows["last_update"].notna() & (pd.Timestamp(end) - rows["last_update"] <= pd.Timedelta(days=interval))
    return said.where(fresh, "no_update").where(rows["status"] == "under_way")
