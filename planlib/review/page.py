"""Page one: four figures with last year's, where the strategy stands, the three decisions to take."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from planlib import facts
from planlib.facts import Facts
from planlib.review.indicators import measured
from planlib.review.next_year import proposed
from planlib.review.said import Amount, Said, Written, as_written, said
from planlib.review.state import State, visible
from planlib.words import year_name

# Where the strategy stands. Moving: done, ongoing, or under way on plan. The shares are of the plan's actions.
HOLDS, HOLDS_IN_PART = 2 / 3, 1 / 3
CONTEXT = ("context", "irrelevant")  # reasons that question the strategy itself
QUESTIONED = 1 / 3  # of the reasons given
ORDER = ("drop", "reassign", "reduce", "split", "postpone", "continue")
FREES = ("drop", "postpone")
DECISIONS = 3
# 14 000 $, whatever its spaces, and $14,000
BARE_AMOUNT = re.compile(r"\d{1,3}(?:\s?\d{3})*\s*\$|\$\s?(?:\d{1,3}(?:,\d{3})+|\d+)")


@dataclass(frozen=True, slots=True)
class Figure:
    """`x` of `n`, `unknown` without news; None is not known, never zero. `unit` is 'count' or a currency."""

    name: str
    x: float | None
    n: float | None
    unknown: int
    last_x: float | None
    last_n: float | None
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to decide, what it costs and what it frees, and the actions it is about."""

    what: Said | Written
    costs: Said | Amount | Written
    frees: Said | Amount | Written
    actions: tuple[str, ...]

    def document(self, lang: str) -> dict:
        told = {name: getattr(self, name).text(lang) for name in ("what", "costs", "frees")}
        return told | {"actions": list(self.actions)}


def figures(
    now: Facts, state: State, last: State, cards: pd.DataFrame, money: pd.DataFrame, edition: str
) -> tuple[Figure, ...]:
    """Actions done, under way and on plan, money used, indicators at target, with last year's where they are known:
    a figure that all of last year's rows are silent on is not known."""
    here, before = _counts(now, state, cards, money), {}
    if len(last.actions) and last.actions["has_news"].any():
        before = _counts(now, last, measured(now, last, edition), money_used(now, last.year, last))
    before = {name: found for name, found in before.items() if found[1] and found[2] < found[1]}
    return tuple(
        Figure(name, x, n, unknown, *before.get(name, (None, None))[:2], unit)
        for name, (x, n, unknown, unit) in here.items()
    )


def _counts(now: Facts, state: State, cards: pd.DataFrame, money: pd.DataFrame) -> dict[str, tuple]:
    """x, n, how many are without news, and the unit, of each figure of a year."""
    actions = state.actions
    under_way = actions[actions["status"] == "under_way"]
    if not state.entered_later:
        cards = cards[cards.index.isin(state.indicator_ids) | cards["actual"].notna()]
    main = money.iloc[0] if len(money) else None
    return {
        "done": (int((actions["status"] == "done").sum()), len(actions), int((~actions["has_news"]).sum()), "count"),
        "on_plan": (
            int((under_way["health"] == "on_plan").sum()),
            len(under_way),
            int((under_way["health"] == "no_update").sum()),
            "count",
        ),
        "money": (None, None, 0, str(now.settings["currency"]))
        if main is None
        else (_known(main["used"]), _known(main["budget"]), int(main["unknown"]), str(main.name)),
        "indicators": (
            int((cards["state"] == "reached").sum()) if len(cards) else None,
            len(cards) if len(cards) else None,
            int((cards["state"] == "not_measured").sum()),
            "count",
        ),
    }


def money_used(now: Facts, year: int, state: State) -> pd.DataFrame:
    """Money of the year by currency, the client's first: `used`, `budget`, and `unknown`, the sources with a budget
    and no spending known, plus the spending rows without an amount. A source only asked for or to find is no budget.
    """
    spending = now.spending
    paid = spending["paid"].between(pd.Timestamp(state.start), pd.Timestamp(state.end))
    spent = spending[
        (spending["fiscal_year"] == year).fillna(False).astype(bool) | (spending["fiscal_year"].isna() & paid)
    ]
    budgets = now.budgets
    budgets = budgets[budgets.index.get_level_values("fiscal_year") == year].reset_index("fiscal_year", drop=True)
    standing = now.sources["status"].reindex(budgets.index)
    budgets = budgets[standing.isna() | (standing == "confirmed")]
    own = now.settings["currency"]
    of_spent, of_budget = spent["currency"].fillna(own), budgets["currency"].fillna(own)
    index = pd.Index(sorted({*of_spent, *of_budget}, key=lambda found: (found != own, found)), name="currency")
    table = pd.DataFrame(index=index)
    table["used"] = spent["amount"].groupby(of_spent).sum(min_count=1).reindex(index)
    table["budget"] = budgets["amount"].groupby(of_budget).sum(min_count=1).reindex(index)
    silent = ~budgets.index.isin(spent.loc[spent["amount"].notna(), "source_id"])
    if spent["source_id"].isna().all():  # spending is not kept by source: no source can be called silent
        silent = silent & spent.empty
    blank = spent["amount"].isna().groupby(of_spent).sum().reindex(index).fillna(0)
    silent_of = pd.Series(silent, index=budgets.index, dtype=int).groupby(of_budget).sum().reindex(index).fillna(0)
    table["unknown"] = (blank + silent_of).astype(int)
    return table


