"""The rows of one file under the names of its kind, and all that is said of them while they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from planlib.ingest.kinds import FileKind, is_private
from planlib.ingest.records import HIDDEN, Choice, Question, Repair, SetAside, joined, letters, plain


@dataclass
class Rows:
    """One table of a file while it is read. Rows are counted from 0 here; `numbers` are those Excel shows."""

    kind: FileKind
    file: str
    sheet: str
    headers: list[str]
    cells: list[list[str]]
    numbers: list[int]
    matched: dict[str, int]
    left: int = 0  # columns of the sheet before the table
    folder: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    fiscal_start: str = "01-01"
    repairs: list[Repair] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    aside: set[int] = field(default_factory=set)
    used: set[int | str] = field(default_factory=set)  # columns that were read
    texts: dict[int | str, list[str]] = field(default_factory=dict)  # columns already tidied, by place
    columns: dict[int, list[str]] = field(default_factory=dict)  # columns already taken out of `cells`, by place
    settled: dict[str, object] = field(default_factory=dict)  # what holds for the whole file
    given: dict[str, list[str]] = field(default_factory=dict)  # columns made of others, for a known export
    places: Mapping[int, str] = field(default_factory=dict)  # of a document: where each row stands
    kept_private: set[str] = field(default_factory=set)  # headers kept for a reason that a person gave
    skipped: set[int] = field(default_factory=set)  # columns that a known export has and that hold no answer
    alone: bool = False  # a text file is its one sheet: its rows need no name of a sheet

    def __len__(self) -> int:
        return len(self.cells)

    def is_private(self, header: str) -> bool:
        """Whether a column identifies people, and nobody said why it should be kept."""
        return header not in self.kept_private and is_private(header)

    @property
    def kept(self) -> list[int]:
        return [i for i in range(len(self)) if i not in self.aside] if self.aside else list(range(len(self)))

    @property
    def names(self) -> list[str]:
        """The columns of the kind that the file has, or that were made of others."""
        return [*self.matched, *self.given]

    def has(self, *names: str) -> bool:
        """Whether the file, or what was said of it, gives one of these columns."""
        return any(name in self.matched or name in self.given or name in self.constants for name in names)

    def give(self, name: str, cells: list[str]) -> None:
        """A column of the kind made of others of the file; it takes the place of what its header may have meant."""
        self.given[name] = cells
        self.used |= {self.matched.pop(name)} if name in self.matched else set()
        self.texts.pop(name, None)

    def raw(self, name: str) -> list[str]:
        """The cells of a column as found; a constant for every row; blanks when the file has no such column."""
        if name in self.matched:
            return self.column(self.matched[name])
        if name in self.given:
            return list(self.given[name])
        return [str(self.constants.get(name, ""))] * len(self)

    def column(self, place: int) -> list[str]:
        self.used.add(place)
        if place not in self.columns:
            self.columns[place] = [row[place] for row in self.cells]
        return list(self.columns[place])

    def text(self, name: str) -> list[str]:
        """The cells of a column without odd spaces; line breaks are kept."""
        at = self.matched.get(name, name)
        if at not in self.texts:
            cells = self.raw(name)
            distinct = set(cells)
            untidy = {} if are_tidy(distinct) else {cell: tidy(cell) for cell in distinct if UNTIDY.search(cell)}
            self.texts[at] = [untidy.get(cell, cell) for cell in cells] if untidy else cells
        self.used.add(at)
        return list(self.texts[at])

    def header(self, name: str) -> str:
        return self.headers[self.matched[name]] if name in self.matched else name

    def origin(self, i: int) -> str:
        """Where a row comes from."""
        return self.origins()[i]

    def origins(self) -> list[str]:
        """Where each row comes from, in the order of the rows."""
        if "origins" not in self.settled:
            file = f"{self.file} · "
            start = f"{file}{self.sheet} · " if self.sheet and not self.alone else file
            self.settled["origins"] = [
                f"{file}{place}" if (place := self.places.get(number)) else f"{start}{number}"
                for number in self.numbers
            ]
        return self.settled["origins"]

    def drop(self, i: int, why: str, **facts) -> None:
        """Set a row aside with its reason; the first reason stands."""
        if i in self.aside:
            return
        self.aside.add(i)
        self.set_aside.append(SetAside(self.sheet, self.numbers[i], why, self.words(i), facts))

    def words(self, i: int) -> str:
        """The words of a row, for the report."""
        return joined(self.cells[i])

    def say(self, i: int | None, column: str, found: object, used: object, why: str, **facts) -> None:
        """Report that something was read otherwise than it stands; `column` is its header."""
        row = None if i is None else self.numbers[i]
        place = letters(self.left + self.headers.index(column)) if column in self.headers else column
        self.repairs.append(Repair(self.sheet, row, place, str(found), str(used), why, {"name": column, **facts}))

    def ask(self, key: str, text: str, choices: Mapping[str, str], default: str | None = None, **facts) -> str | None:
        """The answer given to a question, else the question is asked and its default stands."""
        facts = {"sheet": self.sheet, **facts}
        question = Question(
            key, text, facts, tuple(Choice(value, label, {"value": value}) for value, label in choices.items()), default
        )
        given = question.answer(self.answers)
        if given is None:
            if all(asked.key != key for asked in self.questions):
                self.questions.append(question)
            return default
        return given


# What tidying would change: odd spaces, invisible characters, two spaces, a space at an end, a line break.
UNTIDY = re.compile(f"[^\\S ]|[{''.join(map(chr, HIDDEN))}]|  |^ | $")


def are_tidy(cells: Iterable[str]) -> bool:
    """Whether tidying would change none of the cells: they are looked at in one go."""
    text = "\0".join(("", *cells, ""))
    if " ".join(text.split()) != text or "\0 " in text or " \0" in text:
        return False
    return text.isascii() or not any(chr(sign) in text for sign in HIDDEN)


def tidy(text: str) -> str:
    """Words with one space between them, line by line."""
    if not UNTIDY.search(text):
        return text
    if "\n" not in text and "\r" not in text:
        return plain(text)
    return "\n".join(filter(None, (plain(line) for line in text.splitlines())))
