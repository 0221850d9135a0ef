"""The plan's tables as the sheets show them: titles in one language, codes and figures as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib import plan
from planlib.facts import Facts, titles
from planlib.office import spec
from planlib.schedule import stored
from planlib.schema import PlanError
from planlib.words import listing, word, year_name


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet ready to write: its fields, a table with a column for each, and each row's key and currency."""

    sheet: spec.Sheet
    fields: tuple[spec.Field, ...]
    rows: pd.DataFrame
    keys: tuple[str, ...]
    currencies: tuple[str | None, ...]


def pages(facts: Facts, lang: str, *, owner: str | None = None, edition: str = "internal") -> list[Page]:
    """The sheets of the plan's workbook, or the one sheet of an owner (a post_id or the owner's name)."""
    rows = plan.table(facts, edition)
    if owner is not None:
        rows = rows[of_owner(rows, owner, lang)]
        return [_page(spec.PLAN, _plan(rows, lang), edition)]
    found = [_page(spec.PLAN, _plan(rows, lang), edition), _page(spec.DETAILS, _details(facts, rows, lang), edition)]
    for sheet, make in (
        (spec.BUDGET, _budget),
        (spec.OWNERS, _owners),
        (spec.LOAD, _load),
        (spec.INDICATORS, _indicators),
        (spec.LEFT_OUT, _left_out),
    ):
        if edition == "public" and spec.NOT_PUBLIC.get(sheet.name, set()) is None:
            continue
        table = make(facts, lang, edition)
        if len(table):
            found.append(_page(sheet, table, edition))
    return found


def ready(facts: Facts, owners: list[str], lang: str) -> None:
    """Refuse before anything is written: a plan without actions, or somebody who owns none of them."""
    rows = plan.table(facts)
    if rows.empty:
        raise PlanError("office.no_action", client=facts.book.client)
    for owner in owners:
        of_owner(rows, owner, lang)


def of_owner(rows: pd.DataFrame, owner: str, lang: str) -> pd.Series:
    """Which rows are an owner's; PlanError lists the owners when none is."""
    wanted = owner.casefold()
    names = [rows["post_id"], rows["owner_fr"], rows["owner_en"]]
    mine = pd.concat([column.str.casefold() == wanted for column in names], axis=1).fillna(False).any(axis=1)
    if not mine.any():
        known = sorted(set(rows["post_id"].fillna(rows[f"owner_{lang}"]).dropna()))
        raise PlanError("office.unknown_owner", found=owner, known=known)
    return mine


def head(field: spec.Field, lang: str) -> str:
    """A column's header, in the client's own word where it has one."""
    return word(field.head, lang)


def _page(sheet: spec.Sheet, table: pd.DataFrame, edition: str) -> Page:
    hidden = spec.NOT_PUBLIC.get(sheet.name, set()) if edition == "public" else set()
    fields = []
    for field in sheet.fields:
        if field.name in hidden or (field.name in spec.IF_ANY and table[field.name].isna().all()):
            continue
        fields.append(field)
    currencies = table[sheet.currency] if sheet.currency else [None] * len(table)
    shown = table[[field.name for field in fields]].reset_index(drop=True)
    return Page(sheet, tuple(fields), shown, tuple(map(str, table.index)), tuple(currencies))


