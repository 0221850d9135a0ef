"""The ranking and the plan made twice, as things are and under the changes, by the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib import decide, facts
from planlib.facts import Facts
from planlib.scenario.applied import Applied, applied
from planlib.scenario.changes import Change, read_changes
from planlib.scenario.comparison import KINDS_OF_CHANGE, Comparison, Side
from planlib.scenario.kept import named
from planlib.scenario.marginal import marginal
from planlib.scenario.reasons import why
from planlib.scenario.under_way import again
from planlib.schedule import Money, Reason
from planlib.schedule.weeks import monday_of
from planlib.schema import PlanError
from planlib.store import Book
from planlib.words import LANGS

# What says that no plan holds every limit: an answer to "what if", not a fault of the input.
IMPOSSIBLE = ("decide.infeasible", "schedule.cannot_fit_")
ENDS = ["before", "after", "finish_before", "finish_after"]


def compare(
    book: Book,
    changes: Mapping | Iterable | str,
    *,
    today: date | None = None,
    time_limit: float = 10.0,
) -> Comparison:
    """What changes, and why: the plan as things are, and the plan under the changes.

    Both plans are made in the same way, so that nothing but the changes tells them apart. Nothing is stored.

    Parameters
    ----------
    book : Book
    changes : mapping of PATH to VALUE, list of "PATH=VALUE", or the name of a scenario kept in the workbook
        As `read_changes` says.
    today : date, optional
        Once a stored plan has begun by this day, both plans keep what is done, spent or under way, and as many dates
        as they can, and nothing else starts before it; `budget` and `capacity` then change what is left of them.
        Otherwise, both are made anew from the start of the stored plan (news that came later does not count), else
        from this day, else from the last day the workbook holds.
    time_limit : float
        Deterministic units of about a second for each plan: the same workbook and changes give the same answer.

    Returns
    -------
    Comparison
        A scenario under which no plan holds every limit has an `after` that is infeasible and says what conflicts.

    Raises
    ------
    PlanError
        A path or a value that means nothing here; no action; no plan even as things are.
    """
    return against(ground(book, today=today, time_limit=time_limit), changes)


@dataclass(frozen=True, slots=True)
class Ground:
    """The plan as things are, made once, that scenarios are held against; `start` and `under_way` as a Comparison's."""

    facts: Facts
    start: date
    today: date | None
    under_way: bool
    time_limit: float
    plan: decide.Plan

    @property
    def since(self) -> date | None:
        """The day from which figures may still change."""
        return self.today if self.under_way else None


def ground(book: Book, *, today: date | None = None, time_limit: float = 10.0) -> Ground:
    """The plan as things are, by the way that `compare` states."""
    start, under_way = start_of(book, today)
    now = facts.read(book, today=today if under_way else start)
    if now.actions.empty:
        raise PlanError("scenario.no_action", client=book.client)
    now = known_on(now, today if under_way else start)
    return Ground(now, start, today, under_way, time_limit, _planned(now, start, today, under_way, time_limit))


def known_on(now: Facts, day: date) -> Facts:
    """The facts without the news and the payments of later days.

    Other rows count as the workbook holds them now, whatever the day from which they hold: a budget or a capacity
    entered since is what the plan will have, and a council that asks of March must not be told of money since lost.
    """
    news, paid = now.updates, now.spending
    days = news.index.get_level_values("updated_on")
    late = (paid["paid"] > pd.Timestamp(day)).fillna(False).astype(bool)
    return now.replacing(updates=news[days <= day.isoformat()], spending=paid[~late])


def changed(held: Ground, changes: Mapping | Iterable | str) -> tuple[tuple[Change, ...], Applied]:
    """The changes read, and the facts under them."""
    if isinstance(changes, str) and "=" not in changes:
        changes = named(held.facts, changes)
    read = read_changes(held.facts, [changes] if isinstance(changes, str) else changes, since=held.since)
    return read, applied(held.facts, read, held.start, held.since)


