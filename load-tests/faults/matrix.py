"""What was seen to hold: a line a suite, from the results that were kept (load-tests/results/faults.jsonl).

For one broker and for three: how many seeds held in their last run, and which did not. Exit code 1 if any last run was
broken.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "results" / "faults.jsonl"
BROKERS = (1, 3)
WANTED = 5
"""Seeds of each suite that are to hold."""

Seeds = dict[int, bool]


def last_runs(lines: list[str]) -> dict[str, dict[int, Seeds]]:
    """Whether the last run held, by suite, brokers and seed. Other kinds (--secure, a library) are left out."""
    runs: dict[str, dict[int, Seeds]] = defaultdict(lambda: defaultdict(dict))
    for line in lines:
        one = json.loads(line)
        if "--secure" not in one["command"] and "--librdkafka" not in one["command"]:
            runs[one["suite"]][one["brokers"]][one["seed"]] = one["holds"]
    return runs


def cell(seeds: Seeds) -> str:
    held = sum(seeds.values())
    broken = sorted(seed for seed, holds in seeds.items() if not holds)
    text = f"{held} of {WANTED}" if seeds else "-"
    return f"{text}, broken: {', '.join(map(str, broken))}" if broken else text


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    runs = last_runs(RESULTS.read_text().splitlines())
    print(f"{'suite':16}{'1 broker':24}3 brokers")
    for suite in sorted(runs):
        one, three = (cell(runs[suite][brokers]) for brokers in BROKERS)
        print(f"{suite:16}{one:24}{three}")
    return 1 if any(not holds for suite in runs.values() for seeds in suite.values() for holds in seeds.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
