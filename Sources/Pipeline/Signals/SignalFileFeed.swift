internal import Concurrency
internal import Configuration
internal import Events
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
    private let logger: Logger
    private let loader = SignalLoader()

    /// - Parameter interval: how often the files are looked at.
    package init(
        paths: [String], interval: Duration, blueprint: PipelineBlueprint, judge: Judge, logger: Logger
    ) {
        self.paths = paths
        self.interval = interval
        self.blueprint = blueprint
        self.judge = judge
        self.logger = logger.labelled("signals")
    }

    package func run(until shutdown: ShutdownSignal) async throws {
        let wakeup = Wakeup()
        shutdown.onTrigger { wakeup.signal() }
        // The files were read just before the start.
        var loaded = paths.map { FileFingerprint(path: $0) }
        var seen = loaded
        while !shutdown.isTriggered, !Task.isCancelled {
            await wakeup.wait(until: .now + interval)
            let now = paths.map { FileFingerprint(path: $0) }
            // A file still being written has changed again since the last look: wait until it rests.
            defer { seen = now }
            guard now != loaded, now == seen else { continue }
            loaded = now
            await reload()
        }
    }

    private func reload() async {
        do {
            let generation = try await loader.generation(paths, blueprint, logger)
            judge.current = generation
            logger.notice("signals reloaded", ["signals": "\(generation.signals.signals.count)"])
        } catch {
            logger.error("signals not reloaded, the old ones stay", ["error": "\(error)"])
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
