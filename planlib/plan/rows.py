"""The plan row by row: each action with its place, people, dates, money and measures."""

from __future__ import annotations

import re

import pandas as pd

from planlib.facts import Facts, titles
from planlib.plan.money import costs
from planlib.plan.standing import in_plan, standing, visible
from planlib.words import LANGS

# What an internal plan says and a public one does not.
INTERNAL = (
    "health", "progress", "comment", "reason", "reason_second", "reason_text", "decision", "new_date",
    "last_update", "rank", "chosen", "effort_days", "effort_unknown",
)  # fmt: skip


def table(facts: Facts, edition: str = "internal") -> pd.DataFrame:
    """The actions of the plan, in its order: axis, objective, number.

    Parameters
    ----------
    facts : Facts
    edition : "internal", "public" or "firm"
        Public: without the rows and fields that are the organisation's own.

    Returns
    -------
    DataFrame indexed by action_id
        Titles, owners, partners and sources in both languages (`title_fr`, `title_en`...); `axis_id`,
        `objective_id` and their numbers; `number`, `horizon`, `priority`, `rank`, `status` and what else `standing`
        gives; `start`, `finish` (the stored schedule's, else the published dates), `deadline`; `cost_low`,
        `cost_high` in `currency`, in all and by fiscal year (`cost_low_2026`...; unknown as soon as one part is);
        `effort_days` and `effort_unknown` (parts of the work whose days are not known); `first_steps` and
        `first_step_of`, `indicators` (ids, separated by spaces).
    """
    stands = standing(facts, edition)
    inside = in_plan(facts, stands)
    actions = visible(facts.actions[inside], "action", edition)
    found = pd.concat([_place(facts, actions, edition), _words(actions)], axis=1)
    found = found.join(_people(facts, actions, edition)).join(stands)
    decided = visible(facts.priorities, "priority", edition).reindex(actions.index)
    found["horizon"] = actions["horizon"]
    found["priority"] = decided["priority"].fillna(actions["priority"])
    found["rank"] = decided["rank"]
    planned = facts.schedule.reindex(actions.index)
    found["chosen"] = planned["chosen"]
    found["start"] = planned["start"].fillna(actions["published_start"])
    found["finish"] = planned["finish"].fillna(actions["published_finish"])
    found["deadline"] = actions["deadline"]
    found = found.join(_money(facts, actions, edition)).join(effort(facts, actions))
    found["first_step_of"] = actions["first_step_of"].where(actions["first_step_of"].isin(actions.index))
    found["first_steps"] = _ids(found["first_step_of"].dropna()).reindex(actions.index)
    cards = visible(facts.indicators, "indicator", edition)
    found["indicators"] = _ids(cards["action_id"].dropna()).reindex(actions.index)
    if edition == "public":
        found = found.drop(columns=list(INTERNAL))
    return found.loc[_order(found)]


def left_out(facts: Facts, edition: str = "internal") -> pd.DataFrame:
    """Actions of the current plans that are not in the plan, indexed by action_id.

    `title_fr`, `title_en`, `number`, `axis_id`, `owner_fr`, `owner_en`, `status`, and `why_not` as the stored
    schedule keeps it (blank for what was dropped).
    """
    stands = standing(facts, edition)
    outside = ~in_plan(facts, stands) & facts.actions.index.isin(facts.current)
    actions = visible(facts.actions[outside], "action", edition)
    found = pd.concat([_place(facts, actions, edition), _words(actions)], axis=1)
    found = found.join(_people(facts, actions, edition)[["owner_fr", "owner_en"]]).join(stands[["status", "reason"]])
    found["why_not"] = facts.schedule["why_not"].reindex(actions.index).where(found["status"] != "dropped")
    return found.loc[_order(found)]


def due(rows: pd.DataFrame) -> pd.Series:
    """When each action is due: the new date of a postponed one, else its finish in the plan, else its deadline."""
    moved = rows["new_date"].where(rows["status"] == "postponed")
    return moved.fillna(rows["finish"]).fillna(rows["deadline"])


