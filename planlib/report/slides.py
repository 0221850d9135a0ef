"""A report as slides: a title, then what its template marks for the screen, each chart or table as large as it goes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nbformat import NotebookNode
from pptx.util import Emu, Inches, Pt

from planlib.office.cells import for_sheet
from planlib.report import media, slide_parts
from planlib.report.content import About, Content
from planlib.report.laid import Block, Laid, laid, text_of
from planlib.report.sheets import Sheet, series, sheets
from planlib.words import word

LEFT, WIDE = Inches(0.7), Inches(11.93)
TOP, FOOT = Inches(1.75), Inches(6.95)
GAP = Inches(0.16)
LEAST = Inches(2.2)  # the room below which a chart or a table goes to the next slide
ROW, LONGEST = Inches(0.36), 11  # a table's row of one line; rows that a room can read at once
LETTERS = 12  # characters of a line of 14 points that an inch holds


def document(content: Content, about: About) -> bytes:
    """The content as a .pptx file."""
    page = laid(content, about, short=float("inf"))
    return _Deck(page, about).written()


def marked(notebook: NotebookNode) -> NotebookNode:
    """The notebook with the cells tagged `slide` alone; whole when its template marks none."""
    cells = [cell for cell in notebook.cells if "slide" in cell.metadata.get("tags", [])]
    return NotebookNode({**notebook, "cells": cells or notebook.cells})


class _Deck:
    """One presentation being made: a slide a heading, filled from the top, a further one where it is full."""

    def __init__(self, page: Laid, about: About):
        self._page, self._about, self._lang = page, about, about.lang
        self._deck = slide_parts.deck(about.client.accent)
        self._slide: Any = None
        self._heading = page.title
        self._at = TOP
        self._data = {sheet.title: sheet for sheet in sheets(page, about.lang)}

    def written(self) -> bytes:
        about = self._about
        made = datetime(about.today.year, about.today.month, about.today.day, 12)
        slide_parts.properties(self._deck, self._page.title, about.name, about.lang, made)
        self._first()
        for block in self._page.body:
            if block["k"] == "h" and block["level"] == 1:
                self._heading, self._slide = text_of(block), None
            else:
                getattr(self, f"_block_{block['k']}", self._block_words)(block)
        out = io.BytesIO()
        self._deck.save(out)
        return media.steady(out.getvalue(), self._about.today)

    def _first(self) -> None:
        slide = slide_parts.slide(self._deck, self._page.title, size=40, top=Inches(2.5), high=Inches(1.4))
        accent = self._about.client.accent
        slide_parts.bar(slide, LEFT, Inches(2.2), Inches(1.1), Inches(0.08), accent)
        self._text(slide, Inches(1.5), [[{"t": self._about.name}]], size=20, bold=True, colour=accent)
        lead = [block["c"] for block in self._page.lead]
        self._text(slide, Inches(4.0), lead, size=18)
        self._text(slide, Inches(6.5), [[{"t": " · ".join(self._page.about)}]], size=12, colour=slide_parts.MUTED)
        logo = media.picture(self._about.logo) if self._about.logo else None
        if logo:
            told = word("report.logo", self._lang, client=self._about.name)
            slide_parts.picture(slide, logo, told, LEFT + WIDE - Inches(2), Inches(0.5), Inches(2), Inches(1.2))

    def _fresh(self, title: str | None = None) -> None:
        """A slide for what follows, under its heading, or under a finding with the heading over it."""
        accent, told = self._about.client.accent, title or self._heading
        long = len(told) > 75
        self._slide = slide_parts.slide(
            self._deck, told, size=24 if long else 28, top=Inches(0.65), high=Inches(1.0 if long else 0.8)
        )
        over = self._heading if title and title != self._heading else self._page.title
        self._text(self._slide, Inches(0.35), [[{"t": over}]], size=12, bold=True, colour=accent)
        foot = " · ".join([self._about.name, *self._page.about])
        self._text(self._slide, Inches(7.05), [[{"t": foot}]], size=10, colour=slide_parts.MUTED)
        slide_parts.page_number(self._slide, LEFT + WIDE - Inches(1), Inches(7.05), len(self._deck.slides))
        self._at = TOP

    def _room(self, wanted: int) -> int:
        """The height there is for something that would take `wanted`; on a new slide when too little is left."""
        if self._slide is None or (self._at + min(wanted, LEAST) > FOOT and self._at > TOP):
            self._fresh()
        return min(wanted, FOOT - self._at)

    def _text(self, slide, top: int, lines: list[list[dict]], *, size: float, **look) -> None:
        slide_parts.text(slide, LEFT, top, WIDE, [_said(runs) for runs in lines], lang=self._lang, size=size, **look)

    def _block_words(self, block: Block) -> None:
        """Paragraphs and lists, as large as a room reads."""
        lines = [block["c"]] if block["k"] == "p" else [[{"t": text_of(item)}] for item in block.get("items", [])]
        if block["k"] not in ("p", "list") or not any(text_of(runs) for runs in lines):
            return
        strategy = block.get("look") == "strategy"
        quiet = block.get("look") in ("quiet", "last", "span", "about", "summary")
        size = 20 if strategy else 12 if quiet else 16
        high = sum(_high(text_of(runs), WIDE, size) for runs in lines)
        self._room(high)
        colour = slide_parts.MUTED if quiet else slide_parts.INK
        self._text(self._slide, self._at, lines, size=size, colour=colour, bullets=block["k"] == "list")
        self._at += high + GAP

    def _block_h(self, block: Block) -> None:
        self._room(LEAST)
        self._text(self._slide, self._at, [block["c"]], size=18, bold=True)
        self._at += Inches(0.42)

    def _block_row(self, block: Block) -> None:
        boxes = block["boxes"]
        wide = (WIDE - Inches(0.3) * (len(boxes) - 1)) // max(len(boxes), 1)
        figures = block["look"] == "figures"
        sizes = {"label": 14, "x": 28, "quiet": 13, "last": 13}
        high = 0
        self._room(Inches(1.9 if figures else 4))
        for n, box in enumerate(boxes):
            left = LEFT + n * (wide + Inches(0.3))
            slide_parts.bar(self._slide, left, self._at, wide, Inches(0.05), self._about.client.accent)
            if figures:
                long = max(len(text_of(part)) for part in box if part["look"] == "x") > 12
                lines = [(part["c"], {**sizes, "x": 20 if long else 28}[part["look"]], part["look"]) for part in box]
            else:
                lines = [(runs, 18 if not m else 14, look) for m, (runs, look) in enumerate(self._decision(box, n + 1))]
            high = max(high, self._box(left, wide, lines))
        self._at += high + Inches(0.3)

    def _box(self, left: int, wide: int, lines: list[tuple[list[dict], float, str]]) -> int:
        said = [{"runs": _said(runs), "size": size, **self._dressed(look)} for runs, size, look in lines]
        slide_parts.lines(self._slide, left, self._at + Inches(0.1), wide, said, lang=self._lang)
        return Inches(0.2) + sum(_high(text_of(runs), wide, size) for runs, size, _ in lines)

    def _dressed(self, look: str) -> dict[str, Any]:
        if look in ("x", "first"):
            return {"bold": True, "colour": self._about.client.accent if look == "x" else slide_parts.INK}
        return {"colour": slide_parts.MUTED if look in ("quiet", "last") else slide_parts.INK}

    def _decision(self, box: list[Block], n: int) -> Iterator[tuple[list[dict], str]]:
        """The lines of one decision: what it is, then each term with its answer."""
        colon = "\u00a0: " if self._lang == "fr" else ": "
        for part in box:
            if part["k"] == "p":
                yield [{"t": f"{n}. "}, *part["c"]], "first"
            elif part["k"] == "dl":
                term = ""
                for item in part["items"]:
                    if item["dt"]:
                        term = text_of(item["c"])
                    else:
                        yield [{"t": f"{term}{colon}{text_of(item['c'])}"}], ""

    def _block_chart(self, block: Block) -> None:
        finding = text_of(block["title"][0]) if block["title"] else ""
        if self._slide is None and finding:
            self._fresh(finding)
            said = [(runs, 13, slide_parts.MUTED) for runs in block["subtitle"]]
        else:
            self._room(Inches(4))
            said = [(runs, 18, slide_parts.INK) for runs in block["title"]]
            said += [(runs, 13, slide_parts.MUTED) for runs in block["subtitle"]]
        for runs, size, colour in said:
            high = _high(text_of(runs), WIDE, size)
            self._text(self._slide, self._at, [runs], size=size, colour=colour, bold=size == 18)
            self._at += high
        room = FOOT - self._at
        table = self._data.get(finding)
        columns = series(table, self._lang) if table and block["bars"] else []
        if columns:
            self._bars(table, columns, block["alt"], room)
        else:
            drawn = media.png(block["svg"])
            slide_parts.picture(self._slide, drawn, for_sheet(block["alt"]), LEFT, self._at, WIDE, room)
        self._at = FOOT

    def _bars(self, table: Sheet, columns: list[int], alt: str, room: int) -> None:
        labels = [for_sheet(row[0][0]) for row in table.rows]
        drawn = {for_sheet(table.heads[n]): [row[n][0] for row in table.rows] for n in columns}
        place = (LEFT, self._at, WIDE, min(room, Inches(1.2 + 0.55 * len(labels) * len(columns))))
        slide_parts.bars(self._slide, labels, drawn, place, self._lang, self._about.client.accent, for_sheet(alt))

    def _block_picture(self, block: Block) -> None:
        found = media.picture(block["source"])
        if found:
            room = self._room(Inches(4))
            slide_parts.picture(self._slide, found, for_sheet(block["alt"]), LEFT, self._at, WIDE, room)
            self._at = FOOT

    def _block_table(self, block: Block) -> None:
        """The table as far as a room can read it at once, and how many rows the report has beyond."""
        rows = [[_cell(cell) for cell in row] for row in (*block["head"], *(row["cells"] for row in block["body"]))]
        widths = [int(WIDE * part / sum(block["widths"])) for part in block["widths"]]
        heights = [
            max(
                [
                    ROW,
                    *(
                        _high(text, int(width * 0.85), 12) + Inches(0.1)
                        for (text, _, span), width in _wide(row, widths)
                    ),
                ]
            )
            for row in rows
        ]
        head = len(block["head"])
        room = self._room(sum(heights)) - Inches(0.3)
        shown, used = 0, 0
        while shown < min(len(rows), head + LONGEST) and used + heights[shown] <= room:
            used, shown = used + heights[shown], shown + 1
        shown = max(shown, head + 1)
        place = (LEFT, self._at, widths, heights[:shown])
        slide_parts.table(self._slide, rows[:shown], head, place, self._lang, self._about.client.accent)
        self._at += used + Inches(0.06)
        if shown < len(rows):
            more = word("report.rows_in_report", self._lang, n=len(rows) - shown)
            self._text(self._slide, self._at, [[{"t": more}]], size=12, colour=slide_parts.MUTED)
            self._at = FOOT


def _said(runs: list[dict]) -> list[dict]:
    """Runs as a slide says them: no thin spaces, no signs, which are words' companions."""
    return [{**run, "t": for_sheet(run["t"])} for run in runs if run.get("t")]


def _cell(cell: dict) -> tuple[str, bool, int]:
    return for_sheet(text_of(cell["c"])), cell["right"], cell["span"]


def _wide(row: list[tuple[str, bool, int]], widths: list[int]):
    at = 0
    for cell in row:
        yield cell, sum(widths[at : at + cell[2]])
        at += cell[2]


def _high(text: str, wide: int, size: float) -> Emu:
    """The height of a text in a box, by its characters; a little more than most fonts need."""
    letters = max(int(Emu(wide).inches * LETTERS * 14 / size * 0.95), 8)
    n = sum(-(-max(len(line), 1) // letters) for line in text.split("\n"))
    return Emu(int(n * Pt(size) * 1.25 + Pt(size) * 0.35))
