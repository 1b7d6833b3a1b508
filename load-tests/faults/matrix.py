"""What was seen to hold: a line a suite, from the results that were kept (load-tests/results/faults.jsonl).

For one broker and for three: how many seeds held in their last run, and which did not. Exit code 1 if any last run was
broken. With --missing the commands of the plays instead that have not held yet, to be piped into `sh`; with --recovery
how long it took, after each kind of fault in the plays that held, until every partition had committed more.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

sys.path[1:1] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "exactly_once")]

from suites import SUITES

RESULTS = Path(__file__).resolve().parents[1] / "results" / "faults.jsonl"
PLAY = Path(__file__).with_name("play.py")
BROKERS = (1, 3)
WANTED = 5
"""Seeds of each suite that are to hold."""
BUSY = 16.0
"""Load on two cores, as a play began, from which on its times say more of the machine than of Weir."""

Seeds = dict[int, bool]


def plain(lines: list[str]) -> Iterator[dict[str, Any]]:
    """Without those of other kinds: --secure, another library."""
    for line in lines:
        one: dict[str, Any] = json.loads(line)
        if "--secure" not in one["command"] and "--librdkafka" not in one["command"]:
            yield one


def last_runs(lines: list[str]) -> dict[str, dict[int, Seeds]]:
    """Whether the last run held, by suite, brokers and seed."""
    runs: dict[str, dict[int, Seeds]] = defaultdict(lambda: defaultdict(dict))
    for one in plain(lines):
        runs[one["suite"]][one["brokers"]][one["seed"]] = one["holds"]
    return runs


def cell(seeds: Seeds) -> str:
    held = sum(seeds.values())
    broken = sorted(seed for seed, holds in seeds.items() if not holds)
    text = f"{held} of {WANTED}" if seeds else "-"
    return f"{text}, broken: {', '.join(map(str, broken))}" if broken else text


def missing(runs: dict[str, dict[int, Seeds]]) -> Iterator[str]:
    """What is still to be played: suites that need three brokers anyway are not played with one."""
    for brokers in BROKERS:
        for seed in range(1, WANTED + 1):
            left = [
                name for name, suite in SUITES.items() if brokers >= suite.brokers and not runs[name][brokers].get(seed)
            ]
            if left:
                yield f"{sys.executable} {PLAY} {' '.join(left)} --seed {seed} --brokers {brokers} --record"


def recovery(lines: list[str]) -> Iterator[str]:
    """A line a suite and kind: median and most, in seconds from the fault's end, and of how many."""
    found: dict[tuple[str, str], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in plain(lines):
        if not one["holds"] or one["suite"] == "soak" or one["machine"]["load"] > BUSY:
            continue
        for fault in one["faults"]:
            if "recoveredAfter" in fault:
                found[one["suite"], fault["kind"][:50]][one["brokers"]].append(fault["recoveredAfter"])
    yield f"{'suite':16}{'kind':52}{'1 broker':28}3 brokers"
    for (suite, kind), times in sorted(found.items()):
        one, three = (
            f"{median(each):.2f}, at most {max(each):.2f} ({len(each)})" if (each := times[brokers]) else "-"
            for brokers in BROKERS
        )
        yield f"{suite:16}{kind:52}{one:28}{three}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", action="store_true", help="print what is to be played yet")
    parser.add_argument("--recovery", action="store_true", help="print recovery times by fault")
    chosen = parser.parse_args()
    lines = RESULTS.read_text().splitlines()
    if chosen.recovery:
        print("\n".join(recovery(lines)))
        return 0
    runs = last_runs(lines)
    if chosen.missing:
        print("\n".join(missing(runs)))
        return 0
    print(f"{'suite':16}{'1 broker':24}3 brokers")
    for suite in sorted(runs):
        one, three = (cell(runs[suite][brokers]) for brokers in BROKERS)
        print(f"{suite:16}{one:24}{three}")
    return 1 if any(not holds for suite in runs.values() for seeds in suite.values() for holds in seeds.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
