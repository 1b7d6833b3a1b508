internal import Dispatch
internal import Glibc

/// SIGTERM and SIGINT as a stream. While one is being iterated the signals don't end the process.
package struct TerminationSignals: Sendable {
    package init() {}

    /// Every arrival, up to a few that nobody has looked at yet.
    package func stream() -> AsyncStream<Int32> {
        AsyncStream(bufferingPolicy: .bufferingNewest(4)) { continuation in
            let sources = [SIGTERM, SIGINT].map { number -> any DispatchSourceSignal in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield(number) }
                source.activate()
                return source
            }
            let held = SignalSources(sources: sources)
            continuation.onTermination = { _ in held.cancel() }
        }
    }
}

/// Dispatch sources may be cancelled from any thread, though their protocol does not say so to the compiler.
private final class SignalSources: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]

    init(sources: [any DispatchSourceSignal]) { self.sources = sources }

    func cancel() { sources.forEach { $0.cancel() } }
}
