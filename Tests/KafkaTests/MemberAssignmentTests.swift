import TestSupport
import Testing

@testable import Kafka

/// What a member is given, as `ConsumerProtocolAssignment` of Kafka's protocol.
struct MemberAssignmentTests {
    private static let bytes: [UInt8] =
        [0, 1, 0, 0, 0, 2]
        + [0, 1, 0x61] + [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 0]
        + [0, 2, 0x62, 0x63] + [0, 0, 0, 1, 0, 0, 0, 7]
        + [0xFF, 0xFF, 0xFF, 0xFF]

    private func partitions(_ bytes: [UInt8]) -> Set<TopicPartition> {
        bytes.withUnsafeBytes { MemberAssignment.partitions($0) }
    }

    @Test func topicsAndPartitionsAreRead() {
        #expect(
            partitions(Self.bytes) == [TopicPartition("a", 0), TopicPartition("a", 256), TopicPartition("bc", 7)])
        #expect(partitions([0, 0, 0, 0, 0, 0]).isEmpty)
    }

    /// What follows the partitions is the application's.
    @Test func whatIsCutOffIsNothing() {
        for count in 0..<(Self.bytes.count - 4) { #expect(partitions(Array(Self.bytes.prefix(count))).isEmpty) }
    }

    @Test func anyBytesDoNoHarm() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<5_000 {
            var bytes = Self.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            #expect(partitions(bytes).count <= bytes.count / 4)
        }
    }
}
