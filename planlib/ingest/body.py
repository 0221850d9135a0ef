"""The rows below a header -> a table of text, each row kept or set aside with a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from planlib.ingest.files import Sheet
from planlib.ingest.headers import Header, cells, filled, is_help
from planlib.ingest.records import Choice, Question, Repair, SetAside, fold, joined, letters, plain, settle
from planlib.ingest.values import is_unknown, parse_money
from planlib.schema import PlanError

TOTAL = re.compile(r"(?:grand[- ]?|sous[- ]?|sub[- ]?)?tota(?:l|ux|ls)\b|somme\b|sum\b")
SUBTOTAL = re.compile(
    r"(?:sous|sub)[- ]?tota|total (?:de l'|de |pour |of |for )?(?:axe|orientation|objectif|axis|section)\b"
)
FOOTNOTE = re.compile(r"(?:n\.?b\.?|notes?|sources?|legende|legend|remarques?) ?:|\(\d\) ")
ABBREVIATION = re.compile(
    r"(?!AXE|VOLET|ENJEU|PILIER|OBJECTIF|ORIENTATION|CHANTIER|AXIS|GOAL)[^\W\d_a-zà-ÿ]{2,10} ?[:=] \S"
)
WHOLE = re.compile(r"(?:grand )?total(?: general| global| du plan| overall)?")
MARKS = ("*", "¹", "²", "³", "†")  # of a footnote; folding makes figures of some


TOTAL_LETTERS = frozenset("gstGST")  # of grand total, sous-total, sub-total, somme, sum, total
SIMPLE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") - TOTAL_LETTERS


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text: one column per header name, indexed by the row numbers of the file.

    Every row that is not blank below the header is in `frame` or in `set_aside`: `rows_found` is their sum.
    """

    sheet: str
    header: Header
    frame: pd.DataFrame
    rows_found: int
    repairs: list[Repair] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    places: Mapping[int, str] = field(default_factory=dict)  # where each row stands, when not in one sheet


def to_frame(
    sheet: Sheet, header: Header, answers: Mapping[str, str] | None = None, last_row: int | None = None
) -> Table:
    """The rows below a header as a table of text, '' for blank.

    Help rows, totals, footnotes, repeated headers and rows of a next table are set aside with a reason; totals are
    compared with our own sum. Merged cells are filled down. Rows shorter than the header are padded and counted.

    Parameters
    ----------
    answers : mapping
        `hidden-rows` (keep, leave-out), `long-rows` (leave-out), `header.H` (a name, or `ignore`).

    last_row : int
        Where the table ends, when another one stands below it in the sheet: its rows are set aside.

    Raises
    ------
    PlanError
        No row stands under the header.
    """
    body = _Body(sheet, header, answers or {}, last_row or len(sheet.rows))
    body.sort_rows()
    body.name_columns()
    return body.table()


