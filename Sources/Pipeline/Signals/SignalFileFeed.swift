internal import Concurrency
package import Configuration
internal import Events
internal import FaultInjection
package import Operations
internal import Signals

/// Keeps a judge's signals as their files are: when a file changes, a new generation is built beside the running one
/// and takes its place between two batches. Nobody waits for it, and a file that can't be read changes nothing.
package final class SignalFileFeed: Service {
    package let name = "signal-files"
    private let paths: [String]
    private let interval: Duration
    private let blueprint: PipelineBlueprint
    private let judge: Judge
    private let progress: Progress
    private let logger: Logger
    private let loaded: [FileFingerprint?]
    private let loader = SignalLoader()

    /// A file that never rests is loaded after so many looks all the same.
    private static let mostLooks = 10

    /// - Parameters:
    ///   - loaded: what the files looked like before the judge's signals were read from them.
    ///   - interval: how often the files are looked at.
    ///   - progress: what the watchdog looks at.
    package init(
        paths: [String], loaded: [FileFingerprint?], interval: Duration, blueprint: PipelineBlueprint, judge: Judge,
        progress: Progress = Progress("signals"), logger: Logger
    ) {
        self.loaded = loaded
        self.paths = paths
        self.interval = interval
        self.blueprint = blueprint
        self.judge = judge
        self.progress = progress
        self.logger = logger.labelled("signals")
    }

    package func run(until shutdown: ShutdownSignal) async throws {
        let wakeup = Wakeup()
        shutdown.onTrigger { wakeup.signal() }
        var loaded = loaded
        var seen = loaded
        var looks = 0
        while true {
            await wakeup.wait(until: .now + interval)
            if shutdown.isTriggered || Task.isCancelled { return }
            let now = SignalFileFeed.look(at: paths)
            defer { seen = now }
            looks = now == loaded ? 0 : looks + 1
            // A file still being written has changed again since the last look: wait until it rests.
            guard now != loaded, now == seen || looks >= SignalFileFeed.mostLooks else { continue }
            // What can't be read is tried again: the reason may pass without a change of the file.
            if await reload() { loaded = now }
        }
    }

    /// What the files look like now.
    package static func look(at paths: [String]) -> [FileFingerprint?] { paths.map { FileFingerprint(path: $0) } }

    private func reload() async -> Bool {
        progress.advance(to: "reading signals")
        defer { progress.advance(to: nil) }
        do {
            try Failpoint.signalReload.hit()
            let generation = try await loader.generation(paths, blueprint, logger)
            judge.current = generation
            logger.notice("signals reloaded", ["signals": "\(generation.signals.signals.count)"])
            return true
        } catch {
            logger.error("signals not reloaded, the old ones stay", ["error": "\(error)"])
            return false
        }
    }
}

/// Reads files and builds indexes on a thread of its own: both take long and block.
package actor SignalLoader {
    private nonisolated let executor = BlockingExecutor(name: "signal-loader")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init() {}

    /// - Throws: `FileError`, or what a detector says of the signals.
    package func generation(
        _ paths: [String], _ blueprint: PipelineBlueprint, _ logger: Logger
    ) throws -> Generation {
        var signals: [Signal] = []
        for path in paths {
            let file = try SignalFile(path: path)
            for rejected in file.rejected {
                logger.warning("signal rejected", ["file": path, "line": "\(rejected.line)", "reason": rejected.error])
            }
            if !file.rejected.isEmpty {
                logger.warning(
                    "signals were rejected",
                    ["file": path, "accepted": "\(file.signals.count)", "rejected": "\(file.rejected.count)"])
            }
            signals += file.signals
        }
        return try blueprint.generation(for: SignalSet(signals)) { signal, reason in
            logger.warning(
                "signal left out", ["type": signal.type.rawValue, "id": signal.id ?? "", "reason": reason])
        }
    }
}
