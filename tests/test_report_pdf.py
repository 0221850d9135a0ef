"""A report on paper: the page's words and numbers, tagged for screen readers, nothing of a workshop interpreted."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections import Counter
from datetime import date
from html import unescape
from pathlib import Path

import nbformat
import pdfplumber
import pytest
from toy_report import CHART, HOSTILE, new_client, write

from planlib import report
from planlib.report import content, pdf, printed, tagged
from planlib.schema import PlanError
from planlib.workspace import read_client

TODAY = date(2026, 3, 15)
MARKUP = r"#let x = 1 $x^2$ *gras* _it_ `m` @label <b> \ // /* [a] #image(\"x\") = Titre - liste"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

CELLS = (
    "from datetime import date\nfrom html import escape\nfrom IPython.display import HTML, Markdown, display\n"
    "from planlib.words import day, money\ntitle, name = 'Action', f'{client} {year}'",
    f"said = {MARKUP!r}\n"
    "HTML(f'<h2>Argent</h2><p>{money(12500, lang)}, {money(1234567.5, lang)}, {day(date(2026, 3, 1), lang)}</p>"
    "<h4>Mots</h4><p>{escape(said)}</p><ul><li>une</li><li>deux<ul><li>trois</li></ul></li></ul>')",
    CHART,
    "rows = ''.join(f'<tr><th>A-{i:02}</th><td class=\"number\">{money(i * 1001, lang)}</td>'"
    " f'<td>{escape(said)}</td></tr>' for i in range(1, 61))\n"
    "HTML(f'<table><caption>Coûts</caption><thead><tr><th>Id</th><th>$</th><th>Note</th></tr></thead>"
    "<tbody>{rows}</tbody></table>')",
    f"display({{'image/png': {PIXEL!r}}}, raw=True, metadata={{'alt': 'Un point.'}})",
    "Markdown('Voir [le site](https://example.org) et **ceci**.')",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, dict]:
    """The toy report in both languages, HTML and PDF; language -> its record."""
    folder = tmp_path_factory.mktemp("made")
    workspace = folder / "clients"
    workspace.mkdir()
    new_client(workspace, name=f"Société d'essai {HOSTILE} #1 $2$", accent="#7a3b00")
    template = write(folder / "toy.ipynb", *CELLS)
    jobs = [
        report.Job(template, "demo", {"year": 2025, "lang": lang}, workspace, TODAY, "fork", to=("html", "pdf"))
        for lang in ("fr", "en")
    ]
    records = report.batch(jobs)
    assert [record["error"] for record in records] == [None, None]
    return {record["lang"]: record for record in records}


def page_text(record: dict) -> str:
    """What the page says in text; a chart's numbers are in the table of its data."""
    html = Path(record["files"][0]).read_text(encoding="utf-8").partition("<main")[2].partition("</main>")[0]
    return unescape(re.sub(r"<(svg|script).*?</\1>|<[^>]*>", " ", html, flags=re.S))


def pdf_text(record: dict) -> str:
    """The body, without the cover and the running heads."""
    with pdfplumber.open(record["files"][1]) as read:
        return "\n".join(page.crop((0, 60, 612, 735)).extract_text() for page in read.pages[1:])


def digits(text: str) -> Counter:
    """Runs of digits, which the grouping and the decimal sign of a language do not change."""
    return Counter(re.findall(r"\d+", text))


def test_both_files_and_both_languages_hold_the_same_numbers(made):
    page, paper = (digits(text(made["fr"])) for text in (page_text, pdf_text))
    assert page == digits(page_text(made["en"])) and sum(page.values()) > 150
    assert paper == digits(pdf_text(made["en"]))
    assert not page - paper, "all that the page says in text; paper has the words of the drawn charts as well"


def test_numbers_are_written_as_each_language_writes_them(made):
    french, english = (re.sub(r"\s", " ", pdf_text(made[lang])) for lang in ("fr", "en"))
    assert "12 500 $" in french and "1er mars 2026" in french
    assert "$12,500" in english and "March 1, 2026" in english


