internal import Concurrency
internal import Events
internal import Kafka
internal import Operations

extension Lane {
    /// After a commit whose outcome only the brokers know, once they have settled it: whether the outputs agree with what
    /// the group says. Where they do not, remembers what is not to be sent again.
    func settleDoubt(reported: [TopicPartition: Int64]) async throws(KafkaError) {
        guard transaction.isCommitAsked, let opened = transaction.opened else { return }
        var ranges: [TopicPartition: Range<Int64>] = [:]
        for (partition, end) in transaction.offsets {
            let start = max(reported[partition] ?? 0, ownCommits.offsets[partition] ?? 0)
            if start < end { ranges[partition] = start..<end }
        }
        // The group has moved on: all of it is committed.
        if ranges.isEmpty { return }
        do throws(KafkaError) {
            let found = try await readOutputs(ranges, since: opened)
            guard !found.isEmpty else { return }
            survivors.merge(found)
            metrics.transactions["split"].increment()
            logger.error(
                "the brokers committed records of a transaction without its offsets: they are not sent again",
                ["records": "\(found.count)"])
        } catch {
            guard error.isAuthorization else { throw error }
            logger.warning(
                "can't see whether the brokers committed a transaction by halves: Read on the outputs is missing",
                ["error": error.description])
        }
    }

    private func readOutputs(
        _ ranges: [TopicPartition: Range<Int64>], since opened: ContinuousClock.Instant
    ) async throws(KafkaError) -> SurvivingOutputs {
        // By both clocks: the wall's may have been set meanwhile.
        let since = transaction.openedAt.milliseconds
        let elapsed = Int64((ContinuousClock.now - opened).inSeconds * 1_000)
        let start = min(since, Timestamp.now().milliseconds - elapsed) - Lane.clockTolerance
        return try await calling { [options, monitor] () async throws(KafkaError) in
            let outputs = OutputSurvey(options, monitor: monitor)
            return try await outputs.survivors(of: ranges, since: start)
        }
    }

    /// Milliseconds by which the clocks of those who write the outputs may differ.
    private static let clockTolerance: Int64 = 5_000
}

/// Reads what is visible on the output topics.
private struct OutputSurvey: Sendable {
    let options: LaneOptions
    let monitor: CallMonitor
    /// For one attempt; whoever asks tries again.
    private static let patience = Duration.seconds(20)

    init(_ options: LaneOptions, monitor: CallMonitor) {
        self.options = options
        self.monitor = monitor
    }

    /// - Parameter start: of the records' timestamps, milliseconds since the epoch.
    func survivors(
        of ranges: [TopicPartition: Range<Int64>], since start: Int64
    ) async throws(KafkaError) -> SurvivingOutputs {
        let ends = try await ends()
        let reader = try TopicReader(
            bootstrap: options.bootstrap, properties: options.consumerProperties, from: ends.mapValues { _ in 0 })
        do throws(KafkaError) {
            if options.hasTimeIndex { try await reader.begin(atTime: start, timeout: .seconds(5)) }
            var survivors = SurvivingOutputs(of: ranges)
            let deadline = ContinuousClock.now + OutputSurvey.patience
            while await !reader.isBehind(ends) {
                for record in try await reader.read(1_000, timeout: .milliseconds(200)) { survivors.see(record) }
                if ContinuousClock.now >= deadline { throw .silence("read the outputs", for: OutputSurvey.patience) }
            }
            await reader.close()
            return survivors
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
            for topic in Set(options.outputs.all) {
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
