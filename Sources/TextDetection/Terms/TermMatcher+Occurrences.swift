package import Events
internal import Signals

/// One place where a term stands in a text.
package struct TermOccurrence: Sendable, Equatable {
    /// Position of the signal in its set.
    package let signal: Int32
    /// Bytes of the original UTF-8.
    package let range: Range<Int>
    /// The view in which it stands there, if it is not written so.
    package var view: TermMatch?
}

extension TermMatcher {
    /// All places where terms stand in one text, whatever their languages and expiry: by start, end, signal.
    /// For tools, not for the hot path.
    ///
    /// - Parameter most: no more places than so many, in the order of their ends in the folded text.
    /// - Returns: nil if the text could not be looked through.
    package func occurrences(in text: String, atMost most: Int = 100_000) -> [TermOccurrence]? {
        occurrences(in: text, atMost: most, disguised: true)
    }

    /// - Parameter disguised: whether views are looked into as well.
    func occurrences(in text: String, atMost most: Int = 100_000, disguised: Bool) -> [TermOccurrence]? {
        guard !isEmpty else { return [] }
        var text = text
        return withWorkspace { workspace, database in
            guard let folded = text.withUTF8({ FoldedTexts($0) }) else { return nil }
            return occurrences(folded, workspace, database, most, disguised)
        } ?? nil
    }

    private func occurrences(
        _ folded: FoldedTexts, _ workspace: TermWorkspace, _ database: TermDatabase, _ most: Int, _ disguised: Bool
    ) -> [TermOccurrence]? {
        let bytes = folded.bytes
        guard let base = bytes.baseAddress, let text = folded.texts.first else { return [] }
        var hits = Hits(most: most)
        let isDone = withUnsafeMutablePointer(to: &hits) { hits in
            database.scan(bytes, with: workspace.scratch, context: hits) { pattern, _, end, _, context in
                context?.assumingMemoryBound(to: Hits.self).pointee.append(Int(pattern), Int(end)) ?? 1
            }
        }
        guard isDone || hits.isFull else { return nil }
        var found: [TermOccurrence] = []
        for hit in hits.found {
            let pattern = set.patterns[hit.pattern]
            let start = hit.end - Int(pattern.count)
            var entries = pattern.substring >= 0 ? [pattern.substring] : []
            let words = WordTable.shared
            if pattern.word >= 0, words.isBoundary(start, in: base), words.isBoundary(hit.end, in: base) {
                var entry = pattern.word
                while entry >= 0 {
                    let place = start - text.bytes.lowerBound..<hit.end - text.bytes.lowerBound
                    if set.entryMarks[Int(entry)]?.match(folded.edits[text.edits], place) != false {
                        entries.append(entry)
                    }
                    entry = set.entryNext[Int(entry)]
                }
            }
            let range = folded.sourceRange(of: start..<hit.end, in: text)
            for term in entries.flatMap({ set.entries[Int($0)] }) {
                found.append(TermOccurrence(signal: set.terms[term].position, range: range))
            }
        }
        workspace.views.removeAll()
        guard !disguised || findInViews(folded, 0..<1, workspace, base) else { return nil }
        for hit in workspace.views.hits {
            let range = folded.sourceRange(of: Int(hit.start)..<Int(hit.end), in: text)
            for term in set.entries[Int(hit.entry)] {
                found.append(
                    TermOccurrence(
                        signal: set.terms[term].position, range: range, view: set.entryViews[Int(hit.entry)]))
            }
        }
        return found.sorted {
            ($0.range.lowerBound, $0.range.upperBound, $0.signal, $0.view?.rawValue ?? "")
                < ($1.range.lowerBound, $1.range.upperBound, $1.signal, $1.view?.rawValue ?? "")
        }
    }

    /// Every hit of a scan, edges not looked at.
    private struct Hits {
        let most: Int
        var found: [(pattern: Int, end: Int)] = []
        var isFull: Bool { found.count >= most }

        init(most: Int) { self.most = most }

        /// - Returns: 1 to stop the scan.
        mutating func append(_ pattern: Int, _ end: Int) -> Int32 {
            guard !isFull else { return 1 }
            found.append((pattern, end))
            return 0
        }
    }
}
