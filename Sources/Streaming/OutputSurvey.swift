internal import Concurrency
internal import Kafka
internal import Operations

/// Reads what is visible on a lane's output topics.
struct OutputSurvey: Sendable {
    let options: LaneOptions
    let monitor: CallMonitor
    /// Whether the process is to end: then there is no time for this.
    let isEnding: @Sendable () -> Bool
    /// For one attempt.
    private static let patience = Duration.seconds(10)

    /// - Parameter start: of the records' timestamps, milliseconds since the epoch; what is older is not looked at.
    func visible(
        of ranges: [TopicPartition: Range<Int64>], since start: Int64
    ) async throws(KafkaError) -> VisibleOutputs {
        let (starts, ends) = try await bounds(since: start)
        let reader = try TopicReader(
            bootstrap: options.bootstrap,
            properties: options.consumerProperties.merging(["auto.offset.reset": "earliest"]), from: starts)
        do throws(KafkaError) {
            var outputs = VisibleOutputs(of: options.input, ranges)
            let deadline = ContinuousClock.now + OutputSurvey.patience
            while await !reader.hasPassed(ends) {
                for record in try await reader.read(1_000, timeout: .milliseconds(200))
                where record.timestampMilliseconds ?? start >= start { outputs.see(record) }
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

    /// Where to begin, and where the output partitions end, whatever stands open in them.
    private func bounds(
        since start: Int64
    ) async throws(KafkaError) -> (starts: [TopicPartition: Int64], ends: [TopicPartition: Int64]) {
        // One that reads committed records only would be told that there are none behind what others have open.
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
            var starts = ends.mapValues { _ in Int64(0) }
            if options.hasTimeIndex {
                let found = try await observer.offsets(of: Set(ends.keys), atTime: start, timeout: .seconds(5))
                starts = ends.merging(found) { $1 }
            }
            await observer.close()
            return (starts, ends)
        } catch {
            await observer.close()
            throw error
        }
    }
}