def natural(text) -> tuple:
    """A number such as 2.1.10 in the order people count; blank comes last."""
    if not isinstance(text, str) or not text:
        return (1,)
    parts = re.split(r"(\d+)", text)
    return (0, *((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part))


def _order(found: pd.DataFrame) -> list[str]:
    keys = zip(found["axis_number"], found["objective_number"], found["number"], found.index, strict=True)
    by_place = {tuple(map(natural, key)): key[-1] for key in keys}
    return [by_place[key] for key in sorted(by_place)]


def _words(actions: pd.DataFrame) -> pd.DataFrame:
    found = pd.DataFrame({"number": actions["number"]}, index=actions.index)
    for lang in LANGS:
        found[f"title_{lang}"] = titles(actions, lang)
        found[f"description_{lang}"] = actions[f"description_{lang}"].fillna(actions["description"])
    return found


def axis_of(facts: Facts, actions: pd.DataFrame) -> pd.Series:
    """The axis of each action: its own, else its objective's."""
    by_objective = facts.objectives["axis_id"].reindex(actions["objective_id"]).set_axis(actions.index)
    return actions["axis_id"].fillna(by_objective)


def _place(facts: Facts, actions: pd.DataFrame, edition: str) -> pd.DataFrame:
    found = pd.DataFrame({"axis_id": axis_of(facts, actions), "objective_id": actions["objective_id"]})
    for kind, rows in (("axis", facts.axes), ("objective", facts.objectives)):
        rows = visible(rows, kind, edition)
        found[f"{kind}_number"] = rows["number"].reindex(found[f"{kind}_id"]).to_numpy()
        for lang in LANGS:
            found[f"{kind}_{lang}"] = titles(rows, lang).reindex(found[f"{kind}_id"]).to_numpy()
    return found


def _people(facts: Facts, actions: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Owner (the accountable post, else the plan's words) and partners, in both languages; and the owner's post_id."""
    held = facts.assignments.reset_index()
    held = held[held["action_id"].isin(actions.index)].sort_values(["action_id", "post_id"])
    posts = visible(facts.posts, "post", edition)
    found = pd.DataFrame(index=actions.index)
    accountable = held[held["part"] == "accountable"].drop_duplicates("action_id").set_index("action_id")["post_id"]
    found["post_id"] = accountable.reindex(actions.index)
    partners = held[held["part"] == "partner"]
    for lang in LANGS:
        names = titles(posts, lang)
        owners = accountable.map(names).reindex(actions.index)
        found[f"owner_{lang}"] = owners.fillna(found["post_id"].where(~found["post_id"].isin(facts.posts.index)))
        found[f"owner_{lang}"] = found[f"owner_{lang}"].fillna(actions["owner"])
        listed = partners["post_id"].map(names).fillna(partners["post_id"])
        listed = listed.groupby(partners["action_id"]).agg(", ".join).reindex(actions.index)
        both = listed.str.cat(actions["partners"], sep=", ")
        found[f"partners_{lang}"] = both.fillna(listed).fillna(actions["partners"])
    return found


def _money(facts: Facts, actions: pd.DataFrame, edition: str) -> pd.DataFrame:
    bills = costs(facts, edition)
    bills = bills[bills["action_id"].isin(actions.index)]
    found = pd.DataFrame(index=actions.index)
    of_action = bills.groupby("action_id")
    for side in ("low", "high"):
        found[f"cost_{side}"] = of_action[side].agg(_whole_sum).reindex(actions.index)
    several = of_action["currency"].nunique().reindex(actions.index) > 1
    found.loc[several, ["cost_low", "cost_high"]] = float("nan")  # two currencies are never added
    found["currency"] = of_action["currency"].first().reindex(actions.index)
    mixed = bills["action_id"].isin(several.index[several])
    for year, in_year in bills[~mixed].groupby("fiscal_year"):
        for side in ("low", "high"):
            found[f"cost_{side}_{year}"] = in_year.groupby("action_id")[side].agg(_whole_sum).reindex(actions.index)
    sources = visible(facts.sources, "source", edition)
    paid = bills[bills["source_id"].notna()].drop_duplicates(["action_id", "source_id"])
    for lang in LANGS:
        named = paid["source_id"].map(titles(sources, lang)).fillna(paid["source_id"])
        found[f"sources_{lang}"] = named.groupby(paid["action_id"]).agg(", ".join).reindex(actions.index)
    return found


def effort(facts: Facts, actions: pd.DataFrame) -> pd.DataFrame:
    """Days of work of each action that are known, sizes read with the client's legend; and how many parts are not.

    An action of which nothing is said has one unknown part, and blank days.
    """
    days = {size: facts.settings[f"effort_days_{size.lower()}"] for size in ("S", "M", "L")}
    demands = facts.demands
    parts = demands["effort_days"].fillna(demands["effort_size"].map(days).astype("float64"))
    of_action = parts.groupby("action_id")
    own = actions["effort_size"].map(days).astype("float64")
    known = of_action.sum(min_count=1).reindex(actions.index)
    unknown = parts.isna().groupby("action_id").sum().reindex(actions.index)
    return pd.DataFrame(
        {
            "effort_days": known.where(unknown.notna(), own),
            "effort_unknown": unknown.fillna(own.isna().astype("int64")).astype("int64"),
        }
    )


def _whole_sum(parts: pd.Series) -> float:
    return parts.sum(skipna=False)


def _ids(pairs: pd.Series) -> pd.Series:
    """Series id -> of, as of -> ids separated by spaces."""
    found = pd.Series(pairs.index, index=pd.Index(pairs.to_numpy(), dtype="str"), dtype="str")
    return found.groupby(level=0).agg(lambda ids: " ".join(sorted(ids))).astype("str")
