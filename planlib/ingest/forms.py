"""Exports of forms: MS Forms, Google Forms, LimeSurvey, SurveyMonkey. Each answer in words becomes a note."""

from __future__ import annotations

import re

from planlib.ingest.headers import ANSWERS
from planlib.ingest.records import fold, plain
from planlib.ingest.rows import Rows

QUIZ = re.compile(r"(?:points|feedback) - ")
CODED = re.compile(r".+\[.+\]|\d+x\d+x\d+\S*")  # LimeSurvey: Q3[SQ001], 1234X5X67SQ
TIMING = re.compile(r"interviewtime|grouptime\d*|.+time")
FEW_LETTERS = 3


def ms_forms(rows: Rows) -> None:
    """Answers joined by `;` end with one; figures of a quiz are no answers."""
    for place, header in enumerate(rows.headers):
        if QUIZ.match(fold(header)):
            rows.skipped.add(place)
        elif any(";" in row[place] for row in rows.cells):
            rows.columns.pop(place, None)
            for row in rows.cells:
                if row[place].endswith(";"):
                    row[place] = "; ".join(filter(None, map(plain, row[place].split(";"))))
    _date(rows, "completion time")


def google_forms(rows: Rows) -> None:
    """A moment, then the questions; of choices joined by commas nothing is cut, since an option may hold one."""
    _date(rows, "timestamp", "horodateur")


def limesurvey(rows: Rows) -> None:
    """Codes, ticks and timings are no notes; an answer never submitted is kept unless a person says otherwise."""
    languages, submitted = _cells(rows, "startlanguage"), _cells(rows, "submitdate")
    rows.give("lang", languages)
    rows.give("written", [cell[:10] for cell in submitted])
    for place, header in enumerate(rows.headers):
        cells = {plain(row[place]) for row in rows.cells} - {""}
        short = bool(cells) and all(len(cell) <= FEW_LETTERS and " " not in cell for cell in cells if cell.isascii())
        short = short and all(cell.isascii() for cell in cells)
        if CODED.fullmatch(fold(header)) or TIMING.fullmatch(fold(header)) or short:
            rows.skipped.add(place)
    if (left := submitted.count("")) and left < len(rows):
        choices = {"keep": "layout.choice_keep", "leave-out": "layout.choice_leave_out"}
        if rows.ask("incomplete", "ingest.ask_incomplete", choices, "keep", n=left) == "leave-out":
            for i, cell in enumerate(submitted):
                if not cell:
                    rows.drop(i, "ingest.incomplete")


def surveymonkey(rows: Rows) -> None:
    """A column of one choice of a question is a tick and no note; who answered is left at the door."""
    for place, header in enumerate(rows.headers):
        choice = fold(header.rpartition(" / ")[2]) if " / " in header else ""
        cells = {fold(row[place]) for row in rows.cells} - {""}
        if re.match(r"custom data \d", fold(header)) or (choice and choice not in ANSWERS and cells <= {choice}):
            rows.skipped.add(place)
    _date(rows, "end date", "start date")


def _date(rows: Rows, *headers: str) -> None:
    """The day an answer was given, under the first of these headers that the file has."""
    place = next((p for wanted in headers for p, found in enumerate(rows.headers) if fold(found) == wanted), None)
    if place is not None:
        rows.matched["written"] = place
    for other, found in enumerate(rows.headers):
        if other != place and fold(found) in ("start date", "end date", "start time", "completion time"):
            rows.skipped.add(other)


def _cells(rows: Rows, header: str) -> list[str]:
    place = next((place for place, found in enumerate(rows.headers) if fold(found) == header), None)
    return [""] * len(rows) if place is None else [plain(cell) for cell in rows.column(place)]
