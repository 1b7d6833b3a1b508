internal import CHamming

/// Some hashes that are compared one by one. Short, since the first addition after a copy copies it.
struct PDQBlock: Sendable {
    static let capacity = 512

    private var hashes: ContiguousArray<weir_hash256> = []
    private var signals: ContiguousArray<Int32> = []

    var count: Int { hashes.count }
    var isFull: Bool { hashes.count >= PDQBlock.capacity }
    var bytes: Int {
        hashes.capacity * MemoryLayout<weir_hash256>.stride + signals.capacity * MemoryLayout<Int32>.stride
    }

    mutating func append(_ hash: weir_hash256, _ signal: Int32) {
        hashes.append(hash)
        signals.append(signal)
    }

    func dropFirst(_ count: Int) -> PDQBlock {
        var rest = PDQBlock()
        rest.hashes = ContiguousArray(hashes.dropFirst(count))
        rest.signals = ContiguousArray(signals.dropFirst(count))
        return rest
    }

    func forEach(_ body: (weir_hash256, Int32) -> Void) {
        for index in hashes.indices { body(hashes[index], signals[index]) }
    }

    func matches(_ query: inout weir_hash256, _ threshold: UInt32, _ found: inout [PDQIndex.Match]) {
        hashes.withUnsafeBufferPointer { hashes in
            scan(hashes, &query, threshold) { place, distance in
                found.append(PDQIndex.Match(signal: signals[place], distance: distance))
            }
        }
    }
}

/// Calls `body` with the place and the distance of each hash within the threshold, in order.
func scan(
    _ hashes: UnsafeBufferPointer<weir_hash256>, _ query: inout weir_hash256, _ threshold: UInt32,
    _ body: (_ place: Int, _ distance: Int) -> Void
) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { places in
        var next = 0
        while next < hashes.count {
            let count = weir_hamming_scan(
                hashes.baseAddress, hashes.count, next, &query, threshold, places.baseAddress, places.count, &next)
            for place in places.prefix(count) { body(Int(place), hashes[Int(place)].distance(to: query)) }
        }
    }
}

extension weir_hash256 {
    func distance(to other: weir_hash256) -> Int {
        (words.0 ^ other.words.0).nonzeroBitCount + (words.1 ^ other.words.1).nonzeroBitCount
            + (words.2 ^ other.words.2).nonzeroBitCount + (words.3 ^ other.words.3).nonzeroBitCount
    }
}
