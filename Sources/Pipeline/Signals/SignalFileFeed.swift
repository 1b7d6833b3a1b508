internal import Concurrency
package import Configuration
internal import FaultInjection
package import Operations
internal import Signals

/// Keeps the signals as their files are: when a file changes, a new generation is built beside the running one
/// and takes its place between two batches. Nobody waits for it, and a file that can't be read changes nothing.
package final class SignalFileFeed: Service {
    package let name = "signal-files"
    private let paths: [String]
    private let interval: Duration
    private let store: SignalStore
    private let progress: Progress
    private let logger: Logger
    private let loaded: [FileFingerprint?]

    /// A file that never rests is loaded after so many looks all the same.
    private static let mostLooks = 10

    /// - Parameters:
    ///   - loaded: what the files looked like before the store read them.
    ///   - interval: how often the files are looked at.
    ///   - progress: what the watchdog looks at.
    package init(
        paths: [String], loaded: [FileFingerprint?], interval: Duration, store: SignalStore,
        progress: Progress = Progress("signals"), logger: Logger
    ) {
        self.loaded = loaded
        self.paths = paths
        self.interval = interval
        self.store = store
        self.progress = progress
        self.logger = logger.labelled("signals")
    }

    package func run(until shutdown: ShutdownSignal) async throws {
        let wakeup = Wakeup()
        shutdown.onTrigger { wakeup.signal() }
        var loaded = loaded
        var seen = loaded
        var looks = 0
        while true {
            await wakeup.wait(until: .now + interval)
            if shutdown.isTriggered || Task.isCancelled { return }
            let now = SignalFileFeed.look(at: paths)
            defer { seen = now }
            looks = now == loaded ? 0 : looks + 1
            // A file still being written has changed again since the last look: wait until it rests.
            guard now != loaded, now == seen || looks >= SignalFileFeed.mostLooks else { continue }
            // What can't be read is tried again: the reason may pass without a change of the file.
            if await reload() { loaded = now }
        }
    }

    /// What the files look like now.
    package static func look(at paths: [String]) -> [FileFingerprint?] { paths.map { FileFingerprint(path: $0) } }

    private func reload() async -> Bool {
        progress.advance(to: "reading signals")
        defer { progress.advance(to: nil) }
        do {
            try Failpoint.signalReload.hit()
            let generation = try await store.load(paths)
            logger.notice("signals reloaded", ["signals": "\(generation.signals.count)"])
            return true
        } catch {
            logger.error("signals not reloaded, the old ones stay", ["error": "\(error)"])
            return false
        }
    }
}
