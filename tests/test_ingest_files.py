import json
import os
import random
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime, timedelta
from itertools import repeat

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from planlib.ingest import files, workbooks
from planlib.ingest.files import read_cells, vote
from planlib.ingest.layout import read_table
from planlib.ingest.workbooks import as_text
from planlib.schema import PlanError

SYNONYMS = {
    "title": ["titre de l'action", "titre de la fiche action", "titre", "action"],
    "axis": ["axe"],
    "cost": ["coût estimé", "coût", "budget prévisionnel total"],
    "deadline": ["échéance", "date de fin"],
}
FRENCH = ["Axe", "Titre de l’action", "Responsable", "Coût estimé", "Échéance", "Priorité", "Statut"]

# A workbook by hand: what spreadsheet programs never write is what must be refused.
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TOP_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    '<sheets><sheet name="Plan" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
BOOK_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
HEAD = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>'
TAIL = "</sheetData></worksheet>"


def words(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


FIRST = f'<row r="1">{words("A1", "Axe")}{words("B1", "Titre")}</row>'


def workbook(path, rows, shared="", head=HEAD, tail=TAIL, book=BOOK):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", TOP_RELATIONS)
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", BOOK_RELATIONS)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for text in (head, FIRST, *([rows] if isinstance(rows, str) else rows), tail):
                part.write(text.encode())
        if shared:
            archive.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?><sst xmlns="{MAIN}">{shared}</sst>')
    return path


def understate(path, size):
    """Makes the archive say that its sheet unzips to `size` bytes."""
    data = bytearray(path.read_bytes())
    entry = data.rfind(b"xl/worksheets/sheet1.xml") - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    data[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    path.write_bytes(bytes(data))
    return path


def text_file(tmp_path, content, name="plan.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def whys(found):
    return [repair.why for repair in found.repairs]


# --- CSV ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["01", "02", "03", "04", "05", "06", "07"])
def test_every_french_file_gives_the_same_twenty_rows(shared, number):
    path = next((shared / "data/fr").glob(f"{number}_*.csv"))
    book = read_cells(path)
    rows = book.sheets[0].rows
    assert rows[0] == FRENCH
    assert len(rows) == 21  # 20 rows each, by the README, and the header
    assert rows[1][3:] == ["12 500 $", "31/12/2026", "Élevé", "À venir"]
    assert rows[9][1].startswith("Fiche Action 9.")


def test_cp1252_is_read_and_said(shared):
    book = read_cells(shared / "data/fr/01_excel_fr_cp1252_semicolon.csv")
    assert whys(book) == ["files.cp1252", "files.delimiter_semicolon"]
    assert book.repairs[0].text("en") == "Not UTF-8: read as Windows-1252 (cp1252)."
    assert book.repairs[1].text("fr") == "Colonnes séparées par des points-virgules."


def test_bom_utf16_and_sep_line_are_said(shared):
    folder = shared / "data/fr"
    assert "files.bom" in whys(read_cells(folder / "02_utf8_bom_semicolon.csv"))
    assert "files.utf16" in whys(read_cells(folder / "04_utf16le_tab_unicode_text.csv"))
    assert "files.sep_line" in whys(read_cells(folder / "07_sep_line.csv"))


def test_macroman_is_asked_with_three_samples_in_both_encodings(shared):
    path = shared / "data/fr/05_macroman_semicolon.csv"
    (question,) = read_cells(path).questions
    assert question.key == "encoding"
    assert [choice.value for choice in question.choices] == ["mac_roman", "cp1252"]
    assert question.facts["mac"] == "l’action Coût estimé"
    assert question.facts["windows"] == "lÕaction Cožt estimŽ"
    assert "Laquelle est la bonne" in question.text("fr")
    settled = read_cells(path, {"encoding": "mac_roman"})
    assert not settled.questions
    assert settled.sheets[0].rows[0] == FRENCH
    with pytest.raises(PlanError, match="not one of the choices"):
        read_cells(path, {"encoding": "latin"})


def test_mojibake_is_repaired_when_every_sequence_round_trips(shared):
    book = read_cells(shared / "data/fr/06_mojibake_utf8_as_cp1252.csv")
    assert book.sheets[0].rows[0] == FRENCH
    assert not book.questions
    assert "files.mojibake" in whys(book)


def test_mojibake_beside_true_accents_is_asked(tmp_path):
    path = text_file(tmp_path, "Titre,Coût\nCrÃ©ation d'un parc,12\nÉté,13\n")
    (question,) = read_cells(path).questions
    assert question.key == "mojibake"
    assert "CrÃ©ation" in question.text("en")
    assert read_cells(path, {"mojibake": "repair"}).sheets[0].rows[1:] == [["Création d'un parc", "12"], ["Été", "13"]]
    assert read_cells(path, {"mojibake": "keep"}).sheets[0].rows[1][0] == "CrÃ©ation d'un parc"


def test_french_guillemets_after_a_capital_are_not_mojibake(tmp_path):
    book = read_cells(text_file(tmp_path, "Titre,Axe\nLa « QUALITÉ»,A\n"))
    assert book.sheets[0].rows[1][0] == "La « QUALITÉ»"
    assert not book.questions
    assert not book.repairs


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_characters='",;\t|\x7f'), min_size=4))
def test_true_utf8_is_read_as_written(tmp_path_factory, text):
    if text.strip() in ("", text.strip("\u200b\ufeff")) and not text.strip():
        return
    path = text_file(tmp_path_factory.mktemp("utf8"), f"Titre,Axe\n{text},A\n")
    try:
        book = read_cells(path)
    except PlanError:
        return
    if book.questions or "files.mojibake" in whys(book):
        return  # the text itself looks like mojibake
    assert book.sheets[0].rows[1][:1] == ["" if text.isspace() or text in files.ERRORS else text]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Titre;Coût\nBancs;1,5\nArbres;2,5\n", ";"),  # a decimal comma in each row
        ("a,b,c\n1,2,3\n", ","),
        ("a\tb\n1,5\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("Plan d'action\n\nAxe,Titre\nA,x\n", ","),
        ("Plan d'action 2026\nAxe;Titre\nA;x\n", ";"),
        ("Note\nplus de bancs, arbres\nun parc\nruelle, piste, banc\n", files.ONE_COLUMN),
        ("Note\nbancs, arbres\nparc, ruelle\n", files.ONE_COLUMN),
        ('Note\n"bancs; arbres"\n"parc"\n', files.ONE_COLUMN),
    ],
)
def test_the_delimiter_is_the_one_under_which_rows_agree(text, delimiter):
    assert vote(text) == delimiter