def strategy(actions: pd.DataFrame, by_axis: pd.DataFrame, by_reason: pd.DataFrame) -> Said:
    """The one sentence: does the strategy hold?

    Without news of more than half of the actions, nobody can say. It is in question when a third of the reasons
    given are a changed context or a lost relevance, and less than two thirds of the plan moves. Else it holds
    (two thirds move), holds in part (one third), or is stalled. Moving: done, ongoing, or under way on plan.
    """
    n = len(actions)
    moving = int((actions["status"].isin(["done", "ongoing"]) | (actions["health"] == "on_plan")).sum())
    quiet = int((~actions["has_news"]).sum())
    given = int(by_reason["n"].sum())
    doubt = int(by_reason.loc[list(CONTEXT), "n"].sum())
    ends = said("review.strategy_ends", axes=_ends(by_axis), reason=_main_reason(by_reason))
    if quiet * 2 > n:
        return said("review.strategy_silent", n=quiet, of=n, moving=moving)
    if given and doubt >= QUESTIONED * given and moving < HOLDS * n:
        return said("review.strategy_questioned", n=doubt, of=given, moving=moving, plan=n, ends=_ends(by_axis))
    verdict = "holds" if moving >= HOLDS * n else "partly" if moving >= HOLDS_IN_PART * n else "stalled"
    return said(f"review.strategy_{verdict}", n=moving, of=n, ends=ends)


def _ends(by_axis: pd.DataFrame) -> Said | str:
    """The axes furthest ahead and behind by the share of their actions that move; one that shares its place is not
    named."""
    named = by_axis[(by_axis.index != "") & (by_axis["promised"] > 0)]
    share = (named["done"] + named["ongoing"] + named["on_plan"]) / named["promised"]
    alone = {}
    for name, place in (("best", share.max()), ("worst", share.min())):
        there = named[share == place]
        if len(there) == 1 and len(named) > 1:
            alone[name] = as_written(*there.iloc[0][["title_fr", "title_en"]])
    if not alone:
        return ""
    return said("review.strategy_axes" if len(alone) == 2 else f"review.strategy_{next(iter(alone))}", **alone)


def _main_reason(by_reason: pd.DataFrame) -> Said | str:
    """The reason given most often; nothing when two share the first place."""
    top = by_reason["n"].max()
    if not top or (by_reason["n"] == top).sum() > 1:
        return ""
    reason = by_reason["n"].idxmax()
    return said("review.strategy_reason", reason=said(f"review.the_{reason}"), k=int(top), of=int(by_reason["n"].sum()))


def decisions(now: Facts, not_done: pd.DataFrame, year: int, fiscal_start: str, edition: str) -> tuple[Decision, ...]:
    """At most three: those written down for the year first, then those the tables call for.

    Called for: what to do with actions not done on which nothing is decided; then each decision proposed, the one
    that weighs most days first, then money, then actions.
    """
    coming = year_name(year + 1, fiscal_start)
    currency = now.settings["currency"]
    found = [_written(row, currency) for row in facts.rows(_asked(now, year, edition))]
    if len(found) >= DECISIONS:
        return tuple(found[:DECISIONS])
    rows = not_done[["status", "effort_days", "next_low", "next_high", "money"]]
    decision = proposed(not_done)
    if decision.isna().any():
        found.append(_called_for("undecided", rows[decision.isna()], coming))
    choice = decision[(rows["status"] != "dropped") | (decision != "drop")]  # what is dropped already is none
    weighed = [(name, rows.loc[choice.index[choice == name]]) for name in ORDER if (choice == name).any()]
    weighed.sort(key=lambda pair: (-pair[1]["effort_days"].sum(), -pair[1]["next_high"].sum(), -len(pair[1])))
    called = weighed[: DECISIONS - len(found)]
    return (*found, *(_called_for(name, group, coming) for name, group in called))


def _asked(now: Facts, year: int, edition: str) -> pd.DataFrame:
    """Decisions written down for the year that name no version of the plan, and have words."""
    table = visible(now.decisions, "decision", edition)
    words = table[["text", "text_fr", "text_en"]].notna().any(axis=1)
    return table[words & table["version"].isna() & (table["fiscal_year"] == year).fillna(False).astype(bool)]


def _written(row, currency: str) -> Decision:
    """A decision as written; a bare amount is told as the reader's language writes money."""

    def told(text) -> Said | Amount | Written:
        if not isinstance(text, str):
            return said("review.not_known")
        amount = BARE_AMOUNT.fullmatch(text.strip())
        if not amount:
            return as_written(text)
        value = float(re.sub(r"\D", "", amount[0]))
        return Amount(value, value, currency)

    fr, en = (text if isinstance(text, str) else row.text for text in (row.text_fr, row.text_en))
    return Decision(as_written(fr, en), told(row.costs), told(row.frees), ())


def _called_for(name: str, group: pd.DataFrame, coming: str) -> Decision:
    actions = tuple(group.index)
    what = said(f"review.decide_{name}", n=len(group), next=coming)
    weight = _weight(group)
    nothing = said("review.nothing")
    if name in FREES:
        return Decision(what, said(f"review.costs_{name}"), weight, actions)
    frees = said(f"review.frees_{name}") if name != "continue" else nothing
    return Decision(what, weight, frees, actions)


def _weight(group: pd.DataFrame) -> Said:
    """Days and money of a group as known, and of how many actions nothing is known."""
    parts = []
    if group["effort_days"].notna().any():
        parts.append(said("review.days", n=float(group["effort_days"].sum())))
    for currency, priced in group[group["next_high"].notna()].groupby("money"):
        parts.append(Amount(priced["next_low"].sum(), priced["next_high"].sum(), currency))
    if not parts:
        return said("review.not_known")
    measures = [name for name in ("effort_days", "next_high") if group[name].notna().any()]
    blank = int(group[measures].isna().any(axis=1).sum())
    told = said("review.both", parts=parts)
    return said("review.with_unknown", told=told, n=blank) if blank else told


def _known(value) -> float | None:
    return None if pd.isna(value) else float(value)