def _plan(rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    table = rows.reset_index()
    table["axis"] = _numbered(rows, "axis", lang).to_numpy()
    table["number"] = table["number"].where(table["number"] != table["action_id"])
    for name in ("title", "owner"):
        table[name] = table[f"{name}_{lang}"]
    return _complete(spec.PLAN, table).set_index(rows.index)


def _numbered(rows: pd.DataFrame, kind: str, lang: str) -> pd.Series:
    title, number = rows[f"{kind}_{lang}"].astype("str"), rows[f"{kind}_number"].astype("str")
    return number.str.cat(title, sep=" ").fillna(title)


def _details(facts: Facts, rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    table = rows.reset_index()
    table["objective"] = _numbered(rows, "objective", lang).to_numpy()
    for name in ("title", "partners", "sources"):
        table[name] = table[f"{name}_{lang}"]
    cards = titles(facts.indicators, lang)
    table["indicators"] = [_titles_of(ids, cards) for ids in rows["indicators"]]
    table["first_steps"] = [_titles_of(ids, rows[f"title_{lang}"]) for ids in rows["first_steps"]]
    return _complete(spec.DETAILS, table).set_index(rows.index)


def _titles_of(ids, named: pd.Series) -> str | None:
    return None if pd.isna(ids) else "\n".join(f"{one} {named.get(one, '')}".strip() for one in ids.split())


def _budget(facts: Facts, lang: str, edition: str) -> pd.DataFrame:
    table = plan.budget(facts, edition)
    table["unknown"] += table["budget"].isna()
    sums = table.groupby(["fiscal_year", "currency"], dropna=False, as_index=False).agg(
        budget=("budget", _known_sum), planned_low=("planned_low", "sum"), planned_high=("planned_high", "sum"),
        unknown=("unknown", "sum"), spent=("spent", _known_sum), sources=("budget", "size"),
    )  # fmt: skip
    sums["source"] = word("office.all_sources", lang)
    sums["left"] = (sums["budget"] - sums["planned_high"]).where(sums["unknown"] == 0)
    table["source"] = table[f"source_{lang}"].fillna(word("office.no_source", lang))
    table = pd.concat([table, sums[sums["sources"] > 1]], ignore_index=True)
    start = facts.settings["fiscal_start"]
    table["year"] = [
        word("office.no_year", lang) if pd.isna(year) else year_name(int(year), start) for year in table["fiscal_year"]
    ]
    return table


def _known_sum(parts: pd.Series) -> float:
    """Sum of what is known, blank when nothing is; how many are not stands beside it."""
    return parts.sum(min_count=1)


def _owners(facts: Facts, lang: str, edition: str) -> pd.DataFrame:
    table = plan.load(facts, edition=edition).owners
    table["owner"] = table[f"owner_{lang}"].fillna(word("office.nobody", lang))
    people = facts.posts["person_id"].map(facts.people["name"])
    table["held_by"] = people.reindex(table.index).to_numpy()
    table["effort_days"] = table["effort_days"].round(1)
    return table


def _load(facts: Facts, lang: str, edition: str) -> pd.DataFrame:
    table = plan.load(facts, edition=edition).roles.reset_index()
    names = titles(facts.roles, lang)
    table["role"] = table["role_id"].map(names).fillna(table["role_id"])
    start = facts.settings["fiscal_start"]
    table["period"] = [
        word("office.quarter", lang, quarter=period[-1], year=year_name(int(period[:4]), start))
        for period in table["period"]
    ]
    table["left"] = (table["capacity"] - table["used"]).round(1).where(table["unknown"] == 0)
    for name in ("used", "capacity"):
        table[name] = table[name].round(1)
    return table


def _indicators(facts: Facts, lang: str, edition: str) -> pd.DataFrame:
    cards = plan.indicator_cards(facts, edition)
    table = cards.reset_index()
    table["title"] = table[f"title_{lang}"]
    actions = titles(facts.actions, lang)
    objectives = titles(facts.objectives, lang)
    named = [
        f"{action} {actions.get(action, '')}" if not pd.isna(action) else objectives.get(objective)
        for action, objective in zip(table["action_id"], table["objective_id"], strict=True)
    ]
    table["of"] = named
    table["missing"] = [
        None if not lacks else listing([word(f"office.lacks_{name}", lang) for name in lacks], lang)
        for lacks in table["missing"]
    ]
    return table.set_index(cards.index)


def _left_out(facts: Facts, lang: str, edition: str) -> pd.DataFrame:
    rows = plan.left_out(facts, edition)
    table = rows.reset_index()
    table["axis"] = _numbered(rows, "axis", lang).to_numpy()
    for name in ("title", "owner"):
        table[name] = table[f"{name}_{lang}"]
    names = {key: title for of in (facts.roles, facts.sources, facts.axes) for key, title in titles(of, lang).items()}
    table["why_not"] = [
        (word(f"reason.{reason}", lang) if not pd.isna(reason) else None)
        if pd.isna(why)
        else stored.unpack(why).text(lang, names)
        for why, reason in zip(table["why_not"], table["reason"], strict=True)
    ]
    return table.set_index(rows.index)


def _complete(sheet: spec.Sheet, table: pd.DataFrame) -> pd.DataFrame:
    """The table with every column of the sheet, those that the edition does not have left blank."""
    for field in sheet.fields:
        if field.name not in table:
            table[field.name] = None
    return table


def day_of(facts: Facts) -> date | None:
    """The day of the facts as a date."""
    return None if facts.as_of is None else pd.Timestamp(facts.as_of).date()
