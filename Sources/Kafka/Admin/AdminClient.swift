internal import CRdkafka
internal import Concurrency
internal import Glibc

/// Looks at a cluster and makes topics. For tools and for the checks at start.
package actor AdminClient {
    private nonisolated let executor = BlockingExecutor(name: "admin-client")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let client: Client

    package struct NewTopic: Sendable {
        package var name: String
        package var partitions: Int
        /// -1: the broker's default.
        package var replicationFactor: Int
        package var configuration: [String: String]

        package init(name: String, partitions: Int, replicationFactor: Int, configuration: [String: String] = [:]) {
            self.name = name
            self.partitions = partitions
            self.replicationFactor = replicationFactor
            self.configuration = configuration
        }
    }

    package init(bootstrap: String, properties: ClientProperties) throws(KafkaError) {
        var all = properties
        all["bootstrap.servers"] = bootstrap
        client = try Client(.producer, all, events: 0, wakeup: nil)
    }

    package func close() { client.destroy() }

    /// The brokers and all topics that may be seen.
    package func describe(timeout: Duration) throws(KafkaError) -> ClusterDescription {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try check(rd_kafka_metadata(client.handle, 1, nil, &metadata, timeout.milliseconds), "describe cluster")
        guard let metadata else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__FAIL, operation: "describe cluster")
        }
        defer { rd_kafka_metadata_destroy(metadata) }
        return ClusterDescription(metadata)
    }

    /// The cluster's own name; nil where brokers have none, or do not tell it in time.
    package func clusterID(timeout: Duration) -> String? {
        guard let id = rd_kafka_clusterid(client.handle, timeout.milliseconds) else { return nil }
        defer { rd_kafka_mem_free(client.handle, id) }
        return String(cString: id)
    }

    /// Makes topics, and waits until they can be seen. - Returns: the error of each that was not made, by name.
    package func create(_ topics: [NewTopic], timeout: Duration) throws(KafkaError) -> [String: KafkaError] {
        let deadline = ContinuousClock.now + timeout
        let failures = try request(topics, timeout: timeout)
        // The controller answers before every broker has heard of it.
        let made = topics.map(\.name).filter { failures[$0] == nil }
        while ContinuousClock.now < deadline, try !isVisible(made, timeout: timeout) { usleep(20_000) }
        return failures
    }

    private func isVisible(_ names: [String], timeout: Duration) throws(KafkaError) -> Bool {
        let known = try describe(timeout: timeout).topics
        return names.allSatisfy { known[$0] != nil }
    }

    private func request(_ topics: [NewTopic], timeout: Duration) throws(KafkaError) -> [String: KafkaError] {
        var requests: [OpaquePointer?] = []
        defer { for request in requests { rd_kafka_NewTopic_destroy(request) } }
        var failures: [String: KafkaError] = [:]
        for topic in topics {
            var reason = [CChar](repeating: 0, count: 512)
            guard
                let request = rd_kafka_NewTopic_new(
                    topic.name, Int32(topic.partitions), Int32(topic.replicationFactor), &reason, reason.count)
            else {
                let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                failures[topic.name] = KafkaError(
                    code: RD_KAFKA_RESP_ERR__INVALID_ARG, operation: "create topic", reason: text)
                continue
            }
            for (name, value) in topic.configuration { rd_kafka_NewTopic_set_config(request, name, value) }
            requests.append(request)
        }
        if requests.isEmpty { return failures }
        let options = rd_kafka_AdminOptions_new(client.handle, RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, timeout.milliseconds, nil, 0)
        rd_kafka_AdminOptions_set_operation_timeout(options, timeout.milliseconds, nil, 0)
        let queue = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(queue) }
        rd_kafka_CreateTopics(client.handle, &requests, requests.count, options, queue)
        let event = try answer(to: "create topics", on: queue, timeout)
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        for result in UnsafeBufferPointer(start: results, count: count) {
            let code = rd_kafka_topic_result_error(result)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR, let name = rd_kafka_topic_result_name(result) else { continue }
            let reason = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            failures[String(cString: name)] = KafkaError(code: code, operation: "create topic", reason: reason)
        }
        return failures
    }

    /// The configuration of topics that exist, by topic and name.
    package func configurations(
        of topics: [String], timeout: Duration
    ) throws(KafkaError) -> [String: [String: String]] {
        if topics.isEmpty { return [:] }
        var resources: [OpaquePointer?] = topics.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { for resource in resources { rd_kafka_ConfigResource_destroy(resource) } }
        let options = rd_kafka_AdminOptions_new(client.handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, timeout.milliseconds, nil, 0)
        let queue = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(queue) }
        rd_kafka_DescribeConfigs(client.handle, &resources, resources.count, options, queue)
        let event = try answer(to: "describe topic configurations", on: queue, timeout)
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let results = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count)
        var found: [String: [String: String]] = [:]
        for result in UnsafeBufferPointer(start: results, count: count) {
            guard let name = rd_kafka_ConfigResource_name(result) else { continue }
            let topic = String(cString: name)
            try check(rd_kafka_ConfigResource_error(result), "describe configuration of \(topic)")
            var entryCount = 0
            let entries = rd_kafka_ConfigResource_configs(result, &entryCount)
            for entry in UnsafeBufferPointer(start: entries, count: entryCount) {
                guard let key = rd_kafka_ConfigEntry_name(entry), let value = rd_kafka_ConfigEntry_value(entry) else {
                    continue
                }
                found[topic, default: [:]][String(cString: key)] = String(cString: value)
            }
        }
        return found
    }

    /// Deletes records for good: of each partition those below an offset.
    /// - Returns: the first offset that is left, by partition.
    package func deleteRecords(
        before offsets: [TopicPartition: Int64], timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        if offsets.isEmpty { return [:] }
        let list = PartitionList(offsets)
        var request = rd_kafka_DeleteRecords_new(list.pointer)
        defer { rd_kafka_DeleteRecords_destroy(request) }
        let options = rd_kafka_AdminOptions_new(client.handle, RD_KAFKA_ADMIN_OP_DELETERECORDS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, timeout.milliseconds, nil, 0)
        rd_kafka_AdminOptions_set_operation_timeout(options, timeout.milliseconds, nil, 0)
        let queue = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(queue) }
        rd_kafka_DeleteRecords(client.handle, &request, 1, options, queue)
        let event = try answer(to: "delete records", on: queue, timeout)
        defer { rd_kafka_event_destroy(event) }
        guard let result = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event)) else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__FAIL, operation: "delete records")
        }
        var left: [TopicPartition: Int64] = [:]
        for element in PartitionList.elements(UnsafeMutablePointer(mutating: result)) {
            try check(element.error, "delete records of \(element.partition)")
            left[element.partition] = element.offset
        }
        return left
    }

    /// Waits for the answer to a request, which the caller then owns. The request has its own time-out; this one only
    /// guards against an answer that never comes.
    private func answer(
        to operation: String, on queue: OpaquePointer?, _ timeout: Duration
    ) throws(KafkaError) -> OpaquePointer {
        guard let event = rd_kafka_queue_poll(queue, (timeout + .seconds(5)).milliseconds) else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: operation)
        }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let reason = String(cString: rd_kafka_event_error_string(event))
            rd_kafka_event_destroy(event)
            throw KafkaError(code: code, operation: operation, reason: reason)
        }
        return event
    }
}
