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

    let settings: AccountSettings
    private let accountKey: SipHash
    private let thingKey: SipHash
    var store = KeyedStore()
    var clock = EventClock()
    var known: KnownEvents
    /// Where the fold stands: of the record behind the last batch; nil before the first.
    package internal(set) var nextOffset: Int64?
    private var touched = TouchedKeys()
    /// Of batches that are not committed, the oldest first.
    private var undo: [Undo] = []
    private var before = StoreJournal.Entry()
    private let scratch: UnsafeMutableRawBufferPointer
    /// Accounts that were forgotten because there were too many.
    package private(set) var evicted = 0

    /// How to go back to before one batch.
    private struct Undo {
        var firstOffset: Int64
        var nextOffset: Int64
        var store: StoreJournal.Entry
        var clock: EventClock
        var known: KnownEvents.Mark
        var before: Int64?
    }

    /// - Parameter key: the deployment's, that names are hashed by.
    package init(_ settings: AccountSettings, key: [UInt8]) {
        self.settings = settings
        known = KnownEvents(most: settings.mostEvents)
        let hmac = HMAC(key: key)
        func derived(_ use: StaticString) -> SipHash {
            let code = use.withUTF8Buffer { hmac.code(for: UnsafeRawBufferPointer($0)) }
            return withUnsafeBytes(of: code.firstHalf) { SipHash(key: $0) }
        }
        accountKey = derived("weir state account")
        thingKey = derived("weir state thing")
        scratch = .allocate(byteCount: 4_096, alignment: 16)
    }

    deinit { scratch.deallocate() }

    package var accounts: Int { store.count }
    /// Memory.
    package var bytes: Int { store.bytes }
    /// Of the records alone.
    package var recordBytes: Int { store.recordBytes }
    /// Events that are known, so that they count once.
    package var events: Int { known.count }
    /// The time of the newest event; nil before the first.
    package var newest: Timestamp? { clock.newest }

    /// Takes a batch in, whose records follow those of the batch before. Records that the fold has seen already change
    /// nothing, and nothing is known of them.
    ///
    /// - Parameter nextOffset: of the record behind the batch.
    package func fold(_ batch: EventBatch, nextOffset: Int64) -> Folded {
        var folded = Folded()
        guard let firstOffset = batch.events.first?.offset else { return folded }
        touched.removeAll()
        before = StoreJournal.Entry()
        let (clockBefore, knownBefore) = (clock, known.mark)
        let offsetBefore = self.nextOffset
        for position in batch.events.indices where batch.events[position].offset >= offsetBefore ?? .min {
            fold(batch.events[position], at: position, batch, &folded.facts)
        }
        self.nextOffset = max(nextOffset, offsetBefore ?? .min)
        folded.changes.append(changedKeys: touched.keys, of: store)
        folded.changes.append(clock: clock, known: known, nextOffset: self.nextOffset ?? 0, since: knownBefore)
        undo.append(
            Undo(
                firstOffset: firstOffset, nextOffset: nextOffset, store: before, clock: clockBefore, known: knownBefore,
                before: offsetBefore))
        before = StoreJournal.Entry()
        return folded
    }

    /// Takes in a batch that is never taken back, and gives it with what is known of its events.
    package func withFacts(_ batch: EventBatch) -> EventBatch {
        // A file's lines are counted anew.
        nextOffset = nil
        let facts = fold(batch, nextOffset: (batch.events.last?.offset ?? 0) + 1).facts
        undo.removeAll()
        return facts.isEmpty ? batch : batch.with(facts)
    }

    /// What lies before an offset is committed and can't be taken back any more.
    package func committed(before offset: Int64) {
        let done = undo.firstIndex { $0.nextOffset > offset } ?? undo.count
        undo.removeFirst(done)
    }

    /// Takes back what came from an offset on: as if it had never been read.
    package func rollBack(to offset: Int64) {
        while let last = undo.last, last.firstOffset >= offset {
            last.store.restore(&store)
            clock = last.clock
            known.restore(last.known)
            nextOffset = last.before
            undo.removeLast()
        }
    }

    /// The same for all states that came from the same events.
    package var fingerprint: UInt64 {
        var sum = store.fingerprint
        for place in known.mark.first..<known.mark.end {
            let entry = known[place]
            sum &+= (entry.hash ^ UInt64(bitPattern: entry.offset)) &* 0x9E37_79B9_7F4A_7C15
        }
        return sum &+ UInt64(bitPattern: clock.newest?.nanoseconds ?? 0)
    }

    func key(of account: String) -> KeyedStore.Key {
        var account = account
        return account.withUTF8 { key(UnsafeRawBufferPointer($0)) }
    }

    /// 0 is none.
    private func key(_ account: UnsafeRawBufferPointer) -> KeyedStore.Key { max(1, accountKey.hash(account)) }

    // MARK: One event

    private func fold(
        _ event: UploadEvent, at position: Int, _ batch: EventBatch, _ facts: inout [EventFact]
    ) {
        func report(_ fact: Code, _ value: Int64) {
            facts.append(EventFact(event: position, fact: fact, value: value))
        }
        let placed = clock.place(
            event.time, written: event.received, lateness: settings.lateness, ahead: settings.ahead)
        if let ahead = placed.aheadBy { report("future-clock", ahead) }
        let time = StateTime(placed.time)
        let hash = identity(of: event, batch)
        if let first = known.first(hash, at: time) { return report(duplicateFact, first.offset) }
        known.append(
            KnownEvents.Entry(hash: hash, offset: event.offset, time: time),
            newest: StateTime(clock.newest ?? placed.time), keeping: undo.first?.known.first ?? known.mark.first)
        if let late = placed.lateBy { return report("late-event", late) }

        let key = batch.withBytes(event.accountID, key)
        let old = store[key]
        let read = old.flatMap(AccountRecord.init)
        var record = read ?? AccountRecord(first: time)
        let now = max(record.last, time)
        if read != nil, time > record.last {
            let away = time.seconds - record.last.seconds
            if away >= 86_400 { record.woke = (time, away / 3_600) }
        }
        record.advance(to: now)
        let isFirstStream = count(event, batch, time, now, &record)
        var view = AccountView(record: record, now: now, isNew: read == nil, does: does(event))
        view.isFirstStream = isFirstStream
        if !event.links.isEmpty { view.hosts = countHosts(event, batch, time, now, &record.hosts) }
        if event.type != .share { countRepeats(event, batch, now, &record, &view) }
        for rule in settings.rules { rule.look(at: view, report) }
        save(key, record)
        makeRoom()
    }

    /// Of source, id and account.
    private func identity(of event: UploadEvent, _ batch: EventBatch) -> UInt64 {
        var count = 0
        for part in [event.source, event.id, event.accountID] {
            batch.withBytes(part) { bytes in
                // Hashes of the parts and not the parts, so that no two ways of cutting them are one.
                let hash = thingKey.hash(bytes)
                scratch.storeBytes(of: hash, toByteOffset: count, as: UInt64.self)
            }
            count += 8
        }
        return thingKey.hash(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
    }

    private func does(_ event: UploadEvent) -> ActivitySet {
        var does: ActivitySet = []
        if event.title.isPresent || event.body.isPresent { does.insert(ActivitySet(.text)) }
        if !event.media.isEmpty { does.insert(ActivitySet(.media)) }
        if !event.links.isEmpty { does.insert(ActivitySet(.links)) }
        if event.type == .liveSegment { does.insert(ActivitySet(.live)) }
        return does
    }

    /// - Returns: whether the event is of the first live stream within a week.
    private func count(
        _ event: UploadEvent, _ batch: EventBatch, _ time: StateTime, _ now: StateTime, _ record: inout AccountRecord
    ) -> Bool {
        let does = does(event)
        var isFirstStream = false
        if does.contains(.live) {
            let stream = UInt32(truncatingIfNeeded: batch.withBytes(event.streamID, thingKey.hash))
            if record[.live].lastWeek == 0 { record.firstStream = stream }
            isFirstStream = record.firstStream == stream
        }
        if does.contains(.text) { record[.text].add(1, at: time, now: now) }
        if does.contains(.media) { record[.media].add(UInt16(clamping: event.media.count), at: time, now: now) }
        if does.contains(.links) { record[.links].add(UInt16(clamping: event.links.count), at: time, now: now) }
        if does.contains(.live) { record[.live].add(1, at: time, now: now) }
        return isFirstStream
    }

    private func countHosts(
        _ event: UploadEvent, _ batch: EventBatch, _ time: StateTime, _ now: StateTime, _ part: inout AccountRecord.Part
    ) -> Int {
        var hosts = DistinctCount()
        if !part.bytes.isEmpty {
            hosts = part.bytes.withUnsafeBytes { bytes in
                var reader = RecordReader(bytes)
                return DistinctCount(now: part.base, from: &reader)
            }
        }
        for link in batch.links[event.links] {
            guard let count = batch.withBytes(link, { LinkHost.write($0, to: scratch) }) else { continue }
            let hash = thingKey.hash(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            hosts.add(UInt32(truncatingIfNeeded: hash), at: time, now: now)
        }
        let count = hosts.count(now: now)
        part = written(now) { hosts.write(now: now, to: &$0) }
        return count
    }

    private func countRepeats(
        _ event: UploadEvent, _ batch: EventBatch, _ now: StateTime, _ record: inout AccountRecord,
        _ view: inout AccountView
    ) {
        let text = event.body.isPresent ? event.body : event.title
        let letters = batch.withBytes(text) { TextSkeleton.write($0, to: scratch) }
        if let letters {
            let hash = thingKey.hash(UnsafeRawBufferPointer(rebasing: scratch[..<letters]))
            view.textRepeats = repeats([hash], now, &record.repeatedTexts)
        }
        var media: [UInt64] = []
        for item in batch.media[event.media] {
            if let digest = item.sha256 {
                media.append(digest.words.0)
            } else if let digest = item.md5 {
                media.append(digest.words.0)
            }
        }
        if !media.isEmpty { view.mediaRepeats = repeats(media, now, &record.repeatedMedia) }
    }

    private func repeats(_ hashes: [UInt64], _ now: StateTime, _ part: inout AccountRecord.Part) -> Int {
        var repeats = Repeats()
        if !part.bytes.isEmpty {
            repeats = part.bytes.withUnsafeBytes { bytes in
                var reader = RecordReader(bytes)
                return Repeats(now: part.base, from: &reader)
            }
        }
        var most = 0
        for hash in hashes { most = max(most, repeats.add(UInt32(truncatingIfNeeded: hash), now: now)) }
        part = written(now) { repeats.write(now: now, to: &$0) }
        return most
    }

    private func written(_ now: StateTime, _ write: (inout RecordWriter) -> Void) -> AccountRecord.Part {
        var out = RecordWriter(UnsafeMutableRawBufferPointer(rebasing: scratch[1_024..<2_048]))
        write(&out)
        return AccountRecord.Part(bytes: ArraySlice(out.written), base: now)
    }

    private func save(_ key: UInt64, _ record: AccountRecord) {
        var out = RecordWriter(UnsafeMutableRawBufferPointer(rebasing: scratch[2_048..<2_048 + BlockArena.longest]))
        record.write(to: &out)
        precondition(!out.isCut, "a record has its bounds")
        if touched.insert(key) { before.note(key, in: store) }
        store.set(key, out.written, age: record.last.age)
    }

    // MARK: Bounds

    /// Forgets the accounts that were seen longest ago, of those the lowest keys first, if there are too many.
    private func makeRoom() {
        guard store.count > settings.mostAccounts || store.footprint > settings.mostBytes else { return }
        for key in store.oldest(max(1, store.count / 256)) {
            if touched.insert(key) { before.note(key, in: store) }
            store.remove(key)
            evicted += 1
        }
    }
}
