"""Files of a mandate -> checked tables, every row kept or set aside with a reason."""

from planlib.ingest.imports import Import, read

__all__ = ["Import", "read"]
