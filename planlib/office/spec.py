"""The sheets of the plan's workbook: for each, its columns, their width and kind, and which cells people may edit."""

from __future__ import annotations

from dataclasses import dataclass

# Rows of every sheet, from 0: its title, what it is and of when, a blank, the headers, then the table.
TITLE, SUBTITLE, HEADER, FIRST = 0, 1, 3, 4


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `kind`: text, code, whole, number, money, percent or date; `codes` names a list of `schema`."""

    name: str
    head: str
    width: float
    kind: str = "text"
    codes: str = ""
    edit: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of sheet. Its name and subtitle are the words office.sheet_<name> and office.about_<name>."""

    name: str
    fields: tuple[Field, ...]
    frozen: int = 1  # columns that stay while one scrolls
    currency: str = ""  # the column that holds each row's currency


ID = Field("action_id", "column.action_id", 11)
AXIS = Field("axis", "column.axis", 20)
TITLED = Field("title", "column.title", 40)
OWNER = Field("owner", "column.owner", 20)

FOLLOWED = (
    Field("status", "column.status", 15, "code", "status", edit=True),
    Field("health", "column.health", 16, "code", "health", edit=True),
    Field("progress", "column.progress", 12, "percent", edit=True),
    Field("comment", "column.comment", 38, edit=True),
    Field("reason", "column.reason", 18, "code", "reason", edit=True),
    Field("decision", "column.decision", 18, "code", "decision", edit=True),
    Field("new_date", "office.new_date", 12.5, "date", edit=True),
)

PLAN = Sheet(
    "plan",
    (
        ID,
        Field("number", "column.number", 8),
        AXIS,
        TITLED,
        OWNER,
        Field("start", "column.start", 12, "date"),
        Field("finish", "column.finish", 12, "date"),
        *FOLLOWED,
    ),
    frozen=4,
)

DETAILS = Sheet(
    "details",
    (
        ID,
        TITLED,
        Field("objective", "column.objective", 30),
        Field("partners", "column.partners", 26),
        Field("horizon", "column.horizon", 13, "code", "horizon"),
        Field("priority", "column.priority", 13, "code", "priority"),
        Field("rank", "column.rank", 7, "whole"),
        Field("deadline", "column.deadline", 12, "date"),
        Field("cost_low", "column.cost_low", 13, "money"),
        Field("cost_high", "column.cost_high", 13, "money"),
        Field("sources", "office.sources", 26),
        Field("effort_days", "office.effort_days", 11, "number"),
        Field("first_steps", "office.first_steps", 22),
        Field("indicators", "office.indicators", 28),
    ),
    frozen=2,
    currency="currency",
)

BUDGET = Sheet(
    "budget",
    (
        Field("source", "column.source", 34),
        Field("status", "office.source_status", 13, "code", "source_status"),
        Field("year", "column.fiscal_year", 12),
        Field("budget", "column.budget", 14, "money"),
        Field("planned_low", "office.planned_low", 15, "money"),
        Field("planned_high", "office.planned_high", 15, "money"),
        Field("actions", "office.actions", 10, "whole"),
        Field("unknown", "office.unknown_amounts", 12, "whole"),
        Field("spent", "office.spent", 14, "money"),
        Field("left", "office.left", 16, "money"),
    ),
    currency="currency",
)

OWNERS = Sheet(
    "owners",
    (
        Field("owner", "column.owner", 34),
        Field("held_by", "office.held_by", 24),
        Field("actions", "office.open_actions", 11, "whole"),
        Field("under_way", "office.under_way", 10, "whole"),
        Field("overdue", "office.overdue", 10, "whole"),
        Field("no_update", "office.no_update", 12, "whole"),
        Field("effort_days", "office.effort_days", 11, "number"),
        Field("effort_unknown", "office.effort_unknown", 14, "whole"),
        Field("most_at_once", "office.most_at_once", 12, "whole"),
        Field("limit", "office.limit", 10, "whole"),
    ),
)

LOAD = Sheet(
    "load",
    (
        Field("role", "column.role", 34),
        Field("period", "column.period", 16),
        Field("used", "office.days_used", 14, "number"),
        Field("capacity", "office.days_capacity", 14, "number"),
        Field("left", "office.days_left", 14, "number"),
        Field("unknown", "office.unknown_work", 16, "whole"),
    ),
)

INDICATORS = Sheet(
    "indicators",
    (
        Field("indicator_id", "column.action_id", 11),
        Field("title", "column.indicator", 38),
        Field("of", "office.indicator_of", 28),
        Field("level", "column.level", 10, "code", "level"),
        Field("unit", "column.unit", 15),
        Field("baseline", "column.baseline", 11, "number"),
        Field("baseline_date", "office.baseline_date", 12, "date"),
        Field("target", "column.target", 11, "number"),
        Field("target_date", "office.target_date", 12, "date"),
        Field("last", "office.last_measure", 11, "number"),
        Field("last_on", "office.last_on", 12, "date"),
        Field("collector", "office.collector", 22),
        Field("frequency", "office.frequency", 14),
        Field("next_due", "office.next_due", 12, "date"),
        Field("missing", "office.missing", 22),
    ),
    frozen=2,
)

LEFT_OUT = Sheet(
    "left_out",
    (
        ID,
        AXIS,
        TITLED,
        OWNER,
        Field("status", "column.status", 15, "code", "status"),
        Field("why_not", "column.why_not", 60),
    ),
)

SHEETS = (PLAN, DETAILS, BUDGET, OWNERS, LOAD, INDICATORS, LEFT_OUT)
# What the public edition of the workbook does not show.
NOT_PUBLIC = {
    PLAN.name: {"health", "progress", "comment", "reason", "decision", "new_date"},
    DETAILS.name: {"rank", "effort_days"},
    BUDGET.name: {"spent", "left"},
    INDICATORS.name: {"missing"},
    OWNERS.name: None,
    LOAD.name: None,
    LEFT_OUT.name: None,
}
# A list in which what is computed cannot be chosen.
COMPUTED = {"health": ("no_update",)}
EDITABLE = tuple(field for field in PLAN.fields if field.edit)
# Columns that go when no row has anything in them.
IF_ANY = ("number", "rank", "held_by", "partners", "first_steps", "deadline", "frequency", "missing")
