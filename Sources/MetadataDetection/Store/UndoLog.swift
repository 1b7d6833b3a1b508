/// How to go back to before each batch that is not committed, the oldest first.
struct UndoLog {
    /// One batch, and what was before it.
    struct Batch {
        var firstOffset: Int64
        /// Of the record behind it.
        var nextOffset: Int64
        var store: StoreJournal.Entry
        var clock: EventClock
        var known: KnownEvents.Mark
        /// Where the fold stood.
        var before: Int64?
        var blocks: EventBlocks.Change
    }

    private var batches: [Batch] = []

    /// What was known before the oldest.
    var known: KnownEvents.Mark? { batches.first?.known }

    mutating func append(_ batch: Batch) { batches.append(batch) }

    mutating func removeAll() { batches.removeAll() }

    /// What lies before an offset can't be taken back any more.
    mutating func committed(before offset: Int64) {
        batches.removeFirst(batches.firstIndex { $0.nextOffset > offset } ?? batches.count)
    }

    /// Whether all that was folded before an offset is committed.
    func isCommitted(before offset: Int64) -> Bool { batches.first.map { $0.firstOffset >= offset } ?? true }

    /// The last batch, if it came from an offset on: to be taken back now.
    mutating func takeLast(from offset: Int64) -> Batch? {
        guard let last = batches.last, last.firstOffset >= offset else { return nil }
        batches.removeLast()
        return last
    }
}
