"""What came back from a workbook, as one document and as sentences."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from planlib.office import spec
from planlib.office.merge import Merge
from planlib.words import day, percent, word


def document(found: Merge, lang: str) -> dict:
    """`changes`, `conflicts` and `refused`, each with its file, sheet, row and column, and a sentence; and `batch`."""
    changes = [
        {
            **asdict(one.place), "field": one.field, "before": one.before or None, "after": one.after or None,
            "text": word("office.told_change", lang, action=one.place.action_id, field=_head(one.field, lang),
                         before=_shown(one.field, one.before, lang), after=_shown(one.field, one.after, lang)),
        }
        for one in found.changes
    ]  # fmt: skip
    conflicts = [
        {
            **asdict(one.place), "field": one.field, "exported": one.exported or None, "now": one.now or None,
            "file_has": one.file or None,
            "text": word("office.told_conflict", lang, action=one.place.action_id, field=_head(one.field, lang),
                         now=_shown(one.field, one.now, lang), file=_shown(one.field, one.file, lang),
                         exported=_shown(one.field, one.exported, lang), where=_where(one.place, lang)),
        }
        for one in found.conflicts
    ]  # fmt: skip
    refused = [
        {
            **asdict(one.place), "found": one.found or None, "why": one.why.text(lang),
            "text": word("office.told_refusal", lang, where=_where(one.place, lang), why=one.why),
        }
        for one in found.refused
    ]  # fmt: skip
    return {"changes": changes, "conflicts": conflicts, "refused": refused, "batch": found.batch}


def _head(field: str, lang: str) -> str:
    return word(next(one.head for one in spec.EDITABLE if one.name == field), lang)


def _shown(field: str, text: str, lang: str) -> str:
    """A neutral text as the language writes it; unknown is a dash."""
    of = next(one for one in spec.EDITABLE if one.name == field)
    if not text:
        return "—"
    if of.codes:
        return word(f"{of.codes}.{text}", lang)
    if of.kind == "percent":
        return percent(float(text), lang)
    return day(date.fromisoformat(text), lang) if of.kind == "date" else text


def _where(place, lang: str) -> str:
    if place.row is None:
        return word("office.where_sheet", lang, file=place.file, sheet=place.sheet)
    return word("office.where_cell", lang, file=place.file, sheet=place.sheet, cell=f"{place.column}{place.row}")
