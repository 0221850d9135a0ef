import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planlib import robust, score
from planlib import weights as weighing
from planlib.schema import PlanError


@pytest.fixture
def values():
    """A is best on one criterion, C on the other, B in the middle of both."""
    return pd.DataFrame({"effect": [1.0, 0.5, 0.0], "ease": [0.0, 0.5, 1.0]}, index=["A", "B", "C"])


def counted(values, sets):
    """Rank acceptability the long way: a rank for each action under each weighting."""
    scores = np.round(sets[list(values.columns)].to_numpy() @ values.to_numpy().T, 9)
    ranks = 1 + (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    return np.stack([(ranks == r + 1).mean(axis=0) for r in range(len(values))], axis=1)


# Rank acceptability


def test_symmetric_actions_share_first_rank_evenly(values):
    shares = robust.rank_acceptability(values.loc[["A", "C"]], draws=40_000)
    assert shares.loc["A", 1] == pytest.approx(0.5, abs=0.01)  # exact by symmetry; 4 standard errors


def test_an_action_in_the_middle_of_both_is_always_second(values):
    shares = robust.rank_acceptability(values)
    assert shares.loc["B", 2] == 1
    assert list(shares.columns) == [1, 2, 3]
    assert shares.sum(axis=1).to_list() == pytest.approx([1, 1, 1])


def test_a_share_equals_the_part_of_the_weights_that_gives_it():
    # A scores w, B scores 0.3 whatever the weights: A is first where w > 0.3, that is in 70 % of them.
    table = pd.DataFrame({"effect": [1.0, 0.3], "ease": [0.0, 0.3]}, index=["A", "B"])
    assert robust.rank_acceptability(table, draws=40_000).loc["A", 1] == pytest.approx(0.7, abs=0.01)


def test_tied_actions_all_take_the_better_rank(values):
    twins = pd.concat([values, values.rename(index={"A": "A2", "B": "B2", "C": "C2"})])
    once, twice = robust.rank_acceptability(values), robust.rank_acceptability(twins)
    assert twice.loc["A2"].to_list() == twice.loc["A"].to_list()
    assert twice.loc["A", [1, 3, 5]].to_list() == pytest.approx(once.loc["A"].to_list())
    assert twice.loc["B", 3] == 1


@pytest.mark.parametrize(("n", "m", "steps"), [(1, 1, 3), (2, 3, 2), (7, 3, 2), (40, 5, 4), (300, 4, 1000)])
def test_shares_equal_a_rank_counted_under_each_weighting(n, m, steps):
    rng = np.random.default_rng(n)
    table = pd.DataFrame(rng.integers(0, steps + 1, (n, m)) / steps, columns=[f"c{j}" for j in range(m)])
    sets = robust.weight_sets(table.columns, draws=400, seed=5)
    shares = robust.rank_acceptability(table, draws=400, seed=5)
    assert np.array_equal(shares.to_numpy(), counted(table, sets))


def test_scores_within_half_a_billionth_are_tied():
    close = pd.DataFrame({"c": [0.5, 0.5 + 1e-10, 0.5 + 2e-9]}, index=["A", "B", "C"])
    shares = robust.rank_acceptability(close, draws=10)
    assert [shares.loc["C", 1], shares.loc["A", 2], shares.loc["B", 2]] == [1, 1, 1]


def test_a_thousand_actions_are_numbered_without_a_slip():
    order = [f"A{i:04}" for i in range(1000)]
    ladder = pd.DataFrame({"c": np.arange(1000) / 999, "d": np.arange(1000) / 999}, index=order)
    shares = robust.rank_acceptability(ladder.sample(frac=1, random_state=1), draws=20)
    assert all(shares.loc[action, 1000 - i] == 1 for i, action in enumerate(order))


def test_blocks_of_draws_add_up(monkeypatch, values):
    from planlib.robust import shares as module

    whole = robust.rank_acceptability(values, draws=1000)
    monkeypatch.setattr(module, "KEYS", 21)
    monkeypatch.setattr(module, "HELD", 100)
    assert robust.rank_acceptability(values, draws=1000).equals(whole)


def test_stated_weights_narrow_what_can_happen(values):
    shares = robust.rank_acceptability(values, weights=pd.Series({"effect": 80, "ease": 20}))
    assert shares.loc["A", 1] == 1  # 60 against 25 at worst


def test_weightings_given_are_tried_and_no_others(values):
    sets = pd.DataFrame({"ease": [1, 3, 1, 1], "effect": [3, 1, 1, 9]})
    shares = robust.rank_acceptability(values, weights=sets)
    assert shares.loc["A"].to_list() == [0.75, 0, 0.25]  # 1/2, and tied with all in 1/4, third in 1/4
    assert shares.loc["B"].to_list() == [0.25, 0.75, 0]


def test_an_ordering_of_criteria_rules_out_the_other_ones(values):
    sets = robust.weight_sets(["ease", "effect"], order=["effect", "ease"])
    assert (sets["effect"] >= sets["ease"]).all()
    assert sets["effect"].mean() == pytest.approx(0.75, abs=0.01)  # the centroid of two
    assert robust.rank_acceptability(values, weights=sets).loc["A", 1] == 1


def test_weights_around_stated_ones_stay_within_the_spread():
    sets = robust.weight_sets(["a", "b"], around=pd.Series({"a": 1, "b": 1}), spread=0.5)
    ratio = sets["a"] / sets["b"]
    assert 1 / 3 <= ratio.min() < 0.4
    assert 2.5 < ratio.max() <= 3
    assert sets.sum(axis=1).to_numpy() == pytest.approx(1)


def test_a_blank_is_refused_by_its_place(values):
    values.loc["B", "ease"] = None
    with pytest.raises(PlanError, match=r"action 'B', criterion 'ease', blank"):
        robust.rank_acceptability(values)


def test_a_blank_may_be_anything_where_values_are_uncertain():
    table = pd.DataFrame({"c": [np.nan, 0.25]}, index=["A", "B"])
    shares = robust.rank_acceptability(table, uncertain=0.0, draws=40_000)
    assert shares.loc["A", 1] == pytest.approx(0.75, abs=0.01)  # even over [0, 1]


def test_uncertain_values_follow_the_spread_of_judges():
    table = pd.DataFrame({"c": [0.5, 0.6]}, index=["A", "B"])
    apart = pd.DataFrame({"c": [0.1, 0.0]}, index=["A", "B"])
    shares = robust.rank_acceptability(table, uncertain=apart, draws=40_000)
    assert shares.loc["A", 1] == pytest.approx(0.1587, abs=0.01)  # one standard deviation above


def test_the_spread_of_judges_is_their_standard_deviation():
    rows = {("J1", "A", "c"): 0.2, ("J2", "A", "c"): 0.4, ("J1", "B", "c"): 0.9}
    said = pd.Series(rows).rename_axis(["judge_id", "action_id", "criterion_id"])
    apart = robust.uncertainty(said)
    assert apart.loc["A", "c"] == pytest.approx(0.1 * 2**0.5)
    assert apart.loc["B", "c"] == 0


@given(st.integers(0, 1000), st.randoms())
@settings(max_examples=25, deadline=None)
def test_row_and_column_order_never_change_a_share(seed, random):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(0, 4, (6, 3)) / 3, index=list("ABCDEF"), columns=list("xyz"))
    rows, columns = list(table.index), list(table.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    options = {"draws": 200, "seed": seed, "uncertain": 0.1}
    again = robust.rank_acceptability(table.loc[rows, columns], **options)
    assert again.loc[table.index].equals(robust.rank_acceptability(table, **options))
    cut = robust.bands(table.loc[rows, columns], 2, draws=200).loc[table.index]
    pd.testing.assert_frame_equal(cut, robust.bands(table, 2, draws=200))


def test_the_same_seed_gives_the_same_table_and_another_one_does_not(values):
    some = values.assign(third=[0.2, 0.9, 0.4])
    assert robust.rank_acceptability(some, seed=1).equals(robust.rank_acceptability(some, seed=1))
    assert not robust.rank_acceptability(some, seed=1).equals(robust.rank_acceptability(some, seed=2))


def test_one_action_is_first_in_all_weightings(values):
    assert robust.rank_acceptability(values.loc[["B"]]).to_numpy().tolist() == [[1.0]]


def test_one_action_before_another_is_said_as_a_share():
    table = pd.DataFrame({"effect": [1.0, 0.3, 1.0], "ease": [0.0, 0.3, 0.0]}, index=["A", "B", "A2"])
    shares = robust.before(table, "A", "B", draws=40_000)
    assert shares.to_dict() == pytest.approx({"before": 0.7, "tied": 0, "after": 0.3}, abs=0.01)
    assert robust.before(table, "A", "A2")["tied"] == 1
    with pytest.raises(PlanError, match="Action 'Z' is not in the table"):
        robust.before(table, "A", "Z")


def test_how_often_an_action_is_first_is_said_in_both_languages(values):
    shares = robust.rank_acceptability(values, weights=pd.DataFrame({"effect": [3, 1], "ease": [1, 3]}))
    assert robust.say_first(shares, "A", "en") == "A is first in 50% of the weightings tried."
    assert robust.say_first(shares, "A", "fr").replace("\u00a0", " ").startswith("A est au premier rang dans 50 % des")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "The number of weightings to try is '0'"),
        ({"weights": pd.DataFrame({"effect": [], "ease": []})}, "The table of weightings is empty"),
        ({"weights": pd.DataFrame({"effect": [1, 2], "ease": [1, -1]})}, "Criterion 'ease' has -1 points"),
        ({"weights": pd.DataFrame({"effect": [1, 0], "ease": [1, 0]})}, "All 2 criteria are at 0 points"),
        ({"weights": pd.DataFrame({"effect": [1]})}, "Criterion 'ease' has no weight"),
        ({"weights": pd.Series({"effect": 1, "ease": np.inf})}, "'ease' are not a number: 'inf'"),
        ({"uncertain": -1}, "The uncertainty of action 'A' on criterion 'ease' is '-1.0'"),
        ({"uncertain": pd.DataFrame({"ease": [0.1]}, index=["A"])}, "action 'A' on criterion 'effect' is 'nan'"),
    ],
)
def test_options_that_cannot_be_are_refused(values, options, message):
    with pytest.raises(PlanError, match=message):
        robust.rank_acceptability(values, **options)


