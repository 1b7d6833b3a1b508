internal import Concurrency
internal import Kafka
internal import Streaming
internal import StreamingTestSupport
internal import Testing

/// What a member leaves behind that dies in the middle of a transaction and does not come back.
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct AbandonedTransactionTests {
    /// The dead one's transaction would stay open for ten minutes: its partitions' offsets would be held back as long, and
    /// whatever comes behind its records.
    @Test(arguments: [true, false])
    func theNextOwnerEndsATransactionThatTheDeadLeftOpen(withOffsets: Bool) async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "abandoned")
        let uploads = Upload.many(2_000)
        let dead = "\(stream.lane().group)-dead"
        try await stream.withMember(TestPipeline(), stream.lane(transactionalID: dead)) {
            try await stream.send(Array(uploads[..<1_000]))
            try await stream.waitFor(1_000)
            try await stream.waitForTheEnd()
        }
        try await leaveOpen(stream, dead, withOffsets: withOffsets)
        try await stream.withMember(TestPipeline(), stream.lane(transactionalID: "\(stream.lane().group)-next")) {
            try await stream.send(Array(uploads[1_000...]))
            try await stream.waitFor(uploads.count)
        }
        try await stream.results(waitingFor: uploads.count).expect(uploads)
    }

    /// Byte for byte, and with every commit: names of all lengths end where memory of other use may begin.
    @Test func theGroupKeepsWhoCommitted() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "committers")
        let places = (0..<Int32(stream.partitions)).map { TopicPartition(stream.input, $0) }
        for length in 1...9 {
            let name = "\(stream.lane().group)-\(String(repeating: "x", count: length))"
            let sent = Upload.many(200)
            try await stream.withMember(TestPipeline(), stream.lane(transactionalID: name)) {
                try await stream.send(sent)
                try await stream.waitFor(sent.count * length)
                try await stream.waitForTheEnd()
            }
            let observer = try GroupConsumer(
                bootstrap: stream.bootstrap, group: stream.lane().group, instance: nil, properties: .consumer,
                seesPending: true, wakeup: Wakeup(), monitor: CallMonitor())
            let found = try await observer.committedOffsets(of: places, timeout: .seconds(20))
            await observer.close()
            #expect(found.count == stream.partitions)
            for offset in found.values {
                #expect(offset.committer?.transactionalID == name)
                // The coordinator's names end with a UUID in hexadecimal.
                #expect(offset.committer?.memberID.wholeMatch(of: /[!-~]+-[0-9a-f-]{36}/) != nil)
            }
        }
    }

    /// As if it had died before its commit.
    private func leaveOpen(_ stream: Stream, _ transactionalID: String, withOffsets: Bool) async throws {
        let committed = try await stream.committed()
        let consumer = try GroupConsumer(
            bootstrap: stream.bootstrap, group: stream.lane().group, instance: nil, properties: .consumer,
            wakeup: Wakeup(), monitor: CallMonitor())
        let producer = try TransactionalProducer(
            bootstrap: stream.bootstrap, transactionalID: transactionalID,
            properties: .producer.merging(["transaction.timeout.ms": "600000"]), wakeup: Wakeup(),
            monitor: CallMonitor())
        let audit = stream.outputs.audit
        do {
            try await producer.initTransactions(timeout: .seconds(30))
            try await producer.begin()
            try await producer.produce { sink throws(KafkaError) in
                for key in UInt8(0)..<16 {
                    try sink.send(to: try sink.topic(audit), key: [key], value: Array("never seen".utf8), headers: [])
                }
            }
            try await producer.flush(within: .seconds(10))
            if withOffsets {
                try await join(consumer, stream.input)
                let offsets = Dictionary(
                    uniqueKeysWithValues: committed.map { (TopicPartition(stream.input, $0), $1 + 1) })
                try await producer.sendOffsets(offsets, of: consumer, losses: consumer.losses)
            }
            await producer.close()
            await consumer.close()
        } catch {
            await producer.close()
            await consumer.close()
            throw error
        }
    }

    private struct NoAssignment: Error {}

    /// Only a member's offsets are taken.
    private func join(_ consumer: GroupConsumer, _ topic: String) async throws {
        try await consumer.subscribe(to: [topic])
        let deadline = ContinuousClock.now + .seconds(240)
        while ContinuousClock.now < deadline {
            if case .assigned(let rebalance)? = consumer.nextEvent() {
                _ = try await consumer.assign(rebalance)
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NoAssignment()
    }
}
