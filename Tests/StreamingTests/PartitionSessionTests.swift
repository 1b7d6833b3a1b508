internal import Concurrency
internal import Dispatch
internal import Events
internal import Kafka
internal import Operations
internal import StreamingTestSupport
internal import TestSupport
internal import Testing

@testable internal import Streaming

@Suite(.timeLimit(.minutes(3)))
struct PartitionSessionTests {
    /// Stands still with what it was given until it is let go on.
    private final class HeldIntake: RecordIntake {
        struct Gates: Sendable {
            let reached = DispatchSemaphore(value: 0)
            let opened = DispatchSemaphore(value: 0)
        }

        private let gates: Gates
        private let partition: TopicPartition

        init(_ gates: Gates, _ partition: TopicPartition) {
            self.gates = gates
            self.partition = partition
        }

        func decode(_ records: borrowing ConsumerRecords, now: Timestamp) -> IntakeBatch {
            var account = IntakeAccount(partition, count: records.count)
            records.forEach { _ = account.note($0, now: now) }
            gates.reached.signal()
            gates.opened.wait()
            return account.batch(byteCount: 0, judge: nil)
        }
    }

    /// A transaction of other partitions fails while the first records of this one are between queue and window: they have
    /// left the queue, so it must be known that they are to be gone back to.
    @Test func recordsThatWereTakenWhenItWasAbandonedAreGoneBackTo() async throws {
        try await MockBroker.with { cluster in
            let stream = try Stream(on: cluster, "abandoned", partitions: 1)
            try await stream.send(Upload.many(10))
            let options = stream.lane()
            let pipeline = try TestPipeline(logLevel: .critical)
            let wakeup = Wakeup()
            let consumer = try GroupConsumer(
                bootstrap: options.bootstrap, group: options.group, instance: nil,
                properties: options.consumerProperties, wakeup: wakeup, monitor: CallMonitor())
            do {
                try await consumer.subscribe(to: [options.input])
                let queue = try #require(try await firstQueue(of: consumer))
                let gates = HeldIntake.Gates()
                let flow = LaneFlow(mostRecords: 1_000, mostBytes: 1 << 20, wakeup: wakeup)
                let session = PartitionSession(
                    queue, consumer: consumer, judge: pipeline.judge, flow: flow, options: options
                ) { HeldIntake(gates, queue.partition) }
                session.activate()
                #expect(session.firstOffset == nil)
                let waits = BlockingCalls(threads: 1)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await session.run() }
                    defer { gates.opened.signal() }
                    let reached = try await waits.run(limit: .seconds(120)) { _ in
                        gates.reached.wait(timeout: .now() + 100) == .success
                    }
                    guard case .ended(true) = reached else {
                        Issue.record("no record came")
                        return
                    }
                    session.abandon()
                }
                #expect(!session.isActive)
                #expect(session.firstOffset == 0)
            } catch {
                await consumer.close()
                throw error
            }
            await consumer.close()
        }
    }

    private func firstQueue(of consumer: GroupConsumer) async throws -> PartitionQueue? {
        var found: PartitionQueue?
        _ = try await eventually {
            while let event = consumer.nextEvent() {
                if case .assigned(let rebalance) = event { found = try await consumer.assign(rebalance).first }
            }
            return found != nil
        }
        return found
    }
}
