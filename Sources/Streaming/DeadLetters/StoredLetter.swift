package import Events
package import Kafka

/// A dead letter as it stands on its topic, with what its headers say.
package struct StoredLetter: Sendable {
    package let record: TopicReader.Record
    package let code: String
    package let message: String
    package let stage: String
    /// How often it has failed: 1 the first time.
    package let attempt: Int
    /// The record that it was.
    package let source: RecordPlace
    /// When that one was written, as the header has it.
    package let sourceTime: String

    /// nil if the record is no dead letter of Weir's.
    package init?(_ record: TopicReader.Record) {
        func header(_ name: String) -> String? {
            record.headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
        }
        guard let code = header("weir.error.code"), let topic = header("weir.source.topic"),
            let partition = header("weir.source.partition").flatMap({ Int32($0) }),
            let offset = header("weir.source.offset").flatMap({ Int64($0) })
        else { return nil }
        self.record = record
        self.code = code
        message = header("weir.error.message") ?? ""
        stage = header("weir.error.stage") ?? ""
        attempt = header("weir.error.attempt").flatMap { Int($0) } ?? 1
        source = RecordPlace(topic: topic, partition: partition, offset: offset)
        sourceTime = header("weir.source.timestamp") ?? ""
    }

    package var place: TopicPartition { record.partition }

    /// The record as it was, and how often it has failed: what the next failure counts on from.
    package var originalHeaders: [(name: [UInt8], value: [UInt8]?)] {
        record.headers.filter { !$0.name.hasPrefix("weir.error.") && !$0.name.hasPrefix("weir.source.") }
            .map { (Array($0.name.utf8), $0.value) }
            + [(Array("weir.error.attempt".utf8), Array(String(attempt).utf8))]
    }
}

/// Stands on the dead-letter topic for a letter that was put back into its input, in the same partition and written in
/// the same transaction: so nobody puts it back twice.
package struct ReplayMark: Sendable {
    static let header = "weir.replayed.offset"

    /// Of the letter.
    package let offset: Int64

    package init(offset: Int64) { self.offset = offset }

    /// nil if the record is something else.
    package init?(_ record: TopicReader.Record) {
        guard
            let value = record.headers.last(where: { $0.name == ReplayMark.header })?.value,
            let offset = Int64(String(decoding: value, as: UTF8.self))
        else { return nil }
        self.offset = offset
    }

    var headers: [(name: [UInt8], value: [UInt8]?)] {
        [(Array(ReplayMark.header.utf8), Array(String(offset).utf8))]
    }
}
