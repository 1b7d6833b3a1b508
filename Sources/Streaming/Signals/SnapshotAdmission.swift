internal import Events
internal import Signals

/// Whether a topic can be followed from where a snapshot of it ends, so that the same signals are known as if all of it
/// were read. If that is not sure it can't: a withdrawn signal that stayed in force would be worse than a slow start.
struct SnapshotAdmission {
    let topic: String
    let cluster: String?
    /// Of each partition the first offset there is, and the one after the last.
    let offsets: [(low: Int64, high: Int64)]
    /// How long the topic keeps records without a value after it has dropped what they took back
    /// (`delete.retention.ms`).
    let tombstones: Duration

    /// Kafka's own.
    static let standardTombstones = Duration.seconds(24 * 3_600)

    /// How old a snapshot may be. Shorter than records without a value are kept, by an hour or a quarter: the rest is yet to
    /// be read, and clocks differ.
    static func longestAge(_ tombstones: Duration) -> Duration { tombstones - min(.seconds(3_600), tombstones / 4) }

    /// Clocks of brokers and processes differ, but not by more.
    private static let earliest: Int64 = -300

    /// Why not; nil if it can.
    func refusal(of facts: SnapshotFacts, at now: Timestamp) -> SnapshotRefusal? {
        let place = facts.place
        guard place.topic == topic else { return SnapshotRefusal("is of topic \(place.topic)") }
        if let there = place.cluster, let here = cluster, there != here {
            return SnapshotRefusal("is of another cluster, \(there)")
        }
        guard place.partitions.count == offsets.count else {
            return SnapshotRefusal("is of \(place.partitions.count) partitions, and there are \(offsets.count)")
        }
        let age = now.seconds(since: facts.asOf)
        let most = SnapshotAdmission.longestAge(tombstones)
        guard age >= SnapshotAdmission.earliest else { return SnapshotRefusal("was written \(-age) s from now") }
        guard .seconds(age) <= most else {
            return SnapshotRefusal(
                "is \(age) s old, and after \(most.components.seconds) s the topic may have forgotten what was withdrawn"
            )
        }
        for (index, (partition, there)) in zip(place.partitions, offsets).enumerated() {
            if there.high < partition.next {
                return SnapshotRefusal(
                    "reaches offset \(partition.next) of partition \(index), which ends at \(there.high): it is another topic"
                )
            }
            if there.low > partition.start {
                return SnapshotRefusal(
                    "partition \(index) began at \(partition.start), and now at \(there.low): records have been deleted"
                )
            }
        }
        return nil
    }
}
