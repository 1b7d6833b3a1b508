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

    private static let ruling = #""verdict":"3436b654489857eb8567704adb07ec49","ruling":"retract""#

    @Test func readsEveryMember() throws {
        let read = try read(
            outcome(
                Self.ruling + #","action":"label","labels":["a","b"],"reviewer":"r-7","reason":"satire","more":[{}]"#))
        var expected = Outcome(
            id: "o-1", time: try Timestamp(rfc3339: "2026-11-23T10:00:00Z"), subject: "content-123",
            verdict: "3436b654489857eb8567704adb07ec49", ruling: .retract)
        expected.action = .label
        expected.labels = ["a", "b"]
        expected.reviewer = "r-7"
        expected.reason = "satire"
        #expect(read == expected)
    }

    @Test func whatIsMissingOrNullHasItsDefault() throws {
        let bare = try read(outcome(Self.ruling))
        #expect(bare.action == nil && bare.labels == [] && bare.reviewer == nil && bare.reason == nil)
        #expect(
            try read(outcome(Self.ruling + #","action":null,"labels":null,"reviewer":null,"reason":null"#)) == bare)
        #expect(try read(outcome(Self.ruling).replacingOccurrences(of: #""specversion":"1.0","#, with: "")) == bare)
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
                .timeRange,
                "time: lies outside the years 1678 to 2261"
            ),
        ] as [(String, DecodeError.Code, String)])
    func badOutcomesSayWhatIsWrong(text: String, code: DecodeError.Code, message: String) {
        #expect(throws: DecodeError(code, message)) { try read(text) }
    }

    @Test(
        arguments: [
            (#""action":"destroy""#, DecodeError.Code.fieldValue, "data.action: is no action"),
            (#""action":1"#, .fieldType, "data.action: expected text"),
            (#""labels":"a""#, .fieldType, "data.labels: expected a list of texts"),
            (#""labels":["a",1]"#, .fieldType, "data.labels: expected a list of texts"),
            (#""reviewer":{}"#, .fieldType, "data.reviewer: expected text"),
            (
                "\"reason\":\"\(String(repeating: "x", count: 513))\"", .fieldTooLong,
                "data.reason: has 513 bytes; at most 512 are allowed"
            ),
        ] as [(String, DecodeError.Code, String)])
    func badMembersSayWhatIsWrong(member: String, code: DecodeError.Code, message: String) {
        #expect(throws: DecodeError(code, message)) { try read(outcome(Self.ruling + "," + member)) }
        #expect(throws: Never.self) {
            try read(outcome(Self.ruling + ",\"reason\":\"\(String(repeating: "x", count: 512))\""))
        }
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
            id: "o-1", time: Timestamp(milliseconds: 1), subject: "c\"1", verdict: "v", ruling: .confirm)
        var out = ByteWriter()
        out.append(outcome, source: "/desk")
        #expect(
            String(decoding: out.bytes, as: UTF8.self)
                == #"{"specversion":"1.0","type":"weir.outcome.v1","source":"/desk","id":"o-1","#
                + #""time":"1970-01-01T00:00:00.001Z","subject":"c\"1","data":{"verdict":"v","ruling":"confirm","labels":[]}}"#
        )
        outcome.action = .endStream
        outcome.labels = ["x"]
        outcome.reviewer = "r"
        outcome.reason = "z"
        out.removeAll()
        out.append(outcome, source: "/desk")
        #expect(
            String(decoding: out.bytes, as: UTF8.self).hasSuffix(
                #""ruling":"confirm","action":"endStream","labels":["x"],"reviewer":"r","reason":"z"}}"#))
    }

    @Test(arguments: UInt64(1)...50)
    func theReaderReadsWhatTheWriterWrites(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func text() -> String { "t" + randomText(upTo: 30, using: &random) }
        var outcome = Outcome(
            id: text(), time: Timestamp(milliseconds: Int64.random(in: 0...4_000_000_000_000, using: &random)),
            subject: text(), verdict: text(), ruling: Bool.random(using: &random) ? .confirm : .retract)
        if Bool.random(using: &random) { outcome.action = Action.allCases.randomElement(using: &random) }
        outcome.labels = (0..<Int.random(in: 0...3, using: &random)).map { _ in text() }
        if Bool.random(using: &random) { outcome.reviewer = text() }
        if Bool.random(using: &random) { outcome.reason = text() }
        var out = ByteWriter()
        out.append(outcome, source: text())
        #expect(try out.bytes.withUnsafeBytes { try OutcomeReader().read($0) } == outcome)
    }
}
