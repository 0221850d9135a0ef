"""Files of a mandate -> checked tables, every row kept or set aside with a reason."""

from planlib.ingest.given import answers, step_answers
from planlib.ingest.imports import Import, read
from planlib.ingest.into import store_imports
from planlib.ingest.resolve import resolve

__all__ = ["Import", "answers", "read", "resolve", "step_answers", "store_imports"]