def test_no_mark_of_the_typesetter_is_obeyed(made):
    words = re.sub(r"\s+", "", MARKUP)
    assert re.sub(r"\s+", "", pdf_text(made["fr"])).count(words) == 61
    with pdfplumber.open(made["fr"]["files"][1]) as read:
        cover = re.sub(r"\s+", "", read.pages[0].extract_text())
    assert re.sub(r"\s+", "", f"Société d'essai {HOSTILE} #1 $2$") in cover


def test_the_file_is_tagged_letter_paper_in_its_language_and_says_pdf_ua(made):
    for lang, record in made.items():
        raw = Path(record["files"][1]).read_bytes()
        assert re.search(rb"<pdfuaid:part>1<", raw)
        with pdfplumber.open(record["files"][1]) as read:
            assert {(page.width, page.height) for page in read.pages} == {(612, 792)}
            assert read.doc.catalog["Lang"].decode("utf-8", "ignore").startswith(lang)
            assert "Outlines" in read.doc.catalog
            assert read.metadata["Title"].startswith("toy 2025")


def test_every_picture_is_described_and_every_table_has_its_header(made):
    with pdfplumber.open(made["fr"]["files"][1]) as read:
        tags = list(every(read.structure_tree))
    pictures = [tag for tag in tags if tag["type"] == "Figure"]
    assert [tag.get("alt_text") for tag in pictures] == ["Barres pour demo 2025.", "Un point."]
    tables = [[child["type"] for child in every([tag])] for tag in tags if tag["type"] == "Table"]
    assert len(tables) == 2, "the table and the chart's data"
    assert all(kinds.count("TH") >= 2 for kinds in tables)
    assert [tag["type"] for tag in tags if re.fullmatch(r"H\d", tag["type"])] == [
        "H1",
        "H1",
        "H2",
        "H1",
    ]  # contents, h2, h4, data


def test_the_first_cell_of_a_row_is_told_as_its_head_and_named_by_the_others(made):
    raw = Path(made["fr"]["files"][1]).read_bytes()
    cells = re.findall(rb"/S/(T[HD])(?:/ID\((\w+)\))?/P \d+ 0 R(?:/ID\((\w+)\))?/A\[?<</O/Table(/Scope/\w+)?", raw)
    heads = [name for kind, name, _, scope in cells if kind == b"TH" and scope == b"/Scope/Row"]
    assert len(heads) == len(set(heads)) == 60 + 5, "the table's rows and those of the chart's data"
    assert sorted(heads) == heads and re.search(
        rb"/IDTree<</Names\[" + rb" ?".join(rb"\(%s\)\d+ 0 R" % h for h in heads), raw
    )
    named = [re.findall(rb"\((R\d+)\)", found) for found in re.findall(rb"/S/TD[^\n]*?/Headers\[([^\]]*)\]", raw)]
    assert Counter(name for names in named for name in names) == {h: 2 if i < 60 else 1 for i, h in enumerate(heads)}
    with pdfplumber.open(made["fr"]["files"][1]) as read:
        bodies = [tag for tag in every(read.structure_tree) if tag["type"] == "TBody"]
    firsts = [row["children"][0]["type"] for body in bodies for row in body["children"]]
    assert firsts == ["TH"] * 65


def test_only_tags_change_when_heads_of_rows_are_told(workspace, tmp_path):
    new_client(workspace)
    shown = content.Content("<table><tr><th>a</th><th>b</th></tr><tr><th>c</th><td>d</td></tr></table>", [], "")
    data = pdf._data(shown, about_of(workspace))
    plain = pdf._compiled(json.dumps(data), about_of(workspace))
    told = tagged.row_heads(plain, tagged.tables_of(data["body"]))
    assert told != plain and text_of(told, tmp_path) == text_of(plain, tmp_path)
    assert told.count(b"endobj") == plain.count(b"endobj") and len(told) - len(plain) < 200
    assert tagged.row_heads(plain, []) == plain, "other tables than those of the file"
    assert tagged.row_heads(b"%PDF-1.7 of another kind", []) == b"%PDF-1.7 of another kind"


def every(tags: list[dict]):
    for tag in tags:
        yield tag
        yield from every(tag.get("children", []))


