"""What comparisons with other libraries have in common: figures of `weir bench`, and speeds by processor time."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import weir


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
