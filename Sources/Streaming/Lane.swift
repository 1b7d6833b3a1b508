internal import Concurrency
internal import Events
package import Kafka
package import Operations
package import Pipeline
internal import Synchronization

/// Reads one topic as a member of a group and commits its verdicts, dead letters and offsets, all in one transaction.
///
/// Everything that must not happen at once (rebalances, transactions, going back) is done by one loop, in turn; only
/// the work on the partitions runs beside it. So there is no state of a rebalance in the middle of a commit.
package actor Lane: Service {
    /// What the loop is about.
    enum Phase: Equatable {
        case running
        /// Partitions stand still until the transaction's failure is mended.
        case recovering(TransactionRemedy)
        /// Standing still until somebody mends what is wrong and starts the process again.
        case stopped
        /// Coming to the end: nothing more is taken in.
        case draining(until: ContinuousClock.Instant)
        /// At the end with work that could not be committed: nothing more is sent or committed, by no way whatever, and
        /// whoever starts next does it again.
        case ending
    }

    /// A revocation that waits for its partitions to be drained.
    struct PendingRevocation {
        let rebalance: Rebalance
        let deadline: ContinuousClock.Instant
    }

    package nonisolated var name: String { "lane-\(options.name)" }
    nonisolated let options: LaneOptions
    nonisolated let judge: Judge
    nonisolated let flow: LaneFlow
    nonisolated let metrics: StreamingMetrics
    nonisolated let pipelineMetrics: PipelineMetrics
    nonisolated let readiness: Readiness
    nonisolated let progress: Progress
    nonisolated let logger: Logger
    nonisolated let monitor: CallMonitor
    /// For the watchdog: which partitions are worked on.
    nonisolated let watched = Mutex<[TopicPartition: PartitionSession]>([:])
    /// When the loop last came round; nil before its beginning and after its end. It comes round every few seconds,
    /// whatever happens, unless it hangs.
    nonisolated let lastRound = Mutex<ContinuousClock.Instant?>(nil)
    /// When a client last said that it has no connection to any broker; old while there is one, and while nobody listens.
    nonisolated let lastCutOff = Mutex<ContinuousClock.Instant?>(nil)
    nonisolated let wakeup = Wakeup()
    /// Whether the process is to end.
    nonisolated let ending = Mutex(false)

    let consumer: GroupConsumer
    var producer: TransactionalProducer
    var phase = Phase.running
    var sessions: [TopicPartition: PartitionSession] = [:] {
        didSet { watched.withLock { [sessions] in $0 = sessions } }
    }
    /// Sessions that are to begin as soon as nothing is being mended.
    var unstarted: Set<TopicPartition> = []
    var transaction = OpenTransaction()
    var ownCommits = OwnCommits()
    /// What a transaction left behind that was committed by halves.
    var survivors: VisibleOutputs
    /// From where records must be judged again although the group has moved on, until something is committed there.
    var owed: [TopicPartition: Int64] = [:]
    /// Failed attempts to read the outputs, to settle a doubt.
    var surveyFailures = 0
    /// Since when the group reports less than was committed here; nil while it does not.
    var deniedSince: ContinuousClock.Instant?
    var pendingRevocation: PendingRevocation?
    /// Failed attempts in a row, and when the next may be made.
    var failures = 0
    var retryAt: ContinuousClock.Instant?
    /// When to join the group anew, since partitions without a place or an owner would stand still for good; nil: no need.
    var rejoinAt: ContinuousClock.Instant?
    var owners = PartitionOwners()
    var unknownOffsets = UnknownOffsets()
    var lastReachable = ContinuousClock.now
    /// What partitions report in place of records.
    private var troubles: [TopicPartition: KafkaError] = [:]
    /// What is known of partitions that were given up, and is to be written to the disk.
    var givenUp: [any StateKeeping] = []
    /// How far partitions were with what they remember, when that was last told.
    var states: [TopicPartition: StateStatus] = [:]
    private var stalls = StalledFetches()
    var deadLetterShare: DeadLetterShare
    /// How often the producer has lost a connection, or given up on a request and its connection with it.
    var lostConnections = 0
    /// What makes going on pointless.
    var fatal: (any Error)?

    package init(
        _ options: LaneOptions, judge: Judge, metrics: StreamingMetrics, pipelineMetrics: PipelineMetrics,
        readiness: Readiness, progress: Progress, monitor: CallMonitor, logger: Logger
    ) throws(KafkaError) {
        self.options = options
        self.judge = judge
        self.metrics = metrics
        self.pipelineMetrics = pipelineMetrics
        self.readiness = readiness
        self.progress = progress
        self.monitor = monitor
        self.logger = logger.labelled("lane.\(options.name)")
        deadLetterShare = DeadLetterShare(most: options.mostDeadLetters)
        survivors = VisibleOutputs(of: options.input)
        let wakeup = self.wakeup
        flow = LaneFlow(mostRecords: options.commitRecords * 2, mostBytes: options.inFlightBytes, wakeup: wakeup)
        consumer = try GroupConsumer(
            bootstrap: options.bootstrap, group: options.group, instance: options.instance,
            properties: options.consumerProperties, wakeup: wakeup, monitor: monitor)
        producer = try Lane.makeProducer(options, wakeup: wakeup, monitor: monitor)
    }

    static func makeProducer(
        _ options: LaneOptions, wakeup: Wakeup, monitor: CallMonitor
    ) throws(KafkaError) -> TransactionalProducer {
        try TransactionalProducer(
            bootstrap: options.bootstrap, transactionalID: options.transactionalID,
            properties: options.producerProperties, wakeup: wakeup, monitor: monitor)
    }

    package func run(until shutdown: ShutdownSignal) async throws {
        shutdown.onTrigger { [weak self] in self?.beginEnding() }
        metrics.watch(options.name) { [flow] in flow.inFlight }
        readiness.set(name, "connecting to the brokers")
        do {
            if try await connect(until: shutdown) {
                await withDiscardingTaskGroup { group in await loop(&group, until: shutdown) }
            }
        } catch {
            fatal = error
        }
        readiness.set(name, "stopped")
        progress.advance(to: "closing")
        // What could not be committed must not keep the next owner waiting for its time-out.
        try? await producer.abort(within: .seconds(3))
        await producer.close()
        await consumer.close(leaving: options.leavesGroup)
        progress.advance(to: "writing what is known of accounts")
        for session in sessions.values { noteGivenUp(session.keeper) }
        await writeLastSnapshots(until: .now + Lane.lastSnapshots)
        progress.advance(to: nil)
        if let fatal { throw fatal }
    }

    /// What a stop may take for it, beside what closing takes.
    private static let lastSnapshots = Duration.seconds(5)

    /// Takes the transactional id over and joins the group; waits for brokers as long as it takes.
    /// - Returns: false if the end came first.
    private func connect(until shutdown: ShutdownSignal) async throws -> Bool {
        // Once it has succeeded it must not be called again on this producer.
        var hasTransactions = false
        while !shutdown.isTriggered, !Task.isCancelled {
            do throws(KafkaError) {
                if !hasTransactions { try await producer.initTransactions(timeout: .seconds(5)) }
                hasTransactions = true
                try await producer.prime(options.written, timeout: .seconds(5))
                try await consumer.subscribe(to: [options.input])
                readiness.set(name, "waiting for an assignment")
                logger.info(
                    "joined the group",
                    ["group": options.group, "topic": options.input, "transactionalId": options.transactionalID])
                return true
            } catch {
                serveEvents()
                while case .client(let event)? = consumer.nextEvent() { handle(event, of: "consumer") }
                if error.isFatal { throw error }
                logger.warning("brokers not ready, trying again", ["error": error.description])
                readiness.set(name, "connecting to the brokers: \(error.description)")
                await wakeup.wait(until: .now + .milliseconds(500))
            }
        }
        return false
    }

    private func loop(_ group: inout DiscardingTaskGroup, until shutdown: ShutdownSignal) async {
        defer { lastRound.withLock { $0 = nil } }
        while fatal == nil {
            if Task.isCancelled { break }
            lastRound.withLock { $0 = .now }
            if shutdown.isTriggered { beginDraining() }
            await serveRebalances()
            startSessions(&group)
            keepSnapshots(&group)
            await rejoin()
            await lookForOwners()
            await learnOffsets()
            serveEvents()
            switch phase {
            case .recovering: await recover()
            case .running, .draining:
                await send()
                await commitIfDue()
                await finishRevocation()
            case .stopped: await finishRevocation()
            case .ending: break
            }
            checkPartitions()
            checkState()
            reportHealth()
            if isDrained { break }
            await waitForWork()
        }
        for session in sessions.values { session.abandon() }
        discardReleased()
        // The library waits for the answer, and would not let go of the group before.
        if let pending = pendingRevocation {
            pendingRevocation = nil
            await giveUp(pending.rebalance)
        }
    }

    /// Sleeps until something is released, reported or due.
    private func waitForWork() async {
        var times: [ContinuousClock.Instant] = []
        if case .recovering = phase { times.append(retryAt ?? .now + .milliseconds(100)) }
        if case .draining(let deadline) = phase { times.append(deadline) }
        if phase == .running, let due = transaction.dueTime(interval: options.commitInterval) { times.append(due) }
        if phase == .running, pendingRevocation == nil, let rejoinAt { times.append(rejoinAt) }
        if phase == .running, pendingRevocation == nil, !unknownOffsets.partitions.isEmpty {
            times.append(unknownOffsets.askAt)
        }
        if let pendingRevocation { times.append(pendingRevocation.deadline) }
        // Whether brokers can be reached is looked at now and then even if nothing happens.
        times.append(.now + .seconds(5))
        await wakeup.wait(until: times.min() ?? .now)
    }

    private nonisolated func beginEnding() {
        ending.withLock { $0 = true }
        wakeup.signal()
    }

    @Sendable nonisolated func isEnding() -> Bool { ending.withLock { $0 } }

    private func beginDraining() {
        if isDraining || phase == .ending { return }
        logger.notice("draining: nothing more is taken in", ["inFlight": "\(flow.inFlight)"])
        readiness.set(name, "draining")
        guard phase == .running else { return giveUpTheRest() }
        phase = .draining(until: .now + options.shutdownLimit)
        for session in sessions.values { session.drain() }
    }

    /// The end, with a transaction that failed or can't be finished: nothing of it is visible, and it is left to the next
    /// start. Its offsets must not be committed by another that follows it, nor may what comes after them.
    func giveUpTheRest() {
        if flow.inFlight > 0 {
            logger.warning("given up: the rest is done again after the restart", ["inFlight": "\(flow.inFlight)"])
        }
        phase = .ending
        voidEverything()
    }

    /// Drops what is in flight, released or in the open transaction.
    private func voidEverything() {
        for session in sessions.values { session.abandon() }
        discardReleased()
        flow.letGo(records: transaction.records, bytes: transaction.heldBytes)
        transaction = OpenTransaction()
    }

    /// Takes nothing more in, sends nothing more out, and stays: a restart by a supervisor would only try again, each time
    /// with a little harm.
    func stop(because reason: String) async {
        logger.error("stopped: nothing more is judged until this is mended", ["reason": reason])
        phase = .stopped
        metrics.stopped[options.name].set(1)
        readiness.set(name, reason)
        voidEverything()
        // Left open it would end by its time-out, and keep subscribers waiting until then.
        try? await calling { [producer] () async throws(KafkaError) in try await producer.abort(within: .seconds(10)) }
        progress.advance(to: nil)
    }

    /// Whether the end has come: everything is committed, or there is no more time.
    private var isDrained: Bool {
        if phase == .ending { return true }
        guard case .draining(let deadline) = phase else { return false }
        if ContinuousClock.now >= deadline {
            if flow.inFlight > 0 {
                logger.warning(
                    "drain limit reached: the rest is done again after the restart", ["inFlight": "\(flow.inFlight)"])
            }
            return true
        }
        return pendingRevocation == nil && sessions.values.allSatisfy { !$0.isActive } && transaction.isEmpty
            && flow.inFlight == 0
    }

    /// The producer's errors, logs and statistics.
    func serveEvents() {
        while let event = producer.nextEvent() { handle(event, of: "producer") }
    }

    func handle(_ event: ClientEvent, of client: String) {
        switch event {
        case .log(let line):
            // Properties are given to both kinds of client; each warns of the other's.
            if line.facility == "CONFWARN" { return }
            if client == "producer" { noteRefusal(in: line) }
            let level: LogLevel =
                line.level <= 3 ? .error : line.level == 4 ? .warning : line.level <= 6 ? .info : .debug
            logger.log(level, "librdkafka \(line.facility)", ["client": client, "text": line.message])
        case .error(let error):
            logger.log(
                error.isFatal ? .error : .warning, "client error", ["client": client, "error": error.description])
            if client == "consumer", error.isFatal { fatal = error }
            if client == "producer", error.isUnreachable { lostConnections += 1 }
            if client == "consumer", error.isTopicMissing { ownCommits.forget() }
            if client == "consumer", error.isWithoutPlace { rejoinAt = rejoinAt ?? .now + .seconds(1) }
            if error.isAuthorization { readiness.set("\(name)-rights", described(error)) }
            if client == "producer", error.isFatal, phase == .running {
                if !transaction.isEmpty { metrics.transactions["indeterminate"].increment() }
                phase = .recovering(.rebuild)
            }
        case .statistics(let statistics):
            if statistics.brokers.values.contains(where: { $0.nodeid >= 0 && $0.state == "UP" }) {
                lastReachable = .now
            } else if client == "consumer" {
                lastCutOff.withLock { $0 = .now }
            }
            if client == "consumer" {
                metrics.observe(statistics)
                checkFetching(statistics)
            }
        }
    }

    /// A fetcher of the library that has come to a standstill (librdkafka #4970 and others) does not get up again by
    /// itself; what helps is a restart. Never while no broker can be reached: that is nobody's fault here.
    private func checkFetching(_ statistics: Statistics) {
        stalls.observe(
            statistics.topics.values.filter { $0.topic == options.input }.flatMap { topic in
                topic.partitions.values.compactMap { figures in
                    let partition = TopicPartition(topic.topic, figures.partition)
                    guard sessions[partition] != nil, let committed = metrics.committedOffset(of: partition) else {
                        return nil
                    }
                    let reached = max(committed, consumer.position(of: partition) ?? 0, figures.loOffset ?? 0)
                    return StalledFetches.Place(
                        partition: partition, reached: reached, end: figures.lsOffset, waiting: figures.fetchqCnt)
                }
            }, now: .now)
        guard ContinuousClock.now - lastReachable < .seconds(30),
            let partition = stalls.stalled(for: options.stallLimit, now: .now)
        else { return }
        fatal = LaneError(
            "\(partition): nothing has been fetched for \(Int(options.stallLimit.inSeconds)) s though there is more:"
                + " the client stands still, a restart helps", isFault: true)
    }

    /// What partitions report in place of records. An offset that the broker no longer has is for people to decide.
    private func checkPartitions() {
        let found = sessions.compactMapValues(\.problem)
        guard found != troubles else { return }
        let new = found.filter { troubles[$0.key] != $0.value }
        troubles = found
        let first = found.min { $0.key < $1.key }
        readiness.set(
            "\(name)-partitions",
            first.map { "\($0.key): \($0.value.isTopicRefusal ? "Read is not allowed: " : "")\($0.value.reason)" })
        for (partition, error) in new {
            logger.warning("partition can't be read", ["partition": partition.description, "error": error.description])
            if error.isTopicMissing { ownCommits.forget() }
            if error.isOffsetLost {
                fatal = LaneError(
                    "\(partition): the committed offset is not in the topic any more, and auto.offset.reset is \"error\":"
                        + " set the group's offset, or kafka.properties auto.offset.reset, then start again")
            }
        }
    }

    private func reportHealth() {
        let silence = ContinuousClock.now - lastReachable
        if silence > .seconds(30) {
            readiness.set("\(name)-brokers", "no broker reachable for \(Int(silence.inSeconds)) s")
        } else {
            readiness.set("\(name)-brokers", nil)
        }
        if flow.inFlight > 0 { progress.begin("judging") }
    }
}

/// Why a lane can't go on.
package struct LaneError: Error, CustomStringConvertible {
    package let description: String
    /// The fault is the process's own: a restart is the remedy, and nobody has to change anything.
    package let isFault: Bool

    init(_ description: String, isFault: Bool = false) {
        self.description = description
        self.isFault = isFault
    }
}
