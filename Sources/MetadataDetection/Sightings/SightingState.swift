package import Events

/// What is remembered of the things of one partition of the sightings topic, as a fold over its records in their order:
/// the same records give the same campaigns and the same state, however they are cut into batches. Batches that are not
/// committed can be taken back, as those of `AccountState`.
///
/// For one task at a time.
package final class SightingState {
    /// A record of the topic.
    package struct Record: Sendable {
        package let offset: Int64
        package let written: Timestamp
        package let sightings: [Sighting]

        /// - Throws: if the bytes are no sightings.
        package init(_ value: UnsafeRawBufferPointer, offset: Int64, written: Timestamp) throws(SightingRefusal) {
            self.offset = offset
            self.written = written
            sightings = try SightingCoding.read(value)
        }
    }

    var content: SightingFold
    let input: UInt64
    package var lineage: UInt64 = 0
    var cut: StateCut?
    /// Where the fold stands: of the record behind the last batch; nil before the first.
    package internal(set) var nextOffset: Int64?
    /// Records of the changelog that hold known sightings.
    var blocks = EventBlocks()
    private var undo = UndoLog()

    /// - Parameters:
    ///   - key: the deployment's, that names are hashed by.
    ///   - input: the topic whose offsets it counts.
    package init(_ settings: SightingSettings, key: [UInt8], input: String = "") {
        content = SightingFold(settings, key: key)
        self.input = StateInput.hash(of: input)
    }

    /// Records: of things, and of uploads that wait for what becomes of them.
    package var records: Int { content.store.count }
    package var campaigns: Int { content.active.count }
    /// How many things are known, and for how many of them uploads wait for what becomes of them.
    package var things: (known: Int, awaited: Int) {
        var things = (known: 0, awaited: 0)
        content.store.forEach { _, bytes, _ in
            if !WaitingUploads.isRecord(bytes) { things.known += 1 }
            if bytes.first == WaitingUploads.versionWithFirst || ThingRecord.hasFirstWaiting(bytes) {
                things.awaited += 1
            }
        }
        return things
    }
    package var recordBytes: Int { content.store.recordBytes }
    /// Known ones of the last day.
    package var sightings: Int { content.known.count }
    /// Memory.
    package var bytes: Int { content.store.bytes + content.documents.bytes }
    /// The time of the newest sighting; nil before the first.
    package var newest: Timestamp? { content.clock.newest }
    /// Things that were forgotten because there were too many.
    package var evicted: Int { content.evicted }

    /// Sightings that did not count, and uploads whose verdicts could not be superseded, since this was made; what is taken
    /// in again counts again.
    package private(set) var leftOut = (repeated: 0, late: 0, unreadable: 0)

    /// Takes records in that follow those before. Such that the fold has seen already change nothing.
    ///
    /// - Parameter nextOffset: of the record behind them.
    package func fold(_ records: [Record], nextOffset: Int64) -> (outcome: SightingOutcome, changes: StateChanges) {
        var (outcome, changes) = (SightingOutcome(), StateChanges())
        guard let firstOffset = records.first?.offset else { return (outcome, changes) }
        let (clockBefore, knownBefore, offsetBefore) = (content.clock, content.known.mark, self.nextOffset)
        // This batch too may be taken back.
        let kept = (undo.known ?? knownBefore).first
        content.begin()
        for record in records where record.offset >= offsetBefore ?? .min {
            for sighting in record.sightings {
                content.fold(sighting, at: (record.offset, record.written), keeping: kept, &outcome)
            }
        }
        self.nextOffset = max(nextOffset, offsetBefore ?? .min)
        changes.append(changedKeys: content.touched.keys, of: content.store)
        let change = changes.append(
            clock: content.clock, known: content.known, nextOffset: self.nextOffset ?? 0, input: input,
            lineage: lineage, since: knownBefore, &blocks)
        undo.append(
            UndoLog.Batch(
                firstOffset: firstOffset, nextOffset: nextOffset, store: content.before, clock: clockBefore,
                known: knownBefore, before: offsetBefore, blocks: change))
        leftOut.repeated += outcome.repeated
        leftOut.late += outcome.late
        leftOut.unreadable += outcome.unreadable
        return (outcome, changes)
    }

    /// The input begins anew, or another takes its place: what is known of things stays, and no sighting is known.
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
        var hasChanged = false
        while let last = undo.takeLast(from: offset) {
            hasChanged = true
            cut?.isBroken = true
            last.store.restore(&content.store)
            content.clock = last.clock
            content.known.restore(last.known)
            nextOffset = last.before
            blocks.takeBack(last.blocks)
        }
        if hasChanged { content.gather() }
    }

    /// The same for all states that came from the same sightings.
    package var fingerprint: UInt64 {
        content.store.fingerprint &+ content.known.fingerprint
            &+ UInt64(bitPattern: content.clock.newest?.nanoseconds ?? 0)
    }
}

extension SightingState: RestorableState {
    var isEmpty: Bool { content.store.count == 0 }

    func put(_ key: UInt64, _ record: UnsafeRawBufferPointer) throws(StateRefusal) {
        if WaitingUploads.isRecord(record) {
            guard let uploads = WaitingUploads.read(record), let last = uploads.map(\.time).max() else {
                throw StateRefusal("uploads that wait, of \(record.count) bytes, can't be read")
            }
            return content.store.set(key, record, age: StateTime(last).age)
        }
        var thing = ThingRecord()
        guard thing.read(record) else {
            throw StateRefusal(unreadable: "a thing's record", record, form: ThingRecord.version)
        }
        content.store.set(key, record, age: thing.age)
    }

    func remove(_ key: UInt64) { content.store.remove(key) }

    func resume(_ place: RestoredPlace) {
        content.clock = place.clock
        nextOffset = place.nextOffset
        lineage = place.lineage
        blocks = place.blocks
        content.known.restore(place.known, from: place.firstKnown)
        content.gather()
    }
}
