internal import Dispatch
internal import Events
internal import Glibc
internal import Synchronization

/// The records of a snapshot, where they stand in its memory.
///
/// A record is its statements one after the other, with their length in front, 0 where there is no signal; where each 16
/// of them begin is listed. It is read only when somebody asks for it.
///
/// `@unchecked Sendable`: nobody writes the memory, which whoever has one of these must keep.
struct SnapshotRecords: @unchecked Sendable {
    static let perStart = 16

    private let starts: UnsafePointer<UInt64>
    private let records: UnsafeRawBufferPointer
    let count: Int

    /// - Throws: `SnapshotRefusal` if where records begin lies outside of them.
    init(
        count: Int, starts: UnsafeRawBufferPointer, records: UnsafeRawBufferPointer
    ) throws(SnapshotRefusal) {
        let groups = (count + SnapshotRecords.perStart - 1) / SnapshotRecords.perStart
        guard let start = starts.baseAddress, starts.count == (groups + 1) * MemoryLayout<UInt64>.stride else {
            throw SnapshotRefusal("\(count) records have \(starts.count) bytes of places")
        }
        self.starts = start.assumingMemoryBound(to: UInt64.self)
        self.records = records
        self.count = count
        var isRising = self.starts[0] == 0
        for group in 0..<groups { isRising = isRising && self.starts[group] <= self.starts[group + 1] }
        guard isRising, self.starts[groups] == records.count else {
            throw SnapshotRefusal("places of records lie outside of them")
        }
    }

    /// Its statements; empty where there is no signal. nil if there is no such record, or it is not whole, which
    /// `check` has ruled out.
    func bytes(_ position: Int32) -> UnsafeRawBufferPointer? {
        let place = Int(position)
        guard place >= 0, place < count else { return nil }
        var cursor = cursor(place / SnapshotRecords.perStart)
        for _ in 0..<place % SnapshotRecords.perStart {
            guard cursor.piece() != nil else { return nil }
        }
        return cursor.piece()
    }

    private func cursor(_ group: Int) -> SnapshotCursor {
        SnapshotCursor(UnsafeRawBufferPointer(rebasing: records[Int(starts[group])..<Int(starts[group + 1])]))
    }

    /// Reads all of them, on all processors.
    ///
    /// - Throws: `SnapshotRefusal` if one is not whole, has a profile that is not there, lacks its value or has one that
    ///   is the index's, or if there are more or less of a type than is said.
    func check(_ ranges: [SnapshotRange], profiles: Int) throws(SnapshotRefusal) {
        let groups = (count + SnapshotRecords.perStart - 1) / SnapshotRecords.perStart
        let lanes = max(1, min(groups, Processors.count))
        let found = Mutex((stated: [Int](repeating: 0, count: ranges.count), isWhole: true))
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            let some = groups * lane / lanes..<groups * (lane + 1) / lanes
            let result = check(some, ranges, profiles)
            found.withLock { found in
                guard let result else {
                    found.isWhole = false
                    return
                }
                for (index, count) in result.enumerated() { found.stated[index] += count }
            }
        }
        let (stated, isWhole) = found.withLock { $0 }
        guard isWhole else { throw SnapshotRefusal("a record is not whole") }
        for (range, stated) in zip(ranges, stated) where range.count != stated {
            throw SnapshotRefusal("has \(stated) signals of type \(range.type) where \(range.count) are named")
        }
    }

    /// How many signals there are of each range; nil if a record is not whole.
    private func check(_ groups: Range<Int>, _ ranges: [SnapshotRange], _ profiles: Int) -> [Int]? {
        var stated = [Int](repeating: 0, count: ranges.count)
        var current = 0
        for group in groups {
            var cursor = cursor(group)
            for place in group * SnapshotRecords.perStart..<min(count, (group + 1) * SnapshotRecords.perStart) {
                guard let bytes = cursor.piece() else { return nil }
                if bytes.isEmpty { continue }
                while place >= Int(ranges[current].positions.upperBound) { current += 1 }
                let hasValue = !SnapshotRange.isIndexed(ranges[current].type)
                var statements = SnapshotCursor(bytes)
                while !statements.isAtEnd {
                    guard let statement = StoredStatement(&statements, profiles: profiles),
                        (statement.value != nil) == hasValue
                    else { return nil }
                }
                stated[current] += 1
            }
            guard cursor.isAtEnd else { return nil }
        }
        return stated
    }
}

/// What there is to calculate with.
enum Processors {
    static let count = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
