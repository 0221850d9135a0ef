"""A report on paper, set by typst from what the notebook shows: tagged, PDF/UA-1, the same words as the page."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from typing import Any

from planlib.report import tagged
from planlib.report.content import About, Content
from planlib.report.laid import decoded, every, laid
from planlib.report.parameters import TEMPLATES
from planlib.schema import PlanError
from planlib.words import word

LOOK = TEMPLATES / "typst"
STANDARD = "ua-1"
# In order of preference, of those this machine has; typst carries the last of each itself.
SANS = (
    "Inter",
    "Noto Sans",
    "Segoe UI",
    "Helvetica Neue",
    "Arial",
    "Liberation Sans",
    "DejaVu Sans",
    "Libertinus Serif",
)
CHINESE = ("Noto Sans CJK SC", "Noto Sans CJK TC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimSun")
MONO = ("DejaVu Sans Mono",)
NO_GLYPH = "\N{WHITE SQUARE}", "?"  # what stands for a character that no font has
PLAIN = re.compile(r"[\t\n\r -~\u00a0-\u017f\u2009-\u2026\u202f]")  # every font above has these
NOTES = ("council_note",)  # templates whose first page is all that is read at a table: no cover
DEEP = 26  # entries that the contents hold under the cover; above, first levels alone


def document(content: Content, about: About, told: str | None = None) -> tuple[bytes, list[str]]:
    """The content as a PDF file, and warnings in language `told`: the characters that no font of this machine has."""
    data = _data(content, about)
    tables = tagged.tables_of([*data["lead"], *data["body"], *data["data"]])
    text = json.dumps(data, ensure_ascii=False)
    try:
        return tagged.row_heads(_compiled(text, about), tables), []
    except _typst().TypstError as error:
        lacking = sorted({c for c in set(text) if not PLAIN.match(c) and not _printable(c)})
        if not lacking:
            raise PlanError("report.no_pdf", found=_first_line(error)) from None
    stand_in = next((c for c in NO_GLYPH if _printable(c)), "?")
    text = text.translate({ord(c): stand_in for c in lacking})
    said = PlanError("report.no_glyph", n=len(lacking), found=" ".join(lacking[:20]))
    try:
        return tagged.row_heads(_compiled(text, about), tables), [said.text(told or about.lang)]
    except _typst().TypstError as error:
        raise PlanError("report.no_pdf", found=_first_line(error)) from None


def _data(content: Content, about: About) -> dict[str, Any]:
    """What report.typ reads."""
    page = laid(content, about)
    for block in every(page.body):
        if block.get("k") == "picture":
            block["bytes"] = _bytes(block.pop("source"))
    _places_before_charts(page.body)
    return {
        "title": page.title,
        "client": about.name,
        "lang": about.lang,
        "date": {"year": about.today.year, "month": about.today.month, "day": about.today.day},
        "about": page.about,
        "accent": about.client.accent,
        "logo": _bytes(about.logo),
        "logo_alt": word("report.logo", about.lang, client=about.name),
        "fonts": list(_known(SANS)) + list(_known(CHINESE)),
        "mono": list(_known(MONO)),
        "depth": 2 if sum(block["k"] == "h" and block["level"] < 3 for block in page.body) <= DEEP else 1,
        "note": about.template in NOTES,
        "lead": page.lead,
        "body": page.body,
        "data": page.data,
        "words": {"contents": word("report.contents", about.lang), "data": word("report.charts_data", about.lang)},
    }


def _places_before_charts(body: list[dict[str, Any]]) -> None:
    """Mark where the text stands before each chart, and how many headings stand between."""
    for n, block in enumerate(body):
        if block["k"] == "chart":
            first = n
            while first and body[first - 1]["k"] == "h":
                first -= 1
            block["follows"] = n - first
            body[first]["before-chart"] = True


def _bytes(source: str) -> list[int] | None:
    """The bytes of a picture given as a data: address, as JSON holds them."""
    found = decoded(source)
    return None if found is None else list(found)


def _compiled(data: str, about: About) -> bytes:
    sources = {path.name: path.read_bytes() for path in LOOK.glob("*.typ")}
    main = {"main.typ": sources.pop("report.typ"), **sources, "data.json": data.encode()}
    day = datetime(about.today.year, about.today.month, about.today.day)
    made, _ = _typst().compile_with_warnings(
        main,
        format="pdf",
        pdf_standards=[STANDARD],
        font_paths=_fonts(),
        timestamp=int((day - datetime(1970, 1, 1)).total_seconds()),
    )
    return made


@cache
def _typst():
    """typst, or the sentence that says how to get it."""
    try:
        import typst
    except ImportError:
        raise PlanError("report.no_typst") from None
    return typst


@cache
def _fonts():
    """The fonts of this machine and those typst carries; read once a process."""
    return _typst().Fonts()


@cache
def _known(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the families that are here: typst would warn of each other one, a report after the other."""
    here = set(_fonts().families())
    return tuple(name for name in wanted if name in here)


@cache
def _printable(character: str) -> bool:
    """Whether some font has it: a page with this character alone is set."""
    page = b'#set document(title: "a")\n#text(lang: "en", json("data.json"))'
    try:
        _typst().compile(
            {"main.typ": page, "data.json": json.dumps(character).encode()},
            format="pdf", pdf_standards=[STANDARD], font_paths=_fonts(),
        )  # fmt: skip
    except _typst().TypstError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
