internal import Events

/// What is remembered of one thing: when and how often it was seen, by how many accounts and networks, and whether that
/// is a campaign.
///
/// In a store it is bytes. Who posted it is known by 32 bits of keyed hashes, and of more than 64 only how many.
struct ThingRecord: ~Copyable {
    static let version: UInt8 = 2

    var kind = Sighting.Kind.file
    /// Of the first that was seen: near pictures are known by it.
    var fingerprint = Digest256()
    var first = StateTime(seconds: 0)
    var last = StateTime(seconds: 0)
    var counts = SlidingCount()
    var recent = RecentAccounts()
    /// Within a day.
    var accounts = DistinctCount()
    var young = DistinctCount()
    var networks = DistinctCount()
    /// That the uploads of a text or document lead to.
    var hosts = DistinctCount()
    /// Whose live stream a link leads to.
    var stream: Stream?
    /// The last account with a mark that was removed; of a streamer, when it last had a strike.
    var removed: (account: UInt32, at: StateTime)?
    /// While it is one.
    var campaign: Onset?
    /// The first upload that waits for what becomes of the thing, as `WaitingUploads` writes it: most things are seen once,
    /// and then it needs no record of its own. The bytes are those that the record was read from, or the fold's.
    var firstWaiting = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Of a document while it is one: words of the text that it was told of at first, as `PassageSeal` gives them; empty if
    /// they could not be opened.
    var passage: [UInt8] = []
    /// Of a document: the sketch of the first near copy; zeros before there is one.
    var copy = Digest256()

    var hasHosts: Bool { kind == .text || kind == .document }

    /// How long removals and strikes are known, in seconds.
    static let longestMemory = 30 * 86_400

    /// By which it is forgotten: a week after it was last seen, but not before a removal is.
    var age: RecordAge {
        guard let removed else { return last.age }
        let more = UInt32(ThingRecord.longestMemory) - UInt32(SightingFold.remembered) * 4 * 3_600
        let (end, overflow) = removed.at.seconds.addingReportingOverflow(more)
        return max(last.age, StateTime(seconds: overflow ? .max : end).age)
    }

    struct Onset: BitwiseCopyable, Equatable {
        var at: StateTime
        /// Young accounts of the day when it was last told of: it is told of again when they are twice as many.
        var told: UInt32
    }

    struct Stream: BitwiseCopyable, Equatable {
        var account: UInt32
        var isYoung: Bool
    }

    /// Becomes that of a thing that was never seen.
    mutating func begin(_ kind: Sighting.Kind, _ fingerprint: Digest256, at time: StateTime) {
        self.kind = kind
        self.fingerprint = fingerprint
        first = time
        last = time
        counts = SlidingCount()
        recent = RecentAccounts()
        accounts.removeAll()
        young.removeAll()
        networks.removeAll()
        hosts.removeAll()
        stream = nil
        removed = nil
        campaign = nil
        passage = []
        firstWaiting = UnsafeRawBufferPointer(start: nil, count: 0)
        copy = Digest256()
    }

    /// | bytes | |
    /// | --- | --- |
    /// | 1 | version |
    /// | 1 | kind; 16 more if it is a campaign, 32 if it is a live stream or an account was removed, 64 if the stream's account
    /// | | is young, 128 without counts |
    /// | 8 to 32 | fingerprint, by its kind |
    /// | 1, 32 | of a document, 1 if there is a near copy, and its sketch |
    /// | 4, then LEB128 | first seen, and last seen as seconds after it |
    /// | two LEB128 | seconds from first seen to the campaign's onset; young accounts when it was last told of |
    /// | 4 | whose live stream it is, or which account was removed; then, of what is an account's, when |
    /// | LEB128 | of a document that is a campaign, the length of its passage, and the passage |
    /// | LEB128 | the length of the first upload that waits, and the upload; no length for what is an account's |
    /// | | recent accounts, counts (none if they are empty), accounts, young ones, networks; of a text or document hosts |
    mutating func write(to out: inout RecordWriter) {
        out.byte(ThingRecord.version)
        var head = kind.rawValue | (campaign == nil ? 0 : 16) | (counts.isEmpty ? 128 : 0)
        if let stream { head |= stream.isYoung ? 96 : 32 }
        if removed != nil { head |= 32 }
        out.byte(head)
        withUnsafeBytes(of: fingerprint) { out.copy(UnsafeRawBufferPointer(rebasing: $0.prefix(kind.length))) }
        if kind == .document {
            out.byte(copy == Digest256() ? 0 : 1)
            if copy != Digest256() { withUnsafeBytes(of: copy) { out.copy($0) } }
        }
        out.fixed(first.seconds)
        out.varint(UInt64(last.seconds - first.seconds))
        if let campaign {
            out.varint(UInt64(campaign.at.seconds - min(first, campaign.at).seconds))
            out.varint(UInt64(campaign.told))
        }
        if let stream { out.fixed(stream.account) }
        if let removed {
            out.fixed(removed.account)
            out.fixed(removed.at.seconds)
        }
        if kind == .document, campaign != nil {
            out.varint(UInt64(passage.count))
            passage.withUnsafeBytes { out.copy($0) }
        }
        if !kind.isOfAccount {
            out.varint(UInt64(firstWaiting.count))
            out.copy(firstWaiting)
        }
        recent.write(now: last, to: &out)
        if !counts.isEmpty { counts.write(to: &out) }
        accounts.write(now: last, to: &out)
        young.write(now: last, to: &out)
        networks.write(now: last, to: &out)
        if hasHosts { hosts.write(now: last, to: &out) }
    }

