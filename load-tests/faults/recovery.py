"""How long partitions stand still after a fault: from the death of their process to their next committed verdict.

Two members and a steady flow of uploads on a broker of its own; the members have names (static) or not (dynamic), and
the sessions that Weir ships with. Every figure is by what a subscriber reads with `read_committed`: of the partitions
concerned the one that took longest. Prints one JSON object a figure. Exit code 0 if nothing was lost or doubled and
everything was committed in the end; a target that was missed is a figure with `"met":false`.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGTERM, default_int_handler, signal
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent), str(HERE.parent / "exactly_once")]


from recovery_stage import Stage, kill, restart, restart_broker, term

from harness import results
from harness.broker import Broker


@dataclass(frozen=True)
class Figure:
    at_most: float
    """Seconds."""
    of: str
    """Whether the median or the longest must be at most that."""
    is_dynamic: bool
    measure: Callable[[Stage, int], float]
    meaning: str


FIGURES = {
    "static-restart": Figure(2.0, "median", False, restart, "member killed and started again; from its death"),
    "broker-restart": Figure(3.0, "max", False, restart_broker, "broker killed, started again; from its first answer"),
    "static-term": Figure(1.5, "max", False, term, "dynamic-term of members with names and drain.leave"),
    "dynamic-kill": Figure(13.0, "max", True, kill, "member killed, another takes over; from its death"),
    "dynamic-term": Figure(1.5, "max", True, term, "SIGTERM, another takes over; longest pause from the signal"),
}


def options() -> argparse.Namespace:
    meanings = "".join(f"\n  {name}: {figure.meaning}" for name, figure in FIGURES.items())
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\nfigures, in seconds:{meanings}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=[*FIGURES], help="may be repeated")
    parser.add_argument("--times", type=int, default=5, help="each")
    parser.add_argument("--seed", type=int, default=1, help="of the uploads")
    parser.add_argument(
        "--property", action="append", default=[], metavar="NAME=VALUE", help="of librdkafka, to try it"
    )
    parser.add_argument("--keep", action="store_true", help="keep logs and the brokers' data even if all is well")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/recovery.jsonl")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    signal(SIGINT, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-recovery-"))
    wanted = chosen.only or [*FIGURES]
    measured: list[dict[str, Any]] = []
    broken = 0
    for is_dynamic in (False, True):
        names = [name for name in wanted if FIGURES[name].is_dynamic == is_dynamic]
        if names:
            broken += not play(names, chosen, folder / ("dynamic" if is_dynamic else "static"), measured)
    if chosen.record:
        results.record("recovery", measured)
    if broken or chosen.keep:
        print(f"logs and data: {folder}")
    else:
        shutil.rmtree(folder)
    return 1 if broken else 0


def play(names: list[str], chosen: argparse.Namespace, folder: Path, measured: list[dict[str, Any]]) -> bool:
    """Whether nothing was lost or doubled, and everything went on."""
    folder.mkdir()
    is_dynamic = FIGURES[names[0]].is_dynamic
    with Broker(folder / "kafka", keep=True) as broker:
        stage = Stage(broker, folder, is_dynamic, chosen.seed, dict(pair.split("=", 1) for pair in chosen.property))
        try:
            stage.begin()
            for name in names:
                measured.append(figure(name, stage, chosen.times))
                print(json.dumps(measured[-1]), flush=True)
            check = stage.finish()
        except TimeoutError as error:
            print(f"recovery: BROKEN: {error}")
            return False
        if not check["holds"]:
            print(f"recovery: BROKEN: {json.dumps(check['first'])}")
        return bool(check["holds"])


def figure(name: str, stage: Stage, times: int) -> dict[str, Any]:
    wanted = FIGURES[name]
    took: list[float] = []
    for turn in range(times):
        stage.settle()
        took.append(wanted.measure(stage, turn))
    values = {"median": round(median(took), 2), "max": round(max(took), 2)}
    head = {"test": "recovery", "time": results.stamp(), "command": results.command(), "machine": results.machine()}
    result = {"name": f"recovery-{name}", "unit": "s", **values, "n": times, "all": [round(one, 2) for one in took]}
    if name == "broker-restart":
        result["outages"] = stage.outages
    else:
        result["committedAfter"] = stage.committed_after[-times:]
    return {**result, "atMost": wanted.at_most, "of": wanted.of, "met": values[wanted.of] <= wanted.at_most, **head}


if __name__ == "__main__":
    sys.exit(main())
