"""Reads what is committed while faults happen, as a subscriber does, and notes what no subscriber may ever see."""

import json
import threading
import time
from typing import Any

from confluent_kafka import Consumer, KafkaError, TopicPartition
from inputs import Topics

from harness.topics import QUIET, Cluster

APART = 30.0
"""Seconds that the copies of one verdict may come apart, which are one transaction in several partitions."""


class Reader(threading.Thread):
    """Follows audit and enforcement from their beginning with `read_committed`."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(daemon=True)
        self.violations: dict[str, dict[str, Any]] = {}
        self.seen = 0
        self._topics = Topics()
        self._ids: set[str] = set()
        self._lonely: dict[str, float] = {}
        self._last: dict[tuple[str, int], int] = {}
        self._closing = threading.Event()
        cluster = Cluster(bootstrap)
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "no-group",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "check.crcs": True,
                "log_level": QUIET,
            }
        )
        topics = (self._topics.audit, self._topics.enforcement)
        self._consumer.assign([TopicPartition(topic, p, 0) for topic in topics for p in cluster.partitions(topic)])

    def close(self) -> None:
        """Once everything is committed: it reads on until nothing has come for a second."""
        self._closing.set()
        self.join()
        for id in self._lonely:
            self._violate("apart", id, "on enforcement, and never on audit")

    def run(self) -> None:
        quiet = time.monotonic()
        while not self._closing.is_set() or time.monotonic() - quiet < 1:
            for message in self._consumer.consume(2_000, timeout=0.2):
                if message.error():
                    if message.error().code() != KafkaError._PARTITION_EOF and not message.error().retriable():
                        self._violate("unreadable", "", str(message.error()))
                    continue
                quiet = time.monotonic()
                self._take(message.topic() or "", message.partition() or 0, message.offset() or 0, message.value())
            self._look_for_lonely()
        self._consumer.close()

    def _take(self, topic: str, partition: int, offset: int, value: bytes | None) -> None:
        self.seen += 1
        place = (topic, partition)
        if offset <= self._last.get(place, -1):
            self._violate("back", f"{topic}[{partition}]", f"{offset} after {self._last[place]}")
        self._last[place] = offset
        id = str(json.loads(value or b"{}").get("id"))
        if topic == self._topics.audit:
            if id in self._ids:
                self._violate("doubled", id, f"again at {topic}[{partition}]@{offset}")
            self._ids.add(id)
            self._lonely.pop(id, None)
        elif id not in self._ids:
            self._lonely[id] = time.monotonic()

    def _look_for_lonely(self) -> None:
        if self._lonely and time.monotonic() - next(iter(self._lonely.values())) > APART:
            self._violate("apart", next(iter(self._lonely)), f"on enforcement for {APART:.0f} s and not on audit")

    def _violate(self, kind: str, id: str, detail: str) -> None:
        known = self.violations.setdefault(kind, {"count": 0, "id": id, "detail": detail})
        known["count"] += 1
