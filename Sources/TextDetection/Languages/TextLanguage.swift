internal import Events

/// What is known of the language of a text in which a signal was found that holds for some languages only.
///
/// Whether such a signal counts:
///
/// | the vote | the identifier | it counts if |
/// | --- | --- | --- |
/// | certain: one language, or one of a few | not asked | one of them is the signal's |
/// | mixed | not asked | always |
/// | unsure | reliable | that or one easily taken for it is the signal's, or the vote leans to one of the signal's |
/// | unsure | not | always, save where the vote leans to languages that are not the signal's and the event states one of these |
///
/// What the event states decides nothing by itself: whoever uploads writes it. In doubt a signal counts, since to count
/// leads to people.
struct TextLanguage: Sendable {
    let vote: LanguageVote
    /// Primary subtag; nil if the identifier was not asked, or is not sure.
    let identified: [UInt8]?

    init(vote: LanguageVote, identified: [UInt8]?) {
        self.vote = vote
        self.identified = identified
    }

    init(of text: UnsafeBufferPointer<UInt8>) {
        vote = LanguageVoter.vote(text)
        identified = vote.outcome == .unsure ? LanguageIdentifier.identify(text, vote) : nil
    }

    /// Whether a signal counts in this text.
    ///
    /// - Parameters:
    ///   - languages: the signal's, as primary subtags in small letters; at least one.
    ///   - stated: primary subtag of the language that the event states; empty for none.
    func admits(_ languages: [[UInt8]], stated: [UInt8]) -> Bool {
        var own = LanguageSet.none
        for language in languages { own.formUnion(Language.set(ofPrimary: language)) }
        if languages.contains(where: \.isEmpty) { return true }  // `und`, `mul`
        if vote.isCertain { return vote.languages.intersects(own) }
        if vote.outcome == .mixed { return true }
        if let identified {
            return languages.contains(identified) || own.intersects(LanguageIdentifier.meant(by: identified))
                || own.intersects(vote.languages)
        }
        let leansElsewhere = vote.leans && !vote.languages.intersects(own)
        return !(leansElsewhere && vote.languages.intersects(Language.set(ofPrimary: stated)))
    }
}

/// Languages of a batch's texts; each is asked for once, as its hits follow each other.
struct TextLanguages {
    private let batch: EventBatch
    private var title: (event: Int, language: TextLanguage)?
    private var body: (event: Int, language: TextLanguage)?

    init(_ batch: EventBatch) { self.batch = batch }

    /// Whether a signal of these languages counts in a field; see `TextLanguage`.
    mutating func admit(_ languages: [[UInt8]], in field: TextSpan.Field, of event: Int) -> Bool {
        let stated = batch.withBytes(batch.events[event].language) { Language.primary(of: $0) }
        return language(of: field, event).admits(languages, stated: stated)
    }

    /// Whether one counts in title or body, for what may stand in both.
    mutating func admit(_ languages: [[UInt8]], anywhereIn event: Int) -> Bool {
        let upload = batch.events[event]
        if !upload.title.isEmpty, admit(languages, in: .title, of: event) { return true }
        return !upload.body.isEmpty && admit(languages, in: .body, of: event)
    }

    private mutating func language(of field: TextSpan.Field, _ event: Int) -> TextLanguage {
        let known = field == .title ? title : body
        if let known, known.event == event { return known.language }
        let language = batch.withText(field, of: event) { bytes in
            bytes.withMemoryRebound(to: UInt8.self) { TextLanguage(of: $0) }
        }
        if field == .title { title = (event, language) } else { body = (event, language) }
        return language
    }
}
