import Events
import Foundation
import TestSupport
import Testing

struct OutcomeTests {
    private func read(_ text: String) throws -> Outcome {
        try Array(text.utf8).withUnsafeBytes { try OutcomeReader().read($0) }
    }

    private func outcome(_ data: String, top: String = "") -> String {
        #"{"specversion":"1.0","type":"weir.outcome.v1","source":"/desk","id":"o-1","time":"2026-11-23T10:00:00Z","#
            + #""subject":"content-123",\#(top)"data":{\#(data)}}"#
    }

    // The id: Python's sha256(b"uploads\0" + pack("<iq", 3, 1234) + b"e-1").
    private static let id = "3436b654489857eb8567704adb07ec49"
    private static let verdict =
        #""verdict":"\#(id)","event":"e-1","account":"a-1","input":{"topic":"uploads","partition":3,"offset":1234},"#
        + #""times":{"uploaded":"2026-11-23T09:00:00Z"}"#
    private static let ruling = #""ruling":"retract","# + verdict

    private static var reference: VerdictReference {
        get throws {
            VerdictReference(
                id: try #require(Array(id.utf8).withUnsafeBytes { Digest128(hex: $0) }), subject: "content-123",
                event: "e-1", account: "a-1", input: RecordPlace(topic: "uploads", partition: 3, offset: 1_234),
                uploaded: try Timestamp(rfc3339: "2026-11-23T09:00:00Z"))
        }
    }

    @Test func readsEveryMember() throws {
        let read = try read(
            outcome(
                Self.ruling
                    + #","action":"label","preserve":true,"labels":["a","b"],"reviewer":"r-7","reason":"satire","more":[{}]"#
            ))
        var expected = Outcome(
            id: "o-1", time: try Timestamp(rfc3339: "2026-11-23T10:00:00Z"), verdict: try Self.reference,
            ruling: .retract, action: .label)
        expected.preserve = true
        expected.labels = ["a", "b"]
        expected.reviewer = "r-7"
        expected.reason = "satire"
        #expect(read == expected)
    }

    @Test func whatIsMissingOrNullHasItsDefault() throws {
        let bare = try read(outcome(Self.ruling))
        #expect(bare.action == .allow && bare.labels == [] && bare.reviewer == nil && bare.reason == nil)
        #expect(!bare.preserve)
        let nulls = #","action":null,"preserve":null,"labels":null,"reviewer":null,"reason":null"#
        #expect(try read(outcome(Self.ruling + nulls)) == bare)
        #expect(try read(outcome(Self.ruling).replacingOccurrences(of: #""specversion":"1.0","#, with: "")) == bare)
    }

