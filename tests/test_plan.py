"""The plan on small workbooks worked by hand: its rows, its money and load, its cards, and each rule of the check."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from planlib import clients, facts, plan, store
from planlib.schema import PlanError

SAY = {"by": "essai", "why": "cas fait à la main"}
TODAY = date(2026, 7, 1)


def plain(text: str) -> str:
    """No-break spaces are tested with the words; here they would hide the sentence."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


class Small:
    """A client's workbook that takes rows as dicts."""

    def __init__(self, workspace, **settings):
        clients.new("essai", "sdc", "SDC d'essai", workspace=workspace, settings=settings)
        self.book = store.open("essai", workspace)

    def put(self, kind, *rows, effective="2026-01-01"):
        for row in rows:
            self.book.put(kind, pd.DataFrame([row]), effective=effective, **SAY)

    def facts(self, day=TODAY):
        return facts.read(self.book, day)

    def check(self, rule, day=TODAY):
        found = plan.check(self.facts(day), day)
        return found[found["rule"] == rule]


@pytest.fixture
def small(workspace):
    return Small(workspace)


@pytest.fixture
def sound(workspace):
    """Two actions and a first step, of which nothing can be said: owned, dated, paid, measured, begun and told of."""
    made = Small(workspace, owner_limit=2)
    made.put("axis", {"axis_id": "X1", "title": "Animer", "title_en": "Enliven", "number": "1"})
    made.put("objective", {"objective_id": "O1", "title": "Attirer", "title_en": "Attract", "axis_id": "X1"})
    made.put("post", {"post_id": "DG", "title": "Direction", "title_en": "Director"})
    made.put("source", {"source_id": "S1", "title": "Cotisations", "title_en": "Levies", "status": "confirmed"})
    made.put(
        "indicator",
        {
            "indicator_id": "I1", "title": "Visiteurs", "title_en": "Visitors", "objective_id": "O1", "unit": "gens",
            "baseline": 100.0, "target": 200.0, "target_date": "2027-12-31", "collector": "Direction",
            "next_due": "2026-12-31",
        },
    )  # fmt: skip
    for action, number, more in (
        ("A1", "1.1", {"horizon": "short"}),
        ("A2", "1.2", {"horizon": "short", "first_step_of": "A3", "effort_size": "S", "deadline": "2026-09-30"}),
        ("A3", "1.10", {"horizon": "long"}),
    ):
        row = {"action_id": action, "title": f"Action {action}", "number": number, "objective_id": "O1"}
        made.put("action", row | {"status": "to_come"} | more)
        made.put("assignment", {"action_id": action, "post_id": "DG", "part": "accountable"})
        cost = {"amount_low": 1_000.0, "amount_high": 2_000.0, "currency": "CAD"}
        made.put("cost", {"action_id": action, "source_id": "S1", "fiscal_year": 2026} | cost)
    for action, start, finish in (
        ("A1", "2026-06-01", "2026-07-31"),
        ("A2", "2026-08-03", "2026-08-28"),
        ("A3", "2026-08-31", "2026-10-30"),
    ):
        made.put("schedule", {"action_id": action, "chosen": True, "mode": "full", "start": start, "finish": finish})
    return made


def test_nothing_is_said_of_a_sound_plan(sound):
    found = plan.check(sound.facts(), TODAY)
    assert found.empty, found["rule"].tolist()
    assert found.columns.tolist() == ["rule", "action_id", "text", "severity"]


def test_rows_come_in_the_order_of_the_plan_and_not_of_the_entry(sound):
    assert plan.table(sound.facts()).index.tolist() == ["A1", "A2", "A3"]  # 1.10 comes after 1.2


