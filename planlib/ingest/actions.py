"""A plan of actions -> actions, axes, objectives, posts, funding: everything one row of a plan says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from planlib.ingest import build, kinds, readers
from planlib.ingest.build import NO_YEAR, TO_FIND, Frames
from planlib.ingest.records import fold, plain, slug
from planlib.ingest.rows import Rows
from planlib.ingest.values import is_unknown
from planlib.ingest.when import is_horizon
from planlib.schema import CODES

NUMBERED = re.compile(
    r"^(?:(?:axe|axis|orientation|volet|pilier|enjeu|objectif|objective|sous-axe|but|goal)\s+)?"
    r"(?P<number>(?:\d+|[A-Z])(?:\.\d+)*)(?:\s*[.):\-–—]+\s*|\s+(?=[^\d\W]{2}))(?P<title>\S.*)$",
    re.I | re.S,
)
HEADING = re.compile(r"^(?:axe|axis|orientation|volet|pilier|enjeu|objectif stratégique|priorité)\b", re.I)
DISPLAY_NUMBER = re.compile(r"^[A-Za-z]?\.?\d+(?:[.\-]\d+)*\.?$")
SEPARATOR = re.compile(r"\s*[;\n]\s*|\s*,\s+(?=[A-ZÉÈÀ])")

PLAIN = (
    "title_fr", "title_en", "description", "description_fr", "description_en", "justification", "partners",
    "plan_id", "lang", "first_step_of", "group",
)  # fmt: skip


def build_actions(rows: Rows) -> tuple[Frames, set[str]]:
    """The tables of a plan: action, axis, objective, post, assignment, source, cost, thread, precedence."""
    build.check_needs(rows)
    n = len(rows)
    columns: dict[str, list] = {name: [c or None for c in rows.text(name)] for name in PLAIN if rows.has(name)}
    _titles(rows, columns)
    tables: Frames = {}
    _axes(rows, columns, tables)
    _objectives(rows, columns, tables)
    _ids(rows, columns)
    _merge_twins(rows, columns)
    _when(rows, columns)
    _codes(rows, columns)
    _owners(rows, columns, tables)
    funding = _funders(rows)
    _cost(rows, columns, funding)
    _funding_tables(rows, columns, funding, tables)
    _links(rows, columns, tables)
    columns["origin"] = [rows.origin(i) for i in range(n)]
    build.translations(rows, columns)
    made = {kind for kind in ("axis", "objective", "post", "source") if kind in tables}
    if not rows.has("action_id") or "action_id" in rows.settled.get("made", ()):
        made.add("action")
    return {"action": build.frame(rows, "action", columns, list(range(n)))} | tables, made


def _titles(rows: Rows, columns: dict[str, list]) -> None:
    """Every row needs a title; a row that only names an axis heads the rows below it."""
    titles = rows.text("title") if rows.has("title") else [""] * len(rows)
    if rows.has("subtitle"):
        below = rows.text("subtitle")
        for i, (title, sub) in enumerate(zip(titles, below, strict=True)):
            if sub:
                titles[i] = f"{title} — {sub}" if title else sub
                rows.say(i, rows.header("subtitle"), sub, titles[i], "ingest.sub_action")
    if not rows.has("title"):
        titles = readers.first_of(*[columns[c] for c in ("title_fr", "title_en") if c in columns])
    heading = None
    headings: list[str | None] = []
    axis_columns = {
        rows.matched[name] for name in ("axis", "subaxis", "subsubaxis", "objective") if name in rows.matched
    }
    for i, title in enumerate(titles):
        filled = [place for place, cell in enumerate(rows.cells[i]) if plain(cell)]
        alone = len(filled) == 1
        if alone and not axis_columns and HEADING.match(plain(rows.cells[i][filled[0]])):
            heading = plain(rows.cells[i][filled[0]])
            rows.drop(i, "ingest.heading")
        elif not title and filled and set(filled) <= axis_columns:
            rows.drop(i, "ingest.axis_only")
        elif not title:
            rows.drop(i, "ingest.no_key", column=rows.header("title"))
        headings.append(heading)
    if heading:
        rows.settled["headings"] = headings
    columns["title"] = [title or None for title in titles]


def split_number(text: str) -> tuple[str | None, str]:
    """`4.2. Mobilité` -> ('4.2', 'Mobilité'); words without a number -> (None, words)."""
    match = NUMBERED.match(plain(text))
    return (match["number"], plain(match["title"])) if match else (None, plain(text))


def _axes(rows: Rows, columns: dict[str, list], tables: Frames) -> None:
    """Axes and sub-axes by their path, spellings brought together; an action hangs on the deepest one."""
    levels = [name for name in ("axis", "subaxis", "subsubaxis") if rows.has(name)]
    cells = {name: rows.text(name) for name in levels}
    if "headings" in rows.settled:
        levels, cells = ["axis"], {"axis": [word or "" for word in rows.settled["headings"]]}
    elif "axis" in cells:
        _fill_once(rows, cells["axis"])
    if not levels:
        return
    said: dict[str, dict] = {}
    ids: dict[tuple, str] = {}
    parents: list[str | None] = [None] * len(rows)
    for depth, name in enumerate(levels):
        column = rows.header(name)
        groups = Spellings(rows, column, name, [(parents[i], cells[name][i]) for i in range(len(rows))])
        for i in range(len(rows)):
            if not cells[name][i]:
                continue
            key = (parents[i], groups.used[parents[i], cells[name][i]])
            if key not in ids:
                ids[key] = build.MADE["axis"].format(len(ids) + 1)
                number, title = split_number(key[1])
                said[ids[key]] = {"title": title, "number": number, "parent_id": parents[i],
                                  "level": "subaxis" if depth else "axis"}  # fmt: skip
                if rows.has("plan_id"):
                    said[ids[key]]["plan_id"] = rows.text("plan_id")[i] or None
            parents[i] = ids[key]
    columns["axis_id"] = parents
    if said:
        tables["axis"] = build.titled("axis", said)


def _fill_once(rows: Rows, cells: list[str]) -> None:
    """An axis written once above its actions holds for the rows below it, when no row repeats the one above."""
    kept = rows.kept
    if not any(cells[i] for i in kept) or all(cells[i] for i in kept) or not cells[kept[0]]:
        return
    if any(cells[a] and cells[a] == cells[b] for a, b in pairwise(kept)):
        return
    n, last = 0, ""
    for i in range(len(cells)):
        if cells[i]:
            last = cells[i]
        elif i not in rows.aside:
            cells[i], n = last, n + 1
    rows.say(kept[0], rows.header("axis"), "", cells[kept[0]], "ingest.filled_once", n=n)


class Spellings:
    """Words that stand for one thing under one parent, whatever their accents, case, spaces or stops.

    Two that differ by one letter are one, and that is said; by two letters it is asked.
    """

    def __init__(self, rows: Rows, column: str, name: str, found: list[tuple]):
        counts = Counter((parent, text) for i, (parent, text) in enumerate(found) if text)
        first = {}
        for i, pair in enumerate(found):
            first.setdefault(pair, i)
        self.used: dict[tuple, str] = {}
        chosen: dict[tuple, str] = {}
        for parent, text in sorted(counts, key=lambda pair: (-counts[pair], first[pair])):
            number, title = split_number(text)
            words = re.sub(r"\W+", " ", fold(title)).strip()
            twin = chosen.get((parent, number, words)) or self._near(rows, name, chosen, parent, number, words, text)
            if twin is None:
                chosen[parent, number, words] = twin = text
            elif twin != text:
                n = counts[parent, text]
                rows.say(first[parent, text], column, text, twin, "ingest.spelling", n=n)
            self.used[parent, text] = twin

    @staticmethod
    def _near(rows: Rows, name: str, chosen: dict, parent, number, words: str, text: str) -> str | None:
        for (other_parent, other_number, other_words), twin in chosen.items():
            if other_parent != parent or (number and other_number and number != other_number):
                continue
            if words == other_words:
                return twin  # numbered in one place only
            if re.findall(r"\d+", words) != re.findall(r"\d+", other_words) or min(len(words), len(other_words)) < 10:
                continue
            apart = edits(words, other_words, 2)
            if apart == 1 or (apart == 2 and number and number == other_number):
                return twin
            if apart == 2:
                choices = {"same": "ingest.choice_same", "apart": "ingest.choice_apart"}
                key = f"{name}.{slug(text)}"
                answer = rows.ask(key, "ingest.ask_same", choices, column=rows.header(name), found=text, other=twin)
                if answer == "same":
                    return twin
        return None


def edits(one: str, other: str, most: int) -> int:
    """Letters to add, drop, change or swap to turn one into the other; `most` + 1 when there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, line = None, list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(line[j] + 1, row[j - 1] + 1, line[j - 1] + (a != b))
            if before is not None and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, line = line, row
    return line[-1]


