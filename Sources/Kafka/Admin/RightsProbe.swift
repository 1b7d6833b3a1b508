internal import CRdkafka
internal import Concurrency
internal import Glibc

/// Tries what an application will do, in ways that change nothing, and says which rights it lacks.
///
/// Brokers tell nobody what they may do until they try (KIP-430 does, and the library does not know it).
package actor RightsProbe {
    /// A right that is missing, in the words of Kafka's access control lists.
    package struct Missing: Sendable, Equatable, CustomStringConvertible {
        package let operation: String
        /// `topic audit`.
        package let resource: String
        package let reason: String

        package var description: String { "\(operation) on \(resource) is not allowed: \(reason)" }
    }

    private nonisolated let executor = BlockingExecutor(name: "rights-probe")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let bootstrap: String
    private let properties: ClientProperties
    private let timeout: Duration

    /// - Parameter timeout: for each right; brokers that say nothing for so long leave it unknown, which is no answer.
    package init(bootstrap: String, properties: ClientProperties, timeout: Duration) {
        self.bootstrap = bootstrap
        self.properties = properties
        self.timeout = timeout
    }

    /// Fetches from the end of the topic's first partition, as no member of any group.
    package func read(_ topic: String) async throws(KafkaError) -> Missing? {
        let reader = try TopicReader(
            bootstrap: bootstrap, properties: properties, partitions: [topic: 1], from: .end)
        do throws(KafkaError) {
            _ = try await reader.read(1, timeout: timeout)
            await reader.close()
            return nil
        } catch {
            await reader.close()
            guard error.isAuthorization else { throw error }
            return Missing(operation: "Read", resource: "topic \(topic)", reason: error.reason)
        }
    }

    /// Offers a record with a number of acknowledgements that does not exist: brokers look at the right first, and then
    /// refuse it (Kafka protocol, error 21), so that nothing is written.
    package func write(_ topic: String) throws(KafkaError) -> Missing? {
        var all = properties
        all["bootstrap.servers"] = bootstrap
        all["acks"] = "2"
        all["message.timeout.ms"] = String(timeout.milliseconds)
        let client = try Client(.producer, all, events: RD_KAFKA_EVENT_DR, wakeup: nil)
        defer { client.destroy() }
        let topics = TopicHandles(client: client)
        defer { topics.close() }
        let sink = RecordSink(client: client, topics: topics, patience: timeout)
        try sink.send(to: try sink.topic(topic), key: nil, value: nil)
        switch outcome(client) {
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            return Missing(
                operation: "Write", resource: "topic \(topic)",
                reason: String(cString: rd_kafka_err2str(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)))
        case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS: return nil
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            throw KafkaError(
                code: RD_KAFKA_RESP_ERR__FAIL, operation: "try to write to \(topic)",
                reason: "this broker takes what Kafka refuses, and an empty record was written")
        case let code: throw KafkaError(code: code, operation: "try to write to \(topic)")
        }
    }

    /// Asks for what the group has committed, without joining it: that needs Describe, which Read brings along.
    package func read(group: String, of topic: String) throws(KafkaError) -> Missing? {
        var all = properties
        all["bootstrap.servers"] = bootstrap
        all["group.id"] = group
        all["enable.auto.commit"] = "false"
        let client = try Client(.consumer, all, events: 0, wakeup: nil)
        defer { client.destroy() }
        let list = PartitionList([TopicPartition(topic, 0)])
        let deadline = ContinuousClock.now + timeout
        while true {
            let code = rd_kafka_committed(client.handle, list.pointer, max(.zero, deadline - .now).milliseconds)
            let refusal = authorizationEvent(client)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR || refusal != nil else { return nil }
            let error = refusal ?? KafkaError(code: code, operation: "ask for the offsets of group \(group)")
            if error.isAuthorization {
                return Missing(operation: "Read", resource: "group \(group)", reason: error.reason)
            }
            // The first group of a cluster has no coordinator until Kafka has made the topic of offsets.
            guard error.isCoordinatorMoving, ContinuousClock.now < deadline else { throw error }
            usleep(50_000)
        }
    }

    /// Takes over a transactional id of its own, which begins as the application's do: theirs would fence them.
    package func write(transactionalID: String, of family: String) throws(KafkaError) -> Missing? {
        var all = properties
        all["bootstrap.servers"] = bootstrap
        all["transactional.id"] = transactionalID
        all["enable.idempotence"] = "true"
        let client = try Client(.producer, all, events: 0, wakeup: nil)
        defer { client.destroy() }
        do throws(KafkaError) {
            try check(rd_kafka_init_transactions(client.handle, timeout.milliseconds), "init transactions")
            return nil
        } catch {
            guard error.isAuthorization else { throw error }
            return Missing(operation: "Write", resource: "transactional id \(family)", reason: error.reason)
        }
    }

    /// What became of the only record.
    private func outcome(_ client: Client) -> rd_kafka_resp_err_t {
        let deadline = ContinuousClock.now + timeout + .seconds(1)
        while ContinuousClock.now < deadline {
            guard let event = client.nextEvent(timeout: .milliseconds(100)) else { continue }
            defer { rd_kafka_event_destroy(event) }
            guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR, let message = rd_kafka_event_message_next(event)
            else { continue }
            return message.pointee.err
        }
        return RD_KAFKA_RESP_ERR__TIMED_OUT
    }

    /// The library keeps on looking for a coordinator that it may not see, and tells why by the way.
    private func authorizationEvent(_ client: Client) -> KafkaError? {
        while let event = client.nextEvent() {
            defer { rd_kafka_event_destroy(event) }
            if case .error(let error)? = ClientEvent(event, client: client), error.isAuthorization { return error }
        }
        return nil
    }
}
