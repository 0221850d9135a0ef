"""Every kind of file of the contract, as a French and as an English workbook of Excel, through the command line."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import xlsxwriter

from planlib import cli, ingest, store

D = dt.date
ACTIONS = {
    "fr": [["Axe", "No", "Titre de l’action", "Responsable", "Début", "Échéance", "Coût estimé", "Priorité", "Statut"],
           ["Mobilité", 1.1, "Réseau cyclable", "Direction générale", D(2026, 4, 1), D(2026, 12, 31), 12500, "Haute",
            "En cours"],
           ["Mobilité", 1.2, "Trottoirs", "Travaux publics", None, "T3 2026", "5 000 à 10 000 $", "Moyenne", "À faire"],
           ["Nature", 2.1, "Plantation d’arbres", "Travaux publics", None, "court terme", "n.d.", "Basse", "Terminé"]],
    "en": [["Axis", "No.", "Action title", "Lead", "Start date", "Due date", "Estimated cost", "Priority", "Status"],
           ["Mobility", 1.1, "Bike network", "Executive director", D(2026, 4, 1), D(2026, 12, 31), 12500, "High",
            "In progress"],
           ["Mobility", 1.2, "Sidewalks", "Public works", None, "Q3 2026", "$5,000 to $10,000", "Medium",
            "Not started"],
           ["Nature", 2.1, "Tree planting", "Public works", None, "short term", "n/a", "Low", "Completed"]],
}  # fmt: skip
INDICATORS = {
    "fr": [["Indicateur", "Action", "Unité", "Cible", "Date cible", "Unité (anglais)"],
           ["Arbres plantés", "Plantation d’arbres", "arbres", 60, D(2027, 12, 31), "trees"]],
    "en": [["Indicator", "Action", "Unit", "Target", "Target date", "Unit (French)"],
           ["Trees planted", "Tree planting", "trees", 60, D(2027, 12, 31), "arbres"]],
}  # fmt: skip
# kind -> rows in French, rows in English, kind of row written and how many of them, counted by hand
FILES = {
    "notes": (
        [["No", "Table", "Idée", "Courriel"], [1, 1, "Plus d’arbres au parc", "a@b.ca"], [2, 1, "Un marché public", ""],
         [3, 2, "", ""]],
        [["Table number", "Idea"], [1, "More trees in the park"], [2, "A public market"]],
        "note", 2),
    "judgements": (
        [["Action", "Juge", "Critère", "Note"], [1.1, "Marie", "Intérêt", 4], [1.2, "Marie", "Intérêt", 3],
         [9.9, "Marie", "Intérêt", 1]],
        [["Action", "Interest"], ["Bike network", 4], ["Sidewalks", 3]],
        "judgement", 2),
    "ballots": (
        [["Horodateur", "Participant", "Proposition", "Nombre de points"],
         [dt.datetime(2026, 3, 12, 10), "p1", "Réseau cyclable", 3],
         [dt.datetime(2026, 3, 12, 11), "p2", "Trottoirs", 5]],
        [["Participant", "Bike network", "Sidewalks"], ["p1", 3, None], ["p2", None, 5]],
        "ballot", 2),
    "weights": (
        [["Critère", "Poids", "Personne"], ["Intérêt", 40, "Marie"]],
        [["Name", "Interest"], ["Mary", 40]],
        "weight", 1),
    "measures": (
        [["Indicateur", "Date de mesure", "Valeur"], ["Arbres plantés", D(2026, 12, 31), 12]],
        [["Indicator", "Measured on", "Value"], ["Trees planted", D(2026, 12, 31), 12]],
        "measure", 1),
    "updates": (
        [["No", "Action", "État", "% d’avancement", "Commentaires", "Date de mise à jour"],
         [1.1, "Réseau cyclable", "En cours", "50 %", "Phase 1 terminée", D(2026, 6, 30)]],
        [["Action", "Status", "Percent complete", "Comment", "Updated on"],
         ["Bike network", "In progress", "50%", "Phase 1 done", D(2026, 6, 30)]],
        "update", 1),
    "roles": (
        [["Rôle", "Jours disponibles par an"], ["Direction générale", 120], ["Agente de projet", 180]],
        [["Role", "Days per year"], ["Executive director", 120], ["Project officer", 180]],
        "role", 2),
    "capacity": (
        [["Rôle", "T1 2026", "T2 2026"], ["Direction générale", 20, 25]],
        [["Role", "Month", "Available days"], ["Executive director", "2026-01", 8],
         ["Executive director", "2026-02", 7.5]],
        "capacity", 2),
    "budget": (
        [["Source de financement", 2026, 2027, "Statut"], ["Fonctionnement", 120000, 130000, "Confirmé"],
         ["Total", 120000, 130000, None]],
        [["Funding source", "Fiscal year", "Amount available", "Status"], ["Operating", 2026, "$120,000", "Confirmed"],
         ["Operating", 2027, "$130,000", "Confirmed"]],
        "budget", 2),
    "cost": (
        [["Action", "Source", "Année", "Coût"], ["Réseau cyclable", "Fonctionnement", 2026, "10 000 $"]],
        [["Action", "2026"], ["Bike network", 10000]],
        "cost", 1),
    "effort": (
        [["Action", "Direction générale"], ["Réseau cyclable", 5], ["Trottoirs", "n.d."]],
        [["Action", "Role", "Person-days"], ["Bike network", "Executive director", 5],
         ["Sidewalks", "Executive director", "12 days"]],
        "demand", 2),
    "spending": (
        [["Date", "Action", "Fournisseur", "Montant payé"], [D(2026, 5, 1), "Réseau cyclable", "ABC", 4500]],
        [["Date", "Action", "Vendor", "Amount paid"], [D(2026, 5, 1), "Bike network", "ABC", "$4,500.00"]],
        "spending", 1),
    "context": (
        [["Année", "Élément marquant"], [2026, "Pénurie de main-d’œuvre"]],
        [["Year", "What happened"], [2026, "Labour shortage"]],
        "context", 1),
    "review": (
        [["Année", "Action", "Réalisée ?", "Motif", "Décision", "Nouvelle date"],
         [2026, "Trottoirs", "Non", "Manque de temps", "Reporter", D(2027, 6, 30)]],
        [["Year", "Action", "Status", "Reason", "Decision", "New date"],
         [2026, "Sidewalks", "Not done", "Lack of time", "Postpone", D(2027, 6, 30)]],
        "review", 1),
}  # fmt: skip
ASIDE = {("notes", "fr"): 1, ("judgements", "fr"): 1, ("budget", "fr"): 1}  # no words; an unknown action; a total
ANSWERS = {  # days of a year that the file does not name; an action that the plan does not have
    ("roles", "fr"): ("--answer", "period=2026"),
    ("roles", "en"): ("--answer", "period=2026"),
    ("judgements", "fr"): ("--answer", "name.action.9-9=leave-out"),
}
REPORT = {"kind", "rows_found", "rows_kept", "set_aside", "repairs", "questions"}


def workbook(path, rows):
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("Feuil1")
        for number, line in enumerate(rows):
            sheet.write_row(number, 0, line)
    return path


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        cli.main(list(arguments))
    out, err = capsys.readouterr()
    return left.value.code or 0, out, err


@pytest.fixture(scope="module", params=["fr", "en"])
def client(request, tmp_path_factory):
    """A client with a plan and an indicator, per language; the tests of a module add to it, each its own kind."""
    lang, folder = request.param, tmp_path_factory.mktemp(f"kinds-{request.param}")
    started = ["new", "essai", "--kind", "city", "--name", "Ville", "--workspace", str(folder)]
    for arguments in (
        started,
        ["ingest", "essai", workbook(folder / "plan.xlsx", ACTIONS[lang]), "--as", "actions"],
        ["ingest", "essai", workbook(folder / "indic.xlsx", INDICATORS[lang]), "--as", "indicators"],
    ):
        with pytest.raises(SystemExit) as left:
            cli.main([*map(str, arguments), "--workspace", str(folder)] if arguments is not started else started)
        assert not left.value.code
    return lang, folder


def entries(folder):
    with store.open("essai", folder) as book:
        return book.history().index.max()


def rows_of(folder, kind):
    with store.open("essai", folder) as book:
        return len(book.table(kind))


@pytest.mark.parametrize("kind", FILES)
def test_a_workbook_of_each_kind_is_tried_then_stored_and_twice_adds_nothing(client, kind, tmp_path, capsys):
    lang, folder = client
    french, english, makes, n = FILES[kind]
    path = workbook(tmp_path / f"{kind}.xlsx", french if lang == "fr" else english)
    command = ("ingest", "essai", str(path), "--as", kind, "--json", "--lang", lang, "--workspace", str(folder))
    command += ("--effective", "2026-07-01", *ANSWERS.get((kind, lang), ()))
    before, there = entries(folder), rows_of(folder, makes)
    code, out, err = said(capsys, *command, "--dry-run")
    assert code == 0, (out, err)
    tried = json.loads(out)
    assert entries(folder) == before
    assert set(tried) >= REPORT
    assert tried["kind"] == kind
    assert tried["rows_found"] == tried["rows_kept"] + len(tried["set_aside"])
    assert len(tried["set_aside"]) == ASIDE.get((kind, lang), 0)
    assert all(left["row"] and left["why"] for left in tried["set_aside"])
    assert all({"sheet", "row", "column", "found", "used"} <= set(repair) for repair in tried["repairs"])
    assert tried["questions"] == []
    code, out, err = said(capsys, *command)
    assert code == 0, (out, err)
    assert json.loads(out)["rows_written"] > 0
    assert rows_of(folder, makes) == there + n
    after = entries(folder)
    code, out, err = said(capsys, *command)
    assert (code, json.loads(out)["rows_written"]) == (0, 0)
    assert entries(folder) == after > before


def test_a_plan_is_the_same_in_both_languages(client):
    _, folder = client
    with store.open("essai", folder) as book:
        actions = book.table("action")
    assert actions["priority"].tolist() == ["essential", "important", "desirable"]
    assert actions["status"].tolist() == ["under_way", "to_come", "done"]
    assert actions["horizon"].fillna("").tolist() == ["", "", "short"]
    assert actions["cost_high"].fillna(-1).tolist() == [12500, 10000, -1]
    assert [f"{day:%Y-%m-%d}" for day in actions["deadline"].dropna()] == ["2026-12-31", "2026-09-30"]


UNKNOWN = {
    "judgements": ("Juge;Action;Critère;Cote", "Ana;{};interet;3", "B"),
    "ballots": ("voter;item;mark", "v1;{};2", "B"),
    "updates": ("Action;Date;Statut", "{};2026-03-31;En cours", "A"),
    "cost": ("Action;Source;2026", "{};Ville;500 $", "A"),
    "effort": ("Action;Coordonnatrice", "{};5", "A"),
    "measures": ("Indicateur;Date;Résultat", "{};2026-03-31;12", "A"),
    "review": ("Année;Action;Motif", "2026;{};Manque de temps", "B"),
}


def test_the_unit_of_an_indicator_is_read_in_both_languages(client):
    lang, folder = client
    other = "unit_en" if lang == "fr" else "unit_fr"
    with store.open("essai", folder) as book:
        row = book.table("indicator").iloc[0]
    assert row[["unit", other]].to_list() == (["arbres", "trees"] if lang == "fr" else ["trees", "arbres"])


@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_name_the_plan_lacks_is_asked_in_a_trial_as_in_earnest(client, kind, tmp_path, capsys):
    lang, folder = client
    with store.open("essai", folder) as book:
        indicators, actions = book.table("indicator"), book.table("action")
    known = indicators.index[0] if kind == "measures" else actions.index[0]
    header, row, column = UNKNOWN[kind]
    path = tmp_path / "suite.csv"
    path.write_text("\n".join([header, row.format(known), row.format("Z-999")]), encoding="utf-8")
    command = ("ingest", "essai", str(path), "--as", kind, "--json", "--lang", lang, "--workspace", str(folder))
    before = entries(folder)
    for trial in (("--dry-run",), ()):
        code, out, err = said(capsys, *command, *trial)
        assert code == 3, (out, err)
        (asked,) = json.loads(out)["questions"]
        assert (asked["sheet"], asked["row"], asked["column"], asked["found"]) == ("suite", 3, column, "Z-999")
        assert "Z-999" in asked["text"] and "3" in asked["text"]
    assert entries(folder) == before
    code, out, err = said(capsys, *command, "--answer", f"{asked['key']}=leave-out", "--dry-run")
    assert code == 0, (out, err)
    assert [left["row"] for left in json.loads(out)["set_aside"]] == [3]


def test_a_mission_said_in_the_other_language_is_kept_beside_it(root):
    found = ingest.read(root / "data" / "demo" / "atelier-contre-fil" / "workshop" / "criteria.csv", "criteria")
    assert found.table.loc["effect", ["mission", "mission_fr"]].tolist() == ["Social", "sociale"]
    assert not any("Mission" in said.text("en") for said in found.repairs)
