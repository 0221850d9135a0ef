"""The forty bad inputs a mandate brings: each repaired and reported, asked, or refused, in French and in English.

The table is ours (bad_inputs.md of the shared folder): R is repaired and said, A is asked, E stops with a sentence.
"""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from planlib import ingest
from planlib.schema import PlanError

PLAN = ["Action;Coût;Échéance", "Réseau cyclable;12 500 $;2026-03-31", "Fête d’été;8 000 $;2026-07-01"]


@dataclass(frozen=True)
class Case:
    """One row of the table: how the file is made, what is answered, and what must then be said."""

    number: str
    make: object  # folder -> path of the file
    says: tuple[str, ...]  # in French and in English alike: places and the words found
    why: str  # key of the repair, of the question or of the error
    kind: str = "actions"
    rows: int | None = None  # rows kept
    answers: dict = field(default_factory=dict)


def text(*lines, encoding="utf-8", name="plan.csv", head=b""):
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(head + "\n".join(lines).encode(encoding))
        return path

    return make


def raw(content: bytes, name="plan.xlsx"):
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def book(rows, then=None, sheet="Plan", before=()):
    """A workbook of one sheet, after the sheets of `before`; `then` has its say over the openpyxl workbook."""

    def make(folder: Path) -> Path:
        workbook = openpyxl.Workbook()
        workbook.active.title = sheet
        for row in rows:
            workbook.active.append(row)
        if then:
            then(workbook)
        for place, (name, lines) in enumerate(before):
            other = workbook.create_sheet(name, place)
            for line in lines:
                other.append(line)
        workbook.save(folder / "plan.xlsx")
        return folder / "plan.xlsx"

    return make


def calculated(folder: Path) -> Path:
    """A workbook whose cell C2 is an error that Excel calculated."""
    path = folder / "plan.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Plan")
        sheet.write_row(0, 0, ["Action", "Coût", "Partenaires"])
        sheet.write_row(1, 0, ["Réseau cyclable", 12500])
        sheet.write_formula(1, 2, "=NA()", None, "#N/A")
    return path


def cut(folder: Path) -> Path:
    """A zip that is no workbook."""
    with zipfile.ZipFile(folder / "plan.xlsx", "w") as archive:
        archive.writestr("readme.txt", "bonjour")
    return folder / "plan.xlsx"


def hide(workbook):
    for row in (2, 3, 4):
        workbook.active.row_dimensions[row].hidden = True


def hidden_sheet(workbook):
    workbook.create_sheet("Listes").append(["Statut"])
    workbook["Listes"].sheet_state = "hidden"


def merge(*ranges):
    def then(workbook):
        for cells in ranges:
            workbook.active.merge_cells(cells)

    return then


def one(header, *cells, sep=";"):
    """A plan of one column beside its titles."""
    return text(f"Action{sep}{header}", *(f"Action {chr(65 + n)}{sep}{cell}" for n, cell in enumerate(cells)))


