internal import CChecksum

/// How far a topic has been read, and enough of it to tell another topic of the same name.
package struct SignalPlace: Sendable, Equatable {
    package struct Partition: Sendable, Equatable {
        /// The first offset that the topic had when it was read from its beginning.
        package var start: Int64
        /// The first offset that has not been read.
        package var next: Int64
        /// The record before that; nil if none has been read.
        package var last: Mark?

        package init(start: Int64, next: Int64, last: Mark? = nil) {
            self.start = start
            self.next = next
            self.last = last
        }
    }

    /// What tells a record from one that stands at the same offset of another topic.
    package struct Mark: Sendable, Equatable {
        package let timestamp: Int64
        package let key: UInt32

        package init(timestamp: Int64, key: UInt32) {
            self.timestamp = timestamp
            self.key = key
        }

        package init(timestampMilliseconds: Int64?, key: [UInt8]?) {
            timestamp = timestampMilliseconds ?? -1
            self.key = (key ?? []).withUnsafeBytes { checksum($0) }
        }
    }

    package let topic: String
    /// The cluster's id, where brokers tell one.
    package let cluster: String?
    package var partitions: [Partition]

    package init(topic: String, cluster: String?, partitions: [Partition]) {
        self.topic = topic
        self.cluster = cluster
        self.partitions = partitions
    }

    package var offsets: [Int64] { partitions.map(\.next) }
}

/// CRC-32C of some bytes, going on from that of what stands before them.
func checksum(_ bytes: UnsafeRawBufferPointer, after before: UInt32 = 0) -> UInt32 {
    weir_crc32c(before, bytes.baseAddress, bytes.count)
}
