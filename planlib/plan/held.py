"""What a workshop gathered: what each table said, what became of each note, what was decided and is left open."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planlib.facts import Facts, titles
from planlib.plan.standing import visible
from planlib.schema import CODES, PlanError
from planlib.words import LANGS

THEMES = 3  # of a table, the most frequent
WANTED = 5  # actions of a table, those most of its notes ask for
OPEN = ("owner", "duration", "effort", "cost")  # what a plan needs to know of an action, in the order it is asked


@dataclass(frozen=True, slots=True)
class Held:
    """A workshop as tables.

    workshops : names of the workshops the notes come from (a date, or as the firm calls it), sorted.
    notes : indexed by note_id, in the order of tables, then of ids: text, lang, table, question, theme, fate
        (placed, parked, rejected; blank when nobody has said yet), fate_why, actions (ids of what came from it).
    tables : indexed by table: notes, placed, parked, rejected, waiting (counts), themes (the most frequent), actions
        (those that most of its notes ask for, as (action_id, notes)).
    decided : indexed by action_id: priority, why, title by language; priorities people decided after seeing ranks.
    open : indexed by OPEN: how many current actions do not say it.
    actions : current actions, counted.
    """

    workshops: tuple[str, ...]
    notes: pd.DataFrame
    tables: pd.DataFrame
    decided: pd.DataFrame
    open: pd.Series
    actions: int


def held(facts: Facts, workshop: str = "", edition: str = "internal") -> Held:
    """What a workshop gathered; of all of them when none is named.

    Raises
    ------
    PlanError
        The workbook has no note of a workshop of that name.
    """
    notes = visible(facts.notes, "note", edition)
    names = tuple(sorted(notes["workshop"].dropna().unique()))
    if workshop and workshop not in names:
        raise PlanError("held.unknown_workshop", found=workshop, known=list(names))
    if workshop:
        names, notes = (workshop,), notes[notes["workshop"] == workshop]
    thread = facts.thread.reset_index().sort_values(["note_id", "action_id"])
    thread = thread[thread["note_id"].isin(notes.index) & thread["action_id"].isin(facts.actions.index)]
    notes = notes[["text", "lang", "table", "question", "theme", "fate", "fate_why"]].copy()
    notes["actions"] = thread.groupby("note_id")["action_id"].agg(tuple).reindex(notes.index)
    notes["actions"] = [one if isinstance(one, tuple) else () for one in notes["actions"]]
    notes = notes.sort_index().sort_values("table", kind="stable", na_position="last")
    return Held(names, notes, _tables(notes), _decided(facts), _open(facts), len(facts.current))


def counts(found: Held, ranked: pd.DataFrame, talk: pd.DataFrame) -> dict[str, int]:
    """Page one's figures: notes and how many are placed, tables, actions judged (of `actions`) and judged on every
    criterion (`whole`), disagreements that decide. `ranked` is `decide.ranking`, `talk` is `decide.discussions`."""
    judged = ranked[ranked["rank"].notna()]
    return {
        "notes": len(found.notes),
        "placed": int((found.notes["fate"] == "placed").sum()),
        "tables": len(found.tables),
        "judged": len(judged),
        "whole": int(judged["complete"].astype(bool).sum()),
        "actions": found.actions,
        "decide": int(talk["decides"].sum()) if len(talk) else 0,
    }


def _tables(notes: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for table, own in notes.groupby("table", sort=True):
        fates = own["fate"].value_counts()
        rows[table] = {
            "notes": len(own),
            **{fate: int(fates.get(fate, 0)) for fate in CODES["note_fate"]},
            "waiting": int(own["fate"].isna().sum()),
            "themes": tuple(_most(own["theme"], THEMES).index),
            "actions": tuple((action, int(n)) for action, n in _most(own["actions"].explode(), WANTED).items()),
        }
    columns = ["notes", *CODES["note_fate"], "waiting", "themes", "actions"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("table")


def _most(said: pd.Series, n: int) -> pd.Series:
    """The n most frequent, counted; of equals, in their own order."""
    return said.value_counts().sort_index().sort_values(ascending=False, kind="stable").iloc[:n]


def _decided(facts: Facts) -> pd.DataFrame:
    places = {code: place for place, code in enumerate(CODES["priority"])}
    found = facts.priorities[facts.priorities.index.isin(facts.current)][["priority", "why"]].sort_index()
    found = found.sort_values("priority", key=lambda codes: codes.map(places), kind="stable")
    for lang in LANGS:
        found[f"title_{lang}"] = titles(facts.actions, lang).reindex(found.index)
    return found


def _open(facts: Facts) -> pd.Series:
    actions = facts.actions.loc[facts.current]
    worked, paid = (set(table.index.get_level_values("action_id")) for table in (facts.demands, facts.costs))
    known = {
        "owner": facts.owners.reindex(actions.index).notna(),
        "duration": actions["duration_weeks"].notna()
        | (actions["earliest_start"].notna() & actions["deadline"].notna()),
        "effort": actions["effort_size"].notna() | actions.index.isin(worked),
        "cost": pd.Series(actions.index.isin(paid), index=actions.index),
    }
    return pd.Series({name: int((~known[name].astype(bool)).sum()) for name in OPEN}, name="open")