REPAIRED = [
    Case("1 cp1252", text(*PLAN, encoding="cp1252"), ("cp1252",), "files.cp1252", rows=2),
    Case("1 semicolon", text(*PLAN, encoding="cp1252"), (), "files.delimiter_semicolon", rows=2),
    Case("2", text(*PLAN, head=b"\xef\xbb\xbf"), ("UTF-8",), "files.bom", rows=2),
    Case("3", text("\ufeff" + "\n".join(PLAN).replace(";", "\t"), encoding="utf-16-le"), ("utf-16",), "files.utf16",
         rows=2),
    Case("5", text(*("\n".join(PLAN).encode().decode("cp1252").split("\n"))), ("Ã»", "û"), "files.mojibake", rows=2),
    Case("6", text("sep=;", *PLAN), ("sep=;",), "files.sep_line", rows=2),
    Case("7", text("Plan 2026-2028;;", ";;", *PLAN), ("3", "Plan 2026-2028"), "layout.above", rows=2),
    Case("8", text(PLAN[0], "Champ texte;Saisissez un montant;Saisissez une date", *PLAN[1:]), ("2",),
         "layout.help_row", rows=2),
    Case("9", book([["", "Acteurs", "", "Coût"], ["Action", "Structure pilote", "Partenaires", ""],
                    ["Réseau cyclable", "DGA", "Ville", 12500]], merge("B1:C1")),
         ("1", "2", "Acteurs / Structure pilote"), "layout.two_rows", rows=1),
    Case("10", text("Respondent ID,Collector ID,Start Date,What should we do?,,Your table",
                    ",,,Idea one,Idea two,Response", "101,7,01/31/2026 10:00:00,More trees,A market,3",
                    "102,7,02/01/2026 11:00:00,A park,,4"),
         ("What should we do? / Idea one",), "layout.two_rows", kind="notes"),
    Case("11", text("Action;Financeur 1;Montant € HT;Financeur 2;Montant € HT", "Réseau;Ville;1000;Région;2000"),
         ("1", "2", "Montant € HT (Financeur 1), Montant € HT (Financeur 2)"), "layout.twin_headers", rows=1),
    Case("11 currency", text("Action;Financeur;Montant € HT;Financeur;Montant € HT", "Réseau;Ville;1000;Région;2000"),
         ("EUR",), "ingest.currency", rows=1),
    Case("14", text(*PLAN, "Sans coût"), ("4", "3"), "layout.padded", rows=3),
    Case("16", book([row.split(";") for row in PLAN], before=[("Consignes", [["Lisez ceci"], ["Remplissez"]])]),
         ("Plan", "Consignes"), "layout.others", rows=2),
    Case("17", book([row.split(";") for row in PLAN], hidden_sheet), ("Listes",), "files.hidden_sheets", rows=2),
    Case("19", book([["Axe", "Action"], ["Mobilité", "Réseau"], ["", "Trottoirs"]], merge("A2:A3")),
         ("A2", "Mobilité"), "layout.filled_down", rows=2),
    Case("20", text(*PLAN, "TOTAL;99 000 $;"), ("4", "B", "99 000 $", "20500", "TOTAL"), "layout.total_differs",
         rows=2),
    Case("20 row", text(*PLAN, "TOTAL;20 500 $;"), ("4", "TOTAL"), "layout.total_row", rows=2),
    Case("21", text(*PLAN, "* Sous réserve du budget;;"), ("4", "* Sous réserve du budget"), "layout.footnote", rows=2),
    Case("23", calculated, ("C2", "#N/A", "Plan"), "files.error_cell", rows=1),
    Case("28", one("Coût", "12\u00a0500\u00a0$", "15\u202f000", "1 250,50 $", "3500$"), (), "parse.money_read",
         rows=4),
    Case("30", one("Coût", "50 k$", "1,2 M$"), ("50 k$", "50000"), "parse.money_expanded", rows=2),
    Case("31", one("Coût", "entre 5 000 et 10 000 $", "Entre 200 et 500"), ("entre 5 000 et 10 000 $",),
         "parse.money_range_kept", rows=2),
    Case("32", one("Coût", "n.d.", "à déterminer", "—", ""), ("n.d.", "2"), "parse.as_unknown", rows=4),
    Case("34", one("Échéance", "01/02/2026", "31/12/2026"), ("01/02/2026", "2026-02-01"), "ingest.day_first",
         rows=2),
    Case("35", one("Échéancier", "T1 2026", "été 2026", "Fall 2027", "2026-2027", "D'ici juin 2024"), ("T1 2026",),
         "parse.periods", rows=5),
    Case("36 table", one("Échéancier", "court terme", "en continu"), ("court terme",), "ingest.horizon_as", rows=2),
    Case("36 rhythm", one("Échéancier", "court terme", "en continu"), ("en continu",), "ingest.horizon_read", rows=2),
    Case("37", one("Échéance", "47727"), ("47727", "2030-09-01", "2"), "parse.when_serial_read", rows=1),
    Case("38", text("Action;Début;Fin", "Réseau;2026-05-01;2026-03-01"), ("2", "2026-05-01", "2026-03-01"),
         "ingest.end_before_start", rows=1),
    Case("39", text("Action;Priorité", "A;eleve", "B;Haut", "C; Moyen "), ("eleve", "2", "Priorité"),
         "ingest.code", rows=3),
    Case("39 status", text("Action;Statut", "A;Bloqué ", "B;✅", "C;50 %"), ("Bloqué", "2", "Statut"), "ingest.code",
         rows=3),
    Case("40 re-vote", text("voter;item;mark", "v1;A;1", "v1;A;3"), ("2", "3"), "ingest.said_again", kind="ballots",
         rows=1),
    Case("40 multi", text("Bulletin,Vos choix", '1,"A; B;"', '2,"B;"'), ("Vos choix", "3"), "ingest.choices",
         kind="ballots", rows=2),
    Case("html", text("Idée", "<p>Un <b>parc</b></p>"), (), "ingest.html", kind="notes", rows=1),
    Case("private", text("Idée,Courriel,Adresse IP", "Un parc,a@b.ca,1.2.3.4"), ("Courriel",),
         "ingest.private_dropped", kind="notes", rows=1),
]  # fmt: skip

