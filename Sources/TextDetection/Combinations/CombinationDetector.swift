internal import Configuration
internal import Detection
internal import Events
internal import Signals

/// `text.combinations`: terms that mean something only together (`Combination`), in titles and bodies.
///
/// One finding for a combination and a field; of `some`, which counts in both, one for the upload, at the first of its
/// terms. `span` is the first stretch (`near`) or term (`without`, `some`), `value` how many of them there are if more
/// than one, or of `some` how many parts. A signal with `languages` counts as a term's does,
/// if it would in one of the event's texts.
///
/// An event has at most `most` findings: of more, those of the surest signals, then as they stand in the texts, and the
/// fact `many-combinations` whose value is how many there were. An event whose terms stand in more combinations and places
/// than are looked at (`CombinationScan`) is unavailable with `combination-limit`, beside what was found by then.
struct CombinationDetector: Detector {
    static let registration = DetectorRegistration(
        name: "text.combinations", version: "2+" + LanguageVersion.ofTerms,
        summary: "Terms near each other, one without another in the sentence, several of a set.",
        uses: [.combination], facts: ["many-combinations"], preparation: FoldedTexts.preparation, settings: [most]
    ) { context in
        CombinationDetector(
            try CombinationMatcher(context.signals, note: context.note), most: context.settings[most])
    }

    static let most = Setting(
        "most", .integer(1...1_000), standard: 64,
        "Findings of one event; of more, the surest and first are kept, and many-combinations is reported.")

    let matcher: CombinationMatcher
    let most: Int

    init(_ matcher: CombinationMatcher, most: Int) {
        self.matcher = matcher
        self.most = most
    }

    func inspect(_ inspection: Inspection) -> Findings {
        if matcher.isEmpty { return Findings() }
        let folded = inspection.foldedTexts
        var findings = Findings()
        for event in folded.tooLong {
            findings.unavailable.append(Unavailable(event: event, reason: "text-too-long"))
        }
        _ = matcher.terms.withWorkspace { workspace, layers in
            var scan = CombinationScan(matcher, folded, workspace, layers) { text, body in
                inspection.batch.withText(text.field, of: text.event, body)
            }
            var languages = TextLanguages(inspection.batch)
            var first = 0
            while first < folded.texts.count, !Task.isCancelled {
                let stretch = first..<folded.end(ofStretchFrom: first, bytes: TermWorkspace.stretch)
                if !matcher.terms.scan(folded, stretch, workspace, layers) {
                    for number in workspace.unread.sorted() {
                        findings.addOnce(Unavailable(event: folded.texts[number].event, reason: "scan-failed"))
                    }
                }
                add(workspace.tallies, folded, inspection.batch, &scan, &languages, &findings)
                first = stretch.upperBound
            }
        }
        return findings
    }

    private func add(
        _ tallies: ContiguousArray<TermTally>, _ folded: FoldedTexts, _ batch: EventBatch,
        _ scan: inout CombinationScan, _ languages: inout TextLanguages, _ findings: inout Findings
    ) {
        let tallies = Array(tallies)
        var first = 0
        while first < tallies.count {
            let position = folded.texts[Int(tallies[first].text)].event
            let its = tallies[first...].prefix { folded.texts[Int($0.text)].event == position }
            first = its.endIndex
            let time = batch.events[position].time
            var matches = scan.matches(its) { member in
                // Event time, not the clock, so that a replay finds the same.
                if let expiresAt = member.expiresAt, expiresAt <= time { return false }
                return member.languages.isEmpty || languages.admit(member.languages, anywhereIn: position)
            }
            if !scan.isComplete { findings.addOnce(Unavailable(event: position, reason: "combination-limit")) }
            if matches.count > most {
                findings.found.append(
                    Finding(event: position, fact: "many-combinations", value: Int64(matches.count)))
                matches.sort(by: precedes)
                matches.removeLast(matches.count - most)
            }
            for match in matches { findings.found.append(finding(match, folded)) }
        }
    }

    private func finding(_ match: CombinationScan.Match, _ folded: FoldedTexts) -> Finding {
        let text = folded.texts[match.text]
        let source = folded.sourceRange(of: match.range, in: text)
        var finding = Finding(event: text.event, signal: matcher.combinations.members[match.member].matched)
        finding.span = TextSpan(field: text.field, start: source.lowerBound, end: source.upperBound)
        if finding.signal?.opinion != .negative { finding.textContext = match.context }
        if match.count > 1 { finding.value = Int64(match.count) }
        return finding
    }

    /// Surest first, so that many weak ones can't hide a strong one; then as they stand in the texts.
    private func precedes(_ a: CombinationScan.Match, _ b: CombinationScan.Match) -> Bool {
        let (first, second) = (matcher.combinations.members[a.member], matcher.combinations.members[b.member])
        return (second.matched.opinion.certainty, a.range.lowerBound, a.range.upperBound, first.position)
            < (first.matched.opinion.certainty, b.range.lowerBound, b.range.upperBound, second.position)
    }
}

extension Findings {
    /// Once for an event.
    fileprivate mutating func addOnce(_ item: Unavailable) {
        if !unavailable.contains(where: { $0.event == item.event }) { unavailable.append(item) }
    }
}
