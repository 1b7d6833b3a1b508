internal import CRdkafka
internal import Concurrency
internal import Testing

@testable internal import Kafka

/// What clients do, against librdkafka's broker in this process. It knows no committed and uncommitted: nothing about
/// exactly-once is shown here.
@Suite struct MockClusterTests {
    private static let consumer = ClientProperties.consumer.merging(["fetch.wait.max.ms": "10"])

    /// Runs a body against a fresh cluster with one topic of four partitions.
    private func withCluster<Value>(_ body: (MockCluster) async throws -> Value) async throws -> Value {
        let cluster = try MockCluster()
        defer { cluster.close() }
        try cluster.createTopic("uploads", partitions: 4)
        return try await body(cluster)
    }

    private func withProducer<Value>(
        _ cluster: MockCluster, _ properties: [String: String] = [:],
        _ body: (TransactionalProducer) async throws -> Value
    ) async throws -> Value {
        let producer = try TransactionalProducer(
            bootstrap: cluster.bootstrap, transactionalID: "t",
            properties: ClientProperties.producer.merging(properties), wakeup: Wakeup(), monitor: CallMonitor())
        do {
            let value = try await body(producer)
            await producer.close()
            return value
        } catch {
            await producer.close()
            throw error
        }
    }

    @Test func keysValuesAndHeadersComeThroughAsTheyWere() async throws {
        try await withCluster { cluster in
            let records: [(key: [UInt8]?, value: [UInt8]?)] = [
                (nil, nil), ([], []), ([1, 0, 255], Array("text".utf8)), (nil, [0]),
            ]
            let headers: [(name: [UInt8], value: [UInt8]?)] = [
                (Array("a".utf8), nil), (Array("b".utf8), []), (Array("a".utf8), [0, 255]),
            ]
            let producer = try PlainProducer(bootstrap: cluster.bootstrap, properties: .common)
            try await producer.produce { sink throws(KafkaError) in
                let topic = try sink.topic("uploads")
                for record in records {
                    try sink.send(to: topic, partition: 2, key: record.key, value: record.value, headers: headers)
                }
            }
            try await producer.flush(timeout: .seconds(20))
            await producer.close()
            let read = try await readAll(cluster, "uploads", count: records.count)
            #expect(read.map(\.key) == records.map(\.key))
            #expect(read.map(\.value) == records.map(\.value))
            #expect(read.map(\.offset) == [0, 1, 2, 3])
            for record in read {
                #expect(record.partition == TopicPartition("uploads", 2))
                #expect(record.headers.map(\.name) == ["a", "b", "a"])
                #expect(record.headers.map(\.value) == [nil, [], [0, 255]])
            }
        }
    }

    @Test func aTransactionIsOpenedOnceAndClosedByItsCommit() async throws {
        try await withCluster { cluster in
            try await withProducer(cluster) { producer in
                try await producer.initTransactions(timeout: .seconds(20))
                try await producer.prime(["uploads"], timeout: .seconds(10))
                for _ in 0..<3 {
                    try await producer.begin()
                    try await producer.begin()
                    #expect(await producer.inTransaction)
                    try await produce(10, with: producer)
                    try await producer.commit()
                    #expect(await producer.inTransaction == false)
                }
            }
            let read = try await readAll(cluster, "uploads", count: 30)
            #expect(read.count == 30)
        }
    }

