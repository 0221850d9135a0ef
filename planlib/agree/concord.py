"""Agreement between rankings, and one order for the group: Kendall's W, Borda, Kemeny."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from planlib.schema import PlanError

MOST_ACTIONS = 50  # an exact Kemeny order of more may take hours where majorities run in circles


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's W from 0 (no agreement) to 1 (the same ranking), its test, and over how many it was taken."""

    w: float
    chi2: float
    df: int
    p: float
    judges: int
    actions: int


@dataclass(frozen=True, slots=True)
class Kemeny:
    """The order nearest to all rankings, best first, and how many pairs of it the judges ranked the other way."""

    order: list
    distance: float


def ranked_by_all(ranks: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The part of `ranks` without blanks, and what is missing.

    A judge who ranked nothing is left out; then an action that one of the others did not rank.

    Returns
    -------
    (DataFrame, DataFrame)
        Ranks (actions, judges) that all remaining judges gave, in the order given; and one row per blank: judge_id,
        action_id (a judge who ranked nothing has a blank action_id), sorted.
    """
    silent = ranks.isna().all(axis=0)
    spoke = ranks.loc[:, ~silent]
    blanks = [(judge, action) for judge in spoke for action in spoke.index[spoke[judge].isna()]]
    rows = [(judge, None) for judge in ranks.columns[silent]] + blanks
    missing = pd.DataFrame(rows, columns=["judge_id", "action_id"], dtype=object)
    missing = missing.sort_values(["judge_id", "action_id"], key=lambda c: c.astype(str), ignore_index=True)
    return spoke[spoke.notna().all(axis=1)], missing


def kendall_w(ranks: pd.DataFrame) -> Concordance:
    """Kendall's coefficient of concordance, corrected for ties.

    Parameters
    ----------
    ranks : DataFrame, shape (actions, judges)
        1 is best; actions and judges of an array are numbered from 0. Tied actions share the mid rank, whatever number
        they were given. A judge without any rank is left
        out; `ranked_by_all` leaves out the rest of the blanks.

    Returns
    -------
    Concordance
        `.w`, `.chi2` with `.df`, `.p` (large sample), and how many `.judges` and `.actions`.

    Raises
    ------
    PlanError
        Fewer than two judges or actions; an action or a judge named twice; a rank that is blank, negative or no
        number; every judge ranks all actions equal.

    Source
    ------
    Kendall and Babington Smith (1939), The problem of m rankings, Annals of Mathematical Statistics 10(3), 275-287;
    ties as in Siegel and Castellan (1988), Nonparametric Statistics, section 9.6.
    """
    ranks = pd.DataFrame(ranks)
    table = _mid_ranks(ranks)
    n, m = table.shape
    if n < 2 or m < 2:
        raise PlanError("agree.too_few", judges=m, actions=n)
    sums = table.sum(axis=1)
    apart = ((sums - m * (n + 1) / 2) ** 2).sum()
    ties = sum((counts**3 - counts).sum() for counts in (np.unique(c, return_counts=True)[1] for c in table.T))
    most = m**2 * (n**3 - n) - m * ties
    if most == 0:
        raise PlanError("agree.all_tied", n=m)
    from scipy.special import chdtrc

    w = float(12 * apart / most)
    statistic = m * (n - 1) * w
    return Concordance(w, statistic, n - 1, float(chdtrc(n - 1, statistic)), m, n)


def borda(ranks: pd.DataFrame, *, count: pd.Series | None = None) -> pd.Series:
    """Borda points: a judge gives n - 1 to the first of n actions, 0 to the last; ties share the mean of their places.

    Parameters
    ----------
    ranks : DataFrame, shape (actions, judges)
        1 is best; all known, but for judges who ranked nothing, who are left out.
    count : Series, indexed by judge, optional
        How many people a column stands for; 1 by default.

    Returns
    -------
    Series, indexed by action_id, in the order given
        Points; the order of rows and judges changes nothing.

    Raises
    ------
    PlanError
        An action or a judge named twice; a rank that is blank, negative or no number; a count that is missing or
        negative.
    """
    ranks = pd.DataFrame(ranks)
    table = _mid_ranks(ranks)
    points = ((len(table) - table) * _counts(ranks, count)).sum(axis=1)
    order = sorted(range(len(ranks)), key=lambda i: str(ranks.index[i]))
    result = np.empty(len(ranks))
    result[order] = points
    return pd.Series(result, index=ranks.index, name="points")


def kemeny(ranks: pd.DataFrame, *, count: pd.Series | None = None) -> Kemeny:
    """The order with the fewest pairs ranked the other way by judges, proved the best.

    A pair that a judge ties counts for neither order. Among several best orders, the one nearest to the order of
    action_id is given. Where majorities do not run in circles the answer is immediate at any size.

    Parameters
    ----------
    ranks, count
        As `borda` takes them.

    Returns
    -------
    Kemeny
        `.order` (list of action_id, the best first), `.distance` (pairs, times people).

    Raises
    ------
    PlanError
        As `borda`; more than 50 actions whose majorities run in circles.

    Source
    ------
    Kemeny (1959), Mathematics without numbers, Daedalus 88(4), 577-591; linear ordering as in Conitzer, Davenport and
    Kalagnanam (2006), AAAI, 620-626.
    """
    ranks = pd.DataFrame(ranks)
    table = _mid_ranks(ranks)
    actions = sorted(ranks.index, key=str)
    n = len(actions)
    weight = _counts(ranks, count)
    prefer = np.zeros((n, n))  # people who put the row before the column
    for column, people in zip(table.T, weight, strict=True):
        prefer += people * (column[:, None] < column[None, :])
    one, other = np.triu_indices(n, 1)
    # Cost of putting `one` first less the cost of the reverse; the unit taken off settles ties by action_id.
    cost = (prefer[other, one] - prefer[one, other]) * (len(one) + 1) - 1
    first = cost < 0  # what each majority wants
    triples = np.empty((0, 3), dtype=int)
    while len(found := _circles(first, n)):
        if n > MOST_ACTIONS:
            raise PlanError("agree.too_many", n=n, most=MOST_ACTIONS)
        triples = np.unique(np.vstack([triples, found]), axis=0)
        first = _without_circles(cost, triples, n)
    before = _tournament(first, n)
    order = np.argsort(-before.sum(axis=1), kind="stable")
    distance = float((prefer.T * before).sum())
    return Kemeny([actions[i] for i in order], distance)


def between(ranks: pd.DataFrame) -> pd.DataFrame:
    """Kendall's tau-b between each two columns of `ranks` (judges or tables): 1 the same order, -1 the reverse.

    Each pair is compared on the actions both ranked; NaN where that is fewer than two, or one ties them all.
    """
    from scipy.stats import kendalltau  # a quarter of a second to import, which `schedule` and `what-if` would pay

    columns = list(ranks.columns)
    table = pd.DataFrame(np.nan, index=columns, columns=columns)
    for i, one in enumerate(columns):
        for other in columns[i:]:
            both = ranks[[one]].assign(other=ranks[other]).dropna().to_numpy("float64")
            tau = kendalltau(both[:, 0], both[:, 1]).statistic if len(both) > 1 else np.nan
            table.loc[one, other] = table.loc[other, one] = tau
    return table


def _mid_ranks(ranks: pd.DataFrame) -> np.ndarray:
    """Checked mid ranks, actions in the order of their names, silent judges left out; shape (actions, judges)."""
    if not ranks.columns.is_unique:
        raise PlanError("agree.judge_twice", found=str(ranks.columns[ranks.columns.duplicated()][0]))
    if not ranks.index.is_unique:
        raise PlanError("agree.action_twice", found=str(ranks.index[ranks.index.duplicated()][0]))
    spoke = ranks.loc[:, _spoke(ranks)].sort_index(key=lambda labels: labels.astype(str))
    for judge in spoke:
        for action, found in spoke[judge].items():
            if pd.isna(found):
                raise PlanError("agree.blank", judge=str(judge), action=str(action))
            if isinstance(found, bool) or not isinstance(found, Real) or np.isinf(found):
                raise PlanError("agree.not_number", judge=str(judge), action=str(action), found=str(found))
            if found < 0:
                raise PlanError("agree.rank_wrong", judge=str(judge), action=str(action), found=f"{found:g}")
    return spoke.astype("float64").rank(method="average").to_numpy().reshape(spoke.shape)


def _spoke(ranks: pd.DataFrame) -> np.ndarray:
    return ranks.notna().any(axis=0).to_numpy()


def _counts(ranks: pd.DataFrame, count: pd.Series | None) -> np.ndarray:
    """People per judge who spoke."""
    judges = ranks.columns[_spoke(ranks)]
    if count is None:
        return np.ones(len(judges))
    people = count if isinstance(count, pd.Series | Mapping) else pd.Series(list(count), index=ranks.columns)
    people = pd.Series(people).reindex(judges)
    for judge, found in people.items():
        if isinstance(found, bool) or not isinstance(found, Real) or not 0 <= found < np.inf:
            raise PlanError("agree.count", judge=str(judge), found="" if pd.isna(found) else str(found))
    return people.to_numpy("float64")


def _tournament(first: np.ndarray, n: int) -> np.ndarray:
    """Pairs (i before j where `first`) as a matrix of 0 and 1."""
    before = np.zeros((n, n))
    one, other = np.triu_indices(n, 1)
    before[one, other] = first
    before[other, one] = ~first
    return before


def _circles(first: np.ndarray, n: int) -> np.ndarray:
    """Triples of actions, numbers rising, that go round in a circle; an order has none."""
    before = _tournament(first, n)
    round_trips = np.argwhere((before @ before > 0) & (before.T > 0))  # i -> ? -> j -> i
    found = [
        sorted((i, int(k), j)) for i, j in round_trips for k in np.flatnonzero((before[i] > 0) & (before[:, j] > 0))
    ]
    return np.unique(np.array(found, dtype=int).reshape(-1, 3), axis=0)


def _without_circles(cost: np.ndarray, triples: np.ndarray, n: int) -> np.ndarray:
    """The cheapest choice for each pair that sends none of `triples` round in a circle."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # a third of a second to import, as in `between`
    from scipy.sparse import csr_array

    pair = np.zeros((n, n), dtype=int)
    pair[np.triu_indices(n, 1)] = np.arange(len(cost))
    i, j, k = triples.T
    rows = np.repeat(np.arange(len(triples)), 3)
    columns = np.stack([pair[i, j], pair[j, k], pair[i, k]], axis=1).ravel()
    signs = np.tile([1.0, 1.0, -1.0], len(triples))
    matrix = csr_array((signs, (rows, columns)), shape=(len(triples), len(cost)))
    solved = milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, 0, 1),
        options={"mip_rel_gap": 0},
    )
    if solved.x is None:
        raise RuntimeError(solved.message)
    return solved.x > 0.5
