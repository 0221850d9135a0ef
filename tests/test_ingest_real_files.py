"""Real files of others and every file of the demo clients; counts are by hand, or by a second method."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
import yaml

from planlib import clients, ingest, store
from planlib.schema import PlanError

CONVERSATIONS = ("15-per-hour-seattle", "scoop-hivemind.affordable-housing", "scoop-hivemind.freshwater")
DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"
STEPS = [
    pytest.param(mandate.parent, step, id=f"{mandate.parent.name}-{step['file']}-{step['as']}")
    for mandate in sorted(DEMO.glob("*/mandate.yaml"))
    for step in yaml.safe_load(mandate.read_text(encoding="utf-8"))["steps"]
    if "file" in step
]


@pytest.fixture
def tet(shared):
    return shared / "data" / "plans" / "territoires-en-transitions"


@pytest.fixture
def polis(shared):
    return shared / "data" / "polis"


@pytest.fixture
def book(workspace):
    clients.new("tet", "city", "Ville d'essai", workspace=workspace)
    with store.open("tet", workspace) as book:
        yield book


def rows_of(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def said(imported, why):
    return [repair for repair in imported.repairs if repair.why == why]


def test_the_french_plan_is_read_without_a_question(tet):
    imported = ingest.read(tet / "nouveau-plan-valide.xlsx", "actions")
    assert not imported.questions
    # Counted by hand in the workbook: below the headers of rows 1 and 2, row 3 tells how to fill the table and rows 4
    # to 10 hold seven actions.
    assert (imported.rows_found, imported.rows_kept, len(imported.set_aside)) == (8, 7, 1)
    assert [left.row for left in imported.set_aside] == [3]
    assert len(imported.table) == 7


def test_the_french_plan_says_its_years_its_euros_its_total_and_its_two_spellings(tet):
    imported = ingest.read(tet / "nouveau-plan-valide.xlsx", "actions")
    assert [(r.row, r.found, r.used) for r in said(imported, "parse.when_short_year")] == [
        (4, "12/14/20", "2020-12-14"),
        (4, "12/14/28", "2028-12-14"),
    ]
    assert {repair.used for repair in said(imported, "ingest.currency")} == {"EUR"}
    (total,) = said(imported, "ingest.funders_differ")
    assert (total.row, total.found, total.facts["sum"]) == (4, "500", 3000 + 2000 + 999)
    (spelling,) = said(imported, "ingest.spelling")
    assert spelling.row == 9
    assert spelling.found == "4.2 : Déployer des plans de mobilité scolaires"
    assert spelling.used == "4.2. Déployer des plans de mobilité scolaires"
    for lang in ("fr", "en"):
        told = imported.text(lang)
        assert all(words in told for words in ("12/14/20", "EUR", "3000 + 2000 + 999", "4.2 : Déployer"))


def test_the_french_plan_hangs_its_actions_on_axes_and_keeps_unknown_apart_from_zero(tet):
    imported = ingest.read(tet / "nouveau-plan-valide.xlsx", "actions")
    axes, actions = imported.tables["axis"], imported.table
    assert axes.loc[axes["level"] == "axis", "number"].tolist() == ["1", "2", "3", "4"]
    assert sorted(axes.loc[axes["level"] == "subaxis", "number"]) == ["4.1", "4.2", "4.2.1", "4.3"]
    parents = actions["axis_id"].map(axes["number"]).tolist()
    assert parents == ["1", "2", "3", "4.1", "4.2.1", "4.2.1", "4.3"]
    assert actions["cost_low"].tolist() == [500, None, 999, 22000, None, 10500, 3000]
    assert actions["status"].tolist() == ["under_way", *[None] * 6]
    assert actions["priority"].tolist()[:5] == ["essential", "essential", "important", "desirable", None]


def test_the_french_plan_twice_adds_nothing(tet, book):
    for expected in (True, False):
        imported = ingest.resolve(ingest.read(tet / "nouveau-plan-valide.xlsx", "actions"), book)
        written = ingest.store_imports(book, [imported], by="test", effective="2026-01-05")
        assert bool(written) is expected
    assert len(book.table("action")) == 7
    assert book.table("cost")["amount_low"].sum() == 5999 + 999 + 22000 + 10500 + 3000
    assert not book.verify()


def test_an_empty_template_of_the_same_plan_is_refused_in_a_sentence(tet, lang):
    with pytest.raises(PlanError) as error:
        ingest.read(tet / "export_plan_action.xlsx", "actions")
    assert "Plan daction" in error.value.text(lang)


def test_axes_without_actions_sub_actions_and_twins_of_real_plans(tet):
    budget = ingest.read(tet / "plan_budget_issue.xlsx", "actions")
    # By hand: rows 3, 4, 5, 7, 10 and 11 have a title; rows 6, 8, 9 and 12 only an axis.
    assert [left.row for left in budget.set_aside] == [6, 8, 9, 12]
    assert (budget.rows_found, budget.rows_kept) == (10, 6)
    assert budget.table["cost_found"].iloc[1] == "Entre 200 et 500"
    assert budget.table[["cost_low", "cost_high"]].iloc[1].tolist() == [200, 500]
    below = ingest.read(tet / "plan_with_sous_actions.xlsx", "actions")
    assert "Action 1 — Sous-action 1.2" in below.table["title"].tolist()
    twins = ingest.read(tet / "plan_with_duplicate_actions.xlsx", "actions")
    assert [question.key for question in twins.unanswered] == ["duplicates"]


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_polis_comments_are_notes_and_rejected_ones_are_set_aside(polis, conversation):
    path = polis / conversation / "comments.csv"
    imported = ingest.read(path, "notes")
    counted = Counter(row["moderated"] for row in rows_of(path))  # the csv module, as a second method
    assert imported.rows_found == sum(counted.values())
    assert len(imported.set_aside) == counted["-1"]
    assert imported.rows_kept == len(imported.table) == counted["0"] + counted["1"]
    bodies = {row["comment-body"].strip() for row in rows_of(path) if row["moderated"] != "-1"}
    kept = imported.table["text"].where(
        imported.table.get("text_original", imported.table["text"]).isna(), imported.table.get("text_original")
    )
    assert {"".join(text.split()) for text in kept} == {"".join(body.split()) for body in bodies}


def test_the_counts_of_the_readme_of_the_shared_data(polis):
    housing = polis / "scoop-hivemind.affordable-housing"
    assert ingest.read(housing / "comments.csv", "notes").rows_found == 165
    assert ingest.read(housing / "votes.csv", "ballots").rows_found == 15_076
    assert ingest.read(polis / "scoop-hivemind.freshwater" / "comments.csv", "notes").rows_found == 80
    assert ingest.read(polis / "15-per-hour-seattle" / "comments.csv", "notes").rows_found == 54


def test_polis_days_come_from_epoch_milliseconds(polis):
    table = ingest.read(polis / "15-per-hour-seattle" / "comments.csv", "notes").table
    # 1403067224363 ms is 2014-06-18 04:53:44 UTC (date -u -d @1403067224); its datetime says 11:53:44 WIB, UTC+7.
    assert str(table.loc["P-048", "written"]) == "2014-06-18"
    assert (table.loc["P-048", "agrees"], table.loc["P-048", "disagrees"]) == (38, 18)


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_polis_votes_keep_the_last_of_each_voter_and_say_how_many_were_cast_again(polis, conversation):
    path = polis / conversation / "votes.csv"
    imported = ingest.read(path, "ballots")
    rows = rows_of(path)
    last = {}
    for row in sorted(rows, key=lambda row: int(row["timestamp"])):
        last[row["voter-id"], row["comment-id"]] = int(row["vote"])
    again = len(rows) - len(last)
    assert imported.rows_found == len(rows)
    assert imported.rows_kept == len(imported.table) == len(last)
    assert sum(repair.facts["n"] for repair in said(imported, "ingest.revotes")) == again
    cast = {(voter, int(item[2:])): mark for (_, voter, item, _), mark in imported.table["mark"].items()}
    assert cast == {(voter, int(note)): vote for (voter, note), vote in last.items()}


def test_the_matrix_of_participants_says_what_the_list_of_votes_says(polis):
    folder = polis / "scoop-hivemind.freshwater"
    votes = ingest.read(folder / "votes.csv", "ballots").table["mark"]
    matrix = ingest.read(folder / "participants-votes.csv", "ballots").table["mark"]
    assert votes.sort_index().to_dict() == matrix.sort_index().to_dict()


@pytest.mark.parametrize("kind", ["notes", "ballots", "actions"])
def test_the_summary_of_a_conversation_is_refused_by_name(polis, kind, lang):
    with pytest.raises(PlanError) as error:
        ingest.read(polis / "scoop-hivemind.freshwater" / "summary.csv", kind)
    assert "comments.csv" in error.value.text(lang)
    assert error.value.text(lang).startswith("« summary" if lang == "fr" else "'summary") or lang == "fr"


def test_ballots_of_a_conversation_find_its_notes(polis, book):
    folder = polis / "scoop-hivemind.freshwater"
    for name, kind in (("comments.csv", "notes"), ("votes.csv", "ballots")):
        imported = ingest.resolve(ingest.read(folder / name, kind), book)
        ingest.store_imports(book, [imported], by="test", effective="2026-01-05")
    items = set(book.table("ballot").index.get_level_values("item"))
    assert items <= set(book.table("note").index)
    agrees = book.table("ballot")["mark"].eq(1).groupby(level="item").sum()
    notes = book.table("note")["agrees"]
    # The file counts every vote of 1, cast again or not; seven were cast again in this conversation.
    apart = (notes.reindex(agrees.index).astype(int) - agrees).abs()
    assert apart.sum() <= 7


@pytest.mark.parametrize("name", ["01_excel_fr_cp1252_semicolon", "03_utf8_nobom_comma", "08_title_totals_footer"])
def test_twenty_rows_of_french_quirks_are_twenty_actions(shared, name):
    imported = ingest.read(shared / "data" / "fr" / f"{name}.csv", "actions")
    assert imported.rows_kept == len(imported.table) == 20
    assert imported.table["cost_found"].notna().sum() >= 17
    free = imported.table[imported.table["cost_low"].astype(float) == 0]
    assert free.empty  # n.d., a dash, a blank and an unanswered 0 are unknown
    asked = {question.key.split(".")[0] for question in imported.unanswered}
    assert asked <= {"when", "code", "negative", "money", "zero", "decimal"}


def test_choices_of_a_form_are_split_and_found_among_the_actions(shared, book):
    folder = shared / "data" / "fr"
    answers = {}
    while (imported := ingest.read(folder / "08_title_totals_footer.csv", "actions", answers)).unanswered:
        answers |= {question.key: "unknown" for question in imported.unanswered}
    ingest.store_imports(book, [ingest.resolve(imported, book)], by="test", effective="2026-01-05")
    path = folder / "12_votes_multiselect.csv"
    ballots = ingest.resolve(ingest.read(path, "ballots"), book)
    voters = Counter(voter for _, voter, _, _ in ballots.table.index)
    assert ballots.rows_found == len(rows_of_bom(path)) == ballots.rows_kept
    assert set(voters.values()) == {3}  # the header says three choices each
    assert set(ballots.table.index.get_level_values("item")) <= set(book.table("action").index)


def rows_of_bom(path: Path) -> list[dict]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("folder", "step"), STEPS)
def test_each_file_of_a_demo_client_reads_without_a_question(folder, step):
    imported = ingest.read(folder / "workshop" / step["file"], step["as"], ingest.step_answers(step))
    assert not imported.unanswered, [question.text("fr") for question in imported.unanswered]
    assert imported.rows_found == imported.rows_kept + len({left.row for left in imported.set_aside})
    assert imported.rows_kept > 0
    for lang in ("fr", "en"):
        assert imported.text(lang)


@pytest.mark.parametrize("folder", sorted({param.values[0] for param in STEPS}), ids=lambda folder: folder.name)
def test_the_files_of_a_demo_client_stored_twice_add_nothing(folder, workspace):
    mandate = yaml.safe_load((folder / "mandate.yaml").read_text(encoding="utf-8"))
    look = yaml.safe_load((folder / "client.yaml").read_text(encoding="utf-8"))
    clients.new("essai", look["kind"], look["name"], workspace=workspace)
    steps = [step for step in mandate["steps"] if "file" in step]
    steps.sort(
        key=lambda step: step["as"] in ("judgements", "ballots", "thread")
    )  # what names actions, after the plans
    with store.open("essai", workspace) as book:
        second = []
        for turn in range(2):
            for step in {step["as"]: step for step in steps}.values() if turn else steps:  # again, one of each kind
                read = ingest.read(folder / "workshop" / step["file"], step["as"], ingest.step_answers(step))
                imported = ingest.resolve(read, book)
                assert len(imported.set_aside) == len(read.set_aside), [x.text("fr") for x in imported.set_aside]
                n = ingest.store_imports(book, [imported], by="test", effective=step["effective"])
                second += [step["file"]] if turn and n else []
        assert not second


@pytest.mark.parametrize("kind", ["actions", "notes", "judgements", "ballots", "updates", "budget"])
def test_whatever_a_file_holds_its_rows_are_kept_or_set_aside_or_it_is_refused_in_our_words(shared, kind):
    paths = [path for path in sorted((shared / "data").glob("[fknp]*/**/*.*")) if 0 < path.stat().st_size < 200_000]
    paths = [path for path in paths if path.suffix in (".csv", ".xlsx", ".xlsm", ".xls", ".ods", ".json")]
    assert len(paths) > 60
    for path in paths:
        answers = {}
        for _ in range(3):  # the first choice of each question, as long as new ones come
            try:
                imported = ingest.read(path, kind, answers)
            except PlanError as refused:
                assert refused.text("fr") and refused.text("en")
                break
            said = imported.to_json("fr")
            assert said["rows_kept"] + len(said["set_aside"]) == said["rows_found"], (path, answers)
            assert said["rows_kept"] >= 0 and imported.text("en")
            asked = {question["key"]: question["choices"] for question in said["questions"]}
            assert all({"sheet", "row", "column", "found"} <= set(question) for question in said["questions"])
            if not set(asked) - set(answers):
                break
            answers |= {key: choices[0]["value"] if choices else "unknown" for key, choices in asked.items()}
