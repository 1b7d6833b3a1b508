package import Events
internal import Glibc
package import Signals
internal import Synchronization

/// Finds the terms and phrases of a set of signals. Compiled once, shared by all tasks.
package final class TermMatcher: Sendable {
    let set: TermSet
    let views: TermViews
    /// nil if there is nothing to look for.
    private let database: TermDatabase?
    /// Workspaces that nobody uses: as many as ever ran at once, but no more than there are processors.
    private let idle = Mutex<[TermWorkspace]>([])
    private let mostIdle = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Takes about 35 µs a term: not for the cooperative pool.
    ///
    /// - Parameter note: told of each signal that can't be looked for, and why; it is left out.
    /// - Throws: if Vectorscan can't be used here, or the set is beyond its limits.
    package convenience init(_ signals: SignalSet, note: (Signal, String) -> Void = { _, _ in }) throws {
        try self.init(TermSet(signals.signals(of: [.term, .phrase]), note: note))
    }

    /// - Throws: if Vectorscan can't be used here, or the set is beyond its limits.
    init(_ set: TermSet) throws {
        self.set = set
        database = set.texts.isEmpty ? nil : try TermDatabase(set.texts)
        views = try TermViews(set)
        // Made here and not under the first batch's deadline.
        _ = (FoldTable.shared, WordTable.shared)
    }

    package var isEmpty: Bool { database == nil }

    /// A workspace for as long as `body` runs. Nothing waits: where all are in use, one more is made; as `body` can't
    /// suspend, there are at most as many as threads.
    func withWorkspace<Result>(_ body: (TermWorkspace, TermDatabase) -> Result) -> Result? {
        guard let database else { return nil }
        let workspace =
            idle.withLock { $0.popLast() }
            ?? TermWorkspace(
                scratch: database.makeScratch(),
                despacedScratch: views.despaced.map { $0.database.makeScratch() }, entries: set.entries.count)
        defer { idle.withLock { if $0.count < mostIdle { $0.append(workspace) } } }
        return body(workspace, database)
    }

    /// Fills in the workspace's tallies.
    ///
    /// - Parameter stretch: of the texts.
    /// - Returns: false if Vectorscan failed, or views were too much work; something may then have been missed.
    func scan(
        _ folded: FoldedTexts, _ stretch: Range<Int>, _ workspace: TermWorkspace, _ database: TermDatabase
    ) -> Bool {
        workspace.tallies.removeAll(keepingCapacity: true)
        guard let base = folded.bytes.baseAddress, let last = stretch.last else { return true }
        // With the separators beside them.
        let offset = folded.texts[stretch.lowerBound].bytes.lowerBound - 1
        let bytes = UnsafeBufferPointer(rebasing: folded.bytes[offset..<folded.texts[last].bytes.upperBound + 1])
        return withPatterns { patterns, marks, isMarked, next in
            folded.texts.withUnsafeBufferPointer { texts in
                var tallies: ContiguousArray<TermTally> = []
                swap(&tallies, &workspace.tallies)  // so that the scan owns it alone
                var scan = TermScan(
                    bytes: base, texts: texts, patterns: patterns, marks: marks, isMarked: isMarked, next: next,
                    edits: folded.edits, latest: workspace.latest, offset: offset, text: stretch.lowerBound,
                    tallies: tallies)
                tallies = []
                let isDone = withUnsafeMutablePointer(to: &scan) { scan in
                    database.scan(bytes, with: workspace.scratch, context: scan) { pattern, _, end, _, context in
                        context?.assumingMemoryBound(to: TermScan.self).pointee.found(
                            Int(pattern), endInStretch: Int(end))
                        return 0
                    }
                }
                scan.finish()
                swap(&workspace.tallies, &scan.tallies)
                return isDone
            }
        } && lookIntoViews(folded, stretch, workspace, base)
    }

    private func withPatterns<Result>(
        _ body: (
            UnsafeBufferPointer<TermSet.Pattern>, UnsafeBufferPointer<TermMarks?>, UnsafeBufferPointer<Bool>,
            UnsafeBufferPointer<Int32>
        ) -> Result
    ) -> Result {
        set.patterns.withUnsafeBufferPointer { patterns in
            set.entryMarks.withUnsafeBufferPointer { marks in
                set.entryIsMarked.withUnsafeBufferPointer { isMarked in
                    set.entryNext.withUnsafeBufferPointer { next in body(patterns, marks, isMarked, next) }
                }
            }
        }
    }

    /// Adds what stands in the views of the texts.
    private func lookIntoViews(
        _ folded: FoldedTexts, _ stretch: Range<Int>, _ workspace: TermWorkspace, _ bytes: UnsafePointer<UInt8>
    ) -> Bool {
        guard findInViews(folded, stretch, workspace, bytes) else { return false }
        if workspace.views.hits.isEmpty { return true }
        for hit in workspace.views.hits {
            workspace.tallies.append(
                TermTally(text: hit.text, entry: hit.entry, start: hit.start, end: hit.end, count: 1))
        }
        TermScan.merge(&workspace.tallies)
        return true
    }

    func findInViews(
        _ folded: FoldedTexts, _ stretch: Range<Int>, _ workspace: TermWorkspace, _ bytes: UnsafePointer<UInt8>
    ) -> Bool {
        workspace.views.removeAll()
        var isDone = true
        for number in stretch {
            let isRead = workspace.views.run(
                views, number, folded.texts[number], folded.edits, bytes, workspace.despacedScratch)
            isDone = isDone && isRead
        }
        return isDone
    }
}
