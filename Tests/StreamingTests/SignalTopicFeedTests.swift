internal import Concurrency
internal import Detection
internal import Events
internal import Kafka
internal import Operations
internal import Pipeline
internal import Signals
internal import StreamingTestSupport
internal import Synchronization
internal import Testing

@testable internal import Streaming

private let silent = Logger(label: "test", sink: LogSink(level: .critical, format: .text, descriptor: -1))

/// The signals topic, on librdkafka's own broker.
@Suite(.timeLimit(.minutes(5))) struct SignalTopicFeedTests {
    private static let hash = String(repeating: "a", count: 64)

    private func signal(
        _ value: String, _ opinion: Opinion = .positive, source: String? = nil, deleted: Bool = false
    ) -> Signal {
        var signal = Signal(type: .term, value: value)
        signal.opinion = opinion
        signal.source = source
        signal.deleted = deleted
        return signal
    }

    /// Runs a feed as long as `body` does.
    private func feeding(
        _ cluster: MockCluster, isRequired: Bool = true,
        _ body: (_ pipeline: TestPipeline, _ parts: Parts) async throws -> Void
    ) async throws {
        let pipeline = try TestPipeline()
        let store = SignalStore(pipeline.blueprint, logger: pipeline.logger)
        await store.serve(pipeline.judge)
        let parts = Parts()
        let shutdown = ShutdownSignal()
        let feed = feed(cluster, store, parts, isRequired: isRequired)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await feed.run(until: shutdown) }
            defer { shutdown.trigger() }
            try await body(pipeline, parts)
            shutdown.trigger()
            try await group.waitForAll()
        }
    }

    private func feed(
        _ cluster: MockCluster, _ store: SignalStore, _ parts: Parts, isRequired: Bool
    ) -> SignalTopicFeed {
        SignalTopicFeed(
            topic: "signals", isRequired: isRequired, bootstrap: cluster.bootstrap,
            properties: ClientProperties.consumer.merging(["fetch.wait.max.ms": "10"]), store: store,
            restored: parts.restored, readiness: parts.readiness, progress: Progress("signals"),
            metrics: SignalTopicMetrics(parts.registry), logger: silent)
    }

    private struct Parts {
        let restored = Latch()
        let readiness = Readiness()
        let registry = MetricsRegistry()

        func metric(_ line: String) -> Bool { registry.prometheusText().split(separator: "\n").contains { $0 == line } }
    }

    private func write(_ cluster: MockCluster, _ signals: [Signal]) async throws {
        var rest = [signals]
        let topic = SignalTopic("signals", bootstrap: cluster.bootstrap, properties: .common)
        #expect(try await topic.write { rest.popLast() ?? [] } == signals.count)
    }

    private func known(_ pipeline: TestPipeline) -> [String] {
        pipeline.judge.current.signals.signals.filter { $0.type == .term }.map { "\($0.value) \($0.opinion)" }.sorted()
    }

    private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !condition() {
            if ContinuousClock.now > deadline { return false }
            try await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    @Test func whatIsThereIsReadFirstAndWhatComesIsInForceAtOnce() async throws {
        try await MockBroker.with { cluster in
            try cluster.createTopic("signals", partitions: 3)
            try await write(cluster, [signal("one"), signal("two", source: "a"), signal("gone")])
            try await write(cluster, [signal("gone", deleted: true), signal("two", .negative, source: "b")])
            try await feeding(cluster) { pipeline, parts in
                #expect(try await eventually { parts.restored.isOpen })
                // All that was there is in force before anything may be judged.
                #expect(known(pipeline) == ["one positive", "two disputed"])
                #expect(parts.readiness.notReady.isEmpty)
                let first = pipeline.judge.current.signals.version
                #expect(first.topic == "signals")
                #expect(first.offsets.reduce(0, +) == 5)

                try await write(cluster, [signal("three")])
                #expect(try await eventually { known(pipeline).contains("three positive") })
                try await write(cluster, [signal("two", source: "b", deleted: true), signal("one", .seed)])
                #expect(
                    try await eventually { known(pipeline) == ["one seed", "three positive", "two positive"] })
                #expect(pipeline.judge.current.signals.version.offsets.reduce(0, +) == 8)
                #expect(
                    try await eventually { parts.metric(#"weir_signal_changes_total{result="applied"} 8"#) })
            }
        }
    }

    /// Records that are none spoil nothing, before and after the first reading.
    @Test func badRecordsCostOnlyThemselves() async throws {
        try await MockBroker.with { cluster in
            try cluster.createTopic("signals", partitions: 2)
            try await garbage(cluster, 100)
            try await write(cluster, (0..<1_000).map { signal("word\($0)") })
            try await garbage(cluster, 100)
            try await feeding(cluster) { pipeline, parts in
                #expect(try await eventually { parts.restored.isOpen })
                #expect(known(pipeline).count == 1_000)
                try await garbage(cluster, 50)
                try await write(cluster, [signal("last")])
                #expect(try await eventually { known(pipeline).count == 1_001 })
                #expect(
                    try await eventually { parts.metric(#"weir_signal_changes_total{result="rejected"} 250"#) })
                #expect(
                    try await eventually { parts.metric(#"weir_signal_changes_total{result="applied"} 1001"#) })
            }
        }
    }

    private func garbage(_ cluster: MockCluster, _ count: Int) async throws {
        let producer = try PlainProducer(bootstrap: cluster.bootstrap, properties: .common)
        try await producer.produce { sink throws(KafkaError) in
            let topic = try sink.topic("signals")
            for number in 0..<count {
                let value = ["{", #"{"type":"pdq","value":"\#(Self.hash)\n"}"#, #"{"type":"x"}"#, "\u{0}"][number % 4]
                try sink.send(to: topic, key: Array("g\(number)".utf8), value: Array(value.utf8), headers: [])
            }
        }
        try await producer.flush(timeout: .seconds(20))
        await producer.close()
    }

    /// By default the topic may be missing; then it is read when it comes.
    @Test func aTopicThatIsOnlyThereByDefaultMayBeMissing() async throws {
        try await MockBroker.with { cluster in
            // So that the cluster knows any topic.
            try cluster.createTopic("other", partitions: 1)
            try await feeding(cluster, isRequired: false) { pipeline, parts in
                #expect(try await eventually { parts.restored.isOpen })
                #expect(parts.readiness.notReady.isEmpty)
                try cluster.createTopic("signals", partitions: 1)
                try await write(cluster, [signal("one")])
                #expect(try await eventually { known(pipeline) == ["one positive"] })
            }
        }
    }

    /// One that was asked for must be there, after a while in which brokers get to know it.
    @Test func aTopicThatWasAskedForMustBeThere() async throws {
        try await MockBroker.with { cluster in
            try cluster.createTopic("other", partitions: 1)
            let pipeline = try TestPipeline()
            let parts = Parts()
            let feed = feed(cluster, SignalStore(pipeline.blueprint, logger: pipeline.logger), parts, isRequired: true)
            await #expect(throws: TopicsNotReady.self) { try await feed.run(until: ShutdownSignal()) }
            #expect("\(parts.readiness.notReady)".contains("topic signals does not exist"))
            #expect(!parts.restored.isOpen)
        }
    }

    /// A detector whose signals have not changed is not made anew.
    @Test func detectorsAreMadeAnewOnlyForTheirOwnSignals() async throws {
        let made = Atomic(0)
        let counting = DetectorRegistration(name: "counting", version: "1", summary: "", uses: [.term]) { context in
            made.add(1, ordering: .relaxed)
            return Idle()
        }
        let pipeline = try TestPipeline(extra: [counting])
        let store = SignalStore(pipeline.blueprint, logger: pipeline.logger)
        try await store.load([])
        await store.serve(pipeline.judge)
        let before = made.load(ordering: .relaxed)
        var hash = Signal(type: .sha256, value: Self.hash)
        hash.opinion = .positive
        try await store.apply([SignalChange(hash)], offsets: [1])
        #expect(made.load(ordering: .relaxed) == before)
        #expect(pipeline.judge.current.signals.count == 1)
        try await store.apply([SignalChange(signal("one"))], offsets: [2])
        #expect(made.load(ordering: .relaxed) == before + 1)
    }

    private struct Idle: Detector {
        func inspect(_ inspection: Inspection) -> Findings { Findings() }
    }

    @Test func toolsReadWhatIsThere() async throws {
        try await MockBroker.with { cluster in
            try cluster.createTopic("signals", partitions: 3)
            let topic = SignalTopic("signals", bootstrap: cluster.bootstrap, properties: .common)
            #expect(try await topic.contents().signals.count == 0)
            try await write(cluster, [signal("one"), signal("two", source: "a"), signal("two", .seed, source: "b")])
            try await write(cluster, [signal("one", deleted: true)])
            try await garbage(cluster, 3)
            let contents = try await topic.contents()
            #expect(contents.records == 7)
            #expect(contents.rejected.count == 3)
            #expect(contents.signals.signals.map(\.value) == ["two"])
            #expect(Set(contents.signals.stated(by: .topic).map(\.source)) == ["a", "b"])
            let missing = SignalTopic("nowhere", bootstrap: cluster.bootstrap, properties: .common)
            await #expect(throws: SignalTopic.Missing.self) { try await missing.contents() }
        }
    }
}
