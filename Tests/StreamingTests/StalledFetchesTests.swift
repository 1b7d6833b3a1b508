internal import Kafka
internal import Testing

@testable internal import Streaming

@Suite struct StalledFetchesTests {
    private let start = ContinuousClock.now
    private let first = TopicPartition("uploads", 0)
    private let second = TopicPartition("uploads", 1)

    private func place(
        _ partition: TopicPartition, reached: Int64, end: Int64, waiting: Int64 = 0
    ) -> StalledFetches.Place {
        StalledFetches.Place(partition: partition, reached: reached, end: end, waiting: waiting)
    }

    private func stalled(_ stalls: StalledFetches, after seconds: Int) -> TopicPartition? {
        stalls.stalled(for: .seconds(120), now: start + .seconds(seconds))
    }

    @Test func aPartitionThatDoesNotMoveIsNamedAtTheLimit() {
        var stalls = StalledFetches()
        for second in stride(from: 0, through: 120, by: 5) {
            stalls.observe([place(first, reached: 7, end: 9 + Int64(second))], now: start + .seconds(second))
        }
        #expect(stalled(stalls, after: 119) == nil)
        #expect(stalled(stalls, after: 120) == first)
    }

    @Test func everyStepForwardStartsAnew() {
        var stalls = StalledFetches()
        stalls.observe([place(first, reached: 7, end: 100)], now: start)
        stalls.observe([place(first, reached: 8, end: 100)], now: start + .seconds(100))
        #expect(stalled(stalls, after: 219) == nil)
        #expect(stalled(stalls, after: 220) == first)
    }

    @Test(arguments: [(9, 9, 0), (10, 9, 0), (7, 9, 1)])
    func whatHasNothingToFetchOrIsNotTakenFromDoesNotStall(reached: Int64, end: Int64, waiting: Int64) {
        var stalls = StalledFetches()
        for second in [0, 200] {
            stalls.observe(
                [place(first, reached: reached, end: end, waiting: waiting)], now: start + .seconds(second))
        }
        #expect(stalled(stalls, after: 1_000) == nil)
    }

    @Test func partitionsThatAreGivenUpAreForgotten() {
        var stalls = StalledFetches()
        stalls.observe([place(first, reached: 7, end: 9), place(second, reached: 1, end: 9)], now: start)
        stalls.observe([place(second, reached: 1, end: 9)], now: start + .seconds(60))
        #expect(stalled(stalls, after: 130) == second)
        stalls.observe([place(first, reached: 7, end: 9)], now: start + .seconds(130))
        #expect(stalled(stalls, after: 131) == nil)
    }
}