    /// What a verdict asked for may have been that a person look; that can't stand any longer.
    @Test func aConfirmationMustSayWhatIsInForce() throws {
        let confirmation = #""ruling":"confirm","# + Self.verdict
        #expect(
            throws: DecodeError(
                .fieldMissing, "data.action: is required to confirm: what is in force from now on")
        ) { try read(outcome(confirmation)) }
        #expect(try read(outcome(confirmation + #","action":"remove""#)).action == .remove)
    }

    /// A slip in copying must not decide on another upload.
    @Test(arguments: [
        (#""event":"e-1""#, #""event":"e-2""#), (#""offset":1234"#, #""offset":1235"#),
        (#""partition":3"#, #""partition":4"#), (#""topic":"uploads""#, #""topic":"uploads.live""#),
        ("3436b654", "3436b655"),
    ])
    func aVerdictMustBeTheOneOfItsRecord(old: String, new: String) {
        let changed = outcome(Self.ruling).replacingOccurrences(of: old, with: new)
        #expect(
            throws: DecodeError(
                .fieldValue, "data.event, data.input: are not those of the verdict; copy all from it")
        ) { try read(changed) }
    }

    @Test func aNullIsNoOutcome() {
        #expect(throws: DecodeError(.nullValue, "the record has no value")) { try OutcomeReader().read(nil) }
    }

    @Test(
        arguments: [
            ("", DecodeError.Code.jsonTruncated, "the value ends before the JSON does"),
            ("[]", .fieldType, "the value is not a JSON object"), ("{}", .fieldMissing, "type: is required"),
            (#"{"type":"weir.verdict.v1"}"#, .typeUnknown, "type: must be weir.outcome.v1"),
            (#"{"type":1}"#, .fieldType, "type: expected text"),
            (#"{"type":"weir.outcome.v1"}"#, .fieldMissing, "data: is required"),
            (#"{"type":"weir.outcome.v1","data":[]}"#, .fieldType, "data: expected an object"),
            (#"{"type":"weir.outcome.v1","type":"weir.outcome.v1"}"#, .fieldDuplicate, "type: stands twice"),
            (
                #"{"type":"weir.outcome.v1","specversion":"0.3"}"#, .specversionUnknown,
                "specversion: only CloudEvents 1.0 is read"
            ),
            (#"{"type":"weir.outcome.v1","data":{}}"#, .fieldMissing, "data.ruling: is required"),
            (
                #"{"type":"weir.outcome.v1","data":{"ruling":"maybe"}}"#, .fieldValue,
                "data.ruling: must be confirm or retract"
            ),
            (#"{"type":"weir.outcome.v1","data":{"ruling":"confirm"}}"#, .fieldMissing, "id: is required"),
            (#"{"type":"weir.outcome.v1","id":"","data":{"ruling":"confirm"}}"#, .fieldMissing, "id: is required"),
            (#"{"type":"weir.outcome.v1","id":"o","data":{"ruling":"confirm"}}"#, .fieldMissing, "time: is required"),
            (
                #"{"type":"weir.outcome.v1","id":"o","time":"now","data":{"ruling":"confirm"}}"#, .timeFormat,
                "time: is not an RFC 3339 time"
            ),
            (
                #"{"type":"weir.outcome.v1","id":"o","time":"9999-01-01T00:00:00Z","data":{"ruling":"confirm"}}"#,
                .timeRange, "time: lies outside the years 1678 to 2261"
            ),
        ] as [(String, DecodeError.Code, String)])
    func badOutcomesSayWhatIsWrong(text: String, code: DecodeError.Code, message: String) {
        #expect(throws: DecodeError(code, message)) { try read(text) }
    }

    @Test(
        arguments: [
            (#""action":"destroy""#, DecodeError.Code.fieldValue, "data.action: is no action"),
            (#""action":1"#, .fieldType, "data.action: expected text"),
            (#""preserve":"yes""#, .fieldType, "data.preserve: expected true or false"),
            (#""labels":"a""#, .fieldType, "data.labels: expected a list of texts"),
            (#""labels":["a",1]"#, .fieldType, "data.labels: expected a list of texts"),
            (
                "\"labels\":[\"\(String(repeating: "x", count: 65))\"]", .fieldTooLong,
                "data.labels: has 65 bytes; at most 64 are allowed"
            ),
            (
                "\"labels\":[\(Array(repeating: "\"x\"", count: 33).joined(separator: ","))]", .fieldTooLong,
                "data.labels: has 33 entries; at most 32 are allowed"
            ),
            (#""reviewer":{}"#, .fieldType, "data.reviewer: expected text"),
            (
                #""reviewer":"two words""#, .fieldValue,
                "data.reviewer: may hold letters, digits and -._:@/ only, never a sentence"
            ),
            (
                #""reason":"naïve""#, .fieldValue,
                "data.reason: may hold letters, digits and -._:@/ only, never a sentence"
            ),
            (
                "\"reason\":\"\(String(repeating: "x", count: 65))\"", .fieldTooLong,
                "data.reason: has 65 bytes; at most 64 are allowed"
            ),
        ] as [(String, DecodeError.Code, String)])
    func badMembersSayWhatIsWrong(member: String, code: DecodeError.Code, message: String) {
        #expect(throws: DecodeError(code, message)) { try read(outcome(Self.ruling + "," + member)) }
        #expect(throws: Never.self) {
            try read(outcome(Self.ruling + ",\"reason\":\"\(String(repeating: "x", count: 64))\""))
        }
    }

    @Test(
        arguments: [
            (
                "\"\(id)\"", "\"34\"", DecodeError.Code.fieldValue,
                "data.verdict: is no verdict's id, which has 32 hex digits"
            ),
            (#""e-1""#, "null", .fieldMissing, "data.event: is required"),
            (#""a-1""#, #""""#, .fieldMissing, "data.account: is required"),
            (#""partition":3"#, #""partition":"3""#, .fieldType, "data.input.partition: expected a whole number"),
            (#""partition":3"#, #""partition":-1"#, .fieldRange, "data.input.partition: must be 0…2147483647"),
            (#""offset":1234"#, #""offset":1.5"#, .fieldType, "data.input.offset: expected a whole number"),
            (
                "2026-11-23T09:00:00Z", "yesterday", .timeFormat, "data.times.uploaded: is not an RFC 3339 time"
            ),
        ] as [(String, String, DecodeError.Code, String)])
    func aBadReferenceSaysWhatIsWrong(old: String, new: String, code: DecodeError.Code, message: String) {
        let changed = outcome(Self.ruling).replacingOccurrences(of: old, with: new)
        #expect(throws: DecodeError(code, message)) { try read(changed) }
    }

    @Test func tooLargeAndTooDeepAreRefused() {
        let large = String(repeating: " ", count: 1 << 20) + "{}"
        #expect(throws: DecodeError(.recordTooLarge, "the value has 1048578 bytes; at most 1048576 are read")) {
            try read(large)
        }
        let deep = "{\"x\":" + String(repeating: "[", count: 32) + String(repeating: "]", count: 32) + "}"
        #expect(throws: DecodeError(.nestingTooDeep, "nested deeper than 32 levels")) { try read(deep) }
    }

    @Test func isWrittenByteForByte() throws {
        var outcome = Outcome(
            id: "o\"1", time: Timestamp(milliseconds: 1), verdict: try Self.reference, ruling: .confirm,
            action: .endStream)
        outcome.preserve = true
        outcome.labels = ["x"]
        outcome.reviewer = "r"
        outcome.reason = "z"
        var out = ByteWriter()
        out.append(outcome, source: "/desk")
        #expect(
            String(decoding: out.bytes, as: UTF8.self)
                == #"{"specversion":"1.0","type":"weir.outcome.v1","source":"/desk","id":"o\"1","#
                + #""time":"1970-01-01T00:00:00.001Z","subject":"content-123","data":{"verdict":"\#(Self.id)","#
                + #""ruling":"confirm","action":"endStream","preserve":true,"labels":["x"],"reviewer":"r","reason":"z","#
                + #""event":"e-1","account":"a-1","input":{"topic":"uploads","partition":3,"offset":1234},"#
                + #""times":{"uploaded":"2026-11-23T09:00:00.000Z"}}}"#)
    }

    @Test(arguments: UInt64(1)...50)
    func theReaderReadsWhatTheWriterWrites(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let outcome = randomOutcome(using: &random)
        var out = ByteWriter()
        out.append(outcome, source: randomText(upTo: 30, using: &random))
        #expect(try out.bytes.withUnsafeBytes { try OutcomeReader().read($0) } == outcome)
    }

    /// What comes out of a decision can be decided on again, for ever.
    @Test(arguments: UInt64(1)...20)
    func aDecisionCanBeDecidedOn(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let outcome = randomOutcome(using: &random)
        let record = OutcomeRecord(
            outcome, at: RecordPlace(topic: "outcomes", partition: 7, offset: 42), received: Timestamp(milliseconds: 5))
        var out = ByteWriter()
        writer().write(record, for: .enforcement, to: &out)
        let verdict = try out.bytes.withUnsafeBytes { try VerdictSummary($0) }
        var expected = outcome.verdict
        expected.id = record.verdictID
        expected.input = record.place
        #expect(verdict.reference == expected)
        #expect(verdict.action == outcome.action && verdict.labels == outcome.labels)
        #expect(verdict.preserve == outcome.preserve)
    }

    /// V7 for people's decisions: the account is hashed, and no other field could hold what a person wrote.
    @Test(arguments: UInt64(1)...20)
    func theAuditCopyNamesNoAccount(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var outcome = randomOutcome(using: &random)
        outcome.verdict.account = "MARK" + String(random.next(), radix: 36)
        let record = OutcomeRecord(
            outcome, at: RecordPlace(topic: "outcomes", partition: 0, offset: 0), received: Timestamp(milliseconds: 5))
        var audit = ByteWriter()
        writer().write(record, for: .audit, to: &audit)
        #expect(!String(decoding: audit.bytes, as: UTF8.self).contains("MARK"))
        var enforcement = ByteWriter()
        writer().write(record, for: .enforcement, to: &enforcement)
        #expect(String(decoding: enforcement.bytes, as: UTF8.self).contains(outcome.verdict.account))
    }

    @Test func aVerdictOfAnotherIsNotSummarised() throws {
        let text = try topology("examples/verdict-enforcement.json")
        let summary = try text.withUnsafeBytes { try VerdictSummary($0) }
        #expect(summary.action == .remove && summary.preserve && summary.labels == ["TVEC1"])
        #expect(summary.reference.account == "a-1")
        let changed = Array(String(decoding: text, as: UTF8.self).replacingOccurrences(of: "1234", with: "1233").utf8)
        #expect(throws: DecodeError.self) { try changed.withUnsafeBytes { try VerdictSummary($0) } }
        #expect(throws: DecodeError(.typeUnknown, "type: must be weir.verdict.v1")) {
            try Array(#"{"type":"weir.outcome.v1"}"#.utf8).withUnsafeBytes { try VerdictSummary($0) }
        }
    }

    private func writer() -> VerdictWriter {
        VerdictWriter(group: "weir", policy: "p@1", signals: "none", detectors: [], accountKey: Array("key".utf8))
    }

    private func randomOutcome(using random: inout SplitMix64) -> Outcome {
        func text() -> String { "t" + randomText(upTo: 30, using: &random) }
        func time() -> Timestamp { Timestamp(milliseconds: Int64.random(in: 0...4_000_000_000_000, using: &random)) }
        let input = RecordPlace(
            topic: text(), partition: Int32.random(in: 0 ... .max, using: &random),
            offset: Int64.random(in: 0 ... .max, using: &random))
        let event = text()
        let reference = VerdictReference(
            id: VerdictReference.id(event: event, input: input), subject: text(), event: event, account: text(),
            input: input, uploaded: time())
        let action = Action.allCases[Int.random(in: 0..<Action.allCases.count, using: &random)]
        var outcome = Outcome(
            id: text(), time: time(), verdict: reference, ruling: Bool.random(using: &random) ? .confirm : .retract,
            action: action)
        outcome.preserve = Bool.random(using: &random)
        outcome.labels = (0..<Int.random(in: 0...3, using: &random)).map { "l\"\($0)" }
        if Bool.random(using: &random) { outcome.reviewer = "r-\(random.next())" }
        if Bool.random(using: &random) { outcome.reason = "x/\(random.next())" }
        return outcome
    }
}
