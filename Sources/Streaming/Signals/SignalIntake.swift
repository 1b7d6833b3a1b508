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

    struct OffsetsWentBack: Error {}

    init(partitions: Int, logger: Logger, metrics: SignalTopicMetrics) {
        offsets = Array(repeating: 0, count: partitions)
        self.logger = logger
        self.metrics = metrics
    }

    /// - Throws: `OffsetsWentBack` if a record stands before what has been read.
    mutating func take(_ records: [TopicReader.Record]) throws(OffsetsWentBack) -> [SignalChange] {
        var changes: [SignalChange] = []
        changes.reserveCapacity(records.count)
        for record in records {
            let partition = Int(record.partition.partition)
            guard offsets.indices.contains(partition), record.offset >= offsets[partition] else {
                throw OffsetsWentBack()
            }
            offsets[partition] = record.offset + 1
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
