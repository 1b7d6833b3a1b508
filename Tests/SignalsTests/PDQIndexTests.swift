import Events
import TestSupport
import Testing

@testable import Signals

@Suite struct PDQIndexTests {
    private func random(_ random: inout SplitMix64) -> Digest256 {
        var digest = Digest256()
        digest.words = (random.next(), random.next(), random.next(), random.next())
        return digest
    }

    private func flipped(_ digest: Digest256, _ bits: Int, _ random: inout SplitMix64) -> Digest256 {
        var digest = digest
        let chosen = (0..<256).shuffled(using: &random).prefix(bits)
        withUnsafeMutableBytes(of: &digest) { bytes in
            for bit in chosen { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
        }
        return digest
    }

    /// Bit by bit.
    private func distance(_ a: Digest256, _ b: Digest256) -> Int {
        withUnsafeBytes(of: a) { a in
            withUnsafeBytes(of: b) { b in
                (0..<256).count { (a[$0 / 8] >> UInt8($0 % 8)) & 1 != (b[$0 / 8] >> UInt8($0 % 8)) & 1 }
            }
        }
    }

    @Test(arguments: UInt64(1)...10) func findsWhatAPlainScanFinds(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var index = PDQIndex()
        var hashes: [Digest256] = []
        let centre = self.random(&random)
        for number in 0..<300 {
            let near = flipped(centre, Int.random(in: 0...60, using: &random), &random)
            let hash = number % 2 == 0 ? near : self.random(&random)
            hashes.append(hash)
            index.insert(hash, Int32(number))
        }
        #expect(index.count == hashes.count)
        for threshold in [0, 1, 30, 31, 32, 64, 128, 256] {
            let query = flipped(centre, Int.random(in: 0...8, using: &random), &random)
            let expected = hashes.enumerated()
                .map { PDQIndex.Match(signal: Int32($0.offset), distance: distance($0.element, query)) }
                .filter { $0.distance <= threshold }
                .sorted { ($0.distance, $0.signal) < ($1.distance, $1.signal) }
            #expect(index.matches(query, threshold: threshold) == expected)
        }
    }

    @Test func anEmptyIndexFindsNothing() {
        #expect(PDQIndex().matches(Digest256(), threshold: 256).isEmpty)
    }

    /// More matches than the scan hands over at once, next to one another and at the ends of its blocks.
    @Test(arguments: [1, 63, 64, 65, 128, 129, 1_000])
    func everyCopyIsFound(count: Int) {
        var index = PDQIndex()
        let hash = SHA256.hash([1])
        for number in 0..<count { index.insert(hash, Int32(number)) }
        let matches = index.matches(hash, threshold: 0)
        #expect(matches.map(\.signal) == (0..<Int32(count)).map { $0 })
        #expect(matches.allSatisfy { $0.distance == 0 })
        var other = hash
        other.words.3 ^= 1
        #expect(index.matches(other, threshold: 0).isEmpty)
        #expect(index.matches(other, threshold: 1).count == count)
    }
}
