import Configuration
import Events
import TestSupport

@testable import Policy

/// The detectors of an imaginary pipeline.
let detectors = ["hash.exact", "hash.pdq", "text.terms", "metadata.account"].map {
    DetectorIdentity(name: $0, version: "1")
}
let known = detectors.map(\.name) + ["text.near"]

func document(_ text: String) throws -> PolicyDocument { try PolicyDocument(Array(text.utf8), file: "policy.yaml") }

/// The problems of a policy; empty if there are none.
func problems(_ text: String) -> [String] {
    do {
        _ = try CompiledPolicy(try document(text), file: "policy.yaml", detectors: detectors, known: known)
        return []
    } catch let error as InvalidConfiguration {
        return error.problems.map(\.description)
    } catch {
        return ["\(error)"]
    }
}

/// A policy of one rule, which reviews.
func rule(when condition: String, labels: String = "[]") throws -> CompiledPolicy {
    try compiled(rules: "  - { name: r, when: \(condition), action: review, labels: \(labels) }")
}

func compiled(rules: String, standard: String = "allow") throws -> CompiledPolicy {
    try CompiledPolicy(
        try document("version: 1\nname: p\nrevision: \"1\"\ndefault: \(standard)\nrules:\n\(rules)"),
        file: "policy.yaml", detectors: detectors, known: known)
}

func id(_ name: String) -> DetectorID { DetectorID(detectors.firstIndex { $0.name == name } ?? 255) }

func finding(
    _ detector: String, _ opinion: Opinion = .positive, type: SignalType = .pdq, source: String? = nil,
    labels: [String] = [], distance: Int? = nil, coverage: Double? = nil, words: [(String?, Opinion)] = []
) -> Finding {
    var signal = Signal(type: type, value: "\(detector)-\(opinion)-\(labels)")
    signal.opinion = opinion
    signal.source = source
    signal.labels = labels
    var finding = Finding(
        event: 0,
        signal: MatchedSignal(
            signal, words: words.map { MatchedSignal.Word(source: $0.0, opinion: $0.1) }))
    finding.detector = id(detector)
    finding.distance = distance
    finding.coverage = coverage
    return finding
}

func fact(_ detector: String, _ name: Code, value: Int64? = nil) -> Finding {
    var finding = Finding(event: 0, fact: name, value: value)
    finding.detector = id(detector)
    return finding
}

func unavailable(_ detector: String, _ reason: Code) -> Unavailable {
    var item = Unavailable(event: 0, reason: reason)
    item.detector = id(detector)
    return item
}

let plain = #"{"account":{"id":"a"},"text":{"body":"hello"}}"#

extension CompiledPolicy {
    func decide(
        _ findings: [Finding] = [], _ unavailable: [Unavailable] = [], data: String = plain,
        type: String = "weir.upload.created.v1"
    ) throws -> Decision {
        let batch = try uploads([data], type: type)
        return decide(
            Input(batch: batch, event: batch.events[0], findings: findings[...], unavailable: unavailable[...]))
    }

    func applies(
        _ findings: [Finding] = [], _ unavailable: [Unavailable] = [], data: String = plain,
        type: String = "weir.upload.created.v1"
    ) throws -> Bool {
        try decide(findings, unavailable, data: data, type: type).rule != nil
    }
}
