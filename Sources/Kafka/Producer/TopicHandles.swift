internal import CRdkafka

/// A producer's topics, opened once: naming a topic anew for each record costs a search in the library.
final class TopicHandles {
    private let client: Client
    private var handles: [String: OpaquePointer] = [:]

    init(client: Client) { self.client = client }

    func handle(_ topic: String) throws(KafkaError) -> OpaquePointer {
        if let handle = handles[topic] { return handle }
        guard let handle = rd_kafka_topic_new(client.handle, topic, nil) else {
            throw KafkaError(code: rd_kafka_last_error(), operation: "open topic \(topic)")
        }
        handles[topic] = handle
        return handle
    }

    /// Before the client is destroyed.
    func close() {
        for handle in handles.values { rd_kafka_topic_destroy(handle) }
        handles = [:]
    }
}
