"""A report's content laid out for paper and office files: its title, what its first page says, its blocks, its data."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from planlib.report.content import About, Content
from planlib.report.printed import PICTURE, SHORT, blocks
from planlib.words import word

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Laid:
    """The blocks of `printed`: `lead` are the paragraphs before anything else, `data` the tables behind the charts.

    `about` are the day of the data and the edition, as the foot of each page says them.
    """

    title: str
    about: list[str]
    lead: list[Block]
    body: list[Block]
    data: list[Block]


def laid(content: Content, about: About, *, short: float = SHORT) -> Laid:
    """The content as blocks; `short` is the longest table behind a chart, in rows, that is given whole."""
    body, data = blocks(
        content.html,
        untitled=word("report.chart", about.lang),
        elsewhere=lambda n: word("report.rows_elsewhere", about.lang, n=n),
        short=short,
    )
    first = next((i for i, block in enumerate(body) if block["k"] != "p"), len(body))
    dated = [text for text in (about.dated, about.edition) if text]
    return Laid(content.own_title or about.title, dated, body[:first], body[first:], data)


def every(found: Any) -> Iterable[Block]:
    """Every block of a list of blocks, those inside others too."""
    if isinstance(found, dict):
        yield found
        for part in list(found.values()):
            yield from every(part)
    elif isinstance(found, list):
        for part in found:
            yield from every(part)


def text_of(found: Any) -> str:
    """What blocks or runs say, in one line a paragraph."""
    if isinstance(found, dict):
        if "t" in found:
            return found["t"] if isinstance(found["t"], str) else ""
        if found.get("br"):
            return "\n"
        return text_of(found.get("c") or found.get("items") or [])
    lines = found and isinstance(found[0], dict) and found[0].get("k") not in (None, "mark")
    return ("\n" if lines else "").join(text_of(part) for part in found)


def decoded(source: str) -> bytes | None:
    """The bytes of a picture given as a data: address."""
    return base64.b64decode(source.partition(",")[2]) if PICTURE.match(source) else None
