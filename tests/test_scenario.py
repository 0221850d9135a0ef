"""What if: changes read and refused, the plan made again under them, and each difference with its reason."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from planlib import cli, clients, decide, facts, scenario, store
from planlib.schedule import stored
from planlib.schedule.use import of_stored, of_year
from planlib.schema import PlanError

START = date(2026, 1, 5)  # a Monday
MARKS = {"A": (8.0, 2.0), "B": (6.0, 4.0), "C": (4.0, 10.0)}  # effect, ease: out of 10


@pytest.fixture
def book(tmp_path):
    """Three actions of 4,000 $ each over four weeks, one fund of 12,000 $; effect has 100 points, ease none."""
    settings = {"plan_years": 1, "default_weeks": 4.0}
    clients.new("essai", "generic", "Essai", workspace=tmp_path, settings=settings)
    with store.open("essai", tmp_path) as book:
        book.set_aside("criterion", list(book.table("criterion").index), by="ana", why="essai", effective="1900-01-01")
        scale = {"is_gate": False, "sense": "max", "scale_low": 0, "scale_high": 10}
        put(
            book,
            "criterion",
            {"criterion_id": "effect", "title": "Effet", "title_en": "Effect", "points": 100, **scale},
            {"criterion_id": "ease", "title": "Facilité", "title_en": "Ease", "points": 0, **scale},
        )
        put(
            book,
            "action",
            *({"action_id": a, "title": f"Action {a}", "duration_weeks": 4, "horizon": "short"} for a in MARKS),
        )
        put(
            book,
            "judgement",
            *(
                {"judge_id": "T1", "action_id": a, "criterion_id": c, "performance": mark}
                for a, pair in MARKS.items()
                for c, mark in zip(("effect", "ease"), pair, strict=True)
            ),
        )
        put(book, "source", {"source_id": "fonds", "title": "Fonds local", "title_en": "Local fund"})
        put(book, "budget", {"source_id": "fonds", "fiscal_year": 2026, "amount": 12_000.0})
        put(
            book,
            "cost",
            *({"action_id": a, "source_id": "fonds", "fiscal_year": 2026, "amount_high": 4_000.0} for a in MARKS),
        )
        yield book


def put(book, kind, *rows, effective="2026-01-01"):
    book.put(kind, pd.DataFrame(rows), by="ana", why="essai", effective=effective)


def store_plan(book, day=START):
    plan = decide.plan(facts.read(book, today=day), day)
    book.put("schedule", stored.rows(plan.actions, plan.inputs.assumed), by="ana", why="essai", effective=day)
    return plan


def compare(book, *changes, today=START):
    return scenario.compare(book, list(changes), today=today)


def told(found, lang="en"):
    return dict(found.told(lang).query("change != 'rank'").set_index("action_id")["text"])


# Changes that decide what is in


def test_a_cut_budget_drops_the_action_with_the_least_value_per_dollar(book):
    found = compare(book, "budget=-20%")
    assert found.before.chosen == ["A", "B", "C"]
    assert found.after.chosen == ["A", "B"]  # 9,600 $ pays for two of three actions of 4,000 $
    assert told(found) == {"C": "Out: C Action C. It would take $2,400 of Local fund in 2026."}
    assert found.sentences("en") == [
        "Against the present plan, 1 action goes out.",
        "The plan's total value goes from 1.8 to 1.4.",
        "Money unused: $0 before, $1,600 after.",
        "With $2,400 more of Local fund in 2026, C Action C would come into the plan.",
    ]
    assert found.sentences("fr")[0] == "Par rapport au plan actuel, 1 action sort."


def test_an_action_forced_out_lets_the_next_one_in(book):
    put(book, "budget", {"source_id": "fonds", "fiscal_year": 2026, "amount": 8_000.0})
    found = compare(book, "action.A=out")
    assert (found.before.chosen, found.after.chosen) == (["A", "B"], ["B", "C"])
    assert told(found) == {
        "A": "Out: A Action A. It is left out by this scenario.",
        "C": "In, from January 5, 2026: C Action C. "
        "This is possible now; before, it would have taken $4,000 of Local fund in 2026.",
    }


def test_an_action_forced_in_takes_the_place_of_the_least_valuable_other(book):
    put(book, "budget", {"source_id": "fonds", "fiscal_year": 2026, "amount": 8_000.0})
    found = compare(book, "action.C=in")
    assert found.after.chosen == ["A", "C"]
    assert told(found, "fr")["C"].endswith("Ce scénario demande qu'elle soit retenue.")


def test_a_changed_weight_reorders_the_ranking_and_the_plan(book):
    put(book, "budget", {"source_id": "fonds", "fiscal_year": 2026, "amount": 4_000.0})
    found = compare(book, "criterion.ease.points=100")
    # Half and half: A (8 + 2) / 20, B (6 + 4) / 20, C (4 + 10) / 20.
    assert found.after.actions["score"].to_dict() == pytest.approx({"A": 0.5, "B": 0.5, "C": 0.7})
    assert found.before.actions["rank"].to_dict() == {"A": 1, "B": 2, "C": 3}
    assert found.after.actions["rank"].to_dict() == {"A": 2, "B": 2, "C": 1}
    assert (found.before.chosen, found.after.chosen) == (["A"], ["C"])
    ranks = found.told("en").query("change == 'rank'").set_index("action_id")["text"]
    assert ranks["C"] == "From rank 3 to rank 1: C Action C. Its score goes from 40 to 70 out of 100."


def test_points_count_against_the_groups_weights_when_judges_gave_their_own(book):
    for judge in ("Ana", "Luc"):
        put(book, "weight", *({"judge_id": judge, "criterion_id": c, "points": 50} for c in ("effect", "ease")))
    found = compare(book, "criterion.ease.points=150")
    # The group's weights are 50 and 50 of 100; 50 and 150 make a quarter and three quarters.
    assert found.after.actions.loc["C", "score"] == pytest.approx(0.25 * 0.4 + 0.75 * 1.0)
    assert found.said[0].text("en", found.names["en"]) == "Weight of 'Ease': from 50 to 150 points."


def test_a_later_start_moves_the_action_and_those_that_wait_for_it(book):
    put(book, "precedence", {"before": "A", "after": "B", "lag_weeks": 0})
    found = compare(book, "action.A.earliest_start=2026-03-02")
    assert told(found) == {
        "A": "From January 5, 2026 to March 2, 2026: A Action A. "
        "The dates it is allowed, or its sources, have changed.",
        "B": "From February 2, 2026 to March 30, 2026: B Action B. "
        "It comes after A Action A, which finishes on March 27, 2026.",
    }


def test_days_taken_away_move_an_action_to_where_there_are_some(book):
    put(book, "role", {"role_id": "coord", "title": "Coordination"})
    put(book, "demand", *({"action_id": a, "role_id": "coord", "effort_days": 8.0} for a in MARKS))
    months = [{"role_id": "coord", "period": f"2026-{month:02}", "days": 30.0} for month in range(1, 13)]
    put(book, "capacity", *months)
    found = compare(book, "capacity.coord/2026-01.days=0", "capacity.coord/2026-02.days=0")
    # January and February hold the Thursdays up to February 26: work begins on March 2 at the earliest.
    assert set(found.after.actions["start"]) == {pd.Timestamp(2026, 3, 2)}
    assert "On that other date, it would take" in told(found)["A"] and "Coordination in Q1 2026" in told(found)["A"]
    assert found.unused.set_index("role_id").loc["coord", "before"] == pytest.approx(
        found.unused.set_index("role_id").loc["coord", "after"] + 60 - 30 / 5, abs=0.01
    )  # 60 days less, of which the first of January's five Thursdays came before the plan


def test_a_source_that_is_lost_pays_for_nothing(book):
    found = compare(book, "source.fonds=out")
    assert found.after.chosen == []
    assert found.said[0].text("fr", found.names["fr"]) == "Fonds local est perdue."


def test_a_total_for_all_budgets_is_shared_out_in_proportion(book):
    put(book, "budget", {"source_id": "dons", "fiscal_year": 2026, "amount": 4_000.0})
    found = compare(book, "budget=8000")
    money = found.after.use.set_index("source_id")["capacity"]
    assert money.to_dict() == {"dons": 2_000.0, "fonds": 6_000.0}


def test_what_cannot_be_says_which_limits_conflict(book):
    found = compare(book, "action.A=in", "action.B=in", "budget=4000")
    assert found.after.status == "infeasible" and found.after.chosen == []
    assert "the budget of Local fund in 2026" in found.sentences("en")[0]
    assert found.document("fr")["after"]["blocked"].startswith("Aucun plan ne tient toutes les limites.")


def test_the_same_scenario_gives_the_same_answer_and_stores_nothing(book):
    before = len(book.history())
    one, other = (compare(book, "budget=-20%", "criterion.ease.points=30").document("en") for _ in range(2))
    assert one == other
    assert len(book.history()) == before
    assert {"before", "after", "changed"} <= set(one)


def test_unequal_money_is_part_of_what_changed(book):
    changed = compare(book, "budget=+50%").document("fr")["changed"]
    assert [row["change"] for row in changed] == ["money"]
    assert changed[0]["text"] == "Fonds local, 2026 : il reste 0 $ avant, 6 000 $ après.".replace(
        " :", "\u00a0:"
    ).replace(" $", "\u00a0$").replace("6 0", "6\u00a00")


# Every path that a scenario may take


def test_an_amount_with_its_sign_is_taken_from_what_there_is(book):
    found = compare(book, "budget.fonds/2026.amount=-4 000 $")
    assert found.after.chosen == ["A", "B"]  # 8,000 $ is left
    assert found.said[0].text("fr", found.names["fr"]).replace("\u00a0", " ") == (
        "Budget de Fonds local : de 12 000 $ à 8 000 $."
    )
    assert compare(book, "budget.fonds/2026.amount=+4000").after.use["capacity"].tolist() == [16_000.0]


def test_a_source_is_named_by_its_title_and_its_amount_by_itself(book):
    # The words of a council: minus 4,000 $, local fund.
    assert compare(book, "budget.FONDS LOCAL=\u22124000").after.chosen == ["A", "B"]


def test_a_cut_of_a_source_over_several_years_falls_on_the_plans_years_in_proportion(book):
    put(book, "client", {"client_id": "client", "plan_years": 2})
    put(book, "budget", *({"source_id": "fonds", "fiscal_year": y, "amount": a} for y, a in ((2025, 5e3), (2027, 6e3))))
    money = compare(book, "budget.fonds=-6000").after.use.set_index("period")["capacity"]
    assert money.to_dict() == {"2026": 8_000.0, "2027": 4_000.0}  # a third of 18,000 $ in all; 2025 is behind


def test_all_budgets_less_an_amount_lose_it_in_proportion(book):
    put(book, "budget", {"source_id": "dons", "fiscal_year": 2026, "amount": 4_000.0})
    money = compare(book, "budget=-8000").after.use.set_index("source_id")["capacity"]
    assert money.to_dict() == {"dons": 2_000.0, "fonds": 6_000.0}


def team(book, days: float = 52.0):
    """A role of two posts with one day a week in all, by quarter; each action takes 8 days."""
    put(book, "role", {"role_id": "coord", "title": "Coordination"})
    put(book, "post", *({"post_id": p, "title": f"Poste {p}", "role_id": "coord"} for p in ("P1", "P2")))
    put(book, "capacity", *({"role_id": "coord", "period": f"2026-Q{q}", "days": days / 4} for q in (1, 2, 3, 4)))


def test_a_post_vacant_from_may_takes_its_share_of_the_days_from_may_on(book):
    team(book)
    put(book, "demand", {"action_id": "A", "role_id": "coord", "effort_days": 8.0})
    put(book, "assignment", {"action_id": "A", "post_id": "P1", "part": "accountable"})
    found = compare(book, "post.P1.vacant=2026-05-01")
    days = found.after.use[found.after.use["role_id"] == "coord"].set_index("period")["capacity"]
    # 13 days over the quarter's 13 Thursdays, five of them in April; then half, over four in May and four in June.
    assert days["2026-04"] == pytest.approx(5.0)
    assert days[["2026-05", "2026-06"]].tolist() == pytest.approx([2.0, 2.0])
    # The last quarter has 14 Thursdays, five in October.
    assert days["2026-10"] == pytest.approx(5 * 13 / 14 / 2, abs=1e-3)
    # Half of 8 days to June, of 13 in the third quarter and of 13 in the fourth.
    assert found.said[0].text("en", found.names["en"]) == (
        "Post 'Poste P1' is vacant from May 1, 2026: 17 days less for Coordination. It answers for 1 open action."
    )


def test_both_posts_of_a_role_vacant_leave_no_day(book):
    team(book)
    put(book, "demand", *({"action_id": a, "role_id": "coord", "effort_days": 2.0} for a in MARKS))
    assert compare(book, "post.P1=out").after.chosen != []
    assert compare(book, "post.P1=out", "post.Poste P2=out").after.chosen == []


def test_a_post_without_a_role_cannot_say_which_days_go(book):
    put(book, "post", {"post_id": "P9", "title": "Présidence"})
    with pytest.raises(PlanError, match=r"Post 'Présidence' has no role"):
        compare(book, "post.P9=out")


def test_a_delayed_action_starts_so_many_weeks_after_its_planned_day(book):
    put(book, "action", {"action_id": "A", "deadline": "2026-02-06"})
    store_plan(book)
    found = compare(book, "action.A.delay_weeks=8")
    assert found.after.actions.loc["A", "start"] == pd.Timestamp(2026, 3, 2)
    assert found.said[0].text("en", found.names["en"]) == (
        "A Action A is delayed by 8 weeks: not before March 2, 2026; its deadline becomes April 3, 2026."
    )


def test_an_axis_that_is_dropped_takes_its_actions_out(book):
    put(book, "axis", {"axis_id": "X1", "title": "Rayonner"})
    put(book, "action", *({"action_id": a, "axis_id": "X1"} for a in "AB"))
    found = compare(book, "axis.rayonner=out")
    assert found.after.chosen == ["C"]
    assert found.said[0].text("fr", found.names["fr"]).replace("\u00a0", " ") == (
        "Les 2 actions de « Rayonner » sont exclues."
    )


def test_a_changed_context_is_told_and_kept_and_changes_no_figure(book):
    found = compare(book, "context=Les rassemblements sont interdits", "budget=-20%")
    assert found.said[0].text("en", found.names["en"]) == "Context: Les rassemblements sont interdits"
    assert found.after.chosen == ["A", "B"]
    assert compare(book, "context=Rien d'autre").actions.empty


def test_a_source_lost_in_the_year_keeps_what_it_gave_before(book):
    put(book, "client", {"client_id": "client", "plan_years": 2})
    put(book, "budget", {"source_id": "fonds", "fiscal_year": 2027, "amount": 6_000.0})
    store_plan(book)
    found = compare(book, "source.Fonds local=out", today=date(2027, 1, 11))
    assert found.after.use.set_index("period")["capacity"].to_dict() == {"2026": 12_000.0, "2027": 0.0}


@pytest.mark.parametrize(
    "change",
    [
        "budget=-20%", "budget=9000", "budget=-3000", "budget.fonds=-10%", "budget.fonds/2026.amount=9000",
        "source.fonds=out", "source.fonds.status=requested", "source.fonds=in",
        "action.A=in", "action.A=out", "action.A.deadline=2026-06-30", "action.A.duration_weeks=+4",
        "action.A.mandatory=oui", "action.A.priority=essential", "cost.A/fonds/2026.amount_high=+1000",
        "criterion.ease.points=30", "criterion.Facilité.points=30", "judgement.T1/A/effect.performance=3",
        "client.parallel_limit=1", "client.plan_years=2", "context=Pandémie",
    ],
)  # fmt: skip
def test_each_way_to_write_a_change_makes_a_plan_again(book, change):
    found = compare(book, change)
    assert found.after.status in ("optimal", "feasible") and len(found.said) == 1
    assert all(found.said[0].text(lang, found.names[lang]) for lang in ("fr", "en"))


# The next action in


def test_the_next_action_in_is_the_one_that_lacks_the_least_money(book):
    put(book, "cost", {"action_id": "B", "source_id": "fonds", "fiscal_year": 2026, "amount_high": 7_000.0})
    found = compare(book, "budget=5000")
    # A is in with 4,000 of 5,000 $: B lacks 6,000 $, C 3,000 $.
    assert found.after.chosen == ["A"]
    assert found.sentences("fr")[-1].replace("\u00a0", " ") == (
        "Avec 3 000 $ de plus de Fonds local en 2026, C Action C entrerait dans le plan."
    )


# Side by side


def test_scenarios_stand_side_by_side_against_one_plan(book):
    found = scenario.side_by_side(book, {"Coupe": ["budget=-20%"], "Sans A": ["action.A=out"]}, today=START)
    assert found.today.chosen == ["A", "B", "C"]
    assert {name: one.after.chosen for name, one in found.scenarios.items()} == {
        "Coupe": ["A", "B"],
        "Sans A": ["B", "C"],
    }
    chosen = found.actions.pivot(index="action_id", columns="scenario", values="chosen")
    assert chosen.loc["A"].to_dict() == {"": True, "Coupe": True, "Sans A": False}
    assert chosen.loc["C"].to_dict() == {"": True, "Coupe": False, "Sans A": True}
    told = found.sentences("en")
    assert told[""] == ["Present plan: 3 actions of 3.", "Its total value is 1.8."]
    assert told["Coupe"][:2] == ["All budgets: from $12,000 to $9,600.", "Against the present plan, 1 action goes out."]


def test_side_by_side_says_what_each_scenario_says_alone(book):
    both = scenario.side_by_side(book, {"x": ["budget=-20%"], "y": ["criterion.ease.points=30"]}, today=START)
    for name, change in (("x", "budget=-20%"), ("y", "criterion.ease.points=30")):
        assert both.scenarios[name].document("fr") == compare(book, change).document("fr")


# From which day


def test_before_the_plan_begins_it_is_made_anew_from_its_own_start(book):
    store_plan(book)
    put(book, "update", {"action_id": "A", "updated_on": "2026-02-20", "status": "done"}, effective="2026-02-20")
    found = scenario.compare(book, ["budget=-20%"])
    assert (found.start, found.under_way) == (START, False)
    assert found.before.chosen == ["A", "B", "C"] and found.after.chosen == ["A", "B"]


def test_once_under_way_what_is_begun_stays_and_the_rest_bears_the_cut(book):
    put(book, "action", {"action_id": "C", "duration_weeks": 12})
    store_plan(book)
    put(book, "update", {"action_id": "C", "updated_on": "2026-01-20", "status": "under_way"}, effective="2026-01-20")
    for action in ("A", "B"):
        row = {"action_id": action, "updated_on": "2026-01-20", "status": "to_come"}
        put(book, "update", row, effective="2026-01-20")
    found = compare(book, "budget=-50%", today=date(2026, 2, 2))
    assert found.under_way
    assert found.after.chosen == ["C"]  # 6,000 $ pays for C, which has begun, and for no other
    assert found.before.chosen == ["A", "B", "C"]
    assert found.after.actions.loc["C", "start"] == pd.Timestamp(START)


def test_the_money_of_what_is_done_is_not_offered_again(book):
    store_plan(book)
    put(book, "update", {"action_id": "A", "updated_on": "2026-01-30", "status": "done"}, effective="2026-01-30")
    for action in ("B", "C"):
        row = {"action_id": action, "updated_on": "2026-01-20", "status": "to_come"}
        put(book, "update", row, effective="2026-01-20")
    found = compare(book, "budget.fonds/2026.amount=8000", today=date(2026, 2, 2))
    assert found.before.chosen == ["A", "B", "C"]
    assert found.after.chosen == ["A", "B"]  # of 8,000 $, A took 4,000 $
    assert found.after.use.set_index("source_id").loc["fonds", "unused"] == 0.0


def test_a_cut_made_in_the_year_leaves_the_years_gone_by_as_they_were(book):
    put(book, "budget", {"source_id": "fonds", "fiscal_year": 2025, "amount": 5_000.0})
    put(book, "role", {"role_id": "coord", "title": "Coordination"})
    put(book, "capacity", *({"role_id": "coord", "period": f"2026-Q{q}", "days": 13.0} for q in (1, 2)))
    store_plan(book)
    found = compare(book, "budget=-10%", "capacity=-10%", today=date(2026, 5, 4))
    assert [change.keys for change in found.changes] == [(("fonds", 2026),), (("coord", "2026-Q2"),)]
    assert found.said[0].text("en", found.names["en"]) == "All budgets: from $12,000 to $10,800."


def test_money_and_days_of_the_months_gone_by_are_not_left_to_use(book):
    put(book, "client", {"client_id": "client", "plan_years": 2})
    years = {2026: 15_000.0, 2027: 5_000.0}
    put(book, "budget", *({"source_id": "fonds", "fiscal_year": y, "amount": n} for y, n in years.items()))
    put(book, "role", {"role_id": "coord", "title": "Coordination"})
    quarters = [f"{year}-Q{quarter}" for year in years for quarter in (1, 2, 3, 4)]
    put(book, "capacity", *({"role_id": "coord", "period": period, "days": 13.0} for period in quarters))
    put(book, "demand", *({"action_id": a, "role_id": "coord", "effort_days": 4.0} for a in MARKS))
    store_plan(book)
    for action in MARKS:
        row = {"action_id": action, "updated_on": "2026-12-15", "status": "done"}
        put(book, "update", row, effective="2026-12-15")
    found = compare(book, "budget.fonds/2027.amount=4000", today=date(2027, 4, 1))
    left = found.unused.set_index(["source_id", "period"])
    assert left.loc[("fonds", "2027"), ["before", "after"]].tolist() == [5_000.0, 4_000.0]
    assert ("fonds", "2026") not in left.index  # 15,000 $ less three times 4,000 $: no longer to be had
    days = found.unused.dropna(subset="role_id").set_index("role_id").loc["coord", "before"]
    assert days == pytest.approx(3 * 13.0 - 1.0, abs=0.01)  # three quarters, to the last whole week
    texts = [reason.text("en", found.names["en"]) for reason in found.summary]
    assert "Money unused: $5,000 before, $4,000 after." in texts


def test_without_a_stored_plan_the_day_given_is_the_start(book):
    assert compare(book, "budget=-1%", today=date(2026, 3, 4)).start == date(2026, 3, 4)
    assert scenario.compare(book, "budget=-1%").start == date(2026, 1, 1)  # the last day the workbook holds


# Scenarios with a name


def test_a_scenario_is_kept_with_who_and_why_and_found_by_its_name(book, tmp_path):
    read = compare(book, "budget=-20%").changes
    scenario.save(book, "Coupe", read, by="ana", why="séance de mars", effective="2026-01-05")
    kept = book.table("scenario").loc["Coupe"]
    assert (kept["title"], kept["changes"]) == ("Coupe", '[["budget", "-20%"]]')
    assert scenario.compare(book, "Coupe", today=START).after.chosen == ["A", "B"]
    with pytest.raises(PlanError, match=r"No scenario kept is called 'Coupes'. Did you mean: Coupe"):
        scenario.compare(book, "Coupes", today=START)


@pytest.mark.parametrize(
    "text", ["budget: -20%", "changes:\n  - budget=-20%", '{"changes": {"budget": "-20%"}}', "- {budget: -20%}"]
)
def test_a_file_of_changes_is_read_in_any_of_its_forms(book, tmp_path, text):
    path = tmp_path / "coupe.yaml"
    path.write_text(text, encoding="utf-8")
    assert scenario.compare(book, scenario.read_file(path), today=START).after.chosen == ["A", "B"]


def test_a_file_without_changes_is_refused(tmp_path):
    path = tmp_path / "vide.yaml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(PlanError, match=r"'vide.yaml' holds no readable changes"):
        scenario.read_file(path)
    with pytest.raises(PlanError, match=r"File 'rien.yaml' could not be read"):
        scenario.read_file(tmp_path / "rien.yaml")


# The command


def test_the_command_answers_in_json_keeps_on_demand_and_refuses_with_exit_2(book, tmp_path, capsys):
    def ask(*arguments: str) -> tuple[int, str, str]:
        common = ["--workspace", str(tmp_path), "--today", "2026-01-05", "--lang", "en"]
        with pytest.raises(SystemExit) as stop:
            cli.main(["what-if", "essai", *arguments, *common])
        out = capsys.readouterr()
        return stop.value.code, out.out, out.err

    code, out, _ = ask("--set", "budget=-20%", "--save", "Cut", "--json")
    found = json.loads(out)
    assert code == 0 and found["after"]["chosen"] == ["A", "B"] and found["changed"][0]["action_id"] == "C"
    assert list(book.table("scenario").index) == ["Cut"]
    code, out, _ = ask("--scenario", "Cut")
    assert code == 0 and "Out: C Action C. It would take $2,400 of Local fund in 2026." in out
    code, out, err = ask("--set", "bugdet=-20%", "--json")
    assert (code, out) == (2, "") and err.startswith("A scenario cannot change 'bugdet'.")
    code, out, err = ask()
    assert code == 2 and err.startswith("Say what changes")


# What is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("bugdet=-20%", r"cannot change 'bugdet'. Did you mean: budget"),
        ("action.D=out", r"no row 'D' in table action. Did you mean: "),
        ("action.A.dedline=2026-05-01", r"no column 'dedline'. Did you mean: deadline"),
        ("budget.fond/2026.amount=1", r"no row 'fond/2026' in table budget. Did you mean: fonds/2026"),
        ("action.A.deadline=mai", r"'action.A.deadline=mai': write a date YYYY-MM-DD"),
        ("budget.fonds/2026.amount=beaucoup", r"write a number without a thousands comma"),
        ("budget.fonds/2026.amount=1,250", r"write a number without a thousands comma"),
        ("budget.fonds/2026.amount=-12001", r"would give less than zero"),
        ("budget=-120%", r"would give less than zero"),
        ("budget=20%", r"write a percentage with its sign"),
        ("capacity=-20%", r"No capacity is known"),
        ("criterion.ease=out", r"only an action, an axis or a source can be 'in' or 'out'"),
        ("action.A.status=fini", r"is not in the list. Choose one of: "),
        ("action.A.deadline=-20%", r"a percentage means nothing"),
        ("action.A.cost_low=+5%", r"the value it starts from is not known"),
        ("action.A", r"'action.A' is not a change. Write PATH=VALUE"),
        ("action.A=7", r"does not say which column to change"),
        ("note.N1.text=x", r"cannot change 'note'"),
        ("client.plan_years=2,5", r"write a whole number"),
        ("client.plan_years=0", r"would give less than 1"),
        ("client.fiscal_start=zz", r"write the month and the day on which the fiscal year starts"),
        ("action.A.duration_weeks=0", r"would give less than 1"),
        ("action.A.duration_weeks=-100%", r"would give less than 1"),
    ],
)
def test_a_path_or_a_value_that_means_nothing_is_refused_with_the_way_out(book, change, message):
    with pytest.raises(PlanError, match=message) as caught:
        compare(book, change)
    assert caught.value.text("fr")


def test_one_thing_is_not_set_to_two_values(book):
    with pytest.raises(PlanError, match=r"'action.B' is said twice: in, then out. Keep one of the two.") as caught:
        compare(book, "action.B=in", "action.B=out")
    assert caught.value.text("fr").startswith("«\u00a0action.B\u00a0» est dit deux fois")
    with pytest.raises(PlanError, match=r"is said twice: 9000, then 8000"):
        compare(book, "budget.fonds=9000", "budget.fonds/2026.amount=8000")
    assert compare(book, "action.C=out", "action.C=out").after.chosen == compare(book, "action.C=out").after.chosen


def test_an_empty_scenario_and_an_empty_workbook_are_refused(book, tmp_path):
    with pytest.raises(PlanError, match=r"No change is given"):
        compare(book)
    clients.new("vide", "generic", "Vide", workspace=tmp_path)
    with store.open("vide", tmp_path) as empty, pytest.raises(PlanError, match=r"'vide' has no actions yet"):
        compare(empty, "budget=-20%")


def test_figures_are_read_as_people_write_them(book):
    given = ["budget.fonds/2026.amount=6 000 $", "criterion.ease.points=12,5", "budget=\u221210 %"]
    read = compare(book, *given).changes
    assert [change.value for change in read] == [6000.0, 12.5, None]
    assert read[2].share == pytest.approx(0.9)


# What a stored plan uses


def test_use_of_a_stored_plan_is_what_its_solution_said(book):
    put(book, "role", {"role_id": "coord", "title": "Coordination"})
    put(book, "demand", *({"action_id": a, "role_id": "coord", "effort_days": 8.0} for a in MARKS))
    put(book, "capacity", {"role_id": "coord", "period": "2026", "days": 530.0})
    solved = store_plan(book).schedule
    found = of_stored(facts.read(book))
    assert found.start == START
    keys = ["role_id", "source_id", "period"]
    both = solved.use.merge(found.use, on=keys, how="outer")
    assert both["used_x"].to_numpy() == pytest.approx(both["used_y"].to_numpy())
    assert both["capacity_x"].to_numpy() == pytest.approx(both["capacity_y"].to_numpy())
    # By hand: three actions of 8 days over four weeks are 6 days a week, from January 5.
    january = found.use.set_index("period").loc["2026-01", "used"]
    assert january == pytest.approx(6 * 4)


def test_what_is_done_since_still_counts_in_the_use_of_the_plan(book):
    store_plan(book)
    put(book, "update", {"action_id": "A", "updated_on": "2026-02-20", "status": "done"}, effective="2026-02-20")
    put(book, "budget", {"source_id": "fonds", "fiscal_year": 2026, "amount": 9_000.0}, effective="2026-02-20")
    money = of_stored(facts.read(book)).use
    assert money[["source_id", "period", "used", "capacity"]].to_numpy().tolist() == [
        ["fonds", "2026", 12000.0, 9000.0]
    ]


def test_a_year_holds_its_twelve_months_and_its_money():
    table = pd.DataFrame(
        {
            "role_id": ["coord", "coord", "coord", None],
            "source_id": [None, None, None, "fonds"],
            "period": ["2026-03", "2026-04", "2027-03", "2026"],
            "used": 1.0,
            "capacity": 2.0,
        }
    )
    assert of_year(table, 2026, "04-01")["period"].tolist() == ["2026-04", "2027-03", "2026"]


def test_nothing_is_known_of_a_plan_that_was_never_stored(book):
    assert of_stored(facts.read(book)) is None
