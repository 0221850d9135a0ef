"""Headings, bullets, paragraphs and tables of a document -> sheets of text, each row with its place in the document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path

from planlib.ingest import kinds
from planlib.ingest.body import TOTAL
from planlib.ingest.files import Sheet, Workbook
from planlib.ingest.records import Choice, Question, Repair, fold, plain, settle
from planlib.schema import PlanError

HEADING = re.compile(
    r"^(?P<top>axe|axis|orientation|volet|pilier|pillar|enjeu|chantier|theme|thème|priorité stratégique)\b"
    r"|^(?:objectif|objective|but|goal)\b",
    re.I,
)
TABLE_NAME = re.compile(r"^(?:table|équipe|equipe|team|groupe|group|桌)\s*(?:no|n°|#|:)?\s*(?P<name>\w{1,3})\b", re.I)
BULLET = re.compile(
    r"^(?P<indent>\s*)(?:(?:[-–—•·◦▪■□●○➢➔►❖✓*\uf0b7\uf0a7\uf0d8]|\(cid:\d+\))\s*|o\s+|(?P<number>\d+(?:\.\d+)*)[.)]\s+"
    r"|(?P<path>\d+(?:\.\d+)+)\s+|[a-z][.)]\s+"
    # A resolution of minutes: `CA-2025-034 Ouvrir une halte`, `Résolution 2025-034 : ...`.
    r"|(?:(?:[Rr][ée]s(?:olution|\.)|R[ÉE]SOLUTION|[Dd][ée]cision)\s+(?:n[o°]\.?\s*|#\s*)?(?=[\w-]*\d)"
    r"(?P<resolution>[A-Z]{0,6}[-.]?\d[\w.-]*)|(?P<code>[A-Z]{1,6}[-. ]?(?:19|20)?\d\d[-.]\d{1,4}(?:[-.]\d{1,4})?))"
    r"\s*(?:[-–—:|.)]\s*)?(?<=[\s:|–—.)-]))(?P<words>\S.*)$",
    re.S,
)
LABEL = re.compile(r"^(?P<label>[^:\n]{2,50}?)\s*:\s*(?P<value>\S.*)$", re.S)
CARD = re.compile(
    r"(?:fiche (?:d['’]action|action|projet)|fiche|action|mesure|projet|initiative) ?(?:no\.?|n°|#)? ?"
    r"(?P<number>[A-Z]{0,3}-?\d[\w.-]*?)\.? ?[-–—:.|)]* (?P<title>\w.*)$",
    re.I | re.S,
)
CONTINUED = re.compile(r"\s*\((?:suite|cont(?:inued|'d|\.)?|fin)\)\s*$", re.I)
BY_WORDS, BY_LOOK = 10, 12  # levels of headings told by their words (axis, then objective), or by bold letters alone
LONGEST_HEADING = 160
LISTED = {"actions": ("Axe", "Objectif", "No", "Action", "Description"), "notes": ("Thème", "Table", "Note")}
BESIDE = {"actions": (("axis", "Axe"), ("objective", "Objectif")), "notes": (("theme", "Thème"), ("table", "Table"))}


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document: `kind` is heading, item, text or table; `place` is its page, slide or paragraph."""

    kind: str
    place: str
    words: str = ""
    level: int = 0
    number: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    places: tuple[str, ...] = ()
    order: int = 0  # in the document


@dataclass(frozen=True, slots=True)
class Grid:
    """A table or the lists of a document: its header, and rows that know their order and their place."""

    names: tuple[str, ...]
    rows: tuple[tuple[int, str, tuple[str, ...]], ...]


def table(rows: list[list[str]], places: list[str]) -> Iterator[Block]:
    """A table block without blank rows; a frame around words is not a table."""
    width = max(map(len, rows), default=0)
    filled = [(row, place) for row, place in zip(rows, places, strict=True) if any(map(plain, row))]
    if width == 1 or len(filled) == 1:
        for row, place in filled:
            yield from (Block("text", place, cell) for cell in row if plain(cell))
    elif filled:
        grid = tuple(tuple([*row, *[""] * (width - len(row))]) for row, _ in filled)
        yield Block("table", filled[0][1], rows=grid, places=tuple(place for _, place in filled))


