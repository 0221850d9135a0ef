"""Tables of the workbook: their columns, keys, units and closed lists in one place, the check, and PlanError."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib.words import word

CODES: dict[str, tuple[str, ...]] = {
    "client_kind": ("city", "sdc", "nonprofit", "college", "econdev", "government", "tech", "generic"),
    "status": ("to_come", "under_way", "done", "partly", "ongoing", "postponed", "dropped"),
    "health": ("on_plan", "watch", "trouble", "no_update"),
    "reason": ("time", "people", "funding", "budget", "context", "third_party", "irrelevant", "unclear", "other"),
    "decision": ("continue", "reduce", "postpone", "reassign", "split", "drop"),
    "level": ("output", "outcome", "impact"),
    "edition": ("firm", "internal", "public"),
    "sense": ("max", "min"),
    "part": ("accountable", "partner", "consulted", "informed"),
    "source_status": ("confirmed", "requested", "to_find"),
    "nature": ("operating", "capital"),
    "horizon": ("short", "medium", "long"),
    "priority": ("essential", "important", "desirable"),
    "size": ("S", "M", "L"),
    "money_size": ("$", "$$", "$$$"),
    "group_rule": ("one_of", "all_or_none"),
    "where": ("inside", "outside"),
    "gate_result": ("pass", "fail", "unknown"),
    "medium": ("phone", "paper", "file"),
    "note_fate": ("placed", "parked", "rejected"),
    "axis_level": ("axis", "subaxis"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind`: text, code, number, whole, date or flag; `unit` says what a number counts."""

    name: str
    kind: str = "text"
    unit: str = ""
    codes: str = ""
    required: bool = False

    @property
    def dtype(self) -> str:
        return DTYPES[self.kind]


