"""The plan's workbook as people open it, fill it in and send it back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import missing

from planlib import cli, clients, facts, office, store
from planlib.office import cells, spec
from planlib.office.write import HIDDEN, lines, money_format
from planlib.schema import CODES, PlanError
from planlib.words import word

SAY = {"by": "essai", "why": "cas fait à la main"}
TODAY = date(2026, 7, 1)
LATER = date(2026, 7, 8)


def plain(text: str) -> str:
    """No-break spaces are tested with the words; here they would hide the sentence."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


@pytest.fixture
def book(workspace):
    """Four actions of two owners: one under way, one postponed, two to come; a cost range and an unknown one."""
    clients.new("essai", "sdc", "SDC d'essai", name_en="Test SDC", workspace=workspace, accent="#7a4a1e")
    with store.open("essai", workspace) as made:
        put(made, "axis", axis_id="X1", title="Animer", title_en="Enliven", number="1")
        put(made, "post", post_id="DG", title="Direction", title_en="Director")
        put(made, "source", source_id="S1", title="Cotisations", title_en="Levies", status="confirmed")
        put(made, "budget", source_id="S1", fiscal_year=2026, amount=1_250_000.0, currency="CAD")
        for n, title in enumerate(("Kiosque", "=2+3", "Marché", "Fanions"), 1):
            owner = {} if n < 3 else {"owner": "Comité"}
            put(
                made, "action", action_id=f"A{n}", title=title, axis_id="X1", status="to_come", number=f"1.{n}", **owner
            )
        for action in ("A1", "A2"):
            put(made, "assignment", action_id=action, post_id="DG", part="accountable")
        money = {"source_id": "S1", "fiscal_year": 2026, "currency": "CAD"}
        put(made, "cost", action_id="A1", amount_low=12_500.0, amount_high=1_300_000.0, **money)
        update(made, "A1", "2026-06-15", status="under_way", health="on_plan", progress=0.4, comment="Loué.")
        update(made, "A2", "2026-06-15", status="postponed", reason="people", new_date="2026-09-01")
        yield made


def put(made, kind, **row):
    made.put(kind, pd.DataFrame([row]), effective="2026-01-01", **SAY)


def update(made, action, day, **row):
    made.put("update", pd.DataFrame([{"action_id": action, "updated_on": day, **row}]), effective=day, **SAY)


@pytest.fixture
def sent(book, tmp_path):
    """The plan's workbook in French, as exported."""
    return office.export(book, facts.read(book, TODAY), "fr", tmp_path / "plan.xlsx")


def filled(path, *edits, sheet=0, name="retour.xlsx"):
    """A copy of a workbook in which a person changed cells: (action, field, value) each."""
    made = openpyxl.load_workbook(path)
    page = made.worksheets[sheet]
    for action, field, value in edits:
        page[place(page, action, field)] = value
    made.save(path.with_name(name))
    return path.with_name(name)


def place(page, action, field, lang="fr") -> str:
    head = cells.for_sheet(word(next(one.head for one in spec.PLAN.fields if one.name == field), lang))
    column = next(cell.column_letter for cell in page[spec.HEADER + 1] if cell.value == head)
    row = next(cell.row for cell in page["A"] if cell.value == action)
    return f"{column}{row}"


def merge(book, *paths, day=LATER, **more):
    return office.merge(book, paths, day, by="Direction", **more)


# Out


def test_a_workbook_holds_the_plan_its_money_people_indicators_and_legend(book, sent):
    names = openpyxl.load_workbook(sent).sheetnames
    assert names == ["Plan", "Détails", "Budget", "Responsables", "Légende", HIDDEN]


def test_only_what_people_may_edit_is_unlocked(sent):
    made = openpyxl.load_workbook(sent)
    assert all(page.protection.sheet for page in made)
    assert made[HIDDEN].sheet_state == "veryHidden"
    unlocked = {cell.coordinate for page in made for row in page for cell in row if not cell.protection.locked}
    page = made["Plan"]
    wanted = {place(page, f"A{n}", field.name) for n in (1, 2, 3, 4) for field in spec.EDITABLE}
    assert unlocked == wanted
    assert {field.name for field in spec.EDITABLE} == {
        "status", "health", "progress", "comment", "reason", "decision", "new_date",
    }  # fmt: skip


