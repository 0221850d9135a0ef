"""An import set against a workbook: rows it already has keep their ids, names become ids, what fits nothing is said."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import partial

import pandas as pd

from planlib.ingest import keys, kinds, settled, unknown
from planlib.ingest.actions import due_before_plan
from planlib.ingest.imported import Import
from planlib.ingest.names import SAME, Names, fresh_ids, match_words, words_of
from planlib.ingest.polis import STATEMENT, of_round
from planlib.ingest.records import Question, Repair, SetAside, fold, joined
from planlib.ingest.unknown import What
from planlib.schema import PlanError, kind_of
from planlib.store import Book

# Kinds in the order in which their ids can be settled: each may refer to those before it.
ORDER = (
    "person", "role", "source", "post", "axis", "objective", "criterion", "action", "indicator", "note",
    "context", "decision", "observation", "spending", "engagement",
)  # fmt: skip
SIMILAR = 0.6  # share of letters in common from which two titles under one number are one action renamed


def resolve(imported: Import, book: Book) -> Import:
    """The import with the ids of a workbook.

    Made ids give way to those of rows the workbook already has (same title, or same words), else to the next free
    ones. References in words (an id, a number, a title) become ids. An action, criterion, indicator or choice that the
    workbook does not have is asked (`name.KIND.NAME`: an id, a number, a title, or leave-out); until then, and when
    it is left out, the rows that name it are set aside with the reason.

    Raises
    ------
    PlanError
        None of the rows names anything the workbook has: the file is for another client, or came too early.
    """
    return _Resolver(imported, book).result()


class _Resolver:
    """One import on its way into one workbook; lives for one call of `resolve`."""

    def __init__(self, imported: Import, book: Book):
        self.imported, self.book = imported, book
        self.tables = {kind: table.copy() for kind, table in imported.tables.items()}
        self.repairs: list[Repair] = []
        self.set_aside: list[SetAside] = []
        self.questions: list[Question] = []
        self.ids: dict[str, dict[str, str]] = {}  # kind -> id in the file -> id in the workbook
        self._names: dict[str, Names] = {}
        self._known: dict[str, pd.DataFrame] = {}
        self._lost: set[tuple[str, str]] = set()
        self._left: set[tuple[str, int]] = set()

    def result(self) -> Import:
        for kind in ORDER:
            if kind in self.tables:
                self._refer(kind)
                self._own(kind)
        for kind in self.tables:
            if kind not in ORDER:
                self._refer(kind)
        settled.currencies(self.tables, self.known("client"))
        settled.horizons(self.tables, self.known("client"), self._say_of)
        if settled.years(self.tables, self.known("cost"), self.known("action")):
            self._say(None, "", "", "ingest.no_year")
        for position, due, start in due_before_plan(self.tables.get("action"), self.known("plan")):
            title = self.tables["action"]["title"].iloc[position]
            self._say_of(self.tables["action"], position, due, start, "ingest.before_plan", column="end", title=title)
        found = self.imported
        return replace(
            found,
            table=next(iter(self.tables.values())),
            tables=self.tables,
            repairs=found.repairs + self.repairs,
            questions=found.questions + self.questions,
            set_aside=sorted(found.set_aside + self.set_aside, key=lambda left: (left.sheet, left.row)),
            source=found,
        )

    def known(self, kind: str) -> pd.DataFrame:
        if kind not in self._known:
            self._known[kind] = self.book.table(kind)
        return self._known[kind]

    def names(self, kind: str) -> Names:
        if kind not in self._names:
            self._names[kind] = Names(kind, self.known(kind))
        return self._names[kind]

    # Rows of the file's own

    def _own(self, kind: str) -> None:
        """Ids for the rows of one kind: those of the workbook, the file's own, or the next free ones."""
        table, known = self.tables[kind], self.known(kind)
        taken = set(map(str, known.index))
        made = kind in self.imported.made
        ids = match_words(kind, table, known) if kind in SAME else self._match_titles(kind, table, known, made)
        fresh = fresh_ids(kind, taken | set(ids.values()) | (set() if made else set(map(str, table.index))))
        for key in table.index:
            if key in ids:
                continue
            if not made and kind != "note":
                ids[key] = str(key)
            elif not made:
                ids[key] = self._free_note(str(key), table, taken) or next(fresh)
            else:
                ids[key] = next(fresh) if kind in keys.MADE else str(key)
        self.ids[kind] = {str(key): found for key, found in ids.items()}
        table.index = pd.Index([ids[key] for key in table.index], name=table.index.name, dtype=object)
        if table.index.has_duplicates:
            self.tables[kind] = table = table[~table.index.duplicated(keep="last")]
        if kind == "axis" and "parent_id" in table.columns:
            table["parent_id"] = [self.ids["axis"].get(p, p) if p else None for p in table["parent_id"]]
        if kind == "action" and "first_step_of" in table.columns:
            self.names(kind).add(table)
            table["first_step_of"] = self._column("action", table, "first_step_of")
        self.names(kind).add(table)

    @staticmethod
    def _free_note(key: str, table: pd.DataFrame, taken: set[str]) -> str | None:
        """The file's own id of a note when it is free; a statement of a second conversation takes its name too."""
        if key in taken and STATEMENT.fullmatch(key) and table.get("workshop") is not None:
            key = of_round(key, table.loc[key, "workshop"])
        return None if key in taken else key

    def _match_titles(self, kind: str, table: pd.DataFrame, known: pd.DataFrame, made: bool) -> dict:
        """File id -> id of the row of the workbook with the same title; an id of the workbook is itself."""
        names = self.names(kind)
        present = {fold(key): str(key) for key in known.index}
        ids: dict = {}
        used: set[str] = set()
        for key in table.index:
            if not made and fold(key) in present:
                ids[key] = present[fold(key)]
                used.add(ids[key])
        self._renamed(kind, ids, table, known)
        here = set(present.values())
        titles = [table[name].tolist() for name in ("title", "title_fr", "title_en", "name") if name in table.columns]
        for position, key in enumerate(table.index):
            for title in (column[position] for column in titles) if key not in ids else ():
                twin = names.by_title(title) if title else None
                twin = twin or (title and self._under_axis(kind, table, position, known, title))
                if twin and twin in here and twin not in used:
                    ids[key] = twin
                    used.add(twin)
                    break
        if kind == "action" and made and "number" in table.columns and "number" in known.columns:
            self._match_numbers(table, known, ids, used)
        return ids

    @staticmethod
    def _under_axis(kind: str, table: pd.DataFrame, position: int, known: pd.DataFrame, title: str) -> str | None:
        """Of several actions with one title, the one under the same axis."""
        if kind != "action" or "axis_id" not in table.columns or known.empty:
            return None
        same = known.index[
            (known["title"].map(words_of) == words_of(title)) & (known["axis_id"] == table["axis_id"].iloc[position])
        ]
        return str(same[0]) if len(same) == 1 else None

    def _match_numbers(self, table: pd.DataFrame, known: pd.DataFrame, ids: dict, used: set[str]) -> None:
        """An action under the same number with a title that is nearly the same was renamed."""
        numbers = Names("action", known[["number"]]).numbers
        for position, (key, number) in enumerate(zip(table.index, table["number"].tolist(), strict=True)):
            twin = numbers.get(fold(number)) if key not in ids else None
            if not twin or twin in used:
                continue
            title, before = table["title"].iloc[position], known.loc[twin, "title"]
            if difflib.SequenceMatcher(None, words_of(title), words_of(before)).ratio() >= SIMILAR:
                ids[key] = twin
                used.add(twin)
                self._say_of(table, position, before, title, "ingest.renamed", column="title", id=twin)

    def _renamed(self, kind: str, ids: dict, table: pd.DataFrame, known: pd.DataFrame) -> None:
        """Says which actions of the workbook have another title in the file."""
        if kind != "action" or "title" not in table.columns or not ids:
            return
        titles = known["title"].to_dict()
        for position, (key, title) in enumerate(zip(table.index, table["title"].tolist(), strict=True)):
            before = titles[ids[key]] if key in ids else title
            if title and before != title and words_of(before) != words_of(title):
                self._say_of(table, position, before, title, "ingest.renamed", column="title", id=ids[key])

    # References

    def _refer(self, kind: str) -> None:
        """Words that name rows of other kinds become their ids, in the key and in the other columns."""
        table = self.tables[kind]
        if table.empty and not len(table.index):
            return
        keys = [name for name in kind_of(kind).keys if _target(kind, name)]
        if kind == "ballot" and self.imported.kind == "ballots":
            table = self._of_their_round(self._join_choices(table))
        if table.index.nlevels > 1 and keys:
            levels = {name: table.index.get_level_values(name).tolist() for name in table.index.names}
            lost = [False] * len(table)
            for name in keys:
                self._check_early(kind, name, levels[name])
                levels[name], missing = self._ids_of(kind, name, levels[name], table)
                lost = [a or b for a, b in zip(lost, missing, strict=True)]
            table.index = pd.MultiIndex.from_arrays([levels[name] for name in levels], names=table.index.names)
            table = table[[not gone for gone in lost]]
            table = table[~table.index.duplicated(keep="last")]
        for name in table.columns:
            if name != "first_step_of" and not (kind == "axis" and name == "parent_id") and _target(kind, name):
                table = table.assign(**{name: self._column(_target(kind, name), table, name)})
        self.tables[kind] = table

    def _join_choices(self, table: pd.DataFrame) -> pd.DataFrame:
        """Choices cut where an option itself holds a `;` are put together again, when that makes a known one."""
        items = table.index.get_level_values("item").tolist()
        origins = table["origin"].tolist() if "origin" in table.columns else list(range(len(table)))
        gone = [False] * len(items)
        for i in range(len(items) - 1):
            if origins[i] != origins[i + 1] or gone[i] or self._item(items[i]) or self._item(items[i + 1]):
                continue
            whole = f"{items[i]}; {items[i + 1]}"
            if self._item(whole):
                items[i], gone[i + 1] = whole, True
        if not any(gone):
            return table
        levels = {name: table.index.get_level_values(name).tolist() for name in table.index.names} | {"item": items}
        table = table.set_axis(pd.MultiIndex.from_arrays(list(levels.values()), names=list(levels)))
        return table[[not lost for lost in gone]]

    def _of_their_round(self, table: pd.DataFrame) -> pd.DataFrame:
        """Statements are numbered alike in every conversation: a vote is about a note of its own."""
        notes = self.known("note")
        rounds = set(notes["workshop"].dropna()) if len(notes) else set()
        pairs = dict.fromkeys(
            zip(table.index.get_level_values("round"), table.index.get_level_values("item"), strict=True)
        )
        for round_, item in pairs:
            if round_ in rounds and STATEMENT.fullmatch(str(item)):
                own = of_round(item, round_)
                here = own in notes.index or (item in notes.index and notes.loc[item, "workshop"] != round_)
                pairs[round_, item] = own if here else item
        levels = {name: table.index.get_level_values(name).tolist() for name in table.index.names}
        levels["item"] = [pairs[pair] or pair[1] for pair in zip(levels["round"], levels["item"], strict=True)]
        return table.set_axis(pd.MultiIndex.from_arrays(list(levels.values()), names=list(levels)))

    def _check_early(self, kind: str, name: str, found: list) -> None:
        """PlanError when a file speaks of things the workbook has none of."""
        target = _target(kind, name)
        if target in ("action", "criterion", "indicator") and not len(self.names(target)) and found:
            raise PlanError(f"ingest.no_{target}_yet", file=self.imported.file, n=len(set(found)))

    def _ids_of(self, kind: str, name: str, found: list, table: pd.DataFrame) -> tuple[list, list[bool]]:
        """The id each name stands for, and which stand for none: their rows are set aside, or their link lost."""
        target = _target(kind, name)
        origins = table["origin"].tolist() if "origin" in table.columns else [None] * len(table)
        beside = [self.imported.spoken.get(origin) for origin in origins] if target == "action" else [None] * len(table)
        known = {text: self._id(target, text) for text in dict.fromkeys(found)}
        if any(known.values()):
            others = [title and self.names("action").by_title(title) for title in beside]
            keys = [known[text] or other for text, other in zip(found, others, strict=True)]
            lost = unknown.lost(target, name, found, keys, origins)
            find = partial(self._id, target)
            for text, key in unknown.settle(lost, self.imported, self._pool(target), find, self.questions).items():
                known[text] = key
                self._say(None, text, key, "ingest.name_answered", column=name, what=What(target))
        ids, differs = [], []
        for text, title in zip(found, beside, strict=True):
            other = self.names("action").by_title(title) if title else None
            ids.append(known[text] or other)
            differs.append(bool(known[text] and other and other != known[text]))
        missing = [key is None or wrong for key, wrong in zip(ids, differs, strict=True)]
        if missing and not any(ids):
            samples = list(dict.fromkeys(map(str, found)))
            what = What(target)
            raise PlanError("ingest.none_known", file=self.imported.file, n=len(samples), found=samples[:5], what=what)
        told = {origin for origin, gone in zip(origins, missing, strict=True) if not gone}
        for text, title, origin, gone, wrong in zip(found, beside, origins, missing, differs, strict=True):
            if gone and (origin in told or origin not in self.imported.places):
                self._lose(text, target, origin, name)  # the rest of the row is kept
            elif gone:
                why = "ingest.differs_from_title" if wrong else "ingest.not_known"
                self._leave(origin, why, name=str(text), what=What(target), title=title or "")
        return [key or str(text) for key, text in zip(ids, found, strict=True)], missing

    def _leave(self, origin: str, why: str, **facts) -> None:
        """Set a row of the file aside, once."""
        sheet, row, cells = self.imported.places[origin]
        if (sheet, row) not in self._left:
            self._left.add((sheet, row))
            self.set_aside.append(SetAside(sheet, row, why, joined(cells), facts))

    def _id(self, target: str, text: object) -> str | None:
        """The id a name stands for: one of the file itself, else one of the workbook."""
        if target == "item":
            return self._item(text)
        own = self.ids.get(target, {}).get(str(text))
        if own:
            return own
        names = self.names(target)
        found = names.exact(text)
        if found is None and (found := names.near(text)):
            self._say(None, text, self._called(target, found), "ingest.near")
        if found is None and target in keys.TITLE_IS_ID:
            return str(text)  # a source or a role that only this file names
        return found

    def _pool(self, target: str) -> dict[str, str]:
        """Id -> title of the rows a name may stand for."""
        kinds_of = ("note", "action") if target == "item" else (target,)
        return {key: self._called(kind, key) for kind in kinds_of for key in self.names(kind).ids.values()}

    def _item(self, text: object) -> str | None:
        """What a ballot is about: a note of the same conversation, else any note or action."""
        return self.names("note").exact(text) or self.names("action").exact(text) or self.names("action").near(text)

    def _column(self, target: str, table: pd.DataFrame, name: str) -> list:
        """A column that may stay blank: a name that fits nothing is said, and the cell stays blank."""
        found = table[name].tolist()
        origins = table["origin"].tolist() if "origin" in table.columns else [None] * len(found)
        out = {None: None}
        for text, origin in zip(found, origins, strict=True):
            if text in out or text != text:
                continue
            out[text] = self._id(target, text)
            if out[text] is None:
                self._lose(text, target, origin, name)
        return [out.get(text) for text in found]

    def _lose(self, text: object, target: str, origin: str | None, name: str) -> None:
        if (str(text), target) not in self._lost:
            self._lost.add((str(text), target))
            self._say(origin, text, "", "ingest.name_lost", column=name, what=What(target))

    def _called(self, target: str, found: str) -> str:
        known = self.known(target)
        return next((str(known.loc[found, c]) for c in ("title", "text") if c in known and found in known.index), found)

    def _say(self, origin: str | None, found: object, used: object, why: str, column: str = "", **facts):
        """Report something of the row with this origin, of the whole file where there is none."""
        sheet, row, _ = self.imported.places.get(origin, (self.imported.sheet, None, []))
        place = self.imported.letters.get(column) or self.imported.letters.get(str(found), "")
        self.repairs.append(Repair(sheet, row, place, str(found), str(used), why, facts))

    def _say_of(self, table: pd.DataFrame, position: int, found: object, used: object, why: str, **facts):
        origin = table["origin"].iloc[position] if "origin" in table.columns else None
        self._say(origin, found, used, why, **facts)


def _target(kind: str, name: str) -> str | None:
    """The kind of row a column names; None when it names none."""
    if kind == "ballot":
        return "item" if name == "item" else None
    if kind == "precedence" and name in ("before", "after"):
        return "action"
    target = kinds.REFERENCES.get(name)
    if name == "post_id":
        target = "post"
    own = kind_of(kind).keys
    return None if len(own) == 1 and name == own[0] else target
