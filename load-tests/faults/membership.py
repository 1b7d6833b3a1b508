"""Who is in a group, and which partitions each member owns, as the brokers have it."""

from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

from harness.topics import QUIET


class Membership:
    def __init__(self, bootstrap: str, group: str) -> None:
        self._group = group
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": QUIET})

    def owned(self) -> dict[str, list[int]]:
        """Partitions by the client id of their member; empty while the group is not stable or can't be asked."""
        try:
            group = self._admin.describe_consumer_groups([self._group], request_timeout=5)[self._group].result()
        except KafkaException:
            return {}
        if group.state != ConsumerGroupState.STABLE:
            return {}
        return {
            member.client_id: sorted(place.partition for place in member.assignment.topic_partitions)
            for member in group.members
        }

    def is_shared(self, members: int, partitions: int) -> bool:
        """Whether each partition has an owner, and each of so many members its share."""
        owned = self.owned().values()
        return len(owned) == members and all(owned) and sum(len(theirs) for theirs in owned) == partitions