def against(held: Ground, changes: Mapping | Iterable | str) -> Comparison:
    """What `compare` gives, for a plan as things are that was made before."""
    read, scenario = changed(held, changes)
    now, plan = held.facts, held.plan
    before = _side(now, plan)
    try:
        then = _planned(scenario.facts, held.start, held.today, held.under_way, held.time_limit, scenario.forced)
        after = _side(scenario.facts, then)
    except PlanError as error:
        if not error.key.startswith(IMPOSSIBLE):
            raise
        then, after = None, _blocked(scenario.facts, before, error)
    actions = _differences(before, after, plan, then, scenario.forced)
    unused = _unused(before, after, _left(now, held))
    titles, names = named_in(now)
    return Comparison(
        start=held.start,
        under_way=held.under_way,
        changes=read,
        said=scenario.said,
        before=before,
        after=after,
        actions=actions,
        unused=unused,
        summary=tuple(
            _summary(
                now, before, after, actions, unused, _committed(plan, then), None if then is None else marginal(then)
            )
        ),
        currency=now.settings["currency"],
        titles=titles,
        names=names,
    )


def named_in(known: Facts) -> tuple[dict[str, pd.Series], dict[str, dict[str, str]]]:
    """(titles of actions, what stands for each id in a sentence), by language."""
    titles = {lang: facts.titles(known.actions, lang) for lang in LANGS}
    names = {
        lang: decide.names(known, lang) | {a: f"{a} {title}" for a, title in titles[lang].items()} for lang in LANGS
    }
    return titles, names


def _planned(known: Facts, start: date, today, under_way: bool, time_limit: float, forced=None) -> decide.Plan:
    if under_way:
        return again(known, start, today, time_limit=time_limit, changes=forced)
    return decide.plan(known, start, time_limit=time_limit, changes=forced)


def start_of(book: Book, today: date | None) -> tuple[date, bool]:
    """The day both plans start, and whether a stored plan is under way on the day asked."""
    stored = book.table("schedule")
    first = stored.loc[stored["chosen"].fillna(False).astype(bool), "start"].min()
    if pd.isna(first):
        return today or date.fromisoformat(book.history()["effective"].max()), False
    made = date.fromisoformat(book.history("schedule")["effective"].max())
    begins = monday_of(min(first.date(), made))
    return begins, today is not None and monday_of(today) > monday_of(first.date())


def _side(known: Facts, plan: decide.Plan) -> Side:
    found = plan.schedule
    actions = plan.actions.join(decide.ranking(known)[["score", "rank"]])
    actions["chosen"] = actions["chosen"].astype(bool)
    for column in ("start", "finish"):
        actions[column] = pd.to_datetime(actions[column]).astype("datetime64[us]")
    if found is None:
        return Side("optimal", 0.0, 0.0, actions, _with_unused(None))
    return Side(found.status, float(found.value), float(found.bound), actions, _with_unused(found.use))


def _blocked(known: Facts, before: Side, error: PlanError) -> Side:
    """The other side of a scenario that cannot be: nothing chosen."""
    actions = before.actions.assign(chosen=False, mode=None, start=pd.NaT, finish=pd.NaT)
    actions["why_not"] = Reason("schedule.why_no_plan")
    ranked = decide.ranking(known)
    actions[["score", "rank"]] = ranked[["score", "rank"]].reindex(actions.index)
    return Side("infeasible", float("nan"), float("nan"), actions, _with_unused(None), error)


def _with_unused(use: pd.DataFrame | None) -> pd.DataFrame:
    if use is None:
        use = pd.DataFrame(columns=["role_id", "source_id", "period", "used", "capacity"])
        use = use.astype({"used": "float64", "capacity": "float64"})
    return use.assign(unused=use["capacity"] - use["used"])


def _differences(before: Side, after: Side, plan, then, forced: dict[str, str]) -> pd.DataFrame:
    rows = []
    if after.blocked is None:
        for action in before.actions.index.union(after.actions.index):
            one, other = before.actions.loc[action], after.actions.loc[action]
            change = _change(one, other)
            if change is not None:
                reason = why(action, change, one, other, plan, then, forced)
                rows.append((action, change, one["start"], other["start"], one["finish"], other["finish"], reason))
    for action in before.actions.index:
        one, other = before.actions.loc[action], after.actions.loc[action]
        if not _same(one["rank"], other["rank"]):
            scores = {"before": _percent(one["score"]), "after": _percent(other["score"])}
            reason = Reason("scenario.why_rank", scores)
            rows.append((action, "rank", one["rank"], other["rank"], pd.NaT, pd.NaT, reason))
    table = pd.DataFrame(rows, columns=["action_id", "change", *ENDS, "why"], dtype=object)
    order = table["change"].map({change: place for place, change in enumerate(KINDS_OF_CHANGE)})
    first = table["after"].where(table["change"] != "out", table["before"]).map(_sortable)
    table = table.assign(order=order, first=first).sort_values(["order", "first", "action_id"], kind="stable")
    return table.drop(columns=["order", "first"]).reset_index(drop=True)


