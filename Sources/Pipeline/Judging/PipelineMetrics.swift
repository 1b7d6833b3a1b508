package import Operations

/// What the pipeline counts (interface, "Metrics").
package struct PipelineMetrics: Sendable {
    package let events: MetricFamily<Counter>
    package let verdicts: MetricFamily<Counter>
    package let degraded: Counter
    package let uncoveredLanguages: MetricFamily<Counter>
    package let unavailable: MetricFamily<Counter>
    package let stageSeconds: MetricFamily<Histogram>
    package let detectorSeconds: MetricFamily<Histogram>
    package let deadLetters: MetricFamily<Counter>

    package init(_ registry: MetricsRegistry) {
        events = registry.counter(
            "weir_events_total", "Records taken in, by what became of them.", labels: ["topic", "outcome"])
        verdicts = registry.counter(
            "weir_verdicts_total", "Verdicts, by action, label and whether the decision was automated.",
            labels: ["action", "label", "automated"])
        degraded = registry.counter("weir_degraded_total", "Verdicts that at least one detector had no part in.")[]
        uncoveredLanguages = registry.counter(
            "weir_uncovered_language_total", "Verdicts on texts in a language for which nothing is looked for.",
            labels: ["language"])
        unavailable = registry.counter(
            "weir_detector_unavailable_total", "Uploads or items a detector could not look at.",
            labels: ["detector", "reason"])
        stageSeconds = registry.histogram("weir_stage_seconds", "Time of a batch in a stage.", labels: ["stage"])
        detectorSeconds = registry.histogram(
            "weir_detector_seconds", "Time of a batch in a detector.", labels: ["detector"])
        deadLetters = registry.counter("weir_dead_letters_total", "Records that are no events.", labels: ["code"])
    }
}
