import Detection
import Events
import Operations
import Signals
import TestSupport
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(3))) struct JudgeTests {
    @Test func everyEventGetsOneVerdictInOrder() async throws {
        let harness = try Harness("  - { name: s, detectors: [a] }", [finder("a", "seen")])
        let verdicts = try await harness.verdicts(try plainUploads(50))
        #expect(verdicts.map(\.data.event) == (0..<50).map { "e-\($0)" })
        #expect(Set(verdicts.map(\.id)).count == 50)
        #expect(verdicts.allSatisfy { $0.data.action == "allow" && $0.data.findings.count == 1 })
        let none = await harness.judge.judge(try plainUploads(0))
        #expect(none.outputs.isEmpty)
        #expect(none.decisions.isEmpty)
    }

    @Test func stagesRunInOrder() async throws {
        let order = Shared<[String]>([])
        let detectors = ["a", "b", "c"].map { name in
            fake(name) { _, _ in
                order.update { $0.append("\(name) begins") }
                for _ in 0..<50 { await Task.yield() }
                order.update { $0.append("\(name) ends") }
                return Findings()
            }
        }
        let harness = try Harness(
            "  - { name: one, detectors: [c] }\n  - { name: two, detectors: [a] }\n  - { name: three, detectors: [b] }",
            detectors)
        _ = try await harness.verdicts(try plainUploads(1))
        #expect(order.value == ["c begins", "c ends", "a begins", "a ends", "b begins", "b ends"])
    }

    /// Each waits for the other: one after the other they would both be late.
    @Test func theDetectorsOfAStageRunAtOnce() async throws {
        let gate = Gate(3)
        let detectors = ["a", "b", "c"].map { name in
            fake(name) { inspection, _ in
                await gate.arrive()
                return Findings(found: [Finding(event: 0, fact: "met")])
            }
        }
        let harness = try Harness("  - { name: s, deadline: 60s, detectors: [a, b, c] }", detectors)
        let verdict = try #require(try await harness.verdicts(try plainUploads(1)).first)
        #expect(verdict.data.findings.map(\.detector) == ["a", "b", "c"])
        #expect(verdict.data.degraded.isEmpty)
    }

    /// Once for a stage and those of its events that are left; a detector that shares in none gets none.
    @Test func whatDetectorsShareIsPreparedOnce() async throws {
        let made = Shared<[[Int]]>([])
        let given = Shared<[String: [Int]]>([:])
        let preparation = Preparation("positions") { _, selection in
            made.update { $0.append(selection.positions) }
            return selection.positions
        }
        let detectors = ["a", "b", "c", "d"].map { name in
            fake(name, preparation: name == "c" ? nil : preparation) { inspection, _ in
                given.update { $0[name] = inspection.prepared as? [Int] }
                return Findings(found: name == "a" ? [Finding(event: 1, signal: positive("known"))] : [])
            }
        }
        let harness = try Harness(
            "  - { name: one, detectors: [a, b, c], settledBy: [a] }\n  - { name: two, detectors: [d] }", detectors)
        _ = try await harness.verdicts(try plainUploads(3))
        #expect(made.value == [[0, 1, 2], [0, 2]])
        #expect(given.value == ["a": [0, 1, 2], "b": [0, 1, 2], "d": [0, 2]])
    }

    @Test func whatIsSettledIsSparedTheLaterStages() async throws {
        let given = Shared<[[Int]]>([])
        let exact = fake("exact") { _, _ in
            var seed = Finding(event: 2, signal: positive("seed"))
            var signal = Signal(type: .term, value: "seed")
            signal.opinion = .seed
            seed.signal = MatchedSignal(signal)
            return Findings(found: [Finding(event: 1, signal: positive("known")), seed, Finding(event: 3, fact: "f")])
        }
        let other = fake("other") { _, _ in Findings(found: [Finding(event: 0, signal: positive("also"))]) }
        let later = fake("later") { inspection, _ in
            given.update { $0.append(inspection.selection.positions) }
            // Also what it was not given: event 1 is settled.
            return Findings(found: (0..<4).map { Finding(event: $0, fact: "looked") })
        }
        let harness = try Harness(
            "  - { name: triage, settledBy: exact, detectors: [exact, other] }\n  - { name: inspect, detectors: [later] }",
            [exact, other, later])
        let verdicts = try await harness.verdicts(try plainUploads(4))
        #expect(given.value == [[0, 2, 3]])
        #expect(verdicts.map { $0.data.findings.contains { $0.fact == "looked" } } == [true, false, true, true])
        #expect(verdicts[1].data.action == "remove")
    }

    @Test func aStageWithNothingLeftDoesNotRun() async throws {
        let known = fake("known") { inspection, _ in
            Findings(found: inspection.selection.positions.map { Finding(event: $0, signal: positive("k")) })
        }
        let never = fake("never") { _, _ in
            Issue.record("everything was settled")
            return Findings()
        }
        let harness = try Harness(
            "  - { name: one, settledBy: [known], detectors: [known] }\n  - { name: two, detectors: [never] }",
            [known, never])
        #expect(try await harness.verdicts(try plainUploads(5)).allSatisfy { $0.data.action == "remove" })
    }

    @Test func repeatsAreDropped() async throws {
        let twice = fake("twice") { _, _ in
            Findings(
                found: [
                    Finding(event: 0, signal: positive("s")), Finding(event: 0, fact: "f", value: 1),
                    Finding(event: 0, fact: "f", value: 2), Finding(event: 0, fact: "f", value: 1),
                ],
                unavailable: [Unavailable(event: 0, reason: "r"), Unavailable(event: 0, reason: "r")])
        }
        // It stands in two stages, so all of it is found four times.
        let harness = try Harness(
            "  - { name: one, detectors: [twice] }\n  - { name: two, detectors: [twice] }", [twice])
        let data = try #require(try await harness.verdicts(try plainUploads(1)).first).data
        #expect(data.findings.count { $0.signal != nil } == 1)
        #expect(data.findings.compactMap(\.value) == [1, 2])
        #expect(data.degraded.count == 1)
    }

    @Test func eachVerdictGoesWhereItIsDue() async throws {
        let detector = fake("d") { _, _ in
            Findings(
                found: [Finding(event: 1, signal: positive("known", labels: ["B", "A"]))],
                unavailable: [Unavailable(event: 2, reason: "x")])
        }
        let harness = try Harness("  - { name: s, detectors: [d] }", [detector])
        let judged = await harness.judge.judge(try plainUploads(3))
        #expect(judged.decisions.map(\.action) == [.allow, .remove, .review])
        #expect(judged.outputs.map(\.event) == [0, 1, 1, 2, 2, 2])
        #expect(
            judged.outputs.map(\.destination) == [.audit, .audit, .enforcement, .audit, .enforcement, .review])
        #expect(try judged.verdicts(.review).map(\.data.event) == ["e-2"])
        // One decision on each topic, and the account by its name only where it is acted on.
        #expect(try judged.verdicts(.enforcement)[0].id == judged.verdicts(.audit)[1].id)
        #expect(try judged.verdicts(.enforcement)[0].data == judged.verdicts(.audit)[1].data)
        for output in judged.outputs {
            let text = String(decoding: judged.verdict(output), as: UTF8.self)
            #expect(text.contains("\"account\":\"a\"") == (output.destination != .audit))
        }
        // Nothing is counted before the verdicts are out.
        #expect(!harness.registry.prometheusText().contains("weir_verdicts_total{"))
        var tally = VerdictTally()
        tally.add(judged.tally)
        tally.report(to: harness.metrics, topic: "uploads")
        let lines = harness.registry.prometheusText().split(separator: "\n").filter {
            $0.hasPrefix("weir_verdicts_total{")
        }
        #expect(
            Set(lines) == [
                #"weir_verdicts_total{action="allow",label="",automated="true"} 1"#,
                #"weir_verdicts_total{action="remove",label="A",automated="true"} 1"#,
                #"weir_verdicts_total{action="remove",label="B",automated="true"} 1"#,
                #"weir_verdicts_total{action="review",label="unseen",automated="false"} 1"#,
            ])
        #expect(
            harness.metric("weir_events_total{") == #"weir_events_total{topic="uploads",outcome="verdict"} 3"#)
        #expect(harness.metric("weir_stage_seconds_count{") == #"weir_stage_seconds_count{stage="s"} 1"#)
        #expect(harness.metric("weir_detector_seconds_count{") == #"weir_detector_seconds_count{detector="d"} 1"#)
    }

    /// Once a verdict, and when it is out; a policy can ask for the fact.
    @Test func uncoveredLanguagesAreCounted() async throws {
        let detector = fake("d") { _, _ in
            func finding(_ event: Int, _ language: Code, _ field: TextSpan.Field) -> Finding {
                var finding = Finding(event: event, fact: "uncovered-language")
                finding.language = language
                finding.span = TextSpan(field: field, start: 0, end: 9)
                return finding
            }
            return Findings(
                found: [
                    finding(0, "pl", .title), finding(0, "pl", .body), finding(2, "pl", .title),
                    finding(2, "und-Ethi", .body), Finding(event: 1, fact: "other"),
                ])
        }
        let policy = """
            version: 1
            name: test
            revision: "1"
            rules: [ { name: blind, when: { finding: { fact: uncovered-language } }, action: review } ]
            """
        let harness = try Harness("  - { name: s, detectors: [d] }", [detector], policy: policy)
        let judged = await harness.judge.judge(try plainUploads(3))
        #expect(judged.decisions.map(\.action) == [.review, .allow, .review])
        #expect(try judged.verdicts().first?.data.findings.map(\.language) == ["pl", "pl"])
        #expect(harness.metric("weir_uncovered_language_total{") == nil)
        var tally = judged.tally
        tally.add(judged.tally)
        tally.report(to: harness.metrics, topic: "uploads")
        #expect(
            harness.metric("weir_uncovered_language_total{language=\"pl\"")
                == #"weir_uncovered_language_total{language="pl"} 4"#)
        #expect(
            harness.metric("weir_uncovered_language_total{language=\"und")
                == #"weir_uncovered_language_total{language="und-Ethi"} 2"#)
    }

    @Test func policiesOnTrialAreToldAndDoNothing() async throws {
        let shadow =
            "version: 1\nname: next\nrevision: \"2\"\nrules: [ { name: all, when: { finding: {} }, action: hold } ]"
        let harness = try Harness(
            "  - { name: s, detectors: [d] }", [finder("d", "seen")], shadows: [shadow, Harness.policy])
        let judged = await harness.judge.judge(try plainUploads(1))
        let data = try #require(try judged.verdicts().first).data
        #expect(data.action == "allow")
        #expect(judged.outputs.map(\.destination) == [.audit])
        #expect(data.shadow.map(\.action) == ["hold", "allow"])
        #expect(data.shadow.map(\.rule) == ["all", nil])
        #expect(data.shadow.first?.policy.hasPrefix("next@2+") == true)
        #expect(data.policy == data.shadow.last?.policy)
    }

    @Test func aStageTakesNoMoreBatchesThanItMay() async throws {
        let (inside, most) = (Shared(0), Shared(0))
        let detector = fake("d") { _, _ in
            let now = inside.update { inside in
                inside += 1
                return inside
            }
            most.update { $0 = max($0, now) }
            for _ in 0..<20 { await Task.yield() }
            inside.update { $0 -= 1 }
            return Findings()
        }
        let harness = try Harness("  - { name: s, deadline: 60s, concurrency: 2, detectors: [d] }", [detector])
        let batch = try plainUploads(1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<40 { group.addTask { _ = await harness.judge.judge(batch) } }
        }
        #expect(most.value <= 2)
        #expect(harness.metric("weir_stage_seconds_count{") == #"weir_stage_seconds_count{stage="s"} 40"#)
    }

    @Test func detectorsThatNeedMediaGetThemAndOthersDoNotWait() async throws {
        struct Reader: MediaReader {
            let gate: Gate
            func read(
                _ batch: EventBatch, _ selection: Selection, needs: MediaNeeds, fetch: Bool, into facts: MediaFacts
            ) async -> MediaFacts {
                await gate.arrive()
                #expect(needs == .digests)
                #expect(fetch)
                var facts = facts
                facts[0].state = .read
                facts[0].sha256 = SHA256.hash([1])
                return facts
            }
        }
        // The reader ends only when the detector that needs no media has come.
        let gate = Gate(2)
        let quick = fake("quick") { _, _ in
            await gate.arrive()
            return Findings()
        }
        let states = Shared<[MediaFact.State]>([])
        let reading = fake("reading", needs: .digests) { inspection, _ in
            states.update { $0.append(inspection.media[0].state) }
            return Findings()
        }
        let harness = try Harness(
            "  - { name: one, media: fetched, deadline: 60s, detectors: [reading, quick] }\n  - { name: two, detectors: [reading] }",
            [quick, reading], media: Reader(gate: gate))
        let data = #"{"account":{"id":"a"},"media":[{"id":"m"}]}"#
        let judged = await harness.judge.judge(try uploads([data]))
        // The second stage reads nothing itself, and sees what the first has read.
        #expect(states.value == [.read, .read])
        let output = try #require(judged.outputs.first)
        #expect(
            String(decoding: judged.verdict(output), as: UTF8.self).contains(
                #""fingerprints":[{"media":"m","sha256":""#))
    }
}