def number_of(match: re.Match) -> str:
    """The number that stands before the words of an item; '' for a bullet."""
    return next((match[name] for name in ("number", "path", "resolution", "code") if match[name]), "")


def heading_level(words: str) -> int | None:
    """The level of a heading told by its first word: an axis stands above an objective; None for other words."""
    match = HEADING.match(plain(words)) if len(words) <= LONGEST_HEADING else None
    return None if match is None else BY_WORDS if match["top"] else BY_WORDS + 1


def workbook(
    path: Path, blocks: Sequence[Block], kind: str, answers: Mapping[str, str] | None, repairs: list[Repair]
) -> Workbook:
    """The tables of a document, those of one header brought together, and for actions and notes its lists.

    Question `paragraphs` (each, leave-out): whether paragraphs that stand in no list are rows.
    """
    blocks = _levelled([replace(block, order=order) for order, block in enumerate(blocks)])
    grids = _tables(blocks, kind, repairs)
    questions: list[Question] = []
    if kind in LISTED:
        listed = _as_headings([block for block in blocks if block.kind != "table"])
        prose = [block for block in listed if block.kind == "text" and not _labelled(block.words, kind)]
        items = any(block.kind == "item" for block in listed)
        keep = bool(prose) and _ask(path, prose, kind, bool(items or grids), answers, questions) == "each"
        if keep:
            listed = [replace(block, kind="item") if block in prose else block for block in listed]
        else:
            repairs += _left(prose)
        grids += _listed(listed, kind, repairs)
    if not grids and questions:  # provisional until it is answered
        grids = _listed([replace(block, kind="item") for block in blocks if block.kind == "text"], kind, repairs)
    if not grids:
        raise PlanError("documents.nothing", file=path.name)
    return Workbook(path, tuple(_sheets(grids, kind, repairs)), (), repairs, questions)


def _sheets(grids: list[Grid], kind: str, repairs: list[Repair]) -> list[Sheet]:
    """Grids that hold rows of this kind as one sheet, in the order of the document; the others as they are."""
    own = [grid for grid in grids if {"title", "text"} & set(kinds.match_headers(grid.names, kind))]
    sheets = []
    if len(own) > 1:
        names: dict[str, str] = {}
        rows = []
        for part, grid in enumerate(own):
            known = {place: name for name, place in kinds.match_headers(grid.names, kind).items()}
            keys = [known.get(place) or fold(name) or f"{part} {place}" for place, name in enumerate(grid.names)]
            for key, name in zip(keys, grid.names, strict=True):
                names.setdefault(key, name)
            rows += [
                (order, n, part, place, dict(zip(keys, cells, strict=True)))
                for n, (order, place, cells) in enumerate(grid.rows)
            ]
        rows.sort(key=lambda row: row[:2])
        cells = [list(names.values()), *([found.get(key, "") for key in names] for *_, found in rows)]
        places = ("", *_apart(place for *_, place, _ in rows))
        sheets.append(Sheet("•", cells, places=places, parts=(0, *(part for _, _, part, _, _ in rows))))
        repairs.append(Repair("", None, "", "", "", "documents.together", {"n": len(own)}))
        grids = [grid for grid in grids if grid not in own]
    for n, grid in enumerate(grids, start=1):
        cells = [list(grid.names), *(list(cells) for *_, cells in grid.rows)]
        sheets.append(Sheet(f"tab. {n}", cells, places=("", *_apart(place for _, place, _ in grid.rows))))
    return sheets


