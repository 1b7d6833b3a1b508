"""Reads what is committed while faults happen, as a subscriber does, and notes what no subscriber may ever see."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition
from follow import Follow
from inputs import Topics
from verdicts import Malformed, read_letter

from harness.topics import QUIET, Cluster, Place, record

APART = 30.0
"""Seconds that the copies of one verdict may come apart, which are one transaction in several partitions."""
SILENCE = 5.0
"""Seconds without any record after which these begin anew."""
SAMPLE_EVERY = 1.0
CATCH_UP = 30.0
"""Seconds in which, at the end, all that was committed must have been read."""


class Reader(threading.Thread):
    """Follows all outputs from their beginning with `read_committed`."""

    def __init__(self, bootstrap: str, group: str, topics: Topics | None = None) -> None:
        super().__init__(daemon=True)
        self.violations: dict[str, dict[str, Any]] = {}
        """By kind (`invariants.py` says what each means): how often, and the first."""
        self.seen = 0
        self._topics = topics or Topics()
        self._ids: set[str] = set()
        self._lonely: dict[str, float] = {}
        self._last: dict[Place, int] = {}
        self._positions: dict[Place, int] = {}
        self._heard = time.monotonic()
        self._closing = threading.Event()
        self._sampling = threading.Lock()
        cluster = Cluster(bootstrap)
        outputs = self._topics.outputs
        groups = {self._topics.uploads: group, self._topics.outcomes: f"{group}-outcomes"}
        self._follow = Follow(cluster, groups, outputs, self._violate)
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "no-group",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 50,
                "check.crcs": True,
                "log_level": QUIET,
            }
        )
        # Asks for the ends of logs: of a reader of what is committed, they would be those of open transactions.
        self._asker = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "no-group",
                "isolation.level": "read_uncommitted",
                "enable.auto.commit": False,
                "log_level": QUIET,
            }
        )
        self._consumer.assign([TopicPartition(topic, p, 0) for topic in outputs for p in cluster.partitions(topic)])

    @property
    def samples(self) -> int:
        """How often the committed offsets were compared with what can be read."""
        return self._follow.samples - self._follow.waiting

    @property
    def taken(self) -> int:
        return self._follow.samples

    @contextmanager
    def growing(self) -> Iterator[None]:
        """While partitions are added: nothing is compared until it reads them too."""
        with self._sampling:
            yield
            new = self._follow.grow(self._asker)
            self._consumer.incremental_assign([TopicPartition(place.topic, place.partition, 0) for place in new])

    def close(self) -> None:
        """Once everything is committed: it reads on until it has seen as much."""
        self._closing.set()
        self.join()
        for id in self._lonely:
            self._violate("apart", id, "on enforcement or review, and never on audit")
        if self._follow.waiting:
            self._violate("unread", "", f"{self._follow.waiting} samples of committed offsets: outputs end before them")

    def run(self) -> None:
        sampled, closing = 0.0, None
        while True:
            for message in self._consumer.consume(2_000, timeout=0.2):
                self._hear(message)
            self._look_for_lonely()
            now = time.monotonic()
            with self._sampling:
                self._follow.compare(self._positions)
                if self._closing.is_set() and closing is None:
                    # One more, of how it ends.
                    self._follow.take(self._asker)
                    closing = now
                elif closing is None and now - sampled > SAMPLE_EVERY:
                    self._follow.take(self._asker)
                    sampled = now
            if closing is not None and (not self._follow.waiting or now - closing > CATCH_UP):
                break
        self._consumer.close()
        self._asker.close()

    def _hear(self, message: Message) -> None:
        place = (message.topic() or "", message.partition() or 0)
        if error := message.error():
            if error.code() == KafkaError._PARTITION_EOF:
                # Markers and aborted records in between are never handed out.
                self._positions[place] = message.offset() or 0
            elif not error.retriable():
                self._violate("unreadable", "", str(error))
            return
        now = time.monotonic()
        if now - self._heard > SILENCE:
            # While brokers are away nothing can come.
            self._lonely = dict.fromkeys(self._lonely, now)
        self._heard = now
        self._positions[place] = (message.offset() or 0) + 1
        self._take(message, place, message.offset() or 0)

    def _take(self, message: Message, place: Place, offset: int) -> None:
        self.seen += 1
        if offset <= self._last.get(place, -1):
            self._violate("back", f"{place[0]}[{place[1]}]", f"{offset} after {self._last[place]}")
        self._last[place] = offset
        if place[0] == self._topics.dead_letters:
            try:
                source = read_letter(record(message, *place), self._topics.inputs).source
            except Malformed as malformed:
                return self._violate("unreadable", f"{place[0]}[{place[1]}]@{offset}", str(malformed))
            return self._follow.saw(place, offset, source[:2], source.offset, ends_it=True)
        verdict = json.loads(message.value() or b"{}")
        id, input = str(verdict.get("id")), verdict["data"]["input"]
        is_audit = place[0] == self._topics.audit
        self._follow.saw(place, offset, (input["topic"], input["partition"]), input["offset"], ends_it=is_audit)
        if is_audit:
            if id in self._ids:
                self._violate("doubled", id, f"again at {place[0]}[{place[1]}]@{offset}")
            self._ids.add(id)
            self._lonely.pop(id, None)
        elif id not in self._ids:
            self._lonely[id] = time.monotonic()
        return None

    def _look_for_lonely(self) -> None:
        now = time.monotonic()
        if self._lonely and now - self._heard < SILENCE and now - next(iter(self._lonely.values())) > APART:
            detail = f"on enforcement or review for {APART:.0f} s and not on audit"
            self._violate("apart", next(iter(self._lonely)), detail)

    def _violate(self, kind: str, id: str, detail: str) -> None:
        known = self.violations.setdefault(kind, {"count": 0, "id": id, "detail": detail})
        known["count"] += 1
