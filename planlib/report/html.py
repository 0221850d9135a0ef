"""The page a client receives: what a notebook shows in one offline file, in one language, without code."""

from __future__ import annotations

import re
from functools import cache
from html import escape

import nbformat
from nbconvert.exporters.templateexporter import TemplateExporter

from planlib.charts import bundle
from planlib.report.clean import Heading
from planlib.report.content import About, Content
from planlib.report.parameters import TEMPLATES
from planlib.words import word

PAGE = TEMPLATES / "html"


def page(content: Content, about: About) -> str:
    """The content as one HTML file."""
    title = content.own_title or about.title
    shown = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", {"text/html": content.html})])]
    )
    charts = '<script type="application/json">' in content.html
    script = _read("page.js") + (_read("charts.js") if charts else "")
    look = "\n".join(_read(name) for name in ("base.css", "blocks.css") if (PAGE / name).is_file())
    html, _ = _exporter().from_notebook_node(
        shown,
        {
            "about": about,
            "title": title,
            "own_h1": bool(content.own_title),
            "logo": about.logo,
            "contents": _contents(content.headings),
            "style": look + _of_client(about, title),
            "script": script,
            "bundle": bundle.packed() if charts else "",
            "scripts": bundle.policy(script) + (f" {bundle.policy_of_script()}" if charts else ""),
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
    head, foot = f"{about.name} — {title}", about.dated
    if about.edition:
        foot += f" — {about.edition}"
    return (
        f"\n:root {{ --accent: {about.client.accent}; }}\n"
        f"@page {{ @top-left {{ content: {_css(head)}; }} @bottom-left {{ content: {_css(foot)}; }} }}\n"
    )


def _css(text: str) -> str:
    """Text as a CSS string that nothing in it can end."""
    return '"' + re.sub(r"[^\w .,]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'
