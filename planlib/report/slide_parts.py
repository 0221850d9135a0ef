"""The parts of a slide: text, boxes, tables and bars of the program itself, each with its language and its words."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches, Pt

from planlib.office.cells import sayable
from planlib.office.write import FONT, INK, MUTED, RULE, money_format
from planlib.report.figured import figure
from planlib.report.media import CHINESE, DECORATIVE

WIDE, HIGH = Inches(13.333), Inches(7.5)
TITLE_ONLY = 5  # of the layouts that python-pptx brings


def deck(accent: str) -> Any:
    """An empty presentation for a wide screen, in the house's font and the client's colour."""
    made = Presentation()
    stretch = WIDE / made.slide_width
    made.slide_width, made.slide_height = WIDE, HIGH
    master = made.slide_master
    for part in (master, *master.slide_layouts):  # the layouts are for a narrow screen
        for shape in part.shapes:
            if shape._element.xpath("./p:spPr/a:xfrm"):
                shape.left, shape.width = int(shape.left * stretch), int(shape.width * stretch)
    theme = next(rel.target_part for rel in master.part.rels.values() if rel.reltype.endswith("/theme"))
    look = theme.blob.decode("utf-8").replace('typeface="Calibri"', f'typeface="{FONT}"')
    look = re.sub(r'(<a:accent1><a:srgbClr val=")[0-9A-Fa-f]{6}', rf"\g<1>{accent[1:].upper()}", look)
    theme._blob = look.encode("utf-8")
    return made


def properties(made: Any, title: str, client: str, lang: str, day: datetime) -> None:
    """What the file says of itself; nothing of the machine it was made on, nor of the hour."""
    said = made.core_properties
    said.title, said.author, said.subject, said.language = title[:255], "planlib", client[:255], f"{lang}-CA"
    said.last_modified_by, said.comments, said.revision = "planlib", "", 1
    said.created = said.modified = day


def slide(made: Any, title: str, *, size: float, top: int, high: int) -> Any:
    """A new slide with its title, which is what a screen reader lists slides by."""
    new = made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
    place = new.shapes.title
    place.left, place.top, place.width, place.height = Inches(0.7), top, WIDE - Inches(1.4), high
    frame = place.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.text = sayable(title.replace("\u202f", ""))
    for paragraph in frame.paragraphs:
        paragraph.alignment, paragraph.line_spacing = PP_ALIGN.LEFT, 0.95
        for run in paragraph.runs:
            _dress(run, size, INK, bold=True)
    return new


def text(
    place: Any, left: int, top: int, wide: int, said: list[list[dict]], *, lang: str, size: float, bold: bool = False,
    colour: str = INK, bullets: bool = False,
) -> None:  # fmt: skip
    """Paragraphs of runs in one box."""
    each = [{"runs": runs, "size": size, "bold": bold, "colour": colour, "bullet": bullets} for runs in said]
    lines(place, left, top, wide, each, lang=lang)


def lines(place: Any, left: int, top: int, wide: int, said: list[dict[str, Any]], *, lang: str) -> None:
    """Paragraphs in one box, each with its own size and look."""
    said = [line for line in said if line["runs"]]
    if not said:
        return
    box = place.shapes.add_textbox(left, top, wide, Inches(0.3))
    frame = box.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for n, line in enumerate(said):
        paragraph = frame.paragraphs[0] if not n else frame.add_paragraph()
        paragraph.space_after = Pt(line["size"] * 0.3)
        if line.get("bullet"):
            _bullet(paragraph, line["size"])
        _write(paragraph, line, lang)
    box.height = Emu(int(sum(Pt(line["size"]) * 1.5 for line in said)))


def _write(paragraph, line: dict[str, Any], lang: str) -> None:
    for said in line["runs"]:
        run = paragraph.add_run()
        run.text = sayable(said["t"])
        bold = line.get("bold", False) or bool(said.get("b"))
        _dress(run, line["size"], line.get("colour", INK), bold=bold)
        properties_ = run._r.get_or_add_rPr()
        properties_.set("lang", {"zh": "zh-CN"}.get(said.get("lang"), f"{said.get('lang', lang)}-CA"))


def _dress(run, size: float, colour: str, *, bold: bool) -> None:
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
    run.font.color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
    own = run._r.get_or_add_rPr()
    own.append(parse_xml(f'<a:ea {nsdecls("a")} typeface="{CHINESE}"/>'))


def _bullet(paragraph, size: float) -> None:
    about = paragraph._p.get_or_add_pPr()
    about.set("marL", str(int(Pt(size))))
    about.set("indent", str(-int(Pt(size))))
    about.append(parse_xml(f'<a:buChar {nsdecls("a")} char="•"/>'))


def bar(place: Any, left: int, top: int, wide: int, high: int, colour: str) -> None:
    """A stroke of colour over a box, for the eye alone."""
    shape = place.shapes.add_shape(MSO_SHAPE.RECTANGLE, left, top, wide, high)
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
    shape.line.fill.background()
    shape.shadow.inherit = False
    about = shape._element.nvSpPr.cNvPr
    about.set("descr", "")
    about.append(parse_xml(DECORATIVE))


def page_number(place: Any, left: int, top: int, n: int) -> None:
    """The slide's number as a field, so that it follows when slides are moved."""
    box = place.shapes.add_textbox(left, top, Inches(1), Inches(0.3))
    frame = box.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
    frame.paragraphs[0]._p.append(
        parse_xml(
            f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum"><a:rPr sz="1000">'
            f'<a:solidFill><a:srgbClr val="{MUTED[1:].upper()}"/></a:solidFill></a:rPr><a:t>{n}</a:t></a:fld>'
        )
    )


