"""Which actions, in which mode, from which date: the best plan that people, money and rules allow, explained.

`Problem` checks the tables once; `solve` gives a `Schedule`; `replan` changes a published one as little as
possible; `explain` says why a plan cannot be; `next_action` and `curve` say what more money or days would buy;
`improving` gives a plan at once and a better one while people talk. Dates outside, weeks counted from a Monday inside.
"""

from planlib.schedule.explain import Explanation, explain
from planlib.schedule.live import Improving, improving
from planlib.schedule.margin import Point, curve, next_action
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Money, Reason
from planlib.schedule.replan import replan
from planlib.schedule.result import Schedule
from planlib.schedule.solver import solve
from planlib.schedule.weeks import Limits

__all__ = [
    "Explanation",
    "Improving",
    "Limits",
    "Money",
    "Point",
    "Problem",
    "Reason",
    "Schedule",
    "curve",
    "explain",
    "improving",
    "next_action",
    "replan",
    "solve",
]
