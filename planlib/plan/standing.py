"""How each action stands on the day of the facts: what was last said of it, and whether it is in the plan."""

from __future__ import annotations

import pandas as pd

from planlib import schema
from planlib.facts import Facts
from planlib.schema import CODES, PlanError

CLOSED = ("done", "dropped")
BEGUN = ("under_way", "done", "partly", "ongoing")
# Said of the present status: they lapse when another status is said without them.
OF_STATUS = ("reason", "reason_second", "reason_text", "decision", "new_date")


def standing(facts: Facts, edition: str = "internal") -> pd.DataFrame:
    """What was last said of each action.

    Returns
    -------
    DataFrame indexed by action_id
        `status` (the last one said, else the action's own), `progress` in [0, 1] and `comment` (the last ones said),
        `reason`, `reason_second`, `reason_text`, `decision`, `new_date` (said with the present status or since),
        `health` (under way alone; news older than the client's `update_days` is 'no_update'), `last_update`.
        In the public edition, words of internal updates are blank; their codes count.
    """
    actions = facts.actions
    said = facts.news
    if edition == "public":
        hidden = levels(said, "update") > CODES["edition"].index("public")
        said = said.copy()
        said.loc[hidden, ["comment", "reason_text"]] = None
    said = said.sort_values(["action_id", "updated_on"])
    of_action = said.groupby("action_id")
    found = pd.DataFrame(index=actions.index)
    found["status"] = _last(of_action, "status", found).astype("str").fillna(actions["status"])
    found["progress"] = _last(of_action, "progress", found).astype("float64")
    found["comment"] = _last(of_action, "comment", found).astype("str")
    since = said[said["status"].notna().groupby(said["action_id"]).transform(_from_last).astype(bool)]
    for name in OF_STATUS:
        found[name] = _last(since.groupby("action_id"), name, found)
    found["new_date"] = pd.to_datetime(found["new_date"])
    found["last_update"] = pd.to_datetime(_last(of_action, "updated_on", found))
    found["health"] = _health(facts, found, _last(of_action, "health", found).astype("str"))
    return found


def _last(of_action, column: str, like: pd.DataFrame) -> pd.Series:
    return of_action[column].last().reindex(like.index)


def _from_last(flags: pd.Series) -> pd.Series:
    """True from the last true flag on; all true when none is."""
    return flags[::-1].cumsum()[::-1].sub(flags).eq(0)


def _health(facts: Facts, found: pd.DataFrame, said: pd.Series) -> pd.Series:
    interval = facts.settings["update_days"]
    if facts.as_of is not None and not pd.isna(interval):
        oldest = pd.Timestamp(facts.as_of) - pd.Timedelta(days=int(interval))
        said = said.mask(~(found["last_update"] >= oldest), "no_update")
    return said.where(found["status"] == "under_way").astype("str")


def in_plan(facts: Facts, stands: pd.DataFrame) -> pd.Series:
    """Whether each action is in the plan: retained by the stored schedule, not yet judged by it, or already begun.

    Actions of a plan that has ended, dropped ones and those left out are not in it.
    """
    actions = facts.actions
    chosen = facts.schedule["chosen"].reindex(actions.index)
    failed = facts.gates.index[facts.gates["result"] == "fail"].get_level_values("action_id")
    begun = stands["status"].isin(BEGUN)
    kept = (chosen.isna() & ~actions.index.isin(failed)) | chosen.fillna(False).astype(bool) | begun
    return kept & (stands["status"] != "dropped") & actions.index.isin(facts.current)


def levels(table: pd.DataFrame, kind: str) -> pd.Series:
    """How open each row is: 0 the firm's, 1 internal, 2 public; a row that does not say has its kind's edition."""
    return table["edition"].fillna(schema.kind_of(kind).edition).map(CODES["edition"].index).astype("int64")


def visible(table: pd.DataFrame, kind: str, edition: str) -> pd.DataFrame:
    """Rows that an edition may show."""
    if edition not in CODES["edition"]:
        raise PlanError("plan.unknown_edition", found=str(edition), known=list(CODES["edition"]))
    return table[levels(table, kind) >= CODES["edition"].index(edition)]
