internal import Events

/// Uploads that showed a thing before it became a campaign, and that nothing was asked of: their verdicts may be
/// superseded then. The first stands in the thing's record, the others in one of their own: the version, and then of each
/// its verdict, its time and its reference.
enum WaitingUploads {
    static let version: UInt8 = 0x57
    /// The first of them as well, since the thing's record had no room for it.
    static let versionWithFirst: UInt8 = 0x58
    /// Bytes of one that a thing's record has room for.
    static let longestFirst = 1_024
    /// Those that came first stay: what comes later is seen by more.
    static let mostBytes = BlockArena.longest

    struct Upload: Sendable, Equatable {
        var verdict: Digest128
        var time: Timestamp
        var account: UInt64
        var reference: [UInt8]
    }

    /// - Returns: false if there is no room.
    static func append(_ sighting: Sighting, to out: inout RecordWriter) -> Bool {
        guard sighting.reference.count + 48 <= mostBytes - out.count else { return false }
        withUnsafeBytes(of: sighting.verdict) { out.copy($0) }
        out.varint(UInt64(clamping: sighting.time.milliseconds - StateTime.epoch * 1_000))
        out.fixed(sighting.account)
        out.varint(UInt64(sighting.reference.count))
        sighting.reference.withUnsafeBytes { out.copy($0) }
        return true
    }

    static func isRecord(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.first == version || bytes.first == versionWithFirst
    }

    /// nil for what is none of this version.
    static func read(_ bytes: UnsafeRawBufferPointer) -> [Upload]? {
        guard isRecord(bytes) else { return nil }
        return uploads(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
    }

    /// Without reading all of it.
    static func time(ofFirst bytes: UnsafeRawBufferPointer) -> Timestamp? {
        var reader = RecordReader(bytes)
        _ = reader.bytes(16)
        let milliseconds = reader.varint()
        guard !reader.isBroken, milliseconds < 1 << 42 else { return nil }
        return Timestamp(milliseconds: Int64(milliseconds) + StateTime.epoch * 1_000)
    }

    /// Without a version before them.
    static func uploads(_ bytes: UnsafeRawBufferPointer) -> [Upload]? {
        var reader = RecordReader(bytes)
        var uploads: [Upload] = []
        while !reader.isAtEnd, !reader.isBroken {
            var verdict = Digest128()
            let id = reader.bytes(16)
            withUnsafeMutableBytes(of: &verdict) { $0.copyMemory(from: id) }
            let milliseconds = reader.varint()
            let account: UInt64 = reader.fixed()
            let count = reader.varint()
            guard count <= UInt64(mostBytes), milliseconds < 1 << 42 else { return nil }
            uploads.append(
                Upload(
                    verdict: verdict, time: Timestamp(milliseconds: Int64(milliseconds) + StateTime.epoch * 1_000),
                    account: account, reference: Array(reader.bytes(Int(count)))))
        }
        return reader.isBroken ? nil : uploads
    }
}

extension WaitingUploads {
    /// Where the uploads that showed a thing are.
    static func key(of thing: KeyedStore.Key) -> KeyedStore.Key {
        max(1, (thing ^ 0x7761_6974_696E_6721) &* 0x9E37_79B9_7F4A_7C15)
    }
}
