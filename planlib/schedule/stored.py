"""A schedule as rows of the workbook, and its sentences as JSON that either language can read back."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd

from planlib.schedule.reasons import Money, Reason


def rows(actions: pd.DataFrame, assumed: tuple[tuple[str | None, Reason], ...]) -> pd.DataFrame:
    """The `actions` of a schedule as the workbook's `schedule` table; each action carries what was assumed of it."""
    of_action: dict[str, list[Reason]] = {}
    for action, reason in assumed:
        of_action.setdefault(action, []).append(reason)
    table = actions[["chosen", "mode", "start", "finish"]].copy()
    table["why_not"] = [None if blank(reason) else pack(reason) for reason in actions["why_not"]]
    listed = [of_action.get(action) for action in table.index]
    table["assumed"] = [None if found is None else json.dumps([_plain(r) for r in found]) for found in listed]
    return table.rename_axis("action_id")


def pack(reason: Reason) -> str:
    """A reason as JSON text."""
    return json.dumps(_plain(reason), ensure_ascii=False)


def unpack(text: str) -> Reason:
    """The reason that `pack` wrote."""
    return _whole(json.loads(text))


def unpack_all(text: str | None) -> list[Reason]:
    """The list of reasons kept in `assumed`."""
    return [] if blank(text) else [_whole(found) for found in json.loads(text)]


def blank(found) -> bool:
    return found is None or (not isinstance(found, Reason | str) and pd.isna(found))


def _plain(fact):
    if isinstance(fact, Reason):
        return {"key": fact.key, "facts": {name: _plain(part) for name, part in fact.facts.items()}}
    if isinstance(fact, Money):
        return {"amount": fact.amount, "currency": fact.currency}
    if isinstance(fact, date):
        return {"day": fact.isoformat()[:10]}
    if isinstance(fact, list | tuple):
        return [_plain(part) for part in fact]
    return fact.item() if hasattr(fact, "item") else fact


def _whole(fact):
    if isinstance(fact, list):
        return [_whole(part) for part in fact]
    if not isinstance(fact, dict):
        return fact
    if "key" in fact:
        return Reason(fact["key"], {name: _whole(part) for name, part in fact["facts"].items()})
    return Money(fact["amount"], fact["currency"]) if "amount" in fact else date.fromisoformat(fact["day"])
