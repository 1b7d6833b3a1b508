internal import Events
internal import Kafka
internal import Operations
internal import Signals

/// Takes changes out of records, in the order of their partitions, and keeps the place.
struct SignalIntake {
    /// Of each partition, the first that has not been read.
    private(set) var offsets: [Int64]
    private(set) var rejected = 0
    private var decoder = SignalTopicDecoder()
    /// When the oldest of those that are not in force yet was written, in milliseconds since the epoch.
    private var oldest: Int64?
    private var pending = 0
    private let logger: Logger
    private let metrics: SignalTopicMetrics

    /// The last record of each partition that was read; nil where none was.
    private(set) var last: [SignalPlace.Mark?]
    /// Of each partition the record before the first that has not been read, while it is expected once more.
    private var expected: [SignalPlace.Mark?]

    /// What is read is not what goes on from what has been read.
    enum Discontinuity: Error {
        /// A record stands before what has been read.
        case offsetsWentBack
        /// Where a snapshot ends, another record stands than stood there.
        case otherRecord
    }

    init(partitions: Int, logger: Logger, metrics: SignalTopicMetrics) {
        offsets = Array(repeating: 0, count: partitions)
        last = Array(repeating: nil, count: partitions)
        expected = last
        self.logger = logger
        self.metrics = metrics
    }

    /// Goes on from where a snapshot ends. The last record that it knows of each partition is read once more, if it is
    /// still there: another one in its place is another topic's.
    init(from place: SignalPlace, decoder: SignalTopicDecoder, logger: Logger, metrics: SignalTopicMetrics) {
        self.init(partitions: place.partitions.count, logger: logger, metrics: metrics)
        offsets = place.offsets
        last = place.partitions.map(\.last)
        expected = last
        self.decoder = decoder
    }

    /// Where reading begins that goes on from a snapshot.
    static func beginnings(_ place: SignalPlace) -> [TopicPartition: Int64] {
        var beginnings: [TopicPartition: Int64] = [:]
        for (number, partition) in place.partitions.enumerated() {
            beginnings[TopicPartition(place.topic, Int32(number))] = partition.next - (partition.last == nil ? 0 : 1)
        }
        return beginnings
    }

    /// - Throws: `Discontinuity`.
    mutating func take(_ records: [TopicReader.Record]) throws(Discontinuity) -> [SignalChange] {
        var changes: [SignalChange] = []
        changes.reserveCapacity(records.count)
        for record in records {
            let partition = Int(record.partition.partition)
            guard offsets.indices.contains(partition) else { throw .offsetsWentBack }
            let mark = SignalPlace.Mark(timestampMilliseconds: record.timestampMilliseconds, key: record.key)
            if let known = expected[partition] {
                expected[partition] = nil
                if record.offset == offsets[partition] - 1 {
                    guard mark == known else { throw .otherRecord }
                    continue
                }
            }
            guard record.offset >= offsets[partition] else { throw .offsetsWentBack }
            offsets[partition] = record.offset + 1
            last[partition] = mark
            if let written = record.timestampMilliseconds { oldest = min(oldest ?? written, written) }
            do throws(SignalTopicDecoder.Rejection) {
                if let change = try decoder.read(record) { changes.append(change) }
                pending += 1
            } catch {
                rejected += 1
                metrics.changes["rejected"].increment()
                logger.warning(
                    "signal rejected", ["place": "\(record.partition)@\(record.offset)", "reason": error.description])
            }
        }
        return changes
    }

    /// What has been taken is in force, and was written while this followed.
    mutating func applied() {
        if let oldest {
            metrics.delay.observe(max(0, Double(Timestamp.now().milliseconds - oldest) / 1_000))
        }
        restored()
    }

    /// What has been taken is in force, and may be as old as it likes.
    mutating func restored() {
        metrics.changes["applied"].increment(by: pending)
        oldest = nil
        pending = 0
    }
}
