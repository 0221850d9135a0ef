"""A report as a Word document: the blocks of the paper, in Word's own styles, headings, lists and tables."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.shared import Emu, Inches, Mm, Pt
from docx.text.paragraph import Paragraph

from planlib.office.cells import for_sheet
from planlib.report import media, word_parts
from planlib.report.content import About, Content
from planlib.report.laid import Block, Laid, laid, text_of
from planlib.words import word

WIDTH = Mm(215.9 - 36)  # between the margins of letter paper
HEIGHT = Inches(8.4)  # the tallest chart, so that its title fits above it
DOT = 9525  # EMU of a pixel
QUIET = ("quiet", "last", "span")


def document(content: Content, about: About) -> bytes:
    """The content as a .docx file."""
    page = laid(content, about)
    return _Writer(page, about).written()


class _Writer:
    """One document being written, block after block."""

    def __init__(self, page: Laid, about: About):
        self._page, self._about, self._lang = page, about, about.lang
        self._doc: Doc = Document()
        self._places = 0  # headings that the contents lead to
        word_parts.dress(self._doc, accent=about.client.accent, lang=about.lang)

    def written(self) -> bytes:
        page, about = self._page, self._about
        name = for_sheet(about.name)
        word_parts.running_heads(
            self._doc, head=(name, for_sheet(page.title)), foot=for_sheet(" · ".join(page.about)), width=WIDTH
        )
        made = datetime(about.today.year, about.today.month, about.today.day, 12)
        word_parts.properties(self._doc, title=page.title, client=about.name, lang=about.lang, made=made)
        self._cover(name)
        self._blocks(page.body)
        if page.data:
            self._heading(1, [{"t": word("report.charts_data", self._lang)}])
            self._blocks(page.data)
        out = io.BytesIO()
        self._doc.save(out)
        return media.steady(out.getvalue(), self._about.today)

    def _cover(self, name: str) -> None:
        logo = media.picture(self._about.logo) if self._about.logo else None
        if logo:
            told = word("report.logo", self._lang, client=self._about.name)
            self._picture(word_parts.add(self._doc), logo, told, height=Mm(16))
        word_parts.add(self._doc, "Client", name)
        word_parts.add(self._doc, "Title", for_sheet(self._page.title))
        for block in self._page.lead:
            self._runs(word_parts.add(self._doc, "Lead"), block["c"])
        word_parts.add(self._doc, "Quiet", for_sheet(" · ".join(self._page.about)))
        headings = [block for block in self._page.body if block["k"] == "h"]
        deep = 2 if sum(block["level"] < 3 for block in headings) <= 26 else 1
        listed = [(block["level"], for_sheet(text_of(block))) for block in headings]
        if self._page.data:
            listed.append((1, word("report.charts_data", self._lang)))
        word_parts.contents(self._doc, word("report.contents", self._lang), listed, deep)

    def _blocks(self, found: list[Block], into: Any = None) -> None:
        """Blocks at the end of the document, or of a table's cell."""
        into = into or self._doc
        for block in found:
            getattr(self, f"_block_{block['k']}")(block, into)

    def _heading(self, level: int, runs: list[dict[str, Any]]) -> None:
        paragraph = word_parts.add(self._doc, f"Heading {level}")
        self._runs(paragraph, runs)
        self._places += 1
        word_parts.place(paragraph, self._places)

    def _block_h(self, block: Block, into: Any) -> None:
        if into is self._doc:
            self._heading(min(block["level"], 4), block["c"])
        else:
            self._runs(word_parts.add(into), [{**run, "b": True} for run in block["c"]])

    def _block_p(self, block: Block, into: Any) -> None:
        look = block.get("look", "")
        style = {"strategy": "Strategy", "draft": "Strategy", "about": "Caption", "summary": "Caption"}.get(look)
        paragraph = word_parts.add(into, style or ("Quiet" if look in QUIET else "Normal"))
        if block.get("sticky"):
            paragraph.paragraph_format.keep_with_next = True
        self._runs(paragraph, block["c"])

    def _block_list(self, block: Block, into: Any) -> None:
        style = "List Number" if block["numbered"] else "List Bullet"
        for item in block["items"]:
            self._item(item, style, into)
        if block["numbered"]:
            word_parts.count_anew(self._doc, len(block["items"]), into)

    def _item(self, item: list[Block], style: str, into: Any) -> None:
        """A list's item: its first paragraph carries the sign, what follows stands under it."""
        for n, part in enumerate(item):
            if part["k"] == "p":
                self._runs(word_parts.add(into, style if not n else "List Continue"), part["c"])
            elif part["k"] == "list":
                for inner in part["items"]:
                    self._item(inner, "List Bullet 2", into)
            else:
                self._blocks([part], into)

    def _block_row(self, block: Block, into: Any) -> None:
        if block["look"] == "figures":
            self._figures(block["boxes"], into)
            return
        for n, box in enumerate(block["boxes"], 1):  # decisions: each its own heading, with what it asks and frees
            for m, part in enumerate(box):
                if not m and part["k"] == "p":
                    paragraph = word_parts.add(into, "Decision")
                    self._runs(paragraph, [{"t": f"{n}. ", "b": True}, *({**run, "b": True} for run in part["c"])])
                else:
                    self._blocks([part], into)

    def _figures(self, boxes: list[list[Block]], into: Any) -> None:
        """The figures of page one as a table: what each is over its figure, the details under it."""
        table = word_parts.table(into, "Figures", 2, [WIDTH // len(boxes)] * len(boxes))
        word_parts.mark_head(table.rows[0])
        for n, box in enumerate(boxes):
            for part in box:
                label, figure = part["look"] == "label", part["look"] == "x"
                cell = table.cell(0 if label else 1, n)
                paragraph = word_parts.first_or_new(cell, "Figure" if figure else "Cell" if label else "Quiet")
                self._runs(paragraph, part["c"])
        word_parts.add(into, "After")

    def _block_dl(self, block: Block, into: Any) -> None:
        term: list[dict[str, Any]] = []
        for item in block["items"]:
            if item["dt"]:
                term = [{"t": text_of(item["c"]), "b": True}]
                continue
            paragraph = word_parts.add(into, "Term")
            short = len(item["c"]) == 1 and item["c"][0]["k"] == "p"
            colon = "\u00a0: " if self._lang == "fr" else ": "
            said = item["c"][0]["c"] if short else []
            self._runs(paragraph, [*term, *([] if _ends_so(term) else [{"t": colon}]), *said])
            if not short:
                self._blocks(item["c"], into)

    def _block_table(self, block: Block, into: Any) -> None:
        if block["caption"]:
            self._runs(word_parts.add(into, "Caption"), block["caption"])
        widths = [int(WIDTH * part / sum(block["widths"])) for part in block["widths"]]
        rows = [*block["head"], *(row["cells"] for row in block["body"])]
        table = word_parts.table(into, "Report", len(rows), widths)
        for n, cells in enumerate(rows):
            word_parts.whole(table.rows[n])
            if n < len(block["head"]):
                word_parts.mark_head(table.rows[n])
            self._cells(table, n, cells, head=n < len(block["head"]))
        if block["caption"]:
            word_parts.call(table, for_sheet(text_of(block["caption"])))
        word_parts.add(into, "After")

    def _cells(self, table, n: int, cells: list[dict[str, Any]], *, head: bool) -> None:
        at, grid = 0, table.rows[n].cells  # asked once: python-docx looks through the whole table each time
        for cell in cells:
            place = grid[at]
            if cell["span"] > 1:
                place = place.merge(grid[at + cell["span"] - 1])
            for part in cell["c"]:
                self._in_cell(place, part, right=cell["right"], bold=head or cell["head"])
            at += cell["span"]

    def _in_cell(self, place, part: Block, *, right: bool, bold: bool) -> None:
        if part["k"] not in ("p", "list"):
            self._blocks([part], place)
            return
        for runs in [part["c"]] if part["k"] == "p" else [[{"t": f"• {text_of(item)}"}] for item in part["items"]]:
            paragraph = word_parts.first_or_new(place, "Number" if right else "Cell")
            self._runs(paragraph, [{**run, "b": run.get("look") != "quiet"} for run in runs] if bold else runs)

    def _block_chart(self, block: Block, into: Any) -> None:
        for told, style in ((block["title"], "Chart title"), (block["subtitle"], "Chart subtitle")):
            for runs in told:
                self._runs(word_parts.add(into, style), runs)
        wide = min(WIDTH, int(block["width"] * DOT), int(HEIGHT * block["width"] / block["height"]))
        self._picture(word_parts.add(into, "Chart"), media.png(block["svg"]), block["alt"], width=Emu(wide))

    def _block_picture(self, block: Block, into: Any) -> None:
        found = media.picture(block["source"])
        if found is None:  # of a form that Word does not take: its words at least
            word_parts.add(into, "Quiet", for_sheet(block["alt"]))
            return
        shape = self._picture(word_parts.add(into, "Chart"), found, block["alt"])
        over = max(shape.width / WIDTH, shape.height / HEIGHT, 1)
        shape.width, shape.height = int(shape.width / over), int(shape.height / over)

    def _block_quote(self, block: Block, into: Any) -> None:
        for part in block["c"]:
            if part["k"] == "p":
                self._runs(word_parts.add(into, "Quote"), part["c"])
            else:
                self._blocks([part], into)

    def _block_pre(self, block: Block, into: Any) -> None:
        word_parts.add(into, "Quiet", block["t"])

    def _picture(self, paragraph: Paragraph, data: bytes, alt: str, **size):
        shape = paragraph.add_run().add_picture(io.BytesIO(data), **size)
        word_parts.describe(shape, for_sheet(alt))
        return shape

    def _runs(self, paragraph: Paragraph, runs: list[dict[str, Any]]) -> None:
        for run in runs:
            if run.get("br"):
                paragraph.add_run().add_break()
            elif run.get("k") == "mark":
                shape = paragraph.add_run().add_picture(io.BytesIO(media.png(run["svg"], media.SIGN)), height=Pt(7))
                word_parts.describe(shape, "")
                paragraph.add_run("\u00a0")
            else:
                word_parts.run(paragraph, {**run, "t": for_sheet(run["t"])})


def _ends_so(term: list[dict[str, Any]]) -> bool:
    return not term or term[-1]["t"].rstrip().endswith((":", "?"))
