internal import Events
internal import Signals

/// Makes findings of what scans counted.
struct TermReport {
    private struct Match {
        let term: TermSet.Term
        let tally: TermTally
    }

    private let batch: EventBatch
    private let set: TermSet
    private let most: Int
    private(set) var findings = Findings()
    /// Those of one event.
    private var matches: [Match] = []

    init(_ batch: EventBatch, _ set: TermSet, most: Int) {
        self.batch = batch
        self.set = set
        self.most = most
    }

    /// Once for an event, however many of its texts failed.
    mutating func addUnavailable(_ event: Int, _ reason: Code) {
        guard findings.unavailable.last?.event != event else { return }
        findings.unavailable.append(Unavailable(event: event, reason: reason))
    }

    /// All fields of an event must be in one workspace at once.
    mutating func add(_ workspace: TermWorkspace) {
        var first = 0
        while first < workspace.tallies.count {
            let event = workspace.texts[Int(workspace.tallies[first].text)].event
            var end = first
            while end < workspace.tallies.count,
                workspace.texts[Int(workspace.tallies[end].text)].event == event
            {
                end += 1
            }
            add(workspace.tallies[first..<end], of: event, workspace)
            first = end
        }
    }

    private mutating func add(
        _ tallies: ArraySlice<TermTally>, of position: Int, _ workspace: TermWorkspace
    ) {
        let event = batch.events[position]
        let language = batch.withBytes(event.language) { Language.primary(of: $0) }
        matches.removeAll(keepingCapacity: true)
        for tally in tallies {
            for term in set.entries[Int(tally.entry)] where applies(term, event, language) {
                matches.append(Match(term: term, tally: tally))
            }
        }
        if matches.count > most {
            findings.found.append(Finding(event: position, fact: "many-terms", value: Int64(matches.count)))
            matches.sort(by: TermReport.precedes)
            matches.removeLast(matches.count - most)
        }
        for match in matches {
            let text = workspace.texts[Int(match.tally.text)]
            let source = workspace.sourceRange(of: Int(match.tally.start)..<Int(match.tally.end), in: text)
            var finding = Finding(event: position, signal: match.term.matched)
            finding.span = TextSpan(field: text.field, start: source.lowerBound, end: source.upperBound)
            if match.tally.count > 1 { finding.value = Int64(match.tally.count) }
            findings.found.append(finding)
        }
    }

    private func applies(_ term: TermSet.Term, _ event: UploadEvent, _ language: [UInt8]) -> Bool {
        // Event time, not the clock, so that a replay finds the same.
        if let expiresAt = term.expiresAt, expiresAt <= event.time { return false }
        return term.languages.isEmpty || language.isEmpty || term.languages.contains(language)
    }

    /// Surest first, so that many weak terms can't hide a strong one; then as they stand in the texts.
    private static func precedes(_ a: Match, _ b: Match) -> Bool {
        (certainty(b), a.tally.start, a.tally.end, a.term.position)
            < (certainty(a), b.tally.start, b.tally.end, b.term.position)
    }

    private static func certainty(_ match: Match) -> Int {
        switch match.term.matched.opinion {
        case .positive: 3
        case .negative: 2
        case .disputed: 1
        case .seed: 0
        }
    }
}
