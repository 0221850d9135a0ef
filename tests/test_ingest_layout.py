from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from planlib.ingest.files import Sheet, Workbook, read_cells
from planlib.ingest.layout import find_header, find_tables, read_table, to_frame
from planlib.schema import PlanError

SYNONYMS = {
    "title": ["titre de l'action", "titre de la fiche action", "titre", "action"],
    "axis": ["axe"],
    "owner": ["responsable", "personne pilote", "pilote", "structure pilote"],
    "partners": ["partenaires"],
    "cost": ["coût estimé", "coût", "budget prévisionnel total"],
    "deadline": ["échéance", "date de fin"],
}
TET = "data/plans/territoires-en-transitions"


def sheet(*rows, merged=(), hidden=(), ragged=False, name="Plan"):
    return Sheet(name, [list(row) for row in rows], tuple(merged), frozenset(hidden), (), ragged)


def read(*sheets, answers=None, synonyms=SYNONYMS):
    return read_table(Workbook(Path("plan.xlsx"), sheets), synonyms, answers)


def whys(told):
    return [thing.why for thing in told]


def test_title_and_blank_rows_above_the_header_are_left_aside_and_said():
    table = read(
        sheet(["Plan d'action 2026-2028", "", ""], ["", "", ""], ["Axe", "Titre", "Coût"], ["A", "Bancs", "5"])
    )
    assert table.header.rows == (3,)
    assert table.frame.index.tolist() == [4]
    (repair,) = table.repairs
    assert repair.text("en") == "Column headers found in row 3; left aside above them: Plan d'action 2026-2028."


def test_headers_are_matched_whatever_accents_units_and_brackets():
    table = read(sheet(["AXE (x)", "Titre de l’action*", "Cout estimé ($)"], ["A", "Bancs", "5"]))
    assert table.header.matches == {
        "title": ("Titre de l’action*",),
        "axis": ("AXE (x)",),
        "cost": ("Cout estimé ($)",),
    }


def test_the_best_synonym_comes_first_among_several_columns():
    table = read(sheet(["Structure pilote", "Titre", "Personne pilote"], ["Ville", "Bancs", "Ann"]))
    assert table.header.matches["owner"] == ("Personne pilote", "Structure pilote")


def test_help_rows_under_the_header_are_dropped_and_listed():
    table = read(
        sheet(["Axe", "Titre", "Échéance"], ["Champ texte", "Champ texte", "Champ date"], ["A", "Bancs", "2026"])
    )
    assert table.frame["Titre"].tolist() == ["Bancs"]
    assert [(left.row, left.why) for left in table.set_aside] == [(2, "layout.help_row")]


def test_a_merged_group_row_is_joined_over_its_range():
    rows = (
        ["Présentation", "", "Acteurs", "", ""],
        ["Axe", "Titre", "Structure pilote", "Partenaires", "Coût"],
        ["A", "Bancs", "Ville", "SDC", "5"],
    )
    table = read(sheet(*rows, merged=[(1, 0, 1, 1), (1, 2, 1, 3)]))
    assert list(table.frame) == [
        "Présentation / Axe",
        "Présentation / Titre",
        "Acteurs / Structure pilote",
        "Acteurs / Partenaires",
        "Coût",
    ]
    assert table.header.matches["partners"] == ("Acteurs / Partenaires",)


def test_a_header_merged_down_over_two_rows_keeps_its_one_name():
    rows = (
        ["Axe", "Titre", "Acteurs", "", "Coût"],
        ["", "", "Pilote", "Partenaires", ""],
        ["A", "Bancs", "Ville", "SDC", "5"],
    )
    merged = [(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 2, 4)]
    table = read(sheet(*rows, merged=merged))
    assert list(table.frame) == ["Axe", "Titre", "Acteurs / Pilote", "Acteurs / Partenaires", "Coût"]
    assert table.frame.index.tolist() == [3]


