"""What a file says: rows kept or set aside, repairs said, questions asked, ids that last."""

from __future__ import annotations

import pandas as pd
import pytest
import xlsxwriter

from planlib import clients, ingest, store
from planlib.ingest import kinds, names
from planlib.schema import CODES, KINDS, PlanError


@pytest.fixture
def write(tmp_path):
    """write(name, *lines): a UTF-8 CSV with ';', as Excel in French makes it."""

    def make(name: str, *lines: str):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return make


@pytest.fixture
def book(workspace):
    clients.new("essai", "generic", "Essai", workspace=workspace)
    with store.open("essai", workspace) as book:
        yield book


def put(book, path, kind, answers=None, **more):
    imported = ingest.resolve(ingest.read(path, kind, answers), book)
    return ingest.store_imports(book, [imported], by="test", effective="2026-01-05", **more)


PLAN = (
    "Axe;N°;Action;Responsable;Coût estimé;Début;Échéance;Priorité;Statut",
    "1. Milieu de vie;1.1;Planter 60 bacs;Direction générale;12 500 $;T1 2026;31/12/2026;Élevée;À venir",
    "1. Milieu de vie;1.2;Peindre des murales;Comité vert;entre 5 000 et 10 000 $;;en continu;Moyenne;En retard",
    "2. Promotion;2.1;Tenir un marché de Noël;Direction générale;n.d.;;fin 2026;Faible;✅",
)


def told(imported, why):
    return [repair for repair in imported.repairs if repair.why == f"ingest.{why}"]


def test_every_synonym_of_a_code_means_one_code_of_its_list():
    for codes, words in kinds.synonyms()["codes"].items():
        allowed = CODES["health" if codes == "status_health" else codes]
        assert set(words) <= set(allowed), codes
        if codes == "size":  # "moyen" and "important" mean other things above other columns, not here
            continue
        folded = [kinds.fold(word) or word for found in words.values() for word in found]
        twice = {word for word in folded if folded.count(word) > 1}
        meanings = {word: {code for code, found in words.items() if word in map(kinds.fold, found)} for word in twice}
        assert all(len(found) == 1 for found in meanings.values()), (codes, meanings)


def test_every_kind_of_file_makes_rows_the_workbook_has():
    for kind in kinds.FILES.values():
        assert kind.makes in KINDS
        assert kind.name in kinds.synonyms()["headers"]
        for wanted in kind.needs:
            assert set(wanted) <= set(kinds.header_words(kind.name))


def test_a_plan_keeps_each_figure_beside_the_words_it_came_from(write):
    table = ingest.read(write("plan.csv", *PLAN), "actions").table
    first, second, third = (table.iloc[n] for n in range(3))
    assert (first.cost_low, first.cost_high, first.currency, first.cost_found) == (12500, 12500, "CAD", "12 500 $")
    assert (second.cost_low, second.cost_high) == (5000, 10000)
    assert third.cost_low is None
    assert third.cost_high is None
    assert third.cost_found == "n.d."
    assert (str(first.earliest_start), str(first.deadline)) == ("2026-01-01", "2026-12-31")
    assert first.when_found == "T1 2026 → 31/12/2026"
    assert second.deadline is None  # `en continu` is no date
    assert str(third.deadline) == "2026-12-31"
    assert table["status"].tolist() == ["to_come", "under_way", "done"]
    assert table["priority"].tolist() == ["essential", "important", "desirable"]


def test_words_read_as_another_code_are_said_with_their_label(write):
    imported = ingest.read(write("plan.csv", *PLAN), "actions")
    late = next(repair for repair in told(imported, "code") if repair.found == "En retard")
    assert (late.row, late.used) == (3, "under_way")
    assert (
        late.text("fr")
        == "Colonne «\u00a0Statut\u00a0», ligne 3\u00a0: «\u00a0En retard\u00a0» lu comme «\u00a0en cours\u00a0»."
    )
    assert late.text("en") == "Column 'Statut', row 3: 'En retard' read as 'under way'."


def test_rows_found_are_rows_kept_and_rows_set_aside(write):
    path = write("plan.csv", *PLAN, "2. Promotion;;;;;;;;", "TOTAL;;;;1;;;;", "* Sous réserve;;;;;;;;")
    imported = ingest.read(path, "actions")
    assert (imported.rows_found, imported.rows_kept, len(imported.set_aside)) == (6, 3, 3)
    assert len(imported.table) == 3
    assert [left.row for left in imported.set_aside] == [5, 6, 7]
    assert imported.set_aside[0].text("en") == "Row 5: an axis without an action ('2. Promotion')."


