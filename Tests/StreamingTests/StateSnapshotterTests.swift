internal import Events
internal import Glibc
internal import Kafka
internal import MetadataDetection
internal import Operations
internal import StreamingTestSupport
internal import Testing

@testable internal import Streaming

/// Snapshots and standbys of a state whose changelog is on librdkafka's own broker.
@Suite(.timeLimit(.minutes(5))) struct StateSnapshotterTests {
    private static let topic = "state"
    private let properties = ClientProperties.consumer.merging(["fetch.wait.max.ms": "10"])

    /// A partition that is folded, and whose changelog is written.
    private final class Owner: Sendable {
        let keeper: AccountKeeper
        let bootstrap: String

        init(_ keeper: AccountKeeper, _ bootstrap: String) {
            self.keeper = keeper
            self.bootstrap = bootstrap
        }

        /// Without the memory that it takes.
        struct Known: Equatable {
            let accounts: StateFigures.Known
            let events: Int
            let recordBytes: Int
            let newest: Timestamp?
            let nextOffset: Int64?
            let fingerprint: UInt64
        }

        var known: Known? {
            keeper.figures.map {
                Known(
                    accounts: $0.known, events: $0.events, recordBytes: $0.recordBytes, newest: $0.newest,
                    nextOffset: $0.nextOffset, fingerprint: $0.fingerprint)
            }
        }

        func fold(_ range: Range<Int>, commits: Bool = true) async throws {
            let changes = try #require(
                keeper.fold(try StateSnapshotterTests.uploads(range), nextOffset: Int64(range.upperBound)).changes)
            guard commits else { return }
            let producer = try PlainProducer(bootstrap: bootstrap, properties: .common)
            try await producer.produce { sink throws(KafkaError) in
                let topic = try sink.topic(StateSnapshotterTests.topic)
                var netted = NettedChanges()
                netted.add(changes)
                try netted.forEach { (key, value) throws(KafkaError) in
                    try sink.send(to: topic, partition: 0, key: key, value: value)
                }
            }
            try await producer.flush(timeout: .seconds(30))
            await producer.close()
            keeper.committed(before: Int64(range.upperBound))
        }
    }

    private static func uploads(_ range: Range<Int>) throws -> EventBatch {
        var builder = EventBatch.Builder()
        let decoder = EventDecoder()
        for number in range {
            let json = """
                {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"e-\(number)",\
                "time":"2026-11-23T10:00:00Z","data":{"account":{"id":"a-\(number % 40)"},"text":{"body":"words"}}}
                """
            let error = Array(json.utf8).withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(
                        value: bytes, offset: Int64(number), timestamp: Timestamp(milliseconds: 1_800_000_000_000)),
                    headers: NoHeaders(), into: &builder)
            }
            if let error { throw error }
        }
        return builder.finish(topic: "uploads", partition: 0)
    }

    private func options(_ cluster: MockCluster, _ folder: String, key: String = "k") throws -> StateOptions {
        var options = StateOptions(
            topic: StateSnapshotterTests.topic, accounts: AccountSettings(), key: Array(key.utf8))
        options.directory = folder
        options.aids.snapshots = StateSnapshotter(
            directory: folder, options, bootstrap: cluster.bootstrap, properties: properties,
            metrics: StreamingMetrics(MetricsRegistry()), logger: try TestPipeline().logger)
        return options
    }

    private func standby(_ cluster: MockCluster, _ options: StateOptions) throws -> StateStandby<AccountState> {
        StateStandby(
            options, member: "m", bootstrap: cluster.bootstrap, properties: properties,
            logger: try TestPipeline().logger
        ) { [key = options.key] in StateRestore(AccountSettings(), key: key, input: "uploads") }
    }

    private func owner(_ cluster: MockCluster, _ options: StateOptions) async throws -> Owner {
        let keeper = AccountKeeper(
            0, of: "uploads", options.topic, AccountSettings(), key: options.key, aids: options.aids)
        try await keeper.restore(bootstrap: cluster.bootstrap, properties: properties, goesOn: { true })
        return Owner(keeper, cluster.bootstrap)
    }

    private func write(_ owner: Owner, _ options: StateOptions) async throws {
        try await #require(options.aids.snapshots).write(owner.keeper, within: .seconds(60), shouldStop: { false })
    }

    private func source(_ owner: Owner) -> (StateSource, records: Int)? {
        if case .whole(let source, let records, _, _) = owner.keeper.status { (source, records) } else { nil }
    }

    private func with(_ body: @Sendable (MockCluster, String) async throws -> Void) async throws {
        var template = Array("/tmp/weir-states-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            for name in ["state-0.snapshot", "state-0.snapshot.new"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        try await MockBroker.with { cluster in
            try cluster.createTopic(StateSnapshotterTests.topic, partitions: 1)
            try await body(cluster, folder)
        }
    }

    @Test func whoComesNextReadsWhatCameSince() async throws {
        try await with { cluster, folder in
            let options = try options(cluster, folder)
            let first = try await owner(cluster, options)
            for part in 0..<10 { try await first.fold(part * 50..<part * 50 + 50) }
            try await write(first, options)
            try await first.fold(500..<510)
            let second = try await owner(cluster, options)
            #expect(second.known == first.known)
            let found = try #require(source(second))
            // The clock where the snapshot ends, ten accounts, events and a clock; all of it would be some hundred.
            #expect(found.0 == .snapshot && found.records == 13)
            // And on from there, as a changelog of one piece.
            try await second.fold(510..<600)
            let third = try await owner(cluster, options)
            #expect(third.known == second.known)
        }
    }

    @Test func whatIsNotOursIsNotUsed() async throws {
        try await with { cluster, folder in
            let options = try options(cluster, folder)
            let first = try await owner(cluster, options)
            for part in 0..<4 { try await first.fold(part * 50..<part * 50 + 50) }
            try await write(first, options)
            let other = try await owner(cluster, try self.options(cluster, folder, key: "another key"))
            #expect(source(other)?.0 == .changelog)
            let path = try #require(options.aids.snapshots).path(of: 0)
            #expect(truncate(path, 300) == 0)
            let second = try await owner(cluster, options)
            #expect(source(second)?.0 == .changelog && second.known == first.known)
        }
    }

    /// A topic that is made anew under its name is not gone on from, though it is longer than the old one was.
    @Test func anotherChangelogIsReadWhole() async throws {
        try await with { cluster, folder in
            let options = try options(cluster, folder)
            let first = try await owner(cluster, options)
            for part in 0..<4 { try await first.fold(part * 50..<part * 50 + 50) }
            try await write(first, options)
            try await MockBroker.with { cluster in
                try cluster.createTopic(StateSnapshotterTests.topic, partitions: 1)
                let anew = try await owner(cluster, try self.options(cluster, "\(folder)/none"))
                for part in 0..<9 { try await anew.fold(part * 50..<part * 50 + 50) }
                let again = try await owner(cluster, try self.options(cluster, folder))
                #expect(source(again)?.0 == .changelog && again.known == anew.known)
            }
        }
    }

    /// What is folded and not committed when a partition is given up is not in the file.
    @Test func whatIsGivenUpIsWhatIsCommitted() async throws {
        try await with { cluster, folder in
            let options = try options(cluster, folder)
            let first = try await owner(cluster, options)
            for part in 0..<4 { try await first.fold(part * 50..<part * 50 + 50) }
            let known = first.known
            try await first.fold(200..<260, commits: false)
            first.keeper.settle()
            try await write(first, options)
            let second = try await owner(cluster, options)
            #expect(source(second)?.0 == .snapshot && second.known == known)
        }
    }

    /// A member that was given up and goes on all the same: what others have written since is not taken for its own.
    @Test func whoIsBehindDoesNotClaimToBeAhead() async throws {
        try await with { cluster, folder in
            let options = try options(cluster, folder)
            let first = try await owner(cluster, options)
            for part in 0..<4 { try await first.fold(part * 50..<part * 50 + 50) }
            let second = try await owner(cluster, options)
            for part in 4..<8 { try await second.fold(part * 50..<part * 50 + 50) }
            try await write(first, options)
            let third = try await owner(cluster, options)
            #expect(source(third)?.0 == .snapshot && third.known == second.known)
        }
    }

    @Test func aStandbyHasAllButTheEnd() async throws {
        try await with { cluster, folder in
            var options = try options(cluster, folder)
            options.aids = StateAids()
            options.standbyBytes = 1 << 30
            let standby = try standby(cluster, options)
            let first = try await owner(cluster, options)
            for part in 0..<10 { try await first.fold(part * 50..<part * 50 + 50) }
            let shutdown = ShutdownSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await standby.run(until: shutdown) }
                defer { shutdown.trigger() }
                while standby.figures.first?.records != 40 || standby.figures.first?.behind != 0 {
                    try await Task.sleep(for: .milliseconds(5))
                }
                options.aids.standby = standby
                let second = try await owner(cluster, options)
                #expect(second.known == first.known)
                let found = try #require(source(second))
                #expect(found.0 == .standby && found.records < 50)
                #expect(standby.figures.isEmpty)
                // Once more it has nothing, until it is told that others have it again.
                let third = try await owner(cluster, options)
                #expect(source(third)?.0 == .changelog && third.known == first.known)
                standby.disown([0])
                while standby.figures.first?.records != 40 { try await Task.sleep(for: .milliseconds(5)) }
                shutdown.trigger()
                try await group.waitForAll()
            }
        }
    }

    @Test func aStandbyKeepsWithinItsMemory() async throws {
        try await with { cluster, folder in
            var options = try options(cluster, folder)
            options.aids = StateAids()
            // A store's first chunk is larger.
            options.standbyBytes = 1 << 16
            let standby = try standby(cluster, options)
            let first = try await owner(cluster, options)
            try await first.fold(0..<50)
            let shutdown = ShutdownSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await standby.run(until: shutdown) }
                defer { shutdown.trigger() }
                while !standby.hasLeft(0) { try await Task.sleep(for: .milliseconds(5)) }
                #expect(standby.figures.isEmpty && standby.take(0) == nil)
                shutdown.trigger()
                try await group.waitForAll()
            }
        }
    }

    @Test func membersFollowDifferentPartitionsFirst() {
        let orders = ["weir-0", "weir-1", "weir-2"].map { StandbyOrder.of(24, for: $0) }
        #expect(orders.allSatisfy { $0.sorted() == Array(0..<24) })
        #expect(Set(orders).count == 3 && Set(orders.map { $0.prefix(8) }).count == 3)
        #expect(StandbyOrder.of(24, for: "weir-0") == orders[0])
    }
}
