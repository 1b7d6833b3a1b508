internal import Events
internal import MetadataDetection

/// What stands on the topic of what is known of accounts: from this process, its predecessor or somebody else.
let stateTargets = [
    FuzzTarget("state-changelog", .binary) { try checkChangelog($0) }
]

/// Changes of a good changelog (`changed`). What is taken in must stand further
/// events, and what comes of those must be taken in again.
private func checkChangelog(_ bytes: UnsafeRawBufferPointer) throws {
    let log = changed(goodStateLog, by: bytes)
    do throws(StateRefusal) {
        let state = try restored(log)
        let folded = state.fold(laterUploads, nextOffset: 1_000_000)
        _ = state.summary(of: "a-1")
        _ = state.fingerprint
        _ = try restored(log + encoded(folded.changes))
    } catch {
        try require(!error.reason.isEmpty && error.reason.utf8.count < 200, "a reason too long or empty")
    }
}

let stateSettings = AccountSettings()
let stateKey = Array("a key".utf8)

private func restored(_ log: [UInt8]) throws(StateRefusal) -> AccountState {
    try restored(log, by: StateRestore(stateSettings, key: stateKey))
}

/// A changelog with changes: a place of four bytes, a number, and so many bytes.
func changed(_ log: [UInt8], by changes: UnsafeRawBufferPointer) -> [UInt8] {
    var log = log
    var next = 0
    while next + 5 <= changes.count {
        let place = changes[next..<next + 4].reduce(0) { $0 << 8 | Int($1) } % log.count
        let count = min(Int(changes[next + 4]), log.count - place, changes.count - next - 5)
        log.replaceSubrange(place..<place + count, with: changes[(next + 5)..<(next + 5 + count)])
        next += 5 + count
    }
    return log
}

func restored<State>(_ log: [UInt8], by restore: StateRestore<State>) throws(StateRefusal) -> State {
    try forEachRecord(of: log) { (key, value) throws(StateRefusal) in try restore.take(key: key, value: value) }
    return try restore.finish()
}

func forEachRecord<Failure: Error>(
    of log: [UInt8], _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) throws(Failure) -> Void
) throws(Failure) {
    try log.withUnsafeBufferPointer { (log) throws(Failure) in
        let log = UnsafeRawBufferPointer(log)
        var next = 0
        // The length of a key, and that of a value plus one, or 0 for a tombstone.
        while next + 3 <= log.count {
            let (keyCount, valueCount) = (Int(log[next]), Int(log[next + 1]) << 8 | Int(log[next + 2]))
            let (start, end) = (next + 3 + keyCount, next + 3 + keyCount + max(0, valueCount - 1))
            guard end <= log.count else { return }
            try body(
                UnsafeRawBufferPointer(rebasing: log[next + 3..<start]),
                valueCount == 0 ? nil : UnsafeRawBufferPointer(rebasing: log[start..<end]))
            next = end
        }
    }
}

func encoded(_ changes: StateChanges) -> [UInt8] {
    var log: [UInt8] = []
    for record in changes.records {
        let count = record.value.map { $0.count + 1 } ?? 0
        log += [UInt8(record.key.count), UInt8(count >> 8), UInt8(count & 0xFF)]
        log += changes.bytes[record.key]
        if let value = record.value { log += changes.bytes[value] }
    }
    return log
}

let goodStateLog: [UInt8] = {
    let state = AccountState(stateSettings, key: stateKey)
    state.lineage = 7
    return (0..<6).flatMap { part in
        encoded(
            state.fold(uploads(part * 20..<part * 20 + 20, minute: part), nextOffset: Int64(part * 20 + 20)).changes)
    }
}()

let laterUploads = uploads(900_000..<900_020, minute: 59)

/// Of three accounts, with all that a record may have.
func uploads(_ numbers: Range<Int>, minute: Int) -> EventBatch {
    var builder = EventBatch.Builder()
    let decoder = EventDecoder()
    for number in numbers {
        let isLive = number % 7 == 0
        let json = """
            {"specversion":"1.0","type":"weir.\(isLive ? "live.segment" : "upload.created").v1","source":"/t",\
            "id":"e-\(number)","time":"2026-11-\(10 + minute % 20)T10:\(minute < 10 ? "0" : "")\(minute):00Z","data":{\
            "account":{"id":"a-\(number % 3)"},"stream":{"id":"s-\(number % 2)","sequence":1},\
            "text":{"body":"The same words in every one of them"},\
            "media":[{"id":"m","sha256":"\(String(repeating: "\(number % 10)", count: 64))"}],\
            "links":["https://host\(number).example/"]}}
            """
        let error = Array(json.utf8).withUnsafeBytes { bytes in
            decoder.decode(
                RecordView(value: bytes, offset: Int64(number), timestamp: Timestamp(milliseconds: 1_795_000_000_000)),
                headers: NoHeaders(), into: &builder)
        }
        precondition(error == nil, "a good event")
    }
    return builder.finish(topic: "uploads", partition: 0)
}
