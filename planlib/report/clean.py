"""HTML that a cell gave, written anew from a list of what a client's page may hold.

Nothing is passed through: a tag that is on the list is written again from its name and its listed attributes,
any other is left out or becomes text. So no script, form, frame or outside address reaches the page, however it
was hidden in the words of a workshop.
"""

# ruff: noqa: SIM905  (lists of words read better in a row)

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape, unescape

TAGS = frozenset(
    "a abbr article aside b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption "
    "figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark meter ol p pre progress q s samp section small "
    "span strong sub summary sup table tbody td tfoot th thead time tr u ul svg".split()
)
DRAWING = frozenset(
    "g path rect line circle ellipse polyline polygon text tspan defs clippath lineargradient stop".split()
)
EMPTY = frozenset({"br", "col", "hr", "img"})
LEFT_OUT_WHOLE = frozenset("script style template iframe object embed noscript textarea select title head math".split())
ATTRIBUTES = frozenset(
    "abbr alt class colspan data-head datetime dir headers height id lang low high max min open optimum role rowspan "
    "scope span start style tabindex title translate value width "
    "viewbox preserveaspectratio focusable d x y x1 y1 x2 y2 cx cy r rx ry dx dy points transform fill fill-opacity "
    "fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin "
    "stroke-miterlimit opacity font-family font-size font-weight font-style text-anchor dominant-baseline clip-path "
    "display offset stop-color stop-opacity".split()
)
POINTS_TO_ID = frozenset({"aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "headers"})
CASED = {
    "viewbox": "viewBox",
    "preserveaspectratio": "preserveAspectRatio",
    "clippath": "clipPath",
    "lineargradient": "linearGradient",
}

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>|<!--|<")
ATTRIBUTE = re.compile(r"([a-zA-Z][-\w:]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
STYLE = re.compile(r"(?!.*(?:position|url\s*\())[-\w\s.,%#()+*/:;'\"]*", re.I | re.S)
LINK = re.compile(r"#|https?://|mailto:", re.I)
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.I)
PICTURE_IN_TAG = re.compile(r"\bsrc\s*=\s*[\"']?data:image/", re.I)
BLANK = re.compile(r"[ \t\r\n]+")  # what a browser runs together; no-break spaces stay
HEADING = re.compile(r"<h([1-6])([^>]*)>(.*?)</h\1>", re.S)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page, for its contents."""

    level: int
    id: str
    text: str


def clean(html: str, ids: set[str], *, scroll_label: str = "") -> str:
    """The same content from listed tags only, every tag closed, no id that `ids` already holds (it grows).

    A header cell without a scope gets one: a column's in `thead`, a row's elsewhere; an empty one becomes a plain
    cell. A table stands in a box that scrolls and takes the keyboard's focus, called by its caption or else by
    `scroll_label`.
    """
    renamed = _renamed(html, ids)
    touched = re.compile("|".join(map(re.escape, renamed))) if renamed else None
    out: list[str] = []
    opened: list[str] = []
    at = 0
    while found := TAG.search(html, at):
        out.append(html[at : found.start()])
        at = found.end()
        if found[0] == "<!--":
            end = html.find("-->", at)
            at = len(html) if end < 0 else end + 3
        elif not found[2]:
            out.append("&lt;")
        elif (name := found[2].lower()) in LEFT_OUT_WHOLE and not found[1]:
            end = re.compile(rf"</{name}\b[^>]*>", re.I).search(html, at)
            at = end.end() if end else len(html)
        elif name not in TAGS and name not in DRAWING:
            continue
        elif name == "img" and not found[1] and not PICTURE_IN_TAG.search(found[3]):
            continue  # a picture from elsewhere is never fetched; its empty frame would say nothing
        elif not found[1]:
            in_head = "thead" in opened
            if name == "table":
                out.append(f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(scroll_label)}">')
            written = _attributes
            if touched and touched.search(found[3]):
                written = partial(_renamed_attributes, renamed)
            out.append(f"<{CASED.get(name, name)}{written(name, found[3], in_head)}>")
            if name in DRAWING and found[3].endswith("/"):
                out.append(_end(name))
            elif name not in EMPTY:
                opened.append(name)
        elif name in opened:
            while (last := opened.pop()) != name:
                out.append(_end(last))
            out.append(_end(name))
    out.append(html[at:])
    out.extend(_end(name) for name in reversed(opened))
    return re.sub(r"<th(?: [^>]*)?>\s*</th>", "<td></td>", "".join(out))


def headings(html: str, ids: set[str]) -> tuple[str, list[Heading]]:
    """Clean HTML with an id on every heading, and the headings in their order."""
    found: list[Heading] = []

    def named(heading: re.Match) -> str:
        level, attributes, inside = int(heading[1]), heading[2], heading[3]
        text = BLANK.sub(" ", unescape(re.sub(r"<[^>]*>", " ", inside))).strip(" ")
        known = re.search(r' id="([^"]*)"', attributes)
        if not known:
            slug = re.sub(r"\W+", "-", text.lower()).strip("-")[:60] or "section"
            slug = _free(slug, ids)
            attributes += f' id="{escape(slug)}"'
        if text:
            found.append(Heading(level, known[1] if known else slug, text))
        return f"<h{level}{attributes}>{inside}</h{level}>"

    return HEADING.sub(named, html), found


def _end(name: str) -> str:
    return f"</{CASED.get(name, name)}>" + ("</div>" if name == "table" else "")


@lru_cache(maxsize=8192)
def _attributes(tag: str, text: str, in_head: bool) -> str:
    """The listed attributes, written again; most tags of a page are one of a few kinds."""
    return _renamed_attributes({}, tag, text, in_head)


def _renamed_attributes(renamed: dict[str, str], tag: str, text: str, in_head: bool) -> str:
    """The same where an id that it names has become another."""
    kept: dict[str, str] = {}
    for name, *values in ATTRIBUTE.findall(text):
        name, value = name.lower(), unescape("".join(values))
        if name in kept or not _allowed(tag, name, value):
            continue
        if name == "id":
            value = renamed.get(value, value)
        elif name in POINTS_TO_ID:
            value = " ".join(renamed.get(part, part) for part in value.split())
        elif value.startswith("#"):
            value = "#" + renamed.get(value[1:], value[1:])
        elif value.startswith("url(#"):
            value = f"url(#{renamed.get(value[5:-1], value[5:-1])})"
        kept[name] = value
    if tag == "th" and not kept.get("scope"):
        kept["scope"] = "col" if in_head else "row"
    if tag == "img":
        kept.setdefault("alt", "")
    return "".join(f' {CASED.get(name, name)}="{escape(value)}"' for name, value in kept.items())


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return tag == "a" and LINK.match(value) is not None
    if name == "src":
        return tag == "img" and PICTURE.match(value) is not None
    if name == "style":
        return STYLE.fullmatch(value) is not None
    if "url(" in value and not re.fullmatch(r"url\(#[-\w]+\)", value):
        return False
    return name in ATTRIBUTES or name.startswith("aria-")


def _renamed(html: str, ids: set[str]) -> dict[str, str]:
    """Id in this HTML -> the other it gets, so that no two on the page are equal; those that stay are left out."""
    given = {found: _free(found, ids) for found in dict.fromkeys(re.findall(r"""\sid\s*=\s*["']?([-\w:.]+)""", html))}
    return {found: free for found, free in given.items() if free != found}


def _free(wanted: str, ids: set[str]) -> str:
    name, n = wanted, 2
    while name in ids:
        name, n = f"{wanted}-{n}", n + 1
    ids.add(name)
    return name
