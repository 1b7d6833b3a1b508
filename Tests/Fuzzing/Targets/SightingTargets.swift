internal import Configuration
internal import Detection
internal import Events
internal import MetadataDetection
internal import TextDetection

/// What stands on the topics of sightings and of what is known of things.
let sightingTargets = [
    FuzzTarget("sightings", .binary) { try checkSightings($0) },
    FuzzTarget("sighting-changelog", .binary) { try checkChangelog($0) },
]

/// Any bytes may come as a record. What is taken for sightings must be counted, and what that changes be read again.
private func checkSightings(_ bytes: UnsafeRawBufferPointer) throws {
    let record: SightingState.Record
    do throws(SightingRefusal) {
        record = try SightingState.Record(bytes, offset: 7, written: written)
    } catch {
        return try require(!error.reason.isEmpty && error.reason.utf8.count < 200, "a reason too long or empty")
    }
    let state = SightingState(settings, key: key)
    let folded = state.fold([record], nextOffset: 8)
    try require(folded.outcome.superseded.count <= record.sightings.count, "more is superseded than was seen")
    let again = try restored(encoded(folded.changes), by: StateRestore(settings, key: key))
    try require(again.fingerprint == state.fingerprint, "a state that is restored is another")
}

/// Changes of a good changelog (`changed`). What is taken in must stand further sightings, and what comes of those must
/// be taken in again.
private func checkChangelog(_ bytes: UnsafeRawBufferPointer) throws {
    let log = changed(goodLog, by: bytes)
    do throws(StateRefusal) {
        let state = try restored(log, by: StateRestore(settings, key: key))
        let folded = state.fold(later, nextOffset: 1_000_000)
        _ = state.fingerprint
        _ = try restored(log + encoded(folded.changes), by: StateRestore(settings, key: key))
    } catch {
        try require(!error.reason.isEmpty && error.reason.utf8.count < 200, "a reason too long or empty")
    }
}

private let settings = SightingSettings(
    Settings(known: SightingSettings.all).with(SightingSettings.things, Sighting.Kind.allCases.map(\.name)))
private let key = Array("a key".utf8)
private let written = Timestamp(milliseconds: 1_796_000_000_000)

private let goodLog: [UInt8] = {
    let state = SightingState(settings, key: key)
    return (0..<4).flatMap { part in
        encoded(state.fold(records(part * 20..<part * 20 + 20), nextOffset: Int64(part * 20 + 20)).changes)
    }
}()

private let later = records(900_000..<900_020)

/// Of a picture, a file, a link and a text, that young accounts post.
private func records(_ numbers: Range<Int>) -> [SightingState.Record] {
    let writer = SightingWriter(settings, key: key, texts: { DocumentWords.read($0) })
    var builder = EventBatch.Builder()
    let decoder = EventDecoder()
    return numbers.flatMap { number -> [SightingState.Record] in
        let json = """
            {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"e-\(number)",\
            "time":"2026-11-30T00:00:00Z","data":{"account":{"id":"a-\(number)","createdAt":"2026-11-29T00:00:00Z"},\
            "media":[{"id":"m","sha256":"\(String(repeating: "1", count: 64))",\
            "pdq":"\(String(repeating: "0f", count: 32))"}],"links":["https://host\(number % 3).example/"],\
            "text":{"body":"The market by the river opens at nine in the morning, as it always does, number \(number)"}}}
            """
        let error = Array(json.utf8).withUnsafeBytes { bytes in
            decoder.decode(
                RecordView(value: bytes, offset: Int64(number), timestamp: written), headers: NoHeaders(),
                into: &builder)
        }
        precondition(error == nil, "a good event")
        let batch = builder.finish(topic: "uploads", partition: 0)
        return writer.records(of: batch, .init(unreadCount: 1), isActedOn: { _ in false }).compactMap { record in
            record.value.withUnsafeBytes { bytes in
                try? SightingState.Record(bytes, offset: Int64(number), written: written)
            }
        }
    }
}
