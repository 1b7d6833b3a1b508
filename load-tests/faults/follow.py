"""What a group has committed, beside what subscribers can read of it: neither may run ahead of the other."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException, TopicPartition

from harness.topics import Cluster, Group, Place

Violate = Callable[[str, str, str], None]
"""Takes the invariant, what it is about, and a detail."""

PATIENCE = 1.0
"""Seconds that brokers are given to answer; without an answer there is no sample."""


@dataclass(frozen=True)
class Sample:
    """Committed offsets, and where the outputs ended afterwards: what was committed then stands before these ends."""

    committed: dict[Place, int]
    ends: dict[Place, int]


class Follow:
    """Takes samples, and compares each with the outputs once those have been read as far as they were then.

    A record of an input partition's offset `o` that stands behind the ends of a sample in which more than `o` was
    committed comes from somebody whom the partition belonged to no longer: whoever it belongs to began behind it.
    """

    def __init__(self, cluster: Cluster, groups: dict[str, str], outputs: list[str], violate: Violate) -> None:
        """`groups` by their input topic, on which each offset is a record."""
        self._cluster, self._names, self._topics = cluster, groups, outputs
        self._look_for_partitions()
        self._violate = violate
        self._pending: list[Sample] = []
        self._last = Sample({}, {(place.topic, place.partition): 0 for place in self._outputs})
        self._next: dict[Place, int] = defaultdict(int)
        """By input partition: below this everything is known to have ended."""
        self._beyond: dict[Place, set[int]] = defaultdict(set)
        self.samples = 0

    def _look_for_partitions(self) -> None:
        self._groups = {topic: Group(self._cluster, group, topic) for topic, group in self._names.items()}
        self._outputs = [TopicPartition(topic, p) for topic in self._topics for p in self._cluster.partitions(topic)]

    def grow(self, consumer: Consumer) -> list[TopicPartition]:
        """Partitions were added: gives those of outputs. What is in them by now says nothing of samples before."""
        known = set(self._last.ends)
        self._look_for_partitions()
        new = [place for place in self._outputs if (place.topic, place.partition) not in known]
        for place in new:
            self._last.ends[(place.topic, place.partition)] = end_of_new(consumer, place)
        return new

    def take(self, consumer: Consumer) -> None:
        """A sample; none while brokers are away."""
        try:
            committed = {
                (topic, partition): offset
                for topic, group in self._groups.items()
                for partition, offset in group.committed(timeout=PATIENCE).items()
            }
            ends = {
                (place.topic, place.partition): consumer.get_watermark_offsets(place, timeout=PATIENCE)[1]
                for place in self._outputs
            }
        except KafkaException:
            return
        # A broker that has just become the leader may not know yet how far its followers are.
        ends = {place: max(end, self._last.ends[place]) for place, end in ends.items()}
        for place, offset in committed.items():
            if offset < (before := self._last.committed.get(place, 0)):
                self._violate("committed-back", f"{place[0]}[{place[1]}]", f"committed {offset} after {before}")
        self._last = Sample(committed, ends)
        self._pending.append(self._last)
        self.samples += 1

    def saw(self, place: Place, offset: int, source: Place, input_offset: int, ends_it: bool) -> None:
        """An output record at `place`, of an input record; `ends_it` if it is on audit or a dead letter."""
        if offset >= self._last.ends.get(place, 0) and input_offset < self._last.committed.get(source, 0):
            detail = f"came at {place[0]}[{place[1]}]@{offset}, when {self._last.committed[source]} was committed"
            self._violate("stale", f"{source[0]}[{source[1]}]@{input_offset}", detail)
        if not ends_it or input_offset < self._next[source]:
            return
        beyond = self._beyond[source]
        beyond.add(input_offset)
        while self._next[source] in beyond:
            beyond.remove(self._next[source])
            self._next[source] += 1

    def compare(self, positions: dict[Place, int]) -> None:
        """With everything that was read up to these positions of the outputs."""
        while self._pending and all(positions.get(p, 0) >= end for p, end in self._pending[0].ends.items()):
            for place, offset in self._pending.pop(0).committed.items():
                if offset > self._next[place]:
                    detail = f"committed {offset}, and nothing is there of {self._next[place]}"
                    self._violate("ahead", f"{place[0]}[{place[1]}]", detail)

    @property
    def waiting(self) -> int:
        """Samples that are not compared yet."""
        return len(self._pending)


def end_of_new(consumer: Consumer, place: TopicPartition) -> int:
    """The end of a partition that the client may not have heard of yet."""
    deadline = time.monotonic() + 30
    while True:
        consumer.list_topics(place.topic, timeout=30)
        try:
            end: int = consumer.get_watermark_offsets(place, timeout=30)[1]
            return end
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
