internal import Events

/// One sighting after another: what `SightingState` keeps, and how a sighting changes it.
struct SightingFold: ~Copyable {
    let settings: SightingSettings
    let keys: SightingKeys
    var store = KeyedStore()
    var clock = EventClock()
    var known: KnownEvents
    /// Which records the present batch has changed, and what was in them before.
    var touched = TouchedKeys()
    var before = StoreJournal.Entry()
    var clusters = PictureClusters()
    var documents = DocumentClusters()
    /// Things that are campaigns.
    var active: Set<KeyedStore.Key> = []
    /// No campaign ends before; nil: it must be found out.
    var nextEnd: UInt32?
    var record = ThingRecord()
    private let scratch: UnsafeMutableRawBufferPointer
    /// Where the first upload that waits is written, before it stands in the record.
    private let first: UnsafeMutableRawBufferPointer
    /// Things that were forgotten because there were too many.
    var evicted = 0

    /// Things that were not seen for so many periods of four hours (`RecordAge`) are forgotten: a week, of which counts
    /// know.
    static let remembered: UInt16 = 43

    /// - Parameter key: the deployment's, that names are hashed by.
    init(_ settings: SightingSettings, key: [UInt8]) {
        self.settings = settings
        keys = SightingKeys(key)
        known = KnownEvents(most: settings.mostSightings)
        scratch = .allocate(byteCount: BlockArena.longest, alignment: 64)
        first = .allocate(byteCount: WaitingUploads.longestFirst, alignment: 64)
    }

    deinit {
        scratch.deallocate()
        first.deallocate()
    }

    /// Before the first sighting of a batch.
    mutating func begin() {
        touched.removeAll()
        before = StoreJournal.Entry(like: before)
    }

    /// - Parameters:
    ///   - place: of the record that it stood in.
    ///   - kept: places of known sightings from there on may have to be restored.
    mutating func fold(
        _ sighting: Sighting, at place: (offset: Int64, written: Timestamp), keeping kept: UInt64,
        _ outcome: inout SightingOutcome
    ) {
        let period = clock.newest.map { StateTime($0).age }
        let placed = clock.place(
            sighting.time, written: place.written, lateness: settings.lateness.components.seconds,
            ahead: .seconds(60))
        let (time, newest) = (StateTime(placed.time), StateTime(clock.newest ?? placed.time))
        let hash = keys.sighting(sighting)
        guard known.first(hash, at: time) == nil else {
            outcome.repeated += 1
            return
        }
        known.append(KnownEvents.Entry(hash: hash, offset: place.offset, time: time), newest: newest, keeping: kept)
        endCampaigns(by: newest, &outcome)
        if period.map({ $0 < newest.age }) ?? false { forgetOld(newest.age) }
        guard placed.lateBy == nil else {
            outcome.late += 1
            return
        }
        count(sighting, time, place, &outcome)
        makeRoom()
    }

    // MARK: Counting

