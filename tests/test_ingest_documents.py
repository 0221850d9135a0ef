"""Plans and notes in Word, PowerPoint and PDF files, all made here, and pasted text: each row keeps its place."""

from __future__ import annotations

import zipfile
import zlib

import docx
import pptx
import pytest
from pptx.util import Inches

from planlib import clients, ingest, store
from planlib.ingest import slides
from planlib.schema import PlanError

HEAD = ("Action", "Responsable", "Coût", "Échéance")


@pytest.fixture
def word(tmp_path):
    """A Word file made by a function of its document."""

    def make(fill, name="plan.docx"):
        document = docx.Document()
        fill(document)
        document.save(tmp_path / name)
        return tmp_path / name

    return make


@pytest.fixture
def deck(tmp_path):
    def make(fill, name="plan.pptx"):
        presentation = pptx.Presentation()
        fill(presentation)
        presentation.save(tmp_path / name)
        return tmp_path / name

    return make


def fill_table(document, rows):
    table = document.add_table(len(rows), len(rows[0]))
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, words in zip(cells.cells, row, strict=True):
            cell.text = words
    return table


def pdf(*pages) -> bytes:
    """A PDF by hand: each page is a list of (x, y, size, words) and of (x, y, width, height) boxes."""
    contents = []
    for page in pages:
        drawn = []
        for thing in page:
            if isinstance(thing[3], str):
                x, y, size, words = thing
                safe = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
                drawn.append(f"BT /F1 {size} Tf {x} {y} Td ({safe}) Tj ET")
            else:
                drawn.append("{} {} {} {} re S".format(*thing))
        contents.append("\n".join(drawn).encode("cp1252"))
    n = len(pages)
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(n))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {n}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for place, content in enumerate(contents):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {5 + 2 * place} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        )
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (len(objects) + 1, table, trailer)


def grid(rows, top=700, height=20, lefts=(50, 250, 400)):
    """A table with lines, as a PDF draws it."""
    things = []
    for number, row in enumerate(rows):
        y = top - number * height
        for left, right, words in zip(lefts, (*lefts[1:], 550), row, strict=True):
            things += [(left, y, right - left, height), (left + 4, y + 6, 10, words)]
    return things


def whys(told):
    return [part.why for part in told]


def test_bullets_of_a_word_plan_are_actions_under_their_axis_and_objective(word):
    def fill(document):
        document.add_heading("Plan d’action 2026-2029", 0)
        document.add_paragraph("Le présent plan découle de trois ateliers.")
        document.add_heading("Axe 1. Mobilité", 1)
        document.add_heading("Relier les quartiers", 2)
        document.add_paragraph("Réseau cyclable", style="List Bullet")
        document.add_paragraph("Responsable : Direction des travaux", style="List Bullet 2")
        document.add_paragraph("Échéance : 2027-06-30", style="List Bullet 2")
        document.add_paragraph("Trottoirs élargis", style="List Bullet")
        document.add_paragraph("D’abord rue des Érables", style="List Bullet 2")
        document.add_heading("Axe 2. Nature", 1)
        document.add_paragraph("Mille arbres", style="List Number")

    imported = ingest.read(word(fill), "actions")
    actions = imported.table
    assert actions["title"].tolist() == ["Réseau cyclable", "Trottoirs élargis", "Mille arbres"]
    assert actions["owner"].tolist() == ["Direction des travaux", None, None]
    assert actions["deadline"].iloc[0].isoformat() == "2027-06-30"
    assert actions["description"].tolist() == [None, "D’abord rue des Érables", None]
    assert imported.tables["axis"]["title"].tolist() == ["Mobilité", "Nature"]
    assert imported.tables["objective"]["title"].tolist() == ["Relier les quartiers"]
    assert actions["origin"].tolist() == ["plan.docx · § 5", "plan.docx · § 8", "plan.docx · § 11"]
    assert (imported.rows_found, imported.rows_kept) == (3, 3)
    assert [(question.key, question.default) for question in imported.questions] == [("paragraphs", "leave-out")]
    assert [r.found for r in imported.repairs if r.why == "documents.prose"] == [
        "Le présent plan découle de trois ateliers."
    ]


def test_word_tables_with_one_header_are_one_plan_and_headings_are_their_axes(word):
    def fill(document):
        for axis, rows in (
            ("Axe 1 : Mobilité", [("Réseau", "Travaux", "12 500 $", "2027")]),
            ("Axe 2 : Nature", [("Arbres", "Parcs", "n.d.", "2028"), ("Berges", "Parcs", "", "")]),
        ):
            document.add_heading(axis, 1)
            fill_table(document, [HEAD, *rows])  # fmt: skip

    imported = ingest.read(word(fill), "actions")
    assert imported.table["title"].tolist() == ["Réseau", "Arbres", "Berges"]
    assert imported.tables["axis"]["title"].tolist() == ["Mobilité", "Nature"]
    assert imported.table["cost_low"].tolist() == [12500.0, None, None]
    assert imported.table["origin"].tolist() == [
        "plan.docx · tab. 1, 2",
        "plan.docx · tab. 2, 2",
        "plan.docx · tab. 2, 3",
    ]


