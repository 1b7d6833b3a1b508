internal import Concurrency
internal import Events
internal import FaultInjection
internal import Kafka
internal import Operations
internal import Pipeline
internal import Synchronization

/// Works on one assigned partition: takes records, has them judged, several batches at a time, and releases the
/// results in the order of the records.
///
/// A session is run once for each epoch. Between two epochs the lane goes back to the committed offset, and what
/// still comes in from the older one is dropped.
final class PartitionSession: Sendable {
    private enum Mode { case running, draining, abandoned }

    private struct State {
        var mode = Mode.running
        var epoch = 0
        var isActive = false
        var window: ReleaseWindow<ReleasedBatch>
        /// The first record that this session ever took.
        var firstOffset: Int64?
        /// One past the last record taken in during this epoch; nil before the first.
        var nextOffset: Int64?
        var problem: KafkaError?
        /// Since when the oldest records in hand have been there; nil if there are none.
        var inHandSince: ContinuousClock.Instant?
    }

    let partition: TopicPartition
    let queue: PartitionQueue
    let consumer: GroupConsumer
    private let judge: Judge
    let flow: LaneFlow
    let options: LaneOptions
    private let makeIntake: @Sendable () -> any RecordIntake
    /// What is remembered of the partition's accounts; nil where nothing is.
    let keeper: (any StateKeeping)?
    private let state: Mutex<State>

    /// - Parameter makeIntake: what tests put in the place of the options' own.
    init(
        _ queue: PartitionQueue, consumer: GroupConsumer, judge: Judge, flow: LaneFlow, options: LaneOptions,
        makeIntake: (@Sendable () -> any RecordIntake)? = nil
    ) {
        let keeper = options.makeKeeper(queue.partition)
        self.keeper = keeper
        self.makeIntake =
            makeIntake ?? { [partition = queue.partition] in options.makeIntake(partition, judge, keeper) }
        self.queue = queue
        partition = queue.partition
        self.consumer = consumer
        self.judge = judge
        self.flow = flow
        self.options = options
        state = Mutex(State(window: ReleaseWindow(capacity: options.window)))
    }

    /// Whether its task is still at work.
    var isActive: Bool { state.withLock { $0.isActive } }
    var epoch: Int { state.withLock { $0.epoch } }
    /// Where to go back to if nothing was ever committed; nil if nothing was taken.
    var firstOffset: Int64? { state.withLock { $0.firstOffset } }
    /// What the library last reported in place of records; nil once records come again.
    var problem: KafkaError? { state.withLock { $0.problem } }

    /// For how long the oldest records in hand have been worked on: the next in order, which nothing behind them can
    /// overtake. That other partitions go on says nothing of this one.
    var oldestWork: Duration? { state.withLock { $0.inHandSince.map { .now - $0 } } }

    /// Begins an epoch; `run` must follow. What another epoch's batches come to is void from now on.
    func activate() {
        let epoch = flow.newEpoch()
        state.withLock { state in
            precondition(!state.isActive, "a session is run by one task at a time")
            state.mode = .running
            state.epoch = epoch
            state.isActive = true
            state.nextOffset = nil
            state.problem = nil
            state.inHandSince = nil
        }
    }

    /// Takes no more in, and ends when everything in flight is released.
    func drain() {
        state.withLock { state in
            if state.mode == .running { state.mode = .draining }
        }
        queue.wakeup.signal()
    }

    /// Drops everything in flight and ends.
    func abandon() {
        let epoch = flow.newEpoch()
        let dropped = state.withLock { state in
            state.mode = .abandoned
            state.epoch = epoch
            return state.window.abandon()
        }
        for batch in dropped { flow.letGo(records: batch.recordCount, bytes: batch.byteCount) }
        queue.wakeup.signal()
    }

    /// Whether more may be taken in.
    var isWanted: Bool { state.withLock { $0.mode == .running } }

    /// Something changed that intake may have waited for.
    func wake() { queue.wakeup.signal() }

