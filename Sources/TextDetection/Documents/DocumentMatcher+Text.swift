package import Events
internal import Signals

/// What a text repeats of a known document, for people who ask about one text.
package struct RepeatedDocument: Sendable {
    /// Position in the signal set.
    package let signal: Int32
    package let coverageOfText: Double
    package let coverageOfDocument: Double
    /// Words of the text that the document has too, in stretches.
    package let words: Int
    /// The longest stretch, in bytes of the text.
    package let range: Range<Int>
}

extension DocumentMatcher {
    package func signal(of document: RepeatedDocument) -> Signal? { signals.signal(at: document.signal) }

    /// What a text repeats, by words, then by the signals' values; nil if it is too long to be folded.
    ///
    /// - Returns: and whether all was looked at that could be a passage.
    package func documents(in text: String) -> (found: [RepeatedDocument], isComplete: Bool)? {
        var text = text
        guard let folded = text.withUTF8({ FoldedTexts($0) }), let body = folded.texts.first else { return nil }
        let (all, isComplete) = withWorkspace { matches(in: folded, body, $0) }
        let found = all.map { match in
            RepeatedDocument(
                signal: positions[match.document], coverageOfText: match.coverageOfText,
                coverageOfDocument: match.coverageOfDocument, words: match.words, range: match.span)
        }
        let ordered = found.sorted { a, b in
            if a.words != b.words { return a.words > b.words }
            let (first, second) = (signals.signal(at: a.signal)?.value, signals.signal(at: b.signal)?.value)
            return (first ?? "").utf8.lexicographicallyPrecedes((second ?? "").utf8)
        }
        return (ordered, isComplete)
    }
}

extension DocumentWords {
    /// A text's words as `document` signals hold them: one, or several for a text that is too long for one.
    /// Parts are as long as each other.
    ///
    /// - Returns: empty if the text has too few words; nil if it is too long to be folded.
    package static func parts(of text: String) -> [DocumentWords]? {
        let folder = TextFolder()
        var source = text
        guard source.withUTF8({ folder.append($0) }) else { return nil }
        var words = DocumentText()
        words.appendHashes(folder.bytes)
        guard words.count >= least else { return [] }
        let count = (words.count + most - 1) / most
        return (0..<count).map { part in
            let range = words.count * part / count..<words.count * (part + 1) / count
            return DocumentWords(folding: DocumentText.folding, hashes: Array(words.hashes[range]))
        }
    }
}

/// What is wrong with a `document` signal beyond its form; nil if it can be looked for.
package func documentProblem(_ signal: Signal) -> String? {
    guard signal.type == .document, !DocumentWords.isWritten(signal.value) else { return nil }
    guard let parts = DocumentWords.parts(of: signal.value) else { return "value: could not be folded (type document)" }
    let count = parts.reduce(0) { $0 + $1.hashes.count }
    guard parts.count != 1 else { return nil }
    let rule = "a document has \(DocumentWords.least) to \(DocumentWords.most)"
    return count == 0
        ? "value: has fewer words than a document; \(rule), and a shorter text is a phrase"
        : "value: has \(count) words; \(rule)"
}