ASKED = [
    Case("4", text(*PLAN, "Café théâtre;1;", "Forêt boréale;2;", encoding="mac_roman"),
         ("Coût Échéance Réseau", "Cožt"), "encoding", answers={"encoding": "mac_roman"}, rows=4),
    Case("5 beside true accents", text("Action;Coût", "Réseau;5", "CoÃ»t à rÃ©duire;6"), ("CoÃ»t",), "mojibake",
         answers={"mojibake": "repair"}, rows=2),
    Case("12", text("Action;;Coût", "Réseau;à voir;5"), ("B", "à voir"), "header.B", answers={"header.B": "ignore"},
         rows=1),
    Case("13", text(*PLAN, "Parc;5;2026-01-01;trop;de;mots"), ("4", "6", "3", "Parc"), "long-rows",
         answers={"long-rows": "leave-out"}, rows=2),
    Case("15", book([["Action", "Coût"], ["Parc", 5]], before=[("Autre", [["Action", "Coût"], ["Rue", 6]])]),
         ("Plan", "Autre"), "table", answers={"table": "1"}, rows=1),
    Case("15 one sheet", text("Action;Coût", "Parc;5", "", "Indicateur;Cible", "Arbres;100"),
         ("1-3", "4-5"), "table", answers={"table": "1"}, rows=1),
    Case("15 Loomio", text("title;Priorités", "author;Ana", "created_at;2026-01-02", "closed_at;2026-01-09",
                           "participants;2", "", "participant;Parc;Marché;reason", "Ana;3;0;Oui", "Bo;1;2;",
                           "total;4;2;"),
         ("1-6", "7-10"), "table", kind="ballots", answers={"table": "2"}, rows=2),
    Case("18", book([["Action"], ["A"], ["B"], ["C"], ["D"]], hide), ("3", "Plan", "2, 3, 4"), "hidden-rows",
         answers={"hidden-rows": "leave-out"}, rows=1),
    Case("29 mixed", one("Coût", "12.500,00", "12,500.00"), ("12.500,00", "12,500.00"), "decimal",
         answers={"decimal": "each"}, rows=2),
    Case("29 both forms", one("Coût", "1,250"), ("1,250", "2"), "decimal", answers={"decimal": "point"}, rows=1),
    Case("33 negative", one("Coût", "(2 000)"), ("(2 000)", "2"), "negative.cout", answers={"negative.cout": "unknown"},
         rows=1),
    Case("33 zero", one("Coût", "0"), ("0", "2"), "zero.cout", answers={"zero.cout": "unknown"}, rows=1),
    Case("34", one("Échéance", "01/02/2026"), ("01/02/2026", "2"), "dates", answers={"dates": "day-first"}, rows=1),
    Case("37 impossible", one("Échéance", "9999999"), ("9999999", "2"), "when.echeance.9999999",
         answers={"when.echeance.9999999": "unknown"}, rows=1),
    Case("39", text("Action;Statut", "A;à relire en comité"), ("à relire en comité", "2"),
         "code.statut.a-relire-en-comite", answers={"code.statut.a-relire-en-comite": "to_come"}, rows=1),
    Case("40 titles", text("Action;Coût", "Parc;5", "Parc;6"), ("Parc", "2", "3"), "duplicates",
         answers={"duplicates": "keep"}, rows=2),
    Case("40 ids", text("id;Action;Coût", "A-1;Parc;5", "A-1;Rue;6"), ("A-1", "2", "3"), "duplicates",
         answers={"duplicates": "keep"}, rows=2),
]  # fmt: skip

