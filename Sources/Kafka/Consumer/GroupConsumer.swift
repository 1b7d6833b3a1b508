internal import CRdkafka
package import Concurrency
internal import FaultInjection
internal import Synchronization

/// A member of a consumer group with a queue for each partition, whose revocations wait until they are drained.
///
/// Calls that may block run on the actor's own thread; taking events and records never blocks and needs no hop.
package actor GroupConsumer {
    private nonisolated let executor: BlockingExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    nonisolated let client: Client
    nonisolated let monitor: CallMonitor
    private var queues: [TopicPartition: PartitionQueue] = [:]
    private var hadAssignment = false
    private var subscribedAt: ContinuousClock.Instant?
    /// Whether an offset that is gone is an error. The library makes no difference between that and none at all.
    private let isStrict: Bool
    private nonisolated let lossCount = Mutex(0)

    /// - Parameters:
    ///   - instance: makes the membership static (`group.instance.id`): a restart keeps its partitions.
    ///   - seesPending: to look at the group without waiting for open transactions, and not to read records.
    ///   - wakeup: signalled when events wait.
    package init(
        bootstrap: String, group: String, instance: String?, properties: ClientProperties, seesPending: Bool = false,
        wakeup: Wakeup, monitor: CallMonitor
    ) throws(KafkaError) {
        var all = properties
        all["bootstrap.servers"] = bootstrap
        all["group.id"] = group
        if let instance { all["group.instance.id"] = instance }
        all["enable.auto.commit"] = "false"
        all["enable.auto.offset.store"] = "false"
        all["enable.partition.eof"] = "false"
        all["isolation.level"] = seesPending ? "read_uncommitted" : "read_committed"
        all["partition.assignment.strategy"] = "cooperative-sticky"
        // A static member that restarts within its session keeps its place, so it may have a longer one.
        if all["session.timeout.ms"] == nil { all["session.timeout.ms"] = instance == nil ? "10000" : "30000" }
        isStrict = all["auto.offset.reset"] == "error"
        client = try Client(.consumer, all, events: RD_KAFKA_EVENT_REBALANCE, wakeup: wakeup)
        executor = BlockingExecutor(name: "consumer")
        self.monitor = monitor
    }

    /// The next event that waits, or nil; never blocks. Take events until none is left, then wait for the wakeup.
    package nonisolated func nextEvent() -> ConsumerEvent? {
        while let event = client.nextEvent() {
            if rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE {
                let assigned = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
                let lost = !assigned && rd_kafka_assignment_lost(client.handle) != 0
                if lost { noteLoss() }
                let rebalance = Rebalance(owning: event, isLost: lost)
                return assigned ? .assigned(rebalance) : .revoked(rebalance)
            }
            let known = ClientEvent(event, client: client)
            rd_kafka_event_destroy(event)
            if let known { return .client(known) }
        }
        return nil
    }

    /// How often partitions were lost. What was done for a group is void once this has moved: the member may have
    /// joined again since, and look as good as before.
    package nonisolated var losses: Int { lossCount.withLock { $0 } }

    nonisolated func noteLoss() { lossCount.withLock { $0 += 1 } }

    package func subscribe(to topics: [String]) throws(KafkaError) {
        let list = PartitionList(topics.map { TopicPartition($0, -1) })
        subscribedAt = .now
        try check(rd_kafka_subscribe(client.handle, list.pointer), "subscribe to \(topics.joined(separator: ", "))")
    }

    /// Takes the partitions of an assignment and gives their queues. The library looks the committed offsets up.
    package func assign(_ rebalance: Rebalance) throws(KafkaError) -> [PartitionQueue] {
        hadAssignment = true
        var opened: [PartitionQueue] = []
        for partition in rebalance.partitions {
            guard let queue = PartitionQueue(client, partition) else {
                throw KafkaError(code: RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, operation: "open queue of \(partition)")
            }
            queues[partition] = queue
            opened.append(queue)
        }
        let list = PartitionList(beginnings(of: rebalance.partitions))
        let call = monitor.began("assign partitions", within: .zero)
        defer { monitor.ended(call) }
        try check(rd_kafka_incremental_assign(client.handle, list.pointer), "assign partitions")
        return opened
    }

    /// Leaves the group in good order and joins it anew. What is assigned is revoked as in any rebalance.
    package func rejoin(_ topics: [String]) throws(KafkaError) {
        try check(rd_kafka_unsubscribe(client.handle), "rejoin the group")
        // Kept by the library until the revocation is done.
        try subscribe(to: topics)
    }

    /// Where to begin. A partition of which nothing was ever committed has lost nothing: one of a new group, or one that
    /// was added. If the brokers can't be asked, the library asks them, and stops where it finds nothing.
    private func beginnings(of partitions: [TopicPartition]) -> [TopicPartition: Int64] {
        var offsets = Dictionary(
            uniqueKeysWithValues: partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) })
        guard isStrict, let committed = try? committed(partitions, timeout: .seconds(10)) else { return offsets }
        for partition in partitions where committed[partition] == nil {
            offsets[partition] = Int64(RD_KAFKA_OFFSET_BEGINNING)
        }
        return offsets
    }

    /// Gives the partitions of a revocation up. What is committed for them must be committed before.
    package func unassign(_ rebalance: Rebalance) throws(KafkaError) {
        let list = PartitionList(rebalance.partitions)
        let call = monitor.began("unassign partitions", within: .zero)
        defer {
            monitor.ended(call)
            for partition in rebalance.partitions { queues.removeValue(forKey: partition)?.close() }
        }
        try check(rd_kafka_incremental_unassign(client.handle, list.pointer), "unassign partitions")
    }

    /// Goes back to these offsets. Nobody may be taking records of these partitions meanwhile; what was prefetched is
    /// dropped. Seeking, and not assigning anew, leaves a rebalance that is under way alone.
    package func seek(to offsets: [TopicPartition: Int64]) throws(KafkaError) {
        if offsets.isEmpty { return }
        let list = PartitionList(offsets)
        // Before 2.1 a time-out is taken for microseconds (librdkafka #4230); -1 waits for the answer, which comes from
        // the library's own threads.
        let call = monitor.began("seek", within: .zero, at: .callSeek)
        defer { monitor.ended(call) }
        try check(rd_kafka_seek_partitions(client.handle, list.pointer, -1), "seek")
        for element in list.elements {
            // Not fetched yet: then there is nothing to go back from.
            if element.error == RD_KAFKA_RESP_ERR__STATE || element.error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION {
                continue
            }
            try check(element.error, "seek in \(element.partition)")
        }
    }

    /// One past the last record handed out, transaction markers included; nil before the first. Does not block.
    package nonisolated func position(of partition: TopicPartition) -> Int64? {
        let list = PartitionList([partition])
        guard rd_kafka_position(client.handle, list.pointer) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return list.elements.first.flatMap { $0.offset >= 0 ? $0.offset : nil }
    }

    /// The first and the next offset of a partition, as the broker knows them.
    package func watermarks(of partition: TopicPartition, timeout: Duration) throws(KafkaError) -> (
        low: Int64, high: Int64
    ) {
        var low: Int64 = 0
        var high: Int64 = 0
        let call = monitor.began("query watermarks", within: timeout)
        defer { monitor.ended(call) }
        try check(
            rd_kafka_query_watermark_offsets(
                client.handle, partition.topic, partition.partition, &low, &high, timeout.milliseconds),
            "query watermarks of \(partition)")
        return (low, high)
    }

    /// Leaves the group and frees everything. All partitions must be drained.
    /// - Parameter leaving: also if the membership is static. Without, its partitions wait for its return until the
    ///   session has expired.
    package func close(leaving: Bool = false) async {
        // Closing before the first assignment has crashed librdkafka (#4381): give it a moment to arrive.
        let patience = (subscribedAt ?? .now) + .seconds(5)
        while subscribedAt != nil, !hadAssignment, ContinuousClock.now < patience {
            serve(client.nextEvent(timeout: .milliseconds(100)))
        }
        let call = monitor.began("close consumer", within: .seconds(30), at: .callCloseConsumer)
        defer { monitor.ended(call) }
        if leaving, hadAssignment { leave() }
        // After a fatal error (a static member that another took the place of) it is refused and would never be done;
        // there is no membership left to give up then.
        let refusal = rd_kafka_consumer_close_queue(client.handle, client.eventQueue)
        if let refusal {
            rd_kafka_error_destroy(refusal)
        } else {
            while rd_kafka_consumer_closed(client.handle) == 0 { serve(client.nextEvent(timeout: .milliseconds(100))) }
        }
        for queue in queues.values { queue.close() }
        queues = [:]
        // Freeing what could not be closed may take for ever. And between a member's place in the group and its first
        // assignment it would end the process: an assertion that the assignor has a state (librdkafka 2.0.2,
        // rdkafka_sticky_assignor.c).
        if refusal != nil || (subscribedAt != nil && !hadAssignment) { return client.abandon() }
        client.destroy()
    }

    /// Closing alone keeps a static member's place (KIP-345), unsubscribing gives it up. The library does so once all is
    /// unassigned, and closing then waits for the group's answer.
    private func leave() {
        guard rd_kafka_unsubscribe(client.handle) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let deadline = ContinuousClock.now + .seconds(5)
        while isAssignedAnything, ContinuousClock.now < deadline {
            serve(client.nextEvent(timeout: .milliseconds(100)))
        }
    }

    private var isAssignedAnything: Bool {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        guard rd_kafka_assignment(client.handle, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return false }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        return list.pointee.cnt > 0
    }

    /// While closing: give back what is asked for, take nothing.
    private func serve(_ event: OpaquePointer?) {
        guard let event else { return }
        defer { rd_kafka_event_destroy(event) }
        guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE else { return }
        hadAssignment = true
        let list = rd_kafka_event_topic_partition_list(event)
        let assigned = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
        let error =
            assigned
            ? rd_kafka_incremental_assign(client.handle, list) : rd_kafka_incremental_unassign(client.handle, list)
        if let error { rd_kafka_error_destroy(error) }
    }
}
