import Events
import Foundation
import Kafka
import Pipeline
import Signals
import StreamingTestSupport
import TestSupport
import Testing

@testable import MetadataDetection
@testable import Streaming

/// What campaigns come to, as it stands in topology/examples.
@Suite struct CampaignOutputTests {
    private static let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "topology/examples")

    private func campaign(_ phase: Campaign.Phase, _ kind: Sighting.Kind = .picture) throws -> Campaign {
        var fingerprint = Digest256()
        withUnsafeMutableBytes(of: &fingerprint) { bytes in
            for place in 0..<kind.length { bytes[place] = place % 2 == 0 ? 0xE0 : 0x1F }
        }
        return Campaign(
            phase: phase, reason: .youngAccounts, kind: kind, fingerprint: fingerprint, id: 0x5EED_0F_CA11_0001,
            onset: try Timestamp(rfc3339: "2026-11-30T10:04:00Z"), time: try Timestamp(rfc3339: "2026-11-30T10:09:00Z"),
            firstSeen: try Timestamp(rfc3339: "2026-11-30T09:58:12Z"), accounts: 22, youngAccounts: 20, networks: 6,
            lastHour: 31, signalFor: 259_200)
    }

    private func write(_ outcome: SightingOutcome, policy: String) throws -> JudgedBatch {
        let pipeline = try TestPipeline(policy: policy)
        return CampaignOutput(pipeline.judge.current, of: TopicPartition("sightings", 2)).write(outcome)
    }

    /// As an example has it, but for the group and the policy, which are the test's.
    private func expect(_ bytes: some Sequence<UInt8>, isExample name: String) throws {
        let example = try String(contentsOf: CampaignOutputTests.examples.appending(path: name), encoding: .utf8)
        let written = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? NSDictionary)
        var expected = example.replacing("weir/weir", with: "weir/test")
        if let data = written["data"] as? [String: Any], let policy = data["policy"] as? String,
            let signals = data["signals"] as? String
        {
            expected = expected.replacing(/"policy": "[^"]*"/, with: "\"policy\": \"\(policy)\"")
            expected = expected.replacing(/"signals": "[^"]*"/, with: "\"signals\": \"\(signals)\"")
        }
        #expect(written == (try JSONSerialization.jsonObject(with: Data(expected.utf8)) as? NSDictionary))
    }

    private let review = "campaigns: { earlier: review, labels: [campaign], preserve: true }\n"

    @Test func aProposalAndASignalAreMade() throws {
        var outcome = SightingOutcome()
        outcome.campaigns = [try campaign(.onset)]
        let written = try write(outcome, policy: review)
        #expect(written.outputs.isEmpty && written.enclosures.map(\.destination) == [.signals, .incidents])
        let incident = try #require(written.enclosures.last)
        #expect(String(decoding: incident.key, as: UTF8.self) == "005eed0fca110001")
        try expect(incident.value, isExample: "incident-proposed.json")
        // Whoever follows the signals reads it as it was meant.
        let signal = written.enclosures[0]
        var decoder = SignalTopicDecoder()
        let change = try signal.key.withUnsafeBytes { key in
            try signal.value.withUnsafeBytes { try decoder.read(key: key, value: $0) }
        }
        #expect(change?.signal == (try campaign(.onset)).signal)
    }

    /// A passage that has as many words as one may have is longer than what stands in a key.
    @Test(arguments: [12, 96]) func aTextsSignalIsItsWords(_ count: Int) throws {
        var outcome = SightingOutcome()
        var told = try campaign(.onset, .document)
        told.words = DocumentWords(folding: 1, hashes: (0..<count).map { UInt16($0 * 601) })
        outcome.campaigns = [told]
        let written = try write(outcome, policy: review)
        #expect(written.enclosures.map(\.destination) == [.signals, .incidents])
        let signal = written.enclosures[0]
        var decoder = SignalTopicDecoder()
        let change = try signal.key.withUnsafeBytes { key in
            try signal.value.withUnsafeBytes { try decoder.read(key: key, value: $0) }
        }
        #expect(change?.signal == told.signal && told.signal?.type == .document)
        #expect(String(decoding: written.enclosures[1].value, as: UTF8.self).contains(#""thing":"document""#))
        // Without words people are told, and nobody else.
        outcome.campaigns[0].words = nil
        #expect(try write(outcome, policy: review).enclosures.map(\.destination) == [.incidents])
    }

    @Test func anEndIsToldToPeopleAlone() throws {
        var outcome = SightingOutcome()
        outcome.campaigns = [try campaign(.end), try campaign(.onset, .text)]
        let written = try write(outcome, policy: review)
        #expect(written.enclosures.map(\.destination) == [.incidents, .incidents])
    }

    @Test func earlierUploadsAreSupersededIfThePolicySaysSo() throws {
        var outcome = SightingOutcome()
        outcome.superseded = [
            SupersededUpload(
                verdict: VerdictReference.id(
                    event: "e-1001", input: RecordPlace(topic: "uploads", partition: 3, offset: 1_234)),
                uploaded: try Timestamp(rfc3339: "2026-11-30T10:01:00Z"),
                reference: UploadReference(subject: "content-123", event: "e-1001", account: "a-1"),
                cause: .campaign(try campaign(.update)), offset: 41,
                received: try Timestamp(rfc3339: "2026-11-30T10:09:00.120Z"))
        ]
        let written = try write(outcome, policy: review)
        #expect(written.outputs.map(\.destination) == [.audit, .enforcement, .review])
        try expect(written.verdict(written.outputs[1]), isExample: "verdict-campaign.json")
        _ = try Array(written.verdict(written.outputs[2])).withUnsafeBytes { try VerdictSummary($0) }
        #expect(try write(outcome, policy: "").outputs.isEmpty)
        outcome.superseded[0].cause = .account(
            "returning-account", value: 30, time: try Timestamp(rfc3339: "2026-11-30T10:09:00Z"))
        let returned = try write(outcome, policy: "accounts: { returning: escalate }\n")
        #expect(returned.outputs.map(\.destination) == [.audit, .enforcement, .review])
        #expect(returned.decisions.map(\.rule) == ["accounts"] && returned.decisions[0].labels == ["returning-account"])
        #expect(
            String(decoding: returned.verdict(returned.outputs[0]), as: UTF8.self).contains(
                #""fact":"returning-account","value":30"#))
        outcome.superseded[0].cause = .campaign(try campaign(.update))
        let labelled = try write(outcome, policy: "campaigns: { earlier: label }\n")
        #expect(labelled.outputs.map(\.destination) == [.audit, .enforcement])
    }
}
