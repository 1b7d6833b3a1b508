internal import Events
package import Signals

/// The combinations of a set of signals, for people who ask about one text. Not for the hot path.
package struct CombinationFinder: Sendable {
    private let matcher: CombinationMatcher

    /// - Throws: if Vectorscan can't be used here, or the set is beyond its limits.
    package init(_ signals: SignalSet) throws { matcher = try CombinationMatcher(signals) }

    /// The first place of each combination that is there, whatever its languages and expiry: by start, end, signal.
    ///
    /// - Returns: nil if the text could not be looked through.
    package func occurrences(in text: String) -> [TermOccurrence]? {
        if matcher.isEmpty { return [] }
        var text = text
        return text.withUTF8 { occurrences(in: $0) }
    }

    private func occurrences(in text: UnsafeBufferPointer<UInt8>) -> [TermOccurrence]? {
        guard let folded = FoldedTexts(text) else { return nil }
        let found = matcher.terms.withWorkspace { workspace, layers -> [TermOccurrence]? in
            guard matcher.terms.scan(folded, folded.texts.indices, workspace, layers) else { return nil }
            var scan = CombinationScan(matcher, folded, workspace, layers) { _, body in
                body(UnsafeRawBufferPointer(text))
            }
            let matches = scan.matches(Array(workspace.tallies)[...]) { _ in true }
            guard scan.isComplete else { return nil }
            return matches.map { match in
                TermOccurrence(
                    signal: matcher.combinations.members[match.member].position,
                    range: folded.sourceRange(of: match.range, in: folded.texts[match.text]), context: match.context)
            }
        }
        return found.flatMap(\.self)?.sorted {
            ($0.range.lowerBound, $0.range.upperBound, $0.signal)
                < ($1.range.lowerBound, $1.range.upperBound, $1.signal)
        }
    }
}
