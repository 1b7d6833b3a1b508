internal import Events
internal import Signals

/// Makes findings of what scans counted.
struct TermReport {
    private struct Match: BitwiseCopyable {
        /// Positions in `TermLayers.parts`, and in `TermSet.terms` there.
        let part: Int
        let term: Int
        let tally: TermTally
    }

    private let batch: EventBatch
    private let folded: FoldedTexts
    private let layers: TermLayers
    private let most: Int
    private var contexts: TermContexts
    private(set) var findings = Findings()
    /// Those of one event.
    private var matches: [Match] = []
    private var languages: TextLanguages

    init(_ batch: EventBatch, _ folded: FoldedTexts, _ layers: TermLayers, most: Int, contexts: TermContexts) {
        self.batch = batch
        self.folded = folded
        self.layers = layers
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
            // By the classes on the way: a copy of a set would count references to all that it has.
            let number = layers.part(ofEntry: Int(tally.entry))
            let part = layers.parts[number]
            for term in part.layer.set.entries[Int(tally.entry) - part.firstEntry]
            where part.isAlive(term) && applies(term, of: part, to: position, field) {
                matches.append(Match(part: number, term: term, tally: tally))
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
            let part = layers.parts[match.part]
            let matched = part.layer.set.terms[match.term].matched
            var finding = Finding(event: position, signal: matched)
            finding.span = TextSpan(field: text.field, start: source.lowerBound, end: source.upperBound)
            finding.textView = part.layer.set.entryViews[Int(match.tally.entry) - part.firstEntry]
            // A disguise is no report.
            if finding.textView == nil, matched.opinion != .negative {
                finding.textContext = contexts.context(of: match.tally)
            }
            if match.tally.count > 1 { finding.value = Int64(match.tally.count) }
            findings.found.append(finding)
        }
    }

    private mutating func applies(
        _ term: Int, of part: TermLayers.Part, to position: Int, _ field: TextSpan.Field
    ) -> Bool {
        // Event time, not the clock, so that a replay finds the same.
        if let expiresAt = part.layer.set.terms[term].expiresAt, expiresAt <= batch.events[position].time {
            return false
        }
        if part.layer.set.terms[term].languages.isEmpty { return true }
        return languages.admit(part.layer.set.terms[term].languages, in: field, of: position)
    }

    /// Surest first, so that many weak terms can't hide a strong one; then as they stand in the texts, and by their values.
    private func precedes(_ a: Match, _ b: Match) -> Bool {
        let (first, second) = (layers.parts[a.part].layer, layers.parts[b.part].layer)
        let (sure, other) = (first.set.terms[a.term].certainty, second.set.terms[b.term].certainty)
        if sure != other { return sure > other }
        if (a.tally.start, a.tally.end) != (b.tally.start, b.tally.end) {
            return (a.tally.start, a.tally.end) < (b.tally.start, b.tally.end)
        }
        let member = first.set.members[Int(first.set.terms[a.term].member)]
        let another = second.set.members[Int(second.set.terms[b.term].member)]
        if TermSet.Member.precedes(member, another) { return true }
        if TermSet.Member.precedes(another, member) { return false }
        // One signal in two views.
        return view(a) < view(b)
    }

    private func view(_ match: Match) -> String {
        let part = layers.parts[match.part]
        return part.layer.set.entryViews[Int(match.tally.entry) - part.firstEntry]?.rawValue ?? ""
    }
}
