internal import Foundation
package import Kafka
internal import Streaming
package import Testing

/// What a subscriber sees of a stream, and whether it is what it must be.
package struct StreamResults: Sendable {
    package struct Verdict: Sendable {
        /// The content's id, and the record's key.
        package let subject: String
        package let event: String
        package let account: String
        package let action: String
        package let id: String
        package let supersedes: String?
        /// The topic of the record that it was made from, and the place there.
        package let topic: String
        package let partition: Int32
        package let offset: Int64
        package let outputPartition: TopicPartition
        package let value: [UInt8]
    }

    package struct DeadLetter: Sendable {
        package let record: TopicReader.Record
        package let code: String
        package let partition: Int32
        package let offset: Int64

        package func header(_ name: String) -> String? {
            record.headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    package private(set) var audit: [Verdict] = []
    package private(set) var enforcement: [Verdict] = []
    package private(set) var review: [Verdict] = []
    package private(set) var deadLetters: [DeadLetter] = []

    init(_ records: [TopicReader.Record], _ outputs: OutputTopics) {
        for record in records {
            if record.partition.topic == outputs.deadLetters {
                func header(_ name: String) -> String {
                    record.headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) } ?? ""
                }
                deadLetters.append(
                    DeadLetter(
                        record: record, code: header("weir.error.code"),
                        partition: Int32(header("weir.source.partition")) ?? -1,
                        offset: Int64(header("weir.source.offset")) ?? -1))
                continue
            }
            guard let verdict = Verdict(record) else {
                Issue.record("no verdict at \(record.partition) offset \(record.offset)")
                continue
            }
            switch record.partition.topic {
            case outputs.audit: audit.append(verdict)
            case outputs.enforcement: enforcement.append(verdict)
            default: review.append(verdict)
            }
        }
    }

    /// Every record once on audit or once on the dead letters, with the answer it should have; enforcement and review as
    /// they follow from that; ids once; in every output partition the order of each input partition.
    package func expect(_ uploads: [Upload], sourceLocation: SourceLocation = #_sourceLocation) {
        var wanted: [String: String] = [:]
        var letters: [String: Int] = [:]
        for upload in uploads {
            switch upload.answer {
            case .verdict(let action): wanted[upload.id] = action
            case .deadLetter(let code): letters[code, default: 0] += 1
            }
        }
        #expect(audit.count == wanted.count, "audit records", sourceLocation: sourceLocation)
        let found = Dictionary(audit.map { ($0.event, $0.action) }) { first, _ in first }
        #expect(found == wanted, "verdicts", sourceLocation: sourceLocation)
        #expect(
            Dictionary(grouping: deadLetters, by: \.code).mapValues(\.count) == letters, "dead letters",
            sourceLocation: sourceLocation)
        #expect(Set(audit.map(\.id)).count == audit.count, "an id stands twice", sourceLocation: sourceLocation)
        let places = audit.map { "\($0.partition)/\($0.offset)" } + deadLetters.map { "\($0.partition)/\($0.offset)" }
        #expect(Set(places).count == uploads.count, "one outcome for each record", sourceLocation: sourceLocation)
        let due = audit.filter { $0.action != "allow" }
        #expect(Set(enforcement.map(\.id)) == Set(due.map(\.id)), "enforcement", sourceLocation: sourceLocation)
        #expect(enforcement.count == due.count, "enforcement", sourceLocation: sourceLocation)
        let people = audit.filter { $0.action == "review" }
        #expect(review.map(\.id).sorted() == people.map(\.id).sorted(), "review", sourceLocation: sourceLocation)
        for verdicts in [audit, enforcement, review] { expectOrder(verdicts, sourceLocation) }
    }

    private func expectOrder(_ verdicts: [Verdict], _ sourceLocation: SourceLocation) {
        struct Lane: Hashable {
            let input: Int32
            let output: TopicPartition
        }
        var last: [Lane: Int64] = [:]
        for verdict in verdicts {
            let lane = Lane(input: verdict.partition, output: verdict.outputPartition)
            #expect(
                verdict.offset > last[lane] ?? -1, "order of input \(verdict.partition) in \(verdict.outputPartition)",
                sourceLocation: sourceLocation)
            last[lane] = verdict.offset
        }
    }
}

extension StreamResults.Verdict {
    fileprivate init?(_ record: TopicReader.Record) {
        guard let value = record.value,
            let json = try? JSONSerialization.jsonObject(with: Data(value)) as? [String: Any],
            let data = json["data"] as? [String: Any], let event = data["event"] as? String,
            let action = data["action"] as? String, let id = json["id"] as? String,
            let subject = json["subject"] as? String, let key = record.key, key == Array(subject.utf8),
            let account = data["account"] as? String,
            let input = data["input"] as? [String: Any], let topic = input["topic"] as? String,
            let partition = input["partition"] as? Int,
            let offset = input["offset"] as? Int
        else { return nil }
        self.init(
            subject: subject, event: event, account: account, action: action, id: id,
            supersedes: data["supersedes"] as? String, topic: topic, partition: Int32(partition), offset: Int64(offset),
            outputPartition: record.partition, value: value)
    }
}
