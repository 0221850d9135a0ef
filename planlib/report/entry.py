"""The engine `planlib-fork` as papermill finds it: a name alone, so that either may be imported first.

papermill loads its entry points while it is itself being imported; the engine proper imports papermill.
"""

from __future__ import annotations


class ForkEngine:
    """Hands over to `forked.ForkEngine` when a notebook is to run."""

    @classmethod
    def execute_notebook(cls, *args, **kwargs):
        from planlib.report.forked import ForkEngine as Engine

        return Engine.execute_notebook(*args, **kwargs)
