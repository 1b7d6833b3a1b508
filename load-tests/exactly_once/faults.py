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
    """Faults spread over the time at random; one may come while another lasts, or wait for it."""
    draw = random.Random(f"faults {seed}")
    times = sorted((draw.uniform(0.05, 0.9) * seconds, kind) for kind in kinds)
    return [
        Fault(at, kind, draw.randrange(processes), pause if kind == PAUSE else draw.uniform(0, 2), draw.random() < 0.5)
        for at, kind in times
    ]
