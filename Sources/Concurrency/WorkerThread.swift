internal import Dispatch
internal import Glibc
internal import Synchronization

/// One thread that runs jobs in turn, behind all others: where processors are scarce, what many wait for comes before what
/// one job wants. A queue of Dispatch has no thread of its own whose priority could be set.
final class WorkerThread: Sendable {
    /// Outlives its owner until the jobs are done.
    private final class Inbox: Sendable {
        /// nil: the end.
        let jobs = Mutex<[(@Sendable () -> Void)?]>([])
        let filled = DispatchSemaphore(value: 0)

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

    /// As `nice` has it: 0 is usual, 19 the least. Of two threads on one processor this one gets about a tenth (sched(7)).
    private static let niceness: Int32 = 10

    private let inbox = Inbox()

    init() {
        let inbox = Unmanaged.passRetained(self.inbox)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let inbox = Unmanaged<Inbox>.fromOpaque(argument).takeRetainedValue()
                // Of this thread alone: Linux keeps it by thread, whatever the constant says (setpriority(2)).
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, WorkerThread.niceness)
                inbox.work()
                return nil
            }, inbox.toOpaque())
        precondition(code == 0, "no thread: \(String(cString: strerror(code)))")
        pthread_detach(thread)
    }

    deinit { inbox.put(nil) }

    func run(_ job: @escaping @Sendable () -> Void) { inbox.put(job) }
}
