internal import CRdkafka
internal import Concurrency
internal import Synchronization

/// An idempotent producer without transactions, for tools: what is sent is visible when the broker has it.
package actor PlainProducer {
    private nonisolated let executor = BlockingExecutor(name: "plain-producer")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let client: Client
    private let topics: TopicHandles
    private var failed: KafkaError?

    package init(bootstrap: String, properties: ClientProperties) throws(KafkaError) {
        var all = properties
        all["bootstrap.servers"] = bootstrap
        all["enable.idempotence"] = "true"
        // With more, a batch that a broker refuses is taken for sent when the next one is accepted: a broker that knows
        // nothing of the producer accepts any sequence number (KAFKA-15591, confluent-kafka-go #921). A transaction
        // notices and fails; here records would be gone without a word.
        all["max.in.flight.requests.per.connection"] = "1"
        all["partitioner"] = "murmur2_random"
        all["transaction.timeout.ms"] = nil
        client = try Client(.producer, all, events: RD_KAFKA_EVENT_DR, wakeup: nil)
        topics = TopicHandles(client: client)
    }

    /// Queues records; a full queue is waited for.
    package func produce(_ body: @Sendable (RecordSink) throws(KafkaError) -> Void) throws(KafkaError) {
        try body(
            RecordSink(client: client, topics: topics, patience: .seconds(30)) { () throws(KafkaError) in
                try self.reports()
            })
        try reports()
    }

    /// Returns when the brokers have everything, or throws the first record's failure.
    package func flush(timeout: Duration) throws(KafkaError) {
        let deadline = ContinuousClock.now + timeout
        while rd_kafka_outq_len(client.handle) > 0 {
            rd_kafka_flush(client.handle, 50)
            try reports()
            if ContinuousClock.now > deadline {
                throw KafkaError(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: "flush", isRetriable: true)
            }
        }
        try reports()
    }

    package func close() {
        rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        topics.close()
        client.destroy()
    }

    /// Delivery reports count against the queue until they are taken.
    private func reports() throws(KafkaError) {
        while let event = client.nextEvent() {
            defer { rd_kafka_event_destroy(event) }
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_DR:
                while let message = rd_kafka_event_message_next(event) {
                    let code = message.pointee.err
                    if code != RD_KAFKA_RESP_ERR_NO_ERROR, failed == nil {
                        failed = KafkaError(code: code, operation: "deliver record")
                    }
                }
            case RD_KAFKA_EVENT_ERROR where rd_kafka_event_error_is_fatal(event) != 0:
                failed = failed ?? KafkaError(code: rd_kafka_event_error(event), operation: "produce", isFatal: true)
            default: break
            }
        }
        if let failed { throw failed }
    }
}