def test_a_row_hangs_on_the_axis_of_its_objective_and_speaks_both_languages(sound):
    row = plan.table(sound.facts()).loc["A2"]
    assert (row["axis_fr"], row["axis_en"]) == ("Animer", "Enliven")
    assert (row["owner_fr"], row["owner_en"], row["post_id"]) == ("Direction", "Director", "DG")
    assert (row["sources_fr"], row["sources_en"]) == ("Cotisations", "Levies")
    assert row["first_step_of"] == "A3"
    assert plan.table(sound.facts()).loc["A3", "first_steps"] == "A2"


def test_a_unit_is_said_in_the_language_of_the_page_and_as_written_where_none_was_given(sound):
    assert plan.indicator_cards(sound.facts()).loc["I1", ["unit_fr", "unit_en"]].tolist() == ["gens", "gens"]
    sound.put("indicator", {"indicator_id": "I1", "unit_en": "people"})
    assert plan.indicator_cards(sound.facts()).loc["I1", ["unit_fr", "unit_en"]].tolist() == ["gens", "people"]


def test_a_cost_is_unknown_as_soon_as_one_part_is(sound):
    more = {"source_id": "S1", "fiscal_year": 2027}
    sound.put("cost", {"action_id": "A1", "amount_low": 500.0, "amount_high": 500.0} | more)
    sound.put("cost", {"action_id": "A2", "amount_found": "n.d."} | more)
    rows = plan.table(sound.facts())
    assert rows.loc["A1", ["cost_low", "cost_high"]].tolist() == [1_500, 2_500]
    assert rows.loc["A1", "cost_high_2027"] == 500
    assert rows.loc["A2", ["cost_low", "cost_high"]].isna().all()
    assert rows.loc["A2", "cost_high_2026"] == 2_000


def test_two_currencies_are_never_added(sound):
    euros = {"amount_low": 10.0, "amount_high": 10.0, "currency": "EUR"}
    sound.put("cost", {"action_id": "A1", "source_id": "S1", "fiscal_year": 2027} | euros)
    assert plan.table(sound.facts()).loc["A1", ["cost_low", "cost_high"]].isna().all()
    sums = plan.budget(sound.facts()).set_index(["fiscal_year", "currency"])["planned_high"]
    assert sums.to_dict() == {(2026, "CAD"): 6_000, (2027, "EUR"): 10}


def test_sizes_are_read_with_the_clients_legend_and_named_so(sound):
    sound.put("action", {"action_id": "A4", "title": "Kiosque", "cost_size": "$$", "effort_size": "L"})
    bills = plan.costs(sound.facts()).set_index("action_id")
    assert bills.loc["A4", ["high", "basis"]].tolist() == [12_500, "size"]
    assert plan.table(sound.facts()).loc["A4", "effort_days"] == 30


def test_work_that_nobody_stated_is_counted_apart_and_not_as_zero(sound):
    sound.put("demand", {"action_id": "A1", "role_id": "R", "effort_days": 8.0})
    sound.put("demand", {"action_id": "A1", "role_id": "Q"})
    rows = plan.table(sound.facts())
    assert rows.loc["A1", ["effort_days", "effort_unknown"]].tolist() == [8, 1]
    assert rows.loc["A3", "effort_unknown"] == 1
    assert pd.isna(rows.loc["A3", "effort_days"])


def test_budget_stands_beside_the_cost_of_the_plan(sound):
    sound.put("budget", {"source_id": "S1", "fiscal_year": 2026, "amount": 5_000.0, "currency": "CAD"})
    row = plan.budget(sound.facts()).iloc[0]
    assert row[["planned_low", "planned_high", "actions", "unknown"]].tolist() == [3_000, 6_000, 3, 0]
    assert row["left"] == -1_000
    assert pd.isna(row["spent"])  # nothing was said to be spent, which is not zero


