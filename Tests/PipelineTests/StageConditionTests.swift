import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import Pipeline

/// Stages that only events with certain facts come into.
@Suite(.timeLimit(.minutes(3))) struct StageConditionTests {
    /// Finds `fact` in each n-th event.
    private func each(_ n: Int, _ name: String, _ fact: Code) -> DetectorRegistration {
        fake(name, facts: [fact]) { inspection, _ in
            Findings(
                found: inspection.selection.positions.filter { inspection.batch.events[$0].offset % Int64(n) == 0 }
                    .map { Finding(event: $0, fact: fact) })
        }
    }

    private func recording(_ given: Shared<[[Int]]>) -> DetectorRegistration {
        fake("deep", facts: ["deep"]) { inspection, _ in
            given.update { $0.append(inspection.selection.positions) }
            return Findings(found: inspection.selection.positions.map { Finding(event: $0, fact: "deep") })
        }
    }

    @Test func onlyEventsWithOneOfTheFactsComeIn() async throws {
        let given = Shared<[[Int]]>([])
        let harness = try Harness(
            """
              - { name: one, detectors: [two, three, seven] }
              - { name: deeper, when: { facts: [three, seven] }, detectors: [deep] }
              - { name: all, detectors: [two] }
            """, [each(2, "two", "two"), each(3, "three", "three"), each(7, "seven", "seven"), recording(given)])
        let verdicts = try await harness.verdicts(try plainUploads(20))
        #expect(given.value == [[0, 3, 6, 7, 9, 12, 14, 15, 18]])
        let deep = verdicts.indices.filter { verdicts[$0].data.findings.contains { $0.detector == "deep" } }
        #expect(deep == [0, 3, 6, 7, 9, 12, 14, 15, 18])
        #expect(verdicts.allSatisfy { $0.data.degraded.isEmpty })
    }

    @Test func aStageThatNobodyComesIntoIsLeftOut() async throws {
        let given = Shared<[[Int]]>([])
        let harness = try Harness(
            "  - { name: one, detectors: [none] }\n  - { name: deeper, when: { facts: never }, detectors: [deep] }",
            [fake("none", facts: ["never"]) { _, _ in Findings() }, recording(given)])
        #expect(try await harness.verdicts(try plainUploads(5)).count == 5)
        #expect(given.value.isEmpty)
    }

    /// What an earlier stage has settled does not come back by a fact.
    @Test func whatIsSettledStaysSo() async throws {
        let given = Shared<[[Int]]>([])
        let exact = fake("exact") { _, _ in Findings(found: [Finding(event: 4, signal: positive("known"))]) }
        let harness = try Harness(
            """
              - { name: one, settledBy: exact, detectors: [exact, two] }
              - { name: deeper, when: { facts: [two] }, detectors: [deep] }
            """, [exact, each(2, "two", "two"), recording(given)])
        _ = try await harness.verdicts(try plainUploads(7))
        #expect(given.value == [[0, 2, 6]])
    }

    /// A detector that could not look has found nothing: its events go on as degraded as they are.
    @Test func factsOfADetectorThatFailsAreNone() async throws {
        let given = Shared<[[Int]]>([])
        struct Broken: Error {}
        let harness = try Harness(
            "  - { name: one, detectors: [broken] }\n  - { name: deeper, when: { facts: [f] }, detectors: [deep] }",
            [fake("broken", facts: ["f"]) { _, _ in throw Broken() }, recording(given)])
        let verdicts = try await harness.verdicts(try plainUploads(3))
        #expect(given.value.isEmpty)
        #expect(verdicts.allSatisfy { $0.data.degraded.map(\.reason) == ["failed"] })
    }

    /// Media of the others are not read.
    @Test func mediaAreReadForWhatComesInAlone() async throws {
        struct Noting: MediaReader {
            let read: Shared<[[Int]]>
            func read(
                _ batch: EventBatch, _ selection: Selection, needs: MediaNeeds, fetch: Bool, into facts: MediaFacts
            ) async -> MediaFacts {
                read.update { $0.append(selection.positions) }
                return facts
            }
        }
        let read = Shared<[[Int]]>([])
        let deep = fake("deep", needs: .orientations) { _, _ in Findings() }
        let harness = try Harness(
            """
              - { name: one, detectors: [three] }
              - { name: deeper, media: fetched, when: { facts: [three] }, detectors: [deep] }
            """, [each(3, "three", "three"), deep], media: Noting(read: read))
        _ = try await harness.verdicts(
            try uploads(
                Array(repeating: #"{"account":{"id":"a"},"media":[{"id":"m","url":"https://x.example"}]}"#, count: 8)))
        #expect(read.value == [[0, 3, 6]])
    }

    /// However records are cut into batches.
    @Test(arguments: [1, 3, 16]) func batchesOfAnySizeGiveTheSame(size: Int) async throws {
        let harness = try Harness(
            "  - { name: one, detectors: [three] }\n  - { name: deeper, when: { facts: [three] }, detectors: [deep] }",
            [each(3, "three", "three"), recording(Shared<[[Int]]>([]))])
        var deep: [String] = []
        for start in stride(from: 0, to: 16, by: size) {
            let batch = try uploads(
                (start..<min(start + size, 16)).map { #"{"account":{"id":"\#($0)"},"text":{"body":"x"}}"# })
            let verdicts = try await harness.verdicts(batch)
            deep += verdicts.filter { $0.data.findings.contains { $0.detector == "deep" } }.map(\.data.event)
        }
        // Offsets begin anew in each batch here, so that the events of a batch are what can be told.
        #expect(deep.count == stride(from: 0, to: 16, by: size).map { (min(size, 16 - $0) + 2) / 3 }.reduce(0, +))
    }
}
