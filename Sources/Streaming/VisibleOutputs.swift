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
        let input: TopicPartition
    }

    /// Offsets on the input, by output topic and partition of the input.
    private var offsets: [Place: Set<Int64>] = [:]
    /// What the transaction was made from.
    private var ranges: [TopicPartition: Range<Int64>]

    init(of ranges: [TopicPartition: Range<Int64>] = [:]) { self.ranges = ranges }

    var isEmpty: Bool { offsets.isEmpty }
    var count: Int { offsets.values.reduce(0) { $0 + $1.count } }

    func count(of partition: TopicPartition, on topic: String) -> Int {
        offsets[Place(output: topic, input: partition)]?.count ?? 0
    }

    /// Takes in what is read of an output topic, if it comes from the input in question.
    mutating func see(_ record: TopicReader.Record) {
        let letter = StoredLetter(record)?.source
        let verdict = record.value.flatMap { $0.withUnsafeBytes(VisibleOutputs.input) }
        guard let source = letter ?? verdict else { return }
        let input = TopicPartition(source.topic, source.partition)
        guard ranges[input]?.contains(source.offset) == true else { return }
        offsets[Place(output: record.partition.topic, input: input), default: []].insert(source.offset)
    }

    func contains(_ letter: DeadLetter, on topic: String) -> Bool {
        if isEmpty { return false }
        return contains(RecordPlace(topic: letter.topic, partition: letter.partition, offset: letter.offset), on: topic)
    }

    /// - Parameter verdict: as it is about to be written.
    func contains(_ verdict: UnsafeRawBufferPointer, on topic: String) -> Bool {
        if isEmpty { return false }
        return VisibleOutputs.input(ofVerdict: verdict).map { contains($0, on: topic) } ?? false
    }

    private func contains(_ source: RecordPlace, on topic: String) -> Bool {
        let place = Place(output: topic, input: TopicPartition(source.topic, source.partition))
        return offsets[place]?.contains(source.offset) == true
    }

    private static func input(ofVerdict text: UnsafeRawBufferPointer) -> RecordPlace? {
        // Whatever Weir may have written by its settings.
        var limits = DecodeLimits()
        limits.recordBytes = .max
        limits.identifierBytes = .max
        limits.textBytes = .max
        return try? VerdictSummary(text, limits: limits).reference.input
    }

    /// A second transaction of the same records came to the same end.
    mutating func merge(_ other: VisibleOutputs) {
        offsets.merge(other.offsets) { $0.union($1) }
        ranges.merge(other.ranges) { min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound) }
    }

    /// The group has moved on to these offsets: what lies before them is not judged again.
    mutating func forget(upTo committed: [TopicPartition: Int64]) {
        for (partition, offset) in committed {
            guard let range = ranges[partition], offset >= range.upperBound else { continue }
            ranges[partition] = nil
            offsets = offsets.filter { $0.key.input != partition }
        }
    }
}
