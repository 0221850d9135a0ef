"""Judgements and weights -> partial values, scores and ranks; the weighted sum first, two other methods as a check."""

from planlib.score.checks import as_table, check_values, check_weights, named, ranks
from planlib.score.outranking import promethee_ii, topsis
from planlib.score.scales import completeness, judge_values, partial_values
from planlib.score.sums import check_cut, contributions, fill_cut, funded, weighted_sum

__all__ = [
    "as_table",
    "check_cut",
    "check_values",
    "check_weights",
    "completeness",
    "contributions",
    "fill_cut",
    "funded",
    "judge_values",
    "named",
    "partial_values",
    "promethee_ii",
    "ranks",
    "topsis",
    "weighted_sum",
]
