"""One page of a PDF -> its lines in reading order: columns one after the other, tables where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from planlib.ingest import pdf_columns
from planlib.ingest.outline import BULLET
from planlib.ingest.pdf_columns import Columns

SOFT = "\u00ad"  # a hyphen that only cuts a word at the end of a line
LONG_WORD = re.compile(r"(?:^|\n)[^\W\d_]{6,}\n[a-zà-ÿ]")
GAP = 12.0  # points between two columns, at least: words of one line stand closer
FEW = 4  # lines a column has at least
COLUMNS = 3  # of a table drawn without lines: two may be a list with dates
MIDDLE = (0.25, 0.75)  # where on its part of the page a gutter may be
FULL = 0.55  # of the width of its column: how far the lines of a text run, at the median
EDGE = 0.09  # of the height of the page, where running heads stand

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page outside its tables. `part` counts the parts of the document that are read one by one."""

    page: int
    words: str
    left: float
    top: float
    bottom: float
    size: float
    bold: bool
    at_edge: bool = False
    part: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    """Words that stand on one height, as stretches of the page."""

    top: float
    bottom: float
    spans: tuple[tuple[float, float], ...]
    bullets: tuple[tuple[float, float], ...] = ()  # from a bullet to the end of the word after it

    def side(self, gutter: float) -> str:
        """left, right, both, or `across` when words stand in the gutter."""
        if any(start < gutter + GAP / 2 and end > gutter - GAP / 2 for start, end in self.spans):
            return "across"
        left = any(end < gutter for _, end in self.spans)
        right = any(start > gutter for start, _ in self.spans)
        return "both" if left and right else "left" if left else "right"


def read(
    number: int, page, part: int, kind: str, before: Columns | None
) -> tuple[list[Line | tuple[int, list]], int, Columns | None]:
    """Lines and tables (their page and rows) of a page in reading order, the parts counted so far, and the table drawn
    without lines that was read in it, which may go on from the page before."""
    found = [each for each in page.find_tables() if len(each.rows[0].cells) > 1]
    boxes = [each.bbox for each in found]
    outside = _outside(page, boxes)
    columns = pdf_columns.find(_words_in_rows(outside), kind, float(page.height) * (1 - EDGE), before)
    unlined = [(0.0, top, float(page.width), bottom) for top, bottom, _ in columns.parts] if columns else []
    boxes += unlined
    outside = _outside(page, boxes)
    out: list[Line | tuple[int, list]] = []
    for box, shift in _boxes(_rows(outside, boxes), (0.0, 0.0, float(page.width), float(page.height))):
        part += 1
        inner = outside.filter(lambda thing, box=box: _inside(thing, box))
        things: list[tuple[float, object]] = []
        for line in _lines(number, inner, float(page.height)):
            things.append((line.top, replace(line, left=line.left - shift, part=part)))
        for each in found:
            if _inside(dict(zip(("x0", "top", "x1", "bottom"), each.bbox, strict=True)), box):
                things.append((each.bbox[1], (number, _cells(page, each))))
        for (top, _, rows), place in zip(columns.parts if columns else (), unlined, strict=True):
            if _inside(dict(zip(("x0", "top", "x1", "bottom"), place, strict=True)), box):
                things.append((top, (number, [list(columns.header), *map(list, rows)])))
        out += [thing for _, thing in sorted(things, key=lambda pair: pair[0])]
    return out, part, columns


def _outside(page, boxes: list[Box]):
    return page.filter(lambda thing: not any(_inside(thing, box) for box in boxes)) if boxes else page


def columns_without_lines(page, columns: Columns | None) -> int:
    """Rows that look like a table drawn without lines, beside the one that was read: words in at least three columns,
    row after row; 0 for none."""
    tables = [each.bbox for each in page.find_tables()]
    tables += [(0.0, top, float(page.width), bottom) for top, bottom, _ in columns.parts] if columns else []
    outside = _outside(page, tables)
    starts = []
    for row in _rows(outside, []):
        wide = [b[0] for a, b in pairwise(row.spans) if b[0] - a[1] > GAP]
        starts.append([row.spans[0][0], *wide])
    full = [row for row in starts if len(row) >= COLUMNS]
    edges = [left for row in full for left in row]
    aligned = [
        row for row in full if sum(sum(abs(left - edge) < 3 for edge in edges) >= FEW for left in row) >= COLUMNS
    ]
    return len(aligned) if len(aligned) >= FEW else 0


def _cells(page, found) -> list[list[str]]:
    """The cells of a table; a word longer than its cell, cut there without a hyphen, gets a soft one."""
    rows = [[cell or "" for cell in row] for row in found.extract()]
    for row, places in zip(rows, found.rows, strict=True):
        for n, (cell, place) in enumerate(zip(row, places.cells, strict=True)):
            if place and LONG_WORD.search(cell):
                row[n] = _with_cuts(page, place) or cell
    return rows


def _with_cuts(page, place: Box) -> str:
    """A line of one word that fills its cell, so that not one more letter had room, goes on in the next line."""
    lines = page.filter(lambda thing: _inside(thing, place)).extract_text_lines(return_chars=True)
    out = ""
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        out += line["text"]
        if after is None:
            break
        first = after["chars"][0]
        room = place[2] - (line["x0"] - place[0]) - line["x1"]  # the cell is as wide on the right as on the left
        if " " not in line["text"].strip() and first["text"].islower() and room < first["x1"] - first["x0"]:
            out += SOFT
        out += "\n"
    return out


