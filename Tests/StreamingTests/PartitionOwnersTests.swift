import Kafka
import Testing

@testable import Streaming

struct PartitionOwnersTests {
    private static func shares(_ owned: [String?: [Int32]], isStable: Bool = true) -> GroupShares {
        GroupShares(
            isStable: isStable, owned: owned.mapValues { Set($0.map { TopicPartition("uploads", $0) }) },
            partitions: 4, of: "uploads")
    }

    private static func uploads(_ numbers: Int32...) -> Set<TopicPartition> {
        Set(numbers.map { TopicPartition("uploads", $0) })
    }

    private let start = ContinuousClock.now

    @Test func whatNobodyOwnsIsKnownOnceItHasLasted() {
        var owners = PartitionOwners()
        let shares = Self.shares(["a": [0], "b": [3]])
        #expect(owners.observe(shares, now: start, patience: .seconds(25)).isEmpty)
        #expect(owners.observe(shares, now: start + .seconds(24), patience: .seconds(25)).isEmpty)
        #expect(owners.observe(shares, now: start + .seconds(25), patience: .seconds(25)) == Self.uploads(1, 2))
    }

    @Test func whatIsHandedOverIsNotLost() {
        var owners = PartitionOwners()
        _ = owners.observe(Self.shares(["a": [0, 1, 2]]), now: start, patience: .seconds(5))
        _ = owners.observe(Self.shares(["a": [0, 1], "b": [3]]), now: start + .seconds(4), patience: .seconds(5))
        let later = owners.observe(
            Self.shares(["a": [0, 1], "b": [3]]), now: start + .seconds(8), patience: .seconds(5))
        #expect(later.isEmpty)
        #expect(
            owners.observe(Self.shares(["a": [0, 1], "b": [3]]), now: start + .seconds(9), patience: .seconds(5))
                == Self.uploads(2))
    }

    @Test func aRebalanceBeginsAnew() {
        var owners = PartitionOwners()
        let shares = Self.shares(["a": [0, 1, 2]])
        _ = owners.observe(shares, now: start, patience: .seconds(5))
        _ = owners.observe(Self.shares([:], isStable: false), now: start + .seconds(4), patience: .seconds(5))
        #expect(owners.observe(shares, now: start + .seconds(6), patience: .seconds(5)).isEmpty)
    }

    @Test func oneMemberThatOwnsSomethingActs() {
        let shares = Self.shares(["b": [0], "c": [1], "a": [], nil: [2]])
        #expect(PartitionOwners.isTurn(of: "b", shares))
        #expect(!PartitionOwners.isTurn(of: "a", shares))
        #expect(!PartitionOwners.isTurn(of: "c", shares))
        #expect(PartitionOwners.isTurn(of: "a", Self.shares(["a": [], "b": []])))
    }

    @Test func otherTopicsAndOwnersDoNotCount() {
        let shares = GroupShares(
            isStable: true,
            owned: [
                "a": [TopicPartition("uploads", 0), TopicPartition("other", 1)], nil: [TopicPartition("uploads", 1)],
            ],
            partitions: 3, of: "uploads")
        #expect(shares.unowned == Self.uploads(2))
        #expect(shares.owned["a"] == Self.uploads(0))
    }
}
