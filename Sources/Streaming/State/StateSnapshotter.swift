internal import Concurrency
internal import Configuration
internal import Events
internal import Kafka
internal import MetadataDetection
internal import Operations
internal import Signals
internal import Synchronization

/// Keeps what is known of a lane's partitions on the disk, so that whoever has one next in this place need not read all of
/// its changelog.
///
/// Written and read on a thread that comes behind all others, one at a time. Which place of the changelog a snapshot is of
/// is looked up there, before it is written: the last clock that stands there, if the state is beyond it. That is safe
/// whoever else writes there meanwhile, since the same records of the input give the same state, by whomever they are
/// folded.
final class StateSnapshotter: Sendable {
    private struct Cluster {
        /// nil where brokers don't tell.
        let id: String?
        let tombstones: Duration
    }

    /// nil: nothing is kept here, but what is asked of the changelog.
    private let directory: String?
    private let topic: String
    /// For people.
    private let subject: String
    private let interval: Duration
    private let key: [UInt8]
    private let bootstrap: String
    private let properties: ClientProperties
    private let calls = BlockingCalls(threads: 1)
    private let cluster = Mutex<Cluster?>(nil)
    private let failed = Mutex(false)
    private let metrics: StreamingMetrics
    private let logger: Logger

    init(
        directory: String?, _ options: StateOptions, bootstrap: String, properties: ClientProperties,
        metrics: StreamingMetrics, logger: Logger
    ) {
        self.directory = directory
        topic = options.topic
        subject = options.subject
        key = options.key
        interval = options.snapshotInterval
        self.bootstrap = bootstrap
        self.properties = properties
        self.metrics = metrics
        self.logger = logger
    }

    var isKeeping: Bool { directory != nil }

    func path(of partition: Int32) -> String { "\(directory ?? ".")/\(topic)-\(partition).snapshot" }

    // MARK: Reading

    /// A disk that takes longer is slower than the topic.
    private static let readingLimit = Duration.seconds(120)
    /// How long brokers may take to answer a question.
    private static let brokersPatience = Duration.seconds(5)

    private enum Outcome<State>: Sendable {
        case absent
        case found(StateStart<State>)
        case refused(String)
    }

    /// The snapshot there is of a partition; nil if there is none, or none that can be used, which is said.
    func read<State>(
        _ partition: Int32, _ makeRestore: @escaping @Sendable () -> StateRestore<State>,
        goesOn: @escaping @Sendable () -> Bool
    ) async throws -> StateStart<State>? {
        guard isKeeping else { return nil }
        let path = path(of: partition)
        let outcome = try await calls.run(limit: StateSnapshotter.readingLimit) { [self] call in
            look(path, partition, makeRestore) { !call.isAbandoned && goesOn() }
        }
        switch outcome {
        case .ended(.found(let start)): return start
        case .ended(.absent):
            logger.info("no snapshot of what is known of \(subject): the whole changelog is read", ["file": path])
        case .ended(.refused(let reason)): if goesOn() { refuse(.snapshot, partition, reason) }
        case .late: refuse(.snapshot, partition, "could not be read within \(StateSnapshotter.readingLimit)")
        }
        return nil
    }

    private func look<State>(
        _ path: String, _ partition: Int32, _ makeRestore: () -> StateRestore<State>, _ goesOn: () -> Bool
    ) -> Outcome<State> {
        do throws(SnapshotRefusal) {
            guard let reader = try StateSnapshot.Reader.open(path) else { return .absent }
            let facts = reader.facts
            guard facts.topic == topic, facts.partition == partition else {
                return .refused("is of \(facts.topic)[\(facts.partition)]")
            }
            guard facts.key == StateSnapshot.Facts.fingerprint(of: key) else {
                return .refused("names were hashed by another key (privacy.accountKeyFile)")
            }
            if let there = facts.cluster, let here = cluster.withLock({ $0?.id }), there != here {
                return .refused("is of another cluster, \(there)")
            }
            let restore = makeRestore()
            try restore.take(reader, goesOn: goesOn)
            return .found(StateStart(restore, .snapshot, from: facts.offset, asOf: facts.asOf, cluster: facts.cluster))
        } catch {
            return .refused(error.reason)
        }
    }

