import Configuration
import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// The plain way: every sighting is kept, and everything is counted anew from what was kept.
private struct PlainSightings {
    struct Seen {
        let account: UInt64
        let time: Int64
        let isYoung: Bool
        let network: UInt32
        let host: UInt32
    }

    struct Thing {
        let kind: Sighting.Kind
        let fingerprint: Digest256
        let first: Int64
        var last: Int64
        var seen: [Seen] = []
        var waiting: [Digest128] = []
        /// Of the first that waits, and the last of the others.
        var firstWaiting: Int64 = 0
        var lastWaiting: Int64 = 0
        var stream: (account: UInt64, isYoung: Bool)?
        var removed: (account: UInt64, time: Int64)?
        var campaign: (onset: Int64, told: Int)?
        /// Of a text, the hashes of it and of its first near copy.
        var hashes: Set<UInt32> = []
        var copy: Digest256?
    }

    struct Told: Equatable {
        let phase: Campaign.Phase
        let fingerprint: Digest256
        let onset: Int64
        let young: Int
        let accounts: Int
        let networks: Int
    }

    var things: [Thing] = []
    var known: [String: Int64] = [:]
    var newest: Int64 = .min
    var told: [Told] = []
    var superseded: [Digest128] = []
    /// What is known of accounts: the verdict's words and the fact.
    var facts: [String] = []

    private func distance(_ a: Digest256, _ b: Digest256) -> Int {
        (a.words.0 ^ b.words.0).nonzeroBitCount + (a.words.1 ^ b.words.1).nonzeroBitCount
            + (a.words.2 ^ b.words.2).nonzeroBitCount + (a.words.3 ^ b.words.3).nonzeroBitCount
    }

    private func bytes(_ digest: Digest256) -> [UInt8] { withUnsafeBytes(of: digest) { Array($0) } }

    /// Different ones within a day, to the hour.
    private func different<Value: Hashable>(_ thing: Thing, _ value: (Seen) -> Value?) -> Int {
        var last: [Value: Int64] = [:]
        for seen in thing.seen {
            if let value = value(seen) { last[value] = max(last[value] ?? .min, seen.time / 3_600) }
        }
        return last.values.count { thing.last / 3_600 - $0 < 24 }
    }

    private func numbers(_ thing: Thing) -> (accounts: Int, young: Int, networks: Int) {
        (
            different(thing) { UInt32(truncatingIfNeeded: $0.account) },
            different(thing) { $0.isYoung ? UInt32(truncatingIfNeeded: $0.account) : nil },
            different(thing) { $0.network == 0 ? nil : $0.network }
        )
    }

    /// The accounts that posted it last, of each its last sighting, in the order in which they came: 64 of them.
    private func recent(_ thing: Thing) -> [Seen] {
        var order: [Seen] = []
        for seen in thing.seen {
            order.removeAll { $0.account == seen.account }
            order.append(seen)
            if order.count > 64 { order.removeFirst() }
        }
        return order
    }

    private mutating func tell(_ phase: Campaign.Phase, _ thing: Thing, onset: Int64) {
        let numbers = numbers(thing)
        told.append(
            Told(
                phase: phase, fingerprint: thing.fingerprint, onset: onset, young: numbers.young,
                accounts: numbers.accounts, networks: numbers.networks))
    }

