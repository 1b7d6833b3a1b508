internal import CHamming
internal import Events

/// Signals of a topic as a file had them: read into memory, checked, and looked up where they stand. Millions are
/// there in seconds (docs/matching.md has figures); making them anew from the topic's records takes minutes.
///
/// Whoever may write the file decides what is known, as with a signals file; but whatever it holds, nothing is read
/// beyond its end. So everything that leads from one place to another is checked before the first look-up, not only the
/// checksums, which anybody can work out.
package final class SignalSnapshot: Sendable {
    package let facts: SnapshotFacts
    /// The last time of an update that any signal states.
    let newest: Timestamp?
    let ranges: [SnapshotRange]
    let profiles: [StatementProfile]
    let memory: SnapshotMemory
    let sha256: DigestBase<Digest256>?
    let sha1: DigestBase<Digest160>?
    let md5: DigestBase<Digest128>?
    /// Their hashes' positions are those of the PDQ signals, in order; then come `recent`.
    let segments: [PDQSegment]
    let recent: [Digest256]
    private let records: SnapshotRecords

    /// How many positions there are, withdrawn signals included.
    var count: Int { records.count }

    package var bytes: Int { memory.bytes.count }
    package var signals: Int { ranges.reduce(0) { $0 + $1.count } }

    /// - Parameter memory: a whole file whose checksums hold, or don't matter.
    init(_ memory: SnapshotMemory) throws(SnapshotRefusal) {
        self.memory = memory
        let sections = try SnapshotSections(memory.bytes)
        var cursor = SnapshotCursor(try sections.contents(.facts))
        guard let facts = SnapshotFacts(&cursor), let hasNewest = cursor.byte(), let newest = cursor.word(),
            let ranges = SnapshotRange.ranges(&cursor), cursor.isAtEnd
        else { throw SnapshotRefusal("does not say what it is of") }
        self.facts = facts
        self.newest = hasNewest == 0 ? nil : Timestamp(nanoseconds: newest)
        self.ranges = ranges
        profiles = try SignalSnapshot.profiles(try sections.contents(.profiles))
        sha256 = try SignalSnapshot.base(.sha256, .sha256Directory, .sha256, sections, ranges)
        sha1 = try SignalSnapshot.base(.sha1, .sha1Directory, .sha1, sections, ranges)
        md5 = try SignalSnapshot.base(.md5, .md5Directory, .md5, sections, ranges)
        (segments, recent) = try SignalSnapshot.hashes(sections, ranges, memory)
        records = try SnapshotRecords(
            count: Int(ranges.last?.positions.upperBound ?? 0), starts: try sections.contents(.recordStarts),
            records: try sections.contents(.records))
        try records.check(ranges, profiles: profiles.count)
    }

    /// A whole file whose checksums nobody looks at: for tests of what comes behind them.
    package convenience init(copying file: UnsafeRawBufferPointer) throws(SnapshotRefusal) {
        try self.init(SnapshotMemory(count: file.count) { memory in memory.copyMemory(from: file) })
    }

    private static func profiles(_ bytes: UnsafeRawBufferPointer) throws(SnapshotRefusal) -> [StatementProfile] {
        var cursor = SnapshotCursor(bytes)
        var profiles: [StatementProfile] = []
        while !cursor.isAtEnd {
            guard let profile = StatementProfile(&cursor) else { throw SnapshotRefusal("a profile is not whole") }
            profiles.append(profile)
        }
        return profiles
    }

    private static func range(_ type: SignalType, _ ranges: [SnapshotRange]) -> Range<Int32> {
        ranges.first { $0.type == type }?.positions ?? 0..<0
    }

    private static func base<Key: DigestKey>(
        _ keys: SnapshotFormat.Kind, _ directory: SnapshotFormat.Kind, _ type: SignalType,
        _ sections: SnapshotSections, _ ranges: [SnapshotRange]
    ) throws(SnapshotRefusal) -> DigestBase<Key>? {
        let positions = range(type, ranges)
        let keys = try sections.contents(keys)
        guard keys.count == positions.count * DigestBase<Key>.keyBytes else {
            throw SnapshotRefusal("\(positions.count) digests of type \(type) have \(keys.count) bytes")
        }
        if positions.isEmpty { return nil }
        return try DigestBase(
            keys: keys, directory: try sections.contents(directory), first: positions.lowerBound)
    }

    private static func hashes(
        _ sections: SnapshotSections, _ ranges: [SnapshotRange], _ memory: SnapshotMemory
    ) throws(SnapshotRefusal) -> ([PDQSegment], [Digest256]) {
        let positions = range(.pdq, ranges)
        var segments: [PDQSegment] = []
        var count = 0
        for section in sections.all where section.kind == .segment {
            guard Int(section.number) <= positions.count - count else { break }
            segments.append(
                try PDQSegment(
                    Int(section.number), at: sections.contents(of: section), of: memory,
                    first: positions.lowerBound + Int32(count)))
            count += Int(section.number)
        }
        let recent = try sections.contents(.recentHashes)
        let size = MemoryLayout<Digest256>.size
        guard recent.count == (positions.count - count) * size, recent.count <= PDQIndex.leastSegment * size else {
            throw SnapshotRefusal("\(positions.count) PDQ hashes are not all there, or too many are")
        }
        return (
            segments,
            stride(from: 0, to: recent.count, by: size).map {
                recent.loadUnaligned(fromByteOffset: $0, as: Digest256.self)
            }
        )
    }

    // MARK: Records

    /// nil if there is no signal.
    func record(at position: Int32) -> SignalRecord? {
        guard let bytes = records.bytes(position), !bytes.isEmpty, let type = type(at: position) else { return nil }
        let value = value(at: position, type)
        var cursor = SnapshotCursor(bytes)
        var statements: [SignalStatement] = []
        while !cursor.isAtEnd {
            guard let stored = StoredStatement(&cursor, profiles: profiles.count) else { return nil }
            statements.append(stored.statement(type, value, profiles))
        }
        return SignalRecord(statements)
    }

    func isStated(_ position: Int32) -> Bool { records.bytes(position).map { !$0.isEmpty } ?? false }

    /// As it stands in the file; empty if there is no signal.
    func bytes(at position: Int32) -> UnsafeRawBufferPointer {
        records.bytes(position) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private func type(at position: Int32) -> SignalType? { ranges.first { $0.positions.contains(position) }?.type }

    /// What the index has of it; nil for types of which records have the value.
    private func value(at position: Int32, _ type: SignalType) -> String? {
        func hex(_ digest: some BitwiseCopyable) -> String {
            var out = ByteWriter(capacity: 64)
            withUnsafeBytes(of: digest) { out.appendHex($0) }
            return String(decoding: out.bytes, as: UTF8.self)
        }
        var place = Int(position - SignalSnapshot.range(type, ranges).lowerBound)
        switch type {
        case .sha256: return (sha256?.key(place)).map(hex)
        case .sha1: return (sha1?.key(place)).map(hex)
        case .md5: return (md5?.key(place)).map(hex)
        case .pdq:
            for segment in segments {
                if place < segment.count { return hex(segment.hash(place).words) }
                place -= segment.count
            }
            return hex(recent[place])
        case .url, .urlmd5, .domain, .vpdq, .tmk, .term, .phrase, .combination, .document: return nil
        }
    }
}
