internal import Events

/// What near copies of a text have in common: of all its runs of three words the eight lowest keyed hashes (MinHash by
/// the lowest of one hash; Broder, "On the resemblance and containment of documents", 1997).
///
/// Of texts that have a share of their runs in common the lowest hashes have about that share in common. All runs have
/// their chance, not only those that winnowing chooses, where a word that is exchanged beside a run changes the choice.
/// Keyed, since hashes of words betray a text to who guesses it, and so that nobody can change just the runs that count.
///
/// Three words and four common hashes of eight (`DocumentClusters.least`) tell near copies and texts of one genre apart
/// better than longer runs do of which fewer are common.
struct DocumentSketch {
    /// Words of a run.
    static let run = 3
    /// Hashes that are kept.
    static let most = 8
    /// Words that go along with a sighting, so that a signal can be made of them: around the run with the lowest hash,
    /// which a near copy is likely to have.
    static let mostPassage = 96

    /// The hashes, ascending, in 32 bits each; those that a text of few different runs lacks are 0.
    let fingerprint: Digest256
    /// Where the passage stands among the words.
    let passage: Range<Int>

    /// nil for a text of fewer words than a document has.
    init?(_ words: [UInt16], _ keys: SightingKeys) {
        guard words.count >= DocumentWords.least else { return nil }
        var lowest = Lowest()
        var place = 0
        words.withUnsafeBytes { words in
            let runs = words.count / 2 - DocumentSketch.run + 1
            for first in 0..<runs {
                let two = UInt32(littleEndian: words.loadUnaligned(fromByteOffset: 2 * first, as: UInt32.self))
                let third = UInt16(littleEndian: words.loadUnaligned(fromByteOffset: 2 * first + 4, as: UInt16.self))
                if lowest.insert(keys.run(UInt64(third) << 32 | UInt64(two))) { place = first }
            }
        }
        fingerprint = lowest.digest
        let start = max(0, min(place - DocumentSketch.mostPassage / 2, words.count - DocumentSketch.mostPassage))
        passage = start..<min(words.count, start + DocumentSketch.mostPassage)
    }

    /// A fingerprint's hashes.
    static func entries(_ fingerprint: Digest256) -> [UInt32] {
        withUnsafeBytes(of: fingerprint) { bytes in
            (0..<most).map { UInt32(littleEndian: bytes.load(fromByteOffset: 4 * $0, as: UInt32.self)) }
                .filter { $0 != 0 }
        }
    }

    private struct Lowest {
        private var hashes: InlineArray<8, UInt32> = InlineArray(repeating: .max)
        private var count = 0

        /// - Returns: whether it is the lowest by now.
        @inline(__always)
        mutating func insert(_ hash: UInt32) -> Bool {
            guard count < DocumentSketch.most || hash < hashes[DocumentSketch.most - 1] else { return false }
            return take(hash)
        }

        private mutating func take(_ hash: UInt32) -> Bool {
            var place = 0
            while place < count, hashes[place] < hash { place += 1 }
            guard place == count || hashes[place] != hash else { return false }
            count = min(count + 1, DocumentSketch.most)
            var last = count - 1
            while last > place {
                hashes[last] = hashes[last - 1]
                last -= 1
            }
            hashes[place] = hash
            return place == 0
        }

        var digest: Digest256 {
            var digest = Digest256()
            withUnsafeMutableBytes(of: &digest) { bytes in
                for place in 0..<count {
                    bytes.storeBytes(of: hashes[place].littleEndian, toByteOffset: 4 * place, as: UInt32.self)
                }
            }
            return digest
        }
    }
}