    mutating func see(_ sighting: Sighting, _ settings: SightingSettings) {
        // Seconds since 2020, as all times of the state.
        let time = sighting.time.milliseconds / 1_000 - StateTime.epoch
        let isLate = newest != .min && newest - time > settings.lateness.components.seconds
        let period = newest / 14_400
        if !isLate { newest = max(newest, time) }
        let identity = "\(sighting.verdict.words) \(sighting.fingerprint.words) \(sighting.kind)"
        if let before = known[identity], abs(before - time) < 86_400 { return }
        known[identity] = time
        // The order of ends is that of keys.
        let ended = things.indices.filter { place in
            things[place].campaign != nil && things[place].last + Int64(settings.quiet) <= newest
        }
        for place in ended.sorted(by: { key(things[$0]) < key(things[$1]) }) {
            tell(.end, things[place], onset: things[place].campaign?.onset ?? 0)
            things[place].campaign = nil
        }
        // What was not seen for a week is forgotten, every four hours.
        if newest / 14_400 > period {
            for place in things.indices {
                let others = things[place].waiting.dropFirst()
                if !others.isEmpty, things[place].lastWaiting / 14_400 + 43 < newest / 14_400 {
                    things[place].waiting.removeLast(others.count)
                }
                if things[place].waiting.count == 1, things[place].firstWaiting / 14_400 + 43 < newest / 14_400 {
                    things[place].waiting = []
                }
            }
            things.removeAll { thing in
                // Removals are known for 30 days.
                let last = max(thing.last, thing.removed.map { $0.time + 30 * 86_400 - 43 * 14_400 } ?? .min)
                return thing.campaign == nil && last / 14_400 + 43 < newest / 14_400
            }
        }
        guard !isLate else { return }
        let place = self.place(of: sighting, time, settings)
        things[place].last = max(things[place].last, time)
        let isYoung = sighting.accountAge.map { Int64($0) * 3_600 < settings.youngerThan } ?? false
        if sighting.kind.isOfAccount {
            let isMark = sighting.kind != .streamer
            if sighting.measure == .against {
                things[place].removed = (sighting.account, time)
                if isMark { things[place].seen.removeAll { $0.account == sighting.account } }
                return
            }
            if sighting.measure == .restored {
                let isIts = !isMark || things[place].removed?.account == sighting.account
                if isIts { things[place].removed = nil }
                if isMark {
                    things[place].seen.append(
                        Seen(account: sighting.account, time: time, isYoung: isYoung, network: 0, host: 0))
                }
                return
            }
            let recent = recent(things[place])
            let removed = things[place].removed.flatMap { removed in
                time >= removed.time && time - removed.time <= Int64(settings.returnWithin) ? removed : nil
            }
            var fact: String?
            if isMark {
                let names = [.device: "account", .avatar: "avatar", .profile: "profile"][sighting.kind] ?? "name"
                let isAnother = removed.map { $0.account != sighting.account } ?? false
                let had = Set(recent.map(\.account) + [sighting.account]).count
                fact = isAnother && isYoung && had <= settings.returnAccounts ? "returning-\(names)" : nil
            } else if removed != nil {
                fact = "struck-account-live"
            } else if isYoung, !recent.contains(where: { $0.time >= time - 7 * 86_400 }) {
                fact = "first-stream"
            }
            if let fact, !recent.contains(where: { $0.account == sighting.account }), !sighting.isActedOn {
                superseded.append(sighting.verdict)
                facts.append("\(sighting.verdict.words) \(fact)")
            }
            things[place].seen.append(
                Seen(account: sighting.account, time: time, isYoung: isYoung, network: 0, host: 0))
            return
        }
        let isFirst = !sighting.isStream || things[place].stream == nil
        if sighting.isStream {
            things[place].stream = things[place].stream ?? (sighting.account, isYoung)
        } else {
            things[place].seen.append(
                Seen(
                    account: sighting.account, time: time, isYoung: isYoung, network: sighting.network,
                    host: sighting.host))
        }
        let young = numbers(things[place]).young
        if let campaign = things[place].campaign {
            if !sighting.isActedOn { superseded.append(sighting.verdict) }
            if young >= 2 * max(1, campaign.told) {
                things[place].campaign?.told = young
                tell(.update, things[place], onset: campaign.onset)
            }
        } else if isCampaign(things[place], settings) {
            things[place].campaign = (things[place].last, young)
            tell(.onset, things[place], onset: things[place].last)
            superseded += things[place].waiting
            things[place].waiting = []
            if !sighting.isActedOn { superseded.append(sighting.verdict) }
        } else if !sighting.isActedOn, isFirst {
            let ofDay = things[place].seen.count { things[place].last / 3_600 - $0.time / 3_600 < 24 }
            if settings.nearRepeats > 0, sighting.kind == .picture || sighting.kind == .document,
                numbers(things[place]).accounts == 1, ofDay >= settings.nearRepeats
            {
                superseded.append(sighting.verdict)
                facts.append("\(sighting.verdict.words) repeated-near")
            }
            if things[place].waiting.isEmpty {
                (things[place].firstWaiting, things[place].lastWaiting) = (time, .min)
            } else {
                things[place].lastWaiting = max(things[place].lastWaiting, time)
            }
            things[place].waiting.append(sighting.verdict)
        }
    }

    private func key(_ thing: Thing) -> UInt64 { SightingStream.keys.thing(thing.kind, thing.fingerprint) }

    private mutating func place(of sighting: Sighting, _ time: Int64, _ settings: SightingSettings) -> Int {
        let same = things.indices.filter { things[$0].kind == sighting.kind }
        let found =
            sighting.kind == .picture
            ? same.filter { distance(things[$0].fingerprint, sighting.fingerprint) <= settings.distance }
                .min { a, b in
                    let (x, y) = (things[a].fingerprint, things[b].fingerprint)
                    let (near, far) = (distance(x, sighting.fingerprint), distance(y, sighting.fingerprint))
                    return near == far ? bytes(x).lexicographicallyPrecedes(bytes(y)) : near < far
                } : same.first { things[$0].fingerprint == sighting.fingerprint }
        if let found { return found }
        if sighting.kind == .document, let nearest = nearestText(sighting.fingerprint, among: same) {
            if things[nearest].copy == nil {
                things[nearest].copy = sighting.fingerprint
                things[nearest].hashes.formUnion(DocumentSketch.entries(sighting.fingerprint))
            }
            return nearest
        }
        things.append(Thing(kind: sighting.kind, fingerprint: sighting.fingerprint, first: time, last: time))
        if sighting.kind == .document {
            things[things.count - 1].hashes = Set(DocumentSketch.entries(sighting.fingerprint))
        }
        return things.count - 1
    }