class _Body:
    """The rows below one header on their way to a table; lives for one call of `to_frame`."""

    def __init__(self, sheet: Sheet, header: Header, answers: Mapping[str, str], last_row: int):
        self.sheet, self.header, self.answers, self.last_row = sheet, header, answers, last_row
        self.end = header.left + len(header.names)
        self.kept: list[int] = []
        self.found = 0
        self.repairs: list[Repair] = []
        self.set_aside: list[SetAside] = []
        self.questions: list[Question] = []
        self.totals: list[tuple[int, int, str]] = []  # row, rows kept before it, label
        if header.rows and header.rows[0] > 1 and any(map(any, sheet.rows[: header.rows[0] - 1])):
            above = [plain(cell) for line in sheet.rows[: header.rows[0] - 1] for cell in line if cell]
            facts = {"header": str(header.rows[-1])}
            self.repairs.append(
                Repair(sheet.name, header.rows[-1], "", " | ".join(above)[:200], "", "layout.above", facts)
            )
        if len(header.rows) == 2:
            facts = {"first": str(header.rows[0]), "second": str(header.rows[1])}
            name = next((name for name in header.names if " / " in name), "")
            found, column = name.partition(" / ")[0], letters(header.left + header.names.index(name)) if name else ""
            self.repairs.append(Repair(sheet.name, header.rows[0], column, found, name, "layout.two_rows", facts))
        self._say_twins()

    def _say_twins(self) -> None:
        """Headers that are there several times, and how each is told apart."""
        twins: dict[str, list[int]] = {}
        for offset, (leaf, name) in enumerate(zip(self.header.leaves, self.header.names, strict=True)):
            if leaf and leaf != name and " / " not in name:
                twins.setdefault(leaf, []).append(offset)
        for leaf, places in twins.items():
            used = ", ".join(self.header.names[place] for place in places)
            column, facts = letters(self.header.left + places[0]), {"n": len(places)}
            row = self.header.rows[-1]
            self.repairs.append(Repair(self.sheet.name, row, column, leaf, used, "layout.twin_headers", facts))

    def sort_rows(self) -> None:
        """Each row that is not blank goes to `kept` or to `set_aside`."""
        sheet, header = self.sheet, self.header
        head = [fold(cell) for cell in cells(sheet, header.rows[-1])] if header.rows else []
        first = next((word for word in head if word), "")
        help_may_follow = bool(header.rows)
        long_rows, short_rows = [], []
        hidden = self._hidden()
        looked_at = help_may_follow or bool(hidden) or sheet.ragged
        simple = SIMPLE - {first[:1].lower(), first[:1].upper()}
        last_full = next(
            (n for n in range(self.last_row, header.first_row - 1, -1) if len(filled(cells(sheet, n))) > 1), 0
        )
        for number in range(header.first_row, len(sheet.rows) + 1):
            line = sheet.rows[number - 1]
            start = (line and line[0]) or next(filter(None, line), None)
            if start is None:
                continue
            self.found += 1
            # Most rows start with a letter of no total and of no header, and hold several cells: nothing more to see.
            if start[0] in simple and not looked_at and number <= self.last_row and len(line) - line.count("") > 1:
                self.kept.append(number)
                continue
            places = filled(line)
            if number > self.last_row:
                self._leave(number, "layout.other_table")
                continue
            if help_may_follow and is_help(line):
                self._leave(number, "layout.help_row")
                continue
            help_may_follow, looked_at = False, bool(hidden) or sheet.ragged
            if number in hidden:
                self._leave(number, "layout.hidden_row")
            elif len(places) > 1 and fold(line[places[0]]) == first and [fold(c) for c in line][: len(head)] == head:
                self._leave(number, "layout.repeated_header")
            elif self._is_total(line, places):
                self.totals.append((number, len(self.kept), plain(line[places[0]])))
                self._leave(number, "layout.total_row")
            elif len(places) == 1 and len(header.names) > 1 and self._is_footnote(line[places[0]], number > last_full):
                self._leave(number, "layout.footnote")
            else:
                if sheet.ragged and places[-1] >= self.end:
                    long_rows.append(number)
                elif sheet.ragged and len(line) < self.end:
                    short_rows.append(number)
                self.kept.append(number)
        if not self.found or (all(left.why == "layout.other_table" for left in self.set_aside) and not self.kept):
            raise PlanError("layout.no_rows", sheet=sheet.name, row=str(header.rows[-1] if header.rows else 0))
        if short_rows:
            line = cells(sheet, short_rows[0])
            facts = {"n": len(short_rows), "first": str(short_rows[0]), "columns": len(header.names)}
            found, blank = joined(line), letters(len(line))
            self.repairs.append(Repair(sheet.name, short_rows[0], blank, found, "", "layout.padded", facts))
        self._long(long_rows)

    def _leave(self, number: int, why: str) -> None:
        self.set_aside.append(SetAside(self.sheet.name, number, why, joined(self.sheet.rows[number - 1])))

    def _hidden(self) -> frozenset[int]:
        """Hidden rows to leave out: none unless a person says so."""
        rows = [n for n in sorted(self.sheet.hidden_rows) if n >= self.header.first_row and any(cells(self.sheet, n))]
        if not rows:
            return frozenset()
        choices = (Choice("keep", "layout.choice_keep"), Choice("leave-out", "layout.choice_leave_out"))
        listed = ", ".join(map(str, rows[:5]))
        facts = {"n": len(rows), "rows": listed, "row": str(rows[0]), "sheet": self.sheet.name}
        question = Question("hidden-rows", "layout.ask_hidden", facts, choices, default="keep")
        return frozenset(rows) if settle(question, self.answers, self.questions) == "leave-out" else frozenset()

    def _is_total(self, line: list[str], places: list[int]) -> bool:
        """A row that starts with a word for total and otherwise holds only figures."""
        if len(self.header.names) < 2 or not TOTAL.match(fold(line[places[0]])):
            return False
        return all(_amount(line[place]) is not None or is_unknown(line[place]) for place in places[1:])

    @staticmethod
    def _is_footnote(cell: str, at_the_end: bool) -> bool:
        words = plain(cell)
        foot = at_the_end and bool(FOOTNOTE.match(fold(cell)) or ABBREVIATION.match(words))
        return words.startswith(MARKS) or foot

    def _long(self, rows: list[int]) -> None:
        """Rows with more cells than the header: never shifted; asked, or a column without a name when most have it."""
        if not rows:
            return
        if len(rows) * 2 > len(self.kept):
            self.end = max(filled(cells(self.sheet, number))[-1] for number in rows) + 1
            return
        number = rows[0]
        line = self.sheet.rows[number - 1]
        facts = {
            "n": len(rows),
            "sheet": self.sheet.name,
            "row": str(number),
            "cells": filled(line)[-1] + 1 - self.header.left,
            "columns": len(self.header.names),
            "found": " | ".join(plain(cell) for cell in line)[:300],
        }
        choices = (Choice("leave-out", "layout.choice_leave_out"),)
        question = Question("long-rows", "layout.ask_long", facts, choices)
        settle(question, self.answers, self.questions)
        for number in rows:  # provisional until it is answered: shifted cells are never given as read
            self.kept.remove(number)
            self._leave(number, "layout.long_row")

    def name_columns(self) -> None:
        """Names for the columns that have data and no header: asked, one question each."""
        width = self.end - self.header.left
        names = list(self.header.names) + [""] * (width - len(self.header.names))
        self.names: dict[int, str] = {}
        for offset, name in enumerate(names):
            place = self.header.left + offset
            if name:
                self.names[place] = name
                continue
            held = ((n, cells(self.sheet, n)) for n in self.kept)
            row, sample = next(((n, line[place]) for n, line in held if place < len(line) and line[place]), (0, None))
            if sample is None:
                continue
            column = letters(place)
            if not self.header.rows and width == 1:  # a list without a header: nothing to mistake it for
                self.names[place] = f"({column})"
                continue
            facts = {"column": column, "sheet": self.sheet.name, "row": str(row), "found": plain(sample)[:80]}
            choices = (Choice("ignore", "layout.choice_ignore"),)
            question = Question(f"header.{column}", "layout.ask_blank_header", facts, choices, free=True)
            answer = settle(question, self.answers, self.questions)
            if answer == "ignore":
                self.repairs.append(
                    Repair(self.sheet.name, None, column, plain(sample)[:80], "", "layout.ignored_column")
                )
            else:
                self.names[place] = answer or f"({column})"

    def table(self) -> Table:
        grid = [self.sheet.rows[number - 1] for number in self.kept]
        longest = max(self.names, default=0) + 1
        if min(map(len, grid), default=longest) < longest:
            grid = [line + [""] * (longest - len(line)) if len(line) < longest else line for line in grid]
        turned = list(zip(*grid, strict=False)) if grid else [()] * longest
        data = {place: list(turned[place]) for place in self.names}
        self._fill_down(data)
        index = pd.Index(self.kept, name="row", dtype="int64")
        frame = pd.DataFrame({self.names[place]: values for place, values in data.items()}, index=index, dtype=object)
        self._compare_totals()
        self.set_aside.sort(key=lambda left_out: left_out.row)
        return Table(self.sheet.name, self.header, frame, self.found, self.repairs, self.set_aside, self.questions)

    def _fill_down(self, data: dict[int, list[str]]) -> None:
        """A cell merged over several rows holds for each of them."""
        position = {number: place for place, number in enumerate(self.kept)} if self.sheet.merged else {}
        told: dict[int, list] = {}  # place of a column -> its first merged cell, the words there, cells filled
        for top, left, bottom, _ in sorted(self.sheet.merged):
            if bottom == top or left not in data or top < self.header.first_row or bottom - top > len(self.sheet.rows):
                continue
            value = (cells(self.sheet, top) + [""] * (left + 1))[left]
            inside = [position[number] for number in range(top + 1, bottom + 1) if number in position]
            if not value or not inside:
                continue
            for place in inside:
                data[left][place] = value
            told.setdefault(left, [top, plain(value)[:80], 0])[2] += len(inside)
        for left, (top, value, n) in sorted(told.items()):
            facts = {"n": n, "cell": f"{letters(left)}{top}"}
            self.repairs.append(Repair(self.sheet.name, top, letters(left), value, value, "layout.filled_down", facts))

    def _compare_totals(self) -> None:
        """Each figure of a total row beside our own sum of the rows it stands for."""
        before = 0
        for number, kept, label in self.totals:
            of_a_part = len(self.totals) > 1 and not WHOLE.fullmatch(fold(label))  # `Total axe 1` beside others
            partial = of_a_part or bool(SUBTOTAL.match(fold(label)))
            since, rows = self.kept[before:kept], self.kept[before if partial else 0 : kept]
            if parts := self.sheet.parts:  # a total is of its own table
                rows = [n for n in rows if parts[n - 1] == parts[number - 1]]
            before = kept
            line = cells(self.sheet, number)
            for place in filled(line)[1:]:
                stated = _amount(line[place])
                if stated is None or place not in self.names:
                    continue
                amounts, low, high = self._sum(rows, place)
                if not low - 0.005 <= stated[0] <= stated[1] <= high + 0.005 and len(since) < len(rows):
                    part = self._sum(since, place)  # a bare `Total` may be of the rows since the one above
                    if part[1] - 0.005 <= stated[0] <= stated[1] <= part[2] + 0.005 and part[2]:
                        amounts, low, high = part
                ours = f"{low:.12g}" if low == high else f"{low:.12g} - {high:.12g}"
                agrees = low - 0.005 <= stated[0] and stated[1] <= high + 0.005
                facts = {"label": label, "low": low, "high": high, "unread": sum(amount is None for amount in amounts)}
                why = "layout.total_agrees" if agrees else "layout.total_differs"
                self.repairs.append(Repair(self.sheet.name, number, letters(place), line[place], ours, why, facts))

    def _sum(self, rows: list[int], place: int) -> tuple[list, float, float]:
        """Amounts of a column over some rows, and the least and the most they come to."""
        amounts = [_amount((cells(self.sheet, n) + [""] * (place + 1))[place]) for n in rows]
        return amounts, sum(a[0] for a in amounts if a), sum(a[1] for a in amounts if a)


def _amount(cell: str) -> tuple[float, float] | None:
    """Low and high of a cell of money, None when it is not an amount or is unknown."""
    try:
        low, high, _ = parse_money(cell)
    except PlanError:
        return None
    if low is None and high is None:
        return None
    return (low if low is not None else high), (high if high is not None else low)
