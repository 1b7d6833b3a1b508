import TestSupport
import Testing

@testable import TextDetection

@Suite struct WinnowingTests {
    private func fingerprints(_ words: [UInt16]) -> [Winnowing.Fingerprint] {
        var winnowing = Winnowing()
        words.withUnsafeBufferPointer { winnowing.read($0) }
        return Array(winnowing.prints)
    }

    /// As the paper has it: of each window the rightmost least hash; and none that repeats the one before.
    private func model(_ words: [UInt16]) -> [Winnowing.Fingerprint] {
        guard words.count >= Winnowing.run else { return [] }
        let hashes = (0...words.count - Winnowing.run).map { place -> UInt64 in
            let four = (0..<4).reduce(UInt64(0)) { $0 | UInt64(words[place + $1]) << (16 * UInt64($1)) }
            return Winnowing.hash(four, words[place + 4])
        }
        let window = min(Winnowing.window, hashes.count)
        var chosen: Set<Int> = []
        for start in 0...hashes.count - window {
            let places = start..<start + window
            let least = places.map { hashes[$0] }.min()
            chosen.insert(places.last { hashes[$0] == least } ?? start)
        }
        return chosen.sorted().reduce(into: []) { prints, place in
            guard prints.last?.hash != hashes[place] else { return }
            prints.append(Winnowing.Fingerprint(hash: hashes[place], place: Int32(place)))
        }
    }

    @Test(arguments: UInt64(1)...40) func choosesAsThePaperDoes(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for count in [0, 1, 4, 5, 6, 11, 12, 13, 40, 266, 267, 268, 269, 300, 523, 524, 1_000] {
            // Few different words, so that hashes repeat.
            let kinds = UInt16.random(in: 1...(seed % 2 == 0 ? 3 : 5_000), using: &random)
            let words = (0..<count).map { _ in UInt16.random(in: 0...kinds, using: &random) }
            #expect(fingerprints(words) == model(words))
        }
    }

    /// One after the other with the same buffers.
    @Test func textsLeaveNothingBehind() {
        var random = SplitMix64(seed: 9)
        var winnowing = Winnowing()
        for _ in 0..<300 {
            let words = (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt16.random(in: 0...9, using: &random)
            }
            words.withUnsafeBufferPointer { winnowing.read($0) }
            #expect(Array(winnowing.prints) == model(words))
        }
    }

    /// The guarantee: whatever stands around it, a shared run of twelve words gives a fingerprint, at the same place in
    /// it.
    @Test(arguments: UInt64(1)...40) func aSharedRunIsSeen(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func words(_ count: Int) -> [UInt16] { (0..<count).map { _ in UInt16.random(in: 0...500, using: &random) } }
        for extra in 0..<12 {
            let run = words(Winnowing.guarantee + extra)
            let (first, second) = (Int.random(in: 0...60, using: &random), Int.random(in: 0...60, using: &random))
            let a = fingerprints(words(first) + run + words(30))
            let b = fingerprints(words(second) + run + words(11))
            let shared = a.contains { x in
                b.contains { $0.hash == x.hash && Int($0.place) - second == Int(x.place) - first }
            }
            #expect(shared)
        }
    }

    @Test func aboutTwoOfNineRunsAreChosen() {
        var random = SplitMix64(seed: 1)
        let words = (0..<20_000).map { _ in UInt16.random(in: 0...UInt16.max, using: &random) }
        let density = Double(fingerprints(words).count) / 20_000
        #expect((0.21...0.235).contains(density))
    }

    /// Indexes of different days and machines must agree.
    @Test func hashesStayWhatTheyWere() {
        #expect(fingerprints(Array(1...13)).map(\.hash) == [2_251_928_517_441_247_485])
    }
}