def test_a_second_header_row_of_choices_is_joined_to_its_question():
    rows = (
        ["Respondent ID", "What should we do?", "", "Comment"],
        ["", "More trees", "More benches", "Open-Ended Response"],
        ["1", "More trees", "", "ok"],
    )
    table = read(sheet(*rows), synonyms={"text": ["comment"]})
    assert list(table.frame) == [
        "Respondent ID",
        "What should we do? / More trees",
        "What should we do? / More benches",
        "Comment",
    ]
    assert table.header.matches == {"text": ("Comment",)}


def test_headers_there_several_times_take_their_left_neighbour():
    names = ["Titre", "Financeur 1", "Montant € HT", "Financeur 2", "Montant € HT"]
    table = read(sheet(names, ["Bancs", "Ville", "3", "SDC", "4"]))
    assert list(table.frame)[2::2] == ["Montant € HT (Financeur 1)", "Montant € HT (Financeur 2)"]
    table = read(sheet(["Titre", "Labels", "Labels", "Labels"], ["Bancs", "a", "b", "c"]))
    assert list(table.frame)[1:] == ["Labels (1)", "Labels (2)", "Labels (3)"]


def test_a_blank_header_over_data_is_asked():
    plan = sheet(["Titre", "", "Coût"], ["Bancs", "x", "5"])
    table = read(plan)
    assert [question.key for question in table.questions] == ["header.B"]
    assert "Column B of 'Plan' has no header but holds data ('x')" in table.questions[0].text("en")
    assert list(table.frame) == ["Titre", "(B)", "Coût"]
    assert list(read(plan, answers={"header.B": "Notes"}).frame) == ["Titre", "Notes", "Coût"]
    ignored = read(plan, answers={"header.B": "ignore"})
    assert list(ignored.frame) == ["Titre", "Coût"]
    assert whys(ignored.repairs) == ["layout.ignored_column"]


def test_a_blank_header_over_nothing_is_no_question():
    assert list(read(sheet(["Titre", "", "Coût", ""], ["Bancs", "", "5", ""])).frame) == ["Titre", "Coût"]


def test_a_row_longer_than_the_header_is_shown_and_never_shifted():
    rows = [["Axe", "Titre", "Coût"], ["A", "Bancs", "5"], ["B", "Parc", "rue", "7"], ["C", "Piste", "9"]]
    table = read(sheet(*rows, ragged=True))
    (question,) = table.questions
    assert question.key == "long-rows"
    assert "Row 3 has 4 cells for 3 columns: 'B | Parc | rue | 7'" in question.text("en")
    assert table.frame.index.tolist() == [2, 4]
    assert [(left.row, left.why) for left in table.set_aside] == [(3, "layout.long_row")]
    assert not read(sheet(*rows, ragged=True), answers={"long-rows": "leave-out"}).questions


def test_rows_shorter_than_the_header_are_padded_and_counted():
    table = read(sheet(["Axe", "Titre", "Coût"], ["A", "Bancs"], ["B", "Parc", "7"], ["C"], ragged=True))
    assert table.frame["Coût"].tolist() == ["", "7", ""]
    (repair,) = table.repairs
    assert "2 rows are shorter than the 3 columns, the first is row 2" in repair.text("en")


def test_totals_are_left_out_and_compared_with_our_own_sum():
    table = read(
        sheet(
            ["Axe", "Titre", "Coût"],
            ["A", "Bancs", "100 $"],
            ["A", "Arbres", "entre 50 et 60 $"],
            ["Sous-total", "", "155 $"],
            ["B", "Parc", "1 000 $"],
            ["B", "Piste", "n.d."],
            ["Sous-total axe B", "", "1 000 $"],
            ["TOTAL", "", "1 200 $"],
        )
    )
    assert table.frame["Titre"].tolist() == ["Bancs", "Arbres", "Parc", "Piste"]
    agrees, second, differs = table.repairs
    assert (agrees.why, agrees.row, agrees.column, agrees.used) == ("layout.total_agrees", 4, "C", "150 - 160")
    assert (second.why, second.used) == ("layout.total_agrees", "1000")  # of its own axis, not of the whole
    assert (differs.why, differs.found, differs.used) == ("layout.total_differs", "1 200 $", "1150 - 1160")
    assert differs.facts["unread"] == 1
    assert "says 1 200 $, our sum is 1150 - 1160; cells without an amount: 1" in differs.text("en")


