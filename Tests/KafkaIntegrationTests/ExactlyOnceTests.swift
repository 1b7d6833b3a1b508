internal import Concurrency
internal import Kafka
internal import Operations
internal import Streaming
internal import StreamingTestSupport
internal import Testing

/// Members of a group on a real broker: every record comes out once, whatever happens in between.
@Suite(.realBroker, .timeLimit(.minutes(5)))
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
        let sofar = try await stream.results(waitingFor: 0)
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
            for _ in 0..<3 {
                let intruder = try TransactionalProducer(
                    bootstrap: stream.bootstrap, transactionalID: stream.lane().transactionalID, properties: .producer,
                    wakeup: Wakeup(), monitor: CallMonitor())
                try await intruder.initTransactions(timeout: .seconds(30))
                await intruder.close()
            }
            try await stream.send(Array(uploads[4_000...]))
            try await stream.waitFor(uploads.count)
        }
        try await stream.results(waitingFor: uploads.count).expect(uploads)
    }

    @Test func membersComeAndGo() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "members")
        let uploads = Upload.many(12_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await stream.send(uploads, pace: .milliseconds(60)) }
            group.addTask {
                try await stream.withMember(TestPipeline(), stream.lane(transactionalID: "\(stream.name)-first")) {
                    try await stream.waitFor(uploads.count, .seconds(120))
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
