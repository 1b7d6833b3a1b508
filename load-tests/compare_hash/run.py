"""Weir's PDQ beside the package pdqhash, and its index beside faiss', on the same pictures, signals and queries.

Four parts: `speed` (hashes a second from JPEG files), `equality` (bits over sizes and shapes), `look-ups` (as fast, and
the same matches), `recall` (what is found again after thirty kinds of change). Whose speeds are compared have the same
core, in turns, and speeds count processor time. One that is missed is said to be; only what differs is a failure.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

import equality
import lookups
import recall
import speed
from tool import one_core

from harness import results, weir

MEASURED = ["speed", "look-ups"]
PEERS = ["pdqhash", "pillow", "faiss-cpu", "numpy"]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=["speed", "equality", "look-ups", "recall"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="for which each speed of a picture is measured")
    parser.add_argument("--signals", type=int, action="append", help="how many; default 100000 and 1000000")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/compare-hash.jsonl")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    counts = chosen.signals or [100_000, 1_000_000]
    found: list[dict[str, Any]] = []
    folder = Path(tempfile.mkdtemp(prefix="weir-hash-"))
    parts: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "equality": lambda: equality.compare(folder),
        "speed": lambda: speed.compare(folder, chosen.rounds, chosen.seconds),
        "look-ups": lambda: lookups.compare(folder, counts, chosen.rounds),
        "recall": lambda: recall.compare(folder),
    }
    try:
        for name, part in parts.items():
            if chosen.only and name not in chosen.only:
                continue
            with one_core() if name in MEASURED else nullcontext():
                for result in part():
                    print(json.dumps(result), flush=True)
                    found.append({"load": results.load(), **result})
    finally:
        shutil.rmtree(folder)
    if chosen.record:
        versions = {"weir": weir.version(), **{name: version(name) for name in PEERS}}
        head = {"test": "compare-hash", "time": results.stamp(), "command": results.command()}
        about: dict[str, Any] = {"machine": results.machine(), "versions": versions}
        results.record("compare-hash", [{**head, **about, **result} for result in found])
    differing = [result for result in found if differs(result)]
    print(f"{len(found)} results; {len(differing)} in which Weir differs")
    return 1 if differing else 0


def differs(result: dict[str, Any]) -> bool:
    return bool(result.get("differ") or result.get("qualityDiffers") or result.get("differingFrom"))


if __name__ == "__main__":
    sys.exit(main())
