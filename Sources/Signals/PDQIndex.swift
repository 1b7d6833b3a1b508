internal import CHamming
package import Events

/// Every known PDQ hash within a Hamming distance, by comparing with each of them, in memory order.
///
/// Exact by construction.
package struct PDQIndex: Sendable {
    package struct Match: Sendable, Equatable {
        /// Position of the signal in its set.
        package let signal: Int32
        package let distance: Int
    }

    private var hashes: ContiguousArray<weir_hash256> = []
    private var signals: ContiguousArray<Int32> = []

    package init() {}

    package var count: Int { hashes.count }

    package mutating func insert(_ hash: Digest256, _ signal: Int32) {
        hashes.append(weir_hash256(words: hash.words))
        signals.append(signal)
    }

    /// All within `threshold` bits, nearest first, then by the signal's position.
    package func matches(_ hash: Digest256, threshold: Int) -> [Match] {
        guard threshold >= 0 else { return [] }
        let query = weir_hash256(words: hash.words)
        var found: [Match] = []
        hashes.withUnsafeBufferPointer { hashes in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { places in
                var next = 0
                while next < hashes.count {
                    let count = withUnsafePointer(to: query) { query in
                        weir_hamming_scan(
                            hashes.baseAddress, hashes.count, next, query, UInt32(min(threshold, 256)),
                            places.baseAddress, places.count, &next)
                    }
                    for place in places.prefix(count) {
                        let index = Int(place)
                        found.append(
                            Match(signal: signals[index], distance: PDQIndex.distance(hashes[index], query)))
                    }
                }
            }
        }
        return found.sorted { ($0.distance, $0.signal) < ($1.distance, $1.signal) }
    }

    private static func distance(_ a: weir_hash256, _ b: weir_hash256) -> Int {
        (a.words.0 ^ b.words.0).nonzeroBitCount + (a.words.1 ^ b.words.1).nonzeroBitCount
            + (a.words.2 ^ b.words.2).nonzeroBitCount + (a.words.3 ^ b.words.3).nonzeroBitCount
    }
}
