internal import Events
internal import TextDetection

/// A compiled database's file: what is behind its header may be given to Vectorscan only if it is what was written.
let termDatabaseTargets = [
    FuzzTarget("term-database", .binary) { try checkTermDatabase($0) }
]

private let key: Digest256 = {
    var key = Digest256()
    key.words = (1, 2, 3, 4)
    return key
}()

/// The first byte tells whether the others are a file, or what one is made of; then the last two say where a bit of it is
/// turned.
private func checkTermDatabase(_ bytes: UnsafeRawBufferPointer) throws {
    guard let kind = bytes.first else { return }
    let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    if kind % 2 == 0 {
        try checkFile(rest)
        return
    }
    guard rest.count > 2 else { return }
    var file = TermDatabaseFile.header(key, of: rest)
    try require(file.count == TermDatabaseFile.headerBytes, "a header of \(file.count) bytes")
    file.append(contentsOf: rest)
    try file.withUnsafeBytes { file in
        let contents = try TermDatabaseFile.contents(of: file, key)
        try require(contents.elementsEqual(rest), "other bytes are read than were written")
    }
    let place = (Int(rest[rest.count - 2]) << 8 | Int(rest[rest.count - 1])) % (8 * file.count)
    file[place / 8] ^= 1 << UInt8(place % 8)
    try file.withUnsafeBytes {
        try require((try? TermDatabaseFile.contents(of: $0, key)) == nil, "a turned bit is read")
    }
}

private func checkFile(_ file: UnsafeRawBufferPointer) throws {
    do {
        let contents = try TermDatabaseFile.contents(of: file, key)
        try require(
            contents.count == file.count - TermDatabaseFile.headerBytes
                && TermDatabaseFile.header(key, of: contents).elementsEqual(file.prefix(TermDatabaseFile.headerBytes)),
            "a file is read that was not written so")
    } catch let refusal as TermDatabaseFile.Refusal {
        let reason = refusal.description
        try require(!reason.isEmpty && reason.utf8.count < 200, "a reason too long or empty")
    }
}
