internal import Configuration

/// What an import has to say that is no fault of any one record: counted, and told once.
package struct ImportNotes: Sendable, Equatable {
    enum Kind: Sendable, Hashable {
        /// By the exchange's name of the type.
        case unsupported(String)
        case unknownStatus(String)
        case labelsLeftOut
        /// Withdrawn by an id, or an owner, that nobody has heard of.
        case unknownDeletion
        case withoutOpinion
        case superseded
    }

    private var counts: [Kind: Int] = [:]

    /// Words from outside make kinds: no more of them than people would read.
    private static let mostKinds = 64

    mutating func add(_ kind: Kind, _ count: Int = 1) {
        let isRoom = counts.count < ImportNotes.mostKinds || counts[kind] != nil
        switch kind {
        case .unsupported where !isRoom: counts[.unsupported("…"), default: 0] += count
        case .unknownStatus where !isRoom: counts[.unknownStatus("…"), default: 0] += count
        default: counts[kind, default: 0] += count
        }
    }

    mutating func add(_ others: ImportNotes) {
        for (kind, count) in others.counts { add(kind, count) }
    }

    /// One for each kind, in an order of their own.
    package var sentences: [String] { counts.map { ImportNotes.sentence($0.key, $0.value) }.sorted() }

    private static func sentence(_ kind: Kind, _ count: Int) -> String {
        let isOne = count == 1
        let records = isOne ? "1 record" : "\(count) records"
        return switch kind {
        case .unsupported(let type):
            "\(records) of type \(excerpt(type, 64)) \(isOne ? "is" : "are") not supported"
        case .unknownStatus(let status):
            "\(records) \(isOne ? "has" : "have") the unknown status \(excerpt(status, 40)): kept, as if active"
        case .labelsLeftOut:
            "\(isOne ? "1 label was" : "\(count) labels were") left out: beyond the 16th, longer than 64 bytes, or with a control character"
        case .unknownDeletion:
            "\(isOne ? "1 deletion names" : "\(count) deletions name") what was not seen before: give the signals of earlier imports with --known"
        case .withoutOpinion:
            "\(records) \(isOne ? "states" : "state") nobody's opinion, and gave no signal"
        case .superseded:
            "\(records) \(isOne ? "is" : "are") older than what the same import had read, and left out"
        }
    }
}
