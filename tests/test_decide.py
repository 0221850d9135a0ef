"""From a workbook's judgements to a ranking and a plan, worked by hand."""

from datetime import date

import pandas as pd
import pytest

from planlib import clients, decide, facts, schema, store
from planlib.schema import PlanError

CRITERIA = ("effect", "ease")


@pytest.fixture
def book(tmp_path):
    clients.new("essai", "generic", "Essai", workspace=tmp_path, settings={"plan_years": 1, "default_weeks": 4.0})
    with store.open("essai", tmp_path) as book:
        book.set_aside("criterion", list(book.table("criterion").index), by="ana", why="essai", effective="1900-01-01")
        put(
            book,
            "criterion",
            *(
                {"criterion_id": c, "title": c, "is_gate": False, "sense": "max", "scale_low": 0, "scale_high": 10}
                for c in CRITERIA
            ),
        )
        yield book


def put(book, kind, *rows):
    book.put(kind, pd.DataFrame(rows), by="ana", why="essai", effective="2026-01-01")


def actions(book, *ids, **columns):
    for place, action in enumerate(ids):
        more = {name: values[place] for name, values in columns.items()}
        put(book, "action", {"action_id": action, "title": f"Action {action}", **more})


def judge(book, table, marks):
    rows = [
        {"judge_id": table, "action_id": a, "criterion_id": c, "performance": mark, "table": table}
        for a, pair in marks.items()
        for c, mark in zip(CRITERIA, pair, strict=True)
        if mark is not None
    ]
    put(book, "judgement", *rows)


def weigh(book, judge_id, *points):
    put(
        book,
        "weight",
        *({"judge_id": judge_id, "criterion_id": c, "points": p} for c, p in zip(CRITERIA, points, strict=True)),
    )


def test_without_judgements_actions_follow_their_stated_priority_then_their_id(book):
    actions(book, "A-1", "A-2", "A-3", priority=["desirable", "essential", None])
    table = decide.ranking(facts.read(book))
    assert list(table.index) == ["A-2", "A-1", "A-3"]
    assert table["rank"].isna().all()
    assert table["score"].isna().all()


def test_the_median_of_tables_and_the_weights_of_judges_give_the_score(book):
    actions(book, "A", "B")
    judge(book, "T1", {"A": (10, 0), "B": (0, 10)})
    judge(book, "T2", {"A": (6, 0), "B": (0, 10)})
    weigh(book, "Ana", 75, 25)
    known = facts.read(book)
    table = decide.ranking(known)
    assert table.loc["A", "score"] == pytest.approx(0.75 * 0.8)  # the median of 10 and 6 on [0, 10] is 0.8
    assert table.loc["B", "score"] == pytest.approx(0.25)
    assert table["rank"].tolist() == [1, 2]
    assert decide.weights(known)[1].text("en") == "weights of 1 participant"


def test_what_the_room_decided_weighs_alone_and_says_who_and_when(book):
    weigh(book, "Ana", 75, 25)
    weigh(book, "Luc", 50, 50)
    weigh(book, schema.ROOM, 90, 10)
    known = facts.read(book)
    shares, origin = decide.weights(known)
    assert shares.to_dict() == pytest.approx({"effect": 0.9, "ease": 0.1})
    assert origin.text("en") == "weights decided by the room on January 1, 2026, signed by ana"
    apart = decide.weights_apart(known)
    assert apart.loc["effect", ["weight", "low", "high"]].tolist() == pytest.approx([0.9, 0.5, 0.75])
    assert apart["judges"].tolist() == [2, 2], "the room is not a person"
    book.undo(book.last_batch, by="ana", why="on reprend")
    assert decide.weights(facts.read(book))[1].text("en") == "median weights of 2 participants"


def test_a_criterion_that_the_room_forgot_is_named(book):
    put(book, "weight", {"judge_id": schema.ROOM, "criterion_id": "effect", "points": 100})
    with pytest.raises(PlanError, match="the room decided say nothing of criterion 'ease'"):
        decide.weights(facts.read(book))