def test_cells_merged_down_in_a_word_table_hold_for_each_row(word):
    def fill(document):
        table = fill_table(document, [("Axe", "Action"), ("Mobilité", "Réseau"), ("", "Trottoirs")])
        table.cell(1, 0).merge(table.cell(2, 0))

    imported = ingest.read(word(fill), "actions")
    assert imported.table["axis_id"].nunique() == 1
    assert imported.table["title"].tolist() == ["Réseau", "Trottoirs"]


def test_cards_of_labels_and_values_are_one_action_each(word):
    def fill(document):
        for title, cost in (("Réseau", "12 500 $"), ("Arbres", "8 000 $")):
            fill_table(document, [("Titre de l’action", title), ("Responsable", "Travaux"), ("Coût estimé", cost)])
            document.add_paragraph("")

    table = ingest.read(word(fill), "actions").table
    assert table["title"].tolist() == ["Réseau", "Arbres"]
    assert table["cost_low"].tolist() == [12500.0, 8000.0]


def test_notes_of_a_word_record_know_their_table(word):
    def fill(document):
        document.add_heading("Table 3", 1)
        document.add_heading("Ce qui manque", 2)
        document.add_paragraph("Des bancs", style="List Bullet")
        document.add_paragraph("Un marché\nle samedi", style="List Bullet")
        document.add_heading("Table 4", 1)
        document.add_paragraph("More shade", style="List Bullet")

    notes = ingest.read(word(fill), "notes").table
    assert notes["table"].tolist() == ["3", "3", "4"]
    assert notes["theme"].tolist() == ["Ce qui manque", "Ce qui manque", None]
    assert notes["text"].tolist()[0] == "Des bancs"


def test_paragraphs_without_a_list_are_notes_but_are_asked_before_they_are_actions(word, lang):
    path = word(lambda document: [document.add_paragraph(words) for words in ("Des bancs", "De l’ombre")])
    assert ingest.read(path, "notes").table["text"].tolist() == ["Des bancs", "De l’ombre"]
    asked = ingest.read(path, "actions")
    assert [question.key for question in asked.unanswered] == ["paragraphs"]
    assert "§ 1" in asked.questions[0].text(lang).replace("\u00a0", " ")
    assert "Des bancs" in asked.questions[0].text(lang)
    settled = ingest.read(path, "actions", {"paragraphs": "each"})
    assert settled.table["title"].tolist() == ["Des bancs", "De l’ombre"]


