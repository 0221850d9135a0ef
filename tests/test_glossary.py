"""A client's own words, axe, orientation, chantier: wherever a client reads, in French that a native would write."""

from __future__ import annotations

import copy
import json
import pickle
import re
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from planlib import cli, clients, demo, facts, office, plan, report, store, tongue
from planlib.schema import PlanError
from planlib.words import LANGS, house_nouns, known_terms, own_words, rooms, word, wording

TODAY = date(2026, 1, 20)
SAY = {"by": "test", "why": "test", "effective": "2025-01-01"}

# Nouns of each gender, before a consonant and before a vowel: (one, other, gender).
FEMININE = {"axis": "stratégie", "objective": "cible", "action": "mesure", "owner": "direction", "impact": "retombée"}
OPEN_F = {"axis": "orientation", "objective": "intention", "action": "initiative", "owner": "élue", "impact": "issue"}
MASCULINE = {"axis": "chantier", "objective": "but", "action": "projet", "owner": "maître d’œuvre", "impact": "fruit"}
OPEN_M = {"axis": "enjeu", "objective": "idéal", "action": "engagement", "owner": "élu", "impact": "apport"}
GLOSSARIES = {"f": FEMININE, "open-f": OPEN_F, "m": MASCULINE, "open-m": OPEN_M}

# Files told to whoever prepares the data, before there is a client's plan to read.
OF_THE_CONSULTANT = {"ingest", "layout", "files", "parse", "documents", "schema", "store", "workspace", "lab", "term"}
# What is no name of a thing of the plan: the document, a word of the command line, a limb of an identifier.
FIXED = re.compile(
    r"\[[^\]]*\]|\{\w+\}|plans? d['’]action|action plans?|--as \w+|planlib \w+ [^.»']*|\w+\.A-\d+"
    r"|poste responsable|« actions »|'actions'",
    re.IGNORECASE,
)
NAMED = {
    "fr": re.compile(r"(?<![\w-])(actions?|axes?|objectifs?|responsables?|impacts?)(?![\w-])", re.I),
    "en": re.compile(r"(?<![\w-])(actions?|ax[ei]s|objectives?|owners?|impacts?)(?![\w-])", re.I),
}
# The words of a program, not of a plan: what a solver maximises, the kinds of files a command takes.
NOT_OF_A_PLAN = {"schedule.objective", "cli.option_as"}


def tongue_of(words: dict[str, str], lang: str = "fr", **gender: str):
    rows = [{"term_id": term, lang: own, "fr_gender": gender.get(term)} for term, own in words.items()]
    return own_words(lang, rows)


def told(key: str, lang, form: str = "") -> str:
    """A sentence before its facts are filled in."""
    from planlib.words import _template

    return _template(key, lang, form)


def forms():
    """(key, form, lang, text) for each form of each sentence."""
    for room in rooms():
        for name, entry in wording(room).items():
            for lang in LANGS:
                found = entry[lang]
                for form, text in found.items() if isinstance(found, dict) else [("", found)]:
                    yield f"{room}.{name}", form, lang, text


MARKED = [one for one in forms() if tongue.MARK.search(one[3])]


def test_without_a_glossary_every_sentence_is_read_as_it_was_written():
    for key, form, lang, text in MARKED:
        bare = re.sub(r"\[(\w+\.\w+)\]", lambda label: word(label[1], lang), text)  # noqa: B023 used at once
        bare = re.sub(r"\[([^\[\]|]*[^\W\d][^\[\]|]*)(?:\|\w+)?\]", r"\1", bare)
        assert told(key, lang, form).replace("\u00a0", " ").replace("\u202f", " ") == bare.replace("\u00a0", " "), key


def test_every_mark_names_something_a_client_may_rename():
    for _, _, lang, text in MARKED:
        bare = re.sub(r"\[\w+\.\w+\]", "", text)
        assert all(term in house_nouns(lang) for term in tongue.terms_in(bare, house_nouns(lang)))
        for words, bar, _ in (mark.rpartition("|") for mark in tongue.MARK.findall(bare)):
            assert not (bar and NAMED[lang].search(words)), f"{text}: a noun stands in brackets without a bar"