    private mutating func count(
        _ sighting: Sighting, _ time: StateTime, _ place: (offset: Int64, written: Timestamp),
        _ outcome: inout SightingOutcome
    ) {
        let key = open(sighting, time)
        let now = max(record.last, time)
        record.counts.advance(from: record.last, to: now)
        record.last = now
        let account = UInt32(truncatingIfNeeded: sighting.account)
        let isYoung = sighting.accountAge.map { Int64($0) * 3_600 < settings.youngerThan } ?? false
        if sighting.kind.isOfAccount {
            noteAccount(sighting, account, isYoung, time, place, &outcome)
            return save(key)
        }
        let isFirst = !sighting.isStream || record.stream == nil
        if sighting.isStream {
            // What somebody streams says nothing of who passes the link on.
            record.stream = record.stream ?? ThingRecord.Stream(account: account, isYoung: isYoung)
        } else {
            record.counts.add(1, at: time, now: now)
            record.accounts.add(account, at: time, now: now)
            if isYoung { record.young.add(account, at: time, now: now) }
            if sighting.network != 0 { record.networks.add(sighting.network, at: time, now: now) }
            if sighting.host != 0 { record.hosts.add(sighting.host, at: time, now: now) }
            record.recent.add(account, isYoung: isYoung, at: time)
        }
        let numbers = CampaignRule.Numbers(&record, now: now)
        if let onset = record.campaign {
            if !sighting.isActedOn { supersede(sighting, key, onset, numbers, place, &outcome) }
            if numbers.young >= 2 * Int(max(1, onset.told)) {
                record.campaign?.told = UInt32(clamping: numbers.young)
                outcome.campaigns.append(campaign(.update, .youngAccounts, key, onset.at, now, numbers))
            }
        } else if let reason = CampaignRule.reason(settings, record, numbers, now: now) {
            if sighting.kind == .document {
                record.passage = keys.passages.opened(sighting.passage, verdict: sighting.verdict)
            }
            let onset = ThingRecord.Onset(at: now, told: UInt32(clamping: numbers.young))
            record.campaign = onset
            active.insert(key)
            nextEnd = nil
            let told = campaign(.onset, reason, key, now, now, numbers)
            outcome.campaigns.append(told)
            supersedeWaiting(key, told, place, &outcome)
            if !sighting.isActedOn { supersede(sighting, key, onset, numbers, place, &outcome) }
        } else if !sighting.isActedOn, isFirst {
            if let times = nearRepeats(numbers) {
                outcome.supersede(
                    sighting.reference, sighting.verdict, uploaded: sighting.time,
                    for: .account("repeated-near", value: times, time: now.timestamp), place, keys.seal)
            }
            wait(sighting, key, time)
        }
        save(key)
    }

    /// An account that comes back is told of at the first that is seen of it, and not again for as long as it is among the
    /// last with its mark; a stream likewise.
    private mutating func noteAccount(
        _ sighting: Sighting, _ account: UInt32, _ isYoung: Bool, _ time: StateTime,
        _ place: (offset: Int64, written: Timestamp), _ outcome: inout SightingOutcome
    ) {
        switch sighting.measure {
        case .against:
            record.removed = (account, time)
            // Those that were removed are none of the many who share a mark.
            if sighting.kind.isMark { record.recent.remove(account) }
            return
        case .restored:
            // A mark's others were not.
            if sighting.kind == .streamer || record.removed?.account == account { record.removed = nil }
            if sighting.kind.isMark { record.recent.add(account, isYoung: isYoung, at: time) }
            return
        case nil: break
        }
        if !record.recent.contains(account), !sighting.isActedOn,
            let known = KnownAccount(record, account, isYoung, sighting.accountAge, time, settings)
        {
            outcome.supersede(
                sighting.reference, sighting.verdict, uploaded: sighting.time,
                for: .account(known.fact, value: known.hours, time: record.last.timestamp), place, keys.seal)
        }
        record.recent.add(account, isYoung: isYoung, at: time)
    }

    /// Makes `record` that of the thing that was seen, or of the one that it is near to.
    private mutating func open(_ sighting: Sighting, _ time: StateTime) -> KeyedStore.Key {
        var fingerprint = sighting.fingerprint
        if sighting.kind == .picture, let nearest = nearest(to: fingerprint) { fingerprint = nearest }
        let key =
            sighting.kind == .document ? documentKey(fingerprint) : keys.thing(sighting.kind, fingerprint)
        if let old = store[key], record.read(old) {
            if sighting.kind == .document { noteCopy(fingerprint, of: key) }
            forgetFirstWaiting(key)
            return key
        }
        record.begin(sighting.kind, fingerprint, at: time)
        if sighting.kind == .picture { insertPicture(fingerprint) }
        if sighting.kind == .document { documents.insert(key, DocumentSketch.entries(fingerprint)) }
        return key
    }

    private borrowing func isKnown(_ picture: Digest256) -> Bool { store[keys.thing(.picture, picture)] != nil }

    borrowing func nearest(to picture: Digest256) -> Digest256? {
        clusters.nearest(to: picture, within: settings.distance) { store[keys.thing(.picture, $0)] != nil }
    }