def test_words_of_a_revision_and_of_a_content_control_are_not_lost(word):
    path = word(lambda document: document.add_paragraph("Réseau cyclable", style="List Bullet"))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = parts["word/document.xml"].decode()
    start = body.index("<w:p>")
    paragraph = body[start : body.index("</w:p>") + 6]
    added = paragraph.replace("<w:r>", '<w:ins w:id="1" w:author="x"><w:r>').replace("</w:r>", "</w:r></w:ins>")
    gone = paragraph.replace("<w:r>", '<w:del w:id="2" w:author="x"><w:r>').replace("</w:r>", "</w:r></w:del>")
    gone = gone.replace("<w:t>", "<w:delText>").replace("</w:t>", "</w:delText>").replace("cyclable", "effacé")
    inside = f"<w:sdt><w:sdtContent>{added.replace('cyclable', 'ajouté')}</w:sdtContent></w:sdt>"
    parts["word/document.xml"] = (body[:start] + paragraph + inside + gone + body[start + len(paragraph) :]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert ingest.read(path, "actions").table["title"].tolist() == ["Réseau cyclable", "Réseau ajouté"]


def test_a_slide_gives_its_bullets_under_its_title_and_its_table(deck):
    def fill(presentation):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = "Axe 1 – Mobilité"
        slide.placeholders[1].text = "Réseau cyclable\nTrottoirs"
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = "Axe 1 – Mobilité (suite)"
        slide.placeholders[1].text = "Traverse du canal"

    imported = ingest.read(deck(fill), "actions")
    assert imported.table["title"].tolist() == ["Réseau cyclable", "Trottoirs", "Traverse du canal"]
    assert len(imported.tables["axis"]) == 1
    assert imported.table["origin"].tolist() == [
        "plan.pptx · slide 1 · 1",
        "plan.pptx · slide 1 · 2",
        "plan.pptx · slide 2",
    ]

    def tabled(presentation):
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = "Nature"
        frame = slide.shapes.add_table(2, 4, Inches(1), Inches(2), Inches(8), Inches(1))
        for number, row in enumerate((HEAD, ("Arbres", "Parcs", "8 000 $", "2027"))):
            for cell, words in zip(frame.table.rows[number].cells, row, strict=True):
                cell.text = words

    imported = ingest.read(deck(tabled, "table.pptx"), "actions")
    assert imported.table["cost_low"].tolist() == [8000.0]
    assert imported.tables["axis"]["title"].tolist() == ["Nature"]
    assert imported.table["origin"].tolist() == ["table.pptx · slide 1, 2"]


def test_lists_and_tables_of_one_plan_are_read_together_and_a_total_is_of_its_own_table(word):
    def fill(document):
        document.add_heading("Axe 1 – Mobilité", 1)
        document.add_paragraph("Élargir les trottoirs", style="List Bullet")
        document.add_paragraph("Budget : 3 000 $", style="List Bullet 2")
        document.add_heading("Axe 2 – Nature", 1)
        fill_table(document, [HEAD, ("Arbres", "Parcs", "8 000 $", "2027"), ("Total", "", "8 000 $", "")])
        document.add_heading("Axe 3 – Culture", 1)
        fill_table(document, [("Actions", "Porteur"), ("Fête", "Loisirs")])
        document.add_paragraph("Jeux", style="List Bullet")

    imported = ingest.read(word(fill), "actions")
    assert imported.table["title"].tolist() == ["Élargir les trottoirs", "Arbres", "Fête", "Jeux"]
    assert imported.table["owner"].tolist() == [None, "Parcs", "Loisirs", None]
    assert imported.table["cost_low"].tolist() == [3000.0, 8000.0, None, None]
    assert imported.tables["axis"]["title"].tolist() == ["Mobilité", "Nature", "Culture"]
    assert (imported.rows_found, imported.rows_kept, whys(imported.set_aside)) == (5, 4, ["layout.total_row"])
    assert "layout.total_agrees" in whys(imported.repairs)  # 8 000, whatever the list above costs
    [told] = [repair for repair in imported.repairs if repair.why == "documents.together"]
    assert "3" in told.text("fr") and "3" in told.text("en")


def test_comments_in_the_margin_of_a_word_file_are_told_and_left(word):
    def fill(document):
        paragraph = document.add_paragraph("Élargir les trottoirs", style="List Bullet")
        document.add_comment(paragraph.runs, text="À valider avec Luce", author="Ana")

    imported = ingest.read(word(fill), "actions")
    assert imported.table["title"].tolist() == ["Élargir les trottoirs"]
    assert [(repair.why, repair.found) for repair in imported.repairs] == [("documents.comment", "À valider avec Luce")]


def test_footnotes_of_a_word_file_are_told_and_left(word, tmp_path):
    plain_file = word(lambda document: document.add_paragraph("Parc", style="List Bullet"))
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    notes = (
        f'<w:footnotes xmlns:w="{space}"><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p>'
        '</w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>Sous réserve du budget</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    with zipfile.ZipFile(plain_file) as old, zipfile.ZipFile(tmp_path / "notes.docx", "w") as new:
        for name in old.namelist():
            content = old.read(name).decode("utf-8", "surrogateescape")
            if name == "[Content_Types].xml":
                content = content.replace(
                    "</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
                )
            if name == "word/_rels/document.xml.rels":
                content = content.replace(
                    "</Relationships>",
                    f'<Relationship Id="rId99" Type="{link}" Target="footnotes.xml"/></Relationships>',
                )
            new.writestr(name, content.encode("utf-8", "surrogateescape"))
        new.writestr("word/footnotes.xml", notes)
    imported = ingest.read(tmp_path / "notes.docx", "actions")
    assert imported.table["title"].tolist() == ["Parc"]
    assert [repair.found for repair in imported.repairs] == ["Sous réserve du budget"]
    assert "bas de page" in imported.repairs[0].text("fr") and "footnote" in imported.repairs[0].text("en")


def test_speaker_notes_are_paragraphs_and_a_hidden_slide_is_told(deck):
    def fill(presentation):
        for title, body in (("Axe 1 – Mobilité", "Trottoirs"), ("Réserve", "Tramway")):
            slide = presentation.slides.add_slide(presentation.slide_layouts[1])
            slide.shapes.title.text, slide.placeholders[1].text_frame.text = title, body
        presentation.slides[0].notes_slide.notes_text_frame.text = "Ouvrir une halte-vélo"
        presentation.slides[1]._element.set("show", "0")

    path = deck(fill)
    imported = ingest.read(path, "actions")
    assert imported.table["title"].tolist() == ["Trottoirs"]
    [asked] = imported.questions
    assert (asked.key, asked.default) == ("paragraphs", "leave-out")
    assert "slide 1, notes" in asked.text("fr") and "halte-vélo" in asked.text("en")
    assert [repair.found for repair in imported.repairs if repair.why == "documents.hidden_slides"] == ["2"]
    both = ingest.read(path, "actions", {"paragraphs": "each"}).table
    assert both["title"].tolist() == ["Trottoirs", "Ouvrir une halte-vélo"]
    assert both["origin"].tolist() == ["plan.pptx · slide 1", "plan.pptx · slide 1, notes"]


def test_boxes_in_groups_are_notes_and_cells_merged_down_hold_for_each_row(deck):
    def wall(presentation):
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        for row, words in enumerate((("Parc", "Marché"), ("Fête", "Bancs"))):
            group = slide.shapes.add_group_shape()
            for column, word in enumerate(words):
                box = group.shapes.add_textbox(Inches(1 + 3 * column), Inches(1 + 2 * row), Inches(2), Inches(1))
                box.text_frame.text = word

    assert ingest.read(deck(wall), "notes").table["text"].tolist() == ["Parc", "Marché", "Fête", "Bancs"]

    def tabled(presentation):
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        table = slide.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(8), Inches(1)).table
        for number, row in enumerate((("Axe", "Action"), ("Nature", "Arbres"), ("", "Berges"))):
            for cell, words in zip(table.rows[number].cells, row, strict=True):
                cell.text = words
        table.cell(1, 0).merge(table.cell(2, 0))

    imported = ingest.read(deck(tabled, "table.pptx"), "actions")
    assert imported.table["axis_id"].tolist() == ["AX-01", "AX-01"]


def test_the_boxes_of_a_diagram_are_items():
    space = "http://schemas.openxmlformats.org/drawingml/2006"
    point = "<dgm:pt{}><dgm:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    blob = (
        f'<dgm:dataModel xmlns:dgm="{space}/diagram" xmlns:a="{space}/main"><dgm:ptLst>'
        + point.format("", "Verdir") + point.format(' type="pres"', "non") + point.format(' type="node"', "Bâtir")
        + "</dgm:ptLst></dgm:dataModel>"
    )  # fmt: skip
    assert list(slides.diagram(blob.encode())) == ["Verdir", "Bâtir"]


