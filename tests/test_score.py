import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planlib import score
from planlib.schema import PlanError


def published(shared, name):
    return json.loads((shared / "cases" / name).read_text(encoding="utf-8"))


def judged(*rows):
    return pd.DataFrame(rows, columns=["judge_id", "action_id", "criterion_id", "performance"])


@pytest.fixture
def criteria():
    """Effect on people from 1 to 5, and cost from 0 to 100 where less is better."""
    table = {"sense": ["max", "min"], "scale_low": [1.0, 0.0], "scale_high": [5.0, 100.0]}
    return pd.DataFrame(table, index=pd.Index(["effet", "coût"], name="criterion_id"))


@pytest.fixture
def values():
    return pd.DataFrame({"effet": [1.0, 0.5, 0.0], "coût": [0.0, 0.5, 1.0]}, index=["A", "B", "C"])


# Partial values


def test_performances_land_on_their_scale_and_less_is_better_where_said(criteria):
    table = judged(("J1", "A", "effet", 4), ("J1", "A", "coût", 20), ("J1", "B", "effet", 1), ("J1", "B", "coût", 100))
    values = score.partial_values(table, criteria)
    assert values.loc["A"].to_dict() == {"effet": 0.75, "coût": 0.8}
    assert values.loc["B"].to_dict() == {"effet": 0.0, "coût": 0.0}
    assert list(values.columns) == ["effet", "coût"]


def test_judges_are_brought_together_by_median_or_mean(criteria):
    table = judged(*[(f"J{i}", "A", "effet", p) for i, p in enumerate([1, 2, 5])])
    assert score.partial_values(table, criteria).loc["A", "effet"] == 0.25
    assert score.partial_values(table, criteria, middle="mean").loc["A", "effet"] == pytest.approx(5 / 12)


def test_a_blank_is_unknown_and_never_zero(criteria):
    table = judged(("J1", "A", "effet", 5), ("J2", "A", "effet", None), ("J1", "A", "coût", None))
    values = score.partial_values(table, criteria, actions=["A", "Z"])
    assert values.loc["A", "effet"] == 1.0
    assert np.isnan(values.loc["A", "coût"])
    assert values.loc["Z"].isna().all()


def test_one_judge_or_one_table_can_be_taken_alone(criteria):
    table = judged(("J1", "A", "effet", 1), ("J2", "A", "effet", 5))
    assert score.partial_values(table, criteria, judges=["J2"]).loc["A", "effet"] == 1.0


def test_levels_are_joined_by_straight_lines(criteria):
    for levels in ({1: 0, 3: 0.8, 5: 1}, "1=0; 3=0,8; 5=1"):
        rule = criteria.astype(object).assign(levels=[levels, None])
        table = judged(("J1", "A", "effet", 3), ("J1", "B", "effet", 2), ("J1", "C", "effet", 5))
        assert score.partial_values(table, rule)["effet"].to_list() == pytest.approx([0.8, 0.4, 1.0])


def test_a_target_is_best_and_both_ends_are_worst(criteria):
    rule = criteria.assign(target=[np.nan, 20.0])
    table = judged(*[("J1", f"A{p}", "coût", p) for p in (0, 10, 20, 60, 100)])
    assert score.partial_values(table, rule)["coût"].sort_index(key=lambda i: i.str[1:].astype(int)).to_list() == [
        0.0,
        0.5,
        1.0,
        0.5,
        0.0,
    ]


def test_gates_have_no_value(criteria):
    gates = pd.concat([criteria, pd.DataFrame({"is_gate": [True]}, index=["mandat"])])
    table = judged(("J1", "A", "effet", 3), ("J1", "A", "mandat", 1))
    assert list(score.partial_values(table, gates).columns) == ["effet", "coût"]


def test_the_workbooks_own_index_is_accepted(criteria):
    table = judged(("J1", "A", "effet", 3)).set_index(["judge_id", "action_id", "criterion_id"])
    assert score.partial_values(table, criteria).loc["A", "effet"] == 0.5


