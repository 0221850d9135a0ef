"""The parts of a Word document that python-docx has no name for: styles, running heads, marks of tables, places."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from docx.document import Document as Doc
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

from planlib.office.cells import sayable
from planlib.office.write import FONT, INK, MUTED, RULE
from planlib.report.media import CHINESE, DECORATIVE

# name -> (built on, points, before, after, look)
STYLES = {
    "Client": ("Normal", 12, 0, 4, {"bold": True, "accent": True}),
    "Lead": ("Normal", 11, 0, 4, {}),
    "Quiet": ("Normal", 8.5, 0, 3, {"muted": True}),
    "Strategy": ("Normal", 12, 6, 10, {"bar": True}),
    "Decision": ("Normal", 10, 8, 2, {"bold": False, "keep": True}),
    "Term": ("Normal", 9.5, 0, 2, {}),
    "Chart title": ("Normal", 10.5, 10, 1, {"bold": True, "keep": True}),
    "Chart subtitle": ("Normal", 8.5, 0, 3, {"muted": True, "keep": True}),
    "Chart": ("Normal", 10, 0, 8, {}),
    "Cell": ("Normal", 8.5, 0, 1, {}),
    "Number": ("Cell", 8.5, 0, 1, {"right": True}),
    "Figure": ("Normal", 15, 0, 1, {"bold": True, "accent": True}),
    "After": ("Normal", 4, 0, 4, {}),
    "Contents": ("Normal", 9.5, 1, 1, {}),
}
HOUSE = {  # Word's own styles, as the house sets them
    "Title": (24, 4, 6, {"bold": True}),
    "Heading 1": (15, 18, 6, {"bold": True, "accent": True, "keep": True}),
    "Heading 2": (12, 14, 4, {"bold": True, "keep": True}),
    "Heading 3": (10.5, 10, 3, {"bold": True, "keep": True}),
    "Heading 4": (10, 8, 3, {"bold": True, "keep": True}),
    "Caption": (9, 8, 3, {"bold": True, "keep": True}),
    "Quote": (10, 4, 4, {}),
    "List Bullet": (10, 0, 3, {}),
    "List Bullet 2": (10, 0, 3, {}),
    "List Number": (10, 0, 3, {}),
    "List Continue": (10, 0, 3, {}),
}


def dress(doc: Doc, *, accent: str, lang: str) -> None:
    """The page, the styles and the language of the document."""
    section = doc.sections[0]
    section.page_width, section.page_height = Mm(215.9), Mm(279.4)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    normal = doc.styles["Normal"]
    _set(normal, 10, 0, 6, {}, accent)
    normal.paragraph_format.line_spacing = 1.15
    for name, (size, before, after, look) in HOUSE.items():
        _set(doc.styles[name], size, before, after, look, accent)
    for name, (base, size, before, after, look) in STYLES.items():
        style = doc.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = doc.styles[base]
        _set(style, size, before, after, look, accent)
    for name in ("Report", "Figures"):
        doc.styles.element.append(parse_xml(_table_style(name)))
    languages = doc.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    languages.set(qn("w:val"), f"{lang}-CA")
    languages.set(qn("w:eastAsia"), "zh-CN")
    fitting = doc.settings.element.find(qn("w:themeFontLang"))
    if fitting is not None:
        fitting.set(qn("w:val"), f"{lang}-CA")


def _set(style, size: float, before: float, after: float, look: dict[str, bool], accent: str) -> None:
    font, place = style.font, style.paragraph_format
    font.name, font.size, font.italic = FONT, Pt(size), False
    fonts = style.element.rPr.rFonts
    for name in list(fonts.attrib):
        if name.endswith(("Theme", "hint")):
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(name), FONT)
    fonts.set(qn("w:eastAsia"), CHINESE)
    colour = accent if look.get("accent") else MUTED if look.get("muted") else INK
    font.color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
    font.bold = look.get("bold", False)
    place.space_before, place.space_after = Pt(before), Pt(after)
    place.keep_with_next = look.get("keep", False)
    place.keep_together = True
    place.widow_control = True
    if look.get("right"):
        place.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)
    if look.get("bar"):
        bar = f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="24" w:space="8" w:color="{accent[1:]}"/></w:pBdr>'
        properties.insert_element_before(
            parse_xml(bar), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
        )


def _table_style(name: str) -> str:
    """A table's look: rules between rows, a stronger one under its head, which is bold; no box."""
    rule = f'w:val="single" w:sz="4" w:space="0" w:color="{RULE[1:]}"'
    inside = f"<w:insideH {rule}/>" if name == "Report" else ""
    under = f'<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{INK[1:]}"/>'
    head = f"<w:tcPr><w:tcBorders>{under}</w:tcBorders></w:tcPr>" if name == "Report" else ""
    return (
        f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{name}Table"><w:name w:val="{name}"/>'
        f"<w:uiPriority w:val='99'/><w:tblPr><w:tblBorders><w:top {rule}/><w:bottom {rule}/>{inside}</w:tblBorders>"
        '<w:tblCellMar><w:top w:w="50" w:type="dxa"/><w:left w:w="0" w:type="dxa"/>'
        '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="110" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr>{head}</w:tblStylePr></w:style>'
    )


def properties(doc: Doc, *, title: str, client: str, lang: str, made: datetime) -> None:
    """What the file says of itself; nothing of the machine it was made on, nor of the hour."""
    said = doc.core_properties
    said.title, said.author, said.subject, said.language = title[:255], "planlib", client[:255], f"{lang}-CA"
    said.last_modified_by, said.comments, said.revision = "planlib", "", 1
    said.created = said.modified = made


