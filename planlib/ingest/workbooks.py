"""Workbooks -> cells: calamine for the values, beside what `scan` saw in the XML."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import python_calamine as calamine

from planlib.ingest.files import Sheet, Workbook, check_size, clean, starts_with
from planlib.ingest.records import Repair, letters
from planlib.ingest.scan import Scan, place_of, scan_archive
from planlib.schema import PlanError


def read(path: Path, data: bytes) -> Workbook:
    """The visible sheets of a workbook; see `files.read_cells`."""
    zipped = data[:2] == b"PK"
    scans: dict[str, Scan] = {}
    if zipped:
        scans = scan_archive(path, data)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets_metadata = book.sheets_metadata
    except Exception:  # calamine names many causes; none of them is for a consultant to read
        raise _refusal(path, data) from None
    sheets, hidden, repairs = [], [], []
    for meta in sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            hidden.append(meta.name)
            continue
        sheets.append(_sheet(path, data, book, meta.name, scans.get(meta.name, Scan()), repairs))
    if hidden:
        repairs.append(Repair("", None, "", ", ".join(hidden), "", "files.hidden_sheets", {"n": len(hidden)}))
    if not any(sheet.rows for sheet in sheets):
        errors = next((repair for repair in repairs if repair.why == "files.error_cell"), None)
        if errors:
            raise PlanError("files.only_errors", file=path.name, cell=errors.facts["cell"], found=errors.found)
        raise PlanError("files.empty", file=path.name)
    return Workbook(path, tuple(sheets), tuple(hidden), repairs, [])


def _refusal(path: Path, data: bytes) -> PlanError:
    """Why calamine does not open a file: it says so only when it is given the path."""
    try:
        calamine.CalamineWorkbook.from_path(str(path)).close()
        why = ""
    except calamine.PasswordError:
        return PlanError("files.protected", file=path.name)
    except Exception as error:
        why = str(error)
    if "macrosheets" in why or "dialogsheets" in why:
        return PlanError("files.macro_sheet", file=path.name)
    if "too small" in why:
        return PlanError("files.not_a_workbook", file=path.name, starts=starts_with(data))
    return PlanError("files.damaged", file=path.name)


def _sheet(path: Path, data: bytes, book, name: str, scan: Scan, repairs: list[Repair]) -> Sheet:
    try:
        table = book.get_sheet_by_name(name)
        if table.end is not None:
            check_size(path.name, name, table.end[0] + 1, table.end[1] + 1)
        values = table.to_python(skip_empty_area=False) if table.end is not None else []
        merged = table.merged_cell_ranges or []
    except PlanError:
        raise
    except Exception:
        raise PlanError("files.damaged", file=path.name) from None
    rows = as_rows(values)
    clean(rows, name, repairs)
    for place, found in scan.errors.items():
        column, row = place_of(place)
        if 1 <= row <= len(rows) and column < len(rows[row - 1]):
            rows[row - 1][column] = ""
        repairs.append(Repair(name, row, letters(column), found, "", "files.error_cell", {"cell": place}))
    if scan.zeros:
        facts = {"cell": scan.zeros[0], "n": len(scan.zeros)}
        repairs.append(Repair(name, None, "", "0", "0", "files.zero_formulas", facts))
    ranges = tuple((top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in merged)
    return Sheet(name, rows, ranges, frozenset(scan.hidden), tuple(scan.uncalculated))


def as_rows(values: list[list[object]]) -> list[list[str]]:
    """Cells of calamine as text, in place; most columns hold words alone, and are left as they are."""
    for place, column in enumerate(zip(*values, strict=True)):
        if {*map(type, column)} == {str}:
            continue
        for row, value in zip(values, column, strict=True):
            if type(value) is not str:
                whole = type(value) is float and value.is_integer() and -1e15 < value < 1e15
                row[place] = str(int(value)) if whole else as_text(value)
    return values


def as_text(value: object) -> str:
    """A cell as a person reads it: '12500', '0.35', '2026-03-01', 'TRUE'.

    A number of exactly three decimals takes a zero at its end: '12.3450' can be read in one way only.
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        text = f"{value:.15g}"
        if "e" in text:
            text = f"{Decimal(text):f}"
        return text + "0" if len(text.partition(".")[2]) == 3 else text
    if isinstance(value, datetime):
        day, hour = value.date().isoformat(), value.time()
        return day if hour == time() else f"{day} {hour.isoformat('minutes' if not hour.second else 'seconds')}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    return str(value)
