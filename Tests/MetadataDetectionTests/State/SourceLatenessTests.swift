import Configuration
import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// How late an event may come, by its source.
@Suite struct SourceLatenessTests {
    private func lateness(_ lateness: SourceLateness, _ source: String) -> Int64? {
        Array(source.utf8).withUnsafeBytes { lateness.lateness(of: $0) }?.components.seconds
    }

    @Test func theNameGoesBeforeABeginningAndALongerOneBeforeAShorter() {
        let known = SourceLateness([
            "/feeds/slow": .seconds(1), "/feeds/*": .seconds(2), "/feeds/slow*": .seconds(3), "/f*": .seconds(4),
        ])
        #expect(lateness(known, "/feeds/slow") == 1)
        #expect(lateness(known, "/feeds/slower") == 3)
        #expect(lateness(known, "/feeds/") == 2)
        #expect(lateness(known, "/feeds") == 4)
        #expect(lateness(known, "/F") == nil)
        #expect(lateness(known, "") == nil)
        #expect(lateness(SourceLateness(), "/feeds/slow") == nil)
    }

    /// A plain look at all names, against the order that the entries are asked in.
    @Test(arguments: UInt64(1)...20)
    func itIsWhatAPlainLookGives(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func name() -> String {
            String((0..<Int.random(in: 1...4, using: &random)).map { _ in Bool.random(using: &random) ? "a" : "b" })
        }
        var names: [String: Duration] = [:]
        for number in 0..<12 { names[name() + (Bool.random(using: &random) ? "*" : "")] = .seconds(number) }
        let known = SourceLateness(names)
        for _ in 0..<50 {
            let source = name()
            let beginnings = names.filter { $0.key.hasSuffix("*") && source.hasPrefix($0.key.dropLast()) }
            let expected = names[source] ?? beginnings.max { $0.key.utf8.count < $1.key.utf8.count }?.value
            #expect(lateness(known, source) == expected?.components.seconds, "\(source) of \(names)")
        }
    }

    private func settings(_ yaml: String) throws -> AccountSettings {
        let reader = SettingsReader(known: AccountSettings.all, environment: [:])
        return AccountSettings(try reader.read(Array(yaml.utf8), file: "with"))
    }

    @Test func eachSourceHasItsOwn() throws {
        let settings = try settings("lateness: 5m\nlatenessBySource: { /slow: 2h, \"/strict/*\": 0s }")
        let state = AccountState(settings, key: Array("k".utf8))
        var builder = EventBatch.Builder()
        let decoder = EventDecoder()
        // The source, and minutes that its event is behind the first.
        let events: [(source: String, behind: Int64)] = [
            ("/any", 0), ("/slow", 119), ("/slow", 121), ("/strict/a", 0), ("/strict/a", 1), ("/any", 5), ("/any", 6),
            ("/strict", 5),
        ]
        for (number, event) in events.enumerated() {
            let time = Timestamp(milliseconds: 1_780_000_000_000 - event.behind * 60_000)
            var stamp = ByteWriter()
            stamp.appendJSON(time)
            let json = """
                {"specversion":"1.0","type":"weir.upload.created.v1","source":"\(event.source)","id":"e-\(number)",\
                "time":\(String(decoding: stamp.bytes, as: UTF8.self)),"data":{"account":{"id":"a"},"text":{"body":"x"}}}
                """
            let error = Array(json.utf8).withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(value: bytes, offset: Int64(number), timestamp: time), headers: NoHeaders(),
                    into: &builder)
            }
            if let error { throw error }
        }
        let batch = state.withFacts(builder.finish(topic: "uploads", partition: 0))
        let late = batch.facts.filter { $0.fact == "late-event" }
        #expect(late.map(\.event) == [2, 4, 6])
        #expect(late.map(\.value) == [121 * 60, 60, 6 * 60])
    }

    @Test(arguments: [
        ("{ /a: soon }", "latenessBySource./a: expected a duration 0ms…1d, such as 90s, 10m or 24h, found \"soon\""),
        ("{ /a: 25h }", "found \"25h\""),
        ("{ \"/a*b\": 1h }", "latenessBySource./a*b: \"*\" may only stand at the end"),
        ("{ \"/a**\": 1h }", "may only stand at the end"),
        ("{ \"*\": 1h }", "what holds for all others is \"lateness\""),
        ("{ \"\": 1h }", "expected a source of 1…512 bytes"),
        ("{ \(String(repeating: "x", count: 513)): 1h }", "expected a source of 1…512 bytes"),
        ("2h", "expected a mapping of at most 64 sources to durations, found \"2h\""),
        (
            "{ \((0..<65).map { "/s\($0): 1h" }.joined(separator: ", ")) }",
            "names 65 sources; at most 64 are allowed"
        ),
    ])
    func whatIsWrongIsSaid(value: String, message: String) {
        let error = #expect(throws: InvalidConfiguration.self) { try settings("latenessBySource: \(value)") }
        let found = error?.description ?? ""
        #expect(found.contains(message), "\(found)")
    }

    @Test func itIsShownAsItIsRead() throws {
        let format = ValueFormat<SourceLateness>.sourceLateness
        let value = SourceLateness(["/a b": .seconds(90), "/c*": .seconds(7_200)])
        let node = try YAMLParser.parse(Array(format.show(value).utf8), file: "shown")
        #expect(format.read(node) == value)
        #expect(format.show(SourceLateness()) == "{}")
    }
}
