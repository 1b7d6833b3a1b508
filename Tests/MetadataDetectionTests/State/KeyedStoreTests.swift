import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct KeyedStoreTests {
    /// Against a dictionary, with keys that collide often.
    @Test(arguments: UInt64(1)...12)
    func isADictionary(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var store = KeyedStore()
        var plain: [UInt64: ([UInt8], UInt16)] = [:]
        for _ in 0..<6_000 {
            // Of 2,000 keys, most of which begin at few places.
            let key = UInt64.random(in: 1...2_000, using: &random) << 32 | UInt64.random(in: 0...40, using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 {
                store.remove(key)
                plain[key] = nil
            } else {
                let length = Int.random(in: 1...(Bool.random(using: &random) ? 60 : 1_024), using: &random)
                let record = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                let age = UInt16.random(in: 0...9, using: &random)
                record.withUnsafeBytes { store.set(key, $0, age: RecordAge(age)) }
                plain[key] = (record, age)
            }
            #expect(store.count == plain.count)
        }
        #expect(store.recordBytes == plain.values.reduce(0) { $0 + $1.0.count })
        for (key, (record, age)) in plain {
            #expect(store[key].map { Array($0) } == record)
            #expect(store.age(of: key) == RecordAge(age))
        }
        var visited = 0
        store.forEach { key, record, _ in
            visited += 1
            #expect(plain[key]?.0 == Array(record))
        }
        #expect(visited == plain.count)
        let oldest = plain.sorted { ($0.value.1, $0.key) < ($1.value.1, $1.key) }.map(\.key)
        for wanted in [0, 1, 7, plain.count / 3, plain.count] where wanted <= plain.count {
            #expect(
                store.oldest(wanted) == Array(oldest.prefix(wanted))
                    || Set(store.oldest(wanted)) == Set(oldest.prefix(wanted)))
        }
        // The same records in another order and after detours.
        var other = KeyedStore()
        for (key, (record, age)) in plain.shuffled(using: &random) {
            [UInt8](repeating: 9, count: 700).withUnsafeBytes { other.set(key, $0, age: RecordAge(0)) }
            record.withUnsafeBytes { other.set(key, $0, age: RecordAge(age)) }
        }
        #expect(store.fingerprint == other.fingerprint)
        if let key = plain.keys.min() {
            other.remove(key)
            #expect(store.fingerprint != other.fingerprint)
        }
    }

    @Test func memoryIsUsedAgain() {
        var store = KeyedStore()
        let record = [UInt8](repeating: 1, count: 100)
        for key in UInt64(1)...3_000 { record.withUnsafeBytes { store.set(key, $0, age: RecordAge(0)) } }
        let bytes = store.bytes
        for _ in 0..<5 {
            for key in UInt64(1)...3_000 { store.remove(key) }
            for key in UInt64(1)...3_000 { record.withUnsafeBytes { store.set(key, $0, age: RecordAge(0)) } }
        }
        #expect(store.bytes == bytes)
    }
}

@Suite struct SipHashTests {
    /// Vectors of the authors' reference code: the key 00 01 … 0f, and the first bytes of 00 01 02 ….
    @Test(
        arguments: [
            (0, 0x726F_DB47_DD0E_0E31), (1, 0x74F8_39C5_93DC_67FD), (8, 0x93F5_F579_9A93_2462),
            (15, 0xA129_CA61_49BE_45E5),
        ] as [(Int, UInt64)]) func vectors(count: Int, expected: UInt64)
    {
        let hash = (0..<16).map { UInt8($0) }.withUnsafeBytes { SipHash(key: $0) }
        #expect((0..<count).map { UInt8($0) }.withUnsafeBytes { hash.hash($0) } == expected)
    }
}
