import Kafka
import Testing

@testable import Streaming

struct PartitionOwnersTests {
    private static func group(_ owned: [String: [Int32]], isStable: Bool = true) -> GroupDescription {
        GroupDescription(
            isStable: isStable,
            members: owned.map { id, partitions in
                GroupMember(id: id, owned: Set(partitions.map { TopicPartition("uploads", $0) }))
            })
    }

    private static func uploads(_ numbers: Int32...) -> Set<TopicPartition> {
        Set(numbers.map { TopicPartition("uploads", $0) })
    }

    private let start = ContinuousClock.now
    private let all = Self.uploads(0, 1, 2, 3)

    @Test func whatNobodyOwnsIsKnownOnceItHasLasted() {
        var owners = PartitionOwners()
        let group = Self.group(["a": [0], "b": [3]])
        #expect(owners.observe(group, of: all, now: start, patience: .seconds(25)).isEmpty)
        #expect(owners.observe(group, of: all, now: start + .seconds(24), patience: .seconds(25)).isEmpty)
        #expect(owners.observe(group, of: all, now: start + .seconds(25), patience: .seconds(25)) == Self.uploads(1, 2))
    }

    @Test func whatIsHandedOverIsNotLost() {
        var owners = PartitionOwners()
        _ = owners.observe(Self.group(["a": [0, 1, 2]]), of: all, now: start, patience: .seconds(5))
        _ = owners.observe(
            Self.group(["a": [0, 1], "b": [3]]), of: all, now: start + .seconds(4), patience: .seconds(5))
        let later = owners.observe(
            Self.group(["a": [0, 1], "b": [3]]), of: all, now: start + .seconds(8), patience: .seconds(5))
        #expect(later.isEmpty)
        #expect(
            owners.observe(
                Self.group(["a": [0, 1], "b": [3]]), of: all, now: start + .seconds(9), patience: .seconds(5))
                == Self.uploads(2))
    }

    @Test func aRebalanceBeginsAnew() {
        var owners = PartitionOwners()
        let group = Self.group(["a": [0, 1, 2]])
        _ = owners.observe(group, of: all, now: start, patience: .seconds(5))
        _ = owners.observe(Self.group([:], isStable: false), of: all, now: start + .seconds(4), patience: .seconds(5))
        #expect(owners.observe(group, of: all, now: start + .seconds(6), patience: .seconds(5)).isEmpty)
    }

    @Test func oneMemberThatOwnsSomethingActs() {
        let group = Self.group(["b": [0], "c": [1], "a": [], "d": [2]])
        #expect(PartitionOwners.isTurn(of: "b", group))
        #expect(!PartitionOwners.isTurn(of: "a", group))
        #expect(!PartitionOwners.isTurn(of: "c", group))
        #expect(PartitionOwners.isTurn(of: "a", Self.group(["a": [], "b": []])))
    }

    @Test func otherTopicsDoNotCount() {
        var owners = PartitionOwners()
        let group = GroupDescription(
            isStable: true, members: [GroupMember(id: "a", owned: [TopicPartition("other", 2)])])
        #expect(owners.observe(group, of: Self.uploads(2), now: start, patience: .zero) == Self.uploads(2))
    }
}
