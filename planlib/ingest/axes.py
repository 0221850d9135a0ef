"""Axes, sub-axes and objectives of a plan, whatever the spellings, and the numbers they carry."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from operator import itemgetter

from planlib.ingest import keys
from planlib.ingest.keys import Frames
from planlib.ingest.names import split_number, words_of
from planlib.ingest.records import slug
from planlib.ingest.rows import Rows

MANY = 500  # spellings beyond which slips are no longer looked for: such a column holds no axes


def axes(rows: Rows, columns: dict[str, list], tables: Frames) -> None:
    """Axes and sub-axes by their path, spellings brought together; an action hangs on the deepest one."""
    levels = [name for name in ("axis", "subaxis", "subsubaxis") if rows.has(name)]
    cells = {name: rows.text(name) for name in levels}
    if "headings" in rows.settled:
        levels, cells = ["axis"], {"axis": [word or "" for word in rows.settled["headings"]]}
    elif "axis" in cells:
        _fill_once(rows, "axis", cells["axis"])
    if not levels:
        return
    said: dict[str, dict] = {}
    ids: dict[tuple, str] = {}
    parents: list[str | None] = [None] * len(rows)
    for depth, name in enumerate(levels):
        column = rows.header(name)
        pairs = list(zip(parents, cells[name], strict=True))
        groups = Spellings(rows, column, name, pairs)
        hung: dict[tuple, str | None] = {}
        for parent, text in dict.fromkeys(pairs):
            if not text:
                hung[parent, text] = parent
                continue
            key = (parent, groups.used[parent, text])
            if key not in ids:
                ids[key] = keys.MADE["axis"].format(len(ids) + 1)
                number, title = split_number(key[1])
                said[ids[key]] = {"title": title, "number": number, "parent_id": parent,
                                  "level": "subaxis" if depth else "axis"}  # fmt: skip
                if rows.has("plan_id"):
                    said[ids[key]]["plan_id"] = rows.text("plan_id")[groups.first[parent, text]] or None
            hung[parent, text] = ids[key]
        parents = [hung[pair] for pair in pairs]
    columns["axis_id"] = parents
    if said:
        tables["axis"] = keys.titled("axis", said)


def _fill_once(rows: Rows, name: str, cells: list[str], under: list | None = None) -> None:
    """An axis written once above its actions holds for the rows below it, when no row repeats the one above.

    An objective holds as long as the axis it stands under, `under`, stays the same.
    """
    kept = rows.kept
    held = [cells[i] for i in kept]
    if not any(held) or all(held) or not held[0]:
        return
    if any(cells[a] and cells[a] == cells[b] for a, b in pairwise(kept)):
        return
    n, last, above = 0, "", None
    for i in range(len(cells)):
        if cells[i]:
            last, above = cells[i], under and under[i]
        elif i not in rows.aside and last and (under and under[i]) == above:
            cells[i], n = last, n + 1
    if n:
        rows.say(kept[0], rows.header(name), "", cells[kept[0]], "ingest.filled_once", n=n)


class Spellings:
    """Words that stand for one thing under one parent, whatever their accents, case, spaces or stops.

    Two that differ by one letter are one, and that is said; by two letters it is asked.
    """

    def __init__(self, rows: Rows, column: str, name: str, found: list[tuple]):
        counts = Counter(found)
        self.first = first = dict(zip(reversed(found), range(len(found) - 1, -1, -1), strict=True))
        self.used: dict[tuple, str] = {}
        chosen: dict[tuple, str] = {}
        for parent, text in sorted(filter(itemgetter(1), counts), key=lambda pair: (-counts[pair], first[pair])):
            number, title = split_number(text)
            words = words_of(title)
            twin = chosen.get((parent, number, words)) or self._near(rows, name, chosen, parent, number, words, text)
            if twin is None:
                chosen[parent, number, words] = twin = text
            elif twin != text:
                n = counts[parent, text]
                rows.say(first[parent, text], column, text, twin, "ingest.spelling", n=n)
            self.used[parent, text] = twin

    @staticmethod
    def _near(rows: Rows, name: str, chosen: dict, parent, number, words: str, text: str) -> str | None:
        for (other_parent, other_number, other_words), twin in chosen.items() if len(chosen) < MANY else ():
            if other_parent != parent or (number and other_number and number != other_number):
                continue
            if abs(len(words) - len(other_words)) > 2:
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
                facts = {"column": rows.header(name), "found": text, "other": twin}
                row = str(rows.numbers[rows.text(name).index(text)])
                answer = rows.ask(key, "ingest.ask_same", choices, row=row, **facts)
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


def objectives(rows: Rows, columns: dict[str, list], tables: Frames) -> None:
    if not rows.has("objective"):
        return
    cells = rows.text("objective")
    _fill_once(rows, "objective", cells, columns.get("axis_id"))
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
            ids[used] = keys.MADE["objective"].format(len(ids) + 1)
            number, title = split_number(used)
            said[ids[used]] = {"title": title, "number": number}
            if "axis_id" in columns and columns["axis_id"][i]:
                said[ids[used]]["axis_id"] = columns["axis_id"][i]
        found.append(ids[used])
    columns["objective_id"] = found
    if said:
        tables["objective"] = keys.titled("objective", said)