@pytest.mark.parametrize("name", ["comma_in_quotes", "escaped_quotes", "newlines", "simple"])
def test_csv_spectrum_files_give_their_published_records(shared, name):
    folder = shared / "data/nasty/csv-spectrum"
    header, *rows = read_cells(folder / f"{name}.csv").sheets[0].rows
    expected = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    assert [dict(zip(header, row, strict=True)) for row in rows] == expected


def test_an_error_value_in_a_csv_is_blank_and_named(tmp_path):
    book = read_cells(text_file(tmp_path, "Titre,Coût\nx,#N/A\n"))
    assert book.sheets[0].rows[1] == ["x", ""]
    assert book.repairs[0].text("en") == "Cell B2 of sheet 'plan' holds the error #N/A: read as blank."


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("plan.csv", b"", "is empty"),
        ("plan.csv", b"\xef\xbb\xbf \r\n", "is empty"),
        ("plan.csv", b"%PDF-1.7 ...", "it starts with '%PDF-1.7"),
        ("plan.csv", b"<!DOCTYPE html><html>", "is not a table in text"),
        ("plan.csv", b"a,b\n\x00\x01\x02,3\n", "is not a table in text"),
        ("plan.csv", b'Titre,Axe\nx,"y\nz,w\n', "a quote opened in row 2 or after"),
        ("plan.csv", b"Titre,Axe\nx\x81,y\n", r"neither UTF-8 nor Windows-1252 \(byte 0x81, row 2\)"),
        ("plan.xlsx", b"<html><table>", "is not a workbook .it starts with '<html><table>'"),
        ("plan.xlsx", b"Titre,Axe\nx,y\n", "is not a workbook .it starts with 'Titre,Axe"),
        ("plan.xlsx", b"PK\x03\x04rest", "is damaged"),
        ("plan.docx", b"PK\x03\x04rest", "is not of a kind we read"),
        ("plan", b"Titre,Axe", "is not of a kind we read"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path, name, content, says):
    path = text_file(tmp_path, content, name)
    with pytest.raises(PlanError, match=says) as refusal:
        read_cells(path)
    assert refusal.value.text("fr") != str(refusal.value)


