internal import Concurrency
internal import Events
internal import Kafka
internal import MetadataDetection
internal import Operations
internal import Signals
internal import Synchronization

/// Keeps what is remembered of one partition in step with what is committed: restored from the changelog before the
/// first record, taken back where a transaction was.
///
/// When the first record arrives, all transactions of former owners are settled: the consumer is told the committed
/// offset only then (KIP-447), and whoever wrote changes committed an offset with them. So what the changelog shows
/// at that time is all there is.
final class StateKeeper<State: KeptState>: StateKeeping {
    typealias Status = StateStatus

    struct Content {
        var restoring: StateStart<State>?
        var state: State?
        /// Where the state stood when it was restored.
        var restored: Int64?
        var status = Status.waiting
        /// A place of the changelog that the state was beyond when it was restored, or last written.
        var place: StatePlace?
        var schedule: SnapshotSchedule?
        /// No snapshot is written before.
        var notBefore = ContinuousClock.now
        var isWriting = false
    }

    let partition: Int32
    let topic: String
    let aids: StateAids
    private let content = Mutex(Content())
    private let makeState: @Sendable () -> State
    private let makeRestore: @Sendable () -> StateRestore<State>

    /// - Parameters:
    ///   - topic: the changelog.
    ///   - makeState: a state of nothing.
    init(
        _ partition: Int32, _ topic: String, _ aids: StateAids, _ makeState: @escaping @Sendable () -> State,
        restoring makeRestore: @escaping @Sendable () -> StateRestore<State>
    ) {
        self.partition = partition
        self.topic = topic
        self.aids = aids
        self.makeState = makeState
        self.makeRestore = makeRestore
    }

    func withContent<Result: Sendable>(_ body: (inout Content) -> Result) -> Result { content.withLock { body(&$0) } }

    var status: Status {
        get { content.withLock { $0.status } }
        set { content.withLock { $0.status = newValue } }
    }

    var records: Int { content.withLock { $0.state?.records ?? 0 } }
    var bytes: Int { content.withLock { $0.state?.bytes ?? 0 } }
    var evicted: Int { content.withLock { $0.state?.evicted ?? 0 } }

    /// Makes the state that of the record with an offset: what was folded from there on is taken back.
    ///
    /// - Returns: false if it can't be, since it was said to be committed; then it must be restored.
    func goBack(to offset: Int64) -> Bool {
        content.withLock { content in
            guard let state = content.state else { return false }
            state.rollBack(to: offset)
            guard let next = state.nextOffset, next > offset else { return true }
            // The changelog itself is ahead, and reading it again would not help: what the state has seen changes nothing.
            return next == content.restored
        }
    }

    /// The state, while nobody else has it; nil before it is restored.
    func withState<Result>(_ body: (State?) -> sending Result) -> sending Result {
        content.withLock { body($0.state) }
    }

    /// Where the input has not come to what the state has seen, that was another, or the topic was made anew: its
    /// accounts are as well known as before, and its records are to be counted.
    ///
    /// - Parameter end: of what can be read of the input.
    func leaveOther(endingAt end: Int64) {
        content.withLock { content in
            guard let state = content.state, let next = state.nextOffset, next > end else { return }
            state.beginInput()
            content.restored = nil
            if case .whole(let source, let records, let seconds, _) = content.status {
                content.status = .whole(source, records: records, seconds: seconds, wasOfAnother: true)
            }
        }
    }

    /// Tells people if the state has seen the records that come, from an offset on.
    func noteAhead(of offset: Int64) {
        content.withLock { content in
            guard let next = content.state?.nextOffset, next > offset else { return }
            content.status = .ahead(of: offset, to: next)
        }
    }

    /// Begins with nothing, as before the first record of the input.
    func begin() {
        content.withLock { content in
            let state = makeState()
            state.lineage = .random(in: 1 ... .max)
            content.state = state
        }
    }

    func committed(before offset: Int64) {
        content.withLock { $0.state?.committed(before: offset) }
    }

