internal import Events
internal import Kafka

/// What subscribers see of a transaction that was in doubt, by the records that it was made from. A pure value.
///
/// Brokers commit a transaction as a whole or not at all, and yet did not: one that was killed while it coordinated the
/// transaction, and was back before the others had taken its place, acted upon an entry of its log that nobody else had. It
/// committed the outputs, and its successor aborted the offsets (Kafka 4.1.1; docs/architecture.md, "Brokers that break a
/// promise"). When the records are judged again, what is visible is not sent again.
struct VisibleOutputs: Sendable {
    private struct Place: Hashable {
        let output: String
        let input: Int32
    }

    private let topic: String
    private let verdicts: VerdictInput
    /// Offsets on the input, by output topic and partition of the input.
    private var offsets: [Place: Set<Int64>] = [:]
    /// What the transaction was made from, by partition of the input.
    private var ranges: [Int32: Range<Int64>] = [:]

    /// - Parameter input: the topic.
    init(of input: String, _ ranges: [TopicPartition: Range<Int64>] = [:]) {
        topic = input
        verdicts = VerdictInput(topic: input)
        for (partition, range) in ranges where partition.topic == input { self.ranges[partition.partition] = range }
    }

    var isEmpty: Bool { offsets.isEmpty }
    var count: Int { offsets.values.reduce(0) { $0 + $1.count } }

    func count(of partition: TopicPartition, on output: String) -> Int {
        offsets[Place(output: output, input: partition.partition)]?.count ?? 0
    }

    /// Takes in what is read of an output topic, if it comes from the input in question.
    mutating func see(_ record: TopicReader.Record) {
        let source: (partition: Int32, offset: Int64)?
        if let letter = StoredLetter(record)?.source {
            source = letter.topic == topic ? (letter.partition, letter.offset) : nil
        } else {
            source = record.value.flatMap { $0.withUnsafeBytes(verdicts.place(in:)) }
        }
        guard let source, ranges[source.partition]?.contains(source.offset) == true else { return }
        offsets[Place(output: record.partition.topic, input: source.partition), default: []].insert(source.offset)
    }

    /// Whether anything of these records may be visible.
    func concerns(_ partition: TopicPartition, _ records: Range<Int64>) -> Bool {
        !isEmpty && ranges[partition.partition]?.overlaps(records) == true
    }

    func contains(_ letter: DeadLetter, on output: String) -> Bool {
        offsets[Place(output: output, input: letter.partition)]?.contains(letter.offset) == true
    }

    /// - Parameter verdict: as it is about to be written.
    func contains(_ verdict: UnsafeRawBufferPointer, on output: String) -> Bool {
        guard let source = verdicts.place(in: verdict) else { return false }
        return offsets[Place(output: output, input: source.partition)]?.contains(source.offset) == true
    }

    /// What was read at another time, or of another transaction of the same records.
    mutating func merge(_ other: VisibleOutputs) {
        offsets.merge(other.offsets) { $0.union($1) }
        ranges.merge(other.ranges) { min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound) }
    }

    /// The group has moved on to these offsets: what lies before them is not judged again.
    mutating func forget(upTo committed: [TopicPartition: Int64]) {
        for (partition, offset) in committed {
            guard let range = ranges[partition.partition], offset >= range.upperBound else { continue }
            forget(partition)
        }
    }

    /// Somebody else has gone on with it.
    mutating func forget(_ partition: TopicPartition) {
        ranges[partition.partition] = nil
        offsets = offsets.filter { $0.key.input != partition.partition }
    }
}
