"""A report as a workbook, a document and slides: the page's words and numbers, read back from each file."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import nbformat
import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation
from test_report_pdf import CELLS, TODAY, digits, page_text
from toy_report import HOSTILE, new_client, write

from planlib import report, words
from planlib.report import content, figured, media, office_files, sheets, slides, written
from planlib.schema import PlanError
from planlib.workspace import read_client

FORMULA = "=HYPERLINK(0)"
OFFICE = (
    f"rows = [({FORMULA!r}, 12, 0.255), ('+2 arbres', 1234567, 1), ('@A-03', 3, 0), ('-', 40, 0.5)]\n"
    "from planlib.words import number, percent\nside = 'class=\"number\"'\n"
    "lines = ''.join(f'<tr><th>{escape(a)}</th><td {side}>{number(n, lang)}</td><td {side}>{percent(p, lang)}</td>'\n"
    "                f'<td>{day(date(2026, 3, i + 1), lang)}</td></tr>' for i, (a, n, p) in enumerate(rows))\n"
    "over = '<tr><th colspan=\"4\">Un objectif</th></tr>'\n"
    "HTML(f'<h2>Feuille</h2><table><thead><tr><th>Nom</th><th>N</th><th>Part</th><th>Jour</th></tr></thead>'\n"
    "     f'<tbody>{over}{lines}</tbody></table>')",
    'box = lambda name, figure: f\'<div><p class="label">{name}</p><p class="x">{figure}</p></div>\'\n'
    'HTML(f\'<h2>En bref</h2><div class="figures">{box("Faites", 9)}{box("Argent", money(12500, lang))}</div>\'\n'
    "     f'<ol class=\"decisions\"><li><p>Choisir {escape(said)}</p><dl><dt>Coût</dt>'\n"
    "     f'<dd>{money(7200, lang)}</dd></dl></li></ol>'\n"
    '     \'<p>Un parc : <span lang="zh">公园</span>\\x07 et <i lang="en">a park</i>; vrai&#8239;!</p>\')',
)
SUFFIXES = {".xlsx": "xlsx", ".docx": "docx", ".pptx": "pptx", ".html": "html"}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, dict[str, Path]]:
    """The toy report in both languages; language -> format -> its file."""
    folder = tmp_path_factory.mktemp("made")
    workspace = folder / "clients"
    workspace.mkdir()
    new_client(workspace, name=f"Société d'essai {HOSTILE} #1", accent="#7a3b00")
    template = write(folder / "toy.ipynb", *CELLS, *OFFICE)
    to = ("html", "xlsx", "docx", "pptx")
    jobs = [
        report.Job(template, "demo", {"year": 2025, "lang": lang}, workspace, TODAY, "fork", to=to) for lang in LANGS
    ]
    records = report.batch(jobs)
    assert [record["error"] for record in records] == [None, None]
    found = {}
    for record in records:
        paths = [Path(path) for path in record["files"]]
        found[record["lang"]] = {SUFFIXES[path.suffix]: path for path in paths if path.suffix in SUFFIXES}
    return found


LANGS = ("fr", "en")


def docx_text(path: Path) -> str:
    """The body after the contents, tables included."""
    body = Document(path).element.body
    paragraphs = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]
    return "\n".join(paragraphs)


def pptx_text(path: Path) -> list[str]:
    """What each slide says, its tables included."""
    said = []
    for slide in Presentation(path).slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        for shape in slide.shapes:
            if shape.has_table:
                texts += [cell.text for row in shape.table.rows for cell in row.cells]
        said.append("\n".join(texts))
    return said


def cells(path: Path) -> dict[str, list[list]]:
    """The sheets of a workbook: name -> rows of cells."""
    return {sheet.title: list(sheet.iter_rows()) for sheet in openpyxl.load_workbook(path)}


# Every format, both languages


def test_the_document_says_every_number_of_the_page_and_the_same_in_both_languages(made):
    page, paper = digits(page_text({"files": [made["fr"]["html"]]})), digits(docx_text(made["fr"]["docx"]))
    assert sum(page.values()) > 150 and not page - paper
    assert paper == digits(docx_text(made["en"]["docx"]))


def test_the_sheets_hold_the_same_values_in_both_languages(made):
    french, english = (
        Counter(
            round(cell.value, 6) if isinstance(cell.value, float | int) else str(cell.value)
            for rows in cells(made[lang]["xlsx"]).values()
            for row in rows[3:]
            for cell in row
            if isinstance(cell.value, float | int) or cell.is_date
        )
        for lang in LANGS
    )
    assert french == english and sum(french.values()) > 70
    assert {12, 1234567, 0.26, 1, 0.5, 1001, 60060, 1000.5} <= set(french)
    assert "2026-03-01 00:00:00" in french


def test_the_slides_hold_the_same_numbers_in_both_languages(made):
    french, english = (digits("\n".join(pptx_text(made[lang]["pptx"])) + bars(made[lang]["pptx"])) for lang in LANGS)
    assert french == english and sum(french.values()) > 20


def bars(path: Path) -> str:
    charts = [shape.chart for slide in Presentation(path).slides for shape in slide.shapes if shape.has_chart]
    return " ".join(f"{value:g}" for chart in charts for one in chart.plots[0].series for value in one.values)


def test_a_workshops_words_stay_words_in_every_format(made):
    for lang in LANGS:
        for kind in ("xlsx", "docx", "pptx"):
            with zipfile.ZipFile(made[lang][kind]) as package:
                for part in package.namelist():
                    if part.endswith((".xml", ".rels")):
                        assert b"<script" not in package.read(part) and b"onerror='" not in package.read(part).replace(
                            b"&lt;img src=x onerror='", b""
                        )
        assert HOSTILE in docx_text(made[lang]["docx"])
        assert HOSTILE in pptx_text(made[lang]["pptx"])[0]


def test_no_file_names_this_machine_or_the_hour(made):
    for kind in ("xlsx", "docx", "pptx"):
        with zipfile.ZipFile(made["fr"][kind]) as package:
            whole = b"".join(package.read(part) for part in package.namelist())
            core = package.read("docProps/core.xml").decode()
        assert str(Path.home()).encode() not in whole and b"/tmp" not in whole
        assert set(re.findall(r">(\d{4}-\d\d-\d\d)T", core)) == {"2026-03-15"}
        assert "planlib" in core


def test_the_same_report_is_the_same_bytes(workspace):
    new_client(workspace)
    about = content.About(read_client("demo"), "toy", "fr", {"year": 2025}, TODAY, workspace / "demo")
    chart = nbformat.v4.new_output("display_data", {"application/vnd.vegalite.v6+json": CHART})
    shown = content.content(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[chart])]), "fr")
    for face in (sheets, written, slides):
        assert face.document(shown, about) == face.document(shown, about)


CHART = {
    "title": "Deux fois plus d'arbres", "description": "Deux barres.", "width": 300, "mark": "bar",
    "data": {"values": [{"a": "2025", "n": 1}, {"a": "2026", "n": 2}]},
    "encoding": {
        "y": {"field": "a", "type": "nominal", "title": "Année"},
        "x": {"field": "n", "type": "quantitative", "title": "Arbres"},
    },
}  # fmt: skip


def test_a_part_that_says_when_it_was_made_says_the_day_of_the_data():
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as new:
        new.writestr("docProps/core.xml", '<a><dcterms:created x="y">2030-01-01T08:09:10Z</dcterms:created></a>')
    with zipfile.ZipFile(io.BytesIO(media.steady(package.getvalue(), TODAY))) as read:
        assert read.read("docProps/core.xml").endswith(b">2026-03-15T12:00:00Z</dcterms:created></a>")
        assert {part.date_time for part in read.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# Workbook


def test_nothing_in_a_workbook_is_a_formula(made):
    found = {cell.value: cell for rows in cells(made["fr"]["xlsx"]).values() for row in rows for cell in row}
    for text in (FORMULA, "+2 arbres", "@A-03", "-"):
        assert found[text].data_type == "s" and found[text].quotePrefix
    assert not any(cell.data_type == "f" for cell in found.values())


def test_figures_are_figures_that_read_as_on_the_page(made):
    for lang, money, percent in (("fr", '##0"\u00a0$"', '"\u00a0"%'), ("en", '"$"#","##0', "0%")):
        sheet = next(rows for rows in cells(made[lang]["xlsx"]).values() if rows[0][0].value == "Coûts")
        row = next(row for row in sheet if row[0].value == "A-01")
        assert row[1].value == 1001 and money in row[1].number_format
        sheet = next(rows for rows in cells(made[lang]["xlsx"]).values() if rows[0][0].value == "Feuille")
        row = next(row for row in sheet if row[1].value == FORMULA)
        assert [cell.value for cell in row[2:4]] == [12, 0.26] and row[3].number_format.endswith(percent)
        assert row[4].is_date and row[4].value.date() == date(2026, 3, 1)


def test_a_heading_over_rows_becomes_a_column_of_them(made):
    sheet = next(rows for rows in cells(made["fr"]["xlsx"]).values() if rows[0][0].value == "Feuille")
    assert [cell.value for cell in sheet[3]] == ["Rubrique", "Nom", "N", "Part", "Jour"]
    assert {row[0].value for row in sheet[4:8]} == {"Un objectif"}


def test_the_first_sheet_leads_to_every_other(made):
    book = openpyxl.load_workbook(made["fr"]["xlsx"])
    first = book.worksheets[0]
    cells_ = [cell for row in first.iter_rows() for cell in row if cell.hyperlink]
    links = {cell.hyperlink.location.partition("!")[0].strip("'") for cell in cells_}
    assert links == set(book.sheetnames[1:])
    assert first["A2"].value == "toy 2025" and first.title == "Sommaire"
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B5" and sheet.auto_filter.ref and sheet.print_title_rows == "$4:$4"


def test_tables_of_one_kind_are_one_sheet_with_what_stood_over_each(workspace):
    new_client(workspace)
    head = "<thead><tr><th>Indicateur</th><th>Cible</th></tr></thead>"
    table = "<table>" + head + "<tbody><tr><th>{}</th><td class='number'>8</td></tr></tbody></table>"
    html = f"<h2>Axes</h2><h3>Un</h3>{table.format('a')}<h3>Deux</h3><h4>Appris</h4>{table.format('b')}"
    about = content.About(read_client("demo"), "toy", "fr", {"year": 2025}, TODAY, workspace / "demo")
    (sheet,) = sheets.sheets(sheets.laid(content.Content(html.replace("'", '"'), [], ""), about), "fr")
    assert (sheet.title, sheet.heads) == ("Axes", ["Partie", "Indicateur", "Cible"])
    assert [[text for text, _ in row] for row in sheet.rows] == [["Un", "a", "8"], ["Deux", "b", "8"]]


# Figures read back


@given(st.integers(-(10**9), 10**9) | st.integers(-(10**7), 10**7).map(lambda n: n / 100), st.sampled_from(LANGS))
def test_a_figure_as_the_house_writes_it_is_read_back(value, lang):
    assert figured.figure(words.number(value, lang), lang) == ("number", value, "")
    for currency in ("CAD", "EUR", "USD"):
        assert figured.figure(words.money(value, lang, currency), lang) == ("money", value, currency)


@given(st.integers(-500, 500), st.sampled_from(LANGS))
def test_a_share_as_the_house_writes_it_is_read_back(hundredths, lang):
    assert figured.figure(words.percent(hundredths / 100, lang), lang) == ("percent", hundredths / 100, "")


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(LANGS))
def test_a_day_as_the_house_writes_it_is_read_back(value, lang):
    assert figured.day(words.day(value, lang), lang) == value


NO_FIGURES = (
    *("2.1", "1.2.1", "—", "", "3 sur 4", "5 000 $", "$5", "-", "1,", "007", "A-04"),
    *("5\u00a0000 à 7\u00a0000\u00a0$", "12\u00a0jours"),
)


@pytest.mark.parametrize("text", NO_FIGURES)
def test_what_is_not_a_figure_stays_text(text):
    assert figured.figure(text, "fr") is None


@pytest.mark.parametrize("text", ["mars 2026", "32\u00a0mars\u00a02026", "15 mars 26", "March 15, 2026", "2026-03-15"])
def test_what_is_not_a_day_stays_text(text):
    assert figured.day(text, "fr") is None


# Document


def test_a_document_has_headings_marked_heads_of_tables_and_its_language(made):
    for lang in LANGS:
        doc = Document(made[lang]["docx"])
        styles = [p.style.name for p in doc.paragraphs]
        assert styles.count("Title") == 1 and styles.count("Heading 1") >= 4
        levels = [int(name[-1]) for name in styles if name.startswith("Heading")]
        assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))
        for table in doc.tables:
            assert table.rows[0]._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
            assert table._tbl.tblPr.find(qn("w:tblLook")).get(qn("w:firstColumn")) == "1"
        language = doc.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
        assert language.get(qn("w:val")) == f"{lang}-CA"
        assert doc.core_properties.language == f"{lang}-CA" and doc.core_properties.title == "toy 2025"


def test_every_picture_of_a_document_is_described(made):
    doc = Document(made["fr"]["docx"])
    room = [place.get(f"dist{side}") for place in doc.element.body.iter(qn("wp:inline")) for side in "LR"]
    assert room.count("0") >= 2, "a mark stands close to its word"
    said = [about.get("descr") for about in doc.element.body.iter(qn("wp:docPr"))]
    assert said == ["Barres pour demo 2025.", "Un point."]


def test_word_and_excel_get_no_thin_space_and_words_of_another_language_are_told(made):
    text = docx_text(made["fr"]["docx"])
    assert "\u202f" not in text and "vrai!" in text and "公园" in text and "\x07" not in text
    runs = {run.find(qn("w:t")).text: run for run in Document(made["fr"]["docx"]).element.body.iter(qn("w:r"))
            if run.find(qn("w:t")) is not None}  # fmt: skip
    assert runs["公园"].find(qn("w:rPr")).find(qn("w:lang")).get(qn("w:eastAsia")) == "zh-CN"
    assert runs["a park"].find(qn("w:rPr")).find(qn("w:lang")).get(qn("w:val")) == "en"


def test_the_contents_of_a_document_lead_to_its_headings(made):
    body = Document(made["fr"]["docx"]).element.body
    anchors = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink")) if link.get(qn("w:anchor"))]
    places = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(anchors) >= 4 and set(anchors) <= set(places)


# Slides


def test_every_slide_has_its_title_and_every_picture_its_words(made):
    for lang in LANGS:
        for slide in Presentation(made[lang]["pptx"]).slides:
            assert slide.shapes.title.text.strip()
            for shape in slide.shapes:
                about = shape._element.xpath(".//p:cNvPr")[0]
                if shape.has_chart or shape.shape_type == 13:
                    assert about.get("descr")


def test_bars_are_the_programs_own_with_the_pages_figures(made):
    (chart,) = (s.chart for slide in Presentation(made["fr"]["pptx"]).slides for s in slide.shapes if s.has_chart)
    assert [label for label in chart.plots[0].categories] == [f"Action {i}" for i in range(1, 6)]
    assert list(chart.plots[0].series[0].values) == [1000.5 * i for i in range(1, 6)]
    book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    assert [row[1].value for row in book.active.iter_rows(min_row=2)] == [1000.5 * i for i in range(1, 6)]


def test_a_table_longer_than_a_room_reads_says_how_much_more_there_is(made):
    (said,) = (text for text in pptx_text(made["fr"]["pptx"]) if "A-01" in text)
    shown = len(re.findall(r"^A-\d\d$", said, re.M))
    assert 3 < shown <= slides.LONGEST and f"{60 - shown} autres lignes dans le rapport." in said


def test_a_column_of_zeros_or_of_another_kind_is_no_series():
    rows = [
        [("a", False), ("2", True), ("0", True), ("5\u00a0$", True)],
        [("b", False), ("1", True), ("0", True), ("6\u00a0$", True)],
    ]
    found = sheets.Sheet("t", ["x", "n", "second", "cost"], rows, bars=True)
    assert sheets.series(found, "fr") == [1]
    assert sheets.series(sheets.Sheet("t", found.heads, [*rows, rows[0]]), "fr") == [], "a label is there twice"


def test_each_language_has_its_own_colon_on_a_slide(made):
    french, english = (" ".join(pptx_text(made[lang]["pptx"])) for lang in LANGS)
    assert "Coût\u00a0: 7\u00a0200\u00a0$" in french and "Coût: $7,200" in english


def test_a_template_says_which_cells_are_for_the_slides():
    cells_ = [
        nbformat.v4.new_code_cell(source, metadata={"tags": tags}) for source, tags in (("a", ["slide"]), ("b", []))
    ]
    assert [cell.source for cell in slides.marked(nbformat.v4.new_notebook(cells=cells_)).cells] == ["a"]
    assert len(slides.marked(nbformat.v4.new_notebook(cells=cells_[1:])).cells) == 1


@pytest.mark.parametrize("kind", ["docx", "pptx"])
def test_a_damaged_picture_is_a_sentence_and_not_the_end_of_a_batch(workspace, kind):
    new_client(workspace)
    damaged = nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo="})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[damaged])])
    about = content.About(read_client("demo"), "toy", "fr", {"year": 2025}, TODAY, workspace / "demo")
    with pytest.raises(PlanError, match=rf"The {kind} file could not be made: .*ask for --to html meanwhile"):
        office_files.document(kind, notebook, content.content(notebook, "fr"), about)
