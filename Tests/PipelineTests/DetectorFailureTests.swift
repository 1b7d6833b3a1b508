import Detection
import Events
import TestSupport
import Testing

@testable import Pipeline

/// Whatever a detector does, each event gets its verdict, in which that is visible (V4).
@Suite(.timeLimit(.minutes(3))) struct DetectorFailureTests {
    private struct Failure: Error {}

    @Test func aDetectorThatIsLateIsATimeoutForAllItWasGiven() async throws {
        let slow = fake("slow") { inspection, _ in
            try? await Task.sleep(for: .seconds(3_600))
            // What it returns after its time does not count, be it a part or all.
            return Findings(found: inspection.selection.positions.map { Finding(event: $0, fact: "late") })
        }
        let harness = try Harness(
            "  - { name: s, deadline: 10ms, detectors: [slow, quick] }", [slow, finder("quick", "seen")])
        let verdicts = try await harness.verdicts(try plainUploads(3))
        #expect(verdicts.count == 3)
        for verdict in verdicts {
            #expect(verdict.data.degraded == [.init(detector: "slow", reason: "timeout")])
            #expect(verdict.data.findings.map(\.fact) == ["seen"])
            // The policy decides what follows (V4): here, people.
            #expect(verdict.data.action == "review")
            #expect(verdict.data.rule == "unseen")
        }
        #expect(
            harness.metric("weir_detector_unavailable_total{")
                == #"weir_detector_unavailable_total{detector="slow",reason="timeout"} 3"#)
        #expect(harness.metric("weir_degraded_total") == "weir_degraded_total 3")
    }

    @Test(arguments: [false, true]) func aDetectorThatThrowsIsAFailure(cancellation: Bool) async throws {
        let broken = fake("broken") { _, _ in
            if cancellation { throw CancellationError() }
            throw Failure()
        }
        let harness = try Harness("  - { name: s, detectors: [broken] }", [broken])
        let verdicts = try await harness.verdicts(try plainUploads(2))
        #expect(
            verdicts.map(\.data.degraded) == Array(repeating: [.init(detector: "broken", reason: "failed")], count: 2))
        #expect(verdicts.map(\.data.action) == ["review", "review"])
    }

    @Test func itsOwnDeadlineGoesBeforeTheStages() async throws {
        let slow = fake("slow") { _, _ in
            try await Task.sleep(for: .seconds(3_600))
            return Findings()
        }
        let harness = try Harness(
            "  - { name: s, deadline: 60s, detectors: [ { detector: slow, deadline: 5ms } ] }", [slow])
        let verdict = try #require(try await harness.verdicts(try plainUploads(1)).first)
        #expect(verdict.data.degraded.map(\.reason) == ["timeout"])
    }

    @Test func theBreakerOpensAndLetsOneTry() async throws {
        let (calls, fails) = (Shared(0), Shared(true))
        let moody = fake("moody") { _, _ in
            calls.update { $0 += 1 }
            if fails.value { throw Failure() }
            return Findings()
        }
        let harness = try Harness(
            "  - { name: s, breaker: { failures: 3, pause: 20ms }, detectors: [moody] }", [moody])
        func reasons() async throws -> [String] {
            try await harness.verdicts(try plainUploads(1)).flatMap { $0.data.degraded.map(\.reason) }
        }
        for _ in 0..<3 { #expect(try await reasons() == ["failed"]) }
        // Asked no more, for a while: told in the verdict, and left to the policy.
        var seen: Set<[String]> = []
        let isOpen = try await eventually {
            seen.insert(try await reasons())
            return seen.contains(["breaker-open"])
        }
        #expect(isOpen)
        fails.update { $0 = false }
        #expect(try await eventually { try await reasons() == [] })
        let before = calls.value
        for _ in 0..<5 { #expect(try await reasons() == []) }
        #expect(calls.value == before + 5)
    }

    /// A lost partition cancels what is in flight: that must not switch detectors off for all others.
    @Test func cancelledBatchesDoNotOpenTheBreaker() async throws {
        let (isSlow, begun) = (Shared(true), Shared(0))
        let detector = fake("d") { inspection, _ in
            begun.update { $0 += 1 }
            if isSlow.value { try await Task.sleep(for: .seconds(3_600)) }
            return Findings(found: inspection.selection.positions.map { Finding(event: $0, fact: "seen") })
        }
        let harness = try Harness(
            "  - { name: s, deadline: 60s, breaker: { failures: 2, pause: 1h }, detectors: [d] }", [detector])
        let batch = try plainUploads(1)
        await withTaskGroup(of: [String].self) { group in
            for _ in 0..<10 {
                group.addTask {
                    ((try? await harness.verdicts(batch)) ?? []).flatMap { $0.data.degraded.map(\.reason) }
                }
            }
            #expect(await eventually { begun.value == 10 })
            group.cancelAll()
            for await reasons in group { #expect(reasons == ["cancelled"]) }
        }
        isSlow.update { $0 = false }
        let verdict = try #require(try await harness.verdicts(batch).first)
        #expect(verdict.data.degraded.isEmpty)
        #expect(verdict.data.findings.map(\.fact) == ["seen"])
    }

    /// A part of what would have been found must not pass for the whole.
    @Test func whatIsFoundAfterCancellationDoesNotCount() async throws {
        let begun = Shared(false)
        let detector = fake("d") { inspection, _ in
            begun.update { $0 = true }
            while !Task.isCancelled { await Task.yield() }
            return Findings(found: [Finding(event: 0, fact: "part")])
        }
        let harness = try Harness("  - { name: s, deadline: 60s, detectors: [d] }", [detector])
        let batch = try plainUploads(2)
        await withTaskGroup(of: [Verdict].self) { group in
            group.addTask { (try? await harness.verdicts(batch)) ?? [] }
            #expect(await eventually { begun.value })
            group.cancelAll()
            for await verdicts in group {
                #expect(verdicts.count == 2)
                #expect(verdicts.allSatisfy { $0.data.findings.isEmpty })
                #expect(verdicts.allSatisfy { $0.data.degraded.map(\.reason) == ["cancelled"] })
            }
        }
    }

    @Test func whatADetectorWasNotGivenIsLeftOut() async throws {
        let wild = fake("wild") { _, _ in
            var link = Finding(event: 0, fact: "link")
            link.link = 1
            var coverage = Finding(event: 0, fact: "coverage")
            coverage.coverage = .nan
            var ofText = Finding(event: 0, fact: "coverage of the text")
            ofText.coverageOfText = .infinity
            var good = Finding(event: 0, media: 0, fact: "good")
            good.link = 0
            return Findings(
                found: [
                    Finding(event: -1, fact: "a"), Finding(event: 2, fact: "b"), Finding(event: .max, fact: "c"),
                    Finding(event: 0, media: 1, fact: "another's media"), Finding(event: 0, media: -1, fact: "d"),
                    link, coverage, ofText, good,
                ],
                unavailable: [
                    Unavailable(event: 7, reason: "x"), Unavailable(event: 1, media: 0, reason: "y"),
                    Unavailable(event: 1, media: 1, reason: "z"),
                ])
        }
        let data = #"{"account":{"id":"a"},"media":[{"id":"m"}],"links":["https://site.example"]}"#
        let harness = try Harness("  - { name: s, detectors: [wild] }", [wild])
        let verdicts = try await harness.verdicts(try uploads([data, data]))
        #expect(verdicts[0].data.findings.map(\.fact) == ["good"])
        #expect(verdicts[0].data.degraded.isEmpty)
        #expect(verdicts[1].data.findings.isEmpty)
        #expect(verdicts[1].data.degraded == [.init(detector: "wild", media: "m", reason: "z")])
    }
}
