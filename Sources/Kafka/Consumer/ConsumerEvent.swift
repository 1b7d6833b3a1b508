internal import CRdkafka

/// What a group consumer reports.
package enum ConsumerEvent: Sendable {
    case client(ClientEvent)
    case assigned(Rebalance)
    /// The group wants the partitions back. It waits, and the others keep flowing, until `unassign` is called.
    case revoked(Rebalance)
}

/// A change of assignment that the group waits to see done. The library's event is kept until then.
package final class Rebalance: @unchecked Sendable {
    package let partitions: [TopicPartition]
    /// The partitions belong to others already: nothing more may be committed for them.
    package let isLost: Bool
    // Never read again; freed with this object, on whatever thread, which the library allows.
    private let event: OpaquePointer

    init(owning event: OpaquePointer, isLost: Bool) {
        self.event = event
        self.isLost = isLost
        partitions =
            rd_kafka_event_topic_partition_list(event).map { PartitionList.elements($0).map(\.partition) } ?? []
    }

    deinit { rd_kafka_event_destroy(event) }
}
