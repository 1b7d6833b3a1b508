internal import Concurrency
internal import Events
internal import Kafka
internal import MetadataDetection
internal import Operations
internal import Synchronization

/// Keeps what is remembered of one partition in step with what is committed: restored from the changelog before the
/// first record, taken back where a transaction was.
///
/// When the first record arrives, all transactions of former owners are settled: the consumer is told the committed
/// offset only then (KIP-447), and whoever wrote changes committed an offset with them. So what the changelog shows
/// at that time is all there is.
final class StateKeeper<State: KeptState>: StateKeeping {
    typealias Status = StateStatus

    private struct Content {
        var restoring: StateRestore<State>?
        var state: State?
        /// Where the state stood when it was restored.
        var restored: Int64?
        var status = Status.waiting
    }

    let partition: Int32
    private let topic: String
    private let content = Mutex(Content())
    private let makeState: @Sendable () -> State
    private let makeRestore: @Sendable () -> StateRestore<State>

    /// - Parameters:
    ///   - topic: the changelog.
    ///   - makeState: a state of nothing.
    init(
        _ partition: Int32, _ topic: String, _ makeState: @escaping @Sendable () -> State,
        restoring makeRestore: @escaping @Sendable () -> StateRestore<State>
    ) {
        self.partition = partition
        self.topic = topic
        self.makeState = makeState
        self.makeRestore = makeRestore
    }

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
            if case .whole(let records, let seconds, _) = content.status {
                content.status = .whole(records: records, seconds: seconds, wasOfAnother: true)
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
        content.withLock { $0.state = makeState() }
    }

    func committed(before offset: Int64) {
        content.withLock { $0.state?.committed(before: offset) }
    }

    // MARK: Restoring

    /// Reads the changelog to its end.
    ///
    /// - Parameter goesOn: asked some times a second; if not, it ends with a `CancellationError`.
    func restore(
        bootstrap: String, properties: ClientProperties, goesOn: @Sendable () -> Bool
    ) async throws {
        let began = ContinuousClock.now
        content.withLock { content in
            content.state = nil
            content.restoring = makeRestore()
            content.status = .restoring(records: 0)
        }
        let place = TopicPartition(topic, partition)
        let reader = try TopicReader(bootstrap: bootstrap, properties: properties, from: [place: 0])
        do {
            // To the end as it was when reading began: nobody else writes here.
            let ends = try await reader.watermarks(timeout: .seconds(10)).mapValues(\.high)
            var count = 0
            while await !reader.hasPassed(ends) {
                guard goesOn(), !Task.isCancelled else { throw CancellationError() }
                let records = try await reader.read(10_000, timeout: .milliseconds(500))
                try take(records)
                count += records.count
                status = .restoring(records: count)
            }
            await reader.close()
            try content.withLock { content in
                content.state = try content.restoring?.finish()
                let wasOfAnother = content.restoring?.wasOfAnother ?? false
                content.restoring = nil
                content.restored = content.state?.nextOffset
                content.status = .whole(
                    records: count, seconds: (ContinuousClock.now - began).inSeconds, wasOfAnother: wasOfAnother)
            }
        } catch {
            await reader.close()
            throw error
        }
    }

    private func take(_ records: [TopicReader.Record]) throws {
        try content.withLock { content in
            guard let restoring = content.restoring else { return }
            for record in records {
                do throws(StateRefusal) {
                    try (record.key ?? []).withUnsafeBufferPointer { (key) throws(StateRefusal) in
                        let key = UnsafeRawBufferPointer(key)
                        guard let value = record.value else { return try restoring.take(key: key, value: nil) }
                        try value.withUnsafeBufferPointer { (value) throws(StateRefusal) in
                            try restoring.take(key: key, value: UnsafeRawBufferPointer(value))
                        }
                    }
                } catch {
                    throw BrokenState(reason: "\(record.partition) at offset \(record.offset): \(error.reason)")
                }
            }
        }
    }
}
