package import Events

/// Every known PDQ hash within a Hamming distance, by comparing with each of them.
///
/// Exact by construction. The scan is four exclusive-ors and bit counts a hash, in memory order.
package struct PDQIndex: Sendable {
    package struct Match: Sendable, Equatable {
        /// Position of the signal in its set.
        package let signal: Int32
        package let distance: Int
    }

    private var hashes: ContiguousArray<SIMD4<UInt64>> = []
    private var signals: ContiguousArray<Int32> = []

    package init() {}

    package var count: Int { hashes.count }

    package mutating func insert(_ hash: Digest256, _ signal: Int32) {
        hashes.append(SIMD4(hash.words.0, hash.words.1, hash.words.2, hash.words.3))
        signals.append(signal)
    }

    /// All within `threshold` bits, nearest first, then in the order of insertion.
    package func matches(_ hash: Digest256, threshold: Int) -> [Match] {
        let query = SIMD4(hash.words.0, hash.words.1, hash.words.2, hash.words.3)
        var found: [Match] = []
        hashes.withUnsafeBufferPointer { hashes in
            for index in 0..<hashes.count {
                let difference = hashes[index] ^ query
                let distance =
                    difference.x.nonzeroBitCount + difference.y.nonzeroBitCount
                    + difference.z.nonzeroBitCount + difference.w.nonzeroBitCount
                if distance <= threshold { found.append(Match(signal: signals[index], distance: distance)) }
            }
        }
        return found.sorted { ($0.distance, $0.signal) < ($1.distance, $1.signal) }
    }
}