def test_the_public_edition_has_neither_internal_rows_nor_internal_fields(sound):
    sound.put("action", {"action_id": "A5", "title": "À l'interne", "edition": "internal"})
    sound.put("action", {"action_id": "A6", "title": "À la firme", "edition": "firm"})
    sound.put("update", {"action_id": "A1", "updated_on": "2026-06-15", "status": "under_way", "comment": "Entre nous"})
    public = plan.table(sound.facts(), "public")
    assert public.index.tolist() == ["A1", "A2", "A3"]
    assert public.loc["A1", "status"] == "under_way"
    assert not {"health", "progress", "comment", "rank", "effort_days"} & set(public.columns)
    assert "Entre nous" not in public.to_string()
    assert set(plan.table(sound.facts()).index) == {"A1", "A2", "A3", "A5"}
    assert set(plan.table(sound.facts(), "firm").index) == {"A1", "A2", "A3", "A5", "A6"}


def test_an_unknown_edition_is_refused_with_the_known_ones(sound):
    with pytest.raises(PlanError, match=r"'secret' is not an edition.*firm, internal and public"):
        plan.table(sound.facts(), "secret")


def test_what_the_schedule_leaves_out_is_listed_apart_and_what_has_begun_stays(sound):
    for action, status in (("B1", "to_come"), ("B2", "under_way"), ("B3", "dropped")):
        sound.put("action", {"action_id": action, "title": action, "status": status})
        sound.put("schedule", {"action_id": action, "chosen": False, "why_not": '{"key": "x", "facts": {}}'})
    assert set(plan.table(sound.facts()).index) == {"A1", "A2", "A3", "B2"}
    assert plan.left_out(sound.facts())["status"].to_dict() == {"B1": "to_come", "B3": "dropped"}


def test_reason_and_date_lapse_with_a_new_status_and_progress_does_not(small):
    small.put("action", {"action_id": "A1", "title": "Kiosque"})
    late = {"status": "postponed", "reason": "people", "new_date": "2026-09-01", "progress": 0.4}
    small.put("update", {"action_id": "A1", "updated_on": "2026-02-01"} | late)
    stands = plan.standing(small.facts()).loc["A1"]
    assert (stands["reason"], stands["new_date"]) == ("people", pd.Timestamp("2026-09-01"))
    small.put("update", {"action_id": "A1", "updated_on": "2026-03-01", "comment": "Reprise en vue"})
    assert plan.standing(small.facts()).loc["A1", "reason"] == "people"  # nothing new was said of the status
    small.put("update", {"action_id": "A1", "updated_on": "2026-06-01", "status": "under_way", "health": "watch"})
    stands = plan.standing(small.facts()).loc["A1"]
    assert stands[["status", "progress", "comment"]].tolist() == ["under_way", 0.4, "Reprise en vue"]
    assert stands[["reason", "new_date"]].isna().all()


def test_stale_news_is_never_on_plan(small):
    small.put("action", {"action_id": "A1", "title": "Kiosque"})
    small.put("update", {"action_id": "A1", "updated_on": "2026-06-01", "status": "under_way", "health": "on_plan"})
    assert plan.standing(small.facts(date(2026, 9, 9))).loc["A1", "health"] == "on_plan"  # 100 days
    assert plan.standing(small.facts(date(2026, 9, 10))).loc["A1", "health"] == "no_update"
    before = plan.standing(small.facts(date(2026, 5, 1))).loc["A1"]  # that update was not yet made
    assert before[["status", "health"]].isna().all()


def test_load_counts_each_owner_and_says_what_is_late(sound):
    sound.put("assignment", {"action_id": "A3", "post_id": "DG", "part": "accountable"})
    found = plan.load(sound.facts(), date(2026, 9, 1))
    row = found.owners.loc["DG"]
    assert row[["actions", "overdue", "most_at_once", "limit", "effort_unknown"]].tolist() == [3, 2, 1, 2, 2]
    assert row["effort_days"] == 3  # the size S of the first step; the days of the two others are not known
    assert found.overdue["days"].to_dict() == {"A1": 32, "A2": 4}


