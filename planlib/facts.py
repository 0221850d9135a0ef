"""From a client's workbook to the tables a room takes, read and joined once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from types import SimpleNamespace

import pandas as pd

from planlib.clients import STATED
from planlib.schema import PlanError
from planlib.store import Book
from planlib.words import own_words


@dataclass(frozen=True)
class Facts:
    """A workbook as it holds on a day; every table is one kind of `schema`, read at most once.

    Without `as_of`, all that is written holds, whatever day it is from; `today` then says which plans have ended.
    """

    book: Book
    as_of: date | None = None
    known_at: datetime | str | None = None
    today: date | None = None
    whole: Facts | None = None  # of these facts, those of another day share the tables that are the same (`on`)

    def __getattr__(self, name: str) -> pd.DataFrame:
        """The table of a kind by its name in TABLES: facts.actions, facts.criteria, facts.updates..."""
        kind = TABLES.get(name)
        if kind is None:
            raise AttributeError(name)
        if self.whole is not None and not self.book.changes_after(kind, self.as_of):
            table = getattr(self.whole, name)
        else:
            table = self.book.table(kind, self.as_of, self.known_at)
        object.__setattr__(self, name, table)
        return table

    @cached_property
    def settings(self) -> pd.Series:
        """The client's stated defaults, fiscal year, horizons: one row as a Series.

        A blank takes the default that `clients.new` states, except a limit, which is then none.
        """
        found = self.book.table("client", self.as_of, self.known_at)
        if found.empty:
            raise PlanError("facts.no_settings", client=self.book.client)
        stated = found.iloc[0].copy()
        for name, default in STATED.items():
            if name not in NO_LIMIT and pd.isna(stated[name]):
                stated[name] = default
        try:
            fiscal_start(2001, stated["fiscal_start"])
        except ValueError:
            raise PlanError("facts.bad_fiscal_start", found=str(stated["fiscal_start"])) from None
        return stated

    @cached_property
    def scored_criteria(self) -> pd.DataFrame:
        """Criteria that are scored, gates apart, in the order of the workbook."""
        criteria = self.criteria
        scored = criteria[~criteria["is_gate"].fillna(False).astype(bool)]
        return scored.sort_values("position", kind="stable", na_position="last")

    @cached_property
    def current(self) -> pd.Index:
        """Ids of the actions whose plan has not ended on the day; without a day or a plan's end, all of them."""
        actions, day = self.actions, self.as_of or self.today
        if day is None:
            return actions.index
        ends = self.plans["ends"].reindex(actions["plan_id"])
        return actions.index[~(ends < pd.Timestamp(day)).to_numpy()]

    @cached_property
    def points(self) -> pd.DataFrame:
        """Weights in points, shape (judges, criteria); a criterion a judge left out is blank."""
        weights = self.weights["points"]
        return weights.unstack("criterion_id") if len(weights) else pd.DataFrame()

    @cached_property
    def owners(self) -> pd.Series:
        """Who answers for each action: the post that is accountable, else the words of the plan; blank if nobody."""
        held = self.assignments.reset_index()
        held = held[held["part"] == "accountable"].drop_duplicates("action_id").set_index("action_id")["post_id"]
        titles = held.map(self.posts["title"]).fillna(held)
        return titles.reindex(self.actions.index).fillna(self.actions["owner"]).rename("owner")

    @cached_property
    def news(self) -> pd.DataFrame:
        """Updates by the day, oldest first, each since the plan its action now belongs to began.

        An action that a new plan takes up again starts afresh: what closed it in an earlier plan no longer counts.
        """
        said = self.updates.reset_index().sort_values(["updated_on", "action_id"])
        if self.as_of is not None:
            said = said[said["updated_on"] <= pd.Timestamp(self.as_of).date().isoformat()]
        plan = self.actions["plan_id"].reindex(said["action_id"])
        began = self.plans["starts"].reindex(plan).dt.strftime("%Y-%m-%d").fillna("")
        return said[(said["updated_on"].to_numpy() >= began.to_numpy())]

    @cached_property
    def status(self) -> pd.Series:
        """Status of each action: the last one that news says, else the action's own; blank if neither."""
        last = self.news.dropna(subset="status").groupby("action_id")["status"].last()
        return last.reindex(self.actions.index).astype("str").fillna(self.actions["status"]).rename("status")

    def tongue(self, lang: str) -> str:
        """The language with the client's own words in it (see `tongue`), for whatever is told to this client."""
        rows = self.glossary.dropna(subset=str(lang))
        return own_words(lang, rows.reset_index().to_dict("records")) if len(rows) else str(lang)

    def at(self, as_of: date | None, known_at: datetime | str | None = None) -> Facts:
        """The same workbook on another day, read anew."""
        return Facts(self.book, as_of, known_at)

    def on(self, day: date) -> Facts:
        """These facts as they hold on a day; of facts without a day, what did not change since is not read again."""
        return Facts(self.book, day, self.known_at, whole=self if self.as_of is None else None)

    def replacing(self, **tables: pd.DataFrame) -> Facts:
        """The same facts with some tables (or `settings`) replaced: how a scenario is made."""
        other = replace(self)
        for name, table in tables.items():
            if name not in TABLES and name != "settings":
                raise AttributeError(name)
            object.__setattr__(other, name, table)
        for name in set(self.__dict__) - set(other.__dict__) - DERIVED:
            object.__setattr__(other, name, self.__dict__[name])
        return other


