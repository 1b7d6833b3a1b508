package import Events

/// What a snapshot says of itself: what it is one of, and when.
package struct SnapshotFacts: Sendable, Equatable {
    /// Of the topic up to here.
    package let place: SignalPlace
    /// All that had been written to the topic by then is in it.
    package let asOf: Timestamp

    package init(place: SignalPlace, asOf: Timestamp) {
        self.place = place
        self.asOf = asOf
    }

    /// nil if they are not whole.
    init?(_ cursor: inout SnapshotCursor) {
        guard let topic = cursor.text(), let hasCluster = cursor.byte(), hasCluster <= 1 else { return nil }
        var cluster: String?
        if hasCluster == 1 {
            guard let text = cursor.text() else { return nil }
            cluster = text
        }
        guard let asOf = cursor.word(), let count = cursor.number(), count <= SnapshotFacts.mostPartitions else {
            return nil
        }
        var partitions: [SignalPlace.Partition] = []
        for _ in 0..<count {
            guard let start = cursor.word(), let next = cursor.word(), let hasMark = cursor.byte(), hasMark <= 1,
                start >= 0, next >= 0
            else { return nil }
            var partition = SignalPlace.Partition(start: start, next: next)
            if hasMark == 1 {
                guard next > 0, let timestamp = cursor.word(), let key = cursor.word(),
                    let key = UInt32(exactly: key)
                else { return nil }
                partition.last = SignalPlace.Mark(timestamp: timestamp, key: key)
            }
            partitions.append(partition)
        }
        place = SignalPlace(topic: topic, cluster: cluster, partitions: partitions)
        self.asOf = Timestamp(nanoseconds: asOf)
    }

    private static let mostPartitions = 100_000

    func append(to out: inout SnapshotBytes) {
        out.append(place.topic)
        out.append(byte: place.cluster == nil ? 0 : 1)
        if let cluster = place.cluster { out.append(cluster) }
        out.append(word: asOf.nanoseconds)
        out.append(number: place.partitions.count)
        for partition in place.partitions {
            out.append(word: partition.start)
            out.append(word: partition.next)
            out.append(byte: partition.last == nil ? 0 : 1)
            if let last = partition.last {
                out.append(word: last.timestamp)
                out.append(word: Int64(last.key))
            }
        }
    }
}

/// Which positions of a snapshot are whose.
struct SnapshotRange: Sendable {
    let type: SignalType
    let positions: Range<Int32>
    /// How many of them have a signal.
    let count: Int

    /// In the order in which they stand in files.
    static let order: [SignalType] = [
        .sha256, .sha1, .md5, .pdq, .url, .urlmd5, .domain, .vpdq, .tmk, .term, .phrase, .combination, .document,
    ]

    /// Whether the index has the value, so that records have not.
    static func isIndexed(_ type: SignalType) -> Bool {
        switch type {
        case .sha256, .sha1, .md5, .pdq: true
        case .url, .urlmd5, .domain, .vpdq, .tmk, .term, .phrase, .combination, .document: false
        }
    }

    /// Of all types; nil if they are not whole.
    static func ranges(_ cursor: inout SnapshotCursor) -> [SnapshotRange]? {
        var start: Int32 = 0
        var ranges: [SnapshotRange] = []
        for type in order {
            guard cursor.text() == type.rawValue, let positions = cursor.number(), let count = cursor.number(),
                count <= positions, positions <= Int(Int32.max) - 1 << 20 - Int(start)
            else { return nil }
            ranges.append(
                SnapshotRange(type: type, positions: start..<start + Int32(positions), count: count))
            start += Int32(positions)
        }
        return ranges
    }

    static func append(_ ranges: [(positions: Int, count: Int)], to out: inout SnapshotBytes) {
        for (type, range) in zip(order, ranges) {
            out.append(type.rawValue)
            out.append(number: range.positions)
            out.append(number: range.count)
        }
    }
}