def test_a_pdf_gives_its_bullets_with_their_page_and_joins_wrapped_lines(tmp_path):
    first = [(50, 740, 20, "Plan d’action"), (50, 700, 16, "Axe 1. Mobilité"),
             (60, 670, 10, "• Relier les quartiers par un réseau cyclable continu, du canal"),
             (70, 658, 10, "jusqu’au parc"), (60, 640, 10, "• Élargir les trottoirs")]  # fmt: skip
    second = [(50, 740, 16, "Axe 2. Nature"), (60, 710, 10, "• Planter mille arbres")]
    (tmp_path / "plan.pdf").write_bytes(pdf(first, second))
    imported = ingest.read(tmp_path / "plan.pdf", "actions")
    assert imported.table["title"].tolist() == [
        "Relier les quartiers par un réseau cyclable continu, du canal jusqu’au parc",
        "Élargir les trottoirs",
        "Planter mille arbres",
    ]
    assert imported.tables["axis"]["title"].tolist() == ["Mobilité", "Nature"]
    assert imported.table["origin"].tolist() == ["plan.pdf · p. 1 · 1", "plan.pdf · p. 1 · 2", "plan.pdf · p. 2"]


def test_a_pdf_table_goes_on_over_pages_and_keeps_its_pages(tmp_path):
    header = ("Action", "Responsable", "Coût")
    pages = [
        [(50, 750, 16, "Axe 1. Mobilité"), *grid([header, ("Réseau cyclable", "Travaux", "12 500 $")])],
        grid([header, ("Trottoirs", "Travaux", "n.d.")]),
        grid([("Traverse", "Parcs", "5 000 $"), ("Berges", "Parcs", "6 000 $")]),
    ]
    (tmp_path / "plan.pdf").write_bytes(pdf(*pages))
    imported = ingest.read(tmp_path / "plan.pdf", "actions")
    assert imported.table["title"].tolist() == ["Réseau cyclable", "Trottoirs", "Traverse", "Berges"]
    assert imported.table["cost_low"].tolist() == [12500.0, None, 5000.0, 6000.0]
    assert [origin.split(" · ")[1] for origin in imported.table["origin"]] == ["p. 1", "p. 2", "p. 3", "p. 3"]


def test_a_row_cut_by_the_end_of_a_page_is_one_action(tmp_path):
    pages = [
        grid([("Action", "Responsable", "Coût"), ("Relier les quartiers par un", "Direction des travaux", "12 500 $")]),
        grid([("réseau cyclable", "publics", ""), ("Berges", "Parcs", "6 000 $")]),
    ]
    (tmp_path / "plan.pdf").write_bytes(pdf(*pages))
    imported = ingest.read(tmp_path / "plan.pdf", "actions")
    assert imported.table["title"].tolist() == ["Relier les quartiers par un réseau cyclable", "Berges"]
    assert imported.table["owner"].tolist() == ["Direction des travaux publics", "Parcs"]
    assert "documents.row_cut" in whys(imported.repairs)


