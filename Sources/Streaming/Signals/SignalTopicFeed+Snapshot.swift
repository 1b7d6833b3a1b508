internal import Events
internal import Kafka
internal import Operations
internal import Pipeline
internal import Signals

/// What a feed knows about when to write a snapshot, and what to write into it.
struct SnapshotDiary {
    let cluster: String?
    /// Of each partition the first offset when reading began.
    let starts: [Int64]
    var schedule: SnapshotSchedule
    /// One is due: when that was, and up to where the topic went then.
    var due: (asOf: Timestamp, ends: [TopicPartition: Int64])?
    /// Brokers did not answer: they are not asked again before.
    var notBefore = ContinuousClock.now
}

extension SignalTopicFeed {
    /// How long brokers may take to say where partitions begin and end.
    private static let brokersPatience = Duration.seconds(5)

    /// nil if no snapshots are kept.
    ///
    /// - Parameter snapshot: what is to be gone on from, if anything is.
    /// - Throws: `SnapshotRefusal` if the topic can't be followed from where that ends.
    func diary(
        of there: Topic, _ reader: TopicReader, _ snapshot: SignalSnapshot?
    ) async throws -> SnapshotDiary? {
        guard let snapshots else { return nil }
        // Another topic has other partitions than the reader was made for.
        if let place = snapshot?.facts.place, place.topic != topic || place.partitions.count != there.partitions {
            throw SnapshotRefusal(
                "is of topic \(place.topic) with \(place.partitions.count) partitions, not of \(topic) with \(there.partitions)"
            )
        }
        let known = try await reader.watermarks(timeout: SignalTopicFeed.brokersPatience)
        let offsets = (0..<there.partitions).map { known[TopicPartition(topic, Int32($0))] ?? (0, 0) }
        let tombstones = await tombstones()
        if let snapshot {
            let admission = SnapshotAdmission(
                topic: topic, cluster: there.cluster, offsets: offsets, tombstones: tombstones)
            if let refusal = admission.refusal(of: snapshot.facts, at: .now()) { throw refusal }
        }
        return SnapshotDiary(
            cluster: there.cluster, starts: offsets.map(\.low),
            // Often enough that one never becomes too old to be used.
            schedule: snapshots.schedule(SnapshotAdmission.longestAge(tombstones) / 4))
    }

    /// `delete.retention.ms` of the topic; Kafka's own where brokers don't tell.
    private func tombstones() async -> Duration {
        do throws(KafkaError) {
            let admin = try AdminClient(bootstrap: bootstrap, properties: properties)
            let found: String?
            do throws(KafkaError) {
                found = try await admin.configurations(of: [topic], timeout: SignalTopicFeed.brokersPatience)[topic]?[
                    "delete.retention.ms"]
            } catch {
                await admin.close()
                throw error
            }
            await admin.close()
            if let found, let milliseconds = Int64(found), milliseconds >= 0 {
                // More than a year is as good as for ever.
                return .milliseconds(min(milliseconds, 365 * 86_400_000))
            }
        } catch {
            logger.info(
                "delete.retention.ms of the signals topic is not told: 24 hours are assumed",
                ["topic": topic, "error": error.description])
        }
        return SnapshotAdmission.standardTombstones
    }

    /// Reads what has been written since a snapshot. Until that is done the signals that are in force stay.
    ///
    /// - Throws: `SnapshotRefusal` if the snapshot is not one of what is read here.
    func resume(
        _ snapshot: SignalSnapshot, from reader: TopicReader, _ intake: inout SignalIntake,
        _ diary: inout SnapshotDiary?, until shutdown: ShutdownSignal
    ) async throws -> Bool {
        let start = ContinuousClock.now
        progress.advance(to: "taking a snapshot of signals up")
        await store.prepare(snapshot)
        intake = SignalIntake(
            from: snapshot.facts.place, decoder: SignalTopicDecoder(knowing: await store.preparedKeys), logger: logger,
            metrics: metrics)
        progress.advance(to: nil)
        var count = 0
        while await !reader.hasReachedEnd {
            if shutdown.isTriggered || Task.isCancelled { return false }
            let records = try await reader.read(SignalTopicFeed.most, timeout: .milliseconds(200))
            let changes: [SignalChange]
            do throws(SignalIntake.Discontinuity) {
                changes = try intake.take(records)
            } catch {
                throw SnapshotRefusal("the topic has other records where it ends: it is another topic")
            }
            progress.advance(to: "changing signals of a snapshot")
            await store.prepare(changes)
            progress.advance(to: nil)
            count += changes.count
            if !restored.isOpen { readiness.set(name, "reading signals since the snapshot: \(count) so far") }
        }
        progress.advance(to: "building signals")
        defer { progress.advance(to: nil) }
        try await store.adoptPrepared(topic: topic, offsets: intake.offsets)
        intake.restored()
        let age = max(0, Timestamp.now().seconds(since: snapshot.facts.asOf))
        diary?.schedule.begin(.now - .seconds(age))
        diary?.schedule.note(changes: count)
        snapshots?.use(snapshot)
        logger.notice(
            "signals are those of a snapshot and what came since",
            [
                "topic": topic, "signals": "\(snapshot.signals)", "age": "\(age)", "changes": "\(count)",
                "seconds": (ContinuousClock.now - start).inTenths,
            ])
        begin()
        return true
    }

    /// Has a snapshot written when one is due.
    ///
    /// What it holds has to be told to the second: a record without a value that came before must be in it, since the
    /// topic may forget it. So first it is asked where the topic ends now, and when all before that has been read, what is
    /// known is of now at least.
    func keep(_ diary: inout SnapshotDiary?, _ reader: TopicReader, _ intake: SignalIntake) async {
        guard let snapshots, var page = diary, ContinuousClock.now >= page.notBefore else { return }
        defer { diary = page }
        guard let due = page.due else {
            guard snapshots.isIdle, page.schedule.isDue(at: .now, hasFailed: snapshots.hasFailed) else { return }
            let now = Timestamp.now()
            do throws(KafkaError) {
                page.due = (
                    now, try await reader.watermarks(timeout: SignalTopicFeed.brokersPatience).mapValues(\.high)
                )
            } catch {
                page.notBefore = .now + .seconds(30)
            }
            return
        }
        let signals = await store.signals
        guard await reader.hasPassed(due.ends), signals.version.offsets == intake.offsets else { return }
        page.due = nil
        page.schedule.take(.now)
        let partitions = zip(page.starts, zip(intake.offsets, intake.last)).map { start, rest in
            SignalPlace.Partition(start: start, next: rest.0, last: rest.1)
        }
        let place = SignalPlace(topic: topic, cluster: page.cluster, partitions: partitions)
        snapshots.write(SignalSnapshotter.Job(signals: signals, facts: SnapshotFacts(place: place, asOf: due.asOf)))
    }
}
