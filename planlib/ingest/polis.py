"""Exports of a Polis conversation: comments, votes, participants."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pandas as pd

from planlib.ingest import build, notes, readers
from planlib.ingest.files import Workbook
from planlib.ingest.keys import Frames
from planlib.ingest.records import fold, plain, slug
from planlib.ingest.rows import Rows
from planlib.ingest.values import strip_html
from planlib.schema import PlanError

Made = tuple[Frames, set[str]]
STATEMENT = re.compile(r"P-\d{3,}")
SUMMARY = {"topic", "url", "views", "voters", "groups", "conversation-description"}


def refuse_summary(book: Workbook) -> None:
    """PlanError when the file is Polis' summary.csv, pairs of key and value without a table."""
    rows = book.sheets[0].rows[:20] if book.sheets else []
    keys = {fold(row[0]) for row in rows if row}
    if len(keys & SUMMARY) >= 4:
        raise PlanError("ingest.polis_summary", file=book.path.name)


def _cells(rows: Rows, header: str) -> list[str]:
    place = next(place for place, found in enumerate(rows.headers) if fold(found) == header)
    return [plain(cell) for cell in rows.column(place)]


def _moments(rows: Rows) -> list[int]:
    """Epoch milliseconds; the datetime beside has a zone by its name, which is not needed."""
    moments = [int(cell) if cell.isdigit() else 0 for cell in _cells(rows, "timestamp")]
    _cells(rows, "datetime")
    return moments


def _day(moment: int):
    return datetime.fromtimestamp(moment / 1000, UTC).date() if moment else None


def _conversation(rows: Rows) -> str:
    """Polis names its files the same for every conversation: the folder tells them apart."""
    return str(rows.constants.get("workshop") or rows.constants.get("round") or rows.folder or "polis")


def statement_id(comment: str) -> str:
    """The note a Polis comment becomes: 7 is P-007, in notes and ballots alike."""
    return f"P-{int(comment):03d}" if comment.isdigit() else comment


def of_round(item: str, round_: str) -> str:
    """The id of a statement of a conversation that is not the first of its client."""
    return f"{item}-{slug(round_)}"


def polis_comments(rows: Rows) -> Made:
    """Comments, their votes counted; rejected ones are set aside. Author ids are numbers, not people, and are kept."""
    bodies = [row[_place(rows, "comment-body")] for row in rows.cells]
    rows.column(_place(rows, "comment-body"))
    moderated = _cells(rows, "moderated")
    ids = _cells(rows, "comment-id")
    for i, state in enumerate(moderated):
        if state == "-1":
            rows.drop(i, "ingest.polis_rejected", note=ids[i])
    texts = [strip_html(body.strip()) for body in bodies]
    columns: dict[str, list] = {
        "note_id": [statement_id(cell) if cell else None for cell in ids],
        "text": readers.blanks(texts),
        "text_original": [body if body != text else None for body, text in zip(bodies, texts, strict=True)],
        "author_id": readers.blanks(_cells(rows, "author-id")),
        "workshop": [_conversation(rows)] * len(rows),
        "agrees": [int(cell) if cell.isdigit() else None for cell in _cells(rows, "agrees")],
        "disagrees": [int(cell) if cell.isdigit() else None for cell in _cells(rows, "disagrees")],
        "written": [_day(moment) for moment in _moments(rows)],
    }
    for name in ("table", "question", "lang", "theme"):
        if name in rows.constants:
            columns[name] = [str(rows.constants[name])] * len(rows)
    columns["lang"] = notes.tongues(rows, columns["text"], columns.get("lang"))
    if not any(columns["text_original"]):
        del columns["text_original"]
    columns["origin"] = [rows.origin(i) for i in range(len(rows))]
    return {"note": build.frame(rows, "note", columns, list(range(len(rows))))}, set()


def _place(rows: Rows, header: str) -> int:
    return next(place for place, found in enumerate(rows.headers) if fold(found) == header)


def polis_votes(rows: Rows) -> Made:
    """Votes one by one: 1 agrees, -1 disagrees, 0 passes; of two votes of one person the later one stands."""
    moments = _moments(rows)
    voters, notes, votes = (_cells(rows, name) for name in ("voter-id", "comment-id", "vote"))
    last: dict[tuple[str, str], int] = {}
    again = 0
    for i in sorted(range(len(rows)), key=lambda i: (moments[i], i)):
        pair = (voters[i], notes[i])
        if pair in last:
            again += 1
            rows.drop(last[pair], "ingest.revote", later=str(rows.numbers[i]))
        last[pair] = i
    if again:
        rows.say(None, "vote", "", "", "ingest.revotes", n=again)
    keep = sorted(last.values())
    return _ballots(rows, [(voters[i], notes[i], votes[i]) for i in keep], keep)


def polis_participants(rows: Rows) -> Made:
    """A matrix of participants and comments, blank where a comment was not seen; columns are found by name."""
    voters = _cells(rows, "participant")
    cast, index = [], []
    for place, header in enumerate(rows.headers):
        if not plain(header).isdigit():
            continue
        for i, cell in enumerate(rows.column(place)):
            if plain(cell):
                cast.append((voters[i], plain(header), plain(cell)))
                index.append(i)
    for i in set(range(len(rows))) - set(index):
        rows.drop(i, "ingest.no_vote")
    return _ballots(rows, cast, index)


def _ballots(rows: Rows, cast: list[tuple[str, str, str]], index: list[int]) -> Made:
    round_ = _conversation(rows)
    keys = [(round_, voter, statement_id(note), "agree") for voter, note, _ in cast]
    at = pd.MultiIndex.from_tuples(keys, names=("round", "voter", "item", "criterion"))
    marks = [float(vote) if vote.lstrip("-").replace(".", "", 1).isdigit() else None for _, _, vote in cast]
    data = {"mark": marks, "medium": ["file"] * len(keys), "origin": [rows.origin(i) for i in index]}
    return {"ballot": pd.DataFrame(data, index=at, dtype=object)}, set()
