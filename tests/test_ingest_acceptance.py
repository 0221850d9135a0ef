"""Six tables of one workshop, in three languages and five formats: every note kept or set aside, and few questions."""

from __future__ import annotations

import csv
import time
from datetime import UTC, datetime

import docx
import pytest
import xlsxwriter

from planlib import clients, facts, ingest, store
from planlib.ingest.languages import languages
from planlib.widgets.ingest_panel import IngestPanel

FRENCH = (
    "Élargir les trottoirs près de l’école", "Un marché public le samedi matin", "Planter des arbres le long du canal",
    "Des logements abordables pour les familles", "Réduire le bruit des camions la nuit",
    "Une salle pour les jeunes du quartier",
)  # fmt: skip
ENGLISH = (
    "Safer crossings on the main street", "More shade at the bus stops", "A place for teenagers to meet",
    "Keep the library open in the evening", "Repair the stairs down to the river", "Affordable space for small shops",
)  # fmt: skip
CHINESE = ("多种树", "在公园里加长椅", "需要更多的中文服务", "晚上街道太暗", "希望有社区厨房", "公共汽车太少")
PLACES = ("nord", "sud", "est", "ouest", "centre", "canal", "gare", "parc", "pont", "école", "marché", "rivière")


def many(words, n):
    """n notes that all differ, each still in its language."""
    return [f"{words[i % len(words)]} ({PLACES[i // len(words) % len(PLACES)]} {i // 6 + 1})" for i in range(n)]


@pytest.fixture
def tables(tmp_path):
    """Notes per table: 90 + 80 + 70 + 62 + 60 + 50 = 412; the last two are in English and in Chinese."""
    french, english, chinese = many(FRENCH, 302), many(ENGLISH, 60), many(CHINESE, 50)
    paths = []
    path = tmp_path / "Table 1.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("Consignes").write_column(0, 0, ["Atelier du 12 mars", "Une note par ligne"])
        sheet = workbook.add_worksheet("Notes")
        sheet.write_row(0, 0, ["Atelier du 12 mars – Table 1"])
        sheet.write_row(2, 0, ["No", "Idée", "Thème"])
        for n, words in enumerate(french[:90], start=1):
            sheet.write_row(n + 2, 0, [n, words, "Rue" if n % 2 else "Parc"])
    paths.append(path)
    path = tmp_path / "Table 2.csv"
    path.write_bytes("\r\n".join(["Note;Table", *(f'"{words}";2' for words in french[90:170])]).encode("cp1252"))
    paths.append(path)
    document = docx.Document()
    document.add_heading("Table 3", 1)
    for start, theme in ((170, "Se déplacer"), (205, "Vivre ensemble")):
        document.add_heading(theme, 2)
        for words in french[start : start + 35]:
            document.add_paragraph(words, style="List Bullet")
    document.save(tmp_path / "Table 3.docx")
    paths.append(tmp_path / "Table 3.docx")
    path = tmp_path / "Table 4.csv"  # a form, in UTF-8 with its mark, and a column of addresses
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = [["2026/03/12 9:12:00 AM", words, "a@exemple.ca"] for words in french[240:302]]
        csv.writer(file).writerows([["Horodateur", "Que faut-il changer ?", "Adresse courriel"], *rows])
    paths.append(path)
    path = tmp_path / "Table 5.txt"
    path.write_text("\n".join(["Note\tTable", *(f"{words}\t5" for words in english)]), encoding="utf-16")
    paths.append(path)
    path = tmp_path / "Table 6.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("桌 6")
        sheet.write_row(0, 0, ["编号", "意见", "桌号"])
        for n, words in enumerate(chinese, start=1):
            sheet.write_row(n, 0, [n, words, 6])
    return [*paths, path]


@pytest.fixture
def panel(workspace):
    """Notebook 1's panel over an empty workbook, in one language."""
    books = []

    def make(lang="fr"):
        clients.new("essai", "city", "Ville d'essai", workspace=workspace)
        books.append(store.open("essai", workspace))
        return IngestPanel(facts.read(books[0], "2026-03-12"), lang)

    yield make
    for book in books:
        book.close()


def drop(panel, *paths):
    """Files as the browser sends them."""
    day = datetime(2026, 3, 12, tzinfo=UTC)
    panel.upload.value = [
        {"name": path.name, "type": "", "size": path.stat().st_size, "content": path.read_bytes(), "last_modified": day}
        for path in paths
    ]


def sign(panel):
    panel.who.value, panel.why.value = "Ana", "Atelier du 12 mars"
    panel.save.click()
    return panel.answer.value


