import Configuration
import Detection
import Events
import LoadGeneration
import MetadataDetection
import Signals
import TextDetection

/// Near copies of texts counted across accounts: what it costs, and which copies meet.
enum DocumentSightingBenchmarks {
    private static let batchSize = 256
    /// Of a text, about 400 bytes.
    private static let words = 60
    private static let key = Array("a key of the deployment".utf8)
    private static let settings = SightingSettings(
        Settings(known: SightingSettings.all).with(SightingSettings.things, ["document"]))

    /// - Parameter texts: that are known before anything is measured.
    static func run(texts: Int, _ duration: Duration) throws -> [Figure] {
        let vocabulary = Vocabulary(count: 20_000, seed: 5)
        return try cost(texts, vocabulary, duration) + [0.1, 0.2, 0.3].map { try copies($0, vocabulary) }
    }

    /// Of texts that nobody has posted before, as most are.
    private static func cost(_ texts: Int, _ vocabulary: Vocabulary, _ duration: Duration) throws -> [Figure] {
        var counting = DocumentCounting(settings, key)
        var random = SplitMix64(seed: 3)
        func batch() -> EventBatch {
            counting.batch(
                (0..<batchSize).map { _ in text(vocabulary, &random).joined(separator: " ") }, isYoung: false)
        }
        for _ in 0..<texts / batchSize { _ = try counting.count(batch()) }
        let before = (counting.writing, counting.folding)
        var (n, bytes) = (0, 0)
        let start = ContinuousClock.now
        repeat {
            bytes += try counting.count(batch()).bytes
            n += batchSize
        } while ContinuousClock.now - start < duration
        let (writing, folding) = (counting.writing - before.0, counting.folding - before.1)
        var written = Figure(
            name: "sightings-document-write", value: writing / Double(n) * 1e6, unit: "µs/text", n: n, seconds: writing)
        written.profile = [("bytes a sighting", Double(bytes) / Double(n))]
        var folded = Figure(
            name: "sightings-document-fold", value: folding / Double(n) * 1e6, unit: "µs/sighting", n: n,
            seconds: folding)
        folded.profile = [
            ("texts", Double(counting.state.records) / 2),
            ("bytes a text", Double(counting.state.bytes) * 2 / Double(counting.state.records)),
        ]
        return [written, folded]
    }

    /// Forty young accounts post copies of a text with a share of the words exchanged, each with others: of so many such
    /// texts how many are campaigns, at which copy, and how many of twenty later copies `text.documents` finds by the signal.
    private static func copies(_ share: Double, _ vocabulary: Vocabulary) throws -> Figure {
        var random = SplitMix64(seed: 8)
        var (campaigns, split, copiesUntil, later, met, pairs) = (0, 0, 0, 0, 0, 0)
        let texts = 200
        let began = Machine.processorSeconds
        for _ in 0..<texts {
            let original = text(vocabulary, &random)
            func copy() -> String {
                original.map { word in
                    Double.random(in: 0..<1, using: &random) < share
                        ? DocumentBenchmarks.word(vocabulary, &random) : word
                }.joined(separator: " ")
            }
            var pair = DocumentCounting(settings, key)
            _ = try pair.count(pair.batch([copy(), copy()], isYoung: false))
            met += pair.state.things.known == 1 ? 1 : 0
            pairs += 1
            var counting = DocumentCounting(settings, key)
            var signals: [Signal] = []
            for number in 1...40 {
                let found = try counting.count(counting.batch([copy()], isYoung: true)).campaigns
                guard found.contains(where: { $0.phase == .onset }) else { continue }
                if signals.isEmpty { copiesUntil += number } else { split += 1 }
                signals += found.compactMap(\.signal)
            }
            guard let signal = signals.first else { continue }
            campaigns += 1
            let detector = DocumentBenchmark(SignalSet([signal]))
            later += detector.findings(in: counting.batch((0..<20).map { _ in copy() }, isYoung: true))
        }
        var figure = Figure(
            name: "sightings-document-copies-\(Int(share * 100))", value: Double(campaigns) / Double(texts),
            unit: "campaigns/text", n: texts, seconds: Machine.processorSeconds - began)
        figure.profile = [
            ("two copies meet", Double(met) / Double(pairs)),
            ("told at copy", Double(copiesUntil) / Double(max(1, campaigns))),
            ("later copies found", Double(later) / Double(max(1, campaigns * 20))),
            ("told again as another", Double(split)),
        ]
        return figure
    }

    private static func text(_ vocabulary: Vocabulary, _ random: inout SplitMix64) -> [String] {
        (0..<words).map { _ in DocumentBenchmarks.word(vocabulary, &random) }
    }
}

/// Uploads of texts, each by another account, seen and counted.
private struct DocumentCounting {
    let state: SightingState
    /// Processor time, in seconds.
    private(set) var writing = 0.0
    private(set) var folding = 0.0
    private let writer: SightingWriter
    private let decoder = EventDecoder()
    private var offset: Int64 = 0
    private var record: Int64 = 0

    init(_ settings: SightingSettings, _ key: [UInt8]) {
        state = SightingState(settings, key: key)
        writer = SightingWriter(settings, key: key, texts: { DocumentWords.read($0) })
    }

    mutating func batch(_ texts: [String], isYoung: Bool) -> EventBatch {
        var builder = EventBatch.Builder()
        for text in texts {
            offset += 1
            let time = 1_767_225_600_000 + offset * 2
            var out = ByteWriter()
            out.append(
                "{\"specversion\":\"1.0\",\"type\":\"weir.upload.created.v1\",\"source\":\"/bench\",\"id\":\"e-\(offset)\""
            )
            out.append(",\"time\":")
            out.appendJSON(Timestamp(milliseconds: time))
            out.append(",\"data\":{\"account\":{\"id\":\"a-\(offset)\",\"createdAt\":")
            out.appendJSON(Timestamp(milliseconds: time - (isYoung ? 3_600_000 : 30_000_000_000)))
            out.append("},\"text\":{\"body\":\"\(text)\"}}}")
            let error = out.bytes.withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(value: bytes, offset: offset, timestamp: Timestamp(milliseconds: time)),
                    headers: NoHeaders(), into: &builder)
            }
            precondition(error == nil, "a good event")
        }
        return builder.finish(topic: "uploads", partition: 0)
    }

    mutating func count(_ batch: EventBatch) throws -> (bytes: Int, campaigns: [Campaign]) {
        var began = Machine.processorSeconds
        let records = writer.records(of: batch, MediaFacts(unreadCount: 0)) { _ in false }
        writing += Machine.processorSeconds - began
        let read = try records.map { one in
            record += 1
            return try one.value.withUnsafeBytes { bytes in
                try SightingState.Record(bytes, offset: record - 1, written: Timestamp(milliseconds: 2_000_000_000_000))
            }
        }
        began = Machine.processorSeconds
        let outcome = state.fold(read, nextOffset: record).outcome
        folding += Machine.processorSeconds - began
        state.committed(before: .max)
        return (records.reduce(0) { $0 + $1.value.count }, outcome.campaigns)
    }
}