    /// Takes the place of whatever it was.
    ///
    /// - Parameter bytes: stay as they are until the record is written.
    /// - Returns: false for what is no record of this version; then it is of no use.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var reader = RecordReader(bytes)
        guard reader.byte() == ThingRecord.version else { return false }
        let head = reader.byte()
        guard let kind = Sighting.Kind(rawValue: head & 15), head & 96 != 64 else { return false }
        var fingerprint = Digest256()
        let its = reader.bytes(kind.length)
        withUnsafeMutableBytes(of: &fingerprint) { $0.copyMemory(from: its) }
        var copy = Digest256()
        if kind == .document {
            let copies = reader.byte()
            guard copies < 2 else { return false }
            let its = reader.bytes(copies == 1 ? 32 : 0)
            withUnsafeMutableBytes(of: &copy) { $0.copyMemory(from: its) }
            guard (copy != Digest256()) == (copies == 1) else { return false }
        }
        let first = StateTime(seconds: reader.fixed())
        begin(kind, fingerprint, at: first)
        self.copy = copy
        last = StateTime(seconds: first.seconds &+ UInt32(truncatingIfNeeded: reader.varint()))
        guard last >= first else { return false }
        if head & 16 != 0 {
            let onset = StateTime(seconds: first.seconds &+ UInt32(truncatingIfNeeded: reader.varint()))
            campaign = Onset(at: onset, told: UInt32(clamping: reader.varint()))
        }
        if head & 32 != 0 {
            let account: UInt32 = reader.fixed()
            if kind.isOfAccount {
                removed = (account, StateTime(seconds: reader.fixed()))
            } else {
                stream = Stream(account: account, isYoung: head & 64 != 0)
            }
        }
        if kind == .document, campaign != nil {
            let count = reader.varint()
            guard count == 0 || isPassage(count) else { return false }
            passage = Array(reader.bytes(Int(count)))
        }
        if !kind.isOfAccount {
            let count = reader.varint()
            guard count <= UInt64(WaitingUploads.longestFirst) else { return false }
            firstWaiting = reader.bytes(Int(count))
        }
        recent.read(now: last, from: &reader)
        if head & 128 == 0 { counts.read(from: &reader) }
        accounts.read(now: last, from: &reader)
        young.read(now: last, from: &reader)
        networks.read(now: last, from: &reader)
        if hasHosts { hosts.read(now: last, from: &reader) }
        return reader.isAtEnd && !reader.isBroken
    }
}

extension ThingRecord {
    /// Of a record's bytes, without reading all of it.
    static func isCampaign(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count > 2 && bytes[0] == version && bytes[1] & 16 != 0
    }

    /// The same of whether an upload waits in it.
    static func hasFirstWaiting(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var record = ThingRecord()
        return bytes.first == version && record.read(bytes) && !record.firstWaiting.isEmpty
    }

    /// The PDQ that a record is of; nil for a record of another kind.
    static func picture(_ bytes: UnsafeRawBufferPointer) -> Digest256? { fingerprint(bytes, of: .picture) }

    /// - Parameter kind: whose fingerprint has 32 bytes.
    static func fingerprint(_ bytes: UnsafeRawBufferPointer, of kind: Sighting.Kind) -> Digest256? {
        guard bytes.count > 34, bytes[0] == version, bytes[1] & 15 == kind.rawValue else { return nil }
        var fingerprint = Digest256()
        withUnsafeMutableBytes(of: &fingerprint) {
            $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[2..<34]))
        }
        return fingerprint
    }

    /// Whether a passage may be of so many bytes: a folding and two bytes a word.
    private func isPassage(_ count: UInt64) -> Bool {
        count % 2 == 1
            && (1 + 2 * DocumentWords.least...1 + 2 * DocumentSketch.mostPassage).contains(Int(clamping: count))
    }
}
