"""Why an action went out, came in or moved: the limit that decides."""

from __future__ import annotations

from datetime import date

import pandas as pd

from planlib.decide import Plan
from planlib.schedule import Reason
from planlib.schedule.gaps import gaps_of
from planlib.schedule.greedy import span_at
from planlib.schedule.reasons import all_of
from planlib.schedule.solver import board_of
from planlib.schedule.weeks import as_day, monday_of


def why(
    action: str, change: str, one: pd.Series, other: pd.Series, before: Plan, after: Plan, forced: dict[str, str]
) -> Reason:
    """The reason of one difference between two plans; `one` and `other` are the action's rows in them."""
    if change == "out":
        return _left_out(action, other["why_not"], before)
    if change == "in":
        if forced.get(action) == "in":
            return Reason("scenario.why_forced")
        return _possible_now("in", one["why_not"])
    told = _of_replan(action, before, after)
    if told is not None:
        return told
    if change == "mode":
        return Reason("scenario.why_mode", {"before": str(one["mode"]), "after": str(other["mode"])})
    if one["start"] == other["start"]:
        return Reason("scenario.why_longer")
    if other["start"] > one["start"]:
        found = obstacle(after, action, as_day(one["start"]))
        return found or Reason("scenario.why_level")
    found = obstacle(before, action, as_day(other["start"]))
    return _possible_now("earlier", found) if found else Reason("scenario.why_level")


def _left_out(action: str, found: Reason, before: Plan) -> Reason:
    """What left an action out; when it is its first step that went, that step by its name."""
    if found.key.startswith("assume."):
        return Reason("scenario.why_outside", {"why": found})
    steps = before.inputs.problem.actions["first_step_of"]
    own = list(steps.index[steps == action])
    if found.key == "schedule.why_first_step" and own:
        return Reason("scenario.why_step", {"other": own[0]})
    return found


def _possible_now(change: str, lacked: Reason) -> Reason:
    """What an action lacked as things are and has under the scenario."""
    if "what" in lacked.facts and lacked.key in ("schedule.why_lacks", "scenario.why_lacks"):
        return Reason("scenario.why_now", {"what": lacked.facts["what"]})
    return Reason(f"scenario.why_{change}", {"why": lacked})


def _of_replan(action: str, before: Plan, after: Plan) -> Reason | None:
    """What a replanning says of a date it changed under the scenario and not as things are."""

    def moved(plan: Plan) -> Reason | None:
        table = plan.schedule.moved
        rows = table[(table["action_id"] == action) & table["change"].isin(["moved", "mode"])]
        return rows["why"].iloc[0] if len(rows) else None

    return moved(after) if moved(before) is None else None


def obstacle(plan: Plan, action: str, day: date) -> Reason | None:
    """What keeps an action of a plan from starting on a day, the others staying where they are; None if nothing."""
    problem = plan.inputs.problem
    inside = problem.inside
    board = board_of(problem, plan.schedule.actions)
    number = inside.ids.index(action)
    if board.option[number] < 0:
        return None
    place = inside.calendar.first_from(monday_of(day))
    for earlier, lag in inside.before[number]:
        if board.option[earlier] < 0:
            continue
        end = board.start[earlier] + inside.options[board.option[earlier]].weeks
        if inside.lags[lag][end] > place:
            facts = {"other": inside.ids[earlier], "day": problem.calendar.friday(end - 1)}
            return Reason("schedule.moved_after", facts)
    option = inside.options[board.option[number]]
    if not any(span.first <= place <= span.last for span in option.spans):
        return Reason("scenario.why_dates")
    k, start = board.take(number)
    gaps = gaps_of(problem, option, place, board.free, board.left)
    board.put(k, start, span_at(option, start))
    return Reason("scenario.why_lacks", {"what": all_of([gap.reason for gap in gaps])}) if gaps else None
