"""Which actions, in which mode, from which date: the best plan that people, money and rules allow, explained.

`Problem` checks the tables once; `solve` gives a `Schedule`; `replan` changes a published one as little as
possible; `explain` says why a plan cannot be. Dates outside, weeks counted from a Monday inside.
"""

from planlib.schedule.explain import Explanation, explain
from planlib.schedule.problem import Problem
from planlib.schedule.reasons import Money, Reason
from planlib.schedule.replan import replan
from planlib.schedule.result import Schedule
from planlib.schedule.solver import solve
from planlib.schedule.weeks import Limits

__all__ = ["Explanation", "Limits", "Money", "Problem", "Reason", "Schedule", "explain", "replan", "solve"]
