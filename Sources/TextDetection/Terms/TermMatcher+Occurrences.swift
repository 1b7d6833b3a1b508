package import Events
internal import Signals

/// One place where a term stands in a text.
package struct TermOccurrence: Sendable, Equatable {
    /// Position of the signal in its set; for a matcher that was made of that set alone.
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
        return withWorkspace { workspace, layers in
            guard let folded = text.withUTF8({ FoldedTexts($0) }), let its = folded.texts.first else { return nil }
            var reader = ContextReader()
            text.withUTF8 { reader.read(folded, its, original: UnsafeRawBufferPointer($0)) }
            return occurrences(folded, reader, workspace, layers, most, disguised)
        } ?? nil
    }

    private func occurrences(
        _ folded: FoldedTexts, _ reader: ContextReader, _ workspace: TermWorkspace, _ layers: TermLayers, _ most: Int,
        _ disguised: Bool
    ) -> [TermOccurrence]? {
        guard let base = folded.bytes.baseAddress, let text = folded.texts.first else { return [] }
        guard let places = places(in: folded, 0, workspace, layers, atMost: most) else { return nil }
        var found: [TermOccurrence] = []
        for place in places.found {
            let range = folded.sourceRange(of: place.range, in: text)
            let context = reader.context(of: place.range)
            for signal in signals(ofEntry: place.entry) {
                found.append(TermOccurrence(signal: signal, range: range, context: context))
            }
        }
        workspace.removeAll()
        workspace.views.removeAll()
        if disguised { findInViews(folded, 0..<1, workspace, base) }
        guard workspace.unread.isEmpty else { return nil }
        for hit in workspace.views.hits {
            let range = folded.sourceRange(of: Int(hit.start)..<Int(hit.end), in: text)
            let part = layers.parts[layers.part(ofEntry: Int(hit.entry))]
            let view = part.layer.set.entryViews[Int(hit.entry) - part.firstEntry]
            for signal in signals(ofEntry: Int(hit.entry)) {
                found.append(TermOccurrence(signal: signal, range: range, view: view))
            }
        }
        return found.sorted {
            ($0.range.lowerBound, $0.range.upperBound, $0.signal, $0.view?.rawValue ?? "")
                < ($1.range.lowerBound, $1.range.upperBound, $1.signal, $1.view?.rawValue ?? "")
        }
    }

    /// Positions of those who are alive.
    private func signals(ofEntry entry: Int) -> [Int32] {
        let part = layers.parts[layers.part(ofEntry: entry)]
        let set = part.layer.set
        return set.entries[entry - part.firstEntry].filter { part.isAlive($0) }.map {
            set.members[Int(set.terms[$0].member)].position
        }
    }

    /// A place where an entry's terms stand as they are written.
    struct Place {
        let entry: Int
        /// In the buffer of folded texts.
        let range: Range<Int>
    }

    /// All places in one text, those of each layer in the order of their ends; not for the hot path.
    ///
    /// - Returns: nil if Vectorscan failed; and whether these are all: there are less than `most` hits, one counted for each
    ///   signal of its pattern, so that it does not matter in which layers these are.
    func places(
        in folded: FoldedTexts, _ number: Int, _ workspace: TermWorkspace, _ layers: TermLayers, atMost most: Int
    ) -> (found: [Place], isComplete: Bool)? {
        guard let base = folded.bytes.baseAddress else { return ([], true) }
        var found: [Place] = []
        var count = 0
        for part in layers.parts where count < most {
            var hits = Hits(part: part, most: most, count: count)
            guard collect(&hits, folded, number, workspace.scratch) || hits.isFull else { return nil }
            count = hits.count
            for hit in hits.found { append(hit, part, folded, number, base, to: &found) }
        }
        return (found, count < most)
    }

    private func collect(_ hits: inout Hits, _ folded: FoldedTexts, _ number: Int, _ scratch: TermScratch) -> Bool {
        // With the separators beside it.
        let text = folded.texts[number].bytes
        let bytes = UnsafeBufferPointer(rebasing: folded.bytes[text.lowerBound - 1..<text.upperBound + 1])
        return withUnsafeMutablePointer(to: &hits) { hits in
            hits.pointee.part.layer.database.scan(bytes, with: scratch, context: hits) { pattern, _, end, _, context in
                context?.assumingMemoryBound(to: Hits.self).pointee.append(Int(pattern), Int(end)) ?? 1
            }
        }
    }

    private func append(
        _ hit: (pattern: Int, end: Int), _ part: TermLayers.Part, _ folded: FoldedTexts, _ number: Int,
        _ base: UnsafePointer<UInt8>, to found: inout [Place]
    ) {
        let (set, text, words) = (part.layer.set, folded.texts[number], WordTable.shared)
        let pattern = set.patterns[hit.pattern]
        let end = text.bytes.lowerBound - 1 + hit.end
        let range = end - Int(pattern.count)..<end
        if pattern.substring >= 0 { found.append(Place(entry: part.firstEntry + Int(pattern.substring), range: range)) }
        guard pattern.word >= 0, words.isBoundary(range.lowerBound, in: base),
            words.isBoundary(range.upperBound, in: base)
        else { return }
        let inText = range.lowerBound - text.bytes.lowerBound..<range.upperBound - text.bytes.lowerBound
        var entry = Int(pattern.word)
        while entry >= 0 {
            if set.entryMarks[entry]?.match(folded.edits[text.edits], inText) != false {
                found.append(Place(entry: part.firstEntry + entry, range: range))
            }
            entry = Int(set.entryNext[entry])
        }
    }

    /// Every hit of a scan of one layer, edges not looked at.
    private struct Hits {
        let part: TermLayers.Part
        let most: Int
        /// Of those of other layers too.
        var count: Int
        var found: [(pattern: Int, end: Int)] = []
        var isFull: Bool { count >= most }

        init(part: TermLayers.Part, most: Int, count: Int) {
            (self.part, self.most, self.count) = (part, most, count)
        }

        /// - Returns: 1 to stop the scan.
        mutating func append(_ pattern: Int, _ end: Int) -> Int32 {
            guard !isFull else { return 1 }
            let weight = part.weight(ofPattern: pattern)
            guard weight > 0 else { return 0 }
            count += weight
            found.append((pattern, end))
            return 0
        }
    }
}
