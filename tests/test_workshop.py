"""A prioritisation workshop on a small book: its pieces follow each other, a page is left, methods are compared."""

import altair as alt
import pandas as pd
import pytest

from planlib import clients, decide, desk, facts, store
from planlib.desk import outside, workshop
from planlib.schema import ROOM, PlanError

CRITERIA = ("effect", "ease")
# A leads on effect, B on ease, C is even.
VALUES = {"A": (10, 2), "B": (1, 9), "C": (6, 6)}


@pytest.fixture
def here(tmp_path):
    clients.new("essai", "generic", "Essai & fils", workspace=tmp_path)
    with store.open("essai", tmp_path) as book:
        book.set_aside("criterion", list(book.table("criterion").index), by="ana", why="essai", effective="1900-01-01")
        put(book, "criterion", *({"criterion_id": c, "title": c, "is_gate": False, "sense": "max", "scale_low": 0,
                                  "scale_high": 10, "mission": c} for c in CRITERIA))  # fmt: skip
        put(book, "action", *({"action_id": a, "title": f"Action <{a}>"} for a in VALUES))
    yield desk.open_client("essai", lang="fr", today="2026-01-20", workspace=tmp_path)
    alt.theme.enable("default")


def put(book, kind, *rows):
    book.put(kind, pd.DataFrame(rows), by="ana", why="essai", effective="2026-01-01")


def judge(book, values=VALUES, tables=("T1",)):
    for shift, table in enumerate(tables):
        rows = [
            {"judge_id": table, "action_id": a, "criterion_id": c, "performance": max(0, x - shift), "table": table}
            for a, pair in values.items()
            for c, x in zip(CRITERIA, pair, strict=True)
        ]
        put(book, "judgement", *rows)


def test_before_anybody_judged_each_piece_says_what_to_do(here):
    room = workshop.Room(here)
    assert "Le carnet 1 les lit" in room.weighing().value
    assert "Le carnet 1 les lit" in room.charts().children[2].children[0].value
    with pytest.raises(PlanError, match="Notebook 1 reads them"):
        workshop.keep_page(here, here.facts)


def test_what_one_piece_stores_the_others_show(here):
    judge(here.book)
    room = workshop.Room(here)
    origin, panel, *_ = room.weighing().children
    assert "aucun poids donné" in origin.value
    put(here.book, "weight", *({"judge_id": ROOM, "criterion_id": c, "points": len(c)} for c in CRITERIA))
    room.again()
    assert "poids décidés par la salle" in origin.value
    assert panel.children[0].weights.to_dict() == pytest.approx({"effect": 60, "ease": 40})


def test_charts_are_those_there_are_facts_for(here):
    judge(here.book, tables=("T1", "T2"))
    put(here.book, "schedule", {"action_id": "A", "chosen": True})
    put(here.book, "weight", *({"judge_id": "P", "criterion_id": c, "points": 50} for c in CRITERIA))
    choice = workshop.Room(here).charts().children[1]
    assert [name for _, name in choice.options] == ["ranking", "bands", "weights", "tables", "missions"]
    assert choice.value == "ranking"


def test_the_page_left_stands_at_a_new_path_each_time_and_escapes_words(here):
    judge(here.book)
    first, second = (workshop.keep_page(here, here.facts) for _ in range(2))
    assert first.parts[-4:] == ("2026-ranking", "2026-01-20-1", "fr", "essai-ranking-fr.html")
    assert second.parts[-3] == "2026-01-20-2"
    html = first.read_text(encoding="utf-8")
    assert "Essai &amp; fils" in html and "<td>Action &lt;A&gt;</td>" in html


def test_methods_that_agree_are_said_to_and_a_blank_leaves_an_action_out(here):
    judge(here.book, {"A": (10, 10), "B": (5, 5), "C": (0, None)} | {"C": (0, 0)})
    table = decide.methods(facts.read(here.book))
    assert table[list(decide.METHODS)].to_numpy().tolist() == [[1] * 3, [2] * 3, [3] * 3], "A is better on everything"
    assert decide.method_finding(table).text("en") == (
        "The method changes nothing: all three give the 3 actions the same order."
    )
    put(here.book, "judgement", {"judge_id": "T1", "action_id": "B", "criterion_id": "ease", "performance": None})
    assert list(decide.methods(facts.read(here.book)).index) == ["A", "C"]


def test_methods_that_differ_name_the_action_that_moves_most():
    ranks = {"weighted_sum": [1, 2, 3], "topsis": [1, 3, 2], "promethee_ii": [2, 1, 3], "gap": [1, 2, 1]}
    said = decide.method_finding(pd.DataFrame(ranks, index=["A", "B", "C"]))
    assert said.text("en") == (
        "3 of the first 3 actions are so by all three methods; 'B' moves most, from rank 1 to rank 3."
    )


def test_the_annex_names_its_normalisation_and_stays_out_of_a_public_plan(here):
    judge(here.book)
    known = facts.read(here.book)
    html = outside.methods_annex(known, "en", "internal").html
    assert "TOPSIS" in html and "vector normalisation" in html
    assert outside.methods_annex(known, "en", "public").html == ""


def test_see_the_scores_opens_the_cell_in_the_form_at_a_judge_who_scored_it(here):
    judge(here.book, tables=("T1", "T2"))
    put(
        here.book,
        "judgement",
        {"judge_id": "T0", "action_id": "A", "criterion_id": "ease", "performance": 1.0, "table": "T0"},
    )
    room = workshop.Room(here)
    talk, form = room.discussions().children[0], room.scores()
    assert form.judge.value == "T0"
    first = talk.next.iloc[0]
    talk._chosen("B", "effect")
    assert form.judge.value == "T1" and form.table.looked == "B\neffect"
    talk._rows.children[0].children[1].click()
    assert form.table.looked == f"{first['action_id']}\n{first['criterion_id']}"


