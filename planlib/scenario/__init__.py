"""What if: a list of changes, the ranking and the plan made again under them, and what that changes, with reasons.

`compare(book, changes)` gives a `Comparison`; a change is a path and a value, as `planlib what-if --set` takes them.
"""

from planlib.scenario.changes import Change, read_changes
from planlib.scenario.comparison import Comparison, Side
from planlib.scenario.kept import named, read_file, save
from planlib.scenario.recomputed import compare

__all__ = ["Change", "Comparison", "Side", "compare", "named", "read_changes", "read_file", "save"]
