"""How fast planlib starts: `planlib --help`, and `import planlib` over a bare Python.

The peer is papermill, the tool our reports run on: `papermill --help`, and `import papermill`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

GOALS = {"help": 0.3, "import": 0.1}  # seconds
SLACK = 1.2  # the floor: what a noisy machine must still show


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="11 rounds instead of 31; 3 of the peer")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
    options = parser.parse_args()
    result = measure(rounds=11 if options.quick else 31)
    if options.json:
        print(json.dumps(result))
        return
    print(f"Median seconds of {result['rounds']} starts, of {result['peer_rounds']} for the peer.")
    for each in result["parts"].values():
        print(
            f"{each['what']}: {each['ours']:.3f} s; {each['against']}: {each['peer']:.3f} s; "
            f"{each['ratio']:.0f}x; goal {each['goal']:.2f} s, floor {each['floor']:.2f} s: "
            f"{'met' if each['met'] else 'NOT met'}"
        )


def measure(rounds: int) -> dict:
    """Both parts; the top of the object is the first one, and `met` is of both."""
    ours = {
        "bare": [sys.executable, "-c", "pass"],
        "ours": [sys.executable, "-c", "import planlib"],
        "help": [script("planlib"), "--help"],
    }
    peer = {
        "peer": [sys.executable, "-c", "import papermill"],
        "peer help": [script("papermill"), "--help"],
    }
    peer_rounds = max(3, rounds // 5)
    times = medians(ours, rounds) | medians(peer, peer_rounds)
    parts = {
        "help": part("help", "planlib --help", times["help"], "papermill --help", times["peer help"]),
        "import": part(
            "import",
            "import planlib, over a bare Python",
            times["ours"] - times["bare"],
            "import papermill, over the same",
            times["peer"] - times["bare"],
        ),
    }
    met = all(each["met"] for each in parts.values())
    return {**parts["help"], "met": met, "rounds": rounds, "peer_rounds": peer_rounds, "parts": parts}


def part(name: str, what: str, ours: float, against: str, peer: float) -> dict:
    goal = GOALS[name]
    return {
        "what": what,
        "against": against,
        "unit": "s",
        "ours": round(ours, 4),
        "peer": round(peer, 4),
        "ratio": round(peer / max(ours, 1e-3), 1),  # below a millisecond the difference of two starts is noise
        "goal": goal,
        "floor": round(goal * SLACK, 3),
        "met": ours <= goal,
    }


def medians(commands: dict[str, list[str]], rounds: int) -> dict[str, float]:
    """Median seconds of each command, run in turn so that a busy moment falls on all; a first round warms the disk."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for round_number in range(rounds + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if round_number:
                seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def script(name: str) -> str:
    """The command of that name in the environment that runs this bench."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if not found:
        raise SystemExit(f"No command {name} beside {sys.executable}: run `make env` first.")
    return found


if __name__ == "__main__":
    main()
