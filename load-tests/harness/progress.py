"""How fast a group gets through its input, as its committed offsets tell."""

import subprocess
import time
from typing import Any

from harness.topics import Group

SAMPLE_EVERY = 0.05
PATIENCE = 60.0
"""Seconds without a commit after which a contender has failed."""


class Failed(Exception):
    pass


def timed(process: "subprocess.Popen[bytes]", group: Group, events: int) -> dict[str, Any]:
    """From the first commit to the last, of an input that is there already. Raises Failed."""
    began = moved = time.monotonic()
    samples: list[tuple[float, int]] = [(began, 0)]
    while samples[-1][1] < events:
        time.sleep(SAMPLE_EVERY)
        done = sum(group.committed().values())
        now = time.monotonic()
        if done != samples[-1][1]:
            samples.append((now, done))
            moved = now
        if process.poll() is not None:
            raise Failed(f"ended with {process.returncode}")
        if now - moved > PATIENCE:
            raise Failed(f"stands at {done} of {events}")
    (first, first_done), (last, all_done) = samples[1], samples[-1]
    middle, middle_done = next(sample for sample in samples if sample[1] >= events / 2)
    return {
        "eventsPerSecond": rate(all_done - first_done, last - first),
        "secondHalfPerSecond": rate(all_done - middle_done, last - middle),
        "seconds": round(last - first, 3),
        "secondsFromStart": round(last - began, 3),
    }


def settled(
    process: "subprocess.Popen[bytes]", group: Group, first: dict[str, Any], events: int, still: float = 2.0
) -> dict[str, Any]:
    """The same once a group that reads what came of the input has nothing more to commit. Raises Failed.

    `first` is what `timed` found, of which the events a second get less by as much as this takes longer.
    """
    began = moved = time.monotonic()
    committed = group.committed()
    while time.monotonic() - moved < still:
        time.sleep(SAMPLE_EVERY)
        now = group.committed()
        if now != committed:
            committed, moved = now, time.monotonic()
        if process.poll() is not None:
            raise Failed(f"ended with {process.returncode}")
        if time.monotonic() - began > PATIENCE:
            raise Failed("still commits what came of the input")
    if not sum(committed.values()):
        raise Failed("nothing came of the input")
    behind = moved - began
    half = events / 2 / first["secondHalfPerSecond"]
    return {
        "eventsPerSecond": rate(events, first["seconds"] + behind),
        "secondHalfPerSecond": rate(events - events // 2, half + behind),
        "behindSeconds": round(behind, 3),
    }


def rate(events: int, seconds: float) -> int:
    return round(events / seconds) if seconds > 0 else 0
