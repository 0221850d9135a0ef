"""The next action a plan would take in, and the least that lets it in."""

from __future__ import annotations

from planlib.decide import Plan
from planlib.schedule import Reason, next_action


def marginal(plan: Plan) -> Reason | None:
    """What the smallest addition buys, in words: the least money of a source, else the fewest days of a role, else
    places at once; None when nothing is left out for want of one limit alone."""
    if plan.inputs.problem is None or plan.schedule is None or plan.schedule.status == "infeasible":
        return None
    table = next_action(plan.inputs.problem, plan.schedule)
    if table.empty:
        return None
    first = table[table["limit"] == table["limit"].iloc[0]]
    return min(first.itertuples(), key=lambda row: (row.missing, -row.value, str(row.action_id))).why