def test_a_folder_a_missing_file_and_an_odd_name_are_refused(tmp_path):
    with pytest.raises(PlanError, match="is a folder, not a file"):
        read_cells(tmp_path)
    with pytest.raises(PlanError, match="does not exist"):
        read_cells(tmp_path / "absent.csv")
    with pytest.raises(PlanError):
        read_cells("a\x00b.csv")


def test_limits_are_said_with_their_figure(tmp_path, monkeypatch):
    with pytest.raises(PlanError, match="goes out to column 201; the limit is 200 columns"):
        read_cells(text_file(tmp_path, ",".join(f"c{n}" for n in range(201)) + "\n"))
    assert read_cells(text_file(tmp_path, "a,b" + "," * 400 + "\n1,2" + "," * 400 + "\n")).sheets[0].rows[1][:2] == [
        "1",
        "2",
    ]
    with pytest.raises(PlanError, match=r"goes down to row 100,00\d; the limit is 100,000 rows"):
        read_cells(text_file(tmp_path, "a,b\n" + "1,2\n" * 100_000))
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    with pytest.raises(PlanError, match="weighs 0 MB; the limit is 0 MB"):
        read_cells(text_file(tmp_path, "a,b\n1,2\n3,4\n"))


# --- Workbooks ---------------------------------------------------------------------------------------------------


def test_cells_are_text_as_a_person_reads_them(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "plan.xlsx")
    sheet = book.add_worksheet("Plan")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["Titre", 12500, 0.35, 0.1 + 0.2, 1e21, True])
    sheet.write_datetime(1, 0, datetime(2026, 3, 1), day)
    sheet.write_datetime(1, 1, datetime(2026, 3, 1, 14, 30), day)
    sheet.write_row(1, 2, [47727, -2000, "  ", 12.345])
    book.close()
    rows = read_cells(tmp_path / "plan.xlsx").sheets[0].rows
    assert rows[0] == ["Titre", "12500", "0.35", "0.3", "1000000000000000000000", "TRUE"]
    assert rows[1] == ["2026-03-01", "2026-03-01 14:30", "47727", "-2000", "", "12.3450"]


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_a_number_cell_reads_back_to_fifteen_figures(number):
    assert float(as_text(number)) == pytest.approx(number, rel=1e-14)


def test_dates_times_and_durations_are_iso():
    assert as_text(date(2026, 3, 1)) == "2026-03-01"
    assert as_text(datetime(2026, 3, 1, 9, 5, 7)) == "2026-03-01 09:05:07"
    assert as_text(timedelta(hours=27, minutes=5)) == "27:05"


def test_error_cells_are_blank_and_named(shared):
    book = read_cells(shared / "data/nasty/calamine/pivots.xlsx")
    errors = [repair for repair in book.repairs if repair.why == "files.error_cell"]
    assert [(repair.sheet, repair.row, repair.column, repair.found) for repair in errors[:2]] == [
        ("DataSheet", 5, "J", "#DIV/0!"),
        ("DataSheet", 8, "G", "#DIV/0!"),
    ]
    data = next(sheet for sheet in book.sheets if sheet.name == "DataSheet")
    assert data.rows[7][6] == ""


def test_hidden_sheets_are_listed_and_not_read(shared):
    book = read_cells(shared / "data/nasty/calamine/any_sheets.xlsx")
    assert [sheet.name for sheet in book.sheets] == ["Visible"]
    assert book.hidden_sheets == ("Hidden", "VeryHidden")
    assert "2 hidden sheets not read: Hidden, VeryHidden." in [repair.text("en") for repair in book.repairs]


def test_hidden_rows_are_those_openpyxl_sees(shared):
    path = shared / "data/nasty/sheetjs/AutoFilter.xlsx"
    seen = openpyxl.load_workbook(path)
    for sheet in read_cells(path).sheets:
        hidden = {row for row, given in seen[sheet.name].row_dimensions.items() if given.hidden}
        assert sheet.hidden_rows == hidden


