import Events
import Foundation
import Testing

/// A limit, a record that is exactly at it, and one that is one beyond.
struct LimitCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let limits: DecodeLimits
    let record: @Sendable (_ size: Int) -> Record
    let most: Int
    let code: DecodeError.Code

    init(
        _ name: String, _ most: Int, _ code: DecodeError.Code, _ set: (inout DecodeLimits) -> Void = { _ in },
        _ record: @escaping @Sendable (Int) -> Record
    ) {
        testDescription = name
        var limits = DecodeLimits()
        set(&limits)
        self.limits = limits
        self.most = most
        self.code = code
        self.record = record
    }

    private static func x(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static func data(_ members: String) -> Record {
        Record(event(data: "\"account\":{\"id\":\"a\"},\(members)"))
    }

    private static func account(_ member: String) -> Record {
        Record(event(data: "\"account\":{\"id\":\"a\",\(member)},\"links\":[\"\"]"))
    }

    private static func list(_ item: String, _ count: Int) -> String {
        "[\(Array(repeating: item, count: count).joined(separator: ","))]"
    }

    static let all: [LimitCase] = [
        LimitCase("record", 1 << 20, .recordTooLarge) { size in
            Record(event(extra: "\"x\":\"\(x(size - event(extra: "\"x\":\"\",").utf8.count))\","))
        },
        LimitCase("record, smaller", 500, .recordTooLarge, { $0.recordBytes = 500 }) { size in
            Record(event() + String(repeating: " ", count: size - event().utf8.count))
        },
        LimitCase("nesting of arrays", 32, .nestingTooDeep) { depth in
            Record(
                event(
                    extra:
                        "\"x\":\(String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)),")
            )
        },
        LimitCase("nesting of objects, smaller", 5, .nestingTooDeep, { $0.nesting = 5 }) { depth in
            Record(
                event(
                    extra:
                        "\"x\":\(String(repeating: "{\"\":", count: depth - 1))0\(String(repeating: "}", count: depth - 1)),"
                ))
        },
        LimitCase("nesting of the event itself", 3, .nestingTooDeep, { $0.nesting = 3 }) { depth in
            depth == 3 ? Record(event()) : data("\"media\":[{}]")
        },
        LimitCase("body", 64 << 10, .textTooLong) { data("\"text\":{\"body\":\"\(x($0))\"}") },
        LimitCase("title in bytes, not characters", 10, .textTooLong, { $0.textBytes = 10 }) {
            data("\"text\":{\"title\":\"\(x($0 - 8))é😀é\"}")
        },
        LimitCase("escaped body", 10, .textTooLong, { $0.textBytes = 10 }) {
            data("\"text\":{\"body\":\"\(String(repeating: "\\u0041", count: $0))\"}")
        },
        LimitCase("media", 16, .mediaTooMany) { data("\"media\":\(list("{}", $0))") },
        LimitCase("media, fewer", 1, .mediaTooMany, { $0.media = 1 }) { data("\"media\":\(list("{}", $0))") },
        LimitCase("links", 64, .linksTooMany) { data("\"links\":\(list("\"l\"", $0))") },
        LimitCase("id", 512, .fieldTooLong) { Record(event(id: x($0))) },
        LimitCase("source", 512, .fieldTooLong) { size in
            Record(event().replacingOccurrences(of: "/test", with: x(size)))
        },
        LimitCase("subject", 512, .fieldTooLong) { Record(event(extra: "\"subject\":\"\(x($0))\",")) },
        LimitCase("account", 512, .fieldTooLong) {
            Record(event(data: "\"account\":{\"id\":\"\(x($0))\"},\"links\":[\"\"]"))
        },
        LimitCase("avatar", 512, .fieldTooLong) { account("\"avatar\":\"\(x($0))\"") },
        LimitCase("name", 512, .fieldTooLong) { account("\"name\":\"\(x($0))\"") },
        LimitCase("profile", 64 << 10, .textTooLong) { account("\"profile\":\"\(x($0))\"") },
        LimitCase("device", 512, .fieldTooLong) { data("\"links\":[\"\"],\"client\":{\"device\":\"\(x($0))\"}") },
        LimitCase("media id", 512, .fieldTooLong) { data("\"media\":[{\"id\":\"\(x($0))\"}]") },
        LimitCase("parent", 512, .fieldTooLong) { data("\"links\":[\"\"],\"parent\":{\"id\":\"\(x($0))\"}") },
        LimitCase("stream", 7, .fieldTooLong, { $0.identifierBytes = 7 }) {
            data("\"links\":[\"\"],\"stream\":{\"id\":\"\(x($0))\"}")
        },
        LimitCase("kind", 256, .fieldTooLong) { data("\"links\":[\"\"],\"kind\":\"\(x($0))\"") },
        LimitCase("language", 256, .fieldTooLong) { data("\"text\":{\"body\":\"\",\"language\":\"\(x($0))\"}") },
        LimitCase("content type", 256, .fieldTooLong) { data("\"media\":[{\"contentType\":\"\(x($0))\"}]") },
        LimitCase("network", 256, .fieldTooLong) { data("\"links\":[\"\"],\"client\":{\"network\":\"\(x($0))\"}") },
        LimitCase("time", 256, .fieldTooLong) { size in
            Record(event(extra: "\"time\":\"2026-11-23T10:00:00.\(String(repeating: "1", count: size - 21))Z\","))
        },
        LimitCase("url of media", 4_096, .urlTooLong) { data("\"media\":[{\"url\":\"\(x($0))\"}]") },
        LimitCase("link", 4_096, .urlTooLong) { data("\"links\":[\"\(x($0))\"]") },
        LimitCase("header count", 64, .headersTooLarge) { size in
            Record(event(), headers: (0..<size).map { ("h\($0)", "v") })
        },
        LimitCase("header bytes, names and values", 65_536, .headersTooLarge) { size in
            Record(event(), headers: [("name", x(100)), ("ce_x", nil), ("h", x(size - 109))])
        },
        LimitCase("subject in a header", 512, .fieldTooLong) { size in
            Record(
                "{\"account\":{\"id\":\"a\"},\"links\":[\"\"]}",
                headers: [
                    ("ce_specversion", "1.0"), ("ce_type", "weir.upload.created.v1"), ("ce_source", "s"),
                    ("ce_id", "i"), ("ce_subject", x(size)),
                ])
        },
    ]
}

struct DecodeLimitTests {
    /// Far beyond what any limit allows, in a record that is small enough.
    @Test func tenThousandLinksAreRefused() {
        let links = Array(repeating: "\"l\"", count: 10_000).joined(separator: ",")
        let record = Record(event(data: "\"account\":{\"id\":\"a\"},\"links\":[\(links)]"))
        #expect(failure(record, limits: DecodeLimits())?.code == .linksTooMany)
    }

    @Test(arguments: LimitCase.all)
    func holdsExactly(limit: LimitCase) {
        #expect(failure(limit.record(limit.most), limits: limit.limits) == nil)
        let error = failure(limit.record(limit.most + 1), limits: limit.limits)
        #expect(error?.code == limit.code)
        #expect(error?.message.contains("\(limit.most)") == true || limit.code == .headersTooLarge)
    }
}
