package import Events

/// What is remembered of the accounts of one partition, as a fold over its events in their order.
///
/// The same input gives the same facts and the same state, however it is cut into batches and however often it is
/// read anew: nothing here knows another clock than the events', or anything beyond them. Batches that are not
/// committed can be taken back.
///
/// For one task at a time.
package final class AccountState {
    /// What a batch came to.
    package struct Folded: Sendable {
        /// By event.
        package var facts: [EventFact] = []
        package var changes = StateChanges()
    }

    var content: AccountFold
    /// Which input it is of, as a hash of the name.
    let input: UInt64
    /// Which changelog it is written to, as a number that nobody else has: a topic that was made anew has another. 0: not
    /// known.
    package var lineage: UInt64 = 0
    /// A walk over it; see `StateWalk`.
    var cut: StateCut?
    /// Where the fold stands: of the record behind the last batch; nil before the first.
    package internal(set) var nextOffset: Int64?
    /// Records of the changelog that hold known events.
    var blocks = EventBlocks()
    private var undo = UndoLog()
    /// Of the last batch.
    private var size = (bytes: 0, records: 0)

    /// - Parameters:
    ///   - key: the deployment's, that names are hashed by.
    ///   - input: the topic whose offsets it counts.
    package init(_ settings: AccountSettings, key: [UInt8], input: String = "") {
        content = AccountFold(settings, key: key)
        self.input = StateInput.hash(of: input)
    }

    package var accounts: Int { content.store.count }
    /// Memory.
    package var bytes: Int { content.store.bytes }
    /// Of the records alone.
    package var recordBytes: Int { content.store.recordBytes }
    /// Events that are known, so that they count once.
    package var events: Int { content.known.count }
    /// The time of the newest event; nil before the first.
    package var newest: Timestamp? { content.clock.newest }
    /// Accounts that were forgotten because there were too many.
    package var evicted: Int { content.evicted }

    /// Takes a batch in, whose records follow those of the batch before. Records that the fold has seen already change
    /// nothing, and nothing is known of them.
    ///
    /// - Parameter nextOffset: of the record behind the batch.
    package func fold(_ batch: EventBatch, nextOffset: Int64) -> Folded {
        var folded = Folded()
        guard let firstOffset = batch.events.first?.offset else { return folded }
        let (clockBefore, knownBefore, offsetBefore) = (content.clock, content.known.mark, self.nextOffset)
        fold(batch, from: offsetBefore ?? .min, into: &content, &folded.facts)
        self.nextOffset = max(nextOffset, offsetBefore ?? .min)
        folded.changes.makeRoom(like: (size.bytes * 5 / 4, size.records * 5 / 4))
        folded.changes.append(changedKeys: content.touched.keys, of: content.store)
        let change = folded.changes.append(
            clock: content.clock, known: content.known, nextOffset: self.nextOffset ?? 0, input: input,
            lineage: lineage, since: knownBefore, &blocks)
        size = (folded.changes.bytes.count, folded.changes.records.count)
        undo.append(
            UndoLog.Batch(
                firstOffset: firstOffset, nextOffset: nextOffset, store: content.before, clock: clockBefore,
                known: knownBefore, before: offsetBefore, blocks: change))
        return folded
    }

    private func fold(
        _ batch: EventBatch, from offset: Int64, into content: inout AccountFold, _ facts: inout [EventFact]
    ) {
        // This batch too may be taken back.
        let kept = (undo.known ?? content.known.mark).first
        content.begin(batch)
        for position in batch.events.indices where batch.events[position].offset >= offset {
            content.fold(batch.events[position], at: position, batch, keeping: kept, &facts)
        }
    }

    /// Takes in a batch that is never taken back, and gives it with what is known of its events.
    package func withFacts(_ batch: EventBatch) -> EventBatch {
        // A file's lines are counted anew.
        nextOffset = nil
        let facts = fold(batch, nextOffset: (batch.events.last?.offset ?? 0) + 1).facts
        undo.removeAll()
        return facts.isEmpty ? batch : batch.with(facts)
    }

    /// The input begins anew, or another takes its place: what is known of accounts stays, and no event is known.
    package func beginInput() {
        nextOffset = nil
        cut?.isBroken = true
        content.known.begin(at: content.known.mark.end)
        undo.removeAll()
    }

    /// What lies before an offset is committed and can't be taken back any more.
    package func committed(before offset: Int64) {
        undo.committed(before: offset)
    }

    /// Whether all that was folded before an offset is committed.
    func isCommitted(before offset: Int64) -> Bool { undo.isCommitted(before: offset) }

    /// Takes back what came from an offset on: as if it had never been read.
    package func rollBack(to offset: Int64) {
        while let last = undo.takeLast(from: offset) {
            cut?.isBroken = true
            last.store.restore(&content.store)
            content.clock = last.clock
            content.known.restore(last.known)
            nextOffset = last.before
            blocks.takeBack(last.blocks)
        }
    }

    /// The same for all states that came from the same events.
    package var fingerprint: UInt64 {
        content.store.fingerprint &+ content.known.fingerprint
            &+ UInt64(bitPattern: content.clock.newest?.nanoseconds ?? 0)
    }
}
