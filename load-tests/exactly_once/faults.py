"""When what is done to the processes and the broker: drawn from the seed, so that a run can be repeated."""

import random
from dataclasses import dataclass

KILL, TERM, BROKER, PAUSE = "kill", "term", "broker", "pause"


@dataclass(frozen=True)
class Fault:
    at: float
    """Seconds after the start."""
    kind: str
    process: int
    """Which one; for the broker without meaning."""
    lasts: float
    """Seconds until the process or the broker is started or continued again."""
    hard: bool
    """Whether the broker is killed, not ended."""


def schedule(seed: int, kinds: list[str], processes: int, seconds: float, pause: float) -> list[Fault]:
    """Faults spread over the time at random; one can meet a process or a broker that is still busy with another."""
    draw = random.Random(f"faults {seed}")
    faults: list[Fault] = []
    free = [0.0] * processes
    for at, kind in sorted((draw.uniform(0.05, 0.9) * seconds, kind) for kind in kinds):
        process = draw.randrange(processes)
        lasts = pause if kind == PAUSE else draw.uniform(0, 2)
        if kind != BROKER:
            # A process that is away can't be hit again.
            at = max(at, free[process])
            free[process] = at + lasts + 0.2
        faults.append(Fault(at, kind, process, lasts, draw.random() < 0.5))
    return sorted(faults, key=lambda fault: fault.at)
