internal import Synchronization

/// Wakes one waiting task. A signal that comes while nobody waits is kept, and several are one: the waiter looks
/// at the world again after each, so nothing is lost and nothing piles up.
package final class Wakeup: Sendable {
    private enum State {
        case idle
        case signaled
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    package init() {}

    /// From any thread; never blocks.
    package func signal() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .waiting(let continuation) = state {
                state = .idle
                return continuation
            }
            state = .signaled
            return nil
        }
        waiter?.resume()
    }

    /// Returns after a signal, at once if one is kept, or on cancellation. One task at a time.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    switch state {
                    case .signaled:
                        state = .idle
                        return true
                    case .idle:
                        if Task.isCancelled { return true }
                        state = .waiting(continuation)
                        return false
                    case .waiting: preconditionFailure("two tasks wait for one wakeup")
                    }
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            // The signal stays if the wait has not begun: it then returns at once.
            signal()
        }
    }

    /// As `wait`, but at the latest at `deadline`.
    package func wait(until deadline: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await Task.sleep(until: deadline, clock: .continuous) }
            await group.next()
            group.cancelAll()
        }
    }
}
