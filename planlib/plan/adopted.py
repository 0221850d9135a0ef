"""The plan as the client adopts it, for one fiscal year's document: its tables, four figures and what they find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from planlib.facts import Facts, fiscal_start, titles
from planlib.plan.cards import indicator_cards
from planlib.plan.money import budget
from planlib.plan.rows import left_out, table
from planlib.plan.standing import visible
from planlib.schema import PlanError
from planlib.words import LANGS, money, month, year_name

# What a public plan may say was assumed: nothing on people's days or on how actions were valued.
PUBLIC_ASSUMED = (
    "assume.weeks", "assume.deadline_past", "assume.middle", "assume.cost_size", "assume.cost",
    "assume.no_source", "assume.source_unknown", "assume.other_currency", "assume.budget_unknown", "assume.no_budget",
    "assume.no_first_steps", "schedule.assumed_no_budget", "schedule.assumed_unused", "schedule.assumed_counted",
    "schedule.assumed_not_counted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A word of the workbook in both languages, an amount or a month, told in the reader's language."""

    fr: str
    en: str

    def text(self, lang: str) -> str:
        return self.fr if lang == "fr" else self.en


@dataclass(frozen=True, slots=True, eq=False)
class Adopted:
    """The plan of a document.

    rows : the plan's actions in its order (`plan.table`), with `published_start` and `published_finish` where a date
        published before is no longer the plan's, and `in_year` (at work in the year).
    axes : top order of the document: axis_id, number, title_fr, title_en, actions; '' for actions without an axis.
    cards : indicators with axis_id and collector_fr, collector_en.
    budgets : by source and fiscal year: used, available, over, left; money : the year's, by source; total : over all
        sources, one's excess set against another's rest.
    days : by role and month of the year: used, capacity (empty in public).
    outside : actions left out, with why (empty in public).
    assumed : pairs (action_id or None, sentence). figures : name -> (x, n), n None when it has no total.
    sentence and findings : told by their `text(lang)`.
    """

    year: int
    start: date
    end: date
    fiscal_start: str
    edition: str
    currency: str
    title: Told
    decision: dict | None
    rows: pd.DataFrame
    axes: pd.DataFrame
    cards: pd.DataFrame
    budgets: pd.DataFrame
    money: pd.DataFrame
    total: pd.Series
    days: pd.DataFrame
    outside: pd.DataFrame
    assumed: tuple
    figures: dict[str, tuple[float | None, float | None]]
    sentence: PlanError
    findings: dict[str, PlanError]


def adopted(
    facts: Facts, year: int, *, edition: str = "public", use: pd.DataFrame | None = None, assumed: tuple = ()
) -> Adopted:
    """The plan as a document of fiscal year `year`.

    Parameters
    ----------
    facts : Facts
    year : int
        The fiscal year, named by the year it starts in, that the calendar, the money and the load show.
    edition : "public", "internal" or "firm"
        Public: no internal row or field: no days of work, no ranks, no assumption about them, nothing left out.
    use : DataFrame, optional
        What the stored plan uses (`schedule.use.of_stored`); without it, money is what actions state for the year,
        and days are not known.
    assumed : tuple of (action_id or None, sentence)
        What was assumed to plan; each sentence has `key` and `text(lang, names)`.

    Raises
    ------
    PlanError
        An unknown edition; no action in the plan.
    """
    start = facts.settings["fiscal_start"]
    first, last = fiscal_start(year, start), fiscal_start(year + 1, start) - timedelta(days=1)
    rows = table(facts, edition)
    if rows.empty:
        raise PlanError("adopted.no_action", client=facts.book.client)
    rows = rows.join(_published(facts, rows))
    rows["in_year"] = (rows["start"] <= pd.Timestamp(last)) & (rows["finish"] >= pd.Timestamp(first))
    budgets = _money(facts, use, edition)
    spent = budgets[budgets["year"] == year].set_index("source_id")
    days = _days(facts, use, first, edition)
    cards = indicator_cards(facts, edition)
    cards["axis_id"] = _axis_of_cards(facts, cards)
    for lang in LANGS:  # a collector is named as a post or by its id; other words stay as written
        posts = titles(facts.posts, lang)
        called = {**dict(zip(facts.posts["title"], posts, strict=True)), **posts}
        cards[f"collector_{lang}"] = [called.get(name, name) for name in cards["collector"]]
    outside = left_out(facts, edition) if edition != "public" else left_out(facts, edition).iloc[:0]
    axes = _axes(facts, rows, edition)
    public = edition == "public"
    plans = facts.plans.reindex(facts.actions.loc[rows.index, "plan_id"].dropna().unique()).dropna(subset=["title"])
    return Adopted(
        year=year,
        start=first,
        end=last,
        fiscal_start=start,
        edition=edition,
        currency=facts.settings["currency"],
        title=_title(plans, year, start),
        decision=_decision(facts, last, edition),
        rows=rows,
        axes=axes,
        cards=cards,
        budgets=budgets,
        money=spent,
        total=_total(spent),
        days=days,
        outside=outside,
        assumed=tuple(pair for pair in assumed if not public or pair[1].key in PUBLIC_ASSUMED),
        figures=_figures(rows, cards, spent),
        sentence=_sentence(rows, axes, first, last, year_name(year, start)),
        findings={
            "calendar": _of_calendar(rows, first, last, year_name(year, start)),
            "money": _of_money(spent, facts.settings["currency"], year_name(year, start)),
            "days": _of_days(days),
        },
    )


