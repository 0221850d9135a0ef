"""Tables of the workbook: their columns, keys, units and closed lists in one place; and PlanError."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    "gender": ("m", "f"),  # of a noun of the glossary, in French
}

ROOM = "room"  # as a judge: what the group decided together, apart from what each person said


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

TITLED = (_required("title"), *_text("title_fr", "title_en"))

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
        _kind(
            "glossary", "term_id", *_text("fr", "en", "fr_plural", "en_plural"), _code("fr_gender", "gender"),
            edition="public",
        ),
        _kind("plan", "plan_id", *TITLED, *_dates("starts", "ends"), edition="public"),
        _kind(
            "axis",
            "axis_id",
            *TITLED,
            *_text("number", "plan_id", "parent_id"), _code("level", "axis_level"),
            edition="public",
        ),
        _kind("objective", "objective_id", *TITLED, *_text("number", "axis_id"), edition="public"),
        _kind(
            "note",
            "note_id",
            _required("text"),
            *_text("text_original", "lang", "workshop", "table", "question", "author_id", "theme"),
            _code("fate", "note_fate"),
            Column("fate_why"),
            *_dates("written"),
            *[_whole(name, "people") for name in ("agrees", "disagrees", "passes")],
        ),
        _kind("thread", "note_id action_id", Column("why"), _number("similarity", "[0, 1]")),
        _kind(
            "action",
            "action_id",
            *TITLED,
            *_text("number", "description", "description_fr", "description_en", "lang"),
            *_text("plan_id", "axis_id", "objective_id", "justification", "owner", "partners"),
            _code("horizon"),
            Column("horizon_found"),
            Column("first_step_of"),
            _number("duration_weeks", "weeks"),
            Column("duration_found"),
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
            Column("group"), _code("group_rule"),
            edition="public",
        ),
        _kind("gate", "action_id gate_id", _code("result", "gate_result"), Column("why")),
        _kind(
            "criterion",
            "criterion_id",
            *TITLED,
            *_text("description_fr", "description_en"),
            _code("sense"),
            _number("scale_low", "unit of the performance"),
            _number("scale_high", "unit of the performance"),
            Column("unit"),
            _number("target", "the performance worth 1; it falls off on both sides"),
            Column("levels", unit='value of chosen performances: "1=0; 2=0,4; 3=1"'),
            _number("points", "points, any positive scale"),
            _flag("is_gate"),
            *_text("mission", "mission_fr", "mission_en"),
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
            *TITLED,
            *_text("person_id", "role_id"),
            *_dates("held_from"),
            edition="public",
        ),
        _kind("role", "role_id", *TITLED, _number("people", "people")),
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
            *TITLED,
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
            *_text("why_not", "assumed"),
            edition="public",
        ),
        _kind("priority", "action_id", _code("priority"), _whole("rank", "1 is first"), Column("why")),
        _kind(
            "engagement",
            "step_id",
            *TITLED,
            Column("who"),
            *_dates("starts", "ends"), _code("status"),
        ),
        _kind(
            "indicator",
            "indicator_id",
            *TITLED,
            *_text("action_id", "objective_id"),
            _code("level"),
            *_text("unit", "unit_fr", "unit_en"),
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
            *_text("status_found", "reason_found", "line"),
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


def key_text(key: tuple) -> str:
    """A key as a person reads it: A-07, or A-07 / impact."""
    return " / ".join(str(part) for part in key)
