"""Imports without what nobody here uses and every process would wait for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lean_imports() -> Iterator[None]:
    """Import jsonschema (under nbformat and altair) without its check of IRIs.

    It compiles a grammar of them at import, which takes longer than a report; without the package that holds the
    grammar jsonschema leaves the check out. The package can be imported afterwards as ever.
    """
    name = "rfc3987_syntax"
    known = name in sys.modules
    if not known:
        sys.modules[name] = None
    try:
        yield
    finally:
        if not known:
            del sys.modules[name]
