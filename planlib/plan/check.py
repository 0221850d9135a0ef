"""What the plan still lacks or breaks, rule by rule: what was found, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib.facts import Facts, titles
from planlib.plan.cards import indicator_cards
from planlib.plan.load import at_once
from planlib.plan.rows import axis_of, due, table
from planlib.plan.standing import BEGUN, CLOSED, standing
from planlib.said import Written
from planlib.schema import PlanError

Found = Iterator[tuple[str | None, PlanError]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rules look at: the plan's rows, and those still open, on a day."""

    facts: Facts
    today: date
    rows: pd.DataFrame
    open: pd.DataFrame

    def named(self, action: str) -> Written:
        """An action as people know it: its number, else its id, and its title."""
        row = self.facts.actions.loc[action]
        number = action if pd.isna(row["number"]) else row["number"]
        return Written(*(f"{number} {row['title'] if pd.isna(row[side]) else row[side]}" for side in SIDES))


SIDES = ("title_fr", "title_en")


def check(facts: Facts, today: date) -> pd.DataFrame:
    """Findings on the plan as it stands on a day.

    Parameters
    ----------
    facts : Facts
    today : date
        What is late or without news is counted from it.

    Returns
    -------
    DataFrame
        rule, action_id (blank when the finding is not of one action), text (told by `.text(lang)`), severity
        ('error' or 'warning'). Errors first, then in the order of RULES, then of the plan. Actions done or
        dropped, left out by the stored schedule, or of a plan that has ended are looked at by no other rule than
        those about them.
    """
    facts = facts if facts.as_of is not None else facts.at(today, facts.known_at)
    rows = table(facts, "firm")
    ground = Ground(facts, today, rows, rows[~rows["status"].isin(CLOSED)])
    found = []
    for severity in ("error", "warning"):
        for rule, (of, look) in RULES.items():
            if of == severity:
                found += [(rule, action, text, severity) for action, text in look(ground)]
    return pd.DataFrame(found, columns=["rule", "action_id", "text", "severity"]).astype(
        {"rule": "str", "action_id": "str", "severity": "str"}
    )


def no_owner(on: Ground) -> Found:
    for action in on.open.index[on.open["owner_fr"].isna()]:
        yield action, PlanError("plan.no_owner", action=on.named(action))


def several_owners(on: Ground) -> Found:
    held = on.facts.assignments.reset_index()
    held = held[(held["part"] == "accountable") & held["action_id"].isin(on.open.index)]
    names = titles(on.facts.posts, "fr"), titles(on.facts.posts, "en")
    for action, posts in held.groupby("action_id")["post_id"]:
        if len(posts) > 1:
            listed = [Written(*(of.get(post, post) for of in names)) for post in sorted(posts)]
            yield action, PlanError("plan.several_owners", action=on.named(action), posts=listed, n=len(posts))


def no_date(on: Ground) -> Found:
    planned = on.open["finish"].notna() | on.open["deadline"].notna() | on.open["new_date"].notna()
    for action in on.open.index[~planned & (on.open["status"] != "ongoing")]:
        yield action, PlanError("plan.no_date", action=on.named(action))


def no_axis(on: Ground) -> Found:
    for action in on.open.index[on.open["axis_id"].isna()]:
        yield action, PlanError("plan.no_axis", action=on.named(action))


def no_first_step(on: Ground) -> Found:
    far = on.open["horizon"].isin(["medium", "long"]) & ~on.open["status"].isin(BEGUN)
    for action in on.open.index[far & on.open["first_steps"].isna()]:
        horizon = on.open.loc[action, "horizon"]
        key = f"plan.no_first_step_{horizon}"
        yield action, PlanError(key, action=on.named(action))


def _step_lacks(column: str, key: str):
    """A first step says who decides on it and when, in how many days: what its longer action needs to begin."""

    def look(on: Ground) -> Found:
        steps = on.open["first_step_of"].isin(on.open.index) & ~on.open["status"].isin(BEGUN)
        for action in on.open.index[steps & on.open[column].isna()]:
            longer = on.open.loc[action, "first_step_of"]
            yield action, PlanError(key, action=on.named(action), other=on.named(longer))

    return look


def no_indicator(on: Ground) -> Found:
    """An action is covered by an indicator of its own, of its objective, or of the action it opens."""
    cards = on.facts.indicators
    own = set(cards["action_id"].dropna())
    objectives = set(cards["objective_id"].dropna())
    covered = on.open.index.isin(own) | on.open["objective_id"].isin(objectives) | on.open["first_step_of"].isin(own)
    for action in on.open.index[~covered]:
        yield action, PlanError("plan.no_indicator", action=on.named(action))


