import Events
import TestSupport

@testable import Signals

/// Hashes and whose they are, as a plain list; the model beside the index.
struct KnownHashes {
    private(set) var hashes: [Digest256] = []
    private(set) var signals: [Int32] = []

    /// - Parameter families: how many are variants of one; 0: all are random.
    init(_ count: Int, families: Int, _ random: inout SplitMix64) {
        for number in 0..<count {
            let first = families == 0 ? number : number - number % families
            hashes.append(
                first == number
                    ? .random(&random) : hashes[first].flipping(Int.random(in: 0...60, using: &random), &random))
        }
        // Not in order, so that places and signals can't be taken for one another.
        signals = (0..<Int32(count)).shuffled(using: &random)
    }

    func first(_ count: Int) -> KnownHashes {
        var some = self
        some.hashes.removeSubrange(count...)
        some.signals.removeSubrange(count...)
        return some
    }

    /// So many bits from one of them.
    func near(_ distance: Int, _ random: inout SplitMix64) -> Digest256 {
        hashes[Int.random(in: 0..<hashes.count, using: &random)].flipping(max(distance, 0), &random)
    }

    func matches(_ query: Digest256, threshold: Int) -> [PDQIndex.Match] {
        var found: [PDQIndex.Match] = []
        hashes.withUnsafeBufferPointer { hashes in
            var place = 0
            while place < hashes.count {
                let distance = hashes[place].distance(to: query)
                if distance <= threshold { found.append(PDQIndex.Match(signal: signals[place], distance: distance)) }
                place += 1
            }
        }
        return found.sorted { ($0.distance, $0.signal) < ($1.distance, $1.signal) }
    }
}

extension Digest256 {
    static func random(_ random: inout SplitMix64) -> Digest256 {
        var digest = Digest256()
        digest.words = (random.next(), random.next(), random.next(), random.next())
        return digest
    }

    /// With so many other bits.
    func flipping(_ count: Int, _ random: inout SplitMix64) -> Digest256 {
        var bits: Set<Int> = []
        while bits.count < min(count, 256) { bits.insert(Int(random.next() >> 56)) }
        return flipping(Array(bits))
    }

    func flipping(_ bits: [Int]) -> Digest256 {
        var digest = self
        withUnsafeMutableBytes(of: &digest) { bytes in
            for bit in bits { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
        }
        return digest
    }

    func distance(to other: Digest256) -> Int {
        (words.0 ^ other.words.0).nonzeroBitCount + (words.1 ^ other.words.1).nonzeroBitCount
            + (words.2 ^ other.words.2).nonzeroBitCount + (words.3 ^ other.words.3).nonzeroBitCount
    }
}
