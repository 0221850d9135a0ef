"""The review of one fiscal year, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib import facts
from planlib.facts import Facts
from planlib.review import page
from planlib.review.check import a_year, owed, refuse
from planlib.review.compared import Compared, against
from planlib.review.findings import findings
from planlib.review.indicators import STATES, measured
from planlib.review.next_year import loads, next_draft
from planlib.review.rows import top_axes
from planlib.review.said import Said, said
from planlib.review.state import State, of_year, visible
from planlib.schema import CODES, PlanError
from planlib.store import Book


@dataclass(frozen=True, slots=True)
class Review:
    """A year's review. Tables of actions are indexed by action_id, with titles in both languages.

    `actions` holds every action of the plan with its status, health, reason, decision and evidence; `done`,
    `ongoing` and `not_done` share them out, none in two. `later` was not due or not retained; `first_steps` open
    a longer action. `blanks` is what a draft still owes. `figures`, `strategy`, `decisions` and `notes` are page
    one, and `findings` the titles of its charts, told by their `text(lang)`.
    """

    year: int
    start: date
    end: date
    fiscal_start: str
    edition: str
    actions: pd.DataFrame
    done: pd.DataFrame
    ongoing: pd.DataFrame
    not_done: pd.DataFrame
    later: pd.DataFrame
    first_steps: pd.DataFrame
    by_reason: pd.DataFrame
    by_axis: pd.DataFrame
    indicators: pd.DataFrame
    carried: pd.DataFrame
    new: pd.DataFrame
    dropped: pd.DataFrame
    closed: pd.DataFrame
    figures: tuple[page.Figure, ...]
    findings: dict[str, Said]
    strategy: Said
    decisions: tuple[page.Decision, ...]
    next_year: pd.DataFrame
    loads: pd.DataFrame
    money: pd.DataFrame
    context: pd.DataFrame
    observations: pd.DataFrame
    history: pd.DataFrame
    blanks: pd.DataFrame
    notes: tuple[Said, ...]

    def document(self, lang: str) -> dict:
        """The review as plain values in a language: the keys of `planlib review --json`."""

        def ids(table: pd.DataFrame) -> list[str]:
            return list(table.index)

        not_done = [
            {
                "action_id": row.Index,
                "reason": _blank(row.reason),
                "decision": _blank(row.decision),
                "line": evidence(row).text(lang) if _blank(row.line) else None,
            }
            for row in facts.rows(self.not_done)
        ]
        indicators = [
            {name: _blank(getattr(row, name)) for name in ("baseline", "target", "actual", "state")}
            | {"indicator_id": row.Index, "title": getattr(row, f"title_{lang}")}
            | {"unit": _blank(getattr(row, f"unit_{lang}"))}
            for row in facts.rows(self.indicators)
        ]
        return {
            "year": self.year,
            "done": ids(self.done),
            "ongoing": ids(self.ongoing),
            "not_done": not_done,
            "later": ids(self.later),
            "by_reason": {reason: int(n) for reason, n in self.by_reason["n"].items() if n},
            "strategy": self.strategy.text(lang),
            "indicators": indicators,
            "carried": ids(self.carried),
            "new": ids(self.new),
            "dropped": ids(self.dropped),
            "decisions": [decision.document(lang) for decision in self.decisions],
            "blanks": [
                {name: _blank(getattr(row, name)) for name in ("action_id", "owner", "missing")}
                for row in facts.rows(self.blanks)
            ],
            "notes": [note.text(lang) for note in self.notes],
        }


def annual(book: Book, year: int, *, draft: bool = False, edition: str = "internal") -> Review:
    """The review of fiscal year `year`, the one that starts in that calendar year.

    `done` is done; `ongoing` is counted apart; every other action in force at the year's end is not done and owes
    one main reason, a text when that reason is 'other', a date when it is postponed.

    Parameters
    ----------
    book : Book
        The client's workbook.
    year : int
        Fiscal year; everything is taken from what is dated in it or before, never from the clock.
    draft : bool
        List what is owed in `blanks` instead of refusing.
    edition : 'firm', 'internal' or 'public'
        Rows that this edition may not show are not used; the words of internal updates are left out in public.

    Returns
    -------
    Review

    Raises
    ------
    PlanError
        A year that is not a whole number of four digits; no plan in force that year; or, unless `draft`, a reason,
        a text or a date owed: the first are named.
    """
    if edition not in CODES["edition"]:
        raise PlanError("review.unknown_edition", found=str(edition), known=list(CODES["edition"]))
    year = a_year(year)
    now = facts.read(book)
    state = of_year(now, year, edition=edition)
    actions = state.actions
    if actions.empty:
        raise PlanError("review.no_plan", year=str(year), client=book.client)
    done, ongoing = actions[actions["status"] == "done"], actions[actions["status"] == "ongoing"]
    not_done = actions[~actions["status"].isin(["done", "ongoing"])]
    blanks = owed(of_year(now, year).actions.loc[not_done.index]) if edition == "public" else owed(not_done)
    if not draft:
        refuse(blanks, year)
    last = of_year(now, year - 1, edition=edition, entered_later=False, in_full=False)
    compared = against(state, last)
    indicators = measured(now, state, edition)
    money = page.money_used(now, year, state)
    by_axis = axes(now, state, indicators)
    by_reason = reasons(not_done)
    draft_of_next = next_draft(state, not_done)
    tables = {"by_reason": by_reason, "by_axis": by_axis, "indicators": indicators}
    return Review(
        year=year,
        start=state.start,
        end=state.end,
        fiscal_start=state.fiscal_start,
        edition=edition,
        actions=actions,
        done=done,
        ongoing=ongoing,
        not_done=not_done,
        later=state.later,
        first_steps=actions[actions["first_step_of"].notna()],
        by_reason=by_reason,
        by_axis=by_axis,
        indicators=indicators,
        **{name: getattr(compared, name) for name in ("carried", "new", "dropped", "closed")},
        figures=page.figures(now, state, last, indicators, money, edition),
        findings=findings(year, state.fiscal_start, tables | {"actions": actions, "not_done": not_done}),
        strategy=page.strategy(actions, by_axis, by_reason),
        decisions=page.decisions(now, not_done, year, state.fiscal_start, edition),
        next_year=draft_of_next,
        loads=loads(state, draft_of_next),
        money=money,
        context=_context(now, state, edition),
        observations=visible(now.observations, "observation", edition),
        history=state.updates,
        blanks=blanks,
        notes=_notes(state, compared, year),
    )


def reasons(not_done: pd.DataFrame) -> pd.DataFrame:
    """Each reason of the list, in its order: `n` actions where it is the main one, `second` where it is the
    second, and the `actions` that gave it as main. The main ones sum to the actions whose reason is known."""
    known = not_done["reason"].notna()
    second = not_done["reason_second"].where(not_done["reason_second"] != not_done["reason"])
    table = pd.DataFrame(index=pd.Index(CODES["reason"], name="reason"))
    table["n"] = not_done["reason"].value_counts().reindex(table.index).fillna(0).astype(int)
    table["second"] = second.value_counts().reindex(table.index).fillna(0).astype(int)
    listed = not_done[known].reset_index().groupby("reason")["action_id"].agg(" ".join)
    table["actions"] = listed.reindex(table.index).fillna("").astype("str")
    return table


def axes(now: Facts, state: State, indicators: pd.DataFrame) -> pd.DataFrame:
    """One row per top axis of a plan of the year, in the order of its number; index '' is for actions without one.

    An axis that nothing was promised on shows too. `promised` = `done` + `ongoing` + `not_done`; each status
    counted; `on_plan` and `no_news`; `learned`; `reached` and `not_measured` of its `indicators`.
    """
    actions = state.actions
    axis = actions["axis_id"].fillna("")
    counts = pd.crosstab(axis, actions["status"].fillna("unknown"))
    top = set(top_axes(now.axes[_in_use(now, now.axes["plan_id"], state)]).values()) | set(counts.index)
    table = counts.reindex(index=sorted(top), columns=[*CODES["status"], "unknown"], fill_value=0)
    table = table.rename_axis(index="axis_id", columns=None)
    table["promised"] = table.sum(axis=1)
    table["not_done"] = table["promised"] - table["done"] - table["ongoing"]
    for name, holds in (("on_plan", actions["health"] == "on_plan"), ("no_news", ~actions["has_news"])):
        table[name] = holds.groupby(axis).sum().reindex(table.index).fillna(0).astype(int)
    learned = actions["learned"].dropna().groupby(axis).agg("\n".join)
    table["learned"] = learned.reindex(table.index).astype("str")
    cards = pd.crosstab(indicators["axis_id"].fillna(""), indicators["state"])
    cards = cards.reindex(index=table.index, columns=STATES, fill_value=0)
    table["indicators"] = cards.sum(axis=1)
    table[["reached", "not_measured"]] = cards[["reached", "not_measured"]]
    for column in ("title", "number"):
        table[column] = now.axes[column].reindex(table.index)
    for lang in ("fr", "en"):
        table[f"title_{lang}"] = facts.titles(now.axes, lang).reindex(table.index).fillna(table.index.to_series())
    order = table.assign(key=[_natural(n) for n in table["number"]], last=table.index == "")
    return table.loc[order.sort_values(["last", "key"], kind="stable").index]


def _in_use(now: Facts, plan_ids: pd.Series, state: State) -> pd.Series:
    """Whether the plan each row belongs to runs in the year; a row or a plan without dates always does."""
    plans = now.plans.reindex(plan_ids)
    over = (plans["ends"] < pd.Timestamp(state.start)) | (plans["starts"] > pd.Timestamp(state.end))
    return ~over.set_axis(plan_ids.index)


def evidence(row) -> Said:
    """The line that shows why, with its day and where it was read when they are known."""
    day = row.line_on.date() if not pd.isna(row.line_on) else None
    origin = _blank(row.line_origin)
    where = said("review.evidence_day", day=day) if day else ""
    if origin:
        where = said("review.evidence_both", day=day, origin=origin) if day else origin
    return said("review.evidence", line=row.line, where=where) if where else said("review.evidence_bare", line=row.line)


def _context(now: Facts, state: State, edition: str) -> pd.DataFrame:
    """What changed inside and outside the organisation, dated or filed in the year."""
    table = visible(now.context, "context", edition)
    start, end = pd.Timestamp(state.start), pd.Timestamp(state.end)
    here = (table["fiscal_year"] == state.year).fillna(False).astype(bool) | table["happened"].between(start, end)
    table = table[here].copy()
    for lang in ("fr", "en"):
        table[f"text_{lang}"] = table[f"text_{lang}"].fillna(table["text"])
    return table.sort_values(["happened", "where"], na_position="last")


def _notes(state: State, compared: Compared, year: int) -> tuple[Said, ...]:
    """What a reader must know of how the tables were made."""
    notes = []
    if state.entered_later:
        notes.append(said("review.entered_later", year=str(year)))
    if len(state.later):
        notes.append(said("review.later", n=len(state.later), actions=list(state.later.index)))
    second = state.actions["reason_second"] == state.actions["reason"]
    if second.any():
        notes.append(said("review.second_same", n=int(second.sum()), actions=list(state.actions.index[second])))
    if not len(compared.carried) and not len(compared.closed):
        notes.append(said("review.first_year"))
    return tuple(notes)


def _natural(number) -> tuple:
    """2 before 10, and blank last."""
    if not isinstance(number, str):
        return ((2, 0, ""),)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in number.split("."))


def _blank(value):
    """A cell as a plain value; blank is None."""
    return None if value is None or pd.isna(value) else value.item() if hasattr(value, "item") else value
