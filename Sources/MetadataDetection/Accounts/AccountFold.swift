internal import Events
internal import Glibc

/// One event after another: what `AccountState` keeps, and how an event changes it.
///
/// A value of its own and not a part of the class, so that its parts are had without asking whether somebody else has
/// them (SE-0176), a dozen times an event.
struct AccountFold: ~Copyable {
    let settings: AccountSettings
    private let accountKey: SipHash
    private let thingKey: SipHash
    var store = KeyedStore()
    var clock = EventClock()
    var known: KnownEvents
    /// Which accounts the present batch has changed, and what was known of them before.
    private(set) var touched = TouchedKeys()
    private(set) var before = StoreJournal.Entry()
    private let scratch: UnsafeMutableRawBufferPointer
    /// Of the events of the present batch.
    private var identities = BatchIdentities()
    /// Of the present event's account, if it has links, and then if it has hashtags.
    private var distinct = DistinctCount()
    /// Accounts that were forgotten because there were too many.
    private(set) var evicted = 0

    /// Which parts of `scratch` hold what.
    private enum Scratch {
        /// Letters of a text, or the host of a link.
        static let text = 0..<512
        static let hosts = 512..<1_536
        static let texts = 1_536..<1_664
        static let media = 1_664..<1_792
        static let hashtags = 1_792..<2_816
        static let record = 2_816..<2_816 + BlockArena.longest
    }

    /// - Parameter key: the deployment's, that names are hashed by.
    init(_ settings: AccountSettings, key: [UInt8]) {
        self.settings = settings
        known = KnownEvents(most: settings.mostEvents)
        let hmac = HMAC(key: key)
        func derived(_ use: StaticString) -> SipHash {
            let code = use.withUTF8Buffer { hmac.code(for: UnsafeRawBufferPointer($0)) }
            return withUnsafeBytes(of: code.firstHalf) { SipHash(key: $0) }
        }
        accountKey = derived("weir state account")
        thingKey = derived("weir state thing")
        scratch = .allocate(byteCount: Scratch.record.upperBound, alignment: 64)
    }

    deinit { scratch.deallocate() }

    /// Before the first event of a batch: works out what its events are known by, and brings near what is known by it.
    mutating func begin(_ batch: EventBatch) {
        touched.removeAll()
        before = StoreJournal.Entry(like: before)
        identities.removeAll(andMakeRoomFor: batch.count)
        batch.bytes.withUnsafeBytes { bytes in
            var source: (bytes: UnsafeRawBufferPointer, then: SipHash.Sequence)?
            var lateness = settings.lateness.components.seconds
            for position in batch.events.indices {
                let account = key(bytes[batch.events[position].accountID])
                // Most events of a partition have the same source.
                let name = bytes[batch.events[position].source]
                if source == nil || !isEqual(source?.bytes, name) {
                    var sequence = thingKey.sequence()
                    sequence.append(name)
                    source = (name, sequence)
                    lateness =
                        (settings.latenessBySource.lateness(of: name) ?? settings.lateness).components.seconds
                }
                guard var identity = source?.then else { continue }
                identity.append(account)
                identity.append(bytes[batch.events[position].id])
                identities.append(event: identity.hash(), account: account, lateness: lateness)
            }
        }
        identities.touched = store.touch(identities.accounts) &+ known.touch(identities.events)
    }

    private func isEqual(_ a: UnsafeRawBufferPointer?, _ b: UnsafeRawBufferPointer) -> Bool {
        guard let a, a.count == b.count else { return false }
        guard let a = a.baseAddress, let other = b.baseAddress else { return true }
        return memcmp(a, other, b.count) == 0
    }

    func key(of account: String) -> KeyedStore.Key {
        var account = account
        return account.withUTF8 { key(UnsafeRawBufferPointer($0)) }
    }

    /// 0 is none.
    private func key(_ account: UnsafeRawBufferPointer) -> KeyedStore.Key { max(1, accountKey.hash(account)) }

    // MARK: One event

