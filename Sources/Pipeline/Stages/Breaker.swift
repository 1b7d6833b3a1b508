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

    /// Leave to ask the detector once; to be given back with `ended`.
    package struct Admission: Sendable {
        fileprivate let period: Int
    }

    package enum Outcome: Sendable {
        case succeeded, failed
        /// Cancelled from outside: says nothing of the detector.
        case abandoned
    }

    private enum Phase {
        case closed(failures: Int)
        case open(until: ContinuousClock.Instant)
        case trying
    }

    private struct State {
        var phase = Phase.closed(failures: 0)
        /// Counts openings and trials, so that what was begun before one has no say after it.
        var period = 0
    }

    private let limits: Limits
    private let state = Mutex(State())

    package init(limits: Limits) { self.limits = limits }

    /// Whether a batch may go to the detector now; nil: no.
    package func admit(now: ContinuousClock.Instant) -> Admission? {
        state.withLock { state in
            switch state.phase {
            case .closed: break
            case .trying: return nil
            case .open(let until):
                if now < until { return nil }
                state.phase = .trying
                state.period += 1
            }
            return Admission(period: state.period)
        }
    }

    /// - Returns: whether this opened the breaker.
    @discardableResult
    package func ended(_ admission: Admission, _ outcome: Outcome, now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard admission.period == state.period else { return false }
            switch (state.phase, outcome) {
            case (.open, _), (.closed, .abandoned): return false
            case (_, .succeeded):
                state.phase = .closed(failures: 0)
                return false
            case (.trying, .abandoned):
                // Nothing is known yet: the next may try.
                state.phase = .open(until: now)
                state.period += 1
                return false
            case (.closed(let failures), .failed) where failures + 1 < limits.failures:
                state.phase = .closed(failures: failures + 1)
                return false
            case (_, .failed):
                state.phase = .open(until: now + limits.pause)
                state.period += 1
                return true
            }
        }
    }

    package var isOpen: Bool {
        state.withLock { state in
            if case .closed = state.phase { false } else { true }
        }
    }
}
