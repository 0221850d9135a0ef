"""The annual review: what was done, what was not and why, what changed, what to decide, what next year holds.

`annual` gives a year's `Review`; `compare` sets it against the year before. No clock: the year and the data decide.
"""

from planlib.review.compared import Compared, compare
from planlib.review.said import Said
from planlib.review.yearly import Review, annual

__all__ = ["Compared", "Review", "Said", "annual", "compare"]