@given(st.randoms())
@settings(max_examples=20, deadline=None)
def test_row_order_of_judgements_never_changes_a_value(random):
    criteria = pd.DataFrame({"sense": "max", "scale_low": 0.0, "scale_high": 7.0}, index=["c", "d"])
    rng = np.random.default_rng(4)
    rows = [(j, a, c, float(rng.random() * 7)) for j in "uvw" for a in "ABCD" for c in "cd"]
    shuffled = rows.copy()
    random.shuffle(shuffled)
    for middle in ("median", "mean"):
        once = score.partial_values(judged(*rows), criteria, middle=middle)
        again = score.partial_values(judged(*shuffled), criteria, middle=middle)
        pd.testing.assert_frame_equal(once, again, atol=1e-12)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("J1", "A", "effet", "bon"), "'J1' for action 'A' on criterion 'effet' is not a number: 'bon'"),
        (("J1", "A", "effet", np.inf), "'J1' for action 'A' on criterion 'effet' is not a number: 'inf'"),
        (
            ("J1", "A", "effet", 7),
            "1 of 1 judgements on criterion 'effet' is off its scale of 1 to 5: 7, for action 'A'",
        ),
        (("J1", "A", "effort", 3), "unknown criterion: 'effort'. Correct it; the criteria are: effet and coût"),
        (("J1", "Z", "effet", 3), "unknown action: 'Z', criterion 'effet', by 'J1'"),
    ],
)
def test_a_judgement_that_cannot_be_is_named(criteria, row, message):
    with pytest.raises(PlanError, match=message):
        score.partial_values(judged(row), criteria, actions=["A"])


def test_a_judgement_given_twice_is_named_in_both_languages(criteria):
    table = judged(("J1", "A", "effet", 3), ("J1", "A", "effet", 4))
    with pytest.raises(PlanError, match="'J1' judged action 'A' on criterion 'effet' twice") as refused:
        score.partial_values(table, criteria)
    assert "a coté deux fois l'action" in refused.value.text("fr")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scale_high": np.nan}, "'effet' has no complete scale"),
        ({"scale_high": 1.0}, "The scale of criterion 'effet' goes from 1 to 1"),
        ({"scale_high": "haut"}, "holds 'haut', which is not a number"),
        ({"sense": None}, "The sense of criterion 'effet' is ''"),
        ({"sense": "plus"}, "The sense of criterion 'effet' is 'plus'"),
        ({"target": 9.0}, "The target of criterion 'effet', 9, is off its scale of 1 to 5"),
        ({"levels": "1=0"}, "The levels of criterion 'effet' cannot be read: '1=0'"),
        ({"levels": "1=0; 2=3"}, "The levels of criterion 'effet' cannot be read"),
        ({"levels": "bas"}, "The levels of criterion 'effet' cannot be read: 'bas'"),
    ],
)
def test_a_criterion_that_cannot_be_used_is_named(criteria, change, message):
    wrong = criteria.astype(object)
    for column, found in change.items():
        wrong[column] = wrong.get(column, pd.Series(index=wrong.index, dtype=object))
        wrong.loc["effet", column] = found
    with pytest.raises(PlanError, match=message):
        score.partial_values(judged(("J1", "A", "effet", 3)), wrong)


def test_missing_columns_and_unknown_middles_are_refused(criteria):
    with pytest.raises(PlanError, match="no column 'performance'"):
        score.partial_values(judged().drop(columns="performance"), criteria)
    with pytest.raises(PlanError, match="'mode' is not a way"):
        score.partial_values(judged(), criteria, middle="mode")


def test_blanks_are_counted_with_the_names_of_who_left_them(criteria):
    table = judged(("J1", "A", "effet", 5), ("J2", "A", "effet", None), ("J3", "B", "coût", None))
    counts = score.completeness(table, ["A", "B"], criteria)
    assert counts.loc[("A", "effet")].to_dict() == {"given": 1, "asked": 3, "missing": ("J2", "J3")}
    assert counts.loc[("B", "coût"), "given"] == 0
    assert len(counts) == 4


def test_no_judgement_at_all_gives_blank_rows(criteria):
    values = score.partial_values(judged(), criteria, actions=["A", "B"])
    assert values.shape == (2, 2)
    assert values.isna().all(axis=None)


# Weighted sum