DTYPES = {
    "text": "str",
    "code": "str",
    "number": "float64",
    "whole": "Int64",
    "date": "datetime64[us]",
    "flag": "boolean",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row: its key columns and its other columns, by name."""

    name: str
    keys: tuple[str, ...]
    columns: dict[str, Column]
    edition: str = "internal"


WHOLE_KEYS = frozenset({"fiscal_year"})  # key columns that hold a whole number; every other key is text


def _text(*names: str) -> list[Column]:
    return [Column(name) for name in names]


def _number(name: str, unit: str) -> Column:
    return Column(name, "number", unit)


def _whole(name: str, unit: str) -> Column:
    return Column(name, "whole", unit)


def _dates(*names: str) -> list[Column]:
    return [Column(name, "date", "day") for name in names]


def _code(name: str, codes: str = "") -> Column:
    return Column(name, "code", codes=codes or name)


def _flag(name: str) -> Column:
    return Column(name, "flag")


def _required(name: str) -> Column:
    return Column(name, required=True)


MONEY = (_number("amount", "units of `currency`"), Column("currency"), Column("amount_found"))

# Every row also has these: who may see it, and the file, sheet and row it came from.
COMMON = (_code("edition"), Column("origin"))


def _kind(name: str, keys: str, *columns: Column | list[Column], edition: str = "internal") -> Kind:
    flat: list[Column] = []
    for column in columns:
        flat.extend(column if isinstance(column, list | tuple) else [column])
    return Kind(name, tuple(keys.split()), {c.name: c for c in [*flat, *COMMON]}, edition)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        # What a client's figures rest on; one row, key "client".
        _kind(
            "client",
            "client_id",
            Column("currency"),
            Column("fiscal_start", unit="MM-DD"),
            _whole("short_months", "months from the start of the plan"),
            _whole("medium_months", "months from the start of the plan"),
            _whole("update_days", "days after which an action under way is without news"),
            _whole("plan_years", "fiscal years planned"),
            _whole("parallel_limit", "actions at once, in all"),
            _whole("owner_limit", "actions at once, per owner"),
            _number("default_weeks", "weeks, for an action of unknown duration"),
            _number("default_effort_days", "days in all, for an action of unknown effort"),
            _number("default_amount", "units of `currency`, for an action of unknown cost"),
            _number("default_capacity_days", "days per month, for a role of unknown capacity"),
            *[_number(f"effort_days_{size}", "days in all, for this size") for size in ("s", "m", "l")],
            *[_number(f"amount_{n}", "units of `currency`, for this many $ signs") for n in ("1", "2", "3")],
        ),
        # The client's own words: key "axis" -> "orientation".
        _kind("glossary", "term_id", *_text("fr", "en", "fr_plural", "en_plural"), edition="public"),
        _kind(
            "plan",
            "plan_id",
            _required("title"),
            *_text("title_fr", "title_en"),
            *_dates("starts", "ends"),
            edition="public",
        ),
        _kind(
            "axis",
            "axis_id",
            _required("title"),
            *_text("title_fr", "title_en", "number", "plan_id", "parent_id"),
            _code("level", "axis_level"),
            edition="public",
        ),
        _kind(
            "objective",
            "objective_id",
            _required("title"),
            *_text("title_fr", "title_en", "number", "axis_id"),
            edition="public",
        ),
        _kind(
            "note",
            "note_id",
            _required("text"),
            *_text("text_original", "lang", "workshop", "table", "question", "author_id", "theme"),
            _code("fate", "note_fate"),
            Column("fate_why"),
            *_dates("written"),
            _whole("agrees", "people"),
            _whole("disagrees", "people"),
            _whole("passes", "people"),
        ),
        _kind("thread", "note_id action_id", Column("why"), _number("similarity", "[0, 1]")),
        _kind(
            "action",
            "action_id",
            _required("title"),
            *_text("title_fr", "title_en", "number", "description", "description_fr", "description_en", "lang"),
            *_text("plan_id", "axis_id", "objective_id", "justification", "owner", "partners"),
            _code("horizon"),
            Column("horizon_found"),
            Column("first_step_of"),
            _number("duration_weeks", "weeks"),
            *_dates("earliest_start", "deadline", "published_start", "published_finish"),
            Column("when_found"),
            _code("status"),
            Column("status_found"),
            _code("priority"),
            Column("priority_found"),
            _code("effort_size", "size"),
            _code("cost_size", "money_size"),
            _number("cost_low", "units of `currency`"),
            _number("cost_high", "units of `currency`"),
            *_text("currency", "cost_found"),
            _flag("mandatory"),
            *_text("group"),
            _code("group_rule"),
            edition="public",
        ),
        _kind("gate", "action_id gate_id", _code("result", "gate_result"), Column("why")),
        _kind(
            "criterion",
            "criterion_id",
            _required("title"),
            *_text("title_fr", "title_en", "description_fr", "description_en"),
            _code("sense"),
            _number("scale_low", "unit of the performance"),
            _number("scale_high", "unit of the performance"),
            Column("unit"),
            _number("points", "points, any positive scale"),
            _flag("is_gate"),
            Column("mission"),
            _whole("position", "place in lists"),
            edition="public",
        ),
        _kind("weight", "judge_id criterion_id", _number("points", "points, any positive scale"), Column("table")),
        _kind(
            "judgement",
            "judge_id action_id criterion_id",
            _number("performance", "unit of the criterion"),
            Column("performance_found"),
            Column("table"),
        ),
        _kind(
            "ballot",
            "round voter item criterion",
            _number("mark", "dots, score, rank or 0/1, as the round's rule says"),
            _code("medium"),
            Column("table"),
        ),
        _kind("person", "person_id", _required("name"), *_text("email", "organisation", "table"), edition="internal"),
        _kind(
            "post",
            "post_id",
            _required("title"),
            *_text("title_fr", "title_en", "person_id", "role_id"),
            *_dates("held_from"),
            edition="public",
        ),
        _kind("role", "role_id", _required("title"), *_text("title_fr", "title_en"), _number("people", "people")),
        # A period is a month, quarter, fiscal year or week as written in PERIOD.
        _kind("capacity", "role_id period", _number("days", "days in the period"), Column("days_found")),
        _kind(
            "demand",
            "action_id role_id",
            _number("effort_days", "days in all"),
            _code("effort_size", "size"),
            Column("effort_found"),
        ),
        _kind(
            "cost",
            "action_id source_id fiscal_year",
            *[_number(f"amount_{side}", "units of `currency`") for side in ("low", "high")],
            Column("currency"),
            Column("amount_found"),
            _code("cost_size", "money_size"),
            _code("nature"),
            edition="public",
        ),
        _kind(
            "source",
            "source_id",
            _required("title"),
            *_text("title_fr", "title_en"),
            _code("status", "source_status"),
            _number("share", "[0, 1] of an action's cost it pays at most"),
            *_dates("deadline"),
            Column("axes", unit="axis ids it may pay for, separated by spaces; blank means all"),
            edition="public",
        ),
        _kind("budget", "source_id fiscal_year", *MONEY, edition="public"),
        _kind(
            "spending", "spending_id", *_text("action_id", "source_id"), _whole("fiscal_year", "year"), *MONEY,
            *_dates("paid"), Column("committed"),
        ),
        _kind("precedence", "before after", _number("lag_weeks", "weeks")),
        _kind("assignment", "action_id post_id part"),
        _kind("mode", "action_id mode", _number("duration_weeks", "weeks"), _number("value_share", "[0, 1]")),
        _kind("limit", "limit_id", Column("what"), _number("value", "as `what` says"), *_dates("starts", "ends")),
        _kind(
            "schedule",
            "action_id",
            _flag("chosen"),
            Column("mode"),
            *_dates("start", "finish"),
            Column("why_not"),
            Column("assumed"),
            edition="public",
        ),
        _kind(
            "priority",
            "action_id",
            _code("priority"),
            _whole("rank", "1 is first"),
            Column("why"),
        ),
        _kind(
            "engagement",
            "step_id",
            _required("title"),
            *_text("title_fr", "title_en", "who"),
            *_dates("starts", "ends"),
            _code("status"),
        ),
        _kind(
            "indicator",
            "indicator_id",
            _required("title"),
            *_text("title_fr", "title_en", "action_id", "objective_id"),
            _code("level"),
            Column("unit"),
            _code("sense"),
            _number("baseline", "the indicator's unit"),
            *_dates("baseline_date"),
            _number("target", "the indicator's unit"),
            *_dates("target_date"),
            *_text("data_source", "collector", "frequency"),
            *_dates("next_due"),
            edition="public",
        ),
        _kind(
            "measure",
            "indicator_id measured_on",
            _number("actual", "the indicator's unit"),
            Column("actual_found"),
            Column("comment"),
            edition="public",
        ),
        _kind(
            "update",
            "action_id updated_on",
            _code("status"),
            _code("health"),
            _number("progress", "[0, 1]"),
            Column("comment"),
            _code("reason"),
            _code("reason_second", "reason"),
            Column("reason_text"),
            _code("decision"),
            *_dates("new_date"),
            Column("status_found"),
            Column("reason_found"),
            Column("line"),
        ),
        _kind(
            "context",
            "context_id",
            _required("text"),
            *_text("text_fr", "text_en"),
            _code("where"),
            _whole("fiscal_year", "year"),
            *_dates("happened"),
            edition="public",
        ),
        _kind("observation", "observation_id", _required("text"), Column("about"), *_dates("noted"), edition="firm"),
        _kind(
            "decision",
            "decision_id",
            *_text("text", "text_fr", "text_en", "body"),
            *_dates("date"),
            *_text("number", "version", "known_at"),
            Column("costs"),
            Column("frees"),
            _whole("fiscal_year", "year"),
            edition="public",
        ),
        _kind(
            "review",
            "fiscal_year action_id",
            _code("reason"),
            _code("reason_second", "reason"),
            Column("reason_text"),
            _code("decision"),
            Column("decision_text"),
            *_dates("new_date"),
            Column("learned"),
            edition="public",
        ),
        _kind("scenario", "scenario_id", _required("title"), Column("changes")),
    )
}  # fmt: skip

PERIOD = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])|-Q[1-4]|-W\d{2})?$")  # 2026, 2026-03, 2026-Q1, 2026-W07


class PlanError(Exception):
    """What was found, where, and what to do. `str()` is English; `.text(lang)` is the person's language."""

    def __init__(self, key: str, /, **facts):
        super().__init__(key)
        self.key = key
        self.facts = facts

    def text(self, lang: str) -> str:
        return word(self.key, lang, **self.facts)

    def __str__(self) -> str:
        return self.text("en")

    def __reduce__(self):  # facts survive a trip between processes
        return _restore_error, (self.key, self.facts)


def _restore_error(key: str, facts: dict) -> PlanError:
    return PlanError(key, **facts)


def kind_of(name: str) -> Kind:
    """The kind called `name`; PlanError when there is none."""
    if name not in KINDS:
        raise PlanError("schema.unknown_kind", found=str(name), known=sorted(KINDS))
    return KINDS[name]


def empty(name: str) -> pd.DataFrame:
    """A table of the kind without rows, every column typed and the key as index."""
    return frame(name, {})


def frame(name: str, rows: dict[tuple, dict]) -> pd.DataFrame:
    """Rows by key -> a typed table, sorted by key so that the order of entry never shows."""
    kind = kind_of(name)
    keys = sorted(rows, key=lambda key: tuple(map(_sortable, key)))
    columns = {
        column.name: pd.Series([rows[key].get(column.name) for key in keys], dtype="object").pipe(_typed, column)
        for column in kind.columns.values()
    }
    table = pd.DataFrame(columns)
    if len(kind.keys) == 1:
        table.index = pd.Index([key[0] for key in keys], name=kind.keys[0], dtype=_key_dtype(kind.keys[0]))
    else:
        parts = list(zip(*keys, strict=True)) if keys else [[] for _ in kind.keys]
        arrays = [pd.Index(part, dtype=_key_dtype(key)) for part, key in zip(parts, kind.keys, strict=True)]
        table.index = pd.MultiIndex.from_arrays(arrays, names=kind.keys)
    return table


def _key_dtype(key: str) -> str:
    return "int64" if key in WHOLE_KEYS else "str"


def _sortable(part) -> tuple:
    return (0, part, "") if isinstance(part, int) else (1, 0, str(part))


def _typed(values: pd.Series, column: Column) -> pd.Series:
    if column.kind == "date":
        return pd.to_datetime(values, format="ISO8601").astype("datetime64[us]")
    if column.kind in ("text", "code"):
        return values.astype("str").where(values.notna(), None).astype("str")
    return values.astype(column.dtype)


def checked_rows(name: str, table: pd.DataFrame) -> dict[tuple, dict]:
    """Check a table at the door and give its rows as JSON values by key; blanks become None.

    Raises
    ------
    PlanError
        Unknown kind or column, a key that is missing, blank or twice there, a value that is not of its
        column's kind or list, a required column blank. The first bad place is named, with how many there are.
    """
    kind = kind_of(name)
    table = _keyed(kind, table)
    for column in table.columns:
        if column not in kind.columns:
            raise PlanError("schema.unknown_column", kind=name, found=str(column), known=sorted(kind.columns))
    keys = [_key(kind, key) for key in table.index]
    if len(set(keys)) < len(keys):
        twice = sorted({key for key in keys if keys.count(key) > 1}, key=str)
        raise PlanError("schema.key_twice", kind=name, n=len(twice), key=key_text(twice[0]))
    rows: dict[tuple, dict] = {key: {} for key in keys}
    for column in table.columns:
        spec = kind.columns[column]
        for key, value in zip(keys, table[column].tolist(), strict=True):
            rows[key][column] = _json_value(name, key, spec, value)
    return rows


def _keyed(kind: Kind, table: pd.DataFrame) -> pd.DataFrame:
    """The table indexed by the kind's key, whether its key columns came as index or as columns."""
    if all(key in table.columns for key in kind.keys):
        return table.set_index(list(kind.keys))
    if table.index.nlevels != len(kind.keys):
        raise PlanError("schema.key_missing", kind=kind.name, key=", ".join(kind.keys))
    names = [name for name in table.index.names if name is not None]
    if names and tuple(names) != kind.keys:
        if set(names) == set(kind.keys):
            return table.reorder_levels(list(kind.keys))
        raise PlanError("schema.key_missing", kind=kind.name, key=", ".join(kind.keys))
    return table


def _key(kind: Kind, found) -> tuple:
    parts = found if isinstance(found, tuple) else (found,)
    key = []
    for name, part in zip(kind.keys, parts, strict=True):
        if name in WHOLE_KEYS:
            try:
                key.append(int(part))
            except (TypeError, ValueError):
                raise PlanError("schema.key_blank", kind=kind.name, column=name, found=str(part)) from None
            continue
        text = part.isoformat()[:10] if isinstance(part, date) else str(part).strip()
        if pd.isna(part) or not text:
            raise PlanError("schema.key_blank", kind=kind.name, column=name, found=str(part))
        key.append(text)
    return tuple(key)


def key_text(key: tuple) -> str:
    """A key as a person reads it: A-07, or A-07 / impact."""
    return " / ".join(str(part) for part in key)


def _json_value(kind: str, key: tuple, column: Column, value):
    """One cell as a JSON value: text, number, ISO day, true or false; blank is None."""

    def wrong(what: str):
        facts = {"kind": kind, "key": key_text(key), "column": column.name, "found": str(value)}
        return PlanError(f"schema.{what}", **facts, known=list(CODES.get(column.codes, ())))

    if value is None or (not isinstance(value, str) and pd.isna(value)) or (isinstance(value, str) and not value):
        if column.required:
            raise wrong("required")
        return None
    if column.kind == "text":
        return str(value)
    if column.kind == "code":
        if value not in CODES[column.codes]:
            raise wrong("not_a_code")
        return str(value)
    if column.kind == "flag":
        if value not in (True, False):
            raise wrong("not_a_flag")
        return bool(value)
    if column.kind == "date":
        try:
            return pd.Timestamp(date.fromisoformat(value) if isinstance(value, str) else value).date().isoformat()
        except (TypeError, ValueError):
            raise wrong("not_a_date") from None
    if isinstance(value, str | bool):
        raise wrong("not_a_number")
    try:
        figure = float(value)
    except (TypeError, ValueError):
        raise wrong("not_a_number") from None
    if figure in (float("inf"), float("-inf")):
        raise wrong("not_a_number")
    if column.kind == "whole":
        if not figure.is_integer():
            raise wrong("not_whole")
        return int(figure)
    return figure
