internal import Events

/// Hides a passage's words from who has not the deployment's key, until many post it and it becomes a signal: hashes of
/// words in their order betray a text to who guesses it.
///
/// The cipher of `ReferenceSeal` under a key of its own. Four bytes in front, a keyed hash of the rest, tell whether it was
/// sealed with the same key: words that are none would become a signal.
struct PassageSeal: Sendable {
    /// Longest sealed passage, in bytes.
    static let longest = 5 + 2 * DocumentSketch.mostPassage

    private let cipher: ReferenceSeal
    private let check: SipHash

    /// - Parameters: 16 bytes each.
    init(key: UnsafeRawBufferPointer, check: UnsafeRawBufferPointer) {
        cipher = ReferenceSeal(key: key)
        self.check = SipHash(key: check)
    }

    func sealed(_ words: ArraySlice<UInt16>, folding: UInt8, verdict: Digest128) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0, folding]
        bytes.reserveCapacity(5 + 2 * words.count)
        for word in words {
            bytes.append(UInt8(truncatingIfNeeded: word))
            bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        }
        let sum = bytes.withUnsafeBytes { check.shortHash(UnsafeRawBufferPointer(rebasing: $0.dropFirst(4))) }
        for place in 0..<4 { bytes[place] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * place)) }
        cipher.apply(verdict, &bytes)
        return bytes
    }

    /// - Returns: the folding and two bytes a word, as `DocumentWords` has them; empty for what was sealed with another key.
    func opened(_ sealed: [UInt8], verdict: Digest128) -> [UInt8] {
        guard sealed.count >= 5 + 2 * DocumentWords.least, sealed.count <= PassageSeal.longest, sealed.count % 2 == 1
        else { return [] }
        var bytes = sealed
        cipher.apply(verdict, &bytes)
        return bytes.withUnsafeBytes { bytes in
            let passage = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(4))
            let sum = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
            return check.shortHash(passage) == sum ? Array(passage) : []
        }
    }
}
