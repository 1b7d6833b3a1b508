internal import CRdkafka
internal import Concurrency

/// Who committed an offset. The group keeps it with the offset, as its metadata.
package struct Committer: Sendable, Hashable {
    package let transactionalID: String
    /// The name that the group's coordinator gave the member.
    package let memberID: String

    package init(transactionalID: String, memberID: String) {
        self.transactionalID = transactionalID
        self.memberID = memberID
    }

    private static let separator = " by member "

    /// nil if another program wrote it.
    init?(metadata: String) {
        guard let middle = metadata.ranges(of: Committer.separator).last else { return nil }
        self.init(
            transactionalID: String(metadata[..<middle.lowerBound]), memberID: String(metadata[middle.upperBound...]))
    }

    var metadata: String { transactionalID + Committer.separator + memberID }
}

/// What a group has committed for a partition.
package struct CommittedOffset: Sendable, Equatable {
    package let offset: Int64
    package let committer: Committer?
}

extension GroupConsumer {
    /// What the group has committed, and who did. Partitions without are left out. Open transactions are not waited for,
    /// so an offset may be about to change.
    package func committedOffsets(
        of partitions: [TopicPartition], group: String, timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        let call = monitor.began("list committed offsets", within: timeout + .seconds(30))
        defer { monitor.ended(call) }
        guard let queue = rd_kafka_queue_new(client.handle),
            let options = rd_kafka_AdminOptions_new(client.handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS)
        else { throw KafkaError(code: RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation: "list committed offsets") }
        defer {
            rd_kafka_AdminOptions_destroy(options)
            rd_kafka_queue_destroy(queue)
        }
        var reason = [CChar](repeating: 0, count: 256)
        rd_kafka_AdminOptions_set_request_timeout(options, timeout.milliseconds, &reason, reason.count)
        try check(rd_kafka_AdminOptions_set_require_stable_offsets(options, 0), "list committed offsets")
        let list = PartitionList(partitions)
        var request = rd_kafka_ListConsumerGroupOffsets_new(group, list.pointer)
        defer { rd_kafka_ListConsumerGroupOffsets_destroy(request) }
        rd_kafka_ListConsumerGroupOffsets(client.handle, &request, 1, options, queue)
        guard let event = rd_kafka_queue_poll(queue, (timeout + .seconds(1)).milliseconds) else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: "list committed offsets", isRetriable: true)
        }
        defer { rd_kafka_event_destroy(event) }
        try check(rd_kafka_event_error(event), "list committed offsets")
        var count = 0
        guard let result = rd_kafka_event_ListConsumerGroupOffsets_result(event),
            let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count), count == 1,
            let offsets = rd_kafka_group_result_partitions(groups[0])
        else { throw KafkaError(code: RD_KAFKA_RESP_ERR__FAIL, operation: "list committed offsets") }
        var committed: [TopicPartition: CommittedOffset] = [:]
        for element in UnsafeBufferPointer(start: offsets.pointee.elems, count: Int(offsets.pointee.cnt)) {
            guard element.err == RD_KAFKA_RESP_ERR_NO_ERROR, element.offset >= 0 else { continue }
            let metadata = element.metadata.map {
                String(decoding: UnsafeRawBufferPointer(start: $0, count: element.metadata_size), as: UTF8.self)
            }
            committed[TopicPartition(String(cString: element.topic), element.partition)] = CommittedOffset(
                offset: element.offset, committer: metadata.flatMap(Committer.init(metadata:)))
        }
        return committed
    }
}
