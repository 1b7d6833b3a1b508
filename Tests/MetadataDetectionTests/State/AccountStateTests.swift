import Configuration
import Events
import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct AccountStateTests {
    private static let key = Array("a key of the deployment".utf8)
    private typealias Fact = EventFact

    private func state(accounts: Int = 100_000, events: Int = 100_000) -> AccountState {
        let settings = Settings(known: AccountSettings.all).with(AccountSettings.mostAccounts, accounts)
            .with(AccountSettings.mostEvents, events).with(VelocityRule.burstAtLeast, 4)
            .with(RepetitionRule.repeatsAtLeast, 3).with(LinkSpreadRule.hostsAtLeast, 6)
        return AccountState(AccountSettings(settings), key: AccountStateTests.key)
    }

    /// Folds a stream in batches of random sizes, and gives the facts with offsets in place of positions.
    private func fold(
        _ stream: AccountStream, from start: Int = 0, into state: AccountState, most: Int, seed: UInt64,
        changed: (StateChanges) -> Void = { _ in }
    ) throws -> [Fact] {
        var random = SplitMix64(seed: seed)
        var facts: [Fact] = []
        var next = start
        while next < stream.records.count {
            let end = min(stream.records.count, next + Int.random(in: 1...most, using: &random))
            let folded = state.fold(try stream.batch(next..<end), nextOffset: Int64(end))
            facts += folded.facts.map { Fact(event: $0.event + next, fact: $0.fact, value: $0.value) }
            changed(folded.changes)
            next = end
        }
        return facts
    }

    @Test(arguments: UInt64(1)...6)
    func batchesChangeNothing(seed: UInt64) throws {
        let stream = AccountStream(count: 1_500, accounts: 60, seed: seed)
        let (one, other) = (state(), state())
        let facts = try fold(stream, into: one, most: 1, seed: 1)
        #expect(try fold(stream, into: other, most: 400, seed: seed) == facts)
        #expect(one.fingerprint == other.fingerprint)
        // Each kind of fact occurred, so that the comparison says something.
        let kinds = Set(facts.map(\.fact.description))
        for kind in ["duplicate", "late-event", "future-clock", "repeated-text", "repeated-media"] {
            #expect(kinds.contains(kind), "no \(kind)")
        }
    }

    /// What is bounded is forgotten at the same events, however they come.
    @Test(arguments: UInt64(1)...4)
    func forgettingIsPartOfTheFold(seed: UInt64) throws {
        let stream = AccountStream(count: 3_000, accounts: 6_000, seed: seed)
        let (one, other) = (state(accounts: 1_000, events: 100), state(accounts: 1_000, events: 100))
        let facts = try fold(stream, into: one, most: 1, seed: 1)
        #expect(try fold(stream, into: other, most: 256, seed: seed) == facts)
        #expect(one.fingerprint == other.fingerprint)
        #expect(one.evicted > 0 && one.evicted == other.evicted)
        #expect(one.accounts <= 1_000 && one.content.known.count <= 100 && one.content.known.forgotten > 0)
    }

    /// Back to any commit, and on from there: as if nothing had been.
    @Test(arguments: UInt64(1)...8)
    func whatIsTakenBackWasNever(seed: UInt64) throws {
        let stream = AccountStream(count: 1_200, accounts: 1_500, seed: seed)
        let (plain, state) = (state(accounts: 1_000, events: 200), state(accounts: 1_000, events: 200))
        let facts = try fold(stream, into: plain, most: 100, seed: 3)
        var random = SplitMix64(seed: seed)
        var (next, committed) = (0, 0)
        var ends: [Int] = []
        var fingerprints = [0: state.fingerprint]
        var found: [Int: [Fact]] = [:]
        while next < stream.records.count {
            let end = min(stream.records.count, next + Int.random(in: 1...90, using: &random))
            let folded = state.fold(try stream.batch(next..<end), nextOffset: Int64(end))
            for offset in next..<end { found[offset] = [] }
            for fact in folded.facts {
                found[fact.event + next, default: []].append(
                    Fact(event: fact.event + next, fact: fact.fact, value: fact.value))
            }
            next = end
            ends.append(end)
            fingerprints[end] = state.fingerprint
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                committed = ends.randomElement(using: &random) ?? 0
                state.committed(before: Int64(committed))
                ends.removeAll { $0 < committed }
            case 1:
                state.rollBack(to: Int64(committed))
                #expect(state.fingerprint == fingerprints[committed])
                next = committed
                ends = []
            default: break
            }
        }
        #expect(stream.records.indices.flatMap { found[$0] ?? [] } == facts)
        #expect(state.fingerprint == plain.fingerprint)
    }

    /// From the changelog, compacted or not, and on from there.
    @Test(arguments: UInt64(1)...6, [false, true])
    func restoresFromItsChangelog(seed: UInt64, isCompacted: Bool) throws {
        let stream = AccountStream(count: 1_500, accounts: 1_500, seed: seed)
        let first = state(accounts: 1_000, events: 300)
        var log: [(key: [UInt8], value: [UInt8]?)] = []
        let half = AccountStream(prefixOf: stream, 700)
        _ = try fold(half, into: first, most: 120, seed: seed) { changes in
            for record in changes.records {
                log.append((Array(changes.bytes[record.key]), record.value.map { Array(changes.bytes[$0]) }))
            }
        }
        if isCompacted {
            var last: [[UInt8]: Int] = [:]
            for (place, record) in log.enumerated() { last[record.key] = place }
            log = last.values.sorted().map { log[$0] }
            // What holds forgotten events alone is deleted: all but the first block begin with what is known, or later.
            let blocks = log.filter { $0.key.first == 0x65 && $0.value != nil }.map { record in
                record.key.dropFirst().reduce(0) { $0 << 8 | UInt64($1) }
            }.sorted()
            #expect(blocks.dropFirst().allSatisfy { $0 > first.content.known.mark.first })
            #expect(blocks == Array(first.blocks.all))
            #expect(log.contains { $0.key.first == 0x65 && $0.value == nil })
        }
        let restore = StateRestore(first.content.settings, key: AccountStateTests.key)
        for record in log {
            try record.key.withUnsafeBytes { key in
                if let value = record.value {
                    try value.withUnsafeBytes { try restore.take(key: key, value: $0) }
                } else {
                    try restore.take(key: key, value: nil)
                }
            }
        }
        let second = try restore.finish()
        #expect(second.fingerprint == first.fingerprint)
        // What it has seen changes nothing, should it come again.
        #expect(second.nextOffset == 700)
        #expect(second.fold(try stream.batch(650..<700), nextOffset: 700).facts.isEmpty)
        #expect(second.fingerprint == first.fingerprint && second.nextOffset == 700)
        second.rollBack(to: 650)
        let rest = try fold(stream, from: 700, into: first, most: 50, seed: 5)
        #expect(try fold(stream, from: 700, into: second, most: 70, seed: 6) == rest)
        #expect(second.fingerprint == first.fingerprint)
    }
}

extension AccountStream {
    init(prefixOf stream: AccountStream, _ count: Int) {
        self = stream
        truncate(to: count)
    }
}
