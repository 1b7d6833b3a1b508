internal import Concurrency
internal import Detection
package import Operations

/// Makes detectors anew that have been built on again and again, beside the signals' changes and the look-ups: terms by
/// the hundred thousand take seconds to compile, for which no urgent term waits.
///
/// A stop waits for what is being compiled, which can't be interrupted.
package struct DetectorRebuilder: Service {
    package let name = "detector-rebuilder"
    private let store: SignalStore
    private let logger: Logger
    private let pause: RebuildPause

    package init(_ store: SignalStore, pause: RebuildPause = RebuildPause(), logger: Logger) {
        self.store = store
        self.pause = pause
        self.logger = logger.labelled("signals")
    }

    package func run(until shutdown: ShutdownSignal) async throws {
        let worker = Worker()
        shutdown.onTrigger { [store] in store.rebuilds.signal() }
        var next = ContinuousClock.now
        while !shutdown.isTriggered, !Task.isCancelled {
            guard let due = await store.rebuildDue else {
                await store.rebuilds.wait()
                continue
            }
            if !due.rebuild.isUrgent, .now < next {
                await store.rebuilds.wait(until: next)
                continue
            }
            let began = ContinuousClock.now
            var hasFailed = false
            do {
                let detector = try await worker.run(due.rebuild)
                try await store.finish(Generation.Rebuilt(place: due.place, detector: detector))
            } catch {
                hasFailed = true
                logger.error("detector not rebuilt, the one in use stays", ["error": "\(error)"])
            }
            next = .now + pause.length(after: .now - began, hasFailed: hasFailed)
            // What fails fails again: urgency must not make it spin.
            if hasFailed { await wait(until: next, shutdown) }
        }
    }

    private func wait(until deadline: ContinuousClock.Instant, _ shutdown: ShutdownSignal) async {
        while .now < deadline, !shutdown.isTriggered, !Task.isCancelled { await store.rebuilds.wait(until: deadline) }
    }

    /// Compiles on a thread of its own.
    private actor Worker {
        private nonisolated let executor = BlockingExecutor(name: "detector-rebuilder")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func run(_ rebuild: DetectorRebuild) throws -> any Detector { try rebuild.run() }
    }
}

/// How long it is until the next rebuild that is not urgent, so that changes that never end cost a part of a processor.
package struct RebuildPause: Sendable {
    /// As long as this many rebuilds.
    var factor = 19
    var longest = Duration.seconds(600)
    var afterFailure = Duration.seconds(60)

    package init() {}

    func length(after work: Duration, hasFailed: Bool) -> Duration {
        hasFailed ? afterFailure : min(work * factor, longest)
    }
}