def test_a_formula_never_calculated_is_refused_by_its_cell(tmp_path):
    path = tmp_path / "plan.xlsx"
    book = openpyxl.Workbook()
    for row in (["Titre", "Coût"], ["Bancs", 5], ["Arbres", 7], ["TOTAL", "=SUM(B2:B3)"]):
        book.active.append(row)
    book.save(path)
    with pytest.raises(PlanError, match="Cell B4 of sheet 'Sheet' holds a formula never calculated; open and save"):
        read_table(read_cells(path), SYNONYMS)


@pytest.mark.parametrize(
    "cell", ['<c r="B2"><f>A1</f></c>', "<c r='B2'><f>A1</f><v/></c>", '<c r="B2"><f>A1</f><v></v></c>']
)
def test_an_uncached_formula_is_seen_however_it_is_written(tmp_path, cell):
    sheet = read_cells(workbook(tmp_path / "a.xlsx", f'<row r="2">{words("A2", "x")}{cell}</row>')).sheets[0]
    assert sheet.uncalculated == ("B2",)


@pytest.mark.parametrize("cell", ['<c r="B2"><f>A1</f><v>4</v></c>', '<c r="B2" t="str"><f>A1</f><v></v></c>'])
def test_a_cached_result_even_empty_text_is_a_result(tmp_path, cell):
    sheet = read_cells(workbook(tmp_path / "a.xlsx", f'<row r="2">{words("A2", "x")}{cell}</row>')).sheets[0]
    assert sheet.uncalculated == ()


def test_a_zero_no_program_calculated_is_said(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "plan.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Titre", "Coût"])
    sheet.write_row(1, 0, ["Bancs", 5])
    sheet.write_formula(2, 1, "=B2*2")  # XlsxWriter writes 0 as its result
    book.close()
    (repair,) = [r for r in read_cells(tmp_path / "plan.xlsx").repairs if r.why == "files.zero_formulas"]
    assert "Cell B3" in repair.text("en")


@pytest.mark.parametrize(
    "name", ["calamine/pass_protected.xlsx", "calamine/pass_protected.ods", "sheetjs/password_2002_40_972000.xls"]
)
def test_a_protected_file_is_refused(shared, name):
    with pytest.raises(PlanError, match=r"protected by a password\. Save a copy without the password"):
        read_cells(shared / "data/nasty" / name)


def test_every_nasty_file_is_read_asked_or_refused_in_our_words(shared):
    paths = [path for path in sorted((shared / "data").glob("*/**/*")) if path.is_file()]
    assert len(paths) > 100
    read = 0
    for path in paths:
        for answers in (None, {"header-row": "1", "table": "1"}):
            try:
                table = read_table(read_cells(path), SYNONYMS, answers)
            except PlanError as refusal:
                assert refusal.text("fr") and str(refusal)
                continue
            read += 1
            assert table.rows_found == len(table.frame) + len(table.set_aside)
            for told in (*table.repairs, *table.set_aside, *table.questions):
                assert told.text("fr") and told.text("en")
    assert read > 60


FAR = {
    "column": f'<row r="2">{words("XFD2", "x")}</row>',
    "column of a number": '<row r="2"><c r="XFD2"><v>1</v></c></row>',
    "small letters": f'<row r="2">{words("xfd2", "x")}</row>',
    "row": f'<row r="1048576">{words("A1048576", "x")}</row>',
    "row of the cell alone": f'<row r="2">{words("GR1048576", "x")}</row>',
    "no place": '<row r="2">' + "<c><v>1</v></c>" * 1_000_000 + "</row>",
    "other quotes": "<row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>x</t></is></c></row>",
    "row without a place": '<row r="1048575"/><row><c><v>1</v></c></row>',
    "many rows": "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 100_050)),
}


def attacks(folder):
    """Files built to harm, each with what its refusal says."""
    for name, rows in FAR.items():
        yield workbook(folder / f"{name}.xlsx", rows), "the limit is"
    long_cell = f'<row r="2">{words("A2", "0" * 900_000)}</row>'
    yield workbook(folder / "bomb.xlsx", repeat(long_cell, 400)), "once unfolded"
    yield understate(workbook(folder / "lie.xlsx", repeat(long_cell, 100)), 5000), "once unfolded"
    used = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 90_000))
    yield workbook(folder / "blowup.xlsx", used, f"<si><t>{'z' * 30_000}</t></si>"), "once unfolded"
    entity = '<!DOCTYPE x [<!ENTITY a "a"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    row = f'<row r="2">{words("A2", "&b;")}</row>'
    yield workbook(folder / "entity.xlsx", row, head=HEAD.replace("?>", "?>" + entity, 1)), "XML entities"
    yield workbook(folder / "entity book.xlsx", row, book=BOOK.replace("?>", "?>" + entity, 1)), "XML entities"
    yield workbook(folder / "unclosed.xlsx", f'<row r="2">{words("XFD1048576", "x")}', tail=""), "the limit is"


