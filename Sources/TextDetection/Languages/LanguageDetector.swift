internal import Configuration
internal import Detection
internal import Events
internal import Signals

/// `text.language`: titles and bodies in a language for which nothing is looked for.
///
/// A field whose language the vote is sure of, and which is not covered, gives the fact `uncovered-language` that names
/// it, with the whole field as `span`. Of a field the first `longest` bytes are read, and no more than are needed to be
/// sure. What the event states has no part in it.
///
/// Covered are the languages of term, phrase and combination signals that name languages, and those of the setting.
struct LanguageDetector: Detector {
    static let registration = DetectorRegistration(
        name: "text.language", version: "1+" + LanguageVersion.ofVote,
        summary: "Titles and bodies in languages for which nothing is looked for.",
        uses: [.term, .phrase, .combination], facts: ["uncovered-language"],
        settings: [covered]
    ) { context in
        // Made here and not under the first batch's deadline.
        _ = LanguageTables.shared
        return LanguageDetector(covered: LanguageDetector.covered(context))
    }

    static let covered = Setting(
        "covered", .list(of: Language.format), standard: ["id", "ar", "en", "ru", "fr", "de", "ur"],
        "Languages that are covered beside those that term, phrase and combination signals name.")

    /// In bytes; about a hundred words tell it, and every text is read.
    static let longest = 512

    private let covered: LanguageSet

    init(covered: LanguageSet) { self.covered = covered }

    private static func covered(_ context: DetectorContext) -> LanguageSet {
        var languages = LanguageSet.none
        for tag in context.settings[covered] { languages.formUnion(Language.set(of: tag)) }
        for (_, signal, _) in context.signals.signals(of: [.term, .phrase, .combination]) {
            for tag in signal.languages { languages.formUnion(Language.set(of: tag)) }
        }
        return languages
    }

    func inspect(_ inspection: Inspection) -> Findings {
        var findings = Findings()
        let batch = inspection.batch
        inspection.selection.forEach { position in
            let event = batch.events[position]
            for (range, field) in [(event.title, TextSpan.Field.title), (event.body, .body)] where !range.isEmpty {
                let vote = batch.withBytes(range) { bytes in
                    bytes.withMemoryRebound(to: UInt8.self) { text in
                        LanguageVoter.vote(
                            UnsafeBufferPointer(rebasing: text.prefix(LanguageDetector.longest)), untilSure: true)
                    }
                }
                guard let tag = vote.tag, !vote.languages.intersects(covered) else { continue }
                var finding = Finding(event: position, fact: "uncovered-language")
                finding.language = tag
                finding.span = TextSpan(field: field, start: 0, end: Int(range.count))
                findings.found.append(finding)
            }
        }
        return findings
    }
}
