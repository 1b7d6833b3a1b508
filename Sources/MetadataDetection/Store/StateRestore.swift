internal import Events

/// Why a changelog's record can't be what was written.
package struct StateRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }

    package init(_ reason: String) { self.reason = reason }

    /// - Parameters:
    ///   - what: the record.
    ///   - record: whose first byte says in which form it was written.
    ///   - form: that this version writes.
    init(unreadable what: String, _ record: UnsafeRawBufferPointer, form: UInt8) {
        guard let found = record.first, found != form else {
            self.init("\(what) of \(record.count) bytes can't be read")
            return
        }
        self.init(
            "\(what) of \(record.count) bytes is of form \(found), and this version reads form \(form): another version "
                + "wrote it")
    }
}

/// What a partition's state is made of again, from the records of its changelog.
protocol RestorableState: KeptState {
    var input: UInt64 { get }
    var isEmpty: Bool { get }

    /// - Parameter record: at most `BlockArena.longest` bytes.
    func put(_ key: UInt64, _ record: UnsafeRawBufferPointer) throws(StateRefusal)
    func remove(_ key: UInt64)
    /// Once all records are there.
    func resume(_ place: RestoredPlace)
}

/// Where a fold stood.
struct RestoredPlace {
    var lineage: UInt64
    var clock: EventClock
    var nextOffset: Int64
    var blocks: EventBlocks
    /// In the order in which they came, the first at `firstKnown`.
    var known: [KnownEvents.Entry]
    var firstKnown: UInt64
}

/// Known events of one record of the changelog.
struct RestoredBlock {
    /// Of the first of `entries`.
    var place: UInt64
    var entries: [KnownEvents.Entry]
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
    let content: any RestorableState
    /// By the key of the record that holds them.
    var blocks: [UInt64: RestoredBlock] = [:]
    /// The last that came.
    package private(set) var clock: StateClock?
    /// Of the snapshot that was begun with, if one was.
    var snapshot: StateClock?
    /// Whether the changelog was of another input, of which no event is known here.
    package private(set) var wasOfAnother = false
    /// Records taken in, of the changelog and of a snapshot.
    package var count = 0

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
            blocks[number] = RestoredBlock(place: number, entries: events)
        case .clock:
            clock = try StateClock(value)
        }
    }

    /// Memory, about.
    package var bytes: Int {
        content.bytes + blocks.values.reduce(0) { $0 + $1.entries.count * MemoryLayout<KnownEvents.Entry>.stride }
    }

    package var records: Int { content.records }

    /// What has come so far is to be gone on from as if it were a snapshot: from its clock's record on.
    package func pause() {
        snapshot = clock ?? snapshot
        clock = nil
    }

    /// - Throws: if the changelog lacks events that it says are known, or doesn't go on from the snapshot.
    package func finish() throws(StateRefusal) -> State {
        if let snapshot {
            guard let clock, clock.lineage == snapshot.lineage, clock.lineage != 0 else {
                throw StateRefusal("what the changelog has from the snapshot's end on is not of the same changelog")
            }
            guard clock.input != snapshot.input || clock.nextOffset >= snapshot.nextOffset, clock.end >= snapshot.end
            else { throw StateRefusal("the snapshot is newer than the changelog") }
        }
        guard let clock else {
            guard content.isEmpty, blocks.isEmpty else { throw StateRefusal("the changelog has no clock") }
            return state
        }
        var entries: [KnownEvents.Entry] = []
        var next = clock.first
        for block in blocks.values.sorted(by: { $0.place < $1.place }) {
            let start = block.place
            let end = start + UInt64(block.entries.count)
            guard end > next else { continue }
            guard start <= next else {
                throw StateRefusal("known events from \(next) to \(start) are missing")
            }
            entries += block.entries.dropFirst(Int(next - start))
            next = end
        }
        guard next == clock.end else { throw StateRefusal("known events from \(next) to \(clock.end) are missing") }
        content.resume(
            RestoredPlace(
                lineage: clock.lineage,
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