    /// - Parameter there: the first offset of the changelog's partition, and the one behind the last.
    /// - Throws: `SnapshotRefusal` if the changelog may not have all that came since.
    func admit(_ start: StateStart<some Any>, at now: Timestamp, _ there: (low: Int64, high: Int64)) async throws {
        let cluster = await lookUp()
        if let its = start.cluster, let here = cluster.id, its != here {
            throw SnapshotRefusal("is of another cluster, \(its)")
        }
        let age = now.seconds(since: start.asOf)
        let most = SnapshotAdmission.longestAge(cluster.tombstones)
        guard age >= -300 else { throw SnapshotRefusal("was written \(-age) s from now") }
        guard .seconds(age) <= most else {
            throw SnapshotRefusal(
                "is \(age) s old, and after \(most.components.seconds) s the topic may have forgotten what was removed")
        }
        guard start.offset < there.high || start.offset == 0 else {
            throw SnapshotRefusal(
                "reaches offset \(start.offset) of the changelog, which ends at \(there.high): it is another topic")
        }
        guard start.offset >= there.low else {
            throw SnapshotRefusal("the changelog begins at \(there.low) by now, and it ends at \(start.offset)")
        }
    }

    /// What was begun with can't be gone on from.
    func refuse(_ source: StateSource, _ partition: Int32, _ reason: String) {
        metrics.stateSnapshots["refused"].increment()
        logger.warning(
            "\(source) of what is known of \(subject) not used: the whole changelog is read",
            [
                "partition": "\(topic)[\(partition)]", "file": source == .snapshot ? path(of: partition) : "",
                "reason": reason,
            ])
    }

    func use(_ source: StateSource) {
        if source == .snapshot { metrics.stateSnapshots["used"].increment() }
    }

    // MARK: Writing

    /// nil: none is to be written.
    func schedule() -> SnapshotSchedule? {
        guard isKeeping else { return nil }
        let tombstones = cluster.withLock { $0?.tombstones } ?? SnapshotAdmission.standardTombstones
        // Reading a million changes takes a second or two.
        return SnapshotSchedule(
            interval: interval, changes: 2_000_000, longest: SnapshotAdmission.longestAge(tombstones) / 4)
    }

    /// What can't be written now is not tried again at once.
    private static let pause = Duration.seconds(30)

    /// Whether the last one could not be written.
    var hasFailed: Bool { failed.withLock { $0 } }

    /// Writes what is known of a partition. Whoever folds into it waits for some tenths of a millisecond now and then.
    ///
    /// - Parameter shouldStop: asked now and then.
    func write(
        _ keeper: StateKeeper<some KeptState>, within limit: Duration, shouldStop: @escaping @Sendable () -> Bool
    ) async {
        let outcome = await attempt(keeper, limit, shouldStop)
        keeper.written(outcome == .written, retry: .now + StateSnapshotter.pause)
    }

    private enum Written: Sendable { case written, failed, skipped }

    private func attempt(
        _ keeper: StateKeeper<some KeptState>, _ limit: Duration, _ shouldStop: @escaping @Sendable () -> Bool
    ) async -> Written {
        let began = ContinuousClock.now
        let places = await places(
            of: keeper.partition, within: min(limit, StateSnapshotter.brokersPatience), shouldStop)
        guard let place = keeper.beginCut(places), !shouldStop() else { return .skipped }
        let facts = StateSnapshot.Facts(
            topic: topic, partition: keeper.partition, cluster: cluster.withLock { $0?.id }, asOf: place.asOf,
            offset: place.offset, key: key)
        let path = path(of: keeper.partition)
        let result: Swift.Result<Int, FileError>
        do {
            let outcome = try await calls.run(limit: limit) { call -> Swift.Result<Int, FileError> in
                do throws(FileError) {
                    return .success(
                        try keeper.write(to: path, facts) { call.isAbandoned || shouldStop() })
                } catch {
                    return .failure(error)
                }
            }
            switch outcome {
            case .ended(let ended): result = ended
            case .late: result = .failure(FileError(path: path, reason: "not written within \(limit)"))
            }
        } catch {
            return .skipped
        }
        return tell(result, keeper.partition, place, ContinuousClock.now - began, shouldStop())
    }

