import Events
import Foundation
import Operations
import Testing

@testable import Pipeline

/// What people's decisions come to.
struct OutcomeTests {
    private func record(_ offset: Int64, _ ruling: Outcome.Ruling, _ action: Action) -> OutcomeRecord {
        let input = RecordPlace(topic: "uploads", partition: 1, offset: offset)
        let event = "e-\(offset)"
        let verdict = VerdictReference(
            id: VerdictReference.id(event: event, input: input), subject: "c-\(offset)", event: event, account: "a",
            input: input, uploaded: Timestamp(milliseconds: 1))
        var outcome = Outcome(
            id: "o-\(offset)", time: Timestamp(milliseconds: 2), verdict: verdict, ruling: ruling, action: action)
        outcome.labels = action == .remove ? ["A", "B"] : []
        return OutcomeRecord(
            outcome, at: RecordPlace(topic: "outcomes", partition: 0, offset: offset),
            received: Timestamp(milliseconds: 3))
    }

    /// Whoever acted on the earlier verdict must hear of it, also where nothing is asked any more.
    @Test func eachSupersedesAndStandsOnEnforcement() throws {
        let harness = try Harness("  - { name: s, detectors: [d] }", [finder("d", "seen")])
        let records = [record(0, .retract, .allow), record(1, .confirm, .remove), record(2, .confirm, .escalate)]
        let judged = harness.judge.judge(records)
        #expect(judged.decisions.map(\.action) == [.allow, .remove, .escalate])
        #expect(judged.outputs.map(\.event) == [0, 0, 1, 1, 2, 2, 2])
        #expect(
            judged.outputs.map(\.destination) == [
                .audit, .enforcement, .audit, .enforcement, .audit, .enforcement, .review,
            ])
        for output in judged.outputs {
            let key = String(decoding: judged.keys[output.key], as: UTF8.self)
            let text = String(decoding: judged.verdict(output), as: UTF8.self)
            #expect(key == "c-\(output.event)")
            #expect(text.contains("\"subject\":\"\(key)\""))
            #expect(text.contains("\"account\":\"a\"") == (output.destination != .audit))
            var id = ByteWriter()
            id.appendHex(records[output.event].outcome.verdict.id)
            #expect(text.contains("\"supersedes\":\"\(String(decoding: id.bytes, as: UTF8.self))\""))
        }
    }

    /// Read again after a fault, they come to the same bytes: nothing in them is of the process or of the clock.
    @Test func theBytesFollowFromTheRecordsAlone() throws {
        let records = [record(0, .retract, .label), record(1, .confirm, .hold)]
        let first = try Harness("  - { name: s, detectors: [d] }", [finder("d", "seen")]).judge.judge(records)
        let second = try Harness("  - { name: s, detectors: [e] }", [finder("e", "other")]).judge
        #expect(second.judge(records).bytes == first.bytes)
        let apart = records.map { second.judge([$0]) }
        #expect(apart.flatMap(\.bytes) == first.bytes)
    }

    @Test func theyCountAsDecidedByPeople() throws {
        let harness = try Harness("  - { name: s, detectors: [d] }", [finder("d", "seen")])
        let judged = harness.judge.judge([record(0, .retract, .allow), record(1, .confirm, .remove)])
        judged.tally.report(to: harness.metrics, topic: "outcomes")
        let lines = harness.registry.prometheusText().split(separator: "\n").filter {
            $0.hasPrefix("weir_verdicts_total{") || $0.hasPrefix("weir_events_total{")
        }
        #expect(
            Set(lines) == [
                #"weir_verdicts_total{action="allow",label="",automated="false"} 1"#,
                #"weir_verdicts_total{action="remove",label="A",automated="false"} 1"#,
                #"weir_verdicts_total{action="remove",label="B",automated="false"} 1"#,
                #"weir_events_total{topic="outcomes",outcome="verdict"} 2"#,
            ])
    }
}
