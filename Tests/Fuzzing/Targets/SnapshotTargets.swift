internal import Events
internal import Glibc
internal import Signals

/// A file that comes from this process or its predecessor, and perhaps from somebody else.
let snapshotTargets = [
    FuzzTarget("signal-snapshot", .binary) { try checkSnapshot($0) }
]

/// The first byte tells whether the others are a file, or changes of one that is good: a place of four bytes, a number,
/// and so many bytes. Checksums are not looked at: whoever writes a file on purpose writes those that belong to it.
private func checkSnapshot(_ bytes: UnsafeRawBufferPointer) throws {
    guard let kind = bytes.first else { return }
    var file = UnsafeRawBufferPointer(rebasing: bytes.dropFirst()).map { $0 }
    if kind % 2 == 1 {
        let changes = file
        file = kind % 4 == 1 ? try smallSnapshot.get() : try largeSnapshot.get()
        var next = 0
        while next + 5 <= changes.count {
            let place = changes[next..<next + 4].reduce(0) { $0 << 8 | Int($1) } % file.count
            let count = min(Int(changes[next + 4]), file.count - place, changes.count - next - 5)
            file.replaceSubrange(place..<place + count, with: changes[(next + 5)..<(next + 5 + count)])
            next += 5 + count
        }
    }
    let set: SignalSet
    do {
        set = SignalSet(try file.withUnsafeBytes { try SignalSnapshot(copying: $0) })
    } catch let refusal as SnapshotRefusal {
        try require(!refusal.reason.isEmpty && refusal.reason.utf8.count < 500, "a reason too long or empty")
        return
    }
    // Whatever it holds can be looked up, and if that is not much, listed and changed.
    for value in 0..<4 as Range<UInt64> {
        var digest = Digest256()
        digest.words = (value, 1, 2, 3)
        for threshold in [0, 31, 64] {
            for match in set.pdq.matches(digest, threshold: threshold).prefix(50) {
                _ = set.match(match.signal, at: Timestamp(milliseconds: 0))
            }
        }
        if let position = set.position(sha256: digest) { _ = set.signal(at: position) }
    }
    guard set.count < 500 else { return }
    let signals = set.signals
    try require(signals.count == set.count, "not as many signals as are counted")
    var changes: [SignalChange] = []
    for signal in signals.prefix(200) {
        var gone = signal
        gone.deleted = true
        changes.append(SignalChange(gone))
    }
    _ = set.signals(of: Set(SignalType.allCases))
    _ = SignalTopicDecoder(knowing: set.digestedKeys)
    _ = set.applying(changes, from: .topic, version: SignalVersion()).settled().signals
}

/// A few signals of every type, and two sources on some of them.
private let smallSnapshot = Result { try snapshot(hashes: 3) }

/// With enough PDQ hashes for an index of them.
private let largeSnapshot = Result { try snapshot(hashes: 4_200) }

private func snapshot(hashes: UInt64) throws -> [UInt8] {
    var changes: [SignalChange] = []
    for (number, type) in SignalType.allCases.enumerated() {
        for source in ["a", "b"].prefix(1 + number % 2) {
            var signal = Signal(type: type, value: value(type, UInt64(number)))
            signal.source = source
            signal.labels = ["x", source]
            signal.id = "id-\(number)"
            signal.updatedAt = Timestamp(milliseconds: 1)
            signal.expiresAt = source == "b" ? Timestamp(milliseconds: 2) : nil
            signal.note = source == "b" ? "note" : nil
            changes.append(SignalChange(signal))
        }
    }
    for number in 0..<hashes { changes.append(SignalChange(Signal(type: .pdq, value: value(.pdq, number)))) }
    let set = SignalSet.empty.applying(changes, from: .topic, version: SignalVersion())
    let path = "/tmp/weir-fuzz-\(getpid())-\(hashes).snapshot"
    defer { unlink(path) }
    let place = SignalPlace(
        topic: "signals", cluster: "c",
        partitions: [SignalPlace.Partition(start: 0, next: 9, last: SignalPlace.Mark(timestamp: 1, key: 2))])
    _ = try set.write(to: SnapshotFile(path), SnapshotFacts(place: place, asOf: Timestamp(milliseconds: 1)))
    guard let stream = fopen(path, "r") else { throw Broken(description: "no snapshot was written") }
    defer { fclose(stream) }
    var file: [UInt8] = []
    while true {
        let byte = getc(stream)
        if byte == EOF { return file }
        file.append(UInt8(truncatingIfNeeded: byte))
    }
}

private func value(_ type: SignalType, _ number: UInt64) -> String {
    var out = ByteWriter()
    for word in [number, 1, 2, 3] { withUnsafeBytes(of: word) { out.appendHex($0) } }
    let hex = String(decoding: out.bytes, as: UTF8.self)
    switch type {
    case .sha256, .pdq: return hex
    case .sha1: return String(hex.prefix(40))
    case .md5, .urlmd5: return String(hex.prefix(32))
    case .url: return "https://site.example/\(number)"
    case .domain: return "site\(number).example"
    case .vpdq, .tmk, .term, .phrase, .document: return "word \(number)"
    case .combination: return "near(4; word; number \(number))"
    }
}
