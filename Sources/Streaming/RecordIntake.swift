internal import Events
internal import Kafka
internal import MetadataDetection
internal import Pipeline

/// Decodes what was taken from a partition. One for each session, since it keeps buffers.
protocol RecordIntake: AnyObject {
    /// - Parameter records: at least one.
    func decode(_ records: borrowing ConsumerRecords, now: Timestamp) -> IntakeBatch
}

/// Records of one partition, decoded: those that can be judged, and those that can't.
struct IntakeBatch: Sendable {
    /// Judges what could be decoded; nil if nothing could.
    let judge: (@Sendable () async -> JudgedBatch)?
    let deadLetters: [DeadLetter]
    /// What is remembered otherwise than before.
    let changes: StateChanges?
    /// When each record was written.
    let received: [Timestamp]
    let firstOffset: Int64
    let nextOffset: Int64
    /// Bytes that this holds in memory.
    let byteCount: Int
}

/// What is noted of every record, whatever it holds.
struct IntakeAccount {
    private let partition: TopicPartition
    private var deadLetters: [DeadLetter] = []
    private var received: [Timestamp] = []
    private var firstOffset: Int64?
    private var lastOffset: Int64 = -1
    private var bytes = 0

    init(_ partition: TopicPartition, count: Int) {
        self.partition = partition
        received.reserveCapacity(count)
    }

    var nextOffset: Int64 { lastOffset + 1 }

    /// - Returns: when the record was written.
    mutating func note(_ record: ConsumerRecord, now: Timestamp) -> Timestamp {
        let time = record.timestampMilliseconds.map { Timestamp(milliseconds: $0) } ?? now
        received.append(time)
        firstOffset = firstOffset ?? record.offset
        lastOffset = record.offset
        return time
    }

    mutating func reject(_ record: ConsumerRecord, _ time: Timestamp, _ error: DecodeError) {
        var headers: [DeadLetter.Header] = []
        record.forEachHeader { name, value in
            headers.append(DeadLetter.Header(name: Array(name), value: value.map(Array.init)))
            return true
        }
        let letter = DeadLetter(
            key: record.key.map(Array.init), value: record.value.map(Array.init), headers: headers, error: error,
            stage: "decode", topic: partition.topic, partition: partition.partition, offset: record.offset,
            timestamp: time)
        bytes += (letter.value?.count ?? 0) + (letter.key?.count ?? 0)
        deadLetters.append(letter)
    }

    /// - Parameter byteCount: of what was decoded.
    func batch(
        byteCount: Int, changes: StateChanges? = nil, judge: (@Sendable () async -> JudgedBatch)?
    ) -> IntakeBatch {
        IntakeBatch(
            judge: judge, deadLetters: deadLetters, changes: changes, received: received, firstOffset: firstOffset ?? 0,
            nextOffset: nextOffset, byteCount: bytes + byteCount + (changes?.bytes.count ?? 0))
    }
}

extension LaneOptions {
    func makeIntake(
        _ partition: TopicPartition, _ judge: Judge, _ keeper: (any StateKeeping)?
    ) -> any RecordIntake {
        switch content {
        case .uploads:
            UploadIntake(
                partition, limits: limits, shape: shape, judge: judge, keeper: keeper as? AccountKeeper,
                sightings: sightings)
        case .outcomes: OutcomeIntake(partition, limits: limits, judge: judge)
        case .sightings: SightingIntake(partition, judge: judge, keeper: keeper as? SightingKeeper)
        }
    }

    /// What remembers a partition's past; nil where nothing does.
    func makeKeeper(_ partition: TopicPartition) -> (any StateKeeping)? {
        switch state?.content {
        case nil: nil
        case .accounts(let settings):
            AccountKeeper(
                partition.partition, of: input, state?.topic ?? "", settings, key: state?.key ?? [],
                aids: state?.aids ?? StateAids())
        case .sightings(let settings):
            SightingKeeper(
                partition.partition, of: input, state?.topic ?? "", settings, key: state?.key ?? [],
                aids: state?.aids ?? StateAids())
        }
    }
}