def test_weights_of_one_person_one_table_or_all_by_median_or_mean(book):
    for judge, table, points in (("Ana", "T1", 90), ("Luc", "T1", 60), ("Zoé", "T2", 30)):
        rows = [{"judge_id": judge, "criterion_id": c, "points": p, "table": table}
                for c, p in (("effect", points), ("ease", 100 - points))]  # fmt: skip
        put(book, "weight", *rows)
    weigh(book, schema.ROOM, 1, 99)
    known = facts.read(book)
    assert decide.weights_of(known, "Zoé")["effect"] == pytest.approx(0.3)
    assert decide.weights_of(known, "T1")["effect"] == pytest.approx(0.75)
    assert decide.weights_of(known, "")["effect"] == pytest.approx(0.6)
    assert decide.weights_of(known, "", "mean")["effect"] == pytest.approx(0.6)
    assert decide.weights_of(known, "T1", "mean")["effect"] == pytest.approx(0.75)
    with pytest.raises(PlanError, match="'Max' gave no weights"):
        decide.weights_of(known, "Max")


def test_without_weights_criteria_count_equally_and_it_is_said(book):
    shares, origin = decide.weights(facts.read(book))
    assert shares.tolist() == [0.5, 0.5]
    assert origin.text("en") == "no weights given: the 2 criteria count equally"


def test_a_criterion_that_nobody_weighed_is_named(book):
    put(book, "weight", {"judge_id": "Ana", "criterion_id": "effect", "points": 100})
    with pytest.raises(PlanError, match="Nobody gave a weight to criterion 'ease'"):
        decide.weights(facts.read(book))


def test_an_action_first_under_every_weighting_is_always_funded(book):
    actions(book, "A", "B", "C")
    judge(book, "T1", {"A": (10, 10), "B": (8, 2), "C": (2, 8)})
    put(book, "schedule", {"action_id": "A", "chosen": True}, {"action_id": "B", "chosen": True})
    table = decide.ranking(facts.read(book))
    assert table["band"].to_dict() == {"A": "always", "B": "depends", "C": "depends"}
    # Two are funded and A always is; B and C are mirror images, so each is funded under half of the weightings.
    assert table.loc["B", "share_in"] == pytest.approx(0.5, abs=0.02)  # 10,000 draws: 4 standard errors


def test_money_cuts_where_costs_and_budgets_are_known(book):
    actions(book, "A", "B", "C", cost_low=[60.0, 60.0, 30.0], cost_high=[60.0, 60.0, 50.0])
    judge(book, "T1", {"A": (10, 10), "B": (5, 5), "C": (1, 1)})
    put(book, "cost", {"action_id": "A", "source_id": "s", "fiscal_year": 2026, "amount_low": 60, "amount_high": 60})
    put(book, "budget", {"source_id": "s", "fiscal_year": 2026, "amount": 100.0})
    # A takes 60 of 100; B (60) does not fit in the 40 left; C costs 30 to 50, so 40, and does.
    assert decide.ranking(facts.read(book))["band"].to_dict() == {"A": "always", "B": "never", "C": "always"}


def test_a_costly_unknown_leaves_no_money_cut(book):
    actions(book, "A", "B", cost_low=[60.0, None], cost_high=[60.0, None])
    judge(book, "T1", {"A": (10, 10), "B": (5, 5)})
    put(book, "budget", {"source_id": "s", "fiscal_year": 2026, "amount": 100.0})
    assert decide.ranking(facts.read(book))["band"].isna().all()


def test_two_tables_of_opposite_minds_agree_on_nothing_and_are_named(book):
    actions(book, "A", "B")
    judge(book, "T1", {"A": (10, 5), "B": (0, 5)})
    judge(book, "T2", {"A": (0, 5), "B": (10, 5)})
    known = facts.read(book)
    assert decide.agreement(known)["w"] == pytest.approx(0.0)
    first = decide.discussions(known).iloc[0]
    assert (first["criterion_id"], first["points"]) == ("effect", pytest.approx(100.0))


def test_a_blank_judgement_is_listed_by_table_action_and_criterion(book):
    actions(book, "A", "B")
    judge(book, "T1", {"A": (10, 5), "B": (0, 5)})
    judge(book, "T2", {"A": (9, None), "B": (1, 5)})
    found = decide.agreement(facts.read(book))
    assert found["missing"] == [{"judge_id": "T2", "action_id": "A", "criterion_id": "ease"}]


def test_a_single_table_has_no_agreement_to_measure(book):
    actions(book, "A", "B")
    judge(book, "T1", {"A": (10, 5), "B": (0, 5)})
    assert decide.agreement(facts.read(book)) == {"w": None, "missing": []}


