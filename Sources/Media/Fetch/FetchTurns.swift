internal import Concurrency
internal import Synchronization

/// Keeps fetches waiting until it is their turn, in `TurnOrder`.
final class FetchTurns: Sendable {
    private struct Waiter: Sendable {
        let abandonment: CallAbandonment
        let continuation: CheckedContinuation<Bool, Never>
    }

    private let order: Mutex<TurnOrder<Waiter>>

    init(limit: Int, limitPerHost: Int) {
        order = Mutex(TurnOrder(limit: limit, limitPerHost: limitPerHost))
    }

    /// True with a turn, which is to be given back; false if the task was cancelled first.
    func take(host: String) async -> Bool {
        let abandonment = CallAbandonment()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(abandonment: abandonment, continuation: continuation)
                change { order in
                    // Whoever abandons it comes to the lock afterwards: either it is seen here, or it is found there.
                    if abandonment.isAbandoned { return waiter }
                    order.enter(waiter, host: host)
                    return nil
                }
            }
        } onCancel: {
            abandonment.abandon()
            change { $0.withdraw(host: host) { $0.abandonment === abandonment } }
        }
    }

    func giveBack(host: String) {
        change { order in
            order.leave(host: host)
            return nil
        }
    }

    /// - Parameter body: returns who gets no turn any more.
    private func change(_ body: (inout TurnOrder<Waiter>) -> Waiter?) {
        let (refused, served) = order.withLock { order in
            let refused = body(&order)
            var served: [Waiter] = []
            while let next = order.next() { served.append(next) }
            return (refused, served)
        }
        refused?.continuation.resume(returning: false)
        for waiter in served { waiter.continuation.resume(returning: true) }
    }
}
