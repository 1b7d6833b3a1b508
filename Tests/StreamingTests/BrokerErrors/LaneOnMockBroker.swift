internal import CRdkafka
internal import Concurrency
internal import Kafka
internal import Operations
internal import StreamingTestSupport
internal import Synchronization

@testable internal import Streaming

/// A real lane on a mock broker that answers one request as a row says, from its beginning to its end.
///
/// The broker knows no transactions: what was aborted stays visible, and committed offsets are forgotten. So what is
/// looked at is what the lane did, and where it says that its group stands.
struct LaneOnMockBroker: Sendable {
    /// What came of it.
    struct Outcome: Sendable {
        var reaction = BrokerError.Reaction.continues
        /// Why the lane ended, if it was not asked to.
        var failure: String?
        /// What did not happen in time; empty if everything did.
        var missing: [String] = []
        /// Verdicts and dead letters on the broker, of each record: at least 1; more where a transaction was aborted.
        var copies = 1...1
        var counts = ""
    }

    private static let partitions = 2
    /// For one step; nothing is expected to take as long.
    private static let patience = Duration.seconds(30)

    private let row: BrokerError
    private let cluster: MockCluster
    private let request: MockCluster.Request
    private let error: KafkaError.Code
    private let stream: Stream
    private let metrics = StreamingMetrics(MetricsRegistry())
    private let readiness = Readiness()
    private let lane: Lane
    private let ended = Ended()

    static func play(_ row: BrokerError) async throws -> Outcome {
        try await MockBroker.with { cluster in try await LaneOnMockBroker(row, cluster).play() }
    }

    private init(_ row: BrokerError, _ cluster: MockCluster) throws {
        self.row = row
        self.cluster = cluster
        request = try BrokerErrorNames.request(row.request)
        error = try BrokerErrorNames.error(row.error)
        stream = try Stream(on: cluster, "errors", partitions: Self.partitions)
        var options = stream.lane(instance: row.isStatic == true ? "member-0" : nil)
        options.consumerProperties = options.consumerProperties.merging([
            // The broker lets a member that joins again wait for a second less than its session.
            "session.timeout.ms": "4000", "heartbeat.interval.ms": "200", "fetch.wait.max.ms": "10",
            "reconnect.backoff.max.ms": "200",
        ]).merging(row.properties?.filter { $0.key != "transaction.timeout.ms" } ?? [:])
        options.producerProperties = options.producerProperties.merging(["reconnect.backoff.max.ms": "200"])
            .merging(row.properties?.filter { $0.key != "auto.offset.reset" } ?? [:])
        // The broker denies all that was ever committed.
        options.denialLimit = .milliseconds(500)
        options.hasTimeIndex = false
        let pipeline = try TestPipeline(logLevel: .critical)
        lane = try Lane(
            options, judge: pipeline.judge, metrics: metrics, pipelineMetrics: pipeline.metrics, readiness: readiness,
            progress: Progress("test"), monitor: CallMonitor(), logger: pipeline.logger)
    }

