internal import Concurrency
internal import Synchronization

/// Handles that wait for the next request; never more than requests ran at once.
final class Connections: Sendable {
    private let idle = Mutex<[Connection]>([])

    /// Blocks until the request is over. The last handle to be done is the next to be used, so that a quiet stream
    /// keeps to one connection.
    func run(_ request: TransferRequest, _ abandonment: CallAbandonment) -> TransferResult {
        guard let connection = idle.withLock({ $0.popLast() }) ?? Connection() else {
            return .failure(.memory, isPassing: false)
        }
        defer { idle.withLock { $0.append(connection) } }
        return connection.run(request, abandonment)
    }
}
