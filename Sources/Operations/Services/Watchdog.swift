internal import Concurrency
internal import Glibc
internal import Synchronization

/// Ends the process with exit code 70 when work in hand does not move, or a stop does not come to its end: a supervisor
/// then starts it afresh, and the transaction protocol makes sure that nothing is lost or doubled. While it is not to stop
/// it never judges by whether brokers answer.
package final class Watchdog: Service {
    package let name = "watchdog"
    /// How long work in hand may stand still.
    package let limit: Duration
    private let logger: Logger
    private let watched = Mutex<[@Sendable (Duration) -> String?]>([])
    private let stuck = Mutex<String?>(nil)
    private let stop = Mutex<Stop?>(nil)
    private let exit: @Sendable () -> Void

    /// - Parameter exit: what is done at last; tests put something else in.
    package init(
        limit: Duration, logger: Logger, exit: @escaping @Sendable () -> Void = { _exit(ExitCode.software) }
    ) {
        self.limit = limit
        self.logger = logger
        self.exit = exit
    }

    package func watch(_ progress: Progress) {
        watch { limit in
            guard let stalled = progress.stalled, stalled.duration > limit else { return nil }
            return "\(progress.name) has been at \"\(stalled.activity)\" for \(Int(stalled.duration.inSeconds)) s"
        }
    }

    /// - Parameter complaint: given the limit, says what stands still, or nil; given zero, what is in hand.
    package func watch(_ complaint: @escaping @Sendable (Duration) -> String?) {
        watched.withLock { $0.append(complaint) }
    }

    private struct Stop {
        let limit: Duration
        var began: ContinuousClock.Instant?
    }

    /// Ends the process if it is still there `limit` after `shutdown`: a supervisor would kill it without a word.
    package func bound(_ shutdown: ShutdownSignal, to limit: Duration) {
        stop.withLock { $0 = Stop(limit: limit) }
        shutdown.onTrigger { [self] in stop.withLock { $0?.began = .now } }
    }

    /// Where it stands still, if it does.
    package var complaint: String? { stuck.withLock { $0 } }

    package func run(until shutdown: ShutdownSignal) async throws {
        await Patrol().walk(until: shutdown, every: min(.seconds(1), limit / 4), look)
    }

    @Sendable private func look() {
        let checks = watched.withLock { $0 }
        for check in checks {
            guard let complaint = check(limit) else { continue }
            giveUp("no progress: giving up, the supervisor must restart this process", complaint)
        }
        if let stop = stop.withLock({ $0 }), let began = stop.began, ContinuousClock.now - began > stop.limit {
            let inHand = checks.compactMap { $0(.zero) }
            giveUp(
                "the stop does not come to its end: giving up, the rest is done again after the restart",
                inHand.isEmpty ? "unknown" : inHand.joined(separator: "; "))
        }
    }

    private func giveUp(_ message: String, _ complaint: String) {
        stuck.withLock { $0 = complaint }
        logger.critical(message, ["where": complaint])
        exit()
    }
}

/// The watchdog's thread: the cooperative pool may be what stands still.
private actor Patrol {
    private nonisolated let executor = BlockingExecutor(name: "watchdog")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func walk(until shutdown: ShutdownSignal, every interval: Duration, _ look: @Sendable () -> Void) {
        let microseconds = UInt32(max(1_000, min(interval, .milliseconds(250)).inSeconds * 1e6))
        while !shutdown.isTriggered, !Task.isCancelled {
            look()
            usleep(microseconds)
        }
    }
}

/// Exit codes of the command line tool (sysexits.h where it has one).
package enum ExitCode {
    package static let success: Int32 = 0
    package static let failure: Int32 = 1
    package static let usage: Int32 = 64
    package static let badData: Int32 = 65
    package static let unavailable: Int32 = 69
    package static let software: Int32 = 70
    package static let configuration: Int32 = 78
}