def test_without_a_day_lateness_is_unknown(sound):
    found = plan.load(facts.read(sound.book))
    assert pd.isna(found.owners.loc["DG", "overdue"])
    assert found.overdue.empty


def test_work_is_spread_over_the_weeks_and_set_against_capacity(sound):
    """A1 runs nine weeks: four have their Thursday in June (4, 11, 18, 25), five in July. 18 days are two a week."""
    sound.put("demand", {"action_id": "A1", "role_id": "R", "effort_days": 18.0})
    sound.put("capacity", {"role_id": "R", "period": "2026-Q2", "days": 13.0})
    sound.put("capacity", {"role_id": "R", "period": "2026-07", "days": 10.0})
    roles = plan.load(sound.facts(date(2026, 6, 15))).roles
    assert roles["used"].to_dict() == pytest.approx({("R", "2026-Q2"): 8.0, ("R", "2026-Q3"): 10.0})
    assert roles["capacity"].to_dict() == pytest.approx({("R", "2026-Q2"): 13.0, ("R", "2026-Q3"): 10.0})


def test_a_card_says_what_it_lacks(sound):
    sound.put("indicator", {"indicator_id": "I2", "title": "Ventes", "action_id": "A1", "target": 5.0})
    sound.put("measure", {"indicator_id": "I1", "measured_on": "2026-03-01", "actual": 120.0})
    sound.put("measure", {"indicator_id": "I1", "measured_on": "2026-08-01", "actual": 150.0})
    cards = plan.indicator_cards(sound.facts())
    assert cards.loc["I1", "missing"] == ()
    assert cards.loc["I1", "last"] == 120  # August has not come
    assert cards.loc["I2", "missing"] == ("unit", "baseline", "target_date", "collector", "next_due")


@pytest.mark.parametrize(
    ("often", "typed"),
    [
        ("week", "hebdomadaire, every week"),
        ("month", "mois, Mensuelle, monthly"),
        ("quarter", "trimestre, chaque trimestre, Quarterly, quarter"),
        ("half_year", "deux fois par an, semestriel, twice a year, every six months"),
        ("year", "année, annuel, par an, an, once a year, Yearly"),
        ("two_years", "deux ans, tous les 2 ans, every two years"),
        (None, "après chaque fête, 3 fois par an, selon les besoins"),
    ],
)
def test_how_often_is_known_in_either_language(sound, often, typed):
    known = typed.split(", ")
    rows = [{"indicator_id": f"J{i}", "title": f"J{i}", "frequency": text} for i, text in enumerate(known)]
    sound.put("indicator", *rows)
    cards = plan.indicator_cards(sound.facts())
    found = cards.loc[[row["indicator_id"] for row in rows], "often"]
    assert [None if pd.isna(one) else one for one in found] == [often] * len(known)


# Each rule, planted in the sound plan.