def _objectives(rows: Rows, columns: dict[str, list], tables: Frames) -> None:
    if not rows.has("objective"):
        return
    cells = rows.text("objective")
    groups = Spellings(rows, rows.header("objective"), "objective", [(None, cell) for cell in cells])
    ids: dict[str, str] = {}
    said: dict[str, dict] = {}
    found: list[str | None] = []
    for i, cell in enumerate(cells):
        if not cell:
            found.append(None)
            continue
        used = groups.used[None, cell]
        if used not in ids:
            ids[used] = build.MADE["objective"].format(len(ids) + 1)
            number, title = split_number(used)
            said[ids[used]] = {"title": title, "number": number}
            if "axis_id" in columns and columns["axis_id"][i]:
                said[ids[used]]["axis_id"] = columns["axis_id"][i]
        found.append(ids[used])
    columns["objective_id"] = found
    if said:
        tables["objective"] = build.titled("objective", said)


def _ids(rows: Rows, columns: dict[str, list]) -> None:
    """The file's own ids; a column of display numbers (2.1.3) is the number shown, and ids are made."""
    n = len(rows)
    if rows.has("number"):
        columns["number"] = [cell or None for cell in rows.text("number")]
    ids = [cell or None for cell in rows.text("action_id")] if rows.has("action_id") else [None] * n
    kept = [ids[i] for i in rows.kept]
    if any(kept) and all(DISPLAY_NUMBER.match(found) and found[0].isdigit() for found in kept if found):
        columns.setdefault("number", ids)
        ids = [None] * n
        rows.settled["made"] = ("action_id",)
    made = iter(build.numbered("action", [ids[i] for i in rows.kept]))
    columns["action_id"] = [next(made) if i not in rows.aside else None for i in range(n)]