    /// A member that lost its partitions and joined again looks as good as before; what it had in hand is not its own.
    @Test(.timeLimit(.minutes(2)))
    func offsetsFromBeforeALossAreRefused() async throws {
        try await withCluster { cluster in
            let consumer = try GroupConsumer(
                bootstrap: cluster.bootstrap, group: "losers", instance: nil, properties: Self.consumer,
                wakeup: Wakeup(), monitor: CallMonitor())
            try await consumer.subscribe(to: ["uploads"])
            let assigned = try await nextRebalance(consumer).rebalance
            let offsets = Dictionary(uniqueKeysWithValues: assigned.partitions.map { ($0, Int64(1)) })
            _ = try await consumer.assign(assigned)
            try await withProducer(cluster) { producer in
                try await producer.initTransactions(timeout: .seconds(20))
                try await producer.begin()
                let losses = consumer.losses
                try await producer.sendOffsets(offsets, of: consumer, losses: losses)
                consumer.noteLoss()
                do throws(KafkaError) {
                    try await producer.sendOffsets(offsets, of: consumer, losses: losses)
                    Issue.record("offsets from before the loss were sent")
                } catch {
                    #expect(error.remedy == .abort)
                }
                try await producer.sendOffsets(offsets, of: consumer, losses: consumer.losses)
                try await producer.abort()
            }
            await consumer.close()
        }
    }

    /// An answer of a broker to one request of a transaction, and what its owner must do.
    struct Injection: Sendable, CustomTestStringConvertible {
        let request: MockCluster.Request
        let error: KafkaError.Code
        /// nil: the library retries by itself and succeeds.
        let remedy: TransactionRemedy?

        var testDescription: String { "\(request): \(KafkaError(code: error, operation: "").name)" }
    }

    static let injections: [Injection] = [
        Injection(request: .endTransaction, error: RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, remedy: nil),
        Injection(request: .endTransaction, error: RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, remedy: nil),
        Injection(request: .endTransaction, error: RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, remedy: nil),
        Injection(request: .endTransaction, error: RD_KAFKA_RESP_ERR_PRODUCER_FENCED, remedy: .rebuild),
        Injection(request: .endTransaction, error: RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, remedy: .rebuild),
        Injection(
            request: .endTransaction, error: RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, remedy: .rebuild),
        Injection(
            request: .addPartitionsToTransaction, error: RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, remedy: nil),
        Injection(
            request: .addPartitionsToTransaction, error: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, remedy: .abort),
        Injection(request: .addPartitionsToTransaction, error: RD_KAFKA_RESP_ERR_PRODUCER_FENCED, remedy: .rebuild),
        Injection(request: .produce, error: RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, remedy: nil),
        Injection(request: .produce, error: RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, remedy: nil),
        Injection(request: .produce, error: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, remedy: .abort),
        Injection(request: .produce, error: RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, remedy: .abort),
        Injection(request: .produce, error: RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, remedy: .rebuild),
    ]

    @Test(arguments: injections)
    func aBrokersErrorHasItsRemedy(injection: Injection) async throws {
        try await withCluster { cluster in
            try await withProducer(cluster, ["transaction.timeout.ms": "8000"]) { producer in
                try await producer.initTransactions(timeout: .seconds(20))
                try await producer.prime(["uploads"], timeout: .seconds(10))
                try await producer.begin()
                cluster.fail(injection.request, with: [injection.error])
                var found: TransactionRemedy?
                do throws(KafkaError) {
                    try await produce(1, with: producer)
                    try await producer.commit()
                } catch {
                    found = error.remedy
                }
                // A fenced epoch may be mended by the library itself with a new one (KIP-360): then the transaction is
                // void, but the producer lives.
                if injection.error == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, injection.request == .produce {
                    #expect(found == .rebuild || found == .abort)
                } else {
                    #expect(found == injection.remedy)
                }
            }
        }
    }

    @Test func afterAnAbortOfWhatWasAnsweredTheSameProducerGoesOn() async throws {
        try await withCluster { cluster in
            try await withProducer(cluster) { producer in
                try await producer.initTransactions(timeout: .seconds(20))
                try await producer.prime(["uploads"], timeout: .seconds(10))
                try await producer.begin()
                try await produce(3, with: producer)
                try await producer.flush(within: .seconds(20))
                // What is reported waits in the same queue as what was not answered.
                while let _ = producer.nextEvent() {}
                try await producer.abort()
                #expect(await producer.inTransaction == false)
                try await producer.begin()
                try await produce(5, with: producer)
                try await producer.commit()
            }
        }
    }

