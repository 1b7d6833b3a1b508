import Testing

@testable import Pipeline

@Suite struct BreakerTests {
    private let start = ContinuousClock.now
    private let breaker = Breaker(limits: Breaker.Limits(failures: 3, pause: .seconds(10)))

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// One batch from beginning to end. - Returns: whether it was let in, and whether it opened the breaker.
    private func ask(_ outcome: Breaker.Outcome, at seconds: Int) -> (admitted: Bool, opened: Bool) {
        guard let admission = breaker.admit(now: at(seconds)) else { return (false, false) }
        return (true, breaker.ended(admission, outcome, now: at(seconds)))
    }

    private func open(at seconds: Int) {
        for _ in 0..<3 { _ = ask(.failed, at: seconds) }
        #expect(breaker.isOpen)
    }

    @Test func opensAfterSoManyFailuresInARow() {
        #expect(ask(.failed, at: 0) == (true, false))
        #expect(ask(.failed, at: 0) == (true, false))
        #expect(!breaker.isOpen)
        #expect(ask(.failed, at: 0) == (true, true))
        #expect(breaker.isOpen)
        #expect(ask(.succeeded, at: 9).admitted == false)
    }

    @Test func aSuccessBetweenStartsTheCountAfresh() {
        for _ in 0..<10 {
            _ = ask(.failed, at: 0)
            _ = ask(.failed, at: 0)
            _ = ask(.succeeded, at: 0)
        }
        #expect(!breaker.isOpen)
    }

    @Test func afterThePauseOneBatchTries() throws {
        open(at: 0)
        #expect(breaker.admit(now: at(9)) == nil)
        let trial = try #require(breaker.admit(now: at(10)))
        // Nobody else while it tries.
        #expect(breaker.admit(now: at(10)) == nil)
        #expect(breaker.admit(now: at(1_000)) == nil)
        #expect(!breaker.ended(trial, .succeeded, now: at(11)))
        #expect(!breaker.isOpen)
        #expect(ask(.succeeded, at: 11).admitted)
    }

    @Test func aTrialThatFailsOpensItAgain() throws {
        open(at: 0)
        let trial = try #require(breaker.admit(now: at(10)))
        #expect(breaker.ended(trial, .failed, now: at(12)))
        #expect(breaker.admit(now: at(21)) == nil)
        #expect(breaker.admit(now: at(22)) != nil)
    }

    @Test func whatWasBegunBeforeItOpenedHasNoSay() throws {
        let old = try (0..<4).map { _ in try #require(breaker.admit(now: at(0))) }
        open(at: 0)
        #expect(!breaker.ended(old[0], .succeeded, now: at(1)))
        #expect(breaker.isOpen)
        // A late failure does not lengthen the pause.
        #expect(!breaker.ended(old[1], .failed, now: at(9)))
        let trial = try #require(breaker.admit(now: at(10)))
        // Neither closes nor opens it while one tries it out.
        #expect(!breaker.ended(old[2], .succeeded, now: at(10)))
        #expect(breaker.admit(now: at(10)) == nil)
        #expect(!breaker.ended(old[3], .failed, now: at(10)))
        #expect(!breaker.ended(trial, .succeeded, now: at(10)))
        #expect(!breaker.isOpen)
    }

    @Test func whatWasCancelledSaysNothing() throws {
        for _ in 0..<100 { #expect(ask(.abandoned, at: 0) == (true, false)) }
        #expect(!breaker.isOpen)
        _ = ask(.failed, at: 0)
        _ = ask(.failed, at: 0)
        _ = ask(.abandoned, at: 0)
        #expect(ask(.failed, at: 0).opened)
        // A trial that is cancelled leaves the place to the next.
        let trial = try #require(breaker.admit(now: at(10)))
        #expect(!breaker.ended(trial, .abandoned, now: at(10)))
        #expect(breaker.isOpen)
        #expect(ask(.succeeded, at: 10).admitted)
        #expect(!breaker.isOpen)
    }
}
