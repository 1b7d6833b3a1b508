package import Events
internal import Glibc
package import Signals
internal import Synchronization

/// Finds the known documents that texts repeat. Made once, shared by all tasks.
package final class DocumentMatcher: Sendable {
    /// What a window of 40 words must come to (`BandCheck`) in a text that is no longer; in a longer one a fifth more, as
    /// formulae of news ("claimed responsibility in a statement that could not be verified") are up to 20 words long and
    /// meet by chance. For a document that is shorter than that, all of its words.
    static let standardLeast = 20
    /// Runs that are looked at in one text. The surest documents come first; a text that has more is said to.
    package static let mostChecks = 4_096

    let signals: SignalSet
    let index: DocumentIndex
    /// Of signals, by document.
    let positions: ContiguousArray<Int32>
    private let least: Int
    private let mostChecks: Int
    /// Workspaces that nobody uses: as many as ever ran at once, but no more than there are processors.
    private let idle = Mutex<[DocumentWorkspace]>([])
    private let mostIdle = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Takes some 20 µs a document: not for the cooperative pool.
    ///
    /// - Parameter note: told of each signal that can't be looked for, and why; it is left out.
    package init(
        _ signals: SignalSet, least: Int = standardLeast, mostChecks: Int = mostChecks,
        note: (Signal, String) -> Void = { _, _ in }
    ) {
        let known = KnownDocuments(signals, note: note)
        self.signals = signals
        positions = known.positions
        index = known.index()
        self.least = least
        self.mostChecks = mostChecks
        // Made here and not under the first batch's deadline.
        _ = (FoldTable.shared, WordTable.shared)
    }

    package var isEmpty: Bool { index.count == 0 }
    package var bytes: Int { index.bytes + positions.count * MemoryLayout<Int32>.stride }
    /// Fingerprints that the index has, and those that it has for five other documents.
    package var fingerprints: (kept: Int, crowded: Int) { (index.kept, index.crowded) }

    /// A workspace for as long as `body` runs; nothing waits.
    func withWorkspace<Result>(_ body: (DocumentWorkspace) -> Result) -> Result {
        let workspace = idle.withLock { $0.popLast() } ?? DocumentWorkspace()
        defer { idle.withLock { if $0.count < mostIdle { $0.append(workspace) } } }
        return body(workspace)
    }

    /// What one text repeats of one document.
    struct Match {
        let document: Int
        /// Words of the text that lie in stretches which the document has too.
        let words: Int
        let coverageOfText: Double
        let coverageOfDocument: Double
        /// The longest of these stretches, in bytes of the original text.
        let span: Range<Int>
        /// The same, in bytes of the folded text.
        let folded: Range<Int>
    }

    /// By document. Whether a document's signal has expired is for the caller to see.
    func matches(
        in folded: FoldedTexts, _ text: FoldedTexts.Text, _ workspace: DocumentWorkspace
    ) -> (found: [Match], isComplete: Bool) {
        guard !isEmpty else { return ([], true) }
        let bytes = folded.bytes(of: text)
        workspace.read(bytes)
        workspace.findRuns(in: index)
        return matches(workspace, bytes) { folded.edits[text.edits].sourceRange(of: $0) }
    }

    /// Of a workspace that has a text and its runs.
    ///
    /// - Parameters:
    ///   - folded: the text.
    ///   - source: where in the original text a stretch of the folded one comes from.
    func matches(
        _ workspace: DocumentWorkspace, _ folded: UnsafeBufferPointer<UInt8>, source: (Range<Int>) -> Range<Int>
    ) -> (found: [Match], isComplete: Bool) {
        var matches: [Match] = []
        let needed = workspace.text.count <= BandCheck.window ? least : least + least / 5
        var checks = 0
        var first = 0
        while first < workspace.runs.count {
            let document = Int(workspace.runs[first].document)
            var end = first
            while end < workspace.runs.count, workspace.runs[end].document == document { end += 1 }
            defer { first = end }
            let known = index.words(of: document)
            let isComplete = workspace.check(
                first..<end, known, least: min(needed, known.count), checks: &checks, most: mostChecks)
            if !workspace.stretches.isEmpty {
                matches.append(match(document, known.count, workspace, folded, source))
            }
            if !isComplete { return (matches, false) }
        }
        return (matches, true)
    }

    private func match(
        _ document: Int, _ documentWords: Int, _ workspace: DocumentWorkspace, _ folded: UnsafeBufferPointer<UInt8>,
        _ source: (Range<Int>) -> Range<Int>
    ) -> Match {
        let ofText = Stretches(workspace.stretches.map(\.text))
        let ofDocument = Stretches(workspace.stretches.map(\.document))
        let longest = workspace.foldedRange(ofWords: ofText.longest, folded)
        return Match(
            document: document, words: ofText.count,
            coverageOfText: Double(ofText.count) / Double(workspace.text.count),
            coverageOfDocument: Double(ofDocument.count) / Double(documentWords),
            span: source(longest), folded: longest)
    }
}

/// Ranges that may overlap, as one set of places.
private struct Stretches {
    private(set) var count = 0
    /// Of those that touch as one; of equally long ones the first.
    private(set) var longest = 0..<0

    init(_ ranges: [Range<Int>]) {
        var joined: Range<Int>?
        for range in ranges.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            if let last = joined, range.lowerBound <= last.upperBound {
                joined = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                add(joined)
                joined = range
            }
        }
        add(joined)
    }

    private mutating func add(_ range: Range<Int>?) {
        guard let range else { return }
        count += range.count
        if range.count > longest.count { longest = range }
    }
}
