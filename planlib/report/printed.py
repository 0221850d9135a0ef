"""Clean HTML as the blocks a printed page is set from: plain data, in which no character means anything."""

# ruff: noqa: SIM905  (lists of words read better in a row)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

BLANK = re.compile(r"[ \t\r\n]+")  # no-break spaces stay
TAG = re.compile(r"<(/?[a-zA-Z][^>]*)>")
ATTRIBUTE = re.compile(r'([a-zA-Z][-\w:]*)="([^"]*)"')
DRAWING = re.compile(r"<svg\b.*?</svg>", re.S)
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]")
NAMED = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;)[a-zA-Z]+;")  # what HTML names and a drawing's own language does not
EMPTY = frozenset({"br", "col", "hr", "img", "svg"})
BLOCKS = frozenset(
    "article aside blockquote dd details dl dt div figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre "
    "section summary table ul".split()
)
MARKS = {"b": "b", "strong": "b", "th": "b", "i": "i", "em": "i", "code": "m", "kbd": "m", "samp": "m"}
LOOKS = ("quiet", "of", "owed", "label", "x", "last", "money", "none")  # classes that blocks.css gives a look to
TALL = 1200  # characters of a row that may be parted over two pages
LEAST, LONGEST = 5, 26  # characters that a column is given room for at least, and a word at most
ROOM = 118  # characters across the page
BARS = re.compile(r'"(?:mark|type)": ?"bar"')  # in the JSON of a chart
SHORT = 25  # rows of a chart's data that are printed; more are in the HTML page


@dataclass(slots=True)
class Node:
    """An element of the clean HTML."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def find(self, *tags: str) -> Iterator[Node]:
        """The nearest elements of these names inside, in their order."""
        for child in self.inside:
            if isinstance(child, Node):
                if child.tag in tags:
                    yield child
                else:
                    yield from child.find(*tags)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.inside)


def blocks(
    html: str, *, untitled: str, elsewhere: Callable[[int], str], short: float = SHORT
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The blocks of clean HTML in order, and the tables behind its charts that are no longer than `short` rows.

    `untitled` says what a bare picture is, `elsewhere` where a chart's many rows are to be found. A chart's `data`
    are the places of its tables among the second, and `bars` says that it draws amounts as bars, and no time.

    Each is a dict with its kind `k`: h (heading, `level` from 1, none left out), p, list, table, chart, picture, dl,
    row (boxes side by side), quote, pre.
    """
    drawings: list[str] = []

    def stashed(found: re.Match) -> str:
        drawings.append(found[0])
        mark = ' class="mark"' if 'class="mark"' in found[0].partition(">")[0] else ""
        return f'<svg n="{len(drawings) - 1}"{mark}>'

    root = _tree(DRAWING.sub(stashed, html))
    made = _Setter(drawings, untitled, elsewhere, short)
    body = made.blocks(root)
    _alike(body)
    return _levelled(body), made.data


def _tree(html: str) -> Node:
    root = Node("body")
    path = [root]
    parts = TAG.split(html)
    for text, tag in zip(parts[::2], [*parts[1::2], ""], strict=True):
        if text:
            path[-1].inside.append(unescape(text))
        if tag.startswith("/"):
            if len(path) > 1 and path[-1].tag == tag[1:]:
                path.pop()
        elif tag:
            name = tag.split(None, 1)[0].rstrip("/").lower()
            node = Node(name, {key: unescape(value) for key, value in ATTRIBUTE.findall(tag)})
            path[-1].inside.append(node)
            if name not in EMPTY:
                path.append(node)
    return root