def test_the_json_report_has_the_keys_of_the_contract_in_both_languages(write, lang):
    report = ingest.read(write("plan.csv", *PLAN, ";;;;;;;;Reporté"), "actions").to_json(lang)
    assert {"kind", "rows_found", "rows_kept", "set_aside", "repairs", "questions"} <= set(report)
    assert report["set_aside"][0]["row"] == 5
    assert {"row", "why"} <= set(report["set_aside"][0])
    assert {"sheet", "row", "column", "found", "used"} <= set(report["repairs"][0])


def test_a_missing_column_is_named_with_the_headers_found(write, lang):
    with pytest.raises(PlanError) as error:
        ingest.read(write("x.csv", "Couleur;Poids", "bleu;3", "rouge;4"), "updates")
    text = error.value.text(lang)
    assert "Couleur" in text
    named = {"fr": "no de l'action / titre de l'action", "en": "action no / action title"}[lang]
    assert f"« {named} »" in text.replace("\u00a0", " ") if lang == "fr" else f"'{named}'" in text
    assert text.startswith("Il manque une colonne" if lang == "fr" else "A column")


def test_an_unknown_kind_lists_the_kinds(write):
    with pytest.raises(PlanError, match=r"'shoes' is not something we can read.*actions"):
        ingest.read(write("plan.csv", *PLAN), "shoes")


def test_two_spellings_of_one_axis_become_one_and_it_is_said(write):
    path = write(
        "plan.csv",
        "Axe;Action",
        "1. Milieu de vie;A",
        "1 : milieu de  vie;B",
        "1. Millieu de vie;C",
        "2. Milieu de vie;D",
    )
    imported = ingest.read(path, "actions")
    assert len(imported.tables["axis"]) == 2
    assert imported.table["axis_id"].tolist() == ["AX-01", "AX-01", "AX-01", "AX-02"]
    assert [(repair.row, repair.used) for repair in told(imported, "spelling")] == [
        (3, "1. Milieu de vie"),
        (4, "1. Milieu de vie"),
    ]


def test_axes_two_letters_apart_are_asked_and_opposites_stay_apart(write):
    path = write("plan.csv", "Axe;Action", "Communication interne;A", "Communication externe;B")
    imported = ingest.read(path, "actions")
    (question,) = imported.questions
    assert question.key == "axis.communication-externe"
    assert len(ingest.read(path, "actions", {question.key: "apart"}).tables["axis"]) == 2
    assert len(ingest.read(path, "actions", {question.key: "same"}).tables["axis"]) == 1


def test_an_axis_written_once_holds_for_the_rows_below_it(write):
    imported = ingest.read(write("p.csv", "Axe;Action", "Rue;A", ";B", "Vitrines;C", ";D"), "actions")
    assert imported.table["axis_id"].tolist() == ["AX-01", "AX-01", "AX-02", "AX-02"]
    assert told(imported, "filled_once")[0].facts["n"] == 2


def test_same_title_twice_is_asked_then_merged_or_kept(write):
    path = write("p.csv", "Action;Description;Responsable", "Planter;Bacs;", "Planter;Arbres;DG", "Autre;;")
    assert [question.key for question in ingest.read(path, "actions").questions] == ["duplicates"]
    kept = ingest.read(path, "actions", {"duplicates": "keep"})
    assert (len(kept.table), kept.rows_kept) == (3, 3)
    merged = ingest.read(path, "actions", {"duplicates": "merge"})
    assert (len(merged.table), merged.rows_kept, len(merged.set_aside)) == (2, 2, 1)
    assert merged.table.iloc[0][["description", "owner"]].tolist() == ["Bacs", "DG"]
    assert [(repair.found, repair.used) for repair in told(merged, "merged")] == [("Arbres", "Bacs")]


def test_an_exact_copy_of_a_row_is_set_aside_without_a_question(write):
    imported = ingest.read(write("p.csv", "Action;Coût", "Planter;10 $", "Planter;10 $"), "actions")
    assert not imported.questions
    assert (imported.rows_kept, imported.set_aside[0].why) == (1, "ingest.copy")


