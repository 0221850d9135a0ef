"""Changes as people write them, path and value, read and checked against the tables they change."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib.facts import TABLES, Facts
from planlib.plan.load import bounds
from planlib.schema import CODES, KINDS, Column, PlanError

# Kinds a scenario may change: those that the ranking and the plan are made of.
KINDS_OF = {kind: name for name, kind in TABLES.items()} | {"client": "settings"}
CHANGED = (
    "action", "assignment", "axis", "budget", "capacity", "client", "cost", "criterion", "demand", "gate", "judgement",
    "limit", "mode", "post", "precedence", "role", "source", "weight",
)  # fmt: skip
EVERYTHING = {"budget": "amount", "capacity": "days"}  # a path of one word changes every figure of this column
SWITCHED = ("action", "source", "axis", "post")  # what can be in or out; a post that is out is vacant
# What a table has no column for and a scenario can say all the same: an action that starts so many weeks later than
# planned, a post without anybody from a day on.
SAID_ONLY = {("action", "delay_weeks"): Column("delay_weeks", "whole"), ("post", "vacant"): Column("vacant", "date")}
FLAGS = {"true": True, "yes": True, "oui": True, "false": False, "no": False, "non": False}
BELOW_ZERO = {("precedence", "lag_weeks"), ("judgement", "performance")}
FIGURE = re.compile(r"[+-]?(\d{1,3}( \d{3})+|\d+)([.,]\d+)?")
ONE_OR_MORE = {("client", "plan_years"), ("action", "duration_weeks"), ("mode", "duration_weeks")}
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d)")  # a day that every month has
NEAR = 4


@dataclass(frozen=True, slots=True)
class Change:
    """One change, read: the rows of a table (`keys`), the column, and what becomes of it.

    `share` multiplies the figure (0.8 for -20%), `added` is added to it (-60000), to the total when there are several
    rows; otherwise `value` replaces it: a number, a date, a code, a flag, "in" or "out". `path` and `given` are as
    written.
    """

    path: str
    given: str
    kind: str
    keys: tuple
    column: str
    value: object = None
    share: float | None = None
    added: float | None = None


def read_changes(facts: Facts, changes: Mapping | Iterable, *, since: date | None = None) -> tuple[Change, ...]:
    """The changes of a scenario, in the order given.

    Parameters
    ----------
    changes : mapping of path to value, or list of "PATH=VALUE" texts or of pairs
        PATH is `budget`, `capacity`, `context`, or kind.key.column; a key of several columns is joined with `/`, and
        its first parts alone stand for all the rows that begin so; a title stands for its key. The column may be left
        out for a budget or a capacity. VALUE is a number, a percentage or an amount with its sign (-20%, -60000), a
        date (YYYY-MM-DD), a code, or `in` or `out` for an action, an axis, a source or a post. `context` takes words:
        they change no figure and are told and kept with the scenario.
    since : date, optional
        Budgets and capacities of several periods leave those that ended before this day as they were.

    Raises
    ------
    PlanError
        No change; a path or a value that means nothing here, with the near ones; two values for the same thing.
    """
    pairs = list(changes.items()) if isinstance(changes, Mapping) else [_pair(change) for change in changes]
    if not pairs:
        raise PlanError("scenario.no_change")
    read = tuple(_read(facts, str(path).strip(), value, since) for path, value in pairs)
    _agree(read)
    return read


def _agree(changes: tuple[Change, ...]) -> None:
    """Refuse two changes that set the same thing to two values; shares and amounts add up, one after the other."""
    stated: dict[tuple, Change] = {}
    for change in changes:
        if change.value is None or change.kind == "context":
            continue
        first = stated.setdefault((change.kind, change.keys, change.column), change)
        if first.value != change.value:
            raise PlanError("scenario.contradictory", path=change.path, first=first.given, second=change.given)


def _pair(change) -> tuple[str, object]:
    if isinstance(change, str):
        path, sign, value = change.rpartition("=")
        if not sign or not path.strip() or not value.strip():
            raise PlanError("scenario.not_a_change", found=change)
        return path, value
    if isinstance(change, Mapping) and len(change) == 1:
        return next(iter(change.items()))
    if isinstance(change, list | tuple) and len(change) == 2:
        return tuple(change)
    raise PlanError("scenario.not_a_change", found=str(change))


def _read(facts: Facts, path: str, value, since: date | None) -> Change:
    given = value.isoformat()[:10] if isinstance(value, date) else str(value).strip()
    if path == "context":
        return Change(path, given, "context", (), "text", value=given)
    if path in EVERYTHING:
        column = EVERYTHING[path]
        table = getattr(facts, KINDS_OF[path])
        keys = _open(facts, tuple(table.index[table[column].notna()]), since)
        if not keys:
            raise PlanError(f"scenario.no_{path}")
        return _valued(facts, path, given, path, keys, column)
    kind, _, rest = path.partition(".")
    if kind not in CHANGED:
        known = [*EVERYTHING, "context", *(name for name in CHANGED if name not in EVERYTHING)]
        raise PlanError("scenario.unknown_kind", found=kind, near=_near(kind, known)[:1], known=known)
    if given in ("in", "out"):
        if kind not in SWITCHED:
            raise PlanError("scenario.not_switched", path=path, found=given)
        keys = _keys(facts, kind, path, rest)
        return Change(path, given, kind, keys, "", value=given)
    key, dot, column = rest.rpartition(".")
    if kind == "client":
        key, column, dot = "client", column or rest, "."
    columns = {name: spec for name, spec in KINDS[kind].columns.items() if name not in ("edition", "origin")}
    columns |= {name: spec for (of, name), spec in SAID_ONLY.items() if of == kind}
    if kind in EVERYTHING and column not in columns:  # budget.fonds=-60000
        key, column, dot = rest, EVERYTHING[kind], "."
    if not dot:
        raise PlanError("scenario.no_column", path=path, known=sorted(columns))
    keys = _keys(facts, kind, path, key)
    if column not in columns:
        raise PlanError("scenario.unknown_column", kind=kind, found=column, near=_near(column, list(columns)))
    if kind in EVERYTHING and len(keys) > 1:
        keys = _open(facts, keys, since) or keys
    return _valued(facts, path, given, kind, keys, column)


def _open(facts: Facts, keys: tuple, since: date | None) -> tuple:
    """Those of a table's periods that had not ended on the day."""
    if since is None:
        return keys
    start = facts.settings["fiscal_start"]
    return tuple(key for key in keys if bounds(str(key[-1]), start)[1] >= pd.Timestamp(since))


