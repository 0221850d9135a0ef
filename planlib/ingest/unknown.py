"""Names in a file that fit no row of the workbook: which row each means is asked, never guessed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from planlib.ingest.distinct import FEW
from planlib.ingest.imported import Import
from planlib.ingest.names import words_of
from planlib.ingest.polis import STATEMENT
from planlib.ingest.records import Choice, Question, fold, plain, slug
from planlib.schema import PlanError
from planlib.words import has_word, word

LEAVE_OUT = Choice("leave-out", "layout.choice_leave_out")
ALIKE = 0.6  # share of letters in common from which a row is offered as an answer
OFFERED = 3


class What:
    """A kind of row told in a sentence."""

    def __init__(self, kind: str):
        self.kind = kind

    def text(self, lang: str) -> str:
        key = f"ingest.a_{self.kind}"
        return word(key if has_word(key) else "ingest.a_row", lang)


@dataclass(frozen=True, slots=True)
class Lost:
    """A name that fits nothing: where it first stands, how many rows say it, whether they would be lost with it."""

    key: str  # of the question
    name: str
    target: str
    column: str  # of the kind of file
    origin: str | None
    rows: int
    whole: bool


def lost(target: str, column: str, found: list, known: list, origins: list) -> list[Lost]:
    """The names that fit nothing, in the order of the file; those of statements that were rejected are no slips."""
    told = {origin for origin, key in zip(origins, known, strict=True) if key}
    at: dict[str, list] = {}
    for text, key, origin in zip(found, known, origins, strict=True):
        if key is None and not (target == "item" and STATEMENT.match(str(text))):
            at.setdefault(str(text), []).append(origin)
    out: dict[str, Lost] = {}
    for name, places in at.items():
        key = f"name.{target}.{slug(name)}"
        while key in out:  # long titles may begin alike
            key += "-bis"
        whole = any(origin not in told for origin in places)
        out[key] = Lost(key, name, target, column, places[0], len(set(places)), whole)
    return list(out.values())


def settle(
    lost: list[Lost],
    imported: Import,
    pool: Mapping[str, str],
    find: Callable[[str], str | None],
    asked: list[Question],
) -> dict[str, str]:
    """Name -> id of the row of `pool` (id -> title) that a person says it means.

    A name left out, or not answered yet, is not there. A question has no default where whole rows hang on it, or where
    a row is called nearly so; more than a few names are left out together, or the file is corrected.

    Raises
    ------
    PlanError
        The answer names no row either.
    """
    means: dict[str, str] = {}
    left: list[Lost] = []
    for each in lost:
        answer = plain(imported.answers.get(each.key))
        if not answer:
            left.append(each)
        elif answer != LEAVE_OUT.value:
            if (found := find(answer)) is None:
                known = [LEAVE_OUT.value, *near(each.name, pool)]
                raise PlanError("files.not_a_choice", key=each.key, found=answer, choices=known)
            means[each.name] = found
    if not left:
        return means
    if len(left) > FEW:
        key, text, choices = f"name.{left[0].target}", "ingest.ask_names", ()
        facts = {"values": len(left), "samples": [each.name[:60] for each in left[:3]]}
        _ask(Question(key, text, {**_facts(left[0], imported), **facts}, (LEAVE_OUT,), _default(left)), imported, asked)
        return means
    for each in left:
        close = near(each.name, pool)
        choices = tuple(Choice(key, "ingest.choice_name", {"id": key, "title": title}) for key, title in close.items())
        facts = {**_facts(each, imported), "near": Near(tuple(close.items()))}
        default = None if close else _default([each])  # a slip in the title of a column would lose all its cells
        question = Question(each.key, "ingest.ask_name", facts, (*choices, LEAVE_OUT), default, free=True)
        _ask(question, imported, asked)
    return means


@dataclass(frozen=True, slots=True)
class Near:
    """Rows that are called nearly so, in a sentence; nothing where there are none."""

    rows: tuple[tuple[str, str], ...]

    def text(self, lang: str) -> str:
        told = ", ".join(f"{key} ({title})" if title and title != key else key for key, title in self.rows)
        return word("ingest.near_names", lang, rows=told) if told else ""


def near(name: str, pool: Mapping[str, str]) -> dict[str, str]:
    """Id -> title of the few rows called most nearly so: `A9` is nearly A-009, never A-010."""
    same = [key for key in pool if _bare(key) == _bare(name)]
    titles = {words_of(title): key for key, title in pool.items()}
    close = difflib.get_close_matches(words_of(name), titles, n=OFFERED, cutoff=ALIKE)
    return {key: pool[key] for key in list(dict.fromkeys([*same, *(titles[title] for title in close)]))[:OFFERED]}


def _bare(key: str) -> str:
    return re.sub(r"\W|(?<!\d)0+(?=\d)", "", fold(key))


def _default(lost: list[Lost]) -> str | None:
    return None if any(each.whole for each in lost) else LEAVE_OUT.value


def _facts(lost: Lost, imported: Import) -> Mapping[str, object]:
    sheet, row, _ = imported.places.get(lost.origin, (imported.sheet, None, []))
    names = (lost.column, lost.column.replace("_id", "_title"), lost.name)  # under a header, or a header itself
    column = next((imported.letters[name] for name in names if name in imported.letters), "")
    place = {"sheet": sheet, "row": "" if row is None else str(row), "column": column}
    return {**place, "found": lost.name, "n": lost.rows, "what": What(lost.target)}


def _ask(question: Question, imported: Import, asked: list[Question]) -> None:
    if question.answer(imported.answers) is None and all(other.key != question.key for other in asked):
        asked.append(question)
