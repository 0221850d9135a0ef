"""From judgements to ranks, and how surely each action is funded."""

from __future__ import annotations

import pandas as pd

from planlib import robust, score
from planlib.decide.weighing import weights
from planlib.facts import Facts, said_in, titles
from planlib.schema import CODES, PlanError
from planlib.weights import DECIMALS

METHODS = ("weighted_sum", "topsis", "promethee_ii")
BLANKS = {
    "score": float("nan"),
    "rank": pd.NA,
    "weight_known": 0.0,
    "complete": False,
    "share_in": float("nan"),
    "band": None,
}


def judgements(facts: Facts) -> pd.DataFrame:
    """Judgements of actions whose plan has not ended, on criteria that are scored."""
    found = facts.judgements.reset_index()
    known = found["action_id"].isin(facts.current) & found["criterion_id"].isin(facts.scored_criteria.index)
    return found[known]


def values(facts: Facts) -> pd.DataFrame:
    """Partial values of every current action, shape (actions, scored criteria); blanks where nobody judged."""
    return score.partial_values(judgements(facts), facts.scored_criteria, actions=facts.current)


def ranking(facts: Facts, method: str = "weighted_sum") -> pd.DataFrame:
    """Actions in order of their rank.

    Parameters
    ----------
    method : "weighted_sum", "topsis" or "promethee_ii"
        The last two are second opinions; they need every action judged on every criterion.

    Returns
    -------
    DataFrame, indexed by action_id
        score, rank (NA when nobody judged the action), weight_known, complete, share_in and band (how surely the
        action is in the funded set over the weights; NA when no cut is known). Ranked actions first; action_id
        orders ties. The others follow by priority (`priorities`), then action_id.
    """
    if method not in METHODS:
        raise PlanError("decide.method", found=method, known=list(METHODS))
    table = pd.DataFrame(index=facts.current)
    judged = values(facts)
    if judged.notna().to_numpy().any():
        shares, _ = weights(facts)
        table = table.join(scored(judged, shares, method)).join(bands(facts, judged))
    for column, blank in BLANKS.items():
        if column not in table:
            table[column] = blank
    table["rank"] = table["rank"].astype("Int64")
    table["score"] = table["score"].round(DECIMALS)  # as ranks compare them: a tie reads the same on every face
    places = {code: place for place, code in enumerate(CODES["priority"])}
    order = pd.DataFrame(
        {
            "rank": table["rank"].astype("float64").fillna(float("inf")),
            "priority": priorities(facts)[table.index].map(places).fillna(len(places)),
            "id": table.index,
        },
        index=table.index,
    ).sort_values(["rank", "priority", "id"])
    return table.loc[order.index]


def priorities(facts: Facts) -> pd.Series:
    """Priority of each action: what people decided after seeing ranks, else what the action's file states."""
    stated = facts.actions["priority"]
    return facts.priorities["priority"].reindex(stated.index).fillna(stated).rename("priority")


def missions(facts: Facts) -> pd.DataFrame:
    """Each action on the two missions its criteria serve (`robust.front`); without rows unless there are two."""
    judged = values(facts)
    serves = facts.scored_criteria["mission"]
    if serves.nunique() != 2 or not judged.notna().to_numpy().any():
        return pd.DataFrame({"on_front": pd.Series(dtype="boolean")})
    return robust.front(robust.mission_scores(judged, weights(facts)[0], serves))


def mission_names(facts: Facts, lang: str) -> dict[str, str]:
    """Each mission as the language says it; as written where a criterion gives no translation."""
    criteria = facts.scored_criteria
    said = criteria.assign(said=said_in(lang, criteria, "mission")).dropna(subset="mission").sort_index()
    written = said["said"] == said["mission"]
    # One criterion with the translation says it for all of its mission.
    return (
        said.assign(written=written).sort_values("written", kind="stable").groupby("mission")["said"].first().to_dict()
    )


def scored(judged: pd.DataFrame, shares: pd.Series, method: str) -> pd.DataFrame:
    """Score and rank by one of METHODS; the second opinions need actions judged on every criterion."""
    if method == "weighted_sum":
        return score.weighted_sum(judged, shares)
    full = judged.dropna()
    senses = pd.Series("max", index=judged.columns)  # partial values: 1 is best whatever the sense
    if method == "topsis":
        return score.topsis(full, shares, senses)
    usual = pd.DataFrame({"shape": "linear", "q": 0.0, "p": 0.5, "s": float("nan")}, index=judged.columns)
    return score.promethee_ii(full, shares, senses, usual)


def bands(facts: Facts, judged: pd.DataFrame) -> pd.DataFrame:
    """How surely each judged action is funded, over all weightings: columns share_in and band.

    The funded set holds what the budgets of the plan pay for in rank order when every cost is known; otherwise as
    many actions as the stored plan keeps. Without either there is no cut, and the table is empty. A blank judgement
    may be anything on its scale.
    """
    known = judged[judged.notna().any(axis=1)]
    cut = cut_of(facts, known.index)
    if not cut or known.empty:
        return pd.DataFrame({"share_in": pd.Series(dtype="float64"), "band": pd.Series(dtype="str")})
    blanks = known.isna().to_numpy().any()
    return robust.bands(known, **cut, uncertain=0.0 if blanks else None)[["share_in", "band"]]


def cut_of(facts: Facts, ranked: pd.Index) -> dict:
    """Where the funded set ends: costs and the money there is, or a number of actions, or nothing."""
    costs = costs_of(facts).reindex(ranked)
    billed = facts.costs.index.get_level_values("fiscal_year").unique()
    budgets = facts.budgets["amount"]
    amount = budgets[budgets.index.get_level_values("fiscal_year").isin(billed)].sum()
    if costs.notna().all() and amount > 0:
        return {"cost": costs, "amount": float(amount)}
    chosen = facts.schedule["chosen"].fillna(False).astype(bool)
    return {"k": int(chosen.reindex(ranked).fillna(False).sum())} if chosen.any() else {}


def costs_of(facts: Facts) -> pd.Series:
    """What each action costs in all, in the middle of its range; blank when a part is not known."""
    bills = facts.costs[["amount_low", "amount_high"]].mean(axis=1)
    by_source = bills.groupby("action_id").sum(skipna=False)
    own = facts.actions[["cost_low", "cost_high"]].mean(axis=1)
    return by_source.reindex(facts.actions.index).fillna(own).rename("cost")


def names(facts: Facts, lang: str) -> dict[str, str]:
    """Title to show instead of an id, for roles, sources, axes and criteria."""
    found: dict[str, str] = {}
    for table in (facts.roles, facts.sources, facts.axes, facts.criteria):
        found |= titles(table, lang).to_dict()
    return found
