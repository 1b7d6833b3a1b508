internal import Dispatch

/// Runs an actor's jobs in turn on a queue of its own, so that calls that block stay off the cooperative pool.
///
/// While one job blocks, the actor runs nothing else, and cancellation can't reach it: calls need short timeouts.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter name: shows up in debuggers as `weir.<name>`.
    package init(name: String) {
        queue = DispatchQueue(label: "weir.\(name)")
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
