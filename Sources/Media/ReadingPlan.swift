internal import Detection
internal import Events

/// Which of a batch's media have to be read for what. Makes nothing, and allocates nothing, where there is nothing to
/// do.
struct ReadingPlan {
    enum Source: Sendable {
        /// Base64 in the event.
        case inline(ByteRange)
        case address(ByteRange)

        var range: ByteRange {
            switch self {
            case .inline(let range), .address(let range): range
            }
        }

        var isInline: Bool { if case .inline = self { true } else { false } }
    }

    struct Item: Sendable {
        /// In `EventBatch.media`.
        let position: Int
        let source: Source
        var missing: MediaNeeds
        /// What is known so far.
        let fact: MediaFact
    }

    private(set) var items: [Item] = []
    /// Media that are the same as those of an item, and so need not be read themselves; positions as there.
    private(set) var copies: [(position: Int, original: Int)] = []
    /// Positions in `items` by a hash of where the bytes come from.
    private var places: [Int: Int] = [:]

    init(
        _ batch: EventBatch, _ selection: Selection, needs: MediaNeeds, fetch: Bool, _ facts: MediaFacts
    ) {
        guard !needs.isEmpty, !batch.media.isEmpty else { return }
        selection.forEach { event in
            for position in batch.events[event].media {
                let missing = facts[position].missing(of: needs)
                guard !missing.isEmpty, let source = Source(batch.media[position], fetch: fetch) else { continue }
                add(Item(position: position, source: source, missing: missing, fact: facts[position]), batch)
            }
        }
    }

    private mutating func add(_ item: Item, _ batch: EventBatch) {
        let place = batch.withBytes(item.source.range) { hash($0, isInline: item.source.isInline) }
        // Another item with the same hash is looked at once and no further, so that nobody can make this quadratic.
        if let first = places[place] {
            if isSame(items[first].source, item.source, batch) {
                items[first].missing.formUnion(item.missing)
                copies.append((item.position, items[first].position))
                return
            }
        } else {
            places[place] = items.count
        }
        items.append(item)
    }

    /// Of the length and both ends: cheap for large files, and enough to tell most apart.
    private func hash(_ bytes: UnsafeRawBufferPointer, isInline: Bool) -> Int {
        let reach = 128
        var hasher = Hasher()
        hasher.combine(isInline)
        hasher.combine(bytes.count)
        hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes.prefix(reach)))
        hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes.suffix(reach)))
        return hasher.finalize()
    }

    private func isSame(_ a: Source, _ b: Source, _ batch: EventBatch) -> Bool {
        guard a.isInline == b.isInline, a.range.count == b.range.count else { return false }
        return batch.withBytes(a.range) { a in batch.withBytes(b.range) { b in a.elementsEqual(b) } }
    }
}

extension ReadingPlan.Source {
    /// nil if the bytes can't be had: then the item stays unread, which is no failure of anything.
    fileprivate init?(_ item: Media, fetch: Bool) {
        if item.inline.isPresent {
            self = .inline(item.inline)
        } else if fetch, item.url.isPresent {
            self = .address(item.url)
        } else {
            return nil
        }
    }
}

extension MediaFact {
    /// Of what is needed, that which a (further) reading could tell.
    fileprivate func missing(of needs: MediaNeeds) -> MediaNeeds {
        switch state {
        case .unread: return needs
        case .failed: return []
        case .read:
            var missing: MediaNeeds = []
            if needs.contains(.digests), sha256 == nil || sha1 == nil || md5 == nil { missing.insert(.digests) }
            if needs.contains(.linking), linkingKeys == nil { missing.insert(.linking) }
            if pictureFailure == nil, type?.isPicture ?? true {
                if needs.contains(.picture), pdq == nil { missing.insert(.picture) }
                if needs.contains(.orientations), !hasOrientations { missing.insert(.orientations) }
            }
            return missing
        }
    }
}
