import Configuration
import Detection
import Events
import LoadGeneration
import Operations
import Policy
import Signals

/// What reading an event and writing a verdict cost, on one core.
enum EventBenchmarks {
    static let eventBytes = 1_024
    static let batchSize = 256

    /// Full events of 1 KB in their serialized form.
    static func events(_ count: Int) -> [[UInt8]] {
        var options = UploadGenerator.Options()
        options.bytes = eventBytes
        options.isFull = true
        var uploads = UploadGenerator(options)
        return (0..<count).map { _ in uploads.next(at: Timestamp(milliseconds: 1_767_225_600_000)).value }
    }

    /// All records of a benchmark, decoded in batches.
    static func batches(_ records: [[UInt8]]) -> [EventBatch] {
        let decoder = EventDecoder()
        var builder = EventBatch.Builder()
        return stride(from: 0, to: records.count, by: batchSize).map { start in
            decode(records[start..<min(start + batchSize, records.count)], with: decoder, into: &builder)
        }
    }

    @inline(__always)
    static func decode(
        _ records: ArraySlice<[UInt8]>, with decoder: EventDecoder, into builder: inout EventBatch.Builder
    ) -> EventBatch {
        for (offset, record) in zip(records.indices, records) {
            let error = record.withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(value: bytes, offset: Int64(offset), timestamp: Timestamp(milliseconds: 0)),
                    headers: NoHeaders(), into: &builder)
            }
            precondition(error == nil, "what is measured must be events")
        }
        return builder.finish(topic: "uploads", partition: 0)
    }

    static func decoding(_ duration: Duration) -> Figure {
        let records = events(8_192)
        let decoder = EventDecoder()
        var builder = EventBatch.Builder()
        var n = 0
        let seconds = processorSeconds(for: duration) {
            for start in stride(from: 0, to: records.count, by: batchSize) {
                n += decode(records[start..<start + batchSize], with: decoder, into: &builder).count
            }
        }
        return Figure(
            name: "decode", value: seconds / Double(n) * 1e6, unit: "µs/event", n: n, seconds: seconds,
            target: .atMost(3))
    }

    /// The audit copy of each event, with a finding and a fingerprint.
    static func verdictWriting(_ duration: Duration) -> Figure {
        let batches = batches(events(8_192))
        let detector = DetectorIdentity(name: "hash.exact", version: "1")
        var signal = Signal(type: .sha256, value: String(repeating: "ab", count: 32))
        signal.opinion = .positive
        signal.labels = ["TVEC1"]
        signal.source = "bench"
        let matched = MatchedSignal(signal)
        let writer = VerdictWriter(
            group: "weir", policy: "tvec-default@2026-11-24.1+0123456789ab",
            signals: "files:0123456789ab", detectors: [detector],
            accountKey: Array("key".utf8))
        let decision = Decision(action: .remove, labels: ["TVEC1"], rule: "known-tvec-hash", preserve: true)
        var n = 0
        var bytes = 0
        let decided = Timestamp(milliseconds: 1_767_225_600_000)
        let seconds = processorSeconds(for: duration) {
            for batch in batches {
                var out = ByteWriter(capacity: batch.count * 768)
                let ids = VerdictID(topic: batch.topic, partition: batch.partition)
                for (position, event) in batch.events.enumerated() {
                    let media = event.media.lowerBound
                    let findings = [Finding(event: position, media: media, signal: matched)]
                    let fingerprints = [
                        Fingerprint(media: media, sha256: batch.media[media].sha256, pdq: batch.media[media].pdq)
                    ]
                    let id = batch.withBytes(event.id) { ids.digest(offset: event.offset, event: $0) }
                    writer.write(
                        Judgement(
                            batch: batch, event: position, decision: decision, findings: findings[...],
                            fingerprints: fingerprints[...], decided: decided),
                        id: id, for: .audit, to: &out)
                }
                n += batch.count
                bytes += out.count
            }
        }
        precondition(bytes > n * 300, "verdicts were written")
        return Figure(
            name: "verdict", value: seconds / Double(n) * 1e6, unit: "µs/verdict", n: n, seconds: seconds,
            target: .atMost(2))
    }

    /// Does it again and again for at least `duration`.
    /// - Returns: the processor time, so that what else the machine does counts less.
    static func processorSeconds(for duration: Duration, _ body: () -> Void) -> Double {
        let before = Machine.processorSeconds
        let start = ContinuousClock.now
        repeat { body() } while ContinuousClock.now - start < duration
        return Machine.processorSeconds - before
    }
}
