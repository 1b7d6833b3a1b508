internal import Synchronization

/// A fixed number of threads for calls that block or compute for long and can't be cancelled from outside. They come
/// behind all other threads of the process.
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
    private let threads: [WorkerThread]
    /// Positions in `threads`.
    private let idle: Mutex<[Int]>

    package init(threads: Int) {
        turns = Permits(threads)
        self.threads = (0..<threads).map { _ in WorkerThread() }
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
                // There is one: turns and threads are the same number, and a turn ends after its thread is idle again.
                let place = idle.withLock { $0.removeLast() }
                threads[place].run {
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
