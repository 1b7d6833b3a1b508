import Events
import TestSupport
import Testing

@testable import Signals

@Suite struct DigestTableTests {
    /// Few different ones, so that insertions find what is there; in some runs alike but for one word.
    private func key(_ random: inout SplitMix64, alike: Bool) -> Digest128 {
        var digest = Digest128()
        let number = UInt64.random(in: 0...6_000, using: &random)
        digest.words = alike ? (7, number) : (number &* 0x9E37_79B9_7F4A_7C15, number << 40)
        return digest
    }

    @Test(arguments: UInt64(1)...12) func holdsWhatADictionaryHolds(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var table = DigestTable<Digest128>()
        var model: [Digest128: Int32] = [:]
        var copies: [(DigestTable<Digest128>, [Digest128: Int32])] = []
        for step in 0..<20_000 {
            let key = key(&random, alike: seed % 2 == 0)
            if Int.random(in: 0..<3, using: &random) == 0 {
                let wasThere = model.removeValue(forKey: key) != nil
                let removed = table.remove(key)
                #expect(removed == wasThere)
            } else {
                let value = Int32.random(in: .min ... .max, using: &random)
                table.insert(key, value)
                model[key] = value
            }
            if step % 4_999 == 0 { copies.append((table, model)) }
        }
        copies.append((table, model))
        for (table, model) in copies {
            #expect(table.count == model.count)
            for (key, value) in model { #expect(table[key] == value) }
            for _ in 0..<2_000 {
                let key = key(&random, alike: seed % 2 == 0)
                #expect(table[key] == model[key])
            }
        }
    }

    /// Keys of one shard with one tag: each is looked for behind all the others.
    @Test func keysThatCollideAreToldApart() throws {
        let groups = Dictionary(
            grouping: (0..<300_000).map { number in
                var digest = Digest128()
                digest.words = (UInt64(number), 0)
                return digest
            }, by: { (digest: Digest128) in (digest.mixed >> 56) << 8 | digest.mixed & 0x7F })
        let keys = try #require(groups.values.max { $0.count < $1.count })
        #expect(keys.count > 16)
        var table = DigestTable<Digest128>()
        for (value, key) in keys.enumerated() { table.insert(key, Int32(value)) }
        for (value, key) in keys.enumerated() { #expect(table[key] == Int32(value)) }
        for (value, key) in keys.enumerated() where value % 2 == 0 { table.remove(key) }
        for (value, key) in keys.enumerated() { #expect(table[key] == (value % 2 == 0 ? nil : Int32(value))) }
    }

    /// Nodes grow into many shards, and memory stays in bounds on the way.
    @Test func manyKeysTakeLittleMemory() {
        var random = SplitMix64(seed: 3)
        var table = DigestTable<Digest256>()
        var keys: [Digest256] = []
        for count in [100_000, 300_000, 600_000] {
            while keys.count < count {
                keys.append(.random(&random))
                table.insert(keys[keys.count - 1], Int32(keys.count))
            }
            #expect(Double(table.bytes) / Double(count) <= 48)
        }
        #expect(table.count == keys.count)
        #expect(keys.indices.allSatisfy { table[keys[$0]] == Int32($0 + 1) })
        for _ in 0..<100_000 where table[.random(&random)] != nil { Issue.record("a key that nobody put there") }
    }

    @Test func anEmptyTableHoldsNothing() {
        var table = DigestTable<Digest160>()
        #expect(table[Digest160()] == nil)
        table.remove(Digest160())
        table.insert(Digest160(), 5)
        #expect(table[Digest160()] == 5)
        table.remove(Digest160())
        #expect(table[Digest160()] == nil)
        #expect(table.isEmpty)
    }
}
