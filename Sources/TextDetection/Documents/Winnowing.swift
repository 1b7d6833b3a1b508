/// Fingerprints of a text by winnowing (Schleimer, Wilkerson, Aiken, "Winnowing: Local Algorithms for Document
/// Fingerprinting", SIGMOD 2003): of each `window` runs of `run` words that follow each other the one with the least
/// hash, the last of equal ones.
///
/// Two texts that share `guarantee` words in a row share a fingerprint there: what is chosen depends on nothing else.
/// About two of nine runs are chosen.
enum Winnowing {
    /// Words that make one hash.
    static let run = 5
    static let window = 8
    static let guarantee = run + window - 1

    struct Fingerprint: Equatable, BitwiseCopyable {
        let hash: UInt64
        /// The run's first word.
        let place: Int32
    }

    /// Calls `body` with each fingerprint, by place. A text of fewer than `window` runs is one window; one of fewer
    /// than `run` words has none.
    @inline(__always)
    static func forEach(of words: UnsafeBufferPointer<UInt16>, _ body: (Fingerprint) -> Void) {
        let count = words.count - run + 1
        guard count > 0 else { return }
        // The hashes of the present window, each at its place modulo eight.
        var ring = SIMD8<UInt64>(repeating: .max)
        var four = UInt64(words[0]) << 16 | UInt64(words[1]) << 32 | UInt64(words[2]) << 48
        var least = Fingerprint(hash: .max, place: -1)
        var reported: Int32 = -1
        for place in 0..<count {
            four = four >> 16 | UInt64(words[place + 3]) << 48
            let hash = hash(four, words[place + 4])
            ring[place & (window - 1)] = hash
            if hash <= least.hash {
                least = Fingerprint(hash: hash, place: Int32(place))
            } else if Int(least.place) <= place - window {
                least = Fingerprint(hash: .max, place: -1)
                for earlier in place - window + 1...place where ring[earlier & (window - 1)] <= least.hash {
                    least = Fingerprint(hash: ring[earlier & (window - 1)], place: Int32(earlier))
                }
            }
            if place >= window - 1 || place == count - 1, least.place != reported {
                reported = least.place
                body(least)
            }
        }
    }

    /// Of five words. Fixed for ever: a look-up compares hashes of different days.
    @inline(__always)
    static func hash(_ four: UInt64, _ fifth: UInt16) -> UInt64 {
        DocumentText.mix(four ^ DocumentText.mix(UInt64(fifth) &+ 0x9E37_79B9_7F4A_7C15))
    }
}
