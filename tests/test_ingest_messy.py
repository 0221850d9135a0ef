"""Files as a borough, an SDC or a CDC sends them: what each must give was decided by hand, before it was read."""

from __future__ import annotations

import datetime as dt

import docx
import pytest
import xlsxwriter

from planlib import clients, ingest, store
from planlib.widgets.ingest_panel import IngestPanel

CARD = (
    ("Justification", "Peu de lieux pour les 12-17 ans"), ("Description", "Réunir écoles et organismes"),
    ("Responsable visé", "CDC"), ("Partenaires visés", "CSSDM, YMCA"), ("Échéancier", "Automne 2026"),
    ("Coûts", "15 000 $"), ("Suivi", "Nombre de rencontres tenues"),
)  # fmt: skip


def text(tmp_path, *lines, name="plan.csv", encoding="utf-8"):
    (tmp_path / name).write_bytes("\n".join(lines).encode(encoding))
    return tmp_path / name


def whys(imported):
    return [part.why for part in (*imported.repairs, *imported.set_aside)]


@pytest.fixture
def borough(tmp_path):
    """Axes merged down, two header lines, a total under each axis, a grand total, notes and an abbreviation."""
    path = tmp_path / "plan.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Plan local")
        sheet.merge_range("A1:G1", "Arrondissement – Plan d'action local 2026-2028")
        for cells, words in (("A3:A4", "Orientation"), ("B3:B4", "Action"), ("C3:D3", "Responsabilité"),
                             ("E3:F3", "Échéancier"), ("G3:G4", "Coût estimé ($)")):  # fmt: skip
            sheet.merge_range(cells, words)
        sheet.write_row("C4", ["Responsable", "Partenaires", "Début", "Fin"])
        day, row = book.add_format({"num_format": "yyyy-mm-dd"}), 4
        for axis, total, actions in (
            (
                "1. Mobilité",
                16000,
                [("Réaménager la rue", 12500), ("Supports à vélo", "3 500 $"), ("Passages", "n.d.")],
            ),
            ("2. Nature", 105000, [("Planter 200 arbres", 80000), ("Ruelles", "entre 20 000 et 30 000 $")]),
        ):
            sheet.merge_range(row, 0, row + len(actions) - 1, 0, axis)
            for title, cost in actions:
                sheet.write_row(row, 1, [title, "DET", "STM"])
                sheet.write_datetime(row, 4, dt.datetime(2026, 3, 1), day)
                sheet.write_datetime(row, 5, dt.datetime(2026, 11, 30), day)
                sheet.write(row, 6, cost, book.add_format({"bg_color": "#ff0000"}))
                row += 1
            sheet.write(row, 1, f"Total {axis}")
            sheet.write(row, 6, total)
            row += 1
        sheet.write(row, 0, "TOTAL GÉNÉRAL")
        sheet.write(row, 6, 121000)
        sheet.write_column(row + 2, 0, ["* Taxes en sus.", "Note : sous réserve.", "DET : Direction des études"])
    return path


def test_a_borough_plan_gives_its_actions_and_each_total_is_of_its_own_axis(borough):
    imported = ingest.read(borough, "actions")
    assert not imported.questions
    assert (imported.rows_found, imported.rows_kept) == (11, 5)
    assert imported.tables["axis"]["title"].tolist() == ["Mobilité", "Nature"]  # no axis made of an abbreviation
    assert imported.table["axis_id"].tolist() == ["AX-01"] * 3 + ["AX-02"] * 2
    totals = {part.row: part.why for part in imported.repairs if part.why.startswith("layout.total")}
    assert totals == dict.fromkeys((8, 11, 12), "layout.total_agrees")
    assert [part.row for part in imported.set_aside if part.why == "layout.footnote"] == [14, 15, 16]


def test_bare_totals_under_each_part_are_compared_with_their_part_and_a_wrong_one_is_told(tmp_path):
    lines = ["Action;Coût", "A;1000 $", "B;2000 $", "Total;3000 $", "C;500 $", "Total;500 $", "D;70 $", "Total;80 $"]
    imported = ingest.read(text(tmp_path, *lines), "actions")
    told = [(part.row, part.why) for part in imported.repairs if part.why.startswith("layout.total")]
    assert told == [(4, "layout.total_agrees"), (6, "layout.total_agrees"), (8, "layout.total_differs")]


