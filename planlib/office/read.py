"""An exported workbook read back: what it was, as kept inside it, and what each cell is now."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import python_calamine as calamine

from planlib.ingest import files
from planlib.office import cells, spec
from planlib.office.write import FORMAT, HIDDEN
from planlib.schema import PlanError


@dataclass(frozen=True, slots=True)
class Was:
    """One sheet as it was exported: fields, headers and, by key, the neutral text of each cell."""

    shown: str  # its name in the workbook
    kind: str
    fields: tuple[str, ...]
    heads: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Returned:
    """One exported workbook that came back."""

    file: str
    about: dict
    sheets: dict[str, Was]  # kind -> as exported
    cells: dict[str, list[list]]  # kind -> rows of values as they are now; a sheet taken out is not there


def read_back(path: str | Path, client: str) -> Returned:
    """Read a workbook that `export` wrote for this client.

    Raises
    ------
    PlanError
        Not readable, not one of ours, another client's, or of a newer planlib.
    """
    path = Path(path)
    files.read_cells(path)  # refuses what is damaged, protected or built to harm, and says why
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    if HIDDEN not in book.sheet_names:
        raise PlanError("office.not_ours", file=path.name)
    kept = book.get_sheet_by_name(HIDDEN).to_python(skip_empty_area=False)
    try:
        about = json.loads(kept[0][0])
        sheets = _was(kept[1:])
    except (ValueError, IndexError, KeyError, TypeError):
        raise PlanError("office.not_ours", file=path.name) from None
    if about.get("format") != FORMAT:
        raise PlanError("office.other_format", file=path.name)
    if about.get("client") != client:
        raise PlanError("office.other_client", file=path.name, found=str(about.get("client")), client=client)
    now = {
        kind: book.get_sheet_by_name(was.shown).to_python(skip_empty_area=False)
        for kind, was in sheets.items()
        if was.shown in book.sheet_names
    }
    return Returned(path.name, about, sheets, now)


def _was(lines: list[list]) -> dict[str, Was]:
    parts: dict[str, dict] = {}
    for shown, kind, what, *texts in lines:
        part = parts.setdefault(kind, {"shown": shown, "kind": kind, "rows": {}})
        if what == "row":
            width = len(part["fields"])
            part["rows"][str(texts[0])] = tuple([*map(str, texts[1:]), *[""] * width][:width])
        else:
            part[what] = tuple(str(text) for text in texts if text != "")
    return {kind: Was(**part) for kind, part in parts.items()}


def header_row(was: Was, rows: list[list]) -> int | None:
    """The row that holds the headers: where it was, else the first that has most of them."""
    wanted = {cells.tidy(head) for head in was.heads}

    def known(n: int) -> int:
        return len(wanted & {cells.plain(value) for value in rows[n]}) if n < len(rows) else 0

    places = [spec.HEADER, *range(min(len(rows), 20))]
    best = max(places, key=lambda n: (known(n), n == spec.HEADER), default=None)
    return best if best is not None and known(best) > len(wanted) / 2 else None


def columns(was: Was, header: list) -> dict[str, int]:
    """Field -> its column, by its header; a column taken out or renamed is not there."""
    found = [cells.plain(value) for value in header]
    return {
        field: found.index(cells.tidy(head))
        for field, head in zip(was.fields, was.heads, strict=True)
        if cells.tidy(head) in found
    }
