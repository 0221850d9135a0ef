import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planlib import agree
from planlib.schema import PlanError


def published(shared, name):
    return json.loads((shared / "cases" / name).read_text(encoding="utf-8"))["cases"]


def ballots(case):
    """Ranks (actions, ballots) and how many people cast each."""
    orders = [{name: place + 1 for place, name in enumerate(b["order"])} for b in case["ballots"]]
    return pd.DataFrame(orders).T, pd.Series([b["count"] for b in case["ballots"]])


def said(rows):
    """Values by (judge, action, criterion)."""
    return pd.Series(rows, dtype=float).rename_axis(["judge_id", "action_id", "criterion_id"])


# Kendall's W


def test_published_rankings_have_the_published_concordance(shared):
    for case in published(shared, "kendall_w_no_ties.json"):
        found = agree.kendall_w(pd.DataFrame(case["ranks"]))
        assert found.w == pytest.approx(case["expected"]["W"], abs=1e-4)


def test_the_same_ranking_by_all_is_full_agreement():
    found = agree.kendall_w(pd.DataFrame({"J1": [1, 2, 3], "J2": [1, 2, 3], "J3": [1, 2, 3]}))
    assert (found.w, found.chi2, found.df, found.judges, found.actions) == (1, 6, 2, 3, 3)
    assert found.p == pytest.approx(np.exp(-3))  # chi-square with two degrees of freedom is exponential


def test_opposite_rankings_are_no_agreement():
    assert agree.kendall_w(pd.DataFrame({"J1": [1, 2, 3], "J2": [3, 2, 1]})).w == 0


def test_judges_who_tie_in_the_same_way_agree_fully():
    # Mid ranks 1.5, 1.5, 3 by both: without the correction for ties W would be 0.75.
    assert agree.kendall_w(pd.DataFrame({"J1": [1, 1, 3], "J2": [1, 1, 3]})).w == pytest.approx(1)


def test_concordance_equals_friedman_with_ties():
    from scipy.stats import friedmanchisquare

    ranks = pd.DataFrame(np.random.default_rng(3).integers(1, 5, (8, 6)))
    assert agree.kendall_w(ranks).chi2 == pytest.approx(friedmanchisquare(*ranks.to_numpy()).statistic)


def test_a_judge_who_ranked_nothing_is_left_out():
    ranks = pd.DataFrame({"J1": [1, 2, 3], "J2": [1, 3, 2], "J3": [None, None, None]})
    assert agree.kendall_w(ranks).judges == 2
    assert agree.kendall_w(ranks).w == agree.kendall_w(ranks[["J1", "J2"]]).w


def test_what_is_missing_is_listed_and_the_rest_kept():
    ranks = pd.DataFrame({"J1": [1, 2, 3], "J2": [1, None, 2], "J3": [None, None, None]}, index=list("ABC"))
    kept, missing = agree.ranked_by_all(ranks)
    assert list(kept.index) == ["A", "C"]
    assert list(kept.columns) == ["J1", "J2"]
    assert missing.astype(object).where(missing.notna(), None).to_numpy().tolist() == [["J2", "B"], ["J3", None]]


@pytest.mark.parametrize(
    ("ranks", "english", "french"),
    [
        ({"J1": [1, None], "J2": [1, 2]}, "'J1' has no rank for action '1'", "n'a pas de rang"),
        ({"J1": [1, np.inf], "J2": [1, 2]}, "The rank of action '1' given by 'J1' is not a number: 'inf'", "inf"),
        ({"J1": [1, "x"], "J2": [1, 2]}, "is not a number: 'x'", "« x »"),
        ({"J1": [1, 2]}, "there are 1 judge(s) and 2 action(s)", "il y a 1 juge(s) et 2 action(s)"),
        ({"J1": [1], "J2": [1]}, "there are 2 judge(s) and 1 action(s)", "2 juge(s)"),
        ({"J1": [1, 1], "J2": [1, 1]}, "All 2 judges rank all actions equal", "Les 2 juges mettent toutes"),
    ],
)
def test_ranks_without_an_agreement_to_measure_are_refused(ranks, english, french):
    with pytest.raises(PlanError) as refused:
        agree.kendall_w(pd.DataFrame(ranks))
    assert english in str(refused.value)
    assert french in refused.value.text("fr").replace("\u00a0", " ")


