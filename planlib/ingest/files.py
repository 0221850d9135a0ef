"""Bytes -> cells: any CSV or workbook, every cell as the text a person reads, nothing lost without being said."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from planlib.ingest.records import Choice, Question, Repair, letters, plain, settle
from planlib.schema import PlanError

MAX_BYTES = 50_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 200

TEXT_KINDS = (".csv", ".tsv", ".txt")
WORKBOOK_KINDS = (".xlsx", ".xlsm", ".xls", ".ods")

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SEP_LINE = re.compile(r'\A"?sep=(.)"?[;,\t|]*\r?\n?', re.I)
VOTERS = 15
ONE_COLUMN = "\x1f"  # a delimiter that no text holds

ODD_START = re.compile("\0[\\s#\ufeff\u200b]")  # cells joined by \0: one starts as a blank, a mark or an error does
TOGETHER = 1000  # rows looked at in one go
ERRORS = frozenset(
    (
        "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
        "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!", "#N/D",
    )
)  # fmt: skip

# What French and English texts hold besides ASCII: used to tell cp1252 from MacRoman.
EXPECTED = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ«»’‘“”–—…•·°€£²³½¼\u00a0ñáíóúãõ©®™")
# Bytes of UTF-8 read one by one as cp1252; what cp1252 leaves undefined reads as itself.
AS_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(128, 256)}
TO_BYTE = {char: byte for byte, char in AS_CP1252.items()}
_TAIL = "[" + re.escape("".join(AS_CP1252[byte] for byte in range(0x80, 0xC0))) + "]"
MOJIBAKE = re.compile(
    f"[{AS_CP1252[0xC2]}-{AS_CP1252[0xDF]}]{_TAIL}|[{AS_CP1252[0xE0]}-{AS_CP1252[0xEF]}]{_TAIL}{{2}}|ð{_TAIL}{{3}}"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as a grid of text: `rows[0]` is row 1 of the file, '' is blank, rows may be of unequal length."""

    name: str
    rows: list[list[str]]
    merged: tuple[tuple[int, int, int, int], ...] = ()  # top row, left column, bottom row, right column; rows from 1
    hidden_rows: frozenset[int] = frozenset()
    uncalculated: tuple[str, ...] = ()  # cells whose formula was never calculated: they read as blank and are not
    ragged: bool = False  # a CSV, where a row may really be shorter or longer than the header
    places: tuple[str, ...] = ()  # of a document: the page, slide or paragraph of each row
    parts: tuple[int, ...] = ()  # of a document: the table of each row, where several are read together

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


@dataclass(frozen=True, slots=True)
class Workbook:
    """All visible sheets of one file, and what was noticed while reading it."""

    path: Path
    sheets: tuple[Sheet, ...]
    hidden_sheets: tuple[str, ...] = ()
    repairs: list[Repair] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def read_cells(path: str | Path, answers: Mapping[str, str] | None = None) -> Workbook:
    """The cells of a CSV, XLSX, XLSM, XLS or ODS file.

    Parameters
    ----------
    path : path
        Read by its content; a workbook called .csv is still a workbook, and that is said.
    answers : mapping
        Answers to the questions of an earlier read: `encoding` (mac_roman, cp1252), `mojibake` (repair, keep).

    Returns
    -------
    Workbook
        Sheets of text: numbers without float noise ('12500', '0.35'), dates as '2026-03-01', truth values as
        'TRUE' and 'FALSE', error cells blank with a repair that names the cell. With unanswered questions the
        cells are provisional.

    Raises
    ------
    PlanError
        Missing, a folder, empty, too large, protected, not what its name says, damaged, or built to harm (zip bomb,
        XML entities). A formula never calculated is noted in `Sheet.uncalculated`, and refused by `layout` when its
        sheet is the one to read.
    """
    from planlib.ingest import workbooks  # calamine is only paid for by those who read a file

    path = Path(path)
    data = content(path)
    kind = path.suffix.lower()
    if kind == ".json":
        from planlib.ingest import trello

        return trello.read(path, data)
    if kind not in TEXT_KINDS + WORKBOOK_KINDS:
        raise PlanError("files.unknown_kind", file=path.name, kinds=[*TEXT_KINDS, *WORKBOOK_KINDS])
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        book = workbooks.read(path, data)
        if kind in TEXT_KINDS:
            book.repairs.append(Repair("", None, "", kind, "xlsx", "files.named_otherwise"))
        return book
    if kind in WORKBOOK_KINDS:
        raise PlanError("files.not_a_workbook", file=path.name, starts=starts_with(data))
    return _cells_of(path, *_text(path, data, answers))


