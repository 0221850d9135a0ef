"""The plan as a workbook that people open in Excel, and what they wrote in it back into the journal.

`export` writes it; `merge` reads it back, cell by cell, against what it was and what the workbook holds now.
"""

from planlib.office.content import ready
from planlib.office.merge import Merge, merge
from planlib.office.told import document
from planlib.office.write import export

__all__ = ["Merge", "document", "export", "merge", "ready"]