def _change(one: pd.Series, other: pd.Series) -> str | None:
    if one["chosen"] != other["chosen"]:
        return "in" if other["chosen"] else "out"
    if not one["chosen"]:
        return None
    if one["mode"] != other["mode"]:
        return "mode"
    return None if (one["start"], one["finish"]) == (other["start"], other["finish"]) else "moved"


def _same(one, other) -> bool:
    return (pd.isna(one) and pd.isna(other)) or (not pd.isna(one) and not pd.isna(other) and one == other)


def _percent(score) -> float | Reason:
    return Reason("scenario.not_known") if pd.isna(score) else round(100 * float(score), 1)


def _sortable(value) -> float:
    if value is None or pd.isna(value):
        return float("inf")
    return float(value.value) if hasattr(value, "value") else float(value)


def _left(now: Facts, held: Ground) -> tuple[str, str]:
    """The first month and the first fiscal year whose days and money can still be used."""
    day = held.today if held.under_way else held.start
    return f"{day:%Y-%m}", str(facts.fiscal_year(day, now.settings["fiscal_start"]))


def _unused(before: Side, after: Side, since: tuple[str, str]) -> pd.DataFrame:
    """What each plan leaves, from these on: money by source and year, days by role until the plan ends."""
    keys = ["role_id", "source_id", "period"]
    month, year = since
    sides = []
    for side, name in ((before, "before"), (after, "after")):
        of_role, period = side.use["role_id"].notna(), side.use["period"].astype(str)
        use = side.use[(of_role & (period >= month)) | (~of_role & (period >= year))]
        use = use.assign(period=use["period"].where(use["source_id"].notna(), None))
        sides.append(use.groupby(keys, dropna=False)["unused"].sum().rename(name))
    table = pd.concat(sides, axis=1).reset_index().astype(dict.fromkeys(keys, object))
    return table.sort_values(keys, na_position="last", kind="stable", ignore_index=True)


def _committed(before: decide.Plan, after: decide.Plan | None) -> list[Reason]:
    """What is committed beyond a limit under the scenario, and was not as things are."""

    def told(plan: decide.Plan | None) -> list[Reason]:
        if plan is None or plan.schedule is None:
            return []
        moved = plan.schedule.moved
        return list(moved.loc[moved["change"] == "committed", "why"])

    known = told(before)
    return [reason for reason in told(after) if reason not in known]


def _summary(
    now: Facts,
    before: Side,
    after: Side,
    actions: pd.DataFrame,
    unused: pd.DataFrame,
    beyond: list[Reason],
    more: Reason | None,
):
    """What changed in words: what goes out, comes in and moves; the value; what is left of money and days."""
    if after.blocked is not None:
        yield Reason("scenario.impossible", {"why": after.blocked})
        return
    counts = actions["change"].value_counts()
    n = {change: int(counts.get(change, 0)) for change in KINDS_OF_CHANGE}
    moved = n["moved"] + n["mode"]
    parts = [Reason(f"scenario.n_{name}", {"n": k}) for name, k in (("out", n["out"]), ("in", n["in"])) if k]
    parts += [Reason("scenario.n_moved", {"n": moved})] if moved else []
    yield Reason("scenario.finding", {"parts": parts}) if parts else Reason("scenario.same_plan")
    if n["rank"]:
        yield Reason("scenario.n_rank", {"n": n["rank"]})
    values = {"before": round(before.value, 2), "after": round(after.value, 2)}
    same = values["before"] == values["after"]
    yield Reason("scenario.same_value", {"value": values["after"]}) if same else Reason("scenario.value", values)
    money = unused[unused["source_id"].notna()]
    if len(money):
        left = [Money(round(float(money[side].sum()), 2), now.settings["currency"]) for side in ("before", "after")]
        yield Reason("scenario.money_left", {"before": left[0], "after": left[1]})
    days = unused[unused["role_id"].notna()]
    if len(days):
        yield Reason("scenario.days_left", {side: round(float(days[side].sum())) for side in ("before", "after")})
    if more is not None:
        yield more
    yield from beyond
