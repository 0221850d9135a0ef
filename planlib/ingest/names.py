"""Rows of a workbook by what people call them: an id, a number, a title in either language, with small slips."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import pandas as pd

from planlib.ingest.keys import MADE
from planlib.ingest.records import fold, plain
from planlib.schema import kind_of

NUMBERED = re.compile(
    r"^(?:(?:axe|axis|orientation|volet|pilier|enjeu|objectif|objective|sous-axe|but|goal)\s+)?"
    r"(?P<number>(?:\d+|[A-Z])(?:\.\d+)*)"
    # then a stop and a space or a word, or a space and a word, or, after a dotted number, a space and a figure
    r"(?:\s*[.):\-–—]+(?:\s+|(?=[^\d\s]))|\s+(?=[^\d\W]{2})|(?:(?<=\.\d)|(?<=\.\d\d))\s+(?=\d))"
    r"(?P<title>\S.*)$",
    re.I | re.S,
)
CODED = re.compile(r"^(?P<id>\S*\d\S*?)\s*[.:)\-–—]?\s+(?P<title>\S.*)$", re.S)
# Rows of these kinds are the same when these columns say the same; the others are known by their titles.
SAME = {
    "note": ("text", "table", "question", "author_id", "workshop"),
    "context": ("text", "fiscal_year"),
    "decision": ("text", "date"),
    "observation": ("text", "about"),
    "spending": ("action_id", "source_id", "fiscal_year", "amount", "paid", "committed"),
    "engagement": ("title", "starts"),
}
TITLES = ("title", "title_fr", "title_en", "name")
NEAR = 0.92  # share of letters in common from which two titles are taken for one, and that is said


def split_number(text: str) -> tuple[str | None, str]:
    """`4.2. Mobilité` -> ('4.2', 'Mobilité'); words without a number -> (None, words)."""
    match = NUMBERED.match(plain(text))
    return (match["number"], plain(match["title"])) if match else (None, plain(text))


ACCENTS = {ord("’"): "'", ord("œ"): "oe", ord("æ"): "ae"} | {
    code: unicodedata.normalize("NFKD", chr(code))[0]
    for code in range(0xC0, 0x250)
    if unicodedata.decomposition(chr(code))
}


def bare(title: str) -> str:
    """A title without case or accents, as fast as twenty thousand of them need."""
    return title.casefold() if title.isascii() else title.casefold().translate(ACCENTS)


def all_bare(titles: list[str]) -> list[str]:
    """Each title without case or accents, all in one go."""
    found = bare("\0".join(titles)).split("\0")
    return found if len(found) == len(titles) else [bare(title) for title in titles]


def words_of(title: object) -> str:
    """A title to compare: no case, accents, stops or odd spaces."""
    return re.sub(r"\W+", " ", bare(plain(title))).strip() or fold(title)


class Names:
    """What rows of one kind are called. A name two rows share stands for neither."""

    def __init__(self, kind: str, table: pd.DataFrame):
        self.kind = kind_of(kind)
        self.ids: dict[str, str] = {}
        self.numbers: dict[str, str | None] = {}
        self.titles: dict[str, str | None] = {}
        self.add(table)

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, table: pd.DataFrame) -> None:
        """Take in rows that are not there yet, or other names of those that are."""
        for key in table.index:
            self.ids.setdefault(fold(key), str(key))
        if "number" in table.columns:
            self._add(self.numbers, table["number"], fold)
        for column in TITLES:
            if column in table.columns:
                self._add(self.titles, table[column], words_of)

    @staticmethod
    def _add(known: dict, column: pd.Series, form) -> None:
        for key, found in zip(column.index, column.tolist(), strict=True):
            if found is None or found != found or not (name := form(found)):
                continue
            if known.setdefault(name, str(key)) != str(key):
                known[name] = None

    def exact(self, text: object) -> str | None:
        """The id of the row called so, by id, title or number; None when there is none, or more than one."""
        found = fold(text)
        for known, name in ((self.ids, found), (self.titles, words_of(text)), (self.numbers, found)):
            if known.get(name):
                return known[name]
        number, title = split_number(str(text))
        if number is not None:
            return self.titles.get(words_of(title)) or self.numbers.get(fold(number))
        if match := CODED.match(plain(text)):
            return self.ids.get(fold(match["id"])) or self.numbers.get(fold(match["id"]))
        return None

    def by_title(self, text: object) -> str | None:
        return self.titles.get(words_of(text)) or self.titles.get(words_of(split_number(str(text))[1]))

    def near(self, text: object) -> str | None:
        """The id of the one row whose title differs by a slip; None when there is none, or more than one."""
        words = words_of(split_number(str(text))[1])
        if len(words) < 8:
            return None
        close = difflib.get_close_matches(words, self.titles, n=3, cutoff=NEAR)
        close = [name for name in close if re.findall(r"\d+", name) == re.findall(r"\d+", words)]
        ids = {self.titles[name] for name in close}
        return ids.pop() if len(ids) == 1 else None


def match_words(kind: str, table: pd.DataFrame, known: pd.DataFrame) -> dict:
    """File id -> id of the row of the workbook with the same words; twins are paired one to one."""
    columns = [name for name in SAME[kind] if name in table.columns]
    waiting: dict[tuple, list[str]] = defaultdict(list)
    if len(known):
        for key, *found in zip(known.index, *(known[name] for name in columns), strict=True):
            waiting[tuple(map(_same, found))].append(str(key))
    ids = {}
    rows = list(zip(*(table[name] for name in columns), strict=True)) if columns else []
    for key, found in zip(table.index, rows, strict=True):  # first those that keep their id
        twins = waiting.get(tuple(map(_same, found)), [])
        if str(key) in twins:
            ids[key] = str(key)
            twins.remove(str(key))
    for key, found in zip(table.index, rows, strict=True):
        twins = waiting.get(tuple(map(_same, found)), [])
        if key not in ids and twins:
            ids[key] = twins.pop(0)
    return ids


def _same(value: object) -> str:
    if value is None or value != value:
        return ""
    if hasattr(value, "year"):
        return f"{value:%Y-%m-%d}"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def fresh_ids(kind: str, taken: set[str]) -> Iterable[str]:
    """Ids that are free, after the highest number in use."""
    form = MADE.get(kind, kind[0].upper() + "-{:02d}")
    shape = re.compile(re.escape(form.split("{")[0]) + r"(\d+)")
    n = max((int(match[1]) for found in taken if (match := shape.fullmatch(found))), default=0)
    while True:
        n += 1
        yield form.format(n)
