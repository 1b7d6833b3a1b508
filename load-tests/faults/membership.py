"""Who is in a group, and which partitions each member owns, as the brokers have it."""

import struct

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from harness.topics import QUIET


class Membership:
    def __init__(self, bootstrap: str, group: str) -> None:
        self._group = group
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": QUIET})

    def owned(self) -> dict[str, list[int]]:
        """Partitions by the client id of their member; empty while the group is not stable or can't be asked.

        By the older call: `describe_consumer_groups` of librdkafka 2.16 ends the process when the coordinator moves.
        """
        try:
            groups = self._admin.list_groups(self._group, timeout=5)
        except KafkaException:
            return {}
        return {
            str(member.client_id): sorted(assigned(member.assignment or b""))
            for group in groups
            if group.state == "Stable"
            for member in group.members
        }

    def is_shared(self, members: int, partitions: int) -> bool:
        """Whether each partition has an owner, and each of so many members its share."""
        owned = self.owned().values()
        return len(owned) == members and all(owned) and sum(len(theirs) for theirs in owned) == partitions


def assigned(data: bytes) -> list[int]:
    """Partitions of all topics (ConsumerProtocolAssignment, version 0 on); members without any may have no bytes."""
    if not data:
        return []
    partitions: list[int] = []
    _, topics = struct.unpack_from(">hi", data)
    place = 6
    for _ in range(topics):
        (length,) = struct.unpack_from(">h", data, place)
        place += 2 + length
        (count,) = struct.unpack_from(">i", data, place)
        partitions += struct.unpack_from(f">{count}i", data, place + 4)
        place += 4 + 4 * count
    return partitions