REFUSED = [
    Case("22", book([["Action", "Coût"], ["Parc", "=SUM(1,2)"]]), ("B2", "Plan"), "files.never_calculated"),
    Case("25 html", raw(b"<html><table><tr><td>Action</td></tr></table>"), ("plan.xlsx", "<html>"),
         "files.not_a_workbook"),
    Case("25 csv", raw(b"Action;Cout\nParc;5\n"), ("plan.xlsx", "Action;Cout"), "files.not_a_workbook"),
    Case("25 empty", raw(b""), ("plan.xlsx",), "files.empty"),
    Case("25 68 bytes", raw(b"\x01" * 68), ("plan.xlsx",), "files.not_a_workbook"),
    Case("25 zip", cut, ("plan.xlsx",), "files.other_package"),
    Case("26", text("titre;;", "Action;Coût;Échéance"), ("2",), "layout.no_rows"),
    Case("27", text("topic,Salaire", "url,x", "views,5", "voters,3", "groups,2", name="summary.csv"),
         ("summary.csv", "comments.csv"), "ingest.polis_summary", kind="notes"),
    Case("rows", text("Idée", *(f"idée {n}" for n in range(100_001))), ("100",), "files.too_many_rows", kind="notes"),
    Case("columns", text(";".join(f"c{n}" for n in range(201)), ";".join("x" * 201)), ("201", "200"),
         "files.too_many_columns"),
]  # fmt: skip


def ids(cases):
    return [pytest.param(case, id=case.number) for case in cases]


def words(part) -> tuple[str, str]:
    """French and English, odd spaces as plain ones."""
    return tuple(part.text(lang).replace("\u00a0", " ").replace("\u202f", " ") for lang in ("fr", "en"))


def check_words(case: Case, part) -> None:
    french, english = words(part)
    assert french != english
    for said in case.says:
        assert said in french, (said, french)
        assert said in english, (said, english)


@pytest.mark.parametrize("case", ids(REPAIRED))
def test_it_is_repaired_and_said(case, tmp_path):
    imported = ingest.read(case.make(tmp_path), case.kind, case.answers)
    assert not imported.unanswered, imported.text("en")
    told = [part for part in (*imported.repairs, *imported.set_aside) if part.why == case.why]
    assert told, imported.text("en")
    check_words(case, told[0])
    if case.rows is not None:
        assert imported.rows_kept == case.rows


@pytest.mark.parametrize("case", ids(ASKED))
def test_it_is_asked_and_the_answer_settles_it(case, tmp_path):
    path = case.make(tmp_path)
    asked = [question for question in ingest.read(path, case.kind).questions if question.key == case.why]
    assert len(asked) == 1, ingest.read(path, case.kind).text("en")
    check_words(case, asked[0])
    whole_file = case.number in ("4", "15", "15 one sheet", "15 Loomio")
    (place,) = [told for told in ingest.read(path, case.kind).to_json("en")["questions"] if told["key"] == case.why]
    assert (place["row"] is None) is whole_file, place
    assert whole_file or case.number.startswith("5") or place["sheet"] in ("Plan", "plan"), place
    if case.number not in ("13", "18") and not whole_file and not case.number.startswith("5"):
        assert place["column"] in ("A", "B") and place["found"], place
    settled = ingest.read(path, case.kind, case.answers)
    assert not settled.questions
    assert settled.rows_kept == case.rows
    assert settled.rows_found == settled.rows_kept + len({left.row for left in settled.set_aside})


@pytest.mark.parametrize("case", ids(REFUSED))
def test_it_is_refused_in_a_sentence(case, tmp_path):
    with pytest.raises(PlanError) as refused:
        ingest.read(case.make(tmp_path), case.kind)
    assert refused.value.key == case.why
    check_words(case, refused.value)


@pytest.mark.parametrize("name", ["calamine/pass_protected.xlsx", "sheetjs/password_2002_40_972000.xls"])
def test_a_file_with_a_password_is_refused(shared, name):
    """Row 24, on real files."""
    with pytest.raises(PlanError) as refused:
        ingest.read(shared / "data" / "nasty" / name, "actions")
    assert refused.value.key == "files.protected"
    assert "mot de passe" in words(refused.value)[0]
    assert "without the password" in words(refused.value)[1]


def test_unknown_is_never_zero_and_a_range_keeps_both_ends(tmp_path):
    table = ingest.read(one("Coût", "n.d.", "entre 5 000 et 10 000 $", "")(tmp_path), "actions").table
    assert table["cost_low"].tolist() == [None, 5000, None]
    assert table["cost_high"].tolist() == [None, 10000, None]
    assert table["cost_found"].tolist() == ["n.d.", "entre 5 000 et 10 000 $", None]


