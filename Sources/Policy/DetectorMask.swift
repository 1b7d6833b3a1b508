internal import Events

/// A set of detectors that is asked for every finding: a bit for each, no hashing.
struct DetectorMask: Sendable {
    private var words = SIMD4<UInt64>()

    mutating func insert(_ detector: DetectorID) {
        words[Int(detector.index >> 6)] |= 1 << UInt64(detector.index & 63)
    }

    func contains(_ detector: DetectorID) -> Bool {
        words[Int(detector.index >> 6)] & 1 << UInt64(detector.index & 63) != 0
    }
}
