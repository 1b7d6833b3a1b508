internal import Concurrency
package import Operations
internal import Signals

/// Keeps the index of a store's signals in shape, beside changes and look-ups: a merge of a million hashes takes tenths of
/// a second, for which nobody waits.
package struct SignalMerger: Service {
    package let name = "signal-merger"
    private let store: SignalStore
    private let logger: Logger

    package init(_ store: SignalStore, logger: Logger) {
        self.store = store
        self.logger = logger.labelled("signals")
    }

    package func run(until shutdown: ShutdownSignal) async throws {
        let worker = Worker()
        shutdown.onTrigger { [store] in store.merges.signal() }
        while !shutdown.isTriggered, !Task.isCancelled {
            guard let merge = await store.mergeDue else {
                await store.merges.wait()
                continue
            }
            let merged = await worker.run(merge)
            do {
                try await store.finish(merged)
            } catch {
                // The merge is kept; only the generation could not be made, which the next change tries again.
                logger.error("signals are not in force yet", ["error": "\(error)"])
            }
        }
    }

    /// Merges on a thread of its own.
    private actor Worker {
        private nonisolated let executor = BlockingExecutor(name: "signal-merger")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func run(_ merge: SignalSet.Merge) -> SignalSet.Merged { merge.run() }
    }
}
