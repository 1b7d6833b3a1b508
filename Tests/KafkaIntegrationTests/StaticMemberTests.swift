internal import Concurrency
internal import Kafka
internal import StreamingTestSupport
internal import Testing

@Suite(.realBroker, .timeLimit(.minutes(2)))
struct StaticMemberTests {
    /// librdkafka refuses to close such a member; waiting for its end would be for ever.
    @Test func aMemberWhoseNameAnotherHasTakenCanBeClosed() async throws {
        let broker = try await RealBroker.shared()
        let topic = "static-member"
        let admin = try AdminClient(bootstrap: broker.bootstrap, properties: ClientProperties.common)
        _ = try await admin.create(
            [AdminClient.NewTopic(name: topic, partitions: 1, replicationFactor: 1)], timeout: .seconds(30))
        await admin.close()

        let first = try Member(broker.bootstrap)
        try await first.consumer.subscribe(to: [topic])
        try await first.serve { if case .assigned = $0 { true } else { false } }
        let second = try Member(broker.bootstrap)
        try await second.consumer.subscribe(to: [topic])
        try await first.serve { if case .client(.error(let error)) = $0 { error.isFatal } else { false } }

        await first.consumer.close()
        #expect(first.monitor.overdue(at: .now + .seconds(3_600)).isEmpty)
        try await second.serve { if case .assigned = $0 { true } else { false } }
        await second.consumer.close()
    }

    private struct Member {
        let wakeup = Wakeup()
        let monitor = CallMonitor()
        let consumer: GroupConsumer

        init(_ bootstrap: String) throws {
            consumer = try GroupConsumer(
                bootstrap: bootstrap, group: "static-member", instance: "one", properties: ClientProperties.consumer,
                wakeup: wakeup, monitor: monitor)
        }

        /// Does what the consumer asks for, up to an event of the wanted kind.
        func serve(until isWanted: (borrowing ConsumerEvent) -> Bool) async throws {
            while !Task.isCancelled {
                while let event = consumer.nextEvent() {
                    let wanted = isWanted(event)
                    switch event {
                    case .assigned(let rebalance): _ = try await consumer.assign(rebalance)
                    case .revoked(let rebalance): try await consumer.unassign(rebalance)
                    case .client: break
                    }
                    if wanted { return }
                }
                await wakeup.wait(until: .now + .milliseconds(200))
            }
            throw CancellationError()
        }
    }
}
