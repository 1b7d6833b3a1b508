"""A steady flow of uploads, and when verdicts on them could first be read: what recovery is measured by."""

import json
import socket
import struct
import threading
import time
from collections import defaultdict
from itertools import count, pairwise

from confluent_kafka import Consumer, KafkaException, TopicPartition
from feeder import Sender
from inputs import Topics
from proxied import API_VERSIONS
from uploads import uploads

from harness.topics import FOLLOWS, Cluster, Group

QUICK: dict[str, str | int] = {"reconnect.backoff.ms": 10, "reconnect.backoff.max.ms": 50}
"""The way back of these clients must not be what is measured."""


class Flow(threading.Thread):
    """Sends uploads at a steady rate, until it is ended."""

    def __init__(self, bootstrap: str, seed: int, rate: float) -> None:
        super().__init__(daemon=True)
        self.sent = 0
        self._sender = Sender(bootstrap, Topics().uploads, **QUICK)
        self._seed, self._rate = seed, rate
        self._ending = threading.Event()

    def end(self) -> None:
        self._ending.set()
        self.join()

    def run(self) -> None:
        start = time.monotonic()
        for number, upload in zip(count(), uploads(self._seed, 1 << 40), strict=False):
            while number > (time.monotonic() - start) * self._rate:
                self._sender.wait(0.005)
            if self._ending.is_set():
                break
            self._sender.send(upload.value, upload.account, upload.headers)
            self.sent = number + 1
        self._sender.flush()


class Verdicts(threading.Thread):
    """Follows audit with `read_committed`, and notes how far each input partition has got when."""

    def __init__(self, bootstrap: str, group: str) -> None:
        super().__init__(daemon=True)
        topics = Topics()
        cluster = Cluster(bootstrap)
        self.partitions = cluster.partitions(topics.uploads)
        self.trouble: Exception | None = None
        self._input = topics.uploads
        self._group = Group(cluster, group, topics.uploads)
        self._reached: dict[int, list[tuple[float, int]]] = defaultdict(list)
        self._consumer = Consumer({"bootstrap.servers": bootstrap, **FOLLOWS, "fetch.wait.max.ms": 20, **QUICK})
        self._consumer.assign([TopicPartition(topics.audit, number, 0) for number in cluster.partitions(topics.audit)])

    def run(self) -> None:
        try:
            while True:
                self._read()
        except Exception as error:
            self.trouble = error

    def _read(self) -> None:
        for message in self._consumer.consume(1_000, timeout=0.01):
            error = message.error()
            if error:
                if error.fatal():
                    raise KafkaException(error)
                continue
            place = json.loads(message.value() or b"")["data"]["input"]
            if place["topic"] != self._input:
                continue
            reached = self._reached[place["partition"]]
            if not reached or reached[-1][1] < place["offset"]:
                reached.append((time.monotonic(), place["offset"]))

    def committed(self) -> dict[int, int]:
        """The group's offsets, by input partition."""
        return self._group.committed()

    def last(self, partition: int) -> int:
        """The last record whose verdict was read; -1 if there is none."""
        return max((reached for _, reached in self._reached[partition]), default=-1)

    def seen(self, partition: int, offset: int) -> float | None:
        """When a verdict on this record, or one behind it, could first be read."""
        return next((when for when, reached in self._reached[partition] if reached >= offset), None)

    def longest_pause(self, partition: int, since: float, until: float) -> float:
        """Seconds between two readings of new verdicts on a partition."""
        times = [since, *(when for when, _ in self._reached[partition] if since <= when <= until), until]
        return max(later - sooner for sooner, later in pairwise(times))


def answers(bootstrap: str) -> bool:
    """Whether a broker answers the first question that every client asks."""
    host, _, port = bootstrap.partition(":")
    client = b"recovery"
    request = struct.pack(">hhih", API_VERSIONS, 0, 1, len(client)) + client
    try:
        with socket.create_connection((host, int(port)), timeout=1) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(8)) == 8
    except OSError:
        return False