def test_weightings_that_cannot_be_drawn_are_refused():
    stated = pd.Series({"a": 1, "b": 2})
    with pytest.raises(PlanError, match="one of the two, not both"):
        robust.weight_sets(["a", "b"], around=stated, order=["a", "b"])
    with pytest.raises(PlanError, match="The spread around the weights is '1'"):
        robust.weight_sets(["a", "b"], around=stated, spread=1)
    with pytest.raises(PlanError, match=r"The ordering given \(a\) is not one of all the criteria"):
        robust.weight_sets(["a", "b"], order=["a"])
    with pytest.raises(PlanError, match="No criterion has a weight"):
        robust.weight_sets([])


def test_too_many_actions_are_refused_before_any_work():
    table = pd.DataFrame({"c": np.zeros(5_001)})
    with pytest.raises(PlanError, match="There are 5,001 actions; rank acceptability goes up to 5,000"):
        robust.rank_acceptability(table)


# Bands


def test_bands_say_always_depends_or_never(values):
    table = robust.bands(values.assign(third=[0.9, 0.9, 0.0]), 2)
    assert table.loc["B", "band"] == "always"  # never last
    assert table.loc["A", "band"] == "depends"
    dominated = pd.concat([values, pd.DataFrame({"effect": [0.0], "ease": [0.0]}, index=["D"])])
    assert robust.bands(dominated, 2).loc["D", ["share_in", "band"]].to_list() == [0, "never"]


