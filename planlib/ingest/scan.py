"""The XML of a workbook, read in pieces before calamine: what harms is refused, what calamine cannot see is noted."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from posixpath import join, normpath
from xml.parsers import expat

import numpy as np

from planlib.ingest.files import MAX_ROWS, check_size
from planlib.ingest.records import letters
from planlib.schema import PlanError

MAX_PART = 300_000_000  # bytes of one part of a workbook, unzipped
MAX_UNZIPPED = 500_000_000
MAX_RATIO = 250  # a sheet of real rows shrinks 5 to 40 times
MAX_CELLS = 5_000_000
MAX_SHARED = 1_000_000  # bytes of one shared string with its markup; Excel holds 32,767 characters in a cell
MAX_TEXT = 250_000_000  # bytes of text once every cell has its own
CHUNK = 1 << 20

DOCTYPE = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*+<!(?:DOCTYPE|ENTITY)", re.S | re.I)
ROW = re.compile(rb"<row ([^>]*)>")
HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
NUMBER = re.compile(rb'\br="(\d+)"')
PLACE = re.compile(rb'\br="([A-Z]+\d+)"')
# A formula with nothing behind it; an empty text (t="str") is a result like another.
NEVER = re.compile(rb"<c (?P<cell>[^>]*)>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
FORMULA_ZERO = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f><v>0</v></c>')
ERROR = re.compile(rb'<c (?P<cell>[^>]*\bt="e"[^>]*)>.*?<v>(?P<value>[^<]*)<', re.S)
# A cell that holds something beyond column GR (the 200th), or from row 100,000 on.
FAR = re.compile(rb'<c r="((?:[A-Za-z]{3,}|[H-Zh-z][A-Za-z]|[Gg][S-Zs-z])\d+|[A-Za-z]+\d{6,})"(?:[^>]*[^/>])?>(?!</)')
PREFIXED = re.compile(rb"<[^\s<>/:]*:")
# How the tags of a sheet begin; any other is looked at for a prefix.
USUAL = np.zeros(1 << 16, dtype=bool)
USUAL[[ord(first) << 8 | ord(then) for first, then in ("c ", "v>", "f>", "f ", "is", "t>", "t ", "ro")]] = True
USUAL[ord("/") << 8 : (ord("/") + 1) << 8] = True


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
    return column - 1, int(match[2][:12])  # more figures than that are as far


def check_archive(path: Path, data: bytes) -> None:
    """Every part of a document is unzipped once, in pieces: bombs and XML entities are refused before it is read."""
    for info in _xml_parts(path, data).values():
        for number, piece in enumerate(_unzip(path, data, info)):
            if number == 0:
                _check_head(path, piece)


def _xml_parts(path: Path, data: bytes) -> dict[str, zipfile.ZipInfo]:
    """The parts that hold words, by name; refused when protected or too large."""
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
    return xml


def scan_archive(path: Path, data: bytes) -> dict[str, Scan]:
    """Every part that calamine will read is unzipped once, in pieces, and refused before calamine sees it."""
    xml = _xml_parts(path, data)
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
            unzip = partial(_unzip, path, data, xml[part])
            scans[sheet] = _scan_sheet(path, sheet, unzip, recalculated)
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


def _each_element(
    path: Path,
    pieces: Iterator[bytes],
    start: Callable[[str, dict[str, str]], None],
    text: Callable[[str], None] | None = None,
    end: Callable[[str], None] | None = None,
) -> None:
    """Calls back with each element, its attributes and text, prefixes left out; keeps nothing, resolves nothing."""

    def refuse(*_declared) -> None:
        raise PlanError("files.entities", file=path.name)

    def started(tag: str, given: dict[str, str]) -> None:
        start(tag.rpartition(":")[2], {name.rpartition(":")[2]: value for name, value in given.items()})

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = started
    if text and end:
        parser.CharacterDataHandler = text
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError):  # an encoding that nobody knows, a figure that is none
        raise PlanError("files.damaged", file=path.name) from None


def _scan_sheet(path: Path, sheet: str, unzip: Callable[[], Iterator[bytes]], recalculated: bool) -> Scan:
    """Hidden rows, errors and formulas never calculated of one sheet; refused when too large or too wide.

    The XML that spreadsheet programs write is searched in runs of whole rows; any other is parsed, ten times slower.
    """
    scan, left, inside = Scan(), b"", False
    for number, piece in enumerate(unzip()):  # to the last piece, so that all of it is known to unzip
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
        cut = text.rfind(b"</row>") + 6
        if cut < 6 and len(text) > 40_000_000:  # one row of 200 cells of 32,767 characters is far less
            raise PlanError("files.bomb", file=path.name, size=len(text) / 1e6)
        text, left = (text[:cut], text[cut:]) if cut > 5 else (b"", text)
        if text and not _scan_rows(path, sheet, text, scan, recalculated):
            return _parse_sheet(path, sheet, unzip())
    return scan if b"<c" not in left and b":c" not in left else _parse_sheet(path, sheet, unzip())


def _holds(text: bytes, sign: bytes, whole: bytes = b"") -> bool:
    """Whether `whole` is in the text: looked for only where its rarest letter is, which takes no time to know."""
    return sign[-1:] in text and (whole or sign) in text


def _scan_rows(path: Path, sheet: str, text: bytes, scan: Scan, recalculated: bool) -> bool:
    """Adds to `scan` what a run of whole rows says; False when the rows are not written as programs write them."""
    signs = np.frombuffer(text + bytes(16), dtype=np.uint8)
    tags = np.flatnonzero(signs == ord("<"))
    starts = signs[tags + 1].astype(np.uint16) << 8 | signs[tags + 2]
    cells, rows = tags[starts >> 8 == ord("c")], tags[starts == (ord("r") << 8 | ord("o"))]
    other = not USUAL[starts].all()
    if any(_holds(text, sign) for sign in (b"='", b'="&', b"<!")) or (other and PREFIXED.search(text)):
        return False
    if not _follows(signs, cells, b'<c r="') or not _follows(signs, rows, b'<row r="'):
        return False
    scan.cells += len(cells)
    if scan.cells > MAX_CELLS:
        raise PlanError("files.too_many_cells", file=path.name, sheet=sheet, n=scan.cells, limit=MAX_CELLS)
    for at in _maybe_far(signs, cells):
        if far := FAR.match(text, at):
            column, row = place_of(far[1].decode().upper())
            check_size(path.name, sheet, row, column + 1)
    if _holds(text, b"d", b"hidden="):
        for match in ROW.finditer(text):
            if HIDDEN.search(match[1]) and (number := NUMBER.search(match[1])):
                scan.hidden.add(int(number[1]))
    if (starts >> 8 == ord("f")).any():
        never = [match["cell"] for match in NEVER.finditer(text) if b't="str"' not in match["cell"]]
        scan.uncalculated += map(_place, never)
        if recalculated:
            scan.zeros += [place.decode() for place in FORMULA_ZERO.findall(text)]
    if _holds(text, b"e", b't="e"'):
        for match in ERROR.finditer(text):
            scan.errors[_place(match["cell"])] = match["value"].decode("utf-8", "replace")
    return True


def _place(cell: bytes) -> str:
    """The place that a cell gives itself; 'A0' when that is none."""
    found = PLACE.search(cell)
    return found[1].decode() if found else "A0"


def _follows(signs: np.ndarray, places: np.ndarray, words: bytes) -> bool:
    """Whether the same words stand at each place."""
    return all((signs[places + offset] == sign).all() for offset, sign in enumerate(words))


def _maybe_far(signs: np.ndarray, cells: np.ndarray) -> list[int]:
    """Where cells start whose place has three letters, two beyond GR, or six figures: for `FAR` to look at."""
    first, second, third = (signs[cells + offset] for offset in (6, 7, 8))
    two, first, second = second >= ord("A"), first & 0xDF, second & 0xDF  # in capitals
    three = two & (third >= ord("A"))
    wide = three | (two & ((first > ord("G")) | ((first == ord("G")) & (second >= ord("S")))))
    sixth = signs[cells + 12 + two + three]
    low = (sixth >= ord("0")) & (sixth <= ord("9"))
    return cells[wide | low].tolist()


def _parse_sheet(path: Path, sheet: str, pieces: Iterator[bytes]) -> Scan:
    """The same by a full parse, for cells without a place of their own, prefixes, other quotes."""
    scan = Scan()
    at = {"row": 0, "column": 0, "type": "", "formula": False, "inside": ""}

    def start(tag: str, given: dict[str, str]) -> None:
        if tag == "row":
            number = given.get("r", "")
            at.update(row=int(number) if number.isdigit() else at["row"] + 1, column=0)
            if given.get("hidden") in ("1", "true"):
                scan.hidden.add(at["row"])
        elif tag == "c":
            place = given.get("r", "").upper()
            column, row = place_of(place) if re.fullmatch(r"[A-Z]+\d+", place) else (at["column"], at["row"])
            at.update(row=row, column=column + 1, type=given.get("t", ""), formula=False, inside="")
            scan.cells += 1
            if scan.cells > MAX_CELLS:
                raise PlanError("files.too_many_cells", file=path.name, sheet=sheet, n=scan.cells, limit=MAX_CELLS)
        elif tag == "f":
            at["formula"] = True
        elif tag in ("v", "is"):
            check_size(path.name, sheet, at["row"], at["column"])
            at["inside"] = tag

    def text(words: str) -> None:
        if at["inside"] == "v" and words.strip():
            at["formula"] = False
            if at["type"] == "e":
                scan.errors[f"{letters(at['column'] - 1)}{at['row']}"] = words.strip()

    def end(tag: str) -> None:
        if tag in ("v", "is"):
            at["inside"] = ""
        elif tag == "c" and at["formula"] and at["type"] != "str":
            scan.uncalculated.append(f"{letters(at['column'] - 1)}{at['row']}")

    _each_element(path, pieces, start, text, end)
    return scan


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
