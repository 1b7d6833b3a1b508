internal import Kafka

/// What a lane itself has committed for the partitions that it owns, beside what the group says of them. A pure value.
///
/// While a member owns a partition nobody else commits for it, and Kafka refuses to set the offsets of a group that has
/// members: a group that reports less than its member has committed is not well. That was seen: the coordinator of a broker
/// that came back after a `kill -9` had loaded nothing or a part of its log (Kafka 4.1.1: "The state machine of the
/// coordinator … is out of sync with the underlying log"), and answered accordingly. To go back by such an answer is to do
/// everything twice.
struct OwnCommits: Sendable {
    /// One past the last record, by partition.
    private(set) var offsets: [TopicPartition: Int64] = [:]
    /// Of partitions that were given up; others may have gone on from there.
    private var former: [TopicPartition: Int64] = [:]

    mutating func note(_ committed: [TopicPartition: Int64]) {
        // The latest, not the largest: where the input itself has lost records the group begins anew.
        offsets.merge(committed) { $1 }
    }

    /// The partition has another owner from now on.
    mutating func giveUp(_ partition: TopicPartition) {
        if let offset = offsets.removeValue(forKey: partition) { former[partition] = offset }
    }

    /// What was committed here for a partition that is owned again, if the group reports less of it now: somebody has set the
    /// group's offsets while it was empty, or the brokers have lost some. Told once.
    mutating func former(_ partition: TopicPartition, ifAbove reported: Int64) -> Int64? {
        guard let known = former.removeValue(forKey: partition), known > reported else { return nil }
        return known
    }

    /// Where to go back to, after a transaction that failed.
    struct Places: Equatable {
        var offsets: [TopicPartition: Int64] = [:]
        /// Partitions of which the group reports less than was committed here.
        var denied: [TopicPartition] = []
    }

    /// - Parameters:
    ///   - firsts: the first record that each partition's session took: where it began if nothing was committed.
    ///   - reported: what the group says; nothing of a partition for which nobody ever committed.
    func places(firsts: [TopicPartition: Int64], reported: [TopicPartition: Int64]) -> Places {
        var places = Places()
        for (partition, first) in firsts {
            let own = offsets[partition]
            places.offsets[partition] = max(reported[partition] ?? first, own ?? 0)
            if let own, (reported[partition] ?? -1) < own { places.denied.append(partition) }
        }
        places.denied.sort()
        return places
    }
}
