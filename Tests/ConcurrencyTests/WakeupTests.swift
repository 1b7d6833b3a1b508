import Testing

@testable import Concurrency

@Suite(.timeLimit(.minutes(3))) struct WakeupTests {
    @Test func manySignalsBeforeAWaitAreOne() async {
        let wakeup = Wakeup()
        for _ in 0..<100 { wakeup.signal() }
        await wakeup.wait()
        // Were a second one kept, this would return before its time.
        let deadline = ContinuousClock.now + .milliseconds(20)
        await wakeup.wait(until: deadline)
        #expect(ContinuousClock.now >= deadline)
    }

    @Test func noSignalIsLost() async {
        // Two tasks that only go on when the other has: one lost signal would stop both.
        let (ping, pong) = (Wakeup(), Wakeup())
        await withDiscardingTaskGroup { group in
            group.addTask {
                for _ in 0..<5_000 {
                    ping.signal()
                    await pong.wait()
                }
            }
            group.addTask {
                for _ in 0..<5_000 {
                    await ping.wait()
                    pong.signal()
                }
            }
        }
    }

    @Test func noSignalIsLostBesideADeadline() async {
        let (ping, pong) = (Wakeup(), Wakeup())
        let far = ContinuousClock.now + .seconds(3_600)
        await withDiscardingTaskGroup { group in
            group.addTask {
                for _ in 0..<500 {
                    ping.signal()
                    await pong.wait(until: far)
                }
            }
            group.addTask {
                for _ in 0..<500 {
                    await ping.wait(until: far)
                    pong.signal()
                }
            }
        }
    }

    @Test(arguments: 0..<50) func cancellationEndsAWait(round: Int) async {
        let wakeup = Wakeup()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await wakeup.wait() }
            for _ in 0..<round { await Task.yield() }
            group.cancelAll()
            await group.waitForAll()
        }
        // It can be waited for again.
        wakeup.signal()
        await wakeup.wait()
    }

    @Test func aCancelledTaskDoesNotWait() async {
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await Wakeup().wait() }
            group.addTask { await Wakeup().wait(until: .now + .seconds(3_600)) }
        }
    }
}
