"""The XML of a workbook, read in pieces before calamine: what harms is refused, what calamine cannot see is noted."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from posixpath import join, normpath
from xml.parsers import expat

from planlib.ingest.files import MAX_COLUMNS, MAX_ROWS, check_size
from planlib.ingest.records import letters
from planlib.schema import PlanError

MAX_PART = 300_000_000  # bytes of one part of a workbook, unzipped
MAX_UNZIPPED = 500_000_000
MAX_RATIO = 250  # a sheet of real rows shrinks 5 to 40 times
MAX_CELLS = 5_000_000
MAX_SHARED = 1_000_000  # bytes of one shared string with its markup; Excel holds 32,767 characters in a cell
MAX_TEXT = 250_000_000  # bytes of text once every cell has its own
CHUNK = 1 << 20

DOCTYPE = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*<!(?:DOCTYPE|ENTITY)", re.S | re.I)
ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?)>")
HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
NUMBER = re.compile(rb'\br="(\d+)"')
PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
# A formula with nothing behind it; an empty text (t="str") is a result like another.
NEVER = re.compile(
    rb"<(?:\w+:)?c\b(?P<cell>[^>]*)>\s*<(?P<p>\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?P=p)?f>|[^>]*>[^<]*</f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
FORMULA_ZERO = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f><v>0</v></c>')
ERROR = re.compile(rb'<(?:\w+:)?c\b(?P<cell>[^>]*\bt="e"[^>]*)>(?P<inner>.*?)</(?:\w+:)?c>', re.S)
VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
# A cell beyond column GR (the 200th) that holds something.
WIDE = re.compile(rb'<c r="((?:[A-Z]{3}|[H-Z][A-Z]|G[S-Z])\d+)"[^>]*[^/>]>(?!</)')


@dataclass(slots=True)
class Scan:
    """What the XML of one sheet says beyond its values."""

    hidden: set[int] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)
    uncalculated: list[str] = field(default_factory=list)
    zeros: list[str] = field(default_factory=list)
    cells: int = 0


def place_of(place: str) -> tuple[int, int]:
    """'D25' -> (column from 0, row from 1)."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", place)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(match[2])


