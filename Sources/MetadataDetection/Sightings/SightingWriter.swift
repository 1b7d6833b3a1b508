package import Detection
package import Events
internal import Signals

/// Makes sightings of judged uploads, as records of the sightings topic.
///
/// Those of a batch that go the same way are one record. Which way a thing goes follows from what it is known by, so that
/// all sightings of one come to one partition; all pictures go one way, since near ones must meet, and all documents another.
package struct SightingWriter: Sendable {
    /// Ways beside those of pictures and documents, and so partitions among which they can be spread.
    package static let ways = 64
    /// From so many bytes on another record is begun, so that with the longest names too one is far below what brokers take.
    static let fullRecord = 256 << 10
    /// Links of an upload that are counted: one with more has a link list, and no link of it stands out.
    package static let mostLinks = 8

    package struct Record: Sendable, Equatable {
        package let key: [UInt8]
        package let value: [UInt8]
    }

    private let settings: SightingSettings
    let keys: SightingKeys
    let texts: TextReader?

    /// - Parameters:
    ///   - key: the deployment's, that names are hashed by.
    ///   - texts: nil: no documents are seen.
    package init(_ settings: SightingSettings, key: [UInt8], texts: TextReader? = nil) {
        self.settings = settings
        self.texts = settings.things.contains(.document) ? texts : nil
        keys = SightingKeys(key)
    }

    /// - Parameters:
    ///   - facts: of the batch's media.
    ///   - isActedOn: by event, whether its verdict asks for something.
    package func records(of batch: EventBatch, _ facts: MediaFacts, isActedOn: (Int) -> Bool) -> [Record] {
        var parts = [[UInt8]](repeating: [], count: SightingWriter.ways + 2)
        var full: [Record] = []
        let repeated = Set(batch.facts.lazy.filter { $0.fact == duplicateFact }.map(\.event))
        let ids = VerdictID(topic: batch.topic, partition: batch.partition)
        var scratch = [UInt8](repeating: 0, count: TextSkeleton.most + 1)
        for (position, event) in batch.events.enumerated() where !repeated.contains(position) {
            // Made when the first thing is found: most texts have none.
            var base: Sighting?
            func known() -> Sighting {
                let sighting = base ?? self.base(of: event, batch, ids, isActedOn: isActedOn(position))
                base = sighting
                return sighting
            }
            func add(_ kind: Sighting.Kind, _ fingerprint: Digest256, _ passage: [UInt8] = []) {
                var sighting = known()
                sighting.kind = kind
                sighting.fingerprint = fingerprint
                sighting.measure = measure(event.action, on: kind)
                sighting.isStream = kind == .link && event.type == .liveSegment
                sighting.passage = passage
                sighting.host = kind == .text || kind == .document ? host(of: event, batch, &scratch) : 0
                if kind == .streamer {
                    // Nobody else has an account's streams: they are counted as a thing's accounts are.
                    sighting.account = event.streamID.isPresent ? batch.withBytes(event.streamID, keys.account) : 0
                }
                let way = SightingWriter.way(of: sighting)
                SightingCoding.append(sighting, to: &parts[way])
                guard parts[way].count >= SightingWriter.fullRecord else { return }
                full.append(Record(key: SightingWriter.key(ofWay: way), value: parts[way]))
                parts[way] = []
            }
            addMedia(of: event, batch, facts) { add($0, $1) }
            addAccount(of: event, batch) { add($0, $1) }
            if settings.things.contains(.link) { addLinks(of: event, batch) { add($0, $1) } }
            if settings.things.contains(.text), let text = text(of: event, batch, &scratch) { add(.text, text) }
            if let text = document(of: event, batch, verdict: { known().verdict }) {
                add(.document, text.sketch, text.passage)
            }
        }
        return full
            + parts.enumerated().compactMap { way, bytes in
                bytes.isEmpty ? nil : Record(key: SightingWriter.key(ofWay: way), value: bytes)
            }
    }

    static func way(of sighting: Sighting) -> Int {
        switch sighting.kind {
        case .picture: ways
        case .document: ways + 1
        default: withUnsafeBytes(of: sighting.fingerprint) { Int($0[0]) } % ways
        }
    }

    private static func key(ofWay way: Int) -> [UInt8] {
        let name = way < ways ? "\(way)" : way == ways ? "pictures" : "documents"
        return Array(name.utf8)
    }

    private func base(of event: UploadEvent, _ batch: EventBatch, _ ids: VerdictID, isActedOn: Bool) -> Sighting {
        batch.bytes.withUnsafeBytes { bytes in
            let verdict = ids.digest(offset: event.offset, event: bytes[event.id])
            // A clock that runs ahead is not believed.
            let time = event.time > event.received ? event.received : event.time
            return Sighting(
                kind: .file, fingerprint: Digest256(), verdict: verdict, time: time,
                accountAge: event.accountCreatedAt.map { UInt32(clamping: max(0, time.seconds(since: $0)) / 3_600) },
                account: keys.account(bytes[event.accountID]),
                network: event.network.isPresent ? keys.network(bytes[event.network]) : 0, isActedOn: isActedOn,
                isStream: false, measure: nil, host: 0,
                reference: keys.seal.sealed(
                    subject: bytes[event.subject], event: bytes[event.id], account: bytes[event.accountID],
                    verdict: verdict))
        }
    }

    private func addMedia(
        of event: UploadEvent, _ batch: EventBatch, _ facts: MediaFacts, _ add: (Sighting.Kind, Digest256) -> Void
    ) {
        for item in event.media {
            let (media, fact) = (batch.media[item], facts[item])
            if settings.things.contains(.file), let hash = fact.sha256 ?? media.sha256 { add(.file, hash) }
            guard settings.things.contains(.picture), let hash = fact.pdq ?? media.pdq else { continue }
            if SightingWriter.tells(hash, fact.quality) { add(.picture, hash) }
        }
    }

    /// Whether a picture's hash says enough to be compared. Of plain pictures it does not, and they are all alike.
    ///
    /// - Parameter quality: nil for a hash that the platform states; half of the bits of a sound one are set, by its
    ///   definition (the median decides; PDQ, 2019).
    private static func tells(_ hash: Digest256, _ quality: Int?) -> Bool {
        let words = hash.words
        let bits =
            words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount + words.3.nonzeroBitCount
        return (96...160).contains(bits) && (quality ?? 100) >= 50
    }

    private func addLinks(of event: UploadEvent, _ batch: EventBatch, _ add: (Sighting.Kind, Digest256) -> Void) {
        for link in batch.links[event.links].prefix(SightingWriter.mostLinks) {
            guard let digest = batch.withBytes(link, LinkFingerprint.digest(of:)) else { continue }
            var fingerprint = Digest256()
            (fingerprint.words.0, fingerprint.words.1) = digest.words
            add(.link, fingerprint)
        }
    }

    private func text(of event: UploadEvent, _ batch: EventBatch, _ scratch: inout [UInt8]) -> Digest256? {
        let text = event.body.isPresent ? event.body : event.title
        guard text.isPresent else { return nil }
        return scratch.withUnsafeMutableBytes { scratch in
            let count = batch.withBytes(text) { TextSkeleton.write($0, to: scratch) }
            guard let count, count >= SightingWriter.leastText else { return nil }
            var fingerprint = Digest256()
            fingerprint.words.0 = keys.text(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            return fingerprint
        }
    }

    /// What the platform did about an account, as far as it matters to a kind of thing.
    private func measure(_ action: AccountAction?, on kind: Sighting.Kind) -> Sighting.Measure? {
        switch action {
        case .removed where kind.isMark, .terrorismStrike where kind == .streamer: .against
        case .restored where kind.isOfAccount: .restored
        default: nil
        }
    }

    /// The marks of a young account, and the account of a live stream; of what the platform did about an account only what
    /// matters. Old accounts' marks say nothing: who comes back makes a new account.
    private func addAccount(of event: UploadEvent, _ batch: EventBatch, _ add: (Sighting.Kind, Digest256) -> Void) {
        func isSeen(_ kind: Sighting.Kind, _ isUsed: Bool) -> Bool {
            settings.things.contains(kind) && (event.type.hasContent ? isUsed : measure(event.action, on: kind) != nil)
        }
        var fingerprint = Digest256()
        let age = event.accountCreatedAt.map { event.time.seconds(since: $0) }
        let isYoung = age.map { $0 < settings.youngerThan } ?? false
        for kind in Sighting.Kind.marks where isSeen(kind, isYoung) {
            guard let mark = keys.mark(kind, of: event, batch) else { continue }
            fingerprint.words.0 = mark
            add(kind, fingerprint)
        }
        if isSeen(.streamer, event.streamID.isPresent) {
            fingerprint.words.0 = batch.withBytes(event.accountID, keys.account)
            add(.streamer, fingerprint)
        }
    }

    private func host(of event: UploadEvent, _ batch: EventBatch, _ scratch: inout [UInt8]) -> UInt32 {
        guard let link = batch.links[event.links].first else { return 0 }
        return scratch.withUnsafeMutableBytes { scratch in
            batch.withBytes(link, { LinkHost.write($0, to: scratch) }).map { count in
                keys.network(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            } ?? 0
        }
    }

    /// Bytes of letters. Shorter texts are greetings, and everybody's.
    static let leastText = 40
}
