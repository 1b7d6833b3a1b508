internal import Events
internal import Signals

/// Makes findings of what scans counted.
struct TermReport {
    private struct Match: BitwiseCopyable {
        /// Position in `TermSet.terms`.
        let term: Int
        let tally: TermTally
    }

    private let batch: EventBatch
    private let folded: FoldedTexts
    private let set: TermSet
    private let most: Int
    private var contexts: TermContexts
    private(set) var findings = Findings()
    /// Those of one event.
    private var matches: [Match] = []
    private var languages: TextLanguages

    init(_ batch: EventBatch, _ folded: FoldedTexts, _ set: TermSet, most: Int, contexts: TermContexts) {
        self.batch = batch
        self.folded = folded
        self.set = set
        self.most = most
        self.contexts = contexts
        languages = TextLanguages(batch)
    }

    /// Once for an event, however many of its texts failed.
    mutating func addUnavailable(_ event: Int, _ reason: Code) {
        guard !findings.unavailable.contains(where: { $0.event == event }) else { return }
        findings.unavailable.append(Unavailable(event: event, reason: reason))
    }

    /// - Parameter tallies: of all fields of each event that has some.
    mutating func add(_ tallies: ContiguousArray<TermTally>) {
        var first = 0
        while first < tallies.count {
            let event = folded.texts[Int(tallies[first].text)].event
            var end = first
            while end < tallies.count, folded.texts[Int(tallies[end].text)].event == event { end += 1 }
            add(tallies[first..<end], of: event)
            first = end
        }
    }

    private mutating func add(_ tallies: ArraySlice<TermTally>, of position: Int) {
        matches.removeAll(keepingCapacity: true)
        for tally in tallies {
            let field = folded.texts[Int(tally.text)].field
            for term in set.entries[Int(tally.entry)] where applies(term, to: position, field) {
                matches.append(Match(term: term, tally: tally))
            }
        }
        if matches.count > most {
            findings.found.append(Finding(event: position, fact: "many-terms", value: Int64(matches.count)))
            matches.sort(by: precedes)
            matches.removeLast(matches.count - most)
        }
        for match in matches {
            let text = folded.texts[Int(match.tally.text)]
            let source = folded.sourceRange(of: Int(match.tally.start)..<Int(match.tally.end), in: text)
            var finding = Finding(event: position, signal: set.terms[match.term].matched)
            finding.span = TextSpan(field: text.field, start: source.lowerBound, end: source.upperBound)
            finding.textView = set.entryViews[Int(match.tally.entry)]
            // A disguise is no report.
            if finding.textView == nil, set.terms[match.term].matched.opinion != .negative {
                finding.textContext = contexts.context(of: match.tally)
            }
            if match.tally.count > 1 { finding.value = Int64(match.tally.count) }
            findings.found.append(finding)
        }
    }

    private mutating func applies(_ term: Int, to position: Int, _ field: TextSpan.Field) -> Bool {
        // Event time, not the clock, so that a replay finds the same.
        if let expiresAt = set.terms[term].expiresAt, expiresAt <= batch.events[position].time { return false }
        return set.terms[term].languages.isEmpty
            || languages.admit(set.terms[term].languages, in: field, of: position)
    }

    /// Surest first, so that many weak terms can't hide a strong one; then as they stand in the texts.
    private func precedes(_ a: Match, _ b: Match) -> Bool {
        let (first, second) = (set.terms[a.term], set.terms[b.term])
        return (second.certainty, a.tally.start, a.tally.end, first.position)
            < (first.certainty, b.tally.start, b.tally.end, second.position)
    }
}