def _merge_twins(rows: Rows, columns: dict[str, list]) -> None:
    """Actions of one title under one axis: a copy is left out; others are asked, merged or kept."""
    seen: dict[tuple, int] = {}
    own = rows.has("action_id") and "made" not in rows.settled
    twins = []
    for i in rows.kept:
        key = (fold(columns["title"][i]), columns["axis_id"][i] if "axis_id" in columns else None)
        if own:
            key = (columns["action_id"][i],)
        if key not in seen:
            seen[key] = i
        elif list(map(plain, rows.cells[i])) == list(map(plain, rows.cells[seen[key]])):
            rows.drop(i, "ingest.copy", first=str(rows.numbers[seen[key]]))
        else:
            twins.append((seen[key], i))
    if not twins:
        return
    first, second = twins[0]
    answer = rows.ask(
        "duplicates", "ingest.ask_duplicates", {"merge": "ingest.choice_merge", "keep": "ingest.choice_keep"},
        n=len(twins), title=columns["title"][second], first=str(rows.numbers[first]), second=str(rows.numbers[second]),
    )  # fmt: skip
    if answer == "keep" and own:
        for _, i in twins:
            columns["action_id"][i] = f"{columns['action_id'][i]}-{rows.numbers[i]}"
    if answer == "merge":
        for first, i in twins:
            for place, cell in enumerate(rows.cells[i]):
                if not plain(rows.cells[first][place]):
                    rows.cells[first][place] = cell
                elif plain(cell) and plain(cell) != plain(rows.cells[first][place]):
                    rows.say(i, rows.headers[place], cell, rows.cells[first][place], "ingest.merged")
            for name in (*PLAIN, "title"):
                if name in columns and name != "title":
                    columns[name][first] = columns[name][first] or columns[name][i]
            rows.drop(i, "ingest.merged_into", first=str(rows.numbers[first]))


def _when(rows: Rows, columns: dict[str, list]) -> None:
    """Start and end as days, the words as found beside; `court terme` is a horizon, never a date."""
    n = len(rows)
    names = [name for name in ("start", "when", "end") if rows.has(name)]
    if not names and not rows.has("horizon", "duration_weeks"):
        return
    if "when" in names and len(names) > 1:
        # Dates have columns of their own: a calendar beside them is words (`phase 1 au printemps`), kept as found.
        words_only, names = rows.text("when"), [name for name in names if name != "when"]
    else:
        words_only = [""] * n
    read = {name: readers.periods(rows, name) for name in names}
    starts: list = [None] * n
    ends: list = [None] * n
    said: list = [None] * n
    horizons = readers.blanks(rows.text("horizon")) if rows.has("horizon") else [None] * n
    for i in range(n):
        words = []
        for name in names:
            cell, start, end = read[name].found[i], read[name].start[i], read[name].end[i]
            if cell and is_horizon(cell):
                horizons[i] = horizons[i] or cell
            if start is None and end is None:
                words += [cell] if cell and not is_unknown(cell) else []
                continue
            if name in ("start", "when") and starts[i] is None:
                starts[i] = start
            if name in ("end", "when") and (name == "end" or ends[i] is None):
                ends[i] = end or start
            if read[name].precision[i] != "day" or cell != start.isoformat():
                words.append(cell)
        words += filter(None, [words_only[i]])
        said[i] = " → ".join(dict.fromkeys(words)) or None
        if starts[i] and ends[i] and ends[i] < starts[i] and i not in rows.aside:
            column = rows.header("end" if "end" in names else names[0])
            rows.say(i, column, starts[i].isoformat(), ends[i].isoformat(), "ingest.end_before_start")
    if names:
        columns["earliest_start"], columns["deadline"], columns["when_found"] = starts, ends, said
    _horizon(rows, columns, horizons)
    if rows.has("duration_weeks"):
        columns["duration_weeks"] = readers.weeks(rows, "duration_weeks")


