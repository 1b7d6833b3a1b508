import TestSupport
import Testing

@testable import Signals

@Suite struct ByteTableTests {
    /// Keys that are alike: of few letters, of all short lengths, some with zero bytes, some longer than a word.
    private func key(_ random: inout SplitMix64) -> [UInt8] {
        (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...2, using: &random) }
    }

    @Test(arguments: UInt64(1)...30) func holdsWhatADictionaryHolds(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let capacity = Int.random(in: 1...3_000, using: &random)
        var table = ByteTable(capacity: capacity)
        var model: [[UInt8]: Int32] = [:]
        while model.count < capacity {
            let key = key(&random)
            let value = Int32.random(in: 0 ... .max, using: &random)
            model[key] = value
            key.withUnsafeBytes { table.insert($0, value) }
        }
        #expect(table.count == model.count)
        for (key, value) in model { #expect(key.withUnsafeBytes { table[$0] } == value) }
        for _ in 0..<5_000 {
            let key = key(&random)
            #expect(key.withUnsafeBytes { table[$0] } == model[key])
        }
    }

    @Test func anEmptyTableHoldsNothing() {
        let table = ByteTable(capacity: 0)
        #expect(table[UnsafeRawBufferPointer(start: nil, count: 0)] == nil)
        #expect([1, 2, 3].withUnsafeBytes { table[$0] } == nil)
    }
}
