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
            if case .restoring(let records) = status { sum + records } else { sum }
        }
        readiness.set(
            "\(name)-state",
            unfinished.isEmpty
                ? nil
                : "restoring what is known of \(subject): \(unfinished.count) partitions, \(records) records so far"
        )
    }

    private func report(_ partition: TopicPartition, _ status: StateStatus) {
        switch status {
        case .waiting, .restoring: break
        case .whole(let records, let seconds, let wasOfAnother):
            metrics.restored.observe(.seconds(seconds))
            if wasOfAnother {
                logger.warning(
                    "what is known of \(subject) comes from another input, or from before the topic was made anew: "
                        + "they stay known, and its records count",
                    ["partition": "\(partition)"])
            }
            logger.info(
                "what is known of \(subject) is restored",
                ["partition": "\(partition)", "records": "\(records)", "seconds": "\(seconds)"])
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
