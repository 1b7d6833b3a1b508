internal import Configuration
internal import Detection
internal import Events
internal import Signals

/// `text.documents`: titles and bodies that repeat passages of known documents, changed or not (`DocumentMatcher`).
///
/// One finding for a document and a field: `coverage` is the share of the document's words in stretches that the text
/// has too, `coverageOfText` that of the text's, `value` how many words of the text that are, `span` the longest of
/// these stretches. A repeated passage is no violation by itself: news quotes. The two shares are for the policy to
/// tell, and `context` says whether the longest stretch is quoted or reported.
///
/// An event has at most `most` findings: of more, those of the surest signals, then those of the most words, and the
/// fact `many-documents` whose value is how many there were. A text that shares more runs of words with documents than
/// are looked at (`DocumentMatcher.mostChecks`) is unavailable with `document-limit`, beside what was found by then.
struct DocumentDetector: Detector {
    static let registration = DetectorRegistration(
        name: "text.documents", version: "2",
        summary: "Passages of documents that are signals, in titles and bodies, with words changed, added or left out.",
        uses: [.document], facts: ["many-documents"], preparation: FoldedTexts.preparation, settings: [least, most]
    ) { context in
        let matcher = DocumentMatcher(context.signals, least: context.settings[least], note: context.note)
        return DocumentDetector(matcher, most: context.settings[most])
    }

    static let least = Setting(
        "least", .integer(12...32), standard: DocumentMatcher.standardLeast,
        "Of 40 words of a text that follow each other, so many must stand in the document, in the same order; a fifth more "
            + "in texts of more than 40 words.")

    static let most = Setting(
        "most", .integer(1...1_000), standard: 16,
        "Findings of one event; of more, the surest and longest are kept, and many-documents is reported.")

    let matcher: DocumentMatcher
    let most: Int

    init(_ matcher: DocumentMatcher, most: Int) {
        self.matcher = matcher
        self.most = most
    }

    func inspect(_ inspection: Inspection) -> Findings {
        var findings = Findings()
        guard !matcher.isEmpty else { return findings }
        let folded = inspection.foldedTexts
        for event in folded.tooLong {
            findings.unavailable.append(Unavailable(event: event, reason: "text-too-long"))
        }
        matcher.withWorkspace { workspace in
            var first = 0
            // A text with many passages is the dearest step; after cancellation nobody wants the rest.
            while first < folded.texts.count, !Task.isCancelled {
                let end = folded.end(ofStretchFrom: first, bytes: 0)
                inspect(folded, first..<end, inspection.batch, workspace, &findings)
                first = end
            }
        }
        return findings
    }

    /// - Parameter texts: of one event.
    private func inspect(
        _ folded: FoldedTexts, _ texts: Range<Int>, _ batch: EventBatch, _ workspace: DocumentWorkspace,
        _ findings: inout Findings
    ) {
        let position = folded.texts[texts.lowerBound].event
        let event = batch.events[position]
        var found: [Finding] = []
        var isWhole = true
        for text in folded.texts[texts] {
            let (matches, isComplete) = matcher.matches(in: folded, text, workspace)
            isWhole = isWhole && isComplete
            var reader: ContextReader?
            for match in matches {
                // Event time, not the clock, so that a replay finds the same.
                guard let signal = matcher.signals.match(matcher.positions[match.document], at: event.time) else {
                    continue
                }
                var finding = Finding(event: position, signal: signal)
                finding.coverage = match.coverageOfDocument
                finding.coverageOfText = match.coverageOfText
                finding.value = Int64(match.words)
                finding.span = TextSpan(field: text.field, start: match.span.lowerBound, end: match.span.upperBound)
                if signal.opinion != .negative {
                    let its = reader ?? context(of: text, folded, batch)
                    reader = its
                    let start = text.bytes.lowerBound
                    finding.textContext = its.context(
                        of: start + match.folded.lowerBound..<start + match.folded.upperBound)
                }
                found.append(finding)
            }
        }
        if found.count > most {
            findings.found.append(Finding(event: position, fact: "many-documents", value: Int64(found.count)))
            found.sort(by: DocumentDetector.precedes)
            found.removeLast(found.count - most)
        }
        findings.found += found
        if !isWhole, folded.tooLong.isEmpty || !folded.tooLong.contains(position) {
            findings.unavailable.append(Unavailable(event: position, reason: "document-limit"))
        }
    }

    private func context(of text: FoldedTexts.Text, _ folded: FoldedTexts, _ batch: EventBatch) -> ContextReader {
        var reader = ContextReader()
        batch.withText(text.field, of: text.event) { reader.read(folded, text, original: $0) }
        return reader
    }

    /// Surest first, so that many weak documents can't hide a strong one; then by the words that are repeated.
    private static func precedes(_ a: Finding, _ b: Finding) -> Bool {
        let (first, second) = (a.signal?.opinion.certainty ?? 0, b.signal?.opinion.certainty ?? 0)
        if first != second { return first > second }
        if a.value != b.value { return a.value ?? 0 > b.value ?? 0 }
        return Finding.precedes(a, b)
    }
}
