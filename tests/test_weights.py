import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planlib import weights
from planlib.schema import PlanError


def pairs(criteria, **answers):
    """A matrix from answers such as a_b=3; the other half is left blank."""
    matrix = pd.DataFrame(np.nan, index=criteria, columns=criteria)
    for name, answer in answers.items():
        row, column = name.split("_")
        matrix.loc[row, column] = answer
    return matrix


def given_by(**judges):
    rows = [(j, c, p) for j, points in judges.items() for c, p in points.items()]
    return pd.DataFrame(rows, columns=["judge_id", "criterion_id", "points"])


def test_points_become_shares_of_their_sum():
    shares = weights.from_points(pd.Series({"équité": 30, "coût": 10, "portée": 0}))
    assert shares.to_dict() == {"équité": 0.75, "coût": 0.25, "portée": 0.0}


def test_swings_are_shares_of_the_yardstick():
    shares = weights.from_swing(pd.Series({"équité": 100, "coût": 50, "portée": 50}))
    assert shares.to_dict() == {"équité": 0.5, "coût": 0.25, "portée": 0.25}


def test_huge_points_do_not_overflow():
    assert weights.from_points(pd.Series({"a": 1e308, "b": 1e308})).to_dict() == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize(
    ("points", "english", "french"),
    [
        ({"équité": -5, "coût": 1}, "Criterion 'équité' has -5 points", "a -5 points. Donnez 0 ou plus"),
        ({"équité": None, "coût": 1}, "Criterion 'équité' has no points", "n'a pas de points"),
        ({"équité": np.inf, "coût": 1}, "'équité' are not a number: 'inf'", "ne sont pas un nombre"),
        ({"équité": "beaucoup", "coût": 1}, "not a number: 'beaucoup'", "beaucoup"),
        ({"équité": True, "coût": 1}, "not a number: 'True'", "True"),
        ({"équité": 0, "coût": 0}, "All 2 criteria are at 0 points", "Les 2 critères sont tous à 0 point"),
        ({}, "No criterion has a weight", "Aucun critère n'a de poids"),
    ],
)
def test_points_that_cannot_be_are_named(points, english, french):
    with pytest.raises(PlanError) as refused:
        weights.from_points(pd.Series(points, dtype=object))
    assert english in str(refused.value)
    assert french in refused.value.text("fr")


def test_a_criterion_weighed_twice_is_named():
    with pytest.raises(PlanError, match="Criterion 'équité' is there twice"):
        weights.from_points(pd.Series([1, 2], index=["équité", "équité"]))


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=8), st.randoms())
@settings(max_examples=50, deadline=None)
def test_row_order_never_changes_weights(points, random):
    series = pd.Series(points, index=[f"c{i}" for i in range(len(points))])
    shuffled = list(series.index)
    random.shuffle(shuffled)
    shares = weights.from_points(series)
    assert shares.sum() == pytest.approx(1)
    pd.testing.assert_series_equal(weights.from_points(series[shuffled])[series.index], shares, check_exact=True)


def test_rank_order_centroid_of_three_is_eleven_five_two_eighteenths():
    # (1 + 1/2 + 1/3) / 3, (1/2 + 1/3) / 3, (1/3) / 3
    shares = weights.from_order(["équité", "coût", "portée"])
    assert shares.to_dict() == pytest.approx({"équité": 11 / 18, "coût": 5 / 18, "portée": 2 / 18})


def test_rank_order_centroid_is_the_mean_of_the_weights_that_respect_the_order():
    drawn = np.sort(np.random.default_rng(1).dirichlet(np.ones(4), 40_000), axis=1)[:, ::-1]
    assert weights.from_order(list("abcd")).to_numpy() == pytest.approx(drawn.mean(axis=0), abs=0.005)


def test_criteria_of_the_same_rank_share_their_places():
    shares = weights.from_order(pd.Series({"a": 1, "b": 1, "c": 3}))
    assert shares.to_dict() == pytest.approx({"a": 8 / 18, "b": 8 / 18, "c": 2 / 18})


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (["a", "b", "a"], "Criterion 'a' is there twice"),
        ([], "No criterion has a weight"),
        (pd.Series({"a": 1.0, "b": np.nan}), "Criterion 'b' has no rank"),
    ],
)
def test_an_order_that_cannot_be_is_refused(order, message):
    with pytest.raises(PlanError, match=message):
        weights.from_order(order)


