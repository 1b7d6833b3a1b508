import Dispatch
import Synchronization

/// A figure that threads share.
final class Tally: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    /// - Returns: the new value.
    @discardableResult
    func add(_ amount: Int = 1) -> Int { count.add(amount, ordering: .sequentiallyConsistent).newValue }
}

/// Holds whoever comes until it is opened, and nobody afterwards.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    /// False if it was not opened within a minute.
    @discardableResult
    func wait() -> Bool {
        guard semaphore.wait(timeout: .now() + 60) == .success else { return false }
        semaphore.signal()
        return true
    }
}
