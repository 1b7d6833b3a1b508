internal import CHamming
internal import Configuration
internal import Events

/// Writes what the topic states in a set, in the form that `SignalSnapshot` reads.
///
/// Every signal gets a new position, in the order in which its index has it. So indexes need not say where a signal
/// stands, and records of hashes need not say which hash it is. Indexes of PDQ hashes are written as they are, with the
/// hashes that have been withdrawn, and records that come from a snapshot as they stand there.
final class SnapshotWriter {
    private let contents: SignalContents
    private let output: SnapshotOutput
    /// Of each new position the one in the set; -1: no signal.
    private var positions: [Int32] = []
    private var ranges: [(positions: Int, count: Int)] = []
    private var profiles: [[UInt8]] = []
    private var numbers: [[UInt8]: Int] = [:]
    private var newest: Timestamp?
    private var scratch = SnapshotBytes()

    /// More are not kept once for all: then statements have hardly anything in common.
    private static let mostProfiles = 65_536

    init(_ contents: SignalContents, _ output: SnapshotOutput) {
        self.contents = contents
        self.output = output
        newest = contents.records.base?.newest
        for profile in contents.records.base?.profiles ?? [] {
            var bytes = SnapshotBytes()
            profile.append(to: &bytes)
            if numbers[bytes.bytes] == nil { numbers[bytes.bytes] = profiles.count }
            profiles.append(bytes.bytes)
        }
    }

    func write(_ facts: SnapshotFacts) throws(FileError) -> Int {
        append(contents.sha256, .sha256, .sha256Directory)
        append(contents.sha1, .sha1, .sha1Directory)
        append(contents.md5, .md5, .md5Directory)
        appendHashes()
        appendOthers()
        appendRecords()
        output.begin(.profiles)
        for profile in profiles { output.append(profile) }
        output.end()
        var out = SnapshotBytes()
        facts.append(to: &out)
        out.append(byte: newest == nil ? 0 : 1)
        out.append(word: newest?.nanoseconds ?? 0)
        SnapshotRange.append(ranges, to: &out)
        output.begin(.facts)
        output.append(out.bytes)
        output.end()
        return try output.finish()
    }

    private func isTopics(_ position: Int32) -> Bool {
        switch contents.records.place(position) {
        case .unchanged: contents.records.base?.isStated(position) ?? false
        case .withdrawn: false
        case .stated(let record): record.statements.contains { $0.origin == .topic }
        }
    }

    // MARK: Indexes

    private func append<Key: DigestKey>(
        _ table: DigestTable<Key>, _ keys: SnapshotFormat.Kind, _ directory: SnapshotFormat.Kind
    ) {
        let bits = DigestBase<Key>.bits(for: table.count)
        var starts = [UInt32](repeating: 0, count: 1 << bits + 1)
        let before = positions.count
        output.begin(keys)
        for part in 0..<DigestTable<Key>.parts {
            var entries: [(hash: UInt64, key: Key, position: Int32)] = []
            table.forEach(in: part) { key, position in
                if isTopics(position) { entries.append((key.mixed, key, position)) }
            }
            entries.sort { $0.hash < $1.hash }
            for entry in entries {
                starts[Int(entry.hash >> UInt64(64 - bits)) + 1] += 1
                withUnsafeBytes(of: entry.key) {
                    output.append(UnsafeRawBufferPointer(rebasing: $0[..<DigestBase<Key>.keyBytes]))
                }
                positions.append(entry.position)
            }
        }
        output.end()
        for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
        output.begin(directory)
        if positions.count > before { starts.withUnsafeBytes { output.append($0) } }
        output.end()
        ranges.append((positions.count - before, positions.count - before))
    }

    private func appendHashes() {
        let before = positions.count
        var count = 0
        let parts = contents.pdq.parts
        for segment in parts.segments {
            output.begin(.segment, number: segment.count)
            segment.withIndex { output.append($0) }
            output.end()
            segment.forEach { _, position in
                let isStated = isTopics(position)
                positions.append(isStated ? position : -1)
                if isStated { count += 1 }
            }
        }
        output.begin(.recentHashes)
        for (hash, position) in parts.recent where isTopics(position) {
            withUnsafeBytes(of: hash.words) { output.append($0) }
            positions.append(position)
            count += 1
        }
        output.end()
        ranges.append((positions.count - before, count))
    }

    /// Signals whose indexes are made anew from their records.
    private func appendOthers() {
        var changed: [SignalType: [Int32]] = [:]
        contents.records.forEachChanged { position, record in
            if record.statements.contains(where: { $0.origin == .topic }) {
                changed[record.type, default: []].append(position)
            }
        }
        for type in SnapshotRange.order where !SnapshotRange.isIndexed(type) {
            let before = positions.count
            for range in contents.records.base?.ranges ?? [] where range.type == type {
                for position in range.positions {
                    guard case .unchanged = contents.records.place(position), isTopics(position) else { continue }
                    positions.append(position)
                }
            }
            positions += changed[type] ?? []
            ranges.append((positions.count - before, positions.count - before))
        }
    }

    // MARK: Records

    private func appendRecords() {
        var starts: [UInt64] = []
        output.begin(.records)
        for (new, old) in positions.enumerated() {
            if new % SnapshotRecords.perStart == 0 {
                if output.hasFailed { break }
                starts.append(UInt64(output.sectionLength))
            }
            append(recordAt: old)
        }
        starts.append(UInt64(output.sectionLength))
        output.end()
        output.begin(.recordStarts)
        starts.withUnsafeBytes { output.append($0) }
        output.end()
    }

    private func append(recordAt position: Int32) {
        guard position >= 0 else { return output.append(byte: 0) }
        switch contents.records.place(position) {
        case .withdrawn: output.append(byte: 0)
        case .unchanged:
            guard let bytes = contents.records.base?.bytes(at: position) else { return output.append(byte: 0) }
            appendLength(bytes.count)
            output.append(bytes)
        case .stated(let record):
            scratch.removeAll()
            for statement in record.statements where statement.origin == .topic {
                let signal = statement.signal
                StoredStatement.append(
                    statement, profile: number(of: statement), withValue: !SnapshotRange.isIndexed(signal.type),
                    to: &scratch)
                if let updatedAt = signal.updatedAt { newest = max(newest ?? updatedAt, updatedAt) }
            }
            appendLength(scratch.bytes.count)
            output.append(scratch.bytes)
        }
    }

    private func appendLength(_ length: Int) {
        if length < 0x80 { return output.append(byte: UInt8(length)) }
        var out = SnapshotBytes()
        out.append(number: length)
        output.append(out.bytes)
    }

    /// nil if there are too many.
    private func number(of statement: SignalStatement) -> Int? {
        var bytes = SnapshotBytes()
        StatementProfile(statement).append(to: &bytes)
        if let number = numbers[bytes.bytes] { return number }
        guard profiles.count < SnapshotWriter.mostProfiles else { return nil }
        numbers[bytes.bytes] = profiles.count
        profiles.append(bytes.bytes)
        return profiles.count - 1
    }
}
