internal import Events

/// What a batch changed, as records of a compacted changelog: the last state of each key, or that it is gone.
package struct StateChanges: Sendable {
    package struct Record: Sendable {
        /// In `bytes`.
        package var key: Range<Int>
        /// nil: a tombstone.
        package var value: Range<Int>?
    }

    package private(set) var bytes: [UInt8] = []
    package private(set) var records: [Record] = []

    /// What a key begins with.
    enum Kind: UInt8 {
        /// Then the account's key, eight bytes, the highest first.
        case account = 0x61
        /// Then the place of the first of the events, eight bytes.
        case events = 0x65
        /// The partition's clock, and which events it knows.
        case clock = 0x63
    }

    private mutating func key(_ kind: Kind, _ number: UInt64) -> Range<Int> {
        let start = bytes.count
        bytes.append(kind.rawValue)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        return start..<bytes.count
    }

    mutating func append(changedKeys keys: [UInt64], of store: borrowing KeyedStore) {
        for number in keys {
            let key = key(.account, number)
            var value: Range<Int>?
            if let record = store[number] {
                let start = bytes.count
                bytes.append(contentsOf: record)
                value = start..<bytes.count
            }
            records.append(Record(key: key, value: value))
        }
    }

    /// The events that came since a mark, where the known ones begin and end by now, and where the fold stands.
    mutating func append(
        clock: EventClock, known: KnownEvents, nextOffset: Int64, since earlier: KnownEvents.Mark
    ) {
        let mark = known.mark
        let start = max(earlier.end, mark.first)
        if start < mark.end {
            let key = key(.events, start)
            let from = bytes.count
            for place in start..<mark.end { append(known[place]) }
            records.append(Record(key: key, value: from..<bytes.count))
        }
        let key = key(.clock, 0)
        let from = bytes.count
        let offset = UInt64(bitPattern: nextOffset)
        for number in [UInt64(bitPattern: clock.newest?.nanoseconds ?? .min), mark.first, mark.end, offset] {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        records.append(Record(key: key, value: from..<bytes.count))
    }

    /// Of one known event: its hash, the lowest six bytes of its offset, its seconds.
    static let eventBytes = 18

    private mutating func append(_ entry: KnownEvents.Entry) {
        withUnsafeBytes(of: entry.hash.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: entry.offset.littleEndian) { bytes.append(contentsOf: $0.prefix(6)) }
        withUnsafeBytes(of: entry.time.seconds.littleEndian) { bytes.append(contentsOf: $0) }
    }

    static func event(_ bytes: UnsafeRawBufferPointer, at place: Int) -> KnownEvents.Entry {
        let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place + 8, as: UInt32.self))
        let high = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: place + 12, as: UInt16.self))
        return KnownEvents.Entry(
            hash: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)),
            offset: Int64(high) << 32 | Int64(low),
            time: StateTime(
                seconds: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place + 14, as: UInt32.self))))
    }
}
