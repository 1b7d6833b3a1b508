"""Reading whole topics and a group's offsets, as any subscriber may."""

import time
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, TypeVar, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

Headers = list[tuple[str, str | bytes | None]]
"""As the client's types have it; what it reads are bytes."""
Isolation = Literal["read_committed", "read_uncommitted"]
Place = tuple[str, int]
Answer = TypeVar("Answer")

QUIET = 2
"""librdkafka's log level: brokers that come and go are part of the tests."""

ONCE = {"enable.idempotence": True, "max.in.flight.requests.per.connection": 1}
"""For producers without transactions. With more on its way, librdkafka takes a batch that was refused for sent when the
next one is accepted, as it is by a broker that knows nothing of the producer yet (KAFKA-15591)."""

FOLLOWS = {
    "group.id": "no-group",
    "isolation.level": "read_committed",
    "enable.auto.commit": False,
    "auto.offset.reset": "earliest",
    "log_level": QUIET,
}
"""For consumers that are told where to read, and see what any subscriber sees."""

COORDINATOR_MOVES = {
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
}

SILENCE = 30.0
"""Seconds without a record after which reading is given up."""


class Record(NamedTuple):
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int
    """Milliseconds since 1970."""


def record(message: Message, topic: str, partition: int) -> Record:
    headers = cast(Headers, message.headers() or [])
    _, timestamp = message.timestamp()
    return Record(topic, partition, message.offset() or 0, message.key(), message.value(), headers, timestamp)


class Cluster:
    """One cluster, with clients that are made once and used for one topic after the other."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": QUIET})
        self._readers: dict[Isolation, Consumer] = {}

    def partitions(self, topic: str) -> list[int]:
        """Waits for a topic that was made just now: not every broker has heard of it yet."""
        deadline = time.monotonic() + SILENCE
        while True:
            metadata = self.admin.list_topics(topic, timeout=30).topics[topic]
            if not metadata.error:
                return sorted(metadata.partitions)
            if time.monotonic() > deadline:
                raise KafkaException(metadata.error)
            time.sleep(0.1)

    def read(self, topics: list[str], isolation: Isolation = "read_committed") -> Iterator[Record]:
        """Every record from the beginning to the end as it is now; `read_committed` leaves out what was aborted.

        Each partition's records come in their order; partitions and topics are mixed.
        """
        consumer = self._reader(isolation)
        unread = {(topic, partition) for topic in topics for partition in self.partitions(topic)}
        consumer.assign([TopicPartition(topic, partition, 0) for topic, partition in unread])
        heard = time.monotonic()
        while unread:
            # It waits for that many records or that long, not for the first of them.
            for message in consumer.consume(10_000, timeout=0.05):
                heard = time.monotonic()
                error = message.error()
                topic, partition = message.topic() or "", message.partition() or 0
                if error is None:
                    yield record(message, topic, partition)
                elif error.code() == KafkaError._PARTITION_EOF:
                    unread.discard((topic, partition))
                elif not error.retriable():
                    raise KafkaException(error)
            if time.monotonic() - heard > SILENCE:
                raise TimeoutError(f"{sorted(unread)} give nothing for {SILENCE} s")
        consumer.unassign()

    def ends(self, topics: list[str], isolation: Isolation) -> dict[Place, int]:
        """One past the last record, of all or of those before any open transaction; transaction markers count."""
        consumer = self._reader(isolation)
        return {
            (topic, partition): consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)[1]
            for topic in topics
            for partition in self.partitions(topic)
        }

    def _reader(self, isolation: Isolation) -> Consumer:
        if isolation not in self._readers:
            self._readers[isolation] = Consumer(
                {
                    "bootstrap.servers": self.bootstrap,
                    "group.id": "no-group",
                    "isolation.level": isolation,
                    "enable.auto.commit": False,
                    "enable.partition.eof": True,
                    "auto.offset.reset": "earliest",
                    "fetch.wait.max.ms": 20,
                    "check.crcs": True,
                    "log_level": QUIET,
                }
            )
        return self._readers[isolation]


class Group:
    """What a group has committed on one topic."""

    def __init__(self, cluster: Cluster, group: str, topic: str) -> None:
        self.partitions = cluster.partitions(topic)
        self._wanted = [TopicPartition(topic, partition) for partition in self.partitions]
        # With read_committed it would wait for transactions that are under way.
        self._consumer = Consumer(
            {
                "bootstrap.servers": cluster.bootstrap,
                "group.id": group,
                "isolation.level": "read_uncommitted",
                "enable.auto.commit": False,
                "log_level": QUIET,
            }
        )

    def committed(self, timeout: float = 30) -> dict[int, int]:
        """By partition, 0 where there is none."""
        found = self._ask(timeout)
        return {entry.partition: max(0, entry.offset) for entry in found}

    def _ask(self, timeout: float) -> list[TopicPartition]:
        return with_coordinator(lambda: self._consumer.committed(self._wanted, timeout=timeout), timeout)


def commit(consumer: Consumer, offsets: list[TopicPartition]) -> None:
    """For a consumer that belongs to no generation of its group."""
    with_coordinator(lambda: consumer.commit(offsets=offsets, asynchronous=False))


def with_coordinator(ask: Callable[[], Answer], timeout: float = 30) -> Answer:
    """A group that has just been made, or whose broker has just come back, may have no coordinator yet."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in COORDINATOR_MOVES or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def alter(admin: AdminClient, wanted: dict[str, dict[str, str]]) -> None:
    """Sets what topics are to be otherwise, by topic; the rest stays."""
    resources = [
        ConfigResource(
            ResourceType.TOPIC,
            topic,
            incremental_configs=[
                ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in config.items()
            ],
        )
        for topic, config in wanted.items()
    ]
    for done in admin.incremental_alter_configs(resources).values():
        done.result()
