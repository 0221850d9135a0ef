"""The plan's document: what it counts by hand, what each edition may say, and equal numbers in both languages."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from html import unescape
from pathlib import Path

import nbformat
import pandas as pd
import papermill
import pytest

from planlib import clients, decide, facts, report, store
from planlib.desk import plan_blocks as blocks
from planlib.plan import published
from planlib.plan.adopted import adopted
from planlib.schedule import stored
from planlib.schedule.use import of_stored
from planlib.schema import PlanError

START = date(2026, 1, 5)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A client of four actions: two of an objective, a first step and what it opens; one has no money left."""
    folder = tmp_path_factory.mktemp("adopted")
    settings = {"plan_years": 2, "default_weeks": 8.0}
    clients.new("essai", "sdc", "SDC d'essai", name_en="Test SDC", workspace=folder, settings=settings)
    with store.open("essai", folder) as book:
        fill(book)
        day = START
        plan = decide.plan(facts.read(book, today=day), day)
        book.put("schedule", stored.rows(plan.actions, plan.inputs.assumed), by="ana", why="essai", effective=day)
        decided = {"body": "Conseil", "date": "2026-01-12", "number": "CA-7"}
        book.tag("v1", **decided, by="ana")
    return folder


def fill(book):
    def put(kind, *rows):
        book.put(kind, pd.DataFrame(rows), by="ana", why="essai", effective="2026-01-01")

    titles = {"title": "Plan d'essai", "title_fr": "Plan d'essai", "title_en": "Test plan"}
    put("plan", {"plan_id": "P", **titles, "starts": "2026-01-01", "ends": "2027-12-31"})
    put("axis", {"axis_id": "X", "title": "Rue", "title_en": "Street", "number": "1", "plan_id": "P"})
    put("objective", {"objective_id": "O", "title": "Attirer", "title_en": "Attract", "number": "1.1", "axis_id": "X"})
    common = {"plan_id": "P", "axis_id": "X", "objective_id": "O", "duration_weeks": 8, "horizon": "short"}
    put(
        "action",
        {"action_id": "A", "title": "Étude", "title_en": "Study", "number": "1.1.1", **common, "first_step_of": "B"},
        {"action_id": "B", "title": "Marché", "title_en": "Market", "number": "1.1.2", **common, "horizon": "long"},
        {"action_id": "C", "title": f"Bancs {HOSTILE}", "number": "1.1.3", **common, "priority": "essential"},
        {"action_id": "D", "title": "Halles", "title_en": "Halls", "number": "1.1.4", **common},
    )
    put("post", {"post_id": "dg", "title": "Direction", "title_en": "Executive director"})
    put("assignment", *({"action_id": a, "post_id": "dg", "part": "accountable"} for a in "ABD"))
    put("role", {"role_id": "coord", "title": "Coordination", "title_en": "Coordinator"})
    put("demand", *({"action_id": a, "role_id": "coord", "effort_days": 12.0} for a in "ABCD"))
    put("capacity", *({"role_id": "coord", "period": str(year), "days": 200.0} for year in (2026, 2027)))
    put("source", {"source_id": "f", "title": "Fonds", "title_en": "Fund", "status": "confirmed"})
    put("budget", *({"source_id": "f", "fiscal_year": y, "amount": a} for y, a in ((2026, 12_500.0), (2027, 4_000.0))))
    bill = {"source_id": "f", "fiscal_year": 2026}
    put(
        "cost",
        {"action_id": "A", **bill, "amount_low": 2_000.0, "amount_high": 3_000.0},
        *(
            {"action_id": a, **bill, "amount_low": n, "amount_high": n}
            for a, n in zip("BCD", (4e3, 5e3, 9e4), strict=True)
        ),
    )
    card = {"title_en": "Visitors", "baseline": 1_200.5, "target": 1_500.0, "unit": "visiteurs", "objective_id": "O"}
    put("indicator", {"indicator_id": "I", "title": "Visiteurs", **card, "target_date": "2027-06-01"})


@pytest.fixture
def known(workspace):
    with store.open("essai", workspace) as book:
        yield facts.read(book, today=date(2026, 1, 1))


def document(known, edition="public", year=2026):
    found = of_stored(known)
    return adopted(known, year, edition=edition, use=found.use, assumed=found.assumed)


# What it counts


