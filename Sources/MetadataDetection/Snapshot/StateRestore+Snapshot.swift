package import Signals

extension StateSnapshot {
    /// A snapshot that has been begun to be read.
    package final class Reader {
        package let facts: Facts
        fileprivate let stream: SnapshotStream

        /// nil if there is no such file.
        package static func open(_ path: String) throws(SnapshotRefusal) -> Reader? {
            guard let stream = try SnapshotStream.open(path, content) else { return nil }
            return try Reader(stream)
        }

        /// Of what stands in memory, whatever its checksums say.
        package convenience init(copying bytes: [UInt8]) throws(SnapshotRefusal) {
            try self.init(try SnapshotStream(copying: bytes, content))
        }

        private init(_ stream: SnapshotStream) throws(SnapshotRefusal) {
            self.stream = stream
            guard stream.begin(section: Section.facts.rawValue), stream.left <= SnapshotStream.longestPiece else {
                throw SnapshotRefusal("says nothing of itself")
            }
            var cursor = SnapshotCursor(try stream.next(stream.left))
            guard let facts = Facts(&cursor), cursor.isAtEnd else { throw SnapshotRefusal("says nothing of itself") }
            self.facts = facts
        }
    }
}

extension StateRestore {
    /// Begins with a snapshot; what the changelog has from its offset on must follow. After an error the restore is of no
    /// use. Blocks, and calculates; not for the cooperative pool.
    ///
    /// - Parameter goesOn: asked now and then.
    package func take(
        _ snapshot: StateSnapshot.Reader, goesOn: () -> Bool = { true }
    ) throws(SnapshotRefusal) {
        let stream = snapshot.stream
        try takeRecords(stream, goesOn)
        let events = try StateSnapshot.events(stream)
        guard stream.begin(section: StateSnapshot.Section.end.rawValue), stream.left >= StateClock.bytes else {
            throw SnapshotRefusal("doesn't say where it ends")
        }
        let clock: StateClock
        do throws(StateRefusal) {
            clock = try StateClock(try next(StateClock.bytes, of: stream))
        } catch {
            throw SnapshotRefusal(error.reason)
        }
        self.snapshot = clock
        guard clock.lineage != 0 else { throw SnapshotRefusal("doesn't say of which changelog it is") }
        try take(events, clock, stream)
    }

    /// For where only one kind of error can be thrown.
    private func next(_ count: Int, of stream: SnapshotStream) throws(StateRefusal) -> UnsafeRawBufferPointer {
        do throws(SnapshotRefusal) {
            return try stream.next(count)
        } catch {
            throw StateRefusal(error.reason)
        }
    }

    private func takeRecords(_ stream: SnapshotStream, _ goesOn: () -> Bool) throws(SnapshotRefusal) {
        guard stream.begin(section: StateSnapshot.Section.records.rawValue) else {
            throw SnapshotRefusal("has no records")
        }
        while stream.left > 0 {
            let head = try stream.next(10)
            let key = UInt64(littleEndian: head.loadUnaligned(as: UInt64.self))
            let length = Int(UInt16(littleEndian: head.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
            let record = try stream.next(length)
            guard key != 0, length <= BlockArena.longest else {
                throw SnapshotRefusal("a record of \(length) bytes has no key, or is too long")
            }
            do throws(StateRefusal) {
                try content.put(key, record)
            } catch {
                throw SnapshotRefusal(error.reason)
            }
            count += 1
            if count & 0xFFFF == 0, !goesOn() { throw SnapshotRefusal("reading was stopped") }
        }
    }

    /// Cuts the events as the changelog's records have them.
    private func take(
        _ events: (first: UInt64, entries: [KnownEvents.Entry]), _ clock: StateClock, _ stream: SnapshotStream
    ) throws(SnapshotRefusal) {
        let end = events.first + UInt64(events.entries.count)
        guard clock.first == clock.end || events.first <= clock.first && end == clock.end else {
            throw SnapshotRefusal("has not all the known events that it says")
        }
        var starts: [UInt64] = []
        while stream.left > 0 {
            let start = UInt64(littleEndian: try stream.next(8).loadUnaligned(as: UInt64.self))
            guard starts.last.map({ $0 < start }) ?? true, start < 1 << 62 else {
                throw SnapshotRefusal("the places of known events stand in no order")
            }
            starts.append(start)
        }
        guard clock.first == clock.end || starts.first.map({ $0 <= clock.first }) ?? false else {
            throw SnapshotRefusal("known events have no place")
        }
        for (number, start) in starts.enumerated() {
            let range =
                max(
                    start, clock.first)..<max(
                    start, clock.first, min(number + 1 < starts.count ? starts[number + 1] : clock.end, clock.end))
            let place = Int(range.lowerBound &- events.first)
            blocks[start] = RestoredBlock(
                place: range.lowerBound,
                entries: range.isEmpty ? [] : Array(events.entries[place..<place + range.count]))
        }
    }
}

extension StateSnapshot {
    /// All of one piece, and the place of the first.
    fileprivate static func events(
        _ stream: SnapshotStream
    ) throws(SnapshotRefusal) -> (first: UInt64, entries: [KnownEvents.Entry]) {
        var (first, next): (UInt64, UInt64) = (0, 0)
        var entries: [KnownEvents.Entry] = []
        guard stream.begin(section: StateSnapshot.Section.events.rawValue) else {
            throw SnapshotRefusal("has no known events")
        }
        while stream.left > 0 {
            let head = try stream.next(12)
            let place = UInt64(littleEndian: head.loadUnaligned(as: UInt64.self))
            let count = UInt32(littleEndian: head.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            guard place < 1 << 62, place >= next else { throw SnapshotRefusal("known events stand in no order") }
            // Those in between were forgotten while it was written, and with them all before.
            if place != next {
                entries.removeAll()
                first = place
            }
            for _ in 0..<count {
                let entry = try stream.next(StateSnapshot.eventBytes)
                entries.append(
                    KnownEvents.Entry(
                        hash: UInt64(littleEndian: entry.loadUnaligned(as: UInt64.self)),
                        offset: Int64(littleEndian: entry.loadUnaligned(fromByteOffset: 8, as: Int64.self)),
                        time: StateTime(
                            seconds: UInt32(littleEndian: entry.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))))
            }
            next = place + UInt64(count)
        }
        return (first, entries)
    }
}
