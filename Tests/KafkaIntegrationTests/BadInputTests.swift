internal import Events
internal import Kafka
internal import Streaming
internal import StreamingTestSupport
internal import Testing

/// Records that are no events, among records that are, through a real broker.
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct BadInputTests {
    private static let head =
        "\"specversion\":\"1.0\",\"type\":\"weir.upload.created.v1\",\"source\":\"/test\",\"id\":\"x\""
    private static let body = "\"data\":{\"account\":{\"id\":\"a\"},\"text\":{\"body\":\"t\"}}"

    private static func deadLetter(_ id: String, _ text: String?, _ code: String) -> Upload {
        Upload(id: id, key: Array("bad".utf8), value: text.map { Array($0.utf8) }, answer: .deadLetter(code))
    }

    private static var bad: [Upload] {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let bomb = (0..<2_000).map { (name: Array("h\($0)".utf8), value: Optional(Array("v".utf8))) }
        return [
            deadLetter("null", nil, "null-value"),
            deadLetter("empty", "", "json-truncated"),
            deadLetter("large", "{\"x\":\"\(String(repeating: "x", count: 1 << 20))\"}", "record-too-large"),
            Upload(
                id: "utf8", key: [0xFF], value: Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8),
                answer: .deadLetter("json-encoding")),
            deadLetter("cut", "{\(head),\"data\":{\"account\":", "json-truncated"),
            deadLetter("deep", "{\(head),\"x\":\(deep),\(body)}", "nesting-too-deep"),
            deadLetter("type", "{\(head),\"data\":{\"account\":{\"id\":7},\"text\":{\"body\":\"t\"}}}", "field-type"),
            deadLetter("twice", "{\(head),\"id\":\"y\",\(body)}", "field-duplicate"),
            deadLetter(
                "unknown", "{\"specversion\":\"1.0\",\"type\":\"x\",\"source\":\"/\",\"id\":\"x\",\(body)}",
                "type-unknown"),
            deadLetter(
                "range",
                "{\(head),\"data\":{\"account\":{\"id\":\"a\",\"followers\":99999999999999999999},\"links\":[\"x\"]}}",
                "field-range"),
            deadLetter("ancient", "{\(head),\"time\":\"0001-01-01T00:00:00Z\",\(body)}", "time-range"),
            deadLetter("no-time", "{\(head),\"time\":\"tomorrow\",\(body)}", "time-format"),
            Upload(
                id: "bomb", key: Array("bad".utf8), value: Upload.event(id: "bomb", account: "a"), headers: bomb,
                answer: .deadLetter("headers-too-large")),
        ]
    }

    @Test func eachEndsAsDocumentedAndTheNextIsUnharmed() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(
            on: broker.bootstrap, "bad", inputConfiguration: ["max.message.bytes": "2097152"])
        var uploads: [Upload] = []
        for (number, bad) in Self.bad.enumerated() {
            uploads.append(bad)
            let id = "good-\(number)"
            // One without a key: an account is the platform's business.
            let key = number == 3 ? nil : Array("bad".utf8)
            uploads.append(
                Upload(id: id, key: key, value: Upload.event(id: id, account: "a"), answer: .verdict("allow")))
        }
        // A future time and the same event twice are events: the platform's clock and its retries are its own.
        uploads.append(
            Upload(
                id: "x", key: Array("bad".utf8),
                value: Array("{\(Self.head),\"time\":\"2199-01-01T00:00:00Z\",\(Self.body)}".utf8),
                answer: .verdict("allow")))
        let sent = uploads
        try await stream.withMember(TestPipeline()) {
            try await stream.send(sent)
            try await stream.waitFor(sent.count)
        }
        let results = try await stream.results(waitingFor: sent.count)
        results.expect(sent)
        for letter in results.deadLetters {
            let original = try #require(
                Self.bad.first { $0.value == letter.record.value && $0.key == letter.record.key })
            #expect(original.answer == .deadLetter(letter.code))
            // The original headers come first, then Weir's.
            let own = letter.record.headers.prefix(original.headers.count)
            #expect(own.map(\.name) == original.headers.map { String(decoding: $0.name, as: UTF8.self) })
            #expect(own.map(\.value) == original.headers.map(\.value))
            #expect(letter.header("weir.error.stage") == "decode")
            #expect(letter.header("weir.error.version") == "test")
            #expect(letter.header("weir.error.attempt") == "1")
            #expect(letter.header("weir.source.topic") == stream.input)
            #expect(letter.header("weir.error.message")?.isEmpty == false)
        }
    }

    @Test func anEventSentTwiceHasTwoVerdictsWithIdsOfTheirOwn() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "twice", partitions: 1)
        let upload = Upload(
            id: "same", key: Array("a".utf8), value: Upload.event(id: "same", account: "a"), answer: .verdict("allow"))
        try await stream.withMember(TestPipeline()) {
            try await stream.send([upload, upload])
            try await stream.waitFor(2)
        }
        let audit = try await stream.results(waitingFor: 2).audit
        #expect(audit.map(\.event) == ["same", "same"])
        #expect(audit.map(\.offset) == [0, 1])
        #expect(Set(audit.map(\.id)).count == 2)
    }

    @Test func topicsThatCannotHoldWhatIsWrittenAreRefusedAtStart() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(
            on: broker.bootstrap, "small", partitions: 1, deadLetterConfiguration: ["max.message.bytes": "1000"])
        var lane = stream.lane()
        lane.outputs.review = "\(stream.name)-missing"
        let options = lane
        let error = await #expect(throws: TopicsNotReady.self) {
            try await stream.withMember(try TestPipeline(), options) {
                try await Task.sleep(for: .seconds(240))
            }
        }
        let problems = try #require(error).problems
        #expect(problems.count == 2)
        #expect(problems.contains { $0.contains("\(stream.name)-missing does not exist") })
        #expect(problems.contains { $0.contains("max.message.bytes is 1000") })
    }
}
