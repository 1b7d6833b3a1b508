internal import Testing

@testable internal import Streaming

/// What a lane does about each error that a broker may answer with, as `Resources/broker-errors.json` has it.
@Suite struct BrokerErrorTests {
    @Test(.timeLimit(.minutes(5)), arguments: BrokerError.all)
    func aBrokersErrorHasItsReaction(row: BrokerError) async throws {
        let outcome = try await Seats.shared.taking { try await LaneOnMockBroker.play(row) }
        #expect(outcome.missing.isEmpty)
        #expect(row.allows(outcome.reaction), "\(outcome.reaction): \(outcome.counts); \(outcome.failure ?? "")")
        switch row.reaction {
        case .ends: #expect(outcome.failure?.contains(row.says ?? row.error) == true)
        case .continues, .reports: #expect(outcome.copies == 1...1, "a record came out more than once")
        case .aborts, .rejoins, .rebuilds: break
        }
    }
}

/// How many rows are played at once: each has three clients of its own, which mostly wait.
private actor Seats {
    static let shared = Seats(48)

    private var free: Int
    private var queue: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func taking<Value: Sendable>(_ body: @Sendable () async throws -> Value) async rethrows -> Value {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { queue.append($0) } }
        defer { if queue.isEmpty { free += 1 } else { queue.removeFirst().resume() } }
        return try await body()
    }
}
