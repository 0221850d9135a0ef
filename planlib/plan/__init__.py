"""The plan as tables: what is in it, who carries what, its money and indicators, and what it still lacks.

A day is the day of the facts (`facts.as_of`) or an argument; unknown is counted apart, never taken for zero.
"""

from planlib.plan.cards import indicator_cards
from planlib.plan.check import check
from planlib.plan.load import Load, load
from planlib.plan.money import budget, costs
from planlib.plan.rows import left_out, table
from planlib.plan.standing import standing

__all__ = ["Load", "budget", "check", "costs", "indicator_cards", "left_out", "load", "standing", "table"]
