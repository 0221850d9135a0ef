"""The next action a plan would take in: the least money, else the fewest days, that let one more in."""

from __future__ import annotations

from planlib.decide import Plan
from planlib.schedule import Reason
from planlib.schedule.gaps import tidy
from planlib.schedule.reasons import all_of
from planlib.words import year_name

ORDER = ("budget", "capacity", "per_owner", "at_most")  # money is the easiest to find, then days


def marginal(plan: Plan) -> Reason | None:
    """What the smallest addition is and which action it lets in; None when nothing is left out for want of means.

    One source or one role comes before several together; then the least money, then the fewest days; the action of
    the most value where they are equal.
    """
    problem, table = plan.inputs.problem, plan.schedule.why_not
    if problem is None or table.empty:
        return None
    table = table[table["limit"].isin(ORDER)]
    if table.empty:
        return None
    value = problem.actions["value"]

    def cost(way: tuple) -> tuple:
        (action, _), rows = way
        place = max(ORDER.index(limit) for limit in rows["limit"])
        return len(rows), place, float(rows["missing"].sum()), -float(value[action]), action

    (action, _), rows = min(table.groupby(["action_id", "way"], sort=True), key=cost)
    what = all_of([_lacks(plan, row) for row in rows.itertuples()])
    return Reason("scenario.next_in", {"action": action, "what": what})


def _lacks(plan: Plan, row) -> Reason:
    """One row of `why_not` as the sentence that the schedule says of it."""
    problem = plan.inputs.problem
    year, _, quarter = row.period.partition("-Q")
    facts = {"year": year_name(int(year), problem.calendar.fiscal_start)}
    if row.limit == "budget":
        facts |= {"amount": problem.money(row.missing), "source": row.name}
    else:
        facts |= {"n": tidy(row.missing), "quarter": int(quarter)}
        facts |= {"capacity": {"role": row.name}, "per_owner": {"owner": row.name}}.get(row.limit, {})
    return Reason(f"schedule.lacks_{row.limit}", facts)