def test_bands_agree_with_the_cut_made_under_each_weighting():
    rng = np.random.default_rng(8)
    table = pd.DataFrame(rng.integers(0, 4, (12, 3)) / 3, index=list("LKJIHGFEDCBA"), columns=list("xyz"))
    cost = pd.Series(rng.integers(1, 9, 12), index=table.index)
    sets = robust.weight_sets(table.columns, draws=100)
    for cut in ({"k": 5}, {"cost": cost, "amount": 20}):
        each = [score.funded(score.weighted_sum(table, row)["score"], **cut) for _, row in sets.iterrows()]
        found = robust.bands(table, draws=100, **cut)
        assert found["share_in"].to_numpy() == pytest.approx(np.mean([e["funded"] for e in each], axis=0))
        assert found["tied_at_cut"].to_numpy() == pytest.approx(np.mean([e["tied_at_cut"] for e in each], axis=0))


def test_costs_and_an_amount_may_follow_the_values_as_a_count_does(values):
    cost = pd.Series({"A": 2, "B": 1, "C": 2})
    named = robust.bands(values, cost=cost, amount=3, draws=200)
    for asked in (
        robust.bands(values, cost, 3, draws=200),
        robust.bands(values, cost, amount=3, draws=200),
        robust.bands(values, None, cost, 3, draws=200),
    ):
        pd.testing.assert_frame_equal(asked, named)
    for wrong in ((cost,), (cost, 3, 3), (2, cost, 3)):
        with pytest.raises(PlanError, match="one of the two, not both"):
            robust.bands(values, *wrong)


