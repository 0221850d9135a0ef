"""Where a table starts: its header rows, their names, and which wanted columns they hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from planlib.ingest.files import Sheet
from planlib.ingest.records import fold, letters, plain
from planlib.ingest.values import is_unknown
from planlib.schema import PlanError

Synonyms = Mapping[str, Iterable[str]]

LOOKED_AT = 40  # rows that are not blank, from the top, among which a header is looked for
LONGEST_LABEL = 250  # a survey question is a long header

NUMERIC = re.compile(r"[-+(]?[$€£]?\s?\d[\d\s.,'’/:%-]*[$€£%)]?")
HELP = re.compile(
    r"[➔→>\-* ]*(?:champ\b|ce champ|texte (?:court|libre|long)|si vos |saisi(?:r|ssez)|choisi(?:r|ssez)|indique[rz]"
    r"|inscri(?:re|vez)|pre?sente[rz]|rensei?gne[rz]|reseignez|cree[rz]|utilise[rz]|plusieurs services|selectionne[rz]"
    r"|ex(?:emple)?\b[ .:]|jj[/-]mm|dd[/-]mm|mm[/-]dd|aaaa|yyyy|obligatoire|facultatif|optionnel|liste deroulante"
    r"|required|optional|free text|text field|date field|number field|drop-?down|enter (?:a|the|your)|choose |select "
    r"|type (?:a|the|your)|example\b|e\.g\b)"
)
UNITS = re.compile(r"\([^)]*\)|\[[^\]]*\]|[$€£*]|\b(?:ht|ttc|cad|eur|usd)\b")
ANSWERS = frozenset({"response", "open-ended response", "reponse", "reponse libre", "reponse ouverte"})


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one table.

    `names` has one unique name per column from `left`; '' where neither header nor data stand. `matches` gives, for
    each wanted column, the names that mean it, the best first. `first_row` is the first row below, rows from 1.
    """

    rows: tuple[int, ...]
    left: int
    names: tuple[str, ...]
    leaves: tuple[str, ...]
    matches: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def first_row(self) -> int:
        return (self.rows[-1] if self.rows else 0) + 1

    def column(self, name: str) -> str:
        """The letters of a column, by its name."""
        return letters(self.left + self.names.index(name))


def cells(sheet: Sheet, row: int) -> list[str]:
    """The cells of a row numbered as in the file; a row beyond the last is blank."""
    return sheet.rows[row - 1] if 0 < row <= len(sheet.rows) else []


def filled(row: list[str]) -> list[int]:
    """Positions of the cells of a row that hold something."""
    return [place for place, cell in enumerate(row) if cell]


def is_label(cell: str) -> bool:
    """Whether a cell could head a column: words, not a figure or a date, not a paragraph."""
    words = plain(cell)
    return bool(words) and len(words) <= LONGEST_LABEL and not NUMERIC.fullmatch(words) and not is_unknown(words)


def header_forms(text: str) -> tuple[str, ...]:
    """How a header may be looked up: as it stands, then without its units and what is in brackets."""
    whole = fold(text)
    bare = fold(UNITS.sub(" ", whole))
    return (whole, bare) if bare and bare != whole else (whole,)


def lookup(synonyms: Synonyms) -> dict[str, tuple[str, int]]:
    """Folded header -> (wanted column, place among its synonyms)."""
    known: dict[str, tuple[str, int]] = {}
    for wanted, words in synonyms.items():
        for place, word in enumerate((wanted, wanted.replace("_", " "), *words)):
            known.setdefault(fold(word), (wanted, place))
    return known


def match(labels: Iterable[str], known: Mapping[str, tuple[str, int]]) -> dict[str, list[int]]:
    """Wanted column -> positions of the labels that mean it, the best first."""
    hits: dict[str, list[tuple[int, int]]] = {}
    for position, label in enumerate(labels):
        for form in header_forms(label) if label else ():
            if form in known:
                wanted, place = known[form]
                hits.setdefault(wanted, []).append((place, position))
                break
    return {wanted: [position for _, position in sorted(found)] for wanted, found in hits.items()}


def is_help(row: list[str]) -> bool:
    """Whether a row only tells how to fill the table (`Champ texte`, `Saisissez une date ...`)."""
    words = [fold(cell) for cell in row if cell]
    hits = sum(bool(HELP.match(word)) for word in words)
    return hits >= 2 and hits * 2 >= len(words)


def find_header(
    sheet: Sheet, synonyms: Synonyms, first_row: int = 1, last_row: int | None = None, row: int | None = None
) -> Header:
    """The header of the table that stands between two rows.

    The row where most wanted columns are named; without any, the fullest row of labels, the first of equals. A group
    row above it ("Acteurs" over "Structure pilote") or a second row of choices below it (SurveyMonkey) is joined.

    Parameters
    ----------
    sheet : Sheet
    synonyms : mapping
        Wanted column -> header words in French and English; case, accents, units and brackets do not count.
    first_row, last_row : int
        Rows of the file to look between.
    row : int
        The header row when a person gave it; 0 when there is none.

    Raises
    ------
    PlanError
        No row of labels is found.
    """
    last_row = last_row or len(sheet.rows)
    known = lookup(synonyms)
    if row is None:
        row = _best_row(sheet, known, first_row, last_row)
    elif row > last_row or (row and not filled(cells(sheet, row))):
        raise PlanError("layout.header_row_blank", sheet=sheet.name, row=str(row))
    if row == 0:
        width = max((len(line) for line in sheet.rows[first_row - 1 : last_row]), default=0)
        return Header((), 0, ("",) * width, ("",) * width)
    above = _groups_above(sheet, row, first_row)
    below = None if above else _choices_below(sheet, row, last_row)
    if below:
        above, row = _spread(sheet, row), below
    rows = tuple(sorted({row - 1, row})) if above else (row,)
    return _header(sheet, rows, cells(sheet, row), above or {}, known, bool(below))


