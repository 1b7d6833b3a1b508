internal import Events

/// What ends, what is forgotten, and what is worked out from what is known.
extension SightingFold {
    /// Campaigns whose things were not posted for long.
    mutating func endCampaigns(by newest: StateTime, _ outcome: inout SightingOutcome) {
        guard !active.isEmpty, nextEnd.map({ newest.seconds >= $0 }) ?? true else { return }
        var next = UInt32.max
        for key in active.sorted() {
            guard let bytes = store[key], record.read(bytes), let onset = record.campaign else {
                active.remove(key)
                continue
            }
            let (end, overflow) = record.last.seconds.addingReportingOverflow(settings.quiet)
            guard !overflow, end <= newest.seconds else {
                next = min(next, overflow ? .max : end)
                continue
            }
            record.campaign = nil
            let numbers = CampaignRule.Numbers(&record, now: record.last)
            outcome.campaigns.append(campaign(.end, .youngAccounts, key, onset.at, newest, numbers))
            record.passage = []
            active.remove(key)
            save(key)
        }
        nextEnd = next
    }

    mutating func forgetOld(_ age: RecordAge) {
        var gone: [KeyedStore.Key] = []
        store.forEach { key, _, last in
            if Int(last.period) + Int(SightingFold.remembered) < Int(age.period), !active.contains(key) {
                gone.append(key)
            }
        }
        for key in gone.sorted() { remove(key) }
    }

    /// Forgets the things that were seen longest ago, of those the lowest keys first, if there are too many.
    mutating func makeRoom() {
        guard store.count > settings.mostThings else { return }
        for key in store.oldest(max(1, store.count / 256)) {
            active.remove(key)
            remove(key)
            evicted += 1
        }
    }

    private mutating func remove(_ key: KeyedStore.Key) {
        if touched.insert(key) { before.note(key, in: store) }
        if let bytes = store[key], let hashes = ThingRecord.documentHashes(bytes) { documents.remove(key, hashes) }
        store.remove(key)
    }

    // MARK: Restoring

    /// Works out what follows from the store, once it was changed otherwise than by sightings.
    mutating func gather() {
        active = []
        nextEnd = nil
        var found: Set<KeyedStore.Key> = []
        store.forEach { key, bytes, _ in if ThingRecord.isCampaign(bytes) { found.insert(key) } }
        active = found
        gatherPictures()
        gatherDocuments()
    }

    mutating func gatherPictures() {
        var pictures: [Digest256] = []
        store.forEach { _, bytes, _ in if let picture = ThingRecord.picture(bytes) { pictures.append(picture) } }
        var clusters = PictureClusters()
        for picture in pictures { clusters.insert(picture) { _ in true } }
        self.clusters = clusters
    }
}