    /// - Parameters:
    ///   - position: in the batch that `begin` was told.
    ///   - kept: places of known events from there on may have to be restored.
    mutating func fold(
        _ event: UploadEvent, at position: Int, _ batch: EventBatch, keeping kept: UInt64,
        _ facts: inout [EventFact]
    ) {
        func report(_ fact: Code, _ value: Int64) {
            facts.append(EventFact(event: position, fact: fact, value: value))
        }
        let placed = clock.place(
            event.time, written: event.received, lateness: identities.lateness(position), ahead: settings.ahead)
        if let ahead = placed.aheadBy { report("future-clock", ahead) }
        let time = StateTime(placed.time)
        let hash = identities.events[position]
        if let first = known.first(hash, at: time) { return report(duplicateFact, first.offset) }
        known.append(
            KnownEvents.Entry(hash: hash, offset: event.offset, time: time),
            newest: StateTime(clock.newest ?? placed.time), keeping: kept)
        if let late = placed.lateBy { return report("late-event", late) }

        let key = identities.accounts[position]
        if let action = event.action {
            return take(action, weight: event.actionWeight, of: key, at: time) { report("account-action", $0) }
        }
        var view = AccountView(firstSeen: time, does: does(event))
        if let old = store[key], view.record.read(old) {
            view.isNew = false
            view.now = max(view.record.last, time)
            if time > view.record.last {
                let away = time.seconds - view.record.last.seconds
                if away >= 86_400 { view.record.woke = (time, away / 3_600) }
            }
            view.record.advance(to: view.now)
        }
        count(event, batch, time, &view)
        if !event.links.isEmpty { countHosts(event, batch, time, &view) }
        if view.does.contains(.text) { countHashtags(event, batch, time, &view) }
        if event.type != .share { countRepeats(event, batch, &view) }
        settings.rules.look(at: view, report)
        save(key, view.record)
        makeRoom()
    }

    /// What the platform did about an account: nothing that the account did, so that its windows stay as they are.
    ///
    /// - Parameter report: told what strikes it has from then on, in hundredths.
    private mutating func take(
        _ action: AccountAction, weight: Int64?, of key: KeyedStore.Key, at time: StateTime, _ report: (Int64) -> Void
    ) {
        var record = AccountRecord(first: time)
        if let old = store[key] { _ = record.read(old) }
        let decay = settings.rules.strikeDecay
        var strikes = record.strikes ?? Strikes()
        strikes.take(action, weight: weight, at: time, decay)
        report(Int64(strikes.value(at: time, decay) / 10))
        record.strikes = strikes.isEmpty ? nil : strikes
        save(key, record)
        makeRoom()
    }

    private func does(_ event: UploadEvent) -> ActivitySet {
        var does: ActivitySet = []
        if event.title.isPresent || event.body.isPresent { does.insert(ActivitySet(.text)) }
        if !event.media.isEmpty { does.insert(ActivitySet(.media)) }
        if !event.links.isEmpty { does.insert(ActivitySet(.links)) }
        if event.type == .liveSegment { does.insert(ActivitySet(.live)) }
        return does
    }

    private func count(_ event: UploadEvent, _ batch: EventBatch, _ time: StateTime, _ view: inout AccountView) {
        if view.does.contains(.live) {
            let stream = batch.withBytes(event.streamID, thingKey.shortHash)
            if view.record.counts[Activity.live.rawValue].lastWeek == 0 { view.record.firstStream = stream }
            view.isFirstStream = view.record.firstStream == stream
        }
        func add(_ amount: Int, to activity: Activity) {
            view.record.counts[activity.rawValue].add(UInt16(clamping: amount), at: time, now: view.now)
        }
        if view.does.contains(.text) { add(1, to: .text) }
        if view.does.contains(.media) { add(event.media.count, to: .media) }
        if view.does.contains(.links) { add(event.links.count, to: .links) }
        if view.does.contains(.live) { add(1, to: .live) }
    }