def test_a_tie_at_the_cut_is_settled_by_name_and_flagged():
    twins = pd.DataFrame({"c": [0.5, 0.5, 0.1], "d": [0.2, 0.2, 0.1]}, index=["B", "A", "C"])
    table = robust.bands(twins, 1)
    assert table["band"].to_dict() == {"B": "never", "A": "always", "C": "never"}
    assert table["tied_at_cut"].to_dict() == {"B": 1, "A": 1, "C": 0}


def test_a_cut_that_cannot_be_is_refused(values):
    with pytest.raises(PlanError, match="one of the two, not both"):
        robust.bands(values)
    with pytest.raises(PlanError, match="The cost of action 'C' is not known"):
        robust.bands(values, cost=pd.Series({"A": 1, "B": 2}), amount=3)


# Swap points


@pytest.fixture
def two_criteria():
    return pd.DataFrame({"équité": [1.0, 0.2, 0.5], "coût": [0.0, 0.8, 0.6]}, index=["A-07", "A-12", "A-03"])


def test_a_swap_point_is_where_a_hand_finds_it(two_criteria):
    # 0.5 p + 18 = 0.2 p + 24 at p = 20; p = 0.2 p + 24 at p = 30.
    swaps = robust.swap_points(two_criteria, pd.Series({"équité": 10, "coût": 30}))
    above = swaps[(swaps["criterion_id"] == "équité") & (swaps["direction"] == "above")].set_index("passes")
    first = swaps.iloc[0]
    assert (first["passes"], first["passed"]) == ("A-03", "A-12")
    assert first["points_at"] == pytest.approx(20)
    assert first["share_at"] == pytest.approx(0.4)
    second = above[above["passed"] == "A-12"].loc["A-07"]
    assert second["points_at"] == pytest.approx(30)
    assert second["change"] == pytest.approx(20)


def test_a_swap_point_is_said_in_both_languages(two_criteria):
    swaps = robust.swap_points(two_criteria, pd.Series({"équité": 10, "coût": 30}))
    row = swaps[(swaps["passes"] == "A-07") & (swaps["passed"] == "A-12") & (swaps["direction"] == "above")].iloc[0]
    assert robust.say_swap(row, "en") == "A-07 passes A-12 when 'équité' goes above 30 points (now 10)."
    french = robust.say_swap(row, "fr", {"A-07": "Marché"}).replace("\u00a0", " ")
    assert french == "Marché dépasse A-12 quand « équité » passe au-dessus de 30 points (maintenant 10)."
    below = swaps[swaps["direction"] == "below"].iloc[0]
    assert "when 'coût' goes below 15 points (now 30)" in robust.say_swap(below, "en")


