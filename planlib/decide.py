"""The rooms in their usual order: a workbook's judgements and weights -> ranking -> plan that fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib import agree, robust, score
from planlib import weights as weighing
from planlib.facts import Facts, titles
from planlib.schedule import Explanation, Schedule, explain, replan, solve
from planlib.schedule.inputs import Inputs, inputs
from planlib.schedule.reasons import Reason
from planlib.schema import CODES, ROOM, PlanError

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


def weights(facts: Facts) -> tuple[pd.Series, Reason]:
    """The group's weights, summing to 1, and where they come from.

    What the room decided together (judge `schema.ROOM`) stands by itself; else the median of the participants; else
    the points of the criteria; else equal shares.

    Raises
    ------
    PlanError
        A scored criterion that the room, or the participants, left without points; as `weights.from_judges`.
    """
    criteria = facts.scored_criteria
    given = _weights_given(facts)
    of_room = given.loc[given.index.get_level_values("judge_id") == ROOM, "points"].droplevel("judge_id")
    if of_room.notna().any():
        return _decided(facts, of_room)
    if given["points"].notna().any():
        group = weighing.from_judges(given)
        shares = _full(group["weight"], criteria, "decide.criterion_without_weight")
        return shares, Reason("decide.weights_of_judges", {"n": int(group["judges"].iloc[0])})
    if criteria["points"].notna().all() and len(criteria):
        return weighing.from_points(criteria["points"]), Reason("decide.weights_stated")
    equal = pd.Series(1.0, index=criteria.index)
    return (weighing.from_points(equal) if len(equal) else equal), Reason("decide.weights_equal", {"n": len(criteria)})


def weights_of(facts: Facts, whose: str, middle: str = "median") -> pd.Series:
    """Weights of one participant, of one table, or of everyone (`whose` blank), by the median or the mean.

    Raises
    ------
    PlanError
        Nobody of that name gave weights, or a criterion was left without; as `weights.from_judges`.
    """
    given = _weights_given(facts)
    own = given.index[(given["table"] == whose) | (given.index.get_level_values("judge_id") == whose)]
    members = (list(own.unique("judge_id")) or [whose]) if whose else None
    group = weighing.from_judges(given, middle=middle, judges=members)
    return _full(group["weight"], facts.scored_criteria, "decide.criterion_without_weight")


def weights_apart(facts: Facts) -> pd.DataFrame:
    """The weights in use, and how far participants stand apart.

    Returns
    -------
    DataFrame, indexed by criterion_id
        weight (in use: the room's when it decided), low and high (the smallest and greatest share a participant
        gave; the weight itself when nobody gave one), spread, judges.
    """
    shares, _ = weights(facts)
    given = _weights_given(facts)
    people = given[given.index.get_level_values("judge_id") != ROOM]
    if not people["points"].notna().any():
        alone = {"weight": shares, "low": shares, "high": shares, "spread": 0.0, "judges": 0}
        return pd.DataFrame(alone).rename_axis("criterion_id")
    return weighing.from_judges(people).reindex(shares.index).assign(weight=shares)


def _weights_given(facts: Facts) -> pd.DataFrame:
    """Rows of weights on criteria that are scored."""
    given = facts.weights
    return given[given.index.get_level_values("criterion_id").isin(facts.scored_criteria.index)]


def _decided(facts: Facts, points: pd.Series) -> tuple[pd.Series, Reason]:
    """The room's weights, and who signed them last."""
    shares = weighing.from_points(_full(points, facts.scored_criteria, "decide.room_left_out"))
    signed = facts.book.signed("weight", facts.as_of, facts.known_at)
    signed = signed[signed.index.get_level_values("judge_id") == ROOM].sort_values("at")
    if signed.empty:  # weights of a scenario, which nobody signed
        return shares, Reason("decide.weights_of_room")
    said = {"day": date.fromisoformat(signed["effective"].iloc[-1]), "who": signed["by"].iloc[-1]}
    return shares, Reason("decide.weights_signed", said)


