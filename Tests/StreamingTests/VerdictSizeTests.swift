internal import Events
internal import Signals
internal import TestSupport
internal import Testing

@testable internal import Streaming

/// The room that the start asks of the output topics is enough for whatever uploads and signals can make of a verdict.
@Suite struct VerdictSizeTests {
    private static let outputs = OutputTopics(
        audit: "audit", enforcement: "enforcement", review: "review", deadLetters: "dlq")

    @Test func theLargestVerdictFits() throws {
        let limits = DecodeLimits()
        let worstID = String(repeating: "\\u0001", count: limits.identifierBytes)
        let hash = String(repeating: "ab", count: 32)
        let media = Array(repeating: #"{"id":"\#(worstID)","sha256":"\#(hash)","pdq":"\#(hash)"}"#, count: limits.media)
        let event = """
            {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"\(worstID)","subject":"\(worstID)",
             "data":{"account":{"id":"\(worstID)"},"media":[\(media.joined(separator: ","))]}}
            """
        var builder = EventBatch.Builder()
        let error = Array(event.utf8).withUnsafeBytes { bytes in
            EventDecoder().decode(
                RecordView(value: bytes, offset: .max, timestamp: Timestamp(nanoseconds: 0)), headers: NoHeaders(),
                into: &builder)
        }
        #expect(error == nil)
        let batch = builder.finish(topic: String(repeating: "t", count: 249), partition: .max)

        // As the reader of signals lets it in, and as several sources together make it.
        var signal = Signal(type: .term, value: String(repeating: "\"", count: MatchedSignal.longestValue))
        signal.id = String(repeating: "\"", count: SignalLimits.nameBytes)
        signal.source = signal.id
        signal.labels = (0..<SignalLimits.joinedLabels).map { _ in
            String(repeating: "\"", count: SignalLimits.labelBytes)
        }
        let matched = MatchedSignal(signal)
        let findings = (0..<200).map { number in
            var finding = Finding(event: 0, media: number % limits.media, signal: matched)
            finding.value = .max
            finding.distance = 256
            finding.threshold = 256
            finding.coverage = 0.1234
            finding.coverageOfText = 0.1234
            finding.span = TextSpan(field: .title, start: .max, end: .max)
            return finding
        }
        let unavailable = (0..<200).map {
            Unavailable(event: 0, media: $0 % limits.media, reason: "picture-unsupported")
        }
        let writer = VerdictWriter(
            group: String(repeating: "g", count: 249), policy: String(repeating: "p", count: 200),
            signals: SignalVersion(
                files: "0123456789ab", topic: String(repeating: "s", count: 249),
                offsets: Array(repeating: .max, count: 64)
            ).description,
            detectors: [DetectorIdentity(name: String(repeating: "d", count: 64), version: "1")], accountKey: [1])
        let decision = Decision(
            action: .endStream, labels: signal.labels, rule: String(repeating: "r", count: 64), preserve: true)
        var out = ByteWriter()
        writer.write(
            Judgement(
                batch: batch, event: 0, decision: decision, findings: findings[...], unavailable: unavailable[...],
                fingerprints: batch.media.indices.map {
                    Fingerprint(media: $0, sha256: batch.media[$0].sha256, pdq: batch.media[$0].pdq)
                }[...], decided: Timestamp(nanoseconds: 0)),
            id: Digest128(), for: .enforcement, to: &out)
        let room = TopicPreflight(inputs: [], outputs: Self.outputs, limits: limits).largestVerdict
        #expect(out.count <= room)
        #expect(out.count > room / 2, "the bound is far from what can happen")
        #expect(room <= 1_048_588, "the brokers' default must be enough")
    }
}