@pytest.mark.parametrize("name", GLOSSARIES)
def test_no_sentence_keeps_a_mark_or_an_article_of_the_wrong_gender_or_a_missing_elision(name):
    nouns = "|".join(GLOSSARIES[name].values())
    wrong = {
        "f": rf"(?:un|le|du|au|ce|cet|aucun|tout|tous les|premier|seul|son) (?:{nouns})|[ld]['’](?:{nouns})",
        "open-f": rf"(?:un|le|la|du|au|ce|cet|aucun|tout|tous les|premier|sa|de|que|de la|à la) (?:{nouns})",
        "m": rf"(?:une|la|cette|aucune|toute|toutes les|première|seule|sa) (?:{nouns})|[ld]['’](?:{nouns})",
        "open-m": rf"(?:une|le|la|du|au|ce|cette|aucune|toute|toutes les|première|sa|de|que) (?:{nouns})",
    }[name]
    never = r"\bde les?\b(?! distinguer)|\bà les?\b|\bsi ils?\b|\bque ils?\b|\b[dlq]u? ['’]"
    bad = re.compile(rf"(?<!-)\b(?:{wrong})\b|{never}", re.I)
    lang = tongue_of(GLOSSARIES[name], owner="f" if name == "open-f" else None, impact="m" if name == "m" else None)
    for key, form, of, _ in MARKED:
        if of == "fr":
            said = told(key, lang, form)
            assert not bad.search(said), f"{key}: {said}"
            assert not tongue.MARK.search(said), f"{key}: {said}"


def test_no_sentence_that_a_client_reads_names_a_thing_of_the_plan_outside_a_mark():
    """Such a word would stay ours beside the client's own: put it in brackets, with its article and what agrees."""
    left = []
    for key, _, lang, text in forms():
        if key.partition(".")[0] not in OF_THE_CONSULTANT and key not in NOT_OF_A_PLAN:
            left += [f"{key} ({lang}): {found[0]}" for found in NAMED[lang].finditer(FIXED.sub(" ", text))]
    assert not left, "\n".join(left)


# Worked by hand, as a native would write them.
SAID = [
    ("plan.empty_axis", "m", "Le chantier « Rue » n’a aucun projet au plan. Ajoutez-en un, ou dites que le chantier"),
    ("plan.empty_axis", "f", "La stratégie « Rue » n’a aucune mesure au plan. Ajoutez-en une, ou dites que la"),
    ("plan.empty_axis", "open-f", "L’orientation « Rue » n’a aucune initiative au plan. Ajoutez-en une, ou"),
    ("plan.empty_axis", "open-m", "n’a aucun engagement au plan. Ajoutez-en un, ou dites que l’enjeu attend."),
    (
        "plan.no_axis",
        "m",
        "« Bac » n’est rattaché à aucun chantier ni but. Rattachez-le, ou dites pourquoi il est",
    ),
    (
        "plan.no_axis",
        "f",
        "n’est rattachée à aucune stratégie ni cible. Rattachez-la, ou dites pourquoi elle est",
    ),
    ("plan.not_begun_said", "m", "Demandez s’il est commencé."),
    ("plan.not_begun_said", "open-f", "Demandez si elle est commencée."),
    ("plan.no_indicator", "m", "Donnez-en un au projet ou à son but."),
    ("plan.no_indicator", "open-m", "Donnez-en un à l’engagement ou à son idéal."),
    ("plan.no_indicator", "f", "Donnez-en un à la mesure ou à sa cible."),
    ("adopted.steps", "m", "premières étapes de projets plus longs"),
    ("adopted.steps", "open-f", "premières étapes d’initiatives plus longues"),
    ("block.h_axes", "open-f", "Orientation par orientation"),
    ("block.axis_empty", "open-m", "Aucun engagement n’était prévu sur cet enjeu."),
    ("block.axis_empty", "f", "Aucune mesure n’était prévue sur cette stratégie."),
    ("review.strategy_best", "open-f", " ; « Un » est l’orientation la plus avancée"),
    ("review.strategy_best", "m", " ; « Un » est le chantier le plus avancé"),
    ("review.decide_reassign", "m", "Confier 3 projets à d’autres maîtres d’œuvre"),
    ("review.frees_reassign", "f", "le temps de la direction actuelle"),
    ("review.frees_reassign", "m", "le temps du maître d’œuvre actuel"),
    ("review.frees_undecided", "m", "tout, s’ils sont retirés"),
    ("charts.reasons_measure", "m", "Motif principal de chacun des 3 projets non réalisés"),
    ("decision.reassign", "open-f", "confier à une autre élue"),
    ("agree.action_twice", "f", "La mesure « A-1 » est là deux fois"),
    ("ranking.bands_told", "m", "Une barre pour chacun des 3 projets, du plus sûr au moins sûr"),
    ("schedule.unknown_role", "open-f", "L'initiative « Bac » demande le rôle"),
]
FACTS = {
    "axis": "Rue", "action": "Bac", "n": 3, "best": "Un", "day": TODAY, "limit": 4, "found": "A-1", "always": 1,
    "depends": 1, "never": 1, "role": "r", "known": ["r"], "of": 5,
}  # fmt: skip


