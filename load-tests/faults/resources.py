"""What processes hold while they run: memory, open files, threads, and records in flight."""

import statistics
import time
from dataclasses import dataclass
from typing import Any

from harness.usage import usage
from harness.weir import Weir

EVERY = 1.0
MOST_MEMORY = 300.0
"""MiB; what Weir promises at full load."""
GROWTH = 1.1
"""How much more a process may hold in the last third of its life than in the first."""
LONG = 300.0
"""Seconds that a process must have lived for its thirds to say anything."""


@dataclass
class Life:
    """One process, from its start to its end."""

    member: str
    began: float
    samples: list[tuple[float, float, int, int]]
    """Seconds since its start, MiB, open files, threads."""

    def thirds(self, column: int) -> tuple[float, float]:
        """The medians of the first and of the last third, of what follows the first minute: caches fill then."""
        settled = [sample for sample in self.samples if sample[0] > 60]
        third = len(settled) // 3
        first, last = settled[:third], settled[-third:]
        return tuple(float(statistics.median(s[column] for s in part)) for part in (first, last))  # type: ignore[return-value]


class Resources:
    def __init__(self, most_in_flight: int) -> None:
        self._most_in_flight = most_in_flight
        self._looked = 0.0
        self._began = time.monotonic()
        self.lives: dict[int, Life] = {}
        self._in_flight = 0.0
        self._ended: dict[int, float] = {}
        """By process: how many it had ended when it was last asked."""
        self.transactions: list[tuple[float, int]] = []
        """Seconds since the start, and how many ended since the last time."""

    def look(self, processes: list[Weir]) -> None:
        """Once a second; whoever is between two lives is left out."""
        now = time.monotonic()
        if now - self._looked < EVERY:
            return
        self._looked = now
        ended = 0.0
        for process in processes:
            if process.exit_code() is not None or not (found := usage(process.pid)):
                continue
            life = self.lives.setdefault(process.pid, Life(process.member, now, []))
            life.samples.append((now - life.began, found.memory, found.descriptors, found.threads))
            said = process.metrics()
            self._in_flight = max(self._in_flight, said.get("weir_inflight_events", 0))
            transactions = said.get("weir_transactions_total", 0)
            ended += transactions - self._ended.get(process.pid, 0)
            self._ended[process.pid] = transactions
        self.transactions.append((round(now - self._began, 1), max(0, int(ended))))

    def excesses(self) -> list[str]:
        """What was beyond its bound."""
        found = [
            f"{life.member} held {memory:.0f} MiB; at most {MOST_MEMORY:.0f}"
            for life in self.lives.values()
            if (memory := max(sample[1] for sample in life.samples)) > MOST_MEMORY
        ]
        if self._in_flight > self._most_in_flight:
            found.append(f"{self._in_flight:.0f} records were in flight; at most {self._most_in_flight}")
        for life in self._long():
            for column, name in enumerate(("MiB", "open files", "threads"), start=1):
                first, last = life.thirds(column)
                if last > first * GROWTH + (column > 1):
                    found.append(f"{life.member} grew from {first:.0f} to {last:.0f} {name}")
        return found

    def _long(self) -> list[Life]:
        return [life for life in self.lives.values() if life.samples[-1][0] > LONG]

    def as_json(self) -> dict[str, Any]:
        everything = [sample for life in self.lives.values() for sample in life.samples]
        if not everything:
            return {}
        names = ("MiB", "openFiles", "threads")
        return {
            "most": {name: round(max(s[column] for s in everything), 1) for column, name in enumerate(names, 1)},
            "mostInFlight": int(self._in_flight),
            "thirds": [
                {"member": life.member, "seconds": round(life.samples[-1][0])}
                | {name: [round(value, 1) for value in life.thirds(c)] for c, name in enumerate(names, 1)}
                for life in self._long()
            ],
        }