@pytest.mark.parametrize("where", ["over both columns", "in a heading above"])
def test_cards_of_one_action_each_take_their_title_and_their_number(tmp_path, where):
    document = docx.Document()
    document.add_heading("Plan d'action 2026-2029", 0)
    document.add_heading("Orientation 1 – Un milieu inclusif", 1)
    for title in ("Action 1.1 – Créer une table jeunesse", "Action 1.2 – Ouvrir une halte-répit"):
        table = document.add_table(0, 2)
        if where == "over both columns":
            first = table.add_row().cells
            first[0].merge(first[1]).text = title
        else:
            table._element.getparent().remove(table._element)
            document.add_heading(title, 2)
            table = document.add_table(0, 2)
        for label, words in CARD:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = label, words
        document.add_paragraph("")
    document.save(tmp_path / "fiches.docx")
    imported = ingest.read(tmp_path / "fiches.docx", "actions")
    assert not imported.questions  # how an action is followed is no status to ask about
    assert imported.table["title"].tolist() == ["Créer une table jeunesse", "Ouvrir une halte-répit"]
    assert imported.table["number"].tolist() == ["1.1", "1.2"]
    assert imported.tables["axis"]["title"].tolist() == ["Un milieu inclusif"]
    first = imported.table.iloc[0]
    assert (first["owner"], first["partners"], first["cost_low"]) == ("CDC", "CSSDM, YMCA", 15000)
    assert first["justification"] == "Peu de lieux pour les 12-17 ans"
    assert first["deadline"] == dt.date(2026, 11, 30)
    assert [part.found for part in imported.repairs if part.why == "ingest.column_unused"] == ["Suivi"]


def test_a_table_beside_the_bullets_of_a_record_is_asked_about_and_labels_stay_with_their_note(tmp_path):
    document = docx.Document()
    document.add_heading("Table 4", 1)
    for words, style in (("Créer un jardin", "List Bullet"), ("Responsable : Éco-quartier", "List Bullet 2"),
                         ("Plus de bancs", "List Bullet"), ("devant le CLSC", "List Bullet 2")):  # fmt: skip
        document.add_paragraph(words, style=style)
    table = document.add_table(0, 2)
    for line in (("Action", "Qui"), ("Fermer la rue l'été", "Ville"), ("Ouvrir le soir", "Bibliothèque")):
        for cell, words in zip(table.add_row().cells, line, strict=True):
            cell.text = words
    document.save(tmp_path / "notes.docx")
    imported = ingest.read(tmp_path / "notes.docx", "notes")
    assert imported.table["text"].tolist() == [
        "Créer un jardin\nResponsable : Éco-quartier", "Plus de bancs", "devant le CLSC",
    ]  # fmt: skip
    assert "documents.said_of_it" in whys(imported)
    assert [(question.key, question.default) for question in imported.questions] == [("table", "2")]
    other = ingest.read(tmp_path / "notes.docx", "notes", {"table": "1", "column.Action": "text"})
    assert other.table["text"].tolist() == ["Fermer la rue l'été", "Ouvrir le soir"]


def test_addresses_and_telephones_inside_notes_are_told_with_their_rows_and_the_words_kept(tmp_path, lang):
    lines = ["No;Idée", "1;Écrivez-moi à ana.roy@exemple.ca", "2;Un parc, (514) 555-0199 poste 12",
             "3;Budget 500 000 $", "4;bo@exemple.ca aussi"]  # fmt: skip
    imported = ingest.read(text(tmp_path, *lines), "notes")
    assert imported.table["text"].tolist() == [line.partition(";")[2] for line in lines[1:]]
    told = {part.why: part for part in imported.repairs if part.why.endswith("_inside")}
    assert (told["ingest.email_inside"].row, told["ingest.email_inside"].facts["rows"]) == (2, "2, 5")
    assert (told["ingest.phone_inside"].row, told["ingest.phone_inside"].facts["n"]) == (3, 1)
    assert {"fr": "Loi 25", "en": "Law 25"}[lang] in imported.text(lang).replace("\u00a0", " ")


def test_years_above_the_amounts_of_a_plan_are_told_and_read_as_costs(tmp_path, lang):
    path = text(tmp_path, "Volet;Action;2026;2027", "Culture;Murale;5000;2500", "Sport;Patinoire;n.d.;40000")
    imported = ingest.read(path, "actions")
    [told] = [part for part in imported.repairs if part.why == "ingest.year_columns"]
    assert told.found == "2026, 2027"
    assert "--as cost" in told.text(lang)
    costs = ingest.read(path, "cost").table["amount_low"]
    assert {(key[0], str(key[2])): cost for key, cost in costs.items()} == {
        ("Murale", "2026"): 5000, ("Murale", "2027"): 2500, ("Patinoire", "2026"): None, ("Patinoire", "2027"): 40000,
    }  # fmt: skip


