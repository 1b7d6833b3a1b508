internal import Events
internal import Signals

/// Finds combinations in texts. Made once for a set of signals, shared by all tasks.
final class CombinationMatcher: Sendable {
    let combinations: CombinationSet
    let terms: TermMatcher

    /// Takes about 35 µs a term: not for the cooperative pool.
    ///
    /// - Parameter note: told of each signal that can't be looked for, and why; it is left out.
    /// - Throws: if Vectorscan can't be used here, or the set is beyond its limits.
    init(_ signals: SignalSet, note: (Signal, String) -> Void = { _, _ in }) throws {
        combinations = CombinationSet(signals, note: note)
        terms = try TermMatcher(combinations.terms)
    }

    /// All terms are in one layer; there is none if there are no combinations.
    var set: TermSet { terms.layers.parts[0].layer.set }

    /// Of a term, which is its place among `CombinationSet.terms`.
    func position(of term: Int) -> Int32 { set.members[Int(set.terms[term].member)].position }

    var isEmpty: Bool { combinations.members.isEmpty }
}

/// One batch on its way through a `CombinationMatcher`.
///
/// First it counts which terms an event has at all; only of combinations that may be there it looks at places.
struct CombinationScan {
    /// Places of terms that are looked at for one event, combination by combination; of an event that needs more nothing
    /// more is known than what was found by then.
    static let mostSteps = 1_000_000
    /// Hits in one text.
    static let mostHits = 4_096

    /// A combination that is there.
    struct Match {
        let member: Int
        /// Of the folded texts.
        let text: Int
        /// In the buffer.
        let range: Range<Int>
        /// Places where it is there; of `some`, parts.
        let count: Int
        let context: TextContext
        let isPlain: Bool
    }

    private let matcher: CombinationMatcher
    private let folded: FoldedTexts
    private let original: (FoldedTexts.Text, (UnsafeRawBufferPointer) -> Void) -> Void
    private let workspace: TermWorkspace
    private let layers: TermLayers
    /// What is known of the texts of one event.
    private var texts: [Int: Text] = [:]
    private var steps = 0
    private(set) var isComplete = true

    private struct Text {
        var reader: ContextReader
        /// By term.
        var places: [Int32: [CombinationTest.Place]]
    }

    /// - Parameter original: lends out what a text was before it was folded.
    init(
        _ matcher: CombinationMatcher, _ folded: FoldedTexts, _ workspace: TermWorkspace, _ layers: TermLayers,
        original: @escaping (FoldedTexts.Text, (UnsafeRawBufferPointer) -> Void) -> Void
    ) {
        self.matcher = matcher
        self.folded = folded
        self.original = original
        self.workspace = workspace
        self.layers = layers
    }

    /// - Parameters:
    ///   - tallies: of one event.
    ///   - applies: whether a combination counts for it.
    mutating func matches(
        _ tallies: ArraySlice<TermTally>, where applies: (CombinationSet.Member) -> Bool
    ) -> [Match] {
        texts.removeAll(keepingCapacity: true)
        steps = 0
        isComplete = true
        var found: [Match] = []
        for (member, presences) in presences(of: tallies)
        where isComplete && applies(matcher.combinations.members[member]) {
            found += matches(member, presences)
        }
        return found
    }

    private struct Presence {
        let member: UInt32
        let part: UInt32
        let tally: TermTally
    }

    /// By member, ascending.
    private mutating func presences(of tallies: ArraySlice<TermTally>) -> [(
        member: Int, presences: ArraySlice<Presence>
    )] {
        var all: [Presence] = []
        for tally in tallies {
            for term in matcher.set.entries[Int(tally.entry)] {
                let uses = matcher.combinations.uses[Int(matcher.position(of: term))]
                steps += uses.count
                guard steps <= CombinationScan.mostSteps else {
                    isComplete = false
                    return []
                }
                for use in uses { all.append(Presence(member: use.member, part: use.part, tally: tally)) }
            }
        }
        all.sort {
            ($0.member, $0.tally.text, $0.tally.start, $0.part) < ($1.member, $1.tally.text, $1.tally.start, $1.part)
        }
        var groups: [(member: Int, presences: ArraySlice<Presence>)] = []
        var first = 0
        while first < all.count {
            let end = all[first...].firstIndex { $0.member != all[first].member } ?? all.count
            groups.append((Int(all[first].member), all[first..<end]))
            first = end
        }
        return groups
    }

