"""An outsider's view: what the plan does not touch, what has not moved, what many asked for and was set aside."""

from __future__ import annotations

from datetime import date

import pandas as pd

from planlib.facts import Facts
from planlib.plan.rows import axis_of
from planlib.plan.standing import CLOSED, in_plan, standing, visible
from planlib.said import Said

YEARS = 3  # without a change, an action is a status quo to look at
MANY = 3  # tables that asked for the same thing

# Where an action stands in a plan; changing it changes nothing of the action.
PLACE = {"plan_id", "axis_id", "objective_id", "number", "published_start", "published_finish", "edition", "origin"}
NEWS = ["status", "progress", "decision", "new_date"]  # what news must change to count; a comment alone does not


def blind_spots(facts: Facts, edition: str = "internal") -> pd.DataFrame:
    """What an outsider would ask about.

    Parameters
    ----------
    facts : Facts
        As of a day; without one, how long an action has been the same is not known and not said.
    edition : "internal" or "firm"
        The firm's also holds the consultant's own observations.

    Returns
    -------
    DataFrame
        rule ("asked": asked for by `MANY` tables or more, and set aside; "axis": an axis without action; "unchanged":
        the same for `YEARS` years or more; "observation"), about (the id it is about, or a theme), said (the sentence,
        a Said). In that order; "asked" by most tables first, "unchanged" by the oldest first.
    """
    stands = standing(facts)
    inside = in_plan(facts, stands)
    found = [*_asked(facts, inside), *_empty_axes(facts, inside), *_unchanged(facts, stands, inside)]
    if edition == "firm":
        seen = visible(facts.observations, "observation", "firm")
        found += [("observation", key, Said("plan.blind_observation", {"text": seen.text[key]})) for key in seen.index]
    return pd.DataFrame(found, columns=["rule", "about", "said"])


def _asked(facts: Facts, inside: pd.Series) -> list[tuple[str, str, Said]]:
    """Actions that several tables asked for and that are not in the plan; themes whose notes were all set aside."""
    notes = facts.notes[facts.notes["table"].notna()]
    seat = notes["workshop"].fillna("") + "\0" + notes["table"]
    thread = facts.thread.reset_index()
    tables = thread["note_id"].map(seat).groupby(thread["action_id"]).nunique()
    current = facts.actions.index.intersection(facts.current)
    gone = [action for action in tables.index if action not in facts.actions.index or action in current]
    rows = [
        (n, action, Said("plan.blind_asked", {"n": int(n), "action": action}))
        for action, n in tables[gone].items()
        if n >= MANY and not inside.get(action, False)
    ]
    themed = notes[notes["theme"].notna()]
    for theme, group in themed.groupby(themed["theme"].str.casefold().str.strip()):
        n = seat[group.index].nunique()
        if n >= MANY and group["fate"].isin(["parked", "rejected"]).all():
            said = Said("plan.blind_theme", {"n": int(n), "theme": str(group["theme"].iloc[0]), "notes": len(group)})
            rows.append((n, theme, said))
    return [("asked", about, said) for _, about, said in sorted(rows, key=lambda row: (-row[0], row[1]))]


def _empty_axes(facts: Facts, inside: pd.Series) -> list[tuple[str, str, Said]]:
    """Axes of the current plans of which neither they nor what is under them has an action in the plan."""
    axes, day = facts.axes, facts.as_of or facts.today
    if day is not None:
        ends = facts.plans["ends"].reindex(axes["plan_id"])
        axes = axes[~(ends < pd.Timestamp(day)).to_numpy()]
    used = set(axis_of(facts, facts.actions[inside]).dropna())
    parents = facts.axes["parent_id"]
    for axis in list(used):  # an axis is used by what is under it
        while isinstance(axis := parents.get(axis), str) and axis not in used:
            used.add(axis)
    empty = axes[~axes.index.isin(used)]
    tops = empty[~empty["parent_id"].isin(empty.index)]
    return [("axis", axis, Said("plan.blind_axis", {"axis": axis})) for axis in tops.index]


def _unchanged(facts: Facts, stands: pd.DataFrame, inside: pd.Series) -> list[tuple[str, str, Said]]:
    """Open actions of the plan of which nothing has changed for years."""
    day = facts.as_of or facts.today
    if day is None:
        return []
    since = _last_row_change(facts, day)
    news = facts.news.sort_values(["action_id", "updated_on"])
    told = news[NEWS].astype("object").where(news[NEWS].notna(), "")
    moved = told.ne(told.groupby(news["action_id"]).shift(fill_value="")).any(axis=1)
    latest = pd.to_datetime(news.loc[moved].groupby("action_id")["updated_on"].last())
    before = pd.Timestamp(day) - pd.DateOffset(years=YEARS)
    rows = []
    for action in stands.index[inside & ~stands["status"].isin(CLOSED)]:
        last = max(since.get(action, pd.Timestamp(day)), latest.get(action, pd.Timestamp.min))
        if last <= before:
            rows.append((last, action))
    return [
        ("unchanged", action, Said("plan.blind_unchanged", {"action": action, "day": last.date()}))
        for last, action in sorted(rows)
    ]


def _last_row_change(facts: Facts, day: date) -> dict[str, pd.Timestamp]:
    """The day each action's own row last changed, its place in a plan apart."""
    history = facts.book.history("action")
    history = history[history["effective"] <= pd.Timestamp(day).date().isoformat()].sort_values(
        "effective", kind="stable"
    )
    seen: dict[str, dict] = {}
    last: dict[str, pd.Timestamp] = {}
    for entry in history.itertuples():
        own = {name: value for name, value in (entry.row or {}).items() if name not in PLACE}
        if seen.get(entry.key) != own:
            seen[entry.key], last[entry.key] = own, pd.Timestamp(entry.effective)
    return last
