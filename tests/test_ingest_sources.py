"""Exports of known tools: real files, or small ones written here under documented headers."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
import xlsxwriter

from planlib import clients, ingest, store
from planlib.schema import PlanError

PROPOSALS = [
    "id", "category/id", "category/name/ca", "category/name/en", "scope/id", "participatory_space/id",
    "participatory_space/url", "component/id", "title/ca", "title/en", "title/fr", "body/ca", "body/en", "body/fr",
    "state", "reference", "answer/en", "supports", "endorsements/total_count", "comments", "published_at", "url",
]  # fmt: skip
RESULTS = [
    "id", "category/id", "category/name/fr", "parent/id", "title/fr", "title/en", "description/fr", "start_date",
    "end_date", "status/id", "status/key", "status/name/fr", "progress", "created_at", "url", "component/id",
    "proposal_urls",
]  # fmt: skip
PROJECTS = ["id", "title/fr", "description/fr", "budget/id", "budget_amount", "confirmed_votes", "comments", "url"]


@pytest.fixture
def write(tmp_path):
    def make(name: str, *rows, sep=",", encoding="utf-8"):
        lines = io.StringIO()
        csv.writer(lines, delimiter=sep).writerows(rows)
        (tmp_path / name).write_bytes(lines.getvalue().encode(encoding))
        return tmp_path / name

    return make


@pytest.fixture
def book(workspace):
    clients.new("essai", "city", "Ville d'essai", workspace=workspace)
    with store.open("essai", workspace) as book:
        yield book


def row(headers, **cells):
    return [cells.get(header.replace("/", "_"), "") for header in headers]


def dropped(imported, why="ingest.private_dropped"):
    return [repair.found for repair in imported.repairs if repair.why == why]


def test_decidim_proposals_are_notes_in_the_language_that_has_words(write):
    path = write(
        "proposals.csv",
        PROPOSALS,
        row(PROPOSALS, id="12", title_en="More trees", body_en="<p>On <b>each</b> street</p>", supports="31",
            category_name_en="Nature", state="accepted", published_at="2026-03-31 10:00:00 +0200"),
        row(PROPOSALS, id="13", title_fr="Des bancs", body_fr="Partout", title_ca="Bancs", state="rejected",
            answer_en="No budget"),
        sep=";",
    )  # fmt: skip
    imported = ingest.read(path, "notes")
    notes = imported.table
    assert notes.index.tolist() == ["D-12", "D-13"]
    assert notes["text"].tolist() == ["More trees\nOn each street", "Des bancs\nPartout"]
    assert notes["lang"].tolist() == ["en", "fr"]
    assert notes["theme"].tolist() == ["Nature", None]
    assert notes["agrees"].tolist() == [31, None]  # not known is not zero
    assert notes["fate"].tolist() == [None, "rejected"]
    assert notes["fate_why"].tolist() == [None, "No budget"]
    assert notes["written"].iloc[0].isoformat() == "2026-03-31"
    assert not imported.questions


def test_decidim_results_are_actions_then_updates_of_the_same_actions(write, book):
    path = write(
        "results.csv",
        RESULTS,
        row(RESULTS, id="5", title_fr="Réseau cyclable", title_en="Bike network", category_name_fr="Mobilité",
            start_date="2026-01-15", end_date="2027-12-31", status_name_fr="En cours", progress="40"),
        row(RESULTS, id="6", title_fr="Piste du canal", parent_id="5", start_date="2026-05-01", end_date="2026-09-30",
            status_name_fr="Terminé", progress="100"),
        sep=";",
    )  # fmt: skip
    plan = ingest.read(path, "actions")
    assert not plan.questions
    assert plan.table.index.tolist() == ["D-5", "D-6"]
    assert plan.table["title_en"].tolist() == ["Bike network", None]
    assert plan.table["status"].tolist() == ["under_way", "done"]
    assert [day.isoformat() for day in plan.table["deadline"]] == ["2027-12-31", "2026-09-30"]
    assert plan.tables["axis"]["title"].tolist() == ["Mobilité"]
    assert plan.tables["objective"]["title"].tolist() == ["Réseau cyclable"]
    ingest.store_imports(book, [ingest.resolve(plan, book)], by="moi", effective="2026-01-01")
    asked = ingest.read(path, "updates")
    assert [question.key for question in asked.questions] == ["updated_on"]
    told = ingest.resolve(ingest.read(path, "updates", {"updated_on": "2026-10-01"}), book)
    assert dict(zip(told.table.index.get_level_values("action_id"), told.table["progress"], strict=True)) == {
        "D-5": 0.4,
        "D-6": 1.0,
    }


def test_decidim_budget_projects_are_actions_with_a_cost(write):
    path = write("projects.csv", PROJECTS, row(PROJECTS, id="3", title_fr="Placette", budget_amount="85000"), sep=";")
    table = ingest.read(path, "actions").table
    assert (table.index.tolist(), table["cost_low"].tolist(), table["title"].tolist()) == (
        ["D-3"],
        [85000.0],
        ["Placette"],
    )


def test_a_trello_board_gives_its_cards_without_what_identifies_people(shared):
    path = shared / "data" / "kanban" / "trello-project100.json"
    imported = ingest.read(path, "actions")
    # The board holds three cards (README of the shared data), counted by hand in the file.
    assert (imported.rows_found, imported.rows_kept) == (3, 3)
    told = imported.text("en") + str(imported.to_json("en")) + imported.table.to_string()
    assert "@" not in told
    assert len(ingest.read(path, "notes").table) == 3


def test_archived_cards_of_a_board_are_set_aside_and_lists_are_the_status_when_named_so(write):
    head = ["Card ID", "Card Name", "Card URL", "Card Description", "Labels", "Members", "Due Date", "List ID",
            "List Name", "Board ID", "Board Name", "Archived"]  # fmt: skip
    path = write(
        "board.csv",
        head,
        ["1", "Réseau", "u", "Relier", "Mobilité (green)", "Ana", "2026-03-31T16:00:00.000Z", "l1", "En cours", "b",
         "Plan", "false"],
        ["2", "Parc", "u", "", "", "", "", "l2", "À faire", "b", "Plan", "false"],
        ["3", "Vieux", "u", "", "", "", "", "l2", "À faire", "b", "Plan", "true"],
    )  # fmt: skip
    imported = ingest.read(path, "actions")
    assert imported.table["title"].tolist() == ["Réseau", "Parc"]
    assert imported.table["status"].tolist() == ["under_way", "to_come"]
    assert imported.table["owner"].tolist() == ["Ana", None]
    assert imported.table["deadline"].iloc[0].isoformat() == "2026-03-31"
    assert [left.why for left in imported.set_aside] == ["ingest.archived"]
    notes = ingest.read(path, "notes")
    assert notes.table["text"].tolist() == ["Réseau\nRelier", "Parc"]
    assert notes.table["theme"].tolist() == ["En cours", "À faire"]


def test_a_json_that_is_no_board_is_refused(tmp_path, lang):
    (tmp_path / "x.json").write_text('{"cards": 3}', encoding="utf-8")
    with pytest.raises(PlanError) as refused:
        ingest.read(tmp_path / "x.json", "notes")
    assert refused.value.key == "files.not_a_board"
    assert "Trello" in refused.value.text(lang)


def test_ms_forms_answers_are_notes_and_the_tail_of_choices_is_no_answer(write):
    path = write(
        "forms.csv",
        ["ID", "Start time", "Completion time", "Email", "Name", "Quel est l'enjeu – selon vous ?", "Quels lieux ?",
         "Total points", "Points - Quels lieux ?"],
        ["1", "10/9/2024 11:02", "10/31/2024 11:05", "anonymous", "Anonymous", "Le bruit", "Parc;Rue;", "0", "1"],
        ["2", "10/9/2024 12:02", "10/31/2024 12:05", "anonymous", "Anonymous", "", "Rue;", "0", "1"],
        encoding="cp1252",
    )  # fmt: skip
    imported = ingest.read(path, "notes")
    assert imported.table["text"].tolist() == ["Le bruit", "Parc; Rue", "Rue"]
    assert imported.table["question"].tolist()[0] == "Quel est l'enjeu – selon vous ?"
    assert {day.isoformat() for day in imported.table["written"]} == {"2024-10-31"}  # month first, proven by the 31
    assert dropped(imported) == ["Email"]
    assert (imported.rows_found, imported.rows_kept) == (2, 2)


@pytest.mark.parametrize("moment", ["Timestamp", "Horodateur"])
def test_google_forms_options_that_hold_commas_are_not_cut(write, moment):
    path = write("g.csv", [moment, "Que faire ?"], ["2026/03/31 9:12:00 AM", "Un parc, une place, un marché"])
    imported = ingest.read(path, "notes")
    assert imported.table["text"].tolist() == ["Un parc, une place, un marché"]
    assert imported.table["written"].iloc[0].isoformat() == "2026-03-31"


def test_limesurvey_keeps_words_and_leaves_codes_tokens_and_timings(write):
    head = ["X.U.FEFF.id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp",
            "ipaddr", "refurl", "Q1", "Q2[SQ001]", "Q3", "interviewtime", "groupTime12", "Q1Time"]  # fmt: skip
    path = write(
        "lime.csv",
        head,
        ["1", "2026-03-01 10:00:00", "3", "fr", "9", "abc", "2026-03-01", "2026-03-01", "1.2.3.4", "http", "Plus d’eau",
         "Y", "A2", "60.5", "12", "3"],
        ["2", "", "1", "en", "9", "abd", "2026-03-01", "2026-03-01", "1.2.3.4", "", "More shade", "", "", "", "", ""],
    )  # fmt: skip
    imported = ingest.read(path, "notes")
    assert imported.table["text"].tolist() == ["Plus d’eau", "More shade"]
    assert imported.table["lang"].tolist() == ["fr", "en"]
    assert dropped(imported) == ["token", "ipaddr", "refurl"]
    assert [(question.key, question.default) for question in imported.questions] == [("incomplete", "keep")]
    left = ingest.read(path, "notes", {"incomplete": "leave-out"})
    assert left.table["text"].tolist() == ["Plus d’eau"]
    assert [aside.why for aside in left.set_aside] == ["ingest.incomplete"]


def test_surveymonkey_joins_its_two_header_rows_and_drops_who_answered(write):
    path = write(
        "sm.csv",
        ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name",
         "Last Name", "Custom Data 1", "What, in your street,\nshould change?", "Which places?", "", "Anything else?"],
        ["", "", "", "", "", "", "", "", "", "Response", "Park", "Street", "Open-Ended Response"],
        ["1", "7", "03/31/2026 10:00:00", "03/31/2026 10:05:00", "1.2.3.4", "a@b.ca", "Ana", "B", "x", "Less noise",
         "Park", "", "Thank you, all"],
        ["2", "7", "03/30/2026 10:00:00", "03/30/2026 10:05:00", "1.2.3.4", "", "", "", "", "More trees", "", "Street",
         ""],
    )  # fmt: skip
    imported = ingest.read(path, "notes")
    assert imported.table["text"].tolist() == ["Less noise", "Thank you, all", "More trees"]
    assert [day.isoformat() for day in imported.table["written"]] == ["2026-03-31", "2026-03-31", "2026-03-30"]
    assert {"Respondent ID", "Collector ID", "IP Address", "Email Address"} <= set(dropped(imported))
    told = imported.table.to_string() + imported.text("fr")
    assert "Ana" not in told
    assert "1.2.3.4" not in told


def test_two_polis_conversations_in_one_client_keep_their_votes_apart(shared, book):
    """Both call a comment 7; a vote finds the comment of its own conversation."""
    polis = shared / "data" / "polis"
    first, second = "15-per-hour-seattle", "scoop-hivemind.freshwater"
    for name in (first, second):
        notes = ingest.read(polis / name / "comments.csv", "notes")
        ingest.store_imports(book, [ingest.resolve(notes, book)], by="moi", effective="2026-01-01")
    notes = book.table("note")
    for name in (first, second):
        votes = ingest.resolve(ingest.read(polis / name / "votes.csv", "ballots"), book)
        items = votes.table.index.get_level_values("item")
        assert set(notes.loc[sorted(set(items)), "workshop"]) == {name}


@pytest.fixture(params=["ID", "Id"])
def forms_workbook(request, tmp_path):
    """MS Forms as Excel gets it: real moments, anonymous rows, choices that end with a semicolon."""
    path, headers = tmp_path / "Consultation.xlsx", [request.param, "Start time", "Completion time", "Email", "Name"]
    headers += ["Last modified time"] if request.param == "Id" else []
    questions = ["Que faut-il changer, selon vous ?", "Quels lieux ?", "Combien de fois par mois ?"]
    begun, done = datetime(2026, 3, 9, 9, 0), datetime(2026, 3, 9, 9, 12)  # 9 March: a day that text would leave open
    rows = [["Le bruit", "Parc;Rue;", 3], ["Des bancs 🌳", "", 12], ["", "Rue;", 1]]
    with xlsxwriter.Workbook(path, {"default_date_format": "m/d/yy h:mm:ss"}) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, headers + questions)
        for number, answers in enumerate(rows, start=1):
            who = [number, begun, done, "anonymous", ""] + ([None] if request.param == "Id" else [])
            sheet.write_row(number, 0, who + answers)
    return path


def test_an_ms_forms_workbook_gives_each_answer_with_its_day_and_no_address(forms_workbook):
    imported = ingest.read(forms_workbook, "notes")
    assert not imported.questions
    assert imported.table["text"].tolist() == ["Le bruit", "Parc; Rue", "Des bancs 🌳", "Rue"]
    assert {day.isoformat() for day in imported.table["written"]} == {"2026-03-09"}
    assert imported.table["question"].tolist()[:2] == ["Que faut-il changer, selon vous ?", "Quels lieux ?"]
    assert dropped(imported) == ["Email"]
    assert "anonymous" not in imported.table.to_string()
    assert (imported.rows_found, imported.rows_kept, imported.set_aside) == (3, 3, [])


def test_codes_of_limesurvey_with_survey_and_group_are_ticks_and_its_byte_order_mark_is_no_word(tmp_path):
    lines = ['"id","submitdate","lastpage","startlanguage","token","ipaddr","12345X6X7","12345X6X8SQ001"',
             '"1","2026-03-01 10:00:00","3","fr","abc","1.2.3.4","Plus d’arbres","Y"']  # fmt: skip
    path = tmp_path / "results.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    imported = ingest.read(path, "notes", {"column.12345X6X7": "text"})
    assert imported.table["text"].tolist() == ["Plus d’arbres"]
    assert {"token", "ipaddr"} <= set(dropped(imported))
    assert "1.2.3.4" not in imported.table.to_string()


def test_the_bilingual_plan_of_canada_gives_its_indicators_milestones_and_commitments(shared):
    """106, 19 and 5, counted again with the csv module."""
    path = shared / "data" / "plans" / "canada-nap5" / "nap5_plan.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    counted = len(rows), len({row["milestone_fr"] for row in rows}), len({row["commitment_fr"] for row in rows})
    assert counted == (106, 19, 5)
    plan = ingest.read(path, "actions", {"column.indicator_fr": "title_fr", "column.indicator_en": "title_en",
                                         "column.milestone_fr": "objective", "duplicates": "keep"})  # fmt: skip
    found = plan.rows_found, len(plan.tables["objective"]), len(plan.tables["axis"])
    assert found == counted
    assert plan.rows_kept == len(plan.table) == 106 - len(plan.set_aside)
    assert len(ingest.read(path, "indicators").table) == 106


def test_the_linked_tables_of_a_brazilian_plan_are_counted_as_records_and_not_as_lines(shared):
    """Its 33 indicators stand on 120 lines, since cells hold line breaks: 120 is the count of lines."""
    folder = shared / "data" / "plans" / "pnete-brasil"
    titled = {"column.description": "title"}
    maps = {"actions": ("actions.csv", titled), "axes": ("axes.csv", {}),
            "indicators": ("indicators.csv", titled | {"column.type": "-", "column.baseline": "-"}),
            "people": ("organizations.csv", {})}  # fmt: skip
    found, counted = {}, {}
    for kind, (name, answers) in maps.items():
        imported = ingest.read(folder / name, kind, answers)
        found[kind] = imported.rows_kept
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            counted[kind] = len(list(csv.DictReader(file)))
    assert found == counted == {"actions": 66, "axes": 6, "indicators": 33, "people": 85}
    assert (folder / "indicators.csv").read_bytes().count(b"\n") - 1 == 120


def test_labels_of_a_trello_table_are_told_since_a_card_may_have_several(write):
    head = ["Card ID", "Card Name", "Labels", "Members", "Due Date", "List ID", "List Name", "Archived"]
    path = write("b.csv", head, ["1", "Rue", "Mobilité (green), Été, hiver (red)", "", "", "l", "Idées", "false"])
    imported = ingest.read(path, "actions")
    assert "Labels" in dropped(imported, "ingest.column_unused")
    assert imported.tables["axis"]["title"].tolist() == ["Idées"]
    assert imported.rows_kept == 1


def test_a_form_in_french_gives_its_answers_its_tables_and_no_address(tmp_path):
    path = tmp_path / "reponses.csv"
    path.write_text(
        "ID,Heure de début,Heure de fin,Adresse de messagerie,Nom,Par quoi commencer ?,À quelle table étiez-vous ?\n"
        "1,2026-03-01 18:00,2026-03-01 18:05,a@b.ca,Ana,Planter des arbres partout,2\n",
        encoding="utf-8",
    )
    imported = ingest.read(path, "notes")
    note = imported.table.iloc[0]
    assert (note["text"], note["question"], note["table"]) == (
        "Planter des arbres partout",
        "Par quoi commencer ?",
        "2",
    )
    assert str(note["written"]) == "2026-03-01"
    assert "a@b.ca" not in imported.table.to_json(force_ascii=False, date_format="iso", default_handler=str)


@pytest.mark.parametrize(
    "own",
    [
        ("id. ID de la réponse", "submitdate. Date de soumission", "lastpage. Dernière page",
         "startlanguage. Langue de départ", "ipaddr. Adresse IP", "G1Q1. Votre idée ?"),
        ("ID de la réponse", "Date de soumission", "Dernière page", "Langue de départ", "Adresse IP", "Votre idée ?"),
        ("Response ID", "Date submitted", "Last page", "Start language", "IP address", "Votre idée ?"),
    ],
)  # fmt: skip
def test_a_survey_whose_headers_are_in_words_is_the_same_survey(tmp_path, own):
    path = tmp_path / "sondage.csv"
    rows = [own, ("1", "2026-03-01 10:00:00", "2", "fr", "10.0.0.1", "Un parc pour tous"),
            ("2", "", "1", "fr", "10.0.0.2", "Un marché public")]  # fmt: skip
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8-sig")
    imported = ingest.read(path, "notes")
    assert imported.table["text"].tolist() == ["Un parc pour tous", "Un marché public"]
    assert imported.table["lang"].tolist() == ["fr", "fr"]
    assert [question.key for question in imported.questions] == ["incomplete"]
    assert "10.0.0." not in imported.table.to_json(force_ascii=False, date_format="iso", default_handler=str)
