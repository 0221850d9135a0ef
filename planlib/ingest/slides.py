"""PowerPoint files -> their blocks: titles, bullets, tables and diagrams slide by slide, and what the speaker notes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

from planlib.ingest import outline
from planlib.ingest.outline import Block, table
from planlib.ingest.records import Repair, plain

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
CARD, FEW, SHORT = -1, 3, 200  # a box of one short paragraph; boxes that make a wall; characters
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def blocks(data: bytes, repairs: list[Repair]) -> Iterator[Block]:
    """Titles, bullets and tables, slide by slide; hidden slides are told and left, speaker notes are paragraphs."""
    import pptx

    deck = pptx.Presentation(io.BytesIO(data))
    unread, hidden = [], []
    for number, slide in enumerate(deck.slides, start=1):
        place = f"slide {number}"
        if slide._element.get("show") == "0":
            hidden.append(str(number))
            continue
        title = slide.shapes.title
        found = _cards([block for shape in _shapes(slide.shapes) if shape != title for block in _shape(shape, place)])
        if title is not None and plain(title.text_frame.text):
            yield Block("heading", place, plain(title.text_frame.text), 1)
        elif not found:
            unread.append(str(number))
        yield from found
        yield from _spoken(slide, place)
    for places, why in ((unread, "documents.pictures"), (hidden, "documents.hidden_slides")):
        if places:
            facts = {"places": ", ".join(places), "n": len(places)}
            repairs.append(Repair("", None, "", ", ".join(places), "", why, facts))


def _cards(found: list[Block]) -> list[Block]:
    """Boxes of a few words each, side by side like notes on a wall, are a list."""
    cards = [block for block in found if block.kind == "text" and block.level == CARD]
    kind = "item" if len(cards) >= FEW else "text"
    return [replace(block, kind=kind, level=0) if block in cards else block for block in found]


def _spoken(slide, place: str) -> Iterator[Block]:
    """What the speaker noted under a slide."""
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        for paragraph in frame.paragraphs:
            if words := plain(paragraph.text):
                yield Block("text", f"{place}, notes", words)


def _shapes(shapes) -> Iterator:
    """Shapes of a slide from top to bottom, groups opened."""
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _shape(shape, place: str) -> Iterator[Block]:
    linked = shape._element.find(f".//{DIAGRAM}relIds")
    if getattr(shape, "has_table", False):
        rows = _cells(shape.table)
        yield from table(rows, [f"{place}, {number}" for number in range(1, len(rows) + 1)])
    elif linked is not None:
        for words in diagram(shape.part.related_part(linked.get(f"{LINK}dm")).blob):
            yield Block("item", place, words)
    elif getattr(shape, "has_text_frame", False):
        if shape.is_placeholder and str(shape.placeholder_format.type).startswith(
            ("FOOTER", "SLIDE_NUMBER", "DATE", "HEADER")
        ):
            return
        paragraphs = [p for p in shape.text_frame.paragraphs if plain(p.text)]
        listed = len(paragraphs) > 1 or (shape.is_placeholder and "SUBTITLE" not in str(shape.placeholder_format.type))
        for paragraph in paragraphs:
            words = plain(paragraph.text)
            match = outline.BULLET.match(words)
            bullet = paragraph._p.find(f"{A}pPr/{A}buChar") is not None
            kind = "item" if listed or match or bullet else "text"
            card = kind == "text" and not shape.is_placeholder and len(words) <= SHORT
            number = outline.number_of(match) if match else ""
            yield Block(kind, place, match["words"] if match else words, CARD if card else paragraph.level, number)


def _cells(found) -> list[list[str]]:
    """The cells of a table; one merged down holds for each of its rows."""
    rows = [[cell.text_frame.text.replace("\x0b", "\n") for cell in row.cells] for row in found.rows]
    for top, row in enumerate(found.rows):
        for left, cell in enumerate(row.cells):
            for below in range(1, cell.span_height if cell.is_merge_origin else 1):
                rows[top + below][left] = rows[top][left]
    return rows


def diagram(blob: bytes) -> Iterator[str]:
    """The words of each box of a diagram."""
    from pptx.oxml import parse_xml

    for point in parse_xml(blob).iter(f"{DIAGRAM}pt"):
        words = plain(" ".join(text.text or "" for text in point.iter(f"{A}t")))
        if words and point.get("type", "node") == "node":
            yield words
