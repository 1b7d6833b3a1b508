internal import Concurrency
internal import Foundation
internal import Kafka
internal import MetadataDetection
internal import Operations
internal import Streaming
internal import StreamingTestSupport
internal import Testing

/// What is known of accounts counts each upload once, whatever happens in between.
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct AccountStateTests {
    private static let accounts = 12

    /// Uploads of the same text; every fortieth is delivered again later.
    private func uploads(_ range: Range<Int>) -> [Upload] {
        range.map { number in
            // One that came 24 before, and so of the same account.
            let event = number % 40 == 39 ? number - 24 : number
            return Upload(
                id: "e-\(event)", key: Array("a-\(event % AccountStateTests.accounts)".utf8),
                value: Array(
                    """
                    {"specversion":"1.0","type":"weir.upload.created.v1","source":"/test","id":"e-\(event)",
                     "data":{"account":{"id":"a-\(event % AccountStateTests.accounts)"},
                             "text":{"body":"the same words again and again"}}}
                    """.utf8), answer: .verdict("allow"))
        }
    }

    private func lane(_ stream: StreamingTestSupport.Stream, instance: String? = nil) throws -> LaneOptions {
        var lane = stream.lane(instance: instance)
        lane.state = StateOptions(topic: stream.state, accounts: AccountSettings(), key: Array("key".utf8))
        return lane
    }

    private func pipeline() throws -> TestPipeline { try TestPipeline(extra: [BehaviourDetector.registration]) }

    /// How often each account had posted the text, by its verdicts, which stand in the order of its uploads.
    private func expectExactCounts(_ results: StreamResults, _ count: Int) throws {
        #expect(results.audit.count == count)
        var seen: [String: Int64] = [:]
        var first: [String: StreamResults.Verdict] = [:]
        for verdict in results.audit.sorted(by: { ($0.partition, $0.offset) < ($1.partition, $1.offset) }) {
            let facts = try facts(verdict)
            if let earlier = first[verdict.event] {
                #expect(facts == ["duplicate": earlier.offset], "\(verdict.event)")
                #expect(try member("duplicateOf", of: verdict) as? String == earlier.id)
                continue
            }
            first[verdict.event] = verdict
            #expect(try member("duplicateOf", of: verdict) == nil)
            seen[verdict.account, default: 0] += 1
            let times = seen[verdict.account] ?? 0
            #expect(facts["duplicate"] == nil)
            #expect(facts["repeated-text"] == (times >= 5 ? times : nil), "\(verdict.event) of \(verdict.account)")
        }
        #expect(seen.count == AccountStateTests.accounts)
    }

    private func member(_ name: String, of verdict: StreamResults.Verdict) throws -> Any? {
        let json = try #require(try JSONSerialization.jsonObject(with: Data(verdict.value)) as? [String: Any])
        return (json["data"] as? [String: Any])?[name]
    }

    private func facts(_ verdict: StreamResults.Verdict) throws -> [String: Int64] {
        let findings = try member("findings", of: verdict) as? [[String: Any]] ?? []
        var facts: [String: Int64] = [:]
        for finding in findings where finding["detector"] as? String == BehaviourDetector.name {
            if let fact = finding["fact"] as? String { facts[fact] = (finding["value"] as? NSNumber)?.int64Value }
        }
        return facts
    }

    /// A member ends, another begins with nothing in memory; then transactions fail, and what they had counted is taken
    /// back.
    @Test func restartsAndAbortsCountNothingTwice() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await StreamingTestSupport.Stream(on: broker.bootstrap, "counts", partitions: 3)
        let lane = try lane(stream)
        try await stream.withMember(pipeline(), lane) {
            try await stream.send(uploads(0..<1_500))
            try await stream.waitFor(900)
        }
        try await stream.withMember(pipeline(), lane) {
            try await stream.waitFor(1_500)
            for part in 0..<4 {
                try await stream.send(uploads(1_500 + 500 * part..<2_000 + 500 * part))
                // Another producer under the same transactional id fences the lane's, in the middle of its work.
                let thief = try TransactionalProducer(
                    bootstrap: stream.bootstrap, transactionalID: lane.transactionalID, properties: .producer,
                    wakeup: Wakeup(), monitor: CallMonitor())
                try await thief.initTransactions(timeout: .seconds(20))
                await thief.close()
            }
            try await stream.waitFor(3_500)
        }
        try expectExactCounts(try await stream.results(waitingFor: 3_500), 3_500)
    }

    /// Partitions move from one member to three and back.
    @Test func partitionsThatMoveTakeWhatIsKnownWithThem() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await StreamingTestSupport.Stream(on: broker.bootstrap, "moves", partitions: 6)
        let lanes = try ["one", "two", "three"].map { try lane(stream, instance: $0) }
        try await stream.withMember(pipeline(), lanes[0]) {
            try await stream.send(uploads(0..<1_000))
            try await stream.waitFor(600)
            try await stream.withMember(pipeline(), leaving(lanes[1])) {
                try await stream.send(uploads(1_000..<2_000))
                try await stream.withMember(pipeline(), leaving(lanes[2])) {
                    try await stream.send(uploads(2_000..<3_000), pace: .milliseconds(20))
                    try await stream.waitFor(2_500)
                }
                try await stream.send(uploads(3_000..<3_500))
            }
            try await stream.waitFor(3_500)
        }
        try expectExactCounts(try await stream.results(waitingFor: 3_500), 3_500)
    }

    /// Another input takes the place of one: accounts stay known, and its records count.
    @Test func anotherInputIsCounted() async throws {
        let broker = try await RealBroker.shared()
        let old = try await StreamingTestSupport.Stream(on: broker.bootstrap, "before", partitions: 2)
        let new = try await StreamingTestSupport.Stream(on: broker.bootstrap, "after", partitions: 2)
        var lanes = [try lane(old), try lane(new)]
        lanes[1].state?.topic = old.state
        try await old.withMember(pipeline(), lanes[0]) {
            try await old.send(uploads(0..<39))
            try await old.waitFor(39)
        }
        // As long as the other from its beginning on, so that offsets alone would not tell.
        try await new.send(uploads(0..<39))
        try await new.withMember(pipeline(), lanes[1]) { try await new.waitFor(39) }
        var counts: [String: Int64] = [:]
        for verdict in try await old.results(waitingFor: 39).audit { counts[verdict.account, default: 0] += 1 }
        let results = try await new.results(waitingFor: 39)
        #expect(results.audit.count == 39)
        for verdict in results.audit.sorted(by: { ($0.partition, $0.offset) < ($1.partition, $1.offset) }) {
            counts[verdict.account, default: 0] += 1
            let times = counts[verdict.account] ?? 0
            #expect(try facts(verdict) == (times >= 5 ? ["repeated-text": times] : [:]))
        }
    }

    /// A member that ends leaves what it knew on the disk, and the next one reads only what came since; with transactions
    /// of another producer under its id in between, which fence it and abort what it had begun.
    @Test func whoComesNextBeginsWithASnapshot() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await StreamingTestSupport.Stream(on: broker.bootstrap, "files", partitions: 2)
        let folder = NSTemporaryDirectory() + "weir-\(stream.name)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var lane = try lane(stream)
        lane.state?.directory = folder
        try await stream.withMember(pipeline(), lane) {
            try await stream.send(uploads(0..<800))
            try await stream.waitFor(800)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
        let registry = MetricsRegistry()
        try await stream.withMember(pipeline(), lane, registry: registry) { [lane] in
            try await stream.send(uploads(800..<1_200))
            let thief = try TransactionalProducer(
                bootstrap: stream.bootstrap, transactionalID: lane.transactionalID, properties: .producer,
                wakeup: Wakeup(), monitor: CallMonitor())
            try await thief.initTransactions(timeout: .seconds(20))
            await thief.close()
            try await stream.waitFor(1_200)
        }
        let lines = registry.prometheusText().split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix(#"weir_state_snapshots_total{result="used"}"#) && !$0.hasSuffix(" 0") })
        #expect(lines.contains(#"weir_state_snapshots_total{result="refused"} 0"#))
        try expectExactCounts(try await stream.results(waitingFor: 1_200), 1_200)
        let topic = try #require(StateTopic(lane))
        for partition in 0..<2 as Range<Int32> {
            #expect(try await topic.verify(partition, progress: { _ in })?.isEqual == true)
        }
    }

    private func leaving(_ lane: LaneOptions) -> LaneOptions {
        var lane = lane
        lane.leavesGroup = true
        return lane
    }
}