    private func tell(
        _ result: Swift.Result<Int, FileError>, _ partition: Int32, _ place: StatePlace, _ took: Duration,
        _ isStopped: Bool
    ) -> Written {
        switch result {
        case .success(let bytes):
            failed.withLock { $0 = false }
            metrics.stateSnapshots["written"].increment()
            logger.info(
                "snapshot of what is known of \(subject) written",
                [
                    "partition": "\(topic)[\(partition)]", "bytes": "\(bytes)", "offset": "\(place.offset)",
                    "seconds": took.inTenths,
                ])
            return .written
        case .failure(let error):
            if isStopped { return .skipped }
            failed.withLock { $0 = true }
            metrics.stateSnapshots["failed"].increment()
            logger.warning(
                "snapshot of what is known of \(subject) not written: the next start takes longer",
                ["file": error.path, "reason": error.reason])
            return .failed
        }
    }

    // MARK: The changelog's end

    /// Records before its end that are looked through for clocks: a transaction has its own at its end.
    private static let lookedThrough: Int64 = 500

    /// Clocks that stand at the end of a changelog, of what is committed; none if brokers can't be asked.
    private func places(
        of partition: Int32, within limit: Duration, _ shouldStop: @Sendable () -> Bool
    ) async -> [StatePlace] {
        let place = TopicPartition(topic, partition)
        _ = await lookUp()
        let asOf = Timestamp.now()
        guard
            let reader = try? TopicReader(
                bootstrap: bootstrap, properties: properties,
                from: [place: TopicReader.beforeEnd(StateSnapshotter.lookedThrough)])
        else { return [] }
        let found = Mutex<[StatePlace]>([])
        let deadline = ContinuousClock.now + limit
        while await !reader.hasReachedEnd, ContinuousClock.now < deadline, !shouldStop(), !Task.isCancelled {
            let count = try? await reader.take(10_000, timeout: .milliseconds(200)) { _, record in
                guard let key = record.key, StateClock.has(key: key), let clock = try? StateClock(record.value) else {
                    return
                }
                found.withLock { $0.append(StatePlace(offset: record.offset, clock: clock, asOf: asOf)) }
            }
            if count == nil { break }
        }
        await reader.close()
        return found.withLock { $0 }
    }

    /// The cluster's name, and how long the changelog remembers what was removed. Asked once, if there is an answer.
    private func lookUp() async -> Cluster {
        if let known = cluster.withLock({ $0 }) { return known }
        guard let admin = try? AdminClient(bootstrap: bootstrap, properties: properties) else {
            return Cluster(id: nil, tombstones: SnapshotAdmission.standardTombstones)
        }
        let id = await admin.clusterID(timeout: StateSnapshotter.brokersPatience)
        let found = try? await admin.configurations(of: [topic], timeout: StateSnapshotter.brokersPatience)
        await admin.close()
        let told = found?[topic]?["delete.retention.ms"].flatMap { Int64($0) }
        let tombstones =
            told.map { Duration.milliseconds(min(max(0, $0), 365 * 86_400_000)) }
            ?? SnapshotAdmission.standardTombstones
        let answer = Cluster(id: id, tombstones: tombstones)
        if id != nil, found != nil { cluster.withLock { $0 = answer } }
        return answer
    }
}
