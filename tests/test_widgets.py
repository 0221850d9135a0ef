"""Panels of a prioritisation workshop: sliders and cells moved as a room moves them, tables read back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planlib import agree, clients, decide, facts, plan, score, store, tables
from planlib.charts import ranking
from planlib.schema import PlanError
from planlib.widgets.discussion import DiscussionList
from planlib.widgets.order_panel import OrderPanel
from planlib.widgets.pairwise_panel import PairwisePanel
from planlib.widgets.priority_form import PriorityForm
from planlib.widgets.score_table import ScoreTable
from planlib.widgets.weight_panel import KeepWeights, LiveRanking

TITLES = pd.Series({"A": "Planter <b>des arbres</b>", "B": "Tenir le marché"})
CRITERIA = pd.Series({"ease": "Facilité", "effect": "Équité"})
RULES = pd.DataFrame(
    {"sense": "max", "scale_low": 0.0, "scale_high": 10.0}, index=pd.Index(["ease", "effect"], name="criterion_id")
)


@pytest.fixture
def values():
    """A is best on ease, B on effect: they are equal at equal weights."""
    return pd.DataFrame({"ease": [1.0, 0.0], "effect": [0.0, 1.0]}, index=pd.Index(["A", "B"], name="action_id"))


@pytest.fixture
def judgements():
    rows = [("Table 1", "A", "ease", 7.5), ("Table 1", "B", "ease", 4.0), ("Table 2", "A", "ease", 1.0)]
    table = pd.DataFrame(rows, columns=["judge_id", "action_id", "criterion_id", "performance"])
    return table.set_index(["judge_id", "action_id", "criterion_id"])


def stored(kind: str, table: pd.DataFrame) -> dict:
    """The rows as the workbook would take them: refused here if it would refuse them."""
    return tables.checked_rows(kind, table)


# Weights


def ranked(values, weights):
    chart = ranking.live_ranking(values, weights, TITLES, "fr", CRITERIA)
    return LiveRanking(chart, values, weights, "fr")


def test_the_live_chart_gives_its_weights_back_unrounded_until_moved(values):
    made = ranked(values, pd.Series({"ease": 2 / 3, "effect": 1 / 3}))
    assert made.weights.tolist() == pytest.approx([200 / 3, 100 / 3], abs=1e-12)
    made.chart.params.points_1 = 80  # as the browser reports it
    assert made.weights["effect"] == 80
    assert made.scores["rank"].to_dict() == {"A": 2, "B": 1}
    assert stored("weight", made.table)[("room", "effect")] == {"points": 80.0}


@pytest.fixture
def book(tmp_path, judgements):
    """Two criteria, two actions, three people at two tables who weighed."""
    clients.new("essai", "generic", "Essai", workspace=tmp_path)
    signed = {"by": "ana", "why": "essai", "effective": "2026-01-01"}
    with store.open("essai", tmp_path) as book:
        book.set_aside("criterion", list(book.table("criterion").index), **{**signed, "effective": "1900-01-01"})
        book.put("criterion", RULES.assign(title=CRITERIA, is_gate=False), **signed)
        book.put("action", TITLES.rename("title").rename_axis("action_id").to_frame(), **signed)
        book.put("judgement", judgements, **signed)
        points = {"P1": ("Table 1", 90), "P2": ("Table 1", 60), "P3": ("Table 2", 30)}
        rows = [(p, c, x, t) for p, (t, ease) in points.items() for c, x in (("ease", ease), ("effect", 100 - ease))]
        book.put("weight", pd.DataFrame(rows, columns=["judge_id", "criterion_id", "points", "table"]), **signed)
        yield book


def keeping(book, values):
    """The act under the sliders, over a panel that starts from what it asks for."""
    room = {}

    def begin(start):
        shares = decide.weights(facts.read(book))[0] if start is None else start
        room["panel"] = ranked(values, shares)

    begin(None)
    form = KeepWeights(facts.read(book), "fr", lambda: room["panel"], begin, lambda: begin(None))
    return form, room


def test_weights_kept_by_the_room_are_those_of_tomorrow_and_can_be_undone(book, values):
    form, room = keeping(book, values)
    room["panel"].chart.params.points_1 = 75
    form.who.value, form.why.value = "Mme Roy", "L'équité d'abord"
    form.save.click()
    assert "signées Mme Roy" in form.answer.value
    shares, origin = decide.weights(facts.read(book))
    assert shares.to_dict() == pytest.approx({"ease": 60 / 135, "effect": 75 / 135})
    assert origin.text("fr").endswith("signés Mme Roy")
    assert set(book.history("weight").iloc[-2:]["why"]) == {"L'équité d'abord"}
    assert room["panel"].weights["effect"] == pytest.approx(100 * 75 / 135), "the sliders start from them"
    form.why.value = "Trop vite"
    form.undo.click()
    assert decide.weights(facts.read(book))[1].text("fr") == "poids médians de 3 participants"
    assert form.undo.disabled and room["panel"].weights["effect"] == pytest.approx(40)


def test_sliders_start_from_one_person_one_table_or_all(book, values):
    form, room = keeping(book, values)
    labels = [label for label, _ in form.start.options]
    assert labels == ["ceux en usage", "médiane de 3 personnes", "moyenne de 3 personnes", "Table 1", "Table 2",
                      "P1", "P2", "P3"]  # fmt: skip
    starts = dict(form.start.options)
    for label, ease in (("moyenne de 3 personnes", 60), ("Table 1", 75), ("P3", 30), ("ceux en usage", 60)):
        form.start.value = starts[label]
        assert room["panel"].weights["ease"] == pytest.approx(ease), label
    assert len(book.history("weight")) == 6, "nothing is stored before it is kept"


def test_weights_are_kept_only_with_who_and_why_and_never_all_at_zero(book, values):
    form, room = keeping(book, values)
    form.save.click()
    assert "Qui le dit" in form.answer.value and 'role="alert"' in form.answer.value
    form.who.value, form.why.value = "Mme Roy", "essai"
    room["panel"].chart.params.points_0 = room["panel"].chart.params.points_1 = 0
    form.save.click()
    assert "sont tous à 0 point" in form.answer.value
    assert len(book.history("weight")) == 6


# Scores


def sheet(judgements, lang="fr"):
    return ScoreTable(judgements, RULES, "Table 1", lang, TITLES, CRITERIA)


def test_the_table_shows_one_judge_with_the_decimal_sign_of_the_language(judgements):
    assert sheet(judgements).cells == {"A\nease": "7,5", "B\nease": "4"}
    assert sheet(judgements, "en").cells == {"A\nease": "7.5", "B\nease": "4"}
    assert sheet(judgements).criteria[1] == {"id": "effect", "title": "Équité", "scale": "de 0 à 10"}


def test_only_changed_cells_leave_the_table(judgements):
    made = sheet(judgements)
    made.cells = {**made.cells, "A\nease": "8,25", "B\neffect": "3"}
    rows = stored("judgement", made.judgements)
    assert rows == {
        ("Table 1", "A", "ease"): {"performance": 8.25, "performance_found": "8,25"},
        ("Table 1", "B", "effect"): {"performance": 3.0, "performance_found": "3"},
    }
    assert made.message == "2 cotes changées, pas encore enregistrées." and made.wrong == ""


def test_a_cell_put_back_as_it_was_is_no_change(judgements):
    made = sheet(judgements)
    made.cells = {**made.cells, "A\nease": "8"}
    made.cells = {**made.cells, "A\nease": "7,5"}
    assert made.judgements.empty


def test_an_emptied_cell_becomes_unknown_and_not_zero(judgements):
    made = sheet(judgements)
    made.cells = {**made.cells, "B\nease": ""}
    assert np.isnan(made.judgements.loc[("Table 1", "B", "ease"), "performance"])
    assert stored("judgement", made.judgements)[("Table 1", "B", "ease")]["performance"] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("douze", "Action «\u00a0Tenir le marché\u00a0», critère «\u00a0Équité\u00a0»"),
        ("11", "sort de l'échelle de 0 à 10\u00a0: 11, pour l'action «\u00a0Tenir le marché\u00a0»"),
        ("1e999", "Tenir le marché"),
        ("-1", "sort de l'échelle"),
    ],
)
def test_what_is_wrong_with_a_cell_is_one_sentence_and_nothing_leaves(judgements, text, said):
    made = sheet(judgements)
    made.cells = {**made.cells, "B\neffect": text}
    assert said in made.message
    assert made.wrong == "B\neffect"
    with pytest.raises(PlanError):
        made.judgements  # noqa: B018
    made.cells = {**made.cells, "B\neffect": "9"}
    assert made.wrong == "" and len(made.judgements) == 1


def test_cells_pasted_outside_the_table_are_told(judgements):
    made = sheet(judgements, "en")
    made.left_out = 2
    assert made.message.endswith("2 pasted cells fell outside the table and were left out: paste from a cell higher "
                                 "up or further left.")  # fmt: skip


# Pairs


def test_criteria_in_order_weigh_eleven_five_and_two_eighteenths():
    made = OrderPanel({"a": "<i>Un</i>", "b": "Deux", "c": "Trois"}, "fr")
    assert "3 critères à placer sur 3" in made._answer.value
    for criterion, place in {"a": 2, "b": 1}.items():
        made.places[criterion].value = place
    with pytest.raises(PlanError, match="'Trois' has no rank"):
        _ = made.weights
    made.places["c"].value = 3
    assert made.weights.to_dict() == pytest.approx({"a": 5 / 18, "b": 11 / 18, "c": 2 / 18})
    assert stored("weight", made.table)[("room", "b")] == {"points": pytest.approx(1100 / 18)}
    assert "&lt;i&gt;Un" in made._answer.value and "61\u00a0%" in made._answer.value
    made.places["a"].value = 1
    assert made.weights.to_dict() == pytest.approx({"a": 8 / 18, "b": 8 / 18, "c": 2 / 18}), "a place shared"


def test_pairs_start_unanswered_and_are_counted():
    made = PairwisePanel({"a": "Un", "b": "Deux", "c": "Trois"}, "fr")
    assert "Il reste 3 comparaisons à faire sur 3." in made._answer.value
    with pytest.raises(PlanError, match="'a' and 'b' is missing"):
        made.result  # noqa: B018


def test_consistent_answers_give_weights_that_can_be_worked_by_hand():
    made = PairwisePanel({"a": "Un", "b": "Deux", "c": "Trois"}, "fr", judge="Table 1")
    for pair, answer in {("a", "b"): 3.0, ("a", "c"): 9.0, ("b", "c"): 3.0}.items():
        made.answers[pair].value = answer
    assert made.weights.tolist() == pytest.approx([9 / 13, 3 / 13, 1 / 13])
    assert "Les réponses se tiennent" in made._answer.value
    rows = stored("weight", made.table)
    assert rows[("Table 1", "a")]["points"] == pytest.approx(900 / 13)


def test_contradicting_answers_are_named_to_be_asked_again(lang):
    made = PairwisePanel({"a": "<i>Un</i>", "b": "Deux", "c": "Trois"}, lang)
    for pair, answer in {("a", "b"): 9.0, ("a", "c"): 1 / 9, ("b", "c"): 9.0}.items():
        made.answers[pair].value = answer
    assert {"fr": "Reprenez celles-ci", "en": "Ask these again"}[lang] in made._answer.value
    assert "&lt;i&gt;Un" in made._answer.value and "<i>" not in made._answer.value


# What to discuss


@pytest.fixture
def discussions():
    rows = [(judge, action, "ease", value) for judge, action, value in (
        ("J1", "A", 0.9), ("J2", "A", 0.1), ("J1", "B", 0.5), ("J2", "B", 0.6), ("J1", "C", 0.2), ("J2", "C", 0.3),
        ("J1", "D", 0.1), ("J2", "D", 0.4),
    )]  # fmt: skip
    judged = pd.DataFrame(rows, columns=["judge_id", "action_id", "criterion_id", "value"])
    judged = judged.set_index(["judge_id", "action_id", "criterion_id"])["value"]
    return agree.discuss_next(judged, pd.Series({"ease": 1.0}), 1, tables=pd.Series({"J1": "1", "J2": "2"}))


def test_three_disagreements_are_shown_and_the_next_comes_when_one_is_done(discussions):
    made = DiscussionList(discussions, "fr", {"A": "<script>", "ease": "Facilité"})
    assert len(made._rows.children) == 3 and len(made.next) == 3
    assert made.next.iloc[0]["action_id"] == "A", "the only one that decides who is in"
    assert "&lt;script&gt;" in made._rows.children[0].children[0].value
    made._rows.children[0].children[-1].click()
    assert made.done["action_id"].tolist() == ["A"] and "A" not in made.next["action_id"].tolist()
    assert "3 désaccords à discuter, 1 vus." in made._count.value
    made.again()
    assert made.done.empty


def test_opening_a_disagreement_names_its_cell(discussions):
    opened = []
    made = DiscussionList(discussions, "en", chosen=lambda *cell: opened.append(cell))
    made._rows.children[0].children[1].click()
    assert opened == [("A", "ease")]


def test_no_disagreement_is_said(lang):
    nothing = agree.discuss_next(
        pd.Series([0.5], index=pd.MultiIndex.from_tuples([("J", "A", "ease")], names=score_key())),
        pd.Series({"ease": 1}),
        1,
    )
    made = DiscussionList(nothing, lang)
    assert {"fr": "rien à discuter", "en": "nothing to discuss"}[lang] in made._count.value


def score_key():
    return ["judge_id", "action_id", "criterion_id"]


def test_a_score_corrected_in_the_table_changes_the_ranking_it_feeds(judgements):
    made = sheet(judgements)
    made.cells = {**made.cells, "B\nease": "9,5"}
    after = made.judgements.combine_first(judgements).query("judge_id == 'Table 1'")
    values = score.partial_values(after, RULES)[["ease"]]
    assert values["ease"].to_dict() == {"A": 0.75, "B": 0.95}


# Priorities


def test_a_priority_that_differs_from_the_rank_is_kept_with_its_reason_and_shown_again(book):
    form = PriorityForm(facts.read(book), "fr")
    assert [action for _, action in form.action.options] == ["A", "B"] and form.action.options[0][0].startswith("1. ")
    form.action.value = "B"
    form.who.value, form.why.value = "Mme Roy", "Promis aux membres"
    form.save.click()
    assert "Ni priorité ni place" in form.answer.value and book.table("priority").empty
    form.priority.value, form.place.value = "essential", "1"
    form.save.click()
    kept = book.table("priority").loc["B"]
    assert (kept["priority"], kept["rank"], kept["why"]) == ("essential", 1, "Promis aux membres")
    assert book.signed("priority").loc["B", "by"] == "Mme Roy"
    assert dict(map(reversed, form.action.options))["B"].endswith("← essentielle, place 1")
    known = facts.read(book)
    assert decide.priorities(known)["B"] == "essential"
    assert decide.ranking(known).loc["B", "rank"] == 2, "the rank itself stays"
    assert plan.table(known).loc["B", ["priority", "rank"]].tolist() == ["essential", 1]
    again = PriorityForm(known, "en")
    again.action.value = "B"
    assert (again.priority.value, again.place.value) == ("essential", "1")
    again.place.value, again.who.value, again.why.value = "9", "Mme Roy", "essai"
    again.save.click()
    assert "write a whole number from 1 to 2" in again.answer.value