def _card_lacks(what: str):
    def look(on: Ground) -> Found:
        cards = indicator_cards(on.facts, "firm")
        of_closed = cards["action_id"].notna() & ~cards["action_id"].isin(on.open.index)
        for indicator, card in cards[~of_closed & cards[what].isna()].iterrows():
            name = Written(card["title_fr"], card["title_en"])
            action = None if pd.isna(card["action_id"]) else card["action_id"]
            yield action, PlanError(f"plan.card_no_{what}", indicator=name, id=indicator)

    return look


def no_cost(on: Ground) -> Found:
    retained = _retained(on)
    for action in retained.index[retained["cost_high"].isna()]:
        yield action, PlanError("plan.no_cost", action=on.named(action))


def no_source(on: Ground) -> Found:
    """A cost of zero needs no source."""
    retained = _retained(on)
    for action in retained.index[retained["sources_fr"].isna() & (retained["cost_high"] != 0)]:
        yield action, PlanError("plan.no_source", action=on.named(action))


def _retained(on: Ground) -> pd.DataFrame:
    return on.open[on.open["chosen"].fillna(False).astype(bool) | on.open["status"].isin(BEGUN)]


def empty_axis(on: Ground) -> Found:
    """An axis is served by its own actions and by those of the axes under it."""
    axes = on.facts.axes
    axes = axes[_current(on.facts, axes)]
    children = axes["parent_id"].dropna()
    served = set(axis_of(on.facts, on.facts.actions.loc[on.rows.index]).dropna())
    while True:
        above = served | set(children[children.index.isin(served)])
        if above == served:
            break
        served = above
    for axis in axes.index[~axes.index.isin(served)]:
        yield None, PlanError("plan.empty_axis", axis=_title(axes, axis))


def empty_objective(on: Ground) -> Found:
    objectives = on.facts.objectives
    axes = on.facts.axes
    ended = axes.index[~_current(on.facts, axes)]
    objectives = objectives[~objectives["axis_id"].isin(ended)]
    served = set(on.rows["objective_id"].dropna())
    for objective in objectives.index[~objectives.index.isin(served)]:
        yield None, PlanError("plan.empty_objective", objective=_title(objectives, objective))


def _current(facts: Facts, axes: pd.DataFrame) -> pd.Series:
    """Whether each axis is of a plan that goes on; an axis that names no plan is."""
    ends = facts.plans["ends"].reindex(axes["plan_id"]).set_axis(axes.index)
    return ~(ends < pd.Timestamp(facts.as_of))


def _title(rows: pd.DataFrame, key: str) -> Written:
    number = rows.loc[key, "number"]
    named = (titles(rows, lang)[key] for lang in ("fr", "en"))
    return Written(*(title if pd.isna(number) else f"{number} {title}" for title in named))


def overloaded(on: Ground) -> Found:
    """By the dates of the plan; where an owner's actions have none, by those said to be under way."""
    limit = on.facts.settings["owner_limit"]
    if pd.isna(limit):
        return
    owned = on.open[on.open["owner_fr"].notna()]
    for _, rows in sorted(owned.groupby(owned["post_id"].fillna(owned["owner_fr"]))):
        owner = Written(*rows[["owner_fr", "owner_en"]].iloc[0])
        most, day = at_once(rows)
        if most is None:
            most, day = int((rows["status"] == "under_way").sum()), pd.Timestamp(on.today)
        if most > limit:
            yield None, PlanError("plan.overloaded", owner=owner, n=most, day=day.date(), limit=int(limit))


def no_update(on: Ground) -> Found:
    """Under way, or due to have begun, with no news for the client's interval; the interval runs from the start."""
    days = on.facts.settings["update_days"]
    if pd.isna(days):
        return
    today = pd.Timestamp(on.today)
    status = on.open["status"].fillna("to_come")
    due = status.isin(["under_way", "partly"]) | ((status == "to_come") & (on.open["start"] <= today))
    for action, row in on.open[due].iterrows():
        since = row["last_update"] if pd.isna(row["start"]) else max(row["start"], row["last_update"])
        since = row["start"] if pd.isna(since) else since
        if pd.isna(since):
            yield action, PlanError("plan.never_updated", action=on.named(action))
        elif (today - since).days > days:
            key = "plan.not_begun_said" if pd.isna(row["last_update"]) else "plan.no_update"
            facts = {"action": on.named(action), "n": (today - since).days, "day": since.date(), "limit": int(days)}
            yield action, PlanError(key, **facts)


