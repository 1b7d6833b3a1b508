internal import CRdkafka
package import Concurrency
internal import FaultInjection
internal import Glibc

/// One producer of transactions (KIP-98, KIP-447): records and consumed offsets become visible together or never.
///
/// A thin layer: it keeps the order of calls and bounds their time, and leaves it to its owner to act on an error's
/// `remedy`. Every call runs on the actor's own thread and is known to the monitor while it blocks.
package actor TransactionalProducer {
    private nonisolated let executor: BlockingExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private nonisolated let client: Client
    private nonisolated let monitor: CallMonitor
    package nonisolated let transactionalID: String
    private let topics: TopicHandles
    /// How long a call may wait for brokers. Longer than a transaction lives nothing is worth waiting for.
    private let timeout: Duration
    package private(set) var inTransaction = false
    /// Whether an abort threw away records that brokers may have written already. The library gives their sequence
    /// numbers to what it sends next, and a broker takes that for a repetition of what it has: it acknowledges the
    /// records and drops them (librdkafka 2.0.2 to 2.16). Only a new producer, whose epoch is higher, is safe then.
    private var isSpent = false
    /// Whether brokers may not have answered all records yet.
    private var awaitsAnswers = false
    private var isClosed = false

    /// - Parameters:
    ///   - transactionalID: stable for one slot of the application: whoever comes next under it fences this one.
    ///   - wakeup: signalled when events wait.
    package init(
        bootstrap: String, transactionalID: String, properties: ClientProperties, wakeup: Wakeup,
        monitor: CallMonitor
    ) throws(KafkaError) {
        var all = properties
        all["bootstrap.servers"] = bootstrap
        all["transactional.id"] = transactionalID
        self.transactionalID = transactionalID
        all["enable.idempotence"] = "true"
        all["partitioner"] = "murmur2_random"
        let client = try Client(.producer, all, events: 0, wakeup: wakeup)
        self.client = client
        topics = TopicHandles(client: client)
        timeout = .milliseconds(Int(all["transaction.timeout.ms"] ?? "") ?? 15_000)
        executor = BlockingExecutor(name: "producer")
        self.monitor = monitor
    }

    /// The next event that waits, or nil; never blocks.
    package nonisolated func nextEvent() -> ClientEvent? {
        while let event = client.nextEvent() {
            defer { rd_kafka_event_destroy(event) }
            if let known = ClientEvent(event, client: client) { return known }
        }
        return nil
    }

    /// Takes the transactional id over: fences its former user and waits until that one's last transaction is
    /// settled. To be called again after a retriable error.
    package func initTransactions(timeout: Duration) throws(KafkaError) {
        do throws(KafkaError) {
            try call("init transactions", within: timeout, at: .callInit) {
                rd_kafka_init_transactions(client.handle, timeout.milliseconds)
            }
        } catch {
            guard error.code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED else { throw error }
            throw KafkaError(
                code: error.code, operation: error.operation,
                reason: "Write on transactional id \(transactionalID) is not allowed: \(error.reason)",
                isFatal: error.isFatal, isRetriable: error.isRetriable, requiresAbort: error.requiresAbort)
        }
    }

    /// Asks for the topics' metadata, so that the first record does not wait for it (librdkafka #5032).
    package func prime(_ names: [String], timeout: Duration) throws(KafkaError) {
        for name in names {
            let topic = try topics.handle(name)
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let call = monitor.began("query metadata", within: timeout, at: .callMetadata)
            defer { monitor.ended(call) }
            try check(
                rd_kafka_metadata(client.handle, 0, topic, &metadata, timeout.milliseconds), "query metadata of \(name)"
            )
            rd_kafka_metadata_destroy(metadata)
        }
    }

    /// Opens a transaction unless one is open.
    package func begin() throws(KafkaError) {
        if isSpent {
            throw KafkaError(
                code: RD_KAFKA_RESP_ERR__STATE, operation: "begin transaction",
                reason: "records of an aborted transaction were not answered: another producer is needed")
        }
        if inTransaction { return }
        try call("begin transaction", within: timeout, at: .callBegin) { rd_kafka_begin_transaction(client.handle) }
        inTransaction = true
    }

    /// Puts records into the open transaction. A full queue is waited for; nothing is ever dropped.
    package func produce(_ body: @Sendable (RecordSink) throws(KafkaError) -> Void) throws(KafkaError) {
        awaitsAnswers = true
        let sink = RecordSink(client: client, topics: topics, patience: timeout)
        let call = monitor.began("produce", within: timeout + .seconds(30))
        defer { monitor.ended(call) }
        do throws(KafkaError) {
            try body(sink)
        } catch {
            // Refused since the transaction has failed meanwhile: there is nothing uncertain about it.
            guard error.code == RD_KAFKA_RESP_ERR__STATE else { throw error }
            throw KafkaError(code: error.code, operation: error.operation, reason: error.reason, requiresAbort: true)
        }
    }

    /// Returns when the brokers have all that was produced. A commit does this by itself.
    package func flush(within limit: Duration) throws(KafkaError) {
        let call = monitor.began("flush", within: limit)
        defer { monitor.ended(call) }
        try check(rd_kafka_flush(client.handle, limit.milliseconds), "flush")
        awaitsAnswers = false
    }

    /// Makes consumed offsets part of the transaction, under the consumer's present generation of its group. The group
    /// keeps with them whose they are (`Committer`).
    /// - Parameters:
    ///   - offsets: the next record to read, by partition.
    ///   - losses: of the consumer, when these partitions were still its own.
    ///   - limit: how long to wait for brokers, at most as long as a transaction lives.
    package func sendOffsets(
        _ offsets: [TopicPartition: Int64], of consumer: GroupConsumer, losses: Int,
        within limit: Duration = .seconds(3_600)
    ) throws(KafkaError) {
        // One for all attempts: after a rebalance in between, others may have had the partitions.
        let metadata = try GroupMetadata(of: consumer, losses: losses)
        let committer = Committer(transactionalID: transactionalID, memberID: metadata.memberID)
        let list = PartitionList(offsets, metadata: committer.metadata)
        let patience = min(limit, timeout)
        let deadline = ContinuousClock.now + patience
        while true {
            do throws(KafkaError) {
                return try sendOffsets(list, metadata, patience)
            } catch {
                // Retriable means: the same offsets again.
                guard error.isRetriable, !error.requiresAbort, ContinuousClock.now < deadline else { throw error }
                usleep(10_000)
            }
        }
    }

    private func sendOffsets(
        _ list: borrowing PartitionList, _ metadata: borrowing GroupMetadata, _ patience: Duration
    ) throws(KafkaError) {
        let call = monitor.began("send offsets to transaction", within: patience)
        defer { monitor.ended(call) }
        try check(
            rd_kafka_send_offsets_to_transaction(
                client.handle, list.pointer, metadata.pointer, patience.milliseconds), "send offsets to transaction")
    }

    /// Makes all of the transaction visible. On a time-out nobody knows whether it is: see `remedy`.
    package func commit(within limit: Duration = .seconds(3_600)) throws(KafkaError) {
        let patience = min(limit, timeout)
        try call("commit transaction", within: patience) {
            rd_kafka_commit_transaction(client.handle, patience.milliseconds)
        }
        awaitsAnswers = false
        inTransaction = false
    }

    /// Makes sure that nothing of the transaction will ever be visible. Fails with a remedy of its own if nothing of it
    /// has reached a broker, which then knows of no transaction.
    ///
    /// If the brokers have not answered all that was sent, this is the last that the producer does (`isSpent`).
    package func abort(within limit: Duration = .seconds(3_600)) throws(KafkaError) {
        guard inTransaction else { return }
        let patience = min(limit, timeout)
        // The library's own count has events in it too, such as statistics that nobody has taken yet.
        if awaitsAnswers, rd_kafka_outq_len(client.handle) > 0 { isSpent = true }
        try call("abort transaction", within: patience, at: .callAbort) {
            rd_kafka_abort_transaction(client.handle, patience.milliseconds)
        }
        inTransaction = false
    }

    /// Throws away what is queued and frees everything. An open transaction is left to its successor or its time-out.
    /// Nothing may be called afterwards but this, which then does nothing.
    package func close() {
        if isClosed { return }
        isClosed = true
        rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        topics.close()
        let call = monitor.began("destroy producer", within: .seconds(30), at: .callCloseProducer)
        defer { monitor.ended(call) }
        client.destroy()
    }

    /// The library keeps `timeout` by itself; what overruns it by far hangs.
    private func call(
        _ name: String, within timeout: Duration, at point: Failpoint? = nil, _ body: () -> OpaquePointer?
    ) throws(KafkaError) {
        let call = monitor.began(name, within: timeout, at: point)
        defer { monitor.ended(call) }
        try check(body(), name)
    }
}