def test_page_numbers_and_running_heads_are_left_aside(tmp_path):
    pages = [
        [(50, 770, 10, "Ville d’essai"), (60, 700, 10, f"- Action {letter}"), (300, 30, 10, f"Page {n}")]
        for n, letter in enumerate("ABC", start=1)
    ]
    (tmp_path / "plan.pdf").write_bytes(pdf(*pages))
    imported = ingest.read(tmp_path / "plan.pdf", "notes")
    assert imported.table["text"].tolist() == ["Action A", "Action B", "Action C"]
    assert whys(imported.repairs) == ["documents.running_head"]


def test_two_columns_of_a_pdf_are_read_one_after_the_other(tmp_path):
    """A title across, then columns of their own heights; the last item of the first goes on in the second."""
    left = ["Axe 1. Mobilité", "• Relier les quartiers par un réseau", "cyclable continu",
            "• Élargir les trottoirs près", "des écoles du quartier", "• Planter des arbres le long du"]  # fmt: skip
    right = ["canal", "• Rendre la rue Principale", "aux piétons", "Axe 2. Nature", "• Verdir les ruelles avec leurs",
             "riverains"]  # fmt: skip
    page = [(50, 740, 20, "Plan d’action de la ville, adopté par son conseil en mai")]
    for x, top, lines in ((50, 700, left), (320, 695, right)):
        for n, words in enumerate(lines):
            indent = 0 if words[0] in "•A" else 12
            page.append((x + indent, top - 14 * n, 10, words))
    page.append((50, 560, 10, "Ce plan est revu chaque année par le conseil de la ville, qui en rend compte à tous."))
    (tmp_path / "plan.pdf").write_bytes(pdf(page))
    imported = ingest.read(tmp_path / "plan.pdf", "actions")
    assert imported.table["title"].tolist() == [
        "Relier les quartiers par un réseau cyclable continu",
        "Élargir les trottoirs près des écoles du quartier",
        "Planter des arbres le long du canal",
        "Rendre la rue Principale aux piétons",
        "Verdir les ruelles avec leurs riverains",
    ]
    assert imported.tables["axis"]["title"].tolist() == ["Mobilité", "Nature"]
    assert imported.table["axis_id"].tolist() == ["AX-01"] * 4 + ["AX-02"]


def test_words_set_in_a_table_without_lines_are_not_torn_into_columns(tmp_path):
    page = [(50, 740, 10, "Voici le plan du quartier tel que le conseil l’a adopté au printemps de cette année :")]
    for n in range(8):
        page += [(60, 700 - 20 * n, 10, f"Action {n}"), (350, 700 - 20 * n, 10, f"DG {n}")]
    (tmp_path / "plan.pdf").write_bytes(pdf(page))
    texts = ingest.read(tmp_path / "plan.pdf", "notes").table["text"].tolist()
    assert all(f"Action {n} DG {n}" in " ".join(texts) for n in range(8))


def test_a_word_cut_at_the_end_of_a_line_is_whole_and_a_hyphen_of_its_own_stays(tmp_path):
    page = [(50, 700, 10, "• Revoir l’amé-"), (60, 688, 10, "nagement du parc"),
            (50, 670, 10, "• Tenir des rendez-"), (60, 658, 10, "vous de quartier"),
            (50, 640, 10, "• Ouvrir un centre socio-"), (60, 628, 10, "culturel"),
            (50, 610, 10, "• Prévoir un après-"), (60, 598, 10, "midi jeunesse"),
            (50, 580, 10, "• Garder un après-midi par mois")]  # fmt: skip
    (tmp_path / "plan.pdf").write_bytes(pdf(page))
    imported = ingest.read(tmp_path / "plan.pdf", "actions")
    assert imported.table["title"].tolist() == [
        "Revoir l’aménagement du parc", "Tenir des rendez-vous de quartier", "Ouvrir un centre socio-culturel",
        "Prévoir un après-midi jeunesse", "Garder un après-midi par mois",
    ]  # fmt: skip
    [told] = [repair for repair in imported.repairs if repair.why == "documents.hyphens"]
    assert "aménagement" in told.text("fr") and "aménagement" in told.text("en")


