"""The journal: what was written holds, at its date, whoever else writes and whenever the power goes."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planlib import journal, schema, store, tables
from planlib.schema import PlanError


@pytest.fixture
def folder(tmp_path):
    client = tmp_path / "essai"
    client.mkdir()
    (client / "client.yaml").write_text("name: Ville d'essai\nkind: city\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def book(folder):
    with store.open("essai", folder) as book:
        yield book


def actions(**titles) -> pd.DataFrame:
    return pd.DataFrame({"title": titles}).rename(lambda k: k.replace("_", "-")).rename_axis("action_id")


def test_a_put_row_is_read_back_typed_and_the_rest_is_unknown(book):
    n = book.put("action", actions(A_1="Marché d'été").assign(deadline="2026-03-15"), by="ana", why="atelier")
    table = book.table("action")
    assert n == 1
    assert table.loc["A-1", "title"] == "Marché d'été"
    assert table.loc["A-1", "deadline"] == pd.Timestamp("2026-03-15")
    assert table["cost_low"].isna().all()
    assert table["cost_low"].dtype == "float64"


def test_putting_the_same_rows_again_writes_nothing(book):
    book.put("action", actions(A_1="a", A_2="b"), by="ana", why="x")
    assert book.put("action", actions(A_1="a", A_2="b"), by="ana", why="x") == 0
    assert len(book.history()) == 2


def test_each_row_says_who_signed_it_and_one_set_aside_says_nothing(book):
    book.put("action", actions(A_2="b", A_1="a"), by="ana", why="atelier", effective="2026-01-01")
    book.put("action", actions(A_1="c"), by="bob", why="plus clair", effective="2026-02-01")
    found = book.signed("action")
    assert found.index.equals(book.table("action").index)
    assert list(found["by"]) == ["bob", "ana"] and found.loc["A-1", "why"] == "plus clair"
    assert found.loc["A-1", "effective"] == "2026-02-01"
    assert list(book.signed("action", "2026-01-15")["by"]) == ["ana", "ana"]
    book.set_aside("action", ["A-1"], by="cid", why="double")
    assert list(book.signed("action").index) == ["A-2"]
    assert book.signed("weight").empty and book.signed("weight").index.names == ["judge_id", "criterion_id"]


def test_an_absent_column_is_unchanged_and_a_blank_becomes_unknown(book):
    book.put("action", actions(A_1="a").assign(owner="Coordination", cost_low=5.0), by="ana", why="x")
    change = pd.DataFrame({"cost_low": [None]}, index=pd.Index(["A-1"], name="action_id"))
    book.put("action", change, by="bob", why="coût à revoir")
    row = book.table("action").loc["A-1"]
    assert row["owner"] == "Coordination"
    assert pd.isna(row["cost_low"])


def test_a_plan_entered_today_as_adopted_in_2024_shows_at_its_date(book):
    book.put("action", actions(A_1="Plan de 2024"), by="ana", why="plan adopté", effective="2024-05-14")
    book.put("action", actions(A_1="Plan de 2026"), by="ana", why="révision", effective="2026-01-10")
    assert book.table("action", as_of="2024-05-13").empty
    assert book.table("action", as_of="2024-05-14").loc["A-1", "title"] == "Plan de 2024"
    assert book.table("action", as_of="2025-12-31").loc["A-1", "title"] == "Plan de 2024"
    assert book.table("action").loc["A-1", "title"] == "Plan de 2026"


def test_an_older_state_entered_later_does_not_hide_the_newer_one(book):
    book.put("action", actions(A_1="Plan de 2026"), by="ana", why="révision", effective="2026-01-10")
    book.put("action", actions(A_1="Plan de 2024"), by="ana", why="archives", effective="2024-05-14")
    assert book.table("action").loc["A-1", "title"] == "Plan de 2026"
    assert book.table("action", as_of="2025-01-01").loc["A-1", "title"] == "Plan de 2024"


def test_known_at_shows_what_was_known_then(folder):
    moments = iter(datetime(2026, 1, d, tzinfo=UTC) for d in range(1, 29))
    last = [datetime(2026, 1, 1, tzinfo=UTC)]

    def clock():
        last[0] = next(moments, last[0])
        return last[0]

    with store.open("essai", folder, clock=clock) as book:
        book.put("action", actions(A_1="avant"), by="ana", why="x", effective="2025-01-01")
        between = clock()
        book.put("action", actions(A_1="après"), by="ana", why="x", effective="2025-01-01")
        assert book.table("action", known_at=between).loc["A-1", "title"] == "avant"
        assert book.table("action").loc["A-1", "title"] == "après"


def test_a_tagged_version_can_be_read_back_with_its_decision(book):
    book.put("action", actions(A_1="adoptée"), by="ana", why="x")
    book.tag("adopté 2026", body="Conseil d'administration", date="2026-05-12", number="CA-2026-14", by="ana")
    time.sleep(0.001)
    book.put("action", actions(A_1="changée"), by="ana", why="x")
    assert book.table("action", known_at="adopté 2026").loc["A-1", "title"] == "adoptée"
    assert book.versions().loc["adopté 2026", "number"] == "CA-2026-14"
    with pytest.raises(PlanError, match="Version 'adopté 2026' already exists"):
        book.tag("adopté 2026", body="CA", date="2026-05-12", number="2", by="ana")


def test_a_row_set_aside_leaves_the_table_and_stays_in_history(book):
    book.put("action", actions(A_1="a", A_2="b"), by="ana", why="x")
    book.set_aside("action", ["A-1"], by="bob", why="hors mandat")
    assert list(book.table("action").index) == ["A-2"]
    last = book.history("action", "A-1").iloc[-1]
    assert last["row"] is None
    assert last["why"] == "hors mandat"
    with pytest.raises(PlanError, match="no row 'A-9' in table 'action'"):
        book.set_aside("action", ["A-9"], by="bob", why="x")


def test_undo_takes_back_a_batch_and_only_that_one(book):
    book.put("action", actions(A_1="a", A_2="b"), by="ana", why="x")
    book.put("action", actions(A_1="a bis", A_3="c"), by="ana", why="y")
    assert book.undo(book.last_batch, by="ana", why="erreur") == 2
    table = book.table("action")
    assert table["title"].to_dict() == {"A-1": "a", "A-2": "b"}
    assert book.verify() == []


def test_what_is_written_together_is_one_batch_or_nothing(book):
    with book.together() as batch:
        book.put("action", actions(A_1="a"), by="ana", why="x")
        book.put("post", pd.DataFrame({"title": {"P": "Coordination"}}).rename_axis("post_id"), by="ana", why="x")
    assert set(book.history()["batch"]) == {batch}
    with pytest.raises(PlanError, match="'fini' is not in the list"), book.together():
        book.set_aside("action", ["A-1"], by="ana", why="y")
        book.put("action", actions(A_2="b").assign(status="fini"), by="ana", why="y")
    assert list(book.table("action").index) == ["A-1"]
    assert book.undo(batch, by="ana", why="z") == 2
    assert book.table("action").empty
    assert book.verify() == []


def test_undo_is_refused_when_a_row_was_changed_since(book):
    book.put("action", actions(A_1="a"), by="ana", why="x")
    first = book.last_batch
    book.put("action", actions(A_1="b"), by="bob", why="y")
    with pytest.raises(PlanError, match="row 'A-1' of table 'action' was changed since by bob"):
        book.undo(first, by="ana", why="z")
    with pytest.raises(PlanError, match="no batch 'nope'"):
        book.undo("nope", by="ana", why="z")


def test_the_same_row_changed_since_it_was_read_is_a_conflict_that_names_who(folder):
    with store.open("essai", folder) as one, store.open("essai", folder) as two:
        one.put("action", actions(A_1="a", A_2="b"), by="ana", why="x")
        one.table("action")
        two.table("action")
        two.put("action", actions(A_1="a2"), by="bob", why="y")
        one.put("action", actions(A_2="b2"), by="ana", why="other row: no conflict")
        with pytest.raises(PlanError, match="Row 'A-1' of table 'action' was changed by bob") as caught:
            one.put("action", actions(A_1="a1"), by="ana", why="z")
        assert "Relisez-la" in caught.value.text("fr")
        one.table("action")
        assert one.put("action", actions(A_1="a1"), by="ana", why="z") == 1


def test_a_bad_row_writes_nothing_of_its_table(book):
    with pytest.raises(PlanError, match="row 'A-2', column 'status': 'fini' is not in the list"):
        book.put("action", actions(A_1="a", A_2="b").assign(status=["done", "fini"]), by="ana", why="x")
    assert book.table("action").empty
    with pytest.raises(PlanError, match="row 'A-1' has no 'title'"):
        book.put("action", pd.DataFrame({"owner": ["x"]}, index=["A-1"]), by="ana", why="x")
    with pytest.raises(PlanError, match="'why' is missing"):
        book.put("action", actions(A_1="a"), by="ana", why=" ")


def test_every_kind_takes_an_empty_table_and_gives_it_back(book):
    for name, kind in schema.KINDS.items():
        assert book.put(name, tables.empty(name), by="ana", why="x") == 0
        assert list(book.table(name).columns) == list(kind.columns)


def test_several_keys_make_one_key(book):
    cost = pd.DataFrame(
        {"action_id": ["A-1", "A-1"], "source_id": ["S", "S"], "fiscal_year": [2026, 2027], "amount_low": [1.0, 2.0]}
    )
    book.put("cost", cost, by="ana", why="x")
    assert book.table("cost").loc[("A-1", "S", 2027), "amount_low"] == 2.0
    assert len(book.history("cost", ("A-1", "S", 2026))) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(["A-1", "A-2", "A-3", "A-10"]))
def test_the_order_of_the_rows_never_shows(folder, order):
    with store.open("essai", folder) as book:
        book.put("action", pd.DataFrame({"title": order}, index=order), by="ana", why="x")
        assert list(book.table("action").index) == ["A-1", "A-10", "A-2", "A-3"]


def test_a_newer_workbook_is_refused_and_an_alien_file_too(folder):
    path = folder / "essai" / "workbook.db"
    store.open("essai", folder).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(PlanError, match="newer planlib"):
        store.open("essai", folder)
    for leftover in path.parent.glob("workbook.db*"):
        leftover.unlink()
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(PlanError, match="not a planlib workbook"):
        store.open("essai", folder)


def test_an_older_workbook_is_upgraded_and_a_copy_kept(folder, monkeypatch):
    with store.open("essai", folder) as book:
        book.put("action", actions(A_1="a"), by="ana", why="x")
    monkeypatch.setattr(journal, "VERSION", 2)
    monkeypatch.setattr(journal, "UPGRADES", {1: lambda db: db.execute("CREATE TABLE extra(x)")})
    with store.open("essai", folder) as book:
        assert book.table("action").loc["A-1", "title"] == "a"
        assert book._db.execute("PRAGMA user_version").fetchone()[0] == 2
    with sqlite3.connect(folder / "essai" / "workbook.v1.db") as copy:
        assert copy.execute("SELECT count(*) FROM entry").fetchone()[0] == 1


def test_verify_sees_a_row_that_was_tampered_with(book):
    book.put("action", actions(A_1="a"), by="ana", why="x")
    assert book.verify() == []
    book._db.execute("UPDATE entry SET row = ?", (json.dumps({"title": "b"}),))
    assert [p.key for p in book.verify()] == ["store.broken_seal"]
    book._db.execute("UPDATE entry SET row = ?", (json.dumps({"titre": "b"}),))
    assert "store.bad_row" in [p.key for p in book.verify()]


def test_a_client_in_a_synchronised_folder_is_warned_about(tmp_path):
    client = tmp_path / "OneDrive - Firme" / "essai"
    client.mkdir(parents=True)
    (client / "client.yaml").write_text("name: x\nkind: city\n", encoding="utf-8")
    with store.open("essai", client.parent) as book:
        assert "OneDrive - Firme" in book.warnings[0].text("fr")


def test_only_a_slug_can_name_a_client(folder):
    for slug in ("../essai", "Essai", "é", "", "a/b", "-a", "essai\n"):
        with pytest.raises(PlanError, match="cannot name a client"):
            store.open(slug, folder)
    with pytest.raises(PlanError, match="Did you mean: essai"):
        store.open("esai", folder)


WRITER = """
import sys
import pandas as pd
from planlib import store
book = store.open("essai", sys.argv[1])
n = 0
while n < int(sys.argv[3]):
    ids = [f"{sys.argv[2]}-{n:05d}-{i}" for i in range(int(sys.argv[4]))]
    book.put("action", pd.DataFrame({"title": ids}, index=pd.Index(ids, name="action_id")), by=sys.argv[2], why="x")
    print(book.last_batch, flush=True)
    n += 1
