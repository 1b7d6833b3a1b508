import Detection
import Events
import Glibc
import LoadGeneration
import MetadataDetection

/// What counting across accounts costs, on one core: making sightings of uploads, and folding them with many things known.
enum SightingBenchmarks {
    private static let batchSize = 256
    private static let key = Array("a key of the deployment".utf8)

    /// - Parameter things: that are known before anything is measured; one in five is a picture.
    static func run(things: Int, _ duration: Duration) throws -> [Figure] {
        var uploads = SightedUploads(things: things)
        let writer = SightingWriter(SightingSettings(), key: key)
        let state = SightingState(SightingSettings(), key: key)
        var offset: Int64 = 0
        for start in stride(from: 0, to: things, by: batchSize) {
            let batch = uploads.batch(ofEach: start..<min(start + batchSize, things))
            _ = try fold(writer.records(of: batch, facts(batch)) { _ in true }, state, &offset)
            state.committed(before: .max)
        }
        precondition(state.records > things * 9 / 10, "the store is full")
        var (written, folded) = (0.0, 0.0)
        var (events, sightings, bytes, campaigns) = (0, 0, 0, 0)
        let start = ContinuousClock.now
        repeat {
            let batch = uploads.batch(batchSize)
            let facts = facts(batch)
            var began = threadSeconds
            let records = writer.records(of: batch, facts) { _ in false }
            written += threadSeconds - began
            events += batch.count
            bytes += records.reduce(0) { $0 + $1.value.count }
            let read = try read(records, &offset)
            sightings += read.reduce(0) { $0 + $1.sightings.count }
            began = threadSeconds
            campaigns += state.fold(read, nextOffset: offset).outcome.campaigns.count
            folded += threadSeconds - began
            state.committed(before: .max)
        } while ContinuousClock.now - start < duration
        var figure = Figure(
            name: "sightings-fold", value: folded / Double(sightings) * 1e6, unit: "µs/sighting", n: sightings,
            seconds: folded)
        figure.profile = [
            ("things", Double(state.records)), ("bytes a thing", Double(state.bytes) / Double(state.records)),
            ("sightings an event", Double(sightings) / Double(events)), ("campaigns told of", Double(campaigns)),
        ]
        var writing = Figure(
            name: "sightings-write", value: written / Double(events) * 1e6, unit: "µs/event", n: events,
            seconds: written)
        writing.profile = [("bytes a sighting", Double(bytes) / Double(sightings))]
        return [writing, figure]
    }

    private static func facts(_ batch: EventBatch) -> MediaFacts { MediaFacts(unreadCount: batch.media.count) }

    private static func read(
        _ records: [SightingWriter.Record], _ offset: inout Int64
    ) throws -> [SightingState.Record] {
        try records.map { record in
            offset += 1
            return try record.value.withUnsafeBytes { bytes in
                try SightingState.Record(bytes, offset: offset - 1, written: Timestamp(milliseconds: 2_000_000_000_000))
            }
        }
    }

    private static func fold(
        _ records: [SightingWriter.Record], _ state: SightingState, _ offset: inout Int64
    ) throws -> SightingOutcome {
        let read = try read(records, &offset)
        return state.fold(read, nextOffset: offset).outcome
    }

    /// Processor time of this thread, in seconds.
    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// Made-up uploads that show a file, a picture or a link each, by Zipf's law; pictures are encoded anew each time.
private struct SightedUploads {
    private let things: ZipfNumbers
    private var random = SplitMix64(seed: 9)
    private let decoder = EventDecoder()
    private var builder = EventBatch.Builder()
    private var offset: Int64 = 0
    private var milliseconds: Int64 = 1_767_225_600_000

    init(things: Int) { self.things = ZipfNumbers(count: things, exponent: 1.1) }

    mutating func batch(ofEach things: Range<Int>) -> EventBatch {
        for thing in things { add(thing) }
        return builder.finish(topic: "uploads", partition: 0)
    }

    mutating func batch(_ count: Int) -> EventBatch {
        for _ in 0..<count { add(things.next(&random)) }
        return builder.finish(topic: "uploads", partition: 0)
    }

    private mutating func add(_ thing: Int) {
        offset += 1
        milliseconds += 2
        var out = ByteWriter()
        out.append(
            "{\"specversion\":\"1.0\",\"type\":\"weir.upload.created.v1\",\"source\":\"/bench\",\"id\":\"e-\(offset)\"")
        out.append(",\"time\":")
        out.appendJSON(Timestamp(milliseconds: milliseconds))
        let account = Int.random(in: 0..<1_000_000, using: &random)
        out.append(",\"data\":{\"account\":{\"id\":\"a-\(account)\",\"createdAt\":")
        // One in twenty is young.
        let age: Int64 = account % 20 == 0 ? 3_600_000 : 30_000_000_000
        out.appendJSON(Timestamp(milliseconds: milliseconds - age))
        out.append("},\"client\":{\"network\":\"198.51.\(account % 200).0/24\"}")
        let digest = SHA256.hash(Array("thing \(thing)".utf8))
        switch thing % 5 {
        case 0:
            var picture = digest
            picture.words.0 ^= 1 << UInt64.random(in: 0..<64, using: &random)
            picture.words.3 ^= 3 << UInt64.random(in: 0..<63, using: &random)
            out.append(",\"media\":[{\"id\":\"m\",\"pdq\":\"")
            out.appendHex(picture)
            out.append("\"}]")
        case 1, 2: out.append(",\"links\":[\"https://host\(thing % 997).example/p/\(thing)\"]")
        default:
            out.append(",\"media\":[{\"id\":\"m\",\"sha256\":\"")
            out.appendHex(digest)
            out.append("\"}]")
        }
        out.append("}}")
        let error = out.bytes.withUnsafeBytes { bytes in
            decoder.decode(
                RecordView(value: bytes, offset: offset, timestamp: Timestamp(milliseconds: milliseconds)),
                headers: NoHeaders(), into: &builder)
        }
        precondition(error == nil, "a good event")
    }
}