@pytest.mark.parametrize(("key", "name", "expected"), SAID)
def test_whole_sentences_are_french(key, name, expected):
    lang = tongue_of(GLOSSARIES[name], owner="f" if name == "open-f" else None)
    said = word(key, lang, **FACTS).replace("\u00a0", " ").replace("\u202f", " ")
    assert expected in said


@pytest.mark.parametrize(
    ("key", "words", "expected"),
    [
        ("block.h_axes", {"axis": "priority"}, "Priority by priority"),
        ("adopted.axes", {"axis": "priority"}, "3 priorities"),
        ("adopted.figure_owners", {"action": "project", "owner": "sponsor"}, "Projects with a sponsor"),
        ("adopted.figure_owners", {"action": "measure", "owner": "elected lead"}, "Measures with an elected lead"),
        ("gantt.steps", {"action": "initiative"}, "first step of a longer initiative"),
        ("office.about_plan", {"action": "area of work"}, "The areas of work of the plan"),
    ],
)  # fmt: skip
def test_english_takes_its_article_and_plural(key, words, expected):
    assert expected in word(key, tongue_of(words, "en"), **FACTS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("maître d’œuvre", "maîtres d’œuvre"), ("ligne directrice", "lignes directrices"), ("idéal", "idéaux"),
        ("enjeu", "enjeux"), ("projet", "projets"), ("axe de travail", "axes de travail"), ("choix", "choix"),
    ],
)  # fmt: skip
def test_the_plural_is_made_where_it_is_not_given(one, other):
    assert tongue.plural_fr(one) == other


def test_a_plural_and_a_gender_that_the_client_states_win():
    rows = [{"term_id": "axis", "fr": "Orientation", "fr_plural": "grandes orientations", "fr_gender": "f"}]
    lang = own_words("fr", rows)
    assert word("adopted.axes", lang, n=2) == "2 grandes orientations"
    assert word("adopted.axes", lang, n=1) == "1 orientation"  # a capital typed in the list is no capital in a sentence
    assert word("block.h_axes", lang) == "Orientation par orientation"
    assert word("adopted.axes", own_words("fr", [{"term_id": "axis", "fr": "OS", "fr_gender": "m"}]), n=1) == "1 OS"


def test_a_tongue_is_its_language_everywhere():
    lang = tongue_of(MASCULINE)
    assert (lang, hash(lang), f"title_{lang}") == ("fr", hash("fr"), "title_fr")
    assert {"fr": 1}[lang] == 1
    assert json.dumps({"lang": lang}) == '{"lang": "fr"}'
    for twin in (pickle.loads(pickle.dumps(lang)), copy.deepcopy(lang)):
        assert word("block.h_axes", twin) == "Chantier par chantier"
    assert word("block.h_axes", "fr") == "Axe par axe"  # what was said to one client is not said to the next
    assert word("block.h_axes", tongue_of(OPEN_M)) == "Enjeu par enjeu"


