internal import Concurrency
internal import Kafka
internal import Operations
internal import Streaming
internal import StreamingTestSupport
internal import Testing

/// Members of a group on a real broker: every record comes out once, whatever happens in between.
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct ExactlyOnceTests {
    @Test func everyRecordComesOutOnceAndInOrder() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "once")
        let uploads = Upload.many(5_000)
        try await stream.withMember(TestPipeline()) {
            try await stream.send(uploads)
            try await stream.waitFor(uploads.count)
        }
        try await stream.results(waitingFor: uploads.count).expect(uploads)
        // Everything is committed: a next member would find nothing to do.
        let committed = try await stream.committed()
        #expect(committed.values.reduce(0, +) == Int64(uploads.count))
    }

    @Test func anEndUnderLoadLeavesNothingHalfDoneAndTheNextStartGoesOn() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "stop")
        let uploads = Upload.many(20_000)
        try await stream.send(uploads)
        try await stream.withMember(TestPipeline()) { try await stream.waitFor(2_000) }
        // What the first one committed is exactly what it sent out: no transaction stayed open.
        let halfway = try await stream.committed().values.reduce(0, +)
        let sofar = try await stream.results(waitingFor: Int(halfway))
        #expect(Int64(sofar.audit.count + sofar.deadLetters.count) == halfway)
        try await stream.withMember(TestPipeline()) { try await stream.waitFor(uploads.count) }
        try await stream.results(waitingFor: uploads.count).expect(uploads)
    }

    /// A second producer under the same transactional id is what a network partition leaves behind.
    @Test func aFencedProducerIsReplacedAndNothingIsLostOrDoubled() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "fence")
        let uploads = Upload.many(10_000)
        try await stream.withMember(TestPipeline()) {
            try await stream.send(Array(uploads[..<4_000]))
            try await stream.waitFor(1_000)
            for _ in 0..<3 { try await withProducer(stream, stream.lane().transactionalID) { _ in } }
            try await stream.send(Array(uploads[4_000...]))
            try await stream.waitFor(uploads.count)
        }
        try await stream.results(waitingFor: uploads.count).expect(uploads)
    }

    /// Markers and aborted records have offsets and are never seen. Going back after a failure must not take the place
    /// before it for the place reached, and the end must be reached all the same.
    @Test func transactionalInputIsReadOnceAndToItsEnd() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "markers", partitions: 2)
        let uploads = Upload.many(4_000)
        try await withProducer(stream, "\(stream.name)-source") { source in
            try await stream.withMember(TestPipeline()) {
                for (number, start) in stride(from: 0, to: uploads.count, by: 100).enumerated() {
                    let pack = Array(uploads[start..<start + 100])
                    if number % 3 == 0 { try await send(pack, to: stream, with: source, isKept: false) }
                    try await send(pack, to: stream, with: source, isKept: true)
                    // Fencing the lane's producer makes it go back.
                    if number % 8 == 5 { try await withProducer(stream, stream.lane().transactionalID) { _ in } }
                }
                try await stream.waitFor(uploads.count)
                try await stream.waitForTheEnd()
            }
        }
        try await stream.results(waitingFor: uploads.count).expect(uploads)
    }

    private func send(
        _ uploads: [Upload], to stream: Stream, with producer: TransactionalProducer, isKept: Bool
    ) async throws {
        let input = stream.input
        try await producer.begin()
        try await producer.produce { sink throws(KafkaError) in
            let topic = try sink.topic(input)
            for upload in uploads {
                try sink.send(to: topic, key: upload.key, value: upload.value, headers: upload.headers)
            }
        }
        if isKept { return try await producer.commit() }
        try await producer.flush(within: .seconds(20))
        try await producer.abort()
    }

    private func withProducer(
        _ stream: Stream, _ transactionalID: String, _ body: (TransactionalProducer) async throws -> Void
    ) async throws {
        let producer = try TransactionalProducer(
            bootstrap: stream.bootstrap, transactionalID: transactionalID, properties: .producer, wakeup: Wakeup(),
            monitor: CallMonitor())
        do {
            try await producer.initTransactions(timeout: .seconds(30))
            try await body(producer)
            await producer.close()
        } catch {
            await producer.close()
            throw error
        }
    }

    @Test func membersComeAndGo() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "members")
        let uploads = Upload.many(12_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await stream.send(uploads, pace: .milliseconds(60)) }
            group.addTask {
                try await stream.withMember(TestPipeline(), stream.lane(transactionalID: "\(stream.name)-first")) {
                    try await stream.waitFor(uploads.count)
                }
            }
            group.addTask {
                for round in 0..<2 {
                    let lane = stream.lane(transactionalID: "\(stream.name)-second-\(round)")
                    let readiness = Readiness()
                    try await stream.withMember(TestPipeline(), lane, readiness: readiness) {
                        // Until it has its share, and for a little work on it.
                        while !readiness.notReady.isEmpty { try await Task.sleep(for: .milliseconds(50)) }
                        try await Task.sleep(for: .milliseconds(700))
                    }
                }
            }
            try await group.waitForAll()
        }
        try await stream.results(waitingFor: uploads.count).expect(uploads)
    }
}