def test_six_tables_of_412_notes_dropped_in_notebook_1_are_in_the_workbook_within_20_seconds(tables, panel, lang):
    shown = panel(lang)
    book = shown._facts.book
    began = time.perf_counter()
    drop(shown, *tables)
    shown.look.click()
    imports = list(shown.found.values())
    report = shown.report.value
    assert len(shown.questions.children) <= 5
    assert "1" in sign(shown)
    notes = book.table("note")
    assert time.perf_counter() - began < 20
    assert not shown.refused
    assert sum(found.rows_found for found in imports) == 412
    assert sum(found.rows_kept + len(found.set_aside) for found in imports) == 412
    assert len(notes) == sum(found.rows_kept for found in imports) == 412
    assert {"fr": "412 notes reçues", "en": "412 notes received: 412 kept, 0 set aside."}[lang] in report
    assert notes["lang"].value_counts().to_dict() == {"fr": 302, "en": 60, "zh": 50}
    assert sorted(notes["text"]) == sorted([*many(FRENCH, 302), *many(ENGLISH, 60), *many(CHINESE, 50)])
    assert notes["origin"].nunique() == 412  # each note says where it stands
    kept = sorted(path.name for path in (book.path.parent / "workshop").iterdir())
    assert kept == sorted(path.name for path in tables)
    assert {row["by"] for row in book.history("note").to_dict("records")} == {"Ana"}


def test_a_file_that_cannot_be_read_is_told_beside_those_that_can(panel, tmp_path):
    (tmp_path / "bon.csv").write_text("Note\nUn parc\nUn banc\n", encoding="utf-8")
    (tmp_path / "vide.csv").write_bytes(b"")
    shown = panel()
    drop(shown, tmp_path / "bon.csv", tmp_path / "vide.csv")
    shown.look.click()
    assert "vide.csv" in shown.report.value and "2 notes reçues" in shown.report.value
    assert list(shown.refused) == ["vide.csv"]
    sign(shown)
    assert len(shown._facts.book.table("note")) == 2


def test_a_question_with_choices_is_a_list_and_one_without_is_a_field(panel, tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text("Action;;Statut\nParc;à voir;à relire\nBanc;;en cours\n", encoding="utf-8")
    shown = panel("en")
    shown.kind.value = "actions"
    drop(shown, path)
    shown.look.click()
    fields = {field.about[1]: field for field in shown.questions.children}
    assert sorted(fields) == ["code.statut.a-relire", "header.B"]
    assert "awaits your answer" in sign(shown)
    assert shown._facts.book.table("action").empty
    assert ("to come", "to_come") in fields["code.statut.a-relire"].options
    fields["header.B"].value = "ignore"
    fields["code.statut.a-relire"].value = "to_come"
    assert "Stored" in sign(shown)
    assert shown._facts.book.table("action")["status"].tolist() == ["to_come", "under_way"]
    [saved] = (shown._folder / "maps").glob("*.yaml")
    assert "code.statut.a-relire" in saved.read_text(encoding="utf-8")
    path.write_text("Action;;Statut\nRue;à voir;à relire\n", encoding="utf-8")  # the next export of the same source
    drop(shown, path)
    shown.look.click()
    assert not shown.found["plan.csv"].unanswered
    assert "as confirmed last time" in shown.report.value


def test_text_pasted_in_the_panel_is_kept_as_a_file_of_the_day_and_keeps_its_lines(panel):
    shown = panel()
    for text, name in (("Table 1 :\n- Un parc\n- Un marché", "collé-2026-03-12.txt"),
                       ("- Un banc", "collé-2026-03-12-2.txt")):  # fmt: skip
        shown.paste.value = text
        shown.look.click()
        assert list(shown.found) == [name]
        sign(shown)
        assert (shown._folder / "workshop" / name).read_text(encoding="utf-8") == text + "\n"
    notes = shown._facts.book.table("note")
    assert notes["text"].tolist() == ["Un parc", "Un marché", "Un banc"]
    assert notes["table"].tolist()[:2] == ["1", "1"]
    assert notes["origin"].tolist()[:2] == ["collé-2026-03-12.txt · § 2", "collé-2026-03-12.txt · § 3"]


def test_an_empty_panel_says_what_to_do_first(panel, lang):
    shown = panel(lang)
    assert {"fr": "Téléversez", "en": "Upload"}[lang] in shown.report.value
    shown.look.click()
    assert {"fr": "Rien à lire", "en": "Nothing to read"}[lang] in shown.answer.value


def test_the_words_of_a_chinese_column_are_the_original_beside_the_translation(tmp_path):
    path = tmp_path / "Table 6.csv"
    path.write_text("编号,意见,原文 (texte original)\n1,Planter des arbres,多种树\n2,,加长椅\n", encoding="utf-8")
    notes = ingest.read(path, "notes").table
    assert notes["text"].tolist() == ["Planter des arbres", "加长椅"]
    assert notes["text_original"].tolist() == ["多种树", "加长椅"]
    assert notes["lang"].tolist() == ["fr", "zh"]


def test_a_language_is_told_where_the_words_are_enough_for_one():
    assert languages(["Plus d’arbres au parc", "More shade for all", "多种树", "Planter des arbres 树", None]) == [
        "fr", "en", "zh", "fr", None,
    ]  # fmt: skip
    assert languages(["514", "OK", "Transport"]) == [None, None, None]


def test_a_language_that_the_file_says_stands(tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("Note;Langue\nPlus d’arbres;anglais\nMore shade at noon;\n", encoding="utf-8")
    imported = ingest.read(path, "notes")
    assert imported.table["lang"].tolist() == ["en", "en"]
    assert [repair.facts["en"] for repair in imported.repairs if repair.why == "ingest.languages"] == [1]
