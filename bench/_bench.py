"""What every bench shares: one way to print ours, the peer's and the ratio, or one JSON object."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from time import perf_counter


def arguments(description: str) -> argparse.Namespace:
    """--quick (within 45 s) and --json (one object on stdout)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="within 45 s: the peer on a few units, scaled")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout and nothing else")
    return parser.parse_args()


def best(call: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of several calls: other work on the machine only adds."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        call()
        seconds.append(perf_counter() - start)
    return min(seconds)


def report(
    name: str,
    ours: float,
    peer: float,
    unit: str,
    goal: float,
    floor: float,
    better: str = "less",
    extra: dict | None = None,
    *,
    met: bool = True,
    as_json: bool = False,
) -> bool:
    """Print one result and say whether its floor is met.

    Parameters
    ----------
    ours, peer : float
        In `unit`.
    goal, floor : float
        Of the ratio: how many times better than the peer we aim to be, and must be on a noisy machine.
    better : "less" or "more"
        Whether less of the unit is better (seconds) or more (reports per minute).
    extra : dict
        Other figures and notes of the run, printed and put in the JSON.
    met : bool
        False when another part of the goal was missed.
    """
    ratio = peer / ours if better == "less" else ours / peer
    met = met and ratio >= floor
    result = {
        "bench": name,
        "ours": round(ours, 6),
        "peer": round(peer, 6),
        "unit": unit,
        "ratio": round(ratio, 3),
        "goal": goal,
        "floor": floor,
        "met": bool(met),
        **(extra or {}),
    }
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(f"{name}: ours {ours:.4g} {unit}, peer {peer:.4g} {unit}, ratio {ratio:.3g}")
        for key, value in (extra or {}).items():
            print(f"  {key}: {value}")
        print(f"  goal {goal}, floor {floor}: {'met' if met else 'NOT met'}")
    sys.stdout.flush()
    return bool(met)
