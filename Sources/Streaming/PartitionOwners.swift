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

    /// Takes in what the coordinator says. - Returns: the partitions that have had no owner for `patience`; that
    /// long they may be on their way from a member that drains them.
    mutating func observe(
        _ shares: GroupShares, now: ContinuousClock.Instant, patience: Duration
    ) -> Set<TopicPartition> {
        guard shares.isStable else {
            unownedSince = [:]
            return []
        }
        unownedSince = unownedSince.filter { shares.unowned.contains($0.key) }
        for partition in shares.unowned where unownedSince[partition] == nil { unownedSince[partition] = now }
        return Set(unownedSince.filter { now - $0.value >= patience }.keys)
    }

    /// Whether it is for this member to have the group share out anew: for one of them, and one that owns something, since
    /// only a member that gives something up makes the coordinator ask the others.
    static func isTurn(of instance: String, _ shares: GroupShares) -> Bool {
        let owning = shares.owned.filter { !$0.value.isEmpty }.keys.compactMap { $0 }
        return owning.min().map { $0 == instance } ?? true
    }
}

extension Lane {
    func lookForOwners() async {
        guard let instance = options.instance, phase == .running, pendingRevocation == nil,
            ContinuousClock.now >= owners.nextLook, ContinuousClock.now - lastReachable < .seconds(30)
        else { return }
        owners.nextLook = .now + PartitionOwners.interval
        let shares: GroupShares
        do throws(KafkaError) {
            shares = try await calling { [consumer, options] () async throws(KafkaError) in
                try await consumer.shares(of: options.input, group: options.group, timeout: .seconds(3))
            }
        } catch {
            logger.debug("the group can't be described", ["error": error.description])
            return
        }
        let lost = owners.observe(shares, now: .now, patience: options.revocationLimit + .seconds(5))
        guard !lost.isEmpty, PartitionOwners.isTurn(of: instance, shares) else { return }
        logger.warning(
            "partitions have no owner: joining the group anew, so that they are shared out",
            ["partitions": lost.sorted().map(\.description).joined(separator: " ")])
        owners = PartitionOwners()
        rejoinAt = .now
    }
}
