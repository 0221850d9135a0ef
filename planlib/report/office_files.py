"""A report as a file of an office program: a workbook, a document or slides, each made by its own module."""

from __future__ import annotations

import nbformat

from planlib.report.content import About, Content, content


def document(kind: str, notebook: nbformat.NotebookNode, shown: Content, about: About) -> bytes:
    """The bytes of an xlsx, a docx or a pptx of what the executed notebook shows; slides of what it marks for them."""
    if kind == "xlsx":
        from planlib.report import sheets

        return sheets.document(shown, about)
    if kind == "docx":
        from planlib.report import written

        return written.document(shown, about)
    from planlib.report import slides

    return slides.document(content(slides.marked(notebook), about.lang), about)