def _keys(facts: Facts, kind: str, path: str, found: str) -> tuple:
    """Keys of the rows meant: the one written in full, else those that begin with the parts given."""
    if kind == "client":
        return ("client",)
    index = getattr(facts, KINDS_OF[kind]).index
    written = {_written(key): key for key in index}
    for one in (found, _by_title(facts, kind, found)):
        if one in written:
            return (written[one],)
        begun = tuple(key for text, key in written.items() if text.startswith(f"{one}/"))
        if begun and one:
            return begun
    raise PlanError("scenario.unknown_key", path=path, kind=kind, found=found, near=_near(found, list(written)))


TITLED_BY = {"budget": "sources", "cost": "sources", "capacity": "roles"}  # whose titles stand for the first part


def _by_title(facts: Facts, kind: str, found: str) -> str:
    """The key written with its id where a title, or an id in other letters, was given."""
    head, slash, tail = found.partition("/")
    table = getattr(facts, TITLED_BY.get(kind, KINDS_OF[kind]))
    plain = _plain(head)
    for column in ("title", "title_fr", "title_en"):
        if column in table:
            ids = [key for key, title in table[column].dropna().items() if _plain(str(title)) == plain]
            if len(ids) == 1:
                return f"{ids[0]}{slash}{tail}"
    near = [key for key in table.index if isinstance(key, str) and _plain(key) == plain]
    return f"{near[0]}{slash}{tail}" if len(near) == 1 else found


def _plain(text: str) -> str:
    """A title without capitals, accents or the kind of its apostrophes."""
    bare = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold().strip()


def _written(key) -> str:
    return "/".join(str(part) for part in (key if isinstance(key, tuple) else (key,)))


def _near(found: str, known: list[str]) -> list[str]:
    """The known names most like what was found, else the first ones."""
    lower = {name.lower(): name for name in known}
    near = [lower[name] for name in difflib.get_close_matches(found.lower(), lower, n=NEAR, cutoff=0.5)]
    return near or known[:NEAR]


