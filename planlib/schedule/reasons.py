"""The sentences of a schedule: why an action is out, what it lacks, what was assumed."""

from __future__ import annotations

from planlib.said import Money
from planlib.said import Said as Reason

__all__ = ["Money", "Reason", "all_of", "either"]


def either(parts: list[Reason]) -> Reason:
    """Several reasons as alternatives: a, or b."""
    return parts[0] if len(parts) == 1 else Reason("schedule.either", {"first": parts[0], "second": either(parts[1:])})


def all_of(parts: list[Reason]) -> Reason:
    """Several reasons together: a, b and c."""
    return parts[0] if len(parts) == 1 else Reason("schedule.all_of", {"parts": list(parts)})
