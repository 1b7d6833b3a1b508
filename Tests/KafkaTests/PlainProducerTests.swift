internal import Testing

@testable internal import Kafka

@Suite(.timeLimit(.minutes(3)))
struct PlainProducerTests {
    /// What is delivered stands in the queue until its report is taken, also while more records are on their way into it.
    @Test func moreRecordsThanTheQueueHolds() async throws {
        let cluster = try MockCluster()
        defer { cluster.close() }
        try cluster.createTopic("many", partitions: 2)
        try await fill("many", of: cluster)
        let keys = try await keys(of: "many", in: cluster)
        #expect(keys.count == 5_000)
    }

    private func fill(_ topic: String, of cluster: MockCluster) async throws {
        var properties = ClientProperties.common
        properties["queue.buffering.max.messages"] = "500"
        let producer = try PlainProducer(bootstrap: cluster.bootstrap, properties: properties)
        do {
            try await producer.produce { sink throws(KafkaError) in
                let topic = try sink.topic(topic)
                for number in 0..<5_000 {
                    try sink.send(to: topic, key: Array("\(number)".utf8), value: [1], headers: [])
                }
            }
            try await producer.flush(timeout: .seconds(30))
        } catch {
            await producer.close()
            throw error
        }
        await producer.close()
    }

    private func keys(of topic: String, in cluster: MockCluster) async throws -> Set<[UInt8]> {
        let reader = try TopicReader(
            bootstrap: cluster.bootstrap, properties: .common, partitions: [topic: 2], from: .beginning)
        var keys: Set<[UInt8]> = []
        do {
            while await !reader.hasReachedEnd {
                for record in try await reader.read(5_000, timeout: .milliseconds(200)) {
                    if let key = record.key { keys.insert(key) }
                }
            }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
        return keys
    }
}
