"""The engine `planlib-fork` as papermill finds it: a name alone, so that either may be imported first.

papermill loads its entry points while it is itself being imported; the engine proper imports papermill.
"""

from __future__ import annotations


class _Late(type):
    """Hands over to `forked.ForkEngine` when papermill asks for something of it."""

    def __getattr__(cls, name: str):
        from planlib.report.forked import ForkEngine as Engine

        return getattr(Engine, name)


class ForkEngine(metaclass=_Late):
    """The engine, by name."""