def running_heads(doc: Doc, *, head: tuple[str, str], foot: str, width: int) -> None:
    """Client and title over each page but the first, the day of the data and the page's number under it."""
    section = doc.sections[0]
    section.different_first_page_header_footer = True
    over, under = section.header.paragraphs[0], section.footer.paragraphs[0]
    for paragraph in (over, under):
        paragraph.style = doc.styles["Quiet"]
        paragraph.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
    over.add_run("\t".join(head))
    under.add_run(f"{foot}\t")
    _field(under, "PAGE", "1")
    under.add_run(" / ")
    _field(under, "NUMPAGES", "1")


def _field(paragraph: Paragraph, code: str, shown: str) -> None:
    paragraph._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{code}"><w:r><w:t>{shown}</w:t></w:r></w:fldSimple>')
    )


def contents(doc: Doc, title: str, headings: list[tuple[int, str]], deep: int) -> None:
    """The headings as links, already written: a field that waits to be brought up to date would open empty."""
    if not headings:
        return
    add(doc, "Caption", title)
    for n, (level, text) in enumerate(headings, 1):
        if level > deep:
            continue
        paragraph = add(doc, "Contents")
        paragraph.paragraph_format.left_indent = Pt(12 * (level - 1))
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), f"_place{n}")
        run = paragraph.add_run(sayable(text))
        link.append(run._r)
        paragraph._p.append(link)
    paragraph.paragraph_format.space_after = Pt(14)


def place(paragraph: Paragraph, n: int) -> None:
    """A heading that the contents lead to."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    start.set(qn("w:name"), f"_place{n}")
    for mark in (start, end):
        mark.set(qn("w:id"), str(n))
    first = paragraph._p.find(qn("w:r"))
    first.addprevious(start) if first is not None else paragraph._p.append(start)
    paragraph._p.append(end)


def run(paragraph: Paragraph, said: dict[str, Any]) -> None:
    """A run of text with its look, its language and its link; what XML cannot hold is left out."""
    made = paragraph.add_run(sayable(said["t"]))
    made.bold = True if said.get("b") else None
    made.italic = True if said.get("i") else None
    if said.get("look") in ("quiet", "last"):
        made.font.color.rgb, made.font.size = RGBColor.from_string(MUTED[1:].upper()), Pt(8)
        made.bold = False
    if said.get("m"):
        made.font.name = "Courier New"
    if lang := said.get("lang"):
        tag = OxmlElement("w:lang")
        tag.set(qn("w:eastAsia" if lang == "zh" else "w:val"), {"zh": "zh-CN"}.get(lang, lang))
        made._r.get_or_add_rPr().append(tag)
    if href := said.get("href"):
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), paragraph.part.relate_to(href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        made.underline = True
        paragraph._p.append(link)
        link.append(made._r)


def add(into: Any, style: str = "Normal", text: str = "") -> Paragraph:
    """A paragraph at the end of the document or of a cell.

    The style is written as it is: python-docx looks through all styles several times for each paragraph.
    """
    paragraph = into.add_paragraph()
    paragraph._p.style = style.replace(" ", "")
    if text:
        paragraph.add_run(sayable(text))
    return paragraph


def table(into: Any, style: str, rows: int, widths: list[int]) -> Table:
    """An empty table of stated widths, whose first row and first column are told as heads."""
    made = into.add_table(rows, len(widths))
    made._tbl.tblPr.style = f"{style}Table"
    made.autofit = False
    grid = made._tbl.tblGrid
    for column, width in zip(grid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(int(width / 635)))
    for row in made._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width
    look = made._tbl.tblPr.find(qn("w:tblLook"))
    if look is None:
        look = OxmlElement("w:tblLook")
        made._tbl.tblPr.append(look)
    for name in list(look.attrib):
        del look.attrib[name]
    for name, value in (("val", "04A0"), ("firstRow", "1"), ("firstColumn", "1"), ("noVBand", "1"), ("noHBand", "1")):
        look.set(qn(f"w:{name}"), value)
    return made


def mark_head(row) -> None:
    """A row that is the head of its table: told as such, and again on each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def whole(row) -> None:
    """A row that no page break parts."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def call(made: Table, caption: str) -> None:
    """What a screen reader calls the table."""
    tag = OxmlElement("w:tblCaption")
    tag.set(qn("w:val"), sayable(caption))
    made._tbl.tblPr.append(tag)


def first_or_new(cell, style: str) -> Paragraph:
    """The paragraph to write in: the one that a new cell has, or another after what was written."""
    written = cell.paragraphs
    if len(written) > 1 or written[0]._p.findall(qn("w:r")):
        return add(cell, style)
    written[0]._p.style = style
    return written[0]


def describe(shape, alt: str) -> None:
    """The alternative text of a picture; none says that it is there for the eye alone.

    It stands close to its words: where a file does not say, LibreOffice leaves 3 mm around it.
    """
    for side in ("distT", "distB", "distL", "distR"):
        shape._inline.set(side, "0")
    about = shape._inline.docPr
    about.set("descr", sayable(alt))
    about.set("name", re.sub(r"\s+", " ", sayable(alt))[:60] or "·")
    if not alt:
        about.append(parse_xml(DECORATIVE))


def count_anew(doc: Doc, n: int, into: Any) -> None:
    """Let the last `n` numbered items of `into` count from 1, whatever was counted before."""
    numbering = doc.part.numbering_part.element
    wanted = doc.styles["List Number"].element.pPr.numPr.numId.val
    abstract = next(num for num in numbering.num_lst if num.numId == wanted).abstractNumId.val
    num = numbering.add_num(abstract)
    num.add_lvlOverride(0).add_startOverride(1)
    items = [p for p in into.paragraphs if p._p.style == "ListNumber"][-n:]
    for paragraph in items:
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = num.numId
