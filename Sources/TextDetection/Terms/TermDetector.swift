internal import Configuration
internal import Detection
internal import Events
internal import Signals

/// `text.terms`: terms and phrases that are signals, in titles and bodies, by their folded forms (`TextFolder`).
///
/// One finding for a signal, a field and a view: `span` is where the term first stands, `value` how often it does, if
/// more than once (overlapping occurrences included). `match`: `word` needs word boundaries at both edges, which every
/// place in scripts without spaces is; `substring` needs none; the others are `word`, and a view of the text beside it
/// (`Views`), which `textView` then names.
/// Whether a signal with `languages` counts in a text `TextLanguage` says, not what the event states.
///
/// An event has at most `most` findings: of more, those of the surest signals (positive, negative, disputed, seed),
/// then the first in title and body, and the fact `many-terms` whose value is how many there were.
struct TermDetector: Detector {
    static let registration = DetectorRegistration(
        name: "text.terms", version: "4+" + LanguageVersion.ofTerms,
        summary: "Terms and phrases that are signals, in titles and bodies.",
        uses: TermLayers.types, facts: ["many-terms"], preparation: FoldedTexts.preparation,
        settings: [most, databases]
    ) { context in
        let folder = context.settings[databases].map { TermDatabaseFolder($0, log: context.log) }
        let matcher = try TermMatcher(
            context.signals, after: (context.previous as? TermDetector)?.matcher, TermCompiler(folder: folder),
            note: context.note)
        return TermDetector(matcher, most: context.settings[most])
    }

    static let most = Setting(
        "most", .integer(1...1_000), standard: 64,
        "Findings of one event; of more, the surest and first are kept, and many-terms is reported.")

    static let databases = Setting(
        "databases", .optional(.string), standard: nil,
        "Directory in which what is compiled of more than 1,000 terms is kept for the next start; null: nowhere.")

    let matcher: TermMatcher
    let most: Int

    init(_ matcher: TermMatcher, most: Int) {
        self.matcher = matcher
        self.most = most
    }

    func inspect(_ inspection: Inspection) -> Findings {
        matcher.withWorkspace { workspace, layers in
            inspect(inspection, workspace, layers)
        } ?? Findings()
    }

    private func inspect(
        _ inspection: Inspection, _ workspace: TermWorkspace, _ layers: TermLayers
    ) -> Findings {
        let folded = inspection.foldedTexts
        let contexts = TermContexts(inspection.batch, folded) { text, most in
            matcher.places(in: folded, text, workspace, layers, atMost: most)
        }
        var report = TermReport(inspection.batch, folded, layers, most: most, contexts: contexts)
        for event in folded.tooLong { report.addUnavailable(event, "text-too-long") }
        var first = 0
        while first < folded.texts.count, !Task.isCancelled {
            let stretch = first..<folded.end(ofStretchFrom: first, bytes: TermWorkspace.stretch)
            if !matcher.scan(folded, stretch, workspace, layers) {
                // What was found there is not all there is: nobody may take it for that.
                for number in workspace.unread.sorted() {
                    report.addUnavailable(folded.texts[number].event, "scan-failed")
                }
            }
            report.add(workspace.tallies)
            first = stretch.upperBound
        }
        return report.findings
    }
}

extension TermDetector: RebuiltDetector {
    var rebuild: DetectorRebuild? {
        guard matcher.isLayered else { return nil }
        return DetectorRebuild(isUrgent: matcher.isCrowded) {
            TermDetector(try matcher.rebuilt(), most: most)
        }
    }
}