def test_a_long_tables_header_stands_on_every_page_of_it(made):
    with pdfplumber.open(made["fr"]["files"][1]) as read:
        texts = [page.extract_text() for page in read.pages]
    holding = [text for text in texts if re.search(r"^A-\d\d ", text, re.M)]
    assert len(holding) >= 2
    assert all(re.search(r"^Id \$ Note$", text, re.M) for text in holding)
    assert all("toy 2025" in text and f"{i} / {len(texts)}" in text for i, text in enumerate(texts, 1) if i > 1)


def test_what_is_asked_for_is_part_of_what_a_report_is(made, tmp_path):
    record = made["fr"]
    workspace = Path(record["files"][0]).parents[5]
    template = workspace.parent / "toy.ipynb"
    asked = {"workspace": workspace, "today": TODAY, "engine": "fork"}
    again = report.build(template, "demo", {"year": 2025, "lang": "fr"}, to=("pdf", "html"), **asked)
    assert again["status"] == "unchanged" and again["files"] == record["files"]
    alone = report.build(template, "demo", {"year": 2025, "lang": "fr"}, to=("pdf",), **asked)
    assert alone["status"] == "ok"
    assert [Path(path).suffix for path in alone["files"]] == [".pdf", ".ipynb"]
    known = "html, pdf, xlsx, docx and pptx"
    with pytest.raises(PlanError, match=rf"There is no report in format 'odt'. Choose one of: {known}"):
        report.build(template, "demo", {"year": 2025}, to=("odt",), **asked)


def test_two_settings_of_one_report_are_the_same_bytes(workspace):
    new_client(workspace)
    about, shown = about_of(workspace), content.Content("<h2>a</h2><p>b</p>", [], "")
    assert pdf.document(shown, about) == pdf.document(shown, about)


# Fonts, logo, and what is missing


def about_of(workspace: Path, **parameters) -> content.About:
    return content.About(read_client("demo"), "toy", "fr", {"year": 2025, **parameters}, TODAY, workspace / "demo")


