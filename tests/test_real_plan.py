"""A real city plan and a real consultation, from the files as published to a report, by the commands a person types."""

import json
import subprocess
import sys

import pytest

TET = "data/plans/territoires-en-transitions/nouveau-plan-valide.xlsx"
POLIS = "data/polis/scoop-hivemind.freshwater/comments.csv"


@pytest.fixture
def planlib(workspace):
    """Runs one command in a process of its own and gives its JSON document."""

    def run(*words):
        command = [sys.executable, "-c", "from planlib.cli import main; main()", *map(str, words), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words, done.stderr)
        return json.loads(done.stdout)

    return run


def test_a_published_plan_and_consultation_run_to_a_report(planlib, shared):
    day = ("--today", "2026-01-05")
    planlib("new", "tet", "--kind", "city", "--name", "Ville d'essai")
    # Counted by hand in the workbook: eight rows under the two-line header, the first of which is its help row.
    plan = planlib("ingest", "tet", shared / TET, "--as", "actions", *day)
    assert (plan["rows_found"], plan["rows_kept"], len(plan["set_aside"])) == (8, 7, 1)
    said = " ".join(repair["text"] for repair in plan["repairs"])
    for words in ("12/14/20", "EUR", "5\u00a0499", "4.2. Déployer des plans de mobilité scolaires"):
        assert words in said, words
    # The file's README counts 80 notes; the moderators rejected those that are set aside.
    notes = planlib("ingest", "tet", shared / POLIS, "--as", "notes", *day)
    assert notes["rows_found"] == 80 == notes["rows_kept"] + len(notes["set_aside"])
    for path, kind in ((TET, "actions"), (POLIS, "notes")):
        assert planlib("ingest", "tet", shared / path, "--as", kind, *day)["rows_written"] == 0

    ranking = planlib("rank", "tet", *day)["ranking"]
    assert len(ranking) == 7
    assert {(row["score"], row["rank"]) for row in ranking} == {(None, None)}  # nobody judged: unknown, not zero
    schedule = planlib("schedule", "tet", *day)
    assert len(schedule["actions"]) == 7
    # No duration is written in the file; of the one action under way the dates are, and it keeps to them.
    weeks = {
        found["action_id"]: found["key"] for found in schedule["assumed"] if found["key"].startswith("assume.weeks")
    }
    assert weeks == {row["action_id"]: "assume.weeks" for row in ranking} | {"A-001": "assume.weeks_own"}
    reports = planlib("report", "tet", "--year", "2026", *day)["reports"]
    assert [(report["lang"], report["status"]) for report in reports] == [("fr", "ok"), ("en", "ok")]
