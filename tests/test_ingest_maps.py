"""What a person settles of a source is asked once: maps, questions on the command line, private columns and reasons."""

from __future__ import annotations

import json

import pytest
import yaml

from planlib import cli, ingest, store
from planlib.ingest import maps
from planlib.schema import PlanError

PLAN = "Idée force;Suivi\nRéseau cyclable;à relire\nParc;En cours\n"
SETTLED = ("--answer", "column.Idée force=title", "--answer", "code.suivi.a-relire=to_come")


@pytest.fixture
def planlib(workspace, capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            cli.main(list(arguments))
        out, err = capsys.readouterr()
        return left.value.code or 0, out, err

    assert run("new", "essai", "--kind", "city", "--name", "Ville d'essai")[0] == 0
    return run


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "plan.csv").write_text(PLAN, encoding="utf-8")
    return tmp_path / "plan.csv"


def test_columns_confirmed_once_are_used_next_time(planlib, plan, workspace, tmp_path):
    code, out, err = planlib("ingest", "essai", str(plan), "--as", "actions", "--lang", "en", *SETTLED)
    assert code == 0, err
    [saved] = (workspace / "essai" / "maps").glob("*.yaml")
    assert f"maps/{saved.name}" in out
    assert yaml.safe_load(saved.read_text(encoding="utf-8")) == {
        "columns": {"Idée force": "title"},
        "answers": {"code.suivi.a-relire": "to_come"},
    }
    (tmp_path / "plan-mars.csv").write_text(PLAN + "Bancs;à relire\n", encoding="utf-8")  # same source, another export
    code, out, err = planlib("ingest", "essai", str(tmp_path / "plan-mars.csv"), "--as", "actions", "--lang", "en")
    assert code == 0, err
    assert "as confirmed last time" in out
    with store.open("essai", workspace) as book:
        assert sorted(book.table("action")["title"]) == ["Bancs", "Parc", "Réseau cyclable"]


def test_a_saved_map_is_for_its_own_headers_and_kind_and_an_answer_of_today_goes_first(tmp_path):
    folder = tmp_path / "maps"
    headers = ["Idée force", "Suivi"]
    path = maps.save(folder, "actions", "plan.csv", headers, {"column.Idée force": "title", "duplicates": "merge"})
    assert maps.read(path) == {"column.Idée force": "title"}  # twins are about one file
    assert maps.find(folder, "actions", reversed(headers)) == path
    assert maps.find(folder, "notes", headers) is None
    assert maps.find(folder, "actions", [*headers, "Coût"]) is None
    (tmp_path / "plan.csv").write_text("Idée force;Suivi\nParc;Rue\n", encoding="utf-8")
    today = {"column.Suivi": "title", "column.Idée force": "description"}
    table = ingest.read(tmp_path / "plan.csv", "actions", today, maps=folder).table
    assert (table["title"].tolist(), table["description"].tolist()) == (["Rue"], ["Parc"])


def test_nothing_that_lasts_saves_no_map(tmp_path):
    assert maps.save(tmp_path / "maps", "actions", "plan.csv", ["Action"], {"duplicates": "keep"}) is None
    assert not (tmp_path / "maps").exists()


def test_an_open_question_is_exit_3_with_the_json_and_nothing_is_stored(planlib, plan, workspace, lang):
    code, out, _ = planlib(
        "ingest", "essai", str(plan), "--as", "actions", "--lang", lang, "--json", *SETTLED[:2]
    )  # fmt: skip
    assert code == 3
    found = json.loads(out)
    assert [(question["key"], question["default"]) for question in found["questions"]] == [
        ("code.suivi.a-relire", None)
    ]
    assert "à relire" in found["questions"][0]["text"]
    assert found["questions"][0]["choices"][0] == {
        "value": "to_come",
        "text": {"fr": "à venir", "en": "to come"}[lang],
    }
    assert {"kind", "rows_found", "rows_kept", "set_aside", "repairs", "questions"} <= found.keys()
    with store.open("essai", workspace) as book:
        assert book.table("action").empty
    assert not list((workspace / "essai" / "maps").glob("*.yaml"))


def test_a_private_column_is_kept_for_a_reason_that_goes_into_the_journal(planlib, workspace, tmp_path, lang):
    path = tmp_path / "gens.csv"
    path.write_text("Nom,Courriel\nAna,ana@exemple.ca\n", encoding="utf-8")
    code, _, err = planlib("ingest", "essai", str(path), "--as", "people", "--keep", "Courriel", "--lang", lang)
    assert code == 2
    assert "--why" in err
    arguments = ("--keep", "Courriel", "--why", "convocations, avec leur accord")
    assert planlib("ingest", "essai", str(path), "--as", "people", *arguments)[0] == 0
    with store.open("essai", workspace) as book:
        assert book.table("person")["email"].tolist() == ["ana@exemple.ca"]
        assert "avec leur accord" in book.history("person")["why"].iloc[-1]


def test_a_private_column_without_a_reason_is_dropped_and_one_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "gens.csv"
    path.write_text("Nom,Courriel\nAna,ana@exemple.ca\n", encoding="utf-8")
    assert "email" not in ingest.read(path, "people").table.columns
    with pytest.raises(PlanError, match="No column 'IP' to keep"):
        ingest.read(path, "people", {"keep.IP": "pourquoi pas"})


def test_a_misspelt_answer_is_refused_but_one_of_several_files_may_have_its_question(planlib, tmp_path, lang):
    (tmp_path / "plan.csv").write_text("Action;Coût\nParc;1,250\n", encoding="utf-8")
    (tmp_path / "plan2.csv").write_text("Action;Statut\nRue;à relire\n", encoding="utf-8")
    both = [str(tmp_path / "plan.csv"), str(tmp_path / "plan2.csv")]
    start = ["ingest", "essai", *both, "--as", "actions", "--lang", lang, "--dry-run"]
    given = ["--answer", "decimal=comma", "--answer", "code.statut.a-relire=to_come"]
    assert planlib(*start, *given)[0] == 0
    code, out, err = planlib(*start, *given[:3], "code.statut.a-relir=to_come")
    assert (code, out) == (2, "")
    assert "code.statut.a-relire" in err
    code, _, err = planlib(*start, *given, "--answer", "couleur=bleu")
    assert code == 2
    assert "couleur" in err
    assert "fiscal_start" in err
    code, _, err = planlib(*start, *given, "--answer", "column.Prix=cost")
    assert code == 2
    assert "column.Prix" in err
    (tmp_path / "map.yaml").write_text("answers:\n  couleur: bleu\n", encoding="utf-8")  # a map may serve other files
    assert planlib(*start, *given, "--map", str(tmp_path / "map.yaml"))[0] == 0


def test_the_report_says_what_to_type_for_each_question(planlib, plan, lang):
    code, out, _ = planlib("ingest", "essai", str(plan), "--as", "actions", "--lang", lang, *SETTLED[:2])
    assert code == 3
    label = {"fr": "à venir", "en": "to come"}[lang]
    assert f"--answer code.suivi.a-relire=to_come ({label}) | " in out
