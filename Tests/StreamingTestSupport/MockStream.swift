internal import Concurrency
package import Kafka
internal import Streaming

extension Stream {
    /// Makes the topics on librdkafka's broker, which can't be asked to by a client.
    package init(on cluster: MockCluster, _ name: String, partitions: Int) throws(KafkaError) {
        bootstrap = cluster.bootstrap
        self.name = name
        self.partitions = partitions
        outputs = OutputTopics(
            audit: "\(name)-audit", enforcement: "\(name)-enforcement", review: "\(name)-review",
            deadLetters: "\(name)-dlq")
        for topic in outputs.all + [input] { try cluster.createTopic(topic, partitions: partitions) }
    }
}

/// A mock cluster whose calls, some of which block, are made on a thread of their own.
package actor MockBroker {
    private nonisolated let executor = BlockingExecutor(name: "mock-broker")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init() {}

    private func open() throws(KafkaError) -> MockCluster { try MockCluster() }
    private func close(_ cluster: MockCluster) { cluster.close() }

    package static func with<Value: Sendable>(
        _ body: @Sendable (MockCluster) async throws -> Value
    ) async throws -> Value {
        let broker = MockBroker()
        let cluster = try await broker.open()
        do {
            let value = try await body(cluster)
            await broker.close(cluster)
            return value
        } catch {
            await broker.close(cluster)
            throw error
        }
    }
}