def _full(found: pd.Series, criteria: pd.DataFrame, key: str) -> pd.Series:
    """A figure for each criterion, in the order of the workbook; PlanError names one that is left out."""
    full = found.reindex(criteria.index)
    left_out = full.index[full.isna()]
    if len(left_out):
        raise PlanError(key, criterion=criteria.loc[left_out[0], "title"])
    return full


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
        orders ties. The others follow by stated priority, then action_id.
    """
    if method not in METHODS:
        raise PlanError("decide.method", found=method, known=list(METHODS))
    table = pd.DataFrame(index=facts.current)
    judged = values(facts)
    if judged.notna().to_numpy().any():
        shares, _ = weights(facts)
        table = table.join(_scored(judged, shares, method)).join(bands(facts, judged))
    for column, blank in BLANKS.items():
        if column not in table:
            table[column] = blank
    table["rank"] = table["rank"].astype("Int64")
    places = {code: place for place, code in enumerate(CODES["priority"])}
    order = pd.DataFrame(
        {
            "rank": table["rank"].astype("float64").fillna(float("inf")),
            "priority": facts.actions.loc[table.index, "priority"].map(places).fillna(len(places)),
            "id": table.index,
        },
        index=table.index,
    ).sort_values(["rank", "priority", "id"])
    return table.loc[order.index]


def _scored(judged: pd.DataFrame, shares: pd.Series, method: str) -> pd.DataFrame:
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
    cut = _cut(facts, known.index)
    if not cut or known.empty:
        return pd.DataFrame({"share_in": pd.Series(dtype="float64"), "band": pd.Series(dtype="str")})
    blanks = known.isna().to_numpy().any()
    return robust.bands(known, **cut, uncertain=0.0 if blanks else None)[["share_in", "band"]]


def _cut(facts: Facts, ranked: pd.Index) -> dict:
    """Where the funded set ends: costs and the money there is, or a number of actions, or nothing."""
    costs = costs_of(facts).reindex(ranked)
    billed = facts.costs.index.get_level_values("fiscal_year").unique()
    budgets = facts.budgets["amount"]
    amount = budgets[budgets.index.get_level_values("fiscal_year").isin(billed)].sum()
    if costs.notna().all() and amount > 0:
        return {"cost": costs, "amount": float(amount)}
    chosen = facts.schedule["chosen"].fillna(False).astype(bool)
    return {"k": int(chosen.reindex(ranked).fillna(False).sum())} if chosen.any() else {}


def agreement(facts: Facts) -> dict:
    """Kendall's W between tables (or judges, when no table is known), and the judgements that are missing.

    Returns
    -------
    dict
        w (None with fewer than two of them, or when nobody tells actions apart), missing: one dict for each
        blank, with judge_id, action_id and criterion_id.
    """
    found = judgements(facts)
    if found.empty:
        return {"w": None, "missing": []}
    judged = score.judge_values(found, facts.scored_criteria)
    holes = score.completeness(found, sorted(found["action_id"].unique()), facts.scored_criteria)["missing"]
    missing = [
        {"judge_id": judge, "action_id": action, "criterion_id": criterion}
        for (action, criterion), judges in holes.items()
        for judge in judges
    ]
    shares, _ = weights(facts)
    try:
        everyone, _ = agree.ranked_by_all(agree.ranks_by(judged, shares, _tables(found)))
        w = agree.kendall_w(everyone).w
    except PlanError:  # too few of them, or no order to compare: there is no W to give
        w = None
    return {"w": w, "missing": missing}


def discussions(facts: Facts) -> pd.DataFrame:
    """Disagreements, the one worth the room's next ten minutes first: what `agree.discuss_next` gives.

    Without a known cut, half of the judged actions are taken as funded.
    """
    found = judgements(facts)
    judged = score.judge_values(found, facts.scored_criteria)
    if judged.empty:
        return pd.DataFrame(columns=["action_id", "criterion_id"])
    ranked = pd.Index(sorted(judged.index.unique("action_id")), name="action_id")
    shares, _ = weights(facts)
    cut = _cut(facts, ranked) or {"k": (len(ranked) + 1) // 2}
    return agree.discuss_next(judged, shares, **cut, tables=_tables(found))


def _tables(found: pd.DataFrame) -> pd.Series | None:
    """The table each judge sat at, when every judge has one and there are several."""
    tables = found.groupby("judge_id")["table"].first()
    return tables if tables.notna().all() and len(set(tables)) > 1 else None


def costs_of(facts: Facts) -> pd.Series:
    """What each action costs in all, in the middle of its range; blank when a part is not known."""
    bills = facts.costs[["amount_low", "amount_high"]].mean(axis=1)
    by_source = bills.groupby("action_id").sum(skipna=False)
    own = facts.actions[["cost_low", "cost_high"]].mean(axis=1)
    return by_source.reindex(facts.actions.index).fillna(own).rename("cost")


@dataclass(frozen=True, slots=True)
class Plan:
    """A solved plan of a workbook: what stays outside, what was assumed, and the schedule of the rest."""

    inputs: Inputs
    schedule: Schedule | None

    @property
    def actions(self) -> pd.DataFrame:
        """Every action: chosen, mode, start, finish, why_not (a Reason)."""
        outside = self.inputs.outside
        aside = pd.DataFrame(
            {"chosen": False, "mode": None, "start": pd.NaT, "finish": pd.NaT, "why_not": list(outside.values())},
            index=pd.Index(list(outside), name="action_id", dtype="object"),
        )
        parts = [part for part in (None if self.schedule is None else self.schedule.actions, aside) if part is not None]
        return pd.concat([part for part in parts if len(part)] or parts).sort_index()


def plan(
    facts: Facts,
    start: date,
    *,
    time_limit: float = 10.0,
    changes: dict | None = None,
    keep_dates: bool = False,
) -> Plan:
    """The best plan of a workbook from the week of `start`, under its people, money and limits.

    Parameters
    ----------
    time_limit : float
        Deterministic units of about a second: the same workbook gives the same plan on any machine.
    changes : dict, optional
        action_id -> "in" or "out": what a scenario forces.
    keep_dates : bool
        Change the stored plan as little as possible: what is spent, signed or under way stays.

    Raises
    ------
    PlanError
        No plan holds every limit: which ones conflict, the cheapest repair, what is given up otherwise. Dates to
        keep, but no stored plan.
    """
    stated = inputs(facts, ranking(facts)["score"], start, changes, standing=keep_dates)
    if stated.problem is None:
        return Plan(stated, None)
    published = _published(facts) if keep_dates else None
    if published is not None:
        found = replan(stated.problem, published, start, time_limit=time_limit, repeatable=True)
    else:
        found = solve(stated.problem, time_limit=time_limit, repeatable=True)
    if found.status == "infeasible":
        raise PlanError("decide.infeasible", why=_Conflict(explain(stated.problem, published, start), facts))
    return Plan(stated, found)


def _published(facts: Facts) -> pd.DataFrame:
    """The stored plan, with what has been spent on each action and where it stands."""
    stored = facts.schedule
    if stored.empty:
        raise PlanError("decide.no_plan_yet", client=facts.book.client)
    spent = facts.spending.groupby("action_id")["amount"].sum()
    published = stored[["chosen", "mode", "start", "finish"]].copy()
    published["spent"] = spent.reindex(published.index).fillna(0.0)
    published["status"] = facts.status.reindex(published.index)
    return published


class _Conflict:
    """The three sentences of an explanation, told inside an error in its language."""

    def __init__(self, explanation: Explanation, facts: Facts):
        self._explanation = explanation
        self._facts = facts

    def text(self, lang: str) -> str:
        return " ".join(self._explanation.sentences(lang, names(self._facts, lang)))


def names(facts: Facts, lang: str) -> dict[str, str]:
    """Title to show instead of an id, for roles, sources, axes and criteria."""
    found: dict[str, str] = {}
    for table in (facts.roles, facts.sources, facts.axes, facts.criteria):
        found |= titles(table, lang).to_dict()
    return found
