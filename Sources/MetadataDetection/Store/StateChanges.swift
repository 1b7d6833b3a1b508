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

    /// - Parameter other: as much as in these there will be, about.
    mutating func makeRoom(like other: (bytes: Int, records: Int)) {
        bytes.reserveCapacity(other.bytes)
        records.reserveCapacity(other.records)
    }

    /// What a key begins with.
    enum Kind: UInt8 {
        /// Then the key of an account or a thing, eight bytes, the highest first.
        case record = 0x61
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
            let key = key(.record, number)
            var value: Range<Int>?
            if let record = store[number] {
                let start = bytes.count
                bytes.append(contentsOf: record)
                value = start..<bytes.count
            }
            records.append(Record(key: key, value: value))
        }
    }

    /// The events that came since a mark, where the known ones begin and end by now, and where the fold stands in which
    /// input.
    ///
    /// - Parameter blocks: the records that hold known events; those of which none is known any more are deleted.
    /// - Returns: how they changed.
    mutating func append(
        clock: EventClock, known: borrowing KnownEvents, nextOffset: Int64, input: UInt64, lineage: UInt64,
        since earlier: KnownEvents.Mark, _ blocks: inout EventBlocks
    ) -> EventBlocks.Change {
        let mark = known.mark
        let start = max(earlier.end, mark.first)
        let change = blocks.update(adding: start < mark.end ? start : nil, knowing: mark)
        for gone in change.removed { records.append(Record(key: key(.events, gone), value: nil)) }
        if start < mark.end {
            let key = key(.events, start)
            let from = bytes.count
            appendEvents(start..<mark.end, of: known)
            records.append(Record(key: key, value: from..<bytes.count))
        }
        let key = key(.clock, 0)
        let from = bytes.count
        StateClock(
            newest: clock.newest?.nanoseconds ?? .min, first: mark.first, end: mark.end, nextOffset: nextOffset,
            input: input, lineage: lineage
        ).append(to: &bytes)
        records.append(Record(key: key, value: from..<bytes.count))
        return change
    }

    /// Of each its hash of eight bytes, then as LEB128 by how many seconds it is later than the one before, with the sign
    /// as the second lowest bit; if the lowest is set, by how much its offset is higher follows, which otherwise is 1.
    /// Before the first all is 0.
    private mutating func appendEvents(_ places: Range<UInt64>, of known: borrowing KnownEvents) {
        var (offset, seconds): (Int64, UInt32) = (0, 0)
        var piece: InlineArray<24, UInt8> = InlineArray(repeating: 0)
        for place in places {
            let entry = known[place]
            withUnsafeMutableBytes(of: &piece) { room in
                var out = RecordWriter(room)
                out.fixed(entry.hash)
                let difference = Int64(entry.time.seconds) - Int64(seconds)
                let step = entry.offset &- offset
                out.varint(UInt64(bitPattern: difference << 1 ^ difference >> 63) << 1 | (step == 1 ? 0 : 1))
                if step != 1 { out.varint(UInt64(bitPattern: step)) }
                bytes.append(contentsOf: out.written)
            }
            (offset, seconds) = (entry.offset, entry.time.seconds)
        }
    }

    /// nil for what is no list of events.
    static func events(_ bytes: UnsafeRawBufferPointer) -> [KnownEvents.Entry]? {
        var (offset, seconds): (Int64, Int64) = (0, 0)
        var entries: [KnownEvents.Entry] = []
        entries.reserveCapacity(bytes.count / 9)
        var reader = RecordReader(bytes)
        while !reader.isAtEnd {
            let hash: UInt64 = reader.fixed()
            let head = reader.varint()
            let difference = head >> 1
            seconds &+= Int64(bitPattern: difference >> 1) ^ -Int64(bitPattern: difference & 1)
            offset &+= head & 1 == 0 ? 1 : Int64(bitPattern: reader.varint())
            guard !reader.isBroken, let time = UInt32(exactly: seconds) else { return nil }
            entries.append(KnownEvents.Entry(hash: hash, offset: offset, time: StateTime(seconds: time)))
        }
        return entries
    }
}