def test_an_item_goes_on_over_the_page_and_two_pages_are_enough_for_a_running_head(tmp_path):
    pages = [
        [(50, 770, 10, "Ville d’essai"), (60, 60, 10, "• Relier les quartiers par un"), (300, 30, 10, "1 / 2")],
        [(50, 770, 10, "Ville d’essai"), (70, 700, 10, "réseau cyclable"), (60, 680, 10, "• Berges")],
    ]
    (tmp_path / "plan.pdf").write_bytes(pdf(*pages))
    imported = ingest.read(tmp_path / "plan.pdf", "actions")
    assert imported.table["title"].tolist() == ["Relier les quartiers par un réseau cyclable", "Berges"]
    assert imported.table["origin"].tolist() == ["plan.pdf · p. 1", "plan.pdf · p. 2"]


def test_a_word_longer_than_its_cell_is_whole_and_the_end_of_a_row_may_stand_alone_on_a_page(tmp_path):
    lefts = (50, 135, 300)
    first = [*grid([("Action", "Responsable", "Coût")], lefts=lefts)]
    for left, right in ((50, 135), (135, 300), (300, 550)):
        first.append((left, 600, right - left, 100))
    words = ("Offrir un", "accompagnemen", "t aux", "stationnements", "sous les voies de")
    first += [(54, 680 - 12 * n, 10, line) for n, line in enumerate(words)] + [(139, 680, 10, "Travaux")]
    second = grid([("chemin de fer", "publics", "")], lefts=lefts)
    (tmp_path / "plan.pdf").write_bytes(pdf(first, second))
    imported = ingest.read(tmp_path / "plan.pdf", "actions")
    assert imported.table["title"].tolist() == [
        "Offrir un accompagnement aux stationnements sous les voies de chemin de fer"
    ]
    assert imported.table["owner"].tolist() == ["Travaux publics"]


def test_a_scanned_pdf_is_refused_in_a_sentence(tmp_path, lang):
    (tmp_path / "scan.pdf").write_bytes(pdf([(50, 50, 100, 100)], [(50, 50, 100, 100)]))
    with pytest.raises(PlanError) as refused:
        ingest.read(tmp_path / "scan.pdf", "actions")
    assert refused.value.key == "documents.scanned"
    assert {"fr": "numérisé", "en": "was scanned"}[lang] in refused.value.text(lang)


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("x.docx", b"bonjour", "documents.not_a_document"),
        ("x.pdf", b"bonjour", "documents.not_a_document"),
        ("x.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "documents.protected_or_old"),
        ("x.pdf", b"%PDF-1.4\nnothing of use", "documents.damaged"),
        ("x.pptx", b"PK\x03\x04 cut short", "files.damaged"),
        ("x.pptx", b"", "files.empty"),
    ],
)
def test_a_document_that_is_not_one_is_refused(tmp_path, name, content, key, lang):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PlanError) as refused:
        ingest.read(tmp_path / name, "actions")
    assert refused.value.key == key
    assert name in refused.value.text(lang)


def test_a_passage_of_a_pdf_that_cannot_be_read_is_said(tmp_path, capfd):
    whole = pdf([(60, 700, 10, "- Réseau cyclable"), (60, 600, 10, "- Trottoirs")])
    (tmp_path / "plan.pdf").write_bytes(whole.replace(b"(- Trottoirs) Tj", b"/- Trottoirs  Tj"))
    imported = ingest.read(tmp_path / "plan.pdf", "notes")
    assert imported.table["text"].tolist() == ["Réseau cyclable"]
    assert "documents.partly" in whys(imported.repairs)
    assert capfd.readouterr().err == ""