def test_the_figures_of_the_year_are_those_of_a_calculator(known):
    found = document(known, "internal")
    # D asks for 90,000 $ and no budget holds it; A counts for the middle of its range.
    assert list(found.rows.index) == ["A", "B", "C"] and list(found.outside.index) == ["D"]
    assert found.figures["owners"] == (2, 3)
    assert found.figures["money"] == (2_500.0 + 4_000.0 + 5_000.0, 12_500.0)
    assert found.figures["in_year"] == (3, 3)
    assert found.figures["indicators"] == (0, 1)  # nobody collects it
    assert found.total["left"] == 1_000.0
    assert found.days["used"].sum() == pytest.approx(36.0)  # three actions of 12 days


def test_the_findings_say_what_the_tables_hold(known):
    found = document(known, "internal")
    said = {name: finding.text("en") for name, finding in found.findings.items()}
    assert said["calendar"] == "3 of 3 actions start in 2026, 1 first step of a longer action among them"
    assert said["money"] == "In 2026, the plan uses $11,500 of the $12,500 available"
    assert said["days"].startswith("The load fits the days available; the tightest month is ")
    assert found.sentence.text("fr") == "Le plan compte 3 actions sous 1 axe\u202f; 3 commencent en 2026."


def test_a_source_asked_for_more_than_it_has_is_named(known):
    less = known.budgets.assign(amount=known.budgets["amount"] - 4_000.0)
    found = document(known.replacing(budgets=less))
    assert (
        found.findings["money"].text("en")
        == "In 2026, the plan asks for $11,500 of $8,500; the source ‘Fund’ is $3,000 short"
    )
    assert "$3,000 short" in blocks.money_table(found, "en").html


def test_dates_published_before_show_only_where_they_moved(known):
    was = known.actions.copy()
    row = known.schedule.loc["A"]
    was.loc["A", ["published_start", "published_finish"]] = [row["start"], row["finish"]]
    was.loc["B", ["published_start", "published_finish"]] = [pd.Timestamp(2026, 1, 5), pd.Timestamp(2026, 2, 27)]
    rows = document(known.replacing(actions=was)).rows
    assert rows["published_start"].notna().to_dict() == {"A": False, "B": True, "C": False}


def moved_to(book, day, start):
    """Action A planned again, on other dates, from a day on."""
    dates = {
        "action_id": ["A"],
        "start": [pd.Timestamp(start)],
        "finish": [pd.Timestamp(start) + pd.Timedelta(days=53)],
    }
    book.put("schedule", pd.DataFrame(dates), by="ana", why="redaté", effective=day)


def test_an_adopted_plan_publishes_its_dates_and_they_stay_when_it_is_made_again(workspace, tmp_path):
    shutil.copytree(workspace, tmp_path / "own")
    with store.open("essai", tmp_path / "own") as book:
        adopted_on = book.table("schedule").loc["A", "start"]
        say = {"body": "Conseil", "number": "CA-8", "by": "ana"}
        assert published.adopt(book, "v2", **say, day=date(2026, 1, 12)) == 3  # D is left out
        moved_to(book, "2026-03-02", "2026-06-01")
        rows = adopted(facts.read(book, today=START), 2026).rows
        assert rows["published_start"].to_dict() == {"A": adopted_on, "B": pd.NaT, "C": pd.NaT}
        assert published.adopt(book, "v3", **say, day=date(2026, 3, 9)) == 0
        assert book.table("action").loc["A", "published_start"] == adopted_on
        assert list(book.versions().index) == ["v1", "v2", "v3"]


def test_dates_of_an_earlier_plan_give_way_to_those_of_the_new_one(workspace, tmp_path):
    shutil.copytree(workspace, tmp_path / "own")
    with store.open("essai", tmp_path / "own") as book:
        old = {"published_start": "2023-02-06", "published_finish": "2023-03-31"}
        book.put("action", pd.DataFrame([{"action_id": "A", **old}]), by="ana", why="ancien", effective="2026-01-01")
        published.adopt(book, "v2", body="Conseil", number="CA-8", by="ana", day=date(2026, 1, 12))
        assert book.table("action").loc["A", "published_start"] == book.table("schedule").loc["A", "start"]


def test_without_a_stored_schedule_money_is_what_actions_state(known):
    found = adopted(known, 2026)
    assert found.money["used"].to_dict() == {"f": 12_000.0}  # the high ends of A, B and C
    assert found.days.empty


def test_a_client_without_a_plan_is_told_what_to_do(known):
    none = known.replacing(actions=known.actions.iloc[:0])
    with pytest.raises(PlanError, match=r"'essai' has no action in its plan. Schedule first"):
        adopted(none, 2026)


