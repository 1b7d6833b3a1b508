package import Events
internal import Glibc
package import Signals
internal import Synchronization

/// Finds the terms and phrases of a set of signals. Compiled once, shared by all tasks.
package final class TermMatcher: Sendable {
    let set: TermSet
    /// nil if there is nothing to look for.
    private let database: TermDatabase?
    /// Workspaces that nobody uses: as many as ever ran at once, but no more than there are processors.
    private let idle = Mutex<[TermWorkspace]>([])
    private let mostIdle = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Takes about 35 µs a term: not for the cooperative pool.
    ///
    /// - Parameter note: told of each signal that can't be looked for, and why; it is left out.
    /// - Throws: if Vectorscan can't be used here, or the set is beyond its limits.
    package init(_ signals: SignalSet, note: (Signal, String) -> Void = { _, _ in }) throws {
        set = TermSet(signals.signals(of: [.term, .phrase]), note: note)
        database = set.texts.isEmpty ? nil : try TermDatabase(set.texts)
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
            ?? TermWorkspace(scratch: database.makeScratch(), entries: set.entries.count)
        defer { idle.withLock { if $0.count < mostIdle { $0.append(workspace) } } }
        return body(workspace, database)
    }

    /// Fills in the tallies of the workspace's texts.
    ///
    /// - Returns: false if Vectorscan failed; it may then have missed something.
    func scan(_ workspace: TermWorkspace, _ database: TermDatabase) -> Bool {
        let bytes = workspace.folder.bytes
        guard let base = bytes.baseAddress, !workspace.texts.isEmpty else { return true }
        return set.patterns.withUnsafeBufferPointer { patterns in
            workspace.texts.withUnsafeBufferPointer { texts in
                var tallies: ContiguousArray<TermTally> = []
                swap(&tallies, &workspace.tallies)  // so that the scan owns it alone
                var scan = TermScan(
                    bytes: base, texts: texts, patterns: patterns, latest: workspace.latest, tallies: tallies)
                tallies = []
                let isDone = withUnsafeMutablePointer(to: &scan) { scan in
                    database.scan(bytes, with: workspace.scratch, context: scan) { pattern, _, end, _, context in
                        context?.assumingMemoryBound(to: TermScan.self).pointee.found(Int(pattern), end: Int(end))
                        return 0
                    }
                }
                scan.finish()
                swap(&workspace.tallies, &scan.tallies)
                return isDone
            }
        }
    }
}
