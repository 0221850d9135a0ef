"""The rows' heads of a PDF's tables, told as such in a file that typst has set.

typst tells the heads of columns; its call for the heads of rows waits behind a switch that its Python binding lacks. So
the finished file is opened and the first cells of rows are told: the tag of a cell (TD) becomes that of a head (TH, of
its row), with a name that the other cells of the row give as theirs. Nothing that is drawn is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from planlib.report.laid import Block, every

XREF = re.compile(rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] ?\r?\n)+)trailer\n(.*?)startxref\n(\d+)\n%%EOF\s*$", re.S)
KIDS = re.compile(rb"/K\[([^\]]*)\]")
REFERENCE = re.compile(rb"(\d+) 0 R")
KIND = re.compile(rb"/S/(\w+)")
OF_TABLE = rb"<</O/Table"
HEADERS = rb"/Headers["
NAMES = rb"/IDTree<</Names["


def row_heads(document: bytes, blocks: list[Block]) -> bytes:
    """The same file with the first cell of each row told as its head where the block says so.

    `blocks` are the tables of the report in their order. A file that is not put together as typst does, or that has
    other tables, comes back as it was.
    """
    found = XREF.search(document)
    if not found:
        return document
    objects = _objects(document, found)
    root = next((n for n, text in objects.items() if text.startswith(b"<</Type/StructTreeRoot")), None)
    if root is None or NAMES not in objects[root]:
        return document
    tables = list(_tagged(objects, root, b"Table"))
    if len(tables) != len(blocks):
        return document
    named: list[tuple[bytes, int]] = []
    for table, block in zip(tables, blocks, strict=True):
        rows = list(_rows(objects, table))
        if len(rows) != len(block["head"]) + len(block["body"]):
            return document
        for row, said in zip(rows[len(block["head"]) :], block["body"], strict=True):
            first, *rest = _kids(objects[row])
            if said["cells"][0]["head"] and rest and KIND.search(objects[first])[1] == b"TD":
                name = b"R%06d" % len(named)
                named.append((name, first))
                _tell(objects, first, rest, name)
    listed = b"".join(b"(%s)%d 0 R " % pair for pair in named)
    objects[root] = objects[root].replace(NAMES, NAMES + listed)
    return _written(document, found, objects)


def tables_of(found: list[Block]) -> list[Block]:
    """The tables of blocks in the order in which they are set, those inside others after them."""
    return [block for block in every(found) if block.get("k") == "table"]


def _tell(objects: dict[int, bytes], first: int, rest: list[int], name: bytes) -> None:
    told = objects[first].replace(b"/S/TD", b"/S/TH/ID(%s)" % name, 1)
    objects[first] = told.replace(OF_TABLE, OF_TABLE + b"/Scope/Row", 1)
    for cell in rest:
        objects[cell] = objects[cell].replace(HEADERS, HEADERS + b"(%s)" % name, 1)


def _objects(document: bytes, found: re.Match) -> dict[int, bytes]:
    """The text of each object, by its number."""
    starts = {n: int(line[:10]) for n, line in enumerate(found[2].splitlines()) if line[17:18] == b"n"}
    ends = dict(zip(sorted(starts.values()), [*sorted(starts.values())[1:], found.start()], strict=True))
    objects = {}
    for n, start in starts.items():
        text = document[start : ends[start]]
        objects[n] = text.partition(b" obj\n")[2].rpartition(b"\nendobj")[0]
    return objects


def _kids(text: bytes) -> list[int]:
    found = KIDS.search(text)
    return [int(n) for n in REFERENCE.findall(found[1])] if found else []


def _tagged(objects: dict[int, bytes], start: int, kind: bytes) -> Iterator[int]:
    """The elements of a kind under one, in reading order."""
    for n in _kids(objects[start]):
        tag = KIND.search(objects.get(n, b""))
        if tag:
            if tag[1] == kind:
                yield n
            yield from _tagged(objects, n, kind)


def _rows(objects: dict[int, bytes], table: int) -> Iterator[int]:
    """The rows of a table, without those of a table in one of its cells."""
    for n in _kids(objects[table]):
        tag = KIND.search(objects.get(n, b""))
        if tag and tag[1] == b"TR":
            yield n
        elif tag and tag[1] in (b"THead", b"TBody", b"TFoot"):
            yield from _rows(objects, n)


def _written(document: bytes, found: re.Match, objects: dict[int, bytes]) -> bytes:
    """The file put together again, each object at its new place."""
    lines = found[2].splitlines()
    order = sorted(objects, key=lambda n: int(lines[n][:10]))
    out = bytearray(document[: min(int(lines[n][:10]) for n in objects)])
    for n in order:
        lines[n] = b"%010d %s" % (len(out), lines[n][11:])
        out += b"%d 0 obj\n%s\nendobj\n" % (n, objects[n])
    start = len(out)
    out += b"xref\n0 %s\n" % found[1] + b"".join(line.rstrip() + b"\r\n" for line in lines)
    return bytes(out + b"trailer\n" + found[3] + b"startxref\n%d\n%%%%EOF" % start)