def test_cells_choose_from_the_words_of_the_language(book, tmp_path, lang):
    path = office.export(book, facts.read(book, TODAY), lang, tmp_path / "plan.xlsx")
    made = openpyxl.load_workbook(path)
    legend = made[cells.for_sheet(word("office.sheet_legend", lang))]
    found = {}
    for rule in made["Plan"].data_validations.dataValidation:
        if rule.type == "list":
            area = rule.formula1.split("!")[1].replace("$", "")
            found[str(rule.sqref)[0]] = [row[0].value for row in legend[area]]
    page = made["Plan"]
    for field in spec.EDITABLE:
        if field.codes:
            offered = [code for code in CODES[field.codes] if code not in spec.COMPUTED.get(field.codes, ())]
            labels = [cells.for_sheet(word(f"{field.codes}.{code}", lang)) for code in offered]
            assert found[place(page, "A1", field.name, lang)[0]] == labels


def test_headers_stay_in_sight_and_print_on_every_page(sent):
    page = openpyxl.load_workbook(sent)["Plan"]
    assert page.freeze_panes == "E5"
    assert page.print_title_rows == "$4:$4"
    assert page.page_setup.orientation == "landscape"
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page["A4"].fill.fgColor.rgb == "FF7A4A1E"
    assert page["A4"].alignment.wrap_text


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_text_that_looks_like_a_formula_stays_a_text(book, tmp_path, start):
    title = f"{start}HYPERLINK(1)"
    put(book, "action", action_id="A3", title=title)
    update(book, "A3", "2026-06-20", status="under_way", comment=title)
    path = office.export(book, facts.read(book, TODAY), "fr", tmp_path / "plan.xlsx")
    made = openpyxl.load_workbook(path)
    found = [cell for page in made for row in page for cell in row if cell.value == title]
    assert len(found) >= 3  # title, comment, and what is kept
    assert {cell.data_type for cell in found} == {"s"}
    assert all(cell.quotePrefix for cell in found if cell.parent.title == "Plan")
    assert b"<f>" not in b"".join(parts(path))
    assert merge(book, path).changes == []


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]


def test_french_and_english_show_the_same_figures(book, tmp_path):
    known = facts.read(book, TODAY)
    pages = [
        openpyxl.load_workbook(office.export(book, known, lang, tmp_path / f"{lang}.xlsx")).worksheets[:-1]
        for lang in ("fr", "en")
    ]
    figures = [
        [
            (n, cell.coordinate, cell.value)
            for n, page in enumerate(of)
            for row in page
            for cell in row
            if isinstance(cell.value, int | float | datetime)
        ]
        for of in pages
    ]
    assert figures[0] == figures[1]
    assert len(figures[0]) > 10


def test_the_same_data_give_the_same_bytes(book, tmp_path):
    known = facts.read(book, TODAY)
    one, other = (office.export(book, known, "fr", tmp_path / f"{n}.xlsx").read_bytes() for n in (1, 2))
    assert one == other


def test_nothing_is_written_over_a_file_that_is_there(book, sent):
    before = sent.read_bytes()
    with pytest.raises(PlanError, match=r"'plan.xlsx' already exists.*Give another name"):
        office.export(book, facts.read(book, TODAY), "fr", sent)
    assert sent.read_bytes() == before
    assert [path.name for path in sent.parent.iterdir() if path.name.startswith(".part")] == []


def test_an_unknown_amount_is_blank_and_never_zero(sent):
    page = openpyxl.load_workbook(sent)["Détails"]
    heads = {cell.value: cell.column_letter for cell in page[4]}
    rows = {cell.value: cell.row for cell in page["A"]}
    assert page[f"{heads['Coût, au plus']}{rows['A1']}"].value == 1_300_000
    assert page[f"{heads['Coût, au plus']}{rows['A2']}"].value is None


