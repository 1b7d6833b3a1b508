import TestSupport
import Testing

@testable import Concurrency

@Suite struct BacklogTests {
    @Test(arguments: UInt64(1)...20) func elementsLeaveInTheOrderTheyCame(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var backlog = Backlog<Int>()
        var model: [Int] = []
        for number in 0..<5_000 {
            if Bool.random(using: &random) {
                backlog.append(number)
                model.append(number)
            } else {
                #expect(backlog.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(backlog.count == model.count)
        }
    }

    /// A pool that never falls idle must not keep what it has done.
    @Test func whatHasLeftIsNotKept() {
        var backlog = Backlog<Int>()
        backlog.append(0)
        for number in 1..<200_000 {
            backlog.append(number)
            _ = backlog.popFirst()
        }
        #expect(backlog.count == 1)
        #expect(backlog.storedCount < 10_000)
    }
}
