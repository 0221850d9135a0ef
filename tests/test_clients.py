"""A new client: whole or not at all, with the criteria of its kind."""

import pytest

from planlib import clients, store, workspace
from planlib.schema import CODES, PlanError


@pytest.mark.parametrize("kind", CODES["client_kind"])
def test_every_kind_of_client_has_its_pack_in_both_languages(kind, tmp_path):
    clients.new("essai", kind, "Essai", workspace=tmp_path)
    with store.open("essai", tmp_path) as book:
        criteria = book.table("criterion")
        assert len(book.table("client")) == 1
    scored = criteria[~criteria["is_gate"]]
    assert len(scored) >= 5
    assert criteria[["title_fr", "title_en"]].notna().all().all()
    assert set(scored["sense"]) <= {"max", "min"}


def test_a_business_corporation_is_judged_on_its_seven_criteria():
    pack = clients.pack("sdc")
    assert list(pack.index[~pack["is_gate"]]) == [
        "footfall", "occupancy", "visibility", "cleanliness", "member_return", "sector_equity", "staff_effort",
    ]  # fmt: skip
    assert list(pack.index[pack["is_gate"]]) == ["mandate", "levy"]


@pytest.mark.parametrize(
    ("slug", "kind", "name", "message"),
    [
        ("../x", "city", "X", "'../x' cannot name a client"),
        ("x", "ville", "X", "'ville' is not a kind of client. Choose one of: city, sdc"),
        ("x", "city", " ", "Client 'x' has no name"),
    ],
)
def test_a_wrong_request_makes_nothing(slug, kind, name, message, tmp_path):
    with pytest.raises(PlanError, match=message):
        clients.new(slug, kind, name, workspace=tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_a_client_that_exists_is_left_alone(tmp_path):
    folder = clients.new("essai", "city", "Premier", workspace=tmp_path)
    with pytest.raises(PlanError, match="already exists"):
        clients.new("essai", "sdc", "Second", workspace=tmp_path)
    assert workspace.read_client("essai", tmp_path).name == "Premier"
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_an_accent_colour_too_pale_to_read_is_refused(tmp_path):
    with pytest.raises(PlanError, match="accent"):
        clients.new("essai", "city", "X", workspace=tmp_path, accent="#ffff00")
    assert workspace.contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_workspace_is_found_by_walking_up(tmp_path, monkeypatch):
    monkeypatch.delenv("PLANLIB_WORKSPACE", raising=False)
    (tmp_path / "data" / "clients").mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert workspace.find_workspace() == tmp_path / "data" / "clients"


def test_a_broken_client_yaml_is_named(tmp_path):
    folder = clients.new("essai", "city", "X", workspace=tmp_path)
    (folder / "client.yaml").write_text("name: [", encoding="utf-8")
    with pytest.raises(PlanError, match=r"client\.yaml of 'essai' cannot be read"):
        workspace.read_client("essai", tmp_path)
    (folder / "client.yaml").write_text("name: X\nkind: city\nlangages: [fr]\n", encoding="utf-8")
    with pytest.raises(PlanError, match="'langages' will not do"):
        workspace.read_client("essai", tmp_path)


def test_a_received_file_is_kept_once_and_another_of_the_same_name_beside_it(tmp_path):
    folder = clients.new("essai", "city", "X", workspace=tmp_path)
    received = tmp_path / "plan.csv"
    for content in ("un", "deux", "un", "deux", "trois"):
        received.write_text(content, encoding="utf-8")
        assert workspace.keep_received(folder, received).read_text(encoding="utf-8") == content
    assert sorted(path.name for path in (folder / "workshop").iterdir()) == ["plan-2.csv", "plan-3.csv", "plan.csv"]
