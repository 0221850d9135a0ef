"""What people say matters, as weights that sum to 1: 100 points, swing, an ordering, pairs; one person or a group."""

from planlib.weights.pairwise import RANDOM_INDEX, Pairwise, from_group_pairwise, from_pairwise
from planlib.weights.points import DECIMALS, from_judges, from_order, from_points, from_swing

__all__ = [
    "DECIMALS",
    "RANDOM_INDEX",
    "Pairwise",
    "from_group_pairwise",
    "from_judges",
    "from_order",
    "from_pairwise",
    "from_points",
    "from_swing",
]