class _Setter:
    """Sets the elements of one report; `data` are the tables behind its charts."""

    def __init__(self, drawings: list[str], untitled: str, elsewhere: Callable[[int], str], short: float):
        self._drawings, self._untitled, self._elsewhere, self._short = drawings, untitled, elsewhere, short
        self.data: list[dict[str, Any]] = []

    def blocks(self, node: Node) -> list[dict[str, Any]]:
        out: list[dict[str, Any]] = []
        loose: list[Node | str] = []
        for child in node.inside:
            if isinstance(child, Node) and _is_block(child):
                out += self._paragraph(loose)
                out += self._block(child)
                loose = []
            else:
                loose.append(child)
        return out + self._paragraph(loose)

    def _paragraph(self, inside: list[Node | str], look: str = "") -> list[dict[str, Any]]:
        runs = self.runs(inside)
        return [{"k": "p", "look": look, "c": runs}] if runs else []

    def _block(self, node: Node) -> list[dict[str, Any]]:
        if node.tag[0] == "h" and node.tag[1:].isdigit():
            runs = self.runs(node.inside)
            return [{"k": "h", "level": int(node.tag[1]), "c": runs}] if runs else []
        if node.tag == "p":
            return self._paragraph(node.inside, next(iter(node.classes), ""))
        if node.tag in ("ul", "ol"):
            return self._list(node)
        if node.tag == "table":
            return self._table(node)
        if node.tag == "dl":
            return [{"k": "dl", "items": [self._term(part) for part in node.find("dt", "dd")]}]
        if node.tag == "figure" and (drawn := next(node.find("svg"), None)):
            return self._chart(node, drawn)
        if node.tag == "svg":
            return [self._drawing(node, "chart")]
        if node.tag == "img":
            return [self._picture(node)]
        if node.tag == "pre":
            return [{"k": "pre", "t": node.text.strip("\n")}]
        if node.tag == "blockquote":
            return [{"k": "quote", "c": self.blocks(node)}]
        if "figures" in node.classes:
            return [{"k": "row", "look": "figures", "boxes": [self.blocks(box) for box in node.find("div")]}]
        if node.tag == "summary":
            return self._paragraph(node.inside, "summary")
        return self.blocks(node)

    def _term(self, node: Node) -> dict[str, Any]:
        return {"dt": node.tag == "dt", "c": self.blocks(node)}

    def _list(self, node: Node) -> list[dict[str, Any]]:
        items = [self.blocks(item) for item in node.find("li")]
        if "decisions" in node.classes:
            return [{"k": "row", "look": "decisions", "boxes": items}]
        return [{"k": "list", "numbered": node.tag == "ol", "look": " ".join(node.classes), "items": items}]

    def _chart(self, figure: Node, drawn: Node) -> list[dict[str, Any]]:
        said = [self.runs(part.inside) for part in figure.find("p")]
        chart = self._drawing(drawn, "chart") | {"title": said[:1], "subtitle": said[1:2]}
        tables = [block for table in figure.find("table") for block in self._table(table)]
        title = said[0] if said else [{"t": chart["alt"]}]
        chart["data"] = []
        for table in tables:
            n = len(table["body"])
            told = table if n <= self._short else {"k": "p", "look": "quiet", "c": [{"t": self._elsewhere(n)}]}
            self.data += [{"k": "p", "look": "about", "c": title}, told]
            chart["data"].append(len(self.data) - 1)
        spec = next((part.text for part in figure.find("script")), "")
        chart["bars"] = bool(BARS.search(spec)) and '"temporal"' not in spec
        return [chart]

    def _drawing(self, node: Node, kind: str) -> dict[str, Any]:
        svg = self._drawings[int(node.attributes["n"])]
        tag = dict(ATTRIBUTE.findall(svg[: svg.index(">")]))
        box = [float(n) for n in re.findall(r"-?[\d.]+", tag.get("viewBox", ""))]
        width, height = (
            box[2:] if len(box) == 4 else (float(tag.get(n, "100").rstrip("px")) for n in ("width", "height"))
        )
        svg = NAMED.sub(lambda found: escape(unescape(found[0])), svg)
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        alt = unescape(tag.get("aria-label", "")) or self._untitled
        return {"k": kind, "svg": svg, "alt": alt, "width": width, "height": height}

    def _picture(self, node: Node) -> dict[str, Any]:
        source, alt = node.attributes.get("src", ""), node.attributes.get("alt", "")
        return {"k": "picture", "source": source, "alt": alt or self._untitled}

    def _table(self, node: Node) -> list[dict[str, Any]]:
        head = [row for part in node.find("thead") for row in part.find("tr")]
        body = (
            [row for row in node.find("tr") if row not in head]
            if not head
            else [row for part in node.find("tbody", "tfoot") for row in part.find("tr")]
        )
        if not head and body and all(cell.tag == "th" for cell in body[0].find("th", "td")):
            head, body = body[:1], body[1:]
        rows = [[self._cell(cell) for cell in row.find("th", "td")] for row in (*head, *body)]
        columns = max((sum(cell["span"] for cell in row) for row in rows), default=0)
        if not columns:
            return []
        for row in rows:  # a short row is filled up, so that the next begins at the left
            row += [{"c": [], "span": 1, "right": False, "head": False}] * (columns - sum(cell["span"] for cell in row))
        caption = next((self.runs(part.inside) for part in node.find("caption")), [])
        return [
            {
                "k": "table",
                "name": " ".join(node.classes),
                "caption": caption,
                "widths": _widths(rows, columns),
                "head": rows[: len(head)],
                "body": [{"cells": row, "tall": _length(row) > TALL} for row in rows[len(head) :]],
            }
        ]

    def _cell(self, node: Node) -> dict[str, Any]:
        span = node.attributes.get("colspan", "1")
        return {
            "c": self.blocks(node),
            "span": int(span) if span.isdigit() and 0 < int(span) < 50 else 1,
            "right": "number" in node.classes,
            "head": node.tag == "th",
        }

    def runs(self, inside: list[Node | str]) -> list[dict[str, Any]]:
        """Text in one line of blocks: runs of equal look, blanks run together as a browser does."""
        out: list[dict[str, Any]] = []
        for run in self._runs(inside, {}):
            if "t" in run:
                run["t"] = BLANK.sub(" ", run["t"])
                if (not out or out[-1].get("br") or out[-1].get("t", "").endswith(" ")) and run["t"].startswith(" "):
                    run["t"] = run["t"][1:]
                if not run["t"]:
                    continue
            out.append(run)
        while out and (out[-1].get("br") or out[-1].get("t") == " "):
            out.pop()
        if out and "t" in out[-1]:
            out[-1]["t"] = out[-1]["t"].rstrip(" ")
        return out

    def _runs(self, inside: list[Node | str], look: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for child in inside:
            if isinstance(child, str):
                yield {"t": child, **look}
            elif child.tag == "br":
                yield {"br": True}
            elif child.tag == "svg":
                yield self._drawing(child, "mark")
            else:
                now = dict(look)
                if child.tag in MARKS:
                    now[MARKS[child.tag]] = True
                if kinds := [name for name in child.classes if name in LOOKS]:
                    now["look"] = kinds[0]
                if lang := child.attributes.get("lang"):
                    now["lang"] = lang.split("-")[0].lower()
                if "whole" in child.classes:
                    now["whole"] = True
                if (href := child.attributes.get("href", "")) and not href.startswith("#"):
                    now["href"] = href
                yield from self._runs(child.inside, now)


def _is_block(node: Node) -> bool:
    if node.tag == "svg":
        return "mark" not in node.classes
    return (
        node.tag == "img"
        or node.tag in BLOCKS
        or any(isinstance(child, Node) and _is_block(child) for child in node.inside)
    )


def _levelled(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Headings from level 1 without a gap, the first h1 left to the cover; what introduces a table stays with it."""
    level, out, on_cover = 0, [], False
    for block, after in zip(found, [*found[1:], {"k": ""}], strict=True):
        if block["k"] == "p" and after["k"] in ("table", "list", "chart") and _characters(block["c"]) < 200:
            block["sticky"] = True  # it introduces what follows: never the last line of a page
        if block["k"] == "h":
            if block["level"] == 1 and not on_cover:
                on_cover = True
                continue
            level = block["level"] = min(max(block["level"] - 1, 1), level + 1)
        out.append(block)
    return out


def _alike(found: list[dict[str, Any]]) -> None:
    """The same columns for the tables of one name: an axis after the other reads down one page."""
    named: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for block in found:
        if block["k"] == "table" and block["name"]:
            named.setdefault((block["name"], len(block["widths"])), []).append(block)
    for tables in named.values():
        widths = [max(column) for column in zip(*(table["widths"] for table in tables), strict=True)]
        for table in tables:
            table["widths"] = widths


def _length(row: list[dict[str, Any]]) -> int:
    return max((_characters(cell["c"]) for cell in row), default=0)


def _characters(found: Any) -> int:
    if isinstance(found, dict):
        if found.get("k") == "mark":
            return 2
        return len(found["t"]) if "t" in found else sum(_characters(part) for part in found.values())
    return sum(_characters(part) for part in found) if isinstance(found, list) else 0


def _words(found: Any) -> Iterator[str]:
    """The words of cells; a mark stays with the word after it."""
    if isinstance(found, dict):
        if "t" in found:
            yield from BLANK.split(found["t"])
        else:
            for part in found.values():
                yield from _words(part)
    elif isinstance(found, list):
        mark = ""
        for part in found:
            if isinstance(part, dict) and part.get("k") == "mark":
                mark = "●● "
                continue
            for said in _words(part):
                yield mark + said
                mark = ""
        if mark:
            yield mark


def _widths(rows: list[list[dict[str, Any]]], columns: int) -> list[float]:
    """The characters that each column gets room for: its longest word first, then by how much it has to say."""
    longest, said = [LEAST] * columns, [LEAST] * columns
    for row in rows:
        at = 0
        for cell in row:
            if cell["span"] == 1:
                longest[at] = max([longest[at], *(len(part) + 1 for part in _words(cell["c"]))])
                said[at] += _characters(cell["c"])
            at += cell["span"]
    least = [min(word * 1.12, LONGEST) for word in longest]
    spare = max(ROOM - 2.5 * columns - sum(least), 0)
    wants = [max(total / max(len(rows), 1) - width, 0) ** 0.8 + 0.5 for total, width in zip(said, least, strict=True)]
    return [round(width + spare * want / sum(wants), 1) for width, want in zip(least, wants, strict=True)]
