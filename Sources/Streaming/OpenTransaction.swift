internal import Events
internal import Kafka
internal import Pipeline

/// What the open transaction holds so far, and when it is to be committed. A pure value.
struct OpenTransaction: Sendable {
    private(set) var offsets: [TopicPartition: Int64] = [:]
    private(set) var received: [Timestamp] = []
    private(set) var records = 0
    /// Bytes that its batches held in memory, for the account of what is in flight.
    private(set) var heldBytes = 0
    private(set) var outputBytes = 0
    private(set) var opened: ContinuousClock.Instant?
    /// The same by the wall clock, as the records have it.
    private(set) var openedAt = Timestamp(nanoseconds: 0)
    /// The write time of the last record of each partition.
    private(set) var newest: [TopicPartition: Timestamp] = [:]
    private(set) var verdicts = VerdictTally()
    /// What is known otherwise than before, by partition: written last, since later batches change the same again.
    private(set) var changes: [Int32: NettedChanges] = [:]
    private(set) var deadLetters: [DeadLetterNote] = []
    /// Records beside the verdicts.
    private(set) var enclosures: [JudgedBatch.Enclosure.Destination: Int] = [:]
    /// Whether its commit was asked for: if it fails after that, only the brokers know whether it is committed.
    var isInDoubt = false

    /// What it was made from, and how many records of each kind it came to; without partitions that only moved on.
    private(set) var parts: [TopicPartition: Part] = [:]

    struct Part: Sendable {
        /// Of the input's offsets.
        var range: Range<Int64>
        var audit = 0
        var enforcement = 0
        var review = 0
        var deadLetters = 0
    }

    /// What is to be said of a dead letter once it is out.
    struct DeadLetterNote: Sendable {
        let error: DecodeError
        let partition: TopicPartition
        let offset: Int64
    }

    var isEmpty: Bool { offsets.isEmpty }

    /// - Parameter time: by the wall clock.
    mutating func add(_ batch: ReleasedBatch, now: ContinuousClock.Instant, time: Timestamp) {
        if opened == nil {
            opened = now
            openedAt = time
        }
        offsets[batch.partition] = batch.nextOffset
        received.append(contentsOf: batch.received)
        records += batch.recordCount
        heldBytes += batch.byteCount
        outputBytes += batch.judged?.byteCount ?? 0
        outputBytes += batch.deadLetters.reduce(0) { $0 + ($1.value?.count ?? 0) }
        if let last = batch.received.last {
            newest[batch.partition] = last
            note(batch)
        }
        if let changed = batch.changes { changes[batch.partition.partition, default: NettedChanges()].add(changed) }
        if let judged = batch.judged {
            verdicts.add(judged.tally)
            for enclosure in judged.enclosures { enclosures[enclosure.destination, default: 0] += 1 }
        }
        deadLetters += batch.deadLetters.map {
            DeadLetterNote(error: $0.error, partition: batch.partition, offset: $0.offset)
        }
    }

    private mutating func note(_ batch: ReleasedBatch) {
        let records = batch.records
        var part = parts[batch.partition] ?? Part(range: records)
        part.range =
            min(part.range.lowerBound, records.lowerBound)..<max(part.range.upperBound, records.upperBound)
        part.deadLetters += batch.deadLetters.count
        for output in batch.judged?.outputs ?? [] {
            switch output.destination {
            case .audit: part.audit += 1
            case .enforcement: part.enforcement += 1
            case .review: part.review += 1
            }
        }
        parts[batch.partition] = part
    }

    /// When it must be committed at the latest; nil if it is empty.
    func dueTime(interval: Duration) -> ContinuousClock.Instant? { opened.map { $0 + interval } }

    func isDue(_ options: LaneOptions, now: ContinuousClock.Instant) -> Bool {
        guard let due = dueTime(interval: options.commitInterval) else { return false }
        return now >= due || records >= options.commitRecords || outputBytes >= options.commitBytes
    }
}
