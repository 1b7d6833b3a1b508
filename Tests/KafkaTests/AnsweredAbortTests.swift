internal import Concurrency
internal import Testing

@testable internal import Kafka

/// A producer is done for after an abort of what brokers may have written without an answer, and only then.
@Suite(.timeLimit(.minutes(2))) struct AnsweredAbortTests {
    /// Statistics and errors wait in the queue whose length tells of unanswered records.
    @Test func anAbortOfWhatIsAnsweredLeavesTheProducerUsable() async throws {
        let cluster = try MockCluster()
        defer { cluster.close() }
        try cluster.createTopic("uploads", partitions: 1)
        let wakeup = Wakeup()
        let producer = try TransactionalProducer(
            bootstrap: cluster.bootstrap, transactionalID: "t",
            properties: ClientProperties.producer.merging(["statistics.interval.ms": "20"]), wakeup: wakeup,
            monitor: CallMonitor())
        do {
            try await abortAndGoOn(producer, wakeup)
            await producer.close()
        } catch {
            await producer.close()
            throw error
        }
    }

    private func abortAndGoOn(_ producer: TransactionalProducer, _ wakeup: Wakeup) async throws {
        try await producer.initTransactions(timeout: .seconds(20))
        try await producer.begin()
        try await producer.produce { sink throws(KafkaError) in
            try sink.send(to: try sink.topic("uploads"), key: [1], value: [2], headers: [])
        }
        try await producer.flush(within: .seconds(20))
        // The first signal may be older than the flush, which takes events. Without a second one they wait already.
        for _ in 0..<2 { await wakeup.wait(until: .now + .seconds(1)) }
        try await producer.abort()
        try await producer.begin()
        #expect(await producer.inTransaction)
    }
}
