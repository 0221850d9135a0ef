"""The page a client receives: an executed notebook's outputs in one offline file, in one language, without code."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from typing import Any

import nbformat
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from planlib.report.clean import Heading, clean, headings
from planlib.report.figures import MIME, figure
from planlib.report.parameters import TEMPLATES
from planlib.words import day, has_word, word
from planlib.workspace import Client

HIDDEN = frozenset({"parameters", "injected-parameters", "check", "remove_cell", "remove_output", "hide-output"})
PAGE = TEMPLATES / "html"


@dataclass(frozen=True, slots=True)
class About:
    """Whose page it is, and what its header and footer say."""

    client: Client
    template: str
    lang: str
    parameters: dict[str, Any]
    today: date

    @property
    def title(self) -> str:
        """The report's name with its year, when its template has a name in the wording."""
        key = f"report.title_{self.template}"
        year = str(self.parameters.get("year", self.today.year))
        return word(key, self.lang, year=year) if has_word(key) else f"{self.template.replace('_', ' ')} {year}"

    @property
    def edition(self) -> str:
        key = f"report.edition_{self.parameters.get('edition')}"
        return word(key, self.lang) if has_word(key) else ""

    @property
    def dated(self) -> str:
        return word("report.dated", self.lang, day=day(self.today, self.lang))


def page(notebook: nbformat.NotebookNode, about: About) -> str:
    """The executed notebook as one HTML file.

    What shows: HTML, Markdown, charts, pictures and printed text that cells gave, in their order; text cells only
    when tagged with the page's language. What never shows: code, bare values, logs, warnings, cells tagged `check`.
    Every tag of an output is written anew (`clean`), so the words of a workshop stay words.
    """
    ids = {"main", "contents", "top"}
    outputs = [piece for cell in notebook.cells for piece in _pieces(cell, about.lang, ids)]
    body, found = headings("\n".join(outputs), ids)
    title = next((heading.text for heading in found if heading.level == 1), "")
    shown = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", {"text/html": body})])]
    )
    script = _read("page.js")
    look = "\n".join(_read(name) for name in ("base.css", "blocks.css") if (PAGE / name).is_file())
    html, _ = _exporter().from_notebook_node(
        shown,
        {
            "about": about,
            "title": title or about.title,
            "own_h1": bool(title),
            "contents": _contents(found),
            "style": look + _of_client(about, title or about.title),
            "script": script,
            "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            "word": lambda key, **facts: word(f"report.{key}", about.lang, **facts),
            "escape": escape,
        },
    )
    return html


@cache
def _exporter() -> TemplateExporter:
    return TemplateExporter(
        template_name="html", extra_template_basedirs=[str(TEMPLATES)], template_file="index.html.j2"
    )


@cache
def _read(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


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


def _contents(found: list[Heading]) -> str:
    """The table of contents, two levels deep, as nested lists."""
    shown = [heading for heading in found if heading.level in (2, 3)]
    out, deep = [], False
    for i, heading in enumerate(shown):
        if heading.level == 3 and not deep:
            out.append("<ol>" if i else "<li><ol>")
            deep = True
        elif heading.level == 2 and deep:
            out.append("</ol></li>")
            deep = False
        elif i and not deep:
            out.append("</li>")
        link = f'<a href="#{escape(heading.id)}">{escape(heading.text)}</a>'
        out.append(f"<li>{link}</li>" if deep else f"<li>{link}")
    out.append("</ol></li>" if deep else "</li>" if shown else "")
    return "".join(out)


def _of_client(about: About, title: str) -> str:
    """The client's colour, and the running heads of the printed page."""
    head, foot = f"{about.client.called(about.lang)} — {title}", about.dated
    if about.edition:
        foot += f" — {about.edition}"
    return (
        f"\n:root {{ --accent: {about.client.accent}; }}\n"
        f"@page {{ @top-left {{ content: {_css(head)}; }} @bottom-left {{ content: {_css(foot)}; }} }}\n"
    )


def _css(text: str) -> str:
    """Text as a CSS string that nothing in it can end."""
    return '"' + re.sub(r"[^\w .,]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'