def test_the_weighted_sum_is_what_a_hand_finds(values):
    table = score.weighted_sum(values, pd.Series({"effet": 75, "coût": 25}))
    assert table["score"].to_list() == pytest.approx([0.75, 0.5, 0.25])
    assert table["rank"].to_list() == [1, 2, 3]


def test_heating_losses_have_the_published_scores(shared):
    case = published(shared, "wsm_kracka_2010_heating_losses.json")
    matrix = pd.DataFrame(case["matrix"])
    for column, objective in enumerate(case["objectives"]):
        if objective == "min":
            matrix[column] = 1 / matrix[column]
    table = score.weighted_sum(matrix / matrix.sum(), pd.Series(case["weights"]))
    assert table["score"].to_numpy() == pytest.approx(case["expected"]["score"], abs=case["tolerance"])
    assert table["rank"].to_list() == case["expected"]["rank"]


def test_tied_actions_take_the_better_rank(values):
    table = score.weighted_sum(values, pd.Series({"effet": 1, "coût": 1}))
    assert table["rank"].to_list() == [1, 1, 1]


def test_scores_are_compared_at_nine_decimals():
    scores = pd.Series({"A": 0.1 + 0.2, "B": 0.3, "C": 0.3 - 2e-9})
    assert score.ranks(scores).to_dict() == {"A": 1, "B": 1, "C": 3}


def test_a_score_from_incomplete_judgements_says_so(values):
    values.loc["A", "coût"] = np.nan
    values.loc["C"] = np.nan
    table = score.weighted_sum(values, pd.Series({"effet": 60, "coût": 40}))
    assert table.loc["A"].to_dict() == pytest.approx({"score": 1.0, "rank": 1, "weight_known": 0.6, "complete": False})
    assert table.loc["B", "complete"]
    assert pd.isna(table.loc["C", "score"])
    assert pd.isna(table.loc["C", "rank"])
    assert table.loc["C", "weight_known"] == 0


def test_a_blank_on_a_criterion_that_does_not_count_leaves_the_score_complete(values):
    values.loc["A", "coût"] = np.nan
    assert score.weighted_sum(values, pd.Series({"effet": 1, "coût": 0})).loc["A", "complete"]


def test_contributions_add_up_to_the_score(values):
    values.loc["A", "coût"] = np.nan
    weights = pd.Series({"coût": 30, "effet": 70})
    parts = score.contributions(values, weights)
    assert parts.loc["B"].to_dict() == pytest.approx({"effet": 0.35, "coût": 0.15})
    assert parts.sum(axis=1).to_numpy() == pytest.approx(score.weighted_sum(values, weights)["score"].to_numpy())
    assert np.isnan(parts.loc["A", "coût"])


def test_one_action_alone_is_first(values):
    table = score.weighted_sum(values.loc[["B"]], pd.Series({"effet": 1, "coût": 1}))
    assert table["rank"].to_list() == [1]


def test_a_criterion_on_which_all_are_equal_changes_no_rank(values):
    alone = score.weighted_sum(values, pd.Series({"effet": 2, "coût": 1}))["rank"]
    with_equal = score.weighted_sum(values.assign(égal=0.3), pd.Series({"effet": 2, "coût": 1, "égal": 5}))["rank"]
    assert alone.to_list() == with_equal.to_list()


