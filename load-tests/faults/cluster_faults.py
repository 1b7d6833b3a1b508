"""Faults of topics and brokers: leaders and coordinators that move, too few replicas, nobody there, more partitions.

Each begins, lasts, and is over once it has been mended; what it was done to stands in its note.
"""

import json
import os
import random
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

from confluent_kafka import ElectionType, KafkaException, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    OffsetSpec,
    PartitionMetadata,
    ResourceType,
)
from inputs import Topics
from nodes import Nodes
from patience import until
from watch import Note

from harness.broker import kafka_home
from harness.topics import QUIET

ALL_AWAY, TWO_AWAY = "all-away", "two-away"
ELECTED, REASSIGNED = "leaders-elected", "leaders-reassigned"
OF_TRANSACTIONS, OF_GROUP = "transaction-coordinator", "group-coordinator"
OUTPUTS_BELOW, COORDINATORS_BELOW = "outputs-below-isr", "coordinators-below-isr"
GROWN = "grown"

TRANSACTIONS, OFFSETS = "__transaction_state", "__consumer_offsets"
MORE = 2
"""Partitions that are added."""


class ClusterFaults:
    def __init__(
        self, nodes: Nodes, group: str, members: list[str], growing: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """`growing` surrounds what adds partitions: who reads along must not miss them."""
        self._nodes = nodes
        self._group = group
        self._members = members
        self._growing = growing
        self._admin = AdminClient({"bootstrap.servers": nodes.bootstrap, "log_level": QUIET})
        self._reassignment: Popen[bytes] | None = None
        self._wanted: dict[tuple[str, int], int] = {}
        """The broker that is to lead a partition."""
        self._wanting: list[str] = []
        """Topics that want all three replicas in sync."""
        self._grown: dict[str, int] = {}
        """How many partitions an input had before."""

    @property
    def lasts(self) -> bool:
        """Whether one is not over yet: another has to wait for it."""
        return bool(self._nodes.away or self._wanted or self._wanting)

    def begin(self, what: str, note: Note) -> None:
        draw = random.Random(f"{what} {note['at']}")
        if what == ALL_AWAY:
            self._nodes.take_away(self._nodes.numbers, "kill")
        elif what == TWO_AWAY:
            self._nodes.take_away(draw.sample(self._nodes.numbers, 2), "kill")
        elif what in (OF_TRANSACTIONS, OF_GROUP):
            ids = self._members if what == OF_TRANSACTIONS else [self._group]
            leader = self._coordinator(TRANSACTIONS if what == OF_TRANSACTIONS else OFFSETS, draw.choice(ids))
            note["how"] = draw.choice(["kill", "term"])
            self._nodes.take_away([leader], note["how"])
        elif what in (OUTPUTS_BELOW, COORDINATORS_BELOW):
            topics = Topics()
            outputs = [topics.audit, topics.enforcement, topics.review, topics.dead_letters]
            self._wanting = outputs if what == OUTPUTS_BELOW else [TRANSACTIONS, OFFSETS]
            self._want_replicas("3")
            # In good order: the others then know at once that there is one replica less.
            self._nodes.take_away([draw.choice(self._nodes.numbers)], "term")
        elif what == GROWN:
            self._grow()
        else:
            self._move_leaders(draw, drops=what == REASSIGNED)
        note["nodes"] = list(self._nodes.away) or sorted(set(self._wanted.values()))

    def is_over(self) -> bool:
        """To be asked until it is: the first time begins to mend."""
        if self._wanted:
            return self._have_moved()
        if self._nodes.away and not self._nodes.are_back():
            return False
        if self._wanting:
            try:
                self._want_replicas("2")
            except (KafkaException, TimeoutError):
                return False  # the one that came back may not know the others yet
            self._wanting = []
        return True

    def unused(self) -> list[str]:
        """Partitions that were added, and that nothing was sent to: the fault then proves nothing."""
        return [
            f"{topic}[{partition}] was added and nothing was sent to it"
            for topic, before in self._grown.items()
            for partition in range(before, before + MORE)
            if self._end(topic, partition) == 0
        ]

    def _partitions(self, topic: str) -> dict[int, PartitionMetadata]:
        found: dict[int, PartitionMetadata] = self._admin.list_topics(topic, timeout=10).topics[topic].partitions
        return found

    def _coordinator(self, topic: str, id: str) -> int:
        """The broker that leads the partition which Kafka keeps an id's state in."""
        partitions = self._partitions(topic)
        leader: int = partitions[java_hash(id) % len(partitions)].leader
        return leader

    def _want_replicas(self, count: str) -> None:
        """min.insync.replicas of those topics."""
        entry = ConfigEntry("min.insync.replicas", count, incremental_operation=AlterConfigOpType.SET)
        wanted = [ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry]) for name in self._wanting]
        for future in self._admin.incremental_alter_configs(wanted).values():
            future.result(10)

    def _move_leaders(self, draw: random.Random, drops: bool) -> None:
        """Of a partition of the input, and of one of each output for every verdict.

        The next replica becomes the first, which is elected then; with `drops` the leader holds no replica afterwards.
        """
        moves: list[dict[str, Any]] = []
        topics = Topics()
        for topic in (topics.uploads, topics.audit, topics.enforcement):
            number, partition = draw.choice(sorted(self._partitions(topic).items()))
            others = [replica for replica in partition.replicas if replica != partition.leader]
            replicas = others if drops else [*others, partition.leader]
            moves.append({"topic": topic, "partition": number, "replicas": replicas})
            self._wanted[(topic, number)] = replicas[0]
        self._moves = Path(tempfile.mkstemp(suffix=".json", prefix="weir-moves-")[1])
        self._moves.write_text(json.dumps({"version": 1, "partitions": moves}))
        home = kafka_home()
        command = ["bash", str(home / "bin" / "kafka-reassign-partitions.sh"), "--bootstrap-server"]
        self._reassignment = Popen(
            [*command, self._nodes.bootstrap, "--reassignment-json-file", str(self._moves), "--execute"],
            env={**os.environ, "KAFKA_HEAP_OPTS": "-Xmx128m"},
            stdin=DEVNULL,
            stdout=DEVNULL,
        )

    def _have_moved(self) -> bool:
        assert self._reassignment
        if (code := self._reassignment.poll()) is None:
            return False
        self._moves.unlink(missing_ok=True)
        if code:
            raise RuntimeError(f"kafka-reassign-partitions.sh ended with {code}")
        try:
            there = {place: self._partitions(place[0])[place[1]] for place in self._wanted}
            rest = [place for place, broker in self._wanted.items() if there[place].leader != broker]
            if not rest:
                self._wanted, self._reassignment = {}, None
                return True
            # What is not the leader yet is the preferred one, as soon as the brokers have the new order.
            places = [TopicPartition(topic, number) for topic, number in rest]
            self._admin.elect_leaders(ElectionType.PREFERRED, places).result(10)
        except KafkaException:
            pass  # asked again
        return False

    def _grow(self) -> None:
        """Every topic that may: audit has its number for life."""
        topics = Topics()
        self._grown = {topics.uploads: len(self._partitions(topics.uploads))}
        with self._growing():
            for topic in (*topics.inputs, topics.enforcement, topics.review, topics.dead_letters):
                wanted = len(self._partitions(topic)) + MORE
                for future in self._admin.create_partitions([NewPartitions(topic, wanted)]).values():
                    future.result(30)
                until(f"{topic} has grown", partial(self._has, topic, wanted))

    def _has(self, topic: str, count: int) -> bool:
        return len(self._partitions(topic)) == count

    def _end(self, topic: str, partition: int) -> int:
        place = TopicPartition(topic, partition)
        latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        end: int = self._admin.list_offsets({place: latest})[place].result(30).offset
        return end


def java_hash(text: str) -> int:
    """As Kafka's brokers take it, without its sign."""
    value = 0
    for character in text:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return value if value < 1 << 31 else (1 << 32) - value
