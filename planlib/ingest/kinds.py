"""Kinds of files a mandate brings: the columns each may have, how a cell of each is read, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from planlib.ingest.records import fold
from planlib.schema import CODES, PlanError, kind_of

SYNONYMS = Path(__file__).with_name("synonyms.yaml")


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file.

    `makes` is the kind of row of the workbook; `readers` says how a column is read where its schema does not;
    `needs` are sets of columns of which one must be there; `cross` are the key column that headers may hold when the
    table is crossed, and the column its cells then hold.
    """

    name: str
    makes: str
    readers: dict[str, str] = field(default_factory=dict)
    needs: tuple[tuple[str, ...], ...] = ()
    cross: tuple[str, str] | None = None


ACTION = ("action_id", "action_title")
TITLE = ("title", "title_fr", "title_en")
TEXT = ("text", "text_fr", "text_en")
REF_ACTION = {"action_id": "action", "action_title": ""}

# Readers: text, code:<list>, number, whole, share, flag, date, date_end, money, days, year, period, a reference to a
# row of another kind (its name), or '' for a column another one takes in.
FILES: dict[str, FileKind] = {
    kind.name: kind
    for kind in (
        FileKind("actions", "action", needs=(TITLE,)),
        FileKind("notes", "note", {"written": "date"}),
        FileKind(
            "judgements", "judgement", {**REF_ACTION, "performance": "number:performance_found"},
            needs=(ACTION,), cross=("criterion_id", "performance"),
        ),
        FileKind("ballots", "ballot", needs=(("voter",),), cross=("item", "mark")),
        FileKind("weights", "weight", needs=(), cross=("criterion_id", "points")),
        FileKind("criteria", "criterion", needs=(TITLE,)),
        FileKind("gates", "gate", REF_ACTION, needs=(ACTION,), cross=("gate_id", "result")),
        FileKind(
            "measures", "measure", {"measured_on": "date_end", "actual": "figure:actual_found"},
            needs=(("indicator_id",),), cross=("measured_on", "actual"),
        ),
        FileKind(
            "indicators", "indicator",
            {**REF_ACTION, "target_date": "date_end", "baseline": "figure", "target": "figure"},
            needs=(TITLE,),
        ),
        FileKind("updates", "update", {**REF_ACTION, "updated_on": "date_end", "progress": "share",
                                       "new_date": "date_end"}, needs=(ACTION,)),
        FileKind("roles", "role", {"days": "days", "period": "period"}, needs=(TITLE,)),
        FileKind("capacity", "capacity", {"period": "period", "days": "days:days_found"},
                 needs=(("role_id",),), cross=("period", "days")),
        FileKind("budget", "budget", {"fiscal_year": "year", "amount": "money", "status": "code:source_status",
                                      "deadline": "date_end", "share": "share", "axes": "text"},
                 needs=(("source_id",),), cross=("fiscal_year", "amount")),
        FileKind("sources", "source", {"deadline": "date_end", "share": "share"}, needs=(TITLE,)),
        FileKind("cost", "cost", {**REF_ACTION, "fiscal_year": "year", "amount": "money"}, needs=(ACTION,),
                 cross=("fiscal_year", "amount")),
        FileKind("effort", "demand", {**REF_ACTION, "effort": "days"}, needs=(ACTION,), cross=("role_id", "effort")),
        FileKind("spending", "spending", {**REF_ACTION, "fiscal_year": "year", "amount": "money"},
                 needs=(("amount",),)),
        FileKind("context", "context", {"fiscal_year": "year"}, needs=(TEXT,)),
        FileKind("review", "review", {**REF_ACTION, "fiscal_year": "year", "new_date": "date_end"}, needs=(ACTION,)),
        FileKind("axes", "axis", {"plan_id": "plan"}, needs=(TITLE,)),
        FileKind("objectives", "objective", needs=(TITLE,)),
        FileKind("posts", "post", {"person": "text", "organisation": "text"}, needs=(TITLE,)),
        FileKind("people", "person", needs=(("name",),)),
        FileKind("thread", "thread", {**REF_ACTION, "note_id": "note"}, needs=(("note_id",), ACTION)),
        FileKind("precedence", "precedence", {"before": "action", "after": "action"}, needs=(("before",), ("after",))),
        FileKind("decisions", "decision", {"fiscal_year": "year"}, needs=(TEXT,)),
        FileKind("observations", "observation", needs=(("text",),)),
        FileKind("glossary", "glossary", needs=(("term_id",), ("fr", "en"))),
        FileKind("engagement", "engagement", {"ends": "date_end"}, needs=(TITLE,)),
    )
}  # fmt: skip


# Kinds whose rows are named by the file itself: words of another file would pass for their names.
NAMED_ANEW = frozenset(
    ("roles", "posts", "people", "axes", "objectives", "criteria", "sources", "indicators", "context", "decisions",
     "observations", "engagement"),
)  # fmt: skip


def file_kind(name: str) -> FileKind:
    """The kind of file called `name`; PlanError when there is none."""
    if name not in FILES:
        raise PlanError("ingest.unknown_kind", found=str(name), known=sorted(FILES))
    return FILES[name]