def _ask(path: Path, prose: list[Block], kind: str, others: bool, answers, questions: list[Question]) -> str | None:
    """Whether paragraphs are rows: beside lists and tables they are not, unless a person says so."""
    default = "leave-out" if others else "each" if kind == "notes" else None
    choices = (Choice("each", "documents.choice_each"), Choice("leave-out", "layout.choice_leave_out"))
    facts = {"file": path.name, "n": len(prose), "place": prose[0].place, "found": plain(prose[0].words)[:120]}
    return settle(Question("paragraphs", "documents.ask_paragraphs", facts, choices, default), answers, questions)


def _left(prose: list[Block]) -> list[Repair]:
    told = []
    for block in prose:
        facts = {"place": block.place}
        told.append(Repair("", None, "", plain(block.words)[:200], "", "documents.prose", facts))
    return told


def _levelled(blocks: list[Block]) -> list[Block]:
    """Headings on levels 0, 1, 2 ...; a heading that stands alone on top is the title of the document and goes."""
    levels = sorted({block.level for block in blocks if block.kind == "heading"})
    tops = [place for place, block in enumerate(blocks) if block.kind == "heading" and block.level == levels[0]]
    if len(levels) > 1 and len(tops) == 1 and not any(b.kind == "heading" for b in blocks[: tops[0]]):
        blocks = blocks[: tops[0]] + blocks[tops[0] + 1 :]
        levels = levels[1:]
    return [
        replace(block, level=levels.index(block.level), words=CONTINUED.sub("", plain(block.words)))
        if block.kind == "heading"
        else block
        for block in blocks
    ]


def _as_headings(blocks: list[Block]) -> list[Block]:
    """Where nothing else is a heading, bullets that all have bullets under them are the headings."""
    items = [block for block in blocks if block.kind == "item"]
    if any(block.kind == "heading" for block in blocks) or not items:
        return blocks
    top = min(block.level for block in items)
    tops = [place for place, block in enumerate(items) if block.level == top]
    below = [place + 1 < len(items) and items[place + 1].level > top for place in tops]
    labels = any(LABEL.match(block.words) for block in items if block.level > top)
    if len(tops) < 2 or len(tops) == len(items) or not all(below) or labels:
        return blocks
    return [
        replace(block, kind="heading", level=0) if block.kind == "item" and block.level == top else block
        for block in blocks
    ]


class _Heads:
    """The headings above the current block."""

    def __init__(self):
        self.stack: list[tuple[int, str]] = []

    def meet(self, block: Block) -> None:
        self.stack = [head for head in self.stack if head[0] < block.level] + [(block.level, block.words)]

    def beside(self, kind: str, above: bool = False) -> tuple[str, ...]:
        """Axis and objective, or theme and table, of what stands here; `above` leaves out the nearest heading."""
        words = [head[1] for head in (self.stack[:-1] if above else self.stack)]
        if kind == "notes":
            tables = [match["name"] for word in words if (match := TABLE_NAME.match(word))]
            themes = [word for word in words if not TABLE_NAME.match(word)]
            return (themes[-1] if themes else ""), (tables[-1] if tables else "")
        return (words[0] if words else ""), (words[-1] if len(words) > 1 else "")


def _labelled(words: str, kind: str) -> tuple[str, str, str] | None:
    """`Responsable : la direction` -> the column it names, its label and its words; None for other words."""
    match = LABEL.match(plain(words))
    if not match:
        return None
    name = next(iter(kinds.match_headers([match["label"]], kind)), None)
    return (
        (name, match["label"], match["value"]) if name not in (None, "title", "text", "note_id", "action_id") else None
    )


