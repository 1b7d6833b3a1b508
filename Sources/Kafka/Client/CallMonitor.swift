internal import FaultInjection
internal import Synchronization

/// Knows which blocking calls into the library are under way, and for how long, so that a watchdog can tell a hang
/// (librdkafka has had several: destroy, close, begin after a fatal error) from a wait.
package final class CallMonitor: Sendable {
    package struct Call: Sendable {
        package let name: String
        package let started: ContinuousClock.Instant
        /// When it is certain that the call hangs.
        package let limit: ContinuousClock.Instant
    }

    private struct State {
        var nextID = 0
        var calls: [Int: Call] = [:]
    }

    private let state = Mutex(State())

    /// How much longer than it is told to a call may take.
    private let slack: Duration

    package init(slack: Duration = .seconds(30)) { self.slack = slack }

    /// Calls that have not returned, the oldest first.
    package var underWay: [Call] { state.withLock { $0.calls.values.sorted { $0.started < $1.started } } }

    /// Whether any call is under way.
    package var isBusy: Bool { state.withLock { !$0.calls.isEmpty } }

    /// Calls that should have returned by `now`.
    package func overdue(at now: ContinuousClock.Instant = .now) -> [Call] {
        state.withLock { $0.calls.values.filter { $0.limit < now } }.sorted { $0.started < $1.started }
    }

    /// Notes a call that should return within `limit`; `ended` with what this gives takes it off again.
    func began(_ name: String, within limit: Duration, at point: Failpoint? = nil) -> Int {
        let now = ContinuousClock.now
        let id = state.withLock { state in
            state.nextID += 1
            state.calls[state.nextID] = Call(name: name, started: now, limit: now + limit + slack)
            return state.nextID
        }
        point?.pass()
        return id
    }

    func ended(_ id: Int) {
        state.withLock { _ = $0.calls.removeValue(forKey: id) }
    }
}
