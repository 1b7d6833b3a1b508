package import Events
internal import Signals

/// The terms and phrases among the signals, as patterns of folded text.
///
/// Signals that fold to the same text share a pattern. Those of them whose edges must lie alike share an entry, which
/// is what is found and counted.
struct TermSet: Sendable {
    /// Longest folded term, in bytes; a longer text is a `document`.
    static let longest = 1_024

    /// A pattern of no entry, which stands in no text, since no UTF-8 has such bytes. Without a longer one beside them
    /// Vectorscan 5.4.9 looks for literals of one and two bytes in a way (double shufti) that misses some of them.
    static let ballast = [UInt8](repeating: 0xFE, count: 8)

    /// A text to look for.
    struct Pattern: Sendable, BitwiseCopyable {
        /// Of the folded text, in bytes.
        let count: UInt32
        /// Position of the entry to whose signals word boundaries matter, and of that to whose they don't; or -1.
        var word: Int32 = -1
        var substring: Int32 = -1
        /// Those to whose signals it matters in a view as well; they are in that of `word` too.
        var despaced: Int32 = -1
        var leet: Int32 = -1
        var masked: Int32 = -1
        var edit1: Int32 = -1
    }

    /// A signal that is looked for. They stand in the order of types and values.
    struct Member: Sendable {
        let type: SignalType
        let value: String
        let known: KnownSignal
        /// In the set that it came with.
        let position: Int32
        /// Position of its pattern.
        let pattern: Int32
        /// Whether it must stand between word edges, and so is looked for in views.
        let isWord: Bool

        static func precedes(_ a: Member, _ b: Member) -> Bool { precedes(a, b.type, b.value) }

        static func precedes(_ a: Member, _ type: SignalType, _ value: String) -> Bool {
            if a.type != type { return a.type.rawValue < type.rawValue }
            return a.value.utf8.lexicographicallyPrecedes(value.utf8)
        }
    }

    /// A signal as one of its entries has it, and as findings name it.
    struct Term: Sendable {
        /// Position in `members`.
        let member: Int32
        let matched: MatchedSignal
        let expiresAt: Timestamp?
        /// Primary language subtags in small letters; none: all languages.
        let languages: [[UInt8]]
        /// How much its opinion weighs where not all can be reported: positive, negative, disputed, seed.
        let certainty: UInt8
    }

    private(set) var patterns: ContiguousArray<Pattern> = []
    /// The folded text of each pattern.
    private(set) var texts: ContiguousArray<[UInt8]> = []
    /// Terms of each entry, as a range of `terms`.
    private(set) var entries: ContiguousArray<Range<Int>> = []
    /// The view in which each entry is found; nil: as it is written.
    private(set) var entryViews: ContiguousArray<TermMatch?> = []
    /// How each entry's words are marked, where that matters; and the next entry of the same pattern whose are marked
    /// otherwise, or -1.
    private(set) var entryMarks: ContiguousArray<TermMarks?> = []
    private(set) var entryNext: ContiguousArray<Int32> = []
    private(set) var entryIsMarked: ContiguousArray<Bool> = []
    private(set) var terms: ContiguousArray<Term> = []
    private(set) var members: ContiguousArray<Member> = []
    /// How many members each pattern has.
    private(set) var patternMembers: ContiguousArray<Int32> = []

