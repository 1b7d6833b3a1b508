import Events
import Testing

/// A record that is no event, and what is said of it.
struct DecodeFailure: Sendable, CustomTestStringConvertible {
    let record: Record
    let code: DecodeError.Code
    /// nil: the code is all that matters.
    let message: String?
    let name: String

    var testDescription: String { name }

    init(_ text: String, _ code: DecodeError.Code, _ message: String? = nil, headers: [(String, String?)] = []) {
        self.init(Record(text, headers: headers), code, message, name: String(text.prefix(60)))
    }

    init(_ record: Record, _ code: DecodeError.Code, _ message: String? = nil, name: String) {
        self.record = record
        self.code = code
        self.message = message
        self.name = name
    }

    private static func data(_ members: String) -> String {
        event(data: "\"account\":{\"id\":\"a\"},\"links\":[\"x\"],\(members)")
    }

    private static let binary: [(String, String?)] = [
        ("ce_specversion", "1.0"), ("ce_type", "weir.upload.created.v1"), ("ce_source", "/x"), ("ce_id", "e"),
    ]
    private static let body = #"{"account":{"id":"a"},"links":["x"]}"#

    static let all: [DecodeFailure] = json + shape + values + headers + sizes

    private static let json: [DecodeFailure] = [
        DecodeFailure(Record(nil), .nullValue, "the record has no value", name: "null"),
        DecodeFailure("", .jsonTruncated), DecodeFailure(" \n", .jsonTruncated), DecodeFailure("{", .jsonTruncated),
        DecodeFailure(String(event().dropLast()), .jsonTruncated, "the value ends before the JSON does"),
        DecodeFailure(String(event().dropLast(4)), .jsonTruncated),
        DecodeFailure("{\"id\":\"", .jsonTruncated), DecodeFailure("{\"id\":\"\\", .jsonTruncated),
        DecodeFailure("{\"a\":[1,{\"b\":\"}]\"", .jsonTruncated),
        DecodeFailure("[]", .fieldType, "the value is not a JSON object"),
        DecodeFailure("[\(event())]", .fieldType), DecodeFailure("1", .fieldType), DecodeFailure("null", .fieldType),
        DecodeFailure("\"x\"", .fieldType), DecodeFailure("true", .fieldType),
        DecodeFailure("{,}", .jsonSyntax), DecodeFailure("{\"a\":}", .jsonSyntax, "the value is not JSON"),
        DecodeFailure("{\"a\" 1}", .jsonSyntax), DecodeFailure("{\"a\":1 \"b\":2}", .jsonSyntax),
        DecodeFailure("{\"a\":1,}", .jsonSyntax), DecodeFailure("{a:1}", .jsonSyntax),
        DecodeFailure("{\"a\":[1,]}", .jsonSyntax), DecodeFailure("{\"a\":[,1]}", .jsonSyntax),
        DecodeFailure("{\"a\":[1}}", .jsonSyntax), DecodeFailure("{\"a\":tru}", .jsonSyntax),
        DecodeFailure("{\"a\":nulls}", .jsonSyntax), DecodeFailure("{\"a\":falsee}", .jsonSyntax),
        DecodeFailure("{\"a\":NaN}", .jsonSyntax), DecodeFailure("{\"a\":'b'}", .jsonSyntax),
        DecodeFailure("{\"a\":1}}", .jsonTrailing), DecodeFailure("{'a':1}", .jsonSyntax),
        DecodeFailure("{\"a\":1,/**/\"b\":2}", .jsonSyntax), DecodeFailure("\u{FEFF}{}", .jsonSyntax),
        DecodeFailure("\u{0}\u{0}\u{0}\u{0}\u{1}", .jsonSyntax), DecodeFailure("\u{0}\u{0}{}", .jsonSyntax),
        DecodeFailure(data("\"text\":{\"body\":tru}"), .fieldType),
        DecodeFailure(data("\"account2\":tru"), .jsonSyntax), DecodeFailure(data("\"text\":nul"), .jsonSyntax),
        DecodeFailure(event() + "x", .jsonTrailing, "something follows the JSON object"),
        DecodeFailure(event() + " {}", .jsonTrailing), DecodeFailure(event() + ",", .jsonTrailing),
        DecodeFailure(event() + "]", .jsonTrailing), DecodeFailure(event() + "\"a\"", .jsonTrailing),
        DecodeFailure(event() + "\u{0}", .jsonTrailing),
        DecodeFailure(
            Record(bytes: Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)), .jsonEncoding,
            "the value is not UTF-8", name: "bad continuation"),
        DecodeFailure(
            Record(bytes: Array("{\"a\":\"".utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8)), .jsonEncoding,
            name: "surrogate in UTF-8"),
        DecodeFailure(
            Record(bytes: Array("{\"a\":\"".utf8) + [0xC0, 0x80] + Array("\"}".utf8)), .jsonEncoding,
            name: "overlong NUL"),
        DecodeFailure(Record(bytes: [0xFF, 0xFE, 0x7B, 0, 0x7D, 0]), .jsonEncoding, name: "UTF-16"),
        DecodeFailure(data(#""kind":"\x""#), .jsonEscape, "a string has a broken escape or a lone surrogate"),
        DecodeFailure(data(#""kind":"\u12""#), .jsonEscape), DecodeFailure(data(#""kind":"\ud800""#), .jsonEscape),
        DecodeFailure(data(#""kind":"\udc00""#), .jsonEscape),
        DecodeFailure(data(#""kind":"\ud800\u0041""#), .jsonEscape),
        DecodeFailure(data(#""kind":"\udc00\ud800""#), .jsonEscape),
        DecodeFailure(data(#""other":"\ud800""#), .jsonEscape), DecodeFailure(data(#""\ud800":1"#), .jsonEscape),
        DecodeFailure(data(#""other":{"a":["\q"]}"#), .jsonEscape),
        DecodeFailure(
            data("\"kind\":\"a\u{1}b\""), .jsonControlCharacter, "a string has an unescaped control character"),
        DecodeFailure(data("\"other\":\"a\nb\""), .jsonControlCharacter),
        DecodeFailure(data("\"other\":\"a\u{0}b\""), .jsonControlCharacter),
        DecodeFailure(data("\"other\":01"), .jsonNumber, "a number is malformed"),
        DecodeFailure(data("\"other\":1."), .jsonNumber), DecodeFailure(data("\"other\":-"), .jsonNumber),
        DecodeFailure(data("\"other\":1e"), .jsonNumber), DecodeFailure(data("\"other\":1.5.5"), .jsonNumber),
        DecodeFailure(data("\"other\":--1"), .jsonNumber), DecodeFailure(data("\"other\":0x10"), .jsonNumber),
        DecodeFailure(data("\"stream\":{\"sequence\":01}"), .jsonNumber),
        DecodeFailure(data("\"stream\":{\"sequence\":1a}"), .jsonNumber),
        DecodeFailure(
            "{\"x\":\(String(repeating: "[", count: 32))\(String(repeating: "]", count: 32))}", .nestingTooDeep,
            "nested deeper than 32 levels"),
        DecodeFailure(
            "{\"x\":\(String(repeating: "[", count: 200_000))\(String(repeating: "]", count: 200_000))}",
            .nestingTooDeep),
        DecodeFailure(
            data("\"o\":" + String(repeating: "{\"a\":", count: 31) + "1" + String(repeating: "}", count: 31)),
            .nestingTooDeep),
    ]

    private static let shape: [DecodeFailure] = [
        DecodeFailure("{}", .fieldMissing, "type: is required"),
        DecodeFailure(#"{"type":"weir.upload.created.v1"}"#, .fieldMissing, "source: is required"),
        DecodeFailure(#"{"type":"weir.upload.created.v1","source":"s"}"#, .fieldMissing, "id: is required"),
        DecodeFailure(event(id: ""), .fieldMissing, "id: is required"),
        DecodeFailure(event(data: ""), .fieldMissing, "data.account.id: is required"),
        DecodeFailure(event(data: "\"account\":{\"id\":\"\"}"), .fieldMissing, "data.account.id: is required"),
        DecodeFailure(
            event(data: "\"account\":{\"id\":\"a\"}"), .fieldMissing,
            "data: one of text, media and links is required"),
        DecodeFailure(
            event(data: "\"account\":{\"id\":\"a\"},\"text\":{\"language\":\"en\"},\"media\":[],\"links\":[]"),
            .fieldMissing),
        DecodeFailure(event(extra: "\"id\":\"y\","), .fieldDuplicate, "id: stands twice"),
        DecodeFailure(event(extra: "\"i\\u0064\":\"y\","), .fieldDuplicate, "id: stands twice"),
        DecodeFailure(event(extra: "\"id\":null,"), .fieldDuplicate),
        DecodeFailure(data("\"account\":{}"), .fieldDuplicate, "data.account: stands twice"),
        DecodeFailure(data("\"links\":[]"), .fieldDuplicate),
        DecodeFailure(event(extra: "\"data\":{},"), .fieldDuplicate),
        DecodeFailure(data("\"media\":[{\"id\":\"1\"},{\"id\":\"1\",\"id\":\"2\"}]"), .fieldDuplicate),
        DecodeFailure(data("\"text\":\"x\""), .fieldType, "data.text: expected an object, found string"),
        DecodeFailure(data("\"text\":[]"), .fieldType, "data.text: expected an object, found array"),
        DecodeFailure(data("\"kind\":7"), .fieldType, "data.kind: expected text, found number"),
        DecodeFailure(data("\"kind\":{}"), .fieldType), DecodeFailure(data("\"media\":{}"), .fieldType),
        DecodeFailure(data("\"media\":[null]"), .fieldType, "data.media.*: expected an object, found null"),
        DecodeFailure(data("\"media\":[\"m\"]"), .fieldType), DecodeFailure(data("\"media\":[[]]"), .fieldType),
        DecodeFailure(
            event(data: "\"account\":{\"id\":\"a\"},\"links\":[7]"), .fieldType,
            "data.links.*: expected text, found number"),
        DecodeFailure(event(data: "\"account\":{\"id\":\"a\"},\"links\":\"x\""), .fieldType),
        DecodeFailure(
            event(data: "\"account\":{\"id\":\"a\",\"avatar\":{\"pdq\":\"0\"}},\"links\":[\"x\"]"), .fieldType,
            "data.account.avatar: expected text, found object"),
        DecodeFailure(
            event(data: "\"account\":{\"id\":\"a\",\"profile\":7},\"links\":[\"x\"]"), .fieldType,
            "data.account.profile: expected text, found number"),
        DecodeFailure(
            event(data: "\"account\":{\"name\":\"n\",\"id\":\"a\",\"name\":\"n\"},\"links\":[\"x\"]"),
            .fieldDuplicate, "data.account.name: stands twice"),
        DecodeFailure(event(extra: "\"subject\":1,"), .fieldType, "subject: expected text, found number"),
        DecodeFailure(event(extra: "\"time\":1795428000,"), .fieldType, "time: expected a time, found number"),
        DecodeFailure(#"{"type":1}"#, .fieldType), DecodeFailure(#"{"specversion":1.0}"#, .fieldType),
        DecodeFailure(event(data: "\"account\":{\"id\":\"a\",\"verified\":\"yes\"}"), .fieldType),
    ]

    private static let values: [DecodeFailure] = [
        DecodeFailure(data("\"stream\":{\"sequence\":\"1\"}"), .fieldType),
        DecodeFailure(
            data("\"stream\":{\"sequence\":1.5}"), .fieldType,
            "data.stream.sequence: expected a whole number, found a fraction"),
        DecodeFailure(data("\"stream\":{\"sequence\":1e3}"), .fieldType),
        DecodeFailure(data("\"stream\":{\"sequence\":-1}"), .fieldRange, "data.stream.sequence: must not be negative"),
        DecodeFailure(
            data("\"stream\":{\"sequence\":9223372036854775808}"), .fieldRange,
            "data.stream.sequence: does not fit 64 bits"),
        DecodeFailure(data("\"stream\":{\"sequence\":-9223372036854775809}"), .fieldRange),
        DecodeFailure(data("\"stream\":{\"sequence\":99999999999999999999999}"), .fieldRange),
        DecodeFailure(data("\"stream\":{\"sequence\":1e400}"), .fieldRange),
        DecodeFailure(data("\"media\":[{\"bytes\":-0.0}]"), .fieldType),
        DecodeFailure(
            data("\"media\":[{\"sha256\":\"abc\"}]"), .fieldValue,
            "data.media.*.sha256: must be 64 hexadecimal digits"),
        DecodeFailure(data("\"media\":[{\"pdq\":\"\(String(repeating: "g", count: 64))\"}]"), .fieldValue),
        DecodeFailure(
            data("\"media\":[{\"md5\":\"\(String(repeating: "a", count: 33))\"}]"), .fieldValue,
            "data.media.*.md5: must be 32 hexadecimal digits"),
        DecodeFailure(event(extra: "\"time\":\"tomorrow\","), .timeFormat, "time: is not an RFC 3339 time"),
        DecodeFailure(
            event(extra: "\"time\":\"0001-01-01T00:00:00Z\","), .timeRange,
            "time: lies outside the years 1678 to 2261"),
        DecodeFailure(data("\"stream\":{\"startedAt\":\"2026-02-30T00:00:00Z\"}"), .timeFormat),
        DecodeFailure(#"{"type":"weir.other.v1"}"#, .typeUnknown, "type: is none of the types that Weir reads"),
        DecodeFailure(#"{"type":""}"#, .typeUnknown),
        DecodeFailure(#"{"specversion":"0.3"}"#, .specversionUnknown, "specversion: only CloudEvents 1.0 is read"),
    ]

    private static let headers: [DecodeFailure] = [
        DecodeFailure(Record(nil, headers: binary), .nullValue, name: "binary without a value"),
        DecodeFailure(body, .specversionUnknown, headers: [("ce_specversion", "0.3")] + binary.dropFirst()),
        DecodeFailure(body, .fieldMissing, "id: is required", headers: binary.dropLast()),
        DecodeFailure(body, .fieldMissing, "type: is required", headers: [binary[0], binary[2], binary[3]]),
        DecodeFailure(body, .typeUnknown, headers: [binary[0], ("ce_type", "x")]),
        DecodeFailure(body, .timeFormat, headers: binary + [("ce_time", "now")]),
        DecodeFailure(body, .timeRange, headers: binary + [("ce_time", "9999-01-01T00:00:00Z")]),
        DecodeFailure(body, .fieldDuplicate, "id: stands twice", headers: binary + [("ce_id", "f")]),
        DecodeFailure(body, .fieldDuplicate, headers: binary + [("ce_specversion", "1.0")]),
        DecodeFailure(
            body, .fieldTooLong, "subject: has 513 bytes; at most 512 are allowed",
            headers: binary + [("ce_subject", String(repeating: "s", count: 513))]),
        DecodeFailure(event(), .fieldMissing, "data.account.id: is required", headers: binary),
        DecodeFailure(
            {
                var record = Record(body, headers: binary)
                record.headers.append(("ce_subject", [0xFF]))
                return record
            }(), .jsonEncoding, "subject: is not UTF-8", name: "header that is not UTF-8"),
    ]

    private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static let sizes: [DecodeFailure] = [
        DecodeFailure(
            Record("{\"x\":\"\(long(1 << 20))\"}"), .recordTooLarge,
            "the value has 1048584 bytes; at most 1048576 are read", name: "1 MiB and 8 bytes"),
        DecodeFailure(
            event(), .headersTooLarge, "more than 64 headers or 65536 bytes of them",
            headers: (0..<65).map { ("h\($0)", "v") }),
        DecodeFailure(event(), .headersTooLarge, headers: [("h", long(64 << 10))]),
        DecodeFailure(
            event(id: long(513)), .fieldTooLong, "id: has 513 bytes; at most 512 are allowed"),
        DecodeFailure(
            data("\"text\":{\"body\":\"\(long(65_537))\"}"), .textTooLong,
            "data.text.body: has 65537 bytes; at most 65536 are allowed"),
        DecodeFailure(
            event(data: "\"account\":{\"id\":\"a\"},\"links\":[\"\(long(4_097))\"]"), .urlTooLong,
            "data.links.*: has 4097 bytes; at most 4096 are allowed"),
        DecodeFailure(
            data("\"media\":[\(Array(repeating: "{}", count: 17).joined(separator: ","))]"), .mediaTooMany,
            "data.media: more than 16 entries"),
        DecodeFailure(
            event(data: "\"links\":[\(Array(repeating: "\"\"", count: 65).joined(separator: ","))]"), .linksTooMany,
            "data.links: more than 64 entries"),
    ]
}

struct DecodeFailureTests {
    @Test(arguments: DecodeFailure.all)
    func says(expected: DecodeFailure) {
        let error = failure(expected.record)
        #expect(error?.code == expected.code, "\(error.map { "\($0)" } ?? "nothing")")
        if let message = expected.message { #expect(error?.message == message) }
    }

    @Test func everyCodeIsProduced() {
        #expect(Set(DecodeFailure.all.map(\.code)) == Set(DecodeError.Code.allCases))
    }

    /// Messages go to logs and to the dead-letter topic: they carry names and sizes, never content.
    @Test func messagesCarryNoContent() {
        let marker = "SECRETMARKER"
        let members = [
            "\"kind\":[\"\(marker)\"]", "\"\(marker)\":01", "\"\(marker)\":\"\\q\"",
            "\"media\":[{\"sha256\":\"\(marker)\"}]",
            "\"text\":{\"body\":\"\(marker)\",\"body\":\"\"}",
            "\"client\":{\"network\":\"\(String(repeating: marker, count: 99))\"}",
            "\"stream\":{\"startedAt\":\"\(marker)\"}", "\"stream\":{\"id\":\"\(marker)\",\"sequence\":-1}",
        ]
        for members in members {
            let error = failure(Record(event(data: "\"account\":{\"id\":\"\(marker)\"},\(members)")))
            #expect(error != nil)
            #expect(error?.message.contains("MARKER") == false)
        }
        for text in ["{\"type\":\"\(marker)\"}", "{\"specversion\":\"\(marker)\"}"] {
            #expect(failure(Record(text))?.message.contains("MARKER") == false)
        }
    }
}
