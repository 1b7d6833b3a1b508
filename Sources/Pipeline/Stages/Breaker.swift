internal import Synchronization

/// Keeps a detector that keeps failing from being asked, for a while; then one batch tries it out.
///
/// A pure state machine under a lock; time is given in, so tests need no clock.
package final class Breaker: Sendable {
    package struct Limits: Sendable, Equatable {
        /// Failed batches in a row that open it.
        package var failures = 5
        /// How long it stays open before one batch may try.
        package var pause = Duration.seconds(10)

        package init(failures: Int = 5, pause: Duration = .seconds(10)) {
            self.failures = failures
            self.pause = pause
        }
    }

    private enum State {
        case closed(failures: Int)
        case open(until: ContinuousClock.Instant)
        case trying
    }

    private let limits: Limits
    private let state = Mutex(State.closed(failures: 0))

    package init(limits: Limits) { self.limits = limits }

    /// Whether a batch may go to the detector now. Whoever gets true must report back with `ended`.
    package func admit(now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            switch state {
            case .closed: return true
            case .trying: return false
            case .open(let until):
                if now < until { return false }
                state = .trying
                return true
            }
        }
    }

    /// - Returns: whether this opened the breaker.
    @discardableResult
    package func ended(failed: Bool, now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard failed else {
                // A success that was begun before the breaker opened does not close it early.
                if case .open = state { return false }
                state = .closed(failures: 0)
                return false
            }
            switch state {
            case .closed(let failures) where failures + 1 < limits.failures:
                state = .closed(failures: failures + 1)
                return false
            case .closed, .trying:
                state = .open(until: now + limits.pause)
                return true
            case .open: return false
            }
        }
    }

    package var isOpen: Bool {
        state.withLock { state in
            if case .closed = state { false } else { true }
        }
    }
}
