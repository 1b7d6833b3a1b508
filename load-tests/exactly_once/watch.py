"""How far Weir's groups have got, by the offsets that they have committed."""

import time
from typing import Any

from confluent_kafka import KafkaException
from inputs import Topics

from harness.topics import Cluster, Group

PATIENCE = 90.0
"""Seconds without a commit, while there is something to commit, after which the run has failed."""

Note = dict[str, Any]
"""What is told of a fault."""


class Lane:
    """One group on its topic, which holds no markers: its offsets count records."""

    def __init__(self, cluster: Cluster, group: str, topic: str) -> None:
        self.topic = topic
        self._cluster, self._name = cluster, group
        self._group = Group(cluster, group, topic)
        self.offsets: dict[int, int] = dict.fromkeys(self._group.partitions, 0)
        self.moved = time.monotonic()
        """When there was last a commit, or nothing to commit."""
        self.longest_stall = 0.0

    def grow(self) -> None:
        """Partitions were added to the topic."""
        self._group = Group(self._cluster, self._name, self.topic)
        self.offsets = dict.fromkeys(self._group.partitions, 0) | self.offsets

    def look(self, sent: int) -> bool:
        """Whether there was a commit; raises KafkaException while the broker is away.

        `sent` is how many records there will be in the end, or are so far.
        """
        offsets = self._group.committed(timeout=1)
        is_further = offsets != self.offsets
        if is_further:
            self.longest_stall = max(self.longest_stall, self.stalled())
            self.offsets = offsets
        if is_further or self.has(sent):
            self.moved = time.monotonic()
        return is_further

    def has(self, sent: int) -> bool:
        return sum(self.offsets.values()) >= sent

    def stalled(self) -> float:
        """Seconds since the last commit."""
        return time.monotonic() - self.moved


class Watch:
    """Follows both lanes. Faults are over once uploads move again: decisions are too few to tell."""

    def __init__(self, bootstrap: str, group: str, count: int) -> None:
        cluster = Cluster(bootstrap)
        self.uploads = Lane(cluster, group, Topics().uploads)
        self.decisions = Lane(cluster, f"{group}-outcomes", Topics().outcomes)
        self._count = count
        self._started = time.monotonic()
        self._expected: list[tuple[Note, float, dict[int, int]]] = []
        self.samples: list[tuple[float, int, int]] = []
        """Seconds since the start, and uploads committed and sent by then."""

    def look(self, sent: int, decided: int) -> None:
        try:
            if self.uploads.look(self._count):
                self.samples.append((round(self.age(), 2), sum(self.uploads.offsets.values()), sent))
                self._see_progress()
            self.decisions.look(decided)
        except KafkaException:
            return  # the broker is away

    def grow(self) -> None:
        """Partitions were added to the inputs."""
        for lane in (self.uploads, self.decisions):
            lane.grow()

    def age(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def expect_progress(self, note: Note) -> None:
        """Notes when the fault was over, and how long it takes until every partition gets further than it is now."""
        note["over"] = round(self.age(), 2)
        self._expected.append((note, time.monotonic(), self.uploads.offsets))

    def has_uploads(self) -> bool:
        """Whether all are committed."""
        return self.uploads.has(self._count)

    def stalled(self) -> Lane | None:
        """A lane that has had something to commit for longer than it may."""
        return next((lane for lane in (self.uploads, self.decisions) if lane.stalled() > PATIENCE), None)

    def _see_progress(self) -> None:
        for expectation in list(self._expected):
            note, since, before = expectation
            offsets = self.uploads.offsets
            if self.has_uploads() or all(offsets[partition] > before[partition] for partition in before):
                note["recoveredAfter"] = round(self.uploads.moved - since, 2)
                self._expected.remove(expectation)