    private mutating func matches(_ member: Int, _ presences: ArraySlice<Presence>) -> [Match] {
        let combination = matcher.combinations.members[member].combination
        switch combination.kind {
        case .some(let least):
            let parts = Set(presences.map(\.part))
            guard parts.count >= least, let first = presences.first else { return [] }
            let range = Int(first.tally.start)..<Int(first.tally.end)
            return [
                Match(
                    member: member, text: Int(first.tally.text), range: range, count: parts.count, context: [],
                    isPlain: true)
            ]
        case .near, .without:
            var found: [Match] = []
            var rest = presences
            while let text = rest.first?.tally.text {
                let its = rest.prefix { $0.tally.text == text }
                rest = rest[its.endIndex...]
                let mayBe =
                    combination.kind == .without
                    ? its.contains { $0.part == 0 } : Set(its.map(\.part)).count == combination.parts.count
                if mayBe, let match = match(member, combination, in: Int(text)) { found.append(match) }
            }
            return found
        }
    }

    private mutating func match(_ member: Int, _ combination: Combination, in number: Int) -> Match? {
        guard let text = text(number) else { return nil }
        var occurrences: [CombinationTest.Occurrence] = []
        for (term, part) in matcher.combinations.membersTerms[member] {
            let places = text.places[term] ?? []
            steps += places.count + 1
            guard steps <= CombinationScan.mostSteps else {
                isComplete = false
                return nil
            }
            for place in places {
                occurrences.append(
                    CombinationTest.Occurrence(part: part, range: place.range, isPlain: place.isPlain))
            }
        }
        let structure = text.reader.structure
        let places =
            if case .near(let words) = combination.kind {
                CombinationTest.near(occurrences, parts: combination.parts.count, words: words, structure)
            } else {
                CombinationTest.without(occurrences, structure)
            }
        guard let first = places.first else { return nil }
        let contexts = places.map { $0.isPlain ? text.reader.context(of: $0.range) : [] }
        return Match(
            member: member, text: number, range: first.range, count: places.count,
            context: contexts.contains([]) ? [] : contexts.reduce([]) { $0.union($1) },
            isPlain: first.isPlain)
    }

    /// nil if it could not be looked through, or not whole.
    private mutating func text(_ number: Int) -> Text? {
        if let known = texts[number] { return known }
        let its = folded.texts[number]
        var text = Text(reader: ContextReader(), places: [:])
        original(its) { text.reader.read(folded, its, original: $0, structured: true) }
        let terms = matcher.terms
        guard let base = folded.bytes.baseAddress,
            let plain = terms.places(in: folded, number, workspace, layers, atMost: CombinationScan.mostHits),
            plain.isComplete, terms.findInViews(folded, number..<number + 1, workspace, base)
        else {
            isComplete = false
            return nil
        }
        for place in plain.found { add(place.entry, place.range, isPlain: true, to: &text) }
        for hit in workspace.views.hits {
            add(
                Int(hit.entry), Int(hit.start)..<Int(hit.end), isPlain: matcher.set.entryViews[Int(hit.entry)] == nil,
                to: &text)
        }
        texts[number] = text
        return text
    }

    private func add(_ entry: Int, _ range: Range<Int>, isPlain: Bool, to text: inout Text) {
        for term in matcher.set.entries[entry] {
            let position = matcher.position(of: term)
            text.places[position, default: []].append(CombinationTest.Place(range: range, isPlain: isPlain))
        }
    }
}
