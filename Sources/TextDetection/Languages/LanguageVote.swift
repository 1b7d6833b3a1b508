internal import Events

/// What a text's letters and commonest words say of its language.
struct LanguageVote: Sendable, Equatable, BitwiseCopyable {
    enum Outcome: Sendable {
        /// It is the one language.
        case sure
        /// It is one of a few that are too alike to be told apart here, and no other.
        case among
        /// Too little speaks for any.
        case unsure
        /// Stretches of the text are surely in different languages.
        case mixed
    }

    var outcome = Outcome.unsure
    /// The language, or those among which it is; if unsure, those for which most speaks, none if nothing does. Of a mixed
    /// text those of its stretches.
    var languages = LanguageSet.none
    /// By how many points a sure language is ahead of the next, in the stretch where that is least; else 0.
    var margin: UInt32 = 0
    /// Two words, or one and some letters, speak for the first of `languages`.
    var leans = false
    /// Two words of English and more stand in it.
    var hasEnglish = false

    /// Whether it is in no other language than `languages`.
    var isCertain: Bool { outcome == .sure || outcome == .among }

    /// The language's tag, or the script's where that is all there is to tell (`und-Ethi`); nil unless sure.
    var tag: Code? { outcome == .sure ? languages.tags.first : nil }

    /// Takes in the next stretch of the text: what is certain of both must go together.
    mutating func add(_ stretch: LanguageVote) {
        hasEnglish = hasEnglish || stretch.hasEnglish
        leans = leans || stretch.leans
        if outcome == .mixed || isCertain && !stretch.isCertain && stretch.outcome != .mixed {
            if stretch.isCertain || stretch.outcome == .mixed { languages.formUnion(stretch.languages) }
            return
        }
        switch (isCertain, stretch.isCertain) {
        case (true, true):
            let common = languages.intersection(stretch.languages)
            if common.isEmpty {
                outcome = .mixed
                languages.formUnion(stretch.languages)
                margin = 0
            } else {
                margin = outcome == stretch.outcome ? min(margin, stretch.margin) : max(margin, stretch.margin)
                languages = common
                // One of these, and one of those: it is the one in both.
                if stretch.outcome == .sure || common.count == 1 { outcome = .sure }
            }
        case (false, false) where stretch.outcome == .unsure: languages.formUnion(stretch.languages)
        default: (outcome, languages, margin) = (stretch.outcome, stretch.languages, stretch.margin)
        }
    }
}
