"""Where each indicator stood at the year's end against its target, or against the line that leads to it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from planlib import facts
from planlib.facts import Facts
from planlib.review.rows import top_axes
from planlib.review.state import State, visible

STATES = ("reached", "on_course", "behind", "too_early", "no_target", "not_measured")


def measured(now: Facts, state: State, edition: str) -> pd.DataFrame:
    """One row per indicator, indexed by indicator_id.

    Its card, the last `actual` of the year (`measured_on`, `comment`, `origin`), the one before the year
    (`actual_before`), what was said of a measure left blank (`missing_why`), and the value `expected` at the
    year's end on the straight line from baseline to target; `progress` and `progress_expected` are the two as
    shares of the way from baseline (0) to target (1). `state`:
    'reached' (at target), 'on_course' (the target is later and the value is on its line or better), 'behind'
    (neither), 'too_early' (the target is later and no line can be drawn), 'no_target' (no target, or no telling
    which way is better), 'not_measured' (nothing measured in the year).
    """
    cards = visible(now.indicators, "indicator", edition)
    table = cards.copy()
    for lang in ("fr", "en"):
        table[f"title_{lang}"] = facts.titles(cards, lang)
        table[f"unit_{lang}"] = facts.said_in(lang, cards, "unit")
    measures = visible(now.measures, "measure", edition).reset_index()
    measures = measures[measures["measured_on"] <= state.end.isoformat()]
    measures = measures.sort_values(["measured_on", "indicator_id"])
    blank = measures[measures["actual"].isna() & (measures["measured_on"] >= state.start.isoformat())]
    table["missing_why"] = blank.groupby("indicator_id")["comment"].last().astype("str").reindex(table.index)
    measures = measures[measures["actual"].notna()]
    in_year = measures["measured_on"] >= state.start.isoformat()
    last = measures[in_year].groupby("indicator_id").last().reindex(table.index)
    before = measures[~in_year].groupby("indicator_id").last().reindex(table.index)
    table["actual"], table["actual_before"] = last["actual"], before["actual"]
    table["measured_on"] = pd.to_datetime(last["measured_on"])
    table["comment"], table["origin"] = last["comment"], last["origin"]
    table["sense"] = table["sense"].fillna(_way(table))
    table["expected"] = _line(table, state.end)
    table["axis_id"] = _axis(table, now)
    way = table["target"] - table["baseline"]
    for name, of in (("progress", "actual"), ("progress_expected", "expected")):
        table[name] = ((table[of] - table["baseline"]) / way).where(way != 0)
    table["state"] = _state(table, state.end)
    return table


def _way(table: pd.DataFrame) -> pd.Series:
    """Which way is better, where the card does not say: from the baseline towards the target."""
    rising = table["target"] > table["baseline"]
    falling = table["target"] < table["baseline"]
    return pd.Series(None, index=table.index, dtype="str").mask(rising, "max").mask(falling, "min")


def _line(table: pd.DataFrame, end: date) -> pd.Series:
    """Value expected on day `end`: on the line from the dated baseline to the dated target, then the target."""
    day = pd.Timestamp(end)
    share = (day - table["baseline_date"]) / (table["target_date"] - table["baseline_date"])
    line = table["baseline"] + share.where(share >= 0) * (table["target"] - table["baseline"])
    return line.where(table["target_date"] > day, table["target"])


def _axis(table: pd.DataFrame, now: Facts) -> pd.Series:
    """The top axis an indicator hangs on, by its action or else its objective."""
    own = now.actions["axis_id"].reindex(table["action_id"]).set_axis(table.index)
    by_objective = now.objectives["axis_id"].reindex(table["objective_id"]).set_axis(table.index)
    top = top_axes(now.axes)
    return pd.Series([top.get(axis, axis) for axis in own.fillna(by_objective)], index=table.index, dtype="str")


def _state(table: pd.DataFrame, end: date) -> pd.Series:
    """The state of each indicator, as `measured` says."""
    up = table["sense"] == "max"

    def good(mark: pd.Series) -> pd.Series:
        return ((table["actual"] >= mark) & up) | ((table["actual"] <= mark) & (table["sense"] == "min"))

    later = table["target_date"] > pd.Timestamp(end)
    state = pd.Series("behind", index=table.index, dtype="str")
    state = state.mask(later & table["expected"].isna(), "too_early")
    state = state.mask(later & good(table["expected"]), "on_course")
    state = state.mask(good(table["target"]), "reached")
    state = state.mask(table["target"].isna() | table["sense"].isna(), "no_target")
    return state.mask(table["actual"].isna(), "not_measured")
