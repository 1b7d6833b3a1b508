import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(3))) struct DeterminismTests {
    /// Detectors that take their time and report in whatever order, as a seed has it; what they find is fixed.
    private func harness(_ delays: Shared<SplitMix64>, signals: [Signal] = []) throws -> Harness {
        let detectors = (0..<4).map { number in
            fake("d\(number)") { inspection, _ in
                let (yields, shuffle) = delays.update { random in
                    (Int.random(in: 0...30, using: &random), random.next())
                }
                for _ in 0..<yields { await Task.yield() }
                var findings = Findings()
                for event in inspection.selection.positions {
                    if (event + number) % 3 == 0 {
                        findings.found.append(Finding(event: event, fact: "f", value: Int64(number)))
                        findings.found.append(Finding(event: event, fact: "f", value: Int64(event)))
                    }
                    if (event + number) % 5 == 0 {
                        findings.found.append(
                            Finding(event: event, signal: positive("s\(event)", labels: ["L\(number)"])))
                    }
                    if (event * number) % 7 == 1 { findings.unavailable.append(Unavailable(event: event, reason: "u")) }
                }
                var order = SplitMix64(seed: shuffle)
                findings.found.shuffle(using: &order)
                findings.unavailable.shuffle(using: &order)
                return findings
            }
        }
        return try Harness(
            "  - { name: one, deadline: 60s, settledBy: d0, detectors: [d2, d0, d1] }\n  - { name: two, deadline: 60s, detectors: [d3, d1] }",
            detectors, signals: signals)
    }

    /// V6: the clock stands still here, so all bytes must be the same.
    @Test(arguments: UInt64(1)...40) func theSameInputHasTheSameVerdicts(seed: UInt64) async throws {
        let batch = try plainUploads(30)
        let expected = await (try harness(Shared(SplitMix64(seed: 0)))).judge.judge(batch)
        let harness = try harness(Shared(SplitMix64(seed: seed)))
        for _ in 0..<3 {
            let judged = await harness.judge.judge(batch)
            #expect(judged.bytes == expected.bytes)
            #expect(judged.decisions == expected.decisions)
            #expect(judged.outputs.map(\.verdict) == expected.outputs.map(\.verdict))
        }
    }

    @Test func findingsStandInTheOrderOfThePipeline() async throws {
        let harness = try harness(Shared(SplitMix64(seed: 3)))
        for verdict in try await harness.verdicts(try plainUploads(30)) {
            let order = ["d2", "d0", "d1", "d3"]
            let places = verdict.data.findings.compactMap { order.firstIndex(of: $0.detector) }
            #expect(places == places.sorted())
        }
    }

    /// Signals may change while batches are judged: each batch sees one set from its first detector to its last.
    @Test func noBatchIsJudgedByTwoGenerations() async throws {
        func detector(_ name: String) -> DetectorRegistration {
            fake(name) { inspection, context in
                for _ in 0..<5 { await Task.yield() }
                let count = Int64(context.signals.signals.count)
                return Findings(
                    found: inspection.selection.positions.map { Finding(event: $0, fact: "n", value: count) })
            }
        }
        let harness = try Harness(
            "  - { name: one, deadline: 60s, detectors: [a, b] }\n  - { name: two, deadline: 60s, detectors: [c] }",
            [detector("a"), detector("b"), detector("c")])
        let generations = try (0..<5).map { count in
            try harness.blueprint.generation(
                for: SignalSet((0..<count).map { Signal(type: .term, value: "t\($0)") }))
        }
        let batch = try plainUploads(2)
        let seen = Shared<Set<Int>>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<20 {
                group.addTask {
                    for round in 0..<10 {
                        harness.judge.current = generations[(task + round) % generations.count]
                        let verdicts = try await harness.verdicts(batch)
                        let counts = Set(verdicts.flatMap { $0.data.findings.compactMap(\.value) })
                        #expect(counts.count == 1, "a batch saw \(counts) signals")
                        seen.update { $0.formUnion(counts) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(seen.value.count > 1)
    }
}