    private mutating func insertPicture(_ picture: Digest256) {
        if clusters.count > 2 * store.count + 65_536 { gatherPictures() }
        var clusters = clusters
        self.clusters.removeAll()
        clusters.insert(picture) { $0 == picture || isKnown($0) }
        self.clusters = clusters
    }

    /// Remembers an upload that nothing was asked of.
    private mutating func wait(_ sighting: Sighting, _ key: KeyedStore.Key, _ time: StateTime) {
        let place = WaitingUploads.key(of: key)
        var out = RecordWriter(scratch)
        if let old = store[place] {
            out.copy(old)
        } else if record.firstWaiting.isEmpty, sighting.reference.count + 48 <= first.count {
            var entry = RecordWriter(first)
            if WaitingUploads.append(sighting, to: &entry) { record.firstWaiting = entry.written }
            return
        } else {
            out.byte(record.firstWaiting.isEmpty ? WaitingUploads.versionWithFirst : WaitingUploads.version)
        }
        guard WaitingUploads.append(sighting, to: &out) else { return }
        if touched.insert(place) { before.note(place, in: store) }
        store.set(place, out.written, age: max(store.age(of: place) ?? time.age, time.age))
    }

    /// The first upload that waits is forgotten as the others are: after a week, unless one waits that came later.
    private mutating func forgetFirstWaiting(_ key: KeyedStore.Key) {
        guard !record.firstWaiting.isEmpty, let newest = clock.newest,
            let time = WaitingUploads.time(ofFirst: record.firstWaiting),
            Int(StateTime(time).age.period) + Int(SightingFold.remembered) < Int(StateTime(newest).age.period),
            store[WaitingUploads.key(of: key)] == nil
        else { return }
        record.firstWaiting = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private mutating func supersedeWaiting(
        _ key: KeyedStore.Key, _ campaign: Campaign, _ place: (offset: Int64, written: Timestamp),
        _ outcome: inout SightingOutcome
    ) {
        let waiting = WaitingUploads.key(of: key)
        let others = store[waiting].flatMap(WaitingUploads.read)
        for upload in (WaitingUploads.uploads(record.firstWaiting) ?? []) + (others ?? []) {
            outcome.supersede(
                upload.reference, upload.verdict, uploaded: upload.time, for: .campaign(campaign), place, keys.seal)
        }
        record.firstWaiting = UnsafeRawBufferPointer(start: nil, count: 0)
        guard others != nil else { return }
        if touched.insert(waiting) { before.note(waiting, in: store) }
        store.remove(waiting)
    }

    private borrowing func supersede(
        _ sighting: Sighting, _ key: KeyedStore.Key, _ onset: ThingRecord.Onset, _ numbers: CampaignRule.Numbers,
        _ place: (offset: Int64, written: Timestamp), _ outcome: inout SightingOutcome
    ) {
        outcome.supersede(
            sighting.reference, sighting.verdict, uploaded: sighting.time,
            for: .campaign(campaign(.update, .youngAccounts, key, onset.at, record.last, numbers)), place, keys.seal)
    }

    borrowing func campaign(
        _ phase: Campaign.Phase, _ reason: Campaign.Reason, _ key: KeyedStore.Key, _ onset: StateTime, _ now: StateTime,
        _ numbers: CampaignRule.Numbers
    ) -> Campaign {
        Campaign(
            phase: phase, reason: reason, kind: record.kind, fingerprint: record.fingerprint, words: record.words,
            id: Campaign.id(of: key, since: onset), onset: onset.timestamp, time: now.timestamp,
            firstSeen: record.first.timestamp, accounts: numbers.accounts, youngAccounts: numbers.young,
            networks: numbers.networks, lastHour: record.counts.lastHour, signalFor: settings.signalFor)
    }

    mutating func save(_ key: KeyedStore.Key) {
        var out = RecordWriter(scratch)
        record.write(to: &out)
        precondition(!out.isCut, "a record has its bounds")
        if touched.insert(key) { before.note(key, in: store) }
        store.set(key, out.written, age: record.age)
    }
}
