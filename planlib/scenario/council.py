"""A change before a council: three plans that would take it, and what each loses, delays, keeps and asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib import decide, facts
from planlib.facts import Facts
from planlib.scenario.applied import Applied, applied
from planlib.scenario.changes import Change, read_changes
from planlib.scenario.kept import named
from planlib.scenario.marginal import marginal
from planlib.scenario.options import everything, fewest_dates, fewest_lost, from_the_bottom, most_value, situation
from planlib.scenario.recomputed import IMPOSSIBLE, known_on, named_in, start_of
from planlib.schedule import Money, Reason
from planlib.schedule.inputs import Inputs
from planlib.schedule.use import use
from planlib.schema import PlanError
from planlib.store import Book
from planlib.words import year_name

# The most value, then another way to bear it (the fewest dates moved, else the fewest actions lost, else the order of
# the ranking: the first of them that is not the same plan), then every action kept.
SECOND = ("dates", "few", "order")
OPTIONS = ("value", *SECOND, "all")
MONEY = ("source_id", "year", "before", "after", "used", "left", "short", "to_find")
FATES = ("lost", "added", "later", "earlier", "lighter", "kept")


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One way to take the change.

    plan : None when no plan of this sort holds every limit; `blocked` then says why.
    actions : one row an action of the plan without the change or of this one: action_id, fate (of FATES),
        start_before, start, finish_before, finish, freed (what a lost action was still to cost), why (a Reason).
    money : source_id, year, before, after (budgets), used, left, short (used beyond the budget), to_find (of it, what
        was not short without the change). days : role_id, to_find (days beyond what there is, over the plan).
    value : what the plan is worth; share : of the plan's without the change. same_as : the earlier option that is the
        same plan.
    more : what the smallest addition would let in.
    """

    name: str
    plan: decide.Plan | None
    actions: pd.DataFrame
    money: pd.DataFrame
    days: pd.DataFrame
    value: float
    share: float
    same_as: str | None = None
    more: Reason | None = None
    blocked: PlanError | None = None

    def of(self, *fates: str) -> pd.DataFrame:
        return self.actions[self.actions["fate"].isin(fates)]

    @property
    def percent(self) -> int:
        """The share as a whole percentage, which never says all when something is lost."""
        return 99 if 0.995 <= self.share < 1 - 1e-9 else round(100 * self.share)

    @property
    def to_find(self) -> float:
        """Money to find, over all sources and years."""
        return float(self.money["to_find"].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Council:
    """Three options for one change, against the published plan as it can still be kept without it.

    published : actions, dates and modes of that plan. late : actions of the stored plan that time alone leaves out.
    budgets : source_id, year, before, after of the budgets that change. said : each change in words.
    """

    client: str
    start: date
    today: date
    changes: tuple[Change, ...]
    said: tuple[Reason, ...]
    published: pd.DataFrame
    late: tuple[str, ...]
    value: float
    budgets: pd.DataFrame
    options: tuple[Option, ...]
    before: Facts
    scenario: Applied
    currency: str
    fiscal_start: str
    titles: dict[str, pd.Series]
    names: dict[str, dict[str, str]]

    def option(self, name: str) -> Option:
        """The option of that name, or of its number (1, 2, 3)."""
        known = [one.name for one in self.options]
        wanted = known[int(name) - 1] if name in [str(n + 1) for n in range(len(known))] else name
        if wanted not in known:
            raise PlanError("scenario.unknown_option", found=name, known=known)
        return self.options[known.index(wanted)]

    def money(self, amount: float) -> Money:
        return Money(round(amount, 2), self.currency)

    def sentences(self, option: Option, lang: str) -> list[str]:
        """One option in words: what it loses, delays and keeps, its money, and what it asks for."""
        return [reason.text(lang, self.names[lang]) for reason in self.reasons(option)]

    def reasons(self, option: Option) -> list[Reason]:
        """`sentences` before they are told."""
        if option.blocked is not None:
            return [Reason("scenario.option_blocked", {"why": option.blocked})]
        if option.same_as is not None:
            n = [one.name for one in self.options].index(option.same_as) + 1
            return [Reason("scenario.option_same", {"number": n})]
        counts = {fate: int((option.actions["fate"] == fate).sum()) for fate in FATES}
        freed = self.money(option.of("lost")["freed"].sum())
        said = [Reason("scenario.option_lost_none")]
        if counts["lost"]:
            said = [Reason("scenario.option_lost", {"n": counts["lost"], "freed": freed})]
        moved = {name: Reason(f"scenario.option_{name}", {"n": counts[name]})
                 for name in ("added", "later", "earlier", "lighter") if counts[name]}  # fmt: skip
        said += moved.values()
        said.append(Reason("scenario.option_kept", {"n": counts["kept"]}))
        said.append(Reason("scenario.option_value", {"share": Reason("scenario.percent", {"p": option.percent})}))
        for row in option.money[option.money["to_find"] > 0.005].itertuples():
            facts_ = {"amount": self.money(row.to_find), "source": row.source_id, "year": self.year(row.year)}
            said.append(Reason("scenario.option_short", facts_))
        for row in option.days.itertuples():
            said.append(Reason("scenario.option_days", {"n": round(row.to_find, 1), "role": row.role_id}))
        return [*said, option.more] if option.more is not None else said

    def year(self, year: int) -> str:
        return year_name(int(year), self.fiscal_start)

    def document(self, lang: str) -> list[dict]:
        """The options as plain values: `options` of `planlib what-if --json`."""
        return [
            {
                "option": one.name,
                "number": n,
                "title": Reason(f"scenario.title_{one.name}").text(lang),
                "same_as": one.same_as,
                "value": None if one.plan is None else round(one.value, 6),
                "value_share": None if one.plan is None else round(one.share, 6),
                "to_find": round(one.to_find, 2),
                "actions": [
                    {
                        "action_id": row.action_id,
                        "title": self.titles[lang].get(row.action_id),
                        "fate": row.fate,
                        "start_before": _day(row.start_before),
                        "start": _day(row.start),
                        "freed": None if row.fate != "lost" else round(row.freed, 2),
                        "why": row.why.text(lang, self.names[lang]) if isinstance(row.why, Reason) else None,
                    }
                    for row in one.actions.itertuples()
                ],
                "money": [
                    {
                        "source": row.source_id,
                        "year": int(row.year),
                        **{k: round(float(getattr(row, k)), 2) for k in MONEY[2:]},
                    }
                    for row in one.money.itertuples()
                ],
                "text": self.sentences(one, lang),
            }
            for n, one in enumerate(self.options, start=1)
        ]


def council(
    book: Book, changes: Mapping | Iterable | str, *, today: date | None = None, time_limit: float = 10.0
) -> Council:
    """Three options under the changes: the most value, the fewest dates changed, every action kept.

    In each, what is done, spent, signed or under way by `today` stays, and nothing else starts before it. Nothing is
    stored: `adopt` stores the one chosen.

    Raises
    ------
    PlanError
        A path or a value that means nothing here; no plan is stored yet.
    """
    start, _ = start_of(book, today)
    day = max(today or start, start)
    now = known_on(facts.read(book, today=day), day)
    chosen = now.schedule["chosen"].fillna(False).astype(bool)
    if not chosen.any():
        raise PlanError("scenario.no_plan_stored", client=book.client)
    if isinstance(changes, str) and "=" not in changes:
        changes = named(now, changes)
    read = read_changes(now, [changes] if isinstance(changes, str) else changes, since=day)
    then = applied(now, read, start, day)
    held = fewest_dates(situation(now, start, day, {}, time_limit))
    published = held.actions.loc[held.actions["chosen"].astype(bool), ["chosen", "mode", "start", "finish"]]
    at = situation(then.facts, start, day, then.forced, time_limit)
    worth = _worth(at.inputs, published)
    budgets = _budgets(now, then.facts)
    makers = {
        "value": lambda: most_value(at),
        "dates": lambda: fewest_dates(at),
        "few": lambda: fewest_lost(at),
        "order": lambda: from_the_bottom(at, published.index),
        "all": lambda: everything(at, published.index, now),
    }
    made: dict[str, Option] = {}
    for name in OPTIONS:
        if name in SECOND and any(other in made and made[other].same_as is None for other in SECOND):
            continue
        try:
            made[name] = _option(name, makers[name](), held, budgets, worth, list(made.values()))
        except PlanError as error:
            if not error.key.startswith(IMPOSSIBLE):
                raise
            made[name] = _blocked(name, error)
    tried = [name for name in SECOND if name in made]
    differs = [name for name in tried if made[name].same_as is None]
    for name in set(tried) - {(differs or tried)[0]}:
        made.pop(name)
    stored = now.schedule.index[chosen]
    done = now.status.index[now.status == "done"]
    titles, names = named_in(now)
    return Council(
        client=book.client,
        start=start,
        today=day,
        changes=read,
        said=then.said,
        published=published,
        late=tuple(stored.difference(published.index).difference(done)),
        value=worth,
        budgets=budgets[(budgets["before"] - budgets["after"]).abs() > 0.005].reset_index(drop=True),
        options=tuple(made.values()),
        before=now,
        scenario=then,
        currency=now.settings["currency"],
        fiscal_start=now.settings["fiscal_start"],
        titles=titles,
        names=names,
    )


def _budgets(now: Facts, then: Facts) -> pd.DataFrame:
    """Budgets before and under the changes: source_id, year, before, after."""
    sides = [known.budgets["amount"].rename(name) for known, name in ((now, "before"), (then, "after"))]
    table = pd.concat(sides, axis=1).reset_index().rename(columns={"fiscal_year": "year"})
    return table.astype({"year": "int64"}).fillna({"before": 0.0, "after": 0.0})


def _worth(inputs: Inputs, table: pd.DataFrame) -> float:
    """Value of the actions a table holds, each in its mode, as the problem counts it."""
    problem = inputs.problem
    if problem is None:
        return 0.0
    shares = problem.modes.set_index(["action_id", "mode"])["value_share"]
    values = problem.actions["value"]
    held = table[table["chosen"].astype(bool) & table.index.isin(values.index)]
    return float(sum(values[a] * shares.get((a, mode), 1.0) for a, mode in held["mode"].items()))


def _option(
    name: str, plan: decide.Plan, held: decide.Plan, budgets: pd.DataFrame, worth: float, earlier: list[Option]
) -> Option:
    """One plan against the one that can be kept without the change (`held`)."""
    published = held.actions[held.actions["chosen"].astype(bool)]
    actions = plan.actions
    kept = actions[actions["chosen"].astype(bool)]
    rows = [
        _fate(action, plan, published, kept, actions) for action in sorted({*published.index, *kept.index}, key=str)
    ]
    columns = ["action_id", "fate", "start_before", "start", "finish_before", "finish", "freed", "why"]
    table = pd.DataFrame(rows, columns=columns, dtype=object).astype({"freed": "float64"})
    for column in ("start_before", "start", "finish_before", "finish"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    order = table["fate"].map({fate: n for n, fate in enumerate(FATES)})
    table = table.assign(order=order).sort_values(["order", "start_before", "action_id"]).drop(columns="order")
    value = _worth(plan.inputs, kept)
    same = next((one.name for one in earlier if one.plan is not None and _same(one.plan, plan)), None)
    return Option(
        name=name,
        plan=plan,
        actions=table.reset_index(drop=True),
        money=_money(plan.schedule.use, held.schedule.use, budgets),
        days=_days(plan.schedule.use, held.schedule.use),
        value=value,
        share=value / worth if worth else 1.0,
        same_as=same,
        more=marginal(plan) if name == "value" else None,
    )


def _fate(action: str, plan: decide.Plan, published: pd.DataFrame, kept: pd.DataFrame, actions: pd.DataFrame) -> tuple:
    was = published.loc[action] if action in published.index else None
    now = kept.loc[action] if action in kept.index else None
    before = (None, None) if was is None else (was["start"], was["finish"])
    after = (None, None) if now is None else (now["start"], now["finish"])
    dates = (before[0], after[0], before[1], after[1])
    if now is None:
        why = actions["why_not"].get(action)
        return (action, "lost", *dates, _cost(plan, action, was), why if isinstance(why, Reason) else None)
    if was is None:
        return (action, "added", *dates, 0.0, None)
    moved = plan.schedule.moved
    said = moved.loc[(moved["action_id"] == action) & moved["change"].isin(["moved", "mode"]), "why"]
    why = said.iloc[0] if len(said) else None
    if now["mode"] != was["mode"]:
        return (action, "lighter", *dates, 0.0, why)
    if after == before:
        return (action, "kept", *dates, 0.0, None)
    return (action, "later" if (after[1], after[0]) > (before[1], before[0]) else "earlier", *dates, 0.0, why)


def _cost(plan: decide.Plan, action: str, was: pd.Series) -> float:
    """What a lost action was still to cost over the plan's years, in its published mode."""
    problem = plan.inputs.problem
    if action not in problem.actions.index:
        return 0.0
    one = pd.DataFrame([was], index=pd.Index([action]))
    with_it, without = (use(problem, table) for table in (one, one.assign(chosen=False)))
    return sum(
        sign * float(side.loc[side["source_id"].notna(), "used"].sum()) for sign, side in ((1, with_it), (-1, without))
    )


def _money(used: pd.DataFrame, without: pd.DataFrame, budgets: pd.DataFrame) -> pd.DataFrame:
    """What a plan uses of each budget of the plan's years, and what is left or short under the new amounts."""
    sides = [
        side[side["source_id"].notna()].astype({"period": "int64"}).set_index(["source_id", "period"])["used"]
        for side in (used, without)
    ]
    table = pd.concat(sides, axis=1, keys=["used", "without"]).fillna(0.0)
    table = table.rename_axis(["source_id", "year"]).reset_index()
    table = table.merge(budgets, on=["source_id", "year"], how="left").fillna({"before": 0.0, "after": 0.0})
    table["left"] = (table["after"] - table["used"]).clip(lower=0).round(2)
    table["short"] = (table["used"] - table["after"]).clip(lower=0).round(2)
    already = (table["without"] - table["before"]).clip(lower=0)
    table["to_find"] = (table["short"] - already).clip(lower=0).round(2)
    return table.sort_values(["source_id", "year"], ignore_index=True)[list(MONEY)]


def _days(used: pd.DataFrame, without: pd.DataFrame) -> pd.DataFrame:
    """Days of each role beyond those there are, that were not short without the change."""
    short = [
        (side["used"] - side["capacity"]).clip(lower=0).where(side["role_id"].notna()).groupby(side["role_id"]).sum()
        for side in (used, without)
    ]
    owed = (short[0] - short[1].reindex(short[0].index).fillna(0.0)).clip(lower=0)
    return owed[owed > 0.05].rename("to_find").rename_axis("role_id").reset_index()


def _same(one: decide.Plan, other: decide.Plan) -> bool:
    columns = ["chosen", "mode", "start", "finish"]
    sides = [plan.actions[columns].where(plan.actions["chosen"].astype(bool)).astype(object) for plan in (one, other)]
    return sides[0].fillna("").equals(sides[1].fillna(""))


def _blocked(name: str, error: PlanError) -> Option:
    none = pd.DataFrame(
        columns=["action_id", "fate", "start_before", "start", "finish_before", "finish", "freed", "why"]
    )
    money = pd.DataFrame(columns=list(MONEY))
    days = pd.DataFrame(columns=["role_id", "to_find"])
    return Option(name, None, none, money, days, float("nan"), float("nan"), blocked=error)


def _day(value) -> str | None:
    return None if value is None or pd.isna(value) else value.isoformat()[:10]
