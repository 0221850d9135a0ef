"""Files of a mandate -> checked tables, every row kept or set aside with a reason."""

from planlib.ingest.given import answers, check_used, step_answers
from planlib.ingest.imported import Import
from planlib.ingest.imports import pasted, read
from planlib.ingest.into import store_imports
from planlib.ingest.resolve import resolve

__all__ = ["Import", "answers", "check_used", "pasted", "read", "resolve", "step_answers", "store_imports"]
