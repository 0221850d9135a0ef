"""What a read has to say beside its table: repairs made, rows set aside, questions for a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from planlib.schema import PlanError
from planlib.words import word

SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000\t\r\n\v\f"), " ")
HIDDEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f"), None)


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing read otherwise than it stands. `row` is the number Excel shows, None for the whole file."""

    sheet: str
    row: int | None
    column: str
    found: str
    used: str
    why: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        return word(self.why, lang, **_spoken(self), **self.facts)


@dataclass(frozen=True, slots=True)
class SetAside:
    """One row left out of the table, with the reason and the words it held."""

    sheet: str
    row: int
    why: str
    found: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        facts = {"sheet": self.sheet, "row": str(self.row), "found": self.found}
        return word(self.why, lang, **(facts | dict(self.facts)))


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a person may give: `value` is what is typed, `label` the wording key of what is read."""

    value: str
    label: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        return word(self.label, lang, **self.facts)


@dataclass(frozen=True, slots=True)
class Question:
    """What the file cannot tell. `key` is typed on a command line (`--answer KEY=VALUE`) and stays the same run to run.

    Without choices, or when `free`, any words are taken, and the asker parses them. With a `default` the read may go on
    unanswered; without one the table is provisional and must not be stored. Of its facts, `sheet`, `row`, `column` (a
    header, or letters) and `found` say where it stands.
    """

    key: str
    text_key: str
    facts: Mapping[str, object] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    free: bool = False

    def text(self, lang: str) -> str:
        return word(self.text_key, lang, **self.facts)

    def answer(self, answers: Mapping[str, str] | None) -> str | None:
        """The answer given to this question, None when there is none; PlanError when it is not one of the choices."""
        given = (answers or {}).get(self.key)
        if given is None:
            return None
        given = str(given).strip()
        values = [choice.value for choice in self.choices]
        if values and given not in values and not self.free:
            raise PlanError("files.not_a_choice", key=self.key, found=given, choices=values)
        return given


def settle(question: Question, answers: Mapping[str, str] | None, asked: list[Question]) -> str | None:
    """The answer to a question, or its default; an unanswered question is added to `asked`."""
    given = question.answer(answers)
    if given is None:
        asked.append(question)
        return question.default
    return given


def plain(text: object) -> str:
    """Words without odd spaces, invisible characters or space at the ends; None and NaN are ''."""
    if text is None or text != text:
        return ""
    text = str(text)
    if not text.isascii():
        text = text.translate(SPACES).translate(HIDDEN)
    return " ".join(text.split())


def joined(cells: Iterable[object]) -> str:
    """The words of a row on one line, cut for a report."""
    return " | ".join(filter(None, map(plain, cells)))[:200]


def fold(text: object) -> str:
    """Words to compare: no accents, no case, one space, apostrophes and dashes alike, no stop or colon at the end."""
    text = plain(text).casefold()
    if not text.isascii():
        text = (
            text.replace("’", "'")
            .replace("œ", "oe")
            .replace("æ", "ae")
            .replace("–", "-")
            .replace("—", "-")
            .replace("−", "-")
        )
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.strip(" .:;*").strip()


def slug(text: object) -> str:
    """A key that can be typed: lower case letters and figures joined by '-'; signs alone become their code points."""
    words = re.sub(r"[^0-9a-z]+", "-", fold(text)).strip("-")
    return words[:40].strip("-") or "-".join(f"u{ord(c):x}" for c in plain(text)[:4]) or "blank"


def letters(column: int) -> str:
    """The letters Excel shows over a column counted from 0: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, left = divmod(column - 1, 26)
        name = chr(65 + left) + name
    return name


def _spoken(repair: Repair) -> dict[str, object]:
    row = "" if repair.row is None else str(repair.row)
    given = {"sheet": repair.sheet, "row": row, "column": repair.column, "found": repair.found, "used": repair.used}
    return {name: value for name, value in given.items() if name not in repair.facts}
