internal import Dispatch
internal import Glibc
internal import Synchronization

/// One thread that runs jobs in turn, perhaps behind all others: where processors are scarce, what many wait for comes
/// before what one job wants. A queue of Dispatch has no thread of its own whose priority could be set.
package final class WorkerThread: Sendable {
    /// Outlives its owner until the jobs are done.
    private final class Inbox: Sendable {
        /// nil: the end.
        let jobs = Mutex<[(@Sendable () -> Void)?]>([])
        let filled = DispatchSemaphore(value: 0)
        let niceness: Int32

        init(niceness: Int32) { self.niceness = niceness }

        func put(_ job: (@Sendable () -> Void)?) {
            jobs.withLock { $0.append(job) }
            filled.signal()
        }

        func work() {
            while true {
                filled.wait()
                guard let job = jobs.withLock({ $0.removeFirst() }) else { return }
                job()
            }
        }
    }

    /// Of two threads on one processor, one of this and one of 0, the first gets about a tenth (sched(7)).
    package static let background: Int32 = 10

    private let inbox: Inbox

    /// - Parameter niceness: as `nice` has it: 0 is usual, 19 the least.
    package init(niceness: Int32 = WorkerThread.background) {
        inbox = Inbox(niceness: niceness)
        let inbox = Unmanaged.passRetained(self.inbox)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let inbox = Unmanaged<Inbox>.fromOpaque(argument).takeRetainedValue()
                // Of this thread alone: Linux keeps it by thread, whatever the constant says (setpriority(2)).
                if inbox.niceness != 0 {
                    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, inbox.niceness)
                }
                inbox.work()
                return nil
            }, inbox.toOpaque())
        precondition(code == 0, "no thread: \(String(cString: strerror(code)))")
        pthread_detach(thread)
    }

    deinit { inbox.put(nil) }

    package func run(_ job: @escaping @Sendable () -> Void) { inbox.put(job) }
}
