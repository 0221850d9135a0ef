"""What an executed notebook shows: clean HTML and its headings, which the page and the PDF are both made from."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from planlib.report.clean import Heading, clean, headings
from planlib.report.figures import MIME, figure
from planlib.schema import PlanError
from planlib.words import NBSP, day, has_word, word
from planlib.workspace import Client

HIDDEN = frozenset({"parameters", "injected-parameters", "check", "remove_cell", "remove_output", "hide-output"})
LEFT = r"<(script|svg|pre)\b.*?</\1>|<[^>]*>"  # tags, charts and printed text: what typography leaves as it is
DATE = re.compile(
    rf"{LEFT}|(\b(?:January|February|March|April|May|June|July|August|September|October|November|December) "
    r"\d{1,2}, \d{4}\b)",
    re.S,
)
# Words that no line's end may part: amounts, French marks with the word beside them, a row of a file, an id.
MARKS = r"(?: [»:;!?%$€](?!\w))"
FIGURE, ROW = r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)", r"(?<![^\s>])[^\s<]+ · \d[^\s<]*"
ID = r"(?<![\w&.#/-])[A-Z]{1,4}-\d{1,4}(?![\w-]|\.\d)"
UNPARTED = {
    "fr": rf"{FIGURE}{MARKS}*|« [^\s<]+{MARKS}*|(?<![^\s>])[^\s<]+{MARKS}+|{ROW}{MARKS}*|{ID}",
    "en": rf"{FIGURE}(?: [$€%])?|\d+ [$€%](?!\w)|{ROW}|{ID}",
}
UNPARTED = {lang: re.compile(f"{LEFT}|({words})", re.S) for lang, words in UNPARTED.items()}
LOGOS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class About:
    """Whose report it is, and what its header and footer say; `folder` is the client's."""

    client: Client
    template: str
    lang: str
    parameters: dict[str, Any]
    today: date
    folder: Path | None = None

    @property
    def title(self) -> str:
        """The report's name with its year, when its template has a name in the wording."""
        key = f"report.title_{self.template}"
        year = str(self.parameters.get("year", self.today.year))
        return word(key, self.lang, year=year) if has_word(key) else f"{self.template.replace('_', ' ')} {year}"

    @property
    def name(self) -> str:
        """The client's name in the report's language."""
        return self.client.called(self.lang)

    @property
    def edition(self) -> str:
        key = f"report.edition_{self.parameters.get('edition')}"
        return word(key, self.lang) if has_word(key) else ""

    @property
    def dated(self) -> str:
        return word("report.dated", self.lang, day=day(self.today, self.lang))

    @property
    def logo(self) -> str:
        """The client's logo as a data: address; blank when client.yaml names none.

        A file that is not there, or no picture of a kind that prints, is a PlanError: a cover without its logo would
        be noticed at the council's table only.
        """
        if not self.client.logo or self.folder is None:
            return ""
        path = (self.folder / self.client.logo).resolve()
        kind = LOGOS.get(path.suffix.lower())
        if kind is None or not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise PlanError("report.no_logo", client=self.client.slug, found=self.client.logo, known=sorted(LOGOS))
        return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


@dataclass(frozen=True, slots=True)
class Content:
    """The body of a report: clean HTML, its headings in order, and its own title where it gives one."""

    html: str
    headings: list[Heading]
    own_title: str


def content(notebook: nbformat.NotebookNode, lang: str) -> Content:
    """What the executed notebook shows.

    HTML, Markdown, charts, pictures and printed text that cells gave, in their order; text cells only when tagged
    with the report's language. What never shows: code, bare values, logs, warnings, cells tagged `check`. Every tag of
    an output is written anew (`clean`), so the words of a workshop stay words.
    """
    ids = {"main", "contents", "top"}
    outputs = [piece for cell in notebook.cells for piece in _pieces(cell, lang, ids)]
    html = "\n".join(outputs)
    if lang == "en":  # dates, as French ones already are
        html = _in_words(html, DATE, lambda words: words.replace(" ", NBSP))
    body, found = headings(html, ids)
    body = _in_words(body, UNPARTED[lang], lambda words: f'<span class="whole">{words}</span>')
    return Content(body, found, next((heading.text for heading in found if heading.level == 1), ""))


def _in_words(html: str, sought: re.Pattern, change: Callable[[str], str]) -> str:
    """The HTML with what is sought in its words set otherwise; what LEFT matches stays as it is."""
    return sought.sub(lambda found: found[0] if found[2] is None else change(found[2]), html)


def _pieces(cell: nbformat.NotebookNode, lang: str, ids: set[str]) -> list[str]:
    """What a cell puts on the page, each piece as clean HTML."""
    tags = set(cell.metadata.get("tags", []))
    if tags & HIDDEN:
        return []
    if cell.cell_type == "markdown":
        return [clean(_markdown(cell.source), ids, scroll_label=word("report.table", lang))] if lang in tags else []
    if cell.cell_type != "code":
        return []
    pieces = (_piece(output, lang, ids) for output in cell.outputs)
    return [piece for piece in pieces if piece]


def _piece(output: nbformat.NotebookNode, lang: str, ids: set[str]) -> str:
    if output.output_type == "stream":
        return f"<pre>{escape(output.text)}</pre>" if output.name == "stdout" and output.text.strip() else ""
    data = output.get("data", {})
    for kind in data:
        if MIME.fullmatch(kind):
            return figure(data[kind], lang, ids)
    table = word("report.table", lang)
    if "text/html" in data:
        return clean(_joined(data["text/html"]), ids, scroll_label=table)
    if "text/markdown" in data:
        return clean(_markdown(_joined(data["text/markdown"])), ids, scroll_label=table)
    if "image/svg+xml" in data:
        return clean(_joined(data["image/svg+xml"]), ids)
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            said = output.metadata.get("alt") or word("report.picture", lang)
            return f'<img src="data:{kind};base64,{escape(_joined(data[kind]).strip())}" alt="{escape(said)}">'
    return ""  # a bare value (a size, an object's name) is for whoever works in the notebook


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _markdown(text: str) -> str:
    """Markdown as HTML; `$` stays a dollar: a plan's amounts are not formulas."""
    renderer = IPythonRenderer(escape=False, anchor_link_text="", exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(text)