def test_a_period_is_never_the_first_of_january(tmp_path):
    table = ingest.read(one("Échéance", "T3 2026", "été 2026")(tmp_path), "actions").table
    assert [day.isoformat() for day in table["deadline"]] == ["2026-09-30", "2026-08-31"]


def test_a_horizon_goes_by_the_words_of_the_client_and_is_never_a_date(tmp_path):
    table = ingest.read(one("Échéancier", "court terme", "en continu", "2026-03-31")(tmp_path), "actions").table
    assert table["horizon"].tolist() == ["short", None, None]
    assert [day and day.isoformat() for day in table["deadline"]] == [None, None, "2026-03-31"]


def test_sheets_of_one_header_are_read_together_each_an_axis(tmp_path):
    """Row 15: the choice of one table, or of all."""
    path = tmp_path / "plan.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in (("Mobilité", ["Réseau", "Trottoirs"]), ("Nature", ["Arbres"])):
            sheet = workbook.add_worksheet(name)
            sheet.write(0, 0, f"Plan – {name}")
            sheet.write_row(2, 0, ["Action", "Coût"])
            for n, title in enumerate(rows, start=3):
                sheet.write_row(n, 0, [title, 500])
        sheet.set_row(3, None, None, {"hidden": True})
    asked = ingest.read(path, "actions").questions
    assert [question.key for question in asked] == ["table"]
    assert [choice.value for choice in asked[0].choices] == ["1", "2", "all"]
    assert "Mobilité" in words(asked[0].choices[-1])[1]
    imported = ingest.read(path, "actions", {"table": "all"})
    assert imported.table["title"].tolist() == ["Réseau", "Trottoirs", "Arbres"]
    assert imported.tables["axis"]["title"].tolist() == ["Mobilité", "Nature"]
    assert imported.table["origin"].tolist() == [
        "plan.xlsx · Mobilité · 4", "plan.xlsx · Mobilité · 5", "plan.xlsx · Nature · 4",
    ]  # fmt: skip
    assert [question.key for question in imported.questions] == ["hidden-rows"]
    shown = ingest.read(path, "actions", {"table": "all", "hidden-rows": "leave-out"})
    assert shown.table["title"].tolist() == ["Réseau", "Trottoirs"]
    assert ingest.read(path, "actions", {"table": "2"}).table["title"].tolist() == ["Arbres"]


def test_a_day_that_is_only_a_limit_is_read(tmp_path):
    table = ingest.read(one("Échéance", "avant le 2026-03-31", "à partir du 2026-05-01")(tmp_path), "actions").table
    assert table["when_found"].tolist() == ["avant le 2026-03-31", "à partir du 2026-05-01"]


def test_emoji_chinese_and_line_breaks_stay_word_for_word(tmp_path):
    path = tmp_path / "notes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Idée"], ["🌳 Plus d’arbres"], ["多种树"], ["Un parc\npour tous"]])
    assert ingest.read(path, "notes").table["text"].tolist() == ["🌳 Plus d’arbres", "多种树", "Un parc\npour tous"]


@pytest.mark.parametrize("case", ids(REPAIRED))
def test_each_repair_says_where_and_every_row_is_counted(case, tmp_path):
    """A remark about rows names its sheet; found rows are those kept and those set aside."""
    imported = ingest.read(case.make(tmp_path), case.kind, case.answers)
    left = {(part.sheet, part.row) for part in imported.set_aside}
    assert imported.rows_found == imported.rows_kept + len(left)
    for told in imported.to_json("en")["repairs"]:
        assert told["row"] is None or told["sheet"] or told["found"] == "sep=;", told
        assert {"sheet", "row", "column", "found", "used"} <= set(told)
    assert all(part.sheet and part.row and part.found for part in imported.set_aside)


def test_a_bare_priority_is_one_of_three_levels_and_one_question_tells_which_end_is_high(tmp_path):
    imported = ingest.read(one("Priorité", "1", "3", "2")(tmp_path), "actions")
    assert imported.table["priority"].tolist() == ["essential", "desirable", "important"]
    assert [(question.key, question.default) for question in imported.questions] == [("levels.priorite", "first")]
    last = ingest.read(tmp_path / "plan.csv", "actions", {"levels.priorite": "last"})
    assert last.table["priority"].tolist() == ["desirable", "essential", "important"]
    other = ingest.read(one("Priorité", "1", "5")(tmp_path), "actions")
    assert [question.key for question in other.questions] == ["code.priorite.1", "code.priorite.5"]