@given(st.integers(0, 10_000), st.randoms())
@settings(max_examples=40, deadline=None)
def test_row_and_column_order_never_change_a_score(seed, random):
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(rng.integers(0, 5, (7, 4)) / 4, index=list("ABCDEFG"), columns=list("wxyz"))
    values = values.mask(rng.random(values.shape) < 0.1)
    weights = pd.Series(rng.integers(1, 20, 4), index=list("wxyz"))
    rows, columns = list(values.index), list(values.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    again = score.weighted_sum(values.loc[rows, columns], weights[columns]).loc[values.index]
    pd.testing.assert_frame_equal(score.weighted_sum(values, weights), again, check_exact=True)


def test_the_tables_given_are_left_as_they_were(values):
    before = values.copy()
    score.weighted_sum(values, pd.Series({"effet": 1, "coût": 1}))
    pd.testing.assert_frame_equal(values, before)


@pytest.mark.parametrize(
    ("cell", "english", "french"),
    [
        (1.2, "1 of 6 partial values is not in [0, 1]: action 'B', criterion 'coût', 1.2. Give 'coût' a scale", "1,2."),
        (-0.001, "criterion 'coût', -0.001. Give", "-0.001"),
        (np.inf, "criterion 'coût', inf. Give", "inf"),
        ("haut", "action 'B' on criterion 'coût' is not a number: 'haut'", "« haut »"),
    ],
)
def test_a_value_that_cannot_be_is_named(values, cell, english, french):
    wrong = values.astype(object)
    wrong.loc["B", "coût"] = cell
    with pytest.raises(PlanError) as refused:
        score.weighted_sum(wrong, pd.Series({"effet": 1, "coût": 1}))
    assert english in str(refused.value)
    assert french in refused.value.text("fr").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"effet": 1}, "Criterion 'coût' has no weight"),
        ({"effet": 1, "coût": 1, "équité": 1}, "A weight is about 'équité', which is not a criterion here"),
        ({"effet": 1, "coût": -1}, "Criterion 'coût' has -1 points"),
        ({"effet": 0, "coût": 0}, "All 2 criteria are at 0 points"),
    ],
)
def test_weights_that_do_not_fit_are_named(values, weights, message):
    with pytest.raises(PlanError, match=message):
        score.weighted_sum(values, pd.Series(weights))


def test_an_action_or_criterion_there_twice_is_named(values):
    weights = pd.Series({"effet": 1, "coût": 1})
    with pytest.raises(PlanError, match="Action 'A' is there twice"):
        score.weighted_sum(pd.concat([values, values.loc[["A"]]]), weights)
    with pytest.raises(PlanError, match="Criterion 'effet' is there twice"):
        score.weighted_sum(values[["effet", "coût", "effet"]], weights)


# The funding cut


def test_the_cut_lets_the_first_ones_in_and_flags_a_tie_across_it():
    table = score.funded(pd.Series({"C": 0.5, "B": 0.5, "A": 0.2, "D": np.nan}), 1)
    assert table["funded"].to_dict() == {"C": False, "B": True, "A": False, "D": False}
    assert table["tied_at_cut"].to_dict() == {"C": True, "B": True, "A": False, "D": False}


def test_a_tie_on_one_side_of_the_cut_is_no_matter():
    assert not score.funded(pd.Series({"A": 0.5, "B": 0.5, "C": 0.2}), 2)["tied_at_cut"].any()


def test_money_goes_down_the_ranking_to_each_that_still_fits():
    scores = pd.Series({"A": 0.9, "B": 0.8, "C": 0.7, "D": 0.6})
    cost = pd.Series({"D": 20, "A": 60, "B": 50, "C": 30})
    assert score.funded(scores, cost=cost, amount=90)["funded"].to_list() == [True, False, True, False]
    assert score.funded(scores, cost=cost, amount=160)["funded"].all()
    tenths = pd.Series({"A": 0.1, "B": 0.2, "C": 1, "D": 1})
    assert score.funded(scores, cost=tenths, amount=0.3)["funded"].to_list() == [True, True, False, False]


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ({}, "one of the two, not both"),
        ({"k": 1, "cost": pd.Series({"A": 1}), "amount": 1}, "one of the two, not both"),
        ({"cost": pd.Series({"A": 1})}, "one of the two, not both"),
        ({"k": -1}, "The number of actions to retain is '-1'"),
        ({"k": 1.5}, "The number of actions to retain is '1.5'"),
        ({"cost": pd.Series({"A": 1.0, "B": np.nan}), "amount": 1}, "The cost of action 'B' is not known"),
        ({"cost": pd.Series({"A": 1.0}), "amount": 1}, "The cost of action 'B' is not known"),
        ({"cost": pd.Series({"A": 1, "B": -1}), "amount": 1}, "The cost of action 'B' is '-1.0'"),
        ({"cost": pd.Series({"A": 1, "B": "cher"}), "amount": 1}, "The cost of action 'B' is 'cher'"),
        ({"cost": pd.Series({"A": 1, "B": 1}), "amount": -5}, "The amount to share out is '-5'"),
    ],
)
def test_a_cut_that_cannot_be_is_refused(cut, message):
    with pytest.raises(PlanError, match=message):
        score.funded(pd.Series({"A": 0.5, "B": 0.4}), **cut)


