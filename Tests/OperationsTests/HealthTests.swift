import TestSupport
import Testing

@testable import Operations

@Suite(.timeLimit(.minutes(3))) struct HealthTests {
    @Test func eachPartSetsAndClearsItsOwnReasons() {
        let readiness = Readiness()
        #expect(readiness.notReady.isEmpty)
        readiness.set("streaming", "starting")
        readiness.set("brokers", "unreachable")
        readiness.set("streaming", "no partitions")
        #expect(readiness.notReady == ["brokers: unreachable", "streaming: no partitions"])
        readiness.set("brokers", nil)
        #expect(readiness.notReady == ["streaming: no partitions"])
        readiness.set("streaming", nil)
        #expect(readiness.notReady.isEmpty)
    }

    @Test func progressIsStalledFromTheLastAdvance() throws {
        let progress = Progress("lane")
        #expect(progress.stalled == nil)
        progress.begin("batch 1")
        let first = try #require(progress.stalled)
        #expect(first.activity == "batch 1")
        // A second beginning does not restart the time of what is in hand.
        progress.begin("batch 2")
        let second = try #require(progress.stalled)
        #expect(second.activity == "batch 1")
        #expect(second.duration >= first.duration)
        progress.advance(to: "batch 2")
        #expect(progress.stalled?.activity == "batch 2")
        progress.advance(to: nil)
        #expect(progress.stalled == nil)
    }

    @Test func theWatchdogEndsWhatStandsStill() async throws {
        let exits = Counter()
        let watchdog = Watchdog(limit: .milliseconds(40), logger: silent) { exits.increment() }
        let progress = Progress("lane uploads")
        progress.begin("committing")
        watchdog.watch(progress)
        try await run(watchdog) { exits.value > 0 }
        #expect(watchdog.complaint?.hasPrefix("lane uploads has been at \"committing\" for ") == true)
    }

    @Test func theWatchdogLeavesAloneWhatIsIdleOrMoves() async throws {
        let exits = Counter()
        let watchdog = Watchdog(limit: .seconds(60), logger: silent) { exits.increment() }
        let (idle, busy) = (Progress("idle"), Progress("busy"))
        watchdog.watch(idle)
        watchdog.watch(busy)
        let looks = Counter()
        watchdog.watch { _ in
            looks.increment()
            return nil
        }
        busy.begin("work")
        // The limit is far: so many looks later, what is busy is still within it, and what is idle has none.
        try await run(watchdog) { looks.value > 3 }
        #expect(exits.value == 0)
        #expect(watchdog.complaint == nil)
    }

    @Test func aComplaintOfItsOwnIsGivenTheLimit() async throws {
        let exits = Counter()
        let watchdog = Watchdog(limit: .milliseconds(40), logger: silent) { exits.increment() }
        watchdog.watch { limit in limit == .milliseconds(40) ? "the disk is full" : nil }
        try await run(watchdog) { exits.value > 0 }
        #expect(watchdog.complaint == "the disk is full")
    }

    /// A supervisor's SIGKILL would not say where it stood.
    @Test func aStopThatDoesNotComeToItsEndIsEndedAndSaysWhereItStood() async throws {
        let exits = Counter()
        let watchdog = Watchdog(limit: .seconds(60), logger: silent) { exits.increment() }
        watchdog.watch { limit in limit == .zero ? "the consumer is being closed" : nil }
        watchdog.watch { limit in limit == .zero ? "an upload is in hand" : nil }
        let stop = ShutdownSignal()
        watchdog.bound(stop, to: .milliseconds(40))
        stop.trigger()
        try await run(watchdog) { exits.value > 0 }
        #expect(watchdog.complaint == "the consumer is being closed; an upload is in hand")
    }

    @Test func nobodyIsHurriedWhoWasNotAskedToStopOrHasTime() async throws {
        for (isAsked, limit) in [(false, Duration.zero), (true, .seconds(60))] {
            let exits = Counter()
            let watchdog = Watchdog(limit: .seconds(60), logger: silent) { exits.increment() }
            let looks = Counter()
            watchdog.watch { limit in
                looks.increment()
                return limit == .zero ? "an upload is in hand" : nil
            }
            let stop = ShutdownSignal()
            watchdog.bound(stop, to: limit)
            if isAsked { stop.trigger() }
            try await run(watchdog) { looks.value > 3 }
            #expect(exits.value == 0)
        }
    }

    private func run(_ watchdog: Watchdog, until enough: () -> Bool) async throws {
        let shutdown = ShutdownSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watchdog.run(until: shutdown) }
            #expect(await eventually { enough() })
            shutdown.trigger()
            try await group.waitForAll()
        }
    }
}
