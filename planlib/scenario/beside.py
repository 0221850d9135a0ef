"""Several scenarios side by side: the plan as things are, then each of them, in one table and a few sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib.scenario.comparison import Comparison, Side
from planlib.scenario.recomputed import against, ground
from planlib.schedule import Reason
from planlib.store import Book

TODAY = ""  # the first column: the plan as things are


@dataclass(frozen=True, slots=True, eq=False)
class SideBySide:
    """The plan as things are (`today`) and each scenario by its name.

    actions : one row an action that is not the same in every column, and column: action_id, scenario (its name, "" for
        today), chosen, start, finish, mode, change (as a Comparison's, None where it is as today), why (a Reason).
    """

    today: Side
    scenarios: dict[str, Comparison]
    actions: pd.DataFrame
    titles: dict[str, pd.Series]
    names: dict[str, dict[str, str]]

    def sentences(self, lang: str) -> dict[str, list[str]]:
        """What each column is and changes, in words, by its name: what is asked, then what it changes."""
        n = Reason("scenario.today_n", {"n": len(self.today.chosen), "of": len(self.today.actions)})
        value = Reason("scenario.today_value", {"value": round(self.today.value, 2)})
        told = {TODAY: [n.text(lang), value.text(lang)]}
        for name, found in self.scenarios.items():
            asked = [sentence.text(lang, self.names[lang]) for sentence in found.said]
            told[name] = [*asked, *found.sentences(lang)]
        return told


def side_by_side(
    book: Book,
    scenarios: Mapping[str, Mapping | Iterable | str],
    *,
    today: date | None = None,
    time_limit: float = 10.0,
) -> SideBySide:
    """Several scenarios against the same plan, which is made once; each as `compare` makes it."""
    held = ground(book, today=today, time_limit=time_limit)
    return beside({name: against(held, changes) for name, changes in scenarios.items()})


def beside(found: Mapping[str, Comparison]) -> SideBySide:
    """Comparisons already made against one plan, side by side."""
    first = next(iter(found.values()))
    differ = {action for one in found.values() for action in one.actions.query("change != 'rank'")["action_id"]}
    rows = []
    for action in sorted(differ):
        rows.append({"action_id": action, "scenario": TODAY, **_place(first.before, action)})
        for name, one in found.items():
            changes = one.actions[(one.actions["action_id"] == action) & (one.actions["change"] != "rank")]
            said = {} if changes.empty else changes.iloc[0][["change", "why"]].to_dict()
            rows.append({"action_id": action, "scenario": name, **_place(one.after, action), **said})
    columns = ["action_id", "scenario", "chosen", "start", "finish", "mode", "change", "why"]
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    table["chosen"] = table["chosen"].astype(bool)
    for column in ("start", "finish"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    return SideBySide(first.before, dict(found), table, first.titles, first.names)


def _place(side: Side, action: str) -> dict:
    row = side.actions.loc[action]
    return {name: row[name] for name in ("chosen", "start", "finish", "mode")}
