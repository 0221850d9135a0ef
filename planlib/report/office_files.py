"""A report as a file of an office program: a workbook, a document or slides, each made by its own module."""

from __future__ import annotations

import nbformat

from planlib.report.content import About, Content, content
from planlib.schema import PlanError


def document(kind: str, notebook: nbformat.NotebookNode, shown: Content, about: About) -> bytes:
    """The bytes of an xlsx, a docx or a pptx of what the executed notebook shows; slides of what it marks for them.

    What a writer of such files cannot take (a picture that is damaged) is a PlanError: the batch goes on.
    """
    try:
        return _document(kind, notebook, shown, about)
    except PlanError:
        raise
    except Exception as error:
        found = (str(error).strip().splitlines() or [""])[0][:200] or type(error).__name__
        raise PlanError("report.no_office", kind=kind, found=found) from None


def _document(kind: str, notebook: nbformat.NotebookNode, shown: Content, about: About) -> bytes:
    if kind == "xlsx":
        from planlib.report import sheets

        return sheets.document(shown, about)
    if kind == "docx":
        from planlib.report import written

        return written.document(shown, about)
    from planlib.report import slides

    return slides.document(content(slides.marked(notebook), about.lang), about)