def test_bombs_and_entities_in_documents_are_refused(word, tmp_path, monkeypatch):
    path = word(lambda document: document.add_paragraph("Réseau", style="List Bullet"))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + parts["word/document.xml"].split(b"?>", 1)[1]
    for part, key in ((evil, "files.entities"), (b"<w>" + b" " * 60_000_000, "files.bomb")):
        with zipfile.ZipFile(tmp_path / "evil.docx", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in (parts | {"word/document.xml": part}).items():
                archive.writestr(name, content)
        with pytest.raises(PlanError) as refused:
            ingest.read(tmp_path / "evil.docx", "actions")
        assert refused.value.key == key
    monkeypatch.setattr("planlib.ingest.pdf.MAX_UNPACKED", 4_000_000)
    packed = zlib.compress(b" " * 5_000_000)
    bomb = pdf([(50, 700, 10, "- Réseau")]) + b"\n9 0 obj\n<<>>\nstream\n" + packed + b"\nendstream"
    (tmp_path / "bomb.pdf").write_bytes(bomb)
    with pytest.raises(PlanError) as refused:
        ingest.read(tmp_path / "bomb.pdf", "actions")
    assert refused.value.key == "files.bomb"


def test_a_document_without_list_or_table_is_refused(word, lang):
    with pytest.raises(PlanError) as refused:
        ingest.read(word(lambda document: document.add_heading("Budget", 1)), "budget")
    assert refused.value.key == "documents.nothing"
    assert "plan.docx" in refused.value.text(lang)


PASTED = """Axe 1 : Mobilité
- Réseau cyclable
    - Responsable : Travaux
- Trottoirs

Axe 2 : Nature
- Mille arbres
"""


def test_a_pasted_list_keeps_its_axes_and_its_lines():
    imported = ingest.pasted(PASTED, "actions")
    assert imported.table["title"].tolist() == ["Réseau cyclable", "Trottoirs", "Mille arbres"]
    assert imported.table["owner"].tolist() == ["Travaux", None, None]
    assert imported.tables["axis"]["title"].tolist() == ["Mobilité", "Nature"]
    assert imported.table["origin"].tolist() == ["pasted.txt · § 2", "pasted.txt · § 4", "pasted.txt · § 7"]


def test_pasted_lines_without_bullets_are_notes_one_each():
    imported = ingest.pasted("Plus d’arbres, de bancs\nUn marché; le samedi\n多种树", "notes")
    assert imported.table["text"].tolist() == ["Plus d’arbres, de bancs", "Un marché; le samedi", "多种树"]
    assert (imported.rows_found, imported.rows_kept) == (3, 3)


def test_a_pasted_table_is_read_by_its_header():
    imported = ingest.pasted("Action\tCoût\nRéseau\t12 500 $\nArbres\tn.d.", "actions", name="courriel")
    assert imported.table["cost_low"].tolist() == [12500.0, None]
    assert imported.table["origin"].tolist() == ["courriel · 2", "courriel · 3"]


def test_nothing_pasted_is_said():
    with pytest.raises(PlanError, match="empty"):
        ingest.pasted("  \n ", "notes")


def test_a_word_plan_stored_twice_adds_nothing(word, workspace):
    def fill(document):
        document.add_heading("Axe 1. Mobilité", 1)
        for title in ("Réseau", "Trottoirs"):
            document.add_paragraph(title, style="List Bullet")

    clients.new("essai", "city", "Ville d'essai", workspace=workspace)
    with store.open("essai", workspace) as book:
        for expected in (2, 0):
            found = ingest.resolve(ingest.read(word(fill), "actions"), book)
            written = ingest.store_imports(book, [found], by="moi", effective="2026-01-01")
            assert (written > 0) == bool(expected)
        assert len(book.table("action")) == 2


def test_a_table_drawn_without_lines_is_told_and_a_page_of_text_is_not(tmp_path, lang):
    rows = [
        ("Action", "Responsable", "Fin"),
        ("Parc", "Ville", "2026"),
        ("Rue", "SDC", "2027"),
        ("Place", "CDC", "n.d."),
    ]
    page = [
        (left, 700 - 20 * n, 10, words)
        for n, row in enumerate(rows)
        for left, words in zip((50, 250, 400), row, strict=True)
    ]
    (tmp_path / "plan.pdf").write_bytes(pdf(page))
    imported = ingest.read(tmp_path / "plan.pdf", "notes")
    [told] = [repair for repair in imported.repairs if repair.why == "documents.no_lines"]
    assert {"fr": "sans filets", "en": "without lines"}[lang] in told.text(lang)
    text = [(50, 700 - 20 * n, 10, f"• Un texte qui court sur la ligne {n} sans aucune colonne") for n in range(6)]
    (tmp_path / "texte.pdf").write_bytes(pdf(text))
    assert "documents.no_lines" not in whys(ingest.read(tmp_path / "texte.pdf", "notes").repairs)


def test_resolutions_of_minutes_are_items_under_their_own_numbers(word, tmp_path):
    lines = (
        "CA-2025-034 Ouvrir une halte-garderie",
        "Sur proposition de Mme Roy, il est résolu à l’unanimité d’ouvrir la halte.",
        "Résolution CA-2025-035 : Planter 60 arbres",
        "CM25-0456 – Revoir la signalisation",
        "COVID-19 : rien à signaler cette année",
    )

    def fill(document):
        for line in lines:
            document.add_paragraph(line)

    imported = ingest.read(word(fill, "pv.docx"), "actions")
    assert imported.table["title"].tolist() == [
        "Ouvrir une halte-garderie", "Planter 60 arbres", "Revoir la signalisation",
    ]  # fmt: skip
    assert imported.table["number"].tolist() == ["CA-2025-034", "CA-2025-035", "CM25-0456"]
    (asked,) = imported.questions  # what was said around them is not lost: it may be kept too
    assert (asked.key, asked.default, asked.facts["n"]) == ("paragraphs", "leave-out", 2)
    (tmp_path / "pv.pdf").write_bytes(pdf([(50, 700 - 30 * n, 10, line) for n, line in enumerate(lines)]))
    assert ingest.read(tmp_path / "pv.pdf", "actions").table["number"].tolist()[:3] == imported.table["number"].tolist()
    pasted = ingest.pasted("\n".join((lines[0], lines[2], lines[3])), "actions")
    assert pasted.table["number"].tolist() == imported.table["number"].tolist()


def test_a_list_in_a_text_file_is_read_as_pasted_and_a_table_in_one_stays_a_table(tmp_path):
    path = tmp_path / "courriel.txt"
    path.write_text(
        "Axe 1. Milieu de vie\n- Planter des arbres; en avril\n- Peindre, avec l’école\n", encoding="cp1252"
    )
    imported = ingest.read(path, "actions")
    assert imported.table["title"].tolist() == ["Planter des arbres; en avril", "Peindre, avec l’école"]
    assert "files.cp1252" in whys(imported.repairs)
    assert imported.rows_found == imported.rows_kept == 2
    path.write_text("Action\tCoût\nParc\t500 $\n", encoding="utf-16")
    assert ingest.read(path, "actions").table["cost_low"].tolist() == [500]
    path.write_text("Tâche\nPlanter\n", encoding="utf-8")
    assert ingest.read(path, "actions").table["title"].tolist() == ["Planter"]
    path.write_text("Chose\tMontant\nParc\t500 $\n", encoding="utf-8")
    with pytest.raises(PlanError) as missing:
        ingest.read(path, "actions")
    assert missing.value.key == "ingest.missing_column"


def columns(rows, top, lefts=(50, 250, 340, 430), step=20, wrap=12):
    """A table without lines: each row is cells, of which some go on in a second line."""
    things, y = [], top
    for row in rows:
        deep = max(len(cell.split("\n")) for cell in row)
        for left, cell in zip(lefts, row, strict=True):
            things += [(left, y - wrap * n, 10, line) for n, line in enumerate(cell.split("\n")) if line]
        y -= step + wrap * (deep - 1)
    return things


UNLINED = (
    ("Action", "Responsable", "Fin", "Budget"),
    ("Planter 60 arbres le long de\nla rue Fleury", "Travaux\npublics", "T2 2026", "25 000 $"),
    ("Tenir un marché", "SDC", "", "8 000 $"),
    ("Ouvrir une halte au parc\nAhuntsic", "Loisirs", "2027-03-31", "n.d."),
)


def test_a_table_without_lines_is_read_by_its_columns_and_goes_on_over_pages_and_headings(tmp_path, lang):
    path = tmp_path / "plan.pdf"
    first = [(50, 760, 16, "Axe 1. Vitalité"), *columns(UNLINED, 720)]
    more = (("Peindre une murale", "Culture", "2027", "5 000 $"), ("Poser des bancs", "Parcs", "2028", "9 000 $"))
    second = [*columns(more[:1], 720), (50, 680, 16, "Axe 2. Mobilité"), *columns((UNLINED[0], more[1]), 640)]
    path.write_bytes(pdf(first, second))
    imported = ingest.read(path, "actions")
    table = imported.table
    assert table["title"].tolist() == [
        "Planter 60 arbres le long de la rue Fleury", "Tenir un marché", "Ouvrir une halte au parc Ahuntsic",
        "Peindre une murale", "Poser des bancs",
    ]  # fmt: skip
    assert table["owner"].tolist() == ["Travaux publics", "SDC", "Loisirs", "Culture", "Parcs"]
    assert table["cost_low"].tolist() == [25000, 8000, None, 5000, 9000]
    assert imported.tables["axis"]["title"].tolist() == ["Vitalité", "Mobilité"]
    assert [table["axis_id"].tolist().count(axis) for axis in imported.tables["axis"].index] == [4, 1]
    [told] = [repair for repair in imported.repairs if repair.why == "documents.by_alignment"]
    assert "1, 2" in told.text(lang) and not imported.unanswered
    assert "documents.no_lines" not in whys(imported.repairs)
    assert [place[:4] for place in imported.where.values() if place] == ["p. 1"] * 3 + ["p. 2"] * 2


@pytest.mark.parametrize(
    ("rows", "step"),
    [
        (
            [*UNLINED[:3], ("Halte au parc", "Loisirs", "2027", "n.d."), ("Ahuntsic", "", "", "")],
            12,
        ),  # a row or its end
        ([UNLINED[0], *([("planter des arbres", "parcs", "en 2027", "à voir")] * 4)], 12),  # no row tells its start
        ([("Chose", "Qui donc", "Fin", "Total"), *UNLINED[2:], UNLINED[2], UNLINED[2]], 20),  # no header we know
    ],
)
def test_a_table_without_lines_whose_rows_are_in_doubt_is_told_and_not_read(tmp_path, rows, step):
    path = tmp_path / "plan.pdf"
    path.write_bytes(pdf(columns(rows, 700, step=step)))
    with_words = ingest.read(path, "notes" if "Chose" in rows[0] else "actions")
    assert "documents.by_alignment" not in whys(with_words.repairs)
    assert "documents.no_lines" in whys(with_words.repairs)