def test_an_action_ranked_twice_is_named():
    with pytest.raises(PlanError, match="Action 'A' is there twice in the ranks"):
        agree.borda(pd.DataFrame({"J1": [1, 2]}, index=["A", "A"]))


# Borda and Kemeny


def test_tennessee_has_the_published_points_order_and_distance(shared):
    case = published(shared, "borda_kemeny_tennessee_and_cycle.json")[0]
    ranks, count = ballots(case)
    assert agree.borda(ranks, count=count).to_dict() == case["expected"]["borda"]
    found = agree.kemeny(ranks, count=count)
    assert found.order == case["expected"]["kemeny_order"]
    assert found.distance == case["expected"]["kemeny_distance"]


def test_majorities_in_a_circle_have_the_published_order(shared):
    case = published(shared, "borda_kemeny_tennessee_and_cycle.json")[1]
    ranks, count = ballots(case)
    found = agree.kemeny(ranks, count=count)
    assert (found.order, found.distance) == (case["expected"]["kemeny_order"], case["expected"]["kemeny_distance"])


def test_borda_shares_the_places_of_tied_actions():
    points = agree.borda(pd.DataFrame({"J1": [1, 1, 3]}, index=["A", "B", "C"]))
    assert points.to_dict() == {"A": 1.5, "B": 1.5, "C": 0}


