import Detection
import Events
import SampleDetector
import Signals
import TestSupport
import Testing

@testable import Pipeline

/// The proof that a detector needs one folder, one registration and one entry in a pipeline document.
@Suite struct SampleDetectorTests {
    private let catalog = [LengthDetector.registration]
    private let policy = """
        version: 1
        name: test
        revision: "1"
        rules:
          - { name: long, when: { finding: { detector: sample.length, fact: long-text, value: { atLeast: 20 } } }, action: limit }
        """

    private func upload(_ body: String) -> String {
        "{\"account\":{\"id\":\"a\"},\"text\":{\"body\":\"\(body)\"},\"links\":[\"https://site.example\"]}"
    }

    @Test func aDetectorFromOutsideJudges() async throws {
        var domain = Signal(type: .domain, value: "other.example")
        domain.opinion = .positive
        let harness = try Harness(
            "  - { name: s, detectors: [ { detector: sample.length, with: { longest: 5 } } ] }", catalog,
            policy: policy,
            signals: [domain])
        let verdicts = try await harness.verdicts(
            try uploads([upload("short"), upload("longer"), upload(String(repeating: "x", count: 20))]))
        #expect(
            verdicts.map { $0.data.findings.map(\.fact) } == [
                ["knows-links"], ["knows-links", "long-text"], ["knows-links", "long-text"],
            ])
        #expect(verdicts.map(\.data.action) == ["allow", "allow", "limit"])
        #expect(verdicts[2].data.rule == "long")
        let finding = try #require(verdicts[2].data.findings.last)
        #expect(finding.detector == "sample.length")
        #expect(finding.version == "3")
        #expect(finding.value == 20)
    }

    @Test func itsSettingsHaveDefaults() async throws {
        let harness = try Harness("  - { name: s, detectors: [sample.length] }", catalog, policy: policy)
        let verdicts = try await harness.verdicts(try uploads([upload("0123456789"), upload("0123456789a")]))
        #expect(verdicts.map { $0.data.findings.compactMap(\.fact) } == [[], ["long-text"]])
    }
}