    /// The library would send what comes next under the sequence numbers of what it threw away, and a broker that had
    /// written that takes it for a repetition: acknowledged, and dropped. `make faults SUITE=lost` shows it on a real one.
    @Test func afterAnAbortOfWhatWasNotAnsweredNothingIsSentByThatProducer() async throws {
        try await withCluster { cluster in
            try cluster.answer(.produce, with: RD_KAFKA_RESP_ERR_NO_ERROR, after: .seconds(5))
            try await withProducer(cluster) { producer in
                try await producer.initTransactions(timeout: .seconds(20))
                try await producer.prime(["uploads"], timeout: .seconds(10))
                try await producer.begin()
                try await produce(3, with: producer)
                try await producer.abort()
                do throws(KafkaError) {
                    try await producer.begin()
                    Issue.record("it went on")
                } catch {
                    #expect(error.remedy == .rebuild)
                }
            }
        }
    }

    /// Each such record is refused with an error, and memory stays whole (librdkafka #4627).
    @Test(arguments: [true, false]) func recordsForATopicThatIsGoneAreRefused(hasOneHeader: Bool) async throws {
        try await withCluster { cluster in
            try await withProducer(cluster) { producer in
                try await producer.initTransactions(timeout: .seconds(20))
                try await producer.prime(["uploads"], timeout: .seconds(10))
                cluster.setError(ofTopic: "uploads", to: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
                try await producer.begin()
                var refusals = 0
                let deadline = ContinuousClock.now + .seconds(60)
                // Until the library knows that the topic is gone, it keeps records for it.
                while refusals < 20, ContinuousClock.now < deadline {
                    if refusals == 0 { try await producer.prime(["uploads"], timeout: .seconds(10)) }
                    do throws(KafkaError) {
                        try await producer.produce { sink throws(KafkaError) in
                            let topic = try sink.topic("uploads")
                            if hasOneHeader {
                                try sink.send(to: topic, key: nil, value: nil, header: ("a", "b"))
                            } else {
                                try sink.send(
                                    to: topic, key: [1], value: [2], headers: [(Array("a".utf8), Array("b".utf8))])
                            }
                        }
                    } catch {
                        #expect(error.code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
                        refusals += 1
                    }
                }
                #expect(refusals == 20)
            }
        }
    }

    @Test func brokersThatAreAwayAreAnErrorThatSaysSo() async throws {
        let admin = try AdminClient(bootstrap: "127.0.0.1:1", properties: .common)
        do throws(KafkaError) {
            _ = try await admin.describe(timeout: .milliseconds(500))
            Issue.record("nobody listens there")
        } catch {
            #expect(error.isUnreachable)
        }
        await admin.close()
    }

    /// The group's partitions move to a second member only when the first one has given them up.
    @Test(.timeLimit(.minutes(2)))
    func aRevocationWaitsForItsOwner() async throws {
        try await withCluster { cluster in
            let first = try GroupConsumer(
                bootstrap: cluster.bootstrap, group: "g", instance: nil, properties: Self.consumer, wakeup: Wakeup(),
                monitor: CallMonitor())
            try await first.subscribe(to: ["uploads"])
            let assigned = try await nextRebalance(first)
            #expect(assigned.isAssignment)
            _ = try await first.assign(assigned.rebalance)
            #expect(assigned.rebalance.partitions.count == 4)

            let second = try GroupConsumer(
                bootstrap: cluster.bootstrap, group: "g", instance: nil, properties: Self.consumer, wakeup: Wakeup(),
                monitor: CallMonitor())
            try await second.subscribe(to: ["uploads"])
            // The second member joins with nothing, until the first gives up its share.
            let revoked = try await nextRebalance(first, alsoServing: second)
            #expect(!revoked.isAssignment)
            #expect(!revoked.rebalance.isLost)
            #expect(revoked.rebalance.partitions.count == 2)
            try await first.unassign(revoked.rebalance)
            var got: [TopicPartition] = []
            while got.isEmpty {
                let next = try await nextRebalance(second, alsoServing: first)
                if next.isAssignment {
                    _ = try await second.assign(next.rebalance)
                    got = next.rebalance.partitions
                } else {
                    try await second.unassign(next.rebalance)
                }
            }
            #expect(Set(got) == Set(revoked.rebalance.partitions))
            await second.close()
            await first.close()
        }
    }

    /// A static member whose place another has taken is dead to the library, which then refuses to close it.
    @Test(.timeLimit(.minutes(2)))
    func aMemberThatWasFencedCanBeClosed() async throws {
        try await withCluster { cluster in
            let member = try GroupConsumer(
                bootstrap: cluster.bootstrap, group: "g", instance: "member-0",
                properties: Self.consumer.merging(["heartbeat.interval.ms": "100"]), wakeup: Wakeup(),
                monitor: CallMonitor())
            try await member.subscribe(to: ["uploads"])
            _ = try await member.assign(nextRebalance(member).rebalance)
            cluster.fail(.heartbeat, with: [RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID])
            #expect(try await nextFatalError(member).code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
            await member.close()
        }
    }

    /// Between its place in the group and its first assignment the library can be closed, but not freed.
    @Test(.timeLimit(.minutes(2)), arguments: [true, false])
    func aMemberThatWasNeverAssignedAnythingCanBeClosed(isFenced: Bool) async throws {
        try await withCluster { cluster in
            let member = try GroupConsumer(
                bootstrap: cluster.bootstrap, group: "g", instance: "member-0", properties: Self.consumer,
                wakeup: Wakeup(), monitor: CallMonitor())
            if isFenced {
                cluster.fail(.syncGroup, with: [RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID])
            } else {
                try cluster.answer(.syncGroup, with: RD_KAFKA_RESP_ERR_NO_ERROR, after: .seconds(60))
            }
            try await member.subscribe(to: ["uploads"])
            if isFenced {
                #expect(try await nextFatalError(member).code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
            } else {
                let deadline = ContinuousClock.now + .seconds(60)
                while try cluster.answersLeft(.syncGroup) > 0, ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(try cluster.answersLeft(.syncGroup) == 0)
            }
            await member.close()
        }
    }

    private func nextFatalError(_ consumer: GroupConsumer) async throws -> KafkaError {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            switch consumer.nextEvent() {
            case .client(.error(let error)) where error.isFatal: return error
            case nil: try await Task.sleep(for: .milliseconds(10))
            default: continue
            }
        }
        throw Timeout()
    }

