internal import CRdkafka
internal import Glibc

/// Owns one of the library's lists of partitions with offsets.
struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(capacity: Int) {
        pointer = rd_kafka_topic_partition_list_new(Int32(capacity))
    }

    init(_ partitions: some Collection<TopicPartition>) {
        self.init(capacity: partitions.count)
        for partition in partitions { add(partition) }
    }

    /// - Parameter metadata: kept by the group's coordinator with each of the offsets.
    init(_ offsets: [TopicPartition: Int64], metadata: String? = nil) {
        self.init(capacity: offsets.count)
        for (partition, offset) in offsets.sorted(by: { $0.key < $1.key }) { add(partition, offset: offset) }
        guard let metadata else { return }
        for index in 0..<Int(pointer.pointee.cnt) {
            // The list frees it. The zero at the end counts: the library copies by size, and sends up to a zero.
            pointer.pointee.elems[index].metadata = UnsafeMutableRawPointer(strdup(metadata))
            pointer.pointee.elems[index].metadata_size = metadata.utf8.count + 1
        }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    /// `mutating` though no Swift value changes: exclusivity then forbids two writers.
    mutating func add(_ partition: TopicPartition, offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
        rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition).pointee.offset = offset
    }

    var elements: [(partition: TopicPartition, offset: Int64, error: rd_kafka_resp_err_t)] {
        PartitionList.elements(pointer)
    }

    static func elements(
        _ pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) -> [(partition: TopicPartition, offset: Int64, error: rd_kafka_resp_err_t)] {
        UnsafeBufferPointer(start: pointer.pointee.elems, count: Int(pointer.pointee.cnt)).map { element in
            (TopicPartition(String(cString: element.topic), element.partition), element.offset, element.err)
        }
    }
}