def words_of(path: Path, answers: Mapping[str, str] | None) -> str:
    """The words of a text file that `read_cells` could read."""
    return _text(path, content(path), answers)[0]


def content(path: Path) -> bytes:
    """The content of a file that exists, is a file, is not empty and not too large."""
    try:
        if path.is_dir():
            raise PlanError("files.folder", file=str(path))
        if not path.exists():
            raise PlanError("files.missing", file=str(path))
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PlanError("files.too_large", file=path.name, size=size / 1e6, limit=MAX_BYTES // 1_000_000)
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise PlanError("files.unreadable", file=path.name, why=type(error).__name__) from None
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise PlanError("files.empty", file=path.name)
    return data


def starts_with(data: bytes) -> str:
    """The first characters of a file, printable, for a message."""
    text = "".join(c if c.isprintable() else "·" for c in data[:60].decode("latin-1"))
    return " ".join(text.split())[:40]


def _text(path: Path, data: bytes, answers: Mapping[str, str] | None) -> tuple[str, list[Repair], list[Question]]:
    repairs: list[Repair] = []
    questions: list[Question] = []
    if data[:5] == b"%PDF-" or re.match(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table)", data[:200], re.I):
        raise PlanError("files.not_a_table", file=path.name, starts=starts_with(data))
    text = _decode(path, data, answers, repairs, questions)
    text = _mend(text, answers, repairs, questions)
    if "\x00" in text:
        raise PlanError("files.not_a_table", file=path.name, starts=starts_with(data))
    return text, repairs, questions


def read_text(path: Path, text: str) -> Workbook:
    """The cells of a table in words already decoded, such as what a person pasted."""
    return _cells_of(path, text.strip("\r\n"), [], [])


def _cells_of(path: Path, text: str, repairs: list[Repair], questions: list[Question]) -> Workbook:
    if "\ufffd" in text:
        lost = text.index("\ufffd")
        found = plain(text[max(0, lost - 10) : lost + 10])
        row = text.count("\n", 0, lost) + 1
        repairs.append(Repair("", row, "", found, found, "files.lost_characters", {"n": text.count("\ufffd")}))
    if declared := SEP_LINE.match(text):
        delimiter = declared[1]
        text = text[declared.end() :]
        repairs.append(Repair("", 1, "", f"sep={delimiter}", "", "files.sep_line"))
    else:
        delimiter = vote(text)
        if delimiter in DELIMITERS and delimiter != ",":
            repairs.append(Repair("", None, "", "", delimiter, f"files.delimiter_{DELIMITERS[delimiter]}"))
    rows = _rows(path, text, delimiter, repairs)
    clean(rows, path.stem, repairs)
    for row in rows:
        while len(row) > MAX_COLUMNS and not row[-1]:
            row.pop()
    check_size(path.name, path.stem, len(rows), max(map(len, rows), default=0))
    return Workbook(path, (Sheet(path.stem, rows, ragged=True),), (), repairs, questions)


def check_size(file: str, sheet: str, rows: int, columns: int) -> None:
    """PlanError when a sheet has more rows or columns than the limits."""
    if rows > MAX_ROWS:
        raise PlanError("files.too_many_rows", file=file, sheet=sheet, n=rows, limit=MAX_ROWS)
    if columns > MAX_COLUMNS:
        raise PlanError("files.too_many_columns", file=file, sheet=sheet, n=columns, limit=MAX_COLUMNS)


def clean(rows: list[list[str]], sheet: str, repairs: list[Repair]) -> None:
    """Cells of spaces and error values become blank, in place, each error said; blank rows at the end go."""
    for first in range(0, len(rows), TOGETHER):
        some = rows[first : first + TOGETHER]
        if not ODD_START.search("\0" + "\0".join(map("\0".join, some))):
            continue
        for number, row in enumerate(some, start=first + 1):
            for column, cell in enumerate(row):
                if cell and (cell.isspace() or (cell[0] in "\ufeff\u200b" and not plain(cell))):
                    row[column] = ""
                elif cell and cell[0] == "#" and cell in ERRORS:
                    row[column] = ""
                    place = f"{letters(column)}{number}"
                    facts = {"cell": place}
                    repairs.append(Repair(sheet, number, letters(column), cell, "", "files.error_cell", facts))
    while rows and not any(rows[-1]):
        rows.pop()


def _decode(
    path: Path, data: bytes, answers: Mapping[str, str] | None, repairs: list[Repair], questions: list[Question]
) -> str:
    """Text by its byte order mark, else strict UTF-8, else cp1252; MacRoman is asked."""
    said = []
    if data[:3] == b"\xef\xbb\xbf":
        data, encoding = data[3:], "utf-8"
        said.append("files.bom")
    elif data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
        said.append("files.utf16")
    elif data[1:400:2].count(0) > len(data[1:400:2]) * 0.7 or data[0:400:2].count(0) > len(data[0:400:2]) * 0.7:
        encoding = "utf-16-le" if data[1] == 0 else "utf-16-be"
        said.append("files.utf16")
    else:
        encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8" or b"\x00" in data:
            raise PlanError("files.not_a_table", file=path.name, starts=starts_with(data)) from None
        encoding = _one_byte_encoding(path, data, answers, questions)
        said.append(f"files.{encoding}")
        text = data.decode(encoding)
    repairs.extend(Repair("", None, "", "", encoding, why) for why in said)
    return text


def _one_byte_encoding(path: Path, data: bytes, answers: Mapping[str, str] | None, questions: list[Question]) -> str:
    """cp1252, unless MacRoman makes more sense of the accents: then it is asked, with three samples in both."""
    mac = data.decode("mac_roman")
    try:
        windows = data.decode("cp1252")
    except UnicodeDecodeError as error:
        windows = data.decode("cp1252", "replace")
        broken = error.start
    else:
        broken = None
    accents = max(1, sum(byte > 127 for byte in data))
    sense = {name: sum(c in EXPECTED for c in text) / accents for name, text in (("cp1252", windows), ("mac", mac))}
    given = (answers or {}).get("encoding")
    if sense["mac"] <= sense["cp1252"] and given != "mac_roman":
        if broken is not None:
            row = str(data.count(b"\n", 0, broken) + 1)
            raise PlanError("files.unknown_encoding", file=path.name, row=row, byte=f"0x{data[broken]:02X}")
        return "cp1252"
    pairs = zip(re.split(r"[\s;,|]+", mac), re.split(r"[\s;,|]+", windows), strict=False)
    samples = list(dict.fromkeys(pair for pair in pairs if not pair[0].isascii() and len(pair[0]) > 3))[:3]
    question = Question(
        "encoding",
        "files.ask_encoding",
        {"file": path.name, "mac": " ".join(a for a, _ in samples), "windows": " ".join(b for _, b in samples)},
        (Choice("mac_roman", "files.choice_mac"), Choice("cp1252", "files.choice_windows")),
    )
    chosen = settle(question, answers, questions) or "mac_roman"
    if chosen == "cp1252" and broken is not None:
        row = str(data.count(b"\n", 0, broken) + 1)
        raise PlanError("files.unknown_encoding", file=path.name, row=row, byte=f"0x{data[broken]:02X}")
    return chosen


def _mend(text: str, answers: Mapping[str, str] | None, repairs: list[Repair], questions: list[Question]) -> str:
    """Text without mojibake (`CoÃ»t`): decoded again when every sequence round-trips, else asked."""
    if text.isascii() or not (broken := MOJIBAKE.findall(text)):
        return text
    first = broken[0]
    accents = sum(len(run) for run in re.findall(r"[^\x00-\x7f]+", text))
    whole = sum(map(len, broken)) == accents and all(_again(piece) is not None for piece in broken)
    telling = [piece for piece in broken if piece[0] in "ÃÂâðÅ" and (_again(piece) or "") in EXPECTED | set("✅👍")]
    if whole and telling:
        repairs.append(Repair("", None, "", first, _again(first), "files.mojibake", {"n": len(broken)}))
        return MOJIBAKE.sub(lambda match: _again(match[0]), text)
    if not telling:
        return text  # QUALITÉ» is only a French word before a guillemet
    samples = [plain(text[max(0, (at := text.index(piece)) - 8) : at + 8]) for piece in dict.fromkeys(telling)][:3]
    question = Question(
        "mojibake",
        "files.ask_mojibake",
        {"n": len(telling), "samples": samples, "row": str(text.count("\n", 0, text.index(telling[0])) + 1)}
        | {"found": telling[0]},
        (Choice("repair", "files.choice_repair"), Choice("keep", "files.choice_keep")),
    )
    if settle(question, answers, questions) != "repair":
        return text
    repairs.append(Repair("", None, "", telling[0], _again(telling[0]), "files.mojibake", {"n": len(telling)}))
    mend = frozenset(telling)
    return MOJIBAKE.sub(lambda match: _again(match[0]) if match[0] in mend else match[0], text)


def _again(piece: str) -> str | None:
    """A sequence read as cp1252, decoded again as UTF-8; None when it does not round-trip."""
    try:
        return bytes(TO_BYTE[char] for char in piece).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


def vote(text: str) -> str:
    """The delimiter under which the first rows agree best on a number of cells; ONE_COLUMN when none cuts them alike.

    A list of sentences holds commas too: rows of one cell at the top are a title only when a blank row follows.
    """
    best, delimiter = (0.0, 0), ONE_COLUMN
    text = text[:500_000]
    for sign in DELIMITERS:
        if sign not in text:
            continue
        counts = _first_counts(text, sign)
        title = next((place for place, n in enumerate(counts) if n != 1), len(counts))
        if title and 0 not in counts[title : title + 1] and sign == "," and counts[title:]:
            continue
        sizes = Counter(n for n in counts if n)
        if not sizes:
            continue
        size, rows = max(sizes.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        share = rows / sizes.total()
        if size > 1 and share >= 0.5 and (share, size) > best:
            best, delimiter = (share, size), sign
    return delimiter if best[0] else _cuts_all(text)


def _cuts_all(text: str) -> str:
    """The sign that cuts every one of the first rows, when their numbers of cells differ; commas stand in sentences."""
    for sign in DELIMITERS:
        counts = [n for n in _first_counts(text, sign) if n] if sign != "," else []
        if len(counts) > 1 and min(counts) > 1:
            return sign
    return ONE_COLUMN


def _first_counts(text: str, sign: str) -> list[int]:
    """Cells in each of the first rows; 0 for a blank one."""
    counts: list[int] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=sign):
            counts.append(len(row) if any(map(plain, row)) else 0)
            if len(counts) - counts.count(0) == VOTERS:
                break
    except csv.Error:
        return counts
    return counts


def _rows(path: Path, text: str, delimiter: str, repairs: list[Repair]) -> list[list[str]]:
    """The records of a CSV."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MAX_ROWS * 2:
                break
    except csv.Error as error:
        row = str(len(rows) + 1)
        if "unexpected end of data" in str(error):
            raise PlanError("files.quote_open", file=path.name, row=row) from None
        if "field larger" in str(error):
            raise PlanError("files.cell_too_long", file=path.name, row=row) from None
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error:
            raise PlanError("files.quote_open", file=path.name, row=row) from None
        repairs.append(Repair("", int(row), "", '"', "", "files.loose_quote"))
    return rows
