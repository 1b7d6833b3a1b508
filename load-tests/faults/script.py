"""Faults of several steps: a generator that says what it waits for, played beside everything else."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM

from membership import Membership
from scene import LEAVE_WITHIN, Stuck
from watch import Note, Watch

from harness.weir import Weir

Condition = Callable[[], bool]
Steps = Iterator[Condition]
Scripts = dict[str, Callable[["Act"], "Steps"]]

ASSIGNED = '"message":"assigned"'
BEGINS_WITHIN = 60.0
"""Seconds in which a process must have come to where it is needed."""


@dataclass(frozen=True)
class Act:
    """What a script may touch. Who is `away` may end; everybody else must not."""

    processes: list[Weir]
    process: Weir
    """The one that the fault is about."""
    away: set[Weir | None]
    troubles: list[str]
    note: Note
    watch: Watch
    group: Membership
    config: Path
    folder: Path

    def extra(self, name: str) -> Weir:
        """One more member, not started."""
        return Weir(self.config, name, self.folder / f"weir-{name}.log")


class Script:
    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._waits: Condition | None = None

    def goes_on(self) -> bool:
        """Goes as far as it can; whether there is more to do."""
        while self._waits is None or self._waits():
            self._waits = next(self._steps, None)
            if self._waits is None:
                return False
        return True


def seconds(count: float) -> Condition:
    over = time.monotonic() + count
    return lambda: time.monotonic() >= over


def patiently(what: str, is_so: Condition, within: float = BEGINS_WITHIN) -> Condition:
    """Raises Stuck if it does not come to be in so many seconds."""
    deadline = time.monotonic() + within

    def look() -> bool:
        if is_so():
            return True
        if time.monotonic() > deadline:
            raise Stuck(f"not within {within:.0f} s: {what}")
        return False

    return look


def says(process: Weir, text: str) -> Condition:
    """Its log, since its last start."""
    return patiently(f"{process.member} says {text!r}", lambda: process.has_said(text))


def moves(watch: Watch, within: float = 30.0) -> Condition:
    """Every partition gets further than it is now, or everything is done."""
    before = watch.uploads.offsets

    def has_moved() -> bool:
        now = watch.uploads.offsets
        return watch.has_uploads() or all(now[partition] > before[partition] for partition in before)

    return patiently("every partition gets further", has_moved, within)


def leaves(act: Act, process: Weir, code: int = 0) -> Steps:
    """After a signal: within the time that is promised, and with that exit code."""
    asked = time.monotonic()
    yield patiently(f"{process.member} ends", lambda: process.exit_code() is not None, LEAVE_WITHIN)
    act.note.setdefault("left", []).append(round(time.monotonic() - asked, 2))
    if process.exit_code() != code:
        act.troubles.append(f"{act.note['kind']}: {process.member} ended with {process.exit_code()}, not {code}")


def restarts(act: Act, process: Weir, environment: dict[str, str] | None = None) -> Steps:
    """In good order; away from then on."""
    act.away.add(process)
    yield patiently(f"{process.member} begins", process.has_begun)
    process.send(SIGTERM)
    yield from leaves(act, process)
    process.start(environment)
