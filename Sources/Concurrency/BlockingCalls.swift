internal import Dispatch
internal import Synchronization

/// A fixed number of threads for calls that block or compute for long and can't be cancelled from outside.
///
/// Whoever runs one is let go when its time is up or its task is cancelled. The call is told so by its
/// `CallAbandonment`, ends by itself, and keeps its thread until then: what hangs is bounded by the threads, and never
/// multiplies.
package final class BlockingCalls: Sendable {
    package enum Outcome<Value: Sendable>: Sendable {
        case ended(Value)
        /// The time was up first; whatever the call returns is dropped.
        case late
    }

    private let turns: Permits
    private let queues: [DispatchQueue]
    /// Positions in `queues`.
    private let idle: Mutex<[Int]>

    /// - Parameter name: the threads show up in debuggers as `weir.<name>`.
    package init(name: String, threads: Int) {
        turns = Permits(threads)
        // Serial queues, since only those get a thread each however many processors there are.
        queues = (0..<threads).map { _ in DispatchQueue(label: "weir.\(name)") }
        idle = Mutex(Array(0..<threads))
    }

    /// Waits for a thread and runs `body` on it. Only the running counts against `limit`, so that a full house means
    /// patience and not failure.
    ///
    /// - Throws: `CancellationError` if the task is cancelled meanwhile.
    package func run<Value: Sendable>(
        limit: Duration, _ body: @escaping @Sendable (CallAbandonment) -> Value
    ) async throws -> Outcome<Value> {
        let turn = try await turns.grant()
        let result = try await withDeadline(limit) { await self.call(turn, body) }
        try Task.checkCancellation()
        // The call was abandoned, or its deadline was: both mean that the time was up.
        return if let value = result ?? nil { .ended(value) } else { .late }
    }

    /// nil if the task is cancelled first.
    private func call<Value: Sendable>(
        _ turn: Permits.Grant, _ body: @escaping @Sendable (CallAbandonment) -> Value
    ) async -> Value? {
        let abandonment = CallAbandonment()
        let answer = Answer<Value>()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard answer.awaited(by: continuation) else { return }
                // There is one: turns and queues are the same number, and a turn ends after its queue is idle again.
                let place = idle.withLock { $0.removeLast() }
                queues[place].async {
                    let value = body(abandonment)
                    self.idle.withLock { $0.append(place) }
                    withExtendedLifetime(turn) { answer.give(value) }
                }
            }
        } onCancel: {
            abandonment.abandon()
            answer.give(nil)
        }
    }
}

/// Tells a call that nobody waits for its result any more.
package final class CallAbandonment: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package var isAbandoned: Bool { flag.load(ordering: .relaxed) }

    package func abandon() { flag.store(true, ordering: .relaxed) }
}

/// Resumes one continuation once, with what comes first, in whatever order answer and wait come.
private final class Answer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value?, Never>)
        case given
    }

    private let state = Mutex(State.open)

    /// False if the answer, which can only be nil then, was there before; `continuation` has been resumed with it.
    func awaited(by continuation: CheckedContinuation<Value?, Never>) -> Bool {
        let waits = state.withLock { state in
            guard case .open = state else { return false }
            state = .awaited(continuation)
            return true
        }
        if !waits { continuation.resume(returning: nil) }
        return waits
    }

    func give(_ value: Value?) {
        let waiter = state.withLock { state -> CheckedContinuation<Value?, Never>? in
            defer { state = .given }
            guard case .awaited(let continuation) = state else { return nil }
            return continuation
        }
        waiter?.resume(returning: value)
    }
}