def picture(place: Any, data: bytes, alt: str, left: int, top: int, wide: int, high: int) -> None:
    """A picture as large as the room allows, with its words."""
    shape = place.shapes.add_picture(io.BytesIO(data), left, top)
    scale = min(wide / shape.width, high / shape.height)
    shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
    _describe(shape._element.nvPicPr.cNvPr, alt)


def table(
    place: Any, rows: list[list[tuple[str, bool, int]]], head: int, where: tuple[int, int, list[int], list[int]],
    lang: str, accent: str,
) -> None:  # fmt: skip
    """A table of the program's own, its first row and first column told as heads; rules and no colours."""
    left, top, widths, heights = where
    frame = place.shapes.add_table(len(rows), len(widths), left, top, sum(widths), sum(heights))
    made = frame.table
    made.first_row, made.first_col, made.horz_banding = bool(head), True, False
    style = made._tbl.tblPr.find(qn("a:tableStyleId"))
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for row, height in zip(made.rows, heights, strict=True):
        row.height = height
    for n, row in enumerate(rows):
        at = 0
        for said, right, span in row:
            cell = made.cell(n, at)
            if span > 1:
                cell.merge(made.cell(n, at + span - 1))
            cell.margin_left, cell.margin_right = 0 if not at else Inches(0.08), Inches(0.08)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.vertical_anchor = MSO_ANCHOR.BOTTOM if n < head else MSO_ANCHOR.TOP
            for m, line in enumerate(said.split("\n")):
                paragraph = cell.text_frame.paragraphs[0] if not m else cell.text_frame.add_paragraph()
                paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
                strong = n < head or (not at and not m)
                look = {"runs": [{"t": line}], "size": 12, "bold": strong, "colour": INK}
                _write(paragraph, look, lang)
            _under(cell, accent if n == head - 1 else RULE, 19050 if n == head - 1 else 6350)
            at += span


def _under(cell, colour: str, wide: int) -> None:
    ink = f'<a:solidFill><a:srgbClr val="{colour[1:].upper()}"/></a:solidFill>'
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<a:lnB {nsdecls("a")} w="{wide}">{ink}</a:lnB>'))


def bars(
    place: Any, labels: list[str], drawn: dict[str, list[str]], where: tuple[int, int, int, int], lang: str,
    accent: str, alt: str,
) -> None:  # fmt: skip
    """Horizontal bars that the program draws itself and whose figures can be opened; `drawn` are as the report says."""
    found = {name: [figure(text_, lang) for text_ in texts] for name, texts in drawn.items()}
    kind, _, currency = next(iter(found.values()))[0]
    most = max(abs(value) for figures in found.values() for _, value, _ in figures)
    form = money_format(most, currency, lang) if kind == "money" else "0"
    data = CategoryChartData(number_format=form)
    data.categories = [sayable(label) for label in labels]
    for name, figures in found.items():
        data.add_series(sayable(name), [value for _, value, _ in figures])
    frame = place.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *where, data)
    _describe(frame._element.nvGraphicFramePr.cNvPr, alt)
    chart = frame.chart
    chart.font.size, chart.font.name = Pt(13), FONT
    chart.font.color.rgb = RGBColor.from_string(INK[1:].upper())
    chart.has_title = False
    chart.has_legend = len(found) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.category_axis.reverse_order = True
    chart.category_axis.format.line.fill.background()
    chart.category_axis.has_major_gridlines = False
    chart.value_axis.visible, chart.value_axis.has_major_gridlines = False, False
    chart.value_axis.minimum_scale = min(0, *(value for figures in found.values() for _, value, _ in figures))
    plot = chart.plots[0]
    plot.gap_width, plot.overlap, plot.has_data_labels = 55, 0, True
    plot.data_labels.number_format, plot.data_labels.number_format_is_linked = f"{form};-{form};;", False
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    for n, one in enumerate(plot.series):
        one.format.fill.solid()
        one.format.fill.fore_color.rgb = RGBColor.from_string((accent if not n else "#9aa5b1").lstrip("#").upper())


def _describe(about, alt: str) -> None:
    about.set("descr", sayable(alt))