def test_a_label_is_renamed_and_its_code_is_not():
    lang = own_words("fr", [{"term_id": "status.dropped", "fr": "abandonné"}])
    assert word("status.dropped", lang) == "abandonné"
    assert word("status.done", lang) == "réalisé"
    assert word("level.impact", own_words("fr", [{"term_id": "impact", "fr": "retombée"}])) == "retombée"
    assert "« abandonné »" in word("office.row_gone", lang, action="A-1").replace("\u00a0", " ")


def test_errors_keep_their_house_words_in_str_and_take_the_clients_when_told():
    error = PlanError("cli.no_action", client="essai")
    assert "has no action yet" in str(error)
    assert "n'a pas encore de projet" in error.text(tongue_of(MASCULINE))


# At the door of the workbook


@pytest.fixture
def book(workspace):
    clients.new("essai", "sdc", "SDC d'essai")
    with store.open("essai") as found:
        yield found


def glossary(book, **row):
    book.put("glossary", pd.DataFrame([row]), **SAY)


def test_an_unknown_term_is_refused_with_the_known_ones(book):
    with pytest.raises(PlanError, match=r"no term 'axes'.*axis, objective, action, owner, impact, status\.to_come"):
        glossary(book, term_id="axes", fr="orientation")
    assert book.table("glossary").empty
    assert set(known_terms()) >= {"axis", "objective", "action", "owner", "impact", "status.done", "priority.essential"}


def test_a_noun_whose_gender_cannot_be_told_is_asked_for(book):
    with pytest.raises(PlanError, match=r"glossary, 'axis': the gender of 'kesako' is not known\. Write m or f"):
        glossary(book, term_id="axis", fr="kesako")
    glossary(book, term_id="axis", fr="kesako", fr_gender="f")
    assert word("adopted.no_axis", facts.read(book).tongue("fr")) == "Actions sans kesako"
    assert word("block.axis_empty", facts.read(book).tongue("fr")).endswith("sur cette kesako.")


@pytest.mark.parametrize(
    ("noun", "gender"),
    [
        ("orientation", "f"), ("chantier", "m"), ("priorité", "f"), ("enjeu", "m"), ("cible", "f"), ("mesure", "f"),
        ("projet", "m"), ("volet", "m"), ("pilier", "m"), ("thème", "m"), ("moyen", "m"), ("levier", "m"),
        ("stratégie", "f"), ("défi", "m"), ("ligne directrice", "f"), ("maître d’œuvre", "m"), ("engagement", "m"),
        ("retombée", "f"), ("porteur", "m"), ("kesako", None),
    ],
)  # fmt: skip
def test_the_usual_words_of_the_field_have_their_gender(noun, gender):
    assert tongue.gender_of(noun) == gender


def test_a_client_without_a_glossary_speaks_the_house_language(book):
    assert type(facts.read(book).tongue("fr")) is str
    assert type(facts.read(book).tongue(tongue_of(MASCULINE))) is str  # nor the words of the client before
    glossary(book, term_id="axis", fr="orientation")
    assert type(facts.read(book).tongue("en")) is str  # no English word was given


# Where a client reads


def a_plan(book):
    book.put("axis", pd.DataFrame([{"axis_id": "X-1", "title": "Rue"}]), **SAY)
    rows = [{"action_id": "A-1", "title": "Bacs", "axis_id": "X-1"}, {"action_id": "A-2", "title": "Bancs"}]
    book.put("action", pd.DataFrame(rows), **SAY)


