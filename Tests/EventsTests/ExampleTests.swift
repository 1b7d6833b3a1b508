import Events
import Foundation
import Testing

/// The shipped examples and schemas against the code. (Tests/schemas/validate.py checks the one against the other.)
struct ExampleTests {
    @Test(arguments: [
        ("structured", "e-1001", "content-123"), ("live-segment", "s-7:42", "s-7"), ("share", "e-1003", "e-1003"),
    ])
    func structuredExamplesAreRead(name: String, id: String, subject: String) throws {
        let (batch, errors) = decode([Record(bytes: Array(try topology("examples/upload-\(name).json")))])
        #expect(errors == [nil])
        #expect(fields(batch, 0)["id"] == id)
        #expect(fields(batch, 0)["subject"] == subject)
    }

    @Test func theBinaryExampleIsRead() throws {
        let example = try json("examples/upload-binary.json")
        let headers = try #require(example["headers"] as? [String: String])
        let data = try JSONSerialization.data(withJSONObject: try #require(example["data"]))
        var record = Record(bytes: Array(data))
        record.headers = headers.map { ($0.key, Array($0.value.utf8)) }
        let (batch, errors) = decode([record])
        #expect(errors == [nil])
        #expect(fields(batch, 0)["id"] == "e-1002")
        #expect(fields(batch, 0)["text.body"] == "Nice turnips! 🌱")
    }

    @Test func signalAndOutcomeExamplesAreRead() throws {
        let lines = try topology("examples/signals.jsonl").split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 5)
        let reader = SignalLineReader()
        for line in lines { #expect(throws: Never.self) { try line.withUnsafeBytes { try reader.read($0) } } }
        let outcome = try topology("examples/outcome.json").withUnsafeBytes { try OutcomeReader().read($0) }
        #expect(outcome.ruling == .retract)
        #expect(outcome.action == .label)
    }

    /// The examples are one story: a verdict, a person's decision on it, and the verdict that it comes to.
    @Test func theExamplesOfAReversalFollowFromOneAnother() throws {
        let verdict = try topology("examples/verdict-enforcement.json").withUnsafeBytes { try VerdictSummary($0) }
        let outcome = try topology("examples/outcome.json").withUnsafeBytes { try OutcomeReader().read($0) }
        #expect(outcome.verdict == verdict.reference)
        let record = OutcomeRecord(
            outcome, at: RecordPlace(topic: "outcomes", partition: 5, offset: 77),
            received: try Timestamp(rfc3339: "2026-11-23T11:30:00.021Z"))
        var out = ByteWriter()
        VerdictWriter(group: "weir", policy: "p@1", signals: "none", detectors: [], accountKey: [1])
            .write(record, for: .enforcement, to: &out)
        let written = try JSONSerialization.jsonObject(with: Data(out.bytes)) as? NSDictionary
        #expect(written == (try json("examples/verdict-superseding.json") as NSDictionary))
    }

    @Test func theDeadLetterExampleHasTheHeadersThatAreWritten() throws {
        let letter = DeadLetter(
            key: nil, value: nil, headers: [DeadLetter.Header("trace-id", "1")], error: DecodeError(.nullValue, "x"),
            stage: "decode", topic: "t", partition: 0, offset: 0, timestamp: Timestamp(milliseconds: 0))
        let names = letter.headers(version: "1").map { String(decoding: $0.name, as: UTF8.self) }
        #expect(Set(try json("examples/dead-letter.json").keys) == Set(names))
    }

    /// Every name that the code knows is in the schema, and the other way round.
    @Test func schemasListWhatTheCodeKnows() throws {
        let event = try properties("schemas/upload-event.schema.json")
        #expect(try list(event, "type") == UploadKind.allCases.map { "\($0.typeName)" })
        let verdict = try json("schemas/verdict.schema.json")
        let definitions = try #require(verdict["$defs"] as? [String: [String: Any]])
        #expect(definitions["action"]?["enum"] as? [String] == Action.allCases.map { "\($0.name)" })
        let finding = try #require(definitions["finding"]?["properties"] as? [String: Any])
        #expect(try list(finding, "opinion") == Opinion.allCases.map(\.rawValue))
        let pattern = try #require((finding["signal"] as? [String: Any])?["pattern"] as? String)
        #expect(pattern == "^(\(SignalType.allCases.map(\.rawValue).joined(separator: "|"))):")
        let deadLetter = try properties("schemas/dead-letter.schema.json")
        #expect(try list(deadLetter, "weir.error.code") == DecodeError.Code.allCases.map(\.rawValue))
        let signal = try properties("schemas/signal.schema.json")
        #expect(try list(signal, "type") == SignalType.allCases.map(\.rawValue))
        #expect(try list(signal, "opinion") == Opinion.allCases.map(\.rawValue))
        #expect(try list(signal, "match") == TermMatch.allCases.map(\.rawValue))
        let outcome = try properties("schemas/outcome.schema.json")
        let data = try #require((outcome["data"] as? [String: Any])?["properties"] as? [String: Any])
        #expect(try list(data, "action") == Action.allCases.map { "\($0.name)" })
        #expect(try list(data, "ruling") == Outcome.Ruling.allCases.map(\.rawValue))
    }

    /// The limits that the schema states are those of the decoder.
    @Test func theEventSchemaStatesTheLimits() throws {
        let text = String(decoding: try topology("schemas/upload-event.schema.json"), as: UTF8.self)
        let limits = DecodeLimits()
        for (name, most) in [
            ("maxItems", [limits.media, limits.links]),
            (
                "maxLength",
                [limits.identifierBytes, limits.labelBytes, limits.textBytes, limits.urlBytes, limits.recordBytes]
            ),
        ] {
            let stated = text.matches(of: try Regex("\"\(name)\": ([0-9]+)")).compactMap {
                $0.output[1].substring.flatMap { Int($0) }
            }
            #expect(Set(stated) == Set(most))
        }
    }

    /// A verdict with everything in it has every member of the schema and no other.
    @Test func theVerdictSchemaNamesEveryMemberThatIsWritten() throws {
        let schema = try json("schemas/verdict.schema.json")
        let written = try #require(
            try JSONSerialization.jsonObject(with: Data(verdict(richJudgement(richBatch()), .audit).utf8))
                as? [String: Any])
        let data = try #require(written["data"] as? [String: Any])
        let top = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(Set(top.keys) == Set(written.keys))
        let members = try #require(top["data"]?["properties"] as? [String: Any])
        #expect(
            Set(members.keys)
                == Set(data.keys).union([
                    "findingsOmitted", "degradedOmitted", "outcome", "softenedFrom", "duplicateOf",
                ]))
        let finding = try #require(
            (schema["$defs"] as? [String: [String: Any]])?["finding"]?["properties"] as? [String: Any])
        let findings = try #require(data["findings"] as? [[String: Any]])
        #expect(Set(finding.keys) == findings.reduce(into: Set()) { $0.formUnion($1.keys) })
    }

    private func json(_ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: try topology(name)) as? [String: Any])
    }

    private func properties(_ name: String) throws -> [String: Any] {
        try #require(try json(name)["properties"] as? [String: Any])
    }

    /// The `enum` of a property; null, which stands for absence, left out.
    private func list(_ properties: [String: Any], _ name: String) throws -> [String] {
        let choices = try #require((properties[name] as? [String: Any])?["enum"] as? [Any])
        return choices.compactMap { $0 as? String }
    }
}
