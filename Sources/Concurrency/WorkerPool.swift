internal import Dispatch
internal import Synchronization

/// A fixed number of threads for work that occupies a processor for milliseconds, so that short work on the
/// cooperative pool need not wait behind it. Use with `withTaskExecutorPreference`.
package final class WorkerPool: TaskExecutor {
    private struct State {
        var waiting = Backlog<UnownedJob>()
        var running = 0
    }

    private let state = Mutex(State())
    private let queue: DispatchQueue
    private let width: Int

    package init(name: String, width: Int) {
        precondition(width > 0)
        queue = DispatchQueue(label: "weir.\(name)", attributes: .concurrent)
        self.width = width
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let starts = state.withLock { state in
            guard state.running < width else {
                state.waiting.append(job)
                return false
            }
            state.running += 1
            return true
        }
        if starts { queue.async { self.drain(from: job) } }
    }

    private func drain(from first: UnownedJob) {
        var job: UnownedJob? = first
        while let current = job {
            current.runSynchronously(on: asUnownedTaskExecutor())
            job = state.withLock { state in
                if let next = state.waiting.popFirst() { return next }
                state.running -= 1
                return nil
            }
        }
    }
}