def test_an_action_about_a_total_is_an_action():
    table = read(
        sheet(["Titre", "Responsable", "Coût"], ["Total des besoins à chiffrer", "Ann", "5"], ["Parc", "Bob", "6"])
    )
    assert len(table.frame) == 2


def test_footnotes_are_left_out_and_listed():
    table = read(
        sheet(["Titre", "Coût"], ["Bancs", "5"], ["* Sous réserve d’approbation", ""], ["Source : budget 2026", ""])
    )
    assert whys(table.set_aside) == ["layout.footnote", "layout.footnote"]
    assert "* Sous réserve d’approbation" in table.set_aside[0].text("fr")


def test_a_list_of_one_column_keeps_what_starts_with_a_star():
    table = read(sheet(["Note"], ["* plus de bancs"], ["total"]), synonyms={"text": ["note"]})
    assert table.frame["Note"].tolist() == ["* plus de bancs", "total"]


def test_merged_cells_are_filled_down():
    rows = (["Axe", "Titre"], ["A", "Bancs"], ["", "Parc"], ["", "Piste"], ["B", "Arbres"])
    table = read(sheet(*rows, merged=[(2, 0, 4, 0)]))
    assert table.frame["Axe"].tolist() == ["A", "A", "A", "B"]
    (repair,) = table.repairs
    assert "2 cells filled down from merged cells (the first in A2: 'A')" in repair.text("en")


def test_hidden_rows_are_kept_unless_a_person_says_otherwise():
    plan = sheet(["Axe", "Titre"], ["A", "Bancs"], ["B", "Parc"], ["C", "Piste"], hidden=[2, 4])
    table = read(plan)
    (question,) = table.questions
    assert (question.key, question.default) == ("hidden-rows", "keep")
    assert "2 hidden rows in 'Plan' (2, 4): keep them or leave them out?" in question.text("en")
    assert len(table.frame) == 3
    left_out = read(plan, answers={"hidden-rows": "leave-out"})
    assert left_out.frame["Titre"].tolist() == ["Parc"]
    assert whys(left_out.set_aside) == ["layout.hidden_row"] * 2


def test_the_plan_is_read_and_not_the_instructions_before_it():
    help_sheet = sheet(["Comment remplir"], ["Saisissez une action par ligne"], name="Mode d'emploi")
    table = read(help_sheet, sheet(["Axe", "Titre"], ["A", "Bancs"]))
    assert table.sheet == "Plan"
    (repair,) = table.repairs
    assert repair.text("en") == "Table read: Plan. One other table is not read: Mode d'emploi (1-2)."


def test_sheets_that_match_alike_are_asked():
    sheets = [sheet(["Axe", "Titre"], *[["A", f"x{n}"]] * n, name=f"Axe {n}") for n in (1, 2)]
    table = read(*sheets)
    (question,) = table.questions
    assert question.key == "table"
    assert [choice.value for choice in question.choices] == ["1", "2", "all"]
    assert question.choices[1].text("en") == "Axe 2, rows 1 to 3: 2 rows, 2 columns"
    assert read(*sheets, answers={"table": "1"}).sheet == "Axe 1"
    with pytest.raises(PlanError, match="not one of the choices"):
        read(*sheets, answers={"table": "3"})


def test_a_poll_export_of_two_tables_gives_the_votes(tmp_path):
    path = tmp_path / "poll.csv"  # the shape of a Loomio export, by the shared README
    path.write_text(
        "title,Budget\nauthor,Ann\nstances,3\n\nparticipant,Bancs,Arbres,reason\n"
        "Ann,1,2,why\nBob,0,1,\nCid,0,0,no\ntotal,1,3,\n"
    )
    book = read_cells(path)
    assert len(find_tables(book.sheets[0], {"voter": ["participant"], "reason": ["reason"]})) == 2
    table = read_table(book, {"voter": ["participant"], "reason": ["reason"]})
    assert table.frame["participant"].tolist() == ["Ann", "Bob", "Cid"]
    assert whys(table.set_aside) == ["layout.total_row"]
    assert [r.why for r in table.repairs if r.column] == ["layout.total_agrees"] * 2


