internal import CCurl
internal import Concurrency
internal import Synchronization

/// Runs all requests on one thread of its own, over connections that are used again. How many there are at once is for
/// those to bound who come.
///
/// Callers leave their calls in the inbox and wait. The thread takes them out, and is the only one that resumes them, so
/// each is resumed once whatever comes first of its end and its cancellation. It works as long as there is a call, and
/// then lets go of the loop, which has nothing to be shut down.
final class TransferLoop: Sendable {
    private struct Call: Sendable {
        let request: TransferRequest
        let abandonment: CallAbandonment
        let continuation: CheckedContinuation<(TransferResult, Duration), Never>
    }

    private struct Inbox {
        var calls: [Call] = []
        /// A call was abandoned since the last look; which one, it knows itself.
        var hasAbandoned = false
        var isDriving = false
    }

    private struct Running {
        let call: Call
        let easy: EasyHandle
        let start = ContinuousClock.now
    }

    /// What the thread alone sees: it holds the lock for as long as it works.
    private struct Driver {
        var running: [UnsafeMutableRawPointer: Running] = [:]
        /// For requests to come; never more than ran at once.
        var idle: [EasyHandle] = []
    }

    private let multi: MultiHandle
    private let network: Network
    private let inbox = Mutex(Inbox())
    private let driver = Mutex(Driver())
    private let thread = WorkerThread(niceness: 0)

    /// nil without memory.
    ///
    /// - Parameter idleConnections: how many are kept for requests to come.
    init?(idleConnections: Int, network: Network) {
        guard let multi = MultiHandle(idle: idleConnections) else { return nil }
        self.multi = multi
        self.network = network
    }

    /// - Returns: what came of it, and how long it took.
    func run(_ request: TransferRequest) async -> (TransferResult, Duration) {
        let abandonment = CallAbandonment()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                put(Call(request: request, abandonment: abandonment, continuation: continuation))
            }
        } onCancel: {
            abandonment.abandon()
            inbox.withLock { $0.hasAbandoned = true }
            multi.wake()
        }
    }

    private func put(_ call: Call) {
        let begins = inbox.withLock { inbox in
            inbox.calls.append(call)
            defer { inbox.isDriving = true }
            return !inbox.isDriving
        }
        if begins { thread.run { self.drive() } } else { multi.wake() }
    }

    // MARK: On the thread

    private func drive() {
        driver.withLock { driver in
            while let (calls, hasAbandoned) = takeMail(isIdle: driver.running.isEmpty) {
                for call in calls { start(call, &driver) }
                if hasAbandoned { endAbandoned(&driver) }
                var goesOn = multi.perform()
                var hasEnded = false
                while let (pointer, result) = multi.nextEnded() {
                    end(pointer, result, &driver)
                    hasEnded = true
                }
                // Whoever was waiting for one to end may be here by now.
                if goesOn, !hasEnded, !driver.running.isEmpty { goesOn = multi.wait() }
                if !goesOn { for pointer in Array(driver.running.keys) { end(pointer, CURLE_FAILED_INIT, &driver) } }
            }
        }
    }

    /// nil, and the end, if there is nothing to do and nothing has come.
    private func takeMail(isIdle: Bool) -> ([Call], hasAbandoned: Bool)? {
        inbox.withLock { inbox in
            guard !isIdle || !inbox.calls.isEmpty else {
                inbox.isDriving = false
                return nil
            }
            defer { (inbox.calls, inbox.hasAbandoned) = ([], false) }
            return (inbox.calls, inbox.hasAbandoned)
        }
    }

    private func start(_ call: Call, _ driver: inout Driver) {
        guard !call.abandonment.isAbandoned else {
            return call.continuation.resume(returning: (.failure(.cancelled), .zero))
        }
        guard let easy = driver.idle.popLast() ?? EasyHandle(sockets: multi.sockets) else {
            return call.continuation.resume(returning: (.failure(.memory), .zero))
        }
        easy.prepare(for: Transfer(call.request, network), network)
        driver.running[easy.pointer] = Running(call: call, easy: easy)
        if !multi.add(easy) { end(easy.pointer, CURLE_OUT_OF_MEMORY, &driver) }
    }

    /// - Parameter result: nil if nobody waits any more.
    private func end(_ pointer: UnsafeMutableRawPointer, _ result: CURLcode?, _ driver: inout Driver) {
        guard let running = driver.running.removeValue(forKey: pointer) else { return }
        multi.remove(running.easy)
        let outcome = running.easy.finish(result ?? CURLE_ABORTED_BY_CALLBACK)
        driver.idle.append(running.easy)
        running.call.continuation.resume(
            returning: (result == nil ? .failure(.cancelled) : outcome, ContinuousClock.now - running.start))
    }

    private func endAbandoned(_ driver: inout Driver) {
        for (pointer, running) in driver.running where running.call.abandonment.isAbandoned {
            end(pointer, nil, &driver)
        }
    }
}
