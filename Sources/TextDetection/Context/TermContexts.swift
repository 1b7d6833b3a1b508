internal import Events

/// How texts stand to the terms that were found in them: every place of a term counts.
struct TermContexts {
    /// Hits of one text that are looked at; of a text with more nothing is said.
    static let mostHits = 4_096

    private let batch: EventBatch
    private let folded: FoldedTexts
    private let places: (_ text: Int, _ most: Int) -> (found: [TermMatcher.Place], isComplete: Bool)?
    private var reader = ContextReader()
    /// The text that was read last, and its places once they were needed.
    private var text = -1
    private var found: [TermMatcher.Place]?

    /// - Parameter places: looks for all places of all terms in a text.
    init(
        _ batch: EventBatch, _ folded: FoldedTexts,
        places: @escaping (_ text: Int, _ most: Int) -> (found: [TermMatcher.Place], isComplete: Bool)?
    ) {
        self.batch = batch
        self.folded = folded
        self.places = places
    }

    /// All that is said around the places of an entry, if something is around each; else nothing.
    mutating func context(of tally: TermTally) -> TextContext {
        let number = Int(tally.text)
        if number != text {
            (text, found) = (number, nil)
            let its = folded.texts[number]
            batch.withText(its.field, of: its.event) { reader.read(folded, its, original: $0) }
        }
        guard reader.hasDistance else { return [] }
        let first = reader.context(of: Int(tally.start)..<Int(tally.end))
        if tally.count == 1 || first.isEmpty { return first }
        if found == nil {
            guard let all = places(number, TermContexts.mostHits), all.isComplete else {
                found = []
                return []
            }
            found = all.found
        }
        var context: TextContext = []
        var count = 0
        for place in found ?? [] where place.entry == Int(tally.entry) {
            let here = reader.context(of: place.range)
            if here.isEmpty { return [] }
            context.formUnion(here)
            count += 1
        }
        // Places that were found in a view besides are not among them.
        return count == Int(tally.count) ? context : []
    }
}
