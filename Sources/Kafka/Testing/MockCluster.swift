internal import CRdkafka

/// librdkafka's broker in this process: for the demo, and for tests of what clients do about errors and time.
///
/// It is not transactional (uncommitted records are visible, offsets sent to a transaction are forgotten), keeps
/// at most 5 MB a partition, and makes a group wait 3 s for its first members: nothing said about exactly-once
/// may rest on it.
package final class MockCluster: Sendable {
    /// Kafka's requests that errors can be set for (protocol guide, "API Keys").
    package enum Request: Int16, Sendable, CaseIterable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case leaveGroup = 13
        case syncGroup = 14
        case initProducerID = 22
        case addPartitionsToTransaction = 24
        case addOffsetsToTransaction = 25
        case endTransaction = 26
        case transactionOffsetCommit = 28
    }

    private let client: Client
    // Valid until `close`; the library guards the cluster with a lock of its own.
    private nonisolated(unsafe) let cluster: OpaquePointer
    package let bootstrap: String

    package init(brokers: Int = 1) throws(KafkaError) {
        var properties = ClientProperties.common
        properties["bootstrap.servers"] = "127.0.0.1:1"
        let client = try Client(.producer, properties, events: 0, wakeup: nil)
        guard let cluster = rd_kafka_mock_cluster_new(client.handle, Int32(brokers)) else {
            client.destroy()
            throw KafkaError(code: RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation: "start mock cluster")
        }
        self.client = client
        self.cluster = cluster
        bootstrap = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    /// Blocks for a moment.
    package func close() {
        rd_kafka_mock_cluster_destroy(cluster)
        client.destroy()
    }

    package func createTopic(_ name: String, partitions: Int, replicationFactor: Int = 1) throws(KafkaError) {
        try check(
            rd_kafka_mock_topic_create(cluster, name, Int32(partitions), Int32(replicationFactor)),
            "create topic \(name)")
    }

    /// The next requests of this kind are answered with these errors, one each.
    package func fail(_ request: Request, with errors: [KafkaError.Code]) {
        rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, errors.count, errors)
    }

    /// The next requests of this kind are answered well again, whatever was asked for by the call above.
    package func heal(_ request: Request) { rd_kafka_mock_clear_request_errors(cluster, request.rawValue) }

    /// One answer of one broker: the next requests of this kind get those asked for here, in turn.
    /// - Parameters:
    ///   - error: `RD_KAFKA_RESP_ERR_NO_ERROR`: answered well. `RD_KAFKA_RESP_ERR__TRANSPORT`: the connection is closed.
    ///   - delay: how long the answer is held back.
    package func answer(
        _ request: Request, ofBroker id: Int32 = 1, with error: KafkaError.Code, after delay: Duration = .zero
    ) throws(KafkaError) {
        try check(
            weir_mock_push_answer(cluster, id, request.rawValue, error, delay.milliseconds), "set a broker's answer")
    }

    /// How many of a broker's answers to requests of this kind nobody has asked for yet.
    package func answersLeft(_ request: Request, ofBroker id: Int32 = 1) throws(KafkaError) -> Int {
        var count = 0
        try check(
            rd_kafka_mock_broker_error_stack_cnt(cluster, id, request.rawValue, &count), "count a broker's answers")
        return count
    }

    /// What metadata say of a topic, and requests to add it to a transaction get; nil: that it is well.
    package func setError(ofTopic name: String, to error: KafkaError.Code?) {
        rd_kafka_mock_topic_set_error(cluster, name, error ?? RD_KAFKA_RESP_ERR_NO_ERROR)
    }

    package func setRoundTrip(_ time: Duration, ofBroker id: Int32) {
        rd_kafka_mock_broker_set_rtt(cluster, id, time.milliseconds)
    }

    package func setReachable(_ up: Bool, broker id: Int32) {
        _ = up ? rd_kafka_mock_broker_set_up(cluster, id) : rd_kafka_mock_broker_set_down(cluster, id)
    }

    /// Makes a broker the coordinator of a group or a transactional id.
    package func setCoordinator(ofGroup group: String, to broker: Int32) {
        rd_kafka_mock_coordinator_set(cluster, "group", group, broker)
    }

    package func setCoordinator(ofTransaction id: String, to broker: Int32) {
        rd_kafka_mock_coordinator_set(cluster, "transaction", id, broker)
    }
}
