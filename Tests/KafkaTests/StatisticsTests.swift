internal import Concurrency
internal import Testing

@testable internal import Kafka

@Suite struct StatisticsTests {
    /// What the linked library really writes, so that a renamed field is found.
    @Test(.timeLimit(.minutes(3)))
    func theLibrarysOwnStatisticsAreRead() async throws {
        let cluster = try MockCluster()
        defer { cluster.close() }
        try cluster.createTopic("uploads", partitions: 2)
        let wakeup = Wakeup()
        let producer = try TransactionalProducer(
            bootstrap: cluster.bootstrap, transactionalID: "t",
            properties: ClientProperties.producer.merging(["statistics.interval.ms": "100"]), wakeup: wakeup,
            monitor: CallMonitor())
        try await producer.initTransactions(timeout: .seconds(20))
        var found: Statistics?
        while found == nil {
            await wakeup.wait(until: .now + .seconds(1))
            while let event = producer.nextEvent() {
                if case .statistics(let statistics) = event,
                    statistics.brokers.values.contains(where: { $0.state == "UP" })
                {
                    found = statistics
                }
            }
        }
        await producer.close()
        let statistics = try #require(found)
        #expect(statistics.type == "producer")
        #expect(statistics.eos != nil)
    }

    @Test(arguments: ["", "{", "[]", "null", "{\"brokers\":3}"])
    func whatIsNoStatisticsIsNone(json: String) {
        #expect(Statistics(json: json) == nil)
    }
}
