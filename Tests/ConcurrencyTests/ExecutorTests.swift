import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Concurrency

@Suite(.timeLimit(.minutes(3))) struct ExecutorTests {
    /// Blocks its thread until as many others are blocked too.
    private actor Blocker {
        private nonisolated let executor = BlockingExecutor(name: "test")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        private var count = 0

        func meet(_ meeting: Meeting, _ expected: Int) -> Bool {
            meeting.arrived.add(1, ordering: .sequentiallyConsistent)
            let end = ContinuousClock.now + .seconds(20)
            while meeting.arrived.load(ordering: .sequentiallyConsistent) < expected {
                if ContinuousClock.now > end { return false }
                usleep(100)
            }
            return true
        }

        /// Not atomic: two at once would lose a count.
        func increment() {
            let before = count
            sched_yield()
            count = before + 1
        }

        var total: Int { count }
    }

    private final class Meeting: Sendable { let arrived = Atomic<Int>(0) }

    @Test func callsThatBlockStayOffTheCooperativePool() async {
        // More than the pool has threads; on the pool they would wait for each other for ever.
        let many = 32
        let meeting = Meeting()
        let met = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<many { group.addTask { await Blocker().meet(meeting, many) } }
            return await group.reduce(true) { $0 && $1 }
        }
        #expect(met)
    }

    @Test func oneActorsJobsRunInTurn() async {
        let blocker = Blocker()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<500 { group.addTask { await blocker.increment() } }
        }
        #expect(await blocker.total == 500)
    }
}
