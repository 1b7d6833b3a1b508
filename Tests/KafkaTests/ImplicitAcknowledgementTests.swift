internal import CRdkafka
internal import Concurrency
internal import Testing

@testable internal import Kafka

/// A batch that was refused while the next one was on its way.
///
/// librdkafka takes the next one's success for the refused one's, since brokers refuse what comes out of sequence. One
/// that knows nothing of the producer on that partition accepts it (KAFKA-15591), as when the topic was made just now.
@Suite(.timeLimit(.minutes(3))) struct ImplicitAcknowledgementTests {
    private static let count = 10
    /// Each record is a batch of its own.
    private static let small = ["batch.num.messages": "1", "linger.ms": "0"]
    private static let refusals: [KafkaError.Code] = [
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
    ]

    private static let send: @Sendable (RecordSink) throws(KafkaError) -> Void = { sink throws(KafkaError) in
        let topic = try sink.topic("audit")
        for number in 0..<UInt8(count) {
            try sink.send(to: topic, partition: 0, key: [number], value: [number], headers: [])
        }
    }

    private func expectAll(on cluster: MockCluster) async throws {
        let reader = try TopicReader(
            bootstrap: cluster.bootstrap, properties: .common, partitions: ["audit": 1], from: .beginning)
        var values: [[UInt8]?] = []
        let deadline = ContinuousClock.now + .seconds(10)
        while values.count < Self.count, ContinuousClock.now < deadline {
            values += try await reader.read(100, timeout: .milliseconds(200)).map(\.value)
        }
        await reader.close()
        #expect(values == (0..<UInt8(Self.count)).map { [$0] })
    }

    private func withCluster(refusing error: KafkaError.Code, _ body: (MockCluster) async throws -> Void) async throws {
        let cluster = try MockCluster()
        defer { cluster.close() }
        try cluster.createTopic("audit", partitions: 1)
        // Held back, so that more can be on its way.
        try cluster.answer(.produce, with: error, after: .milliseconds(100))
        try await body(cluster)
    }

    /// With several on their way, as is best for speed, the library notices and has the transaction aborted.
    @Test(arguments: refusals)
    func nothingIsMissingFromATransactionThatCommits(error: KafkaError.Code) async throws {
        try await withCluster(refusing: error) { cluster in
            let producer = try TransactionalProducer(
                bootstrap: cluster.bootstrap, transactionalID: "t",
                properties: ClientProperties.producer.merging(Self.small), wakeup: Wakeup(), monitor: CallMonitor())
            var failure: KafkaError?
            do {
                try await producer.initTransactions(timeout: .seconds(20))
                try await producer.begin()
                try await producer.produce(Self.send)
                try await producer.commit()
            } catch let error as KafkaError {
                failure = error
            }
            await producer.close()
            if let failure {
                #expect(failure.remedy == .abort)
            } else {
                try await expectAll(on: cluster)
            }
        }
    }

    @Test(arguments: refusals)
    func nothingIsMissingFromWhatToolsSend(error: KafkaError.Code) async throws {
        try await withCluster(refusing: error) { cluster in
            let producer = try PlainProducer(
                bootstrap: cluster.bootstrap, properties: ClientProperties.common.merging(Self.small))
            do {
                try await producer.produce(Self.send)
                try await producer.flush(timeout: .seconds(30))
            } catch {
                await producer.close()
                throw error
            }
            await producer.close()
            try await expectAll(on: cluster)
        }
    }
}
