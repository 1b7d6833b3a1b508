internal import Events

/// Why a changelog's record can't be what was written.
package struct StateRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }

    init(_ reason: String) { self.reason = reason }
}

/// What a partition's state is made of again, from the records of its changelog.
protocol RestorableState: AnyObject {
    var input: UInt64 { get }
    var isEmpty: Bool { get }

    /// - Parameter record: at most `BlockArena.longest` bytes.
    func put(_ key: UInt64, _ record: UnsafeRawBufferPointer) throws(StateRefusal)
    func remove(_ key: UInt64)
    /// Once all records are there.
    func resume(_ place: RestoredPlace)
    func beginInput()
}

/// Where a fold stood.
struct RestoredPlace {
    var clock: EventClock
    var nextOffset: Int64
    var blocks: EventBlocks
    /// In the order in which they came, the first at `firstKnown`.
    var known: [KnownEvents.Entry]
    var firstKnown: UInt64
}

/// Which input a state is of.
enum StateInput {
    /// FNV-1a: nothing here is secret.
    static func hash(of topic: String) -> UInt64 {
        topic.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

/// Makes a partition's state of its changelog. Records of one key may come several times; the last one counts.
///
/// For one task at a time.
package final class StateRestore<State> {
    private let state: State
    private let content: any RestorableState
    private var blocks: [UInt64: [KnownEvents.Entry]] = [:]
    private var clock: (newest: Int64, first: UInt64, end: UInt64, nextOffset: Int64, input: UInt64)?
    /// Whether the changelog was of another input, of which no event is known here.
    package private(set) var wasOfAnother = false
    /// Records taken in.
    package private(set) var count = 0

    /// - Parameter state: with nothing in it.
    init(into state: State) where State: RestorableState {
        self.state = state
        content = state
    }

    /// - Parameter value: nil for a tombstone.
    package func take(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) throws(StateRefusal) {
        count += 1
        guard key.count == 9, let kind = StateChanges.Kind(rawValue: key[0]) else {
            throw StateRefusal("a key of \(key.count) bytes is none of a state's")
        }
        let number = UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
        switch kind {
        case .record:
            guard number != 0 else { throw StateRefusal("a record's key is 0") }
            guard let value else { return content.remove(number) }
            guard value.count <= BlockArena.longest else {
                throw StateRefusal("a record of \(value.count) bytes is too long")
            }
            try content.put(number, value)
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
    package func finish() throws(StateRefusal) -> State {
        guard let clock else {
            guard content.isEmpty, blocks.isEmpty else { throw StateRefusal("the changelog has no clock") }
            return state
        }
        var entries: [KnownEvents.Entry] = []
        var next = clock.first
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
        content.resume(
            RestoredPlace(
                clock: clock.newest == .min ? EventClock() : EventClock(newest: Timestamp(nanoseconds: clock.newest)),
                nextOffset: clock.nextOffset, blocks: EventBlocks(restored: Array(blocks.keys)), known: entries,
                firstKnown: clock.first))
        if clock.input != content.input {
            wasOfAnother = true
            content.beginInput()
        }
        return state
    }
}

extension StateRestore where State == AccountState {
    /// - Parameters: those of the state.
    package convenience init(_ settings: AccountSettings, key: [UInt8], input: String = "") {
        self.init(into: AccountState(settings, key: key, input: input))
    }
}

extension StateRestore where State == SightingState {
    /// - Parameters: those of the state.
    package convenience init(_ settings: SightingSettings, key: [UInt8], input: String = "") {
        self.init(into: SightingState(settings, key: key, input: input))
    }
}

extension KnownEvents {
    /// - Parameter first: the place of the first of `entries`; nothing was known before.
    mutating func restore(_ entries: [Entry], from first: UInt64) {
        begin(at: first)
        for entry in entries { place(entry, keeping: first) }
    }
}