def test_actions_of_a_plan_that_has_ended_are_not_ranked_again(book):
    put(book, "plan", {"plan_id": "old", "title": "Ancien", "ends": "2025-12-31"})
    actions(book, "A", "B", plan_id=["old", None])
    assert list(decide.ranking(facts.read(book, date(2026, 1, 1))).index) == ["B"]
    assert list(decide.ranking(facts.read(book, date(2026, 1, 1), None).at(None)).index) == ["A", "B"]


def test_an_unknown_method_is_refused(book):
    with pytest.raises(PlanError, match="'ahp' is not a ranking method"):
        decide.ranking(facts.read(book), "ahp")


@pytest.mark.parametrize("method", ["topsis", "promethee_ii"])
def test_second_opinions_agree_where_one_action_is_better_on_everything(book, method):
    actions(book, "A", "B", "C")
    judge(book, "T1", {"A": (9, 9), "B": (5, 5), "C": (1, 1)})
    assert decide.ranking(facts.read(book), method)["rank"].tolist() == [1, 2, 3]


def test_the_best_plan_takes_the_better_of_two_that_money_cannot_both_pay(book):
    actions(book, "A", "B", cost_low=[80.0, 80.0], cost_high=[80.0, 80.0])
    judge(book, "T1", {"A": (2, 2), "B": (9, 9)})
    put(book, "budget", {"source_id": "s", "fiscal_year": 2026, "amount": 100.0})
    plan = decide.plan(facts.read(book), date(2026, 1, 5), time_limit=2)
    assert plan.schedule.status == "optimal"
    assert plan.actions["chosen"].to_dict() == {"A": False, "B": True}
    assert "60" in plan.actions.loc["A", "why_not"].text("en")  # 80 less the 20 that are left
    again = decide.plan(facts.read(book), date(2026, 1, 5), time_limit=2)
    pd.testing.assert_frame_equal(plan.actions.drop(columns="why_not"), again.actions.drop(columns="why_not"))


def two_that_must_be_in(book, budget):
    actions(book, "A", "B", cost_low=[80.0, 80.0], cost_high=[80.0, 80.0], mandatory=[True, True])
    put(book, "budget", {"source_id": "s", "fiscal_year": 2026, "amount": budget})
    put(book, "source", {"source_id": "s", "title": "Cotisations", "title_en": "Levy"})


def test_a_plan_that_cannot_be_says_which_limit_and_what_it_would_take(book):
    two_that_must_be_in(book, 100.0)
    with pytest.raises(PlanError, match=r"No plan holds all the limits\..*Levy.*\$60") as caught:
        decide.plan(facts.read(book), date(2026, 1, 5))
    assert "Cotisations" in caught.value.text("fr")


def test_dates_are_kept_when_asked_and_there_must_be_some(book):
    two_that_must_be_in(book, 200.0)
    with pytest.raises(PlanError, match="has no plan yet whose dates could be kept"):
        decide.plan(facts.read(book), date(2026, 1, 5), keep_dates=True)
    start, finish = "2026-03-02", "2026-03-27"
    put(
        book,
        "schedule",
        *({"action_id": a, "chosen": True, "mode": "full", "start": start, "finish": finish} for a in "AB"),
    )
    kept = decide.plan(facts.read(book), date(2026, 1, 5), keep_dates=True)
    assert set(kept.actions["start"]) == {pd.Timestamp(start)}
    assert set(decide.plan(facts.read(book), date(2026, 1, 5)).actions["start"]) == {pd.Timestamp("2026-01-05")}


MARKS = {"A-1": (5, None), "A-2": (1, 2), "A-3": (7, 9)}


def told(book):
    """What `unheard` says in English, then in French."""
    said = decide.unheard(facts.read(book))
    return [[one.text(lang).replace("\u00a0", " ").replace("\u202f", " ") for one in said] for lang in ("en", "fr")]


def test_all_that_counts_needs_no_word(book):
    actions(book, "A-1", "A-2")
    judge(book, "T1", {"A-1": (5, 1), "A-2": (1, 2)})
    assert told(book) == [[], []]


