"""What the parts ask of the built `weir`."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import weir
from harness.broker import PACKAGE

__all__ = ["AT_ONCE", "PACKAGE", "Hash", "bench", "hashes", "medians", "one_core", "rate", "ratio", "weir"]

AT_ONCE = 256
"""Files of one command line."""


@dataclass(frozen=True)
class Hash:
    pdq: str
    """64 hexadecimal digits."""
    quality: int


def hashes(paths: Iterable[Path]) -> Iterator[Hash]:
    """By `weir hash pdq`, in the order of the paths; ends the harness if a file has none."""
    paths = list(paths)
    for start in range(0, len(paths), AT_ONCE):
        for line in weir.tool("hash", "pdq", *paths[start : start + AT_ONCE]).splitlines():
            found = json.loads(line)
            yield Hash(found["pdq"], found["quality"])


def bench(*arguments: str | Path) -> dict[str, dict[str, Any]]:
    """The figures of `weir bench`, by name; missed targets are no failure here."""
    done = subprocess.run([weir.binary(), "bench", *arguments], stdout=subprocess.PIPE, text=True)
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    if not figures:
        raise SystemExit(f"weir bench {' '.join(map(str, arguments))} measured nothing (exit code {done.returncode})")
    return {figure["name"]: figure for figure in figures}


def rate(work: Callable[[], int], seconds: float) -> float:
    """Things a second of this process's time on the processor, for at least so much of it."""
    began = time.process_time()
    done = 0
    while (took := time.process_time() - began) < seconds or done == 0:
        done += work()
    return done / took


@contextmanager
def one_core() -> Iterator[None]:
    """Keeps this process and its children to one core, the last, so that all contenders have the same."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(turn[name] for turn in rounds) for name in rounds[0]}


def ratio(rounds: list[dict[str, float]], peer: str) -> float:
    """Weir's speed as a multiple of a peer's: the median over rounds of the ratio within a round."""
    return statistics.median(turn["weir"] / turn[peer] for turn in rounds)
