"""Word files -> their blocks in order; which files are documents, and who reads each."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from planlib.ingest import outline
from planlib.ingest.files import Workbook, content, starts_with
from planlib.ingest.outline import BY_LOOK, Block, table
from planlib.ingest.records import Repair, plain
from planlib.ingest.scan import check_archive
from planlib.schema import PlanError

DOCUMENT_KINDS = (".docx", ".pptx", ".pdf")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Parts of a Word file that stand beside its text.
ASIDE = {
    "footnotes.xml": "documents.footnote",
    "endnotes.xml": "documents.footnote",
    "comments.xml": "documents.comment",
}
BOLD_HEADING = 90  # characters: longer bold words are emphasis


def is_document(path: str | Path) -> bool:
    return Path(path).suffix.lower() in DOCUMENT_KINDS


def read(path: str | Path, kind: str, answers: Mapping[str, str] | None = None) -> Workbook:
    """The tables of a Word, PowerPoint or PDF file and, for actions and notes, its lists.

    Headings become the axis and the objective of actions, the theme or the table of notes. `Sheet.places` says on
    which page, slide or paragraph each row stands.

    Raises
    ------
    PlanError
        A file that is not what its name says, protected, damaged or built to harm; a PDF without text; a document
        without a list or a table.
    """
    from planlib.ingest import pdf, slides

    path = Path(path)
    data = content(path)
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        blocks, repairs = pdf.blocks(path, data, kind)
        return outline.workbook(path, blocks, kind, answers, repairs)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise PlanError("documents.protected_or_old", file=path.name)
    if data[:4] != b"PK\x03\x04":
        raise PlanError("documents.not_a_document", file=path.name, starts=starts_with(data))
    check_archive(path, data)
    repairs: list[Repair] = []
    try:
        blocks = list(_word(data, repairs) if suffix == ".docx" else slides.blocks(data, repairs))
    except PlanError:
        raise
    except Exception:  # the two libraries name many causes; none of them is for a consultant to read
        raise PlanError("documents.damaged", file=path.name) from None
    return outline.workbook(path, blocks, kind, answers, repairs)


def _word(data: bytes, repairs: list[Repair]) -> Iterator[Block]:
    """The body of a Word file, from top to bottom; words of a deleted revision are left out, footnotes are told."""
    import docx

    document = docx.Document(io.BytesIO(data))
    for part in document.part.package.iter_parts():
        if why := ASIDE.get(str(part.partname).rpartition("/")[2]):
            repairs += [Repair("", None, "", words[:200], "", why) for words in _aside(part.blob)]
    styles = {style.style_id: style for style in document.styles}
    paragraphs = tables = 0
    for element in _body(document.element.body):
        if element.tag == f"{W}tbl":
            tables += 1
            yield from _word_table(element, tables)
            continue
        words = _words(element)
        if not plain(words):
            continue
        paragraphs += 1
        if (block := _paragraph(element, words, f"§ {paragraphs}", styles)) is not None:
            yield block


def _aside(blob: bytes) -> Iterator[str]:
    """The words of each footnote or comment; the two that only draw a line have none."""
    from docx.oxml import parse_xml

    for element in parse_xml(blob):
        if words := plain(_words(element)):
            yield words


def _body(parent) -> Iterator:
    """Paragraphs and tables in order, those inside content controls too."""
    for element in parent:
        if element.tag in (f"{W}p", f"{W}tbl"):
            yield element
        elif element.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _body(element)


def _words(element) -> str:
    """The words of a paragraph or a cell, revisions accepted; a box of text is written twice and read once."""
    parts = []
    for part in element.iter(f"{W}t", f"{W}tab", f"{W}br", f"{W}cr", f"{W}noBreakHyphen", f"{W}p"):
        if any(above.tag == FALLBACK for above in part.iterancestors()):
            continue
        if part.tag == f"{W}p":
            parts.append("\n" if parts else "")
        else:
            parts.append(part.text or "" if part.tag == f"{W}t" else "-" if part.tag.endswith("Hyphen") else " ")
    return "".join(parts).strip()


def _paragraph(element, words: str, place: str, styles: Mapping) -> Block | None:
    """A heading by its style, its words or its bold letters; an item by its bullet; else a paragraph."""
    properties = element.find(f"{W}pPr")
    own = properties.find(f"{W}pStyle") if properties is not None else None
    style = styles.get(own.get(f"{W}val")) if own is not None else None
    names, outlines = [], []
    numbered = _numbering(properties)
    while style is not None:
        names.append((style.name or "").lower())
        inside = style.element.find(f"{W}pPr")
        numbered = numbered if numbered is not None else _numbering(inside)
        level = inside.find(f"{W}outlineLvl") if inside is not None else None
        outlines += [int(level.get(f"{W}val"))] if level is not None else []
        style = style.base_style
    if any(name.startswith(("toc ", "table of ", "header", "footer", "caption")) for name in names[:1]):
        return None
    heading = next((name for name in names if name.startswith("heading ") and name[8:].isdigit()), None)
    if names[:1] == ["title"]:
        return Block("heading", place, words, -1)
    if names[:1] == ["subtitle"]:
        return Block("text", place, words)
    if heading or outlines:
        return Block("heading", place, words, int(heading[8:]) if heading else outlines[0] + 1)
    if numbered is not None or any(name.startswith("list") for name in names):
        depth = numbered or next((int(n[-1]) - 1 for n in names if n.startswith("list") and n[-1].isdigit()), 0)
        return Block("item", place, words, depth)
    if (level := outline.heading_level(words)) is not None:
        return Block("heading", place, words, level)
    if match := outline.BULLET.match(words):
        return Block("item", place, match["words"], 0, outline.number_of(match))
    runs = [run for run in element.iter(f"{W}r") if plain("".join(t.text or "" for t in run.iter(f"{W}t")))]
    bold = bool(runs) and all(run.find(f"{W}rPr/{W}b") is not None for run in runs)
    if bold and len(words) <= BOLD_HEADING:
        return Block("heading", place, words.rstrip(" :"), BY_LOOK)
    return Block("text", place, words)


def _numbering(properties) -> int | None:
    """The depth of a bullet or a number; None for a paragraph without one."""
    found = properties.find(f"{W}numPr") if properties is not None else None
    if found is None:
        return None
    kind, level = found.find(f"{W}numId"), found.find(f"{W}ilvl")
    if kind is not None and kind.get(f"{W}val") == "0":
        return None
    return int(level.get(f"{W}val")) if level is not None else 0


def _word_table(element, n: int) -> Iterator[Block]:
    """A table as rows of one width; a cell merged down holds for each of its rows."""
    rows: list[list[str]] = []
    for line in element.iter(f"{W}tr"):
        if next(line.iterancestors(f"{W}tbl")) is not element:
            continue  # a table inside a cell is words of that cell
        cells: list[str] = []
        for cell in line.iterchildren(f"{W}tc", f"{W}sdt"):
            properties = cell.find(f"{W}tcPr")
            span = properties.find(f"{W}gridSpan") if properties is not None else None
            merged = properties.find(f"{W}vMerge") if properties is not None else None
            goes_on = merged is not None and merged.get(f"{W}val", "continue") == "continue"
            above = rows[-1][len(cells)] if goes_on and rows and len(cells) < len(rows[-1]) else ""
            cells.append(above if goes_on else _words(cell))
            cells += [""] * (int(span.get(f"{W}val")) - 1 if span is not None else 0)
        rows.append(cells)
    yield from table(rows, [f"tab. {n}, {number}" for number in range(1, len(rows) + 1)])