@given(st.integers(0, 100_000), st.integers(2, 5), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_kemeny_equals_the_best_of_all_orders(seed, n, judges):
    ranks = pd.DataFrame(np.random.default_rng(seed).integers(1, n + 1, (n, judges)), index=list("ABCDE")[:n])
    array = ranks.to_numpy()
    distances = {}
    for order in itertools.permutations(range(n)):
        pairs = itertools.combinations(order, 2)
        distances[order] = sum((array[worse] < array[better]).sum() for better, worse in pairs)
    best = min(distances.values())
    found = agree.kemeny(ranks)
    assert found.distance == best
    order = tuple("ABCDE".index(action) for action in found.order)
    assert distances[order] == best
    # Among equally good orders, the one that turns the fewest pairs of action_id round.
    turned = {o: sum(a > b for a, b in itertools.combinations(o, 2)) for o, d in distances.items() if d == best}
    assert turned[order] == min(turned.values())


@given(st.integers(0, 100_000), st.randoms())
@settings(max_examples=30, deadline=None)
def test_row_order_never_changes_an_agreement(seed, random):
    rng = np.random.default_rng(seed)
    ranks = pd.DataFrame(rng.integers(1, 6, (6, 4)), index=list("ABCDEF"), columns=list("wxyz"))
    rows, columns = list(ranks.index), list(ranks.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    again = ranks.loc[rows, columns]
    assert agree.borda(again)[ranks.index].equals(agree.borda(ranks))
    assert agree.kemeny(again) == agree.kemeny(ranks)
    assert agree.kendall_w(again).w == pytest.approx(agree.kendall_w(ranks).w)


def test_fifty_actions_in_circles_are_ordered_and_a_hundred_on_which_all_agree():
    rng = np.random.default_rng(0)
    circles = pd.DataFrame({j: rng.permutation(50) + 1 for j in range(3)})
    found = agree.kemeny(circles)
    assert sorted(found.order) == list(range(50))
    assert found.distance <= min(agree.kemeny(circles[[j]]).distance + 1225 for j in circles)
    ladder = pd.DataFrame({"J1": range(100), "J2": range(100)}, index=[f"A{i:03}" for i in range(100)])
    assert agree.kemeny(ladder).order == list(ladder.index)
    with pytest.raises(PlanError, match="There are 60 actions and majorities run in circles"):
        agree.kemeny(pd.DataFrame({j: rng.permutation(60) + 1 for j in range(3)}))


def test_one_action_alone_is_its_own_order():
    alone = pd.DataFrame({"J1": [1]}, index=["A"])
    assert agree.kemeny(alone).order == ["A"]
    assert agree.borda(alone).to_dict() == {"A": 0}


def test_the_number_of_people_behind_a_ballot_is_checked():
    with pytest.raises(PlanError, match="The number of people behind 'J1' is '-1'"):
        agree.borda(pd.DataFrame({"J1": [1, 2]}), count=pd.Series({"J1": -1}))
    with pytest.raises(PlanError, match="The number of people behind 'J1' is ''"):
        agree.kemeny(pd.DataFrame({"J1": [1, 2]}), count=pd.Series({"J2": 1}))


# Tables


@pytest.fixture
def judge_values():
    """Two actions, two criteria; J1 and J2 are far apart on the feasibility of A-14 and near on that of A-02."""
    return said(
        {
            ("J1", "A-14", "faisabilité"): 0.9,
            ("J2", "A-14", "faisabilité"): 0.3,
            ("J1", "A-02", "faisabilité"): 0.5,
            ("J2", "A-02", "faisabilité"): 0.6,
            ("J1", "A-14", "portée"): 0.5,
            ("J2", "A-14", "portée"): 0.5,
            ("J1", "A-02", "portée"): 0.6,
            ("J2", "A-02", "portée"): 0.6,
        }
    )


WEIGHTS = pd.Series({"faisabilité": 60, "portée": 40})
TABLES = pd.Series({"J1": "5", "J2": "2"})


def test_each_judge_and_each_table_has_its_own_ranking(judge_values):
    ranks = agree.ranks_by(judge_values, WEIGHTS)
    assert ranks["J1"].to_dict() == {"A-02": 2, "A-14": 1}
    assert ranks["J2"].to_dict() == {"A-02": 1, "A-14": 2}
    assert list(agree.ranks_by(judge_values, WEIGHTS, TABLES).columns) == ["2", "5"]
    assert agree.between(ranks).loc["J1", "J2"] == -1
    assert agree.between(ranks).loc["J1", "J1"] == 1


def test_tables_are_set_side_by_side_the_widest_gap_first(judge_values):
    table = agree.by_table(judge_values, TABLES)
    assert table.index[0] == ("A-14", "faisabilité")
    assert table.iloc[0].to_dict() == pytest.approx({"2": 0.3, "5": 0.9, "gap": 0.6})


def test_the_disagreement_that_decides_comes_first_and_is_said_in_words(judge_values):
    # Medians: A-14 at 0.36 + 0.20 = 0.56, A-02 at 0.33 + 0.24 = 0.57. A-14 alone goes to 0.74 or 0.38: in or out.
    # Chosen after: (0.74 + 0.57) / 2 = 0.655; chosen before: 0.57; so settling A-14 is worth 8.5 points.
    found = agree.discuss_next(judge_values, WEIGHTS, 1, tables=TABLES)
    first = found.iloc[0]
    assert (first["action_id"], first["criterion_id"]) == ("A-14", "faisabilité")
    assert first["effect"] == pytest.approx(8.5)
    assert first["points"] == pytest.approx(60)
    assert first["decides"]
    english, french = agree.say(found, "en")[0], agree.say(found, "fr")[0]
    assert english == "Tables 2 and 5 are 60 points apart on 'faisabilité' of A-14; it decides whether A-14 is in."
    plain = french.replace("\u00a0", " ").replace("\u202f", " ")
    assert plain == (
        "Les tables 2 et 5 sont à 60 points d'écart sur « faisabilité » de A-14 ; cela décide si A-14 est retenue."
    )


def test_a_disagreement_that_changes_nothing_comes_last_and_says_so(judge_values):
    found = agree.discuss_next(judge_values, WEIGHTS, 2, tables=TABLES)  # both are in whatever is said
    assert found["effect"].to_list() == [0, 0]
    assert not found["decides"].any()
    assert list(found["points"]) == pytest.approx([60, 10])
    assert "alone, it does not change whether A-14 is in" in agree.say(found, "en")[0]


def test_judges_are_not_named_when_there_are_no_tables(judge_values):
    found = agree.discuss_next(judge_values, WEIGHTS, 1)
    sentence = agree.say(found, "en", {"A-14": "the market"})[0]
    assert sentence == (
        "Judgements go from 30 to 90 points on 'faisabilité' of the market; it decides whether the market is in."
    )
    assert found["low_group"].isna().all()
    apart = agree.say(agree.discuss_next(judge_values, WEIGHTS, 2), "fr")[0]
    assert "ne change pas le sort de A-14" in apart


def test_a_cut_by_money_is_followed_too(judge_values):
    cost = pd.Series({"A-14": 10, "A-02": 10})
    by_money = agree.discuss_next(judge_values, WEIGHTS, cost=cost, amount=15, tables=TABLES)
    pd.testing.assert_frame_equal(by_money, agree.discuss_next(judge_values, WEIGHTS, 1, tables=TABLES))


def test_full_agreement_leaves_nothing_to_discuss():
    same = said({("J1", "A", "c"): 0.5, ("J2", "A", "c"): 0.5})
    assert agree.discuss_next(same, pd.Series({"c": 1}), 1).empty
    assert agree.value_of_agreement(same, pd.Series({"c": 1}), 1).to_dict() == {"c": 0}


def test_row_order_never_changes_what_to_discuss(judge_values):
    shuffled = judge_values.sample(frac=1, random_state=5)
    one = agree.discuss_next(judge_values, WEIGHTS, 1, tables=TABLES)
    pd.testing.assert_frame_equal(one, agree.discuss_next(shuffled, WEIGHTS[::-1], 1, tables=TABLES[::-1]))
    gains = agree.value_of_agreement(judge_values, WEIGHTS, 1)
    pd.testing.assert_series_equal(gains, agree.value_of_agreement(shuffled, WEIGHTS[::-1], 1))


def test_a_judge_without_a_known_table_is_named(judge_values):
    with pytest.raises(PlanError, match="'J2' is not at any known table"):
        agree.discuss_next(judge_values, WEIGHTS, 1, tables=pd.Series({"J1": "5"}))
    with pytest.raises(PlanError, match="Criterion 'portée' has no weight"):
        agree.discuss_next(judge_values, pd.Series({"faisabilité": 1}), 1)


def test_the_criterion_whose_agreement_matters_is_found(judge_values):
    # Means: A-14 0.36 + 0.20, A-02 0.33 + 0.24 = 0.57. A-14 settles at 0.74 or 0.38, A-02 at 0.54 or 0.60, evenly:
    # the best of the two is 0.74 half of the time, otherwise 0.54 or 0.60, so 0.655 against 0.57: 8.5 points.
    gains = agree.value_of_agreement(judge_values, WEIGHTS, 1, draws=40_000)
    assert gains["faisabilité"] == pytest.approx(8.5, abs=0.2)
    assert gains["portée"] == 0
    assert gains.index[0] == "faisabilité"


def test_what_nobody_else_said_of_an_action_does_not_stop_the_discussion(judge_values):
    more = pd.concat([judge_values, said({("J1", "A-30", "portée"): 1.0})])
    found = agree.discuss_next(more, WEIGHTS, 1)
    assert "A-30" not in set(found["action_id"])  # one position is no disagreement
    assert agree.ranks_by(more, WEIGHTS).loc["A-30"].isna().to_list() == [False, True]


def test_a_table_called_table_is_not_called_so_twice():
    values = pd.Series(
        [1.0, 0.0, 0.2, 0.2],
        index=pd.MultiIndex.from_tuples(
            [("j1", "A", "c"), ("j2", "A", "c"), ("j1", "B", "c"), ("j2", "B", "c")],
            names=["judge_id", "action_id", "criterion_id"],
        ),
    )
    tables = pd.Series({"j1": "Table 2", "j2": "table 5"})
    found = agree.discuss_next(values, pd.Series({"c": 1.0}), 1, tables=tables)
    assert agree.say(found, "en")[0].startswith("Tables 2 and 5 are 100 points apart on 'c' of A")


@pytest.mark.parametrize("call", [agree.kendall_w, agree.borda, agree.kemeny])
def test_a_negative_rank_and_a_judge_there_twice_are_named(call):
    ranks = pd.DataFrame({"J1": [1, -2], "J2": [1, 2]}, index=["A", "B"])
    with pytest.raises(PlanError) as refused:
        call(ranks)
    assert str(refused.value) == (
        "The rank of action 'B' given by 'J1' is '-2'. Write 1 for the first, 2 for the next."
    )
    assert "Écrivez 1 pour la première" in refused.value.text("fr")
    with pytest.raises(PlanError, match="'J1' is there twice in the ranks"):
        call(ranks.abs().set_axis(["J1", "J1"], axis=1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v * 10, "is '8.0'. Write a number from 0 to 1"),
        (lambda v: v.replace(0.8, np.inf), "is 'inf'. Write a number from 0 to 1"),
        (lambda v: v.astype(object).replace(0.8, "fort"), "is 'fort'. Write a number from 0 to 1"),
        (lambda v: pd.concat([v, v.iloc[:1]]), "twice"),
        (lambda v: v.reset_index(), "Each person's values are missing"),
        (lambda v: None, "Each person's values are missing"),
    ],
)
def test_values_that_cannot_be_discussed_are_named(change, message):
    names = ["judge_id", "action_id", "criterion_id"]
    said = pd.Series({("J1", "A", "c"): 0.8, ("J2", "A", "c"): 0.2, ("J1", "B", "c"): 0.5}).rename_axis(names)
    with pytest.raises(PlanError, match=message):
        agree.discuss_next(change(said), pd.Series({"c": 1}), 1)


def test_lists_and_mappings_are_taken_as_the_series_they_stand_for():
    names = ["judge_id", "action_id", "criterion_id"]
    said = pd.Series({(j, a, "c"): x for j, a, x in (("J1", "A", 0.8), ("J2", "A", 0.2), ("J1", "B", 0.5))})
    said = said.rename_axis(names)
    weights, costs, tables = pd.Series({"c": 1}), pd.Series({"A": 1, "B": 1}), pd.Series({"J1": "T1", "J2": "T2"})
    one = agree.discuss_next(said, weights, cost=costs, amount=1, tables=tables)
    other = agree.discuss_next(said, [1], cost=[1, 1], amount=1, tables=tables.to_dict())
    pd.testing.assert_frame_equal(one, other)


# Ties corrected, as printed: W = (12 sum R^2 - 3 m^2 n (n+1)^2) / (m^2 n (n^2-1) - m sum(t^3-t)).
def test_concordance_with_ties_is_what_a_hand_finds():
    ranks = pd.DataFrame(
        {
            "X": [1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10],
            "Y": [2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5],
            "Z": [2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10],
        }
    )
    sums = [5.5, 6.5, 9, 13.5, 12, 20, 23, 23.5, 25.5, 26.5]
    assert ranks.sum(axis=1).tolist() == sums
    # Ties: X has 2 pairs, Y 3 pairs, Z a four and a three: 12 + 18 + 60 + 24 = 114.
    expected = (12 * sum(total**2 for total in sums) - 3 * 9 * 10 * 121) / (9 * 10 * 99 - 3 * 114)
    assert agree.kendall_w(ranks).w == pytest.approx(expected) == pytest.approx(0.828, abs=5e-4)


def test_kemeny_with_ties_equals_the_best_of_all_orders():
    rng = np.random.default_rng(8)
    for _ in range(20):
        ranks = pd.DataFrame(rng.integers(1, 4, (5, 4)), index=list("EDCBA"))
        prefer = {(a, b): int((ranks.loc[a] < ranks.loc[b]).sum()) for a in ranks.index for b in ranks.index}
        cost = {order: sum(prefer[b, a] for i, a in enumerate(order) for b in order[i + 1 :])
                for order in itertools.permutations("ABCDE")}  # fmt: skip
        found = agree.kemeny(ranks)
        assert found.distance == min(cost.values()) == cost[tuple(found.order)]


def test_an_order_that_starts_at_zero_is_the_same_order():
    ranks = pd.DataFrame({"J1": [1, 2, 3], "J2": [2, 1, 3]})
    assert agree.kemeny(ranks - 1) == agree.kemeny(ranks)
