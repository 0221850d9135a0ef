"""Workbooks -> cells: calamine for the values, beside what `scan` saw in the XML."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from planlib.ingest import raw
from planlib.ingest.files import MAX_COLUMNS, MAX_ROWS, Sheet, Workbook, check_size, clean, starts_with
from planlib.ingest.records import Repair, letters
from planlib.ingest.scan import Scan, place_of, scan_archive
from planlib.schema import PlanError

SECONDS = 20  # a process that takes longer is ended


def read(path: Path, data: bytes) -> Workbook:
    """The visible sheets of a workbook; see `files.read_cells`."""
    scans: dict[str, Scan] = {}
    if data[:2] == b"PK":
        scans = scan_archive(path, data)
        found = _here(path, data)
    else:
        found = _apart(path)
    if isinstance(found, str):
        facts = {"starts": starts_with(data)} if found == "not_a_workbook" else {}
        raise PlanError(f"files.{found}", file=path.name, **facts)
    sheets, repairs = [], []
    hidden = [name for name, shown, *_ in found if not shown]
    for name, shown, rows, columns, values, merged in found:
        if shown:
            check_size(path.name, name, rows, columns)
            sheets.append(_sheet(name, values, merged, scans.get(name, Scan()), repairs))
    if hidden:
        repairs.append(Repair("", None, "", ", ".join(hidden), "", "files.hidden_sheets", {"n": len(hidden)}))
    if not any(sheet.rows for sheet in sheets):
        errors = next((repair for repair in repairs if repair.why == "files.error_cell"), None)
        if errors:
            raise PlanError("files.only_errors", file=path.name, cell=errors.facts["cell"], found=errors.found)
        raise PlanError("files.empty", file=path.name)
    return Workbook(path, tuple(sheets), tuple(hidden), repairs, [])


def _here(path: Path, data: bytes) -> list[tuple] | str:
    """What calamine reads of a workbook that `scan` let through, or why it does not."""
    try:
        return raw.sheets(data, MAX_ROWS, MAX_COLUMNS)
    except BaseException as error:
        if not raw.gave_up(error):
            raise
        return raw.why_not(str(path))


def _apart(path: Path) -> list[tuple] | str:
    """The same in a process of its own: an old .xls cannot be looked at first, and a hostile one may end its reader."""
    command = [sys.executable, "-P", raw.__file__, str(path), str(MAX_ROWS), str(MAX_COLUMNS)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 our own script
        return pickle.loads(done.stdout)  # noqa: S301 what our own script wrote
    except (OSError, ValueError, EOFError, subprocess.SubprocessError, pickle.UnpicklingError):
        return "damaged"


def _sheet(name: str, values: list[list[object]], merged: list, scan: Scan, repairs: list[Repair]) -> Sheet:
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
