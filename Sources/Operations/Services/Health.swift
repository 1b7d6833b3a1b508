internal import Synchronization

/// Why the process is not ready, if it is not: each part sets and clears its own reasons.
package final class Readiness: Sendable {
    private let reasons = Mutex<[String: String]>([:])

    package init() {}

    /// - Parameter reason: nil once the part is ready.
    package func set(_ part: String, _ reason: String?) {
        reasons.withLock { $0[part] = reason }
    }

    /// `part: reason`, sorted; empty means ready.
    package var notReady: [String] {
        reasons.withLock { reasons in reasons.map { "\($0.key): \($0.value)" } }.sorted()
    }
}

/// What one part of the process is doing, for the watchdog: work in hand must move.
package final class Progress: Sendable {
    private struct State {
        var activity: String?
        var since = ContinuousClock.now
    }

    package let name: String
    private let state = Mutex(State())

    package init(_ name: String) { self.name = name }

    /// Something was finished; what is in hand now, or nil if nothing is.
    package func advance(to activity: String?) {
        state.withLock { state in
            state.activity = activity
            state.since = .now
        }
    }

    /// Something is in hand now; if something was before, its time goes on.
    package func begin(_ activity: String) {
        state.withLock { state in
            guard state.activity == nil else { return }
            state.activity = activity
            state.since = .now
        }
    }

    /// What has been in hand since when, unchanged; nil when idle.
    package var stalled: (activity: String, duration: Duration)? {
        state.withLock { state in state.activity.map { ($0, ContinuousClock.now - state.since) } }
    }
}
