"""The demo clients hold together before any of our code reads them."""

import csv
import re
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest
import yaml

DEMO = Path(__file__).parents[1] / "data" / "demo"
CLIENTS = {  # actions in all, tables that judged
    "sdc-rue-des-tanneurs": (43, 4),
    "quartier-trois-ecluses": (30, 6),
    "atelier-contre-fil": (28, 4),
}
CODE = r"^[A-Z]{1,3}-?\d+$"


@cache
def recipe(client):
    return yaml.safe_load((DEMO / client / "mandate.yaml").read_text(encoding="utf-8"))


def text_of(path):
    raw = path.read_bytes()
    for encoding in ("utf-16",) if raw[:2] == b"\xff\xfe" else ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError(f"{path.name}: no encoding fits")


@cache
def grid(path, sheet=None):
    """Every cell as text, merged cells filled down, whatever the file."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        page = book[sheet] if sheet else book.worksheets[0]
        cells = {(c.row, c.column): c.value for row in page.iter_rows() for c in row}
        for merged in page.merged_cells.ranges:
            for row in range(merged.min_row, merged.max_row + 1):
                cells[row, merged.min_col] = page.cell(merged.min_row, merged.min_col).value
        return [
            ["" if cells.get((r, c)) is None else str(cells[r, c]).strip() for c in range(1, page.max_column + 1)]
            for r in range(1, page.max_row + 1)
        ]
    lines = text_of(path).splitlines(keepends=True)
    lines = lines[1:] if lines[0].startswith("sep=") else lines
    separator = max(";,\t", key=lines[0].count)
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]


@cache
def table(client, key):
    """Rows of a file under the headers that the mandate documents, footnotes left out."""
    name, _, sheet = key.partition("#")
    wanted = list(recipe(client)["headers"][key]["columns"])
    rows = grid(DEMO / client / "workshop" / name, sheet or None)
    start = next((i for i, row in enumerate(rows) if set(wanted) <= set(row)), None)
    assert start is not None, f"{client}/{key}: no row holds the documented headers {wanted}"
    head = rows[start]
    assert {cell for cell in head if cell} <= set(wanted), f"{client}/{key}: headers without a meaning"
    below = [row for row in rows[start + 1 :] if any(row) and not row[0].startswith("*")]
    return [dict(zip(head, row, strict=False)) for row in below]


def documented(client, *kinds):
    for key, spec in recipe(client)["headers"].items():
        if not kinds or spec["as"] in kinds:
            yield key, spec


def values(client, column, *kinds, code=None):
    """Every value, over the files of these kinds, of the header that means `column`."""
    found = []
    for key, spec in documented(client, *kinds):
        for header, meaning in spec["columns"].items():
            if column in meaning.split(" @ ")[0].removesuffix(" by title").removesuffix(" list").split(" + "):
                cells = [row.get(header, "") for row in table(client, key)]
                found += [one for cell in cells for one in cell.split(", ")] if meaning.endswith(" list") else cells
    return [v for v in found if v and (code is None or re.match(code, v))]


@pytest.fixture(params=CLIENTS)
def client(request):
    return request.param


def test_every_file_received_is_in_the_recipe_and_nothing_else(client):
    in_recipe = {step["file"] for step in recipe(client)["steps"] if "file" in step}
    assert in_recipe == {path.name for path in (DEMO / client / "workshop").iterdir()}


def test_every_step_says_from_when_by_whom_and_why(client):
    for step in recipe(client)["steps"]:
        if "file" in step or step["do"] == "put":
            assert isinstance(step["effective"], date), step
            assert step["by"] and step["why"], step


def test_every_file_has_its_headers_explained_and_every_header_is_there(client):
    steps = {(s["file"], s.get("sheet"), s["as"]) for s in recipe(client)["steps"] if "file" in s}
    explained = set()
    for key, spec in documented(client):
        name, _, sheet = key.partition("#")
        explained.add((name, sheet or None, spec["as"]))
        assert table(client, key), f"{key} has no rows"
    assert explained == steps


def test_files_are_small_and_only_invented_addresses_appear(client):
    for path in (DEMO / client).rglob("*"):
        if path.is_dir():
            continue
        assert path.stat().st_size < 60_000, path.name
        if path.suffix == ".xlsx":
            sheets = openpyxl.load_workbook(path).sheetnames
            text = "\n".join(" ".join(row) for sheet in sheets for row in grid(path, sheet))
        else:
            text = text_of(path)
        for address in re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text):
            assert address.endswith(("example.org", ".invalid")), f"{path.name}: {address}"


def test_the_number_of_actions_is_known_and_each_hangs_on_an_axis(client):
    expected, _ = CLIENTS[client]
    assert len(set(values(client, "action_id", "actions", code=CODE))) == expected
    axes = set(values(client, "axis_id", "axes"))
    for key, spec in documented(client, "actions"):
        heads = {c.split(" by ")[0].split(" + ")[0]: h for h, c in spec["columns"].items()}
        if "axis_id" not in heads:
            continue
        for row in table(client, key):
            if re.match(CODE, row[heads["action_id"]]):
                assert re.match(r"\w+", row[heads["axis_id"]]).group() in axes, row


def test_each_action_has_an_owner_among_the_posts(client):
    posts = set(values(client, "post_id", "posts"))
    assert set(values(client, "owner", "actions")) <= posts


def test_ids_named_in_one_file_exist_in_another(client):
    actions = set(values(client, "action_id", "actions", code=CODE))
    others = [spec["as"] for _, spec in documented(client) if spec["as"] != "actions"]
    assert set(values(client, "action_id", *others)) <= actions
    assert set(values(client, "item", "ballots")) <= actions
    assert set(values(client, "first_step_of", "actions")) <= actions
    assert set(values(client, "note_id", "actions", "thread")) <= set(values(client, "note_id", "notes"))
    assert set(values(client, "indicator_id", "measures")) <= set(values(client, "indicator_id", "indicators"))
    sources = set(values(client, "source_id", "sources"))
    assert set(values(client, "source_id", "cost", "spending")) <= sources
    assert set(values(client, "source_id", "budget")) <= sources | {"TOTAL", "Total"}
    roles = set(values(client, "role_id", "roles"))
    assert set(values(client, "role_id", "capacity", "effort", "posts")) <= roles


def test_judged_criteria_are_those_of_the_client_in_either_language(client):
    titles = {*values(client, "title_fr", "criteria"), *values(client, "title_en", "criteria")}
    for _, spec in documented(client, "judgements", "weights"):
        for meaning in spec["columns"].values():
            if "@" in meaning:
                assert meaning.split("criterion_id=")[1] in titles


def test_every_table_judged_and_left_some_cells_blank(client):
    _, tables = CLIENTS[client]
    assert len(list(documented(client, "judgements"))) == tables
    blanks = 0
    for key, spec in documented(client, "judgements"):
        scored = [h for h, meaning in spec["columns"].items() if meaning.startswith("performance")]
        blanks += sum(row[h] in ("", "n.d.") for row in table(client, key) for h in scored)
    assert 0 < blanks < 30


def test_english_readers_find_a_title_for_every_action_of_the_current_plan(client):
    english = set()
    for key, spec in documented(client, "actions"):
        heads = {part: h for h, c in spec["columns"].items() for part in c.split(" + ")}
        if "title_en" in heads:
            english |= {row[heads["action_id"]] for row in table(client, key) if row[heads["title_en"]]}
    assert set(values(client, "action_id", "actions", code=CODE)) <= english


def last_status(client):
    """Latest status by action over the files of updates, in the order of the recipe."""
    latest = {}
    for step in recipe(client)["steps"]:
        if step.get("as") != "updates":
            continue
        key = f"{step['file']}#{step['sheet']}" if step.get("sheet") else step["file"]
        heads = {part: h for h, c in recipe(client)["headers"][key]["columns"].items() for part in c.split(" + ")}
        for row in table(client, key):
            latest[row[heads["action_id"]]] = row[heads["status"]].casefold()
    return latest


def test_the_sdc_had_a_hard_year_with_nine_done_of_twenty_three_due():
    client = "sdc-rue-des-tanneurs"
    plan = table(client, "plan_2025-2027_v4_FINAL.xlsx#Plan")
    due = [row for row in plan if re.match(CODE, row["Code"]) and "2025" in row["Échéance"]]
    latest = last_status(client)
    done = [row for row in due if latest.get(row["Code"], "")[:5] in ("réali", "termi", "done")]
    going_on = [row for row in due if latest.get(row["Code"]) == "en continu"]
    partly = [row for row in due if latest.get(row["Code"], "").startswith("partiellement")]
    assert (len(due), len(done), len(partly), len(going_on)) == (23, 9, 4, 3)
    unfinished = [row for row in due if row not in done and row not in going_on]
    assert sum(row["Responsable"] == "Coordination des opérations" for row in unfinished) == 6


def test_the_final_review_leaves_no_reason_or_decision_blank():
    client = "sdc-rue-des-tanneurs"
    reviewed = {row["Code"]: row for row in table(client, "bilan_2025.xlsx")}
    assert len(reviewed) == 11
    for row in reviewed.values():
        assert row["Motif principal"] and row["Décision proposée"] and row["Nouvelle échéance"], row["Code"]


def test_seven_actions_carry_over_from_the_plan_of_2022():
    client = "sdc-rue-des-tanneurs"
    before = {row["Code"] for row in table(client, "plan_2022-2024_adopte.xlsx")}
    now = {row["Code"] for row in table(client, "plan_2025-2027_v4_FINAL.xlsx#Plan")}
    assert {code for code in before & now if re.match(CODE, code)} == {
        *("A-02", "A-04", "A-06", "A-08", "A-10", "A-12", "A-13")
    }


def test_the_neighbourhood_spoke_french_english_and_chinese():
    notes = values("quartier-trois-ecluses", "text", "notes") + values(
        "quartier-trois-ecluses", "text_original", "notes"
    )
    chinese = [note for note in notes if re.search(r"[\u4e00-\u9fff]", note)]
    assert len(chinese) == 16 + 7
    assert "希望柜台有会说普通话或广东话的人" in chinese
    assert "A tenants' committee on every block" in notes
    assert "30 km/h partout, pas seulement devant l'école" in notes


def test_every_note_set_aside_has_a_reason(client):
    for key, spec in documented(client, "notes"):
        heads = {meaning: header for header, meaning in spec["columns"].items()}
        for row in table(client, key):
            if row[heads["fate"]].casefold() not in ("placée", "placed"):
                assert row[heads["fate_why"]], row


def test_each_criterion_of_the_double_mission_says_which_it_serves():
    served = {row["Code"]: row["Mission"] for row in table("atelier-contre-fil", "criteria.csv")}
    assert set(served.values()) == {"Social", "Economic", ""}
    assert served["effect"] == "Social"
    assert served["earned_revenue"] == "Economic"
