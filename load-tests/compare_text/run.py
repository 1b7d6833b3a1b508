"""Weir's matching of terms beside better_profanity, alt-profanity-check, Python's re and pyahocorasick: the same texts.

Five parts: `equality` (whole words in ASCII texts, at the same places), `speed` (microseconds a KiB, by terms, one
core, processor time), `disguises` (what is found of words in thirteen disguises and seven languages), `mild word` (the
same of a word that alt-profanity-check knows, which takes no terms), `alarms` (benign sentences that are flagged
without having a term). Words and sentences come from the gettext catalogues of the machine. Only what differs in
`equality` is a failure.
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
import found
import speed
from sources import Sources

from harness import results, weir
from harness.measuring import one_core

PARTS = ["equality", "speed", "disguises", "mild word", "alarms"]
PEERS = ["better-profanity", "alt-profanity-check", "scikit-learn", "pyahocorasick"]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--terms", type=int, action="append", help="how many; default 1000, 10000 and 100000")
    parser.add_argument(
        "--texts", type=int, default=2_000, help="of about 1 KB, for speeds; five times as many messages for equality"
    )
    parser.add_argument("--words", type=int, default=100, help="of each language, for disguises")
    parser.add_argument("--sentences", type=int, default=500, help="of each language, for alarms")
    parser.add_argument("--seconds", type=float, default=5, help="of processor time for which each speed is measured")
    parser.add_argument("--catalogues", type=Path, default=Path("/usr/share/locale"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/compare-text.jsonl")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    counts = chosen.terms or [1_000, 10_000, 100_000]
    sources = Sources(chosen.catalogues)
    folder = Path(tempfile.mkdtemp(prefix="weir-text-"))
    parts: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "equality": lambda: equality.compare(sources, 5 * chosen.texts, chosen.seed),
        "speed": lambda: speed.compare(sources, folder, counts, chosen.texts, chosen.seconds, chosen.seed),
        "disguises": lambda: found.disguised(sources, chosen.words, chosen.seed),
        "mild word": lambda: found.own_word(chosen.words, chosen.seed),
        "alarms": lambda: found.alarms(sources, chosen.sentences, chosen.seed),
    }
    made: list[dict[str, Any]] = []
    try:
        for name, part in parts.items():
            if chosen.only and name not in chosen.only:
                continue
            with one_core() if name == "speed" else nullcontext():
                for result in part():
                    print(json.dumps(result, ensure_ascii=False), flush=True)
                    made.append({"load": results.load(), **result})
    finally:
        shutil.rmtree(folder)
    if chosen.record:
        versions = {"weir": weir.version(), "python": sys.version.split()[0], **{name: version(name) for name in PEERS}}
        head = {"test": "compare-text", "time": results.stamp(), "command": results.command()}
        about: dict[str, Any] = {"machine": results.machine(), "versions": versions}
        results.record("compare-text", [{**head, **about, **result} for result in made])
    differing = [result for result in made if result.get("met") is False]
    print(f"{len(made)} results; {len(differing)} in which Weir differs")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