@cache
def synonyms() -> dict:
    """Words above columns and in cells, as people type them (synonyms.yaml)."""
    return yaml.load(SYNONYMS.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


@cache
def code_words(codes: str) -> dict[str, str]:
    """Folded words in a cell -> code of a closed list: its labels in both languages and what people type."""
    from planlib.words import house_labels

    known: dict[str, str] = {}
    for code, words in synonyms()["codes"].get(codes, {}).items():
        known |= {_word(word): code for word in words}
    for code in CODES.get(codes, ()):
        known |= {_word(label): code for label in house_labels(codes, code)}
    for code in CODES.get(codes, ()):  # a code itself is always that code
        known |= {_word(code): code, _word(code.replace("_", " ")): code}
    return known


def _word(word: object) -> str:
    return fold(word) or str(word).strip()


@cache
def header_words(kind: str) -> dict[str, tuple[str, ...]]:
    """Column -> folded words that may stand above it, the most telling first, for one kind of file."""
    return {
        name: tuple(dict.fromkeys(header_forms(word)[0] for word in words))
        for name, words in synonyms()["headers"][kind].items()
    }


def called(kind: str, column: str) -> str:
    """What people call a column: the first of its synonyms that is not its name in the code."""
    words = synonyms()["headers"][kind].get(column, [column])
    return next((word for word in words if "_" not in word and word != column), column)


@dataclass(frozen=True, slots=True)
class Called:
    """Columns told in a sentence by what people call them, in the language of the sentence."""

    kind: str
    columns: tuple[str, ...]

    def text(self, lang: str) -> str:
        return " / ".join(dict.fromkeys(self._one(column, lang) for column in self.columns))

    def _one(self, column: str, lang: str) -> str:
        from planlib.words import has_word, word

        if lang == "fr":
            return called(self.kind, column)
        if column == "title":
            return "step" if self.kind == "engagement" else FILES[self.kind].makes
        key = {"action_id": "ingest.action_number", "action_title": "ingest.action_title", "effort": "column.days"}
        key = key.get(column, f"column.{column}")
        return word(key, lang).lower() if has_word(key) else column.replace("_", " ")


@cache
def private_headers() -> frozenset[str]:
    return frozenset(header_forms(word)[0] for word in synonyms()["private"])


@cache
def machine_headers() -> frozenset[str]:
    return frozenset(header_forms(word)[0] for word in synonyms()["machine"])


@cache
def header_forms(header: str) -> tuple[str, ...]:
    """Ways to read a header, the whole first: `Acteurs / Coût estimé ($)` is also `coût estimé`."""
    forms = []
    for text in (header, header.rpartition(" / ")[2], header.split("\n")[0]):
        whole = fold(text)
        bare = fold(re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", text))
        unsigned = re.sub(r"[$€£*?!]", " ", bare)
        untaxed = re.sub(r"\b(?:ht|ttc|cad|eur|usd)\b", " ", fold(unsigned))
        forms += [whole, bare, fold(unsigned), fold(untaxed)]
    return tuple(dict.fromkeys(form for form in forms if form)) or ("",)


def match_headers(headers: Iterable[str], kind: str) -> dict[str, int]:
    """Column of `kind` -> place of its header. The most telling word wins, then the leftmost header.

    A form may have two columns that could be the same thing (`No` and `Action`); each header serves once.
    """
    forms = [_translated(header, kind) or header_forms(header) for header in headers]
    pairs = []
    for order, (name, words) in enumerate(header_words(kind).items()):
        ranks = {word: rank for rank, word in enumerate(words)}
        for place, found in enumerate(forms):
            hits = [(how, ranks[form]) for how, form in enumerate(found) if form in ranks]
            if hits:
                how, rank = min(hits)
                pairs.append((how > 0, rank, order, place, name))
    matched: dict[str, int] = {}
    taken: set[int] = set()
    for _, _, _, place, name in sorted(pairs):
        if name not in matched and place not in taken:
            matched[name] = place
            taken.add(place)
    return matched


LANGUAGE = re.compile(r"^(?P<words>.+?)[ (\[]+(?:in |en )?(?P<lang>french|francais|fr|english|anglais|en)[)\]]*$")


@cache
def _translated(header: str, kind: str) -> tuple[str, ...]:
    """`Action (French)` is the column title_fr where `Action` is title; () when the header says no language."""
    match = LANGUAGE.match(fold(header))
    for name in (words_of_kind := header_words(kind)) if match else ():
        column = f"{name}_{'fr' if match['lang'].startswith('fr') else 'en'}"
        if column in words_of_kind and match["words"].strip() in words_of_kind[name]:
            return (words_of_kind[column][0],)
    return ()


def is_private(header: str) -> bool:
    """Whether a column identifies a person outside the mandate (e-mail, IP, token, external id)."""
    code, _, words = header.partition(". ")  # LimeSurvey: `ipaddr. Adresse IP`
    return any(form in private_headers() for part in (header, code, words) if part for form in header_forms(part))


def reader_of(kind: FileKind, name: str) -> str:
    """How a cell of a column is read: the file kind's own way, else as its schema says."""
    if name in kind.readers:
        return kind.readers[name]
    column = kind_of(kind.makes).columns.get(name)
    if column is None:
        return REFERENCES.get(name, "text")
    if name in REFERENCES and name not in kind_of(kind.makes).keys[:1]:
        return REFERENCES[name]
    if column.kind == "code":
        return f"code:{column.codes}"
    return column.kind


# Columns that name a row of another kind, by id, number or title.
REFERENCES = {
    "action_id": "action",
    "criterion_id": "criterion",
    "gate_id": "criterion",
    "indicator_id": "indicator",
    "axis_id": "axis",
    "parent_id": "axis",
    "objective_id": "objective",
    "source_id": "source",
    "role_id": "role",
    "first_step_of": "action",
    "person_id": "person",
    "note_id": "note",
}


def is_date(kind: FileKind, name: str) -> bool:
    """Whether a column of the file holds dates."""
    return reader_of(kind, name) in ("date", "date_end") or name in ("start", "end", "when", "written")


def is_figure(kind: FileKind, name: str) -> bool:
    """Whether a column of the file holds amounts or numbers."""
    return reader_of(kind, name).partition(":")[0] in ("money", "number", "figure", "days") or name in (
        "cost",
        "cost_low",
        "cost_high",
    )
