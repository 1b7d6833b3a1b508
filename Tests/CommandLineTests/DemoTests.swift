import Events
import Foundation
import TestSupport
import Testing

@testable import weir

/// The texts of `weir demo`: what the shipped policy makes of them, and how they are shown.
@Suite(.timeLimit(.minutes(3))) struct DemoTests {
    /// By content id, through `weir scan`, whose verdicts are the service's.
    private func verdicts() throws -> [String: (data: [String: Any], line: [UInt8])] {
        let now = try Timestamp(rfc3339: "2026-11-23T10:00:00Z")
        let lines = DemoText.all.map { ($0.event.sample(at: now).value ?? []) + [UInt8(ascii: "\n")] }
        var found: [String: (data: [String: Any], line: [UInt8])] = [:]
        for verdict in try scannedVerdicts(
            on: Data(lines.flatMap { $0 }), signals: Data(try DemoPlatform(shares: 60).signals))
        {
            found[verdict.subject] = (verdict.data, verdict.line)
        }
        return found
    }

    @Test func theDisguisedGoToPeopleAndTheInnocentAreLetBe() throws {
        let verdicts = try verdicts()
        #expect(verdicts.count == 6)
        #expect(DemoText.all.count { $0.kind == .disguised } == 3)
        for text in DemoText.all {
            let data = try #require(verdicts[text.name]?.data)
            #expect(data["action"] as? String == text.kind.action, "\(text.name)")
            let findings = try #require(data["findings"] as? [[String: Any]])
            #expect(findings.isEmpty == (text.kind == .innocent), "\(text.name)")
        }
    }

    /// With the reason, the text as written and the view that found it, in 80 columns.
    @Test func theTableShowsWhatWasFoundAndHow() throws {
        let verdicts = try verdicts()
        let now = try Timestamp(rfc3339: "2026-11-23T10:00:01Z")
        var table = DemoTable(isColored: false, width: 80)
        var rows: [String: [Substring]] = [:]
        for text in DemoText.all {
            let line = try #require(verdicts[text.name]?.line)
            let shown = try #require(DemoVerdict(verdict: line, readAt: now, with: JSONReader(maximumDepth: 32)))
            rows[text.name] = table.add(shown).split(separator: "\n")
        }
        #expect(rows.values.joined().allSatisfy { $0.count <= 80 && !$0.contains("…") })
        let letters = try #require(rows["hidden-letters"])
        #expect(letters.first?.hasPrefix("review      hidden-letters      words-in-use") == true)
        #expect(letters.contains { $0.contains("Join the \u{422}urni\u{440} Fr\u{43E}nt tonight") })
        #expect(letters.contains { $0.contains("text.terms phrase:Turnip Front: “\u{422}urni\u{440} Fr\u{43E}nt”") })
        let spaces = try #require(rows["hidden-spaces"])
        #expect(spaces.contains { $0.contains("phrase:Turnip Front, despaced: “T u r<200B> n i p  F.r.o.n.t”") })
        let link = try #require(rows["hidden-link"])
        #expect(link.first?.contains("link-to-known-site") == true)
        #expect(link.contains { $0.contains("disguised-link") })
        #expect(link.contains { $0.contains("domain:turnip-front.example: “hxxp://turnip-front[.]example”") })
        #expect(rows["innocent-word"]?.count == 2)
        #expect(table.mistaken == 0)
        #expect(table.summary(seconds: 1).contains("disguised ones held for people: 3 of 3"))
        #expect(table.summary(seconds: 1).contains("innocent ones let be: 3 of 3"))
        #expect(table.summary(seconds: 1).split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func aTextTakenForAnotherIsCounted() throws {
        let verdict = #"{"subject":"innocent-name-r2","data":{"action":"review","rule":"words-in-use","findings":[]}}"#
        let now = try Timestamp(rfc3339: "2026-11-23T10:00:01Z")
        let shown = try #require(
            DemoVerdict(verdict: Array(verdict.utf8), readAt: now, with: JSONReader(maximumDepth: 32)))
        var table = DemoTable(isColored: false, width: 80)
        _ = table.add(shown)
        #expect(table.mistaken == 1)
        #expect(table.summary(seconds: 1).contains("innocent ones let be: 0 of 1"))
    }
}
