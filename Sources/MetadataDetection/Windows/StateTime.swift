internal import Events

/// Seconds since 2020-01-01T00:00:00Z: what state counts in. What was before is taken for that moment, what is after
/// 2156 for the last.
struct StateTime: Comparable, BitwiseCopyable {
    static let epoch: Int64 = 1_577_836_800

    var seconds: UInt32

    init(seconds: UInt32) { self.seconds = seconds }

    init(_ time: Timestamp) {
        // Rounded down.
        let nanoseconds = time.nanoseconds
        let whole = nanoseconds / 1_000_000_000 - (nanoseconds % 1_000_000_000 < 0 ? 1 : 0)
        seconds = UInt32(clamping: whole - StateTime.epoch)
    }

    var timestamp: Timestamp { Timestamp(nanoseconds: (Int64(seconds) + StateTime.epoch) * 1_000_000_000) }

    /// The record's age in a store.
    var age: RecordAge { RecordAge(UInt16(clamping: seconds / (4 * 3_600))) }

    static func < (a: Self, b: Self) -> Bool { a.seconds < b.seconds }
}
