"""What a plan says of money: cost of each action, who funds it, and whether the two agree."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from planlib.ingest import keys, kinds, readers
from planlib.ingest.keys import NO_YEAR, TO_FIND, Frames
from planlib.ingest.records import plain
from planlib.ingest.rows import Rows
from planlib.ingest.values import is_unknown
from planlib.schema import CODES

SEPARATOR = re.compile(r"\s*[;\n]\s*|\s*,\s+(?=[A-ZÉÈÀ])")  # between several names in one cell


def funders(rows: Rows) -> list[list[Funding]]:
    """Row by row, the funders named and what each pays."""
    out: list[list[Funding]] = [[] for _ in range(len(rows))]
    for place, beside in funder_columns(rows.headers):
        names = [plain(cell) for cell in rows.column(place)]
        paid = _amounts_at(rows, beside)
        for i in rows.kept:
            pays = (
                (None, None, None, None)
                if paid is None
                else (paid.low[i], paid.high[i], paid.currency[i], paid.found[i])
            )
            found = [names[i]] if beside is not None else SEPARATOR.split(names[i])
            out[i] += [Funding(name, *pays) for name in found if name and not is_unknown(name)]
            if not names[i] and pays[3]:
                out[i].append(Funding(TO_FIND, *pays))
    return out


@dataclass(frozen=True, slots=True)
class Funding:
    """What one source pays for one action."""

    source: str
    low: float | None
    high: float | None
    currency: str | None
    found: str | None


def _amounts_at(rows: Rows, place: int | None) -> readers.Amounts | None:
    if place is None:
        return None
    rows.matched["funder_amount"] = place
    return readers.amounts(rows, "funder_amount")


def funder_columns(headers: list[str]) -> list[tuple[int, int | None]]:
    """Places of the funder columns, each with the amount at its right when there is one."""
    words = kinds.header_words("actions")
    amount = {*words["funder_amount"], "montant", "amount"}
    pairs = []
    for place, header in enumerate(headers):
        if set(kinds.header_forms(header)) & set(words["funder"]):
            beside = place + 1
            paid = beside < len(headers) and set(kinds.header_forms(headers[beside])) & amount
            pairs.append((place, beside if paid else None))
    return pairs


def cost(rows: Rows, columns: dict[str, list], funding: list[list[Funding]]) -> None:
    """Cost as low and high, in the currency written; a total is compared with the sum of its funders."""
    n = len(rows)
    low, high, currency, found = ([None] * n for _ in range(4))
    if rows.has("cost"):
        cost = readers.amounts(rows, "cost")
        low, high, currency, found = cost.low, cost.high, cost.currency, cost.found
        columns["cost_size"] = [cell if cell in CODES["money_size"] else None for cell in found]
    for name, side in (("cost_low", low), ("cost_high", high)):
        if rows.has(name):
            bound = readers.amounts(rows, name)
            side[:] = readers.first_of(bound.low if name == "cost_low" else bound.high, side)
            currency = readers.first_of(currency, bound.currency)
            found = [" – ".join(filter(None, pair)) or None for pair in zip(found, bound.found, strict=True)]
    if rows.has("currency"):
        currency = [word.upper() or code for word, code in zip(rows.text("currency"), currency, strict=True)]
    for i in (i for i in rows.kept if funding[i]):
        _compare_funders(rows, i, funding[i], low, high, currency, found)
    if any(found) or rows.has("cost", "cost_low", "cost_high"):
        columns |= {"cost_low": low, "cost_high": high, "cost_found": found, "currency": currency}


def _compare_funders(
    rows: Rows, i: int, funders: list[Funding], low: list, high: list, currency: list, found: list
) -> None:
    known = [funder for funder in funders if funder.low is not None and funder.high is not None]
    if not known:
        return
    total = (sum(funder.low for funder in known), sum(funder.high for funder in known))
    words = " + ".join(funder.found for funder in known)
    name = rows.header("cost") if rows.has("cost") else rows.headers[funder_columns(rows.headers)[0][0]]
    if low[i] is None and high[i] is None:
        if len(known) == len(funders):
            low[i], high[i], currency[i] = *total, known[0].currency
            found[i] = found[i] or words
            rows.say(i, name, "", readers.plain_number(total[0]), "ingest.cost_is_sum", words=words, sum=total[0])
    elif (low[i], high[i]) != total:
        facts = {"sum": total[0], "difference": total[0] - (low[i] or 0), "words": words}
        rows.say(i, name, found[i], found[i], "ingest.funders_differ", **facts)


def tables_of(rows: Rows, columns: dict[str, list], funding: list[list[Funding]], tables: Frames) -> None:
    """Sources named, and what each pays for each action; the year is the workbook's to say."""
    sources: dict[str, dict] = {}
    costs: dict[tuple, dict] = {}
    for i in rows.kept:
        for funder in funding[i]:
            if funder.source != TO_FIND:
                sources.setdefault(funder.source, {"title": funder.source})
            if len(funding[i]) == 1 and not funder.found and "cost_low" in columns:
                # one source and no amount of its own: it pays the cost of the action
                pays = [columns[name][i] for name in ("cost_low", "cost_high", "currency", "cost_found")]
                funder = Funding(funder.source, *pays)
            key = (columns["action_id"][i], funder.source, NO_YEAR)
            if key in costs:  # a funder named twice in one row pays both
                funder = _together(costs[key], funder)
            costs[key] = funder
    if sources:
        tables["source"] = keys.titled("source", sources)
    if costs:
        index = pd.MultiIndex.from_tuples(list(costs), names=("action_id", "source_id", "fiscal_year"))
        names = {"amount_low": "low", "amount_high": "high", "currency": "currency", "amount_found": "found"}
        data = {column: [getattr(funder, name) for funder in costs.values()] for column, name in names.items()}
        tables["cost"] = pd.DataFrame(data, index=index, dtype=object)


def _together(one: Funding, other: Funding) -> Funding:
    def add(a, b):
        return None if a is None or b is None else a + b

    words = " + ".join(filter(None, (one.found, other.found)))
    return Funding(
        one.source, add(one.low, other.low), add(one.high, other.high), one.currency or other.currency, words
    )
