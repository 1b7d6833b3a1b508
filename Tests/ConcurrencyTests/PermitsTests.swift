import TestSupport
import Testing

@testable import Concurrency

@Suite(.timeLimit(.minutes(3))) struct PermitsTests {
    private struct Failure: Error {}

    /// Holds permits until told to let go.
    private final class Holder: Sendable {
        private let isHeld = Shared(true)
        func letGo() { isHeld.update { $0 = false } }
        func hold() async { _ = await eventually { isHeld.value == false } }
    }

    @Test(arguments: UInt64(1)...8) func neverMoreThanThereAre(seed: UInt64) async throws {
        let total = 5
        let permits = Permits(total)
        let inUse = Shared(0)
        let most = Shared(0)
        let done = Shared(0)
        var random = SplitMix64(seed: seed)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                let count = Int.random(in: 1...8, using: &random)
                let yields = Int.random(in: 0...3, using: &random)
                group.addTask {
                    try? await permits.withPermits(count) {
                        let used = inUse.update { used in
                            used += min(count, total)
                            return used
                        }
                        most.update { $0 = max($0, used) }
                        for _ in 0..<yields { await Task.yield() }
                        inUse.update { $0 -= min(count, total) }
                        done.update { $0 += 1 }
                    }
                }
                if Int.random(in: 0..<50, using: &random) == 0 { await Task.yield() }
            }
            if seed % 2 == 0 { group.cancelAll() }
        }
        #expect(most.value <= total)
        if seed % 2 == 1 { #expect(done.value == 200) }
        // None has leaked, whatever was cancelled: all can be had at once.
        try await permits.withPermits(total) {}
    }

    @Test func whoCameFirstIsServedFirst() async throws {
        let permits = Permits(1)
        let holder = Holder()
        let order = Shared<[Int]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await permits.withPermits { await holder.hold() } }
            #expect(await eventually { permits.free == 0 })
            for number in 0..<10 {
                group.addTask { try await permits.withPermits { order.update { $0.append(number) } } }
                #expect(await eventually { permits.waiting == number + 1 })
            }
            holder.letGo()
            try await group.waitForAll()
        }
        #expect(order.value == Array(0..<10))
    }

    @Test func cancellationEndsTheWaitWithoutAPermit() async throws {
        let permits = Permits(1)
        let ran = Shared(false)
        try await permits.withPermits {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        try await permits.withPermits { ran.update { $0 = true } }
                        return false
                    } catch {
                        return error is CancellationError
                    }
                }
                #expect(await eventually { permits.waiting == 1 })
                group.cancelAll()
                #expect(await group.next() == true)
            }
        }
        #expect(!ran.value)
        #expect(permits.free == 1)
    }

    @Test func whoGivesUpDoesNotStandInTheWay() async throws {
        let permits = Permits(4)
        let holder = Holder()
        let served = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await permits.withPermits(3) { await holder.hold() } }
            #expect(await eventually { permits.free == 1 })
            await withTaskGroup(of: Void.self) { impatient in
                impatient.addTask { try? await permits.withPermits(4) {} }
                #expect(await eventually { permits.waiting == 1 })
                group.addTask { try await permits.withPermits(1) { served.update { $0 = true } } }
                #expect(await eventually { permits.waiting == 2 })
                impatient.cancelAll()
            }
            // One permit is free and one is asked for: nothing to wait for.
            #expect(await eventually(within: .seconds(5)) { served.value })
            holder.letGo()
            try await group.waitForAll()
        }
    }

    @Test func askingForMoreThanThereAreGivesAll() async throws {
        let permits = Permits(3)
        try await permits.withPermits(1_000) { #expect(permits.free == 0) }
        #expect(permits.free == 3)
    }

    @Test func aThrownErrorGivesThePermitsBack() async throws {
        let permits = Permits(2)
        await #expect(throws: Failure.self) { try await permits.withPermits(2) { throw Failure() } }
        #expect(permits.free == 2)
    }
}