def test_a_blank_cell_is_said_to_stay_unknown(book):
    actions(book, *MARKS)
    judge(book, "T1", MARKS)
    judge(book, "T2", MARKS | {"A-1": (5, 4)})
    english, french = told(book)
    assert english == ["1 judgement is missing: 'ease' of A-1, by 'T1'. It stays unknown, it is not a zero."]
    assert french == ["Il manque 1 cote : « ease » de A-1, par « T1 ». Elle reste inconnue, elle n'est pas un zéro."]


def test_a_table_that_judged_nothing_is_named(book):
    actions(book, "A-1", "A-2")
    judge(book, "T1", {"A-1": (5, 1), "A-2": (1, 2)})
    blank = {"judge_id": "T2", "criterion_id": "ease", "performance": None, "table": "T2"}
    put(book, "judgement", *({"action_id": action, **blank} for action in ("A-1", "A-2")))
    english, french = told(book)
    assert english[0] == "Judged nothing, and so does not count: T2."
    assert french[0] == "N'a rien coté, et ne compte donc pas : T2."
    assert len(english) == 1, "its blanks are not listed one by one"


def test_a_criterion_that_parts_nobody_is_named(book):
    actions(book, "A-1", "A-2")
    judge(book, "T1", {"A-1": (5, 1), "A-2": (5, 2)})
    english, french = told(book)
    assert english == ["All actions are equal on criterion effect: it changes no rank."]
    assert french == ["Toutes les actions ont la même valeur au critère effect : il ne change aucun rang."]
    assert list(decide.ranking(facts.read(book)).index) == ["A-2", "A-1"]


def test_one_action_alone_is_first_without_a_word(book):
    actions(book, "A-1")
    judge(book, "T1", {"A-1": (5, 1)})
    assert told(book) == [[], []]
    assert decide.ranking(facts.read(book))["rank"].to_dict() == {"A-1": 1}


def test_judgements_and_weights_of_what_is_unknown_are_counted_and_named(book):
    actions(book, "A-1")
    judge(book, "T1", {"A-1": (5, 1), "A-9": (1, 2)})
    put(book, "judgement", {"judge_id": "T1", "action_id": "A-1", "criterion_id": "odd", "performance": 3})
    put(book, "weight", *({"judge_id": "P1", "criterion_id": c, "points": 5} for c in (*CRITERIA, "odd")))
    english, french = told(book)
    assert english == [
        "2 judgements are on unknown actions; the first is 'A-9', by 'T1'. They do not count; correct the identifiers,"
        " or add the actions.",
        "1 judgement of 'T1' is on an unknown criterion: 'odd'. It does not count; correct the identifier, or add the"
        " criterion.",
        "1 weight of 'P1' is on an unknown criterion: 'odd'. It does not count; correct the identifier, or add the"
        " criterion.",
    ]
    assert french[0].startswith("2 cotes portent sur des actions inconnues ; la première est « A-9 », par « T1 ».")
    assert french[2].startswith("1 poids de « P1 » porte sur un critère inconnu : « odd ».")


@pytest.mark.parametrize(
    ("points", "english", "french"),
    [
        ((0, 0), "'P1' put every criterion at 0 points.", "« P1 » a mis tous les critères à 0 point."),
        ((-5, 10), "Criterion 'effect (P1)' has -5 points. Give 0 or more", "a -5 points. Donnez 0 ou plus"),
        ((None, 10), "'P1' gave no points to criterion 'effect'.", "n'a pas donné de points au critère « effect »"),
    ],
)
def test_points_that_cannot_be_weighed_are_named(book, points, english, french):
    actions(book, "A-1", "A-2")
    judge(book, "T1", {"A-1": (5, 1), "A-2": (1, 2)})
    weigh(book, "P1", *points)
    with pytest.raises(PlanError) as refused:
        decide.ranking(facts.read(book))
    assert english in str(refused.value)
    assert french in refused.value.text("fr").replace("\u00a0", " ")


@pytest.mark.parametrize("found", ["fort", float("inf")])
def test_a_score_that_is_no_number_is_refused_at_the_door_with_its_cell(book, found):
    with pytest.raises(PlanError) as refused:
        put(book, "judgement", {"judge_id": "T1", "action_id": "A-1", "criterion_id": "effect", "performance": found})
    cell = f"row 'T1 / A-1 / effect', column 'performance': '{found}' is not a number"
    assert cell in str(refused.value)
    assert "n'est pas un nombre" in refused.value.text("fr")
