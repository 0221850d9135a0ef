"""A workshop's record on a small book counted by hand, as tables and as a page."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from planlib import clients, decide, facts, store
from planlib.desk import record_blocks as blocks
from planlib.plan.held import OPEN, counts, held
from planlib.schema import PlanError


@pytest.fixture
def room(workspace):
    """Two tables, seven notes of one workshop and one of another, three actions, one of them judged."""
    clients.new("essai", "sdc", "SDC d'essai", workspace=workspace)
    book = store.open("essai", workspace)

    def put(kind, *rows):
        book.put(kind, pd.DataFrame(rows), by="test", why="test", effective="2026-01-01")

    put(
        "action",
        {"action_id": "A-1", "title": "Planter", "title_en": "Plant", "owner": "Comité", "effort_size": "M"},
        {"action_id": "A-2", "title": "Éclairer", "duration_weeks": 4},
        {"action_id": "A-3", "title": "Fêter", "earliest_start": "2026-05-01", "deadline": "2026-06-30"},
    )
    said = [
        ("N-1", "Table 2", "Arbres", "placed", None, ["A-1"]),
        ("N-2", "Table 1", "Arbres", "placed", None, ["A-1", "A-2"]),
        ("N-3", "Table 1", "Lumière", "placed", None, ["A-2"]),
        ("N-4", "Table 1", "Lumière", "parked", "Plus tard <b>", []),
        ("N-5", "Table 1", None, "rejected", "Hors mandat", []),
        ("N-6", "Table 1", "Arbres", None, None, []),
        ("N-7", None, "Arbres", "placed", None, ["A-2"]),
    ]
    put(
        "note",
        *[
            {"note_id": n, "text": f"Mot {n}", "table": table, "theme": theme, "fate": fate, "fate_why": why,
             "workshop": "2026-01-15"}
            for n, table, theme, fate, why, _ in said
        ],
        {"note_id": "N-9", "text": "Ailleurs", "table": "Table 9", "workshop": "Café"},
    )  # fmt: skip
    put("thread", *[{"note_id": n, "action_id": a} for n, *_, actions in said for a in actions])
    yield SimpleNamespace(book=book, put=put, facts=lambda: facts.read(book))
    book.close()


def test_each_table_is_counted_with_what_it_asks_for(room):
    found = held(room.facts(), "2026-01-15")
    assert found.workshops == ("2026-01-15",)
    assert found.tables.index.to_list() == ["Table 1", "Table 2"]
    counts = found.tables[["notes", "placed", "parked", "rejected", "waiting"]]
    assert counts.to_numpy().tolist() == [[5, 2, 1, 1, 1], [1, 1, 0, 0, 0]]
    assert found.tables["themes"].to_list() == [("Arbres", "Lumière"), ("Arbres",)]
    assert found.tables["actions"].to_list() == [(("A-2", 2), ("A-1", 1)), (("A-1", 1),)]
    assert found.notes.index.to_list() == ["N-2", "N-3", "N-4", "N-5", "N-6", "N-1", "N-7"], "no table comes last"
    assert found.notes["actions"].to_dict()["N-2"] == ("A-1", "A-2")
    everything = held(room.facts())
    assert len(everything.notes) == 8 and everything.workshops == ("2026-01-15", "Café")


def test_what_the_plan_still_has_to_know_is_counted(room):
    room.put("cost", {"action_id": "A-3", "source_id": "S", "fiscal_year": 2026, "amount_high": 500.0})
    found = held(room.facts())
    assert found.open.to_dict() == {"owner": 2, "duration": 1, "effort": 2, "cost": 2}
    assert tuple(found.open.index) == OPEN and found.actions == 3


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", "Aucune note ne vient de l'atelier «\xa02025\xa0». Ateliers connus\xa0: 2026-01-15 et Café"),
        ("en", "No note comes from workshop '2025'. Known workshops: 2026-01-15 and Café"),
    ],
)
def test_an_unknown_workshop_is_refused_with_those_known(room, lang, said):
    with pytest.raises(PlanError) as refused:
        held(room.facts(), "2025")
    assert refused.value.text(lang) == said


def test_what_is_decided_comes_by_priority_with_its_reason(room):
    room.put(
        "priority",
        {"action_id": "A-1", "priority": "desirable", "why": "Déjà commencé"},
        {"action_id": "A-3", "priority": "essential"},
    )
    found = held(room.facts())
    assert found.decided.index.to_list() == ["A-3", "A-1"]
    assert found.decided["title_en"].to_list() == ["Fêter", "Plant"]
    page = blocks.decided(found, "en").html
    assert page.index("Fêter") < page.index("Plant") and "Déjà commencé" in page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_shows_each_note_once_and_escapes_its_words(room, lang):
    known = room.facts()
    found = held(known, "2026-01-15")
    titles = facts.titles(known.actions, lang).to_dict()
    page = blocks.annex(found, titles, lang).html
    assert all(page.count(f">N-{n}<") == 1 for n in range(1, 8))
    assert "Plus tard &lt;b&gt;" in page and "<b>" not in page
    ranked, talk = decide.ranking(known), decide.discussions(known)
    figures = blocks.figures(counts(found, ranked, talk), lang).html
    assert f'<p class="x">7</p><p class="quiet">{"4 placées" if lang == "fr" else "4 placed"}</p>' in figures
    assert f'0 <span class="of">{"sur" if lang == "fr" else "of"} 3</span>' in figures
    title = blocks.title(found, lang).html
    assert ("15\xa0janvier\xa02026" if lang == "fr" else "January 15, 2026") in title
    assert blocks.disagreements(talk, titles, lang).html.startswith("<p>")
    assert blocks.tables(found, titles, lang).html.count("<tr>") == 3
    to_come = blocks.to_come(found, lang).html
    assert "Mot N-4" in to_come and "Hors mandat" in to_come


def test_an_empty_workbook_says_so(workspace):
    clients.new("vide", "generic", "Vide", workspace=workspace)
    with store.open("vide", workspace) as book:
        found = held(facts.read(book))
    assert found.tables.empty and found.open.sum() == 0
    assert "No note" in blocks.annex(found, {}, "en").html and "No note" in blocks.tables(found, {}, "en").html
    assert blocks.title(found, "en").html == "<h1>Workshop record</h1>"
