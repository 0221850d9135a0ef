"""What a file leaves open and the workbook settles: the currency, the year of a cost, where a horizon ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pandas as pd

from planlib.ingest import keys
from planlib.ingest.keys import Frames
from planlib.ingest.readers import Label
from planlib.ingest.spans import MEDIUM_MONTHS, SHORT_MONTHS, horizon_of, weeks_of

AMOUNTS = ("amount", "amount_low", "amount_high", "cost_low", "cost_high")


def currencies(tables: Frames, client: pd.DataFrame) -> None:
    """Amounts without a currency are in the client's."""
    for kind, table in tables.items():
        amounts = [name for name in AMOUNTS if name in table]
        stated = client["currency"].dropna().tolist() if amounts else []
        if not stated:
            continue
        known = table[amounts].notna().any(axis=1)
        given = table["currency"].tolist() if "currency" in table else [None] * len(table)
        tables[kind] = table.assign(
            currency=[code or (stated[0] if has else None) for code, has in zip(given, known, strict=True)]
        )


def horizons(tables: Frames, client: pd.DataFrame, say: Callable) -> None:
    """A horizon given as a length of time (`2-3 ans`) goes by the client's own limits."""
    table = tables.get("action")
    if table is None or "horizon_found" not in table.columns:
        return
    limits = [
        client[name].iloc[0] if len(client) and pd.notna(client[name].iloc[0]) else usual
        for name, usual in (("short_months", SHORT_MONTHS), ("medium_months", MEDIUM_MONTHS))
    ]
    codes = table["horizon"].tolist()
    told = set()
    for position, (found, code) in enumerate(zip(table["horizon_found"].tolist(), codes, strict=True)):
        if not found or weeks_of(found) is None:
            continue
        codes[position] = horizon_of(found, *limits)
        if found not in told and codes[position] != code:
            told.add(found)
            why = "ingest.horizon_by_client" if codes[position] else "ingest.horizon_across"
            label = Label("horizon", codes[position] or "short")
            facts = {"label": label, "short": limits[0], "medium": limits[1]}
            say(table, position, found, codes[position] or "", why, column="horizon", **facts)
    tables["action"] = table.assign(horizon=pd.Series(codes, index=table.index, dtype=object))


def years(tables: Frames, costs: pd.DataFrame, actions: pd.DataFrame) -> bool:
    """Costs without a year: that of the same cost in the workbook, else the year the action starts. Whether any is."""
    table = tables.get("cost")
    if table is None or keys.NO_YEAR not in set(table.index.get_level_values("fiscal_year")):
        return False
    before = defaultdict(set)
    for action, source, year in costs.index:
        before[action, source].add(year)
    starts = actions["earliest_start"].to_dict()
    own = tables.get("action")
    if own is not None and "earliest_start" in own.columns:
        starts |= {key: day for key, day in own["earliest_start"].items() if day is not None}
    dated = []
    for action, source, year in table.index:
        if year == keys.NO_YEAR and len(before[action, source]) == 1:
            year = next(iter(before[action, source]))
        elif year == keys.NO_YEAR and pd.notna(day := starts.get(action)):
            year = day.year
        dated.append((action, source, year))
    table = table.copy()
    table.index = pd.MultiIndex.from_tuples(dated, names=table.index.names)
    tables["cost"] = table[~table.index.duplicated(keep="last")]
    return True
