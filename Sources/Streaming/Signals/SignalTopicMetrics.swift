package import Operations

/// What is counted of the signals topic.
package struct SignalTopicMetrics: Sendable {
    let changes: MetricFamily<Counter>
    let delay: Histogram

    package init(_ registry: MetricsRegistry) {
        changes = registry.counter(
            "weir_signal_changes_total", "Records of the signals topic, by what became of them.", labels: ["result"])
        for result in ["applied", "rejected"] { _ = changes[result] }
        delay =
            registry.histogram(
                "weir_signal_delay_seconds",
                "Time from the timestamp of a signals record until it is in force here; of records read at once, the oldest."
            )[]
    }
}
