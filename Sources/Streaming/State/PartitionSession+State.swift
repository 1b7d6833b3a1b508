internal import Concurrency
internal import Kafka
internal import MetadataDetection

extension PartitionSession {
    /// Restores what is remembered of the partition, and tries again for as long as brokers can't be reached.
    ///
    /// - Returns: false if the session is to end first, or the changelog can't be read.
    func restore(_ keeper: any StateKeeping) async -> Bool {
        // The lane tells people.
        defer { flow.wakeup.signal() }
        while isWanted, !Task.isCancelled {
            flow.wakeup.signal()
            do {
                try await keeper.restore(
                    bootstrap: options.bootstrap, properties: options.consumerProperties, goesOn: { self.isWanted })
                let end = try await consumer.watermarks(of: partition, timeout: .seconds(10)).high
                keeper.leaveOther(endingAt: end)
                return isWanted
            } catch let error as BrokenState {
                keeper.status = .broken(error.reason)
                return false
            } catch let error as StateRefusal {
                keeper.status = .broken("\(options.state?.topic ?? "")[\(keeper.partition)]: \(error.reason)")
                return false
            } catch let error as KafkaError {
                keeper.status = .unreachable(error)
                await queue.wakeup.wait(until: .now + .milliseconds(500))
            } catch {
                return false
            }
        }
        return false
    }
}
