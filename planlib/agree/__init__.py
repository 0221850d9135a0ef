"""Where judges and tables agree and differ, orders that unite them, and what is worth talking about next."""

from planlib.agree.concord import between, borda, kemeny, kendall_w, ranked_by_all
from planlib.agree.discuss import by_table, discuss_next, ranks_by, say, value_of_agreement

__all__ = [
    "between",
    "borda",
    "by_table",
    "discuss_next",
    "kemeny",
    "kendall_w",
    "ranked_by_all",
    "ranks_by",
    "say",
    "value_of_agreement",
]
