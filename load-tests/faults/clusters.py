"""Brokers that one play after the other uses: to start them takes longer than most plays."""

import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from cluster import ProxiedCluster
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException
from confluent_kafka.admin import AdminClient
from nodes import answers
from patience import until

from harness.broker import Broker
from harness.topics import QUIET


class Kind(NamedTuple):
    brokers: int
    is_proxied: bool


class Clusters:
    """At most one of each kind, which ends with the `with` statement."""

    def __init__(self) -> None:
        self._there: dict[Kind, Broker | ProxiedCluster] = {}

    def __enter__(self) -> "Clusters":
        return self

    def __exit__(self, *_: object) -> None:
        for kind in list(self._there):
            self.end(kind)

    def take(self, kind: Kind) -> Broker | ProxiedCluster:
        """All of its nodes are up, and it has no topics and no offsets."""
        if there := self._there.get(kind):
            try:
                empty(there)
                return there
            except (TimeoutError, KafkaException) as error:
                print(f"new brokers, since the old ones could not be used again: {error}")
                self.end(kind)
        folder = Path(tempfile.mkdtemp(prefix="weir-fault-brokers-")) / "kafka"
        cluster = (
            ProxiedCluster(folder, kind.brokers, keep=True) if kind.is_proxied else Broker(folder, keep=True)
        ).__enter__()
        self._there[kind] = cluster
        return cluster

    def end(self, kind: Kind, keep: bool = False) -> Path | None:
        """With `keep` their logs and data stay, in the folder that is returned."""
        if cluster := self._there.pop(kind, None):
            cluster.__exit__()
            if keep:
                return cluster.directory
            shutil.rmtree(cluster.directory.parent)
        return None


def empty(cluster: Broker | ProxiedCluster) -> None:
    """Raises TimeoutError if that can't be had."""
    if isinstance(cluster, ProxiedCluster):
        cluster.proxy.heal()
    until("every node answers", lambda: all(map(answers, cluster.bootstrap.split(","))))
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap, "log_level": QUIET})
    if names := topics(admin):
        for deletion in admin.delete_topics(names, operation_timeout=30).values():
            deletion.result()
    until("the topics are gone", lambda: not topics(admin))
    # Brokers forget them a moment later; a member of the next play would go on where this one's stood.
    until("the offsets are gone", lambda: not any(offsets(admin, group) for group in groups(admin)))


def topics(admin: AdminClient) -> list[str]:
    return [name for name in admin.list_topics(timeout=10).topics if not name.startswith("__")]


def groups(admin: AdminClient) -> list[str]:
    return [group.group_id for group in admin.list_consumer_groups().result().valid]


def offsets(admin: AdminClient, group: str) -> list[int]:
    found = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result().topic_partitions
    return [place.offset for place in found if place.offset >= 0]
