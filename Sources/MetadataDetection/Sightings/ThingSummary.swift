internal import Events
internal import Signals

/// What people call a thing by: as incidents and signals do (`sha256:…`, `pdq:…`, `urlmd5:…`, in hexadecimal digits), or a
/// link as it was posted (`link:https://…`).
package struct ThingName: Sendable, Equatable {
    let kind: Sighting.Kind
    let fingerprint: Digest256

    /// nil for what names no thing.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let value = Array(parts[1].utf8)
        var fingerprint = Digest256()
        switch parts[0] {
        case "sha256", "pdq":
            guard let digest = value.withUnsafeBytes({ Digest256(hex: $0) }) else { return nil }
            kind = parts[0] == "pdq" ? .picture : .file
            fingerprint = digest
        case "urlmd5", "link":
            let digest = value.withUnsafeBytes {
                parts[0] == "link" ? LinkFingerprint.digest(of: $0) : Digest128(hex: $0)
            }
            guard let digest else { return nil }
            kind = .link
            (fingerprint.words.0, fingerprint.words.1) = digest.words
        default: return nil
        }
        self.fingerprint = fingerprint
    }
}

/// What is known of one thing, for people.
package struct ThingSummary: Sendable {
    /// As if it were one: what is known of it by the time when it was last seen. Of a picture, of the first that was seen of
    /// its like.
    package let asCampaign: Campaign
    package let isCampaign: Bool
    package let lastDay: Int
    package let lastWeek: Int
    /// Uploads that wait for what becomes of it.
    package let waiting: Int
    /// Bytes of its record.
    package let bytes: Int

    /// As signals and incidents name it; nil for what no type of signal is made for.
    package var reference: String? {
        asCampaign.signal.map { MatchedSignal.reference($0.type, $0.value) }
    }
}

extension SightingState {
    /// Of a picture, what is known of the one that it is near to; nil if nothing is known.
    package func summary(of thing: ThingName) -> ThingSummary? {
        var fingerprint = thing.fingerprint
        if thing.kind == .picture {
            guard let nearest = content.nearest(to: fingerprint) else { return nil }
            fingerprint = nearest
        }
        let key = content.keys.thing(thing.kind, fingerprint)
        var record = ThingRecord()
        guard let bytes = content.store[key], record.read(bytes) else { return nil }
        let numbers = CampaignRule.Numbers(&record, now: record.last)
        let others = content.store[WaitingUploads.key(of: key)].flatMap(WaitingUploads.read)?.count ?? 0
        let waiting = others + (record.firstWaiting.isEmpty ? 0 : 1)
        let onset = record.campaign?.at ?? record.first
        let told = Campaign(
            phase: .update, reason: .youngAccounts, kind: record.kind, fingerprint: record.fingerprint,
            id: Campaign.id(of: key, since: onset), onset: onset.timestamp, time: record.last.timestamp,
            firstSeen: record.first.timestamp, accounts: numbers.accounts, youngAccounts: numbers.young,
            networks: numbers.networks, lastHour: record.counts.lastHour, signalFor: content.settings.signalFor)
        return ThingSummary(
            asCampaign: told, isCampaign: record.campaign != nil, lastDay: record.counts.lastDay,
            lastWeek: record.counts.lastWeek, waiting: waiting, bytes: bytes.count)
    }
}
