internal import Events
internal import Glibc
internal import MetadataDetection
internal import Signals

/// A file that comes from this process or its predecessor, and perhaps from somebody else.
let stateSnapshotTargets = [
    FuzzTarget("state-snapshot", .binary) { try checkStateSnapshot($0) }
]

/// The first byte tells whether the others are a file, or changes of one that is good: a place of four bytes, a number,
/// and so many bytes. Checksums are not looked at: whoever writes a file on purpose writes those that belong to it. What
/// is taken in must stand the changelog's rest, and further events.
private func checkStateSnapshot(_ bytes: UnsafeRawBufferPointer) throws {
    guard let kind = bytes.first else { return }
    var file = UnsafeRawBufferPointer(rebasing: bytes.dropFirst()).map { $0 }
    if kind % 2 == 1 {
        let changes = file
        file = try goodSnapshot.get()
        var next = 0
        while next + 5 <= changes.count {
            let place = changes[next..<next + 4].reduce(0) { $0 << 8 | Int($1) } % file.count
            let count = min(Int(changes[next + 4]), file.count - place, changes.count - next - 5)
            file.replaceSubrange(place..<place + count, with: changes[(next + 5)..<(next + 5 + count)])
            next += 5 + count
        }
    }
    let restore = StateRestore(stateSettings, key: stateKey)
    do {
        try restore.take(try StateSnapshot.Reader(copying: file))
        let state = try restored(goodStateLog, by: restore)
        _ = state.fold(laterUploads, nextOffset: 1_000_000)
        _ = state.summary(of: "a-1")
        _ = state.fingerprint
    } catch let refusal as SnapshotRefusal {
        try require(!refusal.reason.isEmpty && refusal.reason.utf8.count < 500, "a reason too long or empty")
    } catch let refusal as StateRefusal {
        try require(!refusal.reason.isEmpty && refusal.reason.utf8.count < 200, "a reason too long or empty")
    }
}

private let goodSnapshot = Result { () throws -> [UInt8] in
    let state = AccountState(stateSettings, key: stateKey)
    state.lineage = 7
    _ = state.fold(uploads(0..<60, minute: 1), nextOffset: 60)
    guard let clock = try clock(of: goodStateLog), state.beginCut(beyond: clock) else {
        throw Broken(description: "no place for a snapshot")
    }
    state.committed(before: 60)
    let path = "/tmp/weir-fuzz-\(getpid())-state.snapshot"
    defer { unlink(path) }
    let facts = StateSnapshot.Facts(
        topic: "weir.state.accounts", partition: 1, cluster: "c", asOf: Timestamp(milliseconds: 1), offset: 0,
        key: stateKey)
    _ = try StateSnapshot.write(to: path, facts, shouldStop: { false }) { $0(state) }
    guard let stream = fopen(path, "r") else { throw Broken(description: "no snapshot was written") }
    defer { fclose(stream) }
    var file: [UInt8] = []
    while true {
        let byte = getc(stream)
        if byte == EOF { return file }
        file.append(UInt8(truncatingIfNeeded: byte))
    }
}

/// The first clock of a changelog.
private func clock(of log: [UInt8]) throws -> StateClock? {
    var clock: StateClock?
    forEachRecord(of: log) { key, value in
        if clock == nil, StateClock.has(key: key) { clock = try? StateClock(value) }
    }
    return clock
}