"""


def writer(folder, who, batches, size):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), who, str(batches), str(size)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


def test_fifty_kills_of_a_writer_lose_no_acknowledged_batch(folder):
    acknowledged = []
    with store.open("essai", folder):
        pass
    spare = writer(folder, "w0", 10_000, 5)
    for n in range(1, 51):
        process, spare = spare, writer(folder, f"w{n}", 10_000, 5)  # the next one starts while this one writes
        for _ in range(1 + n % 7):
            acknowledged.append(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read().splitlines()
        process.wait()
    spare.kill()
    spare.wait()
    with store.open("essai", folder) as book:
        assert book.verify() == []
        sizes = book.history().groupby("batch").size()
    assert len(acknowledged) >= 50
    assert all(sizes[batch] == 5 for batch in acknowledged if batch)


def test_two_processes_writing_500_rows_each_lose_none(folder):
    with store.open("essai", folder):
        pass
    processes = [writer(folder, who, 50, 10) for who in ("ana", "bob")]
    for process in processes:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        assert len(out.splitlines()) == 50
    with store.open("essai", folder) as book:
        assert len(book.table("action")) == 1000
        assert book.verify() == []


def test_a_lost_workbook_is_not_made_again_under_a_client_that_had_one(folder):
    store.open("essai", folder).close()
    client = folder / "essai"
    (client / "workshop").mkdir()
    (client / "workshop" / "plan.csv").write_text("Titre\nA\n", encoding="utf-8")
    for leftover in client.glob("workbook.db*"):
        leftover.unlink()
    with pytest.raises(PlanError, match="is gone or empty, though its files are there"):
        store.open("essai", folder)
    assert not (client / "workbook.db").exists()
    (client / "workbook.db").touch()
    with pytest.raises(PlanError, match="is gone or empty"):
        store.open("essai", folder)


def test_damaged_pages_and_a_folder_in_its_place_are_told_in_a_sentence(folder):
    with store.open("essai", folder) as book:
        book.put("action", actions(**{f"A_{n}": "x" * 200 for n in range(200)}), by="ana", why="x")
    path = folder / "essai" / "workbook.db"
    content = bytearray(path.read_bytes())
    content[4096:16384] = b"\x5a" * (16384 - 4096)
    path.write_bytes(bytes(content))
    with store.open("essai", folder) as book:
        with pytest.raises(PlanError, match=r"damaged|not a planlib workbook"):
            book.table("action")
        assert book.verify()
    for leftover in path.parent.glob("workbook.db*"):
        leftover.unlink()
    path.mkdir()
    with pytest.raises(PlanError, match="cannot be opened or written"):
        store.open("essai", folder)


def test_a_workbook_from_before_the_seals_is_sealed_and_a_copy_kept(folder):
    with store.open("essai", folder) as book:
        book.put("action", actions(A_1="a"), by="ana", why="x")
    with sqlite3.connect(folder / "essai" / "workbook.db") as db:
        db.execute("DROP TABLE seal")
        db.execute("PRAGMA user_version = 0")
    db.close()
    with store.open("essai", folder) as book:
        assert book.verify() == []
        assert book.table("action").loc["A-1", "title"] == "a"
    assert (folder / "essai" / "workbook.v0.db").is_file()


def test_client_yaml_is_checked_on_open(folder):
    (folder / "essai" / "client.yaml").write_text("kind: city\n", encoding="utf-8")
    with pytest.raises(PlanError, match=r"client\.yaml of 'essai' lacks 'name'"):
        store.open("essai", folder)
    (folder / "essai" / "client.yaml").write_text("name: X\nkind: city\nlanguages: []\n", encoding="utf-8")
    with pytest.raises(PlanError, match="'languages' will not do"):
        store.open("essai", folder)


@pytest.mark.parametrize(
    ("kind", "row", "message"),
    [
        ("capacity", {"role_id": "r", "period": "jan 2026", "days": 1.0}, "no usable 'period' .found: jan 2026"),
        ("update", {"action_id": "A", "updated_on": "mars"}, "no usable 'updated_on' .found: mars"),
        ("budget", {"source_id": "s", "fiscal_year": 2026.5, "amount": 1.0}, "no usable 'fiscal_year'"),
        ("action", {"action_id": "A", "title": " "}, "has no 'title'"),
        ("action", {"action_id": "A", "title": "a", "deadline": 20260105}, "'20260105' is not a date"),
        ("action", {"action_id": "A", "title": "a", "owner": ["x", "y"]}, "a cell holds one value"),
        ("action", {"action_id": "A", "title": "a", "cost_low": True}, "'True' is not a number"),
    ],
)
def test_what_is_not_quite_right_is_refused_at_the_door(book, kind, row, message):
    with pytest.raises(PlanError, match=message):
        book.put(kind, pd.DataFrame([row], dtype=object), by="ana", why="x")


def test_a_moment_may_be_a_day_and_a_key_may_be_a_word_or_a_list(book):
    book.put("action", actions(A_1="a"), by="ana", why="x")
    book.put("demand", pd.DataFrame([{"action_id": "A-1", "role_id": "r", "effort_days": 1.0}]), by="ana", why="x")
    today = datetime.now(UTC).date()
    assert len(book.table("action", known_at=today)) == 1
    assert len(book.history("demand", ["A-1", "r"])) == 1
    assert book.set_aside("action", "A-1", by="ana", why="x") == 1
    with pytest.raises(PlanError, match="'by' is missing"):
        book.undo(book.last_batch, by="", why="x")
