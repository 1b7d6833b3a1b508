internal import CRdkafka
internal import Kafka
internal import Operations
internal import StreamingTestSupport
internal import Testing

@testable internal import Streaming

/// A group that does not know any more what it was told, as the mock broker's never does: that broker keeps no offsets of
/// transactions, and shows the records of those that were not committed.
@Suite(.timeLimit(.minutes(5)))
struct ForgetfulGroupTests {
    private static let first = Upload.many(200)
    private static let later = Upload.many(50, prefix: "later")

    @Test func whatWasCommittedIsNotDoneTwiceForItsSake() async throws {
        let copies = try await play(
            failing: .transactionOffsetCommit, with: RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            denialLimit: .milliseconds(300)
        ) { outcome in
            outcome.ended("aborted") == 1 && outcome.isAllCommitted
        }
        #expect(copies.first == [1], "what was committed came out again")
        #expect(copies.later.allSatisfy { $0 > 0 }, "the lane did not go on")
    }

    @Test func itIsAskedAgainForAWhile() async throws {
        let copies = try await play(
            failing: .transactionOffsetCommit, with: RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            denialLimit: .seconds(600)
        ) { outcome in
            outcome.notReady.contains { $0.contains("does not know any more what was committed") }
        }
        #expect(copies.first == [1])
    }

    /// Fenced while it commits: on this broker the records are visible then, and the group has not moved on.
    @Test func whatIsVisibleOfACommitInDoubtIsNotSentAgain() async throws {
        let copies = try await play(
            failing: .endTransaction, with: RD_KAFKA_RESP_ERR_PRODUCER_FENCED, denialLimit: .milliseconds(300)
        ) { outcome in
            outcome.ended("split") == 1 && outcome.isAllCommitted
        }
        #expect(copies.first == [1])
        #expect(copies.later == [1])
    }

    /// Its partitions are lost and come back: what was committed before stands.
    @Test func aMemberThatComesBackDoesNotBeginAnew() async throws {
        let copies = try await play(
            failing: .heartbeat, with: RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, denialLimit: .milliseconds(300),
            goingOnWhen: { $0.metrics.rebalances.value >= 3 }
        ) { outcome in
            outcome.isAllCommitted
        }
        #expect(copies.first == [1])
        #expect(copies.later == [1])
    }

    /// What can be seen of a lane from outside.
    private struct Outcome: Sendable {
        let metrics = StreamingMetrics(MetricsRegistry())
        let readiness = Readiness()

        var notReady: [String] { readiness.notReady }
        func ended(_ result: String) -> UInt64 { metrics.transactions[result].value }
        /// In the only partition, as the lane has it.
        var committed: Int64 { metrics.committedOffset(of: TopicPartition("forgetful-uploads", 0)) ?? 0 }
        var isAllCommitted: Bool {
            committed == Int64(ForgetfulGroupTests.first.count + ForgetfulGroupTests.later.count)
        }
    }

    /// In how many copies records came out: each number that occurs.
    private struct Copies {
        let first: Set<Int>
        let later: Set<Int>
    }

    /// Plays a lane of which a transaction fails once something is committed, until it has come to what is awaited.
    private func play(
        failing request: MockCluster.Request, with error: KafkaError.Code, denialLimit: Duration,
        goingOnWhen goesOn: @escaping @Sendable (Outcome) -> Bool = { _ in true },
        until isDone: @escaping @Sendable (Outcome) -> Bool
    ) async throws -> Copies {
        try await MockBroker.with { cluster in
            // One partition, so that offsets tell the first from the later.
            let stream = try Stream(on: cluster, "forgetful", partitions: 1)
            let outcome = Outcome()
            var options = stream.lane(instance: "member-0")
            options.denialLimit = denialLimit
            options.hasTimeIndex = false
            let pipeline = try TestPipeline(logLevel: .critical)
            let lane = try Lane(
                options, judge: pipeline.judge, metrics: outcome.metrics, pipelineMetrics: pipeline.metrics,
                readiness: outcome.readiness, progress: Progress("test"), monitor: CallMonitor(),
                logger: pipeline.logger)
            let shutdown = ShutdownSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await lane.run(until: shutdown) }
                defer { shutdown.trigger() }
                try await stream.send(Self.first)
                try await poll("the first are committed") { outcome.committed == Int64(Self.first.count) }
                try cluster.answer(request, with: error)
                try await poll("the failure has its effect") { goesOn(outcome) }
                try await stream.send(Self.later)
                try await poll("the lane comes to what is awaited") { isDone(outcome) }
            }
            return try await count(stream)
        }
    }

    private func count(_ stream: Stream) async throws -> Copies {
        let results = try await stream.results(waitingFor: Self.first.count)
        let offsets = results.audit.map(\.offset) + results.deadLetters.map(\.offset)
        var copies = Array(repeating: 0, count: Self.first.count + Self.later.count)
        for offset in offsets { copies[Int(offset)] += 1 }
        return Copies(first: Set(copies.prefix(Self.first.count)), later: Set(copies.suffix(Self.later.count)))
    }

    private func poll(_ what: String, _ isSo: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !isSo() {
            try #require(ContinuousClock.now < deadline, "not in time: \(what)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
