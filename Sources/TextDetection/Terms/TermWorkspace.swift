/// What one batch at a time needs to be matched, kept from batch to batch so that none allocates.
final class TermWorkspace: @unchecked Sendable {
    // Sendable, although nothing here is: the pool gives one away before anybody else can have it (`TermMatcher`).

    /// Folded texts are scanned in stretches of so many bytes: enough to make a scan's cost per call small, and little
    /// enough to stay in the cache. Measured: 64 KiB are no faster.
    static let stretch = 16 << 10

    /// For all databases, one after the other.
    let scratch: TermScratch
    var views = ViewScan()
    /// What the last scan counted.
    var tallies: ContiguousArray<TermTally> = []
    /// Numbers of those texts that it could not look through.
    var unread: Set<Int> = []
    /// Position of each entry's latest tally among its layer's; anything where there is none.
    let latest: UnsafeMutableBufferPointer<UInt32>

    init(scratch: TermScratch, entries: Int) {
        self.scratch = scratch
        latest = .allocate(capacity: entries)
        latest.initialize(repeating: 0)
    }

    deinit { latest.deallocate() }

    /// Forgets the last scan.
    func removeAll() {
        tallies.removeAll(keepingCapacity: true)
        if !unread.isEmpty { unread.removeAll() }
    }
}
