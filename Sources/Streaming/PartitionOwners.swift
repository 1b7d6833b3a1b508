internal import Kafka
internal import Operations

/// Remembers since when partitions have had no owner though their group is at rest.
///
/// A static member that dies after the group took partitions from it, and before it joined again, gets its last
/// assignment back when it restarts, and nobody is asked to share out anew: what was taken from it belongs to nobody
/// from then on, while every member is alive and content (seen with Kafka 4.1 and librdkafka 2.0.2).
struct PartitionOwners {
    /// How often the coordinator is asked.
    static let interval = Duration.seconds(10)

    var nextLook = ContinuousClock.now + PartitionOwners.interval
    private var unownedSince: [TopicPartition: ContinuousClock.Instant] = [:]

    /// Takes in what the coordinator says. - Returns: those of `partitions` that have had no owner for `patience`; that
    /// long they may be on their way from a member that drains them.
    mutating func observe(
        _ group: GroupDescription, of partitions: Set<TopicPartition>, now: ContinuousClock.Instant, patience: Duration
    ) -> Set<TopicPartition> {
        guard group.isStable else {
            unownedSince = [:]
            return []
        }
        let unowned = group.members.reduce(into: partitions) { $0.subtract($1.owned) }
        unownedSince = unownedSince.filter { unowned.contains($0.key) }
        for partition in unowned where unownedSince[partition] == nil { unownedSince[partition] = now }
        return Set(unownedSince.filter { now - $0.value >= patience }.keys)
    }

    /// Whether it is for this member to have the group share out anew: for one of them, and one that owns something, since
    /// only a member that gives something up makes the coordinator ask the others.
    static func isTurn(of member: String, _ group: GroupDescription) -> Bool {
        let owning = group.members.filter { !$0.owned.isEmpty }.map(\.id)
        return owning.min().map { $0 == member } ?? true
    }
}

extension Lane {
    func lookForOwners() async {
        guard phase == .running, pendingRevocation == nil,
            ContinuousClock.now >= owners.nextLook, ContinuousClock.now - lastReachable < .seconds(30)
        else { return }
        owners.nextLook = .now + PartitionOwners.interval
        let (group, count, member): (GroupDescription, Int, String?)
        do throws(KafkaError) {
            (group, count, member) = try await calling { [consumer, options] () async throws(KafkaError) in
                let count = try await consumer.partitionCount(of: options.input, timeout: .seconds(3))
                let group = try await consumer.description(of: options.group, timeout: .seconds(3))
                return (group, count, await consumer.memberID())
            }
        } catch {
            logger.debug("the group can't be described", ["error": error.description])
            return
        }
        let lost = owners.observe(
            group, of: Set((0..<Int32(clamping: count)).map { TopicPartition(options.input, $0) }), now: .now,
            patience: options.revocationLimit + .seconds(5))
        guard !lost.isEmpty, let member, PartitionOwners.isTurn(of: member, group) else { return }
        logger.warning(
            "partitions have no owner: joining the group anew, so that they are shared out",
            ["partitions": lost.sorted().map(\.description).joined(separator: " ")])
        owners = PartitionOwners()
        rejoinAt = .now
    }
}
