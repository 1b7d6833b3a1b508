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

    /// nil if it is too long to be kept: brokers take 4,096 bytes unless told otherwise (`offset.metadata.max.bytes`), and
    /// refuse the offset with what is longer.
    var metadata: String? {
        let text = transactionalID + Committer.separator + memberID
        return text.utf8.count <= 2_048 ? text : nil
    }
}

/// What a group has committed for a partition.
package struct CommittedOffset: Sendable, Equatable {
    package let offset: Int64
    package let committer: Committer?
}

extension GroupConsumer {
    /// What the group has committed; partitions without a committed offset are left out.
    package func committed(
        _ partitions: [TopicPartition], timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try committedOffsets(of: partitions, timeout: timeout).mapValues(\.offset)
    }

    /// The same with who committed it. A consumer that was made to see what is pending does not wait for open
    /// transactions, so an offset may be about to change.
    package func committedOffsets(
        of partitions: [TopicPartition], timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        if partitions.isEmpty { return [:] }
        let list = PartitionList(partitions)
        let call = monitor.began("read committed offsets", within: timeout)
        defer { monitor.ended(call) }
        try check(rd_kafka_committed(client.handle, list.pointer, timeout.milliseconds), "read committed offsets")
        var committed: [TopicPartition: CommittedOffset] = [:]
        for element in UnsafeBufferPointer(start: list.pointer.pointee.elems, count: Int(list.pointer.pointee.cnt)) {
            let partition = TopicPartition(String(cString: element.topic), element.partition)
            try check(element.err, "read committed offset of \(partition)")
            guard element.offset >= 0 else { continue }
            let metadata = element.metadata.map {
                let bytes = UnsafeRawBufferPointer(start: $0, count: element.metadata_size)
                // Another version of the library might send the zero that ends it.
                return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            committed[partition] = CommittedOffset(
                offset: element.offset, committer: metadata.flatMap(Committer.init(metadata:)))
        }
        return committed
    }

    /// The first records that were written at a time or later; partitions without any are left out.
    /// - Parameter milliseconds: since the epoch; compared with the records' own timestamps.
    package func offsets(
        of partitions: Set<TopicPartition>, atTime milliseconds: Int64, timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        let list = PartitionList(Dictionary(uniqueKeysWithValues: partitions.map { ($0, milliseconds) }))
        let call = monitor.began("look records up by time", within: timeout)
        defer { monitor.ended(call) }
        try check(
            rd_kafka_offsets_for_times(client.handle, list.pointer, timeout.milliseconds), "look records up by time")
        var offsets: [TopicPartition: Int64] = [:]
        for found in list.elements {
            try check(found.error, "look records of \(found.partition) up by time")
            if found.offset >= 0 { offsets[found.partition] = found.offset }
        }
        return offsets
    }
}
