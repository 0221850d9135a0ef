"""A notebook's desk: `open_client` readies it in one line, `show` sets a table in the reader's language.

`blocks` sets the review's finished tables as HTML, for page one live and for the report.
"""

from planlib.desk.opened import Desk, open_client
from planlib.desk.tables import show

__all__ = ["Desk", "open_client", "show"]
