internal import Concurrency
internal import Configuration
internal import Events
package import Operations
package import Signals
internal import Synchronization

/// Keeps a snapshot of the signals on the disk, so that the next process need not read all of the topic.
///
/// Written on a thread that comes behind all others, one at a time. A disk that hangs holds that thread and nothing else.
/// There is none at the end of a process: what has changed since the last one is read in a second or two, and a stop must
/// not wait for a disk.
package final class SignalSnapshotter: Service {
    package let name = "signal-snapshotter"
    package let file: SnapshotFile
    let schedule: @Sendable (_ longest: Duration) -> SnapshotSchedule
    private let calls = BlockingCalls(threads: 1)
    private let wakeup = Wakeup()
    private let state = Mutex(State())
    private let began = ContinuousClock.now
    private let progress: Progress
    private let metrics: SignalSnapshotMetrics
    private let logger: Logger

    private struct State {
        var next: Job?
        var isWriting = false
        var hasFailed = false
        var isRestored = false
    }

    /// A set, and what it is of.
    struct Job: Sendable {
        let signals: SignalSet
        let facts: SnapshotFacts
    }

    /// - Parameters:
    ///   - path: of the file.
    ///   - interval: see `SnapshotSchedule`, as `changes`.
    ///   - progress: what the watchdog looks at while one is read.
    package init(
        path: String, interval: Duration, changes: Int, progress: Progress, metrics: SignalSnapshotMetrics,
        logger: Logger
    ) {
        file = SnapshotFile(path)
        schedule = { SnapshotSchedule(interval: interval, changes: changes, longest: $0) }
        self.progress = progress
        self.metrics = metrics
        self.logger = logger.labelled("signals")
    }

    // MARK: Reading

    /// A disk that takes longer is slower than the topic.
    private static let readingLimit = Duration.seconds(120)

    /// The snapshot there is; nil if there is none, or none that can be used, which is said.
    func read() async throws -> SignalSnapshot? {
        progress.advance(to: "reading the snapshot of signals")
        defer { progress.advance(to: nil) }
        let start = ContinuousClock.now
        guard
            case .ended(let outcome) = try await calls.run(
                limit: SignalSnapshotter.readingLimit, { [file] _ in file.read() })
        else {
            refuse(SnapshotRefusal("could not be read within \(SignalSnapshotter.readingLimit)"))
            return nil
        }
        switch outcome {
        case .none:
            logger.notice("no snapshot of the signals yet: the whole topic is read", ["file": file.path])
            return nil
        case .refused(let refusal):
            refuse(refusal)
            return nil
        case .found(let snapshot):
            logger.info(
                "snapshot of signals read",
                [
                    "file": file.path, "signals": "\(snapshot.signals)", "bytes": "\(snapshot.bytes)",
                    "seconds": (ContinuousClock.now - start).inTenths,
                ])
            return snapshot
        }
    }

    /// One can't be used.
    func refuse(_ refusal: SnapshotRefusal) {
        metrics.results["refused"].increment()
        logger.warning(
            "snapshot of signals not used: the whole topic is read, and then another one written",
            ["file": file.path, "reason": refusal.reason])
    }

    /// One is in force.
    func use(_ snapshot: SignalSnapshot) {
        metrics.results["used"].increment()
        metrics.note(snapshot.facts.asOf, bytes: snapshot.bytes)
    }

    /// All signals are in force; what counts is the first time.
    func restored() {
        let isFirst = state.withLock { state in
            defer { state.isRestored = true }
            return !state.isRestored
        }
        if isFirst { metrics.restore.set((ContinuousClock.now - began).inSeconds) }
    }

    // MARK: Writing

    /// Whether nothing is being written or about to be.
    var isIdle: Bool { state.withLock { $0.next == nil && !$0.isWriting } }
    /// Whether the last one could not be written.
    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    func write(_ job: Job) {
        state.withLock { $0.next = job }
        wakeup.signal()
    }

    package func run(until shutdown: ShutdownSignal) async throws {
        shutdown.onTrigger { [wakeup] in wakeup.signal() }
        while !shutdown.isTriggered, !Task.isCancelled {
            let job = state.withLock { state in
                state.isWriting = state.next != nil
                return state.next.take()
            }
            guard let job else {
                await wakeup.wait()
                continue
            }
            // What is in hand at the end is given up.
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.carryOut(job) }
                group.addTask { await shutdown.wait() }
                await group.next()
                group.cancelAll()
            }
            state.withLock { $0.isWriting = false }
        }
    }

    /// A disk that takes longer is given up. Twenty millions take minutes on this thread; and the watchdog does not look at
    /// it, since a restart would not mend the disk.
    private static let writingLimit = Duration.seconds(3_600)

    private enum Outcome: Sendable {
        case written(bytes: Int)
        case failed(FileError)
    }

    private func carryOut(_ job: Job) async {
        let start = ContinuousClock.now
        let outcome: Outcome
        do {
            let result = try await calls.run(limit: SignalSnapshotter.writingLimit) { [file] call -> Outcome in
                do throws(FileError) {
                    return .written(bytes: try job.signals.write(to: file, job.facts) { call.isAbandoned })
                } catch {
                    return .failed(error)
                }
            }
            switch result {
            case .ended(let ended): outcome = ended
            case .late:
                outcome = .failed(
                    FileError(path: file.path, reason: "not written within \(SignalSnapshotter.writingLimit)"))
            }
        } catch {
            // The end of the process.
            return
        }
        switch outcome {
        case .written(let bytes):
            state.withLock { $0.hasFailed = false }
            metrics.results["written"].increment()
            metrics.note(job.facts.asOf, bytes: bytes)
            logger.info(
                "snapshot of signals written",
                ["file": file.path, "bytes": "\(bytes)", "seconds": (ContinuousClock.now - start).inTenths])
        case .failed(let error):
            state.withLock { $0.hasFailed = true }
            metrics.results["failed"].increment()
            logger.warning(
                "snapshot of signals not written: the next start takes longer",
                ["file": error.path, "reason": error.reason])
        }
    }
}

extension Duration {
    /// Seconds, with one decimal.
    var inTenths: String { String(Double(Int(inSeconds * 10)) / 10) }
}
