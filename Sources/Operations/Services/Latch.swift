internal import Concurrency
internal import Synchronization

/// Opens once, and stays open. One service waits for it.
package final class Latch: Sendable {
    private let isOpened = Mutex(false)
    private let wakeup = Wakeup()

    package init(isOpen: Bool = false) {
        if isOpen { open() }
    }

    package func open() {
        isOpened.withLock { $0 = true }
        wakeup.signal()
    }

    package var isOpen: Bool { isOpened.withLock { $0 } }

    /// Returns whether it is open: false if the end came first.
    package func wait(until shutdown: ShutdownSignal) async -> Bool {
        shutdown.onTrigger { [wakeup] in wakeup.signal() }
        while !isOpen {
            if shutdown.isTriggered || Task.isCancelled { return false }
            await wakeup.wait()
        }
        return true
    }
}