    func run() async {
        let epoch = self.epoch
        await withDiscardingTaskGroup { group in
            var records = ConsumerRecords(capacity: options.batchSize)
            let intake = makeIntake()
            while let action = nextAction(), !Task.isCancelled {
                guard action == .take else {
                    await queue.wakeup.wait()
                    continue
                }
                queue.take(options.batchSize, into: &records)
                report(records.error, hasRecords: records.count > 0)
                if records.count > 0 {
                    state.withLock { $0.inHandSince = $0.inHandSince ?? .now }
                    Failpoint.afterPoll.pass()
                }
                guard records.count > 0 else {
                    if records.error == nil { advanceIdle() }
                    await queue.wakeup.wait()
                    continue
                }
                if let keeper, let offset = records.firstOffset, !keeper.goBack(to: offset) {
                    // They have left the queue: whoever goes back must know from where.
                    state.withLock { state in
                        state.firstOffset = state.firstOffset ?? offset
                        // Reading what is known is no work on the records, however long it takes.
                        state.inHandSince = nil
                    }
                    guard await restore(keeper) else { break }
                    keeper.noteAhead(of: offset)
                    state.withLock { $0.inHandSince = .now }
                }
                let batch = intake.decode(records, now: .now())
                records.removeAll()
                flow.tookIn(records: batch.received.count, bytes: batch.byteCount)
                guard let ticket = admit(batch) else {
                    flow.letGo(records: batch.received.count, bytes: batch.byteCount)
                    break
                }
                group.addTask {
                    let judged = await batch.judge?()
                    self.finish(ticket, epoch, batch, judged)
                }
            }
            if Task.isCancelled || state.withLock({ $0.mode == .abandoned }) { group.cancelAll() }
        }
        state.withLock { state in
            state.isActive = false
            state.inHandSince = nil
        }
        flow.wakeup.signal()
    }

    private enum Action { case take, wait }

    /// nil: no more is to be taken in.
    private func nextAction() -> Action? {
        state.withLock { state in
            guard state.mode == .running else { return nil }
            return state.window.hasRoom && flow.hasRoom ? .take : .wait
        }
    }

    /// nil if the session was abandoned meanwhile.
    private func admit(_ batch: IntakeBatch) -> Int? {
        state.withLock { state in
            // In any case: they have left the queue, and only who knows where they began can go back to them.
            if state.firstOffset == nil { state.firstOffset = batch.firstOffset }
            guard state.mode != .abandoned else { return nil }
            state.nextOffset = batch.nextOffset
            return state.window.admit()
        }
    }

    private func finish(_ ticket: Int, _ epoch: Int, _ batch: IntakeBatch, _ judged: JudgedBatch?) {
        let verdictBytes = judged?.byteCount ?? 0
        flow.tookIn(records: 0, bytes: verdictBytes)
        let result = ReleasedBatch(
            partition: partition, epoch: epoch, judged: judged, deadLetters: batch.deadLetters,
            changes: batch.changes, received: batch.received, firstOffset: batch.firstOffset,
            nextOffset: batch.nextOffset,
            byteCount: batch.byteCount + verdictBytes)
        state.withLock { state in
            // A judgement that was cut short says less than there is to say: the records are read again instead.
            guard state.epoch == epoch, !Task.isCancelled else {
                flow.letGo(records: result.recordCount, bytes: result.byteCount)
                return
            }
            // Under the lock, so that two batches that finish at once are released in order.
            let released = state.window.finish(ticket, with: result)
            flow.release(released)
            if !released.isEmpty { state.inHandSince = state.window.inFlight > 0 ? .now : nil }
        }
        flow.wakeup.signal()
        queue.wakeup.signal()
    }

    /// Transaction markers and aborted records have offsets but are never seen: when everything seen is done, the
    /// position may be committed, or a group on transactional input would never reach the end.
    ///
    /// Only once this epoch has taken a record: until then the library still names the position from before it was sent
    /// back, and committing that would skip everything that is to be done again.
    private func advanceIdle() {
        guard let position = consumer.position(of: partition) else { return }
        state.withLock { state in
            guard state.mode == .running, state.window.inFlight == 0, let next = state.nextOffset, position > next
            else { return }
            state.nextOffset = position
            flow.release([
                ReleasedBatch(
                    partition: partition, epoch: state.epoch, judged: nil, deadLetters: [], received: [],
                    firstOffset: position, nextOffset: position, byteCount: 0)
            ])
        }
        flow.wakeup.signal()
    }

    private func report(_ error: KafkaError?, hasRecords: Bool) {
        if error == nil, !hasRecords { return }
        let changed = state.withLock { state in
            defer { state.problem = error }
            return state.problem != error
        }
        if changed { flow.wakeup.signal() }
    }
}
