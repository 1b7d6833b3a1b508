/// A place in the code where a test may make something go wrong. Inert unless the environment variable `WEIR_FAILPOINTS`
/// is set when the process starts; then it holds entries such as
///
///     after-poll=exit@3; during-commit=exit(5ms)%0.01; mid-detector=delay(2s)*4; seed=7
///
/// An entry is a place, an action, and perhaps when: `@N` at the N-th time, `%P` each time with the probability P, `*N`
/// at most N times. Without any it happens each time. The seed makes a run's draws repeatable.
package enum Failpoint: String, CaseIterable, Sendable {
    /// Records were taken from a partition's queue.
    case afterPoll = "after-poll"
    /// A detector is about to look at a batch, under its deadline.
    case midDetector = "mid-detector"
    /// Verdicts and dead letters are about to be handed to the producer, on its thread.
    case beforeProduce = "before-produce"
    /// A record is about to be handed over as a dead letter.
    case deadLetter = "dead-letter"
    /// Verdicts and dead letters were handed to the producer.
    case afterProduce = "after-produce"
    /// The offsets were added to the transaction.
    case afterSendOffsets = "after-send-offsets"
    /// The commit is about to be asked for; `exit(5ms)` ends the process while it is under way.
    case duringCommit = "during-commit"
    /// The transaction is committed, and the process does not know it yet.
    case afterCommit = "after-commit"
    /// A revocation was asked for, and its partitions are told to drain.
    case revocationDrain = "revocation-drain"
    /// A failed transaction is about to be mended: aborted, or a new producer made, and the offsets gone back to.
    case recovery
    /// Partitions were assigned, and the group is about to be asked what was committed of them.
    case restore
    /// Changed signal files are about to be read, or changes from the topic to be put in force.
    case signalReload = "signal-reload"

    /// A snapshot of the signals is written, and about to take the old one's place.
    case snapshotRename = "snapshot-rename"
    /// The same of what is known of a partition's accounts.
    case stateSnapshotRename = "state-snapshot-rename"

    // Calls into the Kafka client that have hung in some version of it; each begins at its place.
    /// The transactional id is about to be taken over.
    case callInit = "call-init"
    /// A transaction is about to be begun.
    case callBegin = "call-begin"
    /// A transaction is about to be aborted.
    case callAbort = "call-abort"
    /// A topic's metadata is about to be asked for.
    case callMetadata = "call-metadata"
    /// Partitions are about to be gone back in.
    case callSeek = "call-seek"
    /// The consumer is about to leave its group and to be freed.
    case callCloseConsumer = "call-close-consumer"
    /// The producer is about to be freed.
    case callCloseProducer = "call-close-producer"

    package enum Action: Equatable, Sendable {
        /// The process is gone, as by SIGKILL, now or after a while.
        case exit(after: Duration)
        /// The calling thread stands still and never goes on.
        case pause
        /// The calling thread stands still for a while.
        case delay(Duration)
        /// The call fails.
        case error
    }

    /// Whether the caller has a way to fail; elsewhere `error` is refused when the environment is read.
    package var canFail: Bool {
        switch self {
        case .afterPoll, .revocationDrain: false
        case .callInit, .callBegin, .callAbort, .callMetadata, .callSeek, .callCloseConsumer, .callCloseProducer: false
        default: true
        }
    }

    /// What this process was started with; nil, and nothing else is ever looked at, without the variable.
    private static let plan = FailpointPlan.ofProcess

    /// Whether anything can go wrong here by design.
    package static var isArmed: Bool { plan != nil }

    /// Does what was asked for, where anything was.
    @inline(__always)
    package func hit() throws(InjectedFault) {
        guard let plan = Failpoint.plan else { return }
        try plan.hit(self)
    }

    /// The same where nothing can fail.
    @inline(__always)
    package func pass() {
        guard let plan = Failpoint.plan else { return }
        try? plan.hit(self)
    }
}

/// A failure that was asked for.
package struct InjectedFault: Error, CustomStringConvertible {
    package let point: Failpoint

    package var description: String { "injected at failpoint \(point.rawValue)" }
}
