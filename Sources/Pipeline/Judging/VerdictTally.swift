package import Events
internal import Operations

/// Counts verdicts by what they say, so that the metrics' locks are taken once for many; reported when the verdicts are
/// out, so that one that has to be worked out again counts once.
package struct VerdictTally: Sendable {
    private struct Kind: Hashable {
        let action: Action
        let label: String
        let automated: Bool
    }

    private var counts: [Kind: Int] = [:]
    /// By far the most; kept apart because it needs no look-up.
    private var allowed = 0
    private var degraded = 0
    private var total = 0
    /// Verdicts with a text in a language that is not covered.
    private var uncovered: [Code: Int] = [:]

    package init() {}

    package mutating func add(_ decision: Decision, degraded isDegraded: Bool, automated: Bool) {
        total += 1
        if isDegraded { degraded += 1 }
        if decision.action == .allow, decision.labels.isEmpty, automated {
            allowed += 1
            return
        }
        for label in decision.labels.isEmpty ? [""] : decision.labels {
            counts[Kind(action: decision.action, label: label, automated: automated), default: 0] += 1
        }
    }

    /// - Parameter findings: of one verdict. Title and body in one language count once.
    mutating func addLanguages(of findings: ArraySlice<Finding>) {
        for index in findings.indices {
            guard let language = findings[index].language,
                !findings[..<index].contains(where: { $0.language == language })
            else { continue }
            uncovered[language, default: 0] += 1
        }
    }

    package mutating func add(_ other: VerdictTally) {
        total += other.total
        degraded += other.degraded
        allowed += other.allowed
        counts.merge(other.counts, uniquingKeysWith: +)
        uncovered.merge(other.uncovered, uniquingKeysWith: +)
    }

    /// - Parameter topic: the input.
    package func report(to metrics: PipelineMetrics, topic: String) {
        metrics.events[topic, "verdict"].increment(by: total)
        metrics.degraded.increment(by: degraded)
        if allowed > 0 { metrics.verdicts["allow", "", "true"].increment(by: allowed) }
        for (language, count) in uncovered {
            metrics.uncoveredLanguages[language.description].increment(by: count)
        }
        for (kind, count) in counts {
            metrics.verdicts["\(kind.action.name)", kind.label, String(kind.automated)].increment(by: count)
        }
    }
}