# Second opinions


def test_fighter_aircraft_have_the_published_closeness(shared):
    case = published(shared, "topsis_hwang_yoon_1981_fighter_aircraft.json")
    names = case["criteria"]
    matrix = pd.DataFrame(case["matrix"], case["alternatives"], names)
    table = score.topsis(matrix, pd.Series(case["weights"], names), pd.Series(case["objectives"], names))
    expected = case["expected"]
    assert table["score"].to_numpy() == pytest.approx(expected["closeness"], abs=case["tolerance"])
    assert table["to_best"].to_numpy() == pytest.approx(expected["distance_ideal"], abs=case["tolerance"])
    assert table["rank"].to_list() == expected["rank"]
    assert set(table["normalisation"]) == {"vector"}


@pytest.fixture(scope="module")
def drawn():
    """Thirty actions on six criteria, some of them equal here and there."""
    rng = np.random.default_rng(11)
    names = [f"c{i}" for i in range(6)]
    matrix = pd.DataFrame(rng.integers(1, 40, (30, 6)).astype(float), [f"A-{i:02}" for i in range(30)], names)
    senses = pd.Series(["max", "min", "max", "max", "min", "max"], names)
    return matrix, pd.Series(rng.integers(1, 30, 6), names), senses


def oracle_parts(drawn):
    matrix, weights, senses = drawn
    return matrix.to_numpy(), (weights / weights.sum()).to_numpy(), senses.map({"max": 1, "min": -1}).to_numpy()


def test_topsis_equals_scikit_criteria(drawn):
    from skcriteria import mkdm
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.preprocessing.scalers import VectorScaler

    matrix, shares, senses = oracle_parts(drawn)
    data = VectorScaler(target="matrix").transform(mkdm(matrix, objectives=senses, weights=shares))
    with pytest.warns(UserWarning, match="minimization"):
        expected = TOPSIS().evaluate(data).e_.similarity
    assert score.topsis(*drawn)["score"].to_numpy() == pytest.approx(expected, abs=1e-12)


def test_topsis_with_minmax_equals_pymcdm(drawn):
    from pymcdm.methods import TOPSIS

    ours = score.topsis(*drawn, normalisation="minmax")
    assert ours["score"].to_numpy() == pytest.approx(TOPSIS()(*oracle_parts(drawn)), abs=1e-12)
    assert set(ours["normalisation"]) == {"minmax"}


def preferring(shape, names):
    return pd.DataFrame({"shape": shape, "q": 3.5, "p": 11.5, "s": 6.0}, index=names)


OURS_THEIRS = {"usual": "usual", "u": "ushape", "v": "vshape", "level": "level", "linear": "vshape_2"}


@pytest.mark.parametrize("shape", OURS_THEIRS)
def test_promethee_equals_pymcdm_for_each_shape(drawn, shape):
    from pymcdm.methods import PROMETHEE_II

    matrix, shares, senses = oracle_parts(drawn)
    method = PROMETHEE_II(OURS_THEIRS[shape], p=np.full(6, 11.5), q=np.full(6, 3.5))
    expected = method(matrix, shares, senses)
    ours = score.promethee_ii(*drawn, preferring(shape, drawn[0].columns))["score"]
    assert ours.to_numpy() == pytest.approx(expected, abs=1e-12)


PREFERENCE = {  # as Brans and Vincke (1985) write them, d > 0
    "usual": lambda d, q, p, s: 1.0,
    "u": lambda d, q, p, s: float(d > q),
    "v": lambda d, q, p, s: min(d / p, 1.0),
    "level": lambda d, q, p, s: 0.5 * (d > q) + 0.5 * (d > p),
    "linear": lambda d, q, p, s: min(max(d - q, 0.0) / (p - q), 1.0),
    "gaussian": lambda d, q, p, s: 1 - np.exp(-(d**2) / (2 * s**2)),
}


