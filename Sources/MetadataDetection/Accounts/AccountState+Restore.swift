internal import Events

/// Why a changelog's record can't be what was written.
package struct StateRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }

    init(_ reason: String) { self.reason = reason }
}

/// Makes a partition's state of its changelog. Records of one key may come several times; the last one counts.
///
/// For one task at a time.
package final class StateRestore {
    private let state: AccountState
    private var blocks: [UInt64: [KnownEvents.Entry]] = [:]
    private var clock: (newest: Int64, first: UInt64, end: UInt64, nextOffset: Int64, input: UInt64)?
    /// Whether the changelog was of another input, of which no event is known here.
    package private(set) var wasOfAnother = false
    /// Records taken in.
    package private(set) var count = 0

    /// - Parameters: those of the state.
    package init(_ settings: AccountSettings, key: [UInt8], input: String = "") {
        state = AccountState(settings, key: key, input: input)
    }

    /// - Parameter value: nil for a tombstone.
    package func take(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) throws(StateRefusal) {
        count += 1
        guard key.count == 9, let kind = StateChanges.Kind(rawValue: key[0]) else {
            throw StateRefusal("a key of \(key.count) bytes is none of a state's")
        }
        let number = UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
        switch kind {
        case .account:
            guard number != 0 else { throw StateRefusal("an account's key is 0") }
            guard let value else { return state.content.store.remove(number) }
            guard value.count <= BlockArena.longest, let record = AccountRecord(value) else {
                throw StateRefusal("an account's record of \(value.count) bytes can't be read")
            }
            state.content.store.set(number, value, age: record.last.age)
        case .events:
            guard let value else {
                blocks[number] = nil
                return
            }
            guard let events = StateChanges.events(value), number < 1 << 62 else {
                throw StateRefusal("\(value.count) bytes are no list of events, or have no place")
            }
            blocks[number] = events
        case .clock:
            guard let value, value.count == 40 else { throw StateRefusal("the clock's record has no 40 bytes") }
            func word(_ place: Int) -> UInt64 {
                UInt64(littleEndian: value.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            }
            guard word(8) <= word(16), word(16) < 1 << 62 else {
                throw StateRefusal("the known events end before they begin, or there were too many")
            }
            clock = (Int64(bitPattern: word(0)), word(8), word(16), Int64(bitPattern: word(24)), word(32))
        }
    }

    /// - Throws: if the changelog lacks events that it says are known.
    package func finish() throws(StateRefusal) -> AccountState {
        guard let clock else {
            guard state.accounts == 0, blocks.isEmpty else { throw StateRefusal("the changelog has no clock") }
            return state
        }
        if clock.newest != .min { state.content.clock = EventClock(newest: Timestamp(nanoseconds: clock.newest)) }
        state.nextOffset = clock.nextOffset
        var entries: [KnownEvents.Entry] = []
        var next = clock.first
        state.blocks = EventBlocks(restored: Array(blocks.keys))
        for (start, block) in blocks.sorted(by: { $0.key < $1.key }) {
            let end = start + UInt64(block.count)
            guard end > next else { continue }
            guard start <= next else {
                throw StateRefusal("known events from \(next) to \(start) are missing")
            }
            entries += block.dropFirst(Int(next - start))
            next = end
        }
        guard next == clock.end else { throw StateRefusal("known events from \(next) to \(clock.end) are missing") }
        state.content.known.restore(entries, from: clock.first)
        if clock.input != state.input {
            wasOfAnother = true
            state.beginInput()
        }
        return state
    }
}

extension KnownEvents {
    /// - Parameter first: the place of the first of `entries`; nothing was known before.
    fileprivate mutating func restore(_ entries: [Entry], from first: UInt64) {
        begin(at: first)
        for entry in entries { place(entry, keeping: first) }
    }
}