    private func nextRebalance(
        _ consumer: GroupConsumer, alsoServing other: GroupConsumer? = nil
    ) async throws -> (isAssignment: Bool, rebalance: Rebalance) {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            // The other member has to answer too, or the group waits for it.
            if let other, case .assigned(let rebalance)? = other.nextEvent(), rebalance.partitions.isEmpty {
                _ = try await other.assign(rebalance)
            }
            switch consumer.nextEvent() {
            case .assigned(let rebalance): return (true, rebalance)
            case .revoked(let rebalance): return (false, rebalance)
            default: try await Task.sleep(for: .milliseconds(10))
            }
        }
        throw Timeout()
    }

    private struct Timeout: Error {}

    private func produce(_ count: Int, with producer: TransactionalProducer) async throws(KafkaError) {
        try await producer.produce { sink throws(KafkaError) in
            let topic = try sink.topic("uploads")
            for number in 0..<count {
                try sink.send(to: topic, key: Array("k\(number)".utf8), value: Array("v\(number)".utf8), headers: [])
            }
        }
    }

    private func readAll(_ cluster: MockCluster, _ topic: String, count: Int) async throws -> [TopicReader.Record] {
        let reader = try TopicReader(
            bootstrap: cluster.bootstrap, properties: .common, partitions: [topic: 4], from: .beginning)
        var records: [TopicReader.Record] = []
        let deadline = ContinuousClock.now + .seconds(30)
        do {
            while records.count < count, ContinuousClock.now < deadline {
                records += try await reader.read(100, timeout: .milliseconds(500))
            }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
        return records
    }
}