@pytest.mark.parametrize("shape", PREFERENCE)
def test_promethee_equals_the_sum_over_pairs(drawn, shape):
    matrix, shares, senses = oracle_parts(drawn)
    performances = matrix * senses
    flow = np.zeros(len(matrix))
    for a in range(len(matrix)):
        for b in range(len(matrix)):
            for j, share in enumerate(shares):
                d = performances[a, j] - performances[b, j]
                if d:
                    flow[a] += np.sign(d) * share * PREFERENCE[shape](abs(d), 3.5, 11.5, 6.0) / (len(matrix) - 1)
    ours = score.promethee_ii(*drawn, preferring(shape, drawn[0].columns))["score"]
    assert ours.to_numpy() == pytest.approx(flow, abs=1e-12)
    assert ours.sum() == pytest.approx(0, abs=1e-12)


def test_a_difference_equal_to_the_threshold_does_not_pass_it_by_rounding():
    matrix = pd.DataFrame({"c": [0.8, 0.7]}, index=["A", "B"])  # 0.8 - 0.7 is 0.10000000000000009
    flows = score.promethee_ii(
        matrix, pd.Series({"c": 1}), pd.Series({"c": "max"}), preferring("u", ["c"]).assign(q=0.1)
    )
    assert flows["score"].to_list() == [0, 0]


@pytest.mark.parametrize("shape", PREFERENCE)
def test_row_order_never_changes_the_flow_or_the_closeness(drawn, shape):
    matrix, weights, senses = drawn
    shuffled = matrix.sample(frac=1, random_state=2)[list(reversed(matrix.columns))]
    preferences = preferring(shape, matrix.columns)
    one = score.promethee_ii(matrix, weights, senses, preferences)
    other = score.promethee_ii(shuffled, weights, senses, preferences).loc[matrix.index]
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    again = score.topsis(shuffled, weights, senses).loc[matrix.index]
    pd.testing.assert_frame_equal(score.topsis(matrix, weights, senses), again, check_exact=True)


def test_a_column_of_equal_or_zero_performances_changes_no_rank(drawn):
    matrix, weights, senses = drawn
    for constant in (0.0, 7.0):
        wider = matrix.assign(égal=constant)
        more = pd.concat([weights, pd.Series({"égal": 9})]), pd.concat([senses, pd.Series({"égal": "min"})])
        assert score.topsis(wider, *more)["rank"].equals(score.topsis(*drawn)["rank"])
        preferences = preferring("linear", wider.columns)
        ranked = score.promethee_ii(wider, *more, preferences)["rank"]
        assert ranked.equals(score.promethee_ii(*drawn, preferences)["rank"])


def test_one_action_alone_gets_the_neutral_score(drawn):
    matrix, weights, senses = drawn
    one = matrix.iloc[[0]]
    assert score.topsis(one, weights, senses)[["score", "rank"]].to_numpy().tolist() == [[0.5, 1]]
    flows = score.promethee_ii(one, weights, senses, preferring("gaussian", matrix.columns))
    assert flows.to_numpy().tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (np.nan, "action 'A-01' on criterion 'c2' is not known; this method needs them all"),
        (np.inf, "action 'A-01' on criterion 'c2' is not a finite number: 'inf'"),
        ("haut", "action 'A-01' on criterion 'c2' is not a finite number: 'haut'"),
    ],
)
def test_a_performance_that_the_method_cannot_take_is_named(drawn, cell, message):
    matrix, weights, senses = drawn
    wrong = matrix.astype(object)
    wrong.loc["A-01", "c2"] = cell
    with pytest.raises(PlanError, match=message):
        score.topsis(wrong, weights, senses)
    with pytest.raises(PlanError, match=message):
        score.promethee_ii(wrong, weights, senses, preferring("usual", matrix.columns))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": "wave"}, "The preference function of criterion 'c0' is 'wave'. Choose one of: usual, u, v"),
        ({"shape": "u", "q": np.nan}, "Threshold q of criterion 'c0' is ''; function 'u' asks for q ≥ 0"),
        ({"shape": "linear", "q": 5, "p": 2}, "Threshold p of criterion 'c0' is '2"),
        ({"shape": "gaussian", "s": 0}, "Threshold s of criterion 'c0' is '0"),
        ({"shape": "v", "p": -1}, "Threshold p of criterion 'c0' is '-1"),
    ],
)
def test_a_preference_that_cannot_be_is_named(drawn, change, message):
    preferences = preferring("usual", drawn[0].columns).astype(object)
    for column, found in change.items():
        preferences.loc["c0", column] = found
    with pytest.raises(PlanError, match=message):
        score.promethee_ii(*drawn, preferences)


