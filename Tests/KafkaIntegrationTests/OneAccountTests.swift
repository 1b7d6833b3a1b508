internal import Concurrency
internal import Operations
internal import Streaming
internal import StreamingTestSupport
internal import Synchronization
internal import Testing

/// All traffic from one account, and so on one partition: bounded in memory, and in order. What it does to others' latency
/// is load-tests/neighbours.py's.
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct OneAccountTests {
    private func uploads(_ count: Int, account: String) -> [Upload] {
        (0..<count).map { number in
            let id = "\(account)-\(number)"
            return Upload(
                id: id, key: Array(account.utf8), value: Upload.event(id: id, account: account),
                answer: .verdict("allow")
            )
        }
    }

    @Test func whatIsInFlightIsBounded() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await StreamingTestSupport.Stream(on: broker.bootstrap, "account")
        var lane = stream.lane()
        lane.commitRecords = 100
        lane.window = 64
        let flood = uploads(5_000, account: "flood")
        let others = (0..<20).flatMap { uploads(5, account: "other-\($0)") }
        try await stream.send(flood + others)
        let registry = MetricsRegistry()
        let most = Peak()
        try await stream.withMember(TestPipeline(), lane, registry: registry) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled {
                        most.raise(to: OneAccountTests.inFlight(registry))
                        try? await Task.sleep(for: .milliseconds(1))
                    }
                }
                try await stream.waitFor(flood.count + others.count)
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        try await stream.results(waitingFor: flood.count + others.count).expect(flood + others)
        // Twice a transaction, and a batch over that for each partition.
        let seen = most.value
        #expect(seen > 0)
        #expect(seen <= 2 * lane.commitRecords + stream.partitions * lane.batchSize)
    }

    private static func inFlight(_ registry: MetricsRegistry) -> Int {
        let line = registry.prometheusText().split(separator: "\n").first { $0.hasPrefix("weir_inflight_events ") }
        return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
    }
}

/// The largest figure so far.
private final class Peak: Sendable {
    private let most = Mutex(0)
    var value: Int { most.withLock { $0 } }
    func raise(to value: Int) { most.withLock { $0 = max($0, value) } }
}
