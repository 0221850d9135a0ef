"""The tables at the door of the schedule: columns filled in, kinds settled, and every fault named once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date

import pandas as pd

from planlib.schedule.gaps import alone
from planlib.schedule.inside import table_of_lists
from planlib.schedule.weeks import MOST_WEEKS, Calendar, Limits, as_day
from planlib.schema import CODES, PlanError
from planlib.words import year_name

ONLY_MODE = "full"
FLAGS = {**dict.fromkeys(("oui", "yes", "vrai", "true", "1", "x"), True)}
FLAGS |= dict.fromkeys(("non", "no", "faux", "false", "0"), False)
BLANK_ACTION = {
    "value": 1.0,
    "axis_id": None,
    "mandatory": False,
    "earliest_start": None,
    "deadline": None,
    "owner": None,
    "first_step_of": None,
    "group": None,
    "group_rule": None,
    "horizon": None,
}


def actions(table: pd.DataFrame) -> pd.DataFrame:
    """Actions sorted by id, with every column of the contract."""
    if table is None or not len(table):
        raise PlanError("schedule.no_action")
    flat = _flat(table, "action_id")
    if flat["action_id"].isna().any():
        raise PlanError("schedule.no_id", n=int(flat["action_id"].isna().sum()))
    out = pd.DataFrame({"action_id": flat["action_id"].astype(object)})
    for column, blank in BLANK_ACTION.items():
        found = flat[column] if column in flat else pd.Series([blank] * len(flat))
        out[column] = found.to_numpy(dtype=object)
    _unique("actions", out, ["action_id"])
    out = out.set_index("action_id").sort_index(key=lambda index: index.map(str))
    out["value"] = _figures("actions", out["value"], "value", out.index)
    out["mandatory"] = [_flag(action, "mandatory", found) for action, found in out["mandatory"].items()]
    for column in ("earliest_start", "deadline"):
        out[column] = _days(out[column], column)
    for column in ("axis_id", "owner", "first_step_of", "group", "group_rule", "horizon"):
        out[column] = pd.Series([None if _blank(found) else found for found in out[column]], out.index, dtype=object)
    for action, earliest, deadline in zip(out.index, out["earliest_start"], out["deadline"], strict=True):
        if earliest is not None and deadline is not None and deadline < earliest:
            raise PlanError("schedule.deadline_before_start", action=action, deadline=deadline, earliest=earliest)
    for step, main in out["first_step_of"].dropna().items():
        if main == step:
            raise PlanError("schedule.own_first_step", action=step)
    _known_actions("actions", out["first_step_of"].dropna(), out)
    for action, found in out["horizon"].dropna().items():
        _code("horizon", found, action=str(action))
    _group_rules(out)
    return out


def modes(table: pd.DataFrame, known_actions: pd.DataFrame) -> pd.DataFrame:
    """Modes sorted by action and mode; each action has at least one."""
    if table is None or not len(table):
        raise PlanError("schedule.no_mode", n=len(known_actions), action=known_actions.index[0])
    flat = _flat(table)
    _columns("modes", flat, ["action_id", "duration_weeks"])
    out = pd.DataFrame({"action_id": flat["action_id"].astype(object)})
    out["mode"] = [ONLY_MODE if _blank(found) else str(found) for found in _column(flat, "mode", None)]
    where = out["action_id"].astype(str) + " / " + out["mode"]
    weeks = _figures("modes", _column(flat, "duration_weeks", None), "duration_weeks", where)
    for place, found in zip(where, weeks, strict=True):
        if not 1 <= found <= MOST_WEEKS or found != int(found):
            raise PlanError("schedule.duration", where=place, found=found)
    out["duration_weeks"] = weeks.astype("int64")
    out["value_share"] = _figures("modes", _column(flat, "value_share", 1.0), "value_share", where)
    for place, found in zip(where, out["value_share"], strict=True):
        if found > 1:
            raise PlanError("schedule.share", where=place, found=found)
    _known_actions("modes", out["action_id"], known_actions)
    _unique("modes", out, ["action_id", "mode"])
    without = sorted(set(known_actions.index) - set(out["action_id"]), key=str)
    if without:
        raise PlanError("schedule.no_mode", n=len(without), action=without[0])
    return _sorted(out, ["action_id", "mode"])


def effort(table: pd.DataFrame | None, known_modes: pd.DataFrame) -> pd.DataFrame:
    """Days a week by action, mode and role; a row without a mode is copied to each mode of its action."""
    columns = ["action_id", "mode", "role_id", "days_per_week"]
    if _is_nothing(table):
        return pd.DataFrame(columns=columns)
    flat = _flat(table)
    _columns("effort", flat, ["action_id", "role_id", "days_per_week"])
    out = _each_mode("effort", flat, known_modes)
    where = out["action_id"].astype(str) + " / " + out["role_id"].astype(str)
    out["days_per_week"] = _figures("effort", out["days_per_week"], "days_per_week", where)
    _unique("effort", out, columns[:3])
    return _sorted(out[columns], columns[:3])


def cost(table: pd.DataFrame | None, known_modes: pd.DataFrame) -> pd.DataFrame:
    """Amounts by action, mode, source and weeks from the start; several bills may fall in the same week."""
    columns = ["action_id", "mode", "source_id", "offset_weeks", "amount", "currency"]
    if _is_nothing(table):
        return pd.DataFrame(columns=columns)
    flat = _flat(table)
    _columns("cost", flat, ["action_id", "source_id", "amount"])
    out = _each_mode("cost", flat, known_modes)
    where = out["action_id"].astype(str) + " / " + out["source_id"].astype(str)
    out["amount"] = _figures("cost", out["amount"], "amount", where)
    out["offset_weeks"] = _figures("cost", _column(out, "offset_weeks", 0), "offset_weeks", where, whole=True)
    out["currency"] = _column(out, "currency", None)
    return _sorted(out[columns], columns[:5])


def capacity(table: pd.DataFrame | None) -> pd.DataFrame | None:
    if _is_nothing(table):
        return None
    flat = _flat(table)
    _columns("capacity", flat, ["role_id", "week", "days"])
    out = flat[["role_id", "week", "days"]].copy()
    where = out["role_id"].astype(str) + " / " + out["week"].astype(str)
    out["week"] = _figures("capacity", out["week"], "week", where, whole=True).astype("int64")
    out["days"] = _figures("capacity", out["days"], "days", where)
    _unique("capacity", out, ["role_id", "week"])
    return _sorted(out, ["role_id", "week"])


def budget(table: pd.DataFrame | None) -> pd.DataFrame | None:
    if _is_nothing(table):
        return None
    flat = _flat(table)
    _columns("budget", flat, ["source_id", "fiscal_year", "amount"])
    out = flat[["source_id", "fiscal_year", "amount"]].copy()
    where = out["source_id"].astype(str) + " / " + out["fiscal_year"].astype(str)
    out["fiscal_year"] = _figures("budget", out["fiscal_year"], "fiscal_year", where, whole=True).astype("int64")
    out["amount"] = _figures("budget", out["amount"], "amount", where)
    out["axes"] = pd.Series([table_of_lists(found) for found in _column(flat, "axes", None)], dtype=object)
    out["status"] = pd.Series([None if _blank(x) else x for x in _column(flat, "status", None)], dtype=object)
    for found in out["status"].dropna():
        _code("source_status", found)
    out["currency"] = _column(flat, "currency", None)
    _unique("budget", out, ["source_id", "fiscal_year"])
    return _sorted(out, ["source_id", "fiscal_year"])


def spent(table: pd.DataFrame | None, budgets: pd.DataFrame | None) -> pd.DataFrame:
    """Money already spent by source and fiscal year, of sources that have a budget."""
    columns = ["source_id", "fiscal_year", "amount"]
    if _is_nothing(table) or budgets is None:
        return pd.DataFrame(columns=columns)
    flat = _flat(table)
    _columns("spent", flat, columns)
    out = flat[columns].copy()
    where = out["source_id"].astype(str) + " / " + out["fiscal_year"].astype(str)
    out["fiscal_year"] = _figures("spent", out["fiscal_year"], "fiscal_year", where, whole=True).astype("int64")
    out["amount"] = _figures("spent", out["amount"], "amount", where)
    known_sources = set(budgets["source_id"])
    for source in out["source_id"]:
        if source not in known_sources:
            raise PlanError("schedule.spent_source", source=str(source), known=sorted(map(str, known_sources)))
    return out.groupby(columns[:2], as_index=False)["amount"].sum()


def precedence(table: pd.DataFrame | None, known_actions: pd.DataFrame) -> pd.DataFrame:
    columns = ["before", "after", "lag_weeks"]
    if _is_nothing(table):
        return pd.DataFrame(columns=columns)
    flat = _flat(table)
    _columns("precedence", flat, columns[:2])
    out = flat[columns[:2]].copy()
    where = out["before"].astype(str) + " / " + out["after"].astype(str)
    lags = _figures("precedence", _column(flat, "lag_weeks", 0), "lag_weeks", where, whole=True, least=None)
    out["lag_weeks"] = lags.astype("int64")
    for column in columns[:2]:
        _known_actions("precedence", out[column], known_actions)
    _unique("precedence", out, columns[:2])
    return _sorted(out, columns)


def limits(found: Limits | Mapping | None) -> Limits:
    """Limits as given, or from their names and figures; none when left out."""
    if found is None or isinstance(found, Limits):
        return found or Limits()
    names = [one.name for one in fields(Limits)]
    if not isinstance(found, Mapping) or set(found) - set(names):
        raise PlanError("schedule.limits", found=str(found), known=names)
    return Limits(**found)


def one_currency(*tables: pd.DataFrame | None) -> str:
    found = {str(x) for table in tables if table is not None for x in table["currency"] if not _blank(x)}
    if len(found) > 1:
        raise PlanError("schedule.currencies", found=sorted(found))
    return found.pop() if found else "CAD"


def known(what: str, used: pd.DataFrame, table: pd.DataFrame | None) -> None:
    """Every role that works has a capacity, and every source that pays a budget, where such a table is given."""
    column = f"{what}_id"
    if table is None:
        return
    names = set(table[column])
    for action, name in zip(used["action_id"], used[column], strict=True):
        if name not in names:
            facts = {what: str(name), "action": str(action), "known": sorted(map(str, names))}
            raise PlanError(f"schedule.unknown_{what}" if names else f"schedule.no_{what}_at_all", **facts)


def no_cycle(known_actions: pd.DataFrame, pairs: pd.DataFrame) -> None:
    """The order of actions has no cycle, or it is named from end to end."""
    follows: dict = {}
    for row in pairs.itertuples():
        follows.setdefault(row.before, set()).add(row.after)
    for step, main in known_actions["first_step_of"].dropna().items():
        if main in known_actions.index:
            follows.setdefault(step, set()).add(main)
    done: set = set()
    for root in known_actions.index:
        path, walks = [root], [iter(sorted(follows.get(root, ()), key=str))]
        while walks:
            ahead = next(walks[-1], None)
            if ahead is None:
                walks.pop()
                done.add(path.pop())
            elif ahead in path:
                loop = [*path[path.index(ahead) :], ahead]
                raise PlanError("schedule.cycle", path=" → ".join(map(str, loop)))
            elif ahead not in done:
                path.append(ahead)
                walks.append(iter(sorted(follows.get(ahead, ()), key=str)))


def weeks_of(blackout: tuple, week_0: date) -> set[int]:
    """Calendar weeks from numbers and dates."""
    return {
        int(found) if not isinstance(found, date) else (found - week_0).days // 7 for found in map(_plain, blackout)
    }


def years(table: pd.DataFrame | None, calendar: Calendar) -> None:
    """Each source has money in a fiscal year of the plan, or its budget is of another year."""
    if table is None:
        return
    planned = sorted(set(calendar.fiscal_years(calendar.weeks).tolist()))
    for source, rows in table.groupby("source_id"):
        if not set(rows["fiscal_year"]) & set(planned):
            raise other_year(source, rows["fiscal_year"], planned, calendar.fiscal_start)


def other_year(source, found, planned, fiscal_start: str) -> PlanError:
    """The error of a source whose years `found` are none of those `planned`."""
    names = [[year_name(year, fiscal_start) for year in years] for years in (found, planned)]
    return PlanError(
        "schedule.budget_other_year", source=source, found=", ".join(names[0]), first=names[1][0], last=names[1][-1]
    )


def mandatory_fit(problem) -> None:
    """Each mandatory action, and each that one needs, fits when it is alone."""
    for action in problem.inside.forced.nonzero()[0]:
        obstacle = alone(problem, int(action))
        if obstacle is not None:
            raise PlanError(f"schedule.cannot_fit_{obstacle.pop('limit')}", **obstacle)


def _group_rules(table: pd.DataFrame) -> None:
    grouped = table[table["group"].notna()]
    for name, rows in grouped.groupby("group"):
        rules = {str(rule) for rule in rows["group_rule"]}
        if len(rules) > 1 or rules - set(CODES["group_rule"]):
            raise PlanError("schedule.group_rule", group=name, found=sorted(rules), known=list(CODES["group_rule"]))
        forced = list(rows.index[rows["mandatory"]])
        if rules == {"one_of"} and len(forced) > 1:
            raise PlanError("schedule.group_mandatory", group=name, actions=[str(action) for action in forced])


def tables(**given) -> None:
    """Each is a table, or left out."""
    for name, found in given.items():
        if found is not None and not isinstance(found, pd.DataFrame):
            raise PlanError("schedule.not_a_table", table=name, found=type(found).__name__)


def _flat(table: pd.DataFrame, key: str | None = None) -> pd.DataFrame:
    """The table with its index among its columns, where the index has a name or must be the key."""
    if key is not None and key not in table.columns and table.index.nlevels == 1:
        return table.rename_axis(key).reset_index()
    names = [name for name in table.index.names if name is not None and name not in table.columns]
    return table.reset_index(names) if names else table.reset_index(drop=True)


def _plain(found):
    return as_day(found) if not hasattr(found, "__index__") else int(found)


def _is_nothing(table: pd.DataFrame | None) -> bool:
    """No table, or one without even a column: no such limit."""
    return table is None or (not len(table) and not len(table.columns))


def _flag(action, column: str, found) -> bool:
    if _blank(found):
        return False
    if isinstance(found, str):
        known = FLAGS.get(found.strip().lower())
        if known is None:
            raise PlanError("schedule.not_a_flag", action=str(action), column=column, found=found)
        return known
    return bool(found)


def _code(kind: str, found, **facts) -> None:
    if found not in CODES[kind]:
        raise PlanError(f"schedule.{kind}", found=str(found), known=list(CODES[kind]), **facts)


def _column(table: pd.DataFrame, column: str, blank) -> pd.Series:
    return table[column] if column in table else pd.Series([blank] * len(table), index=table.index, dtype=object)


def _columns(name: str, table: pd.DataFrame, needed: list[str]) -> None:
    for column in needed:
        if column not in table:
            raise PlanError("schedule.missing_column", table=name, column=column, found=[str(c) for c in table])


def _each_mode(name: str, table: pd.DataFrame, known_modes: pd.DataFrame) -> pd.DataFrame:
    out = table.copy()
    out["mode"] = [None if _blank(found) else str(found) for found in _column(out, "mode", None)]
    _known_actions(name, out["action_id"], known_modes.set_index("action_id"))
    pairs = set(zip(known_modes["action_id"], known_modes["mode"], strict=True))
    for action, mode in zip(out["action_id"], out["mode"], strict=True):
        if mode is not None and (action, mode) not in pairs:
            raise PlanError("schedule.unknown_mode", table=name, action=action, mode=mode)
    every = out[out["mode"].isna()].drop(columns="mode").merge(known_modes[["action_id", "mode"]], on="action_id")
    return pd.concat([out[out["mode"].notna()], every], ignore_index=True)


def _known_actions(name: str, found: pd.Series, known_actions: pd.DataFrame) -> None:
    unknown = found[~found.isin(known_actions.index)]
    if len(unknown):
        raise PlanError("schedule.unknown_action", table=name, n=unknown.nunique(), action=str(unknown.iloc[0]))


def _unique(name: str, table: pd.DataFrame, keys: list[str]) -> None:
    twice = table[table.duplicated(keys)]
    if len(twice):
        key = " / ".join(str(part) for part in twice[keys].iloc[0])
        raise PlanError("schedule.twice", table=name, key=key, n=len(twice))


def _figures(name: str, found: pd.Series, column: str, where, *, whole: bool = False, least: float | None = 0):
    """Numbers, none blank, none below `least`, whole where asked."""
    figures = pd.to_numeric(found, errors="coerce").astype("float64")
    for place, raw, figure in zip(where, found, figures, strict=True):
        facts = {"table": name, "where": str(place), "column": column}
        if _blank(raw):
            raise PlanError("schedule.blank", **facts)
        if figure != figure or figure in (float("inf"), float("-inf")):
            raise PlanError("schedule.not_a_number", **facts, found=str(raw))
        if least is not None and figure < least:
            raise PlanError("schedule.negative", **facts, found=figure)
        if whole and figure != int(figure):
            raise PlanError("schedule.not_whole", **facts, found=figure)
    return figures


def _days(found: pd.Series, column: str) -> pd.Series:
    days = [as_day(raw) for raw in found]
    for action, raw, day in zip(found.index, found, days, strict=True):
        if day is None and not _blank(raw):
            raise PlanError("schedule.not_a_date", action=action, column=column, found=str(raw))
    return pd.Series(days, index=found.index, dtype=object)


def _blank(found) -> bool:
    return found is None or (pd.api.types.is_scalar(found) and (bool(pd.isna(found)) or found == ""))


def _sorted(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return table.sort_values(keys, key=lambda column: column.map(_order), ignore_index=True)


def _order(part):
    return part if isinstance(part, int | float) else str(part)