def _best_row(sheet: Sheet, known: Mapping[str, tuple[str, int]], first_row: int, last_row: int) -> int:
    best, best_score, seen = None, (0, 0, 0), 0
    for number in range(first_row, last_row + 1):
        line = cells(sheet, number)
        labels = [cell for cell in line if cell]
        if not labels:
            continue
        seen += 1
        if seen > LOOKED_AT:
            break
        below = _choices_below(sheet, number, last_row)  # a header on two rows is judged on both
        named = len(match(line, known) | match(cells(sheet, below) if below else [], known)) if known else 0
        fit = sum(map(is_label, labels))
        # Years and ids may head columns too, but only beside words and on the first row.
        ids = seen == 1 and fit >= 2 and len(set(labels)) == len(labels)
        score = (named, 1 if ids and fit < len(labels) else 2, fit) if named or fit == len(labels) or ids else (0, 0, 0)
        if score > best_score:
            best, best_score = number, score
    if best is None:
        raise PlanError("layout.no_header", sheet=sheet.name)
    return best


def _groups_above(sheet: Sheet, row: int, first_row: int) -> dict[int, str] | None:
    """Position -> group word of the row just above the header, when it is a row of groups and not a title."""
    if row - 1 < first_row:
        return None
    line, below = cells(sheet, row - 1), cells(sheet, row)
    places = filled(line)
    if len(places) < 2 or len(places) >= len(filled(below)) or not all(is_label(line[place]) for place in places):
        return None
    return _spread(sheet, row - 1)


def _spread(sheet: Sheet, row: int) -> dict[int, str]:
    """Each word of a row over the columns it heads: its merged range, else as far as the next word or range."""
    line = cells(sheet, row)
    ranges = {left: right for top, left, bottom, right in sheet.merged if top <= row <= bottom}
    width = max(sheet.width, len(line))
    stops = sorted({*filled(line), *ranges, width})
    words: dict[int, str] = {}
    for place in filled(line):
        end = ranges.get(place, next(stop for stop in stops if stop > place) - 1)
        words.update(dict.fromkeys(range(place, end + 1), plain(line[place])))
    return words


def _choices_below(sheet: Sheet, row: int, last_row: int) -> int | None:
    """The row below the header when it names the choices of questions whose header goes on blank (SurveyMonkey)."""
    if row + 2 > last_row:
        return None
    head, line, data = cells(sheet, row), cells(sheet, row + 1), cells(sheet, row + 2)
    named, choices = set(filled(head)), set(filled(line))
    gaps = {place for place in choices - named if named and place > min(named)}
    unnamed = named - choices
    if not gaps or not unnamed or not all(is_label(line[place]) for place in choices):
        return None
    return row + 1 if unnamed & set(filled(data)) and min(named) in unnamed else None


def _header(
    sheet: Sheet,
    rows: tuple[int, ...],
    line: list[str],
    groups: Mapping[int, str],
    known: Mapping[str, tuple[str, int]],
    question_first: bool,
) -> Header:
    body = sheet.rows[rows[-1] :]
    width = max([len(line), *(place + 1 for place in groups)])
    if not sheet.ragged:
        width = max([width, *map(len, body)])
    leaves, names = [], []
    for place in range(width):
        leaf = plain(line[place]) if place < len(line) else ""
        group = groups.get(place, "")
        if question_first and (not leaf or fold(leaf) in ANSWERS):
            leaf, group = group, ""
        used = leaf or any(place < len(row) and row[place] for row in body)
        leaves.append(leaf)
        names.append(f"{group} / {leaf}" if group and leaf else leaf or (group if used and not sheet.ragged else ""))
    left = next((place for place in range(width) if names[place] or leaves[place] or _has_data(body, place)), 0)
    right = next((p for p in range(width - 1, left, -1) if names[p] or leaves[p] or _has_data(body, p)), left)
    leaves, names = leaves[left : right + 1], _distinct(names[left : right + 1], leaves[left : right + 1])
    wanted = match(leaves, known)
    for column, places in match([name if " / " in name else "" for name in names], known).items():
        wanted.setdefault(column, places)
    matches = {column: tuple(names[place] for place in places) for column, places in wanted.items()}
    return Header(rows, left, tuple(names), tuple(leaves), matches)


def _has_data(body: list[list[str]], place: int) -> bool:
    return any(place < len(row) and row[place] for row in body)


def _distinct(names: list[str], leaves: list[str]) -> list[str]:
    """Names that are there several times take the name of their left neighbour, or a number when that does not help."""
    times = Counter(name for name in names if name)
    out = list(names)
    for name in (name for name, n in times.items() if n > 1):
        places = [place for place, other in enumerate(names) if other == name]
        neighbours = [leaves[place - 1] if place else "" for place in places]
        told = all(neighbours) and len(set(neighbours)) == len(places) and fold(name) not in map(fold, neighbours)
        for number, (place, neighbour) in enumerate(zip(places, neighbours, strict=True), start=1):
            out[place] = f"{name} ({neighbour})" if told else f"{name} ({number})"
    taken: set[str] = set()
    for place, name in enumerate(out):  # "A (1)" may itself be a header
        while name and name in taken:
            name += "'"
        taken.add(name)
        out[place] = name
    return out
