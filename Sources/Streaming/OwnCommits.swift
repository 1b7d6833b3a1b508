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

    /// The input is gone: one that is made in its place begins anew, and the group with it.
    mutating func forget() { self = OwnCommits() }

    /// The partition has another owner from now on.
    mutating func giveUp(_ partition: TopicPartition) {
        if let offset = offsets.removeValue(forKey: partition) { former[partition] = offset }
    }

    /// What the group says of a partition that is owned again, beside what was committed here before.
    enum Return: Equatable {
        /// Others have gone on from there, or nobody has.
        case forward
        /// The group has been set back by hand, which it allows while it is empty.
        case reset(from: Int64)
        /// No member of a group goes back behind another's commit: the group has forgotten some. What was committed here
        /// counts as this owner's own again.
        case denied
    }

    /// - Parameter isByMember: whether a member of the group committed what is reported, as far as can be told.
    mutating func takeBack(_ partition: TopicPartition, reported: Int64?, isByMember: Bool) -> Return {
        guard let known = former.removeValue(forKey: partition), known > reported ?? -1 else { return .forward }
        if reported != nil, !isByMember { return .reset(from: known) }
        offsets[partition] = known
        return .denied
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