    private mutating func countHosts(
        _ event: UploadEvent, _ batch: EventBatch, _ time: StateTime, _ view: inout AccountView
    ) {
        let now = view.now
        distinct.read(view.record.hosts)
        for link in batch.links[event.links] {
            guard let count = batch.withBytes(link, { LinkHost.write($0, to: scratch) }) else { continue }
            let hash = thingKey.shortHash(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            distinct.add(hash, at: time, now: now)
        }
        view.hosts = distinct.count(now: now)
        view.record.hosts = written(in: Scratch.hosts, now) { distinct.write(now: now, to: &$0) }
    }

    private mutating func countHashtags(
        _ event: UploadEvent, _ batch: EventBatch, _ time: StateTime, _ view: inout AccountView
    ) {
        let now = view.now
        var known = EventHashtags()
        batch.bytes.withUnsafeBytes { bytes in
            func look(_ text: ByteRange) {
                guard text.isPresent, !known.isFull else { return }
                Hashtags.forEach(in: bytes[text], scratch) { letters in
                    if known.isEmpty { distinct.read(view.record.hashtags) }
                    let hash = thingKey.shortHash(letters)
                    distinct.add(hash, at: time, now: now)
                    return known.add(hash)
                }
            }
            look(event.title)
            look(event.body)
        }
        guard !known.isEmpty else { return }
        view.hashtags = known.count
        view.hashtagsOfDay = distinct.count(now: now)
        view.record.hashtags = written(in: Scratch.hashtags, now) { distinct.write(now: now, to: &$0) }
    }

    private func countRepeats(_ event: UploadEvent, _ batch: EventBatch, _ view: inout AccountView) {
        let now = view.now
        let text = event.body.isPresent ? event.body : event.title
        let letters = batch.withBytes(text) { TextSkeleton.write($0, to: scratch) }
        if let letters {
            let hash = thingKey.shortHash(UnsafeRawBufferPointer(rebasing: scratch[..<letters]))
            var texts = repeats(view.record.repeatedTexts)
            view.textRepeats = texts.add(hash, now: now)
            view.record.repeatedTexts = written(in: Scratch.texts, now) { texts.write(now: now, to: &$0) }
        }
        guard event.media.contains(where: { batch.media[$0].sha256 != nil || batch.media[$0].md5 != nil }) else {
            return
        }
        var media = repeats(view.record.repeatedMedia)
        for item in event.media {
            guard let word = batch.media[item].sha256?.words.0 ?? batch.media[item].md5?.words.0 else { continue }
            view.mediaRepeats = max(view.mediaRepeats, media.add(UInt32(truncatingIfNeeded: word), now: now))
        }
        view.record.repeatedMedia = written(in: Scratch.media, now) { media.write(now: now, to: &$0) }
    }

    private func repeats(_ part: AccountRecord.Part) -> Repeats {
        guard !part.isEmpty else { return Repeats() }
        var reader = RecordReader(part.bytes)
        return Repeats(now: part.base, from: &reader)
    }

    @inline(__always)
    private func written(
        in place: Range<Int>, _ now: StateTime, _ write: (inout RecordWriter) -> Void
    ) -> AccountRecord.Part {
        var out = RecordWriter(UnsafeMutableRawBufferPointer(rebasing: scratch[place]))
        write(&out)
        precondition(!out.isCut, "a part has its bounds")
        return AccountRecord.Part(bytes: out.written, base: now)
    }

    private mutating func save(_ key: UInt64, _ record: borrowing AccountRecord) {
        var out = RecordWriter(UnsafeMutableRawBufferPointer(rebasing: scratch[Scratch.record]))
        record.write(to: &out)
        precondition(!out.isCut, "a record has its bounds")
        if touched.insert(key) { before.note(key, in: store) }
        store.set(key, out.written, age: record.last.age)
    }

    // MARK: Bounds

    /// Forgets the accounts that were seen longest ago, of those the lowest keys first, if there are too many.
    private mutating func makeRoom() {
        guard store.count > settings.mostAccounts || store.footprint > settings.mostBytes else { return }
        for key in store.oldest(max(1, store.count / 256)) {
            if touched.insert(key) { before.note(key, in: store) }
            store.remove(key)
            evicted += 1
        }
    }
}