def test_attacks_are_refused_within_five_seconds_and_500_megabytes(tmp_path):
    expected = {path.name: says for path, says in attacks(tmp_path)}
    # In a process of its own: a workbook that slips through makes the reader abort, and memory is the process's.
    program = """
import json, re, sys, time
from pathlib import Path
from planlib.ingest.files import read_cells
from planlib.schema import PlanError
for path in sorted(Path(sys.argv[1]).glob("*.xlsx")):
    start = time.perf_counter()
    try:
        said = f"READ {len(read_cells(path).sheets[0].rows)}"
    except PlanError as refusal:
        said = str(refusal)
    print(json.dumps([path.name, said, time.perf_counter() - start]), flush=True)
status = Path("/proc/self/status")  # not getrusage, which starts from the memory of the parent
print(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1] if status.exists() else 0)
"""
    run = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, timeout=120)
    *said, memory = map(json.loads, run.stdout.splitlines())
    assert {name for name, _, _ in said} == set(expected)
    for name, sentence, seconds in said:
        assert expected[name] in sentence, (name, sentence)
        assert seconds < 5, name
    assert memory < 500_000  # kilobytes


def test_cells_only_formatted_out_to_the_edge_are_no_reason_to_refuse(tmp_path):
    rows = f'<row r="2">{words("A2", "x")}<c r="XFD2" s="0"/></row><row r="1048576"><c r="A1048576" s="0"/></row>'
    assert read_cells(workbook(tmp_path / "a.xlsx", rows)).sheets[0].rows == [["Axe", "Titre"], ["x", ""]]


ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Plan">%s</table:table></office:spreadsheet></office:body></office:document-content>'
)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('<table:table-row><table:table-cell office:value-type="string" table:number-columns-repeated="1000000">'
         "<text:p>x</text:p></table:table-cell></table:table-row>", "goes out to column 1,000,000"),
        ('<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string">'
         "<text:p>x</text:p></table:table-cell></table:table-row>", "goes down to row 1,000,000"),
    ],
)  # fmt: skip
def test_repeated_cells_of_an_opendocument_sheet_are_counted_before_they_are_unfolded(tmp_path, row, says):
    path = tmp_path / "plan.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS % row)
    with pytest.raises(PlanError, match=says):
        read_cells(path)


# Each file in a process of its own, ended after 20 s or beyond 3 GB: what came of it, CPU seconds, kilobytes.
EACH_APART = """
import json, os, resource, signal, sys, traceback
from planlib import ingest
from planlib.schema import PlanError
for path in sys.stdin.read().splitlines():
    child = os.fork()
    if not child:
        signal.alarm(20)
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            imported = ingest.read(path, "actions")
            code = 0 if imported.text("fr") and imported.text("en") else 3
        except PlanError as refusal:
            code = 1 if refusal.text("fr") and str(refusal) else 3
        except BaseException:
            traceback.print_exc()
            code = 3
        os._exit(code)
    _, status, used = os.wait4(child, 0)
    print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss]), flush=True)
"""
READ, REFUSED = 0, 1


