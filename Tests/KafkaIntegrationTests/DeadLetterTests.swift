internal import Events
internal import Kafka
internal import Streaming
internal import StreamingTestSupport
internal import Testing

/// What people do with dead letters, on a real broker.
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct DeadLetterTests {
    private func topic(_ stream: StreamingTestSupport.Stream) -> DeadLetterTopic {
        DeadLetterTopic(
            bootstrap: stream.bootstrap, properties: .common, topic: stream.outputs.deadLetters,
            partitions: stream.partitions)
    }

    private func replay(
        _ stream: StreamingTestSupport.Stream, most: Int = 3, inputs: Set<String>? = nil
    ) -> DeadLetterReplay {
        DeadLetterReplay(
            topic(stream), producerProperties: .producer, transactionalID: "\(stream.name)-dlq-replay",
            inputs: inputs ?? [stream.input], mostAttempts: most)
    }

    private func letters(
        _ stream: StreamingTestSupport.Stream, _ filter: LetterFilter = LetterFilter()
    ) async throws -> [StoredLetter] {
        var all: [StoredLetter] = []
        let topic = topic(stream)
        try await topic.letters(filter, within: try await topic.survey()) { found in
            all += found
            return true
        }
        return all
    }

    /// Events that a strict member refuses and a lenient one reads: what a mended mapping or limit is.
    private func deep(_ count: Int) -> [Upload] {
        (0..<count).map { number in
            let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
            let value = """
                {"specversion":"1.0","type":"weir.upload.created.v1","source":"/test","id":"deep-\(number)",
                 "data":{"account":{"id":"a-\(number % 7)"},"text":{"body":"hello"},"extra":\(deep)}}
                """
            return Upload(
                id: "deep-\(number)", key: Array("a-\(number % 7)".utf8), value: Array(value.utf8),
                headers: [(Array("trace".utf8), Array("t-\(number)".utf8)), (Array("empty".utf8), nil)],
                answer: .verdict("allow"))
        }
    }

    @Test func mendedLettersArePutBackOnceEach() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await StreamingTestSupport.Stream(on: broker.bootstrap, "mended")
        var strict = stream.lane()
        strict.mostDeadLetters = 1
        let uploads = deep(900)
        try await stream.withMember(TestPipeline(), strict) {
            try await stream.send(uploads)
            try await stream.waitFor(uploads.count)
        }
        #expect(try await letters(stream).allSatisfy { $0.code == "nesting-too-deep" && $0.attempt == 1 })

        // The first run stops half way; the second does the rest; the third has nothing to do.
        var half = LetterFilter()
        half.partitions = [0, 1]
        let trial = try await replay(stream).run(half, isTrial: true) { _ in }
        let first = try await replay(stream).run(half) { _ in }
        #expect(first == trial && first.replayed > 0)
        let second = try await replay(stream).run(LetterFilter()) { _ in }
        #expect(second.replayed == uploads.count - first.replayed)
        #expect(second.already == first.replayed)
        let third = try await replay(stream).run(LetterFilter()) { _ in }
        #expect(third.replayed == 0 && third.already == uploads.count)

        var lenient = stream.lane()
        lenient.limits.nesting = 64
        try await stream.withMember(TestPipeline(), lenient) {
            try await stream.waitFor(2 * uploads.count + uploads.count)
        }
        // Letters, marks, and one verdict each, in the order in which each account sent them.
        let results = try await stream.results(waitingFor: 3 * uploads.count)
        #expect(results.audit.count == uploads.count)
        #expect(Set(results.audit.map(\.event)) == Set(uploads.map(\.id)))
    }

    @Test func whatKeepsFailingIsNotPutBackForEver() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await StreamingTestSupport.Stream(on: broker.bootstrap, "loop", partitions: 2)
        var strict = stream.lane()
        strict.mostDeadLetters = 1
        let uploads = deep(10)
        try await stream.send(uploads)
        var expected = uploads.count
        for attempt in 1...3 {
            try await stream.withMember(TestPipeline(), strict) { [expected] in try await stream.waitFor(expected) }
            let all = try await letters(stream)
            #expect(all.filter { $0.attempt == attempt }.count == uploads.count)
            for letter in all {
                #expect(letter.record.headers.count { $0.name == "weir.error.attempt" } >= 1)
                #expect(letter.record.headers.first { $0.name == "trace" }?.value != nil)
            }
            let counts = try await replay(stream).run(LetterFilter()) { _ in }
            #expect(counts.replayed == (attempt < 3 ? uploads.count : 0))
            #expect(counts.exhausted == (attempt < 3 ? 0 : uploads.count))
            // The marks, and what fails again.
            expected += 2 * uploads.count
        }
    }

    @Test func lettersAreFoundShownAndPurged() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await StreamingTestSupport.Stream(on: broker.bootstrap, "find", partitions: 2)
        let uploads = Upload.many(400)
        try await stream.withMember(TestPipeline()) {
            try await stream.send(uploads)
            try await stream.waitFor(uploads.count)
        }
        let all = try await letters(stream)
        #expect(all.count == 4)
        var filter = LetterFilter()
        filter.codes = ["json-truncated"]
        #expect(try await letters(stream, filter).count == 4)
        filter.codes = ["null-value"]
        #expect(try await letters(stream, filter).isEmpty)
        filter.codes = []
        filter.until = Timestamp(milliseconds: 0)
        #expect(try await letters(stream, filter).isEmpty)
        filter.until = nil
        filter.since = Timestamp(milliseconds: 0)
        #expect(try await letters(stream, filter).count == 4)
        filter.sourceTopics = ["elsewhere"]
        #expect(try await letters(stream, filter).isEmpty)
        let first = try #require(all.first)
        let shown = try await topic(stream).record(
            partition: first.place.partition, offset: first.record.offset)
        #expect(shown?.value == first.record.value)
        #expect(try await topic(stream).record(partition: 0, offset: 1_000_000) == nil)
        let foreign = try await replay(stream, inputs: [stream.outcomes]).run(LetterFilter()) { _ in }
        #expect(foreign.foreign == 4 && foreign.replayed == 0)

        let admin = try AdminClient(bootstrap: stream.bootstrap, properties: .common)
        var doomed: [TopicPartition: Int64] = [:]
        #expect(try await topic(stream).survey(before: Timestamp(milliseconds: 0)).isEmpty)
        for (partition, offset) in try await topic(stream).survey(before: nil) {
            doomed[TopicPartition(stream.outputs.deadLetters, partition)] = offset
        }
        let left = try await admin.deleteRecords(before: doomed, timeout: .seconds(30))
        await admin.close()
        #expect(left == doomed)
        #expect(try await letters(stream).isEmpty)
    }
}
