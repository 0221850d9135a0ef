"""Exports of forms: MS Forms, Google Forms, LimeSurvey, SurveyMonkey. Each answer in words becomes a note."""

from __future__ import annotations

import re

from planlib.ingest import kinds
from planlib.ingest.headers import ANSWERS
from planlib.ingest.records import fold, plain
from planlib.ingest.rows import Rows

QUIZ = re.compile(r"(?:points|feedback) - ")
CODED = re.compile(r".+\[.+\]|\d+x\d+x\d+\S*")  # LimeSurvey: Q3[SQ001], 1234X5X67SQ
TIMING = re.compile(r"interviewtime|grouptime\d*|.+time")
FEW_LETTERS = 3
# What LimeSurvey calls its own columns, by their code and by their words in English and in French.
LIMESURVEY = {
    "submitdate": ("submitdate", "date submitted", "date de soumission"),
    "lastpage": ("lastpage", "last page", "derniere page"),
    "startlanguage": ("startlanguage", "start language", "langue de depart"),
}


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
    _date(rows, "completion time", "heure de fin")


def google_forms(rows: Rows) -> None:
    """A moment, then the questions; of choices joined by commas nothing is cut, since an option may hold one."""
    _date(rows, "timestamp", "horodateur")


def limesurvey(rows: Rows) -> None:
    """Codes, ticks and timings are no notes; an answer never submitted is kept unless a person says otherwise."""
    languages, submitted = (_cells(rows, *LIMESURVEY[name]) for name in ("startlanguage", "submitdate"))
    rows.give("lang", languages)
    rows.give("written", [cell[:10] for cell in submitted])
    for place, header in enumerate(rows.headers):
        cells = {plain(row[place]) for row in rows.cells} - {""}
        short = bool(cells) and all(len(cell) <= FEW_LETTERS and " " not in cell for cell in cells if cell.isascii())
        short = short and all(cell.isascii() for cell in cells)
        own = {fold(header), fold(header).partition(". ")[0]} & kinds.machine_headers()
        if own or CODED.fullmatch(fold(header)) or TIMING.fullmatch(fold(header)) or short:
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


MOMENTS = frozenset({"start date", "end date", "start time", "completion time", "heure de debut", "heure de fin"})


def _date(rows: Rows, *headers: str) -> None:
    """The day an answer was given, under the first of these headers that the file has."""
    place = next((p for wanted in headers for p, found in enumerate(rows.headers) if fold(found) == wanted), None)
    if place is not None:
        rows.matched["written"] = place
    for other, found in enumerate(rows.headers):
        if other != place and fold(found) in MOMENTS:
            rows.skipped.add(other)


def _cells(rows: Rows, *headers: str) -> list[str]:
    """The cells under the first header that is one of these, as it stands or as the code before its words."""
    named = [{fold(found), fold(found).partition(". ")[0]} for found in rows.headers]
    place = next((place for place, names in enumerate(named) if names & set(headers)), None)
    return [""] * len(rows) if place is None else [plain(cell) for cell in rows.column(place)]