def read_apart(paths):
    """Path -> what came of it, seconds, kilobytes; READ or REFUSED, or how the process ended."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork here: a file cannot be read in a process of its own")
    given = "\n".join(map(str, paths))
    run = subprocess.run([sys.executable, "-c", EACH_APART], input=given, capture_output=True, text=True, timeout=300)
    assert not run.stderr, run.stderr[-3000:]
    return dict(zip(paths, map(json.loads, run.stdout.splitlines()), strict=True))


def test_every_nasty_file_takes_five_seconds_and_one_gigabyte_at_most(shared):
    folders = [shared / "data" / name for name in ("nasty", "fr")]
    outcomes = read_apart([path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()])
    for path, (outcome, seconds, kilobytes) in outcomes.items():
        assert outcome in (READ, REFUSED), path
        assert seconds < 5 and kilobytes < 1_000_000, path
    assert {outcome for outcome, *_ in outcomes.values()} == {READ, REFUSED}


HARMFUL = (
    b'<c r="XFD1048576"><v>1</v></c>', b'<c r="A99999999999"><v>1</v></c>', b'<c r=""><f>A1</f></c>', b"<!--", b"]]>",
    b'<c t="s"><v>99999999</v></c>', b'<c s="99999999"><v>1e308</v></c>', b"<![CDATA[", b"&#x110000;", b"<", b"\x00",
    b'<mergeCell ref="A1:XFD1048576"/>', b'<row r="99999999999999999999">', b'<f t="shared" si="99999999"/>', b'"',
)  # fmt: skip


def damaged(data, chance):
    """A part of a workbook with one thing wrong in it."""
    place, length = chance.randrange(len(data)), chance.randint(1, 300)
    figures = [match.span() for match in re.finditer(rb"\d+", data)]
    tags = [match.span() for match in re.finditer(rb"<[^<>]*>", data)]
    start, end = chance.choice(tags or [(place, place)])
    first, last = chance.choice(figures or [(place, place)])
    figure = chance.choice((b"", b"-1", b"NaN", b"1e309", b"65536", b"4294967296", b"18446744073709551616"))
    return chance.choice(
        (
            data[:place],
            data[:place] + data[place + length :],
            data[: place + length] + data[place:],
            data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :],
            data[:start] + data[end:],
            data[:end] + chance.choice(HARMFUL) + data[end:],
            data[:first] + figure + data[last:],
        )
    )


def damaged_copy(path, to, chance):
    """A copy of a workbook with a fault in its bytes, or in one or two of its parts."""
    if path.suffix == ".xls" or chance.random() < 0.15:
        to.write_bytes(damaged(path.read_bytes(), chance))
        return to
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as copy:
        parts = {name: whole.read(name) for name in whole.namelist() if name.endswith((".xml", ".rels"))}
        for name in chance.sample(sorted(parts), chance.choice((1, 2))):
            parts[name] = damaged(parts[name] or b" ", chance)
        for name, data in parts.items():
            copy.writestr(name, data)
    return to


def test_damaged_workbooks_are_read_or_refused_and_never_end_the_program(shared, tmp_path):
    chance = random.Random(20261123)
    small = [path for path in sorted((shared / "data").rglob("*.*")) if path.stat().st_size < 60_000]
    books = []
    for path in small:
        try:
            read_cells(path)
        except PlanError:
            continue
        books += [path] * (path.suffix in (".xlsx", ".xlsm", ".ods", ".xls"))
    assert len(books) > 20
    copies = [damaged_copy(path := chance.choice(books), tmp_path / f"{n}{path.suffix}", chance) for n in range(150)]
    unknown = BOOK.replace('version="1.0"', 'version="1.0" encoding="UTF-65536"')  # found by such a test
    copies.append(workbook(tmp_path / "encoding.xlsx", "", book=unknown))
    for path, (outcome, seconds, kilobytes) in read_apart(copies).items():
        assert outcome in (READ, REFUSED), path
        assert seconds < 5 and kilobytes < 500_000, path


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_an_old_workbook_that_ends_or_holds_up_its_reader_is_damaged(tmp_path, monkeypatch):
    path = text_file(tmp_path, OLD + bytes(600), "plan.xls")
    ending = text_file(tmp_path, "import os; os.abort()", "ending.py")
    slow = text_file(tmp_path, "import time; time.sleep(30)", "slow.py")
    monkeypatch.setattr(workbooks, "SECONDS", 1)
    for reader in (ending, slow):
        monkeypatch.setattr(workbooks.raw, "__file__", str(reader))
        with pytest.raises(PlanError, match="is damaged and cannot be read"):
            read_cells(path)


def test_a_panic_of_the_reader_is_a_refusal_and_an_interruption_is_not(tmp_path, monkeypatch):
    path = workbook(tmp_path / "plan.xlsx", f'<row r="2">{words("A2", "x")}</row>')
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})
    for raised, expected in ((panic, PlanError), (KeyboardInterrupt, KeyboardInterrupt)):

        def fail(*_, raised=raised):
            raise raised

        monkeypatch.setattr(workbooks.raw, "sheets", fail)
        with pytest.raises(expected):
            read_cells(path)
