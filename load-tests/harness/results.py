"""Results as data: one JSON object a line, each with what is needed to judge and repeat it."""

import json
import os
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import confluent_kafka

from harness.broker import PACKAGE

RESULTS = PACKAGE / "load-tests" / "results"


def machine() -> dict[str, Any]:
    models = [line.partition(":")[2].strip() for line in lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = [int(line.split()[1]) for line in lines("/proc/meminfo") if line.startswith("MemTotal")]
    return {
        "processor": models[0] if models else "unknown",
        "cores": len(os.sched_getaffinity(0)),
        "memoryGiB": round(memory[0] / 2**20, 1),
        "load": load(),
    }


def load() -> float:
    """Processes that ran or wanted to, on average over the last minute."""
    return round(os.getloadavg()[0], 2)


def lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def command() -> str:
    """The command line, with the program as a path in the checkout."""
    program = Path(sys.argv[0]).resolve().relative_to(PACKAGE)
    return shlex.join(["python3", str(program), *sys.argv[1:]])


def client_versions() -> dict[str, str]:
    versions = {"confluent-kafka": confluent_kafka.version(), "its librdkafka": confluent_kafka.libversion()}
    return {name: version if isinstance(version, str) else version[0] for name, version in versions.items()}


def stamp() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def report(test: str, versions: dict[str, str], figures: dict[str, Any], *, is_kept: bool) -> None:
    """Prints what a test has measured, and appends it to `load-tests/results/<test>.jsonl` if it is to be kept."""
    print(json.dumps(figures))
    if is_kept:
        head = {"test": test, "time": stamp(), "command": command(), "machine": machine(), "versions": versions}
        record(test, [{**head, **figures}])


def record(name: str, results: list[dict[str, Any]]) -> Path:
    """Appends to `load-tests/results/<name>.jsonl`."""
    path = RESULTS / f"{name}.jsonl"
    RESULTS.mkdir(exist_ok=True)
    with path.open("a") as file:
        for result in results:
            file.write(json.dumps(result) + "\n")
    return path
