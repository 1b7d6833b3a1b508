/// A person's decision on a verdict (type `weir.outcome.v1`; key = content id): it confirms the verdict, or
/// retracts it and with it what was done. Either way a new verdict takes its place.
package struct Outcome: Sendable, Equatable {
    package enum Ruling: String, Sendable, CaseIterable { case confirm, retract }

    package var id: String
    /// When the person decided.
    package var time: Timestamp
    /// What was looked at.
    package var verdict: VerdictReference
    package var ruling: Ruling
    /// What is in force from now on.
    package var action: Action
    /// Whether the content is to be kept as evidence.
    package var preserve = false
    package var labels: [String] = []
    /// A pseudonym, never a name.
    package var reviewer: String?
    /// From a fixed list of the platform's own.
    package var reason: String?

    package init(id: String, time: Timestamp, verdict: VerdictReference, ruling: Ruling, action: Action) {
        self.id = id
        self.time = time
        self.verdict = verdict
        self.ruling = ruling
        self.action = action
    }
}

/// Bounds on outcomes, beside those of all records.
package enum OutcomeLimits {
    /// Labels of an outcome; as many as a verdict may have.
    package static let labels = SignalLimits.joinedLabels
    /// Bytes of a label.
    package static let labelBytes = SignalLimits.labelBytes
    /// Bytes of `reviewer` and `reason`, which stand on the audit topic: words from a list, never sentences.
    package static let codeBytes = 64
}

extension ByteWriter {
    /// - Parameter source: where it was decided: the CloudEvent's `source`.
    package mutating func append(_ outcome: Outcome, source: String) {
        append("{\"specversion\":\"1.0\",\"type\":\"weir.outcome.v1\",\"source\":")
        appendJSON(source)
        append(",\"id\":")
        appendJSON(outcome.id)
        append(",\"time\":")
        appendJSON(outcome.time)
        append(",\"subject\":")
        appendJSON(outcome.verdict.subject)
        append(",\"data\":{\"verdict\":\"")
        appendHex(outcome.verdict.id)
        append("\",\"ruling\":")
        appendJSON(outcome.ruling.rawValue)
        appendDecision(outcome.action, preserve: outcome.preserve, labels: outcome.labels)
        for (name, text) in [("reviewer", outcome.reviewer), ("reason", outcome.reason)] {
            guard let text else { continue }
            append(",")
            appendJSON(name)
            append(":")
            appendJSON(text)
        }
        append(",\"event\":")
        appendJSON(outcome.verdict.event)
        append(",\"account\":")
        appendJSON(outcome.verdict.account)
        append(",\"input\":")
        appendPlace(outcome.verdict.input)
        append(",\"times\":{\"uploaded\":")
        appendJSON(outcome.verdict.uploaded)
        append("}}}")
    }
}
