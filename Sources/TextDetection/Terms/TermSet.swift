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
    private static let ballast = [UInt8](repeating: 0xFE, count: 8)

    /// A text to look for.
    struct Pattern: Sendable, BitwiseCopyable {
        /// Of the folded text, in bytes.
        let count: UInt32
        /// Position of the entry to whose signals word boundaries matter, and of that to whose they don't; or -1.
        var word: Int32 = -1
        var substring: Int32 = -1
    }

    /// A signal that is looked for, as findings name it.
    struct Term: Sendable {
        /// Position in the signal set.
        let position: Int32
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
    private(set) var terms: ContiguousArray<Term> = []

    /// - Parameter note: told of each signal that can't be looked for, and why; it is left out.
    init(
        _ signals: [(position: Int32, signal: Signal, matched: MatchedSignal)],
        note: (Signal, String) -> Void = { _, _ in }
    ) {
        var known: [[UInt8]: Int] = [:]
        var members: [[Term]] = []
        for (position, signal, matched) in signals {
            switch TermSet.folded(signal) {
            case .failure(let problem): note(signal, problem.description)
            case .success(let text):
                let pattern = known[text] ?? patterns.count
                if pattern == patterns.count {
                    known[text] = pattern
                    patterns.append(Pattern(count: UInt32(text.count)))
                    texts.append(text)
                }
                // Matching across spaces is not built yet; until then such a term is a word like any other.
                let edges: WritableKeyPath<Pattern, Int32> = signal.match == .substring ? \.substring : \.word
                if patterns[pattern][keyPath: edges] < 0 {
                    patterns[pattern][keyPath: edges] = Int32(members.count)
                    members.append([])
                }
                members[Int(patterns[pattern][keyPath: edges])].append(Term(position, signal, matched))
            }
        }
        if patterns.count > 1 {
            patterns.append(Pattern(count: UInt32(TermSet.ballast.count)))
            texts.append(TermSet.ballast)
        }
        for entry in members {
            entries.append(terms.count..<terms.count + entry.count)
            terms += entry
        }
    }

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// What is looked for: folded, without white space at its ends.
    static func folded(_ signal: Signal) -> Result<[UInt8], Problem> {
        guard let folded = FoldedText(signal.value) else {
            return .failure(Problem(description: "value: ICU could not fold it"))
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
    init(_ position: Int32, _ signal: Signal, _ matched: MatchedSignal) {
        self.position = position
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