def _horizon(rows: Rows, columns: dict[str, list], found: list) -> None:
    """Horizons by their words; a rhythm (`en continu`) is none of the three."""
    if not any(found):
        return
    known = kinds.code_words("horizon")
    columns["horizon"] = [known.get(fold(word)) if word else None for word in found]
    columns["horizon_found"] = found
    for i, (word, code) in enumerate(zip(found, columns["horizon"], strict=True)):
        if word and code is None and not is_unknown(word) and not is_horizon(word) and found.index(word) == i:
            rows.say(i, rows.header("horizon"), word, "", "ingest.horizon_unknown", n=found.count(word))


def _codes(rows: Rows, columns: dict[str, list]) -> None:
    """Status, priority, size, flags."""
    for name in ("status", "priority"):
        if rows.has(name):
            columns[name] = readers.codes(rows, name, name)
            columns[f"{name}_found"] = readers.blanks(rows.text(name))
    if rows.has("effort_size"):
        columns["effort_size"] = _sizes(rows)
    for name in ("group_rule", "edition"):
        if rows.has(name):
            columns[name] = readers.codes(rows, name, name)
    if rows.has("mandatory"):
        columns["mandatory"] = readers.flags(rows, "mandatory")
    if rows.has("ongoing"):
        flags = readers.flags(rows, "ongoing")
        stated = columns.get("status") or [None] * len(rows)
        columns["status"] = [code or ("ongoing" if flag else None) for code, flag in zip(stated, flags, strict=True)]


def _sizes(rows: Rows) -> list:
    """P, M, G; a figure of days needs a role, so it is only said here."""
    known = kinds.code_words("size")
    cells = rows.text("effort_size")
    for cell in dict.fromkeys(cells):
        if cell and fold(cell) not in known and not is_unknown(cell):
            rows.say(cells.index(cell), rows.header("effort_size"), cell, "", "ingest.not_a_size", n=cells.count(cell))
    return [known.get(fold(cell)) for cell in cells]


def _owners(rows: Rows, columns: dict[str, list], tables: Frames) -> None:
    """The owner in the words of the plan; one named owner is a post that is accountable, several are not."""
    names = [name for name in ("owner", "owner_service", "owner_body") if rows.has(name)]
    if not names:
        return
    owners = readers.first_of(*[rows.text(name) for name in names])
    columns["owner"] = [None if owner and is_unknown(owner) else owner for owner in owners]
    posts: dict[str, dict] = {}
    held = []
    several = 0
    for i in rows.kept:
        owner = columns["owner"][i]
        if not owner:
            continue
        if len(SEPARATOR.split(owner)) > 1:
            several += 1
            if several == 1:
                rows.say(i, rows.header(names[0]), owner, owner, "ingest.several_owners")
            continue
        posts.setdefault(owner, {"title": owner})
        held.append((columns["action_id"][i], owner, "accountable"))
    if posts:
        tables["post"] = build.titled("post", posts)
        index = pd.MultiIndex.from_tuples(held, names=("action_id", "post_id", "part"))
        tables["assignment"] = pd.DataFrame(index=index)


def _funders(rows: Rows) -> list[list[Funding]]:
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


def _cost(rows: Rows, columns: dict[str, list], funding: list[list[Funding]]) -> None:
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
    for i in rows.kept:
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


def _funding_tables(rows: Rows, columns: dict[str, list], funding: list[list[Funding]], tables: Frames) -> None:
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
        tables["source"] = build.titled("source", sources)
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


def _links(rows: Rows, columns: dict[str, list], tables: Frames) -> None:
    """Notes an action comes from, and actions that must come before it."""
    thread, before = [], []
    if rows.has("notes"):
        cells = rows.text("notes")
        thread = [(note, columns["action_id"][i]) for i in rows.kept for note in re.split(r"[;,\s]+", cells[i]) if note]
    if rows.has("predecessors"):
        cells = rows.text("predecessors")
        before = [
            (other, columns["action_id"][i])
            for i in rows.kept
            for other in re.split(r"\s*[;,\n]\s*", cells[i])
            if other
        ]
    if thread:
        index = pd.MultiIndex.from_tuples(list(dict.fromkeys(thread)), names=("note_id", "action_id"))
        tables["thread"] = pd.DataFrame(index=index)
    if before:
        index = pd.MultiIndex.from_tuples(list(dict.fromkeys(before)), names=("before", "after"))
        tables["precedence"] = pd.DataFrame(index=index)
