import Events
import Testing

@testable import Policy

@Suite struct VersionTests {
    private let text = """
        version: 1
        name: golden
        revision: 2026-11-24.1
        rules:
          - { name: known, when: { finding: { opinion: positive } }, action: remove, labels: findings, preserve: true }

        """

    /// Worked out with `sha256sum`: a version must name the same bytes for ever.
    @Test func theVersionIsTheHashOfTheFile() throws {
        #expect(try document(text).version == "golden@2026-11-24.1+346e60e9c846")
    }

    @Test func everyByteCounts() throws {
        let version = try document(text).version
        #expect(try document(text).version == version)
        #expect(try document(text + "# a comment\n").version != version)
        #expect(try document(text.replacing("remove", with: "review")).version != version)
    }

    @Test func aCompiledPolicyHasItsDocumentsVersion() throws {
        let document = try document(text)
        let compiled = try CompiledPolicy(document, file: "policy.yaml", detectors: detectors, known: known)
        #expect(compiled.version == document.version)
    }
}

/// A whole policy against whole situations: what a change of the engine must not change.
@Suite struct GoldenPolicyTests {
    private static let rules = """
          - { name: known, when: { finding: { detector: [hash.exact, hash.pdq], opinion: positive, distance: { atMost: 16 } } }, action: remove, labels: findings, preserve: true }
          - { name: near, when: { finding: { detector: hash.pdq, opinion: positive } }, action: hold, labels: findings }
          - { name: new-and-suspicious, when: { finding: { detector: text.terms, opinion: [positive, seed] }, account: { youngerThan: 24h } }, action: review, labels: [suspicious] }
          - { name: unseen, when: { degraded: {}, event: { hasMedia: true } }, action: review }
        """

    struct Situation: Sendable {
        let findings: [Finding]
        var unavailable: [Unavailable] = []
        var data = plain
        let expected: Decision
    }

    private static let young = #"{"account":{"id":"a","createdAt":"2026-11-23T09:00:00Z"},"media":[{"id":"m"}]}"#
    private static let old = #"{"account":{"id":"a","createdAt":"2020-01-01T00:00:00Z"},"media":[{"id":"m"}]}"#

    static let situations: [Situation] = [
        Situation(findings: [], expected: Decision(action: .allow)),
        Situation(
            findings: [finding("hash.exact", type: .sha256, labels: ["TVEC1"])],
            expected: Decision(action: .remove, labels: ["TVEC1"], rule: "known", preserve: true)),
        Situation(
            findings: [finding("hash.pdq", labels: ["TVEC1"], distance: 16)],
            expected: Decision(action: .remove, labels: ["TVEC1"], rule: "known", preserve: true)),
        Situation(
            findings: [finding("hash.pdq", labels: ["TVEC1"], distance: 17)],
            expected: Decision(action: .hold, labels: ["TVEC1"], rule: "near")),
        Situation(findings: [finding("hash.pdq", .disputed, distance: 0)], expected: Decision(action: .allow)),
        Situation(
            findings: [finding("text.terms", .seed, type: .term)], data: young,
            expected: Decision(action: .review, labels: ["suspicious"], rule: "new-and-suspicious")),
        Situation(findings: [finding("text.terms", .seed, type: .term)], data: old, expected: Decision(action: .allow)),
        Situation(findings: [finding("text.terms", .positive, type: .term)], expected: Decision(action: .allow)),
        Situation(
            findings: [], unavailable: [unavailable("hash.pdq", "timeout")], data: old,
            expected: Decision(action: .review, rule: "unseen")),
        Situation(findings: [], unavailable: [unavailable("hash.pdq", "timeout")], expected: Decision(action: .allow)),
    ]

    @Test(arguments: situations.indices) func decides(index: Int) throws {
        let situation = GoldenPolicyTests.situations[index]
        let policy = try compiled(rules: GoldenPolicyTests.rules)
        #expect(
            try policy.decide(situation.findings, situation.unavailable, data: situation.data) == situation.expected)
    }
}
