"""What the cases of the proxy's self-test share: topics, clients that go through the proxy, and what has arrived."""

import socket
import struct
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cluster import ProxiedCluster
from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]
from patience import until
from proxied import API_VERSIONS, NodeStatus, Proxy

from harness.topics import ONCE, QUIET, Cluster

QUICK: dict[str, Any] = {"log_level": QUIET, "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200}


class Stage:
    def __init__(self, cluster: ProxiedCluster) -> None:
        self.cluster = cluster
        self.proxy: Proxy = cluster.proxy
        self.direct = Cluster(cluster.bootstrap)

    def topic(self, name: str, **config: str) -> str:
        """With a partition for each node, each led by another."""
        nodes = list(self.cluster.nodes)
        spread = [[*nodes[place:], *nodes[:place]][:3] for place in range(len(nodes))]
        new = NewTopic(name, len(nodes), replica_assignment=spread, config=config)
        for future in self.direct.admin.create_topics([new]).values():
            future.result()
        return name

    def admin(self, client: str = "admin", **more: Any) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.cluster.proxied_bootstrap, "client.id": client, **QUICK, **more})

    def values(self, topic: str) -> list[bytes | None]:
        """Of all committed records, in their order if they are of one partition; read without the proxy."""
        return [record.value for record in self.direct.read([topic])]

    def total(self) -> Counter[str]:
        """The counts of the nodes' status together."""
        return sum((counts(status) for status in self.proxy.status().values()), Counter())

    def swallowed(self, api_key: int) -> int:
        return sum(status.swallowed.get(api_key, 0) for status in self.proxy.status().values())


def counts(status: NodeStatus) -> Counter[str]:
    each = {field.name: getattr(status, field.name) for field in fields(status)}
    return Counter({name: value for name, value in each.items() if isinstance(value, int)})


class Sender:
    """A producer through the proxy, and what of it has been delivered."""

    def __init__(self, stage: Stage, topic: str, client: str = "sender", **more: Any) -> None:
        self.delivered: Counter[int] = Counter()
        """By partition."""
        self._topic = topic
        self._producer = Producer(
            {
                "bootstrap.servers": stage.cluster.proxied_bootstrap,
                "client.id": client,
                **ONCE,
                "linger.ms": 1,
                "retry.backoff.ms": 20,
                **QUICK,
                **more,
            }
        )

    def send(self, value: bytes, partition: int = 0) -> None:
        self._producer.produce(self._topic, value, partition=partition, on_delivery=self._note)

    def sees(self, count: int, partition: int = 0, within: float = 30.0) -> bool:
        """Whether that many records are delivered, now or before that time has passed."""
        try:
            until("delivery", lambda: self._producer.poll(0) >= 0 and self.delivered[partition] >= count, within)
        except TimeoutError:
            return False
        return True

    def _note(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.delivered[message.partition() or 0] += 1


Disturb = Callable[[Proxy], object]


def exactly_once(stage: Stage, name: str, disturb: list[Disturb], burst: int = 200) -> None:
    """An idempotent producer survives it in the middle of its work: every record is there once, in its order."""
    sender = Sender(stage, stage.topic(name))
    turns: list[Disturb] = [lambda _: None, *disturb]
    expected = [b"%d" % number for number in range(burst * len(turns))]
    for turn, action in enumerate(turns):
        for number in range(burst):
            if number == burst // 2:
                action(stage.proxy)
            sender.send(expected[turn * burst + number])
        assert sender.sees((turn + 1) * burst), f"turn {turn}: {sender.delivered}"
    assert stage.values(name) == expected


class Wire:
    """A client of a few bytes, which sees exactly what arrives."""

    def __init__(self, stage: Stage, node: int = 1, client: bytes = b"wire") -> None:
        self._socket = socket.create_connection(("127.0.0.1", stage.cluster.proxied_port(node)), timeout=5)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, correlation: int, at_once: int = 1 << 16) -> None:
        """Which versions of its requests the broker knows, in pieces of that many bytes."""
        request = struct.pack(">hhih", API_VERSIONS, 0, correlation, len(self._client)) + self._client
        frame = struct.pack(">i", len(request)) + request
        for place in range(0, len(frame), at_once):
            self.say(frame[place : place + at_once])

    def say(self, data: bytes) -> None:
        self._socket.sendall(data)

    def end(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    def hears(self, within: float = 5.0) -> int | None:
        """The correlation id of the next response; None if there is none in that time."""
        self._socket.settimeout(within)
        try:
            length, correlation = struct.unpack(">ii", self._read(8))
        except TimeoutError:
            return None
        self._read(length - 4)
        return int(correlation)

    def is_reset(self) -> bool:
        self._socket.settimeout(5)
        try:
            while self._socket.recv(1 << 16):
                pass
        except ConnectionResetError:
            return True
        return False

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data