    /// - Parameters:
    ///   - signals: terms and phrases, of each value one, in the order of types and values.
    ///   - note: told of each signal that can't be looked for, and why; it is left out.
    init(_ signals: [SignalListing.Entry], note: (Signal, String) -> Void = { _, _ in }) {
        var known: [[UInt8]: Int] = [:]
        var entryTerms: [[Term]] = []
        for entry in signals {
            let signal = entry.known.signal
            switch TermSet.folded(signal) {
            case .failure(let problem): note(signal, problem.description)
            case .success(let text):
                let pattern = known[text] ?? patterns.count
                if pattern == patterns.count {
                    known[text] = pattern
                    patterns.append(Pattern(count: UInt32(text.count)))
                    texts.append(text)
                    patternMembers.append(0)
                }
                patternMembers[pattern] += 1
                // What is looked for in a view may stand there as a word like any other, too.
                let term = Term(Int32(members.count), signal, entry.known.matched)
                members.append(
                    Member(
                        type: signal.type, value: signal.value, known: entry.known, position: entry.position,
                        pattern: Int32(pattern), isWord: signal.match != .substring))
                for (slot, view) in TermSet.slots(signal.match) {
                    let marks = slot == \.word ? TermSet.marks(signal, text) : nil
                    var entry = patterns[pattern][keyPath: slot]
                    while entry >= 0, entryMarks[Int(entry)] != marks { entry = entryNext[Int(entry)] }
                    if entry < 0 {
                        entry = Int32(entryTerms.count)
                        entryTerms.append([])
                        entryViews.append(view)
                        entryMarks.append(marks)
                        entryIsMarked.append(marks?.marks.isEmpty == false)
                        entryNext.append(patterns[pattern][keyPath: slot])
                        patterns[pattern][keyPath: slot] = entry
                    }
                    entryTerms[Int(entry)].append(term)
                }
            }
        }
        if patterns.count > 1 {
            patterns.append(Pattern(count: UInt32(TermSet.ballast.count)))
            texts.append(TermSet.ballast)
            patternMembers.append(0)
        }
        for entry in entryTerms {
            entries.append(terms.count..<terms.count + entry.count)
            terms += entry
        }
    }

    /// Of a term of one word: in a phrase marks make no other words.
    private static func marks(_ signal: Signal, _ text: [UInt8]) -> TermMarks? {
        guard !text.contains(FoldPass.space), let folded = FoldedText(signal.value) else { return nil }
        let start = folded.bytes.prefix { $0 == FoldPass.space }.count
        return TermMarks(folded.edits, start..<start + text.count)
    }

    private static func slots(_ match: TermMatch) -> [(slot: WritableKeyPath<Pattern, Int32>, view: TermMatch?)] {
        switch match {
        case .word, .prefix: [(\.word, nil)]
        case .substring: [(\.substring, nil)]
        case .despaced: [(\.word, nil), (\.despaced, .despaced)]
        case .leet: [(\.word, nil), (\.leet, .leet)]
        case .masked: [(\.word, nil), (\.masked, .masked)]
        case .edit1: [(\.word, nil), (\.edit1, .edit1)]
        }
    }

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// What is looked for: folded, without white space at its ends.
    static func folded(_ signal: Signal) -> Result<[UInt8], Problem> {
        guard let folded = FoldedText(signal.value) else {
            return .failure(Problem(description: "value: is too long to be folded"))
        }
        let space = FoldPass.space
        let text = folded.bytes.drop { $0 == space }.reversed().drop { $0 == space }.reversed()
        guard !text.isEmpty else {
            return .failure(Problem(description: "value: nothing is left when it is folded"))
        }
        guard text.first != 0 else {
            // Vectorscan takes it for an empty pattern, and then refuses all of them.
            return .failure(Problem(description: "value: begins with U+0000"))
        }
        guard text.count <= longest else {
            return .failure(
                Problem(
                    description: "value: has \(text.count) bytes when folded; a \(signal.type.rawValue) has at most"
                        + " \(longest)"))
        }
        return .success(Array(text))
    }
}

/// Why a term or phrase can't be looked for; nil if it can, or is of another type.
package func termProblem(_ signal: Signal) -> String? {
    guard signal.type == .term || signal.type == .phrase else { return nil }
    if case .failure(let problem) = TermSet.folded(signal) { return problem.description }
    return nil
}

extension TermSet.Term {
    init(_ member: Int32, _ signal: Signal, _ matched: MatchedSignal) {
        self.member = member
        self.matched = matched
        expiresAt = signal.expiresAt
        languages = signal.languages.map { Language.primary(of: $0.utf8) }
        certainty =
            switch signal.opinion {
            case .positive: 3
            case .negative: 2
            case .disputed: 1
            case .seed: 0
            }
    }
}
