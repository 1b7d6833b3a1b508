internal import CRdkafka
package import Concurrency
internal import Synchronization

/// What one assigned partition has fetched and nobody has taken yet.
///
/// Back-pressure is simply not taking: the library then stops fetching this partition when its share of memory is
/// full, and the others go on. Pausing would throw the prefetched records away (and lose some, librdkafka #4208).
package final class PartitionQueue: @unchecked Sendable {
    package let partition: TopicPartition
    /// Signalled when records come into the empty queue, and whenever its owner likes.
    package let wakeup: Wakeup
    // Safe to share: the queue is the library's and has its own lock; `closed` guards its end.
    private let queue: OpaquePointer
    private let closed = Mutex(false)

    /// Cuts the partition's queue off the consumer's own. To be done before the partition is assigned.
    init?(_ client: Client, _ partition: TopicPartition) {
        guard let queue = rd_kafka_queue_get_partition(client.handle, partition.topic, partition.partition) else {
            return nil
        }
        self.queue = queue
        self.partition = partition
        wakeup = Wakeup()
        rd_kafka_queue_forward(queue, nil)
        Client.enable(wakeup, on: queue)
    }

    /// Takes what is there, at most `limit` records; never blocks. One task at a time. Take until fewer come than
    /// asked for before waiting: the wakeup comes only when an empty queue fills.
    package func take(_ limit: Int, into records: inout ConsumerRecords) {
        closed.withLock { closed in
            if closed { records.removeAll() } else { records.take(from: queue, limit: limit) }
        }
    }

    /// Before the client is destroyed. Nothing is taken afterwards.
    func close() {
        closed.withLock { closed in
            guard !closed else { return }
            closed = true
            Client.disableWakeup(on: queue)
            rd_kafka_queue_destroy(queue)
        }
    }

    deinit { close() }
}
