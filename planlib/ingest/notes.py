"""Notes of a workshop -> one row per note, word for word: a list of notes, or a form with a column per question."""

from __future__ import annotations

from planlib.ingest import build, keys, kinds, readers
from planlib.ingest.keys import Frames
from planlib.ingest.languages import SPOKEN, languages
from planlib.ingest.records import plain
from planlib.ingest.rows import Rows, tidy
from planlib.ingest.values import strip_html

BESIDE = ("workshop", "table", "author_id", "theme", "fate_why", "lang")
COUNTS = ("agrees", "disagrees", "passes")
LANGS = {
    **dict.fromkeys(("fr", "français", "francais", "french"), "fr"),
    **dict.fromkeys(("en", "anglais", "english"), "en"),
    **dict.fromkeys(("zh", "chinois", "chinese", "mandarin", "中文", "普通话", "粤语"), "zh"),
}


def build_notes(rows: Rows) -> tuple[Frames, set[str]]:
    """The notes of a file; in a form, each answer is a note and its column is the question."""
    asked = _questions(rows)
    beside: dict[str, list] = {name: readers.blanks(rows.text(name)) for name in BESIDE if rows.has(name)}
    if "lang" in beside:
        beside["lang"] = [LANGS.get((word or "").lower(), word) for word in beside["lang"]]
    if rows.has("fate"):
        beside["fate"] = readers.codes(rows, "fate", "note_fate")
    if rows.has("written"):
        found = readers.periods(rows, "written")
        beside["written"] = readers.first_of(found.start, found.end)
    for name in COUNTS:
        if rows.has(name):
            beside[name] = readers.numbers(rows, name)
    originals = readers.blanks(rows.text("text_original")) if rows.has("text_original") else [None] * len(rows)
    ids = readers.blanks(rows.text("note_id")) if rows.has("note_id") else [None] * len(rows)
    made = not any(ids)
    columns: dict[str, list] = {name: [] for name in (*beside, "note_id", "text", "text_original", "question")}
    index: list[int] = []
    stripped: list[int] = []
    for name, place in asked:
        cells = rows.text(name) if place is None else _column(rows, place)
        questions = readers.blanks(rows.text("question")) if rows.has("question") else [None] * len(rows)
        header = None if place is None else plain(rows.headers[place])
        if place is None:  # words only in the original language are words all the same
            cells = [cell or original or "" for cell, original in zip(cells, originals, strict=True)]
        for i in rows.kept:
            if not cells[i]:
                continue
            index.append(i)
            columns["text"].append(strip_html(cells[i]))
            if columns["text"][-1] != cells[i]:
                stripped.append(i)
            columns["text_original"].append(originals[i] or (cells[i] if columns["text"][-1] != cells[i] else None))
            columns["question"].append(questions[i] or header)
            columns["note_id"].append(_answer_id(ids[i], name, asked) if ids[i] else None)
            for other, found in beside.items():
                columns[other].append(found[i])
    if stripped:
        first = columns["text"][index.index(stripped[0])]
        column = rows.header("text") if rows.has("text") else ""
        rows.say(stripped[0], column, rows.words(stripped[0]), first, "ingest.html", n=len(stripped))
    for i in set(rows.kept) - set(index):
        rows.drop(i, "ingest.no_words")
    order = sorted(range(len(index)), key=lambda position: index[position])  # the notes of one person stay together
    index = [index[position] for position in order]
    columns = {name: [found[position] for position in order] for name, found in columns.items()}
    columns["lang"] = tongues(rows, columns["text"], columns.get("lang"))
    columns["note_id"] = keys.numbered("note", columns["note_id"])
    columns["origin"] = [rows.origin(i) for i in index]
    if not any(columns["text_original"]):
        del columns["text_original"]
    if not any(columns["question"]):
        del columns["question"]
    return {"note": build.frame(rows, "note", columns, index)}, {"note"} if made else set()


def tongues(rows: Rows, texts: list, stated: list | None) -> list:
    """The language of each note: as the file says, else as its words say; both are told apart in the report."""
    out = list(stated or [None] * len(texts))
    blank = [place for place, lang in enumerate(out) if lang is None and texts[place]]
    guessed = languages(texts[place] for place in blank)
    for place, lang in zip(blank, guessed, strict=True):
        out[place] = lang
    if any(guessed):
        counts = {lang: guessed.count(lang) for lang in SPOKEN}
        rows.say(None, "", "", "", "ingest.languages", **counts, unknown=guessed.count(None))
    return out


def _questions(rows: Rows) -> list[tuple[str, int | None]]:
    """The column of notes, else the question columns of a form."""
    if rows.has("text"):
        return [("text", None)]
    places = []
    for place, header in enumerate(rows.headers):
        forms = set(kinds.header_forms(header))
        taken = place in rows.skipped or place in rows.matched.values()
        free = not taken and header and not rows.is_private(header)
        if free and not forms & kinds.machine_headers() and any(plain(row[place]) for row in rows.cells):
            places.append(place)
    form = rows.has("written") or len(places) == 1
    words = [place for place in places if _is_prose(rows, place)]
    if not form or not words:
        raise build.missing(rows, "text")
    for place in words:
        rows.say(None, rows.headers[place], rows.headers[place], "question", "ingest.form_question")
    return [(f"q{n}", place) for n, place in enumerate(words, 1)]


def _is_prose(rows: Rows, place: int) -> bool:
    """Whether a column holds words rather than figures."""
    cells = [plain(row[place]) for row in rows.cells if plain(row[place])]
    figures = sum(cell.replace(",", "").replace(".", "").isdigit() for cell in cells)
    return figures * 2 < len(cells)


def _column(rows: Rows, place: int) -> list[str]:
    return [tidy(cell) for cell in rows.column(place)]


def _answer_id(found: str, name: str, asked: list) -> str:
    return found if len(asked) == 1 else f"{found}-{name}"
