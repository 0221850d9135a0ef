"""Relevance in a review workshop: hands counted by item, recounted, and stored by the panels with who and why."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from test_review import full, plain, plan  # noqa: F401  the plan worked by hand

from planlib import desk, facts
from planlib.desk import room
from planlib.review import relevance
from planlib.widgets.relevance_form import RelevanceForm
from planlib.widgets.review_form import ReviewForm

END = date(2025, 12, 31)


def known(full):  # noqa: F811
    return facts.read(full.book, END)


def counted(form, *hands):
    for field, n in zip(form.hands.fields.values(), hands, strict=True):
        field.value = str(n)
    form.who.value, form.why.value = "Animatrice", "Atelier de bilan"
    form.store()


def test_hands_are_counted_by_answer_and_the_least_relevant_comes_first(full, lang):  # noqa: F811
    form = ReviewForm(known(full), lang, 2025)
    for action, hands in {"A4": (6, 3, 1), "A7": (0, 2, 8), "A1": (10, 0, 0)}.items():
        form.action.value = action
        counted(form, *hands)
    found = relevance.tally(known(full), 2025)
    assert list(found.index) == ["A7", "A4", "A1"]
    assert found.loc["A4", ["relevant", "rethink", "past", "n"]].tolist() == [6, 3, 1, 10]
    assert known(full).book.history("ballot").iloc[0]["by"] == "Animatrice"
    assert relevance.tally(known(full), 2024).empty, "another year's room is another's"


def test_a_second_count_replaces_the_first_even_when_fewer_hands_are_raised(full):  # noqa: F811
    form = ReviewForm(known(full), "fr", 2025)
    form.action.value = "A4"
    counted(form, 6, 3, 1)
    form.action.value = "A4"
    assert [field.value for field in form.hands.fields.values()] == ["6", "3", "1"]
    counted(form, 2, 0, 5)
    assert relevance.tally(known(full), 2025).loc["A4"].tolist() == [2, 0, 5, 7]


@pytest.mark.parametrize("text", ["beaucoup", "-1", "2,5", "9000"])
def test_what_is_no_number_of_hands_is_refused_in_a_sentence(full, lang, text):  # noqa: F811
    form = ReviewForm(known(full), lang, 2025)
    counted(form, text, 0, 0)
    assert {"fr": "nombre de mains", "en": "number of hands"}[lang] in form.answer.value and text in form.answer.value
    assert known(full).ballots.empty


def test_paper_ballots_of_the_same_question_count_with_the_hands(full):  # noqa: F811
    paper = {"round": "review-2025", "item": "A4", "criterion": "relevance", "medium": "paper"}
    rows = pd.DataFrame([paper | {"voter": f"B{i}", "mark": mark} for i, mark in enumerate([1.0, 0.0])])
    full.book.put("ballot", rows, by="ana", why="bulletins", effective="2025-12-31")
    form = ReviewForm(known(full), "fr", 2025)
    form.action.value = "A4"
    for name, n in (("relevant", "1"), ("rethink", ""), ("past", "")):
        form.hands.fields[name].value = n
    form.who.value, form.why.value = "Animatrice", "main levée"
    form.store()
    assert relevance.tally(known(full), 2025).loc["A4"].tolist() == [2, 0, 1, 3]


def test_the_review_goes_axis_by_axis_and_starts_where_an_answer_is_owed(full, lang):  # noqa: F811
    form = ReviewForm(known(full), lang, 2025)
    listed = [action for _, action in form.action.options]
    assert listed == ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "B1"]
    assert form.action.value in form._owed or not form._owed
    form.axis.value = "X2"
    assert [action for _, action in form.action.options] == ["A5", "A6", "A7", "A8", "A9"]


def test_counting_hands_keeps_the_date_a_review_already_gave(full):  # noqa: F811
    full.put("review", {"fiscal_year": 2025, "action_id": "A4", "decision": "continue", "new_date": "2026-06-30"})
    form = ReviewForm(known(full), "fr", 2025)
    form.action.value = "A4"
    counted(form, 5, 0, 0)
    assert known(full).reviews.loc[(2025, "A4"), "new_date"] == pd.Timestamp("2026-06-30")


def test_no_reason_is_asked_of_what_is_done(full):  # noqa: F811
    form = ReviewForm(known(full), "fr", 2025)
    form.action.value = "A1"
    assert form.reason.disabled and form.second.disabled and form.reason_text.disabled
    form.action.value = "A4"
    assert not form.reason.disabled
    before = len(known(full).reviews)
    form.action.value = "A1"
    counted(form, 3, 0, 0)
    assert len(known(full).reviews) == before, "a count of hands alone is no review"


def test_parked_notes_are_opportunities_the_room_answers_on(full, lang):  # noqa: F811
    full.put(
        "note",
        {"note_id": "N-9", "text": "Un marché <b>d'hiver</b>", "fate": "parked", "fate_why": "Après les travaux"},
    )
    form = RelevanceForm(known(full), lang, 2025)
    form.item.value = "N-9"
    assert "Après les travaux" in form.card.value and "<b>" not in form.card.value
    form.who.value, form.why.value = "Animatrice", "Atelier"
    form.store()
    assert 'role="alert"' in form.answer.value, "no hand was counted"
    counted(form, 4, 1, 0)
    assert relevance.tally(known(full), 2025).loc["N-9", "n"] == 5
    told = room.relevant(desk.open_client("essai", lang=lang, today=END), 2025).html
    assert "&lt;b&gt;d&#x27;hiver" in told and ">5<" in told


def test_the_page_of_the_room_follows_what_is_stored(full, lang):  # noqa: F811
    here = desk.open_client("essai", lang=lang, today=END)
    assert {"fr": "Aucune main", "en": "No hand"}[lang] in room.relevant(here, 2025).html
    assert "figures" in room.page(here, 2025).html and "decisions" in room.page(here, 2025).html
    assert {"fr": "7 actions non réalisées, 2 réalisées", "en": "7 actions not done, 2 done"}[lang] in plain(
        room.counts(here, 2025).html
    )
    form = ReviewForm(known(full), lang, 2025)
    form.action.value, form.decision.value = "A5", "drop"
    form.who.value, form.why.value = "Direction", "décidé"
    form.store()
    assert here.book.table("review").loc[(2025, "A5"), "decision"] == "drop"
    assert here.book.table("review").loc[(2025, "A5"), "reason"] == "people", "what was said before stays"
