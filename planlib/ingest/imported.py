"""What one file says as one kind, and its import report: in words, and as the command line gives it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import pandas as pd

from planlib.ingest.keys import Frames
from planlib.ingest.records import Question, Repair, SetAside
from planlib.words import word


@dataclass(frozen=True, slots=True)
class InSheet:
    """A sheet of a file told in a sentence."""

    file: str
    sheet: str

    def text(self, lang: str) -> str:
        return word("ingest.in_sheet", lang, file=self.file, sheet=self.sheet)


@dataclass(frozen=True)
class Import:
    """What one file says. `rows_found` = `rows_kept` + rows set aside.

    `table` is the kind's own table, indexed by its key; `tables` are all the tables of the workbook it makes, that one
    first. Ids of the kinds in `made` are provisional, and references stand in the words of the file, until
    `into.resolve` sets both against a workbook. With `questions` the tables are provisional too.
    """

    table: pd.DataFrame
    repairs: list[Repair]
    set_aside: list[SetAside]
    questions: list[Question]
    kind: str = ""
    file: str = ""
    sheet: str = ""
    rows_found: int = 0
    tables: Frames = field(default_factory=dict)
    made: frozenset[str] = frozenset()
    spoken: Mapping[str, str] = field(default_factory=dict)  # origin -> title beside the id
    places: Mapping[str, tuple[str, int, list[str]]] = field(default_factory=dict)  # origin -> sheet, row, its cells

    source: Import | None = None  # the import as read, once it is resolved
    where: Mapping[int, str] = field(default_factory=dict)  # of a document: row -> page, slide or paragraph

    headers: tuple[str, ...] = ()  # of the table, as found
    letters: Mapping[str, str] = field(default_factory=dict)  # header, or column of the kind -> letters over it
    answers: Mapping[str, str] = field(default_factory=dict)  # what was settled, by a person or by a saved map
    used: Set[str] = frozenset()  # keys of the answers that this file had a use for

    @property
    def rows_kept(self) -> int:
        return self.rows_found - len({(left.sheet, left.row) for left in self.set_aside})

    def to_json(self, lang: str) -> dict:
        """The import report as the command line gives it."""
        return {
            "kind": self.kind,
            "file": self.file,
            "rows_found": self.rows_found,
            "rows_kept": self.rows_kept,
            "set_aside": [
                {"sheet": left.sheet, "row": left.row, "why": left.text(lang), "found": left.found, **self._at(left)}
                for left in self.set_aside
            ],
            "repairs": [
                {
                    "sheet": repair.sheet,
                    "row": repair.row,
                    "column": repair.column,
                    "found": repair.found,
                    "used": repair.used,
                    "text": repair.text(lang),
                    **self._at(repair),
                }
                for repair in self.repairs
            ],
            "questions": [
                {
                    "key": question.key,
                    "text": question.text(lang),
                    "choices": [{"value": choice.value, "text": choice.text(lang)} for choice in question.choices],
                    "default": question.default,
                    **self._asked_at(question),
                }
                for question in self.questions
            ],
        }

    def text(self, lang: str) -> str:
        """The import report in words: what was found and kept, each thing said once."""
        facts = {"file": self.file, "kept": self.rows_kept, "aside": self.rows_found - self.rows_kept}
        if (
            self.sheet and not any(self.where.values()) and self.sheet != self.file.rpartition(".")[0]
        ):  # not of a text file
            facts["file"] = InSheet(self.file, self.sheet)
        lines = [word("ingest.report", lang, n=self.rows_found, **facts)]
        for title, parts in (("repaired", self.repairs), ("left_out", self.set_aside), ("asked", self.questions)):
            told = dict.fromkeys(
                " ".join([part.text(lang), *map("({})".format, self._at(part).values())]) for part in parts
            )
            if told:
                lines += [word(f"ingest.{title}", lang, n=len(parts)), *(f"- {text}" for text in told)]
        return "\n".join(lines)

    def _at(self, part: Repair | SetAside | Question) -> dict[str, str]:
        """Where a row stands in its document, {} in a table."""
        row = part.facts.get("row") if isinstance(part, Question) else part.row
        place = self.where.get(int(row)) if row is not None else None
        return {"place": place} if place else {}

    def _asked_at(self, question: Question) -> dict[str, object]:
        """Where a question stands, as a repair says it; blank when it is about the whole file."""
        row, column = question.facts.get("row"), str(question.facts.get("column", ""))
        return {
            "sheet": str(question.facts.get("sheet", "")),
            "row": None if row is None else int(row),
            "column": self.letters.get(column, column),
            "found": str(question.facts.get("found", "")),
            **self._at(question),
        }

    def how_to_answer(self, lang: str) -> list[str]:
        """What to type for each question, and what holds otherwise."""
        lines = []
        for question in self.questions:
            told = [f"{choice.value} ({choice.text(lang)})" for choice in question.choices]
            told += ["..."] * (question.free or not told)
            if question.default is not None:
                told.append(word("ingest.if_unanswered", lang, default=question.default))
            lines.append(f"--answer {question.key}={' | '.join(told)}")
        return lines

    @property
    def unanswered(self) -> list[Question]:
        """Questions without a default: nothing may be stored before they are answered."""
        return [question for question in self.questions if question.default is None]
