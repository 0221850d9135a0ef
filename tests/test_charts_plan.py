"""The plan's charts: what they hold, in both languages, and that they draw."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest
from test_action_plan import known, workspace  # noqa: F401 the fixtures of a small plan

from planlib import facts, scenario, store
from planlib.charts import plan as charts
from planlib.plan.adopted import adopted
from planlib.schedule.use import of_stored
from planlib.widgets.plan_panel import ROW as PANEL_ROW


@pytest.fixture
def found(known):  # noqa: F811
    use = of_stored(known)
    return adopted(known, 2026, edition="internal", use=use.use, assumed=use.assumed)


@pytest.fixture(scope="module")
def cut(workspace):  # noqa: F811
    """A budget cut to 6,000 $: not everything fits."""
    with store.open("essai", workspace) as book:
        return scenario.compare(book, ["budget.f/2026.amount=6000"])


def rows(spec: dict, column: str) -> list[dict]:
    """The rows of the data sets that hold a column."""
    return [row for data in spec["datasets"].values() for row in data if column in row]


def layers(spec: dict) -> list[dict]:
    inner = spec.get("spec", spec)
    flat = []
    for layer in inner["layer"]:
        flat += layer.get("layer", [layer])
    return flat


def kinds(spec: dict) -> list[str]:
    return [layer["mark"]["type"] for layer in layers(spec)]


def title(spec: dict) -> str:
    return " ".join(spec["title"]["text"])


def drawn(spec: dict) -> str:
    import vl_convert

    return vl_convert.vegalite_to_svg(json.dumps(spec), allowed_base_urls=[])


def test_the_calendar_has_a_bar_an_action_its_owner_and_a_diamond_on_first_steps(found, lang):
    spec = charts.gantt(found, lang).to_dict()
    assert title(spec) == found.findings["calendar"].text(lang)
    bars = rows(spec, "to")
    assert len(bars) == 3 and {row["owner"] for row in bars} == (
        {"Direction", "à nommer"} if lang == "fr" else {"Executive director", "to be named"}
    )
    diamonds = next(layer for layer in layers(spec) if layer["mark"].get("shape") == "diamond")
    assert [row["label"] for row in spec["datasets"][diamonds["data"]["name"]]] == [
        "1.1.1 Étude" if lang == "fr" else "1.1.1 Study"
    ]
    assert spec["description"].count(". ") == 1 and "rule" not in kinds(spec)


def test_a_tight_calendar_keeps_long_titles_whole_with_its_legend_on_top(known, lang):  # noqa: F811
    title_ = "Organiser une journée portes ouvertes des locaux à louer avec les courtiers et les voisins du quartier"
    actions = known.actions.copy()
    actions.loc["B", ["title_fr", "title_en"]] = title_
    document = adopted(known.replacing(actions=actions), 2026)
    spec = charts.gantt(document, lang, row=PANEL_ROW, width=490, legend="top").to_dict()
    label = next(row["label"] for row in rows(spec, "to") if row["label"].startswith("1.1.2"))
    assert label.split() == ["1.1.2", *title_.split()] and label.count("\n") == 1
    bars = next(layer for layer in layers(spec) if "color" in layer["encoding"])
    assert bars["encoding"]["color"]["legend"]["orient"] == "top"
    assert 2 * bars["encoding"]["y"]["axis"]["labelLineHeight"] <= PANEL_ROW  # two lines keep off the next row's
    assert bars["encoding"]["y"]["axis"]["labelFontSize"] <= bars["encoding"]["y"]["axis"]["labelLineHeight"]


def test_todays_line_is_drawn_only_in_the_year(found):
    assert "rule" in kinds(charts.gantt(found, "fr", date(2026, 3, 1)).to_dict())
    assert "rule" not in kinds(charts.gantt(found, "fr", date(2027, 3, 1)).to_dict())


def test_a_date_that_moved_leaves_a_ghost_where_it_was(known):  # noqa: F811
    was = known.actions.copy()
    was.loc["B", ["published_start", "published_finish"]] = [pd.Timestamp(2026, 1, 5), pd.Timestamp(2026, 2, 27)]
    spec = charts.gantt(adopted(known.replacing(actions=was), 2026), "en").to_dict()
    assert "; dashed: dates first published (1)" in " ".join(spec["title"]["subtitle"])
    ghosts = rows(spec, "was")
    assert [(row["label"], row["was"][:10], row["until"][:10]) for row in ghosts] == [
        ("1.1.2 Market", "2026-01-05", "2026-02-27")
    ]


def test_bars_stay_within_the_fiscal_year(known):  # noqa: F811
    late = known.schedule.copy()
    late.loc["B", ["start", "finish"]] = [pd.Timestamp(2026, 11, 30), pd.Timestamp(2027, 2, 26)]
    late.loc["C", ["start", "finish"]] = [pd.Timestamp(2027, 1, 11), pd.Timestamp(2027, 3, 5)]
    spec = charts.gantt(adopted(known.replacing(schedule=late), 2026), "en").to_dict()
    ends = {row["label"]: row["to"][:10] for row in rows(spec, "to")}
    assert ends["1.1.2 Market"] == "2026-12-31" and len(ends) == 2
    assert "1 starts later" in " ".join(spec["title"]["subtitle"])


def test_load_beyond_capacity_is_marked_and_said(found, lang):
    days = found.days.copy()
    days.loc[days.index[0], ["used", "capacity"]] = [9.0, 4.0]
    table = charts.load(type(found)(**{name: getattr(found, name) for name in found.__slots__} | {"days": days}), lang)
    spec = table.to_dict()
    first = rows(spec, "within")[0]
    assert (first["within"], first["over"], first["told"]) == (4.0, 5.0, "+5")
    assert drawn(spec).startswith("<svg")


def test_money_stands_beside_what_is_available_by_source_and_year(found, lang):
    spec = charts.budgets(found, lang).to_dict()
    told = {row["year_told"]: row["told"].replace("\u00a0", " ") for row in rows(spec, "year_told")}
    assert told == (
        {"2026": "11 500 $ sur 12 500 $", "2027": "0 $ sur 4 000 $"}
        if lang == "fr"
        else {"2026": "$11,500 of $12,500", "2027": "$0 of $4,000"}
    )
    assert drawn(spec).startswith("<svg")


def test_a_year_of_a_source_without_budget_or_spending_says_so(found, lang):
    one = found.budgets.iloc[[0]].assign(source_id="S9", title_fr="Fonds B", title_en="Fund B", used=5.0, available=9.0)
    budgets = pd.concat([found.budgets, one], ignore_index=True)
    years, gone = sorted(set(budgets["year"])), one["year"].iloc[0]
    table = type(found)(**{name: getattr(found, name) for name in found.__slots__} | {"budgets": budgets})
    drawn_rows = rows(charts.budgets(table, lang).to_dict(), "year_told")
    told = {row["year_told"]: row["told"] for row in drawn_rows if row["source"].endswith(" B")}
    absent = "ni budget ni dépense connus" if lang == "fr" else "no budget or spending known"
    assert len(years) > 1 and {year: told[str(year)] == absent for year in years} == {y: y != gone for y in years}
    assert len(drawn_rows) == len(years) * 2


def test_a_scenario_says_first_in_words_what_changed(cut, lang):
    spec = charts.scenario(cut, lang).to_dict()
    assert title(spec) == cut.sentences(lang)[0].rstrip(".")
    out = cut.actions.loc[cut.actions["change"] == "out", "action_id"].tolist()
    assert out and {row["label"].split()[0] for row in rows(spec, "finish_before")} >= set(out)
    assert drawn(spec).startswith("<svg")


def test_what_goes_out_stands_with_its_sign_its_word_and_its_reason(cut, lang):
    spec = charts.in_out(cut, lang).to_dict()
    lines = rows(spec, "told")
    assert len(lines) == int(cut.actions["change"].isin(["in", "out"]).sum())
    assert all(row["told"] and row["what"] in {"sort", "entre", "out", "in"} for row in lines)
    assert drawn(spec).startswith("<svg")


def test_a_plan_is_charted_whatever_it_lacks(known):  # noqa: F811
    bare = facts.Facts(known.book, known.as_of, known.known_at, known.today).replacing(
        budgets=known.budgets.iloc[:0], axes=known.axes.iloc[:0], schedule=known.schedule.iloc[:0]
    )
    found = adopted(bare, 2026)
    assert drawn(charts.gantt(found, "fr").to_dict()).startswith("<svg")