def _listed(blocks: list[Block], kind: str, repairs: list[Repair]) -> list[Grid]:
    """Bullets as rows under their headings; what hangs under an action is its description, or the column it names."""
    heads, rows, base = _Heads(), [], None
    labels: dict[str, str] = {}  # column -> the first label that names it
    columns = LISTED[kind]
    for block in blocks:
        if block.kind == "heading":
            heads.meet(block)
            base = None
            continue
        label = _labelled(block.words, "actions" if kind == "notes" and rows else kind)
        if kind == "notes" and label and block.kind == "item" and block.level > (base or 0):
            rows[-1][2]["Note"] += f"\n{block.words}"  # said of the note above it
            repairs.append(
                Repair("", None, "", block.words[:200], rows[-1][2]["Note"][:200], "documents.said_of_it",
                       {"place": block.place})
            )  # fmt: skip
            continue
        label = label if kind == "actions" else None
        if block.kind == "text" and not (label and rows):
            continue
        base = block.level if base is None and block.kind == "item" else base
        under = bool(rows) and kind == "actions" and (block.kind == "text" or block.level > (base or 0) or bool(label))
        if under and label:
            rows[-1][2].setdefault(labels.setdefault(label[0], label[1]), label[2])
        elif under:
            rows[-1][2]["Description"] = "\n".join(filter(None, [rows[-1][2].get("Description"), block.words]))
        else:
            first, second = heads.beside(kind)
            cells = {columns[0]: first, columns[1]: second, columns[-1 if kind == "notes" else 3]: block.words}
            cells |= {"No": block.number} if kind == "actions" and block.number else {}
            rows.append((block.order, block.place, cells))
    if not rows:
        return []
    names = dict.fromkeys([*columns, *(name for *_, cells in rows for name in cells)])
    names = tuple(name for name in names if any(cells.get(name) for *_, cells in rows))
    return [_grid(names, rows)]


def _grid(names: tuple[str, ...], rows: Iterable[tuple[int, str, Mapping[str, str]]]) -> Grid:
    return Grid(
        names, tuple((order, place, tuple(cells.get(name, "") for name in names)) for order, place, cells in rows)
    )


def _tables(blocks: list[Block], kind: str, repairs: list[Repair]) -> list[Grid]:
    """Tables with the same header as one; a table of labels and values is one row."""
    heads = _Heads()
    found: dict[tuple, list] = {}
    ending: list = []
    forms: list[tuple[int, str, dict[str, str]]] = []
    for block in blocks:
        if block.kind == "heading":
            heads.meet(block)
        if block.kind != "table":
            continue
        rows = [[cell.strip() for cell in row] for row in block.rows]
        beside = heads.beside(kind) if kind in BESIDE else ()
        if form := _form(rows, kind):
            if kind == "actions" and "title" not in kinds.match_headers(form, kind) and heads.stack:
                form = _card_title(heads.stack[-1][1]) | form  # the title of a card may stand above it
                beside = heads.beside(kind, above=True)
            named = dict(zip(LISTED.get(kind, ()), beside, strict=False)) | form
            forms.append((block.order, block.places[0], named))
            continue
        signature = tuple(map(fold, rows[0]))
        last = next(reversed(found), None)
        if signature in found:
            _go_on(found[signature], block, block.places[1:], beside, rows[1:], repairs)
        elif last and len(last) == len(signature) and not kinds.match_headers(rows[0], kind) and heads.stack == ending:
            _go_on(found[last], block, block.places, beside, rows, repairs)
        else:
            found[signature] = [(block.order, *line) for line in zip(block.places, repeat(beside), rows, strict=False)]
        ending = list(heads.stack)
    grids = [_joined(lines, kind) for lines in found.values()]
    if forms:
        grids.append(_grid(tuple(dict.fromkeys(name for *_, form in forms for name in form)), forms))
    return grids


