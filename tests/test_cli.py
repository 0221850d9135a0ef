"""The command line: exit codes, one JSON document, and every mistake in one sentence of the language asked."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from planlib import cli, store

PLAN = "Titre;Coût estimé;Échéance;Priorité\nMarché d'été;12 500 $;T1 2026;Élevé\nKiosque;n.d.;31/12/2026;Moyen\n"


@pytest.fixture
def planlib(workspace, capsys, monkeypatch):
    """Runs one command as the shell would, and gives its exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["planlib", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main(list(arguments))
        out, err = capsys.readouterr()
        return left.value.code or 0, out, err

    return run


@pytest.fixture
def essai(planlib, tmp_path):
    """A client with two actions, and the file they came from."""
    path = tmp_path / "plan.csv"
    path.write_bytes(PLAN.encode("cp1252"))
    assert planlib("new", "essai", "--kind", "city", "--name", "Ville d'essai")[0] == 0
    assert planlib("ingest", "essai", str(path), "--as", "actions")[0] == 0
    return path


def test_help_lists_every_command_in_the_order_of_the_work(planlib):
    code, out, _ = planlib("--help")
    names = [line.split()[0] for line in out.split("Commands:")[1].splitlines() if line.strip()]
    assert code == 0
    order = [
        "new",
        "ingest",
        "rank",
        "schedule",
        "check",
        "what-if",
        "review",
        "report",
        "demo",
        "adopt",
        "undo",
        "verify",
    ]
    assert [name for name in names if name in order] == order
    assert "╭" not in out


def test_the_thread_runs_from_a_file_to_a_plan(planlib, essai):
    code, out, err = planlib("rank", "essai", "--json")
    assert (code, err) == (0, "")
    ranking = json.loads(out)["ranking"]
    assert [row["score"] for row in ranking] == [None, None]
    assert [row["title"] for row in ranking] == ["Marché d'été", "Kiosque"]  # by stated priority
    code, out, _ = planlib("schedule", "essai", "--json", "--today", "2026-01-05")
    document = json.loads(out)
    assert code == 0
    assert document["status"] == "optimal"
    assert {row["action_id"] for row in document["actions"]} == {row["action_id"] for row in ranking}
    assert any("T1" not in found["text"] and found["action_id"] for found in document["assumed"])
    with store.open("essai") as book:
        assert len(book.table("schedule")) == 2


def test_ingest_says_what_it_read_and_the_same_file_twice_adds_nothing(planlib, essai):
    code, out, _ = planlib("ingest", "essai", str(essai), "--as", "actions", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["rows_found"] == document["rows_kept"] == 2
    assert document["rows_written"] == 0
    with store.open("essai") as book:
        table = book.table("action")
    assert len(table) == 2
    assert table["cost_found"].tolist() == ["12 500 $", "n.d."]
    assert table["cost_low"].isna().tolist() == [False, True]  # unknown is not zero


def test_a_dry_run_stores_nothing(planlib, tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text(PLAN, encoding="utf-8")
    planlib("new", "essai", "--kind", "city", "--name", "X")
    assert planlib("ingest", "essai", str(path), "--as", "actions", "--dry-run")[0] == 0
    with store.open("essai") as book:
        assert book.table("action").empty


def test_files_as_received_are_kept_in_the_clients_folder(planlib, essai, workspace):
    kept = workspace / "essai" / "workshop" / "plan.csv"
    assert kept.read_bytes() == essai.read_bytes()


def wrong(tmp_path: Path) -> dict[str, tuple[str, ...]]:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (tmp_path / "page.xlsx").write_text("<html><body>rien</body></html>", encoding="utf-8")
    (tmp_path / "sans.csv").write_text("Couleur;Taille\nrouge;3\n", encoding="utf-8")
    ingest = ("--as", "actions")
    return {
        "unknown client": ("rank", "personne"),
        "slug": ("new", "../x", "--kind", "city", "--name", "X"),
        "existing client": ("new", "essai", "--kind", "city", "--name", "X"),
        "client kind": ("new", "y", "--kind", "ville", "--name", "X"),
        "no name": ("new", "y", "--kind", "city", "--name", ""),
        "folder": ("ingest", "essai", str(tmp_path), *ingest),
        "no file": ("ingest", "essai", str(tmp_path / "rien.csv"), *ingest),
        "empty file": ("ingest", "essai", str(tmp_path / "empty.csv"), *ingest),
        "broken file": ("ingest", "essai", str(tmp_path / "broken.xlsx"), *ingest),
        "wrong file": ("ingest", "essai", str(tmp_path / "page.xlsx"), *ingest),
        "missing column": ("ingest", "essai", str(tmp_path / "sans.csv"), *ingest),
        "file kind": ("ingest", "essai", str(tmp_path / "sans.csv"), "--as", "idees"),
        "year": ("review", "essai", "--year", "abc"),
        "report year": ("report", "essai", "--year", "abc"),
        "parameter": ("report", "essai", "--year", "2026", "-p", "editon=public"),
        "template": ("report", "essai", "--year", "2026", "--template", "rien"),
        "language": ("rank", "essai", "--lang", "de"),
        "report language": ("report", "essai", "--year", "2026", "--langs", "de"),
        "format": ("report", "essai", "--year", "2026", "--to", "odt"),
        "day": ("rank", "essai", "--today", "hier"),
        "method": ("rank", "essai", "--method", "ahp"),
        "number": ("schedule", "essai", "--time-limit", "vite"),
        "option": ("rank", "essai", "--metod", "topsis"),
        "command": ("ranc", "essai"),
        "no argument": ("rank",),
        "no value": ("rank", "essai", "--method"),
        "no client": ("report", "--year", "2026"),
        "batch": ("undo", "essai", "--batch", "rien"),
    }


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_bad_input_gets_one_sentence_exit_2_and_changes_nothing(planlib, essai, tmp_path, workspace, lang):
    with store.open("essai") as book:
        before = len(book.history())
    for case, arguments in wrong(tmp_path).items():
        asked = arguments if "--lang" in arguments else (*arguments, "--lang", lang)
        if case == "no value":
            asked = ("--lang", lang, *arguments)
        code, out, err = planlib(*asked)
        assert code == 2, (case, out, err)
        assert out == "", case
        assert len(err.strip().splitlines()) == 1, (case, err)
        assert "Traceback" not in err, case
        assert "╭" not in err, case
    with store.open("essai") as book:
        assert len(book.history()) == before
    assert [path.name for path in workspace.iterdir()] == ["essai"]


@pytest.mark.parametrize(
    ("arguments", "french", "english"),
    [
        (("rank", "esai"), "Vouliez-vous dire : essai ?", "Did you mean: essai?"),
        (("review", "essai", "--year", "abc"), "« abc » n'est pas une année", "'abc' is not a year"),
        (("ranc",), "Il n'y a pas de commande « ranc »", "There is no command 'ranc'"),
        (("new", "b", "--kind", "x", "--name", "B"), "n'est pas une sorte de client", "is not a kind of client"),
    ],
)
def test_an_error_says_what_was_found_and_what_to_do(planlib, essai, arguments, french, english):
    plain = str.maketrans("\u00a0\u202f", "  ")
    assert french in planlib(*arguments, "--lang", "fr")[2].translate(plain)
    assert english in planlib(*arguments, "--lang", "en")[2]


def test_a_batch_can_be_undone_and_the_workbook_verified(planlib, essai):
    entries = json.loads(planlib("history", "essai", "--json")[1])["entries"]
    batch = entries[-1]["batch"]
    code, out, _ = planlib("undo", "essai", "--batch", batch, "--json")
    assert code == 0
    assert json.loads(out)["undone"] > 0
    with store.open("essai") as book:
        assert book.table("action").empty
    assert json.loads(planlib("verify", "essai", "--json")[1]) == {"ok": True, "problems": []}


def test_adopting_a_version_keeps_body_date_and_number(planlib, essai):
    words = ("--version", "v1", "--body", "Conseil", "--date", "2026-05-12", "--number", "CA-14")
    assert json.loads(planlib("adopt", "essai", *words, "--json")[1]) == {"version": "v1"}
    with store.open("essai") as book:
        assert book.versions().loc["v1", "number"] == "CA-14"


def test_the_installed_command_starts_and_speaks_utf8_through_a_pipe(workspace):
    command = [Path(sys.executable).with_name("planlib"), "rank", "personne"]
    done = subprocess.run(command, capture_output=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, check=False)
    assert done.returncode == 2
    assert "« personne »" in done.stderr.decode("utf-8").replace("\u00a0", " ")


def test_a_workspace_that_cannot_be_used_is_told_in_a_sentence(planlib, tmp_path):
    odd = tmp_path / "file"
    odd.write_text("x", encoding="utf-8")
    for words in (("new", "a", "--kind", "sdc", "--name", "N"), ("demo",)):
        code, _, err = planlib(*words, "--workspace", str(odd), "--lang", "en")
        assert code == 2
        assert "Workspace 'file' cannot be used" in err


def test_years_and_days_off_the_calendar_are_refused(planlib, essai):
    assert "is not a year" in planlib("review", "essai", "--year", "9999", "--lang", "en")[2]
    assert "off planlib's calendar" in planlib("schedule", "essai", "--today", "9999-01-01", "--lang", "en")[2]


def test_a_word_too_many_is_named_in_the_language_asked(planlib, essai):
    plain = str.maketrans("\u00a0\u202f", "  ")
    assert "ne sait que faire de « encore »" in planlib("rank", "essai", "encore", "--lang", "fr")[2].translate(plain)


def test_settings_left_blank_take_the_stated_defaults_and_a_wrong_one_is_named(planlib, essai):
    with store.open("essai") as book:
        blank = {"client_id": "client", "fiscal_start": None, "plan_years": None}
        book.put("client", pd.DataFrame([blank], dtype=object), by="ana", why="x")
    assert planlib("schedule", "essai", "--today", "2026-01-05")[0] == 0
    with store.open("essai") as book:
        book.put("client", pd.DataFrame([{"client_id": "client", "fiscal_start": "zz"}]), by="ana", why="x")
    code, _, err = planlib("schedule", "essai", "--lang", "en")
    assert code == 2
    assert "The first day of the fiscal year is 'zz'" in err


def test_two_ingests_at_once_lose_nothing(workspace, tmp_path, planlib):
    planlib("new", "essai", "--kind", "city", "--name", "X")
    running = []
    for who in ("un", "deux"):
        path = tmp_path / f"{who}.csv"
        path.write_text("Titre\n" + "".join(f"{who} {n}\n" for n in range(200)), encoding="utf-8")
        words = [sys.executable, "-c", "from planlib.cli import main; main()", "ingest", "essai", str(path)]
        running.append(subprocess.Popen([*words, "--as", "actions"], stdout=subprocess.DEVNULL))
    assert [process.wait() for process in running] == [0, 0]
    with store.open("essai") as book:
        assert len(book.table("action")) == 400
        assert book.verify() == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_ranking_says_what_is_judged_in_part_and_what_is_missing(planlib, workspace, lang):
    assert planlib("new", "essai", "--kind", "city", "--name", "Ville d'essai")[0] == 0
    with store.open("essai", workspace) as book:
        one, other, third = book.table("criterion").query("not is_gate").index[:3]
        put = {"by": "ana", "why": "essai", "effective": "2026-01-01"}
        book.put("action", pd.DataFrame([{"action_id": a, "title": a} for a in ("A-1", "A-2")]), **put)
        rows = [("A-1", one, 4), ("A-2", one, 4), ("A-2", other, 3), ("A-1", third, None), ("A-2", third, None)]
        marks = pd.DataFrame(rows, columns=["action_id", "criterion_id", "performance"]).assign(judge_id="T1")
        book.put("judgement", marks, **put)
    ranked = planlib("rank", "essai", "--lang", lang)[1].replace("\u00a0", " ")
    part, missing, equal = {
        "fr": ("(cotée sur ", "Elles restent inconnues", "Toutes les actions ont la même valeur au critère "),
        "en": ("(judged on ", "They stay unknown", "All actions are equal on criterion "),
    }[lang]
    assert part in ranked and missing in ranked and equal in ranked
    code, out, _ = planlib("rank", "essai", "--lang", lang, "--method", "topsis")
    assert code == 0
    assert {"fr": "cette méthode demande toutes les cotes", "en": "this method asks for every judgement"}[lang] in out
    notes = json.loads(planlib("rank", "essai", "--lang", lang, "--json")[1])["notes"]
    assert [missing in note or equal.strip() in note.replace("\u00a0", " ") for note in notes] == [True, True]