PLANTED = {
    "no_owner": ([("action", {"action_id": "B", "title": "Seule"})], "B", "Personne ne répond de « B Seule »"),
    "several_owners": (
        [
            ("post", {"post_id": "P2", "title": "Comité"}),
            ("assignment", {"action_id": "A1", "post_id": "P2", "part": "accountable"}),
        ],
        "A1",
        "2 postes répondent de « 1.1 Action A1 » : Direction et Comité",
    ),
    "no_date": ([("action", {"action_id": "B", "title": "Seule"})], "B", "n'a ni date de fin ni échéance"),
    "no_axis": ([("action", {"action_id": "B", "title": "Seule"})], "B", "aucun axe ni objectif"),
    "no_first_step": (
        [("action", {"action_id": "B", "title": "Loin", "horizon": "medium"})],
        "B",
        "est à moyen terme et n'a pas de première étape",
    ),
    "first_step_no_days": (
        [("action", {"action_id": "A2", "effort_size": None})],
        "A2",
        "« 1.2 Action A2 », première étape de « 1.10 Action A3 », n'a pas de jours de travail",
    ),
    "first_step_no_decision_date": (
        [("action", {"action_id": "A2", "deadline": None})],
        "A2",
        "« 1.2 Action A2 », première étape de « 1.10 Action A3 », n'a pas de date de décision",
    ),
    "no_indicator": ([("action", {"action_id": "B", "title": "Seule"})], "B", "Aucun indicateur ne dit si"),
    "indicator_no_baseline": ([("indicator", {"indicator_id": "I1", "baseline": None})], None, "« Visiteurs » (I1)"),
    "indicator_no_target": ([("indicator", {"indicator_id": "I1", "target": None})], None, "n'a pas de cible"),
    "indicator_no_collector": ([("indicator", {"indicator_id": "I1", "collector": None})], None, "ne recueille"),
    "no_cost": (
        [
            (
                "cost",
                {"action_id": "A1", "source_id": "S1", "fiscal_year": 2026, "amount_low": None, "amount_high": None},
            )
        ],
        "A1",
        "n'est pas connu en entier",
    ),
    "no_source": (
        [
            ("action", {"action_id": "B", "title": "Sans source", "cost_low": 10.0, "cost_high": 10.0}),
            ("schedule", {"action_id": "B", "chosen": True}),
        ],
        "B",
        "Aucune source ne paie",
    ),
    "empty_axis": ([("axis", {"axis_id": "X2", "title": "Verdir", "number": "2"})], None, "L'axe « 2 Verdir »"),
    "empty_objective": (
        [("objective", {"objective_id": "O2", "title": "Planter", "axis_id": "X1"})],
        None,
        "L'objectif « Planter »",
    ),
    "overloaded": (
        [
            ("schedule", {"action_id": "A2", "start": "2026-07-06", "finish": "2026-07-31"}),
            ("schedule", {"action_id": "A3", "start": "2026-07-13", "finish": "2026-07-31"}),
        ],
        None,
        "Direction mène 3 actions à la fois le 13 juillet 2026 ; la limite est de 2",
    ),
    "late": (
        [
            ("update", {"action_id": "A1", "updated_on": "2026-06-20", "status": "under_way"}),
            ("schedule", {"action_id": "A1", "finish": "2026-06-26"}),
        ],
        "A1",
        "devait être finie le 26 juin 2026",
    ),
    "no_update": (
        [
            ("schedule", {"action_id": "A1", "start": "2026-01-05"}),
            ("update", {"action_id": "A1", "updated_on": "2026-02-01", "status": "under_way"}),
        ],
        "A1",
        "depuis 150 jours (le 1er février 2026) ; il en faut tous les 100 jours",
    ),
    "order_broken": (
        [("precedence", {"before": "A1", "after": "A2", "lag_weeks": 1.0})],
        "A2",
        "mais vient après « 1.1 Action A1 », qui finit le 31 juillet 2026 (attente : 1 semaine)",
    ),
    "deadline_broken": (
        [("action", {"action_id": "A2", "deadline": "2026-08-27"})],
        "A2",
        "finit le 28 août 2026 au calendrier, après son échéance du 27 août 2026",
    ),
    "starts_too_early": (
        [("action", {"action_id": "A2", "earliest_start": "2026-08-10"})],
        "A2",
        "avant le 10 août 2026, son début au plus tôt",
    ),
    "postponed_without_date": (
        [("update", {"action_id": "A1", "updated_on": "2026-06-01", "status": "postponed"})],
        "A1",
        "reportée sans nouvelle date",
    ),
    "dropped_without_reason": (
        [("update", {"action_id": "A1", "updated_on": "2026-06-01", "status": "dropped"})],
        "A1",
        "retirée sans motif",
    ),
    "left_behind": (
        [
            ("plan", {"plan_id": "P0", "title": "Plan 2022", "ends": "2025-12-31"}),
            ("action", {"action_id": "Z", "title": "Oubliée", "plan_id": "P0"}),
        ],
        "Z",
        "restée dans « Plan 2022 », fini le 31 décembre 2025",
    ),
}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_fault_is_found_named_and_told_with_what_to_do(sound, rule):
    rows, action, told = PLANTED[rule]
    for kind, row in rows:
        sound.put(kind, row)
    found = sound.check(rule)
    assert len(found) == 1, found
    row = found.iloc[0]
    assert (row["action_id"] if isinstance(row["action_id"], str) else None) == action
    assert told in plain(row["text"].text("fr"))
    assert row["text"].text("en").count(". ") >= 1  # what was found, then what to do
    assert row["severity"] in ("error", "warning")


