"""A PDF with text -> its blocks: tables by their lines, bullets, headings by their size; the page is the place."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from planlib.ingest import outline, pdf_page
from planlib.ingest.files import starts_with
from planlib.ingest.outline import BY_LOOK, Block, table
from planlib.ingest.pdf_page import SOFT, Line
from planlib.ingest.records import Repair, plain
from planlib.schema import PlanError

MAX_PAGES = 200
MAX_UNPACKED = 400_000_000
LARGER = 1.12  # times the size of the body, from which a line is a heading
NEAR = 0.9  # of a line's height: how far below it the same paragraph may go on
PAGE_NUMBER = re.compile(r"(?:page |p\. ?)?\d{1,3}(?: ?(?:/|de|of|sur) ?\d{1,3})?", re.I)
CUT = re.compile(rf"(?P<start>[^\W\d_]+)(?P<sign>[-{SOFT}\u2010])$")
# Words that keep a hyphen of their own wherever the line ends.
OWN_BEFORE = re.compile(
    r"demi|mi|non|sous|semi|ex|vice|quasi|porte|rendez|peut|est|arc|chef|grand|celui|celle|ceux|celles|socio|self|co|well"
    r"|long|short|full|part|multi"
)
OWN_AFTER = re.compile(r"ce|ci|là|t|ils?|elles?|on|vous|nous|moi|toi|lui|y|en|être|mêmes?|term|time|based|wide")
STREAM = re.compile(rb"stream\r?\n")


def blocks(path: Path, data: bytes, kind: str) -> tuple[list[Block], list[Repair]]:
    """The blocks of a PDF in reading order, and what was left aside; `kind` says which words may head a column.

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
    things: list[Line | tuple[int, list]] = []
    bare: list[int] = []
    unlined: list[int] = []
    aligned: list[int] = []
    part, columns = 0, None
    try:
        with _heard() as unread, pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > MAX_PAGES:
                raise PlanError("documents.too_many_pages", file=path.name, n=len(document.pages), limit=MAX_PAGES)
            for number, page in enumerate(document.pages, start=1):
                found, part, columns = pdf_page.read(number, page, part, kind, columns)
                things += found
                if columns:
                    aligned.append(number)
                if pdf_page.columns_without_lines(page, columns):
                    unlined.append(number)
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
    if unlined:
        facts = {"places": ", ".join(map(str, unlined)), "n": len(unlined)}
        repairs.append(Repair("", None, "", "", "", "documents.no_lines", facts))
    if aligned:
        facts = {"places": ", ".join(map(str, aligned)), "n": len(aligned)}
        repairs.append(Repair("", None, "", "", "", "documents.by_alignment", facts))
    if unread:
        repairs.append(Repair("", None, "", "", "", "documents.partly", {"n": len(unread)}))
    return _ordered(_unbroken(_without_running_heads(things, pages, repairs), repairs)), repairs


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


def _without_running_heads(things: list, pages: int, repairs: list[Repair]) -> list:
    """Page numbers go, and the words that stand at one height of most pages, or at an edge of both of two."""
    things = [each for each in things if not (isinstance(each, Line) and PAGE_NUMBER.fullmatch(each.words))]
    lines = [each for each in things if isinstance(each, Line)]
    keys = {id(line): (round(line.top / 4), _running_words(line.words)) for line in lines}
    on_pages = Counter(key for _, key in dict.fromkeys((line.page, keys[id(line)]) for line in lines))
    at_edge = {keys[id(line)] for line in lines if line.at_edge}
    running = {
        key: times
        for key, times in on_pages.items()
        if times > pages / 2 and (pages >= 3 or (pages == 2 and key in at_edge))
    }
    for (_, words), times in running.items():
        repairs.append(Repair("", None, "", words[:200], "", "documents.running_head", {"n": times}))
    return [each for each in things if keys.get(id(each)) not in running]


def _running_words(words: str) -> str:
    """The words of a line as a running head repeats them: only the number of a page changes."""
    return re.sub(r"\d+", "#", plain(words)) if re.search(r"\bpage\b", words, re.I) else plain(words)


