"""A PDF with text -> its blocks: tables by their lines, bullets, headings by their size; the page is the place."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from planlib.ingest import outline
from planlib.ingest.files import starts_with
from planlib.ingest.outline import BY_LOOK, Block, table
from planlib.ingest.records import Repair, plain
from planlib.schema import PlanError

MAX_PAGES = 200
MAX_UNPACKED = 400_000_000
LARGER = 1.12  # times the size of the body, from which a line is a heading
NEAR = 0.9  # of a line's height: how far below it the same paragraph may go on
PAGE_NUMBER = re.compile(r"(?:page |p\. ?)?\d{1,3}(?: ?(?:/|de|of|sur) ?\d{1,3})?", re.I)
STREAM = re.compile(rb"stream\r?\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page, outside its tables."""

    page: int
    words: str
    left: float
    top: float
    bottom: float
    size: float
    bold: bool


def blocks(path: Path, data: bytes) -> tuple[list[Block], list[Repair]]:
    """The blocks of a PDF in reading order, and what was left aside.

    Raises
    ------
    PlanError
        Not a PDF, protected, damaged, too long, or a picture of pages without text.
    """
    import pdfplumber
    from pdfplumber.utils.exceptions import PdfminerException

    if b"%PDF-" not in data[:1024]:
        raise PlanError("documents.not_a_document", file=path.name, starts=starts_with(data))
    _check_bomb(path, data)
    lines: list[Line] = []
    tables: list[tuple[int, float, list]] = []
    bare: list[int] = []
    try:
        with _heard() as unread, pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > MAX_PAGES:
                raise PlanError("documents.too_many_pages", file=path.name, n=len(document.pages), limit=MAX_PAGES)
            for number, page in enumerate(document.pages, start=1):
                found = [each for each in page.find_tables() if len(each.rows) > 1 and len(each.rows[0].cells) > 1]
                tables += [(number, each.bbox[1], each.extract()) for each in found]
                boxes = [each.bbox for each in found]
                outside = page.filter(lambda thing, boxes=boxes: not _inside(thing, boxes)) if boxes else page
                lines += _lines(number, outside)
                if not page.chars:
                    bare.append(number)
                page.close()
            pages = len(document.pages)
    except PlanError:
        raise
    except PdfminerException as error:
        why = "files.protected" if "Password" in repr(error) else "documents.damaged"
        raise PlanError(why, file=path.name) from None
    except Exception:  # pdfminer meets broken files in many ways; none of them is for a consultant to read
        raise PlanError("documents.damaged", file=path.name) from None
    if len(bare) == pages:
        raise PlanError("documents.scanned", file=path.name, n=pages)
    repairs = []
    if bare:
        facts = {"places": ", ".join(map(str, bare)), "n": len(bare)}
        repairs.append(Repair("", None, "", "", "", "documents.pictures", facts))
    if unread:
        repairs.append(Repair("", None, "", "", "", "documents.partly", {"n": len(unread)}))
    kept = _without_running_heads(lines, pages, repairs)
    return _ordered(kept, tables), repairs


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What pdfminer would only tell its log: words it could not read."""
    unread: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if str(record.msg).startswith("Cannot render"):
                unread.append(str(record.msg))

    log, ear = logging.getLogger("pdfminer"), Ear()
    spoke = log.propagate
    log.propagate = False
    log.addHandler(ear)
    try:
        yield unread
    finally:
        log.removeHandler(ear)
        log.propagate = spoke


def _check_bomb(path: Path, data: bytes) -> None:
    """Streams are unpacked once, in pieces, and never kept: a PDF that would fill the memory is refused."""
    total = 0
    for match in STREAM.finditer(data):
        inflate, rest = zlib.decompressobj(), data[match.end() : match.end() + 50_000_000]
        if rest[:1] not in (b"\x78", b"\x68", b"\x58"):
            continue
        try:
            while rest and not inflate.eof:
                total += len(inflate.decompress(rest, 1 << 20))
                rest = inflate.unconsumed_tail
                if total > MAX_UNPACKED:
                    raise PlanError("files.bomb", file=path.name, size=total / 1e6)
        except zlib.error:
            continue


def _inside(thing: dict, boxes: list) -> bool:
    middle = ((thing.get("x0", 0) + thing.get("x1", 0)) / 2, (thing.get("top", 0) + thing.get("bottom", 0)) / 2)
    return any(left <= middle[0] <= right and top <= middle[1] <= bottom for left, top, right, bottom in boxes)


def _lines(number: int, page) -> list[Line]:
    found = []
    for line in page.extract_text_lines(return_chars=True):
        chars = [char for char in line["chars"] if char["text"].strip()]
        if chars:
            bold = all(re.search(r"bold|black|heavy", char["fontname"], re.I) for char in chars)
            size = median(char["size"] for char in chars)
            found.append(
                Line(number, line["text"].strip(), line["x0"], line["top"], line["bottom"], round(size, 1), bold)
            )
    return found


def _without_running_heads(lines: list[Line], pages: int, repairs: list[Repair]) -> list[Line]:
    """Page numbers go, and the words that stand at one height of most pages."""
    lines = [line for line in lines if not PAGE_NUMBER.fullmatch(line.words)]
    keys = [(round(line.top / 4), _running_words(line.words)) for line in lines]
    on_pages = Counter(key for _, key in dict.fromkeys(zip((line.page for line in lines), keys, strict=True)))
    running = {key: times for key, times in on_pages.items() if pages >= 3 and times > pages / 2}
    for (_, words), times in running.items():
        repairs.append(Repair("", None, "", words[:200], "", "documents.running_head", {"n": times}))
    return [line for line, key in zip(lines, keys, strict=True) if key not in running]


def _running_words(words: str) -> str:
    """The words of a line as a running head repeats them: only the number of a page changes."""
    return re.sub(r"\d+", "#", plain(words)) if re.search(r"\bpage\b", words, re.I) else plain(words)


def _ordered(lines: list[Line], tables: list) -> list[Block]:
    """Lines brought together into headings, bullets and paragraphs, with the tables where they stand."""
    sizes = Counter()
    for line in lines:
        sizes[line.size] += len(line.words)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    larger = sorted((size for size in sizes if size >= body * LARGER), reverse=True)
    lefts: list[float] = sorted({round(line.left) for line in lines if outline.BULLET.match(line.words)})
    parts: list[tuple[int, float, Block]] = []
    last: Line | None = None
    for line in lines:
        place = f"p. {line.page}"
        match = outline.BULLET.match(line.words)
        level = outline.heading_level(line.words) if not match else None
        if line.size in larger or (line.bold and not match and len(line.words) <= outline.LONGEST_HEADING):
            level = larger.index(line.size) - len(larger) if line.size in larger else level or BY_LOOK
        before = parts[-1][2] if parts else None
        if before is not None and last is not None and not match and _goes_on(before, last, line, level):
            parts[-1] = (*parts[-1][:2], _longer(before, line.words))
        elif level is not None:
            parts.append((line.page, line.top, Block("heading", place, line.words, level)))
        elif match:
            depth = _depth(lefts, line.left)
            number = match["number"] or match["path"] or ""
            parts.append((line.page, line.top, Block("item", place, match["words"], depth, number)))
        else:
            parts.append((line.page, line.top, Block("text", place, line.words)))
        last = line
    for number, top, rows in tables:
        cells = [[_unwrapped(cell) for cell in row] for row in rows]
        places = [f"p. {number}"] * len(cells)
        parts += [(number, top, block) for block in table(cells, places)]
    return [block for _, _, block in sorted(parts, key=lambda part: part[:2])]


def _goes_on(before: Block, last: Line, line: Line, level: int | None) -> bool:
    """Whether a line is the rest of the block above it."""
    close = line.page == last.page and 0 <= line.top - last.bottom <= NEAR * (last.bottom - last.top)
    if before.kind == "heading":
        return close and level == before.level and line.size == last.size and not outline.HEADING.match(line.words)
    if level is not None or line.size != last.size:
        return False
    return close and (before.kind == "text" or line.left > last.left + 1 or not outline.BULLET.match(last.words))


def _longer(block: Block, words: str) -> Block:
    joint = "" if block.words.endswith("-") else " "
    return replace(block, words=f"{block.words}{joint}{words}")


def _depth(lefts: list[float], left: float) -> int:
    """How deep a bullet stands: indents less than 4 points apart are one."""
    depth, last = 0, lefts[0]
    for other in lefts:
        if other > left + 2:
            break
        if other - last >= 4:
            depth, last = depth + 1, other
    return depth


def _unwrapped(cell: str | None) -> str:
    """The words of a cell: lines wrapped by its width are one; a bullet starts a line."""
    out = ""
    for line in (cell or "").split("\n"):
        new = bool(outline.BULLET.match(line)) and out
        out += ("\n" if new else " " if out and not out.endswith("-") else "") + line.strip()
    return out.strip()
