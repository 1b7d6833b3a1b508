internal import Events

/// A walk over a state, a piece at a time, while events are folded into it.
///
/// What it finds was known at some time between its beginning and its end; not all of it at the same. Whoever knows a
/// place of the changelog that the state was beyond at the beginning makes a whole of it: what changed since stands there
/// once more, and the last state of a key counts. That holds if all that was found is committed in the end, and nothing
/// was taken back.
struct StateCut {
    enum Part {
        case records
        case events(from: UInt64)
        case end
    }

    var part = Part.records
    /// Something was taken back meanwhile, or the store has grown.
    var isBroken = false
    /// Of the record behind the last that was folded by the end.
    var end: Int64?
}

/// How far a cut is.
package enum StateCutStep: Sendable { case more, whole, broken }

/// What a walk needs of a state.
protocol WalkedState: RestorableState {
    var cut: StateCut? { get set }
    var clockNow: EventClock { get }
    var blocks: EventBlocks { get }

    func isCommitted(before offset: Int64) -> Bool
    func withKnown<Result>(_ body: (borrowing KnownEvents) -> Result) -> Result
    func withStore<Result>(_ body: (inout KeyedStore) -> Result) -> Result
}

enum StateWalk {
    /// Some tenths of a millisecond: whoever folds waits meanwhile.
    private enum Piece {
        static let slots = 2_048
        static let events: UInt64 = 4_096
    }

    /// Begins one, and ends the one there was.
    ///
    /// - Parameter clock: of the changelog, up to which the state must have come.
    /// - Returns: false if it has not, or the changelog is another.
    static func begin(_ state: some WalkedState, beyond clock: StateClock) -> Bool {
        end(state)
        let known = state.withKnown { $0.mark }
        guard let nextOffset = state.nextOffset, state.lineage != 0, clock.lineage == state.lineage,
            clock.input == state.input, clock.nextOffset <= nextOffset, clock.end <= known.end
        else { return false }
        state.cut = StateCut()
        return true
    }

    static func end(_ state: some WalkedState) {
        state.cut = nil
        state.withStore { $0.walk = StoreWalk() }
    }

    /// Finds the next piece.
    ///
    /// - Parameter out: told where the piece belongs, and given its bytes.
    static func goOn(_ state: some WalkedState, into out: inout StateSnapshot.Piece) -> StateCutStep {
        guard var cut = state.cut, !cut.isBroken, cut.end == nil else { return .broken }
        defer { state.cut = cut }
        out.bytes.removeAll(keepingCapacity: true)
        switch cut.part {
        case .records:
            out.section = .records
            let (hasMore, isBroken) = state.withStore { store in
                (store.goOn(Piece.slots) { key, record in out.append(record: key, record) }, store.walk.isBroken)
            }
            guard !isBroken else {
                cut.isBroken = true
                return .broken
            }
            if !hasMore { cut.part = .events(from: state.withKnown { $0.mark.first }) }
            return .more
        case .events(let from):
            out.section = .events
            let mark = state.withKnown { $0.mark }
            // What is forgotten by now is no longer needed.
            let start = max(from, mark.first)
            let end = min(mark.end, start + Piece.events)
            state.withKnown { out.append(events: start..<end, of: $0) }
            guard end == mark.end else {
                cut.part = .events(from: end)
                return .more
            }
            // The end belongs to the last events.
            appendEnd(of: state, mark, to: &out)
            cut.part = .end
            cut.end = state.nextOffset
            return .whole
        case .end: return .broken
        }
    }

    private static func appendEnd(
        of state: some WalkedState, _ mark: KnownEvents.Mark, to out: inout StateSnapshot.Piece
    ) {
        StateClock(
            newest: state.clockNow.newest?.nanoseconds ?? .min, first: mark.first, end: mark.end,
            nextOffset: state.nextOffset ?? 0, input: state.input, lineage: state.lineage
        ).append(to: &out.end)
        for start in state.blocks.all { withUnsafeBytes(of: start.littleEndian) { out.end.append(contentsOf: $0) } }
    }

    /// Whether all that the cut found is committed; nil if it never will be, since something was taken back.
    static func isCommitted(_ state: some WalkedState) -> Bool? {
        guard let cut = state.cut, !cut.isBroken, let end = cut.end else { return nil }
        return state.isCommitted(before: end)
    }
}
