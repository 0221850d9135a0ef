"""A cut before a council: three options, what each loses, delays and keeps, and the one chosen made the plan."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date

import pandas as pd
import pytest
from test_scenario import START, book, compare, put, store_plan  # noqa: F401 the fixture of a small plan

from planlib import cli, facts, scenario
from planlib.charts import levers
from planlib.charts import plan as plan_charts
from planlib.desk import council_blocks as blocks
from planlib.schema import PlanError

MARCH = date(2026, 3, 2)
# Value (out of 10) and cost of each: six actions, one fund of 40,000 $.
PLAN = {"P": (9, 16_000), "Q": (6, 4_000), "R": (2, 4_000), "S": (2, 4_000), "T": (2, 4_000), "U": (2, 8_000)}


@pytest.fixture
def mandate(book):  # noqa: F811
    """Six actions that take the whole of 40,000 $, all of them to come in June but Q, which has begun."""
    book.set_aside("action", list("ABC"), by="ana", why="essai", effective="2026-01-01")
    put(book, "budget", {"source_id": "fonds", "fiscal_year": 2026, "amount": 40_000.0})
    row = {"horizon": "short", "duration_weeks": 4, "earliest_start": "2026-06-01"}
    put(book, "action", *({"action_id": a, "title": f"Action {a}", **row} for a in PLAN))
    put(book, "action", {"action_id": "Q", "earliest_start": "2026-01-05"})
    put(
        book,
        "judgement",
        *(
            {"judge_id": "T1", "action_id": a, "criterion_id": c, "performance": value}
            for a, (value, _) in PLAN.items()
            for c in ("effect", "ease")
        ),
    )
    put(
        book,
        "cost",
        *(
            {"action_id": a, "source_id": "fonds", "fiscal_year": 2026, "amount_high": float(cost)}
            for a, (_, cost) in PLAN.items()
        ),
    )
    store_plan(book)
    put(book, "update", {"action_id": "Q", "updated_on": "2026-01-12", "status": "under_way"})
    for action in set(PLAN) - {"Q"}:
        put(book, "update", {"action_id": action, "updated_on": "2026-01-12", "status": "to_come"})
    return book


def council(book, *changes, today=MARCH):  # noqa: F811
    return scenario.council(book, list(changes), today=today)


def fates(option):
    return option.actions.groupby("fate")["action_id"].apply(lambda ids: "".join(sorted(ids))).to_dict()


def test_three_options_differ_in_what_they_lose(mandate):
    found = council(mandate, "budget.fonds=-20000")
    assert [one.name for one in found.options] == ["value", "few", "all"]
    value, few, whole = found.options
    # 20,000 $ are left, 4,000 $ of them for Q, which has begun: P alone (9), or R, S and T (6 together).
    assert fates(value) == {"lost": "RSTU", "kept": "PQ"}
    assert fates(few) == {"lost": "PU", "kept": "QRST"}
    assert fates(whole) == {"kept": "PQRSTU"}
    assert [one.to_find for one in found.options] == [0.0, 0.0, 20_000.0]
    assert [one.share for one in found.options] == pytest.approx([15 / 23, 12 / 23, 1.0])
    assert [one.same_as for one in found.options] == [None, None, None]


def test_sums_match_a_calculator(mandate):
    found = council(mandate, "budget.fonds=-20000")
    for option in found.options:
        kept = sorted(set(PLAN) - set(option.of("lost")["action_id"]))
        row = option.money.iloc[0]
        assert (row["before"], row["after"]) == (40_000.0, 20_000.0)
        assert row["used"] == sum(PLAN[action][1] for action in kept)
        assert row["left"] - row["short"] == row["after"] - row["used"]
        assert option.of("lost")["freed"].sum() == sum(PLAN[a][1] for a in set(PLAN) - set(kept))
    assert found.budgets.to_dict("records") == [
        {"source_id": "fonds", "year": 2026, "before": 40_000.0, "after": 20_000.0}
    ]


def test_each_action_lost_says_which_limit_left_it_out_in_both_languages(mandate):
    value = council(mandate, "budget.fonds=-20000").option("value")
    assert {one.key for one in value.of("lost")["why"]} == {"schedule.why_lacks"}
    told = {lang: [why.text(lang, {"fonds": "Fonds"}) for why in value.of("lost")["why"]] for lang in ("fr", "en")}
    assert told["en"][0] == "It would take $4,000 of Fonds in 2026." and "4\u00a0000\u00a0$ de Fonds" in told["fr"][0]


def test_an_option_says_in_words_what_it_loses_keeps_and_asks_for(mandate):
    found = council(mandate, "budget.fonds=-20000")
    assert found.sentences(found.option("1"), "en") == [
        "4 actions lost, which free $20,000.",
        "2 actions unchanged.",
        "Value of the plan kept: 65%.",
        "With $4,000 more of Local fund in 2026, R Action R would come into the plan.",
    ]
    assert [text.replace("\u00a0", " ") for text in found.sentences(found.option("all"), "fr")] == [
        "Aucune action n'est perdue.",
        "6 actions sans changement.",
        "Valeur du plan gardée : 100 %.",
        "À trouver : 20 000 $ pour Fonds local en 2026.",
    ]


def test_what_the_next_year_can_pay_is_delayed_and_not_to_be_found(mandate):
    put(mandate, "client", {"client_id": "client", "plan_years": 2})
    put(mandate, "budget", {"source_id": "fonds", "fiscal_year": 2027, "amount": 20_000.0})
    whole = council(mandate, "budget.fonds/2026=-20000").option("all")
    assert whole.to_find == 0.0 and not len(whole.of("lost"))
    later = whole.of("later")
    assert sum(PLAN[action][1] for action in later["action_id"]) == 20_000  # as much as the cut, and no more
    assert (later["start"] >= pd.Timestamp(2026, 12, 28)).all()


def test_options_that_come_to_the_same_plan_say_so(mandate):
    found = council(mandate, "budget.fonds=-0")
    assert [one.same_as for one in found.options] == [None, "value", "value"]
    assert found.sentences(found.options[1], "fr") == ["Le même plan que l'option 1."]


def test_a_cut_below_what_is_begun_keeps_it_all_the_same(mandate):
    found = council(mandate, "budget.fonds=1000")
    assert fates(found.option("value")) == {"lost": "PRSTU", "kept": "Q"}
    assert found.option("value").to_find == 3_000.0  # Q costs 4,000 $ and stays


def test_a_note_needs_a_plan(book):  # noqa: F811
    with pytest.raises(PlanError, match=r"'essai' has no plan yet"):
        council(book, "budget=-20%")


def test_an_option_that_is_none_of_the_three_is_refused(mandate):
    with pytest.raises(PlanError, match=r"'4' is not one of the options. Choose one of: value, few and all"):
        council(mandate, "budget=-20000").option("4")


# The one chosen becomes the plan


DECISION = {"version": "2026-03", "body": "Conseil", "day": date(2026, 3, 10), "number": "CA26-041"}


def adopted(book, name="value", *changes):  # noqa: F811
    found = council(book, *(changes or ["budget.fonds=-20000"]))
    return scenario.adopt(book, found, found.option(name), by="greffe", **DECISION)


def test_the_option_chosen_becomes_the_plan_with_its_resolution(mandate):
    batch = adopted(mandate)
    now = facts.read(mandate)
    assert mandate.last_batch == batch
    assert list(now.schedule.index[now.schedule["chosen"]]) == ["P", "Q"]
    assert now.budgets["amount"].to_dict() == {("fonds", 2026): 20_000.0}
    decision = now.decisions.loc["2026-03"]
    assert (decision["body"], decision["number"]) == ("Conseil", "CA26-041")
    assert decision["date"] == pd.Timestamp(2026, 3, 10)
    assert now.scenarios.loc["2026-03", "changes"] == '[["budget.fonds", "-20000"]]'
    written = mandate.history().query("batch == @batch")
    assert set(written["kind"]) == {"budget", "schedule", "scenario", "action", "decision"}
    assert set(written["by"]) == {"greffe"} and set(written["effective"]) == {"2026-03-10"}
    assert mandate.verify() == []
    before = mandate.table("schedule", date(2026, 3, 9))
    assert before["chosen"].all()  # on the eve, the plan was whole


def test_a_plan_adopted_is_undone_in_one_go(mandate):
    before = {kind: mandate.table(kind) for kind in ("schedule", "budget", "action", "decision", "scenario")}
    mandate.undo(adopted(mandate), by="greffe", why="erreur")
    for kind, table in before.items():
        pd.testing.assert_frame_equal(mandate.table(kind), table)
    assert mandate.verify() == []


def test_after_the_cut_is_adopted_the_same_scenario_starts_from_it(mandate):
    adopted(mandate)
    found = compare(mandate, "budget.fonds=+4000", today=date(2026, 3, 16))
    assert found.before.chosen == ["P", "Q"]
    assert len(found.after.chosen) == 3  # 4,000 $ more buys one of R, S and T


def test_a_forced_action_a_vacant_post_and_a_context_are_stored_with_the_option(mandate):
    put(mandate, "role", {"role_id": "coord", "title": "Coordination"})
    put(mandate, "post", {"post_id": "P1", "title": "Coordo", "role_id": "coord", "person_id": "Ana"})
    put(mandate, "capacity", {"role_id": "coord", "period": "2026-Q4", "days": 26.0, "days_found": "26 jours"})
    adopted(mandate, "value", "action.U=in", "post.P1.vacant=2026-10-01", "context=Le maire a démissionné")
    now = facts.read(mandate)
    assert bool(now.actions.loc["U", "mandatory"])
    assert pd.isna(now.posts.loc["P1", "person_id"]) and now.posts.loc["P1", "role_id"] == "coord"
    assert mandate.table("post", date(2026, 9, 30)).loc["P1", "person_id"] == "Ana"
    assert now.capacity["days"].to_dict() == {("coord", f"2026-{month}"): 0.0 for month in (10, 11, 12)}
    assert now.context["text"].tolist() == ["Le maire a démissionné"]


def test_a_changed_figure_loses_the_words_it_was_read_from(mandate):
    put(mandate, "budget", {"source_id": "fonds", "fiscal_year": 2026, "amount_found": "quarante mille"})
    adopted(mandate)
    assert pd.isna(mandate.table("budget").loc[("fonds", 2026), "amount_found"])


def test_rows_that_hold_from_a_later_day_are_not_hidden_in_silence(mandate):
    row = {"source_id": "fonds", "fiscal_year": 2026, "amount": 39_000.0}
    put(mandate, "budget", row, effective="2026-04-01")
    n = len(mandate.history())
    with pytest.raises(PlanError, match=r"already holds a budget row"):
        adopted(mandate)
    assert len(mandate.history()) == n


# Its charts and its page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_options_chart_counts_each_action_of_the_plan_once_an_option(mandate, lang):
    found = council(mandate, "budget.fonds=-20000")
    spec = plan_charts.options(found, lang).to_dict()
    bars = [row for data in spec["datasets"].values() for row in data]
    assert {row["option"] for row in bars} and len(bars) == 12  # three options, four fates
    ends = [max(row["end"] for row in bars if row["option"] == one) for one in dict.fromkeys(r["option"] for r in bars)]
    assert ends == [6, 6, 6]
    told = " ".join(spec["title"]["text"]).replace("\u00a0", " ")
    assert told.startswith("6 actions sur 6 restent" if lang == "fr" else "6 of 6 actions stay")
    tooltip = {field["title"] for layer in spec["layer"] for field in layer["encoding"].get("tooltip", [])}
    assert tooltip == ({"Option", "Ce qui lui arrive", "Actions"} if lang == "fr" else
                       {"Option", "What becomes of it", "Actions"})  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_scenarios_side_by_side_are_drawn_in_three_columns_with_what_is_lost(mandate, lang):
    found = scenario.side_by_side(
        mandate, {"A": ["budget.fonds=-20000"], "B": ["action.P=out"]}, today=MARCH, time_limit=1.0
    )
    spec = levers.side_by_side(found, lang).to_dict()
    rows = [row for data in spec["datasets"].values() for row in data]
    assert list(dict.fromkeys(row["column"] for row in rows)) == [
        "Plan actuel" if lang == "fr" else "Present plan", "A", "B"
    ]  # fmt: skip
    lost = {(row["column"], row["label"].split()[0]) for row in rows if row["group"] == "out"}
    assert {one for column, one in lost if column == "B"} == {"P"}
    expected = found.scenarios["A"].actions.query("change == 'out'")["action_id"]
    assert {one for column, one in lost if column == "A"} == set(expected)
    assert {row["what"] for row in rows if row["group"] == "out"} == {"sort" if lang == "fr" else "out"}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_note_sets_three_options_beside_their_sums_and_escapes_what_people_wrote(mandate, lang):
    put(mandate, "action", {"action_id": "U", "title": "<b>Gras</b> & frais"})
    found = council(mandate, "budget.fonds=-20000")
    table = blocks.options(found, lang).html
    assert table.count('<th scope="col">') == 4 and table.count("<tr>") == 6
    assert "<b>Gras" not in table and "&lt;b&gt;Gras&lt;/b&gt; &amp; frais" in table
    sums = blocks.sums(found, lang).html.replace("\u00a0", " ").replace("\u202f", " ")
    for amount in (40_000, 20_000):
        assert (f"{amount:,} $".replace(",", " ") if lang == "fr" else f"${amount:,}") in sums
    detail = blocks.detail(found, lang).html
    assert detail.count("<h3>") == 3 and detail.count("<tr>") >= len(found.option("value").of("lost"))


def test_what_a_council_decides_on_stands_on_the_first_letter_page_in_both_languages(mandate, tmp_path, capsys):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler) reads the pages here, and is not on this machine")
    pytest.importorskip("typst")
    code, out, _ = ask(
        capsys, tmp_path, "--set", "budget.fonds=-20000", "--note", "--langs", "fr,en", "--to", "pdf", "--json"
    )
    made = {
        report["lang"]: next(f for f in report["files"] if f.endswith(".pdf")) for report in json.loads(out)["reports"]
    }
    assert code == 0 and set(made) == {"fr", "en"}
    for lang, signed, titles in (
        ("fr", "Résolution", ["1. Garder le plus de valeur", "3. Garder toutes les actions"]),
        ("en", "Resolution", ["1. Keep the most value", "3. Keep every action"]),
    ):
        said = subprocess.run(["pdfinfo", made[lang]], capture_output=True, text=True, check=True).stdout
        assert "612 x 792 pts (letter)" in said
        pages = subprocess.run(["pdftotext", made[lang], "-"], capture_output=True, text=True, check=True).stdout
        first = " ".join(pages.split("\f")[0].split())
        assert signed in first and all(title in first for title in titles)  # what is decided; the detail comes after


# The command


def ask(capsys, folder, *arguments: str) -> tuple[int, str, str]:
    common = ["--workspace", str(folder), "--today", "2026-03-02", "--lang", "en"]
    with pytest.raises(SystemExit) as stop:
        cli.main(["what-if", "essai", *arguments, *common])
    out = capsys.readouterr()
    return stop.value.code, out.out, out.err


def test_the_command_adopts_an_option_and_undo_takes_it_back(mandate, tmp_path, capsys):
    decision = ["--version", "V2", "--body", "Conseil", "--date", "2026-03-10", "--number", "CA26-041"]
    code, out, err = ask(capsys, tmp_path, "--set", "budget.fonds=-20000", "--adopt", "1", *decision, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "") and {"before", "after", "changed", "options", "adopted"} <= set(found)
    assert [one["option"] for one in found["options"]] == ["value", "few", "all"]
    assert found["options"][0]["money"][0]["used"] == 20_000.0
    assert mandate.table("budget")["amount"].tolist() == [20_000.0]
    with pytest.raises(SystemExit) as stop:
        cli.main(["undo", "essai", "--batch", found["adopted"]["batch"], "--workspace", str(tmp_path)])
    assert stop.value.code == 0
    assert mandate.table("budget")["amount"].tolist() == [40_000.0] and mandate.table("schedule")["chosen"].all()


def test_an_option_is_adopted_with_its_whole_decision_or_not_at_all(mandate, tmp_path, capsys):
    code, out, err = ask(capsys, tmp_path, "--set", "budget=-1%", "--adopt", "1", "--body", "Conseil")
    assert (code, out) == (2, "") and err.startswith("An option is not adopted without its decision.")
    assert "--version, --date and --number" in err
    code, _, err = ask(capsys, tmp_path, "--set", "budget=-1%", "--body", "Conseil")
    assert code == 2 and err.startswith("A decision (--body) goes with --adopt only")


def test_a_scenario_file_gives_its_own_why_when_it_is_kept(mandate, tmp_path, capsys):
    path = tmp_path / "coupe.yaml"
    path.write_text("name: Coupe de mars\nwhy: séance du 2 mars\nchanges: {budget: -20%}\n", encoding="utf-8")
    code, *_ = ask(capsys, tmp_path, "--scenario", str(path), "--save", "Coupe")
    assert code == 0
    assert mandate.history("scenario")["why"].tolist() == ["séance du 2 mars"]


# As issue 6 accepts it: 40 actions in sizes, a third without costs, a 20 % cut in March


@pytest.fixture
def sized(book):  # noqa: F811
    """Forty actions in P/M/G, of which a third say no cost; the fund pays for some of them."""
    book.set_aside("action", list("ABC"), by="ana", why="essai", effective="2026-01-01")
    ids = [f"N{n:02}" for n in range(40)]
    row = {"horizon": "short", "duration_weeks": 6}
    put(book, "role", {"role_id": "coord", "title": "Coordination"})
    put(book, "capacity", *({"role_id": "coord", "period": f"2026-Q{q}", "days": 65.0} for q in (1, 2, 3, 4)))
    put(book, "budget", {"source_id": "fonds", "fiscal_year": 2026, "amount": 60_000.0})
    put(book, "action", *({"action_id": a, "title": f"Action {a}", **row} for a in ids))
    put(book, "demand", *({"action_id": a, "role_id": "coord", "effort_size": "SML"[n % 3]} for n, a in enumerate(ids)))
    put(book, "judgement", *({"judge_id": "T1", "action_id": a, "criterion_id": c, "performance": 1.0 + (7 * n) % 9}
                             for n, a in enumerate(ids) for c in ("effect", "ease")))  # fmt: skip
    put(book, "client", {"client_id": "client", "default_amount": 2_000.0})  # what an unknown cost counts for
    priced = [(n, a) for n, a in enumerate(ids) if n % 3]
    amounts = {a: 2_000.0 + 500 * (n % 7) for n, a in priced}
    put(book, "cost", *({"action_id": a, "source_id": "fonds", "fiscal_year": 2026, "amount_high": amount}
                        for a, amount in amounts.items()))  # fmt: skip
    store_plan(book)
    now = book.table("schedule")
    begun = now[now["chosen"] & (now["start"] < pd.Timestamp(MARCH))].sort_values("start").index[:4]
    for action in now.index[now["chosen"]]:
        status = "under_way" if action in begun else "to_come"
        put(book, "update", {"action_id": action, "updated_on": "2026-02-27", "status": status})
    paid = next(a for _, a in priced if now.loc[a, "chosen"] and a not in begun)
    put(book, "spending", {"spending_id": "F1", "action_id": paid, "source_id": "fonds", "fiscal_year": 2026,
                           "amount": 1_500.0, "paid": "2026-02-20"})  # fmt: skip
    return book, set(begun) | {paid}, amounts


def test_a_cut_of_a_fifth_in_march_keeps_what_is_begun_and_names_each_limit(sized):
    book, committed, amounts = sized  # noqa: F811
    found = scenario.compare(book, ["budget=-20%"], today=MARCH, time_limit=1.0)  # bench/what_if.py holds its seconds
    assert found.under_way and committed <= set(found.after.chosen)
    lost = found.actions[found.actions["change"] == "out"]
    assert len(lost) and all(
        why.key.startswith(("schedule.why_", "scenario.why_")) and why.key != "schedule.why_time" for why in lost["why"]
    )
    for side, budget in ((found.before, 60_000.0), (found.after, 48_000.0)):
        money = side.use[side.use["source_id"].notna()].iloc[0]
        assert money["used"] == sum(amounts.get(action, 2_000.0) for action in side.chosen)  # as a calculator adds
        assert (money["capacity"], money["unused"]) == (budget, budget - money["used"]) and money["unused"] >= 0


def test_the_cuts_note_adds_up_as_a_calculator_does(sized):
    book, committed, amounts = sized  # noqa: F811
    found = scenario.council(book, ["budget=-20%"], today=MARCH, time_limit=1.0)
    for option in found.options:
        lost = set(option.of("lost")["action_id"])
        kept = set(found.published.index) - lost | set(option.of("added")["action_id"])
        row = option.money.iloc[0]
        assert not lost & committed and row["used"] == sum(amounts.get(action, 2_000.0) for action in kept)
        assert (row["after"], row["left"] - row["short"]) == (48_000.0, 48_000.0 - row["used"])
        assert option.of("lost")["freed"].sum() == sum(amounts.get(action, 2_000.0) for action in lost)


def test_quarters_are_what_the_load_is_held_to(sized):
    book, *_ = sized  # noqa: F811
    found = scenario.compare(book, ["budget=-20%"], today=MARCH, time_limit=1.0)
    load = found.before.use[found.before.use["role_id"].notna()]
    quarters = load.assign(quarter=pd.PeriodIndex(load["period"], freq="M").quarter).groupby("quarter")["used"].sum()
    assert set(quarters.index) <= {1, 2, 3, 4} and (quarters <= 65.0 * 1.08).all()  # 13 weeks, 14 at an edge
    assert found.before.actions.loc[found.before.chosen, "start"].dt.quarter.between(1, 4).all()


def test_sizes_and_missing_costs_are_listed_as_assumed(sized):
    book, *_ = sized  # noqa: F811
    listed = [text for text in book.table("schedule")["assumed"].dropna()]
    assert sum("assume.cost" in text for text in listed) == 14  # every third of 40
    assert sum("assume.effort_size" in text for text in listed) == 40
