internal import Kafka
internal import Operations

extension Lane {
    private var subject: String { options.state?.subject ?? "" }

    /// Tells how far partitions are with what they remember. A changelog that can't be read is for people to decide.
    func checkState() {
        guard options.state != nil else { return }
        let found = sessions.compactMapValues { $0.keeper?.status }
        for (partition, status) in found where states[partition] != status { report(partition, status) }
        states = found
        let unfinished = found.filter { _, status in
            switch status {
            case .restoring, .unreachable: true
            case .waiting, .whole, .ahead, .broken: false
            }
        }
        let records = unfinished.values.reduce(0) { sum, status in
            if case .restoring(_, let records) = status { sum + records } else { sum }
        }
        readiness.set(
            "\(name)-state",
            unfinished.isEmpty
                ? nil
                : "restoring what is known of \(subject): \(unfinished.count) partitions, \(records) records so far"
        )
    }

    /// Has snapshots written that are due, and those of partitions that were given up.
    func keepSnapshots(_ group: inout DiscardingTaskGroup) {
        guard options.state?.aids.snapshots?.isKeeping ?? false, phase == .running else { return }
        let now = ContinuousClock.now
        for keeper in givenUp + sessions.values.compactMap(\.keeper).filter({ $0.isSnapshotDue(at: now) }) {
            group.addTask { [self] in await keeper.writeSnapshot(within: Lane.snapshotLimit, shouldStop: isEnding) }
        }
        givenUp = []
    }

    /// A disk that takes longer is given up.
    private static let snapshotLimit = Duration.seconds(600)

    /// Notes that what is known of a partition can be written, now that it doesn't change any more.
    func noteGivenUp(_ keeper: (any StateKeeping)?) {
        guard options.state?.aids.snapshots?.isKeeping ?? false, let keeper else { return }
        keeper.settle()
        givenUp.append(keeper)
    }

    /// At the end, when others have been given the partitions and nobody waits for it.
    func writeLastSnapshots(until deadline: ContinuousClock.Instant) async {
        for keeper in givenUp {
            let left = deadline - .now
            guard left > .zero else {
                return logger.warning("no time to write all snapshots of state: the next start takes longer")
            }
            await keeper.writeSnapshot(within: left) { ContinuousClock.now > deadline }
        }
        givenUp = []
    }

    private func report(_ partition: TopicPartition, _ status: StateStatus) {
        switch status {
        case .waiting, .restoring: break
        case .whole(let source, let records, let seconds, let wasOfAnother):
            metrics.restored.observe(.seconds(seconds))
            if wasOfAnother {
                logger.warning(
                    "what is known of \(subject) comes from another input, or from before the topic was made anew: "
                        + "they stay known, and its records count",
                    ["partition": "\(partition)"])
            }
            logger.info(
                "what is known of \(subject) is restored",
                [
                    "partition": "\(partition)", "from": source.rawValue, "records": "\(records)",
                    "seconds": "\(seconds)",
                ])
        case .ahead(let offset, let next):
            logger.warning(
                "what is known of \(subject) has seen these records: they count nothing and have no facts; another group on "
                    + "the same input needs a topics.state of its own",
                ["partition": "\(partition)", "from": "\(offset)", "to": "\(next)"])
        case .unreachable(let error):
            logger.warning(
                "what is known of \(subject) can't be read, trying again",
                ["partition": "\(partition)", "error": error.description])
        case .broken(let reason):
            fatal = LaneError(
                "what is known of \(subject) can't be read: \(reason); with the topic deleted and made anew "
                    + "(weir topology apply) it begins with nothing")
        }
    }
}
