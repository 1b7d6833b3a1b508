internal import Concurrency
package import Kafka
package import Operations
package import Pipeline
internal import Signals

/// Keeps the signals as their topic is: reads it from its beginning, and then follows it for ever.
///
/// Every worker reads all of it, without a group. Nothing is judged before it has been read once, up to where it ended;
/// until then the process is not ready. From then on a record is in force as soon as it is read, and what goes wrong
/// with the topic leaves the signals as they are until it can be read again.
package final class SignalTopicFeed: Service {
    package let name = "signal-topic"
    private let topic: String
    private let isRequired: Bool
    private let bootstrap: String
    private let properties: ClientProperties
    private let store: SignalStore
    private let restored: Latch
    private let readiness: Readiness
    private let progress: Progress
    private let metrics: SignalTopicMetrics
    private let logger: Logger

    /// - Parameters:
    ///   - isRequired: whether somebody asked for the topic. One that is only there by default may be missing, and is
    ///     read when it comes.
    ///   - properties: of consumers.
    ///   - restored: opened when all has been read once.
    ///   - progress: what the watchdog looks at.
    package init(
        topic: String, isRequired: Bool, bootstrap: String, properties: ClientProperties, store: SignalStore,
        restored: Latch, readiness: Readiness, progress: Progress, metrics: SignalTopicMetrics, logger: Logger
    ) {
        self.topic = topic
        self.isRequired = isRequired
        self.bootstrap = bootstrap
        self.properties = properties
        self.store = store
        self.restored = restored
        self.readiness = readiness
        self.progress = progress
        self.metrics = metrics
        self.logger = logger.labelled("signals")
    }

    /// The topic has another number of partitions than it had.
    private struct PartitionsChanged: Error {}

    package func run(until shutdown: ShutdownSignal) async throws {
        readiness.set(name, "looking for topic \(topic)")
        let wakeup = Wakeup()
        shutdown.onTrigger { wakeup.signal() }
        var missingSince: ContinuousClock.Instant?
        while !shutdown.isTriggered, !Task.isCancelled {
            do {
                if let partitions = try await partitions() {
                    try await follow(partitions, until: shutdown)
                    return
                }
                if !isRequired {
                    // It comes or it does not; files may be all there is.
                    if !restored.isOpen {
                        logger.notice("no such topic: signals come from files alone", ["topic": topic])
                    }
                    begin()
                } else if !restored.isOpen {
                    let missing = TopicPreflight.missing(topic, "Read")
                    readiness.set(name, missing)
                    // One that was made a moment ago may not be known to every broker yet.
                    let since = missingSince ?? .now
                    missingSince = since
                    if ContinuousClock.now - since > SignalTopicFeed.patience {
                        throw TopicsNotReady(problems: [missing])
                    }
                }
                let isAwaited = isRequired && !restored.isOpen
                await wakeup.wait(until: .now + (isAwaited ? .milliseconds(250) : .seconds(10)))
            } catch is PartitionsChanged {
                logger.warning("signals are read anew: the topic has another number of partitions", ["topic": topic])
            } catch is SignalIntake.OffsetsWentBack {
                logger.warning("signals are read anew: the topic's offsets went back", ["topic": topic])
            } catch let error as KafkaError {
                logger.warning(
                    "signals topic not readable, trying again", ["topic": topic, "error": error.description])
                if !restored.isOpen { readiness.set(name, "topic \(topic): \(error.description)") }
                await wakeup.wait(until: .now + .seconds(1))
            }
        }
    }

    /// How long a topic that somebody asked for may be missing at the start before that is final.
    private static let patience = Duration.seconds(5)

    private func begin() {
        restored.open()
        readiness.set(name, nil)
    }

    /// How many partitions the topic has; nil if it is not there.
    private func partitions() async throws(KafkaError) -> Int? {
        let admin = try AdminClient(bootstrap: bootstrap, properties: properties)
        do throws(KafkaError) {
            let cluster = try await admin.describe(timeout: .seconds(5))
            await admin.close()
            return cluster.topics[topic].flatMap { $0.partitions > 0 ? $0.partitions : nil }
        } catch {
            await admin.close()
            throw error
        }
    }

    private func follow(_ partitions: Int, until shutdown: ShutdownSignal) async throws {
        let reader = try TopicReader(
            bootstrap: bootstrap, properties: properties, partitions: [topic: partitions], from: .beginning)
        do {
            var intake = SignalIntake(partitions: partitions, logger: logger, metrics: metrics)
            if try await restore(from: reader, &intake, until: shutdown) {
                try await follow(reader, &intake, until: shutdown)
            }
            await reader.close()
        } catch {
            await reader.close()
            throw error
        }
    }

    private static let most = 10_000

    /// Reads what there is. Until that is done the signals that are in force stay.
    private func restore(
        from reader: TopicReader, _ intake: inout SignalIntake, until shutdown: ShutdownSignal
    ) async throws -> Bool {
        let start = ContinuousClock.now
        var reported = start
        var stage = SignalStage(.topic)
        var count = 0
        while await !reader.hasReachedEnd {
            if shutdown.isTriggered || Task.isCancelled { return false }
            let records = try await reader.read(SignalTopicFeed.most, timeout: .milliseconds(200))
            for change in try intake.take(records) { stage.add(change) }
            count += records.count
            if ContinuousClock.now - reported > .seconds(2) {
                reported = .now
                logger.info("reading signals", ["topic": topic, "records": "\(count)"])
                if !restored.isOpen { readiness.set(name, "reading signals: \(count) records so far") }
            }
        }
        progress.advance(to: "building signals")
        defer { progress.advance(to: nil) }
        try await store.restore(stage, topic: topic, offsets: intake.offsets)
        intake.restored()
        logger.notice(
            "signals read",
            [
                "topic": topic, "records": "\(count)", "statements": "\(stage.count)", "rejected": "\(intake.rejected)",
                "seconds": String(Double(Int((ContinuousClock.now - start).inSeconds * 10)) / 10),
            ])
        begin()
        return true
    }

    /// How often the number of partitions is looked at.
    private static let lookEvery = Duration.seconds(60)

    private func follow(
        _ reader: TopicReader, _ intake: inout SignalIntake, until shutdown: ShutdownSignal
    ) async throws {
        var looked = ContinuousClock.now
        // Whether changes are not in force yet.
        var isBehind = false
        while !shutdown.isTriggered, !Task.isCancelled {
            let records = try await reader.read(SignalTopicFeed.most, timeout: .milliseconds(200))
            if isBehind || !records.isEmpty { isBehind = await !apply(try intake.take(records), &intake) }
            guard ContinuousClock.now - looked > SignalTopicFeed.lookEvery else { continue }
            looked = .now
            if let now = try await partitions(), now != intake.offsets.count { throw PartitionsChanged() }
        }
    }

    private func apply(_ changes: [SignalChange], _ intake: inout SignalIntake) async -> Bool {
        progress.advance(to: "changing signals")
        defer { progress.advance(to: nil) }
        do {
            try await store.apply(changes, offsets: intake.offsets)
            intake.applied()
            return true
        } catch {
            logger.error("signals are not in force yet, trying again", ["error": "\(error)"])
            return false
        }
    }
}
