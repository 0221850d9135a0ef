"""Cells -> one table with a header: the tables of a file, the one that is wanted, its rows by `body`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planlib.ingest.body import Table, to_frame
from planlib.ingest.files import Sheet, Workbook
from planlib.ingest.headers import NUMERIC, Header, Synonyms, cells, filled, find_header, is_label, lookup, match
from planlib.ingest.records import Choice, Question, Repair, fold, plain, settle
from planlib.schema import PlanError

__all__ = ["Header", "Table", "find_header", "find_tables", "read_table", "to_frame"]

BESIDE = ("axis", "table", "theme")  # what the name of a sheet may say of its rows
FEW = 3  # rows above a table that may be words about it
NO_HEADER = Choice("none", "layout.choice_no_header")


@dataclass(frozen=True, slots=True)
class Region:
    """One table in a sheet: the rows it may take (numbers of the file, both included) and its header."""

    sheet: Sheet
    first_row: int
    last_row: int
    header: Header

    @property
    def rows(self) -> int:
        return sum(map(any, self.sheet.rows[self.header.first_row - 1 : self.last_row]))


def read_table(book: Workbook, synonyms: Synonyms, answers: Mapping[str, str] | None = None) -> Table:
    """The table of a workbook that best matches the wanted columns; the other tables are listed.

    Answers taken: `table` (its number in the list asked), `header-row` (a row number, or `none`), and those of
    `to_frame`. The repairs and questions of `book` come first in the table's own.
    """
    repairs, questions = list(book.repairs), list(book.questions)
    given = (answers or {}).get("header-row")
    regions = [region for sheet in book.sheets for region in _regions(sheet, synonyms, given)]
    if not regions:
        raise PlanError("layout.no_header", sheet=", ".join(sheet.name for sheet in book.sheets))
    region = _choose(regions, synonyms, answers, repairs, questions)
    if region.sheet.uncalculated:
        cell = region.sheet.uncalculated[0]
        raise PlanError("files.never_calculated", file=book.path.name, sheet=region.sheet.name, cell=cell)
    if given is None and not region.header.matches and synonyms:
        _ask_header_row(region, questions)
    table = to_frame(region.sheet, region.header, answers, region.last_row)
    repairs += table.repairs
    questions += table.questions
    places = dict(enumerate(region.sheet.places, start=1))
    return Table(table.sheet, table.header, table.frame, table.rows_found, repairs, table.set_aside, questions, places)


def _ask_header_row(region: Region, questions: list[Question]) -> None:
    """A header that names nothing wanted may be a row of data: asked for a list, or when rows stand above it."""
    sheet, chosen = region.sheet, region.header.rows[0]
    first = next(number for number in range(region.first_row, chosen + 1) if any(cells(sheet, number)))
    if len(region.header.names) > 1 and first == chosen:
        return
    rows = dict.fromkeys((str(first), str(chosen)))
    choices = (*(Choice(row, "layout.choice_header", {"row": row}) for row in rows), NO_HEADER)
    found = " | ".join(plain(cell) for cell in cells(sheet, chosen) if cell)[:200]
    facts = {"sheet": sheet.name, "row": str(chosen), "found": found}
    questions.append(Question("header-row", "layout.ask_header_row", facts, choices))


def find_tables(sheet: Sheet, synonyms: Synonyms) -> tuple[Region, ...]:
    """The tables of a sheet, from top to bottom.

    A new table starts after a blank row with a row of labels that names at least two wanted columns, is wider than
    the table above, or heads figures where figures stood above; the same header again goes on with the same table.
    """
    known = lookup(synonyms)
    starts = [1]
    above = None
    blank = [number for number, line in enumerate(sheet.rows, start=1) if not any(line)]
    for number in (before + 1 for before in blank):
        line = cells(sheet, number)
        if not any(line) or not any(cells(sheet, number + 1)):
            continue
        labels = [plain(cell) for cell in line if cell]
        if len(labels) < 2 or not all(map(is_label, labels)) or len(set(map(fold, labels))) < len(labels):
            continue
        above = above or _above(sheet, starts[-1], number - 1, known)
        if list(map(fold, labels)) == above.labels:
            continue
        named = len(match(labels, known))
        wider = len(labels) > above.width + (above.width > 2)  # a table of words may have one fuller row
        if named >= 2 or wider or _over_figures(sheet, number, above.figures):
            if not above.is_title:
                starts.append(number)
            above = None
    ends = [start - 1 for start in starts[1:]] + [len(sheet.rows)]
    regions = []
    for start, end in zip(starts, ends, strict=True):
        if not any(map(any, sheet.rows[start - 1 : end])):
            continue
        try:
            regions.append(Region(sheet, start, end, find_header(sheet, synonyms, start, end)))
        except PlanError:
            continue  # a block of figures without labels is not a table
    return tuple(regions)


@dataclass(frozen=True, slots=True)
class _Above:
    """The table so far: the folded labels of its best header, how many are wanted, its width and its rows."""

    labels: list[str]
    named: int
    width: int
    rows: int
    figures: frozenset[int]  # places of its columns of figures

    @property
    def is_title(self) -> bool:
        return self.width <= 1 and self.rows <= 2


def _above(sheet: Sheet, first_row: int, last_row: int, known: Mapping) -> _Above:
    rows = [line for line in sheet.rows[first_row - 1 : last_row] if any(line)]
    folded = [[fold(cell) for cell in line if cell] for line in rows[:40]]
    best = max(folded, key=lambda labels: (len(match(labels, known)), len(labels)), default=[])
    width = max((len(filled(line)) for line in rows), default=0)
    figures = frozenset(place for line in rows[-1:] for place in filled(line) if NUMERIC.fullmatch(plain(line[place])))
    return _Above(best, len(match(best, known)), width, len(rows), figures)


def _over_figures(sheet: Sheet, number: int, figures: frozenset[int]) -> bool:
    """Whether a row of labels heads figures where figures stood before it: so it is no row of the same table."""
    line, below = cells(sheet, number), cells(sheet, number + 1)
    heads = [place for place in filled(line) if place in figures and place < len(below)]
    return any(NUMERIC.fullmatch(plain(below[place])) for place in heads)


def _regions(sheet: Sheet, synonyms: Synonyms, given: str | None) -> tuple[Region, ...]:
    if not sheet.rows:
        return ()
    if given is None:
        return find_tables(sheet, synonyms)
    if given != "none" and not given.isdigit():
        raise PlanError("layout.header_row_answer", found=given)
    try:
        header = find_header(sheet, synonyms, row=0 if given == "none" else int(given))
    except PlanError:
        return ()
    return (Region(sheet, 1, len(sheet.rows), header),)


def _choose(
    regions: list[Region],
    synonyms: Synonyms,
    answers: Mapping[str, str] | None,
    repairs: list[Repair],
    questions: list[Question],
) -> Region:
    """The region that names most wanted columns; asked when several name as many, or one sheet holds several.

    Those of one header in several sheets may be read together, each sheet an axis, or the table of its notes.
    """
    with_rows = [region for region in regions if region.rows] or regions
    most = max(len(region.header.matches) for region in with_rows)
    best = [region for region in with_rows if len(region.header.matches) == most]
    if most == 0:
        best = [region for region in best if region.rows >= 1 and len(region.header.names) > 1] or best
    asked = (answers or {}).get("table")
    if len(best) == 1 and asked is None and not any(_stands_beside(region, best[0]) for region in with_rows):
        chosen = best[0]
    else:
        facts = [_size(region) for region in regions]
        alike = [region for region in with_rows if _labels(region) == _labels(best[0])]
        choices = tuple(Choice(str(n), "layout.choice_table", fact) for n, fact in enumerate(facts, start=1))
        if len({region.sheet.name for region in alike}) > 1:
            names = [region.sheet.name for region in alike]
            choices += (Choice("all", "layout.choice_together", {"n": len(alike), "sheets": names}),)
        listed = [f"{n} = {fact['sheet']} ({fact['first']}-{fact['last']})" for n, fact in enumerate(facts, start=1)]
        default = str(regions.index(best[0]) + 1) if len(best) == 1 else None
        question = Question("table", "layout.ask_table", {"n": len(regions), "tables": listed}, choices, default)
        answer = settle(question, answers, questions)
        if answer == "all":
            chosen = _together(alike, synonyms)
            regions = [region for region in regions if region not in alike]
            repairs.append(Repair(chosen.sheet.name, None, "", "", "", "layout.together", {"n": len(alike)}))
        else:
            chosen = regions[int(answer) - 1] if answer else max(best, key=lambda region: region.rows)
    others = [region for region in regions if region is not chosen]
    if others:
        listed = [f"{region.sheet.name} ({region.first_row}-{region.last_row})" for region in others]
        repairs.append(
            Repair(
                chosen.sheet.name, None, "", "; ".join(listed), chosen.sheet.name, "layout.others", {"n": len(others)}
            )
        )
    return chosen


def _stands_beside(region: Region, chosen: Region) -> bool:
    """Whether a table stands in the sheet of the chosen one: some rows of it below, or more than a few words above."""
    if region is chosen or len(region.header.names) < 2:
        return False
    if region.sheet is not chosen.sheet:  # the tables of a document stand in one text
        return bool(region.sheet.places and chosen.sheet.places) and region.rows >= 1
    return region.rows >= (1 if region.first_row > chosen.first_row else FEW)


def _labels(region: Region) -> tuple[str, ...]:
    return tuple(map(fold, region.header.leaves))


def _together(regions: list[Region], synonyms: Synonyms) -> Region:
    """The rows of several sheets under one header, beside the sheet each comes from."""
    first = regions[0]
    beside = next((name for name in BESIDE if name in synonyms and name not in first.header.matches), None)
    added = [next(iter(synonyms[beside]))] if beside else []
    width = first.header.left + len(first.header.names)
    rows, places = [added + list(first.header.names)], [""]
    merged: list[tuple[int, int, int, int]] = []
    hidden, uncalculated = set(), []
    for region in regions:
        sheet = region.sheet
        shift = len(rows) + 1 - region.header.first_row
        for number in range(region.header.first_row, region.last_row + 1):
            line = cells(sheet, number)[first.header.left : width]
            rows.append(([sheet.name] * len(added) if any(line) else [""] * len(added)) + line)
            places.append(f"{sheet.name} · {number}")
        merged += [
            (top + shift, left - first.header.left + len(added), bottom + shift, right - first.header.left + len(added))
            for top, left, bottom, right in sheet.merged
            if region.header.first_row <= top and bottom <= region.last_row
        ]
        hidden |= {n + shift for n in sheet.hidden_rows if region.header.first_row <= n <= region.last_row}
        uncalculated += sheet.uncalculated
    name = " + ".join(region.sheet.name for region in regions)
    whole = Sheet(name, rows, tuple(merged), frozenset(hidden), tuple(uncalculated), False, tuple(places))
    return Region(whole, 1, len(rows), find_header(whole, synonyms, row=1))


def _size(region: Region) -> dict[str, object]:
    return {
        "sheet": region.sheet.name,
        "first": str(region.first_row),
        "last": str(region.last_row),
        "rows": region.rows,
        "columns": len(region.header.names),
    }