def _published(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """Dates published before, where the plan has others now."""
    found = facts.actions.loc[rows.index, ["published_start", "published_finish"]].copy()
    same = (found["published_start"] == rows["start"]) & (found["published_finish"] == rows["finish"])
    found.loc[same | found.isna().any(axis=1)] = pd.NaT
    return found


def _money(facts: Facts, use: pd.DataFrame | None, edition: str) -> pd.DataFrame:
    """Money by source and fiscal year: used by the plan, available, over (used beyond it), left."""
    sources = visible(facts.sources, "source", edition)
    if use is not None:
        rows = use[use["source_id"].notna() & ((use["used"] > 0) | (use["capacity"] > 0))]
        found = pd.DataFrame({"source_id": rows["source_id"], "year": rows["period"].astype("int64")})
        found["used"], found["available"] = rows["used"], rows["capacity"]
    else:
        rows = budget(facts, edition)
        rows = rows[rows["fiscal_year"].notna() & rows["source_id"].notna()]
        found = pd.DataFrame({"source_id": rows["source_id"], "year": rows["fiscal_year"].astype("int64")})
        found["used"], found["available"] = rows["planned_high"], rows["budget"]
    found["over"] = (found["used"] - found["available"]).clip(lower=0)
    found["left"] = (found["available"] - found["used"]).clip(lower=0)
    found["status"] = found["source_id"].map(sources["status"])
    for lang in LANGS:
        found[f"title_{lang}"] = found["source_id"].map(titles(sources, lang)).fillna(found["source_id"])
    return found.sort_values(["source_id", "year"], ignore_index=True)


def _total(spent: pd.DataFrame) -> pd.Series:
    used, available = (spent[name].sum(skipna=False) for name in ("used", "available"))
    left = available - used
    return pd.Series({"used": used, "available": available, "over": max(-left, 0.0), "left": max(left, 0.0)})


def _days(facts: Facts, use: pd.DataFrame | None, first: date, edition: str) -> pd.DataFrame:
    """Days by role and month of the year."""
    columns = ["role_id", "period", "used", "capacity"]
    if use is None or edition == "public":
        return pd.DataFrame(columns=[*columns, "title_fr", "title_en"]).astype({"used": float, "capacity": float})
    months = {str(pd.Period(first, "M") + n) for n in range(12)}
    found = use.loc[use["role_id"].notna() & use["period"].isin(months), columns].reset_index(drop=True)
    busy = found["role_id"].map(found.groupby("role_id")["used"].sum()) > 0
    found = found[busy].reset_index(drop=True)
    for lang in LANGS:
        found[f"title_{lang}"] = found["role_id"].map(titles(facts.roles, lang)).fillna(found["role_id"])
    return found


def _axis_of_cards(facts: Facts, cards: pd.DataFrame) -> pd.Series:
    """The axis an indicator belongs to: its action's, else its objective's."""
    by_objective = facts.objectives["axis_id"]
    actions = facts.actions
    of_objective = actions["objective_id"].map(by_objective).astype(actions["axis_id"].dtype)
    of_action = actions["axis_id"].fillna(of_objective)
    return cards["action_id"].map(of_action).fillna(cards["objective_id"].map(by_objective))


def _axes(facts: Facts, rows: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Axes in the order of the plan, with how many actions each holds."""
    order = rows["axis_id"].fillna("").drop_duplicates().tolist()
    axes = visible(facts.axes, "axis", edition).reindex(order)
    found = pd.DataFrame({"number": axes["number"]}, index=pd.Index(order, name="axis_id"))
    for lang in LANGS:
        found[f"title_{lang}"] = titles(axes, lang).fillna(pd.Series(order, index=found.index))
    found["actions"] = rows["axis_id"].fillna("").value_counts().reindex(order).astype(int)
    return found


def _title(plans: pd.DataFrame, year: int, start: str) -> Told:
    """The plan's own title; several plans, or none, go by the year."""
    if len(plans) == 1:
        return Told(*(titles(plans, lang).iloc[0] for lang in ("fr", "en")))
    year = year_name(year, start)
    return Told(*(PlanError("adopted.title", year=year).text(lang) for lang in ("fr", "en")))


def _decision(facts: Facts, last: date, edition: str) -> dict | None:
    """The decision that adopted the plan: the last one by the year's end that names a version."""
    found = visible(facts.decisions, "decision", edition)
    found = found[found["version"].notna() & found["date"].notna() & found["body"].notna()]
    found = found[found["date"] <= pd.Timestamp(last)]
    if found.empty:
        return None
    made = found.sort_values("date", kind="stable").iloc[-1]
    return {"body": made["body"], "day": made["date"].date(), "number": made["number"], "version": made["version"]}


def _figures(rows: pd.DataFrame, cards: pd.DataFrame, spent: pd.DataFrame) -> dict[str, tuple]:
    ready = int((cards["missing"].map(len) == 0).sum()) if len(cards) else 0
    known = len(spent) and spent["available"].notna().all()
    return {
        "in_year": (int(rows["in_year"].sum()), len(rows)),
        "owners": (int(rows["owner_fr"].notna().sum()), len(rows)),
        "money": (
            float(spent["used"].sum()) if len(spent) else None,
            float(spent["available"].sum()) if known else None,
        ),
        "indicators": (ready, len(cards)),
    }


def _sum(amounts: pd.Series) -> float | None:
    return float(amounts.sum()) if len(amounts) else None


def _sentence(rows: pd.DataFrame, axes: pd.DataFrame, first: date, last: date, year: str) -> PlanError:
    n = int((axes.index != "").sum())
    starts = int(rows["start"].between(pd.Timestamp(first), pd.Timestamp(last)).sum())
    return PlanError("adopted.sentence", n=len(rows), axes=PlanError("adopted.axes", n=n), starts=starts, year=year)


def _of_calendar(rows: pd.DataFrame, first: date, last: date, year: str) -> PlanError:
    begins = rows["start"].between(pd.Timestamp(first), pd.Timestamp(last))
    steps = int((begins & rows["first_step_of"].notna()).sum())
    facts = {"n": int(begins.sum()), "of": len(rows), "year": year}
    if not steps:
        return PlanError("adopted.found_calendar", **facts)
    return PlanError("adopted.found_calendar_steps", **facts, steps=PlanError("adopted.steps", n=steps))


def _of_money(spent: pd.DataFrame, currency: str, year: str) -> PlanError:
    if spent.empty or spent["available"].isna().any():
        return PlanError("adopted.found_money_unknown", year=year)
    sums = {name: _amount(float(spent[name].sum()), currency) for name in ("used", "available")}
    over = spent[spent["over"] > 0.005]
    if len(over):
        worst = over.loc[over["over"].idxmax()]
        source = Told(worst["title_fr"], worst["title_en"])
        by = _amount(float(worst["over"]), currency)
        return PlanError("adopted.found_money_over", year=year, source=source, by=by, **sums)
    return PlanError("adopted.found_money", year=year, **sums)


def _of_days(days: pd.DataFrame) -> PlanError:
    """The role and month at which the load is heaviest, and whether it goes beyond what there is."""
    if days.empty:
        return PlanError("adopted.found_days_unknown")
    over = days[days["used"] > days["capacity"] + 0.05]
    excess = (days["used"] - days["capacity"]).where(days.index.isin(over.index))
    share = days["used"] / days["capacity"].where(days["capacity"] > 0)
    worst = days.loc[excess.idxmax() if len(over) else share.idxmax() if share.notna().any() else days["used"].idxmax()]
    facts = {
        "role": Told(worst["title_fr"], worst["title_en"]),
        "month": Told(*(month(pd.Period(worst["period"]).start_time, lang) for lang in ("fr", "en"))),
        "used": round(float(worst["used"]), 1),
        "capacity": round(float(worst["capacity"]), 1),
    }
    if len(over):
        return PlanError("adopted.found_days_over", n=len(over), **facts)
    return PlanError("adopted.found_days", **facts)


def _amount(amount: float, currency: str) -> Told:
    return Told(*(money(round(amount, 2), lang, currency) for lang in ("fr", "en")))