def test_rows_of_a_second_table_below_are_set_aside_and_never_mixed_in():
    plan = sheet(
        ["Axe", "Titre", "Coût"], ["A", "Bancs", "5"], ["", "", ""], ["Pilote", "Partenaires", ""], ["Ann", "SDC", ""]
    )
    table = read(plan)
    assert table.frame["Titre"].tolist() == ["Bancs"]
    assert [(left.row, left.why) for left in table.set_aside] == [(4, "layout.other_table"), (5, "layout.other_table")]
    assert table.rows_found == 3
    assert read(plan, answers={"table": "2"}).frame["Pilote"].tolist() == ["Ann"]


def test_a_header_repeated_after_a_blank_row_goes_on_with_the_table():
    table = read(sheet(["Axe", "Titre"], ["A", "Bancs"], ["", ""], ["Axe", "Titre"], ["B", "Parc"]))
    assert table.frame["Titre"].tolist() == ["Bancs", "Parc"]
    assert whys(table.set_aside) == ["layout.repeated_header"]


def test_years_and_ids_may_head_columns_beside_words():
    table = read(sheet(["participant", "group-id", "0", "1"], ["7", "1", "-1", ""]), synonyms={})
    assert list(table.frame) == ["participant", "group-id", "0", "1"]


def test_a_list_without_a_known_header_is_asked():
    notes = sheet(["plus de bancs"], ["un parc"], ["une piste"])
    table = read(notes)
    (question,) = table.questions
    assert question.key == "header-row"
    assert [choice.value for choice in question.choices] == ["1", "none"]
    table = read(notes, answers={"header-row": "none"})
    assert not table.questions
    assert table.frame.iloc[:, 0].tolist() == ["plus de bancs", "un parc", "une piste"]
    with pytest.raises(PlanError, match="is not a row number"):
        read(notes, answers={"header-row": "premier"})


def test_a_header_alone_names_the_row_under_which_nothing_stands():
    with pytest.raises(PlanError, match="No rows of data found under row 1 of 'Plan'"):
        read(sheet(["Axe", "Titre"]))


def test_a_sheet_of_figures_has_no_header():
    with pytest.raises(PlanError, match="No row of column headers in 'Plan'"):
        read(sheet(["1", "2"], ["3", "4"]))


def test_rows_carry_the_numbers_excel_shows(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "plan.xlsx")
    page = book.add_worksheet("Plan")
    page.write_row(4, 1, ["Axe", "Titre", "Coût"])
    page.write_row(6, 1, ["A", "Bancs", 5])
    page.write_row(9, 1, ["B", "Parc", 7])
    book.close()
    table = read_table(read_cells(tmp_path / "plan.xlsx"), SYNONYMS)
    assert table.frame.index.tolist() == [7, 10]
    assert table.header.column("Coût") == "D"


# --- Real files: rows counted on the bare grid, before any code of ours ------------------------------------------


@pytest.mark.parametrize(
    ("name", "page", "header", "kept", "aside"),
    [
        # ten rows: two of headers, one of help, seven actions
        ("nouveau-plan-valide.xlsx", "Fichier dimport", (1, 2), 7, 1),
        ("modele-import-pa.xlsx", "Fichier dimport", (1, 2), 1, 2),
        ("modele-import-pa.ods", "Fichier_dimport", (1, 2), 1, 2),
        ("plan_budget_issue.xlsx", "Plan daction", (1, 2), 10, 0),
        ("plan_with_duplicate_actions.xlsx", "Plan", (2,), 2, 0),
        ("plan_with_sous_actions.xlsx", "Plan", (2,), 6, 0),
    ],
)
def test_action_plan_workbooks_give_their_rows(shared, name, page, header, kept, aside):
    table = read_table(read_cells(shared / TET / name), SYNONYMS)
    assert (table.sheet, table.header.rows) == (page, header)
    assert (len(table.frame), len(table.set_aside)) == (kept, aside)
    assert table.rows_found == kept + aside
    assert not table.questions


def test_an_empty_template_is_refused_with_its_header_row(shared):
    with pytest.raises(PlanError, match="No rows of data found under row 2 of 'Plan daction'"):
        read_table(read_cells(shared / TET / "export_plan_action.xlsx"), SYNONYMS)