    private func play() async throws -> Outcome {
        let first = Upload.many(200)
        let later = Upload.many(50, prefix: "later")
        // Before the errors are set: the sender's own requests must not meet them.
        try await stream.send(first)
        try prepare()
        let oldProducer = await lane.producer
        let shutdown = ShutdownSignal()
        var outcome = Outcome()
        var isReplaced = false
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [lane, ended] in
                do {
                    try await lane.run(until: shutdown)
                    ended.set(nil)
                } catch {
                    ended.set("\(error)")
                }
            }
            await follow(first.count, &outcome)
            if !ended.isSet, outcome.missing.isEmpty {
                do {
                    try await stream.send(later)
                } catch {
                    outcome.missing.append("the later records could not be sent: \(error)")
                }
                await expect("the later records are committed", &outcome) {
                    isCommitted(first.count + later.count) && readiness.notReady.isEmpty
                }
            }
            isReplaced = await lane.producer !== oldProducer
            shutdown.trigger()
        }
        judge(&outcome, isReplaced)
        if outcome.missing.isEmpty, outcome.failure == nil {
            try await count(first + later, &outcome)
        }
        return outcome
    }

    private func prepare() throws {
        if let mending = row.mending {
            let words = mending.split(separator: " ").map(String.init)
            guard words.count == 2 else { throw BrokerErrorNames.Unknown(description: "mending: \(mending)") }
            try cluster.answer(BrokerErrorNames.request(words[0]), with: BrokerErrorNames.error(words[1]))
        }
        if let topic { return cluster.setError(ofTopic: topic, to: error) }
        if row.says != nil, row.reaction != .ends {
            return cluster.fail(request, with: Array(repeating: error, count: 10_000))
        }
        for _ in 0..<(row.passes ?? 0) { try cluster.answer(request, with: RD_KAFKA_RESP_ERR_NO_ERROR) }
        for _ in 0..<(row.times ?? 1) {
            try cluster.answer(request, with: error, after: .milliseconds(Int((row.heldSeconds ?? 0) * 1_000)))
        }
    }

    private var topic: String? {
        switch row.topic {
        case "input": stream.input
        case "audit": stream.outputs.audit
        default: nil
        }
    }

    /// Until the error is met and everything is committed, or the lane has ended.
    private func follow(_ count: Int, _ outcome: inout Outcome) async {
        if row.reaction == .ends { return await expect("the lane ends", &outcome) { ended.isSet } }
        if let says = row.says {
            await expect("readiness says \"\(says)\"", &outcome) {
                readiness.notReady.contains { $0.contains(says) }
            }
            // That nothing worse happens while it lasts, too.
            if outcome.missing.isEmpty { outcome.reaction = max(outcome.reaction, .reports) }
            if let topic { cluster.setError(ofTopic: topic, to: nil) } else { cluster.heal(request) }
        }
        if request != .leaveGroup { await expect("the error is met", &outcome) { left == 0 } }
        await expect("the first records are committed", &outcome) {
            isCommitted(count) && readiness.notReady.isEmpty
        }
    }

    private var left: Int { (try? cluster.answersLeft(request)) ?? 0 }

    /// Polls until it is so, or the lane has ended, or it takes too long.
    private func expect(_ what: String, _ outcome: inout Outcome, _ isSo: () -> Bool) async {
        let deadline = ContinuousClock.now + Self.patience
        while !isSo() {
            if ended.isSet && row.reaction != .ends { return }
            if ContinuousClock.now >= deadline {
                let committed = offsets.map { $0.map(String.init) ?? "-" }.joined(separator: " and ")
                outcome.missing.append(
                    "\(what) (committed: \(committed); readiness: \(readiness.notReady.joined(separator: "; ")))")
                return
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Where the group stands, by partition.
    private var offsets: [Int64?] {
        (0..<Int32(Self.partitions)).map { metrics.committedOffset(of: TopicPartition(stream.input, $0)) }
    }

    /// Offsets are counts here: the broker writes no markers.
    private func isCommitted(_ count: Int) -> Bool { offsets.reduce(0) { $0 + Int($1 ?? 0) } == count }

    private func judge(_ outcome: inout Outcome, _ isReplaced: Bool) {
        let aborted = metrics.transactions["aborted"].value
        let indeterminate = metrics.transactions["indeterminate"].value
        let rebalances = metrics.rebalances.value
        outcome.counts = "aborted \(aborted), indeterminate \(indeterminate), rebalances \(rebalances)"
        if aborted + indeterminate > 0 { outcome.reaction = max(outcome.reaction, .aborts) }
        if indeterminate > 0 || (isReplaced && aborted == 0) { outcome.reaction = max(outcome.reaction, .rebuilds) }
        // The library would give the sequence numbers of what it throws away to what it sends next.
        if aborted > 0, !isReplaced { outcome.missing.append("another producer after a transaction that is void") }
        // The first assignment, and no more than the revocation at the end.
        if rebalances > 1 { outcome.reaction = max(outcome.reaction, .rejoins) }
        outcome.failure = ended.reason
        if outcome.failure != nil { outcome.reaction = .ends }
        if left > 0, row.reaction != .ends { outcome.missing.append("\(left) answers were never asked for") }
    }

    private func count(_ uploads: [Upload], _ outcome: inout Outcome) async throws {
        // The mock knows no transactions: what was given up can be read as well, perhaps before what took its place.
        let results = try await stream.results(waitingFor: uploads.count) { self.copies(in: $0).count >= uploads.count }
        let copies = self.copies(in: results)
        if copies.count != uploads.count {
            outcome.missing.append("\(copies.count) of \(uploads.count) records came out")
        }
        if let least = copies.values.min(), let most = copies.values.max() { outcome.copies = least...most }
    }

    /// How often each upload came out, by its place.
    private func copies(in results: StreamResults) -> [String: Int] {
        var copies: [String: Int] = [:]
        for verdict in results.audit {
            copies["\(verdict.topic)/\(verdict.partition)/\(verdict.offset)", default: 0] += 1
        }
        for letter in results.deadLetters {
            copies["\(stream.input)/\(letter.partition)/\(letter.offset)", default: 0] += 1
        }
        return copies
    }
}

/// Whether the lane has ended, and why.
private final class Ended: Sendable {
    private let state = Mutex<(isSet: Bool, reason: String?)>((false, nil))

    var isSet: Bool { state.withLock { $0.isSet } }
    var reason: String? { state.withLock { $0.reason } }

    func set(_ reason: String?) { state.withLock { $0 = (true, reason) } }
}
