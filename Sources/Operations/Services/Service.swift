internal import Synchronization

/// Something that runs as long as the process does.
package protocol Service: Sendable {
    var name: String { get }

    /// Returns once `shutdown` was triggered and everything in hand is done, or throws when it can't go on.
    /// On cancellation it gives up at once.
    func run(until shutdown: ShutdownSignal) async throws
}

/// Asks a service to come to its end. Set once, never taken back.
package final class ShutdownSignal: Sendable {
    private struct State {
        var triggered = false
        var handlers: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var isTriggered: Bool { state.withLock { $0.triggered } }

    package func trigger() {
        let handlers = state.withLock { state in
            defer {
                state.triggered = true
                state.handlers = []
            }
            return state.handlers
        }
        for handler in handlers { handler() }
    }

    /// Calls `handler` when triggered, at once if that has happened. It must only set a flag or wake someone.
    package func onTrigger(_ handler: @escaping @Sendable () -> Void) {
        let now = state.withLock { state in
            if !state.triggered { state.handlers.append(handler) }
            return state.triggered
        }
        if now { handler() }
    }

    /// Returns when triggered or on cancellation.
    package func wait() async {
        let stream = AsyncStream<Void>(bufferingPolicy: .bufferingNewest(1)) { continuation in
            onTrigger { continuation.finish() }
        }
        for await _ in stream {}
    }
}
