"""What the plan costs by source and fiscal year, beside the budgets and what was spent."""

from __future__ import annotations

import pandas as pd

from planlib.facts import Facts, titles
from planlib.plan.standing import in_plan, standing, visible
from planlib.words import LANGS


def costs(facts: Facts, edition: str = "internal") -> pd.DataFrame:
    """What each action costs, one row for each action, source and fiscal year, as the workbook states it.

    Returns
    -------
    DataFrame
        action_id, source_id, fiscal_year (blank when not stated), low, high (units of currency), currency, nature,
        basis: 'stated', 'size' (read with the client's legend), 'unknown'. Every action has at least one row.
    """
    given = visible(facts.costs, "cost", edition).reset_index()
    own = facts.actions.loc[~facts.actions.index.isin(given["action_id"])].reset_index()
    own = own.rename(columns={"cost_low": "amount_low", "cost_high": "amount_high"})
    own = own[["action_id", "amount_low", "amount_high", "currency", "cost_size"]]
    columns = ["action_id", "source_id", "fiscal_year", "amount_low", "amount_high", "currency", "cost_size", "nature"]
    found = pd.DataFrame(
        {name: pd.concat([given[name], own.get(name, _blank(own))], ignore_index=True) for name in columns}
    )
    legend = {"$" * n: facts.settings[f"amount_{n}"] for n in (1, 2, 3)}
    sized = found["cost_size"].map(legend).astype("float64")
    stated = found["amount_low"].notna() | found["amount_high"].notna()
    low = found["amount_low"].fillna(found["amount_high"]).fillna(sized)
    high = found["amount_high"].fillna(found["amount_low"]).fillna(sized)
    found["low"], found["high"] = low, high
    found["basis"] = pd.Series("unknown", index=found.index).mask(sized.notna(), "size").mask(stated, "stated")
    found["fiscal_year"] = found["fiscal_year"].astype("Int64")
    found["currency"] = found["currency"].astype("str").fillna(facts.settings["currency"])
    found = found[["action_id", "source_id", "fiscal_year", "low", "high", "currency", "nature", "basis"]]
    return found.sort_values(["action_id", "fiscal_year", "source_id"], ignore_index=True, na_position="last")


def budget(facts: Facts, edition: str = "internal") -> pd.DataFrame:
    """Budget, cost of the plan and spending by source, fiscal year and currency.

    Returns
    -------
    DataFrame
        source_id (blank: no source named), source_fr, source_en, status, fiscal_year (blank: no year named),
        currency, budget, planned_low, planned_high (sums of what is known), actions, unknown (costs not known),
        spent, left (budget less planned_high; blank when a cost or the budget is unknown).
        Sources in the order of their ids, then years.
    """
    keys = ["source_id", "fiscal_year", "currency"]
    inside = in_plan(facts, standing(facts))
    bills = costs(facts, edition)
    bills = bills[bills["action_id"].isin(visible(facts.actions[inside], "action", edition).index)]
    bills = bills.assign(unknown=bills["high"].isna())
    planned = bills.groupby(keys, dropna=False).agg(
        planned_low=("low", "sum"), planned_high=("high", "sum"), actions=("action_id", "nunique"),
        unknown=("unknown", "sum"),
    )  # fmt: skip
    parts = [planned]
    for name, kind, rows in (("budget", "budget", facts.budgets), ("spent", "spending", facts.spending)):
        rows = visible(rows, kind, edition).reset_index()
        if name == "spent":
            rows = rows[rows["committed"].isna()]
        rows["currency"] = rows["currency"].astype("str").fillna(facts.settings["currency"])
        rows["fiscal_year"] = rows["fiscal_year"].astype("Int64")
        parts.append(rows.groupby(keys, dropna=False)["amount"].agg(_whole_sum).rename(name))
    found = pd.concat(parts, axis=1).reset_index()
    found["fiscal_year"] = found["fiscal_year"].astype("Int64")
    for name in ("planned_low", "planned_high", "actions", "unknown"):
        found[name] = found[name].fillna(0)  # a budget that no action of the plan draws on
    for name in ("actions", "unknown"):
        found[name] = found[name].astype("int64")
    found["left"] = (found["budget"] - found["planned_high"]).where(found["unknown"] == 0)
    sources = visible(facts.sources, "source", edition)
    found["status"] = sources["status"].reindex(found["source_id"]).to_numpy()
    for lang in LANGS:
        found[f"source_{lang}"] = titles(sources, lang).reindex(found["source_id"]).to_numpy()
        found[f"source_{lang}"] = found[f"source_{lang}"].fillna(found["source_id"])
    return found.sort_values(keys, ignore_index=True, na_position="last")


def _whole_sum(parts: pd.Series) -> float:
    return parts.sum(skipna=False)


def _blank(like: pd.DataFrame) -> pd.Series:
    return pd.Series(None, index=like.index, dtype="object")
