"""A client alone in JupyterLab: its copies of the notebooks, what is shown of its folder, and the panels' memory."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from planlib import clients, decide, facts, store
from planlib.desk import copies, lab
from planlib.schema import PlanError
from planlib.widgets.build_form import BuildForm
from planlib.widgets.score_form import ScoreForm
from planlib.widgets.update_form import UpdateForm
from planlib.words import LANGS, own_words, word

DAY = date(2026, 3, 2)
HOSTILE = "Marché <img src=x onerror='window.hacked = 1'>"


@pytest.fixture
def essai(workspace):
    """A client with two actions, two criteria, and judgements by two tables."""
    clients.new("essai", "generic", "Ville d'essai")
    with store.open("essai") as book:
        say = {"by": "test", "why": "essai", "effective": "2026-01-05"}
        titles = pd.DataFrame({"action_id": ["A-1", "A-2"], "title": [HOSTILE, "Kiosque"]})
        book.put("action", titles, **say)
        criteria = book.table("criterion")
        kept = criteria.index[criteria["sense"] == "max"][:2]
        book.set_aside("criterion", criteria.index.difference(kept), **say | {"why": "deux suffisent"})
        cells = [
            (judge, action, criterion, performance, judge)
            for judge, marks in (("T1", (8.0, 4.0)), ("T2", (6.0, 5.0)))
            for action, performance in zip(("A-1", "A-2"), marks, strict=True)
            for criterion in kept
        ]
        names = ["judge_id", "action_id", "criterion_id", "performance", "table"]
        book.put("judgement", pd.DataFrame(cells, columns=names), **say)
        book.put("post", pd.DataFrame({"post_id": ["P-1", "P-2"], "title": ["Direction", "Animation"]}), **say)
    return workspace / "essai"


def known(folder):
    return facts.read(store.open(folder.name), DAY)


def test_copies_are_preset_to_the_client_and_the_language_and_speak_it(tmp_path, lang):
    assert copies.place(tmp_path / "notebooks", "essai", lang) == []
    books = sorted((tmp_path / "notebooks").glob("*.ipynb"))
    assert [path.stem[0] for path in books] == list("1234567")
    for path in books:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert "".join(cells[0]["source"]) == word(f"notebooks.{path.stem[2:]}", lang)
        assert f'client = "essai"\nlang = "{lang}"\ntoday = None' in "".join(cells[1]["source"])
        assert not any(cell.get("outputs") for cell in cells)


def test_notebooks_hold_to_the_house_style(root):
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells]
        assert sources[0] == word(f"notebooks.{path.stem[2:]}", "en"), path.name
        tags = [cell["metadata"].get("tags", []) for cell in cells]
        assert tags[1] == ["parameters"] and tags[-1] == ["check"], path.name
        assert "open_client" in sources[2] and "assert" in sources[-1], path.name
        for cell, source in zip(cells[1:], sources[1:], strict=True):
            assert cell["metadata"]["jupyter"]["source_hidden"], path.name
            assert len(source.splitlines()) <= 10 and "def " not in source, path.name


def test_what_a_person_typed_in_a_copy_stays_and_an_untouched_copy_follows_its_notebook(tmp_path, monkeypatch):
    masters = tmp_path / "masters"
    masters.mkdir()
    for name in ("1_ingest", "2_prioritise"):
        content = (copies.MASTERS / f"{name}.ipynb").read_text(encoding="utf-8")
        (masters / f"{name}.ipynb").write_text(content, encoding="utf-8")
    monkeypatch.setattr(copies, "MASTERS", masters)
    folder = tmp_path / "notebooks"
    copies.place(folder, "essai", "fr")
    typed = json.loads((folder / "1_ingest.ipynb").read_text(encoding="utf-8"))
    typed["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "Décidé avec la mairesse"})
    (folder / "1_ingest.ipynb").write_text(json.dumps(typed), encoding="utf-8")
    assert copies.place(folder, "essai", "en") == [], "the notebook itself has not moved on"
    for path in masters.iterdir():
        book = json.loads(path.read_text(encoding="utf-8"))
        book["cells"].append({"cell_type": "markdown", "id": "new", "metadata": {}, "source": "New"})
        path.write_text(json.dumps(book), encoding="utf-8")
    assert copies.place(folder, "essai", "en") == ["1_ingest.ipynb"]
    mine = (folder / "1_ingest.ipynb").read_text(encoding="utf-8")
    assert "Décidé avec la mairesse" in mine and 'lang = \\"en\\"' in mine
    assert '"New"' in (folder / "2_prioritise.ipynb").read_text(encoding="utf-8")


def test_copies_are_headed_in_the_clients_words_and_stay_its_own_when_they_change(tmp_path):
    rows = [{"term_id": "action", "fr": "projet", "en": "project"}]
    tongues = tuple(own_words(one, rows) for one in ("fr", "en"))
    folder = tmp_path / "notebooks"
    copies.place(folder, "essai", "fr")
    assert copies.place(folder, "essai", "fr", None, tongues) == []
    first = json.loads((folder / "2_prioritise.ipynb").read_text(encoding="utf-8"))["cells"][0]["source"]
    assert "Il faut des projets, des critères et des cotes." in first
    assert copies.place(folder, "essai", "en", None, tongues) == []
    first = json.loads((folder / "2_prioritise.ipynb").read_text(encoding="utf-8"))["cells"][0]["source"]
    assert "It needs projects, criteria and judgements." in first


def test_placing_copies_twice_changes_nothing(tmp_path):
    copies.place(tmp_path, "essai", "fr", "2026-01-20")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    copies.place(tmp_path, "essai", "fr", "2026-01-20")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_unknown_client_opens_nothing(workspace):
    with pytest.raises(PlanError, match="essai"):
        lab.ready("essai", "fr")


@pytest.mark.parametrize("slug", ["..", "../essai", "essai/../autre", "/etc"])
def test_nothing_outside_the_workspace_can_be_opened(essai, slug):
    with pytest.raises(PlanError):
        lab.ready(slug, "fr")


def test_a_corrected_score_is_there_the_next_day_with_who_and_why_and_moves_the_ranking(essai, lang):
    before = decide.ranking(known(essai))["score"]
    form = ScoreForm(known(essai), lang)
    form.judge.value = "T2"
    criterion = known(essai).scored_criteria.index[0]
    form.table.cells = form.table.cells | {f"A-2\n{criterion}": "9"}
    form.store()
    assert word("panel.no_who", lang) in form.answer.value.replace("&#x27;", "'")
    form.who.value, form.why.value = "Mme Roy", "Le kiosque a déjà son permis"
    form.store()
    tomorrow = known(essai)
    assert tomorrow.judgements.loc[("T2", "A-2", criterion), "performance"] == 9.0
    told = tomorrow.book.history("judgement", ("T2", "A-2", criterion)).iloc[-1]
    assert (told["by"], told["why"]) == ("Mme Roy", "Le kiosque a déjà son permis")
    assert tomorrow.judgements.loc[("T2", "A-2", criterion), "table"] == "T2", "what was not touched stays"
    after = decide.ranking(tomorrow)["score"]
    # One of two judges raises one of two equally weighted criteria from 5 to 9 on a scale of 0 to 10: 0.4 / 4.
    assert after["A-2"] - before["A-2"] == pytest.approx(0.1)
    assert after["A-1"] == before["A-1"]


def test_a_score_off_its_scale_is_refused_in_a_sentence_and_not_stored(essai, lang):
    form = ScoreForm(known(essai), lang)
    criterion = known(essai).scored_criteria.index[0]
    form.who.value, form.why.value = "Mme Roy", "essai"
    form.table.cells = form.table.cells | {f"A-1\n{criterion}": "12"}
    form.store()
    assert "wrong" in form.answer.value and "12" in form.answer.value
    assert known(essai).judgements["performance"].max() == 8.0


def test_an_update_asks_for_the_date_of_what_is_postponed_and_keeps_the_sentence(essai, lang):
    shown = []
    form = UpdateForm(known(essai), lang, saved=lambda: shown.append(True))
    form.action.value, form.status.value = "A-2", "postponed"
    form.who.value, form.why.value = "Animation", "Le permis tarde"
    form.store()
    assert "wrong" in form.answer.value and not shown
    form.new_date.value = date(2026, 9, 1)
    form.store()
    said = known(essai).updates.loc[("A-2", "2026-03-02")]
    assert (said["status"], said["comment"]) == ("postponed", "Le permis tarde")
    assert said["new_date"] == pd.Timestamp("2026-09-01")
    assert shown == [True]


def test_building_an_action_names_its_owner_and_the_list_of_lacks_shortens(essai, lang):
    form = BuildForm(known(essai), lang)
    form.action.value = "A-1"
    lacks = form.lacks.value.count("<li>")
    form.owner.value = "P-1"
    form.who.value, form.why.value = "Direction", "Décidé à l'atelier"
    form.store()
    now = known(essai)
    assert list(now.assignments.index) == [("A-1", "P-1", "accountable")]
    assert form.lacks.value.count("<li>") < lacks
    form.owner.value, form.why.value = "P-2", "La direction passe la main"
    form.store()
    assert list(known(essai).assignments.index) == [("A-1", "P-2", "accountable")], "one answers, not two"


def a_step(essai, lang, **fields):
    """The form on A-1, of long term, with a new first step written."""
    with store.open("essai") as book:
        roles = {"post_id": ["P-1"], "title": ["Direction"], "role_id": ["R-1"]}
        say = {"by": "test", "why": "essai", "effective": "2026-01-05"}
        book.put("role", pd.DataFrame({"role_id": ["R-1", "R-2"], "title": ["Direction", "Animation"]}), **say)
        book.put("post", pd.DataFrame(roles), **say)
    form = BuildForm(known(essai), lang)
    form.action.value = "A-1"
    assert form.step.layout.display == "none", "nothing is asked while the term is not known"
    form.horizon.value = "long"
    assert form.step.layout.display is None
    said = {"title": "Demander le permis", "owner": "P-1", "days": "2,5" if lang == "fr" else "2.5", "cost": "800"}
    for name, value in (said | {"decided_on": date(2026, 6, 30)} | fields).items():
        getattr(form.step, name).value = value
    form.who.value, form.why.value = "Direction", "Décidé à l'atelier"
    form.store()
    return form


def test_a_first_step_is_written_with_its_owner_days_cost_and_decision_date(essai, lang):
    form = a_step(essai, lang)
    now = known(essai)
    steps = now.actions[now.actions["first_step_of"] == "A-1"]
    assert list(steps["title"]) == ["Demander le permis"] and list(steps["horizon"]) == ["short"]
    step = steps.iloc[0]
    assert (step["cost_low"], step["cost_high"], step["currency"]) == (800.0, 800.0, "CAD")
    assert step["deadline"] == pd.Timestamp("2026-06-30")
    assert now.demands["effort_days"].to_dict() == {(step.name, "R-1"): 2.5}
    assert (step.name, "P-1", "accountable") in now.assignments.index
    told = now.book.history("action", step.name).iloc[-1]
    assert (told["by"], told["why"]) == ("Direction", "Décidé à l'atelier")
    assert form.step.which.value == step.name and form.step.title.value == "Demander le permis"
    form.step.cost.value, form.why.value = "950", "Soumission reçue"
    form.store()
    again = known(essai)
    assert again.actions.loc[step.name, "cost_high"] == 950.0
    assert (again.actions["first_step_of"] == "A-1").sum() == 1, "the same step, not another"


def test_an_action_of_long_term_without_first_step_is_told_and_the_step_empties_it(essai, lang):
    owed = {"fr": "première étape", "en": "first step"}[lang]
    with store.open("essai") as book:
        say = {"by": "test", "why": "essai", "effective": "2026-01-05"}
        book.put("action", pd.DataFrame({"action_id": ["A-1"], "horizon": ["long"]}), **say)
    form = BuildForm(known(essai), lang)
    form.action.value = "A-1"
    assert owed in form.lacks.value
    form.step.title.value, form.step.decided_on.value = "Demander le permis", date(2026, 6, 30)
    form.who.value, form.why.value = "Direction", "essai"
    form.store()
    step = form.step.which.value
    texts = [finding.text(lang) for finding in form._found.loc[form._found["action_id"] == "A-1", "text"]]
    assert not any(owed in text for text in texts)
    assert step and "Demander le permis" in form.lacks.value, "what the step itself lacks stands there too"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, {"fr": "n'a pas de nom", "en": "has no name"}),
        ({"owner": "P-2"}, {"fr": "de qui sont ces jours", "en": "whose days"}),
        ({"decided_on": date(2027, 6, 30)}, {"fr": "dans la première année", "en": "within the first year"}),
    ],
)
def test_a_first_step_that_cannot_be_is_refused_in_a_sentence_and_nothing_is_stored(essai, lang, fields, said):
    form = a_step(essai, lang, **fields)
    assert said[lang] in form.answer.value.replace("&#x27;", "'").replace("’", "'")
    assert known(essai).actions["first_step_of"].isna().all()
    assert known(essai).actions["horizon"].isna().all(), "neither is the rest of the form"


def test_the_next_action_is_a_touch_away_and_the_ends_meet(essai):
    form = BuildForm(known(essai), "fr")
    seen = [form.action.value]
    next_button = next(b for b in form.children[1].children if getattr(b, "description", "") == "›")
    for _ in range(2):
        next_button.click()
        seen.append(form.action.value)
    assert seen[0] == seen[2] != seen[1]


def test_words_of_a_workshop_are_shown_and_never_run(essai):
    form = BuildForm(known(essai), "fr")
    form.action.value = "A-1"
    assert "<img" not in form.card.value and "&lt;img" in form.card.value


def test_every_panel_speaks_both_languages(essai):
    labels = {lang: BuildForm(known(essai), lang).save.description for lang in LANGS}
    assert labels == {"fr": "Enregistrer", "en": "Store"}


def test_two_rooms_that_change_the_same_score_are_told(essai):
    """Two labs on one client: the second to store what the first just changed hears of it."""
    first, second = ScoreForm(known(essai), "en"), ScoreForm(known(essai), "en")
    criterion = known(essai).scored_criteria.index[0]
    for form, performance in ((first, "9"), (second, "2")):
        form.judge.value = "T1"
        form.table.cells = form.table.cells | {f"A-1\n{criterion}": performance}
        form.who.value, form.why.value = f"room {performance}", "heard"
        form.store()
    assert "room 9" in second.answer.value and "wrong" in second.answer.value
    assert known(essai).judgements.loc[("T1", "A-1", criterion), "performance"] == 9.0


def test_the_day_of_a_decision_is_the_day_of_the_desk(essai):
    form = UpdateForm(known(essai), "fr")
    form.action.value, form.status.value = "A-2", "under_way"
    form.who.value, form.why.value = "Animation", "Commencé"
    form.store()
    written = store.open("essai").history("update").iloc[-1]
    assert written["effective"] == "2026-03-02"
    assert written["at"][:4] >= str(datetime.now(UTC).year)[:4]
