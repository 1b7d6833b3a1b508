internal import Concurrency
internal import Kafka
package import Operations
package import Streaming

/// Topics of one test on a broker, members that work on them, and what came of it.
package struct Stream: Sendable {
    package let bootstrap: String
    package let name: String
    package let partitions: Int
    package let outputs: OutputTopics

    package var input: String { "\(name)-uploads" }
    /// The changelog of what is known of accounts.
    package var state: String { "\(name)-state" }
    /// People's decisions.
    package var outcomes: String { "\(name)-outcomes" }

    /// What comes at all comes within seconds; the rest is for machines that are busy with other tests.
    private static let patience = Duration.seconds(240)

    /// Makes the topics. - Parameter configuration: of the input and the dead letters.
    package init(
        on bootstrap: String, _ name: String, partitions: Int = 4, inputConfiguration: [String: String] = [:],
        deadLetterConfiguration: [String: String] = [:]
    ) async throws {
        self.bootstrap = bootstrap
        self.name = "\(name)-\(UInt32.random(in: 0 ... .max))"
        self.partitions = partitions
        outputs = OutputTopics(
            audit: "\(self.name)-audit", enforcement: "\(self.name)-enforcement", review: "\(self.name)-review",
            deadLetters: "\(self.name)-dlq")
        let admin = try AdminClient(bootstrap: bootstrap, properties: .common)
        var topics = outputs.all.map {
            AdminClient.NewTopic(name: $0, partitions: partitions, replicationFactor: 1)
        }
        topics[3].configuration = ["max.message.bytes": "3145728"].merging(deadLetterConfiguration) { $1 }
        topics.append(AdminClient.NewTopic(name: outcomes, partitions: partitions, replicationFactor: 1))
        topics.append(
            AdminClient.NewTopic(
                name: state, partitions: partitions, replicationFactor: 1, configuration: ["cleanup.policy": "compact"])
        )
        topics.append(
            AdminClient.NewTopic(
                name: input, partitions: partitions, replicationFactor: 1, configuration: inputConfiguration))
        let failures = try await admin.create(topics, timeout: .seconds(30))
        await admin.close()
        if let failure = failures.values.first { throw failure }
    }

    package func lane(instance: String? = nil, transactionalID: String? = nil) -> LaneOptions {
        var options = LaneOptions(
            name: "bulk", bootstrap: bootstrap, input: input, outputs: outputs, group: "\(name)-group",
            instance: instance, transactionalID: transactionalID ?? "\(name)-\(instance ?? "one")", version: "test")
        options.consumerProperties = options.consumerProperties.merging([
            "session.timeout.ms": "6000", "heartbeat.interval.ms": "500", "fetch.wait.max.ms": "20",
        ])
        options.batchSize = 64
        options.window = 4
        return options
    }

    /// A lane of people's decisions beside the one of uploads.
    package func outcomeLane() -> LaneOptions {
        var options = lane(transactionalID: "\(name)-outcomes")
        options.name = "outcomes"
        options.content = .outcomes
        options.input = outcomes
        options.group = "\(name)-group-outcomes"
        return options
    }

    /// Sends records; each account keeps its order.
    /// - Parameters:
    ///   - topic: nil: the input.
    ///   - pace: between packs of a hundred.
    package func send(_ uploads: [Upload], to topic: String? = nil, pace: Duration = .zero) async throws {
        let producer = try PlainProducer(
            bootstrap: bootstrap, properties: ClientProperties.common.merging(["message.max.bytes": "16777216"]))
        do {
            for start in stride(from: 0, to: uploads.count, by: 100) {
                let pack = Array(uploads[start..<min(start + 100, uploads.count)])
                let input = topic ?? input
                try await producer.produce { sink throws(KafkaError) in
                    let topic = try sink.topic(input)
                    for upload in pack {
                        try sink.send(to: topic, key: upload.key, value: upload.value, headers: upload.headers)
                    }
                }
                if pace > .zero { try await Task.sleep(for: pace) }
            }
            try await producer.flush(timeout: .seconds(60))
            await producer.close()
        } catch {
            await producer.close()
            throw error
        }
    }

    /// Runs a member until `body` returns, then lets it drain and end.
    package func withMember<Value: Sendable>(
        _ pipeline: TestPipeline, _ lane: LaneOptions? = nil, beside others: [LaneOptions] = [],
        readiness: Readiness = Readiness(), registry: MetricsRegistry = MetricsRegistry(),
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let shutdown = ShutdownSignal()
        let options = lane ?? self.lane()
        readiness.set("test", "starting")
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                let watchdog = Watchdog(limit: .seconds(120), logger: pipeline.logger)
                let service = StreamingService(
                    lanes: [options] + others, judge: pipeline.judge, metrics: StreamingMetrics(registry),
                    pipelineMetrics: pipeline.metrics, readiness: readiness, watchdog: watchdog, logger: pipeline.logger
                )
                readiness.set("test", nil)
                try await service.run(until: shutdown)
                return nil
            }
            group.addTask {
                defer { shutdown.trigger() }
                return try await body()
            }
            var value: Value?
            for try await result in group { value = result ?? value }
            guard let value else { throw RealBroker.Failure(description: "the test's body returned nothing") }
            return value
        }
    }

    /// Everything that is committed on the output topics, in each partition's order.
    ///
    /// - Parameter isComplete: for where records may come in several copies, so that their number says little.
    package func results(
        waitingFor count: Int, _ patience: Duration = Self.patience,
        until isComplete: (StreamResults) -> Bool = { _ in true }
    ) async throws -> StreamResults {
        let reader = try TopicReader(
            bootstrap: bootstrap, properties: .common,
            partitions: Dictionary(uniqueKeysWithValues: outputs.all.map { ($0, partitions) }), from: .beginning)
        var records: [TopicReader.Record] = []
        let deadline = ContinuousClock.now + patience
        func done() -> Bool {
            records.count { $0.partition.topic == outputs.audit || $0.partition.topic == outputs.deadLetters } >= count
                && isComplete(StreamResults(records, outputs))
        }
        do {
            while !done(), ContinuousClock.now < deadline {
                records += try await reader.read(5_000, timeout: .milliseconds(200))
            }
            // What should not be there would come now.
            let quiet = ContinuousClock.now + .seconds(1)
            while ContinuousClock.now < quiet { records += try await reader.read(5_000, timeout: .milliseconds(200)) }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
        return StreamResults(records, outputs)
    }

    /// How many records are committed so far on audit and dead letters.
    package func waitFor(_ count: Int, _ patience: Duration = Self.patience) async throws {
        let reader = try TopicReader(
            bootstrap: bootstrap, properties: .common,
            partitions: [outputs.audit: partitions, outputs.deadLetters: partitions], from: .beginning)
        var seen = 0
        var places: [String: Int] = [:]
        let deadline = ContinuousClock.now + patience
        while seen < count, ContinuousClock.now < deadline, !Task.isCancelled {
            let records = try await reader.read(5_000, timeout: .milliseconds(100))
            seen += records.count
            for record in records { places["\(record.partition)", default: 0] += 1 }
        }
        await reader.close()
        if seen < count {
            let list = places.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
            throw RealBroker.Failure(
                description: "only \(seen) of \(count) records came out in \(patience) (\(list))")
        }
    }

    /// Returns when the group has committed all there is, markers included.
    package func waitForTheEnd(of lane: LaneOptions? = nil, _ patience: Duration = Self.patience) async throws {
        let lane = lane ?? self.lane()
        let consumer = try GroupConsumer(
            bootstrap: bootstrap, group: lane.group, instance: nil, properties: .consumer, wakeup: Wakeup(),
            monitor: CallMonitor())
        let deadline = ContinuousClock.now + patience
        var behind: [String] = []
        do {
            repeat {
                behind = []
                let places = (0..<Int32(partitions)).map { TopicPartition(lane.input, $0) }
                let committed = try await consumer.committed(places, timeout: .seconds(20))
                for place in places {
                    let end = try await consumer.watermarks(of: place, timeout: .seconds(20)).high
                    if committed[place] ?? 0 != end { behind.append("\(place): \(committed[place] ?? 0) of \(end)") }
                }
                if !behind.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
            } while !behind.isEmpty && ContinuousClock.now < deadline
        } catch {
            await consumer.close()
            throw error
        }
        await consumer.close()
        if !behind.isEmpty { throw RealBroker.Failure(description: "not committed: \(behind.joined(separator: ", "))") }
    }

    /// Committed offsets of the group, by partition of the input.
    package func committed() async throws -> [Int32: Int64] {
        let consumer = try GroupConsumer(
            bootstrap: bootstrap, group: lane().group, instance: nil, properties: .consumer, wakeup: Wakeup(),
            monitor: CallMonitor())
        let input = input
        let offsets = try await consumer.committed(
            (0..<Int32(partitions)).map { TopicPartition(input, $0) }, timeout: .seconds(20))
        await consumer.close()
        return Dictionary(uniqueKeysWithValues: offsets.map { ($0.key.partition, $0.value) })
    }
}
