"""What calamine reads of a workbook. Run alone it does so for one file, in a process that a hostile file may end."""

from __future__ import annotations

import io
import pickle
import sys

import python_calamine as calamine

MEMORY = 800_000_000  # bytes that a process of its own may take


def sheets(data: bytes, most_rows: int, most_columns: int) -> list[tuple]:
    """Name, whether it is shown, rows, columns, values and merged ranges of each worksheet.

    A hidden one is only named; of one that is larger than the limits only the size is given.
    """
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    found = []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            found.append((meta.name, False, 0, 0, [], []))
            continue
        table = book.get_sheet_by_name(meta.name)
        rows, columns = (table.end[0] + 1, table.end[1] + 1) if table.end is not None else (0, 0)
        fits = 0 < rows <= most_rows and columns <= most_columns
        values = table.to_python(skip_empty_area=False) if fits else []
        found.append((meta.name, True, rows, columns, values, table.merged_cell_ranges or []))
    return found


def gave_up(error: BaseException) -> bool:
    """Whether calamine gave up on a file; when it panics that is no Exception."""
    return isinstance(error, Exception) or type(error).__module__ == "pyo3_runtime"


def why_not(path: str) -> str:
    """Why calamine does not read a file: protected, macro_sheet, not_a_workbook or damaged."""
    try:
        calamine.CalamineWorkbook.from_path(path).close()  # it says why only when it is given the path
    except calamine.PasswordError:
        return "protected"
    except BaseException as error:
        if not gave_up(error):
            raise
        if "macrosheets" in str(error) or "dialogsheets" in str(error):
            return "macro_sheet"
        if "too small" in str(error):
            return "not_a_workbook"
    return "damaged"


def _alone(path: str, most_rows: str, most_columns: str) -> None:
    """Writes `sheets`, or the word of `why_not`, to standard output."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with open(path, "rb") as file:
        data = file.read()
    try:
        said = sheets(data, int(most_rows), int(most_columns))
    except BaseException as error:
        if not gave_up(error):
            raise
        said = why_not(path)
    pickle.dump(said, sys.stdout.buffer)


if __name__ == "__main__":
    _alone(*sys.argv[1:])
