internal import Concurrency
package import Kafka
package import Operations
package import Pipeline
internal import Signals

/// Keeps the signals as their topic is: reads it from where a snapshot ends, or from its beginning, and then follows it for
/// ever.
///
/// Every worker reads all of it, without a group. Nothing is judged before it has been read once, up to where it ended;
/// until then the process is not ready. From then on a record is in force as soon as it is read, and what goes wrong
/// with the topic leaves the signals as they are until it can be read again.
package final class SignalTopicFeed: Service {
    package let name = "signal-topic"
    let topic: String
    private let isRequired: Bool
    let bootstrap: String
    let properties: ClientProperties
    let store: SignalStore
    let restored: Latch
    let readiness: Readiness
    let progress: Progress
    let metrics: SignalTopicMetrics
    let logger: Logger
    /// nil: none are kept.
    let snapshots: SignalSnapshotter?

    /// - Parameters:
    ///   - isRequired: whether somebody asked for the topic. One that is only there by default may be missing, and is
    ///     read when it comes.
    ///   - properties: of consumers.
    ///   - restored: opened when all has been read once.
    ///   - progress: what the watchdog looks at.
    ///   - snapshots: keeps them; nil: none are kept.
    package init(
        topic: String, isRequired: Bool, bootstrap: String, properties: ClientProperties, store: SignalStore,
        restored: Latch, readiness: Readiness, progress: Progress, metrics: SignalTopicMetrics, logger: Logger,
        snapshots: SignalSnapshotter? = nil
    ) {
        self.snapshots = snapshots
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
        // Whether a snapshot may be begun with: only until all has been read once, and nothing spoke against it.
        var mayResume = true
        while !shutdown.isTriggered, !Task.isCancelled {
            do {
                if let topic = try await look() {
                    let snapshot = mayResume && !restored.isOpen ? try await snapshots?.read() : nil
                    if snapshot == nil { mayResume = false }
                    try await follow(topic, from: snapshot, until: shutdown)
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
            } catch let refusal as SnapshotRefusal {
                mayResume = false
                snapshots?.refuse(refusal)
            } catch is PartitionsChanged {
                logger.warning("signals are read anew: the topic has another number of partitions", ["topic": topic])
            } catch is SignalIntake.Discontinuity {
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

    func begin() {
        snapshots?.restored()
        restored.open()
        readiness.set(name, nil)
    }

    /// What the brokers say of the topic; nil if it is not there.
    private func look() async throws(KafkaError) -> Topic? {
        let admin = try AdminClient(bootstrap: bootstrap, properties: properties)
        do throws(KafkaError) {
            let cluster = try await admin.describe(timeout: .seconds(5))
            let id = snapshots == nil ? nil : await admin.clusterID(timeout: .seconds(5))
            await admin.close()
            guard let partitions = cluster.topics[topic]?.partitions, partitions > 0 else { return nil }
            return Topic(partitions: partitions, cluster: id)
        } catch {
            await admin.close()
            throw error
        }
    }

    struct Topic {
        let partitions: Int
        /// The cluster's id; nil if it is not told, or nobody wants to know.
        let cluster: String?
    }

    private func follow(_ there: Topic, from snapshot: SignalSnapshot?, until shutdown: ShutdownSignal) async throws {
        let reader: TopicReader
        if let place = snapshot?.facts.place, place.topic == topic {
            reader = try TopicReader(
                bootstrap: bootstrap, properties: properties, from: SignalIntake.beginnings(place))
        } else {
            reader = try TopicReader(
                bootstrap: bootstrap, properties: properties, partitions: [topic: there.partitions], from: .beginning)
        }
        do {
            var intake = SignalIntake(partitions: there.partitions, logger: logger, metrics: metrics)
            var diary = try await diary(of: there, reader, snapshot)
            let isRestored =
                if let snapshot {
                    try await resume(snapshot, from: reader, &intake, &diary, until: shutdown)
                } else {
                    try await restore(from: reader, &intake, until: shutdown)
                }
            if isRestored { try await follow(reader, &intake, &diary, until: shutdown) }
            await reader.close()
        } catch {
            await store.dropPrepared()
            await reader.close()
            throw error
        }
    }

    static let most = 10_000

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
                "seconds": (ContinuousClock.now - start).inTenths,
            ])
        begin()
        return true
    }

    /// How often the number of partitions is looked at.
    private static let lookEvery = Duration.seconds(60)

    private func follow(
        _ reader: TopicReader, _ intake: inout SignalIntake, _ diary: inout SnapshotDiary?,
        until shutdown: ShutdownSignal
    ) async throws {
        var looked = ContinuousClock.now
        // Whether changes are not in force yet.
        var isBehind = false
        while !shutdown.isTriggered, !Task.isCancelled {
            let records = try await reader.read(SignalTopicFeed.most, timeout: .milliseconds(200))
            if isBehind || !records.isEmpty {
                let changes = try intake.take(records)
                diary?.schedule.note(changes: changes.count)
                isBehind = await !apply(changes, &intake)
            }
            await keep(&diary, reader, intake)
            guard ContinuousClock.now - looked > SignalTopicFeed.lookEvery else { continue }
            looked = .now
            // Brokers that do not answer say nothing of the topic, and all of it need not be read again for that.
            guard let now = try? await look() else { continue }
            if now.partitions != intake.offsets.count { throw PartitionsChanged() }
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
