"""Rank acceptability of 1,000 actions on 10 criteria over 10,000 weightings, against two libraries and plain numpy.

The libraries rank one weighting at a time, so they run a few and the time is scaled up; each gives the same counts as
ours on those few before it is timed. The parts alone (chunked product, sort, count) are the least that must be done.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd
from _bench import arguments, best, report

from planlib import robust

ACTIONS, CRITERIA, DRAWS = 1_000, 10, 10_000
CHUNK = 26  # rows of a product that stay in the cache and, in BLAS, on one thread

LIBRARIES_GOAL, LIBRARIES_FLOOR = 100, 80
NUMPY_GOAL, NUMPY_FLOOR = 1.6, 1.3
PARTS_GOAL, PARTS_FLOOR = 2.0, 2.4
LINEAR = 0.5  # half the draws may not cost more than this share above half the time


def plain_numpy(array: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """Product, argsort and bincount, as one writes it at first."""
    n = len(array)
    order = np.argsort(-(sets @ array.T), axis=1)
    return np.bincount((order + np.arange(n) * n).ravel(), minlength=n * n).reshape(n, n).T / len(sets)


def parts_alone(array: np.ndarray, sets: np.ndarray) -> dict[str, float]:
    """Seconds of the three parts that no way of doing it can leave out, each as fast as numpy does it alone."""
    n = len(array)
    turned = np.ascontiguousarray(array.T)
    buffer = np.empty((CHUNK, n))

    def product() -> None:
        for at in range(0, len(sets), CHUNK):
            some = sets[at : at + CHUNK]
            np.matmul(some, turned, out=buffer[: len(some)])

    scores = sets @ turned
    copies = [scores[at : at + CHUNK].copy() for at in range(0, len(sets), CHUNK)]

    def sort() -> None:
        for original in copies:
            some = buffer[: len(original)]
            np.copyto(some, original)
            some.sort(axis=1)

    order = np.argsort(scores, axis=1).T.astype(np.uint16).copy()

    def count() -> None:
        for ids in order:
            np.bincount(ids, minlength=n)

    return {"product": best(product), "sort": best(sort), "count": best(count)}


def libraries(array: np.ndarray, sets: np.ndarray, times: int) -> dict[str, float]:
    """Seconds for all weightings, from `times` of them, by library; their ranks are checked against ours."""
    from pymcdm.methods import WSM
    from skcriteria import mkdm
    from skcriteria.agg.simple import WeightedSumModel

    few, senses = sets[:times], np.ones(array.shape[1])
    rows = np.arange(len(array))

    def pymcdm() -> np.ndarray:
        method = WSM(normalization_function=lambda column, cost=False: column)
        counts = np.zeros((len(array), len(array)))
        for weights in few:
            ranks = method.rank(method(array, weights, senses)).astype(int)
            counts[rows, ranks - 1] += 1
        return counts / len(few)

    def scikit_criteria() -> np.ndarray:
        method = WeightedSumModel()
        counts = np.zeros((len(array), len(array)))
        for weights in few:
            ranks = method.evaluate(mkdm(array, senses.astype(int), weights=weights)).rank_
            counts[rows, ranks - 1] += 1
        return counts / len(few)

    table = pd.DataFrame(array)
    expected = robust.rank_acceptability(table, weights=pd.DataFrame(few)).to_numpy()
    seconds = {}
    for name, call in (("pymcdm", pymcdm), ("scikit-criteria", scikit_criteria)):
        # A score rounded at 9 decimals may tie where the library sees a hair's breadth: at most a few in a million.
        if np.abs(call() - expected).sum() > 1e-3 * len(array):
            raise SystemExit(f"{name} does not count the same ranks")
        seconds[name] = best(call, 2) * len(sets) / len(few)
    return seconds


def main() -> int:
    options = arguments(__doc__.splitlines()[0])
    warnings.simplefilter("ignore")
    array = np.random.default_rng(0).random((ACTIONS, CRITERIA))
    values = pd.DataFrame(array)
    sets = robust.weight_sets(values.columns, draws=DRAWS).to_numpy()
    times = 7 if options.quick else 15
    ours = best(lambda: robust.rank_acceptability(values, draws=DRAWS), times)
    half = best(lambda: robust.rank_acceptability(values, draws=DRAWS // 2), times)
    plain = best(lambda: plain_numpy(array, sets), 5)
    parts = parts_alone(array, sets)
    peers = libraries(array, sets, 50 if options.quick else 500)
    least = sum(parts.values())
    fastest = min(peers.values())
    met = plain / ours >= NUMPY_FLOOR and ours / least <= PARTS_FLOOR and ours / half <= 2 * (1 + LINEAR)
    extra = {
        "peer is": f"{min(peers, key=peers.get)} in a loop, scaled from {50 if options.quick else 500} weightings",
        "libraries": {name: round(seconds, 2) for name, seconds in peers.items()},
        "plain_numpy": round(plain, 4),
        "ratio_numpy": round(plain / ours, 2),
        "goal_numpy": NUMPY_GOAL,
        "floor_numpy": NUMPY_FLOOR,
        "parts": {name: round(seconds, 4) for name, seconds in parts.items()},
        "times_parts": round(ours / least, 2),
        "goal_parts": PARTS_GOAL,
        "floor_parts": PARTS_FLOOR,
        "twice_the_draws": round(ours / half, 2),
    }
    ok = report(
        "rank_acceptability", ours, fastest, "s", LIBRARIES_GOAL, LIBRARIES_FLOOR, "less", extra,
        met=met, as_json=options.json,
    )  # fmt: skip
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
