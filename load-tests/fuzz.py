"""Coverage-guided fuzzing of every reader of outside bytes (Tests/fuzz.sh), with its figures as data.

Each target goes on from what earlier runs learnt (.build-fuzz/corpus); --fresh forgets that first.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import results
from harness.broker import PACKAGE

LINE = re.compile(
    r"(?P<target>\S+) +(?P<seconds>\d+) s +(?P<executions>\d+) executions +(?P<coverage>\d+) edges"
    r" +(?P<features>\d+) features +(?P<newUnits>\d+) new units"
)
FOUND = re.compile(r"(?P<target>\S+): FOUND (?P<input>.+)")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="all, without any")
    parser.add_argument("--seconds", type=int, default=20, help="for each target")
    parser.add_argument("--fresh", action="store_true", help="begin with the corpus of the repository alone")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/fuzz.jsonl")
    return parser.parse_args()


def figures(line: str, seconds: int) -> dict[str, Any] | None:
    """What one line of the script says of a target."""
    if found := LINE.fullmatch(line.strip()):
        values = found.groupdict()
        name = values.pop("target")
        return {"target": name, **{key: int(value) for key, value in values.items()}, "crashes": 0}
    if found := FOUND.fullmatch(line.strip()):
        return {"target": found["target"], "seconds": seconds, "crashes": 1, "input": found["input"]}
    return None


def main() -> int:
    chosen = options()
    if chosen.fresh:
        shutil.rmtree(PACKAGE / ".build-fuzz" / "corpus", ignore_errors=True)
    head = {"test": "fuzz", "time": results.stamp(), "command": results.command(), "machine": results.machine()}
    process = subprocess.Popen(
        ["Tests/fuzz.sh", str(chosen.seconds), *chosen.targets],
        cwd=PACKAGE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    measured = []
    for line in process.stdout:
        print(line, end="", flush=True)
        if result := figures(line, chosen.seconds):
            measured.append({**head, **result})
    if chosen.record:
        results.record("fuzz", measured)
    else:
        print(json.dumps(measured))
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
