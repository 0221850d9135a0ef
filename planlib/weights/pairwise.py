"""Weights that sum to 1 from answers to pairs of criteria, and how well the answers hold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from planlib.schema import PlanError
from planlib.weights.points import DECIMALS

# Mean consistency index of random matrices of order 1, 2, 3, ... The sources differ, so the table is named by the
# caller and kept with the result.
RANDOM_INDEX: dict[str, tuple[float, ...]] = {
    # Saaty (1980), The Analytic Hierarchy Process.
    "saaty1980": (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
    # Saaty and Tran (2007), Mathematical and Computer Modelling 46, 962-975.
    "saaty2007": (0, 0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59),
    # Alonso and Lamata (2006), Int. J. of Uncertainty, Fuzziness and Knowledge-Based Systems 14(4), 445-459.
    "alonso2006": (
        0, 0, 0.5247, 0.8816, 1.1086, 1.2479, 1.3417, 1.4057, 1.4499, 1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838,
    ),
}  # fmt: skip

RECIPROCAL_SLACK = 0.03  # 3 answered one way and 0.33 the other is rounding, not a contradiction


@dataclass(frozen=True, slots=True)
class Pairwise:
    """Weights from pairwise answers, with how well the answers hold together.

    `worst` has one row per answer that fits least, at most three, the worst first: criterion_id, over, answered (how
    many times `criterion_id` was said to count more than `over`), implied (what the weights say), gap (how many times
    the two differ). It is empty when the answers agree perfectly.
    """

    weights: pd.Series
    consistency_ratio: float
    random_index: str
    worst: pd.DataFrame

    @property
    def consistent(self) -> bool:
        """Saaty's rule: a ratio of 0.10 or less can stand; above it, ask the worst answers again."""
        return self.consistency_ratio <= 0.10


def from_pairwise(
    matrix: pd.DataFrame | np.ndarray | Sequence[Sequence[float]], random_index: str = "saaty1980"
) -> Pairwise:
    """Weights from pairwise answers: the principal eigenvector, and how consistent the answers are.

    Parameters
    ----------
    matrix : DataFrame, numpy array or nested list, shape (criteria, criteria)
        Criteria are named by the DataFrame, else 0 to n - 1. Row over column: 3 means the row counts three times as
        much, 1/3 the reverse. The diagonal may be blank. One of the two cells of a pair may be blank and is then the
        inverse of the other.
    random_index : "saaty1980", "saaty2007" or "alonso2006"
        The table of random consistency indices; the sources differ (0.58, 0.52 or 0.5247 for three criteria).

    Returns
    -------
    Pairwise
        `.weights` sum to 1, in the order of the rows; `.consistency_ratio` is 0 for perfect answers and for one or two
        criteria; `.worst` names the three answers that fit least.

    Raises
    ------
    PlanError
        Rows and columns differ, a pair is unanswered, an answer is not a positive number, the two cells of a pair
        contradict each other by more than 3 %, a diagonal cell is not 1, there are more than 15 criteria, the
        random index is unknown.

    Source
    ------
    Saaty (1980), The Analytic Hierarchy Process, McGraw-Hill.
    """
    if not isinstance(random_index, str) or random_index not in RANDOM_INDEX:
        raise PlanError("weights.random_index", found=str(random_index), known=sorted(RANDOM_INDEX))
    matrix = _table(matrix)
    answers = _answers(matrix)
    n = len(answers)
    shares = _eigenvector(answers)
    result = pd.Series(shares, index=matrix.index, name="weight")
    ratio = 0.0
    if n > 2:
        greatest = float(((answers @ shares) / shares).mean())
        ratio = max(0.0, (greatest - n) / (n - 1) / RANDOM_INDEX[random_index][n - 1])
    return Pairwise(result, ratio, random_index, _worst(answers, result))


def from_group_pairwise(
    matrices: Mapping[str, pd.DataFrame], random_index: str = "saaty1980"
) -> tuple[Pairwise, pd.DataFrame]:
    """Pairwise answers of several judges, brought together in the two accepted ways.

    Parameters
    ----------
    matrices : mapping of judge_id to matrix
        Each as `from_pairwise` takes it, with the same criteria.

    Returns
    -------
    (Pairwise, DataFrame)
        The result for the group as one person (geometric mean of the answers), and a table indexed by criterion_id:
        answers (those weights), weights (mean of the judges' own weights), rank_answers, rank_weights. Where the two
        ranks differ, how the group is brought together matters and should be said.

    Raises
    ------
    PlanError
        As `from_pairwise`; no judge; judges who compared different criteria.

    Source
    ------
    Forman and Peniwati (1998), European Journal of Operational Research 108(1), 165-169.
    """
    if not matrices:
        raise PlanError("weights.none")
    judges = sorted(matrices, key=str)
    criteria = _table(matrices[judges[0]]).index
    logs, own = [], []
    for judge in judges:
        matrix = _table(matrices[judge])
        if set(matrix.index) != set(criteria):
            raise PlanError("weights.other_criteria", judge=str(judge), first=str(judges[0]))
        matrix = matrix.reindex(index=criteria, columns=criteria)
        logs.append(np.log(_answers(matrix)))
        own.append(from_pairwise(matrix, random_index).weights.to_numpy())
    together = pd.DataFrame(np.exp(np.mean(logs, axis=0)), index=criteria, columns=criteria)
    group = from_pairwise(together, random_index)
    table = pd.DataFrame({"answers": group.weights, "weights": np.mean(own, axis=0)}, index=criteria)
    for column in ("answers", "weights"):
        table[f"rank_{column}"] = table[column].round(DECIMALS).rank(method="min", ascending=False).astype("Int64")
    return group, table