@pytest.mark.parametrize(
    ("value", "lang", "currency", "pattern"),
    [
        (0, "fr", "CAD", '0"\u00a0$"'),
        (999, "fr", "CAD", '0"\u00a0$"'),
        (12_500, "fr", "CAD", '#"\u00a0"##0"\u00a0$"'),
        (-3_800, "fr", "CAD", '#"\u00a0"##0"\u00a0$"'),
        (1_250_000, "fr", "EUR", '#"\u00a0"###"\u00a0"##0"\u00a0€"'),
        (12_500, "en", "CAD", '"$"#","##0'),
        (12_500, "en", "USD", '"USD\u00a0"#","##0'),
    ],
)
def test_money_is_grouped_as_the_language_does_on_any_computer(value, lang, currency, pattern):
    assert money_format(value, currency, lang) == pattern


def test_a_row_is_as_high_as_its_longest_text():
    assert lines("mot", 20) == 1
    assert lines("mot\nmot", 20) == 2
    assert lines("un deux trois " * 10, 20) == 7  # 21 characters a line hold one and a half repeats of 14


def test_a_text_longer_than_a_cell_is_refused_and_not_cut(book, tmp_path):
    update(book, "A3", "2026-06-20", status="under_way", comment="é" * 40_000)
    with pytest.raises(PlanError, match=r"has 40,000 characters; a cell holds 32,767"):
        office.export(book, facts.read(book, TODAY), "fr", tmp_path / "plan.xlsx")
    assert list(tmp_path.glob("*.xlsx")) == []


def test_an_owners_sheet_holds_that_owners_actions_alone(book, tmp_path):
    for owner, actions in (("DG", {"A1", "A2"}), ("comité", {"A3", "A4"})):
        path = office.export(book, facts.read(book, TODAY), "en", tmp_path / f"{owner}.xlsx", owner=owner)
        made = openpyxl.load_workbook(path)
        assert made.sheetnames == ["Plan", "Legend", HIDDEN]
        assert {cell.value for cell in made["Plan"]["A"][spec.FIRST :]} == actions
    with pytest.raises(PlanError, match=r"Nobody in the plan is called 'DX'. Choose one of: Comité and DG"):
        office.export(book, facts.read(book, TODAY), "en", tmp_path / "x.xlsx", owner="DX")


def test_the_public_workbook_has_nothing_to_fill_in_and_no_words_of_the_follow_up(book, tmp_path):
    path = office.export(book, facts.read(book, TODAY), "fr", tmp_path / "public.xlsx", edition="public")
    made = openpyxl.load_workbook(path)
    assert made.sheetnames == ["Plan", "Détails", "Budget", "Légende"]
    assert all(cell.protection.locked for page in made for row in page for cell in row)
    assert "Loué." not in {cell.value for page in made for row in page for cell in row}
    with pytest.raises(PlanError, match=r"not a workbook exported by planlib"):
        merge(book, path)


def test_the_clients_own_words_head_the_columns(book, tmp_path):
    put(book, "glossary", term_id="axis", fr="orientation", en="direction")
    path = office.export(book, facts.read(book, TODAY), "fr", tmp_path / "plan.xlsx")
    heads = [cell.value for cell in openpyxl.load_workbook(path)["Plan"][4]]
    assert "Orientation" in heads
    assert "Axe" not in heads


# Back in


def test_a_workbook_sent_back_untouched_says_nothing(book, sent):
    found = merge(book, sent, filled(sent))
    assert (found.changes, found.conflicts, found.refused, found.batch) == ([], [], [], None)


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("status", "réalisé", "done"),
        ("status", "Done", "done"),  # the other language's word will do
        ("health", "à surveiller", "watch"),
        ("progress", 0.75, 0.75),
        ("progress", "75 %", 0.75),
        ("comment", "Ouvert le 3 juillet.", "Ouvert le 3 juillet."),
        ("comment", "=1+1 n'est pas une formule", "=1+1 n'est pas une formule"),
        ("reason", "manque de temps", "time"),
        ("decision", "scinder", "split"),
        ("new_date", datetime(2026, 10, 1), pd.Timestamp("2026-10-01")),
        ("new_date", "2026-10-01", pd.Timestamp("2026-10-01")),
    ],
)
def test_one_cell_edited_is_one_change(book, sent, field, value, stored):
    entries = len(book.history())
    path = filled(sent, ("A1", field, value))
    if isinstance(value, str) and value.startswith("="):
        made = openpyxl.load_workbook(path)
        cell = made["Plan"][place(made["Plan"], "A1", field)]
        cell.value, cell.data_type = value, "s"
        made.save(path)
    found = merge(book, path)
    assert [(one.place.action_id, one.field) for one in found.changes] == [("A1", field)]
    assert (found.conflicts, found.refused) == ([], [])
    assert book.table("update").loc[("A1", "2026-07-08"), field] == stored
    assert len(book.history()) == entries + 1
    assert book.history()["why"].iloc[-1] == "planlib import retour.xlsx"
    assert merge(book, path).changes == []  # sent twice, it adds nothing


