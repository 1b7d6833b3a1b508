import Synchronization

/// One line on a terminal's standard error that is written over as work goes on; nothing where nobody looks.
final class ProgressLine: Sendable {
    private let shownAt = Mutex<ContinuousClock.Instant?>(nil)
    private let isOn = Terminal.isInteractive

    func show(_ text: @autoclosure () -> String) {
        guard isOn else { return }
        let now = ContinuousClock.now
        let due = shownAt.withLock { last in
            if let last, now - last < .milliseconds(200) { return false }
            last = now
            return true
        }
        if due { Terminal.raw("\r\u{1B}[K\(text())") }
    }

    func clear() {
        if isOn, shownAt.withLock({ $0 != nil }) { Terminal.raw("\r\u{1B}[K") }
    }
}