def test_saaty_drinks_have_the_published_weights_and_consistency(shared):
    drinks = json.loads((shared / "cases" / "ahp_saaty_2008_drinks.json").read_text(encoding="utf-8"))
    result = weights.from_pairwise(pd.DataFrame(drinks["matrix"], drinks["items"], drinks["items"]))
    assert result.weights.to_numpy() == pytest.approx(drinks["expected"]["weights"], abs=drinks["tolerance"])
    assert result.consistency_ratio == pytest.approx(drinks["expected"]["consistency_ratio"], abs=drinks["tolerance"])
    assert result.consistent
    assert list(result.worst["gap"]) == sorted(result.worst["gap"], reverse=True)
    assert len(result.worst) == 3


def test_perfect_answers_give_back_their_weights():
    result = weights.from_pairwise(pairs(list("abc"), a_b=2, b_c=3, a_c=6))
    assert result.weights.to_dict() == pytest.approx({"a": 0.6, "b": 0.3, "c": 0.1})
    assert result.consistency_ratio == pytest.approx(0, abs=1e-9)
    assert result.worst.empty


def test_a_circle_of_answers_is_inconsistent_and_named():
    # a over b, b over c, c over a, each 3 times: lambda is 1 + 3 + 1/3, so the index is (13/3 - 3) / 2 = 2/3.
    result = weights.from_pairwise(pairs(list("abc"), a_b=3, b_c=3, c_a=3))
    assert result.weights.to_numpy() == pytest.approx([1 / 3] * 3)
    assert result.consistency_ratio == pytest.approx(2 / 3 / 0.58)
    assert not result.consistent
    assert set(zip(result.worst["criterion_id"], result.worst["over"], strict=True)) == {
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
    }
    assert result.worst["gap"].to_numpy() == pytest.approx([3, 3, 3])


def test_the_random_index_is_named_and_changes_the_ratio():
    circle = pairs(list("abc"), a_b=3, b_c=3, c_a=3)
    other = weights.from_pairwise(circle, random_index="alonso2006")
    assert other.random_index == "alonso2006"
    assert other.consistency_ratio == pytest.approx(2 / 3 / 0.5247)
    with pytest.raises(PlanError, match="no random index 'mine'"):
        weights.from_pairwise(circle, random_index="mine")


def test_one_answer_out_of_line_comes_first_among_the_worst():
    answers = {"a_b": 2, "a_c": 4, "a_d": 8, "b_c": 2, "b_d": 4, "c_d": 1 / 9}  # all agree that c is twice d, but one
    worst = weights.from_pairwise(pairs(list("abcd"), **answers)).worst
    assert tuple(worst.loc[0, ["criterion_id", "over"]]) == ("d", "c")
    assert worst.loc[0, "answered"] == pytest.approx(9)


def test_an_inverse_rounded_to_two_decimals_is_accepted():
    matrix = pd.DataFrame([[1, 3], [0.33, 1]], index=["a", "b"], columns=["a", "b"])
    assert weights.from_pairwise(matrix).weights["a"] == pytest.approx(0.75, abs=0.002)


@pytest.mark.parametrize("form", [np.array, list, tuple])
def test_answers_without_names_are_numbered_from_0(form):
    answers = [[1, 2, 6], [1 / 2, 1, 3], [1 / 6, 1 / 3, 1]]
    result = weights.from_pairwise(form(answers))
    assert result.weights.to_dict() == pytest.approx({0: 0.6, 1: 0.3, 2: 0.1})
    group, _ = weights.from_group_pairwise({"Léa": form(answers), "Ali": form(answers)})
    assert group.weights.to_dict() == pytest.approx({0: 0.6, 1: 0.3, 2: 0.1})


@pytest.mark.parametrize("answers", [[[1, 2, 3], [1, 1, 1]], np.ones((2, 3))])
def test_answers_without_names_must_be_square(answers):
    with pytest.raises(PlanError, match="rows and columns of the comparisons differ"):
        weights.from_pairwise(answers)


@pytest.mark.parametrize("answers", [3, [1, 2], None, [[1, 2], [1]]])
def test_answers_that_are_no_table_are_refused_in_a_sentence(answers):
    with pytest.raises(PlanError, match="Give a square table"):
        weights.from_pairwise(answers)