    /// The known text that shares the most hashes, of those that at most 64 have.
    private func nearestText(_ sketch: Digest256, among texts: [Int]) -> Int? {
        let all = texts.map { (place: $0, hashes: things[$0].hashes) }
        let telling = DocumentSketch.entries(sketch).filter { hash in all.count { $0.hashes.contains(hash) } <= 64 }
        let shared = all.map { text in (text.place, telling.count { text.hashes.contains($0) }) }.filter { $0.1 >= 4 }
        return shared.min { $0.1 == $1.1 ? key(things[$0.0]) < key(things[$1.0]) : $0.1 > $1.1 }?.0
    }

    private func isCampaign(_ thing: Thing, _ settings: SightingSettings) -> Bool {
        let recent = recent(thing)
        let (accounts, young, _) = numbers(thing)
        // An hour is twelve panes of five minutes.
        let lastHour = thing.seen.count { thing.last / 300 - $0.time / 300 < 12 }
        let lastWeek = thing.seen.count { thing.last / 86_400 - $0.time / 86_400 < 7 }
        let hours = min(168, (thing.last - thing.first) / 3_600)
        let before = Double(max(0, lastWeek - lastHour)) / Double(max(1, hours))
        if recent.count(where: { $0.isYoung && $0.time >= thing.last - Int64(settings.within) })
            >= settings.youngAccounts, Double(young) >= settings.youngShare * Double(accounts),
            Double(lastHour) >= settings.times * max(1, before)
        {
            return true
        }
        if let stream = thing.stream, stream.isYoung, settings.streamAccounts > 0,
            recent.count(where: {
                $0.time >= thing.last - Int64(settings.streamWithin) && $0.account != stream.account
            }) >= settings.streamAccounts
        {
            return true
        }
        let hosts =
            thing.kind == .text || thing.kind == .document ? different(thing) { $0.host == 0 ? nil : $0.host } : 0
        if settings.textHosts > 0, hosts >= settings.textHosts,
            Double(young) >= settings.youngShare * Double(accounts)
        {
            return true
        }
        return settings.togetherAccounts > 0 && thing.last - thing.first <= Int64(settings.togetherWithin)
            && recent.count(where: { $0.time >= thing.first }) >= settings.togetherAccounts
    }
}

/// The fold against the plain way.
@Suite struct SightingModelTests {
    @Test(arguments: 1...6) func comesToWhatThePlainWayDoes(_ seed: UInt64) throws {
        let stream = try SightingStream(count: 1_500, seed: seed &+ 100)
        // With every second seed the settings under which everything happens all the time.
        var settings = SightingStateTests.tight()
        if seed % 2 == 0 {
            settings = SightingSettings(
                Settings(known: SightingSettings.all).with(SightingSettings.youngAccounts, 4)
                    .with(SightingSettings.youngShare, 0.25).with(SightingSettings.times, 1.2)
                    .with(SightingSettings.quiet, .seconds(1_800)).with(SightingSettings.returnAccounts, 7).with(
                        SightingSettings.nearRepeats, 2))
        }
        let (told, facts) = try compare(stream, settings)
        #expect(told.contains { $0.phase == .onset })
        let marks = ["account", "avatar", "profile", "name"].filter { mark in
            facts.contains { $0.hasSuffix("returning-\(mark)") }
        }
        #expect(marks.count >= 3, "accounts are known again by \(marks) alone")
        #expect(facts.contains { $0.hasSuffix("struck-account-live") })
    }

    /// Two accounts, so that things are often one's alone.
    @Test(arguments: UInt64(1)...3) func comesToTheSameWithFewAccounts(_ seed: UInt64) throws {
        let settings = SightingSettings(Settings(known: SightingSettings.all).with(SightingSettings.nearRepeats, 3))
        let (_, facts) = try compare(try SightingStream(count: 1_500, seed: seed, accounts: 2), settings)
        #expect(facts.contains { $0.hasSuffix("repeated-near") })
    }

    private func compare(
        _ stream: SightingStream, _ settings: SightingSettings
    ) throws -> (told: [PlainSightings.Told], facts: [String]) {
        let state = SightingState(settings, key: Array("key".utf8))
        var plain = PlainSightings()
        var told: [PlainSightings.Told] = []
        var superseded: [Digest128] = []
        var facts: [String] = []
        for record in stream.records {
            let outcome = state.fold([record], nextOffset: record.offset + 1).outcome
            state.committed(before: .max)
            superseded += outcome.superseded.map(\.verdict)
            for upload in outcome.superseded {
                if case .account(let fact, _, _) = upload.cause { facts.append("\(upload.verdict.words) \(fact)") }
            }
            told += outcome.campaigns.map { campaign in
                PlainSightings.Told(
                    phase: campaign.phase, fingerprint: campaign.fingerprint,
                    onset: campaign.onset.milliseconds / 1_000 - StateTime.epoch, young: campaign.youngAccounts,
                    accounts: campaign.accounts, networks: campaign.networks)
            }
            for sighting in record.sightings { plain.see(sighting, settings) }
        }
        #expect(told == plain.told)
        #expect(superseded == plain.superseded)
        #expect(facts == plain.facts)
        return (told, facts)
    }
}