@pytest.fixture
def own_fonts_only(monkeypatch):
    """A machine that has no font but those typst carries."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(pdf, "_fonts", lambda: fonts)
    for remembered in (pdf._printable, pdf._known):
        remembered.cache_clear()
    yield
    for remembered in (pdf._printable, pdf._known):
        remembered.cache_clear()


def text_of(document: bytes, tmp_path: Path) -> str:
    path = tmp_path / "made.pdf"
    path.write_bytes(document)
    with pdfplumber.open(path) as read:
        return "\n".join(page.extract_text() for page in read.pages)


def test_a_character_without_a_font_is_named_and_the_rest_is_printed(workspace, own_fonts_only, tmp_path):
    new_client(workspace)
    drawn = (
        '<figure><svg role="img" aria-label="x" viewBox="0 0 90 9"><text y="8" font-size="8">公园</text></svg></figure>'
    )
    shown = content.Content(f"<p>Un parc : 公園, déjà ½.</p>{drawn}", [], "")
    document, warnings = pdf.document(shown, about_of(workspace), "en")
    assert warnings == [
        "3 characters have no font on this machine and print as □ in the PDF: 公 园 園 Install fonts-noto-cjk "
        "(Chinese) or a font that has them."
    ]
    found = text_of(document, tmp_path)
    assert "déjà ½." in found and "公" not in found
    assert re.search(r"Un parc\s:\s[□?]{2},", found)


def test_chinese_prints_where_a_font_has_it(workspace, tmp_path):
    if not pdf._known(pdf.CHINESE):
        pytest.skip("No Chinese font on this machine (Debian: fonts-noto-cjk)")
    new_client(workspace)
    document, warnings = pdf.document(content.Content("<p>公园 parc</p>", [], ""), about_of(workspace))
    assert warnings == []
    assert "公园" in text_of(document, tmp_path)


def test_without_typst_a_sentence_says_what_to_do_and_the_notebook_is_kept(workspace, tmp_path, monkeypatch):
    new_client(workspace)
    monkeypatch.setitem(sys.modules, "typst", None)
    pdf._typst.cache_clear()
    template = write(tmp_path / "toy.ipynb", "print(client)")
    try:
        record = report.render(
            report.jobs.ready(report.Job(template, "demo", {"year": 2025, "lang": "en"}, engine="fork", to=("pdf",)))
        )
    finally:
        pdf._typst.cache_clear()
    assert record["status"] == "failed"
    assert record["error"] == (
        "The PDF needs the package 'typst', which is missing or blocked on this machine. Run make env, or ask for "
        "--to html."
    )
    assert [Path(path).suffix for path in record["files"]] == [".ipynb"]


def test_the_clients_logo_stands_on_the_cover_and_on_the_page(workspace, tmp_path):
    new_client(workspace)
    look = workspace / "demo" / "client.yaml"
    look.write_text(look.read_text(encoding="utf-8") + "\nlogo: look/logo.png\n", encoding="utf-8")
    template = write(tmp_path / "toy.ipynb", "from IPython.display import Markdown\nMarkdown('## A')")

    def build():
        return report.build(template, "demo", {"year": 2025}, engine="fork", to=("html", "pdf"))

    assert build()["error"] == PlanError("report.no_logo", client="demo", found="look/logo.png", known=KINDS).text("fr")
    (workspace / "demo" / "look").mkdir()
    (workspace / "demo" / "look" / "logo.png").write_bytes(base64.b64decode(PIXEL))
    record = build()
    assert record["status"] == "ok" and build()["status"] == "unchanged"
    assert f"data:image/png;base64,{PIXEL}" in Path(record["files"][0]).read_text(encoding="utf-8")
    with pdfplumber.open(record["files"][1]) as read:
        assert len(read.pages[0].images) == 1
    (workspace / "demo" / "look" / "logo.png").write_bytes(base64.b64decode(PIXEL) + b"\n")
    assert build()["status"] == "ok", "another picture, another report"


KINDS = [".jpeg", ".jpg", ".png", ".svg"]


@pytest.mark.parametrize("logo", ["../other/logo.png", "client.yaml", "/etc/logo.png"])
def test_a_logo_from_elsewhere_is_refused(workspace, logo):
    new_client(workspace)
    new_client(workspace, "other")
    (workspace / "other" / "logo.png").write_bytes(base64.b64decode(PIXEL))
    about = about_of(workspace)
    object.__setattr__(about, "client", about.client.model_copy(update={"logo": logo}))
    with pytest.raises(PlanError, match=r"The logo of 'demo', '.*', is not in its folder or is not a picture"):
        _ = about.logo


# The blocks between the page and the paper


def blocks(html: str) -> list[dict]:
    return printed.blocks(html, untitled="Graphique", elsewhere=str)[0]


def test_blanks_run_together_as_in_a_browser_and_no_break_spaces_stay():
    (paragraph,) = blocks("<p>\n  a <b> b</b>\tc\u00a0:\u202f d <br> e </p>")
    assert [run.get("t", "/") for run in paragraph["c"]] == ["a ", "b", " c\u00a0:\u202f d ", "/", "e"]


def test_no_lines_end_parts_an_english_date_in_text(workspace):
    said = "<td title='May 5, 2025'>until September 29, 2025</td>"
    cell = nbformat.v4.new_output("display_data", {"text/html": f"<table><tr>{said}</tr></table>"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[cell])])
    english, french = (content.content(notebook, lang).html for lang in ("en", "fr"))
    assert "until September\u00a029,\u00a02025<" in english and 'title="May 5, 2025"' in english
    assert "until September 29, 2025<" in french, "the words of a workshop, as they were written"


@pytest.mark.parametrize(
    ("lang", "text", "whole"),
    [
        ("fr", "de 45 000 $ (A-07 · 1.2) ; « Cuir et bois » : 71 % ; non", ["45 000 $", "(A-07 · 1.2) ;", "« Cuir",
                                                                          "bois » :", "71 % ;"]),
        ("fr", "A-07, A-42 et T1-2026, XA-1234-5, 2.B-7.1", ["A-07", "A-42"]),
        ("fr", "suivi.xlsx · Suivi · 5 ; en 2025 100 arbres", ["Suivi · 5 ;"]),
        ("en", "45 000 $ lost, 12 % kept: 1 000 trees in A-07", ["45 000 $", "12 %", "1 000", "A-07"]),
    ],
)  # fmt: skip
def test_no_lines_end_parts_an_amount_a_mark_or_an_id_and_words_stay_as_written(lang, text, whole):
    rest = f"<pre>{text}</pre><svg class='mark'><text>{text}</text></svg>"
    cell = nbformat.v4.new_output("display_data", {"text/html": f"<p title='{text}'>{text}</p>{rest}"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[cell])])
    html = content.content(notebook, lang).html
    paragraph = html[html.index(">") + 1 : html.index("</p>")]
    assert re.findall(r'<span class="whole">(.*?)</span>', paragraph) == whole
    assert re.sub("<.*?>", "", paragraph) == text, "the words of a workshop, as they were written"
    assert f'title="{text}"' in html and f"<pre>{text}</pre>" in html and f"<text>{text}</text>" in html
    assert [run["t"] for run in blocks(html)[0]["c"] if run.get("whole")] == whole


def test_text_without_a_paragraph_becomes_one():
    kinds = [block["k"] for block in blocks("loose <p>p</p> more <div>in a box<ul><li>one</li></ul></div>")]
    assert kinds == ["p", "p", "p", "p", "list"]


def test_a_row_that_lacks_cells_does_not_shift_the_next():
    (table,) = blocks('<table><tr><th>a</th><th>b</th></tr><tr><td>1</td></tr><tr><td colspan="2">x</td></tr></table>')
    assert len(table["head"]) == 1
    assert [sum(cell["span"] for cell in row["cells"]) for row in table["body"]] == [2, 2]


def test_the_rows_of_a_crowded_chart_are_not_printed_but_said():
    rows = "".join(f"<tr><th>{i}</th></tr>" for i in range(printed.SHORT + 1))
    head = "<thead><tr><th>n</th></tr></thead>"
    chart = '<svg role="img" aria-label="x" viewBox="0 0 9 9"></svg>'
    html = f"<figure><figcaption><p>T</p></figcaption>{chart}<table>{head}<tbody>{rows}</tbody></table></figure>"
    _, data = printed.blocks(html, untitled="", elsewhere=lambda n: f"{n} rows on the page")
    assert [block["k"] for block in data] == ["p", "p"]
    assert data[1]["c"] == [{"t": f"{printed.SHORT + 1} rows on the page"}]


def test_a_column_holds_a_mark_with_the_longest_word_after_it():
    cell = '<td><svg class="mark" viewBox="0 0 1 1"></svg>{}</td><td>{}</td>'
    rows = "".join(f"<tr>{cell.format('partially done', 'x ' * 80)}</tr>" for _ in range(2))
    (table,) = blocks(f"<table>{rows}</table>")
    assert table["widths"][0] >= len("●● partially") * 1.12


def test_tables_of_one_name_have_the_same_columns():
    short = '<table class="plan"><tr><th>A</th><td>Direction</td></tr></table>'
    long = f'<table class="plan"><tr><th>{"Un titre très long " * 9}</th><td>B</td></tr></table>'
    one, other, apart = blocks(short + long + short.replace(' class="plan"', ""))
    assert one["widths"] == other["widths"] != apart["widths"]


@pytest.mark.parametrize(("lines", "page"), [(1, 2), (4, 2), (30, 3)])
def test_a_tall_chart_stays_before_what_follows_it_and_shrinks_a_little_to_fit(workspace, tmp_path, lines, page):
    new_client(workspace)
    drawn = '<svg role="img" aria-label="x" viewBox="0 0 700 700"><text y="8" font-size="8">HAUT</text></svg>'
    figure = f"<figure><figcaption><p>Titre</p></figcaption>{drawn}</figure>"
    text = f"<h2>Avant</h2>{'<p>Une ligne.</p>' * lines}<h2>Calendrier</h2>{figure}<h2>Suite</h2><p>Fin.</p>"
    document, _ = pdf.document(content.Content(text, [], ""), about_of(workspace))
    (tmp_path / "made.pdf").write_bytes(document)
    with pdfplumber.open(tmp_path / "made.pdf") as read:
        pages = [sheet.extract_text() for sheet in read.pages]
        at = {word: next(n for n, said in enumerate(pages, 1) if n > 1 and word in said) for word in ("HAUT", "Fin.")}
        size = next(char["size"] for sheet in read.pages for char in sheet.chars if char["text"] == "H")
    assert at["HAUT"] == page <= at["Fin."]
    assert 0.75 * 8 * 0.729 < size <= 8 * 0.75, "drawn in full size, or up to a quarter smaller"
