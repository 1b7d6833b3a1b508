internal import Events

/// One text of a stretch: where it comes from, and where its folded form and edits stand.
struct TermText: Sendable {
    let event: Int
    let field: TextSpan.Field
    let bytes: Range<Int>
    let edits: Range<Int>
    var traits = FoldTraits()
}

/// What one batch at a time needs to be matched, kept from batch to batch so that none allocates.
final class TermWorkspace: @unchecked Sendable {
    // Sendable, although nothing here is: the pool gives one away before anybody else can have it (`TermMatcher`).

    /// Folded texts are collected up to so many bytes, then scanned in one go: enough to make a scan's cost per call
    /// small, and little enough to stay in the cache. Measured: 64 KiB are no faster.
    static let stretch = 16 << 10

    let folder = TextFolder()
    let scratch: TermScratch
    /// For the terms that are looked for without spaces, if there are any.
    let despacedScratch: TermScratch?
    var views = ViewScan()
    private(set) var texts: ContiguousArray<TermText> = []
    var tallies: ContiguousArray<TermTally> = []
    /// Position of each entry's latest tally; anything where there is none.
    let latest: UnsafeMutableBufferPointer<UInt32>

    init(scratch: TermScratch, despacedScratch: TermScratch? = nil, entries: Int) {
        self.scratch = scratch
        self.despacedScratch = despacedScratch
        latest = .allocate(capacity: entries)
        latest.initialize(repeating: 0)
    }

    deinit { latest.deallocate() }

    var isFull: Bool { folder.count >= TermWorkspace.stretch }

    func removeAll() {
        folder.removeAll()
        texts.removeAll(keepingCapacity: true)
        tallies.removeAll(keepingCapacity: true)
        folder.appendSeparator()
    }

    /// Folds a text and takes it in, behind a separator and before another.
    ///
    /// - Returns: false if it is too long to be folded.
    func append(_ text: UnsafeBufferPointer<UInt8>, event: Int, field: TextSpan.Field) -> Bool {
        let (bytes, edits) = (folder.count, folder.edits.count)
        guard folder.append(text) else { return false }
        texts.append(
            TermText(
                event: event, field: field, bytes: bytes..<folder.count, edits: edits..<folder.edits.count,
                traits: folder.traits))
        folder.appendSeparator()
        return true
    }

    /// Where in the original field a stretch of the folded buffer comes from.
    func sourceRange(of folded: Range<Int>, in text: TermText) -> Range<Int> {
        let start = text.bytes.lowerBound
        return folder.edits[text.edits].sourceRange(of: folded.lowerBound - start..<folded.upperBound - start)
    }
}