def test_every_rule_has_its_planted_fault():
    from planlib.plan.check import RULES

    assert set(RULES) == set(PLANTED)


def test_errors_come_before_warnings(sound):
    sound.put("action", {"action_id": "B", "title": "Seule"})
    found = plan.check(sound.facts(), TODAY)
    assert found["severity"].tolist() == sorted(found["severity"])
    assert found["rule"].tolist()[:2] == ["no_owner", "no_date"]


def test_an_action_that_was_only_entered_owes_no_money_yet(sound):
    sound.put("action", {"action_id": "B", "title": "Pas encore retenue"})
    assert sound.check("no_cost").empty
    assert sound.check("no_source").empty


def test_a_next_week_start_keeps_the_order_and_a_done_one_frees_it(sound):
    sound.put("precedence", {"before": "A1", "after": "A2", "lag_weeks": 0.0})
    assert sound.check("order_broken").empty  # Friday July 31, then Monday August 3
    sound.put("schedule", {"action_id": "A2", "start": "2026-07-27"})
    assert len(sound.check("order_broken")) == 1
    sound.put("update", {"action_id": "A1", "updated_on": "2026-06-30", "status": "done"})
    assert sound.check("order_broken").empty


def test_what_comes_after_an_action_left_out_is_told(sound):
    sound.put("precedence", {"before": "A1", "after": "A2"})
    sound.put("schedule", {"action_id": "A1", "chosen": False})
    found = sound.check("order_broken")
    assert "qui n'est pas au plan" in plain(found.iloc[0]["text"].text("fr"))


def test_a_postponed_action_is_late_only_after_its_new_date(sound):
    moved = {"status": "postponed", "reason": "time", "new_date": "2026-09-15"}
    sound.put("update", {"action_id": "A1", "updated_on": "2026-06-15"} | moved)
    assert sound.check("late", date(2026, 9, 15)).query("action_id == 'A1'").empty
    assert len(sound.check("late", date(2026, 9, 16)).query("action_id == 'A1'")) == 1


def test_an_action_due_to_begin_of_which_nothing_is_said_is_asked_after(sound):
    assert sound.check("no_update", date(2026, 9, 9)).empty  # 100 days after June 1
    found = sound.check("no_update", date(2026, 9, 10))
    assert found["action_id"].tolist() == ["A1"]
    assert "devait commencer le 1er juin 2026" in plain(found.iloc[0]["text"].text("fr"))


def test_an_axis_above_is_served_by_the_axes_under_it(sound):
    sound.put("axis", {"axis_id": "X9", "title": "Vision"})
    sound.put("axis", {"axis_id": "X1", "parent_id": "X9"})
    assert sound.check("empty_axis").empty


def test_an_empty_workbook_has_an_empty_plan(small):
    assert plan.table(small.facts()).empty
    assert plan.load(small.facts()).owners.empty
    assert plan.indicator_cards(small.facts()).empty
    assert plan.check(small.facts(), TODAY).empty


def test_the_order_of_entry_never_shows(sound):
    before = plan.table(sound.facts())
    rows = sound.book.table("cost").iloc[::-1]
    sound.book.set_aside("cost", list(rows.index), **SAY)
    sound.book.put("cost", rows, **SAY)
    pd.testing.assert_frame_equal(before, plan.table(sound.facts()))