def _unbroken(things: list, repairs: list[Repair]) -> list:
    """Words cut at the end of a line are whole again: without their hyphen, unless the document writes it elsewhere."""
    lines = [each for each in things if isinstance(each, Line)]
    written = Counter(word for line in lines for word in re.findall(r"[\w'’-]+", line.words.casefold()))
    out, joined = [], []
    for each in things:
        last = out[-1] if out else None
        if isinstance(each, Line) and isinstance(last, Line) and (cut := CUT.search(last.words)):
            rest = re.match(r"[^\W\d_]+", each.words)
            if rest and each.words[0].islower() and _is_cut(cut["start"], rest[0], written):
                joined.append(cut["start"] + rest[0])
                out[-1] = replace(last, words=f"{last.words[: cut.start('sign')]}{SOFT}")
        out.append(each)
    if joined:
        used = ", ".join(dict.fromkeys(joined))[:200]
        repairs.append(Repair("", None, "", "", used, "documents.hyphens", {"n": len(joined)}))
    return out


def _is_cut(start: str, rest: str, written: Counter) -> bool:
    """Whether a hyphen at the end of a line only cuts a word; `peut-être` keeps its own."""
    start, rest = start.casefold(), rest.casefold()
    if written[start + rest] or written[f"{start}-{rest}"]:
        return bool(written[start + rest])
    return not (OWN_BEFORE.fullmatch(start) or OWN_AFTER.fullmatch(rest))


def _ordered(things: list) -> list[Block]:
    """Lines brought together into headings, bullets and paragraphs, with the tables where they stand."""
    lines = [each for each in things if isinstance(each, Line)]
    sizes = Counter()
    for line in lines:
        sizes[line.size] += len(line.words)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    larger = sorted((size for size in sizes if size >= body * LARGER), reverse=True)
    lefts: list[float] = sorted({round(line.left) for line in lines if outline.BULLET.match(line.words)})
    blocks: list[Block] = []
    last: Line | None = None
    for line in things:
        if not isinstance(line, Line):
            number, rows = line
            cells = [[_unwrapped(cell) for cell in row] for row in rows]
            above = blocks[-1].rows if blocks and blocks[-1].kind == "table" else ()
            if len(cells) == 1 and above and len(above[0]) == len(cells[0]):  # the end of a row, on a page of its own
                place = f"p. {number}"
                blocks.append(Block("table", place, rows=(tuple(cells[0]),), places=(place,)))
                continue
            blocks += table(cells, [f"p. {number}"] * len(cells))
            continue
        place = f"p. {line.page}"
        match = outline.BULLET.match(line.words)
        level = outline.heading_level(line.words) if not match else None
        if line.size in larger or (line.bold and not match and len(line.words) <= outline.LONGEST_HEADING):
            level = larger.index(line.size) - len(larger) if line.size in larger else level or BY_LOOK
        before = blocks[-1] if blocks and last is not None else None
        if before is not None and not match and _goes_on(before, last, line, level):
            blocks[-1] = _longer(before, line.words)
        elif level is not None:
            blocks.append(Block("heading", place, line.words, level))
        elif match:
            depth = _depth(lefts, line.left)
            blocks.append(Block("item", place, match["words"], depth, outline.number_of(match)))
        else:
            blocks.append(Block("text", place, line.words))
        last = line
    return [replace(block, words=block.words.replace(SOFT, "")) for block in blocks]


def _goes_on(before: Block, last: Line, line: Line, level: int | None) -> bool:
    """Whether a line is the rest of the block above it, or of the one that ends the column or the page before."""
    close = line.part == last.part and 0 <= line.top - last.bottom <= NEAR * (last.bottom - last.top)
    if before.kind == "heading":
        return close and level == before.level and line.size == last.size and not outline.HEADING.match(line.words)
    if before.kind == "table" or level is not None or line.size != last.size:
        return False
    if line.part != last.part:
        return line.words[0].islower() and not before.words.endswith((".", ";", ":", "!", "?"))
    return close and (before.kind == "text" or line.left > last.left + 1 or not outline.BULLET.match(last.words))


def _longer(block: Block, words: str) -> Block:
    joint = "" if block.words.endswith(("-", SOFT)) else " "
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
        rest, cut = re.match(r"[a-zà-öø-ÿœ]+", line), CUT.search(out)
        if rest and cut and _is_cut(cut["start"], rest[0], Counter()):
            out = out[: cut.start("sign")] + SOFT
        new = bool(outline.BULLET.match(line)) and out
        out += ("\n" if new else " " if out and not out.endswith(("-", SOFT)) else "") + line.strip()
    return out.strip().replace(SOFT, "")