def test_a_cell_of_zero_is_asked_because_unknown_is_not_zero(write):
    path = write("p.csv", "Action;Coût ($)", "Planter;0", "Peindre;500")
    (question,) = ingest.read(path, "actions").unanswered
    assert ingest.read(path, "actions", {question.key: "unknown"}).table["cost_low"].tolist() == [None, 500]
    assert ingest.read(path, "actions", {question.key: "zero"}).table["cost_low"].tolist() == [0, 500]


def test_a_total_that_is_not_the_sum_of_its_funders_is_said_and_both_are_kept(write):
    path = write(
        "p.csv",
        "Action;Financeur 1;Montant € HT;Financeur 2;Montant € HT;Budget total € HT",
        "Planter;Ville;300;Région;200;450",
        "Peindre;Ville;300;;;",
    )
    imported = ingest.read(path, "actions")
    (differs,) = told(imported, "funders_differ")
    assert (differs.row, differs.found) == (2, "450")
    assert "a difference of 50" in differs.text("en")
    assert imported.table["cost_low"].tolist() == [450, 300]  # the second has no total: the sum of its one funder
    assert imported.table["currency"].tolist() == ["EUR", "EUR"]
    cost = imported.tables["cost"]
    assert cost["amount_low"].droplevel("fiscal_year").to_dict() == {
        ("A-001", "Ville"): 300,
        ("A-001", "Région"): 200,
        ("A-002", "Ville"): 300,
    }


def test_private_columns_leave_no_trace_but_their_name(write):
    path = write("n.csv", "Note;Courriel;Adresse IP;xid", "Plus de bancs;a@b.org;10.0.0.1;77")
    imported = ingest.read(path, "notes")
    assert {repair.found for repair in told(imported, "private_dropped")} == {"Courriel", "Adresse IP", "xid"}
    shown = str(imported.table.to_dict()) + str(imported.to_json("fr"))
    assert "a@b.org" not in shown
    assert "10.0.0.1" not in shown


def test_unknown_columns_are_said_and_never_dropped_in_silence(write):
    imported = ingest.read(write("p.csv", "Action;Couleur", "Planter;vert"), "actions")
    assert [repair.facts["name"] for repair in told(imported, "column_unused")] == ["Couleur"]


def test_a_column_map_says_what_a_header_means(write):
    path = write("p.csv", "Quoi;Couleur", "Planter;vert")
    answers = ingest.answers(["column.Quoi=title", "column.Couleur=-", "set.plan_id=2026"])
    imported = ingest.read(path, "actions", answers)
    assert imported.table[["title", "plan_id"]].iloc[0].tolist() == ["Planter", "2026"]
    with pytest.raises(PlanError, match="not a column that this kind of file can have"):
        ingest.read(path, "actions", {"column.Quoi": "weather"})