DERIVED = {"scored_criteria", "current", "points", "owners", "news", "status"}

NO_LIMIT = ("parallel_limit", "owner_limit", "update_days")  # blank says: no such limit

# Name of a table on Facts -> kind of row.
TABLES = {
    "actions": "action",
    "assignments": "assignment",
    "axes": "axis",
    "ballots": "ballot",
    "budgets": "budget",
    "capacity": "capacity",
    "context": "context",
    "costs": "cost",
    "criteria": "criterion",
    "decisions": "decision",
    "demands": "demand",
    "engagement": "engagement",
    "gates": "gate",
    "glossary": "glossary",
    "indicators": "indicator",
    "judgements": "judgement",
    "limits": "limit",
    "measures": "measure",
    "modes": "mode",
    "notes": "note",
    "objectives": "objective",
    "observations": "observation",
    "people": "person",
    "plans": "plan",
    "posts": "post",
    "precedence": "precedence",
    "priorities": "priority",
    "reviews": "review",
    "roles": "role",
    "scenarios": "scenario",
    "schedule": "schedule",
    "sources": "source",
    "spending": "spending",
    "thread": "thread",
    "updates": "update",
    "weights": "weight",
}


def read(
    book: Book, as_of: date | None = None, known_at: datetime | str | None = None, *, today: date | None = None
) -> Facts:
    """The facts of a workbook as they hold on day `as_of`, with what was known at `known_at`."""
    return Facts(book, as_of, known_at, today)


def rows(table: pd.DataFrame) -> Iterator[SimpleNamespace]:
    """The rows of a table as `itertuples` gives them, `Index` first, in a fifth of its time on wide tables."""
    names = ["Index", *table.columns]
    columns = (column for _, column in table.items())
    return (SimpleNamespace(**dict(zip(names, row, strict=True))) for row in zip(table.index, *columns, strict=True))


def titles(table: pd.DataFrame, lang: str) -> pd.Series:
    """Titles in a language: the translation when there is one, else the title as adopted."""
    return said_in(lang, table, "title")


def said_in(lang: str, table: pd.DataFrame, column: str) -> pd.Series:
    """A column's words in a language: the translation beside it (`unit_en`) when there is one, else as written."""
    translated = table.get(f"{column}_{lang}")
    return table[column] if translated is None else translated.fillna(table[column]).rename(column)


def fiscal_start(year: int, start: str) -> date:
    """First day of fiscal year `year`, the one that starts in that calendar year; `start` is MM-DD."""
    return date.fromisoformat(f"{year:04d}-{start}")


def fiscal_year(day: date, start: str) -> int:
    """The fiscal year a day falls in: the calendar year in which that fiscal year starts."""
    return day.year if day >= fiscal_start(day.year, start) else day.year - 1


def mondays_of(period: str, start: str) -> pd.DatetimeIndex:
    """Mondays of the weeks that belong to a period written 2026, 2026-Q1, 2026-03 or 2026-W07.

    A week belongs to the period of its Thursday; a year or a quarter is one of the client's fiscal year.
    """
    year = int(period[:4])
    if "W" in period:
        return pd.DatetimeIndex([date.fromisocalendar(year, int(period[6:]), 1)])
    first = pd.Timestamp(fiscal_start(year, start))
    if "Q" in period:
        first += pd.DateOffset(months=3 * (int(period[6:]) - 1))
        after = first + pd.DateOffset(months=3)
    elif "-" in period:
        first = pd.Timestamp(year, int(period[5:]), 1)
        after = first + pd.DateOffset(months=1)
    else:
        after = first + pd.DateOffset(years=1)
    thursdays = pd.date_range(first, after - pd.Timedelta(days=1), freq="W-THU")
    return thursdays - pd.Timedelta(days=3)
