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
    /// How the text stands to it there.
    package var context: TextContext = []
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
            guard let folded = text.withUTF8({ FoldedTexts($0) }), let its = folded.texts.first else { return nil }
            var reader = ContextReader()
            text.withUTF8 { reader.read(folded, its, original: UnsafeRawBufferPointer($0)) }
            return occurrences(folded, reader, workspace, database, most, disguised)
        } ?? nil
    }

    private func occurrences(
        _ folded: FoldedTexts, _ reader: ContextReader, _ workspace: TermWorkspace, _ database: TermDatabase,
        _ most: Int,
        _ disguised: Bool
    ) -> [TermOccurrence]? {
        guard let base = folded.bytes.baseAddress, let text = folded.texts.first else { return [] }
        guard let places = places(in: folded, 0, workspace, database, atMost: most) else { return nil }
        var found: [TermOccurrence] = []
        for place in places.found {
            let range = folded.sourceRange(of: place.range, in: text)
            let context = reader.context(of: place.range)
            for term in set.entries[place.entry] {
                found.append(TermOccurrence(signal: set.terms[term].position, range: range, context: context))
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

    /// A place where an entry's terms stand as they are written.
    struct Place {
        let entry: Int
        /// In the buffer of folded texts.
        let range: Range<Int>
    }

    /// All places in one text, in the order of their ends; not for the hot path.
    ///
    /// - Returns: nil if Vectorscan failed; and whether these are all, of which at most `most` patterns' hits are looked at.
    func places(
        in folded: FoldedTexts, _ number: Int, _ workspace: TermWorkspace, _ database: TermDatabase, atMost most: Int
    ) -> (found: [Place], isComplete: Bool)? {
        guard let base = folded.bytes.baseAddress else { return ([], true) }
        let text = folded.texts[number]
        // With the separators beside it.
        let offset = text.bytes.lowerBound - 1
        let bytes = UnsafeBufferPointer(rebasing: folded.bytes[offset..<text.bytes.upperBound + 1])
        var hits = Hits(most: most)
        let isDone = withUnsafeMutablePointer(to: &hits) { hits in
            database.scan(bytes, with: workspace.scratch, context: hits) { pattern, _, end, _, context in
                context?.assumingMemoryBound(to: Hits.self).pointee.append(Int(pattern), Int(end)) ?? 1
            }
        }
        guard isDone || hits.isFull else { return nil }
        var found: [Place] = []
        let words = WordTable.shared
        for hit in hits.found {
            let pattern = set.patterns[hit.pattern]
            let range = offset + hit.end - Int(pattern.count)..<offset + hit.end
            if pattern.substring >= 0 { found.append(Place(entry: Int(pattern.substring), range: range)) }
            guard pattern.word >= 0, words.isBoundary(range.lowerBound, in: base),
                words.isBoundary(range.upperBound, in: base)
            else { continue }
            let inText = range.lowerBound - text.bytes.lowerBound..<range.upperBound - text.bytes.lowerBound
            var entry = Int(pattern.word)
            while entry >= 0 {
                if set.entryMarks[entry]?.match(folded.edits[text.edits], inText) != false {
                    found.append(Place(entry: entry, range: range))
                }
                entry = Int(set.entryNext[entry])
            }
        }
        return (found, !hits.isFull)
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