# What each edition may say


def test_a_public_plan_has_no_days_of_work_no_rank_and_nothing_left_out(known):
    found = document(known, "public")
    assert found.days.empty and found.outside.empty
    assert not {"effort_days", "rank", "health", "comment"} & set(found.rows.columns)
    keys = {reason.key for _, reason in found.assumed}
    assert keys == {"assume.middle"}
    assert {reason.key for _, reason in document(known, "internal").assumed} > keys
    assert blocks.outside(found, "fr", {}).html == ""


def test_an_action_of_an_internal_row_is_not_in_the_public_plan(known):
    actions = known.actions.assign(edition=None)
    actions.loc["C", "edition"] = "internal"
    hidden = known.replacing(actions=actions)
    assert list(document(hidden, "public").rows.index) == ["A", "B"]
    assert list(document(hidden, "internal").rows.index) == ["A", "B", "C"]


def test_what_a_workshop_wrote_is_escaped_and_what_lacks_is_said(known):
    html = blocks.axes(document(known), "fr").html
    assert HOSTILE not in html and "&lt;script&gt;" in html
    assert "à nommer" in html  # C has no owner


def test_who_collects_an_indicator_is_named_in_the_language(known):
    cards = known.indicators.assign(collector="Direction")
    found = document(known.replacing(indicators=cards))
    assert "Executive director" in blocks.indicators(found, "en").html
    assert "Direction" in blocks.indicators(found, "fr").html


def test_adoption_is_told_with_its_body_day_and_number(known):
    title = unescape(blocks.title(document(known), "en").html)
    assert "Test plan" in title and "Adopted by: Conseil, January 12, 2026, CA-7." in title
    assert "Draft" in blocks.title(adopted(known.replacing(decisions=known.decisions.iloc[:0]), 2026), "en").html


# The page


@pytest.fixture(scope="module")
def pages(workspace):
    """The public plan's page in each language."""
    made = {}
    for lang in ("fr", "en"):
        record = report.build(
            "action_plan", "essai", {"year": 2026, "lang": lang}, workspace=workspace, today=START, engine="fork"
        )
        assert record["status"] == "ok", record["error"]
        made[lang] = Path(record["files"][0]).read_text(encoding="utf-8")
    return made


def numbers(page: str, lang: str) -> list[float]:
    """Every number a reader sees, drawn ones too, in order of size."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page, flags=re.S)
    text = unescape(re.sub(r"<[^>]+>", "|", body))
    text = re.sub(r"\b\d+\.\d+\.\d+\b|Objecti\w+ [\d.]+", "", text)  # places in the plan are no figures
    if lang == "fr":
        text = text.replace("1er", "1")
        found = re.findall(r"\d+(?:[\u00a0\u202f]\d{3})*(?:,\d+)?", text)
        return sorted(float(re.sub(r"[\u00a0\u202f]", "", one).replace(",", ".")) for one in found)
    found = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)
    return sorted(float(one.replace(",", "")) for one in found)


def test_french_and_english_show_equal_numbers(pages):
    fr, en = (numbers(pages[lang], lang) for lang in ("fr", "en"))
    assert len(fr) > 60 and {11_500.0, 12_500.0, 1_200.5} <= set(fr)
    assert fr == en


def test_the_page_is_in_one_language_and_leaves_internal_words_out(pages):
    assert "Plan d&#x27;essai" in pages["fr"] or "Plan d'essai" in unescape(pages["fr"])
    assert "Test plan" in pages["en"] and "Executive director" in pages["en"] and "Direction" not in pages["en"]
    for page in pages.values():
        assert "Halles" not in page and "Halls" not in page  # left out: not the public's to see
        assert HOSTILE not in page


def test_the_template_runs_with_plain_papermill(workspace, tmp_path, monkeypatch, root):
    monkeypatch.setenv("PLANLIB_WORKSPACE", str(workspace))
    out = tmp_path / "out.ipynb"
    given = {"client": "essai", "year": 2026, "lang": "en", "edition": "internal"}
    papermill.execute_notebook(root / "templates" / "action_plan.ipynb", out, given, progress_bar=False)
    shown = json.dumps(nbformat.read(out, as_version=4).cells)
    assert "What is not in the plan, and why" in shown and "It would take" in shown


def test_the_template_holds_no_function_and_no_long_cell(root):
    notebook = nbformat.read(root / "templates" / "action_plan.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and len(cell.source.splitlines()) <= 10 for cell in code)
    assert all("def " not in cell.source for cell in code)
