internal import Configuration
internal import Events
internal import Glibc
internal import Kafka
internal import Operations
internal import Pipeline
internal import Signals
internal import StreamingTestSupport
internal import Testing

@testable internal import Streaming

private let usedLine = #"weir_signal_snapshots_total{result="used"} 1"#
private let refusedLine = #"weir_signal_snapshots_total{result="refused"} 1"#
private let writtenLine = #"weir_signal_snapshots_total{result="written"} 1"#

/// A feed that begins with a snapshot, on librdkafka's own broker.
@Suite(.timeLimit(.minutes(5))) struct SnapshotFeedTests {
    private func signal(_ value: String, _ opinion: Opinion = .positive, deleted: Bool = false) -> Signal {
        var signal = Signal(type: .term, value: value)
        signal.opinion = opinion
        signal.deleted = deleted
        return signal
    }

    private func write(_ cluster: MockCluster, _ signals: [Signal]) async throws {
        var rest = [signals]
        let topic = SignalTopic("signals", bootstrap: cluster.bootstrap, properties: .common)
        #expect(try await topic.write { rest.popLast() ?? [] } == signals.count)
    }

    /// What a worker has at its start, and what it says.
    private struct Worker {
        let pipeline: TestPipeline
        let registry: MetricsRegistry
        let readiness: Readiness

        var known: [String] {
            pipeline.judge.current.signals.signals.filter { $0.type == .term }.map { "\($0.value) \($0.opinion)" }
                .sorted()
        }

        func has(_ line: String) -> Bool { registry.prometheusText().split(separator: "\n").contains { $0 == line } }
    }

    /// Runs a feed and what writes its snapshots, as long as `body` does.
    private func working(
        _ cluster: MockCluster, _ path: String, changes: Int = 1_000_000, interval: Duration = .seconds(3_600),
        _ body: (Worker) async throws -> Void
    ) async throws {
        let pipeline = try TestPipeline()
        let store = SignalStore(pipeline.blueprint, logger: pipeline.logger)
        await store.serve(pipeline.judge)
        let (registry, readiness, restored) = (MetricsRegistry(), Readiness(), Latch())
        let snapshots = SignalSnapshotter(
            path: path, interval: interval, changes: changes, progress: Progress("snapshot"),
            metrics: SignalSnapshotMetrics(registry), logger: pipeline.logger)
        let feed = SignalTopicFeed(
            topic: "signals", isRequired: true, bootstrap: cluster.bootstrap,
            properties: ClientProperties.consumer.merging(["fetch.wait.max.ms": "10"]), store: store,
            restored: restored, readiness: readiness, progress: Progress("signals"),
            metrics: SignalTopicMetrics(registry), logger: pipeline.logger, snapshots: snapshots)
        let shutdown = ShutdownSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await feed.run(until: shutdown) }
            group.addTask { try await snapshots.run(until: shutdown) }
            defer { shutdown.trigger() }
            #expect(try await eventually { restored.isOpen })
            #expect(readiness.notReady.isEmpty)
            try await body(Worker(pipeline: pipeline, registry: registry, readiness: readiness))
            shutdown.trigger()
            try await group.waitForAll()
        }
    }

    private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !condition() {
            if ContinuousClock.now > deadline { return false }
            try await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    private func withFile(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/weir-snapshot-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            for name in ["signals", "signals.new"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        try await body("\(folder)/signals")
    }

    @Test func aWorkerBeginsWithASnapshotAndReadsWhatCameSince() async throws {
        try await withFile { path in
            try await MockBroker.with { cluster in
                try cluster.createTopic("signals", partitions: 3)
                try await write(cluster, (0..<50).map { signal("word\($0)") } + [signal("gone")])
                try await working(cluster, path) { worker in
                    #expect(worker.known.count == 51)
                    let isWritten = try await eventually { worker.has(writtenLine) }
                    #expect(isWritten)
                    #expect(!worker.has(usedLine))
                }
                try await write(cluster, [signal("gone", deleted: true), signal("word7", .seed), signal("new")])
                try await working(cluster, path) { worker in
                    // All of it before anything may be judged.
                    #expect(worker.known.count == 51)
                    #expect(worker.known.contains("new positive") && worker.known.contains("word7 seed"))
                    #expect(!worker.known.contains("gone positive"))
                    let version = worker.pipeline.judge.current.signals.version
                    #expect(version.topic == "signals" && version.offsets.reduce(0, +) == 54)
                    #expect(worker.has(usedLine))
                    // The last record of each partition was read once more, and is no change.
                    #expect(worker.has(#"weir_signal_changes_total{result="applied"} 3"#))
                    // It is followed as ever.
                    try await write(cluster, [signal("new", deleted: true), signal("newer")])
                    #expect(try await eventually { worker.known.contains("newer positive") })
                    #expect(!worker.known.contains("new positive"))
                }
            }
        }
    }

    /// After so many changes another one is written, and the next worker goes on from there.
    @Test func changesBringAnotherSnapshot() async throws {
        try await withFile { path in
            try await MockBroker.with { cluster in
                try cluster.createTopic("signals", partitions: 2)
                try await write(cluster, [signal("one")])
                try await working(cluster, path, changes: 2, interval: .milliseconds(500)) { worker in
                    let isWritten = try await eventually { worker.has(writtenLine) }
                    #expect(isWritten)
                    try await write(cluster, [signal("one", deleted: true), signal("two"), signal("three")])
                    #expect(
                        try await eventually { worker.has(#"weir_signal_snapshots_total{result="written"} 2"#) })
                }
                try await working(cluster, path) { worker in
                    #expect(worker.known == ["three positive", "two positive"])
                    #expect(worker.has(usedLine))
                    #expect(worker.has(#"weir_signal_changes_total{result="applied"} 0"#))
                }
            }
        }
    }

    /// What is damaged, and what is of another cluster's topic, is not used: all is read, and another one written.
    @Test(arguments: [true, false]) func whatIsNotOfThisTopicIsRefused(isDamaged: Bool) async throws {
        try await withFile { path in
            try await MockBroker.with { cluster in
                try cluster.createTopic("signals", partitions: 1)
                try await write(cluster, [signal("one"), signal("two")])
                try await working(cluster, path) { worker in
                    let isWritten = try await eventually { worker.has(writtenLine) }
                    #expect(isWritten)
                }
                if isDamaged {
                    let stream = try #require(fopen(path, "r+"))
                    fseek(stream, 200, SEEK_SET)
                    fputc(0xAA, stream)
                    fclose(stream)
                    try await expectAnew(cluster, path, ["one positive", "two positive"])
                }
            }
            guard !isDamaged else { return }
            try await MockBroker.with { cluster in
                try cluster.createTopic("signals", partitions: 1)
                try await write(cluster, [signal("other"), signal("things"), signal("here")])
                try await expectAnew(cluster, path, ["here positive", "other positive", "things positive"])
            }
        }
    }

    private func expectAnew(_ cluster: MockCluster, _ path: String, _ known: [String]) async throws {
        try await working(cluster, path) { worker in
            #expect(worker.known == known)
            #expect(worker.has(refusedLine) && !worker.has(usedLine))
            let isWritten = try await eventually { worker.has(writtenLine) }
            #expect(isWritten)
        }
        try await working(cluster, path) { worker in
            #expect(worker.known == known)
            #expect(worker.has(usedLine))
        }
    }

    /// A folder that nobody may write in costs nothing but the snapshot.
    @Test func aSnapshotThatCannotBeWrittenIsDoneWithout() async throws {
        try await MockBroker.with { cluster in
            try cluster.createTopic("signals", partitions: 1)
            try await write(cluster, [signal("one")])
            try await working(cluster, "/proc/weir/signals") { worker in
                #expect(
                    try await eventually { worker.has(#"weir_signal_snapshots_total{result="failed"} 1"#) })
                try await write(cluster, [signal("two")])
                #expect(try await eventually { worker.known == ["one positive", "two positive"] })
            }
        }
    }
}