def test_one_criterion_alone_takes_all_the_weight():
    result = weights.from_pairwise(pd.DataFrame([[1]], index=["a"], columns=["a"]))
    assert result.weights.to_dict() == {"a": 1.0}
    assert result.consistency_ratio == 0


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"a_b": 3, "b_a": 3}, "'a' over 'b' is 3, and the reverse is 3"),
        ({"a_b": 0}, "The answer for 'a' over 'b' is '0.0'"),
        ({"a_b": -2}, "The answer for 'a' over 'b' is '-2.0'"),
        ({}, "The comparison of 'a' and 'b' is missing"),
        ({"a_b": 2, "a_a": 5}, "'a' over itself is 5"),
    ],
)
def test_a_contradictory_or_missing_pair_is_named(cells, message):
    with pytest.raises(PlanError, match=message):
        weights.from_pairwise(pairs(["a", "b"], **cells))


def test_other_refusals_of_pairs_say_what_to_do():
    with pytest.raises(PlanError, match="Put the same criteria on both sides"):
        weights.from_pairwise(pd.DataFrame([[1, 2]], index=["a"], columns=["a", "b"]))
    many = [f"c{i}" for i in range(16)]
    with pytest.raises(PlanError, match="There are 16 criteria to compare in pairs; beyond 15"):
        weights.from_pairwise(pd.DataFrame(1.0, index=many, columns=many))
    with pytest.raises(PlanError, match="'a' over 'b' is 'fort'"):
        weights.from_pairwise(pairs(["a", "b"], a_b=2).astype(object).replace(2.0, "fort"))
    with pytest.raises(PlanError, match="Criterion 'a' is there twice"):
        weights.from_pairwise(pd.DataFrame(1.0, index=["a", "a"], columns=["a", "a"]))


def test_opposite_judges_cancel_in_the_group_matrix():
    one, other = pairs(["a", "b"], a_b=4), pairs(["a", "b"], a_b=1 / 4)
    group, table = weights.from_group_pairwise({"J2": other, "J1": one})
    assert group.weights.to_dict() == pytest.approx({"a": 0.5, "b": 0.5})
    assert table["weights"].to_dict() == pytest.approx({"a": 0.5, "b": 0.5})
    assert list(table["rank_answers"]) == [1, 1]


def test_the_two_ways_of_joining_judges_are_both_reported():
    # Geometric mean of 9 and 1 and 1: a over b = 9 ** (1/3) = 2.08; mean of own weights: (0.9 + 0.5 + 0.5) / 3.
    judges = {f"J{i}": pairs(["a", "b"], a_b=answer) for i, answer in enumerate([9, 1, 1])}
    _, table = weights.from_group_pairwise(judges)
    assert table.loc["a", "answers"] == pytest.approx(9 ** (1 / 3) / (1 + 9 ** (1 / 3)))
    assert table.loc["a", "weights"] == pytest.approx(1.9 / 3)


def test_judges_who_compared_different_criteria_are_refused():
    with pytest.raises(PlanError, match="'J2' did not compare the same criteria as 'J1'"):
        weights.from_group_pairwise({"J1": pairs(["a", "b"], a_b=1), "J2": pairs(["a", "c"], a_c=1)})
    with pytest.raises(PlanError, match="No criterion has a weight"):
        weights.from_group_pairwise({})


def test_a_judge_who_gives_more_points_weighs_no_more():
    table = weights.from_judges(given_by(J1={"a": 60, "b": 40}, J2={"a": 100, "b": 300}))
    assert table["weight"].to_dict() == pytest.approx({"a": 0.425, "b": 0.575})  # shares 0.60 and 0.25
    assert table.loc["a", ["low", "high", "spread"]].to_list() == pytest.approx([0.25, 0.60, 0.35])


def test_the_median_resists_one_judge_and_the_mean_does_not():
    points = given_by(J1={"a": 50, "b": 50}, J2={"a": 50, "b": 50}, J3={"a": 100, "b": 0})
    assert weights.from_judges(points).loc["a", "weight"] == pytest.approx(0.5)
    assert weights.from_judges(points, middle="mean").loc["a", "weight"] == pytest.approx(2 / 3)


def test_a_judge_who_gave_nothing_is_left_out_and_not_counted():
    points = given_by(J1={"a": 50, "b": 50}, J2={"a": None, "b": None})
    assert list(weights.from_judges(points)["judges"]) == [1, 1]


