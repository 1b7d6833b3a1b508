internal import Synchronization

/// All metrics of the process, written out as Prometheus text (exposition format 0.0.4).
package final class MetricsRegistry: Sendable {
    /// One figure worked out when the metrics are read.
    package struct Sample: Sendable {
        package let labels: [String]
        package let value: Double

        package init(_ labels: [String], _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    private enum Kind: Sendable {
        case counter(MetricFamily<Counter>)
        case gauge(MetricFamily<Gauge>)
        case histogram(MetricFamily<Histogram>)
        case computed(labels: [String], @Sendable () -> [Sample])
    }

    private struct Entry: Sendable {
        let name: String
        let help: String
        let kind: Kind
    }

    private let entries = Mutex<[Entry]>([])

    package init() {}

    package func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Counter> {
        let family = MetricFamily(labels: labels) { Counter() }
        add(name, help, .counter(family))
        return family
    }

    package func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Gauge> {
        let family = MetricFamily(labels: labels) { Gauge() }
        add(name, help, .gauge(family))
        return family
    }

    package func histogram(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Histogram> {
        let family = MetricFamily(labels: labels) { Histogram() }
        add(name, help, .histogram(family))
        return family
    }

    /// A gauge whose samples are worked out at each reading; must be quick and must not block.
    package func gauge(
        _ name: String, _ help: String, labels: [String] = [], samples: @escaping @Sendable () -> [Sample]
    ) {
        add(name, help, .computed(labels: labels, samples))
    }

    private func add(_ name: String, _ help: String, _ kind: Kind) {
        entries.withLock { entries in
            precondition(!entries.contains { $0.name == name }, "two metrics are called \(name)")
            entries.append(Entry(name: name, help: help, kind: kind))
        }
    }

    package func prometheusText() -> String {
        var out = ""
        for entry in entries.withLock({ $0 }).sorted(by: { $0.name < $1.name }) {
            out += "# HELP \(entry.name) \(escaped(entry.help))\n"
            switch entry.kind {
            case .counter(let family):
                out += "# TYPE \(entry.name) counter\n"
                for (values, counter) in family.all {
                    out += "\(entry.name)\(labelSet(family.labels, values)) \(counter.value)\n"
                }
            case .gauge(let family):
                out += "# TYPE \(entry.name) gauge\n"
                for (values, gauge) in family.all {
                    out += "\(entry.name)\(labelSet(family.labels, values)) \(number(gauge.value))\n"
                }
            case .histogram(let family):
                out += "# TYPE \(entry.name) histogram\n"
                for (values, histogram) in family.all {
                    out += lines(entry.name, family.labels, values, histogram)
                }
            case .computed(let labels, let samples):
                out += "# TYPE \(entry.name) gauge\n"
                for sample in samples() {
                    out += "\(entry.name)\(labelSet(labels, sample.labels)) \(number(sample.value))\n"
                }
            }
        }
        return out
    }

    private func lines(_ name: String, _ labels: [String], _ values: [String], _ histogram: Histogram) -> String {
        let state = histogram.snapshot
        var out = ""
        var cumulative: UInt64 = 0
        for (index, count) in state.counts.enumerated() {
            cumulative += count
            let bound = index < histogram.bounds.count ? number(histogram.bounds[index]) : "+Inf"
            out += "\(name)_bucket\(labelSet(labels + ["le"], values + [bound])) \(cumulative)\n"
        }
        out += "\(name)_sum\(labelSet(labels, values)) \(number(state.sum))\n"
        out += "\(name)_count\(labelSet(labels, values)) \(cumulative)\n"
        return out
    }

    private func labelSet(_ names: [String], _ values: [String]) -> String {
        if names.isEmpty { return "" }
        let pairs = zip(names, values).map { name, value in
            "\(name)=\"\(escaped(value).replacing("\"", with: "\\\""))\""
        }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : "\(value)"
    }
}
