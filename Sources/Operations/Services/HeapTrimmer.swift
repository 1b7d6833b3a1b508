internal import CMalloc
internal import Concurrency

/// Gives memory back to the system that nobody uses any more.
///
/// What a burst took and freed stays in the allocator's heaps, below whatever lives longer: glibc gives back by itself what
/// lies at their ends alone.
package struct HeapTrimmer: Service {
    package let name = "heap-trimmer"
    private let logger: Logger

    /// Pages that are given back must be cleared when they are taken again: so not often, and not for a little.
    private static let interval = Duration.seconds(30)
    private static let worthwhile = 16 << 20

    package init(logger: Logger) { self.logger = logger }

    package func run(until shutdown: ShutdownSignal) async throws {
        let heaps = Heaps()
        let wakeup = Wakeup()
        shutdown.onTrigger { wakeup.signal() }
        while !shutdown.isTriggered, !Task.isCancelled {
            await wakeup.wait(until: .now + HeapTrimmer.interval)
            let start = ContinuousClock.now
            guard let free = await heaps.trim(ifAbove: HeapTrimmer.worthwhile) else { continue }
            let seconds = (ContinuousClock.now - start).inSeconds
            logger.debug("gave unused memory back", ["free": "\(free)", "seconds": "\(seconds)"])
        }
    }
}

/// The allocator's heaps; going through them takes its time, on a thread of its own.
package actor Heaps {
    private nonisolated let executor = BlockingExecutor(name: "heap-trimmer")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init() {}

    /// What is free counts whether it was given back before or not.
    /// - Returns: bytes that are free; nil if they are not worth it.
    package func trim(ifAbove bytes: Int) -> Int? {
        let free = Int(mallinfo2().fordblks)
        guard free > bytes else { return nil }
        malloc_trim(0)
        return free
    }
}
