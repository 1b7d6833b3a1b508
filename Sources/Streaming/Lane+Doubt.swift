internal import Concurrency
internal import Events
internal import Kafka
internal import Operations

extension Lane {
    /// After a commit whose outcome only the brokers know, once they have settled it: whether the outputs agree with what
    /// the group says. Where they do not, remembers what is not to be sent again.
    /// - Returns: from where records must be judged again although the group has moved on, by partition.
    func settleDoubt(reported: [TopicPartition: Int64]) async throws(KafkaError) -> [TopicPartition: Int64] {
        let parts = transaction.parts
        guard let opened = transaction.opened, !parts.isEmpty else { return [:] }
        doubtSince = doubtSince ?? .now
        let visible: VisibleOutputs
        do throws(KafkaError) {
            visible = try await readOutputs(parts.mapValues(\.range), since: opened)
        } catch {
            if error.isTopicRefusal {
                logger.warning(
                    "can't see whether the brokers committed a transaction by halves: Read on the outputs is missing",
                    ["error": error.description])
            } else if ContinuousClock.now - (doubtSince ?? .now) >= options.denialLimit {
                logger.error(
                    "can't see whether the brokers committed a transaction by halves, going on by what the group says",
                    ["error": error.description])
            } else {
                throw error
            }
            return [:]
        }
        let moved = parts.filter { partition, part in reported[partition] ?? 0 >= part.range.upperBound }
        let lacking = parts.filter { partition, part in isLacking(visible, of: partition, part) }
        let isCommitted = moved.count == parts.count && lacking.isEmpty
        if isCommitted || (moved.isEmpty && visible.isEmpty) { return [:] }
        metrics.transactions["split"].increment()
        let lost = moved.filter { lacking[$0.key] != nil }.mapValues(\.range)
        logger.error(
            "the brokers committed a transaction by halves: what is visible is not sent again, the rest is made again",
            [
                "visible": "\(visible.count)", "moved": describe(moved.mapValues(\.range)),
                "lost": describe(lost),
                "notOurs": describe(lost.filter { sessions[$0.key] == nil }),
            ])
        survivors.merge(visible)
        return lost.mapValues(\.lowerBound)
    }

    private func isLacking(
        _ visible: VisibleOutputs, of partition: TopicPartition, _ part: OpenTransaction.Part
    ) -> Bool {
        let outputs = options.outputs
        return visible.count(of: partition, on: outputs.audit) < part.audit
            || visible.count(of: partition, on: outputs.enforcement) < part.enforcement
            || visible.count(of: partition, on: outputs.review) < part.review
            || visible.count(of: partition, on: outputs.deadLetters) < part.deadLetters
    }

    private func describe(_ ranges: [TopicPartition: Range<Int64>]) -> String {
        ranges.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.lowerBound)..<\($0.value.upperBound)" }
            .joined(separator: ", ")
    }

    private func readOutputs(
        _ ranges: [TopicPartition: Range<Int64>], since opened: ContinuousClock.Instant
    ) async throws(KafkaError) -> VisibleOutputs {
        // By both clocks: the wall's may have been set meanwhile.
        let elapsed = Int64((ContinuousClock.now - opened).inSeconds * 1_000)
        let start = min(transaction.openedAt.milliseconds, Timestamp.now().milliseconds - elapsed) - Lane.clockTolerance
        var topics = Set(options.outputs.all)
        if transaction.deadLetters.isEmpty { topics.remove(options.outputs.deadLetters) }
        let survey = OutputSurvey(options: options, topics: topics, monitor: monitor, isEnding: isEnding)
        return try await calling { () async throws(KafkaError) in
            try await survey.visible(of: ranges, since: start)
        }
    }

    /// Milliseconds by which the clocks of those who write the outputs may differ.
    private static let clockTolerance: Int64 = 5_000
}

/// Reads what is visible on the output topics.
private struct OutputSurvey: Sendable {
    let options: LaneOptions
    let topics: Set<String>
    let monitor: CallMonitor
    /// Whether the process is to end: then there is no time for this.
    let isEnding: @Sendable () -> Bool
    /// For one attempt; whoever asks tries again.
    private static let patience = Duration.seconds(20)

    /// - Parameter start: of the records' timestamps, milliseconds since the epoch.
    func visible(
        of ranges: [TopicPartition: Range<Int64>], since start: Int64
    ) async throws(KafkaError) -> VisibleOutputs {
        let ends = try await ends()
        let reader = try TopicReader(
            bootstrap: options.bootstrap,
            properties: options.consumerProperties.merging(["auto.offset.reset": "earliest"]))
        do throws(KafkaError) {
            if options.hasTimeIndex {
                try await reader.begin(Set(ends.keys), atTime: start, timeout: .seconds(5))
            } else {
                try await reader.begin(at: ends.mapValues { _ in 0 })
            }
            var outputs = VisibleOutputs(of: ranges)
            let deadline = ContinuousClock.now + OutputSurvey.patience
            while await !reader.hasPassed(ends) {
                for record in try await reader.read(1_000, timeout: .milliseconds(200)) { outputs.see(record) }
                if isEnding() || ContinuousClock.now >= deadline {
                    throw .silence("read the outputs", for: OutputSurvey.patience)
                }
            }
            await reader.close()
            return outputs
        } catch {
            await reader.close()
            throw error
        }
    }

    /// Where the output partitions end, whatever stands open in them.
    private func ends() async throws(KafkaError) -> [TopicPartition: Int64] {
        let observer = try GroupConsumer(
            bootstrap: options.bootstrap, group: options.group, instance: nil,
            properties: options.consumerProperties.merging(["statistics.interval.ms": "0"]), seesPending: true,
            wakeup: Wakeup(), monitor: monitor)
        do throws(KafkaError) {
            var ends: [TopicPartition: Int64] = [:]
            for topic in topics {
                for partition in 0..<(try await observer.partitionCount(of: topic, timeout: .seconds(5))) {
                    let place = TopicPartition(topic, Int32(partition))
                    ends[place] = try await observer.watermarks(of: place, timeout: .seconds(5)).high
                }
            }
            await observer.close()
            return ends
        } catch {
            await observer.close()
            throw error
        }
    }
}