def test_pairs_are_one_fold_away_and_their_weights_start_the_sliders(here):
    judge(here.book)
    *_, ways = (room := workshop.Room(here)).weighing().children
    *_, fold = ways.children
    assert fold.selected_index is None and fold.titles == ("Comparer les critères deux à deux",)
    panel, foot = fold.children[0].children
    button, said = foot.children
    button.click()
    assert 'role="alert"' in said.value, "a pair is still to answer"
    [(pair, question)] = panel.answers.items()
    question.value = 3.0
    button.click()
    assert room._panel.children[0].weights.to_dict() == pytest.approx({pair[0]: 75, pair[1]: 25})


def test_an_order_of_the_criteria_is_one_fold_away_and_its_weights_start_the_sliders(here):
    judge(here.book)
    *_, ways = (room := workshop.Room(here)).weighing().children
    fold, _ = ways.children
    assert fold.selected_index is None and fold.titles == ("Mettre les critères en ordre",)
    panel, foot = fold.children[0].children
    button, said = foot.children
    button.click()
    assert 'role="alert"' in said.value, "no criterion has a place yet"
    first, second = panel.places
    panel.places[first].value, panel.places[second].value = 2, 1
    button.click()
    assert room._panel.children[0].weights.to_dict() == pytest.approx({first: 25, second: 75}), "1/2 of 1/2; the rest"


def test_blanks_and_criteria_that_part_nobody_are_named_under_the_sliders(here):
    judge(here.book)
    put(here.book, "judgement", {"judge_id": "T1", "action_id": "B", "criterion_id": "ease", "performance": None})
    room = workshop.Room(here)
    _, _, _, unheard, _ = room.weighing().children
    assert "« ease » de «\u00a0Action &lt;B&gt;\u00a0», par" in unheard.value.replace("«\u00a0ease\u00a0»", "« ease »")
    put(here.book, "judgement", {"judge_id": "T1", "action_id": "B", "criterion_id": "ease", "performance": 9.0})
    room.again()
    assert unheard.value == "", "all counts: nothing to say"


def test_how_firm_the_order_is_is_said_with_the_points_a_hand_finds(here):
    """A leads C while e + 8 > 0.6 (e + 40), so over 40 points of effect; and while 60 + 0.2 s > 0.6 (60 + s)."""
    judge(here.book)
    rows = [{"judge_id": "T2", "action_id": a, "criterion_id": c, "performance": x, "table": "T2"}
            for a, pair in VALUES.items() for c, x in zip(CRITERIA, pair, strict=True)]  # fmt: skip
    put(here.book, "judgement", *rows)
    points = {"effect": 60, "ease": 40}
    put(here.book, "weight", *({"judge_id": ROOM, "criterion_id": c, "points": p} for c, p in points.items()))
    put(here.book, "schedule", {"action_id": "A", "chosen": True})
    agreed, holds = [said.text("en") for said in decide.firmness(here.facts.at(here.today))]
    assert agreed.startswith("Agreement on the order, between those who judged: 1 (")
    assert holds.startswith("The first action stays the same as long as, the other weights kept: ")
    assert "'effect' stays at 40 points or more (now 60)" in holds
    assert "'ease' stays at 60 points or less (now 40)" in holds
    assert "«\u00a0effect\u00a0» reste à 40 points ou plus" in workshop.Room(here).charts().children[3].value


def test_a_limit_no_slider_reaches_is_not_told(here):
    """A leads C while e + 8 > 24, over 16 points of effect; C would pass at 150 of ease: 60 + 0.2 s = 0.6 s."""
    judge(here.book, {"A": (10, 2), "B": (0, 0), "C": (0, 6)})
    points = {"effect": 60, "ease": 40}
    put(here.book, "weight", *({"judge_id": ROOM, "criterion_id": c, "points": p} for c, p in points.items()))
    put(here.book, "schedule", {"action_id": "A", "chosen": True})
    (holds,) = [said.text("en") for said in decide.firmness(here.facts.at(here.today))]
    assert holds.endswith("the other weights kept: 'effect' stays at 16 points or more (now 60).")


def test_nothing_is_said_of_an_order_that_is_none(here):
    assert decide.firmness(here.facts) == []
    judge(here.book)
    assert decide.firmness(here.facts.at(here.today)) == [], "one table, no cut"


def test_a_title_inside_a_sentence_is_told_apart_from_it(here):
    judge(here.book)
    put(here.book, "judgement", {"judge_id": "T2", "action_id": "A", "criterion_id": "ease", "performance": 9.0})
    said = workshop.Room(here).discussions().children[0]._sentences
    assert said and all("de «\u00a0Action <" in sentence for sentence in said)


def test_only_the_firms_review_says_what_goes_unseen(here):
    known = here.facts.at(here.today)
    assert outside.blind_annex(known, "fr", "internal").html == outside.blind_annex(known, "fr", "public").html == ""
    assert "Que ne voit-on pas" in outside.blind_annex(known, "fr", "firm").html


def test_missions_are_named_in_the_language_of_the_page(here):
    judge(here.book)
    put(here.book, "criterion", {"criterion_id": "ease", "mission": "Economic", "mission_fr": "économique"},
        {"criterion_id": "effect", "mission": "Social"})  # fmt: skip
    now = here.facts.at(here.today)
    assert decide.mission_names(now, "fr") == {"Economic": "économique", "Social": "Social"}
    assert decide.mission_names(now, "en") == {"Economic": "Economic", "Social": "Social"}
    axes = str(workshop.Room(here)._charts()["missions"]().to_dict())
    assert "économique" in axes and "Economic" not in axes
