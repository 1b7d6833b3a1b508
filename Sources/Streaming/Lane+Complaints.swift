internal import Kafka
internal import Operations
internal import Synchronization

extension Lane {
    /// What has stood still for longer than it may, where that is this process's own fault; nil if nothing has. With a
    /// limit of zero, what is in hand, whosever fault it is.
    ///
    /// A lane that commits may still hold a partition that does not move, and one that has nothing to do may have stopped
    /// looking: neither shows in what the lane as a whole is at.
    nonisolated func complaint(_ limit: Duration) -> String? {
        let calls = limit == .zero ? monitor.underWay : isCutOff ? [] : monitor.overdue()
        if let call = calls.first {
            return "\(name): librdkafka has not returned from \"\(call.name)\""
        }
        for (partition, session) in watched.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            if let age = session.oldestWork, age > limit {
                return "\(name): \(partition) has been working on the same records for \(Int(age.inSeconds)) s"
            }
        }
        guard let lastRound = lastRound.withLock({ $0 }) else { return nil }
        let silence = ContinuousClock.now - lastRound
        // While it waits for brokers it is not the loop that hangs.
        guard silence > limit, !monitor.isBusy else { return nil }
        return "\(name): its loop has not come round for \(Int(silence.inSeconds)) s"
    }

    /// Whether brokers are away, or have only just come back. Some calls then outlast their time-out by as long as it
    /// takes (librdkafka 2.0.2: offsets for a transaction): a restart would bring nobody back.
    private nonisolated var isCutOff: Bool {
        guard let lastCutOff = lastCutOff.withLock({ $0 }) else { return false }
        return ContinuousClock.now - lastCutOff < .seconds(30)
    }
}
