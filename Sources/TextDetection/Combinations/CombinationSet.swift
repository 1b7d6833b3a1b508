package import Events
internal import Signals

/// The combinations among the signals, by the terms that they are made of.
struct CombinationSet: Sendable {
    struct Member: Sendable {
        let combination: Combination
        /// Position in the signal set.
        let position: Int32
        let matched: MatchedSignal
        let expiresAt: Timestamp?
        let languages: [[UInt8]]
    }

    /// Where a term stands in a combination.
    struct Use: Sendable, BitwiseCopyable {
        let member: UInt32
        let part: UInt32
    }

    private(set) var members: ContiguousArray<Member> = []
    /// Each term once for every view that it is looked for in.
    private(set) var terms: [SignalListing.Entry] = []
    /// By the positions that `terms` have.
    private(set) var uses: ContiguousArray<[Use]> = []
    /// Of each member, its terms by the parts that they stand in.
    private(set) var membersTerms: ContiguousArray<[(term: Int32, part: UInt32)]> = []

    /// - Parameter note: told of each signal that can't be looked for, and why; it is left out.
    init(_ signals: SignalSet, note: (Signal, String) -> Void = { _, _ in }) {
        struct Term: Hashable {
            let value: [UInt8]
            let match: TermMatch
        }
        var known: [Term: Int] = [:]
        for (position, signal, matched) in signals.signals(of: [.combination]) {
            guard let combination = try? Combination(signal.value) else { continue }
            if let problem = combinationProblem(signal) {
                note(signal, problem)
                continue
            }
            let member = UInt32(members.count)
            membersTerms.append([])
            members.append(
                Member(
                    combination: combination, position: position, matched: matched, expiresAt: signal.expiresAt,
                    languages: signal.languages.map { Language.primary(of: $0.utf8) }))
            for (part, alternatives) in combination.parts.enumerated() {
                for alternative in alternatives {
                    let key = Term(value: Array(alternative.utf8), match: signal.match)
                    let index = known[key] ?? terms.count
                    if index == terms.count {
                        known[key] = index
                        var term = Signal(type: .phrase, value: alternative)
                        term.match = signal.match
                        terms.append(SignalListing.Entry(KnownSignal(term), position: Int32(index)))
                        uses.append([])
                    }
                    uses[index].append(Use(member: member, part: UInt32(part)))
                    membersTerms[Int(member)].append((Int32(index), UInt32(part)))
                }
            }
        }
    }
}

/// Why a combination can't be looked for; nil if it can, or is of another type.
package func combinationProblem(_ signal: Signal) -> String? {
    guard signal.type == .combination, let combination = try? Combination(signal.value) else { return nil }
    for alternative in combination.parts.joined() {
        var term = Signal(type: .phrase, value: alternative)
        term.match = signal.match
        if let problem = termProblem(term) { return "\(problem) (in \"\(alternative.prefix(40))\")" }
    }
    return nil
}