def _valued(facts: Facts, path: str, given: str, kind: str, keys: tuple, column: str) -> Change:
    spec = SAID_ONLY.get((kind, column)) or KINDS[kind].columns[column]
    text = given.replace("\u2212", "-").replace("\u00a0", " ").replace("\u202f", " ").strip()
    if text.endswith("%"):
        if spec.kind not in ("number", "whole"):
            raise PlanError("scenario.not_a_share", path=path, found=given)
        share = _share(facts, path, given, text, kind, keys, column)
        if (kind, column) in ONE_OR_MORE and share * min(current(facts, kind, key, column) for key in keys) < 1:
            raise PlanError("scenario.one_or_more", path=path, found=given)
        return Change(path, given, kind, keys, column, share=share)
    signed = text[:1] in ("+", "-") and spec.kind in ("number", "whole") and (kind, column) not in BELOW_ZERO
    if signed and (kind, column) not in SAID_ONLY:
        added = _added(facts, path, given, text, kind, keys, column, whole=spec.kind == "whole")
        if (kind, column) in ONE_OR_MORE and added + min(current(facts, kind, key, column) for key in keys) < 1:
            raise PlanError("scenario.one_or_more", path=path, found=given)
        return Change(path, given, kind, keys, column, added=added)
    return Change(path, given, kind, keys, column, value=_value(path, given, text, kind, spec))


def _share(facts: Facts, path: str, given: str, text: str, kind: str, keys: tuple, column: str) -> float:
    figure = text.removesuffix("%").strip()
    if not FIGURE.fullmatch(figure) or figure[0] not in "+-":
        raise PlanError("scenario.not_a_percentage", path=path, found=given)
    share = 1 + float(figure.replace(" ", "").replace(",", ".")) / 100
    if share < 0:
        raise PlanError("scenario.below_zero", path=path, found=given)
    now = pd.Series([current(facts, kind, key, column) for key in keys], dtype="float64")
    if now.isna().all():
        raise PlanError("scenario.unknown_now", path=path, found=given)
    return share


def _added(facts: Facts, path: str, given: str, text: str, kind: str, keys: tuple, column: str, whole: bool) -> float:
    """What is added to the figure known, or taken from it: never more than there is."""
    added = _value(path, given, text[1:], kind, Column(column, "whole" if whole else "number"))
    added = -added if text[0] == "-" else added
    now = pd.Series([current(facts, kind, key, column) for key in keys], dtype="float64")
    if now.isna().all():
        raise PlanError("scenario.unknown_now", path=path, found=given)
    if now.sum() + added < 0:
        raise PlanError("scenario.below_zero", path=path, found=given)
    return added


def _value(path: str, given: str, text: str, kind: str, spec: Column):
    """A value as its column takes it: a number, a date, a code, a flag or text."""
    if spec.kind in ("number", "whole"):
        figure = text.removesuffix("$").strip()
        if not FIGURE.fullmatch(figure) or re.search(r",\d{3}$", figure):
            raise PlanError("scenario.not_a_number", path=path, found=given)
        number = float(figure.replace(" ", "").replace(",", "."))
        if number < 0 and (kind, spec.name) not in BELOW_ZERO:
            raise PlanError("scenario.below_zero", path=path, found=given)
        if spec.kind == "whole" and not number.is_integer():
            raise PlanError("scenario.not_whole", path=path, found=given)
        if (kind, spec.name) in ONE_OR_MORE and number < 1:
            raise PlanError("scenario.one_or_more", path=path, found=given)
        return int(number) if spec.kind == "whole" else number
    if spec.kind == "date":
        try:
            return pd.Timestamp(date.fromisoformat(text))
        except ValueError:
            raise PlanError("scenario.not_a_date", path=path, found=given) from None
    if spec.kind == "flag":
        if text.lower() not in FLAGS:
            raise PlanError("scenario.not_a_flag", path=path, found=given)
        return FLAGS[text.lower()]
    if spec.kind == "code" and text not in CODES[spec.codes]:
        raise PlanError("scenario.not_a_code", path=path, found=given, near=_near(text, list(CODES[spec.codes])))
    if (kind, spec.name) == ("client", "fiscal_start") and not MONTH_DAY.fullmatch(text):
        raise PlanError("scenario.not_a_month_day", path=path, found=given)
    return text


def current(facts: Facts, kind: str, key, column: str):
    """The value a change starts from; blank when it is not known."""
    if kind == "client":
        return facts.settings[column]
    found = getattr(facts, KINDS_OF[kind]).loc[key, column]
    return math.nan if found is None else found
