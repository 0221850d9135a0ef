"""What if: a list of changes, the ranking and the plan made again under them, and what that changes, with reasons.

`compare(book, changes)` gives a `Comparison`; a change is a path and a value, as `planlib what-if --set` takes them.
`side_by_side` sets several against the same plan. `council` gives three ways to take a change, to decide between, and
`adopt` makes the one chosen the plan.
"""

from planlib.scenario.adoption import adopt
from planlib.scenario.beside import SideBySide, beside, side_by_side
from planlib.scenario.changes import Change, read_changes
from planlib.scenario.comparison import Comparison, Side
from planlib.scenario.council import Council, Option, council
from planlib.scenario.kept import named, read_file, read_scenario, save
from planlib.scenario.recomputed import compare

__all__ = [
    "Change",
    "Comparison",
    "Council",
    "Option",
    "Side",
    "SideBySide",
    "adopt",
    "beside",
    "compare",
    "council",
    "named",
    "read_changes",
    "read_file",
    "read_scenario",
    "save",
    "side_by_side",
]
