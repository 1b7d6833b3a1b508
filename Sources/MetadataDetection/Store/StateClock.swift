/// The changelog's record of where a partition's state stands. Each transaction has one, behind all that it changed.
package struct StateClock: Sendable, Equatable {
    /// Of the newest event, in nanoseconds since the epoch; `Int64.min` before the first.
    package var newest: Int64
    /// Places of the first known event and behind the last.
    package var first: UInt64
    package var end: UInt64
    /// Of the input.
    package var nextOffset: Int64
    /// See `AccountState.input`.
    package var input: UInt64
    /// See `AccountState.lineage`.
    package var lineage: UInt64

    /// Six numbers of eight bytes, the lowest first.
    static let bytes = 48

    /// Whether a key of the changelog is that of the clock.
    package static func has(key: UnsafeRawBufferPointer) -> Bool {
        key.count == 9 && key[0] == StateChanges.Kind.clock.rawValue
    }

    init(newest: Int64, first: UInt64, end: UInt64, nextOffset: Int64, input: UInt64, lineage: UInt64) {
        self.newest = newest
        self.first = first
        self.end = end
        self.nextOffset = nextOffset
        self.input = input
        self.lineage = lineage
    }

    /// Records of before there were lineages end without one.
    package init(_ value: UnsafeRawBufferPointer?) throws(StateRefusal) {
        guard let value, value.count == StateClock.bytes || value.count == 40 else {
            throw StateRefusal("the clock's record has not \(StateClock.bytes) bytes")
        }
        var reader = RecordReader(value)
        newest = Int64(bitPattern: reader.fixed())
        first = reader.fixed()
        end = reader.fixed()
        nextOffset = Int64(bitPattern: reader.fixed())
        input = reader.fixed()
        lineage = value.count == StateClock.bytes ? reader.fixed() : 0
        guard first <= end, end < 1 << 62 else {
            throw StateRefusal("the known events end before they begin, or there were too many")
        }
    }

    func append(to bytes: inout [UInt8]) {
        for number in [UInt64(bitPattern: newest), first, end, UInt64(bitPattern: nextOffset), input, lineage] {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
    }
}
