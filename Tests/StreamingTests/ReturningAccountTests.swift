import Configuration
import Detection
import Events
import Kafka
import Pipeline
import StreamingTestSupport
import TestSupport
import Testing

@testable import MetadataDetection
@testable import Streaming

/// From events to the verdicts that take earlier ones' places: an account is removed, and another comes with the same
/// profile.
@Suite struct ReturningAccountTests {
    private static let key = Array("key".utf8)

    private func events(_ lines: [String]) throws -> EventBatch {
        var builder = EventBatch.Builder()
        let decoder = EventDecoder()
        let received = try Timestamp(rfc3339: "2026-11-30T12:00:00Z")
        for (offset, line) in lines.enumerated() {
            let error = Array(line.utf8).withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(value: bytes, offset: Int64(offset), timestamp: received),
                    headers: NoHeaders(), into: &builder)
            }
            if let error { throw error }
        }
        return builder.finish(topic: "uploads", partition: 3)
    }

    private func line(
        _ id: String, _ account: String, created: String, at time: String, profile: String, action: String? = nil
    ) -> String {
        let type = action == nil ? "weir.upload.created.v1" : "weir.account.action.v1"
        let content = action.map { "\"action\":\"\($0)\"" } ?? "\"text\":{\"body\":\"Good morning, all\"}"
        return """
            {"specversion":"1.0","type":"\(type)","source":"/t","id":"\(id)","time":"\(time)","data":{"account":{
            "id":"\(account)","createdAt":"\(created)",\(profile)},"client":{"device":"tablet-\(account)"},\(content)}}
            """
    }

    private func verdicts(_ lines: [String], _ settings: SightingSettings) throws -> [VerdictSummary] {
        let batch = try events(lines)
        let records = SightingWriter(settings, key: ReturningAccountTests.key)
            .records(of: batch, MediaFacts(unreadCount: 0)) { _ in false }
        for record in records {
            let text = String(decoding: record.value, as: UTF8.self)
            for secret in ["lantern", "Lantern", "picture-7", "tablet"] { #expect(!text.contains(secret)) }
        }
        let state = SightingState(settings, key: ReturningAccountTests.key)
        let taken = try records.enumerated().map { offset, record in
            try record.value.withUnsafeBytes { bytes in
                try SightingState.Record(
                    bytes, offset: Int64(offset), written: try Timestamp(rfc3339: "2026-11-30T12:00:00Z"))
            }
        }
        let outcome = state.fold(taken, nextOffset: Int64(taken.count)).outcome
        let pipeline = try TestPipeline(policy: "accounts: { returning: review }\n")
        let written = CampaignOutput(pipeline.judge.current, of: TopicPartition("sightings", 0)).write(outcome)
        for output in written.outputs {
            let verdict = String(decoding: written.verdict(output), as: UTF8.self)
            for secret in ["lantern", "Lantern", "picture-7", "tablet"] { #expect(!verdict.contains(secret)) }
        }
        #expect(written.decisions.allSatisfy { $0.labels == ["returning-account"] && $0.rule == "accounts" })
        return try written.outputs.filter { $0.destination == .review }.map { output in
            try Array(written.verdict(output)).withUnsafeBytes { try VerdictSummary($0) }
        }
    }

    /// By what it was known again stands in the finding; each is a verdict of its own.
    @Test func anAccountIsKnownByWhatItShows() throws {
        let shown =
            "\"avatar\":\"picture-7\",\"profile\":\"Keeper of the grey lantern, since 2019\",\"name\":\"Grey_Lantern_4\""
        let again =
            "\"avatar\":\"picture-7\",\"profile\":\"Keeper of the GREY lantern; since 2024\",\"name\":\"grey lantern 11\""
        let lines = [
            line(
                "d-1", "old", created: "2026-09-01T00:00:00Z", at: "2026-11-30T10:50:00Z", profile: shown,
                action: "removed"),
            line("e-1", "new", created: "2026-11-30T11:00:00Z", at: "2026-11-30T11:30:00Z", profile: again),
            line("e-2", "new", created: "2026-11-30T11:00:00Z", at: "2026-11-30T11:31:00Z", profile: again),
            line("e-3", "grown", created: "2026-01-30T11:00:00Z", at: "2026-11-30T11:32:00Z", profile: again),
        ]
        let found = try verdicts(lines, SightingSettings())
        #expect(found.map(\.reference.event) == ["e-1", "e-1"])
        #expect(Set(found.map(\.reference.id)).count == 2)
        let settings = Settings(known: SightingSettings.all)
        let byName = try verdicts(lines, SightingSettings(settings.with(SightingSettings.things, ["name"])))
        #expect(byName.map(\.reference.event) == ["e-1"])
        #expect(try verdicts(Array(lines.dropFirst()), SightingSettings()).isEmpty)
        let restored =
            [lines[0]] + [
                line(
                    "d-2", "old", created: "2026-09-01T00:00:00Z", at: "2026-11-30T10:55:00Z", profile: shown,
                    action: "restored")
            ] + lines.dropFirst()
        #expect(try verdicts(restored, SightingSettings()).isEmpty)
    }
}