def test_one_table_of_judges_can_be_taken_alone():
    points = given_by(J1={"a": 50, "b": 50}, J2={"a": 90, "b": 10})
    assert weights.from_judges(points, judges=["J2"])["weight"].to_dict() == pytest.approx({"a": 0.9, "b": 0.1})


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        ({"J1": {"a": 5, "b": None}}, {}, "'J1' gave no points to criterion 'b'"),
        ({"J1": {"a": 5, "b": 5}, "J2": {"a": 5}}, {}, "'J2' gave no points to criterion 'b'"),
        ({"J1": {"a": 5, "b": -1}}, {}, r"Criterion 'b \(J1\)' has -1 points"),
        ({"J1": {"a": 0, "b": 0}}, {}, "'J1' put every criterion at 0 points"),
        ({"J1": {"a": None}}, {}, "No criterion has a weight"),
        ({"J1": {"a": 5}}, {"judges": ["J9"]}, "'J9' gave no weights"),
        ({"J1": {"a": 5}}, {"middle": "mode"}, "'mode' is not a way to bring judges together"),
        (
            {"J1": {"a": 1, "b": 0, "c": 0}, "J2": {"a": 0, "b": 1, "c": 0}, "J3": {"a": 0, "b": 0, "c": 1}},
            {},
            "the median says nothing. Take the mean",
        ),
    ],
)
def test_weights_of_judges_that_cannot_be_are_named(points, options, message):
    with pytest.raises(PlanError, match=message):
        weights.from_judges(given_by(**points), **options)


def test_the_table_of_weights_is_checked_for_columns_and_doubles():
    with pytest.raises(PlanError, match="no column 'points'"):
        weights.from_judges(pd.DataFrame({"judge_id": ["J1"], "criterion_id": ["a"]}))
    twice = pd.concat([given_by(J1={"a": 5})] * 2)
    with pytest.raises(PlanError, match=r"Criterion 'a \(J1\)' is there twice"):
        weights.from_judges(twice)


def test_the_order_of_rows_does_not_change_the_weights_of_a_group():
    points = given_by(J1={"a": 60, "b": 40}, J2={"a": 10, "b": 30}, J3={"a": 1, "b": 8})
    shuffled = points.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(weights.from_judges(points), weights.from_judges(shuffled), check_exact=True)


@pytest.mark.parametrize(("rank", "found"), [(-1, "-1"), (float("inf"), "inf")])
def test_a_rank_that_nobody_can_hold_is_refused(rank, found):
    with pytest.raises(PlanError, match=rf"The rank of criterion 'b' is '{found}'\. Write 1 for the first"):
        weights.from_order(pd.Series({"a": 1, "b": rank}))


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({"a": None, "b": 2}, "Criterion 'a' has no rank"),
        (pd.Series({"a": "x", "b": 2}), "The rank of criterion 'a' is 'x'"),
        (pd.Series({"a": True, "b": False}), "The rank of criterion 'a' is 'True'"),
        (["a", None], "Place 2 of the order has no criterion"),
        ("ab", "'ab' is not a list"),
        (3, "'3' is not a list"),
        (None, "'None' is not a list"),
    ],
)
def test_an_order_that_is_none_is_refused_in_a_sentence(order, message):
    with pytest.raises(PlanError, match=re.escape(message)):
        weights.from_order(order)


def test_ranks_in_a_mapping_are_ranks_and_not_an_order():
    assert weights.from_order({"a": 2, "b": 1}).to_dict() == pytest.approx({"a": 0.25, "b": 0.75})


@pytest.mark.parametrize("points", ["abc", 3, None, pd.DataFrame({"a": [1]})])
def test_points_that_are_no_list_are_refused_in_a_sentence(points):
    with pytest.raises(PlanError, match=r"is not a list\. Give one value per criterion"):
        weights.from_points(points)


def test_the_random_index_of_1980_is_the_one_printed():
    """A circle a > b > c > a of answers of 2 has a greatest eigenvalue of 1 + 2 + 1/2, whatever the table."""
    assert weights.RANDOM_INDEX["saaty1980"][2:10] == (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
    ratio = weights.from_pairwise([[1, 2, 0.5], [0.5, 1, 2], [2, 0.5, 1]]).consistency_ratio
    assert ratio == pytest.approx((3.5 - 3) / 2 / 0.58)