    // MARK: Restoring

    /// Reads the changelog to its end: from where a snapshot or a standby ends, or all of it if there is none that it goes
    /// on from.
    ///
    /// - Parameter goesOn: asked some times a second; if not, it ends with a `CancellationError`.
    func restore(
        bootstrap: String, properties: ClientProperties, goesOn: @escaping @Sendable () -> Bool
    ) async throws {
        let began = ContinuousClock.now
        content.withLock { content in
            content.state = nil
            content.status = .restoring(.changelog, records: 0)
        }
        if let start = try await beginning(goesOn) {
            do {
                return try await read(on: start, since: began, bootstrap, properties, goesOn)
            } catch let error as BrokenState {
                aids.snapshots?.refuse(start.source, partition, error.reason)
            } catch let refusal as StateRefusal {
                aids.snapshots?.refuse(start.source, partition, refusal.reason)
            } catch let refusal as SnapshotRefusal {
                aids.snapshots?.refuse(start.source, partition, refusal.reason)
            }
        }
        let nothing = StateStart(makeRestore(), .changelog, asOf: .now())
        try await read(on: nothing, since: began, bootstrap, properties, goesOn)
    }

    private func beginning(_ goesOn: @escaping @Sendable () -> Bool) async throws -> StateStart<State>? {
        if let start = (aids.standby as? StateStandby<State>)?.take(partition) { return start }
        return try await aids.snapshots?.read(partition, makeRestore, goesOn: goesOn)
    }

    private func read(
        on start: StateStart<State>, since began: ContinuousClock.Instant, _ bootstrap: String,
        _ properties: ClientProperties, _ goesOn: @Sendable () -> Bool
    ) async throws {
        let place = TopicPartition(topic, partition)
        let now = Timestamp.now()
        content.withLock { content in
            content.restoring = start
            content.status = .restoring(start.source, records: 0)
        }
        // Records are small and taken as fast as they come. Where so many wait as are usually enough, librdkafka 2.0.2 would
        // fetch no more for a second.
        let hungry = properties.merging(["queued.min.messages": "500000", "queued.max.messages.kbytes": "65536"])
        let reader = try TopicReader(bootstrap: bootstrap, properties: hungry, from: [place: start.offset])
        var count = 0
        do {
            // To the end as it was when reading began: nobody else writes here.
            let there = try await reader.watermarks(timeout: .seconds(10))[place] ?? (0, 0)
            if start.source != .changelog { try await aids.snapshots?.admit(start, at: now, there) }
            while await !reader.hasPassed([place: there.high]) {
                guard goesOn(), !Task.isCancelled else { throw CancellationError() }
                count += try await reader.take(20_000, timeout: .milliseconds(500)) { _, record throws(BrokenState) in
                    try content.withLock { content throws(BrokenState) in
                        guard let restoring = content.restoring else { return }
                        try restoring.take(place, offset: record.offset, key: record.key, value: record.value)
                    }
                }
                status = .restoring(start.source, records: count)
            }
            await reader.close()
        } catch {
            await reader.close()
            throw error
        }
        try content.withLock { content in
            let state = try start.restore.finish()
            if state.lineage == 0 { state.lineage = .random(in: 1 ... .max) }
            content.state = state
            content.restoring = nil
            content.restored = state.nextOffset
            content.place = start.clockOffset.flatMap { offset in
                start.restore.clock.map { StatePlace(offset: offset, clock: $0, asOf: now) }
            }
            content.schedule = aids.snapshots?.schedule() ?? nil
            if start.source == .snapshot {
                content.schedule?.begin(began - .seconds(max(0, now.seconds(since: start.asOf))))
            }
            content.notBefore = .now
            content.status = .whole(
                start.source, records: count, seconds: (ContinuousClock.now - began).inSeconds,
                wasOfAnother: start.restore.wasOfAnother)
        }
        if start.source != .changelog { aids.snapshots?.use(start.source) }
    }
}