def _inside(thing: dict, box: Box) -> bool:
    middle = ((thing.get("x0", 0) + thing.get("x1", 0)) / 2, (thing.get("top", 0) + thing.get("bottom", 0)) / 2)
    return box[0] <= middle[0] <= box[2] and box[1] <= middle[1] <= box[3]


def _words_in_rows(page) -> list[list[dict]]:
    """The words of a page, those on one height together, from top to bottom and from left to right."""
    from pdfplumber.utils import cluster_objects

    lines = cluster_objects(page.extract_words(), lambda word: (word["top"] + word["bottom"]) / 2, 3)
    return [sorted(line, key=lambda word: word["x0"]) for line in lines]


def _rows(page, tables: list[Box]) -> list[_Row]:
    """The page as rows of words; a table is a row of its width."""
    rows = [_Row(top, bottom, ((left, right),)) for left, top, right, bottom in tables]
    for line in _words_in_rows(page):
        bullets = tuple((a["x0"], b["x1"]) for a, b in pairwise(line) if BULLET.match(f"{a['text']} {b['text']}"))
        spans = tuple((word["x0"], word["x1"]) for word in line)
        rows.append(_Row(min(w["top"] for w in line), max(w["bottom"] for w in line), spans, bullets))
    return sorted(rows, key=lambda row: row.top)


def _boxes(rows: list[_Row], whole: Box) -> Iterator[tuple[Box, float]]:
    """Boxes of a page in reading order, each with how far its text is moved to the right by the columns before it.

    What stands across the gutter cuts the page: above it the columns are read one after the other, then below.
    """
    gutter = _gutter(rows, whole)
    if gutter is None:
        yield whole, 0.0
        return
    left, top, right, bottom = whole
    shift = _start(rows, gutter, right) - _start(rows, left, gutter)
    bands: list[tuple[bool, list[_Row]]] = []
    for row in rows:
        across = row.side(gutter) == "across"
        if not bands or bands[-1][0] != across:
            bands.append((across, []))
        bands[-1][1].append(row)
    edges = [top, *((a[1][-1].bottom + b[1][0].top) / 2 for a, b in pairwise(bands)), bottom]
    for (across, band), begin, end in zip(bands, edges, edges[1:], strict=False):
        if across:
            yield (left, begin, right, end), 0.0
            continue
        for sides, moved in (((left, gutter), 0.0), ((gutter, right), shift)):
            part = [_cut(row, *sides) for row in band if _cut(row, *sides).spans]
            if part:
                for box, more in _boxes(part, (sides[0], begin, sides[1], end)):
                    yield box, moved + more


def _cut(row: _Row, left: float, right: float) -> _Row:
    spans = tuple(span for span in row.spans if left <= (span[0] + span[1]) / 2 <= right)
    return replace(row, spans=spans, bullets=tuple(b for b in row.bullets if left <= b[0] and b[1] <= right))


def _start(rows: list[_Row], left: float, right: float) -> float:
    return min((start for row in rows for start, end in row.spans if left <= start and end <= right), default=left)


def _gutter(rows: list[_Row], whole: Box) -> float | None:
    """Where a white strip parts two columns of text; None for one column, and for a table drawn without lines."""
    left, _, right, _ = whole
    best: tuple[int, float] | None = None
    for step in range(101):
        x = left + (right - left) * (MIDDLE[0] + (MIDDLE[1] - MIDDLE[0]) * step / 100)
        sides = [row.side(x) for row in rows]
        ours, theirs = ([row for row, side in zip(rows, sides, strict=True) if side in (name, "both")]
                        for name in ("left", "right"))  # fmt: skip
        across = sides.count("across")
        if min(len(ours), len(theirs)) < FEW or across > min(len(ours), len(theirs)):
            continue
        if not (_is_text(ours, left, x) and _is_text(theirs, x, right)):
            continue
        score = (min(len(ours), len(theirs)) - across, -abs(x - (left + right) / 2))
        if best is None or score > best[0]:
            best = (score, x)
    return best[1] if best else None


def _is_text(rows: list[_Row], left: float, right: float) -> bool:
    """Whether the words of a column are a text or a list, and not cells of a table."""
    parts = [_cut(row, left, right) for row in rows]
    if sum(bool(part.bullets) for part in parts) >= 2:
        return True
    starts = [part.spans[0][0] for part in parts if part.spans]
    ends = [part.spans[-1][1] for part in parts if part.spans]
    width = max(ends) - min(starts)
    return width >= (right - left) * FULL and median(ends) - median(starts) >= width * FULL


def _lines(number: int, page, height: float) -> Iterator[Line]:
    for line in page.extract_text_lines(return_chars=True):
        chars = [char for char in line["chars"] if char["text"].strip()]
        if chars:
            bold = all(re.search(r"bold|black|heavy", char["fontname"], re.I) for char in chars)
            size = round(median(char["size"] for char in chars), 1)
            at_edge = line["bottom"] < height * EDGE or line["top"] > height * (1 - EDGE)
            yield Line(number, line["text"].strip(), line["x0"], line["top"], line["bottom"], size, bold, at_edge)
