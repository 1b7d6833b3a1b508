internal import Concurrency

/// A file in memory, with its share of the budget: both are given back together, wherever the last reference was.
final class MediaBytes: Sendable {
    let bytes: [UInt8]
    private let share: Permits.Grant

    init(_ bytes: [UInt8], share: Permits.Grant) {
        self.bytes = bytes
        self.share = share
    }
}