def _go_on(
    lines: list, block: Block, places: Sequence[str], beside: tuple, rows: list[list[str]], repairs: list[Repair]
) -> None:
    """Rows of a table that goes on; the rest of a row cut by the end of a page goes back to its row."""
    new = [(block.order, place, beside, row) for place, row in zip(places, rows, strict=True)]
    if new and lines[-1][1].startswith("p. ") and lines[-1][1] != new[0][1]:
        order, place, before, above = lines[-1]
        rest = new[0][3]
        starts = [cell[0] for cell in rest if cell]
        if len(lines) > 1 and any(map(str.islower, starts)) and not any(map(str.isupper, starts)):
            lines[-1] = (order, place, before, [" ".join(filter(None, pair)) for pair in zip(above, rest, strict=True)])
            found = " | ".join(filter(None, rest))[:200]
            used = " | ".join(filter(None, lines[-1][3]))[:200]
            repairs.append(Repair("", None, "", found, used, "documents.row_cut", {"place": new[0][1]}))
            new = new[1:]
    lines += new


def _joined(lines: list, kind: str) -> Grid:
    """A table with the headings it stands under as columns, unless it has columns for them."""
    header = lines[0][3]
    known = kinds.match_headers(header, kind)
    added = [
        (place, name)
        for place, (column, name) in enumerate(BESIDE.get(kind, ()))
        if column not in known and any(beside[place] for _, _, beside, _ in lines)
    ]
    rows = []
    for order, at, beside, row in lines[1:]:
        total = TOTAL.match(fold(next(filter(None, row), "")))
        rows.append((order, at, (*("" if total else beside[place] for place, _ in added), *row)))
    return Grid((*(name for _, name in added), *header), tuple(rows))


def _apart(places: Iterable[str]) -> tuple[str, ...]:
    """Places told apart: the second row of page 3 is `p. 3 · 2`."""
    places = list(places)
    times, seen = Counter(places), Counter()
    out = []
    for place in places:
        seen[place] += 1
        out.append(f"{place} · {seen[place]}" if times[place] > 1 else place)
    return tuple(out)


def _form(rows: list[list[str]], kind: str) -> dict[str, str] | None:
    """A table of two columns whose first holds labels: one action on a card, its title beside or over both."""
    if len(rows) < 3 or any(len(row) != 2 for row in rows):
        return None
    top = rows[0][0] if kind == "actions" and rows[0][1] in ("", rows[0][0]) else ""
    if top and kinds.match_headers([top], kind):
        top = ""
    labels = [row[0] for row in (rows[1:] if top else rows)]
    known = kinds.match_headers(labels, kind)
    if len(known) * 2 <= len(labels) or len(kinds.match_headers(rows[0], kind)) > 1:
        return None
    title = _card_title(top) if top and "title" not in known else {}
    return title | {label.rstrip(" :"): value for label, value in (rows[1:] if title else rows) if label}


def _card_title(words: str) -> dict[str, str]:
    """`Action 1.2 – Ouvrir une halte` as a number and a title."""
    match = CARD.match(plain(words))
    return {"No": match["number"], "Action": match["title"]} if match else {"Action": plain(words)}


def lines_of(text: str, place: str = "§ {}") -> list[Block]:
    """Pasted words: bullets with their indents, headings over them; without bullets each line is an item."""
    lines = [(n, line.rstrip()) for n, line in enumerate(text.splitlines(), start=1) if plain(line)]
    bullets = [BULLET.match(line) for _, line in lines]
    indents = sorted({len(match["indent"].expandtabs(4)) for match in bullets if match})
    blocks = []
    for position, ((n, line), match) in enumerate(zip(lines, bullets, strict=True)):
        words, at = plain(line), place.format(n)
        follows = position + 1 < len(lines) and bullets[position + 1] is not None
        level = heading_level(words) if not match else None
        if words.startswith("#"):
            blocks.append(Block("heading", at, words.lstrip("# "), len(words) - len(words.lstrip("#"))))
        elif level is not None or (not match and (words.endswith(":") or (follows and len(words) <= 80))):
            blocks.append(Block("heading", at, words.rstrip(" :"), level or BY_LOOK))
        elif match:
            level = indents.index(len(match["indent"].expandtabs(4)))
            blocks.append(Block("item", at, plain(match["words"]), level, number_of(match)))
        else:
            blocks.append(Block("text" if indents else "item", at, words))
    return blocks
