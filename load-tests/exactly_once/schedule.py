"""When what is done to the processes and the broker: drawn from the seed, so that a run can be repeated."""

import random
from dataclasses import dataclass

KILL, TERM, PAUSE, TWIN = "kill", "term", "pause", "twin"
BROKER, BROKER_KILL, BROKER_TERM = "broker", "broker-kill", "broker-term"


@dataclass(frozen=True)
class Fault:
    at: float
    """Seconds after the start."""
    kind: str
    """BROKER becomes one of the other two."""
    process: int | None
    """None: the broker."""
    lasts: float
    """Seconds until the process or the broker is started or continued again."""


def schedule(seed: int, kinds: list[str], processes: int, seconds: float, pause: float) -> list[Fault]:
    """Faults spread over the time at random; one may come while another lasts, or wait for it."""
    draw = random.Random(f"faults {seed}")
    times = sorted((draw.uniform(0.05, 0.9) * seconds, kind) for kind in kinds)
    return [fault(draw, at, kind, processes, pause) for at, kind in times]


def fault(draw: random.Random, at: float, kind: str, processes: int, pause: float) -> Fault:
    process, lasts, broker = draw.randrange(processes), draw.uniform(0, 2), draw.choice([BROKER_KILL, BROKER_TERM])
    if kind == BROKER:
        return Fault(at, broker, None, lasts)
    return Fault(at, kind, process, pause if kind == PAUSE else lasts)