def test_a_batch_of_changes_is_taken_back_whole(book, sent):
    found = merge(book, filled(sent, ("A1", "progress", 0.9), ("A3", "status", "en cours")))
    assert len(found.changes) == 2
    assert book.undo(found.batch, **SAY) == 2
    assert ("A1", "2026-07-08") not in book.table("update").index


def test_a_dry_run_tells_and_writes_nothing(book, sent):
    entries = len(book.history())
    assert len(merge(book, filled(sent, ("A1", "progress", 0.9)), dry_run=True).changes) == 1
    assert len(book.history()) == entries


def test_a_new_status_keeps_the_reason_and_date_that_stand_beside_it(book, sent):
    merge(book, filled(sent, ("A2", "status", "retiré")))
    row = book.table("update").loc[("A2", "2026-07-08")]
    assert row[["status", "reason", "new_date"]].tolist() == ["dropped", "people", pd.Timestamp("2026-09-01")]


def test_an_emptied_reason_lapses_and_the_status_stands(book, sent):
    found = merge(book, filled(sent, ("A2", "reason", None)))
    assert [(one.field, one.after) for one in found.changes] == [("reason", "")]
    row = book.table("update").loc[("A2", "2026-07-08")]
    assert row["status"] == "postponed"
    assert pd.isna(row["reason"])
    assert row["new_date"] == pd.Timestamp("2026-09-01")


def test_what_was_said_the_same_day_is_kept(book, sent):
    update(book, "A3", "2026-07-08", comment="Dit au téléphone")
    merge(book, filled(sent, ("A3", "status", "en cours")))
    row = book.table("update").loc[("A3", "2026-07-08")]
    assert row[["status", "comment"]].tolist() == ["under_way", "Dit au téléphone"]


def test_a_cell_changed_on_both_sides_is_a_conflict_and_not_written(book, sent):
    update(book, "A1", "2026-07-05", progress=0.6)
    path = filled(sent, ("A1", "progress", 0.9), ("A3", "status", "en cours"))
    found = merge(book, path)
    assert [(one.place.action_id, one.exported, one.now, one.file) for one in found.conflicts] == [
        ("A1", "0.4", "0.6", "0.9")
    ]
    assert [one.place.action_id for one in found.changes] == ["A3"]
    assert ("A1", "2026-07-08") not in book.table("update").index


def test_both_sides_saying_the_same_is_no_conflict(book, sent):
    update(book, "A1", "2026-07-05", progress=0.9)
    found = merge(book, filled(sent, ("A1", "progress", 0.9)))
    assert (found.changes, found.conflicts) == ([], [])


def test_a_cell_changed_in_the_workbook_alone_stays_changed(book, sent):
    update(book, "A1", "2026-07-05", progress=0.6)
    found = merge(book, filled(sent, ("A1", "health", "à surveiller")))
    assert [one.field for one in found.changes] == ["health"]
    assert office.merge(book, [sent], LATER, by="x").changes == []


def test_time_that_passes_is_no_conflict(book, sent):
    found = merge(book, filled(sent, ("A1", "health", "en difficulté")), day=date(2026, 12, 1))
    assert [(one.field, one.after) for one in found.changes] == [("health", "trouble")]
    assert found.conflicts == []


