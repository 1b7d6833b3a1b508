internal import Concurrency
internal import Events
internal import Kafka
internal import Operations

extension Lane {
    /// After a commit whose outcome only the brokers know, once they have settled it: whether the outputs agree with what
    /// the group says. Where they do not, remembers what is not to be sent again (`survivors`), and from where records
    /// must be judged again although the group has moved on (`owed`).
    func settleDoubt() async throws(KafkaError) {
        let reported = try await committedOffsets(of: transaction.parts.keys.sorted())
        // Of a partition that was lost meanwhile another owner may have gone on.
        let parts = transaction.parts.filter { partition, _ in
            sessions[partition]?.firstOffset != nil
                || reported[partition].map { $0.committer?.transactionalID == options.transactionalID } ?? true
        }
        guard let opened = transaction.opened, !parts.isEmpty else { return }
        let ranges = parts.mapValues(\.range)
        // By both clocks: the wall's may have been set meanwhile.
        let elapsed = Int64((ContinuousClock.now - opened).inSeconds * 1_000)
        let start = min(transaction.openedAt.milliseconds, Timestamp.now().milliseconds - elapsed)
        guard var visible = try await readOutputs(ranges, since: start - Lane.clockTolerance) else { return }
        let moved = ranges.filter { partition, range in reported[partition]?.offset ?? 0 >= range.upperBound }
        var lost = moved.filter { partition, _ in isLacking(visible, partition) }
        if !lost.isEmpty {
            // Before anything is judged twice: the clock of whoever stamps the outputs may be far off.
            guard let earlier = try await readOutputs(ranges, since: start - Lane.clockTolerance * 180) else { return }
            visible.merge(earlier)
            lost = moved.filter { partition, _ in isLacking(visible, partition) }
        }
        let isCommitted = moved.count == parts.count && lost.isEmpty
        if isCommitted || (moved.isEmpty && visible.isEmpty) { return }
        survivors.merge(visible)
        owed.merge(lost.filter { sessions[$0.key] != nil }.mapValues(\.lowerBound)) { min($0, $1) }
        metrics.transactions["split"].increment()
        logger.error(
            "the brokers committed a transaction by halves: what is visible is not sent again, the rest is made again",
            [
                "visible": "\(visible.count)", "moved": describe(moved), "lost": describe(lost),
                "notOurs": describe(lost.filter { sessions[$0.key] == nil }),
            ])
    }

    /// Whether a part of what was sent for it can't be seen.
    private func isLacking(_ visible: VisibleOutputs, _ partition: TopicPartition) -> Bool {
        guard let part = transaction.parts[partition] else { return false }
        var all = visible
        all.merge(survivors)
        let outputs = options.outputs
        return all.count(of: partition, on: outputs.audit) < part.audit
            || all.count(of: partition, on: outputs.enforcement) < part.enforcement
            || all.count(of: partition, on: outputs.review) < part.review
            || all.count(of: partition, on: outputs.deadLetters) < part.deadLetters
    }

    private func describe(_ ranges: [TopicPartition: Range<Int64>]) -> String {
        ranges.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.lowerBound)..<\($0.value.upperBound)" }
            .joined(separator: ", ")
    }

    /// nil if they can't be read: then the group is believed.
    private func readOutputs(
        _ ranges: [TopicPartition: Range<Int64>], since start: Int64
    ) async throws(KafkaError) -> VisibleOutputs? {
        let survey = OutputSurvey(options: options, monitor: monitor, isEnding: isEnding)
        do throws(KafkaError) {
            return try await calling { () async throws(KafkaError) in try await survey.visible(of: ranges, since: start)
            }
        } catch {
            surveyFailures += 1
            guard error.isTopicRefusal || surveyFailures >= Lane.mostSurveys else { throw error }
            logger.error(
                "can't see whether the brokers committed a transaction by halves, going on by what the group says",
                ["error": error.description])
            return nil
        }
    }

    /// Milliseconds by which the clocks of those who write the outputs may differ.
    private static let clockTolerance: Int64 = 5_000
    /// Attempts that may fail, of some seconds each: what a member that is gone left open hides what stands behind it until
    /// it times out.
    private static let mostSurveys = 3
}
