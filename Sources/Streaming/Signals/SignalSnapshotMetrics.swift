internal import Events
package import Operations
internal import Synchronization

/// What is told of snapshots of the signals.
package final class SignalSnapshotMetrics: Sendable {
    let results: MetricFamily<Counter>
    let restore: Gauge
    private let last = Mutex<(asOf: Timestamp, bytes: Int)?>(nil)

    package init(_ registry: MetricsRegistry) {
        results = registry.counter(
            "weir_signal_snapshots_total", "Snapshots of the signals, by what became of them.", labels: ["result"])
        for result in ["written", "failed", "used", "refused"] { _ = results[result] }
        restore =
            registry.gauge(
                "weir_signal_restore_seconds", "What it took at the start until all signals of the topic were in force."
            )[]
        registry.gauge("weir_signal_snapshot_age_seconds", "Age of what the last snapshot of the signals holds.") {
            [weak self] in
            guard let last = self?.last.withLock({ $0 }) else { return [] }
            return [MetricsRegistry.Sample([], Double(Timestamp.now().seconds(since: last.asOf)))]
        }
        registry.gauge("weir_signal_snapshot_bytes", "Size of the last snapshot of the signals.") { [weak self] in
            guard let last = self?.last.withLock({ $0 }) else { return [] }
            return [MetricsRegistry.Sample([], Double(last.bytes))]
        }
    }

    /// There is one now.
    func note(_ asOf: Timestamp, bytes: Int) { last.withLock { $0 = (asOf, bytes) } }
}