def test_answers_come_from_pairs_and_from_a_map_file(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text("sheet: Plan\ncolumns: {Quoi: title}\nconstants: {plan_id: '2026'}\nanswers: {decimal: comma}\n")
    assert ingest.answers(["decimal=point"], path) == {
        "sheet": "Plan",
        "column.Quoi": "title",
        "set.plan_id": "2026",
        "decimal": "point",
    }
    with pytest.raises(PlanError, match="Write KEY=VALUE"):
        ingest.answers(["decimal"])
    with pytest.raises(PlanError, match=r"none\.yaml' does not exist"):
        ingest.answers([], tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("- a list\n", encoding="utf-8")
    with pytest.raises(PlanError, match="cannot be read as a column map"):
        ingest.answers([], tmp_path / "bad.yaml")


@pytest.mark.parametrize("kind", ["roles", "axes", "context"])
def test_a_plan_given_as_another_kind_is_asked_about(write, kind):
    path = write("x.csv", "Titre;Axe;Description;Responsable;Coût;Échéance", "Parc;Nature;Un parc;DGA;500;2026-05-01")
    [question] = ingest.read(path, kind).unanswered
    assert question.key == "kind"
    assert "--as actions" in question.text("fr") and "--as actions" in question.text("en")
    assert not ingest.read(path, kind, {"kind": kind}).unanswered
    assert not ingest.read(path, "actions").unanswered


def test_a_workbook_is_read_sheet_by_sheet_when_one_is_named(tmp_path):
    path = tmp_path / "equipe.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        for name, title in (("Axes", "Axe"), ("Postes", "Poste")):
            made.add_worksheet(name).write_column(0, 0, [title, f"Un {title}"])
    assert ingest.read(path, "posts", {"sheet": "postes"}).table["title"].tolist() == ["Un Poste"]
    with pytest.raises(PlanError, match=r"has no sheet 'Rôles'. Sheets found: Axes and Postes"):
        ingest.read(path, "posts", {"sheet": "Rôles"})


def test_a_form_makes_a_note_of_each_answer_under_its_question(write):
    path = write(
        "form.csv",
        "Horodateur;Adresse courriel;Que garder ?;Que changer ?",
        "2026-03-01 10:00;a@b.org;Les bancs;",
        "2026-03-01 10:05;c@d.org;Les arbres;Les heures",
        "2026-03-01 10:09;e@f.org;;",
    )
    imported = ingest.read(path, "notes")
    assert sorted(zip(imported.table["question"], imported.table["text"], strict=True)) == [
        ("Que changer ?", "Les heures"),
        ("Que garder ?", "Les arbres"),
        ("Que garder ?", "Les bancs"),
    ]
    assert (imported.rows_found, imported.rows_kept) == (3, 2)
    assert imported.set_aside[0].text("en") == "Row 4: no words to keep."


def test_a_note_keeps_its_words_when_html_is_taken_out(write):
    table = ingest.read(write("n.csv", "Note", "<p>Plus de <b>bancs</b></p>", "Moins de bruit 🙏"), "notes").table
    assert table["text"].tolist() == ["Plus de bancs", "Moins de bruit 🙏"]
    assert table["text_original"].tolist() == ["<p>Plus de <b>bancs</b></p>", None]


def test_judgements_come_long_or_crossed_and_say_the_same(write):
    long = write(
        "l.csv", "Juge;Action;Critère;Cote", "J1;Planter;Impact;7,5", "J1;Planter;Coût;3", "J1;Peindre;Impact;2"
    )
    crossed = write("c.csv", "Juge;Action;Impact;Coût;Remarque", "J1;Planter;7,5;3;bien", "J1;Peindre;2;;")
    one, other = (ingest.read(path, "judgements").table["performance"].sort_index() for path in (long, crossed))
    pd.testing.assert_series_equal(one, other)
    assert ("J1", "Peindre", "Coût") not in other.index  # a blank is no judgement, and never zero


def test_a_table_of_judges_without_names_is_one_judge(write):
    table = ingest.read(write("t.csv", "Table;Action;Impact", "Table 1;Planter;7"), "judgements").table
    assert table.index.tolist() == [("Table 1", "Planter", "Impact")]


def test_capacity_and_budget_are_read_across_their_periods(write):
    capacity = ingest.read(write("c.csv", "Rôle;T1 2026;avril 2026;2027", "DG;10;3,5;40"), "capacity").table
    assert capacity["days"].to_dict() == {("DG", "2026-Q1"): 10, ("DG", "2026-04"): 3.5, ("DG", "2027"): 40}
    budget = ingest.read(write("b.csv", "Source;2026;2027", "Cotisations;118 000 $;", "Ville;n.d.;5 k$"), "budget")
    assert budget.table["amount"].to_dict() == {
        ("Cotisations", 2026): 118000,
        ("Ville", 2026): None,
        ("Ville", 2027): 5000,
    }
    assert budget.tables["source"].index.tolist() == ["Cotisations", "Ville"]


def test_quarters_of_a_client_whose_year_starts_in_april_are_its_own(write):
    path = write("c.csv", "Rôle;T1 2026;T4 2026", "DG;10;12")
    table = ingest.read(path, "capacity", {"fiscal_start": "04-01"}).table
    assert table["days"].to_dict() == {("DG", "2026-Q1"): 10, ("DG", "2026-Q4"): 12}
    updates = write("u.csv", "Action;Période;Statut", "Planter;T1 2026;En cours")
    assert ingest.read(updates, "updates", {"fiscal_start": "04-01"}).table.index[0][1].isoformat() == "2026-06-30"


def test_days_of_a_role_without_a_period_are_asked_about_and_never_dropped_in_silence(write):
    path = write("r.csv", "Rôle;Jours disponibles par an", "Direction;120")
    imported = ingest.read(path, "roles")
    assert [(question.key, question.default) for question in imported.questions] == [("period", "none")]
    assert "capacity" not in imported.tables
    told = ingest.read(path, "roles", {"period": "2026"})
    assert told.tables["capacity"]["days"].tolist() == [120]
    assert told.tables["capacity"].index.get_level_values("period").tolist() == ["2026"]


def test_effort_is_days_or_a_size(write):
    table = ingest.read(write("e.csv", "Action;Rôle;Effort", "A;DG;12 j", "B;DG;G", "C;DG;P"), "effort").table
    assert table["effort_days"].tolist() == [12, None, None]
    assert table["effort_size"].tolist() == [None, "L", "S"]


def test_reasons_are_coded_and_unlisted_words_stay_word_for_word(write):
    path = write(
        "u.csv",
        "Action;Date;Statut;Motif;Avancement",
        "A;2026-03-31;Reporté;manque de temps et financement non obtenu;20 %",
        "B;2026-03-31;Retiré;la directrice a gagné au loto;0,5",
    )
    table = ingest.read(path, "updates").table
    assert [list(row) for row in table[["reason", "reason_second", "reason_text"]].itertuples(index=False)] == [
        ["time", "funding", None],
        ["other", None, "la directrice a gagné au loto"],
    ]
    assert table["progress"].tolist() == [0.2, 0.5]


def test_a_follow_up_without_a_date_asks_for_it(write):
    path = write("u.csv", "Action;Statut", "Planter;En cours")
    assert [question.key for question in ingest.read(path, "updates").unanswered] == ["updated_on"]
    table = ingest.read(path, "updates", {"updated_on": "T2 2026"}).table
    assert str(table.index[0][1]) == "2026-06-30"


def test_several_choices_in_one_cell_count_for_one_each(write):
    path = write(
        "v.csv", 'ID,"Vos choix","Commentaire"', '1,"Planter;Peindre;",bravo', '2,"Peindre;Bancs",ok', "3,,non"
    )
    imported = ingest.read(path, "ballots")
    assert sorted(key[1:3] for key in imported.table.index) == [
        ("1", "Peindre"), ("1", "Planter"), ("2", "Bancs"), ("2", "Peindre"),
    ]  # fmt: skip
    assert (imported.rows_kept, imported.set_aside[0].why) == (2, "ingest.no_vote")


def test_the_same_file_twice_adds_nothing(write, book):
    path = write("plan.csv", *PLAN)
    assert put(book, path, "actions") > 0
    assert put(book, path, "actions") == 0
    moved = write("plan.csv", PLAN[0], *reversed(PLAN[1:]))
    assert put(book, moved, "actions") == 0
    assert not book.verify()


def test_rows_added_later_take_the_next_ids_and_the_others_keep_theirs(write, book):
    put(book, write("plan.csv", *PLAN), "actions")
    put(book, write("plan.csv", PLAN[0], "3. Neuf;3.1;Ouvrir une boutique;;;;;;", *PLAN[1:]), "actions")
    titles = book.table("action")["title"].to_dict()
    assert titles["A-001"] == "Planter 60 bacs"
    assert titles["A-004"] == "Ouvrir une boutique"
    assert book.table("axis")["title"].tolist() == ["Milieu de vie", "Promotion", "Neuf"]


def test_an_edited_title_keeps_its_id_by_code_or_by_number_and_it_is_said(write, book):
    put(book, write("a.csv", "Code;Action", "X-7;Tenir un marché"), "actions")
    imported = ingest.resolve(ingest.read(write("b.csv", "Code;Action", "X-7;Tenir le grand marché"), "actions"), book)
    assert imported.table.index.tolist() == ["X-7"]
    assert [repair.used for repair in told(imported, "renamed")] == ["Tenir le grand marché"]
    put(book, write("c.csv", "N°;Action", "2.1;Peindre des murales"), "actions")
    renamed = ingest.resolve(ingest.read(write("d.csv", "N°;Action", "2.1;Peindre dix murales"), "actions"), book)
    assert renamed.table.index.tolist() == book.table("action").index[book.table("action")["number"] == "2.1"].tolist()
    other = ingest.resolve(ingest.read(write("e.csv", "N°;Action", "2.1;Refaire le site web"), "actions"), book)
    assert not set(other.table.index) & set(book.table("action").index)


def test_a_blank_cell_leaves_what_is_known_and_unknown_words_do_not(write, book):
    put(book, write("a.csv", "Code;Action;Responsable;Coût", "X-1;Planter;DG;500 $"), "actions")
    put(book, write("b.csv", "Code;Action;Responsable;Coût", "X-1;Planter;;"), "actions")
    assert book.table("action").loc["X-1", ["owner", "cost_low"]].tolist() == ["DG", 500]
    put(book, write("c.csv", "Code;Action;Coût", "X-1;Planter;n.d."), "actions")
    assert pd.isna(book.table("action").loc["X-1", "cost_low"])
    assert book.table("action").loc["X-1", "owner"] == "DG"


def test_other_files_name_actions_by_id_number_title_or_nearly(write, book):
    put(book, write("plan.csv", *PLAN), "actions")
    path = write(
        "u.csv",
        "Action;Date;Statut",
        "A-001;2026-03-31;En cours",
        "1.2;2026-03-31;En cours",
        "Tenir un marche de Noel;2026-03-31;En cours",
        "Tenir un marché de Noëlle;2026-06-30;En cours",
        "Faire la fête;2026-03-31;En cours",
    )
    imported = ingest.resolve(ingest.read(path, "updates"), book)
    assert [key[0] for key in imported.table.index] == ["A-001", "A-002", "A-003", "A-003"]
    assert [repair.used for repair in told(imported, "near")] == ["Tenir un marché de Noël"]
    (left,) = imported.set_aside
    assert left.text("fr") == "Ligne 6\u00a0: l'action «\u00a0Faire la fête\u00a0» n'est pas dans le classeur."
    assert imported.rows_found == imported.rows_kept + 1


def test_a_number_and_a_title_that_name_two_actions_are_not_chosen_between(write, book):
    put(book, write("plan.csv", *PLAN), "actions")
    path = write("u.csv", "N°;Titre;Date;Statut", "1.1;Peindre des murales;2026-03-31;Fait", "1.1;;2026-06-30;Fait")
    imported = ingest.resolve(ingest.read(path, "updates"), book)
    assert [left.why for left in imported.set_aside] == ["ingest.differs_from_title"]
    assert len(imported.table) == 1


def test_judgements_before_any_plan_or_about_another_one_are_refused_in_a_sentence(write, book, lang):
    path = write("j.csv", "Juge;Action;Importance", "J1;Danser;7")
    with pytest.raises(PlanError) as early:
        ingest.resolve(ingest.read(path, "judgements"), book)
    assert early.value.key == "ingest.no_action_yet"
    put(book, write("plan.csv", *PLAN), "actions")
    with pytest.raises(PlanError) as other:
        ingest.resolve(ingest.read(path, "judgements"), book)
    assert "Danser" in other.value.text(lang)


def test_crossed_judgements_find_their_criteria_by_title_and_drop_what_is_none(write, book):
    put(book, write("plan.csv", *PLAN), "actions")
    path = write("j.csv", "Juge;Action;Importance;Urgence;Note de la table", "J1;Planter 60 bacs;7;3;9")
    imported = ingest.resolve(ingest.read(path, "judgements"), book)
    assert sorted(imported.table.index) == [("J1", "A-001", "importance"), ("J1", "A-001", "urgency")]
    assert [repair.found for repair in told(imported, "name_lost")] == ["Note de la table"]
    assert imported.rows_kept == 1


def test_a_cost_without_a_year_goes_to_the_year_its_action_starts(write, book):
    path = write("p.csv", "Action;Début;Financeur 1;Montant", "Planter;2027-03-01;Ville;300", "Peindre;;Ville;200")
    put(book, path, "actions")
    assert book.table("cost").index.tolist() == [("A-001", "Ville", 2027), ("A-002", "Ville", 2026)]
    assert book.table("cost")["currency"].tolist() == ["CAD", "CAD"]
    later = ingest.resolve(ingest.read(path, "actions"), book)
    assert ingest.store_imports(book, [later], by="test", effective="2029-05-05") == 0


def test_a_new_owner_takes_the_place_of_the_former_one(write, book):
    put(book, write("a.csv", "Code;Action;Responsable", "X-1;Planter;DG"), "actions")
    put(book, write("b.csv", "Code;Action;Responsable", "X-1;Planter;Communications"), "actions")
    assert book.table("assignment").index.tolist() == [("X-1", "Communications", "accountable")]


def test_two_files_in_one_command_never_share_an_id(write, book):
    paths = [write("a.csv", "Action", "Planter", "Peindre"), write("b.csv", "Action", "Danser")]
    imports = [ingest.resolve(ingest.read(path, "actions"), book) for path in paths]
    ingest.store_imports(book, imports, by="test", effective="2026-01-05")
    assert book.table("action")["title"].to_dict() == {"A-001": "Planter", "A-002": "Peindre", "A-003": "Danser"}
    assert book.undo(book.last_batch, by="test", why="essai") >= 3
    assert book.table("action").empty


def test_nothing_is_stored_while_a_question_waits(write, book):
    imported = ingest.read(write("p.csv", "Action;Coût", "Planter;0 $"), "actions")
    with pytest.raises(PlanError, match="awaits an answer"):
        ingest.store_imports(book, [imported], by="test", effective="2026-01-05")
    assert book.table("action").empty


def test_the_order_of_rows_does_not_change_what_is_stored_of_a_file_with_codes(write, workspace):
    rows = ["X-2;Peindre;1. Rue", "X-1;Planter;2. Vert", "X-3;Danser;1. Rue"]
    tables = []
    for slug, lines in (("un", rows), ("deux", rows[::-1])):
        clients.new(slug, "generic", slug, workspace=workspace)
        with store.open(slug, workspace) as book:
            put(book, write("p.csv", "Code;Action;Axe", *lines), "actions")
            axes = book.table("axis")["title"]
            tables.append(book.table("action")[["title", "axis_id"]].replace({"axis_id": axes.to_dict()}))
    pd.testing.assert_frame_equal(*tables)


def test_notes_with_the_same_words_stay_two_and_come_back_as_themselves(write, book):
    path = write("n.csv", "Note;Table", "Des bancs;1", "Des bancs;1", "Des arbres;2")
    assert put(book, path, "notes") == 3
    assert put(book, path, "notes") == 0
    assert put(book, write("n2.csv", "Note;Table", "Des bancs;3"), "notes") == 1
    assert book.table("note").index.tolist() == ["N-0001", "N-0002", "N-0003", "N-0004"]


def test_posts_hold_people_by_name_and_meet_them_again(write, book):
    put(book, write("p.csv", "Poste;Titulaire", "Direction;Odile Q.", "Communications;Imane Z."), "posts")
    put(book, write("q.csv", "Nom;Organisation", "Imane Z.;SDC"), "people")
    people, posts = book.table("person"), book.table("post")
    assert people.loc[posts.loc["Communications", "person_id"], ["name", "organisation"]].tolist() == [
        "Imane Z.",
        "SDC",
    ]
    assert len(people) == 2


def test_a_row_set_aside_takes_nothing_from_a_row_with_the_same_dates(write):
    path = write("plan.csv", "Action;Début;Échéance", "Parc;T1 2026;31/12/2026", ";T1 2026;31/12/2026")
    imported = ingest.read(path, "actions")
    assert [left.row for left in imported.set_aside] == [3]
    dates = imported.table.iloc[0]
    assert (str(dates["earliest_start"]), str(dates["deadline"])) == ("2026-01-01", "2026-12-31")


def test_titles_apart_only_by_case_or_accents_are_one_title_whatever_signs_they_hold():
    titles = ["Été À NEUF", "ete a neuf", "Ete\0a neuf", ""]
    assert names.all_bare(titles) == [names.bare(title) for title in titles] == ["ete a neuf"] * 2 + ["ete\0a neuf", ""]


UNKNOWN = ("Juge;Action;Critère;Cote", "Ana;1.1;importance;3", "Ana;A-099;importance;4", "Bo;A 1;urgency;5",
           "Bo;1.2;la mode;2")  # fmt: skip


def test_an_action_or_a_criterion_that_the_workbook_lacks_is_asked_with_its_cell(write, book, lang):
    put(book, write("plan.csv", *PLAN), "actions")
    path = write("cotes.csv", *UNKNOWN)
    imported = ingest.resolve(ingest.read(path, "judgements"), book)
    # By hand: of four rows, 3 and 4 name no action and 5 no criterion.
    assert (imported.rows_found, imported.rows_kept, len(imported.table)) == (4, 1, 1)
    assert [left.row for left in imported.set_aside] == [3, 4, 5]
    asked = imported.to_json(lang)["questions"]
    assert [(q["key"], q["sheet"], q["row"], q["column"], q["found"]) for q in asked] == [
        ("name.action.a-099", "cotes", 3, "B", "A-099"),
        ("name.action.a-1", "cotes", 4, "B", "A 1"),
        ("name.criterion.la-mode", "cotes", 5, "C", "la mode"),
    ]
    assert [[choice["value"] for choice in q["choices"]] for q in asked] == [
        ["leave-out"], ["A-001", "leave-out"], ["leave-out"],
    ]  # fmt: skip
    assert all(word in asked[0]["text"] for word in ("cotes", "3", "B", "A-099"))
    with pytest.raises(PlanError) as waits:
        ingest.store_imports(book, [imported], by="test", effective="2026-01-05")
    assert waits.value.key == "ingest.unanswered"


def test_the_answer_to_an_unknown_name_is_a_row_of_the_workbook_or_leaves_it_out(write, book):
    put(book, write("plan.csv", *PLAN), "actions")
    path = write("cotes.csv", *UNKNOWN)
    answers = {
        "name.action.a-099": "Peindre des murales",
        "name.action.a-1": "A-001",
        "name.criterion.la-mode": "leave-out",
    }
    imported = ingest.resolve(ingest.read(path, "judgements", answers), book)
    assert not imported.questions
    assert sorted(imported.table.index) == [
        ("Ana", "A-001", "importance"), ("Ana", "A-002", "importance"), ("Bo", "A-001", "urgency"),
    ]  # fmt: skip
    assert [(r.found, r.used) for r in told(imported, "name_answered")] == [("A-099", "A-002"), ("A 1", "A-001")]
    assert ingest.store_imports(book, [imported], by="test", effective="2026-01-05") == 3
    wrong = answers | {"name.action.a-099": "A-077"}
    with pytest.raises(PlanError) as refused:
        ingest.resolve(ingest.read(path, "judgements", wrong), book)
    assert refused.value.key == "files.not_a_choice" and "A-077" in refused.value.text("fr")


def test_many_unknown_names_are_one_question(write, book):
    put(book, write("plan.csv", *PLAN), "actions")
    path = write("cotes.csv", UNKNOWN[0], UNKNOWN[1], *(f"Ana;Z-{n};importance;3" for n in range(6)))
    (asked,) = ingest.resolve(ingest.read(path, "judgements"), book).questions
    assert (asked.key, asked.default) == ("name.action", None)
    assert all(word in asked.text("fr") for word in ("6 noms", "ligne 3", "Z-0"))
    left = ingest.resolve(ingest.read(path, "judgements", {"name.action": "leave-out"}), book)
    assert not left.questions and left.rows_kept == 1 and left.rows_found == 7


def test_a_choice_that_is_no_option_is_asked_only_when_the_voter_would_be_lost(write, book):
    put(book, write("plan.csv", *PLAN), "actions")
    path = write("votes.csv", "Bulletin;Vos choix", '1;"Planter 60 bacs;Autre : un lac;"', '2;"Peindre des murales;"',
                 '3;"Rien de tout cela;"', '4;"Planter 60 bacs;Peindre des murales"')  # fmt: skip
    imported = ingest.resolve(ingest.read(path, "ballots"), book)
    assert [(question.facts["found"], question.default) for question in imported.questions] == [
        ("Autre : un lac", "leave-out"), ("Rien de tout cela", None),
    ]  # fmt: skip
    assert [left.row for left in imported.set_aside] == [4]
    assert len(imported.table) == 4


def test_a_column_of_votes_whose_title_nearly_names_an_action_is_never_left_out_in_silence(write, book):
    put(book, write("plan.csv", *PLAN), "actions")
    path = write("votes.csv", "Participant;Planter 60 bacs;Marché de Noël;Total", "P1;3;1;4", "P2;;2;2")
    (asked,) = ingest.resolve(ingest.read(path, "ballots"), book).unanswered
    assert (asked.key, [choice.value for choice in asked.choices]) == (
        "name.item.marche-de-noel",
        ["A-003", "leave-out"],
    )
    settled = ingest.resolve(ingest.read(path, "ballots", {asked.key: "A-003"}), book)
    assert not settled.questions and sorted(settled.table["mark"]) == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("review", ("Action;Motif", "Planter 60 bacs;Manque de temps")),
        ("budget", ("Source;Montant;Statut", "Ville;500 $;Confirmé")),
    ],
)
def test_a_year_that_the_file_does_not_say_is_asked_once_and_no_row_is_lost_for_it(write, kind, lines):
    path = write("suite.csv", *lines)
    (asked,) = ingest.read(path, kind).questions
    assert (asked.key, asked.default) == ("fiscal_year", None) and "suite.csv" in asked.text("fr")
    settled = ingest.read(path, kind, {"fiscal_year": "2026-2027"})
    assert not settled.questions and settled.rows_kept == 1
    assert settled.table.index.get_level_values("fiscal_year").tolist() == [2026]