def _table(matrix: pd.DataFrame | np.ndarray | Sequence) -> pd.DataFrame:
    """Pairwise answers as a table; criteria without names are numbered from 0."""
    if isinstance(matrix, pd.DataFrame):
        return matrix
    try:
        rows = [list(row) for row in matrix]
    except TypeError:  # one number, or one row of them
        rows = None
    if rows is None or len({len(row) for row in rows}) > 1:
        raise PlanError("weights.not_a_matrix", found=str(matrix)[:80])
    return pd.DataFrame(rows, dtype=object)


def _answers(matrix: pd.DataFrame) -> np.ndarray:
    """Pairwise answers as a positive reciprocal array; every refusal of `from_pairwise` about them is made here."""
    if not matrix.index.is_unique:
        raise PlanError("weights.twice", criterion=str(matrix.index[matrix.index.duplicated()][0]))
    if matrix.shape[0] != matrix.shape[1] or set(matrix.index) != set(matrix.columns):
        raise PlanError("weights.not_square", rows=list(map(str, matrix.index)), columns=list(map(str, matrix.columns)))
    n = len(matrix)
    if n == 0:
        raise PlanError("weights.none")
    if n > len(RANDOM_INDEX["saaty1980"]):
        raise PlanError("weights.too_many", n=n, most=len(RANDOM_INDEX["saaty1980"]))
    criteria = list(matrix.index)
    cells = matrix.reindex(columns=criteria)
    array = np.ones((n, n))
    for i, row in enumerate(criteria):
        for j, column in enumerate(criteria):
            found = cells.iloc[i, j]
            if found is None or found is pd.NA or found != found:
                array[i, j] = np.nan if i != j else 1.0
                continue
            if isinstance(found, bool) or not isinstance(found, Real) or not 0 < found < np.inf:
                raise PlanError("weights.pair_not_number", row=str(row), column=str(column), found=str(found))
            array[i, j] = found
            if i == j and found != 1:
                raise PlanError("weights.diagonal", criterion=str(row), found=float(found))
    array = np.where(np.isnan(array), 1 / array.T, array)
    if np.isnan(array).any():
        i, j = np.argwhere(np.isnan(array))[0]
        raise PlanError("weights.pair_blank", row=str(criteria[i]), column=str(criteria[j]))
    product = array * array.T
    if (np.abs(np.log(product)) > np.log1p(RECIPROCAL_SLACK)).any():
        i, j = np.argwhere(np.abs(np.log(product)) > np.log1p(RECIPROCAL_SLACK))[0]
        raise PlanError(
            "weights.contradiction",
            row=str(criteria[i]),
            column=str(criteria[j]),
            one=float(array[i, j]),
            other=float(array[j, i]),
        )
    return np.sqrt(array / array.T)


def _eigenvector(answers: np.ndarray) -> np.ndarray:
    """Principal eigenvector of a positive matrix, summing to 1."""
    values, vectors = np.linalg.eig(answers)
    vector = np.abs(vectors[:, np.argmax(values.real)].real)
    return vector / vector.sum()


def _worst(answers: np.ndarray, weights: pd.Series) -> pd.DataFrame:
    """The three answers farthest from what the weights imply, each pair told from its heavier side."""
    rows = []
    for i, criterion in enumerate(weights.index):
        for j, over in enumerate(weights.index):
            said = answers[i, j]
            # Each pair once: from the side said to count more; equal answers from the first name.
            if i == j or said < 1 or (said == 1 and str(criterion) > str(over)):
                continue
            implied = weights.iloc[i] / weights.iloc[j]
            rows.append((str(criterion), str(over), said, implied, max(said / implied, implied / said)))
    table = pd.DataFrame(rows, columns=["criterion_id", "over", "answered", "implied", "gap"])
    table["gap"] = table["gap"].round(DECIMALS)
    table = table[table["gap"] > 1 + 1e-6]
    order = ["gap", "criterion_id", "over"]
    return table.sort_values(order, ascending=[False, True, True]).head(3).reset_index(drop=True)
