"""How sure is this order: shares of ranks and bands over the weights, exact swap points, the front of two missions."""

from planlib.robust.missions import front, mission_scores
from planlib.robust.shares import bands, before, rank_acceptability, say_first, uncertainty
from planlib.robust.swaps import say_swap, smallest_change, swap_points, weight_intervals
from planlib.robust.weightings import weight_sets

__all__ = [
    "bands",
    "before",
    "front",
    "mission_scores",
    "rank_acceptability",
    "say_first",
    "say_swap",
    "smallest_change",
    "swap_points",
    "uncertainty",
    "weight_intervals",
    "weight_sets",
]