def late(on: Ground) -> Found:
    days = due(on.open)
    today = pd.Timestamp(on.today)
    for action in on.open.index[(days < today) & (on.open["status"] != "ongoing")]:
        yield action, PlanError("plan.late", action=on.named(action), day=days[action].date())


def postponed_without_date(on: Ground) -> Found:
    waiting = (on.open["status"] == "postponed") & on.open["new_date"].isna()
    for action in on.open.index[waiting]:
        yield action, PlanError("plan.postponed_without_date", action=on.named(action))


def dropped_without_reason(on: Ground) -> Found:
    stands = standing(on.facts, "firm")
    bare = (stands["status"] == "dropped") & stands["reason"].isna() & stands.index.isin(on.facts.current)
    for action in stands.index[bare]:
        yield action, PlanError("plan.dropped_without_reason", action=on.named(action))


def order_broken(on: Ground) -> Found:
    """What comes after starts in a later week than what comes before ends, and the lag later still."""
    links = on.facts.precedence.reset_index()
    links = links[links["after"].isin(on.open.index)].sort_values(["after", "before"])
    done = set(on.rows.index[on.rows["status"] == "done"])
    for before, after, lag in links[["before", "after", "lag_weeks"]].itertuples(index=False):
        start = on.rows.loc[after, "start"]
        if before in done or before not in on.facts.actions.index:
            continue
        if before not in on.open.index:
            if not pd.isna(start):
                yield after, PlanError("plan.order_without", action=on.named(after), other=on.named(before))
            continue
        finish = on.rows.loc[before, "finish"]
        wait = pd.Timedelta(weeks=0 if pd.isna(lag) else lag)
        if not pd.isna(start) and not pd.isna(finish) and start <= finish + wait:
            facts = {"start": start.date(), "finish": finish.date(), "n": wait.days // 7}
            yield after, PlanError("plan.order_broken", action=on.named(after), other=on.named(before), **facts)


def deadline_broken(on: Ground) -> Found:
    for action, row in on.open[on.open["finish"] > on.open["deadline"]].iterrows():
        days = {"finish": row["finish"].date(), "day": row["deadline"].date()}
        yield action, PlanError("plan.deadline_broken", action=on.named(action), **days)


def starts_too_early(on: Ground) -> Found:
    earliest = on.facts.actions["earliest_start"].reindex(on.open.index)
    for action in on.open.index[(on.open["start"] < earliest) & ~on.open["status"].isin(BEGUN)]:
        days = {"start": on.open.loc[action, "start"].date(), "day": earliest[action].date()}
        yield action, PlanError("plan.starts_too_early", action=on.named(action), **days)


def left_behind(on: Ground) -> Found:
    """Nothing is forgotten from one plan to the next."""
    stands = standing(on.facts, "firm")
    ended = ~stands.index.isin(on.facts.current) & ~stands["status"].isin(CLOSED)
    for action in stands.index[ended]:
        plan = on.facts.actions.loc[action, "plan_id"]
        day = on.facts.plans.loc[plan, "ends"].date()
        yield action, PlanError("plan.left_behind", action=on.named(action), plan=_plan(on.facts, plan), day=day)


def _plan(facts: Facts, plan: str) -> Written:
    return Written(*(titles(facts.plans, lang)[plan] for lang in ("fr", "en")))


# Rule -> how grave, and where it looks. Within a gravity, findings keep this order.
RULES = {
    "no_owner": ("error", no_owner),
    "several_owners": ("error", several_owners),
    "no_date": ("error", no_date),
    "order_broken": ("error", order_broken),
    "deadline_broken": ("error", deadline_broken),
    "starts_too_early": ("error", starts_too_early),
    "indicator_no_baseline": ("error", _card_lacks("baseline")),
    "indicator_no_collector": ("error", _card_lacks("collector")),
    "indicator_no_target": ("error", _card_lacks("target")),
    "postponed_without_date": ("error", postponed_without_date),
    "dropped_without_reason": ("error", dropped_without_reason),
    "left_behind": ("warning", left_behind),
    "no_first_step": ("warning", no_first_step),
    "first_step_no_days": ("warning", _step_lacks("effort_days", "plan.first_step_no_days")),
    "first_step_no_decision_date": ("warning", _step_lacks("deadline", "plan.first_step_no_decision_date")),
    "no_cost": ("warning", no_cost),
    "no_source": ("warning", no_source),
    "overloaded": ("warning", overloaded),
    "late": ("warning", late),
    "no_update": ("warning", no_update),
    "no_indicator": ("warning", no_indicator),
    "no_axis": ("warning", no_axis),
    "empty_axis": ("warning", empty_axis),
    "empty_objective": ("warning", empty_objective),
}
