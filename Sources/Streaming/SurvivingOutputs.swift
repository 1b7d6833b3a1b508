internal import Events
internal import Kafka

/// Records of a transaction that subscribers see, though the group has not moved on: half of it was committed. When their
/// input is judged again they are not sent again. A pure value.
///
/// Brokers are not to do that, and did: one that was killed while it coordinated the transaction, and was back before the
/// others had taken its place, acted upon an entry of its log that nobody else had. It committed the outputs, and its
/// successor aborted the offsets (Kafka 4.1.1; docs/architecture.md, "Exactly once").
struct SurvivingOutputs: Sendable {
    /// The inputs of what survived, by output topic.
    private var inputs: [String: Set<RecordPlace>] = [:]
    /// From where each input partition is judged again, and to where the transaction would have taken it.
    private var ranges: [TopicPartition: Range<Int64>]

    init(of ranges: [TopicPartition: Range<Int64>] = [:]) { self.ranges = ranges }

    var isEmpty: Bool { inputs.isEmpty }
    var count: Int { inputs.values.reduce(0) { $0 + $1.count } }

    /// Takes in what is read of an output topic, if it comes from the input in question.
    mutating func see(_ record: TopicReader.Record) {
        let letter = StoredLetter(record)?.source
        let verdict = record.value.flatMap { $0.withUnsafeBytes(SurvivingOutputs.input) }
        guard let place = letter ?? verdict,
            ranges[TopicPartition(place.topic, place.partition)]?.contains(place.offset) == true
        else { return }
        inputs[record.partition.topic, default: []].insert(place)
    }

    func contains(_ letter: DeadLetter, on topic: String) -> Bool {
        let place = RecordPlace(topic: letter.topic, partition: letter.partition, offset: letter.offset)
        return inputs[topic]?.contains(place) == true
    }

    /// - Parameter verdict: as it is about to be written.
    func contains(_ verdict: UnsafeRawBufferPointer, on topic: String) -> Bool {
        guard let known = inputs[topic], let place = SurvivingOutputs.input(ofVerdict: verdict) else { return false }
        return known.contains(place)
    }

    private static func input(ofVerdict text: UnsafeRawBufferPointer) -> RecordPlace? {
        try? VerdictSummary(text).reference.input
    }

    /// A second transaction of the same records came to the same end.
    mutating func merge(_ other: SurvivingOutputs) {
        inputs.merge(other.inputs) { $0.union($1) }
        ranges.merge(other.ranges) { min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound) }
    }

    /// The group has moved on to these offsets: what lies before them is not judged again.
    mutating func forget(upTo committed: [TopicPartition: Int64]) {
        if isEmpty { return }
        ranges = ranges.filter { partition, range in committed[partition] ?? 0 < range.upperBound }
        if ranges.isEmpty { inputs = [:] }
    }
}
