"""One file read as one kind: its tables, what was repaired, what was set aside, what must be asked."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from planlib.ingest import (
    actions,
    build,
    choices,
    documents,
    files,
    funding,
    given,
    kinds,
    layout,
    notes,
    outline,
    personal,
    polis,
    readers,
    sources,
)
from planlib.ingest import maps as maps_of
from planlib.ingest.imported import Import
from planlib.ingest.records import Repair, fold, letters, plain
from planlib.ingest.rows import Rows
from planlib.schema import PlanError

YEAR = re.compile(r"(?:budget |cout |cost |annee |year )?20\d\d(?:[-/](?:20)?\d\d)?")
PLAINLY = 3  # columns of another kind from which a file may be one
BUILDERS = {"actions": actions.build_actions, "notes": notes.build_notes, "ballots": choices.build_ballots}


def read(path: str | Path, kind: str, answers: Mapping[str, str] | None = None, *, maps: Path | None = None) -> Import:
    """A file of a mandate as the tables of one kind.

    Parameters
    ----------
    path : path
        A CSV, XLSX, XLSM, XLS or ODS file, a Word, PowerPoint or PDF document, or a Trello board in JSON.
    kind : str
        What the file holds, a name of `kinds.FILES`: actions, notes, judgements, ballots, ...
    answers : mapping
        What a person settled (see `given`): question key -> answer, `sheet`, `column.HEADER`, `set.COLUMN`, and
        `fiscal_start`, the first day (MM-DD) of the client's fiscal year, for `T1 2026` and `2026-2027`.
    maps : path
        A client's folder of confirmed column maps: the one of this source answers what `answers` does not.

    Raises
    ------
    PlanError
        An unknown kind; a file that cannot be read (see `files.read_cells`); no header, no rows, a column missing.
    """
    kinds.file_kind(kind)
    answers = given.Answers(answers)
    with _uncollected():
        if documents.is_document(path):
            return _understood(documents.read(path, kind, answers), kind, answers, maps)
        book = files.read_cells(path, answers)
        polis.refuse_summary(book)
        if listed := _list_in_text(Path(path), book, kind, answers):
            return _understood(listed, kind, answers)
        return _understood(book, kind, answers, maps)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Cells form no cycles, and there are hundreds of thousands: the collector would walk them again and again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def pasted(
    text: str,
    kind: str,
    answers: Mapping[str, str] | None = None,
    name: str = "pasted.txt",
    *,
    maps: Path | None = None,
) -> Import:
    """Pasted words as the tables of one kind: a table copied with its header, else a list under its headings.

    `name` stands for the file; the line is the place of each row. Questions and errors are those of `read`.
    """
    kinds.file_kind(kind)
    answers = given.Answers(answers)
    if not plain(text):
        raise PlanError("files.empty", file=name)
    book = files.read_text(Path(name), text) if "\n" in text.strip() else None
    header = book.sheets[0].rows[0] if book and book.sheets[0].rows else []
    if (len(header) > 1 and kinds.match_headers(header, kind)) or kind not in outline.LISTED:
        return _understood(book or files.read_text(Path(name), text), kind, answers, maps)
    return _understood(outline.workbook(Path(name), outline.lines_of(text), kind, answers, []), kind, answers)


def _list_in_text(path: Path, book: files.Workbook, kind: str, answers: given.Answers) -> files.Workbook | None:
    """A text file that holds a list, such as an e-mail saved: None where its first row heads a table."""
    rows = book.sheets[0].rows if book.sheets else []
    if path.suffix.lower() != ".txt" or kind not in outline.LISTED or not book.sheets[0].ragged or not rows:
        return None
    text = files.words_of(path, answers)
    listed = any(map(outline.BULLET.match, text.splitlines()))
    if kinds.match_headers(rows[0], kind) or (len(rows[0]) > 1 and not listed):
        return None
    found = outline.workbook(path, outline.lines_of(text), kind, answers, list(book.repairs))
    return replace(found, questions=[*book.questions, *found.questions])


def _understood(book: files.Workbook, kind: str, answers: given.Answers, folder: Path | None = None) -> Import:
    """The cells of a file as the tables of one kind."""
    file_kind = kinds.file_kind(kind)
    if "sheet" in answers:
        book = _one_sheet(book, answers["sheet"])
    table = layout.read_table(book, _wanted(kind, answers), answers)
    headers = tuple(table.header.names)
    if saved := maps_of.find(folder, kind, headers):
        answers = answers.beside(maps_of.read(saved))
        table = layout.read_table(book, _wanted(kind, answers), answers)
        table.repairs.append(Repair(table.sheet, None, "", saved.name, "", "ingest.map_used"))
    columns = given.under(answers, "column.")
    rows = Rows(
        file_kind,
        book.path.name,
        table.sheet,
        list(map(str, table.frame.columns)),
        list(map(list, zip(*(found := [table.frame[name].tolist() for name in table.frame.columns]), strict=True))),
        table.frame.index.tolist(),
        {},
        table.header.left,
        book.path.resolve().parent.name,
        given.under(answers, "set."),
        answers,
        answers.get("fiscal_start", "01-01"),
        list(table.repairs),
        list(table.set_aside),
        list(table.questions),
    )
    rows.columns = dict(enumerate(found))
    rows.places = table.places
    rows.alone = len(book.sheets) == 1 and book.sheets[0].ragged
    _match(rows, columns)
    _doubt_kind(rows, columns)
    if not rows.cells:
        raise PlanError("layout.no_rows", sheet=table.sheet, row=str(table.header.rows[-1] if table.header.rows else 0))
    if kind == "updates":
        readers.status_in_progress(rows)
    source = sources.recognise(rows.headers, kind)
    if source and kind in source.readies:
        source.readies[kind](rows)
    builder = (source.reads.get(kind) if source else None) or BUILDERS.get(kind, build.build)
    tables, made = builder(rows)
    personal.report(rows)
    _report_unused(rows)
    return Import(
        next(iter(tables.values())),
        rows.repairs,
        sorted(rows.set_aside, key=lambda left: (left.sheet, left.row)),
        rows.questions,
        kind,
        rows.file,
        rows.sheet,
        table.rows_found,
        tables,
        frozenset(made),
        _spoken(rows),
        _places(rows),
        where=rows.places,
        headers=headers,
        letters=_letters(rows),
        answers=answers,
        used=answers.used,
    )


def _wanted(kind: str, answers: Mapping[str, str]) -> dict[str, list[str]]:
    """Words that may head a column of this kind of file, those of a column map too."""
    words = {**kinds.synonyms()["headers"][kind], "-private": kinds.synonyms()["private"]}
    columns = given.under(answers, "column.")
    return {**words, "-given": list(columns)} if columns else words


def _one_sheet(book: files.Workbook, sheet: str) -> files.Workbook:
    kept = tuple(found for found in book.sheets if fold(found.name) == fold(sheet))
    if not kept:
        raise PlanError("ingest.no_sheet", file=book.path.name, sheet=sheet, found=[s.name for s in book.sheets])
    return replace(book, sheets=kept)


def _match(rows: Rows, columns: Mapping[str, str]) -> None:
    """Which column holds what: as the map says, else by the words above it. Private columns hold nothing for us."""
    _keep_private(rows)
    headers = ["" if rows.is_private(header) else header for header in rows.headers]
    mapped = {fold(header): name for header, name in columns.items()}
    for place, header in enumerate(rows.headers):
        said_of = (fold(header), fold(header.rpartition(" / ")[2]))
        name = mapped.get(said_of[0]) or mapped.get(said_of[1])
        if name is None:
            continue
        rows.answers.used.update(f"column.{said}" for said in columns if fold(said) in said_of)
        if name != "-" and name not in kinds.header_words(rows.kind.name):
            known = sorted(kinds.header_words(rows.kind.name))
            raise PlanError("ingest.unknown_column", column=header, found=name, known=known)
        headers[place] = ""
        rows.used.add(place)
        if name != "-":
            rows.matched[name] = place
        else:
            rows.say(None, header, header, "", "ingest.column_left_out")
    rows.answers.used.update(f"set.{name}" for name in rows.constants)
    unknown = set(rows.constants) - set(kinds.header_words(rows.kind.name))
    if unknown:
        known = sorted(kinds.header_words(rows.kind.name))
        raise PlanError("ingest.unknown_column", column="set", found=min(unknown), known=known)
    if rows.kind.name == "actions":
        for place in {place for pair in funding.funder_columns(headers) for place in pair}:
            if place is not None:
                headers[place] = ""
    for name, place in kinds.match_headers(headers, rows.kind.name).items():
        if name != "status" or not _tells_how(rows, place):
            rows.matched.setdefault(name, place)


def _tells_how(rows: Rows, place: int) -> bool:
    """Whether a column headed `Suivi` holds sentences on how an action is followed: then it is no status."""
    if fold(rows.headers[place]) != "suivi":
        return False
    cells = set(map(fold, {row[place] for row in rows.cells})) - {""}
    known = kinds.code_words("status")
    return sum(cell in known or "%" in cell for cell in cells) * 2 < len(cells)


def _doubt_kind(rows: Rows, columns: Mapping[str, str]) -> None:
    """Headers that plainly say another kind of file are asked about: titles of actions are no roles."""
    if rows.kind.name not in kinds.NAMED_ANEW or columns or rows.constants:
        return
    likely = {name: len(kinds.match_headers(rows.headers, name)) for name in kinds.FILES}
    other = max(likely, key=lambda name: (likely[name], name == "actions"))
    if likely[other] >= max(PLAINLY, 2 * len(rows.matched) + 1):
        facts = {"file": rows.file, "kind": rows.kind.name, "other": other, "found": [h for h in rows.headers if h]}
        rows.ask("kind", "ingest.ask_kind", {rows.kind.name: "ingest.choice_kind"}, **facts)


def _keep_private(rows: Rows) -> None:
    """Columns that identify people are kept only when a person says why."""
    for wanted, reason in given.under(rows.answers, "keep.").items():
        rows.answers.used.add(f"keep.{wanted}")
        header = next((header for header in rows.headers if fold(header) == fold(wanted)), None)
        if header is None:
            raise PlanError("ingest.keep_unknown", column=wanted, found=[header for header in rows.headers if header])
        if not plain(reason):
            raise PlanError("ingest.keep_needs_reason", column=header)
        rows.kept_private.add(header)
        rows.say(None, header, header, "", "ingest.private_kept", reason=reason)


def _report_unused(rows: Rows) -> None:
    """Every column that holds something and was not used is said: dropped for privacy, or not known."""
    matched = set(rows.matched.values())
    years = _years(rows) if rows.kind.name == "actions" else []
    if years:
        listed = ", ".join(rows.headers[place] for place in years)
        rows.say(None, rows.headers[years[0]], listed, "", "ingest.year_columns", columns=listed)
    for place, header in enumerate(rows.headers):
        if place in years:
            continue
        if place in rows.used or not any(plain(row[place]) for row in rows.cells):
            continue
        if rows.is_private(header):
            rows.say(None, header, header, "", "ingest.private_dropped")
        elif place not in matched:
            rows.say(None, header, header, "", "ingest.column_unused")


def _years(rows: Rows) -> list[int]:
    """Columns of a plan headed by a year and not used: amounts, year by year, which another kind of file reads."""
    unused = [place for place in range(len(rows.headers)) if place not in {*rows.used, *rows.matched.values()}]
    return [place for place in unused if YEAR.fullmatch(fold(rows.headers[place]))]


def _places(rows: Rows) -> dict[str, tuple[str, int, list[str]]]:
    """Origin of each row kept -> its sheet, its number and its cells."""
    origins = rows.origins()
    return {origins[i]: (rows.sheet, rows.numbers[i], rows.cells[i]) for i in rows.kept}


def _letters(rows: Rows) -> dict[str, str]:
    """Header, and column of the kind, -> the letters Excel shows over it."""
    places = {header: place for place, header in enumerate(rows.headers)} | rows.matched
    return {name: letters(rows.left + place) for name, place in places.items() if name}


def _spoken(rows: Rows) -> dict[str, str]:
    """The title that stands beside an id, where the file gives both."""
    if not ("action_id" in rows.matched and "action_title" in rows.matched):
        return {}
    titles = rows.text("action_title")
    return {rows.origin(i): titles[i] for i in rows.kept if titles[i]}
