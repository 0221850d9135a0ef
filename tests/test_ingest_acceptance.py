"""Six tables of one workshop, in three languages and five formats: every note kept or set aside, and few questions."""

from __future__ import annotations

import csv
import time

import docx
import pytest
import xlsxwriter

from planlib import clients, ingest, store
from planlib.ingest.languages import languages

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


def test_six_tables_of_412_notes_are_in_the_workbook_within_20_seconds(tables, workspace):
    clients.new("essai", "city", "Ville d'essai", workspace=workspace)
    began = time.perf_counter()
    with store.open("essai", workspace) as book:
        imports = [ingest.resolve(ingest.read(path, "notes"), book) for path in tables]
        ingest.store_imports(book, imports, by="moi", effective="2026-03-12")
        notes = book.table("note")
    assert time.perf_counter() - began < 20
    assert sum(len(found.questions) for found in imports) <= 5
    assert not any(found.unanswered for found in imports)
    assert sum(found.rows_found for found in imports) == 412
    assert sum(found.rows_kept + len(found.set_aside) for found in imports) == 412
    assert len(notes) == sum(found.rows_kept for found in imports)
    assert notes["lang"].value_counts().to_dict() == {"fr": 302, "en": 60, "zh": 50}
    assert sorted(notes["text"]) == sorted([*many(FRENCH, 302), *many(ENGLISH, 60), *many(CHINESE, 50)])
    assert notes["origin"].nunique() == 412  # each note says where it stands


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
