import Foundation
import TestSupport
import Testing

/// What the shipped pipeline and policy make of texts, through `weir scan`.
@Suite(.timeLimit(.minutes(3))) struct ShippedPolicyTests {
    private struct Ruling: Equatable {
        let action: String
        let rule: String?

        static let allowed = Ruling(action: "allow", rule: nil)
    }

    /// One for each text, in order.
    private func rulings(on texts: [String], _ signals: [String]) throws -> [Ruling] {
        var events = ""
        for (number, text) in texts.enumerated() {
            events +=
                #"{"type":"weir.upload.created.v1","source":"/t","id":"e-\#(number)","data":{"account":{"id":"a"},"#
                + #""text":{"body":"\#(text)"}}}"# + "\n"
        }
        let known = Data((signals.joined(separator: "\n") + "\n").utf8)
        return try scannedVerdicts(on: Data(events.utf8), signals: known).map { verdict in
            let data = verdict.data
            return Ruling(action: try #require(data["action"] as? String), rule: data["rule"] as? String)
        }
    }

    /// What a campaign's signal matches goes to people; a live stream at once.
    @Test func whatIsOfACampaignGoesToPeople() throws {
        func event(_ type: String, _ data: String) -> String {
            #"{"type":"\#(type)","source":"/t","id":"e","data":{"account":{"id":"a"},\#(data)}}"# + "\n"
        }
        // The MD5 of "live.example/s/1".
        let link = #""links":["https://live.example/s/1"],"stream":{"id":"s-1","sequence":1}"#
        let media = #""media":[{"id":"m","sha256":"\#(String(repeating: "ab", count: 32))"}]"#
        let signals = [
            #"{"type":"urlmd5","value":"\#(ShippedPolicyTests.stream)","opinion":"seed","source":"weir/campaigns"}"#,
            #"{"type":"sha256","value":"\#(String(repeating: "ab", count: 32))","opinion":"seed","source":"weir/campaigns"}"#,
        ]
        let events =
            event("weir.live.segment.v1", link) + event("weir.upload.created.v1", link)
            + event("weir.upload.created.v1", media) + event("weir.live.segment.v1", #""text":{"body":"Good morning"}"#)
        let found = try scannedVerdicts(
            on: Data(events.utf8), signals: Data((signals.joined(separator: "\n") + "\n").utf8)
        ).map { Ruling(action: $0.data["action"] as? String ?? "", rule: $0.data["rule"] as? String) }
        #expect(
            found == [
                Ruling(action: "escalate", rule: "live-stream-of-a-campaign"),
                Ruling(action: "review", rule: "link-to-known-site"),
                Ruling(action: "review", rule: "unconfirmed-media"), .allowed,
            ])
    }

    private static let stream = "50aa423617b5f4ad7a418bfa016d3423"

    /// A known link may stand behind more names than are looked up.
    @Test func aFloodOfLinksGoesToPeople() throws {
        func names(_ count: Int) -> String { (0..<count).map { "a\($0).example" }.joined(separator: " ") }
        let found = try rulings(
            on: [names(1_000) + " known.example", names(1_000), names(999) + " known.example", "Lunch at 12.30, say."],
            [#"{"type":"domain","value":"known.example","opinion":"positive"}"#])
        #expect(
            found == [
                Ruling(action: "review", rule: "more-than-looked-at"), .allowed,
                Ruling(action: "review", rule: "link-to-known-site"), .allowed,
            ])
    }

    /// Terms that speak for a text, however many, hide none that speak against it.
    @Test func aFloodOfHarmlessTermsGoesToPeople() throws {
        let harmless = (0..<70).map { #"{"type":"term","value":"harmless\#($0)","opinion":"negative"}"# }
        let words = (0..<70).map { "harmless\($0)" }
        let found = try rulings(
            on: [
                (words + ["turnip"]).joined(separator: " "), words.prefix(60).joined(separator: " "),
                (words.prefix(60) + ["turnip"]).joined(separator: " "),
            ], harmless + [#"{"type":"term","value":"turnip"}"#])
        #expect(
            found == [
                Ruling(action: "review", rule: "more-than-looked-at"), .allowed,
                Ruling(action: "review", rule: "words-in-use"),
            ])
    }
}
