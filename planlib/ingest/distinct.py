"""The distinct values of one column: parsed once, said once, asked once, then spread over the rows again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from planlib.ingest.records import Choice, Question, Repair, plain, settle, slug
from planlib.ingest.values import is_unknown
from planlib.schema import PlanError

FEW = 5  # unread values asked one by one; more are asked together
UNKNOWN = Choice("unknown", "parse.choice_unknown")
# The question that goes with each error of reading.
ASKS = {
    "parse.number_unread": "parse.ask_number_unread",
    "parse.number_other_form": "parse.ask_number_other_form",
    "parse.number_two_ways": "parse.ask_number_two_ways",
    "parse.money_unread": "parse.ask_money_unread",
    "parse.money_range": "parse.ask_money_range",
    "parse.money_rate": "parse.ask_money_rate",
    "parse.money_size": "parse.ask_money_size",
    "parse.money_negative": "parse.ask_money_negative",
    "parse.lost_character": "parse.ask_lost_character",
    "parse.share_outside": "parse.ask_share_outside",
    "parse.flag_unread": "parse.ask_flag_unread",
    "parse.when_unread": "parse.ask_when_unread",
    "parse.when_order": "parse.ask_when_order",
    "parse.when_impossible": "parse.ask_when_impossible",
    "parse.when_year": "parse.ask_when_year",
    "parse.when_serial": "parse.ask_when_serial",
    "parse.when_no_year": "parse.ask_when_no_year",
    "parse.when_fiscal": "parse.ask_when_fiscal",
    "parse.when_backwards": "parse.ask_when_backwards",
}


@dataclass(frozen=True)
class Read:
    """A column read: the values of each distinct word, what was read otherwise than it stands, what must be asked."""

    values: Mapping[str, tuple[Sequence, str | type]]  # name -> one value per distinct word, and their dtype
    words: list[str]
    codes: np.ndarray  # for each row, the place of its word
    index: pd.Index
    repairs: list[Repair] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The values and the words as `found`, with a row for each of the series."""
        data = {name: pd.array(found, dtype=dtype).take(self.codes) for name, (found, dtype) in self.values.items()}
        data["found"] = np.array(self.words, dtype=object).take(self.codes)
        return pd.DataFrame(data, index=self.index)

    def known(self, name: str) -> list:
        """The same values row by row as a list: days are dates, unknown is None."""
        found, dtype = self.values[name]
        if str(dtype).startswith("datetime64"):
            found = np.asarray(found, dtype="datetime64[D]").tolist()
        found = [None if value is None or value != value else value for value in found]
        return [found[code] for code in self.codes.tolist()]


class Distinct:
    """The distinct values of one column, where each first stands and how often; lives for one call."""

    def __init__(self, series: pd.Series, sheet: str, column: str, answers: Mapping[str, str] | None):
        self.codes, distinct = pd.factorize(series, use_na_sentinel=False)
        self.words = ["" if value is None or value != value else str(value) for value in distinct]
        self.index, self.sheet = series.index, sheet
        self.name = str(series.name or "")
        self.column = column or self.name
        self.answers = answers or {}
        first = np.full(len(self.words), -1)
        order = np.arange(len(self.codes))[::-1]
        first[self.codes[order]] = order
        self.first = [self.index[place] for place in first]
        self.times = np.bincount(self.codes, minlength=len(self.words)).tolist()
        self.repairs: list[Repair] = []
        self.questions: list[Question] = []
        self.unread: list[tuple[int, PlanError]] = []

    def row(self, place: int) -> int | None:
        row = self.first[place]
        return int(row) if isinstance(row, int | np.integer) else None

    def repair(self, place: int, used: object, why: str, **facts) -> None:
        found = plain(self.words[place])[:200]
        facts = {"n": self.times[place], "name": self.name, **facts}
        self.repairs.append(Repair(self.sheet, self.row(place), self.column, found, str(used), why, facts))

    def facts(self, places: list[int]) -> dict[str, object]:
        return {
            "n": sum(self.times[place] for place in places),
            "sheet": self.sheet,
            "column": self.name,
            "row": str(self.row(places[0])),
            "found": plain(self.words[places[0]])[:200],
        }

    def ask(
        self,
        key: str,
        text_key: str,
        places: list[int],
        choices: tuple[Choice, ...] = (),
        *,
        free: bool = False,
        **facts,
    ) -> str | None:
        question = Question(key, text_key, {**self.facts(places), **facts}, choices, free=free)
        return settle(question, self.answers, self.questions)

    def settle_unread(self, prefix: str, parse: Callable[[str], object], unknown: Callable[[str], object]) -> dict:
        """Values a person gives for what could not be read, by place; one question each, or one for many."""
        given, left, keys = {}, [], set()
        for place, error in self.unread:
            found = self.words[place]
            key = f"{prefix}.{slug(self.name)}.{slug(found)}"
            while key in keys:  # "100" and "100 %" slug alike
                key += "-bis"
            keys.add(key)
            answer = self.answers.get(key)
            if answer is None:
                left.append((place, error, key))
                continue
            given[place] = unknown(found) if answer == "unknown" else parse(answer)
            self.repair(place, answer, "parse.answered")
        if len(left) > FEW:
            places = [place for place, _, _ in left]
            samples = [plain(self.words[place])[:60] for place in places[:3]]
            key = f"{prefix}.{slug(self.name)}"
            answer = self.ask(key, "parse.ask_many", places, (UNKNOWN,), values=len(places), samples=samples)
            for place in places if answer == "unknown" else ():
                self.repair(place, "", "parse.as_unknown")
            return given
        for place, error, key in left:
            facts = {**self.facts([place]), **error.facts}
            self.questions.append(Question(key, ASKS[error.key], facts, (UNKNOWN,), free=True))
        return given

    def note_unknown(self) -> None:
        """The words that stand for unknown are said once each; a blank says nothing."""
        for place, value in enumerate(self.words):
            if plain(value) and is_unknown(value):
                self.repair(place, "", "parse.as_unknown")

    def spread(self, columns: Mapping[str, tuple[Sequence, str | type]]) -> Read:
        """Values per distinct value -> the column read."""
        return Read(columns, self.words, self.codes, self.index, self.repairs, self.questions)