@given(st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_every_crossing_turns_the_order_and_none_is_missed(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(0, 5, (4, 3)) / 4, index=list("ABCD"), columns=list("xyz"))
    table = table.mask(rng.random(table.shape) < 0.2)
    weights = pd.Series(rng.integers(1, 30, 3).astype(float), index=list("xyz"))
    swaps = robust.swap_points(table, weights)
    known, filled = table.notna().to_numpy(), table.fillna(0).to_numpy()
    for (criterion, direction), rows in swaps.groupby(["criterion_id", "direction"]):
        sign = 1 if direction == "above" else -1
        for row in rows.itertuples():
            sides = []
            for step in (-1e-6, 1e-6):
                at = weights.where(weights.index != criterion, row.points_at + sign * step)
                scores = score.weighted_sum(table, at)["score"]
                sides.append(scores[row.passes] - scores[row.passed])
            assert sides[1] > 0
            assert sides[0] < 0 or row.change == 0
    for j, criterion in enumerate(table.columns):
        grid = np.tile(weights.to_numpy(), (300, 1))
        grid[:, j] += np.linspace(0, 150, 300)
        mass = known @ grid.T
        scores = np.divide(filled @ grid.T, mass, out=np.full(mass.shape, np.nan), where=mass > 0).round(9)
        above = swaps[(swaps["criterion_id"] == criterion) & (swaps["direction"] == "above")]
        pairs = {frozenset(pair) for pair in zip(above["passes"], above["passed"], strict=True)}
        for a in range(4):
            for b in range(a):
                signs = np.sign(scores[a] - scores[b])
                if {1.0, -1.0} <= set(signs):
                    assert frozenset((table.index[a], table.index[b])) in pairs


def test_actions_tied_today_part_at_once():
    table = pd.DataFrame({"x": [1.0, 0.0], "y": [0.0, 1.0]}, index=["A", "B"])
    swaps = robust.swap_points(table, pd.Series({"x": 5, "y": 5}))
    assert swaps["change"].to_list() == [0, 0, 0, 0]
    passing = swaps.set_index(["criterion_id", "direction"])["passes"].to_dict()
    assert passing == {("x", "above"): "A", ("x", "below"): "B", ("y", "above"): "B", ("y", "below"): "A"}


def test_a_dominated_action_never_passes_and_one_criterion_never_swaps(two_criteria):
    worse = pd.concat([two_criteria, pd.DataFrame({"équité": [0.1], "coût": [0.0]}, index=["Z"])])
    swaps = robust.swap_points(worse, pd.Series({"équité": 10, "coût": 30}))
    assert "Z" not in set(swaps["passes"])
    assert robust.swap_points(two_criteria[["coût"]], pd.Series({"coût": 3})).empty


def test_row_order_never_changes_a_swap_point(two_criteria):
    weights = pd.Series({"équité": 10, "coût": 30})
    again = robust.swap_points(two_criteria.iloc[::-1, ::-1], weights)
    pd.testing.assert_frame_equal(again, robust.swap_points(two_criteria, weights), check_exact=True)


def test_the_first_k_hold_up_to_the_nearest_crossing(two_criteria):
    room = robust.weight_intervals(two_criteria, pd.Series({"équité": 10, "coût": 30}), 1)
    assert room.loc["équité"].to_list() == pytest.approx([10, 0, 20])
    assert room.loc["coût"].to_list() == [30, pytest.approx(15), np.inf]
    everyone = robust.weight_intervals(two_criteria, pd.Series({"équité": 10, "coût": 30}), 3)
    assert everyone[["low", "high"]].to_numpy().tolist() == [[0, np.inf]] * 2
    tied = robust.weight_intervals(pd.DataFrame({"x": [1.0, 0], "y": [0.0, 1]}), pd.Series({"x": 5, "y": 5}), 1)
    assert tied[["low", "high"]].to_numpy().tolist() == [[5, 5]] * 2


def test_the_smallest_change_that_puts_an_action_first(two_criteria):
    # Of 40 points, p on équité: A-07 reaches A-03 at p = 0.5 p + 0.6 (40 - p), p = 24 / 1.1.
    change = robust.smallest_change(two_criteria, pd.Series({"équité": 10, "coût": 30}), "A-07")
    assert change["points_then"].to_dict() == pytest.approx({"équité": 24 / 1.1, "coût": 40 - 24 / 1.1})
    assert (
        robust.smallest_change(two_criteria, pd.Series({"équité": 10, "coût": 30}), "A-12")["change"].abs().max() == 0
    )
    worse = pd.concat([two_criteria, pd.DataFrame({"équité": [0.1], "coût": [0.1]}, index=["Z"])])
    assert robust.smallest_change(worse, pd.Series({"équité": 1, "coût": 1}), "Z") is None
    with pytest.raises(PlanError, match="Action 'Y' is not in the table"):
        robust.smallest_change(worse, pd.Series({"équité": 1, "coût": 1}), "Y")


# Two missions


def test_the_front_keeps_what_nothing_beats_on_both_missions():
    scores = pd.DataFrame({"social": [0.9, 0.5, 0.5, 0.2, 0.9, np.nan], "economic": [0.1, 0.6, 0.5, 0.6, 0.1, 1.0]})
    scores.index = list("ABCDEF")
    table = robust.front(scores)
    assert table["on_front"].to_list()[:5] == [True, True, False, False, True]
    assert pd.isna(table.loc["F", "on_front"])
    assert table.loc[["C", "D"], "beaten_by"].to_list() == ["B", "B"]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_front_equals_the_comparison_of_all_pairs(points):
    scores = pd.DataFrame(points, columns=["social", "economic"], dtype=float) / 6
    array = scores.to_numpy()
    beaten = [any((other >= one).all() and (other > one).any() for other in array) for one in array]
    assert robust.front(scores)["on_front"].to_list() == [not b for b in beaten]


def test_each_mission_is_scored_on_its_own_criteria():
    table = pd.DataFrame({"emplois": [1.0], "fonds": [0.0], "portée": [0.5], "autre": [0.3]}, index=["A"])
    missions = pd.Series({"emplois": "economic", "fonds": "economic", "portée": "social", "autre": None})
    weights = pd.Series({"emplois": 3, "fonds": 1, "portée": 2, "autre": 4})
    assert robust.mission_scores(table, weights, missions).loc["A"].to_dict() == {"economic": 0.75, "social": 0.5}
    with pytest.raises(PlanError, match="No criterion has a mission"):
        robust.mission_scores(table, weights, pd.Series({"autre": None}))
    with pytest.raises(PlanError, match="There are 3 missions; the comparison needs two"):
        robust.front(pd.DataFrame(0.5, index=["A"], columns=["x", "y", "z"]))


@pytest.mark.parametrize("seed", [None, -1, 1.5, "a", True])
def test_a_seed_that_gives_no_table_again_is_refused(values, seed):
    with pytest.raises(PlanError, match=f"The seed of the draw is '{seed}'. Write a whole number of 0 or more"):
        robust.rank_acceptability(values, seed=seed)


@pytest.mark.parametrize("draws", [0, 1.5, "a", None, True])
def test_a_count_of_draws_that_is_none_is_refused(values, draws):
    with pytest.raises(PlanError, match=f"The number of weightings to try is '{draws}'"):
        robust.rank_acceptability(values, draws=draws)


@pytest.mark.parametrize("n", [3, 5, 8])
def test_weightings_that_respect_an_order_have_the_rank_order_centroid_as_their_mean(n):
    names = [f"c{i}" for i in range(n)]
    order = names[::-1]
    sets = robust.weight_sets(names, order=order, draws=40_000)
    assert (np.diff(sets[order].to_numpy(), axis=1) <= 1e-12).all()
    error = 4 * sets.std() / np.sqrt(len(sets))
    assert ((sets.mean() - weighing.from_order(order)).abs() < error).all()


def test_weightings_around_the_stated_ones_have_them_as_their_mean_and_half_the_spread_between_quartiles():
    """Of two equal weights the ratio is U1 / U2, both even on [0.75, 1.25]: symmetric around 1 in logarithm."""
    sets = robust.weight_sets(["a", "b"], around=pd.Series({"a": 1, "b": 1}), draws=40_000)
    assert sets["a"].mean() == pytest.approx(0.5, abs=4 * sets["a"].std() / 200)
    ratio = sets["a"] / sets["b"]
    assert ratio.between(0.75 / 1.25, 1.25 / 0.75).all()
    # P(U1 > 1.2 U2) = area under a line in a square of side 0.5: u1 from 0.9 to 1.25, u2 under u1 / 1.2
    part = ((1.25 / 1.2 - 0.75) * (1.25 - 0.9) / 2) / 0.25
    assert (ratio > 1.2).mean() == pytest.approx(part, abs=4 * np.sqrt(part * (1 - part) / 40_000))