def test_a_goal_written_once_holds_below_it_within_its_axis(tmp_path):
    lines = ["Axis;Goal;Action item;Support", "A;Go;One;City", "A;;Two;", "B;;Three;", "B;Stay;Four;"]
    imported = ingest.read(text(tmp_path, *lines), "actions")
    goals = imported.tables["objective"]["title"]
    assert imported.table["objective_id"].map(goals).fillna("").tolist() == ["Go", "Go", "", "Stay"]
    assert imported.table["partners"].tolist()[0] == "City"
    assert "ingest.filled_once" in whys(imported)


def test_a_short_term_says_which_horizon_it_is(tmp_path, lang):
    imported = ingest.read(text(tmp_path, "Action;Délai", "A;Court terme", "B;Ongoing"), "actions")
    assert imported.table["horizon"].tolist() == ["short", None]
    [told] = [part for part in imported.repairs if part.why == "ingest.horizon_as"]
    assert {"fr": "court terme", "en": "short term"}[lang] in told.text(lang).replace("\u00a0", " ")
    assert told.used == "short"


def test_words_of_status_in_a_column_of_progress_are_the_status(tmp_path):
    lines = ["Action;Avancement;Date", "Rue;50 %;2026-09-30", "Parc;terminé;2026-09-30"]
    imported = ingest.read(text(tmp_path, *lines), "updates")
    assert not imported.questions
    assert imported.table["progress"].tolist() == [0.5, None]
    assert imported.table["status"].tolist() == [None, "done"]
    assert "ingest.progress_words" in whys(imported)


def test_an_action_due_before_its_plan_begins_is_told_and_kept(tmp_path, workspace, lang):
    """Row 38: the plan's first day is in the workbook."""
    clients.new("essai", "city", "Ville", workspace=workspace)
    path = text(tmp_path, "No;Action;Échéance", "1;Parc;2025-06-30", "2;Rue;2026-06-30", "3;Place;")
    with store.open("essai", workspace) as book:
        early = ingest.resolve(ingest.read(path, "actions"), book)
        assert "ingest.before_plan" not in whys(early)  # nobody said yet when the plan begins
        plan = early.table.iloc[:0].reindex(columns=["title", "starts"]).rename_axis("plan_id")
        plan.loc["P-1"] = ["Plan 2026", dt.date(2026, 1, 1)]
        book.put("plan", plan, by="test", why="essai", effective="2026-01-01")
        imported = ingest.resolve(ingest.read(path, "actions"), book)
        assert ingest.store_imports(book, [imported], by="test", effective="2026-01-05") > 0
        assert len(book.table("action")) == 3
    [told] = [part for part in imported.repairs if part.why == "ingest.before_plan"]
    assert (told.row, told.found, told.used) == (2, "2025-06-30", "2026-01-01")
    assert "Parc" in told.text(lang)


def test_a_missing_column_is_picked_in_the_panel_and_the_choice_is_a_map(tmp_path, workspace, lang):
    from planlib import facts

    clients.new("essai", "city", "Ville", workspace=workspace)
    received = workspace / "essai" / "workshop"
    received.mkdir(exist_ok=True)
    text(received, "Piste retenue;Porteur", "Parc;Ville", "Rue;SDC", name="plan.csv")
    with store.open("essai", workspace) as book:
        panel = IngestPanel(facts.read(book, dt.date(2026, 3, 12)), lang)
        panel.kind.value = "actions"
        panel.files.value = (str(received / "plan.csv"),)
        panel.look.click()
        assert "plan.csv" in panel.refused
        assert "--" not in panel.report.value  # nothing to type on a command line here
        [field] = panel.questions.children
        assert [value for _, value in field.options] == ["", "Piste retenue", "Porteur"]
        field.value = "Piste retenue"
        assert not panel.refused
        assert panel.found["plan.csv"].table["title"].tolist() == ["Parc", "Rue"]
        panel.who.value, panel.why.value = "Ana", "Reçu ce matin"
        panel.save.click()
        assert sorted(book.table("action")["title"]) == ["Parc", "Rue"]
    [kept] = (workspace / "essai" / "maps").glob("actions-*.yaml")
    assert "Piste retenue: title" in kept.read_text(encoding="utf-8")