def test_two_files_that_disagree_are_a_conflict_for_the_second(book, sent):
    one = filled(sent, ("A1", "progress", 0.5), name="un.xlsx")
    other = filled(sent, ("A1", "progress", 0.6), name="deux.xlsx")
    found = merge(book, one, other)
    assert [c.place.file for c in found.changes] == ["un.xlsx"]
    assert [c.place.file for c in found.conflicts] == ["deux.xlsx"]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("title", "Kiosque neuf", r"« Action » ne se change pas ici \(c'était : Kiosque\)"),
        ("start", datetime(2026, 5, 1), r"« Début » ne se change pas ici"),
        (
            "status",
            "presque fini",
            r"« presque fini » n'est pas un mot de la liste. Choisissez parmi : à venir, en cours",
        ),
        ("status", None, r"a été vidée"),
        ("comment", None, r"a été vidée"),
        ("health", "sans mise à jour", r"se calcule"),
        ("progress", 40, r"« 40 » n'est pas entre 0 % et 100 %"),
        ("progress", "bientôt", r"« bientôt » n'est pas entre 0 % et 100 %"),
        ("new_date", "l'automne", r"« l'automne » n'est pas une date. Écrivez-la AAAA-MM-JJ"),
    ],
)
def test_a_cell_that_will_not_do_is_refused_with_its_place_and_why(book, sent, field, value, why):
    entries = len(book.history())
    path = filled(sent, ("A1", field, value))
    found = merge(book, path)
    assert (found.changes, found.conflicts) == ([], [])
    (refusal,) = found.refused
    page = openpyxl.load_workbook(sent)["Plan"]
    assert refusal.place.sheet == "Plan"
    assert f"{refusal.place.column}{refusal.place.row}" == place(page, "A1", field)
    assert re.search(why, plain(refusal.why.text("fr")))
    assert refusal.why.text("en")
    assert len(book.history()) == entries


def test_a_locked_figure_changed_on_another_sheet_is_refused(book, sent):
    made = openpyxl.load_workbook(sent)
    made["Budget"]["D5"] = 2_000_000
    made.save(sent)
    (refusal,) = merge(book, sent).refused
    assert (refusal.place.sheet, refusal.place.column, refusal.place.row) == ("Budget", "D", 5)
    assert "(c'était : 1250000)" in plain(refusal.why.text("fr"))


def test_rows_may_be_sorted(book, sent):
    path = filled(sent, ("A4", "status", "en cours"))
    made = openpyxl.load_workbook(path)
    page = made["Plan"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=5, max_row=8)]
    for at, row in zip(range(5, 9), reversed(rows), strict=True):
        for column, value in enumerate(row, 1):
            page.cell(at, column).value = value
            if isinstance(value, str) and value.startswith("="):
                page.cell(at, column).data_type = "s"
    made.save(path)
    found = merge(book, path)
    assert [(one.place.action_id, one.place.row) for one in found.changes] == [("A4", 5)]
    assert found.refused == []


def test_rows_and_columns_added_or_taken_out_are_told(book, sent):
    made = openpyxl.load_workbook(sent)
    page = made["Plan"]
    page["A9"], page["D9"] = "A1", "Encore A1"
    page["A10"], page["D10"] = "Z9", "Nouvelle"
    page[place(page, "A4", "status")] = "en cours"
    page.cell(4, [cell.value for cell in page[4]].index("Motif") + 1).value = "Pourquoi"
    page.delete_rows(7)
    made.save(sent)
    found = merge(book, sent)
    assert [one.why.key for one in found.refused] == [
        "office.column_gone", "office.row_twice", "office.row_unknown", "office.row_gone",
    ]  # fmt: skip
    assert [one.place.action_id for one in found.changes] == ["A4"]  # what could be read was read


def test_an_action_set_aside_meanwhile_is_told(book, sent):
    book.set_aside("action", ["A3"], effective="2026-07-02", **SAY)
    found = merge(book, filled(sent, ("A3", "status", "en cours")))
    assert [one.why.key for one in found.refused] == ["office.set_aside"]
    assert found.changes == []


def test_a_file_of_another_client_or_of_nobody_is_refused_and_nothing_written(book, sent, workspace, tmp_path):
    clients.new("autre", "city", "Ville", workspace=workspace)
    with (
        store.open("autre", workspace) as other,
        pytest.raises(PlanError, match=r"the workbook of 'essai', not of 'autre'"),
    ):
        merge(other, sent)
    entries = len(book.history())
    mine = tmp_path / "liste.xlsx"
    openpyxl.Workbook().save(mine)
    edited = filled(sent, ("A1", "progress", 0.9))
    with pytest.raises(PlanError):
        merge(book, edited, mine)
    assert len(book.history()) == entries