@pytest.fixture
def run(capsys, monkeypatch):
    """Call the command line: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["planlib", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main([*arguments, "--today", TODAY.isoformat()])
        return ended.value.code, *capsys.readouterr()

    return run


def test_the_command_line_answers_and_refuses_in_the_clients_words(book, run, tmp_path):
    rows = "terme,français,anglais,genre\naction,projet,project,\naxis,orientation,direction,f\n"
    (tmp_path / "glossaire.csv").write_text(rows, encoding="utf-8")
    assert run("ingest", "essai", str(tmp_path / "glossaire.csv"), "--as", "glossary")[0] == 0
    code, _, error = run("check", "essai")
    assert (code, "n'a pas encore de projet" in error) == (2, True)
    a_plan(book)
    found = json.loads(run("check", "essai", "--json")[1])["findings"]
    no_axis = next(one for one in found if one["rule"] == "no_axis")  # the rule is a code: it is not renamed
    assert no_axis["text"].replace("\u00a0", " ").startswith("« A-2 Bancs » n’est rattaché à aucune orientation ni")
    english = json.loads(run("check", "essai", "--json", "--lang", "en")[1])["findings"]
    assert any(one["text"].startswith("'A-2 Bancs' hangs on no direction") for one in english)


def test_findings_and_reasons_are_told_in_the_clients_words(book):
    a_plan(book)
    glossary(book, term_id="action", fr="projet", en="project")
    known = facts.read(book)
    found = plan.check(known, TODAY)
    said = [one.text.text(known.tongue("fr")) for one in found.itertuples()]
    assert any("Rattachez-le" in text for text in said)
    assert not any("action" in text for text in said)


def test_a_renamed_label_goes_out_to_excel_and_comes_back_as_its_code(book, tmp_path):
    a_plan(book)
    rows = [{"term_id": "status.done", "fr": "terminé"}, {"term_id": "axis", "fr": "orientation"}]
    book.put("glossary", pd.DataFrame(rows), **SAY)
    path = office.export(book, facts.read(book, TODAY), "fr", tmp_path / "plan.xlsx")
    made = openpyxl.load_workbook(path)
    sheet = made.worksheets[0]
    heads = [cell.value for cell in sheet[4]]
    assert "Orientation" in heads
    sheet.cell(5, heads.index(word("column.status", "fr")) + 1).value = "terminé"
    made.save(path)
    found = office.merge(book, [path], TODAY, by="test")
    assert [(one.field, one.after) for one in found.changes] == [("status", "done")]
    change = office.document(found, facts.read(book).tongue("fr"))["changes"][0]
    assert "terminé" in change["text"]


# The demo's neighbourhood: orientation, projet, porteur.

OURS = {
    "fr": re.compile(r"\b(?:axes?|actions?|responsables?)\b", re.I),
    "en": re.compile(r"\b(?:axis|axes|actions?|owners?)\b", re.I),
}
THEIRS = {
    "fr": ("Orientation par orientation", "Annexe : projet par projet", "Charge par porteur", "Projets réalisés",
           "8 projets sur 16 sont réalisés", "est l’orientation la plus avancée", "confier à un autre porteur",
           "Un signe pour chacun des 16 projets du plan 2025"),
    "en": ("Orientation by orientation", "Annex: project by project", "Load by lead", "Projects done",
           "8 of 16 projects are done", "give to another lead", "One mark for each of the 16 projects"),
}  # fmt: skip


@pytest.fixture(scope="module")
def neighbourhood(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clients")
    source = demo.DEMO / "quartier-trois-ecluses"
    demo.whole(source, yaml.safe_load((source / "mandate.yaml").read_text(encoding="utf-8")), folder)
    return folder


@pytest.mark.parametrize("lang", LANGS)
def test_a_built_review_speaks_the_clients_words_from_heading_to_chart(neighbourhood, lang):
    given = {"year": 2025, "lang": lang}
    record = report.build(
        "annual_review", "quartier-trois-ecluses", given, workspace=neighbourhood, today=TODAY, engine="fork"
    )
    page = next(Path(file) for file in record["files"] if file.endswith(".html"))
    shown = re.sub(r"<style.*?</style>|<script(?![^>]*json).*?</script>", "", page.read_text("utf-8"), flags=re.S)
    shown = re.sub(r"<[^>]+>", "\n", shown).replace("\u00a0", " ").replace("\u202f", " ")
    for words in THEIRS[lang]:
        assert words in shown
    lines = [line for line in shown.split("\n") if OURS[lang].search(line) and '"data' not in line]
    assert not lines
