import Configuration
import Detection
import Events
import Foundation
import MetadataDetection
import TestSupport
import Testing
import TextDetection

/// From near copies that young accounts post to what the shipped pipeline and policy make of later ones.
@Suite(.timeLimit(.minutes(3))) struct TextCampaignTests {
    /// Each text an upload of a young account.
    private func campaigns(_ texts: [String]) throws -> [Campaign] {
        let settings = SightingSettings(
            Settings(known: SightingSettings.all).with(SightingSettings.things, ["document"]))
        let writer = SightingWriter(settings, key: Array("key".utf8), texts: { DocumentWords.read($0) })
        let state = SightingState(settings, key: Array("key".utf8))
        var found: [Campaign] = []
        for (number, text) in texts.enumerated() {
            var builder = EventBatch.Builder()
            let json = Array(
                """
                {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"e-\(number)",
                 "time":"2026-11-30T10:00:00Z","data":{"account":{"id":"a-\(number)","createdAt":"2026-11-30T07:30:00Z"},
                 "text":{"body":"\(text)"}}}
                """.utf8)
            let time = Timestamp(milliseconds: 1_796_032_801_000)
            let error = json.withUnsafeBytes { bytes in
                EventDecoder().decode(
                    RecordView(value: bytes, offset: Int64(number), timestamp: time), headers: NoHeaders(),
                    into: &builder)
            }
            if let error { throw error }
            let batch = builder.finish(topic: "uploads", partition: 0)
            for record in writer.records(of: batch, MediaFacts(unreadCount: 0), isActedOn: { _ in false }) {
                let read = try record.value.withUnsafeBytes {
                    try SightingState.Record($0, offset: Int64(number), written: time)
                }
                found += state.fold([read], nextOffset: Int64(number) + 1).outcome.campaigns
            }
        }
        return found
    }

    private func rulings(on texts: [String], _ signals: [Signal]) throws -> [String] {
        var events = ""
        for (number, text) in texts.enumerated() {
            events +=
                #"{"type":"weir.upload.created.v1","source":"/t","id":"e-\#(number)","data":{"account":{"id":"a"},"#
                + #""text":{"body":"\#(text)"}}}"# + "\n"
        }
        var known = ByteWriter()
        for var signal in signals {
            // Not a matter of the day on which this runs.
            signal.expiresAt = nil
            known.append(signal)
        }
        return try scannedVerdicts(on: Data(events.utf8), signals: Data(known.bytes)).map { verdict in
            let rule = verdict.data["rule"] as? String
            return (verdict.data["action"] as? String ?? "") + (rule.map { " " + $0 } ?? "")
        }
    }

    @Test(arguments: [40, 90, 200]) func laterCopiesGoToPeopleAndOtherTextsDoNot(_ words: Int) throws {
        var notices = Notices(seed: UInt64(words))
        let text = notices.notice(words: words)
        let campaigns = try campaigns((0..<40).map { _ in notices.copy(of: text, exchanging: 0.1) })
        let signals = campaigns.compactMap(\.signal)
        let signal = try #require(signals.first)
        let copies = (0..<20).map { _ in notices.copy(of: text, exchanging: 0.1) }
        let others = (0..<20).map { _ in notices.notice(words: words) }
        // Somebody reports, at length.
        let passage = text.split(separator: " ").prefix(30).joined(separator: " ")
        let quoting = (0..<5).map { _ in
            notices.notice(words: 200) + " They write: " + passage + " " + notices.notice(words: 150)
        }
        let found = try rulings(on: copies + others + quoting, [signal])
        #expect(found.prefix(20).count { $0 == "review text-of-a-campaign" } >= 18)
        #expect(found.dropFirst(20).allSatisfy { $0 == "allow" })
        // What somebody else knows as well is looked at wherever it stands.
        var exchange = signal
        (exchange.source, exchange.value) = ("exchange", text)
        let both = try rulings(on: quoting, [signal, exchange])
        #expect(both.allSatisfy { $0 == "review passage-of-known-document" })
    }
}