def libreoffice(path, to, folder):
    """A file opened by LibreOffice and saved as another kind, in a profile of its own."""
    soffice = shutil.which("soffice")
    if not soffice:
        missing("No LibreOffice: install libreoffice-calc to open the workbooks with it", "PLANLIB_REQUIRE_BROWSER")
    folder.mkdir()
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [soffice, profile, "--headless", "--convert-to", to, "--outdir", folder, path],
        check=True, capture_output=True, timeout=120, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    return folder / f"{path.stem}.{to}"


def test_a_workbook_saved_by_libreoffice_says_nothing_but_what_was_edited(book, sent, tmp_path):
    back = libreoffice(sent, "xlsx", tmp_path / "lo")
    found = merge(book, back)
    assert (found.changes, found.conflicts, found.refused) == ([], [], [])
    edited = filled(sent, ("A1", "new_date", datetime(2026, 10, 1)), ("A2", "status", "en cours"))
    found = merge(book, libreoffice(edited, "xlsx", tmp_path / "lo2"))
    assert [(one.place.action_id, one.field) for one in found.changes] == [("A1", "new_date"), ("A2", "status")]
    assert found.refused == []


# The commands


@pytest.fixture
def planlib(book, capsys, monkeypatch):
    """Runs one command as the shell would, and gives its exit code, document and stderr."""
    book.close()

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["planlib", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main([*arguments, "--json", "--today", "2026-07-01"])
        out, err = capsys.readouterr()
        return left.value.code or 0, json.loads(out) if out else None, err

    return run


def test_check_lists_findings_in_the_language_asked(planlib):
    code, document, _ = planlib("check", "essai", "--lang", "en")
    assert code == 0
    assert set(document["findings"][0]) == {"rule", "action_id", "text", "severity"}
    rules = {(row["rule"], row["action_id"]) for row in document["findings"]}
    assert ("no_date", "A1") in rules
    assert any("has no finish date and no deadline" in row["text"] for row in document["findings"])


def test_export_gives_the_plan_first_in_a_folder_of_its_own(planlib, workspace):
    code, document, _ = planlib("export", "essai", "--to", "xlsx", "--owner", "DG")
    assert code == 0
    names = [os.path.relpath(path, workspace / "essai" / "reports" / "exports") for path in document["files"]]
    assert names == ["2026-07-01-1/essai-plan-fr.xlsx", "2026-07-01-1/essai-dg-fr.xlsx"]
    sheet = openpyxl.load_workbook(document["files"][0]).worksheets[0]
    assert any("1er juillet 2026" in plain(str(cell.value)) for row in sheet.iter_rows(max_row=4) for cell in row)
    again = planlib("export", "essai", "--lang", "en")[1]["files"]
    assert [os.path.basename(os.path.dirname(path)) for path in again] == ["2026-07-01-2"]


def test_import_leaves_with_3_when_something_is_left_to_decide(planlib, tmp_path):
    path = Path(planlib("export", "essai")[1]["files"][0])
    code, document, _ = planlib("import", "essai", str(filled(path, ("A1", "progress", 0.9))))
    assert code == 0
    assert [(row["action_id"], row["field"], row["before"], row["after"]) for row in document["changes"]] == [
        ("A1", "progress", "0.4", "0.9")
    ]
    code, document, _ = planlib("import", "essai", str(filled(path, ("A1", "title", "Autre"), ("A1", "progress", 0.2))))
    assert code == 3
    assert [(row["sheet"], row["row"], row["column"]) for row in document["refused"]] == [("Plan", 5, "D")]
    assert [(row["now"], row["file_has"]) for row in document["conflicts"]] == [("0.9", "0.2")]
    assert plain(document["refused"][0]["text"]).startswith("retour.xlsx, feuille « Plan », cellule D5 : ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "essai", "--to", "pdf"),
        ("export", "essai", "--edition", "secrète"),
        ("export", "essai", "--owner", "personne"),
        ("export", "essai", "--langs", "de"),
        ("import", "essai", "rien.xlsx"),
        ("import", "essai"),
        ("check", "personne"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(planlib, workspace, arguments):
    code, document, err = planlib(*arguments)
    assert (code, document) == (2, None)
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert not (workspace / "essai" / "reports" / "exports").exists()