def scan_archive(path: Path, data: bytes) -> dict[str, Scan]:
    """Every part that calamine will read is unzipped once, in pieces, and refused before calamine sees it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = {info.filename.lstrip("/"): info for info in archive.infolist()}
    except Exception:
        raise PlanError("files.damaged", file=path.name) from None
    xml = {name: info for name, info in members.items() if name.endswith((".xml", ".rels", ".bin"))}
    unzipped = sum(info.file_size for info in xml.values())
    for info in xml.values():
        if info.flag_bits & 1:
            raise PlanError("files.protected", file=path.name)
        heavy = info.file_size > 20_000_000 and info.file_size > MAX_RATIO * max(1, info.compress_size)
        if heavy or info.file_size > MAX_PART or unzipped > MAX_UNZIPPED:
            raise PlanError("files.bomb", file=path.name, size=unzipped / 1e6)
    if "content.xml" in xml:
        manifest = xml.get("META-INF/manifest.xml")
        if manifest and b"encryption-data" in b"".join(_unzip(path, data, manifest)):
            raise PlanError("files.protected", file=path.name)
        return _scan_ods(path, data, xml["content.xml"])
    if "xl/workbook.bin" in xml or "xl/workbook.xml" not in xml:
        raise PlanError("files.other_package", file=path.name)
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"):
        if name in xml:
            for piece in islice(_unzip(path, data, xml[name]), 1):
                _check_head(path, piece)
    shared = next((info for name, info in xml.items() if name.lower() == "xl/sharedstrings.xml"), None)
    longest = _longest_text(path, data, shared) if shared else 0
    recalculated = b'fullCalcOnLoad="1"' in b"".join(_unzip(path, data, xml["xl/workbook.xml"]))
    scans = {}
    for sheet, part in _visible_parts(path, data, xml).items():
        if part in xml:
            scans[sheet] = _scan_sheet(path, sheet, _unzip(path, data, xml[part]), recalculated)
    if longest * sum(scan.cells for scan in scans.values()) > MAX_TEXT:
        _check_text(path, data, shared, [xml[part] for part in _visible_parts(path, data, xml).values() if part in xml])
    return scans


def _unzip(path: Path, data: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of one part, in pieces; more than it declares, or a damaged stream, is refused.

    zipfile stops at the declared size, which a bomb may understate: calamine would not stop there.
    """
    start = info.header_offset
    names = int.from_bytes(data[start + 26 : start + 28], "little") + int.from_bytes(
        data[start + 28 : start + 30], "little"
    )
    packed = data[start + 30 + names : start + 30 + names + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise PlanError("files.damaged", file=path.name)
    inflate = zlib.decompressobj(-15)
    total = 0
    try:
        while packed and not inflate.eof:
            piece = inflate.decompress(packed, CHUNK)
            packed = inflate.unconsumed_tail
            total += len(piece)
            if total > info.file_size:
                raise PlanError("files.bomb", file=path.name, size=total / 1e6)
            if piece:
                yield piece
    except zlib.error:
        raise PlanError("files.damaged", file=path.name) from None


def _longest_text(path: Path, data: bytes, info: zipfile.ZipInfo) -> int:
    """Bytes of the longest shared string; one that no cell could hold is refused."""
    longest = since = 0
    for number, piece in enumerate(_unzip(path, data, info)):
        if number == 0:
            _check_head(path, piece)
        *whole, rest = piece.split(b"</si>")
        if whole:
            longest = max(longest, since + len(whole[0]), max(map(len, whole)))
            since = len(rest)
        else:
            since += len(rest)
        if max(longest, since) > MAX_SHARED and b":si>" not in piece:
            raise PlanError("files.bomb", file=path.name, size=info.file_size / 1e6)
    return max(longest, since)


def _check_text(path: Path, data: bytes, shared: zipfile.ZipInfo, parts: list[zipfile.ZipInfo]) -> None:
    """A long shared string used by thousands of cells is small in the file and huge in memory."""
    lengths = [len(text) for text in b"".join(_unzip(path, data, shared)).split(b"</si>")]
    total = 0
    for info in parts:
        for used in re.findall(rb't="s"[^>]*><v>(\d+)<', b"".join(_unzip(path, data, info))):
            total += lengths[int(used)] if int(used) < len(lengths) else 0
    if total > MAX_TEXT:
        raise PlanError("files.bomb", file=path.name, size=total / 1e6)


def _check_head(path: Path, head: bytes) -> None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head[: len(head) // 2 * 2].decode("utf-16", "ignore").encode()
    if DOCTYPE.match(head[:200_000]):
        raise PlanError("files.entities", file=path.name)


def _visible_parts(path: Path, data: bytes, xml: dict[str, zipfile.ZipInfo]) -> dict[str, str]:
    """Name of each visible sheet -> part that holds it, by the workbook's own relations."""
    targets: dict[str, str] = {}
    parts: dict[str, str] = {}

    def relation(tag: str, given: dict[str, str]) -> None:
        if tag == "Relationship":
            target = given.get("Target", "")
            targets[given.get("Id", "")] = target[1:] if target[:1] == "/" else normpath(join("xl", target))

    def sheet(tag: str, given: dict[str, str]) -> None:
        if tag == "sheet" and given.get("state", "visible") == "visible":
            parts[given.get("name", "")] = targets.get(given.get("id", ""), "")

    if "xl/_rels/workbook.xml.rels" in xml:
        _each_element(path, _unzip(path, data, xml["xl/_rels/workbook.xml.rels"]), relation)
    _each_element(path, _unzip(path, data, xml["xl/workbook.xml"]), sheet)
    return parts


def _each_element(path: Path, pieces: Iterator[bytes], see: Callable[[str, dict[str, str]], None]) -> None:
    """Calls `see` with the name and the attributes of each element, prefixes left out; keeps nothing."""

    def refuse(*_declared) -> None:
        raise PlanError("files.entities", file=path.name)

    def start(tag: str, given: dict[str, str]) -> None:
        see(tag.rpartition(":")[2], {name.rpartition(":")[2]: value for name, value in given.items()})

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise PlanError("files.damaged", file=path.name) from None


def _scan_sheet(path: Path, sheet: str, pieces: Iterator[bytes], recalculated: bool) -> Scan:
    """Hidden rows, errors and formulas never calculated of one sheet; refused when too large or too wide."""
    scan, left, inside = Scan(), b"", False
    for number, piece in enumerate(pieces):  # to the last piece, so that all of it is known to unzip
        if number == 0:
            _check_head(path, piece)
        text = left + piece
        if not inside:
            start = text.find(b"sheetData")
            inside = start >= 0
            left = b"" if inside else text[-20:]
            if not inside:
                continue
            text = text[start:]
        cut = max(text.rfind(b"</row>"), text.rfind(b":row>"))
        cut = text.find(b">", cut) + 1 if cut >= 0 else 0
        if not cut and len(text) > 40_000_000:  # one row of 200 cells of 32,767 characters is far less
            raise PlanError("files.bomb", file=path.name, size=len(text) / 1e6)
        text, left = text[:cut], text[cut:]
        if text:
            _scan_rows(path, sheet, text, scan, recalculated)
    return scan


def _scan_rows(path: Path, sheet: str, text: bytes, scan: Scan, recalculated: bool) -> None:
    """Adds to `scan` what a run of whole rows says; refuses what is beyond the limits."""
    placed = text.count(b'<c r="')
    cells = placed if text.count(b"</row>") and text.count(b"<c") == placed else len(CELL.findall(text))
    scan.cells += cells
    if scan.cells > MAX_CELLS:
        raise PlanError("files.too_many_cells", file=path.name, sheet=sheet, n=scan.cells, limit=MAX_CELLS)
    if cells != placed:
        _check_width_by_counting(path, sheet, text)
    if wide := WIDE.search(text):
        column, _ = place_of(wide[1].decode())
        raise PlanError("files.too_many_columns", file=path.name, sheet=sheet, n=column + 1, limit=MAX_COLUMNS)
    last = text.rfind(b"<row ")
    if last >= 0 and (number := NUMBER.search(text, last, last + 200)) and int(number[1]) > MAX_ROWS:
        _check_far_rows(path, sheet, text)
    if b"hidden=" in text:
        for match in ROW.finditer(text):
            if HIDDEN.search(match[1]) and (number := NUMBER.search(match[1])):
                scan.hidden.add(int(number[1]))
    if b"<f" in text or b":f" in text:
        for match in NEVER.finditer(text):
            place = PLACE.search(match["cell"])
            if b't="str"' not in match["cell"]:
                scan.uncalculated.append((place[1] + place[2]).decode() if place else "?")
        if recalculated:
            scan.zeros += [place.decode() for place in FORMULA_ZERO.findall(text)]
    if b't="e"' in text:
        for match in ERROR.finditer(text):
            place, value = PLACE.search(match["cell"]), VALUE.search(match["inner"])
            if place and value:
                scan.errors[(place[1] + place[2]).decode()] = value[1].decode("utf-8", "replace")


def _check_far_rows(path: Path, sheet: str, text: bytes) -> None:
    """A row beyond the limit counts when it holds a value: Excel also writes rows that are only formatted."""
    for match in re.finditer(rb"<row\b([^>]*[^/])>(.*?)</row>", text, re.S):
        number = NUMBER.search(match[1])
        if number and int(number[1]) > MAX_ROWS and re.search(rb"<v>|<is>|<f", match[2]):
            raise PlanError("files.too_many_rows", file=path.name, sheet=sheet, n=int(number[1]), limit=MAX_ROWS)


def _check_width_by_counting(path: Path, sheet: str, text: bytes) -> None:
    """Cells without a place of their own, or with a prefix: counted row by row."""
    for row in re.split(rb"</(?:\w+:)?row>", text):
        cells = CELL.findall(row)
        filled = max((n for n, (_, closed) in enumerate(cells, start=1) if not closed), default=0)
        places = [place_of(p[0].decode() + p[1].decode())[0] + 1 for c, _ in cells for p in PLACE.findall(c)[:1]]
        widest = max([filled if not places else 0, *places])
        if widest > MAX_COLUMNS and filled:
            raise PlanError("files.too_many_columns", file=path.name, sheet=sheet, n=widest, limit=MAX_COLUMNS)


def _scan_ods(path: Path, data: bytes, info: zipfile.ZipInfo) -> dict[str, Scan]:
    """The same for an OpenDocument sheet: repeated cells and rows are counted before calamine unfolds them."""
    scans: dict[str, Scan] = {}
    at = {"sheet": "", "first": 1, "row": 0, "column": 0}

    def see(tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            at.update(sheet=given.get("name", ""), row=0)
            scans[at["sheet"]] = Scan()
        elif tag == "table-row":
            repeated = _count(given, "number-rows-repeated")
            at.update(first=at["row"] + 1, row=at["row"] + repeated, column=0)
            if given.get("visibility") in ("collapse", "filter") and at["row"] <= MAX_ROWS:
                scans[at["sheet"]].hidden.update(range(at["first"], at["row"] + 1))
        elif tag in ("table-cell", "covered-table-cell"):
            repeated = _count(given, "number-columns-repeated")
            at["column"] += repeated
            scan = scans.setdefault(at["sheet"], Scan())
            if "value-type" in given:
                check_size(path.name, at["sheet"], at["row"], at["column"])
                scan.cells += repeated * max(1, at["row"] - at["first"] + 1)
                if scan.cells > MAX_CELLS:
                    facts = {"sheet": at["sheet"], "n": scan.cells, "limit": MAX_CELLS}
                    raise PlanError("files.too_many_cells", file=path.name, **facts)
            elif "formula" in given:
                scan.uncalculated.append(f"{letters(at['column'] - 1)}{at['row']}")

    _each_element(path, _unzip(path, data, info), see)
    return scans


def _count(given: dict[str, str], name: str) -> int:
    """How many times a cell or a row is repeated; nonsense counts once."""
    value = given.get(name, "1")
    return int(value) if value.isdigit() else 1
