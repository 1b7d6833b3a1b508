package import Events
internal import Glibc
package import Signals
internal import Synchronization

/// Finds the terms and phrases of a set of signals. Shared by all tasks.
package final class TermMatcher: Sendable {
    let layers: TermLayers
    private let compiler: TermCompiler
    /// Workspaces that nobody uses: as many as ever ran at once, but no more than there are processors.
    private let idle = Mutex<[TermWorkspace]>([])
    private let mostIdle = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Takes about 35 µs a term: not for the cooperative pool.
    ///
    /// - Parameter note: told of each signal that can't be looked for, and why; it is left out.
    /// - Throws: if Vectorscan can't be used here, or the set is beyond its limits.
    package convenience init(_ signals: SignalSet, note: (Signal, String) -> Void = { _, _ in }) throws {
        try self.init(signals, after: nil, TermCompiler(), note: note)
    }

    /// - Parameter previous: the matcher of other signals: of those that both have, nothing is compiled anew.
    convenience init(
        _ signals: SignalSet, after previous: TermMatcher?, _ compiler: TermCompiler,
        note: (Signal, String) -> Void = { _, _ in }
    ) throws {
        self.init(
            try (previous?.layers ?? TermLayers()).advanced(to: signals.listing, compiler, note: note), compiler)
    }

    /// Of terms that stand in parts of other signals, in one layer; they may have the same value more than once.
    convenience init(_ terms: [SignalListing.Entry]) throws {
        self.init(try TermLayers(terms, TermCompiler()), TermCompiler())
    }

    private init(_ layers: TermLayers, _ compiler: TermCompiler) {
        self.layers = layers
        self.compiler = compiler
        // Made here and not under the first batch's deadline.
        _ = (FoldTable.shared, WordTable.shared)
    }

    /// The same of one layer. Takes seconds for a hundred thousand terms.
    func rebuilt() throws -> TermMatcher { TermMatcher(try layers.rebuilt(compiler), compiler) }

    /// See `TermLayers.isLayered` and `isCrowded`.
    var isLayered: Bool { layers.isLayered }
    var isCrowded: Bool { layers.isCrowded(compiler.limits) }

    package var isEmpty: Bool { layers.parts.isEmpty }

    /// A workspace for as long as `body` runs. Nothing waits: where all are in use, one more is made; as `body` can't
    /// suspend, there are at most as many as threads.
    func withWorkspace<Result>(_ body: (TermWorkspace, TermLayers) -> Result) -> Result? {
        guard !isEmpty else { return nil }
        let workspace =
            idle.withLock { $0.popLast() }
            ?? TermWorkspace(scratch: TermScratch(for: layers.databases), entries: layers.entryCount)
        defer { idle.withLock { if $0.count < mostIdle { $0.append(workspace) } } }
        return body(workspace, layers)
    }

    /// Fills in the workspace's tallies, and which texts could not be looked through: Vectorscan failed, or views were too
    /// much work. Of those something may be missing.
    ///
    /// - Parameter stretch: of the texts.
    /// - Returns: whether all were looked through.
    func scan(
        _ folded: FoldedTexts, _ stretch: Range<Int>, _ workspace: TermWorkspace, _ layers: TermLayers
    ) -> Bool {
        workspace.removeAll()
        guard let base = folded.bytes.baseAddress, !stretch.isEmpty else { return true }
        var tallies: ContiguousArray<TermTally> = []
        swap(&tallies, &workspace.tallies)  // so that the scan owns it alone
        var isMerged = false
        for part in layers.parts {
            if part.firstEntry == 0 {
                scan(part, folded, stretch, base, workspace, &tallies)
                continue
            }
            var more: ContiguousArray<TermTally> = []
            scan(part, folded, stretch, base, workspace, &more)
            for var tally in more {
                tally.entry += UInt32(part.firstEntry)
                tallies.append(tally)
                isMerged = true
            }
        }
        findInViews(folded, stretch, workspace, base)
        for hit in workspace.views.hits {
            tallies.append(TermTally(text: hit.text, entry: hit.entry, start: hit.start, end: hit.end, count: 1))
            isMerged = true
        }
        if isMerged { TermScan.merge(&tallies) }
        swap(&tallies, &workspace.tallies)
        return workspace.unread.isEmpty
    }

    /// One layer: all texts in one go that may have a term, or each alone where that fails, so that none costs another its
    /// verdict.
    private func scan(
        _ part: TermLayers.Part, _ folded: FoldedTexts, _ stretch: Range<Int>, _ base: UnsafePointer<UInt8>,
        _ workspace: TermWorkspace, _ tallies: inout ContiguousArray<TermTally>
    ) {
        let set = part.layer.set
        let latest = UnsafeMutableBufferPointer(
            rebasing: workspace.latest[part.firstEntry..<part.firstEntry + set.entries.count])
        withPatterns(set) { patterns, marks, isMarked, next in
            folded.texts.withUnsafeBufferPointer { texts in
                var scan = TermScan(
                    bytes: base, texts: texts, patterns: patterns, marks: marks, isMarked: isMarked, next: next,
                    edits: folded.edits, latest: latest, offset: 0, text: stretch.lowerBound, tallies: tallies)
                tallies = []
                var rest = stretch
                while let open = part.layer.gate.firstOpen(of: rest, texts, base) {
                    // The one behind them has none.
                    rest = min(open.upperBound + 1, stretch.upperBound)..<stretch.upperBound
                    let known = scan.tallies.count
                    if run(&scan, part.layer.database, folded, open, workspace.scratch) { continue }
                    scan.tallies.removeLast(scan.tallies.count - known)
                    for number in open {
                        let known = scan.tallies.count
                        if run(&scan, part.layer.database, folded, number..<number + 1, workspace.scratch) { continue }
                        scan.tallies.removeLast(scan.tallies.count - known)
                        workspace.unread.insert(number)
                    }
                }
                scan.finish()
                swap(&tallies, &scan.tallies)
            }
        }
    }

    private func run(
        _ scan: inout TermScan, _ database: TermDatabase, _ folded: FoldedTexts, _ stretch: Range<Int>,
        _ scratch: TermScratch
    ) -> Bool {
        // With the separators beside them.
        let offset = folded.texts[stretch.lowerBound].bytes.lowerBound - 1
        let end = folded.texts[stretch.upperBound - 1].bytes.upperBound + 1
        let bytes = UnsafeBufferPointer(rebasing: folded.bytes[offset..<end])
        scan.offset = offset
        return withUnsafeMutablePointer(to: &scan) { scan in
            database.scan(bytes, with: scratch, context: scan) { pattern, _, end, _, context in
                context?.assumingMemoryBound(to: TermScan.self).pointee.found(Int(pattern), endInStretch: Int(end))
                return 0
            }
        }
    }

    private func withPatterns<Result>(
        _ set: TermSet,
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

    /// What stands in the views of the texts, of all layers.
    ///
    /// - Returns: whether all of these texts have been looked through.
    @discardableResult
    func findInViews(
        _ folded: FoldedTexts, _ stretch: Range<Int>, _ workspace: TermWorkspace, _ bytes: UnsafePointer<UInt8>
    ) -> Bool {
        workspace.views.removeAll()
        for number in stretch {
            workspace.views.begin()
            for part in layers.parts {
                let isRead = workspace.views.run(
                    part, number, folded.texts[number], folded.edits, bytes, workspace.scratch)
                if !isRead { workspace.unread.insert(number) }
            }
            // What was found before it was given up depends on the layers.
            if workspace.unread.contains(number) { workspace.views.removeHits(in: number) }
        }
        return workspace.unread.isDisjoint(with: stretch)
    }
}