def test_other_refusals_of_second_opinions(drawn):
    matrix, weights, senses = drawn
    with pytest.raises(PlanError, match="Criterion 'c0' has no preference function"):
        score.promethee_ii(*drawn, preferring("usual", ["c1"]))
    with pytest.raises(PlanError, match="The sense of criterion 'c0' is 'up'"):
        score.topsis(matrix, weights, senses.replace("max", "up"))
    with pytest.raises(PlanError, match="no normalisation 'sum'"):
        score.topsis(*drawn, normalisation="sum")


def test_a_list_or_a_mapping_stands_for_a_series_in_the_order_of_the_criteria():
    values = pd.DataFrame({"b": [1.0, 0.0], "a": [0.0, 1.0]}, index=["X", "Y"])
    wanted = score.weighted_sum(values, pd.Series({"a": 1.0, "b": 3.0}))
    for weights in ([3, 1], np.array([3, 1]), {"a": 1, "b": 3}):
        pd.testing.assert_frame_equal(score.weighted_sum(values, weights), wanted)
    by_name = score.topsis(values, {"a": 1, "b": 3}, {"a": "min", "b": "max"})
    pd.testing.assert_frame_equal(score.topsis(values, [3, 1], ["max", "min"]), by_name)
    with pytest.raises(PlanError, match="The list has 3 values where 2 are expected"):
        score.weighted_sum(values, [1, 2, 3])


@pytest.mark.parametrize("given", [None, 3, "abc", [1, 2], pd.Series([1.0, 2.0])])
def test_what_is_no_table_is_refused_in_a_sentence(given):
    for method in (
        lambda: score.weighted_sum(given, [1, 2]),
        lambda: score.topsis(given, [1, 2], ["max", "min"]),
        lambda: score.promethee_ii(given, [1, 2], ["max", "min"], {}),
    ):
        with pytest.raises(PlanError, match=r"is not a table\. Give one row per action"):
            method()


@pytest.mark.parametrize("weights", [None, 3, "ab"])
def test_weights_that_are_no_list_are_refused_in_a_sentence(values, weights):
    with pytest.raises(PlanError, match=r"is not a list\. Give one value per criterion"):
        score.weighted_sum(values, weights)


def test_an_array_is_numbered_and_scored():
    found = score.weighted_sum(np.array([[0.0, 1.0], [1.0, 0.5]]), [1, 3])
    assert found["score"].to_dict() == pytest.approx({0: 0.75, 1: 0.625})
    assert score.topsis([[1, 2], [2, 1]], [1, 1], ["max", "max"])["score"].tolist() == pytest.approx([0.5, 0.5])


def test_a_criterion_told_twice_is_named(drawn):
    matrix, weights, senses = drawn
    first = matrix.columns[0]
    twice = pd.concat([senses, senses.iloc[:1]])
    with pytest.raises(PlanError, match=f"Criterion '{first}' is there twice"):
        score.topsis(matrix, weights, twice)
    shapes = pd.DataFrame({"shape": "usual"}, index=[*matrix.columns, first])
    with pytest.raises(PlanError, match=f"Criterion '{first}' is there twice"):
        score.promethee_ii(matrix, weights, senses, shapes)


def test_criteria_and_names_that_are_missing_are_named(criteria):
    judged = pd.DataFrame(
        {"judge_id": ["J1", "J2"], "action_id": ["A", None], "criterion_id": criteria.index[0], "performance": [1, 2]}
    )
    with pytest.raises(PlanError) as refused:
        score.partial_values(judged, criteria)
    assert "A judgement has no action_id (judge_id 'J2'" in str(refused.value)
    assert "Une cote n'a pas de action_id" in refused.value.text("fr").replace("\u2019", "'")
    with pytest.raises(PlanError, match="There is no table of criteria"):
        score.partial_values(judged.dropna(), None)
    with pytest.raises(PlanError, match=f"Criterion '{criteria.index[0]}' is there twice"):
        score.partial_values(judged.dropna(), pd.concat([criteria, criteria.iloc[:1]]))