@pytest.mark.parametrize(
    ("name", "rows"),  # by the shared README
    [
        ("plans/canada-nap5/nap5_plan.csv", 106),
        ("plans/pnete-brasil/actions.csv", 66),
        ("plans/pnete-brasil/axes.csv", 6),
        ("plans/pnete-brasil/organizations.csv", 85),
        ("polis/scoop-hivemind.affordable-housing/comments.csv", 165),
        ("polis/scoop-hivemind.affordable-housing/votes.csv", 15_076),
        ("polis/scoop-hivemind.freshwater/comments.csv", 80),
        ("polis/15-per-hour-seattle/comments.csv", 54),
        ("fr/12_votes_multiselect.csv", 12),
    ],
)
def test_published_row_counts_are_found(shared, name, rows):
    table = read_table(read_cells(shared / "data" / name), {})
    assert len(table.frame) == table.rows_found == rows


def test_the_french_file_with_title_total_and_footnote(shared):
    table = read_table(read_cells(shared / "data/fr/08_title_totals_footer.csv"), SYNONYMS)
    assert table.header.rows == (3,)
    assert len(table.frame) == 20
    assert [(left.row, left.why) for left in table.set_aside] == [(25, "layout.total_row"), (26, "layout.footnote")]
    (total,) = [repair for repair in table.repairs if repair.why == "layout.total_differs"]
    assert total.found == "57 250,50 $"


# --- Every row is kept or set aside ------------------------------------------------------------------------------

CELL = st.sampled_from(["", "", "Bancs", "TOTAL", "12 500 $", "* note", "Champ texte", "Titre", "n.d.", "Axe", "2026"])


@settings(deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=12),
    ragged=st.booleans(),
    hidden=st.sets(st.integers(1, 14)),
    answers=st.sampled_from([None, {"hidden-rows": "leave-out"}, {"long-rows": "leave-out"}]),
)
def test_every_row_below_the_header_is_kept_or_set_aside_once(rows, ragged, hidden, answers):
    if not ragged:
        rows = [row + [""] * (5 - len(row)) for row in rows]
    plan = sheet(["Axe", "Titre", "Coût"], *rows, ragged=ragged, hidden=hidden)
    header = find_header(plan, SYNONYMS, row=1)
    below = {number for number, row in enumerate(plan.rows, 1) if number >= header.first_row and any(row)}
    if not below:
        with pytest.raises(PlanError, match="No rows of data"):
            to_frame(plan, header, answers)
        return
    before = [list(row) for row in plan.rows]
    table = to_frame(plan, header, answers)
    kept, aside = table.frame.index.tolist(), [left.row for left in table.set_aside]
    assert sorted(kept + aside) == sorted(below)
    assert table.rows_found == len(below)
    assert plan.rows == before  # nothing is changed in place
    for number in kept:  # and no cell is shifted
        row = plan.rows[number - 1]
        values = [value for value in table.frame.loc[number] if value]
        assert values == [cell for cell in row if cell]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=15))
def test_any_grid_is_a_table_or_a_sentence(rows):
    try:
        table = read(sheet(*rows, ragged=True))
    except PlanError as refusal:
        assert refusal.text("fr") and str(refusal)
        return
    assert table.rows_found == len(table.frame) + len(table.set_aside)
    assert table.frame.columns.is_unique


def test_a_workbook_written_by_another_program_reads_the_same(tmp_path):
    rows = [["Axe", "Titre", "Coût"], ["A", "Bancs", 12500], ["B", "Été & fêtes", 0.5], ["C", "中文", None]]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "openpyxl.xlsx")
    other = xlsxwriter.Workbook(tmp_path / "xlsxwriter.xlsx")
    page = other.add_worksheet("Sheet")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    other.close()
    (tmp_path / "plan.csv").write_text(
        "\n".join(",".join("" if c is None else str(c) for c in r) for r in rows), "utf-8"
    )
    tables = [read_table(read_cells(path), SYNONYMS).frame for path in sorted(tmp_path.iterdir())]
    assert len(tables) == 3
    for table in tables[1:]:
        assert table.equals(tables[0])
