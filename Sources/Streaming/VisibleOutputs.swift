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

    /// A dead letter, or one of the verdicts that a record brought about: sightings may bring about many.
    private struct Output: Hashable {
        let offset: Int64
        /// Of the verdict.
        var id = Digest128()
    }

    private let topic: String
    private let verdicts: VerdictInput
    /// By output topic and partition of the input.
    private var found: [Place: Set<Output>] = [:]
    /// What the transaction was made from, by partition of the input.
    private var ranges: [Int32: Range<Int64>] = [:]

    /// - Parameter input: the topic.
    init(of input: String, _ ranges: [TopicPartition: Range<Int64>] = [:]) {
        topic = input
        verdicts = VerdictInput(topic: input)
        for (partition, range) in ranges where partition.topic == input { self.ranges[partition.partition] = range }
    }

    var isEmpty: Bool { found.isEmpty }
    var count: Int { found.values.reduce(0) { $0 + $1.count } }

    func count(of partition: TopicPartition, on output: String) -> Int {
        found[Place(output: output, input: partition.partition)]?.count ?? 0
    }

    /// Takes in what is read of an output topic, if it comes from the input in question.
    mutating func see(_ record: TopicReader.Record) {
        if let letter = StoredLetter(record)?.source {
            guard letter.topic == topic else { return }
            note(Output(offset: letter.offset), of: letter.partition, on: record.partition.topic)
        } else {
            record.value?.withUnsafeBytes { verdict in
                guard let source = verdicts.place(in: verdict) else { return }
                note(VisibleOutputs.output(source.offset, verdict), of: source.partition, on: record.partition.topic)
            }
        }
    }

    private mutating func note(_ output: Output, of partition: Int32, on topic: String) {
        guard ranges[partition]?.contains(output.offset) == true else { return }
        found[Place(output: topic, input: partition), default: []].insert(output)
    }

    private static func output(_ offset: Int64, _ verdict: UnsafeRawBufferPointer) -> Output {
        Output(offset: offset, id: VerdictInput.id(of: verdict) ?? Digest128())
    }

    /// Whether anything of these records may be visible.
    func concerns(_ partition: TopicPartition, _ records: Range<Int64>) -> Bool {
        !isEmpty && ranges[partition.partition]?.overlaps(records) == true
    }

    func contains(_ letter: DeadLetter, on output: String) -> Bool {
        found[Place(output: output, input: letter.partition)]?.contains(Output(offset: letter.offset)) == true
    }

    /// - Parameter verdict: as it is about to be written.
    func contains(_ verdict: UnsafeRawBufferPointer, on output: String) -> Bool {
        guard let source = verdicts.place(in: verdict) else { return false }
        return found[Place(output: output, input: source.partition)]?
            .contains(VisibleOutputs.output(source.offset, verdict)) == true
    }

    /// What was read at another time, or of another transaction of the same records.
    mutating func merge(_ other: VisibleOutputs) {
        found.merge(other.found) { $0.union($1) }
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
        found = found.filter { $0.key.input != partition.partition }
    }
}
