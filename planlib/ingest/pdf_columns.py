"""A table of a PDF drawn without lines -> its rows, by the white strips between its words; None when in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from planlib.ingest import kinds
from planlib.ingest.outline import heading_level
from planlib.ingest.records import plain

GAP = 12.0  # points between two labels of a header, at least
SPACE = 6.0  # points under which two words are of one phrase
STRIP = 4.0  # points of white between two columns, at least
COLUMNS = 3
APART = 1.35  # times the closest lines: how far below it a new row starts, where rows are set apart
FAR = 4.0  # times the closest lines: what stands farther below is no row of the table
FEW = 2  # rows a table has at least

Word = dict


@dataclass(frozen=True, slots=True)
class Columns:
    """A table found: its header, where its columns part, and its parts between headings: top, bottom, rows."""

    header: tuple[str, ...]
    strips: tuple[float, ...]
    parts: tuple[tuple[float, float, tuple[tuple[str, ...], ...]], ...]


def find(lines: Sequence[Sequence[Word]], kind: str, height: float, before: Columns | None) -> Columns | None:
    """The table that stands in the lines of a page, or goes on from the page before.

    Its header names two columns of this kind of file, the one of the titles or words among them; white strips part
    its columns; where a row starts is told by its words and by the space above it. Any doubt gives None.
    """
    lines = [sorted(line, key=lambda word: word["x0"]) for line in lines]
    heads = [place for place, line in enumerate(lines) if _own(_labels(line), kind) is not None]
    if before is not None and (not heads or heads[0] >= FEW):
        for place, line in enumerate(lines[:FEW]):  # after a running head, maybe
            if len(_phrases(line, GAP)) >= COLUMNS and not _across(line, before.strips):
                own = _own(before.header, kind)
                return _read(None, lines[place:], before.header, before.strips, own, height)
    if not heads:
        return None
    head, below = lines[heads[0]], lines[heads[0] + 1 :]
    strips = _strips(_phrases(head, GAP), [head, *below])
    return strips and _read(head, below, _labels(head), strips, _own(_labels(head), kind), height)


def _labels(line: Sequence[Word]) -> tuple[str, ...]:
    return tuple(" ".join(word["text"] for word in phrase) for phrase in _phrases(line, GAP))


def _own(labels: Sequence[str], kind: str) -> int | None:
    """The place of the titles or of the words, where the labels head a table of this kind."""
    known = kinds.match_headers(labels, kind) if len(labels) >= COLUMNS else {}
    return known.get("title", known.get("text")) if len(known) >= 2 else None


def _phrases(line: Sequence[Word], gap: float) -> list[list[Word]]:
    """The words of a line in stretches parted by more than a gap."""
    out = [[line[0]]] if line else []
    for a, b in pairwise(line):
        if b["x0"] - a["x1"] > gap:
            out.append([])
        out[-1].append(b)
    return out


def _strips(phrases: list[list[Word]], lines: list[list[Word]]) -> tuple[float, ...] | None:
    """Between each two labels, the middle of the widest strip that no word of a row of the table enters."""
    rows = [line for line in lines if len(_phrases(line, GAP)) >= COLUMNS]
    strips = []
    for left, right in pairwise(phrases):
        start, end = left[-1]["x1"], right[0]["x0"]
        inside = sorted((w["x0"], w["x1"]) for row in rows for w in row if w["x1"] > start and w["x0"] < end)
        widest, edge = (0.0, 0.0), start
        for a, b in [*inside, (end, end)]:
            if a - edge > widest[0]:
                widest = (a - edge, (a + edge) / 2)
            edge = max(edge, b)
        if widest[0] < STRIP:
            return None
        strips.append(widest[1])
    return tuple(strips)


def _across(line: Sequence[Word], strips: Sequence[float]) -> bool:
    """Whether a word, or a phrase, runs over the strip between two columns."""
    over = any(word["x0"] < strip < word["x1"] for word in line for strip in strips)
    return over or any(
        a["x1"] <= strip <= b["x0"] and b["x0"] - a["x1"] < SPACE for a, b in pairwise(line) for strip in strips
    )


def _cells(line: Sequence[Word], strips: Sequence[float]) -> list[str]:
    cells = [""] * (len(strips) + 1)
    for word in line:
        place = sum((word["x0"] + word["x1"]) / 2 > strip for strip in strips)
        cells[place] = f"{cells[place]} {word['text']}".strip()
    return cells


def _read(
    head: list[Word] | None,
    lines: list[list[Word]],
    names: tuple[str, ...],
    strips: tuple[float, ...],
    own: int,
    height: float,
) -> Columns | None:
    """The rows under a header, as far as the words keep to its columns; a heading between them starts a new part."""
    parts: list[list[list[Word]]] = [[]]
    last = head
    steps = [_top(b) - _top(a) for a, b in pairwise([line for line in lines if not _across(line, strips)])]
    close = min(steps, default=0.0)
    for line in lines:
        words = plain(" ".join(word["text"] for word in line))
        across = _across(line, strips)
        if (across or sum(map(bool, _cells(line, strips))) == 1) and heading_level(words) is not None:
            parts.append([])
            last = None
            continue
        if across:
            break
        if _bottom(line) > height or (last is not None and close and _top(line) - _top(last) > FAR * max(close, 8.0)):
            break
        parts[-1].append(line)
        last = line
    found = []
    for n, part in enumerate(part for part in parts if part):
        rows = _rows([line for line in part if tuple(_cells(line, strips)) != names], strips, own, close)
        if rows is None:
            return None
        top = _top(head if head is not None and n == 0 else part[0])
        found.append((top - 1, _bottom(part[-1]) + 1, tuple(map(tuple, rows))))
    if sum(len(rows) for *_, rows in found) < (FEW if head is not None else 1):
        return None
    return Columns(names, strips, tuple(found))


def _rows(lines: list[list[Word]], strips: tuple[float, ...], own: int, close: float) -> list[list[str]] | None:
    """Lines brought together into rows; None when the start of one cannot be told."""
    cells = [_cells(line, strips) for line in lines]
    steps = [_top(b) - _top(a) for a, b in pairwise(lines)]
    full = [all(row) and step <= APART * close for row, step in zip(cells[1:], steps, strict=True)]
    set_apart = max(steps, default=0.0) > APART * close and not any(full)
    rows: list[list[str]] = []
    for row, step in zip(cells, [None, *steps], strict=True):
        title = row[own]
        if not rows and (not title or title[0].islower()):
            return None
        if rows and set_apart:
            goes_on = not title or step <= APART * close
        elif rows and (not title or title[0].islower()):
            if title and all(row):
                return None  # the rest of every cell, or a row that starts with a small letter
            goes_on = True
        elif rows and sum(map(bool, row)) == 1:
            return None  # a name that goes on, or a row of its own
        else:
            goes_on = False
        if goes_on:
            rows[-1] = [" ".join(filter(None, pair)) for pair in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
    return rows


def _top(line: Sequence[Word]) -> float:
    return min(word["top"] for word in line)


def _bottom(line: Sequence[Word]) -> float:
    return max(word["bottom"] for word in line)
