import Concurrency
import TestSupport
import Testing

@Suite struct BlockingCallsTests {
    /// Each waits for all others, so they end only if every thread is there, whatever the number of processors.
    @Test func allThreadsRunAtOnce() async throws {
        let calls = BlockingCalls(threads: 12)
        let arrived = Tally()
        let gate = Gate()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    let outcome = try await calls.run(limit: .seconds(60)) { _ in
                        if arrived.add() == 12 { gate.open() }
                        return gate.wait()
                    }
                    if case .ended(let met) = outcome { return met }
                    return false
                }
            }
            for try await met in group { #expect(met) }
        }
    }

    /// What was given up keeps its thread until it ends; the next waits for that, and is not late by it.
    @Test func abandonedCallsKeepTheirThread() async throws {
        let calls = BlockingCalls(threads: 1)
        let release = Gate()
        let ended = Tally()
        let first = try await calls.run(limit: .milliseconds(20)) { abandonment in
            release.wait()
            if abandonment.isAbandoned { ended.add() }
        }
        guard case .late = first else {
            Issue.record("it ended although it was held")
            return
        }
        async let second = calls.run(limit: .seconds(30)) { _ in ended.value == 1 }
        try await Task.sleep(for: .milliseconds(50))
        release.open()
        guard case .ended(let cameAfter) = try await second else {
            Issue.record("waiting for a turn counted")
            return
        }
        #expect(cameAfter)
    }

    @Test func cancelledWaitersLeaveWithoutRunning() async throws {
        let calls = BlockingCalls(threads: 1)
        let release = Gate()
        let started = Tally()
        let runs = Tally()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await calls.run(limit: .seconds(60)) { _ in
                    started.add()
                    release.wait()
                }
            }
            #expect(await eventually { started.value == 1 })
            for _ in 0..<5 {
                group.addTask {
                    _ = try await calls.run(limit: .seconds(60)) { _ in runs.add() }
                }
            }
            group.cancelAll()
            var cancelled = 0
            while let result = await group.nextResult() {
                if case .failure(let error) = result, error is CancellationError { cancelled += 1 }
            }
            #expect(cancelled == 6)
        }
        release.open()
        // The thread is free again, and nothing of what was cancelled has run on it.
        _ = try await calls.run(limit: .seconds(30)) { _ in }
        #expect(runs.value == 0)
    }

    @Test func grantsGrowAndGoBack() async throws {
        let permits = Permits(10)
        var first: Permits.Grant? = try await permits.grant(4)
        let second = try await permits.grant(3)
        #expect(first?.grow(to: 8) == false)
        #expect(first?.count == 4)
        #expect(first?.grow(to: 7) == true)
        #expect(first?.grow(to: 2) == true)
        #expect(first?.count == 7)
        #expect(permits.free == 0)
        first = nil
        #expect(permits.free == 7)
        #expect(second.grow(to: 100))
        #expect(second.count == 10)
        second.release()
        second.release()
        #expect(permits.free == 10)
    }
}
